#include "applets/pwlookupd/netgroup_table.h"

#include <gtest/gtest.h>

#include <string>

#include "core/nscd_host_wire.h"
#include "tests/applets/pwlookupd/bytes_of.h"

namespace keelson {
namespace {

constexpr char kFile[] = "a (h,u,d) b \\\n c\nb (i,,)\nc a nosuch\nonly (h,,)\na (second,,)\n";

// The hosts of a netgroup's triples, or what it is found as.
std::string Hosts(const NetgroupTable& table, bool is_all, std::string_view name) {
  std::string bytes;
  const NscdFound found = AnswerNetgroup(table, is_all, {NscdType::kNetgroup, name}, &bytes);
  if (found == NscdFound::kNo) return "no";
  if (found == NscdFound::kElsewhere) return "elsewhere";
  NscdFound read;
  std::vector<NetgroupItem> triples;
  EXPECT_TRUE(ReadNetgroupAnswer(bytes, &read, &triples));
  std::string hosts;
  for (const NetgroupItem& triple : triples) hosts += std::string(triple.host) + " ";
  return hosts;
}

TEST(NetgroupTable, WhatTheFileKnows) {
  const NetgroupTable table(BytesOf(kFile));
  EXPECT_EQ(table.entries(), 5u);
  EXPECT_EQ(Hosts(table, true, "a"), "h i ");
  EXPECT_EQ(Hosts(table, true, "c"), "h i ");
  EXPECT_EQ(Hosts(table, true, "nosuch"), "no");
  EXPECT_EQ(Hosts(table, false, "a"), "elsewhere");
  EXPECT_EQ(Hosts(table, false, "only"), "h ");
}

TEST(NetgroupTable, WhoIsIn) {
  const NetgroupTable table(BytesOf(kFile));
  const struct {
    InNetgroupKey key;
    bool is_all;
    NscdFound found;
    int32_t result;
  } kCases[] = {
      {{"a", "h", "u", "d"}, true, NscdFound::kYes, 1},
      {{"a", "i", "anybody", {}}, true, NscdFound::kYes, 1},
      {{"a", "x", {}, {}}, true, NscdFound::kYes, 0},
      {{"a", "x", {}, {}}, false, NscdFound::kElsewhere, 0},
      {{"a", "h", {}, {}}, false, NscdFound::kYes, 1},
      {{"nosuch", "h", {}, {}}, true, NscdFound::kNo, 0},
  };
  for (const auto& [key, is_all, expected, result] : kCases) {
    std::string bytes;
    const std::string made = MakeInNetgroupKey(key);
    EXPECT_EQ(AnswerNetgroup(table, is_all, {NscdType::kInNetgroup, made}, &bytes), expected)
        << key.netgroup << key.host.value_or("");
    if (expected != NscdFound::kYes) continue;
    NscdFound found;
    bool is_in = false;
    ASSERT_TRUE(ReadInNetgroupAnswer(bytes, &found, &is_in));
    EXPECT_EQ(is_in, result == 1);
  }
}

TEST(NetgroupTable, EnormousOnesAreLeftToTheClient) {
  std::string bytes = "a";
  for (int i = 0; i < 30'000; ++i) bytes += " (h,,)";
  const NetgroupTable table(BytesOf(bytes + "\n"));
  EXPECT_EQ(Hosts(table, true, "a"), "elsewhere");
}

}  // namespace
}  // namespace keelson
