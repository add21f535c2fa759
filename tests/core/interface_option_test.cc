#include "core/interface_option.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

TEST(InterfaceOption, VariablesOfHooks) {
  const struct {
    std::string_view name, variable;
  } kCases[] = {{"bridge_ports", "BRIDGE_PORTS"},
                {"bridge-ports", "BRIDGE_PORTS"},
                {"Bond-Mode", "BOND_MODE"},
                {"a.b$(id)c", "ABIDC"},
                {"a=b", "A"},
                {"", ""}};
  for (const auto& c : kCases) EXPECT_EQ(OptionVariable(c.name), c.variable);

  InterfaceStanza stanza;
  stanza.options = {{"bridge_ports", {{"a", {}}}}, {"mtu", {}}, {"bridge-ports", {{"b", {}}}}};
  EXPECT_EQ(FindVariable(stanza, "BRIDGE_PORTS"), &stanza.options[2]);
  EXPECT_EQ(FindVariable(stanza, "BRIDGE"), nullptr);
}

TEST(InterfaceOption, HardwareClasses) {
  const struct {
    std::string_view text, expected;
  } kCases[] = {{"ether 00:DE", "00:DE"}, {"ETHER 00:DE", "00:DE"}, {"ARCnet 1", "1"},
                {"00:DE", "00:DE"},       {"ether", "ether"},       {"ether\t1", "ether\t1"},
                {"e-ther 1", "e-ther 1"}, {"random", "random"}};
  for (const auto& c : kCases) EXPECT_EQ(WithoutHardwareClass(c.text), c.expected);
}

TEST(InterfaceOption, NetworksAndBroadcasts) {
  const struct {
    std::string_view address, netmask, broadcast;
    std::string network, expected;
  } kCases[] = {
      {"1.2.3.4/14", "", "", "1.2.3.4/14", "1.3.255.255"},
      {"1.2.3.4/14", "255.255.255.128", "+", "1.2.3.4/25", "1.2.3.127"},
      {"1.2.3.4", "24", "-", "1.2.3.4/24", "1.2.3.0"},
      {"1.2.3.4/31", "", "+", "1.2.3.4/31", "255.255.255.255"},
      {"1.2.3.4/31", "", "-", "1.2.3.4/31", "0.0.0.0"},
      {"1.2.3.4/24", "", "1.2.3.9", "1.2.3.4/24", "1.2.3.9"},
      {"1.2.3.4/24", "", "x", "1.2.3.4/24", ""},
      {"1.2.3.4/24", "", "::1", "1.2.3.4/24", ""},
      {"1.2.3.4", "", "", "1.2.3.4/8", "1.255.255.255"},
      {"192.0.2.1", "", "", "192.0.2.1/24", "192.0.2.255"},
      {"2001:db8::1", "", "", "2001:db8::1/128", "-"},
      {"2001:db8::1", "64", "", "2001:db8::1/64", "-"},
      {"2001:db8::1/64", "48", "", "2001:db8::1/48", "-"},
      {"2001:db8::1/", "", "", "2001:db8::1/128", "-"},
      {"1.2.3.4/", "24", "", "1.2.3.4/24", "1.2.3.255"},
      {"/", "", "", "", ""},
      {"1.2.3.4", "255.0.255.0", "", "", ""},
      {"1.2.3.4", "33", "", "", ""},
      {"1.2.3.4/33", "24", "", "", ""},
      {"$(id)", "", "", "", ""},
      {"", "", "", "", ""},
  };
  for (const auto& c : kCases) {
    const auto network = InterfaceNetwork(c.address, c.netmask);
    EXPECT_EQ(network ? FormatIpPrefix(*network) : "", c.network) << c.address << c.netmask;
    if (!network || network->address.v6) continue;
    const auto broadcast = InterfaceBroadcast(c.broadcast, *network);
    EXPECT_EQ(broadcast ? FormatIpAddress(*broadcast) : "", c.expected) << c.address;
  }
}

}  // namespace
}  // namespace keelson
