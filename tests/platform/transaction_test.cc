// Replacing a set of files in the fake tree: with each single call failing, with the program or the
// power going before each; then what only a real system shows.
#include "platform/transaction.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

constexpr char kRecord[] = "/var/lib/keelson/accounts.db";
const std::vector<std::string> kPaths = {"/etc/group", "/etc/gshadow", "/etc/shadow", "/etc/passwd",
                                         "/etc/subuid"};
const std::vector<std::string> kEtcBefore = {"group", "gshadow", "passwd", "passwd-", "shadow"};
const std::vector<std::string> kEtcAfter = {"group",   "group-", "gshadow", "gshadow-", "passwd",
                                            "passwd-", "shadow", "shadow-", "subuid"};

// Shows what it was given.
std::string Merge(const DisturbedFile& file, std::vector<std::string>* notes) {
  notes->push_back(std::string(file.path) + ": merged");
  const std::string before(file.before.value_or("?"));
  return before + " -> " + std::string(file.after) + " on " + std::string(file.current);
}

struct Bed {
  FakeClock clock;
  FakeTree tree{&clock};
  std::unique_ptr<Root> root = tree.NewRoot();
  TransactionRecord record{.path = kRecord, .bytes = "user:x\n"};
  std::vector<FileChange> files;
  std::vector<std::string> notes;

  Bed() {
    for (const std::string& path : kPaths) {
      if (path != "/etc/subuid") tree.Put(path, "old " + path, 0640);
      files.push_back({path, "new " + path});
    }
    tree.Put("/etc/passwd-", "older");
    tree.Find("/etc/shadow")->info.gid = 42;
    tree.Find("/etc/shadow")->attributes["security.label"] = "shadow_t";
    tree.Put(kRecord, "user:old\n", 0600);
    clock.Advance(kSecond);
  }
  TransactionError Replace() { return ReplaceFiles(*root, files, record); }
  TransactionError Recover(std::vector<std::string> records = {kRecord}) {
    notes.clear();
    return RecoverFiles(*root, records, kPaths, Merge, &notes);
  }

  bool AllOld() const { return All("old ") && tree.Get("/etc/subuid") == "(none)"; }
  bool AllNew() const { return All("new ") && tree.Get("/etc/subuid") == "new /etc/subuid"; }
  bool Untouched() const {
    return AllOld() && tree.Names("/etc") == kEtcBefore && tree.Get("/etc/passwd-") == "older" &&
           tree.Names("/var/lib/keelson") == std::vector<std::string>{"accounts.db"};
  }
  // Everything that is there, for comparing.
  std::string Dump() const {
    std::string dump;
    for (const char* folder : {"/etc/", "/var/lib/keelson/"}) {
      for (const std::string& name : tree.Names(folder))
        dump += folder + name + "=" + tree.Get(folder + name) + "\n";
    }
    return dump;
  }

 private:
  bool All(const std::string& age) const {
    for (const std::string& path : kPaths) {
      if (path != "/etc/subuid" && tree.Get(path) != age + path) return false;
    }
    return true;
  }
};

TEST(Transaction, ReplacesAndKeepsWhatTheFilesWere) {
  Bed bed;
  ASSERT_TRUE(bed.Replace().ok());
  EXPECT_TRUE(bed.AllNew()) << bed.Dump();
  EXPECT_EQ(bed.tree.Names("/etc"), kEtcAfter);
  EXPECT_EQ(bed.tree.Get("/etc/passwd-"), "old /etc/passwd");
  EXPECT_EQ(bed.tree.Get("/etc/shadow-"), "old /etc/shadow");
  const FakeNode& shadow = *bed.tree.Find("/etc/shadow");
  EXPECT_EQ(shadow.info.mode, 0640u);
  EXPECT_EQ(shadow.info.gid, 42u);
  EXPECT_EQ(shadow.attributes.at("security.label"), "shadow_t");
  EXPECT_EQ(bed.tree.Find("/etc/subuid")->info.mode, 0644u);
  EXPECT_TRUE(bed.tree.Get(kRecord).starts_with("user:x\n#pending /etc/group .group.keelson-"));
  EXPECT_EQ(bed.tree.Find(kRecord)->info.mode, 0600u);
}

TEST(Transaction, RecordMayGoAndDirectoriesAreMade) {
  Bed bed;
  bed.record = {.path = "/run/a/b/set", .bytes = "", .keep = false};
  ASSERT_TRUE(bed.Replace().ok());
  EXPECT_TRUE(bed.AllNew());
  EXPECT_EQ(bed.tree.Names("/run/a/b"), std::vector<std::string>{});
}

TEST(Transaction, RecordAlone) {
  Bed bed;
  bed.files.clear();
  ASSERT_TRUE(bed.Replace().ok());
  EXPECT_EQ(bed.tree.Get(kRecord), "user:x\n");
  EXPECT_TRUE(bed.AllOld());
}

TEST(Transaction, SevenSyncsForFourFiles) {
  Bed bed;
  bed.files.pop_back();
  ASSERT_EQ(bed.files.size(), 4u);
  ASSERT_TRUE(bed.Replace().ok());
  const int files = bed.tree.calls(FileCall::kSyncFile);
  EXPECT_EQ(files, 5);
  EXPECT_EQ(files + bed.tree.calls(FileCall::kSyncDirectory), 7);
}

TEST(Transaction, EachCallMayFail) {
  for (int code : {ENOSPC, EIO, EROFS}) {
    for (bool keep : {true, false}) {
      int committed = 0, nth = 1;
      for (bool done = false; !done; ++nth) {
        Bed bed;
        bed.record.keep = keep;
        bed.tree.FailNth(FileCall::kAny, nth, Error(code));
        TransactionError error = bed.Replace();
        done = error.ok() && bed.tree.calls(FileCall::kAny) < nth;
        committed += error.committed;
        if (!error.ok()) {
          EXPECT_EQ(error.error, Error(code)) << nth;
          EXPECT_FALSE(error.path.empty() || error.what.empty()) << nth;
        }
        if (!error.ok() && !error.committed) {
          EXPECT_TRUE(bed.Untouched()) << nth << bed.Dump();
          EXPECT_EQ(bed.tree.Get(kRecord), "user:old\n");
        }
        bed.tree.FailNoMore();
        ASSERT_TRUE(bed.Recover().ok()) << nth;
        EXPECT_TRUE(error.ok() || error.committed ? bed.AllNew() : bed.AllOld()) << bed.Dump();
        if (error.committed) {
          EXPECT_EQ(bed.tree.Get(kRecord) == "(none)", !keep);
        }
      }
      EXPECT_GT(nth, 40);
      EXPECT_GT(committed, 8);
    }
  }
}

enum class Loss { kNothing, kUnsyncedBytes, kUnsyncedBytesAndNames };

// The program ends before its nth call; the next one may end before its mth; a third one does not.
bool Interrupt(int nth, int mth, Loss loss) {
  Bed bed;
  bed.tree.FailFrom(nth, Error(EIO));
  const bool done = bed.Replace().ok();
  bed.tree.FailNoMore();
  if (loss != Loss::kNothing) bed.tree.Crash(loss == Loss::kUnsyncedBytes);
  if (mth > 0) {
    bed.tree.FailFrom(mth, Error(EIO));
    (void)bed.Recover().ok();
    bed.tree.FailNoMore();
    if (loss != Loss::kNothing) bed.tree.Crash(loss == Loss::kUnsyncedBytes);
  }
  TransactionError error = bed.Recover();
  EXPECT_TRUE(error.ok()) << nth << " " << error.path << error.what;
  EXPECT_TRUE(bed.AllOld() || bed.AllNew()) << nth << "," << mth << "\n" << bed.Dump();
  if (bed.AllNew()) {
    EXPECT_EQ(bed.tree.Names("/etc"), kEtcAfter) << nth << "," << mth;
    EXPECT_EQ(bed.tree.Get("/etc/shadow-"), "old /etc/shadow");
    EXPECT_TRUE(bed.tree.Get(kRecord).starts_with("user:x\n"));
  } else {
    EXPECT_TRUE(bed.Untouched()) << nth << "," << mth << "\n" << bed.Dump();
    if (loss != Loss::kUnsyncedBytesAndNames) {
      EXPECT_EQ(bed.tree.Get(kRecord), "user:old\n");
    }
  }
  const std::string dump = bed.Dump();
  EXPECT_TRUE(bed.Recover().ok());
  EXPECT_EQ(bed.Dump(), dump) << "the second recovery changed something";
  return done;
}

TEST(Transaction, MayEndBeforeEachCall) {
  for (Loss loss : {Loss::kNothing, Loss::kUnsyncedBytes, Loss::kUnsyncedBytesAndNames}) {
    int nth = 1;
    while (!Interrupt(nth, 0, loss) && nth < 1000) ++nth;
    EXPECT_GT(nth, 40);
    EXPECT_LT(nth, 1000);
  }
}

TEST(Transaction, RecoveryMayEndBeforeEachCall) {
  for (Loss loss : {Loss::kNothing, Loss::kUnsyncedBytes}) {
    for (int nth = 1; nth < 90; nth += 3) {
      for (int mth = 1; mth < 60; ++mth) Interrupt(nth, mth, loss);
    }
  }
}

// Stopped at the first rename over a target: the record is written, no file is replaced.
void StopBeforeRenames(Bed* bed) {
  Bed whole;
  ASSERT_TRUE(whole.Replace().ok());
  const int renames = whole.tree.calls(FileCall::kRename);
  ASSERT_EQ(renames, 10);  // record, five files, four backups
  for (int i = 2; i <= renames; ++i) bed->tree.FailNth(FileCall::kRename, i, Error(EIO));
  TransactionError error = bed->Replace();
  ASSERT_TRUE(error.committed);
  bed->tree.FailNoMore();
}

// As an editor does that does not replace the file: its second names are changed with it.
void WriteInPlace(FakeTree& tree, const std::string& path, const std::string& bytes) {
  FakeNode& node = *tree.Find(path);
  node.bytes = node.synced_bytes = bytes;
  node.info.size = bytes.size();
}

// The only name in /etc that is a temporary one of this file.
std::string TemporaryOf(const FakeTree& tree, const std::string& name) {
  for (const std::string& entry : tree.Names("/etc")) {
    if (IsTemporaryName(entry, name)) return entry;
  }
  return "";
}

void Lose(FakeTree& tree, const std::string& name) {
  std::unique_ptr<Directory> etc;
  ASSERT_TRUE(tree.NewRoot()->OpenDirectory("/etc", &etc).ok());
  ASSERT_TRUE(etc->Remove(name).ok());
}

struct Disturbance {
  const char* name;
  const char* path;
  void (*change)(FakeTree&);
  const char* outcome;
  const char* note;  // its beginning
};

const Disturbance kDisturbances[] = {
    {"replaced", "/etc/shadow", [](FakeTree& tree) { tree.Put("/etc/shadow", "by useradd", 0600); },
     "old /etc/shadow -> new /etc/shadow on by useradd", "/etc/shadow: merged"},
    {"written in place", "/etc/gshadow",
     [](FakeTree& tree) { WriteInPlace(tree, "/etc/gshadow", "by vi"); },
     "? -> new /etc/gshadow on by vi", "/etc/gshadow: merged"},
    {"made", "/etc/subuid", [](FakeTree& tree) { tree.Put("/etc/subuid", "x"); },
     " -> new /etc/subuid on x", "/etc/subuid: merged"},
    {"touched", "/etc/gshadow", [](FakeTree& tree) { ++tree.Find("/etc/gshadow")->info.mtime_ns; },
     "new /etc/gshadow", ""},
    {"copied", "/etc/group", [](FakeTree& tree) { tree.Put("/etc/group", "old /etc/group"); },
     "new /etc/group", ""},
    {"done by somebody", "/etc/group",
     [](FakeTree& tree) { tree.Put("/etc/group", "new /etc/group"); }, "new /etc/group", ""},
    {"removed", "/etc/gshadow", [](FakeTree& tree) { Lose(tree, "gshadow"); }, "(none)",
     "/etc/gshadow: was removed since"},
    {"temporary file lost", "/etc/passwd",
     [](FakeTree& tree) { Lose(tree, TemporaryOf(tree, "passwd")); }, "old /etc/passwd",
     "/etc/passwd: the new content of an interrupted run is lost"},
    {"temporary file damaged", "/etc/passwd",
     [](FakeTree& tree) { tree.Put("/etc/" + TemporaryOf(tree, "passwd"), "new"); },
     "old /etc/passwd", "/etc/passwd: the new content of an interrupted run is damaged"},
};

TEST(Transaction, OthersChangedAFileMeanwhile) {
  for (const Disturbance& c : kDisturbances) {
    Bed bed;
    StopBeforeRenames(&bed);
    ASSERT_TRUE(bed.AllOld());
    c.change(bed.tree);
    EXPECT_TRUE(bed.Recover().ok()) << c.name;
    ASSERT_EQ(bed.notes.size(), *c.note == '\0' ? 0u : 1u) << c.name;
    if (*c.note != '\0') {
      EXPECT_TRUE(bed.notes[0].starts_with(c.note)) << bed.notes[0];
    }
    for (const std::string& path : kPaths) {
      EXPECT_EQ(bed.tree.Get(path), path == c.path ? c.outcome : "new " + path) << c.name;
    }
    for (const std::string& name : bed.tree.Names("/etc")) EXPECT_NE(name[0], '.') << c.name;
    EXPECT_TRUE(bed.tree.Get(kRecord).starts_with("user:x\n#pending ")) << c.name;
    const std::string dump = bed.Dump();
    EXPECT_TRUE(bed.Recover().ok()) << c.name;
    EXPECT_EQ(bed.Dump(), dump) << c.name;
    EXPECT_TRUE(bed.notes.empty()) << c.name;
  }
}

// What the file was by then: useradd may have made it another one.
TEST(Transaction, AMergedFileIsLikeTheOneThatItReplaces) {
  Bed bed;
  StopBeforeRenames(&bed);
  bed.tree.Put("/etc/shadow", "by useradd", 0600);
  bed.tree.Find("/etc/shadow")->info.gid = 7;
  ASSERT_TRUE(bed.Recover().ok());
  EXPECT_EQ(bed.tree.Find("/etc/shadow")->info.mode, 0600u);
  EXPECT_EQ(bed.tree.Find("/etc/shadow")->info.gid, 7u);
  EXPECT_EQ(bed.tree.Get("/etc/shadow-"), "by useradd");
  EXPECT_EQ(bed.tree.Get("/etc/passwd-"), "old /etc/passwd");
}

TEST(Transaction, AMergeMayEndBeforeEachCallOrFail) {
  for (const Disturbance& c : kDisturbances) {
    for (bool ends : {true, false}) {
      int nth = 1;
      for (bool done = false; !done; ++nth) {
        Bed bed;
        StopBeforeRenames(&bed);
        c.change(bed.tree);
        if (ends) {
          bed.tree.FailFrom(nth, Error(EIO));
        } else {
          bed.tree.FailNth(FileCall::kAny, nth, Error(EIO));
        }
        done = bed.Recover().ok() && bed.tree.calls(FileCall::kAny) < nth;
        bed.tree.FailNoMore();
        if (ends) bed.tree.Crash(true);
        ASSERT_TRUE(bed.Recover().ok()) << c.name << nth;
        for (const std::string& path : kPaths) {
          EXPECT_EQ(bed.tree.Get(path), path == c.path ? c.outcome : "new " + path)
              << c.name << nth << bed.Dump();
        }
        for (const std::string& name : bed.tree.Names("/etc")) EXPECT_NE(name[0], '.') << nth;
      }
      EXPECT_GT(nth, 20) << c.name;
    }
  }
}

// Lines that name versions of files by their inodes match nothing any more.
TEST(Transaction, LinesOfTheOlderForm) {
  Bed bed;
  bed.tree.Put(kRecord, "user:x\n#pending /etc/passwd .passwd.keelson-abcdefgh - 1.2.3 4.5.-6\n");
  EXPECT_TRUE(bed.Recover().ok());
  EXPECT_TRUE(bed.notes.empty());
  bed.tree.Put("/etc/.passwd.keelson-abcdefgh", "newer");
  EXPECT_TRUE(bed.Recover().ok());
  EXPECT_EQ(bed.notes.size(), 1u);
  EXPECT_TRUE(bed.Untouched()) << bed.Dump();
}

// Nobody's file is removed or renamed because a record names it.
TEST(Transaction, OnlyTemporaryNamesOfTheFileAreRenamed) {
  Bed bed;
  bed.tree.Put("/etc/hosts", "new");
  bed.tree.Put(kRecord, "#pending /etc/passwd hosts - 3.00 -\n");
  EXPECT_EQ(bed.Recover().error, Error(EBADMSG));
  bed.tree.Put(kRecord, "#pending /etc/passwd hosts - 3." + std::string(32, '0') + " -\n");
  EXPECT_TRUE(bed.Recover().ok());
  EXPECT_EQ(bed.tree.Get("/etc/hosts"), "new");
  EXPECT_EQ(bed.tree.Get("/etc/passwd"), "old /etc/passwd");
}

TEST(Transaction, WhatOthersWriteAfterwardsIsNothingToRecovery) {
  Bed bed;
  ASSERT_TRUE(bed.Replace().ok());
  bed.tree.Put("/etc/passwd", "by useradd");
  ASSERT_TRUE(bed.Recover().ok());
  EXPECT_EQ(bed.tree.Get("/etc/passwd"), "by useradd");
}

TEST(Transaction, TargetsThatCannotBeReplaced) {
  struct Case {
    const char* name;
    void (*prepare)(FakeTree&);
    int code;
    const char* path;
    const char* what;
  };
  const Case cases[] = {
      {"mount point", [](FakeTree& tree) { tree.Find("/etc/shadow")->mount_point = true; }, EBUSY,
       "/etc/shadow", "is a mount point"},
      {"immutable", [](FakeTree& tree) { tree.Find("/etc/passwd")->immutable = true; }, EPERM,
       "/etc/passwd", "cannot be replaced"},
      {"directory", [](FakeTree& tree) { tree.PutDirectory("/etc/subuid"); }, EISDIR, "/etc/subuid",
       "is not a regular file"},
      {"directory in the backup's place", [](FakeTree& tree) { tree.PutDirectory("/etc/group-"); },
       EISDIR, "/etc/group-", "is in the backup's place"},
      {"links in a circle", [](FakeTree& tree) { tree.PutLink("/etc/subuid", "subuid"); }, ELOOP,
       "/etc/subuid", "cannot be found"},
      {"record's folder is a file", [](FakeTree& tree) { tree.Put("/var/lib/keelson", ""); },
       ENOTDIR, kRecord, "cannot be found"},
  };
  for (const Case& c : cases) {
    Bed bed;
    c.prepare(bed.tree);
    const std::string before = bed.Dump();
    TransactionError error = bed.Replace();
    EXPECT_EQ(error.error, Error(c.code)) << c.name;
    EXPECT_EQ(error.path, c.path) << c.name;
    EXPECT_EQ(error.what, c.what) << c.name;
    EXPECT_FALSE(error.committed) << c.name;
    EXPECT_EQ(bed.Dump(), before) << c.name;
  }
}

TEST(Transaction, BackupsWithoutHardLinksAreCopies) {
  Bed bed;
  for (int i = 1; i <= 100; ++i) bed.tree.FailNth(FileCall::kLink, i, Error(EPERM));
  ASSERT_TRUE(bed.Replace().ok());
  EXPECT_TRUE(bed.AllNew());
  EXPECT_EQ(bed.tree.Names("/etc"), kEtcAfter);
  EXPECT_EQ(bed.tree.Get("/etc/shadow-"), "old /etc/shadow");
  EXPECT_EQ(bed.tree.Find("/etc/shadow-")->info.mode, 0640u);
}

TEST(Transaction, WithoutBackup) {
  Bed bed;
  for (FileChange& file : bed.files) file.backup = false;
  ASSERT_TRUE(bed.Replace().ok());
  EXPECT_TRUE(bed.AllNew());
  EXPECT_EQ(bed.tree.Get("/etc/passwd-"), "older");
  EXPECT_EQ(bed.tree.Get("/etc/group-"), "(none)");
}

TEST(Transaction, LinkIsFollowedInsideTheRoot) {
  Bed bed;
  bed.tree.Put("/usr/share/accounts/the passwd", "old /etc/passwd");
  bed.tree.PutLink("/etc/passwd", "/usr/share/../share/accounts/the passwd");
  StopBeforeRenames(&bed);
  ASSERT_TRUE(bed.Recover().ok());
  EXPECT_EQ(bed.tree.Get("/usr/share/accounts/the passwd"), "new /etc/passwd");
  EXPECT_EQ(bed.tree.Names("/usr/share/accounts"),
            (std::vector<std::string>{"the passwd", "the passwd-"}));
  EXPECT_EQ(bed.tree.Find("/etc/passwd")->info.type, FileType::kSymlink);
}

TEST(Transaction, OnlyItsOwnTemporaryFilesAreSwept) {
  Bed bed;
  const char* const stay[] = {"/etc/.passwd.keelson-short", "/etc/.passwd.keelson-abcdefg1",
                              "/etc/.resolv.conf.keelson-abcdefgh", "/etc/passwd.keelson-abcdefgh"};
  const char* const go[] = {"/etc/.passwd.keelson-abcdefgh", "/etc/.group-.keelson-abcdefg2",
                            "/var/lib/keelson/.accounts.db.keelson-abcdefgh"};
  for (const char* path : stay) bed.tree.Put(path, "stays");
  for (const char* path : go) bed.tree.Put(path, "goes");
  ASSERT_TRUE(bed.Recover().ok());
  for (const char* path : stay) EXPECT_EQ(bed.tree.Get(path), "stays") << path;
  for (const char* path : go) EXPECT_EQ(bed.tree.Get(path), "(none)") << path;
}

TEST(Transaction, MalformedRecords) {
  struct Case {
    const char* line;
    const char* column;
  };
  const Case cases[] = {
      {"#pending /etc/passwd", "21"},
      {"#pending /etc/passwd .t - 1.2.3", "32"},
      {"#pending etc/passwd .t - 1.2.3 -", "10"},
      {"#pending /etc/passwd ../t - 1.2.3 -", "22"},
      {"#pending /etc/passwd .t .. 1.2.3 -", "25"},
      {"#pending /etc/passwd .t - 1.2 -", "27"},
      {"#pending /etc/passwd .t - 1.0123456789abcdef0123456789abcdeg -", "27"},
      {"#pending /etc/passwd .t - 1.0123456789abcdef0123456789abcde -", "27"},
      {"#pending /etc/passwd .t - 1.2.3 4.5.6x", "33"},
      {"#pending /etc/passwd .t - 1.2.3 - more", "34"},
      {"#pending /etc/pass%2 .t - 1.2.3 -", "10"},
      {"#pending /etc/passwd .t%zz - 1.2.3 -", "22"},
  };
  for (const Case& c : cases) {
    Bed bed;
    bed.tree.Put(kRecord, std::string("user:x\n") + c.line + "\n");
    for (const TransactionError& error : {bed.Recover(), CheckRecord(*bed.root, kRecord)}) {
      EXPECT_EQ(error.error, Error(EBADMSG)) << c.line;
      EXPECT_EQ(error.path, std::string(kRecord) + ":2:" + c.column) << c.line;
    }
    EXPECT_TRUE(bed.AllOld());
  }
  Bed bed;
  bed.tree.Put(kRecord, "# pending\n#pendings\n #pending x\n#");
  EXPECT_TRUE(bed.Recover().ok());
  EXPECT_TRUE(CheckRecord(*bed.root, kRecord).ok());
}

// In a mount name space of its own, because a file is mounted over.
int WithMountedFile(const std::string& folder) {
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return 77;
  const std::string group = folder + "/group";
  if (mount((folder + "/other").c_str(), group.c_str(), nullptr, MS_BIND, nullptr) != 0) return 77;
  std::unique_ptr<Root> root;
  if (!OpenRoot(folder, &root).ok()) return 1;
  TransactionError error =
      ReplaceFiles(*root, {{"/passwd", "new"}, {"/group", "new"}}, {.path = "/db", .bytes = ""});
  if (error.error != Error(EBUSY) || error.path != "/group") return 2;
  if (umount(group.c_str()) != 0) return 3;
  if (mount(folder.c_str(), folder.c_str(), nullptr, MS_BIND, nullptr) != 0) return 77;
  if (mount("none", folder.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) != 0)
    return 77;
  if (!OpenRoot(folder, &root).ok()) return 4;
  error = ReplaceFiles(*root, {{"/passwd", "new"}}, {.path = "/db", .bytes = ""});
  return error.error == Error(EROFS) && !error.committed ? 0 : 5;
}

void WriteFile(const std::string& path, std::string_view bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0640);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  close(fd);
}

TEST(SystemTransaction, MountPointsAndReadOnlyRoots) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  TemporaryFolder folder;
  for (const char* name : {"/passwd", "/group", "/other"}) WriteFile(folder.path() + name, "old");
  const pid_t child = fork();
  if (child == 0) _exit(WithMountedFile(folder.path()));
  int status;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "may not mount here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
  std::unique_ptr<Root> root;
  std::unique_ptr<Directory> top;
  std::vector<DirectoryEntry> entries;
  ASSERT_TRUE(OpenRoot(folder.path(), &root).ok() && root->OpenDirectory("/", &top).ok());
  ASSERT_TRUE(top->List(&entries).ok());
  EXPECT_EQ(entries.size(), 3u);
}

// Two programs keep different records of sets of the same files.
TEST(Transaction, WhatAnotherRecordWaitsForIsNotClearedAway) {
  Bed bed;
  bed.record = {.path = "/etc/.passing", .bytes = "", .keep = false};
  bed.tree.FailNth(FileCall::kRename, 4, Error(EIO));  // record, file, backup, file
  ASSERT_TRUE(bed.Replace().committed);
  bed.tree.FailNoMore();
  ASSERT_FALSE(bed.AllNew());
  EXPECT_TRUE(bed.Recover({kRecord, "/etc/.passing"}).ok());
  EXPECT_TRUE(bed.AllNew());
  EXPECT_EQ(bed.tree.Names("/etc"), kEtcAfter);
}

TEST(SystemTransaction, ReplacesAndRecovers) {
  TemporaryFolder folder;
  WriteFile(folder.path() + "/passwd", "old");
  std::unique_ptr<Root> root;
  ASSERT_TRUE(OpenRoot(folder.path(), &root).ok());
  const TransactionRecord record{.path = "/var/lib/db", .bytes = "x\n"};
  ASSERT_TRUE(ReplaceFiles(*root, {{"/passwd", "new"}, {"/group", "new", 0600}}, record).ok());
  std::vector<std::string> notes;
  ASSERT_TRUE(RecoverFiles(*root, {"/var/lib/db"}, {"/passwd", "/group"}, Merge, &notes).ok());
  FileBytes bytes;
  FileInfo info;
  ASSERT_TRUE(root->Read("/passwd", 100, &bytes, &info).ok());
  EXPECT_EQ(bytes.view(), "new");
  EXPECT_EQ(info.mode, 0640u);
  ASSERT_TRUE(root->Read("/passwd-", 100, &bytes, &info).ok());
  EXPECT_EQ(bytes.view(), "old");
  EXPECT_EQ(info.nlink, 1u);
  ASSERT_TRUE(root->Stat("/group", &info).ok());
  EXPECT_EQ(info.mode, 0600u);
}

}  // namespace
}  // namespace keelson
