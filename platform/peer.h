// Who is at the other end of a local socket, and what the system tells of a process.
#ifndef KEELSON_PLATFORM_PEER_H_
#define KEELSON_PLATFORM_PEER_H_

#include <cstdint>
#include <string>

#include "platform/error.h"

namespace keelson {

// As they were when the peer connected. pid is 0 where the system does not say (BSD's getpeereid).
struct Peer {
  uint32_t uid = 0;
  uint32_t gid = 0;
  int32_t pid = 0;
};

struct ProcessFacts {
  std::string name;        // as ps -o comm shows it
  int64_t started_ns = 0;  // in Clock::MonotonicNs' terms (boot time on Linux), to the tick
};

class Peers {
 public:
  virtual ~Peers() = default;
  virtual Error OfSocket(int fd, Peer* peer) = 0;
  virtual Error OfProcess(int32_t pid, ProcessFacts* facts) = 0;
};

Peers* SystemPeers();

}  // namespace keelson

#endif  // KEELSON_PLATFORM_PEER_H_
