#include "applets/pwlookupd/host_answers.h"

#include <gtest/gtest.h>

#include <string>

#include "core/nscd_host_wire.h"
#include "tests/applets/pwlookupd/bytes_of.h"

namespace keelson {
namespace {

// Every answer is what libc gives without a daemon (tests/applets/pwlookupd_hosts_test.py); here is
// which of them are given at all.
TEST(HostAnswers, WhatIsAnswered) {
  const HostTable table(
      BytesOf("127.0.0.1 localhost\n::1 localhost\n10.0.0.1 one\n"
              "fd00::2 x both\n10.0.0.2 x both\nfd00::3 y differ\n"
              "10.0.0.3 z differ\n10.0.0.4 two\n10.0.0.5 two\n10.0.0.6 1.2\n"));
  const struct {
    NscdType type;
    std::string key;
    HostConf conf;
    NscdFound expected;
  } kCases[] = {
      {NscdType::kAddressInfo, "one", {.multi = true}, NscdFound::kYes},
      {NscdType::kAddressInfo, "one", {}, NscdFound::kYes},
      {NscdType::kAddressInfo, "one", {.reorders = true}, NscdFound::kElsewhere},
      {NscdType::kAddressInfo, "none", {.multi = true}, NscdFound::kNo},
      {NscdType::kAddressInfo, "localhost", {.multi = true}, NscdFound::kElsewhere},
      {NscdType::kHostByName, "localhost", {.multi = true}, NscdFound::kYes},
      {NscdType::kAddressInfo, "both", {.multi = true}, NscdFound::kYes},
      {NscdType::kAddressInfo, "both", {}, NscdFound::kElsewhere},
      {NscdType::kAddressInfo, "differ", {.multi = true}, NscdFound::kElsewhere},
      {NscdType::kAddressInfo, "two", {.multi = true}, NscdFound::kYes},
      {NscdType::kHostByName, "two", {}, NscdFound::kYes},
      {NscdType::kHostByNameV6, "two", {}, NscdFound::kNo},
      {NscdType::kHostByName, "1.2", {}, NscdFound::kElsewhere},
      {NscdType::kHostByAddress, std::string("\x0a\0\0\4", 4), {}, NscdFound::kYes},
      {NscdType::kHostByAddress, std::string("\x0a\0\0\x63", 4), {}, NscdFound::kNo},
      {NscdType::kHostByAddress, "10.0.0.4", {}, NscdFound::kElsewhere},
      {NscdType::kHostByAddressV6, std::string("\x0a\0\0\4", 4), {}, NscdFound::kElsewhere},
  };
  for (const auto& [type, key, conf, expected] : kCases) {
    std::string answer;
    EXPECT_EQ(AnswerHost(table, conf, {type, key}, &answer), expected)
        << static_cast<int>(type) << " " << key;
    EXPECT_EQ(answer.empty(), expected != NscdFound::kYes);
  }
}

TEST(HostAnswers, HostConf) {
  EXPECT_TRUE(ParseHostConf("order hosts\nmulti on\n").multi);
  EXPECT_FALSE(ParseHostConf("multi on\nmulti off\n").multi);
  EXPECT_FALSE(ParseHostConf("").reorders);
  EXPECT_TRUE(ParseHostConf("# x\n reorder on\n").reorders);
  EXPECT_TRUE(ParseHostConf("trim .example\n").reorders);
}

}  // namespace
}  // namespace keelson
