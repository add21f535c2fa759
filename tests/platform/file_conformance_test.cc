// What Directory and Root do, in a folder of the running system and in the fake tree.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "platform/fake/clock.h"
#include "platform/fake/file.h"
#include "platform/file.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

class FileBed {
 public:
  virtual ~FileBed() = default;
  virtual std::unique_ptr<Root> root() = 0;
};

class SystemBed : public FileBed {
 public:
  std::unique_ptr<Root> root() override {
    std::unique_ptr<Root> root;
    EXPECT_TRUE(OpenRoot(folder_.path(), &root).ok());
    return root;
  }

 private:
  TemporaryFolder folder_;
};

class FakeBed : public FileBed {
 public:
  std::unique_ptr<Root> root() override { return tree_.NewRoot(); }

 private:
  FakeClock clock_;
  FakeTree tree_{&clock_};
};

struct Kind {
  const char* name;
  std::unique_ptr<FileBed> (*make)();
};

class FileConformance : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { ASSERT_TRUE(root_->OpenDirectory("/", &top_).ok()); }

  static void Write(Directory* directory, std::string_view name, std::string_view bytes) {
    std::unique_ptr<OutputFile> file;
    ASSERT_TRUE(directory->Create(name, 0644, &file).ok()) << name;
    ASSERT_TRUE(file->Write(bytes).ok());
  }
  std::string ReadBack(std::string_view path) {
    FileBytes bytes;
    Error error = root_->Read(path, 1 << 20, &bytes, nullptr);
    return error.ok() ? std::string(bytes.view()) : "(" + error.Text() + ")";
  }
  std::vector<std::string> Names() {
    std::vector<DirectoryEntry> entries;
    EXPECT_TRUE(top_->List(&entries).ok());
    std::vector<std::string> names;
    for (const DirectoryEntry& entry : entries) names.push_back(entry.name);
    std::sort(names.begin(), names.end());
    return names;
  }

  std::unique_ptr<FileBed> bed_ = GetParam().make();
  std::unique_ptr<Root> root_ = bed_->root();
  std::unique_ptr<Directory> top_;
};

INSTANTIATE_TEST_SUITE_P(
    Both, FileConformance,
    testing::Values(Kind{"System", [] { return std::unique_ptr<FileBed>(new SystemBed); }},
                    Kind{"Fake", [] { return std::unique_ptr<FileBed>(new FakeBed); }}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_P(FileConformance, CreateWriteRead) {
  std::unique_ptr<OutputFile> file;
  ASSERT_TRUE(top_->Create("a", 0640, &file).ok());
  ASSERT_TRUE(file->Write("hello ").ok());
  ASSERT_TRUE(file->Write(std::string_view("wor\0ld", 6)).ok());
  ASSERT_TRUE(file->Sync().ok());
  ASSERT_TRUE(top_->Sync().ok());
  FileBytes bytes;
  FileInfo info, again;
  ASSERT_TRUE(top_->Read("a", 12, &bytes, &info).ok());
  EXPECT_EQ(bytes.view(), std::string_view("hello wor\0ld", 12));
  ASSERT_TRUE(top_->Stat("a", &again).ok());
  EXPECT_TRUE(again.SameVersion(info));
  EXPECT_EQ(info.type, FileType::kRegular);
  EXPECT_EQ(info.size, 12u);
  EXPECT_EQ(info.mode, 0640u);
  EXPECT_EQ(info.nlink, 1u);
  EXPECT_EQ(top_->Create("a", 0600, &file), Error(EEXIST));
}

TEST_P(FileConformance, ModeIsNotCutByTheUmask) {
  mode_t old = umask(0777);
  std::unique_ptr<OutputFile> file;
  Error created = top_->Create("file", 0664, &file);
  Error made = top_->MakeDirectory("folder", 02775);
  umask(old);
  ASSERT_TRUE(created.ok() && made.ok());
  FileInfo info;
  ASSERT_TRUE(top_->Stat("file", &info).ok());
  EXPECT_EQ(info.mode, 0664u);
  ASSERT_TRUE(file->SetMode(0400).ok());
  ASSERT_TRUE(top_->Stat("file", &info).ok());
  EXPECT_EQ(info.mode, 0400u);
  ASSERT_TRUE(top_->Stat("folder", &info).ok());
  EXPECT_EQ(info.mode, 02775u);
  EXPECT_EQ(info.type, FileType::kDirectory);
}

TEST_P(FileConformance, AppendGoesBehindWhatIsThere) {
  mode_t old = umask(0777);
  std::unique_ptr<OutputFile> file, second;
  FileInfo info;
  Error made = top_->Append("log", 0640, &file, &info);
  umask(old);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(info.size, 0u);
  EXPECT_EQ(info.mode, 0640u);
  ASSERT_TRUE(file->Write("one\n").ok());
  ASSERT_TRUE(top_->Append("log", 0600, &second, &info).ok());
  EXPECT_EQ(info.size, 4u);
  EXPECT_EQ(info.mode, 0640u);
  ASSERT_TRUE(second->Write("two\n").ok());
  ASSERT_TRUE(file->Write("three\n").ok());  // behind what the other one wrote
  EXPECT_EQ(ReadBack("/log"), "one\ntwo\nthree\n");
  // An open file keeps its bytes when the name goes elsewhere.
  ASSERT_TRUE(top_->Rename("log", "log.1").ok());
  ASSERT_TRUE(file->Write("four\n").ok());
  EXPECT_EQ(ReadBack("/log.1"), "one\ntwo\nthree\nfour\n");
  EXPECT_EQ(Names(), (std::vector<std::string>{"log.1"}));
}

TEST_P(FileConformance, AppendTakesRegularFilesOnly) {
  Write(top_.get(), "file", "bytes");
  ASSERT_TRUE(top_->MakeDirectory("folder", 0755).ok());
  ASSERT_TRUE(top_->MakeSymlink("file", "link").ok());
  ASSERT_TRUE(top_->MakeSymlink("nowhere", "dangling").ok());
  std::unique_ptr<OutputFile> file;
  EXPECT_EQ(top_->Append("link", 0600, &file, nullptr), Error(ELOOP));
  EXPECT_EQ(top_->Append("dangling", 0600, &file, nullptr), Error(ELOOP));
  EXPECT_EQ(top_->Append("folder", 0600, &file, nullptr), Error(EINVAL));
  EXPECT_EQ(top_->Append("../file", 0600, &file, nullptr), Error(EINVAL));
  EXPECT_EQ(file, nullptr);
  EXPECT_EQ(ReadBack("/file"), "bytes");
}

TEST_P(FileConformance, ReadHasALimit) {
  std::string large(300'000, 'x');
  Write(top_.get(), "large", large);
  Write(top_.get(), "empty", "");
  FileBytes bytes;
  EXPECT_EQ(top_->Read("large", large.size() - 1, &bytes, nullptr), Error(EFBIG));
  ASSERT_TRUE(top_->Read("large", large.size(), &bytes, nullptr).ok());
  EXPECT_EQ(bytes.view(), large);
  ASSERT_TRUE(top_->Read("empty", 0, &bytes, nullptr).ok());
  EXPECT_EQ(bytes.size, 0u);
}

TEST_P(FileConformance, LinksAreNotFollowedByName) {
  Write(top_.get(), "file", "bytes");
  ASSERT_TRUE(top_->MakeDirectory("folder", 0755).ok());
  ASSERT_TRUE(top_->MakeSymlink("file", "to file").ok());
  ASSERT_TRUE(top_->MakeSymlink("folder", "to folder").ok());
  ASSERT_TRUE(top_->MakeSymlink("nowhere", "dangling").ok());
  FileBytes bytes;
  FileInfo info;
  std::unique_ptr<Directory> folder;
  std::unique_ptr<OutputFile> file;
  std::string target;
  EXPECT_EQ(top_->Read("to file", 100, &bytes, nullptr), Error(ELOOP));
  EXPECT_EQ(top_->Read("folder", 100, &bytes, nullptr), Error(EINVAL));
  EXPECT_EQ(top_->Read("none", 100, &bytes, nullptr), Error(ENOENT));
  EXPECT_EQ(top_->Open("to folder", &folder), Error(ENOTDIR));
  EXPECT_EQ(top_->Open("file", &folder), Error(ENOTDIR));
  EXPECT_EQ(top_->Open("none", &folder), Error(ENOENT));
  EXPECT_EQ(top_->Create("dangling", 0600, &file), Error(EEXIST));
  EXPECT_EQ(top_->MakeSymlink("x", "file"), Error(EEXIST));
  ASSERT_TRUE(top_->Stat("to file", &info).ok());
  EXPECT_EQ(info.type, FileType::kSymlink);
  ASSERT_TRUE(top_->ReadLink("to file", &target).ok());
  EXPECT_EQ(target, "file");
  EXPECT_EQ(top_->ReadLink("file", &target), Error(EINVAL));
  EXPECT_EQ(top_->ReadLink("none", &target), Error(ENOENT));
}

TEST_P(FileConformance, NamesAreNoPaths) {
  ASSERT_TRUE(top_->MakeDirectory("folder", 0755).ok());
  Write(top_.get(), "file", "");
  for (std::string_view name :
       {std::string_view("folder/x"), std::string_view("/file"), std::string_view(".."),
        std::string_view(""), std::string_view("a\0b", 3)}) {
    FileInfo info;
    FileBytes bytes;
    std::string target;
    std::unique_ptr<Directory> folder;
    std::unique_ptr<OutputFile> file;
    const Error kInvalid(EINVAL);
    EXPECT_EQ(top_->Stat(name, &info), kInvalid) << name;
    EXPECT_EQ(top_->Read(name, 1, &bytes, nullptr), kInvalid) << name;
    EXPECT_EQ(top_->ReadLink(name, &target), kInvalid) << name;
    EXPECT_EQ(top_->Open(name, &folder), kInvalid) << name;
    EXPECT_EQ(top_->Create(name, 0600, &file), kInvalid) << name;
    EXPECT_EQ(top_->MakeDirectory(name, 0700), kInvalid) << name;
    EXPECT_EQ(top_->MakeSymlink("x", name), kInvalid) << name;
    EXPECT_EQ(top_->Link("file", name), kInvalid) << name;
    EXPECT_EQ(top_->Rename("file", name), kInvalid) << name;
    EXPECT_EQ(top_->Rename(name, "other"), kInvalid) << name;
    EXPECT_EQ(top_->Remove(name), kInvalid) << name;
    EXPECT_EQ(top_->RemoveDirectory(name), kInvalid) << name;
  }
  std::unique_ptr<OutputFile> file;
  EXPECT_EQ(top_->Create(std::string(256, 'n'), 0600, &file), Error(ENAMETOOLONG));
  EXPECT_EQ(Names(), std::vector<std::string>({"file", "folder"}));
}

TEST_P(FileConformance, LinkRenameRemove) {
  Write(top_.get(), "a", "A");
  Write(top_.get(), "b", "B");
  ASSERT_TRUE(top_->Link("a", "c").ok());
  EXPECT_EQ(top_->Link("a", "b"), Error(EEXIST));
  EXPECT_EQ(top_->Link("none", "d"), Error(ENOENT));
  FileInfo a, c;
  ASSERT_TRUE(top_->Stat("a", &a).ok() && top_->Stat("c", &c).ok());
  EXPECT_EQ(a.ino, c.ino);
  EXPECT_EQ(a.nlink, 2u);
  ASSERT_TRUE(top_->Rename("b", "a").ok());
  EXPECT_EQ(ReadBack("/a"), "B");
  EXPECT_EQ(ReadBack("/c"), "A");
  EXPECT_EQ(top_->Rename("none", "a"), Error(ENOENT));
  ASSERT_TRUE(top_->Stat("c", &c).ok());
  EXPECT_EQ(c.nlink, 1u);
  ASSERT_TRUE(top_->Remove("c").ok());
  EXPECT_EQ(top_->Remove("c"), Error(ENOENT));
  EXPECT_EQ(Names(), std::vector<std::string>({"a"}));
}

TEST_P(FileConformance, OwnersAreOfTheEntryItself) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  Write(top_.get(), "file", "bytes");
  ASSERT_TRUE(top_->MakeDirectory("folder", 02755).ok());
  ASSERT_TRUE(top_->MakeSymlink("file", "link").ok());
  ASSERT_TRUE(top_->MakeSymlink("nowhere", "dangling").ok());
  uint32_t uid = 1000;
  for (const char* name : {"link", "dangling", "folder"}) {
    ASSERT_TRUE(top_->SetOwner(name, uid, uid + 1).ok()) << name;
    FileInfo info;
    ASSERT_TRUE(top_->Stat(name, &info).ok()) << name;
    EXPECT_EQ(info.uid, uid) << name;
    EXPECT_EQ(info.gid, uid + 1) << name;
    ++uid;
  }
  FileInfo info;
  ASSERT_TRUE(top_->Stat("file", &info).ok());
  EXPECT_EQ(info.uid, 0u);
  ASSERT_TRUE(top_->Stat("folder", &info).ok());
  EXPECT_EQ(info.mode, 02755u);
  std::unique_ptr<Directory> folder;
  ASSERT_TRUE(top_->Open("folder", &folder).ok());
  ASSERT_TRUE(top_->Rename("folder", "moved").ok());
  ASSERT_TRUE(folder->SetOwner(".", 2000, 2001).ok());
  ASSERT_TRUE(top_->Stat("moved", &info).ok());
  EXPECT_EQ(info.uid, 2000u);
  EXPECT_EQ(top_->SetOwner("none", 1, 1), Error(ENOENT));
  EXPECT_EQ(top_->SetOwner("folder/x", 1, 1), Error(EINVAL));
}

TEST_P(FileConformance, Attributes) {
  std::unique_ptr<OutputFile> file;
  ASSERT_TRUE(top_->Create("a", 0644, &file).ok());
  std::vector<FileAttribute> before, after;
  ASSERT_TRUE(top_->ListAttributes("a", &before).ok());
  const FileAttribute attribute{"user.keelson", std::string(2000, 'v')};
  Error error = file->SetAttribute(attribute);
  if (error.unsupported()) GTEST_SKIP() << "no attributes in this file system";
  ASSERT_TRUE(error.ok()) << error.Text();
  ASSERT_TRUE(top_->ListAttributes("a", &after).ok());
  ASSERT_EQ(after.size(), before.size() + 1);
  EXPECT_EQ(std::count_if(after.begin(), after.end(),
                          [&](const FileAttribute& found) {
                            return found.name == attribute.name && found.value == attribute.value;
                          }),
            1);
  ASSERT_TRUE(top_->MakeSymlink("a", "link").ok());
  EXPECT_EQ(top_->ListAttributes("link", &after), Error(ELOOP));
  EXPECT_EQ(top_->ListAttributes(".", &after), Error(EINVAL));
  EXPECT_EQ(top_->ListAttributes("none", &after), Error(ENOENT));
}

TEST_P(FileConformance, Directories) {
  ASSERT_TRUE(top_->MakeDirectory("d", 0700).ok());
  EXPECT_EQ(top_->MakeDirectory("d", 0700), Error(EEXIST));
  std::unique_ptr<Directory> d;
  ASSERT_TRUE(top_->Open("d", &d).ok());
  Write(d.get(), "x", "deep");
  EXPECT_EQ(ReadBack("/d/x"), "deep");
  EXPECT_EQ(top_->RemoveDirectory("d"), Error(ENOTEMPTY));
  EXPECT_FALSE(top_->Remove("d").ok());
  ASSERT_TRUE(top_->Rename("d", "e").ok());
  EXPECT_EQ(ReadBack("/e/x"), "deep");
  ASSERT_TRUE(d->Remove("x").ok());  // the open directory is the same, whatever its name
  EXPECT_EQ(top_->RemoveDirectory("x"), Error(ENOENT));
  ASSERT_TRUE(top_->RemoveDirectory("e").ok());
  FileInfo self, named;
  ASSERT_TRUE(top_->StatSelf(&self).ok() && top_->Stat(".", &named).ok());
  EXPECT_EQ(self.ino, named.ino);
  EXPECT_EQ(self.type, FileType::kDirectory);
  std::vector<DirectoryEntry> entries;
  ASSERT_TRUE(top_->List(&entries).ok());
  EXPECT_TRUE(entries.empty());
}

TEST_P(FileConformance, StatBelowLooksAtTheLastName) {
  ASSERT_TRUE(top_->MakeDirectory("a", 0755).ok());
  std::unique_ptr<Directory> a;
  ASSERT_TRUE(top_->Open("a", &a).ok());
  Write(a.get(), "file", "bytes");
  ASSERT_TRUE(a->MakeSymlink("file", "link").ok());
  FileInfo info, same;
  ASSERT_TRUE(top_->StatBelow("a/file", &info).ok());
  ASSERT_TRUE(a->Stat("file", &same).ok());
  EXPECT_TRUE(info.SameVersion(same));
  ASSERT_TRUE(top_->StatBelow("a/link", &info).ok());
  EXPECT_EQ(info.type, FileType::kSymlink);
  EXPECT_EQ(top_->StatBelow("a/none", &info), Error(ENOENT));
  EXPECT_EQ(top_->StatBelow("a/file/x", &info), Error(ENOTDIR));
  EXPECT_EQ(top_->StatBelow("/a", &info), Error(EINVAL));
  EXPECT_EQ(top_->StatBelow("", &info), Error(EINVAL));
  bool exact = false;
  EXPECT_TRUE(top_->HasExactStamps(&exact).ok());
}

TEST_P(FileConformance, MappingOutlivesTheName) {
  Write(top_.get(), "file", "bytes");
  Write(top_.get(), "empty", "");
  ASSERT_TRUE(top_->MakeSymlink("file", "link").ok());
  ASSERT_TRUE(top_->MakeDirectory("folder", 0755).ok());
  std::unique_ptr<Mapping> mapping, empty;
  FileInfo info;
  ASSERT_TRUE(top_->Map("file", &mapping, &info).ok());
  EXPECT_EQ(info.size, 5u);
  ASSERT_TRUE(top_->Remove("file").ok());
  EXPECT_EQ(mapping->view(), "bytes");
  ASSERT_TRUE(top_->Map("empty", &empty, nullptr).ok());
  EXPECT_EQ(empty->view(), "");
  EXPECT_EQ(top_->Map("link", &empty, nullptr), Error(ELOOP));
  EXPECT_EQ(top_->Map("folder", &empty, nullptr), Error(EINVAL));
  EXPECT_EQ(top_->Map("file", &empty, nullptr), Error(ENOENT));
}

TEST_P(FileConformance, ListTellsTypes) {
  ASSERT_TRUE(top_->MakeDirectory("d", 0700).ok());
  ASSERT_TRUE(top_->MakeSymlink("d", "l").ok());
  Write(top_.get(), "f", "");
  std::vector<DirectoryEntry> entries;
  ASSERT_TRUE(top_->List(&entries).ok());
  ASSERT_EQ(entries.size(), 3u);
  for (const DirectoryEntry& entry : entries) {
    FileType expected = entry.name == "d"   ? FileType::kDirectory
                        : entry.name == "l" ? FileType::kSymlink
                                            : FileType::kRegular;
    EXPECT_TRUE(entry.type == expected || entry.type == FileType::kOther) << entry.name;
  }
}

TEST_P(FileConformance, OpenedToListIsADirectoryAsAnyOther) {
  ASSERT_TRUE(top_->MakeDirectory("d", 0700).ok());
  ASSERT_TRUE(top_->MakeSymlink("d", "l").ok());
  std::unique_ptr<Directory> d;
  EXPECT_EQ(top_->OpenToList("l", &d), Error(ENOTDIR));
  EXPECT_EQ(top_->OpenToList("none", &d), Error(ENOENT));
  ASSERT_TRUE(top_->OpenToList("d", &d).ok());
  for (size_t files = 0; files < 3; ++files) {
    std::vector<DirectoryEntry> entries;
    ASSERT_TRUE(d->List(&entries).ok());
    EXPECT_EQ(entries.size(), files);
    Write(d.get(), "file" + std::to_string(files), "bytes");
  }
  FileInfo of_itself, by_name;
  ASSERT_TRUE(d->StatSelf(&of_itself).ok() && top_->Stat("d", &by_name).ok());
  EXPECT_EQ(of_itself.ino, by_name.ino);
  EXPECT_TRUE(d->Sync().ok());
}

TEST_P(FileConformance, WalkStaysInside) {
  struct Case {
    const char* name;
    const char* path;
    const char* expected;
  };
  Write(top_.get(), "secret", "inside");
  ASSERT_TRUE(top_->MakeDirectory("etc", 0755).ok());
  ASSERT_TRUE(top_->MakeDirectory("usr", 0755).ok());
  std::unique_ptr<Directory> etc, usr;
  ASSERT_TRUE(top_->Open("etc", &etc).ok() && top_->Open("usr", &usr).ok());
  Write(etc.get(), "passwd", "root");
  Write(usr.get(), "file", "usr file");
  for (auto [target, name] : {
           std::pair("/etc", "absolute"),
           std::pair("../../../../../../etc", "escaping"),
           std::pair("absolute/passwd", "through"),
           std::pair("/", "slash"),
           std::pair("loop b", "loop a"),
           std::pair("loop a", "loop b"),
           std::pair("none", "dangling"),
           std::pair(".", "dot"),
           std::pair("dot/etc/", "trailing"),
       }) {
    ASSERT_TRUE(top_->MakeSymlink(target, name).ok());
  }
  ASSERT_TRUE(etc->MakeSymlink("../../usr/file", "up").ok());
  const Case cases[] = {
      {"plain", "/etc/passwd", "root"},
      {"many slashes", "//etc///passwd", "root"},
      {"dots", "/./etc/./passwd", "root"},
      {"above the root", "/../../../secret", "inside"},
      {"down and up", "/etc/../secret", "inside"},
      {"absolute target", "/absolute/passwd", "root"},
      {"target that climbs out", "/escaping/passwd", "root"},
      {"link through a link", "/through", "root"},
      {"link to the root", "/slash/slash/secret", "inside"},
      {"relative link climbs out", "/etc/up", "usr file"},
      {"up from behind a link", "/absolute/../secret", "inside"},
      {"dot link", "/dot/dot/secret", "inside"},
      {"trailing slash in a target", "/trailing/passwd", "root"},
      {"loop", "/loop a", "(Too many levels of symbolic links)"},
      {"loop on the way", "/loop a/x", "(Too many levels of symbolic links)"},
      {"dangling", "/dangling", "(No such file or directory)"},
      {"dangling on the way", "/dangling/x", "(No such file or directory)"},
      {"file on the way", "/secret/x", "(Not a directory)"},
      {"missing on the way", "/none/x", "(No such file or directory)"},
      {"relative", "etc/passwd", "(Invalid argument)"},
      {"empty", "", "(Invalid argument)"},
      {"the root itself", "/", "(Invalid argument)"},
  };
  for (const Case& c : cases) EXPECT_EQ(ReadBack(c.path), c.expected) << c.name;
}

TEST_P(FileConformance, FortyLinksAreFollowedAndNoMore) {
  Write(top_.get(), "0", "end");
  for (int i = 1; i <= 41; ++i) {
    ASSERT_TRUE(top_->MakeSymlink(std::to_string(i - 1), std::to_string(i)).ok());
  }
  EXPECT_EQ(ReadBack("/40"), "end");
  EXPECT_EQ(ReadBack("/41"), "(Too many levels of symbolic links)");
}

TEST_P(FileConformance, LocateGivesParentAndName) {
  struct Case {
    const char* path;
    bool follow_last;
    const char* name;
    bool in_etc;
  };
  ASSERT_TRUE(top_->MakeDirectory("etc", 0755).ok());
  ASSERT_TRUE(top_->MakeSymlink("etc/new", "link").ok());
  std::unique_ptr<Directory> etc;
  ASSERT_TRUE(top_->Open("etc", &etc).ok());
  FileInfo etc_info;
  ASSERT_TRUE(etc->StatSelf(&etc_info).ok());
  const Case cases[] = {
      {"/", true, ".", false},          {"/..", true, ".", false},
      {"/etc/.", true, ".", true},      {"/etc/x/", true, "x", true},
      {"/etc/new", false, "new", true}, {"/link", true, "new", true},
      {"/link", false, "link", false},  {"/etc/../link", false, "link", false},
  };
  for (const Case& c : cases) {
    std::unique_ptr<Directory> parent;
    std::string name;
    ASSERT_TRUE(root_->Locate(c.path, c.follow_last, &parent, &name).ok()) << c.path;
    EXPECT_EQ(name, c.name) << c.path;
    FileInfo info;
    ASSERT_TRUE(parent->StatSelf(&info).ok());
    EXPECT_EQ(info.ino == etc_info.ino, c.in_etc) << c.path;
  }
}

TEST_P(FileConformance, DirectoryMovedDuringTheWalkDoesNotLeadOut) {
  // What Locate has opened stays what it was, and ".." goes back to where it came from.
  ASSERT_TRUE(top_->MakeDirectory("a", 0755).ok());
  std::unique_ptr<Directory> a, b, parent;
  ASSERT_TRUE(top_->Open("a", &a).ok());
  ASSERT_TRUE(a->MakeDirectory("b", 0755).ok());
  std::string name;
  ASSERT_TRUE(root_->Locate("/a/b/file", true, &parent, &name).ok());
  ASSERT_TRUE(top_->Rename("a", "moved").ok());
  Write(parent.get(), name, "still");
  EXPECT_EQ(ReadBack("/moved/b/file"), "still");
}

TEST(PosixFile, WhatIsNoFileIsNotReadAndDoesNotHang) {
  TemporaryFolder folder;
  ASSERT_EQ(mkfifo((folder.path() + "/fifo").c_str(), 0600), 0);
  ASSERT_EQ(symlink("/dev/null", (folder.path() + "/null").c_str()), 0);
  std::unique_ptr<Root> root;
  ASSERT_TRUE(OpenRoot(folder.path(), &root).ok());
  FileBytes bytes;
  EXPECT_EQ(root->Read("/fifo", 10, &bytes, nullptr), Error(EINVAL));
  EXPECT_EQ(root->Read("/null", 10, &bytes, nullptr), Error(ENOENT));  // not the system's
  std::unique_ptr<Directory> top;
  ASSERT_TRUE(root->OpenDirectory("/", &top).ok());
  std::unique_ptr<OutputFile> file;
  EXPECT_EQ(top->Append("fifo", 0600, &file, nullptr), Error(EINVAL));
  const Descriptor reader(open((folder.path() + "/fifo").c_str(), O_RDONLY | O_NONBLOCK));
  ASSERT_TRUE(reader.valid());
  EXPECT_EQ(top->Append("fifo", 0600, &file, nullptr), Error(EINVAL));
  FileInfo info;
  ASSERT_TRUE(root->Stat("/fifo", &info).ok());
  EXPECT_EQ(info.type, FileType::kFifo);
  ASSERT_TRUE(OpenRoot("/", &root).ok());
  EXPECT_EQ(root->Read("/dev/null", 10, &bytes, nullptr), Error(EINVAL));
}

TEST(PosixFile, SizeZeroFilesOfProcAreReadWhole) {
  std::unique_ptr<Root> root;
  ASSERT_TRUE(OpenRoot("/", &root).ok());
  FileBytes bytes;
  ASSERT_TRUE(root->Read("/proc/self/status", 1 << 20, &bytes, nullptr).ok());
  EXPECT_TRUE(bytes.view().starts_with("Name:"));
  EXPECT_NE(bytes.view().find("nonvoluntary_ctxt_switches"), std::string_view::npos);
  EXPECT_EQ(root->Read("/proc/self/status", 100, &bytes, nullptr), Error(EFBIG));
}

TEST(PosixFile, SearchableDirectoriesNeedNotBeReadable) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  TemporaryFolder folder;
  ASSERT_EQ(chmod(folder.path().c_str(), 0711), 0);
  ASSERT_EQ(mkdir((folder.path() + "/sub").c_str(), 0711), 0);
  std::unique_ptr<Root> top;
  ASSERT_TRUE(OpenRoot(folder.path(), &top).ok());
  std::unique_ptr<Directory> sub;
  ASSERT_TRUE(top->OpenDirectory("/sub", &sub).ok());
  std::unique_ptr<OutputFile> file;
  ASSERT_TRUE(sub->Create("open", 0644, &file).ok());
  ASSERT_TRUE(file->Write("readable").ok());
  pid_t child = fork();
  if (child == 0) {
    if (setuid(65534) != 0) _exit(1);
    std::unique_ptr<Root> root;
    if (!OpenRoot(folder.path(), &root).ok()) _exit(2);
    FileBytes bytes;
    if (!root->Read("/sub/open", 100, &bytes, nullptr).ok()) _exit(3);
    std::unique_ptr<Directory> directory;
    std::vector<DirectoryEntry> entries;
    if (!root->OpenDirectory("/sub", &directory).ok()) _exit(4);
    _exit(directory->List(&entries) == Error(EACCES) ? 0 : 5);
  }
  int status;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(PosixFile, OpenRootErrors) {
  std::unique_ptr<Root> root;
  EXPECT_EQ(OpenRoot("", &root), Error(EINVAL));
  EXPECT_EQ(OpenRoot("/nonexistent", &root), Error(ENOENT));
  EXPECT_EQ(OpenRoot("/dev/null", &root), Error(ENOTDIR));
}

TEST(FakeFile, FailsOnRequest) {
  FakeClock clock;
  FakeTree tree(&clock);
  tree.Put("/etc/passwd", "root");
  std::unique_ptr<Root> root = tree.NewRoot();
  FileBytes bytes;
  tree.FailNth(FileCall::kRead, 2, Error(EIO));
  EXPECT_TRUE(root->Read("/etc/passwd", 10, &bytes, nullptr).ok());
  EXPECT_EQ(root->Read("/etc/passwd", 10, &bytes, nullptr), Error(EIO));
  EXPECT_TRUE(root->Read("/etc/passwd", 10, &bytes, nullptr).ok());
  EXPECT_EQ(tree.calls(FileCall::kRead), 3);
}

TEST(FakeFile, CrashLosesWhatWasNotSynced) {
  struct Case {
    const char* name;
    bool sync_file;
    bool sync_directory;
    bool entries_survive;
    const char* expected;
  };
  const Case cases[] = {
      {"nothing synced", false, false, false, "(none)"},
      {"only the entry reached the disk", false, false, true, ""},
      {"bytes without an entry", true, false, false, "(none)"},
      {"bytes, and the entry by luck", true, false, true, "new"},
      {"both synced", true, true, false, "new"},
  };
  for (const Case& c : cases) {
    FakeClock clock;
    FakeTree tree(&clock);
    std::unique_ptr<Directory> top = tree.Top();
    std::unique_ptr<OutputFile> file;
    ASSERT_TRUE(top->Create("file", 0644, &file).ok() && file->Write("new").ok());
    if (c.sync_file) {
      ASSERT_TRUE(file->Sync().ok());
    }
    if (c.sync_directory) {
      ASSERT_TRUE(top->Sync().ok());
    }
    file.reset();
    tree.Crash(c.entries_survive);
    EXPECT_EQ(tree.Get("/file"), c.expected) << c.name;
  }
}

}  // namespace
}  // namespace keelson
