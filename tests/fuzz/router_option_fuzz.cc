// Any bytes as options of an advertisement: servers and names that come out are such, and the list
// of them stays within its limits.
#include <cstddef>
#include <cstdint>

#include "core/dns_name.h"
#include "core/router_option.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keelson;
  RouterResolverList list;
  int64_t now = 1;
  for (const RouterResolvers& one :
       ReadRouterOptions({reinterpret_cast<const char*>(data), size})) {
    for (const IpAddress& address : one.dns) Require(address.v6 && address.bytes[0] != 0xff);
    for (const std::string& name : one.search) Require(IsDnsName(name));
    list.Take(one, now += 1'000'000'000);
    list.Refresh(now);
    Require(list.dns().size() <= RouterResolverList::kMaxEach);
    Require(list.search().size() <= RouterResolverList::kMaxEach);
    Require(list.next_ns() > now);
  }
  return 0;
}
