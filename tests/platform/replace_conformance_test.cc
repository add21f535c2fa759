// Replacing a file, on the running system and in the fake tree; and in the fake tree with each
// single step failing and with the power going at each.
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "platform/fake/clock.h"
#include "platform/fake/file.h"
#include "platform/replace.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

class ReplaceConformance : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "Fake") {
      root_ = tree_.NewRoot();
    } else {
      ASSERT_TRUE(OpenRoot(folder_.path(), &root_).ok());
    }
    ASSERT_TRUE(root_->OpenDirectory("/", &top_).ok());
  }
  std::string Bytes() {
    FileBytes bytes;
    Error error = root_->Read("/file", 1 << 20, &bytes, nullptr);
    return error.ok() ? std::string(bytes.view()) : error.Text();
  }
  size_t CountNames() {
    std::vector<DirectoryEntry> entries;
    EXPECT_TRUE(top_->List(&entries).ok());
    return entries.size();
  }

  TemporaryFolder folder_;
  FakeClock clock_;
  FakeTree tree_{&clock_};
  std::unique_ptr<Root> root_;
  std::unique_ptr<Directory> top_;
};

INSTANTIATE_TEST_SUITE_P(Both, ReplaceConformance, testing::Values("System", "Fake"),
                         [](const auto& info) { return info.param; });

TEST_P(ReplaceConformance, NewFileGetsModeAndOwner) {
  ReplaceOptions options{.mode = 0640, .owner = {{geteuid(), getegid()}}};
  bool renamed = false;
  ASSERT_TRUE(ReplaceFile(*top_, "file", "bytes", options, &renamed).ok());
  EXPECT_TRUE(renamed);
  EXPECT_EQ(Bytes(), "bytes");
  FileInfo info;
  ASSERT_TRUE(top_->Stat("file", &info).ok());
  EXPECT_EQ(info.mode, 0640u);
  EXPECT_EQ(info.uid, geteuid());
  EXPECT_EQ(CountNames(), 1u);
}

TEST_P(ReplaceConformance, OldFileKeepsItsIdentity) {
  uint32_t uid = geteuid() == 0 ? 65534 : geteuid();
  uint32_t gid = geteuid() == 0 ? 65533 : getegid();
  {
    std::unique_ptr<OutputFile> file;
    ASSERT_TRUE(top_->Create("file", 0600, &file).ok());
    ASSERT_TRUE(file->Write("old").ok());
    ASSERT_TRUE(file->SetOwner(uid, gid).ok());
    ASSERT_TRUE(file->SetMode(04751).ok());
  }
  ASSERT_TRUE(ReplaceFile(*top_, "file", "new", {}).ok());
  EXPECT_EQ(Bytes(), "new");
  FileInfo info;
  ASSERT_TRUE(top_->Stat("file", &info).ok());
  EXPECT_EQ(info.mode, 04751u);
  EXPECT_EQ(info.uid, uid);
  EXPECT_EQ(info.gid, gid);
  ASSERT_TRUE(ReplaceFile(*top_, "file", "", {.mode = 0600, .keep_identity = false}).ok());
  EXPECT_EQ(Bytes(), "");
  ASSERT_TRUE(top_->Stat("file", &info).ok());
  EXPECT_EQ(info.mode, 0600u);
}

TEST_P(ReplaceConformance, DirectoriesAndBadNamesAreRefused) {
  ASSERT_TRUE(top_->MakeDirectory("folder", 0755).ok());
  bool renamed = true;
  EXPECT_EQ(ReplaceFile(*top_, "folder", "x", {}, &renamed), Error(EISDIR));
  EXPECT_FALSE(renamed);
  EXPECT_EQ(ReplaceFile(*top_, "a/b", "x", {}), Error(EINVAL));
  EXPECT_EQ(ReplaceFile(*top_, std::string(250, 'n'), "x", {}), Error(ENAMETOOLONG));
  EXPECT_EQ(CountNames(), 1u);
}

// The same in all but how soon it is on the disk.
TEST_P(ReplaceConformance, NotSynced) {
  const ReplaceOptions options{.mode = 0640, .sync = false};
  for (const char* bytes : {"first", "second", ""}) {
    bool renamed = false;
    ASSERT_TRUE(ReplaceFile(*top_, "file", bytes, options, &renamed).ok());
    EXPECT_TRUE(renamed);
    EXPECT_EQ(Bytes(), bytes);
    EXPECT_EQ(CountNames(), 1u);
    FileInfo info;
    ASSERT_TRUE(top_->Stat("file", &info).ok());
    EXPECT_EQ(info.mode, 0640u);
  }
  EXPECT_EQ(tree_.calls(FileCall::kSyncFile) + tree_.calls(FileCall::kSyncDirectory), 0);
}

// A tree with /file in it, one step of its replacement failing.
struct Stage {
  FakeClock clock;
  FakeTree tree{&clock};
  std::unique_ptr<Directory> top = tree.Top();
  Stage() { tree.Put("/file", "the old bytes", 0640); }
};

TEST(ReplaceFile, EachStepMayFail) {
  int steps = 0;
  for (int nth = 1;; ++nth) {
    Stage stage;
    stage.tree.FailNth(FileCall::kAny, nth, Error(EIO));
    bool renamed = false;
    Error error = ReplaceFile(*stage.top, "file", "the new bytes", {}, &renamed);
    EXPECT_EQ(stage.tree.Get("/file"), renamed ? "the new bytes" : "the old bytes") << nth;
    EXPECT_EQ(stage.tree.Names("/"), std::vector<std::string>({"file"})) << nth;
    if (error.ok()) break;
    EXPECT_EQ(error, Error(EIO));
    ++steps;
  }
  EXPECT_EQ(steps, 8);  // stat, create, owner, write, mode, sync, rename, sync
}

TEST(ReplaceFile, OnlyTheLastStepFailsAfterTheRename) {
  Stage stage;
  stage.tree.FailNth(FileCall::kSyncDirectory, 1, Error(EIO));
  bool renamed = false;
  EXPECT_EQ(ReplaceFile(*stage.top, "file", "new", {}, &renamed), Error(EIO));
  EXPECT_TRUE(renamed);
  EXPECT_EQ(stage.tree.Get("/file"), "new");
}

TEST(ReplaceFile, PowerMayGoAtEachStep) {
  for (bool entries_survive : {false, true}) {
    for (int nth = 1; nth <= 9; ++nth) {
      Stage stage;
      // From there on nothing happens any more: the removal of the temporary file fails, too.
      for (int later = nth; later < nth + 20; ++later) {
        stage.tree.FailNth(FileCall::kAny, later, Error(EIO));
      }
      Error error = ReplaceFile(*stage.top, "file", "the new bytes", {});
      EXPECT_EQ(error.ok(), nth == 9);
      stage.tree.Crash(entries_survive);
      std::string left = stage.tree.Get("/file");
      EXPECT_TRUE(left == "the old bytes" || left == "the new bytes") << nth << left;
      if (error.ok()) {
        EXPECT_EQ(left, "the new bytes");
      }
      for (const std::string& name : stage.tree.Names("/")) {
        EXPECT_TRUE(name == "file" || name.starts_with(".file.keelson-")) << name;
      }
    }
  }
}

TEST(ReplaceFile, TakenTemporaryNamesAreNotTouched) {
  Stage stage;
  stage.tree.FailNth(FileCall::kCreate, 1, Error(EEXIST));
  ASSERT_TRUE(ReplaceFile(*stage.top, "file", "new", {}).ok());
  EXPECT_EQ(stage.tree.Get("/file"), "new");
  EXPECT_EQ(stage.tree.calls(FileCall::kCreate), 2);
}

}  // namespace
}  // namespace keelson
