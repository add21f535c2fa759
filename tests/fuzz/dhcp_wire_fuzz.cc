// Any bytes as what a DHCP worker tells or is asked: what is taken comes back from its form.
#include <cstddef>
#include <cstdint>

#include "applets/netconfd/dhcp_wire.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keelson;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto telling = ParseDhcpTelling(bytes)) {
    for (const char c : telling->event.text) Require(static_cast<uint8_t>(c) >= ' ');
    const std::string text = FormatDhcpTelling(*telling);
    const auto again = ParseDhcpTelling(text);
    Require(again && again->event.lease == telling->event.lease);
  }
  if (const auto order = ParseDhcpOrder(bytes)) {
    const auto again = ParseDhcpOrder(FormatDhcpOrder(*order));
    Require(again && again->serial == order->serial);
  }
  return 0;
}
