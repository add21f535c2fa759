#include "applets/netconfd/network_plan.h"

#include <gtest/gtest.h>

#include "tests/applets/netconfd/network_text.h"

namespace keelson {
namespace {

std::string Shown(const DesiredInterface& interface, bool up, PlanOptions options = {}) {
  options.is_verbose = false;
  const auto steps = up ? PlanUp(interface, options) : PlanDown(interface, options);
  std::string text;
  for (const StepLines& shown : ShowPlan(interface, steps, options)) {
    for (const std::string& line : shown.lines) {
      if (!line.starts_with("run-parts")) text += line + "\n";
    }
  }
  return text;
}

TEST(NetworkPlanTest, IsShownAsIfupdownWordsIt) {
  const struct {
    const char *text, *name, *up, *down;
  } kRows[] = {
      {"iface eth0 inet static\n address 192.0.2.1/24\n gateway 192.0.2.254\n metric 5\n mtu 1400\n"
       " pointopoint 192.0.2.2\n scope link\n",
       "eth0",
       "ip addr add 192.0.2.1/255.255.255.0 broadcast 192.0.2.255 peer 192.0.2.2 scope link dev "
       "eth0 label eth0\n"
       "ip link set dev eth0 mtu 1400 up\n"
       "ip route add default via 192.0.2.254 metric 5 dev eth0 onlink\n",
       "ip route del default via 192.0.2.254 metric 5 dev eth0 2>&1 1>/dev/null || true\n"
       "ip addr del 192.0.2.1/255.255.255.0 broadcast 192.0.2.255 peer 192.0.2.2 scope link dev "
       "eth0 label eth0\n"
       "ip -4 addr flush dev eth0\n"
       "ip link set dev eth0 down\n"},
      {"iface eth0:1 inet6 static\n address fd00::1\n preferred-lifetime 7\n", "eth0:1",
       "modprobe -q net-pf-10 > /dev/null 2>&1 || true # ignore failure.\n"
       "sysctl -q -e -w net.ipv6.conf.eth0:1.autoconf=0\n"
       "ip link set dev eth0:1 up\n"
       "ip -6 addr add fd00::1 dev eth0:1 preferred_lft 0\n",
       "ip -6 addr del fd00::1 dev eth0:1\n"},
      {"iface eth0 inet6 auto\n privext 2\n", "eth0",
       "modprobe -q net-pf-10 > /dev/null 2>&1 || true # ignore failure.\n"
       "sysctl -q -e -w net.ipv6.conf.eth0.use_tempaddr=2\n"
       "sysctl -q -e -w net.ipv6.conf.eth0.accept_ra=2\n"
       "sysctl -q -e -w net.ipv6.conf.eth0.autoconf=1\n"
       "ip link set dev eth0 up\n",
       "ip -6 addr flush dev eth0 scope global\n"
       "ip link set dev eth0 down\n"},
      {"iface g inet tunnel\n address 10.0.0.1\n netmask 30\n mode GRE\n endpoint 192.0.2.2\n"
       " dstaddr 10.0.0.2\n ttl 64\n mtu 1400\n",
       "g",
       "ip tunnel add g mode GRE remote 192.0.2.2 ttl 64\n"
       "ip link set g up mtu 1400\n"
       "ip addr add 10.0.0.1/30 dev g peer 10.0.0.2\n",
       "ip tunnel del g\n"},
      {"iface s inet6 v4tunnel\n address fd00::1/64\n endpoint 192.0.2.2\n gateway fd00::2\n", "s",
       "modprobe -q net-pf-10 > /dev/null 2>&1 || true # ignore failure.\n"
       "ip tunnel add s mode sit remote 192.0.2.2\n"
       "ip link set s up\n"
       "ip addr add fd00::1/64 dev s\n"
       "ip route add fd00::2 dev s\n"
       "ip route add ::/0 via fd00::2 dev s onlink\n",
       "ip tunnel del s\n"},
      {"iface eth0 inet manual\n hwaddress 02:00:00:00:00:01\n mtu 9000\n up a\n pre-up b\n"
       " down c\n post-down d\n",
       "eth0",
       "b\n"
       "ip link set dev eth0 mtu 9000\n"
       "ip link set dev eth0 address 02:00:00:00:00:01\n"
       "ip link set dev eth0 up 2>/dev/null || true\n"
       "a\n",
       "c\n"
       "ip -4 addr flush dev eth0 2>/dev/null || true\n"
       "ip link set dev eth0 down 2>/dev/null || true\n"
       "d\n"},
      {"iface br0 inet manual\n bridge_ports eth0\n", "br0",
       "ip link set dev br0 up 2>/dev/null || true\n",
       "ip -4 addr flush dev br0 2>/dev/null || true\n"
       "ip link set dev br0 down 2>/dev/null || true\n"},
      {"iface eth0 inet mine\n", "eth0", "/etc/keelson/methods/mine start eth0\n",
       "/etc/keelson/methods/mine stop eth0\n"},
  };
  for (const auto& row : kRows) {
    const DesiredInterface interface = InterfaceOf(row.text, row.name);
    ASSERT_TRUE(interface.setups.at(0).errors.empty()) << row.text;
    EXPECT_EQ(Shown(interface, true), row.up) << row.text;
    EXPECT_EQ(Shown(interface, false), row.down) << row.text;
  }
}

TEST(NetworkPlanTest, PrefixesAreAskedForAsIfupdownDoes) {
  const std::string files = " -pf /run/dhclient6.e.pid -lf /var/lib/dhcp/dhclient6.e.leases -I";
  const std::string rest = " -df /var/lib/dhcp/dhclient.e.leases e\n";
  const struct {
    const char* text;
    std::string line;
  } kRows[] = {
      {"iface e inet6 dhcp\n", "dhclient -6 -v" + files + rest},
      {"iface e inet6 dhcp\n request_prefix 1\n", "dhclient -6 -v" + files + " -P -N" + rest},
      {"iface e inet6 auto\n dhcp 1\n", "dhclient -6 -1 -v -S" + files + rest},
      {"iface e inet6 auto\n dhcp 1\n request_prefix 1\n", "dhclient -6 -v -P" + files + rest},
  };
  for (const auto& row : kRows) {
    DesiredInterface interface = InterfaceOf(row.text, "e");
    interface.setups.at(0).dhcp.provider = DhcpProvider::kDhclient;
    const std::string shown = Shown(interface, true);
    EXPECT_EQ(shown.substr(shown.find("dhclient")), row.line) << row.text;
    EXPECT_NE(Shown(interface, false).find("dhclient -6 -v -r" + files + rest), std::string::npos);
  }
  const DesiredInterface waits =
      InterfaceOf("iface e inet6 auto\n dhcp 1\n ll-attempts 7\n ll-interval 0.5\n", "e");
  EXPECT_EQ(waits.setups.at(0).dad_attempts, 7u);
  EXPECT_EQ(waits.setups.at(0).dad_interval_ns, 500'000'000);
}

TEST(NetworkPlanTest, WhatPortsNeedComesInItsOrder) {
  const auto shown = [](const std::vector<NetStep>& steps) {
    std::string text;
    for (const NetStep& step : steps) {
      const NetChange& change = step.change;
      if (step.kind == NetStep::kWaitPorts) text += "wait-ports ";
      if (step.kind == NetStep::kWaitForward) text += "wait-forward ";
      if (step.kind != NetStep::kChange || !step.is_link) continue;
      if (change.kind == NetChange::kMakeLink) text += "make ";
      for (const auto& option : change.making.options) text += option.first + " ";
      if (change.master) text += change.name + ">" + *change.master + " ";
      if (change.port_cost) text += change.name + "=" + std::to_string(*change.port_cost) + " ";
      if (change.up && change.name == "b") text += "up ";
    }
    return text;
  };
  EXPECT_EQ(shown(PlanUp(InterfaceOf("iface b inet manual\n bond-slaves e f\n bond-mode 1\n"
                                     " bond-primary f\n",
                                     "b"),
                         {})),
            "make mode e>b f>b primary ");
  EXPECT_EQ(shown(PlanUp(InterfaceOf("iface b inet manual\n bridge_ports e\n bridge_waitport 1\n"
                                     " bridge_pathcost e 5\n",
                                     "b"),
                         {})),
            "wait-ports make e>b e=5 up wait-forward ");
  EXPECT_EQ(shown(PlanUp(InterfaceOf("iface b inet manual\n bridge_ports none\n", "b"), {})),
            "make ");
}

// What a change without a line of its own is: packages' hooks make it, or the line of another does.
bool IsSilent(const NetStep& step, const DesiredInterface& interface, bool is_bsd) {
  if (step.kind == NetStep::kWaitDad || step.kind == NetStep::kWaitLinkLocal ||
      step.kind == NetStep::kDns || step.kind == NetStep::kRouters) {
    return true;
  }
  if (step.is_link) return interface.made.has_value() || !interface.master.empty();
  if (!is_bsd) return false;
  const bool is_static4 = interface.setups[step.setup].family == SetupFamily::kInet;
  return step.change.kind == NetChange::kSet ||
         (is_static4 && step.change.kind == NetChange::kSetLink && step.change.up == true);
}

TEST(NetworkPlanTest, EachLineIsOfOneStepAndEachChangeHasOne) {
  const char* const kTexts[] = {
      "iface eth0 inet static\n address 192.0.2.1/24\n gateway 192.0.2.254\n up x\n",
      "iface eth0 inet6 static\n address fd00::1/64\n gateway fd00::2\n mtu 1400\n",
      "iface eth0 inet6 auto\n dhcp 1\n",
      "iface eth0 inet dhcp\n hwaddress 02:00:00:00:00:01\n",
      "iface eth0 inet manual\n bridge_ports eth1 eth2\n description x\n",
      "iface eth0 inet manual\n bond-slaves eth1\n",
      "iface eth0 inet6 6to4\n local 192.0.2.1\n",
      "iface eth0 inet manual\n bond-master b\n dns-search example.org\n",
  };
  int steps_seen = 0;
  for (const char* text : kTexts) {
    const DesiredInterface interface = InterfaceOf(text);
    ASSERT_TRUE(interface.setups.at(0).errors.empty()) << text;
    for (int way = 0; way < 4; ++way) {
      PlanOptions options;
      options.is_bsd = way >= 2;
      const auto steps = way % 2 == 0 ? PlanUp(interface, options) : PlanDown(interface, options);
      const std::vector<StepLines> shown = ShowPlan(interface, steps, options);
      ASSERT_EQ(shown.size(), steps.size()) << text;
      for (size_t i = 0; i < steps.size(); ++i) {
        EXPECT_EQ(shown[i].step, &steps[i]);
        const bool is_silent = IsSilent(steps[i], interface, options.is_bsd);
        EXPECT_TRUE(!shown[i].lines.empty() || is_silent)
            << text << ": step " << i << " of kind " << steps[i].kind << ", change "
            << steps[i].change.kind;
        ++steps_seen;
      }
    }
  }
  EXPECT_GT(steps_seen, 100);
}

TEST(NetworkPlanTest, WhatTheKernelHasIsNotDoneAgain) {
  const DesiredInterface interface = InterfaceOf(
      "iface eth0 inet static\n address 192.0.2.1/24\n gateway 192.0.2.254\n mtu 1400\n");
  const auto steps = PlanUp(interface, {});
  const auto changes = [](const std::vector<NetStep>& all) {
    int count = 0;
    for (const NetStep& step : all) count += step.kind == NetStep::kChange;
    return count;
  };
  NetState state;
  EXPECT_EQ(changes(WhatIsLeft(steps, state)), 3);

  Interface eth0;
  eth0.index = 2;
  eth0.name = "eth0";
  eth0.mtu = 1400;
  state.interfaces.push_back(eth0);
  std::vector<NetStep> left = WhatIsLeft(steps, state);
  EXPECT_EQ(changes(left), 3);

  for (const NetStep& step : steps) {
    if (step.kind != NetStep::kChange) continue;
    if (step.change.kind == NetChange::kAddAddress) {
      state.addresses.push_back(step.change.address);
      state.addresses.back().index = 2;
      state.addresses.back().label = "eth0";
    } else if (step.change.kind == NetChange::kAddRoute) {
      state.routes.push_back(step.change.route);
      state.routes.back().index = 2;
    }
  }
  left = WhatIsLeft(steps, state);
  ASSERT_EQ(changes(left), 1);
  for (const NetStep& step : left) {
    if (step.kind != NetStep::kChange) continue;
    EXPECT_EQ(step.change.up, true);
    EXPECT_EQ(step.change.mtu, std::nullopt);
  }
  state.interfaces[0].flags = kIfUp;
  EXPECT_EQ(changes(WhatIsLeft(steps, state)), 0);
  // Down: the address goes, and there is nothing to flush after it.
  left = WhatIsLeft(PlanDown(interface, {}), state);
  EXPECT_EQ(changes(left), 3);
  for (const NetStep& step : left) EXPECT_NE(step.kind, NetStep::kFlush);
  EXPECT_EQ(changes(WhatIsLeft(PlanDown(interface, {}), NetState())), 0);
}

TEST(NetworkPlanTest, TheModulesOwnBondGetsTheOptionsUntilItIsUsed) {
  const DesiredInterface interface =
      InterfaceOf("iface b inet manual\n bond-slaves e\n bond-mode 1\n", "b");
  NetState state;
  Interface bond, port;
  bond.index = 2;
  bond.name = "b";
  bond.kind = "bond";
  port.index = 3;
  port.name = "e";
  state.interfaces = {bond, port};
  const auto first = [&] { return WhatIsLeft(PlanUp(interface, {}), state).front().change; };
  EXPECT_EQ(first().kind, NetChange::kSetOptions);
  EXPECT_EQ(first().making, *interface.made);
  state.interfaces[1].master = 2;
  EXPECT_EQ(first().kind, NetChange::kSetLink);
  state.interfaces[1].master = 0;
  state.interfaces[0].flags = kIfUp;
  EXPECT_EQ(first().kind, NetChange::kSetLink);
  state.interfaces[0].kind = "bridge";
  EXPECT_EQ(first().kind, NetChange::kMakeLink);
}

TEST(NetworkPlanTest, AForeignAddressIsFlushedAndNothingElseOfIt) {
  const DesiredInterface interface = InterfaceOf("iface eth0 inet static\n address 192.0.2.1/24\n");
  NetState state;
  Interface eth0;
  eth0.index = 2;
  eth0.name = "eth0";
  state.interfaces.push_back(eth0);
  InterfaceAddress foreign;
  foreign.index = 2;
  foreign.address = ToNetIp(*ParseIpAddress("198.51.100.1"));
  foreign.length = 24;
  state.addresses.push_back(foreign);
  int flushes = 0;
  for (const NetStep& step : WhatIsLeft(PlanDown(interface, {}), state)) {
    flushes += step.kind == NetStep::kFlush;
    EXPECT_NE(step.kind == NetStep::kChange && step.change.kind == NetChange::kDeleteAddress, true);
  }
  EXPECT_EQ(flushes, 1);
}

}  // namespace
}  // namespace keelson
