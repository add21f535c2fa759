#include "applets/useradd_profile/homes.h"

#include <gtest/gtest.h>

#include "platform/fake/clock.h"
#include "platform/fake/file.h"

namespace keelson {
namespace {

// A tree with a skeleton, and two homes to be made in it.
struct Stage {
  Stage() {
    tree.Put("/etc/skel/.profile", "hello", 0640);
    tree.Put("/etc/skel/bin/run", "#!", 0755);
    tree.PutLink("/etc/skel/link", ".profile");
    tree.PutDirectory("/var");
    root = tree.NewRoot();
  }
  std::vector<HomeRequest> requests() const {
    return {{"/var/lib/b", 11, 12, 0700, ""}, {"/var/lib/a", 10, 10, 0755, "here: "}};
  }
  // Everything below a folder, a line each, with owners and modes.
  std::string Shown(const std::string& path) const {
    std::string text;
    for (const std::string& name : tree.Names(path)) {
      const std::string whole = path + "/" + name;
      const FileInfo& info = tree.Find(whole)->info;
      char mode[16];
      std::snprintf(mode, sizeof mode, "%o", static_cast<unsigned>(info.mode));
      text += whole + " " + mode + " " + std::to_string(info.uid) + ":" + std::to_string(info.gid) +
              "\n";
      if (info.type == FileType::kDirectory) text += Shown(whole);
    }
    return text;
  }

  FakeClock clock;
  FakeTree tree{&clock};
  std::unique_ptr<Root> root;
};

constexpr char kBoth[] =
    "/var/lib 755 0:0\n"
    "/var/lib/a 755 10:10\n/var/lib/a/.profile 640 10:10\n/var/lib/a/bin 755 10:10\n"
    "/var/lib/a/bin/run 755 10:10\n/var/lib/a/link 777 10:10\n"
    "/var/lib/b 700 11:12\n/var/lib/b/.profile 640 11:12\n/var/lib/b/bin 755 11:12\n"
    "/var/lib/b/bin/run 755 11:12\n/var/lib/b/link 777 11:12\n";

TEST(Homes, AreThereWhenTheyAreWhole) {
  Stage stage;
  {
    Homes homes(stage.root.get());
    ASSERT_TRUE(homes.Prepare(stage.requests()).ok());
    for (const std::string& name : stage.tree.Names("/var/lib")) {
      EXPECT_TRUE(name.starts_with(".a.keelson-") || name.starts_with(".b.keelson-")) << name;
    }
    std::vector<std::string> done;
    ASSERT_TRUE(homes.Finish(&done).ok());
    EXPECT_EQ(done, (std::vector<std::string>{"/var/lib/a", "/var/lib/b"}));
  }
  EXPECT_EQ(stage.Shown("/var"), kBoth);
  EXPECT_EQ(stage.tree.Get("/var/lib/a/.profile"), "hello");
  stage.tree.Crash(false);
  EXPECT_EQ(stage.tree.Get("/var/lib/b/bin/run"), "#!");
}

TEST(Homes, WithoutACommitNothingStays) {
  Stage stage;
  {
    Homes homes(stage.root.get());
    ASSERT_TRUE(homes.Prepare(stage.requests()).ok());
  }
  EXPECT_EQ(stage.Shown("/var"), "");
}

// Each call fails in turn. Whatever is not in place is gone, and the next run completes the rest.
TEST(Homes, AnyCallMayFail) {
  int failed = 0;
  for (int nth = 1;; ++nth) {
    Stage stage;
    stage.tree.FailNth(FileCall::kAny, nth, Error(EIO));
    bool prepared = false, finished = false;
    {
      Homes homes(stage.root.get());
      prepared = homes.Prepare(stage.requests()).ok();
      std::vector<std::string> done;
      finished = prepared && homes.Finish(&done).ok();
    }
    const bool reached = stage.tree.calls(FileCall::kAny) >= nth;
    stage.tree.FailNoMore();
    const std::string left = stage.Shown("/var");
    EXPECT_EQ(left.find(".keelson-"), left.npos) << nth << "\n" << left;
    EXPECT_TRUE(prepared || left.empty()) << nth << "\n" << left;
    EXPECT_TRUE(!finished || left == kBoth) << nth << "\n" << left;
    failed += finished ? 0 : 1;
    Homes again(stage.root.get());
    std::vector<std::string> done;
    ASSERT_TRUE(again.Prepare(stage.requests()).ok()) << nth;
    ASSERT_TRUE(again.Finish(&done).ok()) << nth;
    EXPECT_EQ(stage.Shown("/var"), kBoth) << nth;
    if (!reached) break;
  }
  EXPECT_GT(failed, 50);
}

TEST(Homes, AreNotMadeTwice) {
  Stage stage;
  stage.tree.Put("/var/lib/a/mine", "");
  Homes homes(stage.root.get());
  ASSERT_TRUE(homes.Prepare({stage.requests()[1], stage.requests()[1]}).ok());
  std::vector<std::string> done;
  ASSERT_TRUE(homes.Finish(&done).ok());
  EXPECT_TRUE(done.empty());
  EXPECT_EQ(stage.tree.Names("/var/lib/a"), std::vector<std::string>{"mine"});
}

TEST(Homes, SomebodyElseMakesItMeanwhile) {
  Stage stage;
  {
    Homes homes(stage.root.get());
    ASSERT_TRUE(homes.Prepare({stage.requests()[1]}).ok());
    stage.tree.PutDirectory("/var/lib/a");
    std::vector<std::string> done;
    EXPECT_EQ(std::string(homes.Finish(&done).message()),
              "here: /var/lib/a: cannot put the home in place: File exists");
    EXPECT_TRUE(done.empty());
  }
  EXPECT_EQ(stage.tree.Names("/var/lib"), std::vector<std::string>{"a"});
}

TEST(Homes, Exist) {
  Stage stage;
  stage.tree.PutLink("/var/link", "/etc");
  struct Case {
    const char* path;
    bool exists;
    const char* error;
  };
  const Case cases[] = {
      {"/var", true, ""},
      {"/var/none", false, ""},
      {"/none/at/all", false, ""},
      {"/var/link", false, "/var/link is a symbolic link, and no home is made behind one"},
      {"/var/link/x", false, "/var/link is a symbolic link, and no home is made behind one"},
      {"/etc/skel/.profile", true, ""},
      {"/etc/skel/.profile/x", false, "/etc/skel/.profile: Not a directory"},
      {"/dev", false, "/dev is no place for a home"},
      {"/device", false, ""},
      {"/", false, "/ is no place for a home"},
      {"/.", false, "/. is not plainly written"},
      {"/a/..", false, "/a/.. is not plainly written"},
  };
  for (const Case& c : cases) {
    std::string error;
    const HomeState state = c.exists           ? HomeState::kThere
                            : *c.error == '\0' ? HomeState::kMissing
                                               : HomeState::kRefused;
    EXPECT_EQ(FindHome(*stage.root, "", c.path, &error), state) << c.path;
    EXPECT_EQ(error, c.error) << c.path;
  }
}

}  // namespace
}  // namespace keelson
