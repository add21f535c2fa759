// The other end of sd_notify(3): where services tell how they are. Messages without a text or
// without a sender that this system knows, and those that are too long, are dropped.
#ifndef KEELSON_PLATFORM_NOTIFY_SOCKET_H_
#define KEELSON_PLATFORM_NOTIFY_SOCKET_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "platform/error.h"
#include "platform/loop.h"
#include "platform/peer.h"

namespace keelson {

class NotifySocket {
 public:
  // Lines "NAME=value"; descriptors that came along are closed. Who sent it the system says, never
  // the text. At most 4096 bytes.
  using Callback = std::function<void(const Peer& sender, std::string_view text)>;

  virtual ~NotifySocket() = default;        // removes a socket file
  virtual std::string address() const = 0;  // for NOTIFY_SOCKET
  // Delivers what has come up to now. The loop calls it too, some messages at a time.
  virtual void Poll() = 0;
  // For a program that goes on in this one's place; stays the socket's. -1: none.
  virtual int descriptor() const = 0;
};

// path: absolute, or "@NAME" in the abstract name space where there is one. A socket at the path
// that nobody reads is replaced; one that is read, or taken in the abstract name space: EADDRINUSE;
// something else at the path: EEXIST. Everybody may send. REQUIRES: the callback leaves it alive.
// bound: the descriptor of such a socket, taken over with what has come to it; -1: none.
Error OpenNotifySocket(Loop* loop, std::string_view path, NotifySocket::Callback callback,
                       std::unique_ptr<NotifySocket>* socket, int bound = -1);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_NOTIFY_SOCKET_H_
