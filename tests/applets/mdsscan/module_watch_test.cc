#include "applets/mdsscan/module_watch.h"

#include <cerrno>
#include <utility>

#include "platform/fake/loop.h"
#include "platform/fake/watch.h"
#include "tests/applets/mdsscan/module_bed.h"

namespace keelson {
namespace {

// So many directories can be watched, and no more.
class ScarceWatch : public Watch {
 public:
  ScarceWatch(std::unique_ptr<Watch> watch, int left) : watch_(std::move(watch)), left_(left) {}
  Error Add(std::string_view path, int* watch) override {
    return left_-- > 0 ? watch_->Add(path, watch) : Error(ENOSPC);
  }
  void Remove(int watch) override { watch_->Remove(watch); }
  void Poll() override { watch_->Poll(); }

 private:
  std::unique_ptr<Watch> watch_;
  int left_;
};

class ModuleWatchTest : public ModuleBed {
 protected:
  void Begin(int watches = 1000, bool recursive = false) {
    Restart(recursive);
    watch_ = std::make_unique<ModuleWatch>(
        &loop_, &clock_, root_.get(), directory_.get(), ModuleWatch::Options{"", {"/m"}, recursive},
        [this](const absl::Status& status, const RefreshReport& report) { Tell(status, report); });
    auto fake = std::make_unique<FakeWatch>(
        &tree_, &loop_, [this](const WatchEvent& event) { watch_->OnEvent(event); });
    fake_ = fake.get();
    watch_->Use(std::make_unique<ScarceWatch>(std::move(fake), watches));
    watch_->Start();
  }

  void Tell(const absl::Status& status, const RefreshReport& report) {
    ++looks_;
    if (!status.ok()) told_ += "failed; ";
    report_ = report;
    if (!report.changes.empty()) told_ += Changes() + "; ";
    for (const std::string& message : report.messages) told_ += message + "; ";
  }

  // All that comes within this time.
  std::string Within(int64_t ns) {
    const int64_t end = clock_.MonotonicNs() + ns;
    while (clock_.MonotonicNs() < end) EXPECT_TRUE(loop_.RunOnce(end).ok());
    return std::exchange(told_, "");
  }

  // By the tree's own calls, which tell watches.
  std::unique_ptr<Directory> Folder(const std::string& path) {
    std::unique_ptr<Directory> directory;
    EXPECT_TRUE(root_->OpenDirectory(path, &directory).ok()) << path;
    return directory;
  }
  void Make(const std::string& folder, const std::string& name, const std::string& bytes) {
    std::unique_ptr<OutputFile> file;
    ASSERT_TRUE(Folder(folder)->Create(name, 0644, &file).ok());
    ASSERT_TRUE(file->Write(bytes).ok());
  }
  void MakeFolder(const std::string& folder, const std::string& name) {
    ASSERT_TRUE(Folder(folder)->MakeDirectory(name, 0755).ok());
  }

  FakeLoop loop_{&clock_};
  FakeWatch* fake_ = nullptr;
  std::unique_ptr<ModuleWatch> watch_;
  std::string told_;
  int looks_ = 0;
};

TEST_F(ModuleWatchTest, EachChangeOnce) {
  Put("/m/a.mds", StanzaOf("a"));
  Begin();
  EXPECT_EQ(Within(kSecond), "added 0/a.mds; ");
  EXPECT_EQ(Within(100 * kSecond), "");
  EXPECT_FALSE(watch_->is_polling());

  Make("/m", "b.mds", StanzaOf("b"));
  EXPECT_EQ(Within(kSecond), "added 0/b.mds; ");
  EXPECT_EQ(Vendors(), "a=us b=us");
  ASSERT_TRUE(Folder("/m")->Rename("b.mds", "c.mds").ok());
  EXPECT_EQ(Within(kSecond), "removed 0/b.mds; added 0/c.mds; ");
  ASSERT_TRUE(Folder("/m")->Remove("c.mds").ok());
  EXPECT_EQ(Within(kSecond), "removed 0/c.mds; ");

  // A file that is made and gone in one moment, and files that are no modules.
  Make("/m", "d.mds", StanzaOf("d"));
  ASSERT_TRUE(Folder("/m")->Remove("d.mds").ok());
  Make("/m", ".e.mds.tmp", StanzaOf("e"));
  Make("/m", "README", "read me");
  EXPECT_EQ(Within(kSecond), "");
}

TEST_F(ModuleWatchTest, BundlesAreWatchedInside) {
  MakeFolder("/m", "a.bundle");
  Make("/m/a.bundle", "one.mds", StanzaOf("a"));
  Begin();
  EXPECT_EQ(Within(kSecond), "added 0/a.bundle; ");

  MakeFolder("/m/a.bundle", "Resources");
  EXPECT_EQ(Within(kSecond), "");
  Make("/m/a.bundle/Resources", "two.mds", StanzaOf("b"));
  EXPECT_EQ(Within(kSecond), "changed 0/a.bundle; ");
  EXPECT_EQ(Vendors(), "a=us b=us");

  // One that comes while it is made, and one that comes whole.
  MakeFolder("/m", "b.bundle");
  Make("/m/b.bundle", "one.mds", StanzaOf("c"));
  EXPECT_EQ(Within(kSecond), "added 0/b.bundle; ");
  tree_.PutDirectory("/stage/c.bundle/Contents/Resources");
  tree_.Put("/stage/c.bundle/Contents/Resources/x.mds", StanzaOf("d"));
  ASSERT_TRUE(Folder("/stage")->Rename("c.bundle", "c").ok());
  tree_.Find("/m")->entries["c.bundle"] = tree_.Find("/stage/c");
  fake_->Overflow();
  EXPECT_EQ(Within(kSecond), "added 0/c.bundle; ");
  ASSERT_TRUE(Folder("/m/c.bundle/Contents/Resources")->Remove("x.mds").ok());
  Make("/m/c.bundle/Contents/Resources", "x.mds", StanzaOf("d", "them"));
  EXPECT_EQ(Within(kSecond), "changed 0/c.bundle; ");
  EXPECT_EQ(Vendors(), "a=us b=us c=us d=them");
}

// Its old records stay until it has been empty for long enough; nobody tells of that moment.
TEST_F(ModuleWatchTest, BundleThatStaysEmptyIsBelieved) {
  MakeFolder("/m", "a.bundle");
  Make("/m/a.bundle", "one.mds", StanzaOf("a"));
  Begin();
  EXPECT_EQ(Within(10 * kSecond), "added 0/a.bundle; ");
  ASSERT_TRUE(Folder("/m/a.bundle")->Remove("one.mds").ok());
  EXPECT_EQ(Within(kSecond), "");
  EXPECT_EQ(Vendors(), "a=us");
  EXPECT_EQ(Within(3 * kSecond), "changed 0/a.bundle; ");
  EXPECT_EQ(Vendors(), "");
  EXPECT_EQ(loop_.timers(), 0u);
}

TEST_F(ModuleWatchTest, LostEventsAreMadeUpFor) {
  Put("/m/a.mds", StanzaOf("a"));
  Begin();
  EXPECT_EQ(Within(kSecond), "added 0/a.mds; ");
  Make("/m", "b.mds", StanzaOf("b"));
  fake_->Overflow();
  EXPECT_EQ(Within(kSecond), "added 0/b.mds; ");
}

TEST_F(ModuleWatchTest, FolderThatIsNotThereYetOrGoesAndComes) {
  tree_.Find("/")->entries.erase("m");
  Begin();
  EXPECT_EQ(Within(100 * kSecond), "");
  EXPECT_FALSE(watch_->is_polling());
  MakeFolder("/", "m");
  Make("/m", "a.mds", StanzaOf("a"));
  EXPECT_EQ(Within(kSecond), "added 0/a.mds; ");

  ASSERT_TRUE(Folder("/")->Rename("m", "old").ok());
  EXPECT_EQ(Within(kSecond), "removed 0/a.mds; ");
  MakeFolder("/", "m");
  EXPECT_EQ(Within(kSecond), "");
  Make("/m", "b.mds", StanzaOf("b"));
  EXPECT_EQ(Within(kSecond), "added 0/b.mds; ");
  EXPECT_FALSE(watch_->is_polling());
}

TEST_F(ModuleWatchTest, WithoutEnoughWatchesItPolls) {
  for (const char* name : {"a", "b", "c"}) {
    MakeFolder("/m", std::string(name) + ".bundle");
    Make("/m/" + std::string(name) + ".bundle", "one.mds", StanzaOf(name));
  }
  Begin(2);
  EXPECT_EQ(Within(kSecond), "added 0/a.bundle; added 0/b.bundle; added 0/c.bundle; ");
  EXPECT_TRUE(watch_->is_polling());
  Make("/m/c.bundle", "two.mds", StanzaOf("d"));
  EXPECT_EQ(Within(2 * ModuleWatch::kPollNs), "changed 0/c.bundle; ");
}

TEST_F(ModuleWatchTest, WhatOthersHavePublishedIsToldToo) {
  Put("/m/a.mds", StanzaOf("a"));
  Begin();
  EXPECT_EQ(Within(kSecond), "added 0/a.mds; ");
  Make("/m", "b.mds", StanzaOf("b"));
  ModuleDirectory other(root_.get(), &clock_, {{"/m"}, "/var/db", false, 0});
  RefreshReport report;
  ASSERT_TRUE(other.Refresh(Freshness::kFull, &report).ok());
  ASSERT_TRUE(report.published);
  EXPECT_EQ(Within(kSecond), "added 0/b.mds; ");
}

TEST_F(ModuleWatchTest, MessagesOnce) {
  Put("/m/a.mds", "Record: CSSM\nNothing: x\n");
  Begin();
  const std::string first = Within(kSecond);
  EXPECT_NE(first.find("/m/a.mds:2:"), first.npos) << first;
  Make("/m", "b.mds", StanzaOf("b"));
  EXPECT_EQ(Within(kSecond), "added 0/b.mds; ");
}

TEST_F(ModuleWatchTest, FoldersBelow) {
  MakeFolder("/m", "sub");
  Make("/m/sub", "a.mds", StanzaOf("a"));
  Begin(1000, true);
  EXPECT_EQ(Within(kSecond), "added 0/sub/a.mds; ");
  Make("/m/sub", "b.mds", StanzaOf("b"));
  EXPECT_EQ(Within(kSecond), "added 0/sub/b.mds; ");
  MakeFolder("/m", "more");
  MakeFolder("/m/more", "deep");
  EXPECT_EQ(Within(kSecond), "");
  Make("/m/more/deep", "c.mds", StanzaOf("c"));
  EXPECT_EQ(Within(kSecond), "added 0/more/deep/c.mds; ");
  ASSERT_TRUE(Folder("/m")->Rename("more", "other").ok());
  EXPECT_EQ(Within(kSecond), "removed 0/more/deep/c.mds; added 0/other/deep/c.mds; ");
}

}  // namespace
}  // namespace keelson
