// Any bytes as the kernel's command line. Every name is one that an interface can have, every
// number is in its range, and every note has a place.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/boot_network.h"
#include "core/interface_name.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

void CheckPrefix(const IpPrefix& prefix) {
  Require(prefix.length >= 0 && prefix.length <= (prefix.address.v6 ? 128 : 32));
  Require(ParseIpPrefix(FormatIpPrefix(prefix)) == prefix);
}

void CheckInterface(const BootInterface& interface) {
  Require(interface.device.empty() || IsInterfaceName(interface.device));
  Require(interface.hostname.find_first_of("'\"$`;& \n\t/") == std::string::npos);
  Require(!BootMethodName(interface.method).empty());
  if (interface.address) CheckPrefix(*interface.address);
  Require(interface.mtu <= 65536 && interface.dns.size() <= 2);
  Require(interface.client_id.size() <= 255);
}

void Check(std::string_view bytes) {
  BootNetwork network;
  RequirePlaces(bytes, ReadBootNetwork(bytes, &network));
  for (const BootInterface& interface : network.interfaces) CheckInterface(interface);
  for (const BootLink& link : network.links) {
    Require(IsInterfaceName(link.name) && !link.ports.empty() && link.vlan <= 4094);
    for (const std::string& port : link.ports) Require(IsInterfaceName(port));
  }
  for (const BootRoute& route : network.routes) {
    CheckPrefix(route.network);
    Require(route.gateway || !route.device.empty());
  }
  for (const BootName& name : network.names) Require(IsInterfaceName(name.name));
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  keelson::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
