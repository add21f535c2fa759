// rc.conf and the kernel's command line as the model.
#include <gtest/gtest.h>

#include "applets/netconfd/network_model.h"
#include "applets/netconfd/network_plan.h"
#include "core/rc_conf.h"

namespace keelson {
namespace {

std::string Shown(const DesiredInterface& interface) {
  PlanOptions options;
  std::string text;
  const auto steps = PlanUp(interface, options);
  for (const StepLines& shown : ShowPlan(interface, steps, options)) {
    for (const std::string& line : shown.lines) text += line + "\n";
  }
  return text;
}

NetState StateOf(std::initializer_list<const char*> names) {
  NetState state;
  for (const char* name : names) {
    Interface interface;
    interface.index = static_cast<uint32_t>(state.interfaces.size() + 1);
    interface.name = name;
    interface.hardware_address = std::string("\2\0\0\0\0", 5) + static_cast<char>(interface.index);
    if (interface.name == "lo") interface.flags = kIfLoopback;
    state.interfaces.push_back(interface);
  }
  return state;
}

DesiredNetwork Boot(std::string_view line) {
  BootNetwork boot;
  EXPECT_TRUE(ReadBootNetwork(line, &boot).empty()) << line;
  DesiredNetwork network;
  DesireBootNetwork(boot, StateOf({"lo", "eth0", "eth1"}), &network);
  return network;
}

TEST(NetworkSourcesTest, TheCommandLineIsInterfaces) {
  const struct {
    const char *line, *name, *shown;
  } kRows[] = {
      {"ip=192.0.2.1::192.0.2.254:255.255.255.0:host:eth0:none", "eth0",
       "ip addr add 192.0.2.1/255.255.255.0 broadcast 192.0.2.255 dev eth0 label eth0\n"
       "ip link set dev eth0 up\n"
       "ip route add default via 192.0.2.254 dev eth0 onlink\n"},
      {"ip=192.0.2.1:::255.255.255.0::eth0:none rd.route=198.51.100.0/24:192.0.2.9", "eth0",
       "ip addr add 192.0.2.1/255.255.255.0 broadcast 192.0.2.255 dev eth0 label eth0\n"
       "ip link set dev eth0 up\n"
       "ip route add 198.51.100.0/24 via 192.0.2.9 dev eth0 onlink\n"},
      {"bridge=br0:eth0,eth1 ip=br0:none", "br0", "ip link set dev br0 up 2>/dev/null || true\n"},
      {"ip=eth1:dhcp", "eth1", "echo 'No DHCP client software found!' >&2; false\n"},
      {"BOOTIF=02:00:00:00:00:03 ip=none", "eth1", "ip link set dev eth1 up 2>/dev/null || true\n"},
  };
  for (const auto& row : kRows) {
    const DesiredNetwork network = Boot(row.line);
    const DesiredInterface* found = nullptr;
    for (const DesiredInterface& one : network.interfaces) {
      if (one.name == row.name) found = &one;
    }
    ASSERT_NE(found, nullptr) << row.line;
    EXPECT_EQ(Shown(*found), row.shown) << row.line;
  }
  EXPECT_EQ(Boot("ip=192.0.2.1::::host:eth0:none nameserver=192.0.2.53").hostname, "host");
  EXPECT_EQ(Boot("ip=dhcp").interfaces.size(), 2u);  // lo asks nobody
  EXPECT_EQ(Boot("ip=dhcp bootdev=eth1").interfaces.size(), 1u);
  const DesiredNetwork links = Boot("vlan=eth0.5:eth0 bond=b:eth0,eth1:mode=1,miimon=100");
  ASSERT_EQ(links.interfaces.size(), 2u);
  EXPECT_EQ(links.interfaces[0].made->vlan, 5);
  EXPECT_EQ(links.interfaces[0].made->lower, "eth0");
  EXPECT_EQ(links.interfaces[1].made->kind, "bond");
  EXPECT_EQ(links.interfaces[1].made->options[1].second, "100");
  EXPECT_EQ(links.interfaces[1].ports.size(), 2u);
}

TEST(NetworkSourcesTest, RcConfIsInterfaces) {
  RcConf conf;
  ASSERT_TRUE(conf.Add("rc.conf",
                       "ifconfig_em0=\"inet 192.0.2.1/24 mtu 1400\"\n"
                       "ifconfig_em0_alias0=\"inet 198.51.100.1/32\"\n"
                       "ifconfig_em0_5=\"inet 203.0.113.1/24\"\n"
                       "ifconfig_em1=SYNCDHCP\nifconfig_em2=\"NOAUTO\"\n"
                       "ifconfig_DEFAULT=DHCP\n"
                       "defaultrouter=192.0.2.254\nhostname=h\n")
                  .empty());
  RcNetwork rc;
  ASSERT_TRUE(ReadRcNetwork(conf, &rc).empty());
  DesiredNetwork network;
  DesireRcNetwork(rc, {"lo0", "em0", "em0.5", "em1", "em2", "em3"}, &network);
  const auto find = [&](std::string_view name) -> const DesiredInterface* {
    for (const DesiredInterface& one : network.interfaces) {
      if (one.name == name) return &one;
    }
    return nullptr;
  };
  ASSERT_NE(find("em0"), nullptr);
  EXPECT_EQ(Shown(*find("em0")),
            "ip addr add 192.0.2.1/255.255.255.0 broadcast 192.0.2.255 dev em0 label em0\n"
            "ip addr add 198.51.100.1/255.255.255.255 broadcast 198.51.100.1 dev em0 label em0\n"
            "ip link set dev em0 mtu 1400 up\n"
            "ip route add default via 192.0.2.254 dev em0 onlink\n");
  ASSERT_NE(find("em0.5"), nullptr);  // '_' stands for the '.'
  ASSERT_NE(find("em1"), nullptr);
  EXPECT_TRUE(find("em1")->setups.at(0).dhcp.waits);
  EXPECT_EQ(find("em2"), nullptr);
  ASSERT_NE(find("em3"), nullptr);  // nothing of its own
  EXPECT_EQ(find("em3")->setups.at(0).method, SetupMethod::kDhcp);
  EXPECT_EQ(find("lo0"), nullptr);
  EXPECT_EQ(network.hostname, "h");
}

}  // namespace
}  // namespace keelson
