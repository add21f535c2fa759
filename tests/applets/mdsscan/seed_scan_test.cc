// The seed's algorithm, with what it does not see.
#include "applets/mdsscan/seed_scan.h"

#include <gtest/gtest.h>

#include "tests/applets/mdsscan/module_bed.h"

namespace keelson {
namespace {

using SeedScanTest = ModuleBed;

TEST_F(SeedScanTest, FoldersThatChangedAreScannedEveryTenSeconds) {
  Put("/m/a.mds", StanzaOf("a"));
  Refresh(Freshness::kFolders);
  EXPECT_EQ(Vendors(), "a=us");
  clock_.Advance(9 * kSecond);
  Put("/m/b.mds", StanzaOf("b"));
  Refresh(Freshness::kFolders);
  EXPECT_EQ(Vendors(), "a=us") << "within ten seconds";
  clock_.Advance(kSecond);
  Refresh(Freshness::kFolders);
  EXPECT_EQ(Vendors(), "a=us b=us");
}

TEST_F(SeedScanTest, BlindSpots) {
  Put("/m/a.bundle/f.mds", StanzaOf("a"));
  Refresh(Freshness::kFolders);
  clock_.Advance(20 * kSecond);
  Write("/m/a.bundle/f.mds", StanzaOf("a", "them"));
  Put("/m/a.bundle/g.mds", StanzaOf("g"));
  Refresh(Freshness::kFolders);
  EXPECT_EQ(Vendors(), "a=us") << "no entry of the folder came or went";
  clock_.Advance(20 * kSecond);
  Put("/m/b.mds", StanzaOf("b"));
  tree_.Find("/m")->info.mtime_ns = 0;
  Refresh(Freshness::kFolders);
  EXPECT_EQ(Vendors(), "a=us") << "the folder says that it is old";
  Touch("/m");
  tree_.Find("/var/db/mdsscan.lock")->whole_locked = true;
  clock_.Advance(20 * kSecond);
  Refresh(Freshness::kFolders);
  EXPECT_EQ(Vendors(), "a=us") << "somebody else scans";
  tree_.Find("/var/db/mdsscan.lock")->whole_locked = false;
  clock_.Advance(20 * kSecond);
  Refresh(Freshness::kFolders);
  EXPECT_EQ(Vendors(), "a=them g=us b=us");
}

// Of Security-28: the time of the last scan was set before there was one.
TEST_F(SeedScanTest, SecondScanIsNotStoppedByTheFirst) {
  Put("/m/a.mds", StanzaOf("a"));
  Refresh(Freshness::kFolders);
  clock_.Advance(kMillisecond);
  Put("/m/b.mds", StanzaOf("b"));
  Restart();
  Refresh(Freshness::kFolders);
  EXPECT_EQ(Vendors(), "a=us b=us");
}

}  // namespace
}  // namespace keelson
