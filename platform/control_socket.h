// Local stream sockets for every daemon and client of ours: once, with all its limits.
//
// The server takes any number of clients up to a limit; a slow, silent or hostile one delays
// nobody: its input is bounded, its output queue is bounded, its time is bounded. What a message
// is, the handler decides (core/frame for our own protocols, nscd's format for pwlookupd).
#ifndef KEELSON_PLATFORM_CONTROL_SOCKET_H_
#define KEELSON_PLATFORM_CONTROL_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "platform/clock.h"
#include "platform/descriptor.h"
#include "platform/error.h"
#include "platform/loop.h"
#include "platform/peer.h"

namespace keelson {

class ControlServer {
 public:
  using ClientId = uint64_t;  // never used twice

  class Handler {
   public:
    virtual ~Handler() = default;
    // `unread` is all that has come and was not consumed. Returns how many bytes it has consumed;
    // 0: needs more. May call Send and Finish. Called again as long as it consumes and something is
    // left.
    virtual size_t OnInput(ClientId client, std::string_view unread) = 0;
    // After any kind of end; the id is dead. Never from inside a call to the server.
    virtual void OnClosed(ClientId) {}
  };

  struct Options {
    std::string path;             // absolute, at most 107 bytes (103 on BSD): ENAMETOOLONG
    uint32_t mode = 0666;         // of the socket
    size_t max_clients = 1024;    // one more: the one longest silent is closed; at most 65,535
    size_t max_input = 4096;      // bytes unread by the handler; more: closed
    size_t max_output = 1 << 20;  // bytes unsent; more: closed
    // Bytes unsent of all clients; more: those of them that have read nothing for longest are
    // closed.
    size_t max_total_output = 64 << 20;
    // A client is closed when it has made no progress for this long: nothing consumed, nothing
    // sent.
    int64_t stall_ns = 5 * kSecond;
    bool keep_idle = false;  // true: one with no unread input and no unsent output may stay
    // What BindControl has made for the path, of a server before this one; taken over. -1: none.
    int bound = -1;
  };

  // Closes all, without OnClosed; does not remove the socket file. Not from inside Handler's calls.
  virtual ~ControlServer() = default;

  // Bytes are sent at once where the socket takes them, queued otherwise. False: the client is
  // gone, or had more than max_output unsent and is now closed.
  virtual bool Send(ClientId client, std::string_view bytes) = 0;
  // The same with one descriptor (SCM_RIGHTS) beside the first byte; it stays the caller's.
  virtual bool SendDescriptor(ClientId client, std::string_view bytes, int fd) = 0;
  virtual void Finish(ClientId client) = 0;  // closed as soon as everything queued is sent
  // Each that is not finished gets these bytes, whatever it may be waiting for, and is finished.
  virtual void FinishAll(std::string_view bytes) = 0;
  virtual Error PeerOf(ClientId client, Peer* peer) = 0;
  virtual size_t clients() const = 0;
  // What listens; stays the server's.
  virtual int listener() const = 0;
};

class ControlClient;

// The listening end alone, not blocking. A socket at the path that nobody answers is replaced; one
// that answers: EADDRINUSE; something else at the path: EEXIST. Checked and made under a lock on
// the directory, bound under another name, and renamed to the path when it listens. The directory
// exists.
// predecessor, when not null: a server that answers is taken over, whoever it is. Everybody who
// connects from then on comes to the new one, and *predecessor is a connection to the old one that
// was made before (null: there was none), on which it can be told so.
Error BindControl(std::string_view path, uint32_t mode, Descriptor* listener,
                  std::unique_ptr<ControlClient>* predecessor = nullptr);

// BindControl, served by the loop. REQUIRES: loop and handler outlive it.
Error ListenControl(Loop* loop, const ControlServer::Options& options,
                    ControlServer::Handler* handler, std::unique_ptr<ControlServer>* server);

// The client's end. Calls wait, never past the deadline (Clock::MonotonicNs): ETIMEDOUT.
class ControlClient {
 public:
  virtual ~ControlClient() = default;
  virtual Error Send(std::string_view bytes, int64_t deadline_ns) = 0;
  // Appends what came (at least a byte). *bytes unchanged and kOk: the other end closed.
  virtual Error Receive(size_t limit, int64_t deadline_ns, std::string* bytes) = 0;
  // For Loop::WatchFd, and a deadline that has passed where nobody is to wait; stays the client's.
  virtual int descriptor() const = 0;
};

// ENOENT, ECONNREFUSED: nobody there.
Error ConnectControl(std::string_view path, int64_t deadline_ns,
                     std::unique_ptr<ControlClient>* client);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_CONTROL_SOCKET_H_
