// Peers and processes that tests make up.
#ifndef KEELSON_PLATFORM_FAKE_PEER_H_
#define KEELSON_PLATFORM_FAKE_PEER_H_

#include <map>

#include "platform/peer.h"

namespace keelson {

class FakePeers : public Peers {
 public:
  void SetSocket(int fd, const Peer& peer) { sockets_[fd] = peer; }
  void SetProcess(int32_t pid, const ProcessFacts& facts) { processes_[pid] = facts; }
  void RemoveProcess(int32_t pid) { processes_.erase(pid); }

  Error OfSocket(int fd, Peer* peer) override {
    auto found = sockets_.find(fd);
    if (found == sockets_.end()) return Error(EBADF);
    *peer = found->second;
    return kOk;
  }
  Error OfProcess(int32_t pid, ProcessFacts* facts) override {
    auto found = processes_.find(pid);
    if (found == processes_.end()) return Error(ESRCH);
    *facts = found->second;
    return kOk;
  }

 private:
  std::map<int, Peer> sockets_;
  std::map<int32_t, ProcessFacts> processes_;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_FAKE_PEER_H_
