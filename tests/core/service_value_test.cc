#include "core/service_value.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

TEST(ServiceValue, WhatEachKeyTakes) {
  struct Row {
    ServiceKey key;
    const char* text;
    const char* fault;  // empty: it is taken
  };
  const std::string kLong = "/" + std::string(5000, 'a');
  const Row kRows[] = {
      {ServiceKey::kType, "helper", ""},
      {ServiceKey::kType, "daemon", "'daemon' is not system, network, service, user or helper"},
      {ServiceKey::kKind, "tty", ""},
      {ServiceKey::kKind, "", "'' is not process, forking, oneshot, notify, script, group or tty"},
      {ServiceKey::kCommand, "/bin/sh -c 'exit 1'", ""},
      {ServiceKey::kCommand, "sh", "'sh' is not the absolute path of a program"},
      {ServiceKey::kCommand, "''", "'' is not the absolute path of a program"},
      {ServiceKey::kCommand, "/bin/sh '", "a quote is open"},
      {ServiceKey::kStopCommand, "/x $MAINPID", ""},
      {ServiceKey::kUser, "www-data", ""},
      {ServiceKey::kUser, "0", ""},
      {ServiceKey::kUser, "a b", "'a b' is not the name or the number of an account"},
      {ServiceKey::kDirectory, "/srv/a b", ""},
      {ServiceKey::kDirectory, "srv", "'srv' is not an absolute path"},
      {ServiceKey::kConditionFile, "/a !/b", ""},
      {ServiceKey::kConditionFile, "-/b", "'-/b' is not an absolute path"},
      {ServiceKey::kEnvironmentFile, "-/etc/default/a /b#c", ""},
      {ServiceKey::kEnvironment, "A=1 'B=x y' C=", ""},
      {ServiceKey::kEnvironment, "A", "'A' is not NAME=VALUE"},
      {ServiceKey::kEnvironment, "1A=b", "'1A=b' is not NAME=VALUE"},
      {ServiceKey::kLimit, "nofile=1k:4k core=unlimited", ""},
      {ServiceKey::kLimit, "nofile=2:1", "'nofile=2:1': the soft limit is above the hard one"},
      {ServiceKey::kLimit, "files=1", "'files' is not the name of a limit"},
      {ServiceKey::kLimit, "nofile 1", "'nofile' is not NAME=SOFT:HARD or NAME=NUMBER"},
      {ServiceKey::kLimit, "nofile=-1", "'-1' is not a number, a size such as 64k, or unlimited"},
      {ServiceKey::kNice, "-20", ""},
      {ServiceKey::kNice, "20", "'20' is not from -20 to 19"},
      {ServiceKey::kNice, "-99999999999999999999", "'-99999999999999999999' is not a number"},
      {ServiceKey::kNice, "-9999999999999999999", "'-9999999999999999999' is not from -20 to 19"},
      {ServiceKey::kNice, "--1", "'--1' is not a number"},
      {ServiceKey::kOomScore, "-1000", ""},
      {ServiceKey::kUmask, "077", ""},
      {ServiceKey::kUmask, "1000", "'1000' is not an octal number from 0 to 777"},
      {ServiceKey::kUmask, "9", "'9' is not an octal number from 0 to 777"},
      {ServiceKey::kReady, "fd:3", ""},
      {ServiceKey::kReady, "fd:2", "'2' is not from 3 to 255"},
      {ServiceKey::kReady, "soon", "'soon' is not exec, end, notify, fd:NUMBER or pid-file"},
      {ServiceKey::kStopSignal, "INT", ""},
      {ServiceKey::kStopSignal, "none", "'none' is not a signal"},
      {ServiceKey::kReloadSignal, "none", ""},
      {ServiceKey::kStartTimeout, "none", ""},
      {ServiceKey::kStartTimeout, "2h", ""},
      {ServiceKey::kStartTimeout, "367d", "'367d' is more than 366d"},
      {ServiceKey::kStartTimeout, "5 m", "'5 m' is not a time such as 500ms, 10s, 5m, 2h or 1d"},
      {ServiceKey::kRestartInterval, "0", "'0' is too short"},
      {ServiceKey::kRestartBurst, "10001", "'10001' is not from 0 to 10000"},
      {ServiceKey::kRestart, "yes", "'yes' is not never, on-failure or always"},
      {ServiceKey::kLogSize, "4k", ""},
      {ServiceKey::kLogSize, "4095", "'4095' is not from 4k to 1024G"},
      {ServiceKey::kLogCount, "0", "'0' is not from 1 to 100"},
      {ServiceKey::kTerminal, "pts/0", ""},
      {ServiceKey::kTerminal, "../x", "'../x' is not a terminal such as tty1 or /dev/ttyS0"},
      {ServiceKey::kInterface, "eth0.10", ""},
      {ServiceKey::kInterface, "sixteen-letters-",
       "'sixteen-letters-' is not the name of an interface"},
      {ServiceKey::kStartOn, "net:eth0 file:/run/x device:sda up:a every:5m at-boot:0", ""},
      {ServiceKey::kStartOn, "every:10ms", "'10ms' is too short"},
      {ServiceKey::kStartOn, "boot",
       "'boot' is not net:INTERFACE, file:PATH, device:NAME, lookup:DATABASE, up:NAME, down:NAME, "
       "failed:NAME, every:TIME or at-boot:TIME"},
      {ServiceKey::kStartOn, "lookup:passwd lookup:netgroup", ""},
      {ServiceKey::kWatch, "/etc/a lookup:hosts", ""},
      {ServiceKey::kWatch, "lookup:shadow",
       "'lookup:shadow' is neither an absolute path nor lookup:DATABASE"},
      {ServiceKey::kWatch, kLong.c_str(), nullptr},
  };
  for (const Row& row : kRows) {
    ServiceSettings settings;
    const auto fault = ReadServiceValue(row.key, row.text, &settings);
    if (row.fault == nullptr) {
      EXPECT_TRUE(fault) << row.text;
    } else {
      EXPECT_EQ(fault.value_or(""), row.fault) << ServiceKeyName(row.key) << ": " << row.text;
    }
  }
}

TEST(ServiceValue, TextsHaveALimit) {
  ServiceSettings settings;
  EXPECT_FALSE(ReadServiceValue(ServiceKey::kDescription, std::string(8192, 'a'), &settings));
  EXPECT_TRUE(ReadServiceValue(ServiceKey::kDescription, std::string(8193, 'a'), &settings));
}

}  // namespace
}  // namespace keelson
