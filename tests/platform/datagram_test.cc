// One other end, and nobody else.
#include "platform/datagram.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace keelson {
namespace {

constexpr uint32_t kLoopback = 0x7f000001;

// A socket bound to a port of 127.0.0.1.
int Bound(int type, uint16_t* port) {
  const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(kLoopback);
  socklen_t size = sizeof at;
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&at), size), 0);
  EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size), 0);
  *port = ntohs(at.sin_port);
  return fd;
}

void Await(int fd, short events) {
  pollfd wait{fd, events, 0};
  ASSERT_EQ(poll(&wait, 1, 60'000), 1);
}

TEST(Datagrams, OnlyTheOtherEndIsHeard) {
  uint16_t port, other_port;
  Descriptor server(Bound(SOCK_DGRAM, &port)), other(Bound(SOCK_DGRAM, &other_port)), client;
  ASSERT_TRUE(ConnectDatagrams(kLoopback, port, &client).ok());
  size_t sent = 0;
  ASSERT_TRUE(SendBytes(client.get(), "question", &sent).ok());
  EXPECT_EQ(sent, 8u);
  char buffer[64];
  sockaddr_in from{};
  socklen_t size = sizeof from;
  ASSERT_EQ(
      recvfrom(server.get(), buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&from), &size),
      8);
  const auto send_from = [&](int fd, std::string_view bytes) {
    ASSERT_EQ(sendto(fd, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), size),
              static_cast<ssize_t>(bytes.size()));
  };
  send_from(other.get(), "forged");
  send_from(server.get(), "the answer");
  Await(client.get(), POLLIN);
  std::string bytes;
  ASSERT_TRUE(ReceiveBytes(client.get(), 5, &bytes).ok());
  EXPECT_EQ(bytes, "the a");
  EXPECT_EQ(ReceiveBytes(client.get(), 5, &bytes).code(), EAGAIN);
}

TEST(Datagrams, NobodyThere) {
  uint16_t port;
  Descriptor client;
  { Descriptor server(Bound(SOCK_DGRAM, &port)); }
  ASSERT_TRUE(ConnectDatagrams(kLoopback, port, &client).ok());
  size_t sent;
  ASSERT_TRUE(SendBytes(client.get(), "question", &sent).ok());
  Await(client.get(), POLLIN);
  std::string bytes;
  EXPECT_EQ(ReceiveBytes(client.get(), 64, &bytes).code(), ECONNREFUSED);
}

TEST(Streams, ToTheEnd) {
  uint16_t port;
  Descriptor server(Bound(SOCK_STREAM, &port)), client;
  ASSERT_EQ(listen(server.get(), 1), 0);
  ASSERT_TRUE(ConnectStream(kLoopback, port, &client).ok());
  Await(client.get(), POLLOUT);
  size_t sent = 0;
  ASSERT_TRUE(SendBytes(client.get(), "question", &sent).ok());
  Descriptor accepted(accept(server.get(), nullptr, nullptr));
  char buffer[64];
  ASSERT_EQ(recv(accepted.get(), buffer, sizeof buffer, 0), 8);
  ASSERT_EQ(send(accepted.get(), "answer", 6, 0), 6);
  accepted.Reset();
  Await(client.get(), POLLIN);
  std::string bytes;
  ASSERT_TRUE(ReceiveBytes(client.get(), 64, &bytes).ok());
  EXPECT_EQ(bytes, "answer");
  ASSERT_TRUE(ReceiveBytes(client.get(), 64, &bytes).ok());
  EXPECT_EQ(bytes, "");
}

}  // namespace
}  // namespace keelson
