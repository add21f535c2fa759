// Files of leases under every name that an interface may have.
#include "applets/netconfd/lease_files.h"

#include <gtest/gtest.h>

#include "platform/fake/clock.h"
#include "platform/fake/file.h"
#include "platform/replace.h"

namespace keelson {
namespace {

TEST(LeaseFileName, Table) {
  const struct {
    std::string_view interface, name;
  } kTable[] = {
      {"eth0", "eth0"},       {"br-lan.7", "br-lan.7"},
      {"-rf", "%2Drf"},       {"$(id)", "%24%28id%29"},
      {"a;b", "a%3Bb"},       {".a", "%2Ea"},
      {"\xff\xfe", "%FF%FE"}, {"a%b", "a%25b"},
      {"..", "%2E%2E"},       {"a/../b", "a%2F%2E%2E%2Fb"},
  };
  for (const auto& row : kTable) EXPECT_EQ(LeaseFileName(row.interface), row.name);
}

TEST(LeaseFiles, AreWrittenReadAndRemoved) {
  FakeClock clock;
  FakeTree tree(&clock);
  std::unique_ptr<Root> root = tree.NewRoot();
  std::unique_ptr<Directory> top;
  ASSERT_TRUE(root->OpenDirectory("/", &top).ok());
  std::unique_ptr<LeaseFiles> files;
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(LeaseFiles::Open(*top, "leases", &files).ok());

  DhcpLeaseRecord record;
  record.obtained = 5;
  record.lease.address = 0x0a000005;
  record.lease.prefix = 24;
  record.lease.server = 0x0a000001;
  record.lease.lease_seconds = 100;
  record.lease.renew_seconds = 50;
  record.lease.rebind_seconds = 80;
  std::string why;
  EXPECT_FALSE(files->Read("a;b", &why));
  EXPECT_EQ(why, "");
  ASSERT_TRUE(files->Write("a;b", record).ok());
  const auto again = files->Read("a;b", &why);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->lease, record.lease);
  EXPECT_TRUE(files->Remove("a;b").ok());
  EXPECT_TRUE(files->Remove("a;b").ok());
  EXPECT_FALSE(files->Read("a;b", &why));

  std::unique_ptr<Directory> folder;
  ASSERT_TRUE(top->Open("leases", &folder).ok());
  ASSERT_TRUE(ReplaceFile(*folder, "eth0", "address: $(id)\n", {}).ok());
  EXPECT_FALSE(files->Read("eth0", &why));
  EXPECT_EQ(why, "eth0:1:10: no value for 'address'");
}

TEST(LeaseFiles, OneThatIsTooLargeIsNotReadAndWrittenAnew) {
  FakeClock clock;
  FakeTree tree(&clock);
  std::unique_ptr<Root> root = tree.NewRoot();
  std::unique_ptr<Directory> top, folder;
  ASSERT_TRUE(root->OpenDirectory("/", &top).ok());
  std::unique_ptr<LeaseFiles> files;
  ASSERT_TRUE(LeaseFiles::Open(*top, "leases", &files).ok());
  ASSERT_TRUE(top->Open("leases", &folder).ok());
  DhcpLeaseRecord record;
  record.lease.address = 0x0a000005;
  record.lease.prefix = 24;
  record.lease.server = 0x0a000001;
  record.lease.lease_seconds = 100;
  record.lease.renew_seconds = 50;
  record.lease.rebind_seconds = 80;
  std::string text = FormatDhcpLease(record);
  text.append(kMaxDhcpLeaseFile - text.size(), '#');
  std::string why;
  ASSERT_TRUE(ReplaceFile(*folder, "eth0", text, {}).ok());
  EXPECT_TRUE(files->Read("eth0", &why)) << why;
  ASSERT_TRUE(ReplaceFile(*folder, "eth0", text + "#", {}).ok());
  EXPECT_FALSE(files->Read("eth0", &why));
  EXPECT_EQ(why, "eth0: " + Error(EFBIG).Text());
  ASSERT_TRUE(files->Write("eth0", record).ok());
  EXPECT_TRUE(files->Read("eth0", &why)) << why;
}

}  // namespace
}  // namespace keelson
