// Connected sockets: the kernel compares the sender of all that comes with the other end.
#include "platform/datagram.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace keelson {

namespace {

Error Connect(int type, uint32_t address, uint16_t port, Descriptor* socket) {
  socket->Reset(::socket(AF_INET, type, 0));
  if (!socket->valid()) return Error::Last();
  if (fcntl(socket->get(), F_SETFD, FD_CLOEXEC) != 0 ||
      fcntl(socket->get(), F_SETFL, O_NONBLOCK) != 0) {
    return Error::Last();
  }
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(address);
  to.sin_port = htons(port);
  if (connect(socket->get(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) return kOk;
  return errno == EINPROGRESS ? kOk : Error::Last();
}

}  // namespace

Error ConnectDatagrams(uint32_t address, uint16_t port, Descriptor* socket) {
  return Connect(SOCK_DGRAM, address, port, socket);
}

Error ConnectStream(uint32_t address, uint16_t port, Descriptor* socket) {
  return Connect(SOCK_STREAM, address, port, socket);
}

Error SendBytes(int socket, std::string_view bytes, size_t* sent) {
  ssize_t n;
  do {
    n = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  } while (n < 0 && errno == EINTR);
  *sent = n < 0 ? 0 : static_cast<size_t>(n);
  return n < 0 ? Error::Last() : kOk;
}

Error ReceiveBytes(int socket, size_t limit, std::string* bytes) {
  bytes->resize(limit);
  ssize_t n;
  do {
    n = recv(socket, bytes->data(), limit, 0);
  } while (n < 0 && errno == EINTR);
  const Error error = n < 0 ? Error::Last() : kOk;
  bytes->resize(n < 0 ? 0 : static_cast<size_t>(n));
  return error;
}

}  // namespace keelson
