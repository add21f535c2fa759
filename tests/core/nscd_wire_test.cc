#include "core/nscd_wire.h"

#include <cstring>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace keelson {
namespace {

using std::string_literals::operator""s;

std::string Ints(std::initializer_list<int64_t> values) {
  std::string bytes;
  for (int64_t value : values) {
    const auto narrow = static_cast<int32_t>(value);
    bytes.append(reinterpret_cast<const char*>(&narrow), sizeof narrow);
  }
  return bytes;
}

int32_t NetworkOrder(uint16_t port) {
  const uint8_t bytes[4] = {static_cast<uint8_t>(port >> 8), static_cast<uint8_t>(port), 0, 0};
  int32_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

TEST(NscdWire, Requests) {
  const struct {
    const char* name;
    std::string bytes;
    NscdParse result;
    std::string key;
  } cases[] = {
      {"nothing", "", NscdParse::kNeedMore, ""},
      {"half a header", Ints({2, 0}), NscdParse::kNeedMore, ""},
      {"no key yet", Ints({2, 0, 5}), NscdParse::kNeedMore, ""},
      {"half a key", Ints({2, 0, 5}) + "ro", NscdParse::kNeedMore, ""},
      {"whole", Ints({2, 0, 5}) + "root\0"s, NscdParse::kRequest, "root"},
      {"more behind it", Ints({2, 0, 5}) + "root\0xyz"s, NscdParse::kRequest, "root"},
      {"empty name", Ints({2, 0, 1}) + "\0"s, NscdParse::kRequest, ""},
      {"netgroup key with NULs", Ints({2, 20, 6}) + "a\0\0\0\0\0"s, NscdParse::kRequest,
       "a\0\0\0\0"s},
      {"key without NUL", Ints({2, 0, 4}) + "root", NscdParse::kMalformed, ""},
      {"no key at all", Ints({2, 0, 0}), NscdParse::kMalformed, ""},
      {"negative length", Ints({2, 0, -1}), NscdParse::kMalformed, ""},
      {"giant length", Ints({2, 0, 0x7fffffff}), NscdParse::kMalformed, ""},
      {"longest key", Ints({2, 0, 1024}) + std::string(1023, 'a') + "\0"s, NscdParse::kRequest,
       std::string(1023, 'a')},
      {"one longer", Ints({2, 0, 1025}) + std::string(1024, 'a') + "\0"s, NscdParse::kMalformed,
       ""},
      {"version 1", Ints({1, 0, 5}) + "root\0"s, NscdParse::kMalformed, ""},
      {"byte-swapped", Ints({0x02000000, 0, 0x05000000}), NscdParse::kMalformed, ""},
      {"negative type", Ints({2, -1, 5}) + "root\0"s, NscdParse::kMalformed, ""},
      {"type 22", Ints({2, 22, 5}) + "root\0"s, NscdParse::kMalformed, ""},
      {"shutdown needs no key", Ints({2, 8, 0}), NscdParse::kRequest, ""},
      {"statistics with a key", Ints({2, 9, 1}) + "\0"s, NscdParse::kRequest, ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    NscdRequest request;
    ASSERT_EQ(ParseNscdRequest(c.bytes, &request), c.result);
    if (c.result == NscdParse::kRequest) {
      EXPECT_EQ(request.key, c.key);
    }
  }
}

TEST(NscdWire, RequestsThatWeSend) {
  std::string bytes;
  AppendNscdRequest(NscdType::kInitgroups, "root", &bytes);
  EXPECT_EQ(bytes, Ints({2, 15, 5}) + "root\0"s);
}

TEST(NscdWire, PasswdAnswer) {
  const PasswdEntry entry = {.name = "ann",
                             .password = "x",
                             .gecos = "",
                             .directory = "/h",
                             .shell = "/bin/sh",
                             .uid = 4294967295u,
                             .gid = 7};
  std::string bytes;
  AppendPasswdAnswer(entry, &bytes);
  EXPECT_EQ(bytes, Ints({2, 1, 4, 2, -1, 7, 1, 3, 8}) + "ann\0x\0\0/h\0/bin/sh\0"s);
  NscdFound found;
  PasswdEntry back;
  ASSERT_TRUE(ReadPasswdAnswer(bytes, &found, &back));
  EXPECT_EQ(back.name, entry.name);
  EXPECT_EQ(back.uid, entry.uid);
  EXPECT_EQ(back.gid, entry.gid);
  EXPECT_EQ(back.shell, entry.shell);
  EXPECT_EQ(back.gecos, "");
}

TEST(NscdWire, GroupAnswer) {
  std::string bytes;
  AppendGroupAnswer({.name = "adm", .password = "x", .members = "a,,bc, d", .gid = 4}, &bytes);
  EXPECT_EQ(bytes, Ints({2, 1, 4, 2, 4, 3, 2, 3, 2}) + "adm\0x\0a\0bc\0d\0"s);
  NscdFound found;
  GroupAnswer back;
  ASSERT_TRUE(ReadGroupAnswer(bytes, &found, &back));
  EXPECT_EQ(back.members, (std::vector<std::string_view>{"a", "bc", "d"}));
  bytes.clear();
  AppendGroupAnswer({.name = "none", .password = "", .members = "", .gid = 4}, &bytes);
  EXPECT_EQ(bytes, Ints({2, 1, 5, 1, 4, 0}) + "none\0\0"s);
}

TEST(NscdWire, InitgroupsAnswer) {
  std::string bytes;
  const uint32_t gids[] = {4, 0xfffffffe};
  AppendInitgroupsAnswer(gids, &bytes);
  EXPECT_EQ(bytes, Ints({2, 1, 2, 4, 0xfffffffe}));
  NscdFound found;
  std::vector<uint32_t> back;
  ASSERT_TRUE(ReadInitgroupsAnswer(bytes, &found, &back));
  EXPECT_EQ(back, (std::vector<uint32_t>{4, 0xfffffffe}));
}

TEST(NscdWire, ServiceAnswer) {
  ServiceEntry entry;
  entry.name = "http";
  entry.protocol = "tcp";
  entry.port = 80;
  entry.aliases = ColumnReader("www  web # the web");
  std::string bytes;
  AppendServiceAnswer(entry, &bytes);
  EXPECT_EQ(bytes, Ints({2, 1, 5, 4, 2, NetworkOrder(80)}) + "http\0tcp\0"s + Ints({4, 4}) +
                       "www\0web\0"s);
  NscdFound found;
  ServiceAnswer back;
  ASSERT_TRUE(ReadServiceAnswer(bytes, &found, &back));
  EXPECT_EQ(back.port, 80);
  EXPECT_EQ(back.aliases, (std::vector<std::string_view>{"www", "web"}));
}

TEST(NscdWire, EmptyAnswersHaveTheFullHeader) {
  const struct {
    NscdType type;
    size_t size;
  } cases[] = {
      {NscdType::kPasswdByName, 36},  {NscdType::kPasswdByUid, 36},
      {NscdType::kGroupByName, 24},   {NscdType::kGroupByGid, 24},
      {NscdType::kHostByName, 32},    {NscdType::kHostByAddressV6, 32},
      {NscdType::kAddressInfo, 24},   {NscdType::kInitgroups, 12},
      {NscdType::kServiceByName, 24}, {NscdType::kServiceByPort, 24},
      {NscdType::kNetgroup, 16},      {NscdType::kInNetgroup, 12},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(static_cast<int>(c.type));
    std::string bytes;
    AppendEmptyAnswer(c.type, NscdFound::kElsewhere, &bytes);
    EXPECT_EQ(bytes, Ints({2, -1}) + std::string(c.size - 8, '\0'));
  }
  std::string bytes;
  AppendEmptyAnswer(NscdType::kMapGroup, NscdFound::kElsewhere, &bytes);
  EXPECT_EQ(bytes, "group\0"s + std::string(8, '\0'));
}

TEST(NscdWire, TornAnswersAreNoAnswers) {
  std::string bytes;
  AppendGroupAnswer({.name = "adm", .password = "x", .members = "a,b", .gid = 4}, &bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    NscdFound found;
    GroupAnswer entry;
    EXPECT_FALSE(ReadGroupAnswer(std::string_view(bytes).substr(0, size), &found, &entry)) << size;
    EXPECT_EQ(found, NscdFound::kElsewhere) << size;
  }
  const std::string giant = Ints({2, 1, 4, 2, 4, 0x7fffffff}) + "adm\0x\0"s;
  NscdFound found;
  GroupAnswer entry;
  EXPECT_FALSE(ReadGroupAnswer(giant, &found, &entry));
  std::string none;
  AppendEmptyAnswer(NscdType::kGroupByName, NscdFound::kNo, &none);
  EXPECT_FALSE(ReadGroupAnswer(none, &found, &entry));
  EXPECT_EQ(found, NscdFound::kNo);
}

}  // namespace
}  // namespace keelson
