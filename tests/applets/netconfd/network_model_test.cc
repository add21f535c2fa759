#include "applets/netconfd/network_model.h"

#include <gtest/gtest.h>

#include "tests/applets/netconfd/network_text.h"

namespace keelson {
namespace {

TEST(NetworkModelTest, WhatIsWrongIsToldOfWithItsPlace) {
  const struct {
    const char *text, *name, *error;
  } kRows[] = {
      {"iface eth0 inet static\n address 192.0.2.1/24\n", "eth0", ""},
      {"iface eth0 inet6 static\n address /64\n", "eth0",
       "F:2:2: address '/64' is no network of IPv6"},
      {"iface eth0 inet static\n address ::1\n", "eth0",
       "F:2:2: address '::1' is no network of IPv4"},
      {"iface eth0 inet static\n", "eth0", "F:1:1: iface eth0 inet static without address"},
      {"iface eth0 inet static\n address 1.2.3.4\n netmask 255.0.255.0\n", "eth0",
       "F:2:2: address '1.2.3.4' netmask '255.0.255.0' is no network of IPv4"},
      {"iface eth0 inet static\n address 1.2.3.4/24\n gateway fd00::1\n", "eth0",
       "F:3:2: gateway 'fd00::1' is no IPv4 address"},
      {"iface eth0 inet manual\n mtu 0\n", "eth0", "F:2:2: mtu '0' is no size"},
      {"iface eth0 inet manual\n mtu 15x\n", "eth0", "F:2:2: mtu '15x' is no number"},
      {"iface eth0 inet manual\n hwaddress 00:11\n", "eth0",
       "F:2:2: hwaddress '00:11' is no address of Ethernet"},
      {"iface eth0 inet manual\n dns-nameservers 1.1.1.1 $(id)\n", "eth0",
       "F:2:2: dns-nameservers '$(id)' is no address"},
      {"iface eth0 inet manual\n dns-search a'b\n", "eth0",
       "F:2:2: dns-search 'a'b' is no name of a domain"},
      {"iface ppp0 inet ppp\n", "ppp0",
       "F:1:1: ppp needs pppd, which is left to itself: it has no interface yet"},
      {"iface br0 inet manual\n bridge_ports a/b\n", "br0",
       "F:2:2: no interface can have the name 'a/b'"},
      {"iface br0 inet manual\n bridge_ports regex (\n", "br0",
       "F:2:2: '(' is no expression: missing ): ("},
      {"iface br0 inet manual\n bridge_ports none\n bridge_pathcost eth0\n", "br0",
       "F:3:2: a port and a number are needed"},
      {"iface br0 inet manual\n bridge_ports none\n bridge_portprio eth0 x\n", "br0",
       "F:3:2: 'x' is no number"},
      {"iface br0 inet manual\n bridge_ports none\n bridge_vids 2-9\n", "br0",
       "F:3:2: vlans of a bridge's ports are not supported (bridge_vids, bridge_pvid, "
       "bridge_access)"},
      {"iface eth0 inet manual\n bridge-access 7\n", "eth0",
       "F:2:2: vlans of a bridge's ports are not supported (bridge_vids, bridge_pvid, "
       "bridge_access)"},
      {"iface br0 inet manual\n bridge_ports none\n bridge_maxwait x\n", "br0",
       "F:3:2: 'x' is no number"},
      {"iface br0 inet manual\n bridge_ports none\n bridge_waitport x\n", "br0",
       "F:3:2: 'x' is no number"},
      {"iface br0 inet manual\n bridge_ports none\n bridge_hw a/b\n", "br0",
       "F:3:2: 'a/b' is neither an address nor an interface"},
      {"iface t inet6 tunnel\n mode x\n endpoint fd00::1\n", "t",
       "F:2:2: mode 'x' is no kind of tunnel"},
      {"iface a/b inet manual\n", "a/b", "F:1:1: no interface can have the name 'a/b'"},
      {"iface eth0 inet6 static\n address fd00::1\n dad-interval x\n", "eth0",
       "F:3:2: dad-interval 'x' is no time"},
  };
  for (const auto& row : kRows) {
    const DesiredInterface interface = InterfaceOf(row.text, row.name);
    ASSERT_EQ(interface.setups.size(), 1u) << row.text;
    const std::vector<std::string>& errors = interface.setups[0].errors;
    EXPECT_EQ(errors.empty() ? "" : errors[0], row.error) << row.text;
  }
}

TEST(NetworkModelTest, PackagesWordsMakeLinks) {
  DesiredInterface bridge = InterfaceOf(
      "iface br0 inet manual\n bridge_ports eth0 eth1\n bridge-stp on\n bridge_fd 1.5\n", "br0");
  ASSERT_TRUE(bridge.made);
  EXPECT_EQ(bridge.made->kind, "bridge");
  EXPECT_EQ(bridge.ports, (std::vector<std::string>{"eth0", "eth1"}));
  using Options = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(bridge.made->options, (Options{{"stp_state", "1"}, {"forward_delay", "150"}}));

  EXPECT_EQ(bridge.forward_wait_s, 4u);  // twice a whole second more than its delay
  EXPECT_EQ(bridge.port_wait_s, 0u);
  bridge = InterfaceOf(
      "iface br0 inet manual\n bridge_ports eth0 regex v.*\n bridge_pathcost eth0 7 v1 8\n"
      " bridge_portprio eth0 9\n bridge_waitport 5\n bridge_maxwait 0\n bridge_hw eth9\n"
      " bridge_vlan_aware yes\n",
      "br0");
  EXPECT_TRUE(bridge.setups.at(0).errors.empty());
  EXPECT_EQ(bridge.port_patterns, std::vector<std::string>{"v.*"});
  EXPECT_EQ(bridge.port_settings,
            (std::vector<DesiredPort>{{"eth0", 7, {}}, {"v1", 8, {}}, {"eth0", {}, 9}}));
  EXPECT_EQ(bridge.port_wait_s, 5u);
  EXPECT_EQ(bridge.awaited_ports, std::vector<std::string>{"eth0"});
  EXPECT_EQ(bridge.forward_wait_s, 0u);
  EXPECT_EQ(bridge.hardware_from, "eth9");
  EXPECT_EQ(bridge.made->options, (Options{{"vlan_filtering", "1"}}));

  DesiredInterface bond = InterfaceOf(
      "iface bond0 inet manual\n bond-slaves none\n bond-mode active-backup\n bond_miimon 100\n",
      "bond0");
  ASSERT_TRUE(bond.made);
  EXPECT_EQ(bond.made->kind, "bond");
  EXPECT_TRUE(bond.ports.empty());
  EXPECT_EQ(bond.made->options, (Options{{"mode", "active-backup"}, {"miimon", "100"}}));
  EXPECT_EQ(InterfaceOf("iface eth0 inet manual\n bond-master bond0\n bond-mode 1\n").master,
            "bond0");

  const struct {
    const char *text, *name, *lower;
    int vlan;
  } kVlans[] = {
      {"iface eth0.5 inet manual\n", "eth0.5", "eth0", 5},
      {"iface eth0.0201 inet manual\n", "eth0.0201", "eth0", 201},
      {"iface eth0.5:1 inet manual\n", "eth0.5:1", "eth0", 5},
      {"iface vlan7 inet manual\n vlan-raw-device eth1\n", "vlan7", "eth1", 7},
      {"iface x inet manual\n vlan_raw_device eth1\n vlan-id 9\n", "x", "eth1", 9},
      {"iface eth0.x inet manual\n", "eth0.x", "", 0},
      {"iface eth0.4095 inet manual\n", "eth0.4095", "", 0},
  };
  for (const auto& row : kVlans) {
    const DesiredInterface vlan = InterfaceOf(row.text, row.name);
    EXPECT_EQ(vlan.made.has_value(), row.vlan != 0) << row.text;
    if (!vlan.made) continue;
    EXPECT_EQ(vlan.made->lower, row.lower);
    EXPECT_EQ(vlan.made->vlan, row.vlan);
  }
}

TEST(NetworkModelTest, RequestsAndNameServersAreWords) {
  const DesiredInterface interface = InterfaceOf(
      "iface eth0 inet static\n address 192.0.2.1/24\n requires br0  eth1\n"
      " dns-nameservers 192.0.2.53 fd00::53\n dns-domain example.org\n hwaddress random\n");
  EXPECT_EQ(interface.needs, (std::vector<std::string>{"br0", "eth1"}));
  const DesiredSetup& setup = interface.setups.at(0);
  EXPECT_EQ(setup.dns.size(), 2u);
  EXPECT_EQ(setup.search, std::vector<std::string>{"example.org"});
  EXPECT_EQ(setup.hardware_address, "");
  EXPECT_EQ(FormatIpAddress(setup.addresses.at(0).broadcast.value()), "192.0.2.255");
}

TEST(NetworkModelTest, AMethodThatIfupdownHasNotIsAProgram) {
  const DesiredInterface interface = InterfaceOf("iface eth0 inet mine\n x y\n");
  EXPECT_EQ(interface.setups.at(0).method, SetupMethod::kExternal);
  EXPECT_EQ(interface.setups.at(0).method_name, "mine");
  EXPECT_TRUE(interface.setups.at(0).errors.empty());
}

}  // namespace
}  // namespace keelson
