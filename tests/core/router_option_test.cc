// Name servers and domains of advertisements, and how long they hold.
#include "core/router_option.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

std::string Bytes(std::initializer_list<int> numbers) {
  std::string bytes;
  for (const int number : numbers) bytes += static_cast<char>(number);
  return bytes;
}

std::string Address(int first, int second, int last) {
  std::string bytes(16, '\0');
  bytes[0] = static_cast<char>(first);
  bytes[1] = static_cast<char>(second);
  bytes[15] = static_cast<char>(last);
  return bytes;
}

// Everything in one line: "LIFETIME server... name... |" for each.
std::string Read(std::string_view options) {
  std::string shown;
  for (const RouterResolvers& one : ReadRouterOptions(options)) {
    shown += std::to_string(one.lifetime_s);
    for (const IpAddress& address : one.dns) shown += " " + FormatIpAddress(address);
    for (const std::string& name : one.search) shown += " " + name;
    shown += "|";
  }
  return shown;
}

TEST(ReadRouterOptions, Table) {
  const std::string head = Bytes({25, 3, 0, 0, 0, 0, 1, 44});
  const std::string two = Bytes({25, 5, 0, 0, 0, 0, 0, 9});
  const std::string names = Bytes({31, 3, 0, 0, 255, 255, 255, 255});
  const struct {
    const char* name;
    std::string options, expected;
  } kTable[] = {
      {"none", "", ""},
      {"a server", head + Address(0xfd, 0, 1), "300 fd00::1|"},
      {"two servers", two + Address(0xfd, 0, 1) + Address(0x20, 1, 2), "9 fd00::1 2001::2|"},
      {"servers that are none",
       two + Address(0xff, 2, 1) + Address(0, 0, 1) + head + Address(0xfe, 0x80, 1), "9|300|"},
      {"names", names + std::string("\3lab\4test\0\1x\0\0\0", 16), "4294967295 lab.test x|"},
      {"a name that is none", names + std::string("\3a;b\4test\0\1x\0\0\0", 16), "4294967295 x|"},
      {"a name without an end", names + std::string(16, '\77'), "4294967295|"},
      {"padding alone", names + std::string(16, '\0'), "4294967295|"},
      {"cut", (head + Address(0xfd, 0, 1)).substr(0, 23), ""},
      {"no length", Bytes({25, 0, 0, 0, 0, 0, 1, 44}) + head + Address(0xfd, 0, 1), ""},
      {"another kind first", Bytes({1, 1, 2, 0, 0, 0, 0, 1}) + head + Address(0xfd, 0, 1),
       "300 fd00::1|"},
  };
  for (const auto& row : kTable) EXPECT_EQ(Read(row.options), row.expected) << row.name;
}

TEST(RouterResolverList, HoldsAsLongAsTold) {
  const IpAddress one = *ParseIpAddress("fd00::1"), two = *ParseIpAddress("fd00::2");
  RouterResolverList list;
  EXPECT_FALSE(list.Refresh(1));
  list.Take({.lifetime_s = 10, .dns = {one, two}, .search = {"lab.test"}}, kSecond);
  EXPECT_TRUE(list.Refresh(kSecond));
  EXPECT_EQ(list.next_ns(), 11 * kSecond);
  list.Take({.lifetime_s = 20, .dns = {two}}, 2 * kSecond);
  EXPECT_FALSE(list.Refresh(2 * kSecond));  // the same servers
  EXPECT_TRUE(list.Refresh(11 * kSecond));
  EXPECT_EQ(list.dns(), std::vector<IpAddress>{two});
  EXPECT_TRUE(list.search().empty());
  list.Take({.lifetime_s = 0, .dns = {two}}, 12 * kSecond);  // no longer
  EXPECT_TRUE(list.Refresh(12 * kSecond));
  EXPECT_EQ(list.next_ns(), RouterResolverList::kNever);
  list.Take({.lifetime_s = 0xffffffff, .dns = {one}}, 13 * kSecond);
  EXPECT_TRUE(list.Refresh(13 * kSecond));
  EXPECT_EQ(list.next_ns(), RouterResolverList::kNever);
}

TEST(RouterResolverList, TakesNoMoreThanItsLimit) {
  RouterResolverList list;
  for (int i = 0; i < 100; ++i) {
    list.Take({.lifetime_s = 9, .search = {"d" + std::to_string(i)}}, 1);
  }
  EXPECT_EQ(list.search().size(), RouterResolverList::kMaxEach);
}

}  // namespace
}  // namespace keelson
