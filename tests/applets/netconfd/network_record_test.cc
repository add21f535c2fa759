#include "applets/netconfd/network_record.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

NetworkRecord Sample() {
  NetworkRecord record;
  record.units.push_back({"eth0", "home", NetPhase::kUp, false, ""});
  record.units.push_back({"a\tb\n%\xff", "x y", NetPhase::kFailed, true, "up false: exit code 1"});
  record.trial = RecordedTrial{"/etc/new file", {{"eth0", "home", NetPhase::kUp, false, ""}}};
  return record;
}

TEST(NetworkRecordTest, WhatIsWrittenIsRead) {
  const NetworkRecord record = Sample();
  NetworkRecord read;
  ASSERT_TRUE(ParseNetworkRecord(FormatNetworkRecord(record), &read));
  ASSERT_EQ(read.units.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(read.units[i].name, record.units[i].name);
    EXPECT_EQ(read.units[i].logical, record.units[i].logical);
    EXPECT_EQ(read.units[i].phase, record.units[i].phase);
    EXPECT_EQ(read.units[i].stays_down, record.units[i].stays_down);
    EXPECT_EQ(read.units[i].why, record.units[i].why);
  }
  ASSERT_TRUE(read.trial);
  EXPECT_EQ(read.trial->path, "/etc/new file");
  ASSERT_EQ(read.trial->before.size(), 1u);
  EXPECT_EQ(read.trial->before[0].logical, "home");
}

TEST(NetworkRecordTest, APartOfOneIsNone) {
  const std::string whole = FormatNetworkRecord(Sample());
  NetworkRecord read;
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(ParseNetworkRecord(whole.substr(0, length), &read)) << length;
  }
}

TEST(NetworkRecordTest, LinesOfALaterVersionArePassedOver) {
  NetworkRecord read;
  EXPECT_TRUE(
      ParseNetworkRecord("netconfd\t1\nroute\tx\nunit\ta\tb\tflying\t-\t\n"
                         "unit\ta\ta\tup\t-\t\tmore\nend\n",
                         &read));
  ASSERT_EQ(read.units.size(), 1u);
  EXPECT_EQ(read.units[0].name, "a");
  EXPECT_FALSE(ParseNetworkRecord("netconfd\t2\nend\n", &read));
  EXPECT_FALSE(ParseNetworkRecord("netconfd\t1\nunit\t%4\nend\n", &read));
}

}  // namespace
}  // namespace keelson
