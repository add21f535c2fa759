#include "platform/tree_walk.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <set>

#include "platform/fake/clock.h"
#include "platform/fake/file.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

class Collector : public TreeVisitor {
 public:
  bool Visit(const TreeEntry& entry) override {
    const std::string path = entry.Path();
    EXPECT_TRUE(paths.insert(path).second) << path;
    if (entry.is_directory) ++directories;
    if (on_visit) on_visit(path);
    return !skipped.contains(path);
  }
  void Failed(const std::string& path, Error error) override {
    failed += path + ": " + error.Text() + "\n";
  }
  void Progress(double done) override {
    EXPECT_GE(done, progress);
    progress = done;
  }

  std::set<std::string> paths, skipped;
  size_t directories = 0;
  std::string failed;
  double progress = 0;
  std::function<void(const std::string&)> on_visit;
};

class TreeWalkTest : public testing::Test {
 protected:
  void MakeFolder(const std::string& path) {
    ASSERT_EQ(mkdir((folder_.path() + path).c_str(), 0755), 0) << path;
  }
  void MakeFile(const std::string& path) {
    const int fd = open((folder_.path() + path).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    ASSERT_GE(fd, 0) << path;
    close(fd);
  }
  Error Walk(Collector* collector, const std::string& shown = "") {
    std::unique_ptr<Root> root;
    std::unique_ptr<Directory> top;
    EXPECT_TRUE(OpenRoot(folder_.path(), &root).ok());
    EXPECT_TRUE(root->OpenDirectory("/", &top).ok());
    return WalkTree(*top, shown, collector);
  }
  TemporaryFolder folder_;
};

TEST_F(TreeWalkTest, EverythingOnce) {
  for (const char* path : {"/a", "/a/b", "/a/b/c", "/d", "/empty", "/a/\xff\n"}) MakeFolder(path);
  for (const char* path : {"/f", "/a/f", "/a/b/c/f", "/d/-n", "/d/...", "/a/\xff\n/ "}) {
    MakeFile(path);
  }
  ASSERT_EQ(symlink("a", (folder_.path() + "/link").c_str()), 0);
  ASSERT_EQ(symlink("/", (folder_.path() + "/d/link").c_str()), 0);
  Collector all;
  ASSERT_EQ(Walk(&all), kOk);
  EXPECT_EQ(all.paths, (std::set<std::string>{"/", "/a", "/a/b", "/a/b/c", "/d", "/empty",
                                              "/a/\xff\n", "/f", "/a/f", "/a/b/c/f", "/d/-n",
                                              "/d/...", "/a/\xff\n/ ", "/link", "/d/link"}));
  EXPECT_EQ(all.directories, 7u);
  EXPECT_EQ(all.failed, "");
  EXPECT_NEAR(all.progress, 1, 1e-9);

  Collector some;
  some.skipped = {"/x/a", "/x/d"};
  ASSERT_EQ(Walk(&some, "/x"), kOk);
  EXPECT_EQ(some.paths,
            (std::set<std::string>{"/x", "/x/a", "/x/d", "/x/empty", "/x/f", "/x/link"}));
  Collector none;
  none.skipped = {"/x"};
  ASSERT_EQ(Walk(&none, "/x"), kOk);
  EXPECT_EQ(none.paths.size(), 1u);
}

// Deeper than a path can be long and than descriptors are open, with something to do on the way
// back up.
TEST_F(TreeWalkTest, Deep) {
  constexpr int kLevels = 300;
  const std::string deeper(30, 'a');
  int fd = open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int i = 0; i < kLevels; ++i) {
    for (const char* name : {deeper.c_str(), "later"}) ASSERT_EQ(mkdirat(fd, name, 0755), 0) << i;
    const int next = openat(fd, deeper.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    close(fd);
    fd = next;
  }
  close(fd);
  Collector all;
  ASSERT_EQ(Walk(&all), kOk);
  EXPECT_EQ(all.paths.size(), 2u * kLevels + 1);
  EXPECT_EQ(all.failed, "");
  ASSERT_EQ(system(("rm -rf " + folder_.path() + "/" + deeper).c_str()), 0);
}

// While we are below, a directory on the way is moved away, or replaced by a link that leads out.
TEST_F(TreeWalkTest, MovedMeanwhile) {
  std::string path;
  for (int i = 0; i < 60; ++i) {
    MakeFolder(path += "/d");
    MakeFolder(path + "/z");
  }
  TemporaryFolder outside;
  const std::string trap = outside.path() + "/trap";
  ASSERT_EQ(mkdir(trap.c_str(), 0755), 0);
  Collector all;
  bool moved = false;
  const std::string half = path.substr(0, 60), deepest = path;
  all.on_visit = [&](const std::string& visited) {
    if (moved || visited != deepest) return;
    moved = true;
    const std::string from = folder_.path() + half;
    ASSERT_EQ(rename(from.c_str(), (outside.path() + "/moved").c_str()), 0);
    ASSERT_EQ(symlink(outside.path().c_str(), from.c_str()), 0);
  };
  ASSERT_EQ(Walk(&all), kOk);
  EXPECT_TRUE(moved);
  for (const std::string& visited : all.paths) {
    EXPECT_EQ(visited.find("trap"), visited.npos) << visited;
    EXPECT_EQ(visited.find("moved"), visited.npos) << visited;
  }
}

TEST_F(TreeWalkTest, WhatCannotBeRead) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads everything";
  MakeFolder("/closed");
  MakeFolder("/open");
  ASSERT_EQ(chmod((folder_.path() + "/closed").c_str(), 0), 0);
  Collector all;
  ASSERT_EQ(Walk(&all), kOk);
  EXPECT_EQ(all.paths.size(), 3u);
  EXPECT_EQ(all.failed, "/closed: Permission denied\n");
}

TEST(TreeWalk, NotOfTheRunningSystem) {
  FakeClock clock;
  FakeTree tree(&clock);
  std::unique_ptr<Root> root = tree.NewRoot();
  std::unique_ptr<Directory> top;
  ASSERT_TRUE(root->OpenDirectory("/", &top).ok());
  Collector all;
  EXPECT_TRUE(WalkTree(*top, "", &all).unsupported());
}

}  // namespace
}  // namespace keelson
