#include "core/rc_network.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

std::string Text(const RcInterface& i) {
  std::string text = i.name + ":";
  for (const RcAddress& address : i.addresses) {
    text += " " + FormatIpPrefix(address.prefix);
    if (address.broadcast) text += " brd " + FormatIpAddress(*address.broadcast);
  }
  if (i.by_dhcp) text += " dhcp";
  if (i.waits_for_dhcp) text += *i.waits_for_dhcp ? " sync" : " nosync";
  if (i.by_routers) text += " ra";
  if (i.is_manual) text += " manual";
  if (i.is_down) text += " down";
  if (i.is_created) text += " created";
  if (i.mtu != 0) text += " mtu " + std::to_string(i.mtu);
  if (i.mac) text += " mac " + FormatMacAddress(*i.mac);
  if (!i.new_name.empty()) text += " name " + i.new_name;
  if (!i.description.empty()) text += " (" + i.description + ")";
  if (!i.parent.empty()) text += " vlan " + std::to_string(i.vlan) + " of " + i.parent;
  if (!i.lagg_protocol.empty()) text += " " + i.lagg_protocol;
  for (const std::string& port : i.ports) text += " +" + port;
  return text + "\n";
}

std::string Read(std::string_view file) {
  RcConf conf;
  RcNetwork network;
  EXPECT_TRUE(conf.Add("rc.conf", file).empty()) << file;
  const auto notes = ReadRcNetwork(conf, &network);
  std::string text;
  for (const RcInterface& interface : network.interfaces) text += Text(interface);
  if (!network.is_all) text += "only these\n";
  for (const RcRoute& route : network.routes) {
    text += "route " + FormatIpPrefix(route.network);
    if (route.gateway) text += " via " + FormatIpAddress(*route.gateway);
    text += (route.interface.empty() ? "" : " on " + route.interface) + "\n";
  }
  if (!network.hostname.empty()) text += "host " + network.hostname + "\n";
  for (const RcNote& note : notes) text += note.error.Text(conf.files()[note.file]) + "\n";
  return text;
}

struct Case {
  std::string file, expected;
};

TEST(RcNetwork, Interfaces) {
  const Case kCases[] = {
      {"", ""},
      {"ifconfig_em0=DHCP\nifconfig_em1='SYNCDHCP mtu 9000'\nifconfig_em2='inet 192.0.2.1/24 "
       "noAuto'\n",
       "em0: dhcp\nem1: dhcp sync mtu 9000\nem2: 192.0.2.1/24 manual\n"},
      {"ifconfig_em0='inet 192.0.2.1 netmask 255.255.255.128 broadcast 192.0.2.127 down'\n",
       "em0: 192.0.2.1/25 brd 192.0.2.127 down\n"},
      {"ifconfig_em0='192.0.2.1 netmask 0xfffffff0 up ether 02:00:5e:10:00:01'\n",
       "em0: 192.0.2.1/28 mac 02:00:5e:10:00:01\n"},
      {"ifconfig_em0='inet 10.0.0.1 mtu 1400'\n", "em0: 10.0.0.1/8 mtu 1400\n"},
      {"ifconfig_em0_ipv6='inet6 2001:db8::1 prefixlen 48 accept_rtadv'\nifconfig_em0=up\n"
       "ifconfig_em0_descr='to the \"world\"'\nifconfig_em0_name=wan\n",
       "em0: 2001:db8::1/48 ra name wan (to the \"world\")\n"},
      {"ifconfig_em0_ipv6='inet6 2001:db8::1'\n", "em0: 2001:db8::1/64\n"},
      {"ifconfig_em0='inet 192.0.2.1/24'\nifconfig_em0_alias10='inet 192.0.2.10/32'\n"
       "ifconfig_em0_alias9='inet 192.0.2.9 netmask 255.255.255.255'\n"
       "ifconfig_em0_alias0='inet6 2001:db8::2/56'\nipv4_addrs_em0='192.0.2.129/27 "
       "192.0.2.5-7/28'\n"
       "ifconfig_em0_aliases='inet 192.0.2.2/32 inet6 2001:db8::3'\n",
       "em0: 192.0.2.1/24 192.0.2.2/32 2001:db8::3/64 2001:db8::2/56 192.0.2.9/32 192.0.2.10/32 "
       "192.0.2.129/27 192.0.2.5/28 192.0.2.6/32 192.0.2.7/32\n"},
      {"network_interfaces='em0 lo0'\nifconfig_em0=DHCP\n", "em0: dhcp\nlo0:\nonly these\n"},
      {"network_interfaces=auto\nifconfig_DEFAULT='DHCP inet6 accept_rtadv'\n",
       "DEFAULT: dhcp ra\n"},
      {"cloned_interfaces='bridge0 lo1:sticky lagg0'\nifconfig_bridge0='addm em0 addm em1 up'\n"
       "create_args_lo1='mtu 1500'\nifconfig_lagg0='laggproto lacp laggport em2 laggport em3 "
       "192.0.2.1/24'\n",
       "bridge0: created +em0 +em1\nlo1: created mtu 1500\n"
       "lagg0: 192.0.2.1/24 created lacp +em2 +em3\n"},
      {"vlans_em0='100 lan'\ncreate_args_lan='vlan 7'\nifconfig_em0_100='inet 192.0.2.1/24'\n"
       "ifconfig_lan=DHCP\n",
       "em0.100: 192.0.2.1/24 created vlan 100 of em0\nlan: dhcp created vlan 7 of em0\n"},
      {"cloned_interfaces=vlan5\ncreate_args_vlan5='vlan 5 vlandev em0'\n",
       "vlan5: created vlan 5 of em0\n"},
  };
  for (const Case& c : kCases) EXPECT_EQ(Read(c.file), c.expected) << c.file;
}

TEST(RcNetwork, RoutesAndTheHostsName) {
  const Case kCases[] = {
      {"defaultrouter=192.0.2.254\nipv6_defaultrouter=fe80::1%em0\nhostname=box.example.org\n",
       "route 0.0.0.0/0 via 192.0.2.254\nroute ::/0 via fe80::1 on em0\nhost box.example.org\n"},
      {"defaultrouter=NO\nipv6_defaultrouter=no\nhostname=\n", ""},
      {"static_routes='a b:em0 c d e'\nroute_a='-net 10.0.0.0/8 192.0.2.254'\n"
       "route_b='-net 10.1.0.0 -netmask 255.255.0.0 192.0.2.253'\n"
       "route_c='-host 10.2.0.1 -interface em1'\nroute_d='10.3.0.0 192.0.2.252 255.255.255.0'\n"
       "route_e='default 192.0.2.1'\n",
       "route 10.0.0.0/8 via 192.0.2.254\nroute 10.1.0.0/16 via 192.0.2.253 on em0\n"
       "route 10.2.0.1/32 on em1\nroute 10.3.0.0/24 via 192.0.2.252\n"
       "route 0.0.0.0/0 via 192.0.2.1\n"},
      {"ipv6_static_routes='a b'\nipv6_route_a='2001:db8:1:: -prefixlen 48 2001:db8::1'\n"
       "ipv6_route_b='-net 2001:db8:2::/56 fe80::1%em0'\n",
       "route 2001:db8:1::/48 via 2001:db8::1\nroute 2001:db8:2::/56 via fe80::1 on em0\n"},
  };
  for (const Case& c : kCases) EXPECT_EQ(Read(c.file), c.expected) << c.file;
}

TEST(RcNetwork, WhatIsLeftOutIsToldOf) {
  const Case kCases[] = {
      {"\nifconfig_em0='inet 192.0.2.1/24 media autoselect mtu 9'\n",
       "em0: 192.0.2.1/24\nrc.conf:2:1: ifconfig_em0: not understood: media\n"
       "rc.conf:2:1: ifconfig_em0: not understood: autoselect\n"
       "rc.conf:2:1: ifconfig_em0: not understood: mtu 9\n"},
      {"ifconfig_em0='inet 192.0.2.300/24'\nifconfig_em1='inet6 192.0.2.1'\n",
       "em0:\nem1:\nrc.conf:1:1: ifconfig_em0: no address: 192.0.2.300/24\n"
       "rc.conf:2:1: ifconfig_em1: no address: 192.0.2.1\n"},
      {"ifconfig_em0='inet 192.0.2.1 netmask 255.0.255.0 broadcast x'\n",
       "em0: 192.0.2.1/24\nrc.conf:1:1: ifconfig_em0: no netmask: 255.0.255.0\n"
       "rc.conf:1:1: ifconfig_em0: no address: x\n"},
      {"ipv4_addrs_em0='192.0.2.9-5/24 192.0.2.1-300'\n",
       "em0:\nrc.conf:1:1: ipv4_addrs_em0: no address: 192.0.2.9-5/24\n"
       "rc.conf:1:1: ipv4_addrs_em0: no address: 192.0.2.1-300\n"},
      {"cloned_interfaces='a/b tap0'\nvlans_em0='0 5000'\n",
       "tap0: created\n0: created vlan 0 of em0\n5000: created vlan 0 of em0\n"
       "rc.conf:1:1: cloned_interfaces: no name of an interface: a/b\n"
       "rc.conf:2:1: vlans_em0: 0 has no vlan number\n"
       "rc.conf:2:1: vlans_em0: 5000 has no vlan number\n"},
      {"ifconfig_em0=\"inet 'x\"\nifconfig_em0_name='a b'\n",
       "em0:\nrc.conf:1:1: ifconfig_em0: a quote is open\n"
       "rc.conf:2:1: ifconfig_em0_name: no name of an interface: a b\n"},
      {"defaultrouter=x\nipv6_defaultrouter=192.0.2.1\nhostname='a;b'\n",
       "rc.conf:1:1: defaultrouter: no address of a router: x\n"
       "rc.conf:2:1: ipv6_defaultrouter: no address of a router: 192.0.2.1\n"
       "rc.conf:3:1: hostname: no host name\n"},
      {"static_routes='a b c'\nroute_a='-net 10.0.0.0/8'\nroute_b='-net x 192.0.2.1'\n",
       "rc.conf:2:1: route_a: neither a router nor an interface\n"
       "rc.conf:3:1: route_b: no network: x\n"
       "rc.conf:1:1: static_routes: there is no route_c\n"},
  };
  for (const Case& c : kCases) EXPECT_EQ(Read(c.file), c.expected) << c.file;
}

TEST(RcNetwork, Ranges) {
  const struct {
    std::string_view text;
    int length;
    std::string expected;
  } kCases[] = {
      {"192.0.2.1", 24, "192.0.2.1/24 "},
      {"192.0.2.1", -1, "192.0.2.1/24 "},
      {"192.0.2.1-3/26", 24, "192.0.2.1/26 192.0.2.2/32 192.0.2.3/32 "},
      {"192.0.2.1-2", 24, "192.0.2.1/24 192.0.2.2/32 "},
      {"10.1-2.0.1/8", -1, "10.1.0.1/8 10.2.0.1/32 "},
      {"2001:db8::1/48", 64, "2001:db8::1/48 "},
      {"192.0.2.1-", 24, ""},
      {"192.0.2.-1", 24, ""},
      {"192.0.2.1-2-3", 24, ""},
      {"1-2", 24, ""},
      {"192.0.2.1-2/33", 24, ""},
  };
  for (const auto& c : kCases) {
    std::vector<IpPrefix> addresses;
    std::string found;
    if (ExpandRcAddresses(c.text, c.length, &addresses)) {
      for (const IpPrefix& prefix : addresses) found += FormatIpPrefix(prefix) + " ";
    }
    EXPECT_EQ(found, c.expected) << c.text;
  }
}

TEST(RcNetwork, AddressesAreLimitedAsAWhole) {
  std::string file = "ipv4_addrs_em0='";
  for (int i = 0; i < 257; ++i) file += "192.0.2.0-255 ";
  RcConf conf;
  RcNetwork network;
  conf.Add("rc.conf", file + "'\n");
  const auto notes = ReadRcNetwork(conf, &network);
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(network.interfaces.at(0).addresses.size(), kMaxRcAddresses);
}

}  // namespace
}  // namespace keelson
