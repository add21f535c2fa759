// Sockets of IPv4 with one other end, which never wait: only that end, by address and port, is
// heard. exec closes them. Addresses and ports are numbers in host byte order.
#ifndef KEELSON_PLATFORM_DATAGRAM_H_
#define KEELSON_PLATFORM_DATAGRAM_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/descriptor.h"
#include "platform/error.h"

namespace keelson {

Error ConnectDatagrams(uint32_t address, uint16_t port, Descriptor* socket);
// Writable once it is connected, or has failed.
Error ConnectStream(uint32_t address, uint16_t port, Descriptor* socket);

// All of a datagram, or as much of a stream as goes; *sent tells. EAGAIN: not now; ECONNREFUSED:
// nobody is there.
Error SendBytes(int socket, std::string_view bytes, size_t* sent);
// One datagram, cut at the limit, or what has come of a stream; an empty one is its end. EAGAIN:
// nothing; ECONNREFUSED: nobody is there.
Error ReceiveBytes(int socket, size_t limit, std::string* bytes);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_DATAGRAM_H_
