#include "core/boot_network.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

std::string Text(const BootInterface& i) {
  std::string text = "ip " + (i.device.empty() ? "*" : i.device) + " ";
  text += BootMethodName(i.method);
  if (i.address) text += " " + FormatIpPrefix(*i.address);
  if (i.peer) text += " peer " + FormatIpAddress(*i.peer);
  if (i.gateway) text += " via " + FormatIpAddress(*i.gateway);
  if (!i.hostname.empty()) text += " host " + i.hostname;
  for (const IpAddress& dns : i.dns) text += " dns " + FormatIpAddress(dns);
  if (i.ntp) text += " ntp " + FormatIpAddress(*i.ntp);
  if (i.mtu != 0) text += " mtu " + std::to_string(i.mtu);
  if (i.mac) text += " mac " + FormatMacAddress(*i.mac);
  if (!i.client_id.empty()) {
    text += " id " + std::to_string(i.client_id[0]) + i.client_id.substr(1);
  }
  return text + "\n";
}

std::string Text(const BootLink& l) {
  constexpr const char* kKinds[] = {"vlan", "bond", "bridge"};
  std::string text = std::string(kKinds[static_cast<int>(l.kind)]) + " " + l.name + ":";
  for (const std::string& port : l.ports) text += " " + port;
  if (l.vlan != 0) text += " id " + std::to_string(l.vlan);
  for (const std::string& option : l.options) text += " " + option;
  if (l.mtu != 0) text += " mtu " + std::to_string(l.mtu);
  return text + "\n";
}

// Everything, and then the notes.
std::string Read(std::string_view line) {
  BootNetwork network;
  const auto notes = ReadBootNetwork(line, &network);
  std::string text;
  for (const auto& interface : network.interfaces) text += Text(interface);
  for (const auto& link : network.links) text += Text(link);
  for (const auto& route : network.routes) {
    text += "route " + FormatIpPrefix(route.network);
    if (route.gateway) text += " via " + FormatIpAddress(*route.gateway);
    text += (route.device.empty() ? "" : " on " + route.device) + "\n";
  }
  for (const auto& name : network.names) {
    text += "name " + name.name + " " + FormatMacAddress(name.mac) + "\n";
  }
  for (const auto& dns : network.dns) text += "dns " + FormatIpAddress(dns) + "\n";
  if (!network.takes_peer_dns) text += "no peer dns\n";
  if (!network.boot_device.empty()) text += "boot " + network.boot_device + "\n";
  if (network.boot_mac) text += "boot " + FormatMacAddress(*network.boot_mac) + "\n";
  for (const ParseError& note : notes) text += note.Text("") + "\n";
  return text;
}

struct Case {
  std::string line, expected;
};

TEST(BootNetwork, TheKernelsForms) {
  const Case kCases[] = {
      {"root=/dev/nfs quiet ip=dhcp\n", "ip * dhcp\n"},
      {"ip=off", "ip * none\n"},
      {"ip=on ip=any ip=both ip=bootp ip=rarp",
       "ip * any\nip * any\nip * both\nip * bootp\nip * rarp\n"},
      {"ip=:::::eth0:dhcp", "ip eth0 dhcp\n"},
      {"ip=::::box:eth0:", "ip eth0 any host box\n"},
      {"ip=10.0.0.2", "ip * none 10.0.0.2/8\n"},
      {"ip=10.0.0.2:10.0.0.1:10.0.0.254:255.255.255.0:box.lan:eth0:none:10.0.0.3:10.0.0.4:10.0.0.5",
       "ip eth0 none 10.0.0.2/24 peer 10.0.0.1 via 10.0.0.254 host box.lan dns 10.0.0.3 "
       "dns 10.0.0.4 ntp 10.0.0.5\n"},
      {"nfsaddrs=192.0.2.7:::::eth1:off", "ip eth1 none 192.0.2.7/24\n"},
      {"ip=192.0.2.7:::255.255.255.252::eth1", "ip eth1 none 192.0.2.7/30\n"},
      {"ip=::::::dhcp::192.0.2.9", "ip * dhcp dns 192.0.2.9\n"},
      {"ip=dhcp,1,box-7", "ip * dhcp id 1box-7\n"},
  };
  for (const Case& c : kCases) EXPECT_EQ(Read(c.line), c.expected) << c.line;
}

TEST(BootNetwork, DracutsForms) {
  const Case kCases[] = {
      {"ip=eth0:dhcp ip=eth1:auto6", "ip eth0 dhcp\nip eth1 auto6\n"},
      {"ip=dhcp6 ip=either6 ip=link6 ip=link-local ip=ibft ip=single-dhcp",
       "ip * dhcp6\nip * either6\nip * link-local\nip * link-local\nip * ibft\nip * dhcp\n"},
      {"ip=eth0:dhcp:1400:52:54:00:12:34:56", "ip eth0 dhcp mtu 1400 mac 52:54:00:12:34:56\n"},
      {"ip=eth0:dhcp::52-54-00-12-34-56", "ip eth0 dhcp mac 52:54:00:12:34:56\n"},
      {"ip=192.0.2.2::192.0.2.1:24:box:ens3:none:1400:52:54:00:12:34:56",
       "ip ens3 none 192.0.2.2/24 via 192.0.2.1 host box mtu 1400 mac 52:54:00:12:34:56\n"},
      {"ip=192.0.2.2::192.0.2.1:24::ens3:none::52:54:00:12:34:56",
       "ip ens3 none 192.0.2.2/24 via 192.0.2.1 mac 52:54:00:12:34:56\n"},
      {"ip=192.0.2.2/25::192.0.2.1:::ens3:none:192.0.2.3",
       "ip ens3 none 192.0.2.2/25 via 192.0.2.1 dns 192.0.2.3\n"},
      {"ip=[2001:db8::2]::[2001:db8::1]:64:box:ens3:none:[2001:db8::53]:192.0.2.53",
       "ip ens3 none 2001:db8::2/64 via 2001:db8::1 host box dns 2001:db8::53 dns 192.0.2.53\n"},
      {"ip=[2001:db8::2/56]:::::ens3:none", "ip ens3 none 2001:db8::2/56\n"},
      {"ip=[2001:db8::2]:::::ens3", "ip ens3 none 2001:db8::2/128\n"},
      {"ip=10.0.0.1:10.0.0.2/31:::p:ppp1:off", "ip ppp1 none 10.0.0.1/8 peer 10.0.0.2 host p\n"},
      {"vlan=eth0.0100:eth0 vlan=vlan5:bond0",
       "vlan eth0.0100: eth0 id 100\nvlan vlan5: bond0 id 5\n"},
      {"bond=bond0 bond=b1:ens3,ens4:mode=802.3ad,miimon=100:9000",
       "bond bond0: eth0 eth1\nbond b1: ens3 ens4 mode=802.3ad miimon=100 mtu 9000\n"},
      {"bridge=br0:ens3,ens4 bridge=br1", "bridge br0: ens3 ens4\nbridge br1: eth0\n"},
      {"ifname=lan:52:54:00:12:34:56", "name lan 52:54:00:12:34:56\n"},
      {"nameserver=192.0.2.53 nameserver=[2001:db8::53] nameserver=2001:db8::54 rd.peerdns=0",
       "dns 192.0.2.53\ndns 2001:db8::53\ndns 2001:db8::54\nno peer dns\n"},
      {"rd.route=192.0.2.0/24:10.0.0.1:ens10 rd.route=192.0.2.0/24:10.0.0.1 "
       "rd.route=192.0.2.0/24::ens10 rd.route=[2001:db8:3::/48]:[2001:db8:2::1]:ens10 "
       "rd.route=[2001:db8:4::]/48:[2001:db8:2::1]",
       "route 192.0.2.0/24 via 10.0.0.1 on ens10\nroute 192.0.2.0/24 via 10.0.0.1\n"
       "route 192.0.2.0/24 on ens10\nroute 2001:db8:3::/48 via 2001:db8:2::1 on ens10\n"
       "route 2001:db8:4::/48 via 2001:db8:2::1\n"},
      {"BOOTIF=01-52-54-00-12-34-56 bootdev=ens3", "boot ens3\nboot 52:54:00:12:34:56\n"},
      {"BOOTIF=52:54:00:12:34:57", "boot 52:54:00:12:34:57\n"},
      {"\"ip=eth0:dhcp\" ip=\"eth1:dhcp\"", "ip eth0 dhcp\nip eth1 dhcp\n"},
      {"init=/x -- ip=dhcp", ""},
  };
  for (const Case& c : kCases) EXPECT_EQ(Read(c.line), c.expected) << c.line;
}

TEST(BootNetwork, WhatIsLeftOutIsToldOf) {
  const Case kCases[] = {
      {"a ip=eth0", ":1:6: 'eth0' is no method of configuration\n"},
      {"ip", ":1:1: ip without a value\n"},
      {"ip=", ":1:4: no method of configuration\n"},
      {"quiet\n ip=eth0:$(id)", ":2:10: '$(id)' is no method of configuration\n"},
      {"ip=a/b:dhcp", ":1:4: no name of an interface\n"},
      {"ip=192.0.2.2::192.0.2.1x", ":1:15: no address\n"},
      {"ip=192.0.2.2:::255.0.255.0", ":1:16: no netmask\n"},
      {"ip=::::::dhcp:12", ":1:15: no MTU from 68 to 65536\n"},
      {"ip=:::24::eth0:dhcp", ":1:7: a netmask without an address\n"},
      {"ip=192.0.2.2:::24:a';reboot':eth0:none",
       "ip eth0 none 192.0.2.2/24\n:1:19: no host name, left out\n"},
      {"ip=192.0.2.2:::24::eth0:none:1.1.1.1:2.2.2.2:3.3.3.3:4.4.4.4",
       ":1:54: more than two name servers and a time server\n"},
      {"ip=192.0.2.2:::24::eth0:none::52:54:00:12:34", ":1:31: no Ethernet address\n"},
      {"ip=2001:db8::2", ":1:9: 'db8' is no method of configuration\n"},
      {"ip=dhcp,1", ":1:4: no dhcp,TYPE,VALUE\n"},
      {"ip=dhcp,256,a ip=bootp,1,a", ":1:4: no dhcp,TYPE,VALUE\n:1:18: no dhcp,TYPE,VALUE\n"},
      {"team=t0:eth0,eth1",
       ":1:6: team needs teamd, which is left to itself: bond= does the same in the kernel\n"},
      {"vlan=v:eth0 vlan=v4095:eth0 vlan=v0:eth0 vlan=v5:a,b vlan=v5",
       ":1:6: no number from 1 to 4094 at the end of its name, or not one device\n"
       ":1:18: no number from 1 to 4094 at the end of its name, or not one device\n"
       ":1:34: no number from 1 to 4094 at the end of its name, or not one device\n"
       ":1:47: no number from 1 to 4094 at the end of its name, or not one device\n"
       ":1:59: not NAME:DEVICE\n"},
      {"bond=b:eth0:mode bond=b:eth0,:a=b bridge=b:c:d",
       ":1:13: not KEY=VALUE\n:1:30: no name of an interface\n:1:46: more than NAME:PORTS\n"},
      {"ifname=lan ifname=lan:1:2 nameserver=x rd.peerdns=no BOOTIF=01- bootdev=all",
       ":1:8: not NAME:MAC\n:1:19: not NAME:MAC\n:1:38: no address\n:1:51: neither 0 nor 1\n"
       ":1:61: no Ethernet address\n:1:73: no name of an interface\n"},
      {"rd.route=192.0.2.0/24 rd.route=192.0.2.0:10.0.0.1 rd.route=192.0.2.0/24: "
       "rd.route=192.0.2.0/24:[::1]",
       ":1:10: not NETWORK/LENGTH:GATEWAY[:DEVICE]\n:1:32: not NETWORK/LENGTH:GATEWAY[:DEVICE]\n"
       ":1:60: neither a gateway nor a device\n:1:96: a gateway of another family\n"},
  };
  for (const Case& c : kCases) EXPECT_EQ(Read(c.line), c.expected) << c.line;
}

TEST(BootNetwork, ALineOfAnyLength) {
  const std::string line(2 * kMaxCommandLine, ' ');
  EXPECT_EQ(Read("ip=dhcp" + line + "ip=dhcp"),
            "ip * dhcp\n:1:65537: what follows is left out: longer than any kernel's\n");
  std::string words;
  for (int i = 0; i < 2000; ++i) words += "ip=x\n";
  BootNetwork network;
  const auto notes = ReadBootNetwork(words, &network);
  ASSERT_EQ(notes.size(), 1000u);
  EXPECT_EQ(notes.back().Text(""), ":1000:4: 'x' is no method of configuration");
}

}  // namespace
}  // namespace keelson
