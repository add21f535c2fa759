#include "applets/netconfd/bridge_ports.h"

#include <gtest/gtest.h>

#include "core/flat_file.h"

namespace keelson {
namespace {

TEST(BridgePortsTest, NamesAndExpressionsAsBridgeUtilsReadsThem) {
  std::vector<Interface> present;
  const auto add = [&](const char* name, uint32_t flags = 0, const char* kind = "") {
    present.push_back({.name = name, .flags = flags, .kind = kind});
  };
  add("lo", kIfLoopback), add("eth0"), add("eth1"), add("enp3s0"), add("p1p1"), add("vif3.0");
  add("xeth0"), add("br0", 0, "bridge"), add("br1", 0, "bridge"), add("eth\xff");
  present[1].hardware_address = "123456";
  using Words = std::vector<std::string>;
  const struct {
    Words words, ports;
  } kRows[] = {
      {{"none"}, {"none"}},  // which is no name for who adds them
      {{"eth0", "gone"}, {"eth0", "gone"}},
      {{"all"}, {"eth0", "eth1", "eth\xff", "enp3s0", "p1p1"}},
      {{"regex", "(eth|vif)[0-9].*"}, {"eth0", "eth1", "vif3.0"}},
      {{"regex", "eth0", "noregex", "vif.*"}, {"vif.*", "eth0"}},
      {{"regex", "eth"}, {}},  // the whole name
      {{"regex", ".*0"}, {"eth0", "enp3s0", "vif3.0", "xeth0"}},
      {{"regex", "eth0", "eth."}, {"eth0", "eth1", "eth\xff"}},
      {{"all", "regex", "v.*"}, {"eth0", "eth1", "eth\xff", "enp3s0", "p1p1", "vif3.0"}},
  };
  for (const auto& row : kRows) {
    const BridgePorts read = ReadBridgePorts(row.words);
    EXPECT_EQ(read.error, "");
    DesiredInterface bridge;
    bridge.name = "br0";
    bridge.ports = read.names;
    bridge.port_patterns = read.patterns;
    bridge.hardware_from = "eth0";
    TakePorts(present, &bridge);
    EXPECT_EQ(bridge.ports, row.ports);
    EXPECT_EQ(bridge.hardware_address, "123456");
  }
  EXPECT_NE(ReadBridgePorts({"regex", "a["}).error, ReadBridgePorts({"a["}).error);
}

}  // namespace
}  // namespace keelson
