// On the running system's files: what its time stamps, links and renames really tell.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "applets/mdsscan/module_directory.h"
#include "platform/clock.h"
#include "tests/applets/mdsscan/module_bed.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

class SystemBed {
 public:
  explicit SystemBed(bool recursive = false) : recursive_(recursive) {
    MakeFolder("m");
    EXPECT_TRUE(OpenRoot(folder_.path(), &root_).ok());
    Restart();
  }
  void Restart() {
    directory_ = std::make_unique<ModuleDirectory>(
        root_.get(), SystemClock(), ModuleDirectory::Options{{"/m"}, "/db", recursive_});
  }

  std::string PathOf(const std::string& path) const { return folder_.path() + "/" + path; }
  void MakeFolder(const std::string& path) { EXPECT_EQ(mkdir(PathOf(path).c_str(), 0755), 0); }
  // In place, if it is there.
  void Write(const std::string& path, const std::string& bytes) {
    const int fd = open(PathOf(path).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    EXPECT_EQ(write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    EXPECT_EQ(close(fd), 0);
  }
  void Rename(const std::string& from, const std::string& to) {
    EXPECT_EQ(rename(PathOf(from).c_str(), PathOf(to).c_str()), 0);
  }
  void Remove(const std::string& path) { EXPECT_EQ(remove(PathOf(path).c_str()), 0); }
  void Link(const std::string& target, const std::string& path) {
    unlink(PathOf(path).c_str());
    EXPECT_EQ(symlink(target.c_str(), PathOf(path).c_str()), 0);
  }
  timespec ChangedAt(const std::string& path) {
    struct stat status = {};
    EXPECT_EQ(stat(PathOf(path).c_str(), &status), 0);
    return status.st_mtim;
  }
  void SetChangedAt(const std::string& path, timespec at) {
    const timespec times[2] = {at, at};
    EXPECT_EQ(utimensat(AT_FDCWD, PathOf(path).c_str(), times, 0), 0);
  }

  // What changed, as ModuleBed tells it.
  std::string All() {
    EXPECT_TRUE(directory_->Refresh(Freshness::kFull, &report_).ok());
    EXPECT_TRUE(report_.not_published.ok()) << report_.not_published.ToString();
    return ChangesOf(report_);
  }
  std::string Some(const std::vector<std::string>& places) {
    EXPECT_TRUE(directory_->RefreshSome(places, &report_).ok());
    EXPECT_TRUE(directory_->StoreState().ok());
    return ChangesOf(report_);
  }
  // Whether another process would find the same.
  void ExpectAsAll() {
    Restart();
    EXPECT_EQ(All(), "");
  }
  const RefreshReport& report() const { return report_; }

 private:
  const bool recursive_;
  TemporaryFolder folder_;
  std::unique_ptr<Root> root_;
  std::unique_ptr<ModuleDirectory> directory_;
  RefreshReport report_;
};

TEST(ModuleDirectoryOnTheSystem, MutationsAreNoticed) {
  struct Case {
    const char* name;
    const char* expected;
    void (*mutate)(SystemBed* bed);
  };
  const Case kCases[] = {
      {"add", "added 0/n.mds", [](SystemBed* bed) { bed->Write("m/n.mds", StanzaOf("n")); }},
      {"add a bundle", "added 0/n.bundle",
       [](SystemBed* bed) {
         bed->MakeFolder("m/n.bundle");
         bed->Write("m/n.bundle/f.mds", StanzaOf("n"));
       }},
      {"remove", "removed 0/b.mds", [](SystemBed* bed) { bed->Remove("m/b.mds"); }},
      {"add with an old mtime", "added 0/n.mds",
       [](SystemBed* bed) {
         const timespec before = bed->ChangedAt("m");
         bed->Write("m/n.mds", StanzaOf("n"));
         bed->SetChangedAt("m/n.mds", {1, 0});
         bed->SetChangedAt("m", before);
       }},
      {"in place", "changed 0/a.bundle",
       [](SystemBed* bed) { bed->Write("m/a.bundle/f.mds", StanzaOf("a", "them")); }},
      {"in place, mtime restored", "changed 0/a.bundle",
       [](SystemBed* bed) {
         const timespec before = bed->ChangedAt("m/a.bundle/f.mds");
         bed->Write("m/a.bundle/f.mds", StanzaOf("a", "them"));
         bed->SetChangedAt("m/a.bundle/f.mds", before);
       }},
      {"in place, the same size, mtime restored", "changed 0/a.bundle",
       [](SystemBed* bed) {
         const timespec before = bed->ChangedAt("m/a.bundle/f.mds");
         bed->Write("m/a.bundle/f.mds", StanzaOf("a", "me"));
         bed->SetChangedAt("m/a.bundle/f.mds", before);
       }},
      {"in place, the same size, as soon as can be", "changed 0/b.mds",
       [](SystemBed* bed) { bed->Write("m/b.mds", StanzaOf("b", "me")); }},
      {"rename over, mtime preserved", "changed 0/a.bundle",
       [](SystemBed* bed) {
         const timespec before = bed->ChangedAt("m/a.bundle/f.mds");
         bed->Write("m/a.bundle/.new", StanzaOf("a", "me"));
         bed->SetChangedAt("m/a.bundle/.new", before);
         bed->Rename("m/a.bundle/.new", "m/a.bundle/f.mds");
       }},
      {"mtime 0", "changed 0/b.mds",
       [](SystemBed* bed) {
         bed->Write("m/b.mds", StanzaOf("b", "me"));
         bed->SetChangedAt("m/b.mds", {0, 0});
       }},
      {"bundle swapped by rename", "changed 0/a.bundle",
       [](SystemBed* bed) {
         bed->MakeFolder("m/new");
         bed->Write("m/new/f.mds", StanzaOf("a", "me"));
         bed->Rename("m/a.bundle", "old");
         bed->Rename("m/new", "m/a.bundle");
       }},
      {"path folder swapped by rename", "removed 0/a.bundle; changed 0/b.mds",
       [](SystemBed* bed) {
         bed->MakeFolder("new");
         bed->Write("new/b.mds", StanzaOf("b", "me"));
         bed->Rename("m", "old");
         bed->Rename("new", "m");
       }},
      {"nothing", "", [](SystemBed*) {}},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    SystemBed bed;
    bed.MakeFolder("m/a.bundle");
    bed.Write("m/a.bundle/f.mds", StanzaOf("a"));
    bed.Write("m/b.mds", StanzaOf("b"));
    EXPECT_EQ(bed.All(), "added 0/a.bundle; added 0/b.mds");
    c.mutate(&bed);
    bed.Restart();
    EXPECT_EQ(bed.All(), c.expected);
    bed.ExpectAsAll();
  }
}

TEST(ModuleDirectoryOnTheSystem, LinksThatAreNamed) {
  SystemBed bed;
  bed.MakeFolder("one");
  bed.MakeFolder("two");
  bed.Write("one/f.mds", StanzaOf("a", "one"));
  bed.Write("two/f.mds", StanzaOf("a", "two"));
  bed.Link("/one", "m/a.bundle");
  EXPECT_EQ(bed.All(), "added 0/a.bundle");
  bed.Write("one/f.mds", StanzaOf("a", "1"));
  EXPECT_EQ(bed.Some({"0/a.bundle"}), "changed 0/a.bundle");
  bed.ExpectAsAll();
  bed.Link("../two", "m/a.bundle");
  EXPECT_EQ(bed.Some({"0/a.bundle"}), "changed 0/a.bundle");
  bed.ExpectAsAll();
  bed.Rename("two", "three");
  EXPECT_EQ(bed.Some({"0/a.bundle"}), "removed 0/a.bundle");
  bed.ExpectAsAll();
  bed.Rename("three", "two");
  EXPECT_EQ(bed.Some({"0/a.bundle"}), "added 0/a.bundle");
  bed.ExpectAsAll();
}

TEST(ModuleDirectoryOnTheSystem, FoldersOfFoldersComeAndGo) {
  SystemBed bed(true);
  bed.Write("m/a.mds", StanzaOf("a"));
  EXPECT_EQ(bed.All(), "added 0/a.mds");
  bed.MakeFolder("m/sub");
  bed.MakeFolder("m/sub/deep");
  bed.Write("m/sub/deep/x.mds", StanzaOf("x"));
  EXPECT_EQ(bed.Some({"0/"}), "added 0/sub/deep/x.mds");
  bed.ExpectAsAll();
  bed.Write("m/sub/y.mds", StanzaOf("y"));
  bed.Write("m/sub/deep/z.mds", StanzaOf("z"));
  EXPECT_EQ(bed.Some({"0/sub/", "0/sub/deep/"}), "added 0/sub/deep/z.mds; added 0/sub/y.mds");
  bed.ExpectAsAll();
  bed.Rename("m/sub/deep", "gone");
  EXPECT_EQ(bed.Some({"0/sub/"}), "removed 0/sub/deep/x.mds; removed 0/sub/deep/z.mds");
  bed.ExpectAsAll();
  bed.Rename("gone", "m/other");
  EXPECT_EQ(bed.All(), "added 0/other/x.mds; added 0/other/z.mds");
  bed.Rename("m/sub", "gone");
  EXPECT_EQ(bed.All(), "removed 0/sub/y.mds");
  bed.ExpectAsAll();
}

TEST(ModuleDirectoryOnTheSystem, FilesOfAGroupAreNotRootsOwn) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to give a file to a group";
  SystemBed bed;
  bed.Write("m/a.mds", StanzaOf("a"));
  EXPECT_EQ(chmod(bed.PathOf("m/a.mds").c_str(), 0664), 0);
  EXPECT_EQ(bed.All(), "added 0/a.mds");  // of root's group
  EXPECT_EQ(chown(bed.PathOf("m/a.mds").c_str(), 0, 7777), 0);
  EXPECT_EQ(bed.All(), "removed 0/a.mds");
  EXPECT_EQ(bed.report().messages,
            std::vector<std::string>{"/m/a.mds: refused: group 7777 may write to it"});
  EXPECT_EQ(chmod(bed.PathOf("m/a.mds").c_str(), 0644), 0);
  EXPECT_EQ(bed.All(), "added 0/a.mds");
}

}  // namespace
}  // namespace keelson
