// What routers advertise of name servers (RFC 8106).
//
// Options of neighbour discovery, one after another: type, length in units of 8 bytes, body.
//   25 RDNSS   2 bytes, u32 lifetime in seconds, addresses of 16 bytes
//   31 DNSSL   2 bytes, u32 lifetime in seconds, names one after another, padded with 0
// A lifetime of 0: no longer; 0xffffffff: for ever.
#ifndef KEELSON_CORE_ROUTER_OPTION_H_
#define KEELSON_CORE_ROUTER_OPTION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/ip_address.h"

namespace keelson {

struct RouterResolvers {
  uint32_t lifetime_s = 0;
  std::vector<IpAddress> dns = {};       // such as one host can have
  std::vector<std::string> search = {};  // IsDnsName
};

// One for each of the two kinds of options; those of other kinds are passed over. What is no good
// is left out, and so is all behind an option whose length is none.
std::vector<RouterResolvers> ReadRouterOptions(std::string_view options);

// What holds now, of one interface. Times are nanoseconds of any clock that does not go back.
class RouterResolverList {
 public:
  static constexpr int64_t kNever = INT64_MAX;
  static constexpr size_t kMaxEach = 16;  // more are not taken

  void Take(const RouterResolvers& resolvers, int64_t now_ns);
  // What has run out goes. True: what holds is other than it was at the call before.
  bool Refresh(int64_t now_ns);
  int64_t next_ns() const;  // when the first one runs out; kNever

  std::vector<IpAddress> dns() const;  // in the order in which they came
  std::vector<std::string> search() const;

 private:
  template <typename Value>
  struct Item {
    Value value;
    int64_t until_ns;
  };
  template <typename Value>
  void Put(std::vector<Item<Value>>* items, const Value& value, int64_t until_ns, int64_t now_ns);
  template <typename Value>
  void Drop(std::vector<Item<Value>>* items, int64_t now_ns);

  std::vector<Item<IpAddress>> dns_;
  std::vector<Item<std::string>> search_;
  bool has_changed_ = false;
};

}  // namespace keelson

#endif  // KEELSON_CORE_ROUTER_OPTION_H_
