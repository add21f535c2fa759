#include "core/nscd_host_wire.h"

#include <gtest/gtest.h>

#include <string>

namespace keelson {
namespace {

using namespace std::string_literals;

std::string Ints(std::initializer_list<int32_t> values) {
  std::string bytes;
  for (const int32_t value : values) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  return bytes;
}

IpAddress At(const char* text) { return *ParseIpAddress(text); }

TEST(NscdHostWire, Host) {
  const HostAnswer host = {"name", {"a", ""}, {At("10.0.0.1"), At("10.0.0.2")}};
  std::string bytes;
  AppendHostAnswer(host, &bytes);
  EXPECT_EQ(bytes, Ints({2, 1, 5, 2, 2, 4, 2, 0}) + "name\0"s + Ints({2, 1}) +
                       "\x0a\0\0\1\x0a\0\0\2"s + "a\0\0"s);
  HostAnswer read;
  NscdFound found;
  ASSERT_TRUE(ReadHostAnswer(bytes, &found, &read));
  EXPECT_EQ(read.name, host.name);
  EXPECT_EQ(read.aliases, host.aliases);
  EXPECT_EQ(read.addresses, host.addresses);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ReadHostAnswer(bytes.substr(0, size), &found, &read)) << size;
    EXPECT_EQ(found, NscdFound::kElsewhere) << size;
  }
}

TEST(NscdHostWire, AddressInfo) {
  const AddressInfoAnswer info = {"n", {At("fd00::1"), At("10.0.0.1")}};
  std::string bytes;
  AppendAddressInfoAnswer(info, &bytes);
  EXPECT_EQ(bytes, Ints({2, 1, 2, 20, 2, 0}) + "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"s +
                       "\x0a\0\0\1"s + "\x0a\x02"s + "n\0"s);
  AddressInfoAnswer read;
  NscdFound found;
  ASSERT_TRUE(ReadAddressInfoAnswer(bytes, &found, &read));
  EXPECT_EQ(read.name, info.name);
  EXPECT_EQ(read.addresses, info.addresses);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ReadAddressInfoAnswer(bytes.substr(0, size), &found, &read)) << size;
  }
}

TEST(NscdHostWire, Netgroup) {
  const std::vector<NetgroupItem> triples = {{true, "", "h", "u", "d"}, {true, "", "", "v", ""}};
  std::string bytes;
  AppendNetgroupAnswer(triples, &bytes);
  EXPECT_EQ(bytes, Ints({2, 1, 2, 10}) + "h\0u\0d\0\0v\0\0"s);
  std::vector<NetgroupItem> read;
  NscdFound found;
  ASSERT_TRUE(ReadNetgroupAnswer(bytes, &found, &read));
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].host, "h");
  EXPECT_EQ(read[1].user, "v");
  EXPECT_EQ(read[1].domain, "");
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ReadNetgroupAnswer(bytes.substr(0, size), &found, &read)) << size;
  }
  bytes.clear();
  AppendInNetgroupAnswer(true, &bytes);
  EXPECT_EQ(bytes, Ints({2, 1, 1}));
  bool is_in = false;
  ASSERT_TRUE(ReadInNetgroupAnswer(bytes, &found, &is_in));
  EXPECT_TRUE(is_in);
}

TEST(NscdHostWire, InNetgroupKeys) {
  const InNetgroupKey key = {"n", "h", std::nullopt, ""};
  const std::string made = MakeInNetgroupKey(key);
  EXPECT_EQ(made, "n\0\1h\0\0\1"s);
  InNetgroupKey parsed;
  ASSERT_TRUE(ParseInNetgroupKey(made, &parsed));
  EXPECT_EQ(parsed.netgroup, "n");
  EXPECT_EQ(parsed.host, "h");
  EXPECT_EQ(parsed.user, std::nullopt);
  EXPECT_EQ(parsed.domain, "");
  ASSERT_TRUE(ParseInNetgroupKey("n\0\0\0"s, &parsed));
  EXPECT_EQ(parsed.domain, std::nullopt);
  for (const std::string& bad : {"n"s, "n\0\0"s, "n\0\0\0\0"s, "n\0\2h\0\0"s, ""s}) {
    EXPECT_FALSE(ParseInNetgroupKey(bad, &parsed)) << bad;
  }
}

TEST(NscdHostWire, NoSuchHost) {
  std::string bytes;
  AppendEmptyAnswer(NscdType::kHostByName, NscdFound::kNo, &bytes);
  EXPECT_EQ(bytes, Ints({2, 0, 0, 0, 0, 0, 0, 1}));
  bytes.clear();
  AppendEmptyAnswer(NscdType::kAddressInfo, NscdFound::kNo, &bytes);
  EXPECT_EQ(bytes, Ints({2, 0, 0, 0, 0, 1}));
}

TEST(NscdHostWire, AddressesAreKeysWithoutNul) {
  NscdRequest request;
  const std::string bytes = Ints({2, 6, 4}) + "\x0a\0\0\1"s;
  ASSERT_EQ(ParseNscdRequest(bytes, &request), NscdParse::kRequest);
  EXPECT_EQ(request.key, "\x0a\0\0\1"s);
}

}  // namespace
}  // namespace keelson
