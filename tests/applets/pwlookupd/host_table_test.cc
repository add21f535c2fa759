#include "applets/pwlookupd/host_table.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/applets/pwlookupd/bytes_of.h"

namespace keelson {
namespace {

using namespace std::string_view_literals;

// The addresses of a name's lines.
std::string Lines(const HostTable& table, std::string_view name) {
  std::vector<HostEntry> lines;
  std::string shown = table.FindName(name, &lines) ? "" : "too many";
  for (const HostEntry& line : lines) shown += FormatIpAddress(line.address) + " ";
  return shown;
}

TEST(HostTable, NamesInTheOrderOfTheFile) {
  const HostTable table(
      BytesOf("10.0.0.1 a b#c\n# x\nbad a\n::1\tB a b\n10.0.0.2 Ab a\0d\n10.0.0.3\n"sv));
  EXPECT_EQ(table.entries(), 4u);
  EXPECT_EQ(Lines(table, "a"), "10.0.0.1 ::1 10.0.0.2 ");
  EXPECT_EQ(Lines(table, "b"), "10.0.0.1 ::1 ");
  EXPECT_EQ(Lines(table, "AB"), "10.0.0.2 ");
  EXPECT_EQ(Lines(table, "c"), "");
  EXPECT_EQ(Lines(table, "b#c"), "");
  EXPECT_EQ(Lines(table, ""), "");
}

TEST(HostTable, Addresses) {
  const HostTable table(BytesOf("::1 a\n127.0.0.1 b\n::ffff:10.0.0.1 c\n10.0.0.1 d\n"));
  HostEntry entry;
  ASSERT_TRUE(table.FindAddress(*ParseIpAddress("127.0.0.1"), &entry));
  EXPECT_EQ(entry.name, "a");
  ASSERT_TRUE(table.FindAddress(*ParseIpAddress("10.0.0.1"), &entry));
  EXPECT_EQ(entry.name, "c");
  ASSERT_TRUE(table.FindAddress(*ParseIpAddress("::1"), &entry));
  EXPECT_EQ(entry.name, "a");
  EXPECT_FALSE(table.FindAddress(*ParseIpAddress("::2"), &entry));
  EXPECT_FALSE(table.FindAddress(*ParseIpAddress("10.0.0.2"), &entry));
}

TEST(HostTable, ManyLinesAndLongOnes) {
  std::string bytes = "10.0.0.1";
  for (int i = 0; i < 100'000; ++i) bytes += " n" + std::to_string(i);
  bytes += "\n";
  for (int i = 0; i < 300; ++i) bytes += "10.0.0.2 crowd\n";
  const HostTable table(BytesOf(bytes));
  EXPECT_EQ(Lines(table, "n99999"), "10.0.0.1 ");
  EXPECT_TRUE(Lines(table, "crowd").starts_with("too many"));
}

}  // namespace
}  // namespace keelson
