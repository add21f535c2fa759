// Lengths are checked before anything is read. Names end where the padding begins: an empty one.
#include "core/router_option.h"

#include <algorithm>
#include <utility>

#include "core/dns_name.h"
#include "core/network_order.h"

namespace keelson {
namespace {

constexpr uint8_t kRdnss = 25, kDnssl = 31;
constexpr size_t kUnit = 8, kAddress = 16;
constexpr uint32_t kForever = 0xffffffff;

// Not the unspecified address, the loopback's, a multicast group's or a mapped v4 one. Link-local
// ones are none either: nobody is told of the link that they are on.
bool IsServer(const IpAddress& address) {
  const auto& bytes = address.bytes;
  const bool is_low =
      std::all_of(bytes.begin(), bytes.begin() + 8, [](uint8_t b) { return b == 0; });
  return !is_low && bytes[0] != 0xff && !(bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
}

void ReadServers(std::string_view body, RouterResolvers* resolvers) {
  for (; body.size() >= kAddress; body.remove_prefix(kAddress)) {
    IpAddress address{.v6 = true};
    std::copy_n(body.begin(), kAddress, address.bytes.begin());
    if (IsServer(address)) resolvers->dns.push_back(address);
  }
}

void ReadNames(std::string_view body, RouterResolvers* resolvers) {
  const size_t end = body.find_last_not_of('\0');
  if (end == std::string_view::npos) return;
  auto names =
      ReadDnsNames(body.substr(0, std::min(end + 2, body.size())), RouterResolverList::kMaxEach);
  if (names) resolvers->search = std::move(names->names);
}

}  // namespace

std::vector<RouterResolvers> ReadRouterOptions(std::string_view options) {
  std::vector<RouterResolvers> all;
  while (options.size() >= kUnit) {
    const size_t size = Read8(options, 1) * kUnit;
    if (size == 0 || size > options.size()) break;
    const uint8_t type = Read8(options, 0);
    if (type == kRdnss || type == kDnssl) {
      RouterResolvers& resolvers = all.emplace_back();
      resolvers.lifetime_s = Read32(options, 4);
      const std::string_view body = options.substr(kUnit, size - kUnit);
      type == kRdnss ? ReadServers(body, &resolvers) : ReadNames(body, &resolvers);
    }
    options.remove_prefix(size);
  }
  return all;
}

template <typename Value>
void RouterResolverList::Put(std::vector<Item<Value>>* items, const Value& value, int64_t until_ns,
                             int64_t now_ns) {
  const auto found = std::find_if(items->begin(), items->end(),
                                  [&value](const auto& item) { return item.value == value; });
  if (found != items->end()) {
    found->until_ns = until_ns;
  } else if (until_ns > now_ns && items->size() < kMaxEach) {
    items->push_back({value, until_ns});
    has_changed_ = true;
  }
}

void RouterResolverList::Take(const RouterResolvers& resolvers, int64_t now_ns) {
  const int64_t until = resolvers.lifetime_s == kForever
                            ? kNever
                            : now_ns + int64_t{resolvers.lifetime_s} * 1'000'000'000;
  for (const IpAddress& address : resolvers.dns) Put(&dns_, address, until, now_ns);
  for (const std::string& name : resolvers.search) Put(&search_, name, until, now_ns);
}

template <typename Value>
void RouterResolverList::Drop(std::vector<Item<Value>>* items, int64_t now_ns) {
  const size_t dropped =
      std::erase_if(*items, [now_ns](const auto& item) { return item.until_ns <= now_ns; });
  if (dropped > 0) has_changed_ = true;
}

bool RouterResolverList::Refresh(int64_t now_ns) {
  Drop(&dns_, now_ns);
  Drop(&search_, now_ns);
  return std::exchange(has_changed_, false);
}

int64_t RouterResolverList::next_ns() const {
  int64_t next = kNever;
  for (const auto& item : dns_) next = std::min(next, item.until_ns);
  for (const auto& item : search_) next = std::min(next, item.until_ns);
  return next;
}

std::vector<IpAddress> RouterResolverList::dns() const {
  std::vector<IpAddress> all;
  for (const auto& item : dns_) all.push_back(item.value);
  return all;
}

std::vector<std::string> RouterResolverList::search() const {
  std::vector<std::string> all;
  for (const auto& item : search_) all.push_back(item.value);
  return all;
}

}  // namespace keelson
