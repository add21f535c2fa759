#include "core/service_definition.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

std::string Show(const ServiceDefinition& definition) {
  std::string shown;
  for (const ServiceValue& value : definition.values) {
    shown += std::string(ServiceKeyName(value.key)) + "=" + value.text + " (" +
             definition.files[value.file] + ":" + std::to_string(value.line) + ")\n";
  }
  return shown;
}

std::string Show(const std::vector<ParseError>& errors) {
  std::string shown;
  for (const ParseError& error : errors) shown += error.Text("f") + "\n";
  return shown;
}

TEST(ServiceDefinition, DropInsReplaceAddAndTakeBack) {
  ServiceDefinition definition;
  EXPECT_EQ(Show(AddToService("a.svc", "# A service\ncommand: /bin/a\n  -x\n\nneeds: b\nneeds: c\n",
                              &definition)),
            "");
  EXPECT_EQ(Show(AddToService("a.svc.d/1.conf", "needs: d\ncommand: /bin/b\n", &definition)), "");
  EXPECT_EQ(Show(definition),
            "command=/bin/a -x (a.svc:2)\nneeds=b (a.svc:5)\nneeds=c (a.svc:6)\n"
            "needs=d (a.svc.d/1.conf:1)\ncommand=/bin/b (a.svc.d/1.conf:2)\n");
  EXPECT_EQ(definition.Find(ServiceKey::kCommand)->text, "/bin/b");
  EXPECT_EQ(Show(AddToService("a.svc.d/2.conf", "needs:\nneeds: e\ncommand:\n", &definition)), "");
  EXPECT_EQ(Show(definition), "needs=e (a.svc.d/2.conf:2)\n");
  EXPECT_EQ(definition.Find(ServiceKey::kCommand), nullptr);
}

TEST(ServiceDefinition, ErrorsHavePlacesAndChangeNothing) {
  ServiceDefinition definition;
  ASSERT_TRUE(AddToService("a", "nice: 3\n", &definition).empty());
  EXPECT_EQ(Show(AddToService("f",
                              "nice: 99\nComand: /x\nuser: a\nuser: b\nx-note: ?\nno colon\n"
                              "after: a,b\n",
                              &definition)),
            "f:1:7: nice: '99' is not from -20 to 19\nf:2:1: unknown key 'Comand'\n"
            "f:4:1: 'user' stands twice in this file\nf:6:1: ':' is missing\n"
            "f:7:8: after: 'a,b' is not a name\n");
  EXPECT_EQ(Show(definition), "nice=3 (a:1)\n");
  EXPECT_EQ(definition.files.size(), 1u);
}

TEST(ServiceDefinition, GrowsNoFurtherThanItsLimits) {
  ServiceDefinition definition;
  std::string many;
  for (int i = 0; i < 2001; ++i) many += "needs: a\n";
  EXPECT_EQ(Show(AddToService("f", many, &definition)), "f:2001:1: too many values\n");
  for (int i = 0; i < 65; ++i) EXPECT_EQ(Show(AddToService("f", "", &definition)), "");
  EXPECT_EQ(Show(AddToService("f", "", &definition)), "f:1:1: too many drop-ins\n");
}

TEST(ServiceDefinition, Names) {
  for (const char* good : {"a", "getty@tty1", "A_b-c.d+e", "9"}) EXPECT_TRUE(IsServiceName(good));
  for (const char* bad : {"", ".a", "-a", "a b", "a/b", "a:b", "\xc3\xa4"}) {
    EXPECT_FALSE(IsServiceName(bad)) << bad;
  }
  EXPECT_TRUE(IsServiceName(std::string(100, 'a')));
  EXPECT_FALSE(IsServiceName(std::string(101, 'a')));
}

TEST(ServiceDefinition, EveryKeyHasItsName) {
  for (const ServiceKeyRow& row : ServiceKeys()) EXPECT_EQ(ServiceKeyName(row.key), row.name);
  EXPECT_EQ(ServiceKeyName(ServiceKey::kWatchdog), "watchdog");
}

}  // namespace
}  // namespace keelson
