// Two interfaces joined by a wire, in a network of their own: what is sent, and what is heard.
#include "platform/packet_socket.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "core/dhcp_frame.h"
#include "platform/net_if.h"

namespace keelson {
namespace {

// 77: no such network can be made here.
int InNewNetwork(int (*body)()) {
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWNET) != 0) _exit(77);
    if (system("ip link add pa type veth peer name pb && ip link set pa up && ip link set pb up && "
               "ip addr add 10.9.0.1/24 dev pa && ip addr add 10.9.0.2/24 dev pb") != 0) {
      _exit(77);
    }
    _exit(body());
  }
  int status;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

uint32_t IndexOf(std::string_view name) {
  std::unique_ptr<NetIf> net_if;
  Interface interface;
  if (!NewNetIf(&net_if).ok() || !net_if->Get(name, &interface).ok()) _exit(1);
  return interface.index;
}

// The next packets, waiting for the first.
std::vector<std::string> Receive(int socket, PacketKind kind) {
  pollfd waited = {.fd = socket, .events = POLLIN, .revents = 0};
  std::vector<std::string> packets;
  while (packets.empty() && poll(&waited, 1, 10'000) == 1) {
    const Error error = ReceivePackets(
        socket, kind, [&packets](std::string_view packet, bool) { packets.emplace_back(packet); });
    if (!error.ok()) _exit(2);
  }
  return packets;
}

std::string Packet(uint16_t port, std::string_view payload) {
  return BuildUdpPacket({.from = 0x0a090001,
                         .to = kBroadcastAddress,
                         .from_port = 67,
                         .to_port = port,
                         .payload = payload});
}

#define CHECK_OR(code, condition) \
  if (!(condition)) return code

TEST(PacketSocket, HearsDhcpAlone) {
  const int code = InNewNetwork([] {
    const uint32_t pa = IndexOf("pa"), pb = IndexOf("pb");
    Descriptor sender, receiver;
    CHECK_OR(3, OpenPacketSocket(pa, PacketKind::kDhcp, &sender).ok());
    CHECK_OR(4, OpenPacketSocket(pb, PacketKind::kDhcp, &receiver).ok());
    const std::string other = Packet(69, "other"), ours = Packet(68, "ours");
    std::string later = ours;  // a later fragment
    later[7] = 1;
    std::string tcp = ours;
    tcp[9] = 6;
    for (const std::string& packet : {other, later, tcp, ours}) {
      CHECK_OR(5, SendPacket(sender.get(), pa, PacketKind::kDhcp, "", packet).ok());
    }
    const auto heard = Receive(receiver.get(), PacketKind::kDhcp);
    CHECK_OR(6, heard == std::vector<std::string>{ours});
    // The filter is there for good.
    int on = 1;
    CHECK_OR(7, setsockopt(receiver.get(), SOL_SOCKET, SO_DETACH_FILTER, &on, sizeof on) != 0);
    return 0;
  });
  if (code == 77) GTEST_SKIP() << "needs root and network name spaces";
  EXPECT_EQ(code, 0);
}

TEST(PacketSocket, ArpGoesToOneOrToAll) {
  const int code = InNewNetwork([] {
    const uint32_t pa = IndexOf("pa"), pb = IndexOf("pb");
    Descriptor sender, receiver;
    CHECK_OR(3, OpenPacketSocket(pa, PacketKind::kArp, &sender).ok());
    CHECK_OR(4, OpenPacketSocket(pb, PacketKind::kArp, &receiver).ok());
    const std::string probe = BuildArpPacket(ArpProbe({}, 0x0a090009));
    CHECK_OR(5, SendPacket(sender.get(), pa, PacketKind::kArp, "", probe).ok());
    const auto heard = Receive(receiver.get(), PacketKind::kArp);
    CHECK_OR(6, heard.size() == 1 && heard[0].starts_with(probe));
    return 0;
  });
  if (code == 77) GTEST_SKIP() << "needs root and network name spaces";
  EXPECT_EQ(code, 0);
}

TEST(PacketSocket, ADatagramHasTheClientsPortAndItsAnswerIsHeardByThePacketSocket) {
  const int code = InNewNetwork([] {
    const uint32_t pb = IndexOf("pb");
    Descriptor port, second, receiver;
    CHECK_OR(3, OpenDhcpPort("pa", &port).ok());
    CHECK_OR(4, OpenDhcpPort("pb", &second).ok());  // one for each interface
    CHECK_OR(5, OpenPacketSocket(pb, PacketKind::kDhcp, &receiver).ok());
    CHECK_OR(6, SendDatagram(port.get(), 0x0a090001, 0x0a090063, 68, "to nobody").ok());
    CHECK_OR(7, OpenDhcpPort("no such", &port) == Error(ENODEV));
    return 0;
  });
  if (code == 77) GTEST_SKIP() << "needs root and network name spaces";
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace keelson
