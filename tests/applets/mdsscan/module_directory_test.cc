// What is noticed, what is kept, what is published.
#include "applets/mdsscan/module_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "applets/mdsscan/mds_session.h"
#include "core/mds_snapshot_format.h"
#include "tests/applets/mdsscan/module_bed.h"

namespace keelson {
namespace {

using ModuleDirectoryTest = ModuleBed;

TEST_F(ModuleDirectoryTest, EveryKindOfModule) {
  Put("/m/a.bundle/one.mds", StanzaOf("a1"));
  Put("/m/a.bundle/Resources/two.mds", StanzaOf("a2"));
  Put("/m/a.bundle/Contents/Resources/three.mds", StanzaOf("a3"));
  Put("/m/b.mds", StanzaOf("b"));
  Put("/m/c.module", "module: c.so\n");
  Put("/m/.hidden.mds", StanzaOf("h"));
  Put("/m/._a.mds", StanzaOf("h"));
  Put("/m/folder/x.mds", StanzaOf("x"));
  Refresh();
  EXPECT_EQ(Vendors(), "a1=us a2=us a3=us b=us");
  EXPECT_EQ(Changes(), "added 0/a.bundle; added 0/b.mds; added 0/c.module");
  EXPECT_TRUE(report_.published);
  EXPECT_EQ(directory_->generation(), 1u);
  EXPECT_EQ(Messages(), "");
  Restart(true);
  Refresh();
  EXPECT_EQ(Changes(), "added 0/folder/x.mds");
}

TEST_F(ModuleDirectoryTest, NothingChangedNothingWritten) {
  Put("/m/a.bundle/one.mds", StanzaOf("a"));
  Put("/m/b.mds", StanzaOf("b"));
  Refresh();
  for (int i = 0; i < 3; ++i) {
    Restart();
    const int writes = tree_.calls(FileCall::kWrite), renames = tree_.calls(FileCall::kRename);
    const int locks = tree_.calls(FileCall::kLock);
    Refresh();
    EXPECT_EQ(tree_.calls(FileCall::kWrite), writes);
    EXPECT_EQ(tree_.calls(FileCall::kRename), renames);
    EXPECT_EQ(tree_.calls(FileCall::kLock), locks);
    EXPECT_EQ(report_.modules_read, 0u);
    EXPECT_EQ(Vendors(), "a=us b=us");
    EXPECT_EQ(directory_->generation(), 1u);
    clock_.Advance(10 * kSecond);
  }
}

TEST_F(ModuleDirectoryTest, OnlyWhatChangedIsRead) {
  for (const char* name : {"a", "b", "c"})
    Put("/m/" + std::string(name) + ".bundle/f.mds", StanzaOf(name));
  Refresh();
  clock_.Advance(10 * kSecond);
  Put("/m/b.bundle/f.mds", StanzaOf("b", "them"));
  Put("/m/d.mds", StanzaOf("d"));
  Remove("/m/c.bundle");
  Restart();
  Refresh();
  EXPECT_EQ(Changes(), "changed 0/b.bundle; removed 0/c.bundle; added 0/d.mds");
  EXPECT_EQ(report_.modules_read, 2u);
  EXPECT_EQ(Vendors(), "a=us b=them d=us");
  EXPECT_EQ(directory_->generation(), 2u);
}

// The eight of them, and what clocks do.
TEST_F(ModuleDirectoryTest, MutationsAreNoticed) {
  struct Case {
    const char* name;
    const char* expected;
    void (*mutate)(ModuleDirectoryTest* bed);
  };
  const Case kCases[] = {
      {"add", "added 0/n.mds",
       [](ModuleDirectoryTest* bed) {
         bed->clock_.Advance(kSecond);
         bed->Put("/m/n.mds", StanzaOf("n"));
       }},
      {"add in the same tick", "added 0/n.mds",
       [](ModuleDirectoryTest* bed) { bed->Put("/m/n.mds", StanzaOf("n")); }},
      {"remove", "removed 0/a.bundle",
       [](ModuleDirectoryTest* bed) { bed->Remove("/m/a.bundle"); }},
      {"add with an old mtime", "added 0/n.mds",
       [](ModuleDirectoryTest* bed) {
         bed->Put("/m/n.mds", StanzaOf("n"));
         bed->tree_.Find("/m/n.mds")->info.mtime_ns = 1;
         bed->tree_.Find("/m")->info.mtime_ns = 1;
       }},
      {"in place", "changed 0/a.bundle",
       [](ModuleDirectoryTest* bed) {
         bed->clock_.Advance(kSecond);
         bed->Write("/m/a.bundle/f.mds", StanzaOf("a", "them"));
       }},
      {"in place, mtime restored", "changed 0/a.bundle",
       [](ModuleDirectoryTest* bed) {
         const auto node = bed->tree_.Find("/m/a.bundle/f.mds");
         const int64_t mtime_ns = node->info.mtime_ns;
         bed->clock_.Advance(kSecond);
         bed->Write("/m/a.bundle/f.mds", StanzaOf("a", "me"));
         node->info.mtime_ns = mtime_ns;
       }},
      {"rename over, mtime restored", "changed 0/a.bundle",
       [](ModuleDirectoryTest* bed) {
         const FileInfo old = bed->tree_.Find("/m/a.bundle/f.mds")->info;
         bed->Put("/m/a.bundle/f.mds", StanzaOf("a", "me"));
         bed->tree_.Find("/m/a.bundle/f.mds")->info.mtime_ns = old.mtime_ns;
         bed->tree_.Find("/m/a.bundle/f.mds")->info.ctime_ns = old.ctime_ns;
       }},
      {"in place, same tick, same size", "changed 0/a.bundle",
       [](ModuleDirectoryTest* bed) { bed->Write("/m/a.bundle/f.mds", StanzaOf("a", "me")); }},
      {"mtime 0", "changed 0/a.bundle",
       [](ModuleDirectoryTest* bed) {
         bed->Put("/m/a.bundle/f.mds", StanzaOf("a", "me"));
         bed->tree_.Find("/m/a.bundle/f.mds")->info.mtime_ns = 0;
       }},
      {"clock set back", "changed 0/a.bundle",
       [](ModuleDirectoryTest* bed) {
         bed->clock_.SetWall(1'000'000'000 * kSecond);
         bed->Write("/m/a.bundle/f.mds", StanzaOf("a", "me"));
       }},
      {"bundle swapped by rename", "changed 0/a.bundle",
       [](ModuleDirectoryTest* bed) {
         bed->Put("/m/a.new/f.mds", StanzaOf("a", "me"));
         auto& entries = bed->tree_.Find("/m")->entries;
         std::swap(entries["a.new"], entries["a.bundle"]);
       }},
      {"path folder swapped by rename", "changed 0/a.bundle",
       [](ModuleDirectoryTest* bed) {
         bed->Put("/new/a.bundle/f.mds", StanzaOf("a", "me"));
         auto& entries = bed->tree_.Find("/")->entries;
         std::swap(entries["m"], entries["new"]);
       }},
      {"path folder gone", "removed 0/a.bundle",
       [](ModuleDirectoryTest* bed) { bed->tree_.Find("/")->entries.erase("m"); }},
      {"a file more in a bundle", "changed 0/a.bundle",
       [](ModuleDirectoryTest* bed) { bed->Put("/m/a.bundle/Resources/g.mds", StanzaOf("g")); }},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    tree_.Find("/")->entries.clear();
    clock_.SetWall(1'700'000'000 * kSecond);
    Put("/m/a.bundle/f.mds", StanzaOf("a", "us"));
    Restart();
    Refresh();
    c.mutate(this);
    Restart();
    Refresh();
    EXPECT_EQ(Changes(), c.expected);
    EXPECT_EQ(directory_->generation(), 2u);
  }
}

TEST_F(ModuleDirectoryTest, LinksInAFolderAreFollowedInsideTheRoot) {
  Put("/else/one/f.mds", StanzaOf("a", "one"));
  Put("/else/two/f.mds", StanzaOf("a", "two"));
  tree_.PutLink("/m/a.bundle", "/else/one");
  Refresh();
  EXPECT_EQ(Vendors(), "a=one");
  tree_.PutLink("/m/a.bundle", "../../../else/two");
  Refresh();
  EXPECT_EQ(Vendors(), "a=two");
  EXPECT_EQ(Changes(), "changed 0/a.bundle");
  Put("/else/two/f.mds", StanzaOf("a", "three"));
  Refresh();
  EXPECT_EQ(Vendors(), "a=three");
  tree_.Find("/else")->entries.erase("two");
  Refresh();
  EXPECT_EQ(Vendors(), "");
  EXPECT_EQ(Changes(), "removed 0/a.bundle");
  EXPECT_EQ(Messages(), "/m/a.bundle: refused: the link leads nowhere: No such file or directory");
  const int writes = tree_.calls(FileCall::kWrite);
  Refresh();
  EXPECT_EQ(tree_.calls(FileCall::kWrite), writes);
  Put("/else/two/f.mds", StanzaOf("a", "four"));
  Refresh();
  EXPECT_EQ(Vendors(), "a=four");
}

TEST_F(ModuleDirectoryTest, BrokenFileKeepsItsOldRecords) {
  Put("/m/a.bundle/1.mds", StanzaOf("a1"));
  Put("/m/a.bundle/2.mds", StanzaOf("a2"));
  Put("/m/a.bundle/3.mds", StanzaOf("a3"));
  Refresh();
  Put("/m/a.bundle/1.mds", StanzaOf("a1", "them"));
  Put("/m/a.bundle/2.mds", "Record: CSSM\nNoSuchThing: 1\n");
  Restart();
  Refresh();
  EXPECT_EQ(Vendors(), "a1=them a2=us a3=us");
  ASSERT_EQ(report_.messages.size(), 1u);
  EXPECT_EQ(report_.messages[0].substr(0, 22), "/m/a.bundle/2.mds:2:1:") << report_.messages[0];
  // Without the state nobody knows which file gave what.
  tree_.Find("/var/db")->entries.erase("mdsscan.state");
  Restart();
  Refresh();
  EXPECT_EQ(Vendors(), "a1=them a3=us a2=us");
  Put("/m/a.bundle/2.mds", StanzaOf("a2", "them"));
  Refresh();
  EXPECT_EQ(Vendors(), "a1=them a2=them a3=us");
  EXPECT_EQ(Messages(), "");
}

// It keeps them until it parses or is removed, however often it is read, and only them.
TEST_F(ModuleDirectoryTest, BrokenFileKeepsItsOldRecordsWithoutTheState) {
  for (const bool removed : {false, true}) {
    Put("/m/a.bundle/1.mds", StanzaOf("a1") + "\n" + StanzaOf("more"));
    Put("/m/a.bundle/2.mds", StanzaOf("a2"));
    Refresh();
    EXPECT_EQ(Vendors(), "a1=us more=us a2=us");
    Put("/m/a.bundle/2.mds", "Record: CSSM\nNoSuchThing: 1\n");
    tree_.Find("/var/db")->entries.erase("mdsscan.state");
    Restart();
    Refresh();
    EXPECT_EQ(Vendors(), "a1=us more=us a2=us");
    Put("/m/a.bundle/1.mds", StanzaOf("a1", "them"));
    for (int i = 0; i < 3; ++i) {
      Touch("/m/a.bundle/1.mds");
      clock_.Advance(kSecond);
      Refresh();
      EXPECT_EQ(report_.modules_read, 1u);
      EXPECT_EQ(Vendors(), "a1=them a2=us");
    }
    Remove("/m/a.bundle/2.mds");
    if (!removed) Put("/m/a.bundle/2.mds", StanzaOf("a3"));
    Refresh();
    EXPECT_EQ(Vendors(), removed ? "a1=them" : "a1=them a3=us");
  }
}

TEST_F(ModuleDirectoryTest, HalfCopiedBundleKeepsItsOldRecords) {
  Put("/m/a.bundle/1.mds", StanzaOf("a"));
  Refresh();
  clock_.Advance(10 * kSecond);
  Remove("/m/a.bundle");
  Put("/m/a.bundle/Resources/other", "");
  Refresh();
  EXPECT_EQ(Vendors(), "a=us");
  clock_.Advance(kSecond);
  Refresh();
  EXPECT_EQ(Vendors(), "a=us");
  Put("/m/a.bundle/Resources/1.mds", StanzaOf("a", "them"));
  Refresh();
  EXPECT_EQ(Vendors(), "a=them");
  EXPECT_EQ(Changes(), "changed 0/a.bundle");
  EXPECT_EQ(directory_->generation(), 2u);
  Remove("/m/a.bundle/Resources/1.mds");
  Refresh();
  EXPECT_EQ(Vendors(), "a=them");
  clock_.Advance(2 * kSecond);
  Refresh();
  EXPECT_EQ(Vendors(), "");
}

TEST_F(ModuleDirectoryTest, DuplicatesAreToldWithTheWinner) {
  Put("/m/b.mds", StanzaOf("x", "b"));
  Put("/m/c.mds", StanzaOf("x", "c"));
  Refresh();
  EXPECT_EQ(Vendors(), "x=b");
  const std::string note =
      "0/c.mds: CSSM: left out, because 0/b.mds has a record with the same unique attributes";
  EXPECT_EQ(Notes(), note);
  Restart();
  Refresh();
  EXPECT_EQ(Notes(), note);
  Remove("/m/b.mds");
  Refresh();
  EXPECT_EQ(Vendors(), "x=c");
  EXPECT_EQ(Changes(), "removed 0/b.mds; changed 0/c.mds");
}

TEST_F(ModuleDirectoryTest, FolderOfPropertyListsIsABundle) {
  Put("/m/a.mdsinfo",
      "<plist version=\"1.0\"><dict><key>MdsFileType</key><string>CSSM</string>"
      "<key>ModuleID</key><string>p</string><key>Vendor</key><string>v</string></dict></plist>");
  Put("/m/b.mds", StanzaOf("b"));
  Put("/m/c.module", "module: c.so\n");
  Refresh();
  EXPECT_EQ(Changes(), "added 0/.; added 0/c.module");
  EXPECT_EQ(Vendors(), "p=v b=us");
}

TEST_F(ModuleDirectoryTest, WhatOthersMayChangeIsRefused) {
  struct Case {
    const char* name;
    const char* path;
    uint32_t mode, uid;
    const char* message;
  };
  const Case kCases[] = {
      {"file of another", "/m/a.bundle/f.mds", 0644, 7777,
       "/m/a.bundle/f.mds: refused: belongs to uid 7777"},
      {"bundle of another", "/m/a.bundle", 0755, 7777, "/m/a.bundle: refused: belongs to uid 7777"},
      {"folder of another", "/m", 0755, 7777, "/m: refused: belongs to uid 7777"},
      {"file for all", "/m/a.bundle/f.mds", 0666, 0,
       "/m/a.bundle/f.mds: refused: everybody may write to it"},
      {"bundle for all", "/m/a.bundle", 0777, 0, "/m/a.bundle: refused: everybody may write to it"},
      {"folder for all", "/m", 01777, 0, "/m: refused: everybody may write to it"},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    tree_.Find("/")->entries.clear();
    Put("/m/a.bundle/f.mds", StanzaOf("a"));
    Restart();
    Refresh();
    EXPECT_EQ(Vendors(), "a=us");
    clock_.Advance(kSecond);
    const auto node = tree_.Find(c.path);
    node->info.mode = c.mode;
    node->info.uid = c.uid;
    Refresh();
    EXPECT_EQ(Vendors(), "");
    EXPECT_EQ(Messages(), c.message);
    const int writes = tree_.calls(FileCall::kWrite);
    Refresh();
    EXPECT_EQ(tree_.calls(FileCall::kWrite), writes);
    EXPECT_EQ(Messages(), c.message);
  }
}

// The bundle, or the folder that is one, keeps what its other files say.
TEST_F(ModuleDirectoryTest, RefusedFileLeavesTheOthersAlone) {
  struct Case {
    const char* name;
    void (*harm)(FakeNode* node);
    const char* message;
    bool keeps;
  };
  const Case kCases[] = {
      {"too large",
       [](FakeNode* node) {
         node->bytes.assign((16 << 20) + 1, '#');
         node->info.size = node->bytes.size();
       },
       "more than 16777216 bytes", true},
      {"too large, and of another",
       [](FakeNode* node) {
         node->bytes.assign((16 << 20) + 1, '#');
         node->info.size = node->bytes.size();
         node->info.uid = 7777;
       },
       "refused: belongs to uid 7777", false},
      {"of another", [](FakeNode* node) { node->info.uid = 7777; }, "refused: belongs to uid 7777",
       false},
      {"for all", [](FakeNode* node) { node->info.mode = 0666; },
       "refused: everybody may write to it", false},
      {"a fifo", [](FakeNode* node) { node->info.type = FileType::kFifo; },
       "refused: not a regular file", false},
  };
  const std::string other =
      "<plist version=\"1.0\"><dict><key>MdsFileType</key><string>CSSM</string>"
      "<key>ModuleID</key><string>b</string><key>Vendor</key><string>us</string></dict></plist>";
  for (const std::string folder : {"/m/a.bundle", "/m/a.bundle/Contents/Resources", "/m"}) {
    for (const Case& c : kCases) {
      for (const bool had_records : {true, false}) {
        SCOPED_TRACE(folder + ": " + c.name + (had_records ? ", later" : ", at once"));
        tree_.Find("/")->entries.clear();
        const std::string bad = folder + "/a.mdsinfo";
        Put(bad, had_records ? std::string(other).replace(other.find(">b<"), 3, ">a<") : "");
        Put(folder + "/b.mdsinfo", other);
        Restart();
        if (had_records) {
          Refresh();
          EXPECT_EQ(Vendors(), "a=us b=us");
        }
        clock_.Advance(kSecond);
        c.harm(tree_.Find(bad).get());
        Touch(bad);
        Touch(folder);
        Refresh();
        const std::string expected = c.keeps && had_records ? "a=us b=us" : "b=us";
        EXPECT_EQ(Vendors(), expected);
        EXPECT_EQ(Messages(), bad + ": " + c.message);
        const int writes = tree_.calls(FileCall::kWrite);
        Refresh();
        EXPECT_EQ(tree_.calls(FileCall::kWrite), writes);
        // Read again without a change in it.
        Put("/m/c.bundle/c.mds", StanzaOf("c"));
        Refresh();
        EXPECT_EQ(Vendors(), expected + " c=us");
        EXPECT_EQ(Messages(), bad + ": " + c.message);
      }
    }
  }
}

// Without the state nobody knows which records were those of the file that is refused now.
TEST_F(ModuleDirectoryTest, RefusedFileHasNoRecordsBesideABrokenOne) {
  for (const char* const file : {"1", "2", "3"}) {
    Put("/m/a.bundle/" + std::string(file) + ".mds", StanzaOf(file));
  }
  Refresh();
  tree_.Find("/m/a.bundle/1.mds")->info.uid = 7777;
  Write("/m/a.bundle/2.mds", "Record: NONE\n");
  tree_.Find("/var/db")->entries.erase("mdsscan.state");
  Restart();
  Refresh();
  EXPECT_EQ(Vendors(), "3=us");
}

TEST_F(ModuleDirectoryTest, FifoIsNotOpened) {
  Put("/m/a.mds", "");
  Put("/m/b.bundle/f.mds", "");
  tree_.Find("/m/a.mds")->info.type = FileType::kFifo;
  tree_.Find("/m/b.bundle/f.mds")->info.type = FileType::kDevice;
  const int reads = tree_.calls(FileCall::kRead);
  Refresh();
  EXPECT_EQ(Messages(),
            "/m/a.mds: refused: not a regular file\n"
            "/m/b.bundle/f.mds: refused: not a regular file");
  EXPECT_EQ(tree_.calls(FileCall::kRead), reads);
}

TEST_F(ModuleDirectoryTest, WhatCannotBeWrittenIsAnsweredFromMemory) {
  for (const int code : {EROFS, ENOSPC, EDQUOT, EIO, EACCES, EPERM}) {
    SCOPED_TRACE(code);
    tree_.Find("/")->entries.clear();
    Put("/m/a.mds", StanzaOf("a"));
    Restart();
    for (int i = 1; i < 100; ++i) tree_.FailNth(FileCall::kCreate, i, Error(code));
    Refresh();
    EXPECT_EQ(Vendors(), "a=us");
    EXPECT_FALSE(report_.published);
    EXPECT_FALSE(report_.not_published.ok());
    EXPECT_EQ(absl::IsPermissionDenied(report_.not_published), code == EACCES || code == EPERM);
    Refresh();
    EXPECT_EQ(report_.modules_read, 0u);
    EXPECT_FALSE(report_.not_published.ok());
    tree_.FailNoMore();
    Refresh();
    EXPECT_TRUE(report_.published);
    EXPECT_TRUE(report_.not_published.ok());
    EXPECT_EQ(report_.modules_read, 0u);
  }
}

TEST_F(ModuleDirectoryTest, LostAndCorruptFilesAreMadeAnew) {
  struct Case {
    const char* name;
    void (*harm)(FakeTree* tree);
    bool published;
  };
  const Case kCases[] = {
      {"state lost", [](FakeTree* tree) { tree->Find("/var/db")->entries.erase("mdsscan.state"); },
       false},
      {"state cut", [](FakeTree* tree) { tree->Find("/var/db/mdsscan.state")->bytes.resize(99); },
       false},
      {"state of others",
       [](FakeTree* tree) { tree->Find("/var/db/mdsscan.state")->info.uid = 7777; }, false},
      {"snapshot lost",
       [](FakeTree* tree) { tree->Find("/var/db")->entries.erase("mdsscan.snapshot"); }, true},
      {"snapshot corrupt",
       [](FakeTree* tree) { tree->Find("/var/db/mdsscan.snapshot")->bytes.back() ^= 1; }, true},
      {"snapshot of others",
       [](FakeTree* tree) { tree->Find("/var/db/mdsscan.snapshot")->info.uid = 7777; }, true},
      {"snapshot for all",
       [](FakeTree* tree) { tree->Find("/var/db/mdsscan.snapshot")->info.mode = 0666; }, true},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    tree_.Find("/")->entries.clear();
    Put("/m/a.mds", StanzaOf("a"));
    Restart();
    Refresh();
    const std::string right = tree_.Get("/var/db/mdsscan.snapshot");
    c.harm(&tree_);
    Restart();
    Refresh();
    EXPECT_EQ(Vendors(), "a=us");
    EXPECT_EQ(report_.modules_read, 1u);
    EXPECT_EQ(report_.published, c.published);
    EXPECT_EQ(tree_.Get("/var/db/mdsscan.snapshot"), right);
  }
}

// Of files that do not parse, the old records were in it alone, and went without a word.
TEST_F(ModuleDirectoryTest, OldRecordsInASnapshotThatIsLost) {
  struct Case {
    const char* name;
    void (*harm)(FakeTree* tree);
    const char* lost;
    const char* message;
    const char* vendors;
  };
  const std::string path = "/var/db/mdsscan.snapshot: ";
  const std::string end = "; everything is read again";
  const char kLost[] =
      "\n/m/a.mds: old records of CSSM are lost (1), with the snapshot that had them";
  const Case kCases[] = {
      {"gone", [](FakeTree* tree) { tree->Find("/var/db")->entries.erase("mdsscan.snapshot"); },
       "not there any more", kLost, "b=us"},
      {"cut", [](FakeTree* tree) { tree->Find("/var/db/mdsscan.snapshot")->bytes.resize(99); },
       "cut short, corrupt or of another version", kLost, "b=us"},
      {"a page that no record needs",
       [](FakeTree* tree) { tree->Find("/var/db/mdsscan.snapshot")->bytes.back() ^= 1; }, "corrupt",
       "", "a=us b=us"},
      {"all pages",
       [](FakeTree* tree) {
         std::string& bytes = tree->Find("/var/db/mdsscan.snapshot")->bytes;
         MdsHead head;
         std::memcpy(&head, bytes.data(), sizeof head);
         for (size_t at = head.head_size; at < bytes.size(); at += kMdsPage) bytes[at] ^= 1;
       },
       "corrupt", kLost, "b=us"},
  };
  std::string many;
  for (int i = 0; i < 1000; ++i) {
    many += "Record: TP_OIDS\nModuleID: z\nSSID: " + std::to_string(i) + "\nOID: hex:00\n\n";
  }
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    tree_.Find("/")->entries.clear();
    Put("/m/a.mds", StanzaOf("a"));
    Put("/m/b.mds", StanzaOf("b"));
    Put("/m/z.mds", many);
    Restart();
    Refresh();
    EXPECT_EQ(report_.lost, "");
    Put("/m/a.mds", "X");
    Refresh();
    EXPECT_EQ(Vendors(), "a=us b=us");
    c.harm(&tree_);
    Restart();
    Refresh();
    EXPECT_EQ(report_.lost, path + c.lost + end);
    EXPECT_EQ(Messages(), "/m/a.mds:1:1: ':' is missing" + std::string(c.message));
    EXPECT_EQ(Vendors(), c.vendors);
    Restart();
    Refresh();
    EXPECT_EQ(report_.lost, "");
    EXPECT_EQ(Vendors(), c.vendors);
  }
}

// The snapshot came without its state, and the next one had a generation that was told before.
TEST_F(ModuleDirectoryTest, StateThatCannotBeStored) {
  Put("/m/a.mds", StanzaOf("a"));
  tree_.PutDirectory("/var/db/mdsscan.state");
  for (int i = 0; i < 2; ++i) {
    Restart();
    Refresh();
    EXPECT_EQ(report_.not_published.message(), "/var/db/mdsscan.state: Is a directory");
    EXPECT_EQ(Vendors(), "a=us");
    EXPECT_EQ(tree_.Names("/var/db"), (std::vector<std::string>{"mdsscan.lock", "mdsscan.state"}));
  }
  tree_.Find("/var/db")->entries.erase("mdsscan.state");
  Refresh();
  EXPECT_TRUE(report_.published);
  EXPECT_EQ(directory_->generation(), 1u);
  clock_.Advance(10 * kSecond);
  Write("/m/a.mds", StanzaOf("a", "them"));
  Restart();
  Refresh();
  EXPECT_EQ(directory_->generation(), 2u);
}

// Of a change that watch has told by then; tried again though nothing changes any more.
TEST_F(ModuleDirectoryTest, StateOfSomeThatCannotBeStored) {
  Put("/m/a.mds", StanzaOf("a"));
  Refresh();
  clock_.Advance(kSecond);
  Write("/m/a.mds", StanzaOf("a", "them"));
  ASSERT_TRUE(directory_->RefreshSome({"0/a.mds"}, &report_).ok());
  tree_.FailNth(FileCall::kWrite, 1, Error(ENOSPC));
  EXPECT_EQ(directory_->StoreState().message(), "/var/db/mdsscan.state: No space left on device");
  Refresh();
  EXPECT_TRUE(report_.not_published.ok());
  EXPECT_EQ(directory_->generation(), 2u);
  Restart();
  Refresh();
  EXPECT_EQ(directory_->generation(), 2u);
  EXPECT_EQ(report_.lost, "");
}

TEST_F(ModuleDirectoryTest, SameBytesFromAnotherOrderAndRoot) {
  Put("/m/a.mds", StanzaOf("a"));
  Put("/m/b.bundle/f.mds", StanzaOf("b"));
  Refresh();
  FakeTree other(&clock_);
  const auto root = other.NewRoot();
  clock_.Advance(1000 * kSecond);
  other.Put("/image/m/b.bundle/f.mds", StanzaOf("b"));
  other.Put("/image/m/a.mds", StanzaOf("a"));
  std::unique_ptr<Directory> top;
  ASSERT_TRUE(root->OpenDirectory("/image", &top).ok());
  const auto image = NewRoot(std::move(top));
  ModuleDirectory directory(image.get(), &clock_, {{"/m"}, "/var/db"});
  ASSERT_TRUE(directory.Refresh(Freshness::kFull, &report_).ok());
  EXPECT_EQ(other.Get("/image/var/db/mdsscan.snapshot"), tree_.Get("/var/db/mdsscan.snapshot"));
}

// 62 files and the folder are read again each time; one more, and the state is written anew.
TEST_F(ModuleDirectoryTest, ManyYoungFilesAreWorthAYoungerState) {
  for (const int files : {62, 63}) {
    SCOPED_TRACE(files);
    tree_.Find("/")->entries.clear();
    for (int i = 0; i < files; ++i) {
      const std::string name = "f" + std::to_string(i);
      Put("/m/" + name + ".mds", StanzaOf(name));
    }
    Restart();
    Refresh();
    clock_.Advance(10 * kSecond);
    for (const bool worth : {files == 63, false}) {
      const int writes = tree_.calls(FileCall::kWrite);
      Restart();
      Refresh();
      EXPECT_EQ(tree_.calls(FileCall::kWrite) - writes, worth);
      EXPECT_FALSE(report_.published);
      EXPECT_EQ(report_.modules_read, 0u);
    }
    const int reads = tree_.calls(FileCall::kRead);
    Refresh();
    EXPECT_EQ(tree_.calls(FileCall::kRead) - reads, files == 63 ? 0 : files);
  }
}

// The first one wins, whichever of them was read last.
TEST_F(ModuleDirectoryTest, RelationsThatAreDeclaredOtherwise) {
  const auto declared = [](const std::string& format, const std::string& value) {
    return "Record: SCHEMA\nRelation: OWN\nUnique: ID STRING\nAttributes: X " + format +
           "\n\nRecord: OWN\nID: " + value + "\nX: 1\n";
  };
  Put("/m/a.mds", declared("UINT32", "a"));
  Put("/m/b.mds", declared("UINT32", "b"));
  Put("/m/c.mds", StanzaOf("c"));
  Refresh();
  EXPECT_EQ(Messages(), "");
  clock_.Advance(10 * kSecond);
  Put("/m/a.mds", declared("STRING", "a"));
  Refresh();
  EXPECT_EQ(report_.modules_read, 3u);
  const std::string other = "OWN is declared already, with other attributes, at /m/a.mds:2:11";
  const std::string message = "/m/b.mds:2:11: " + other;
  EXPECT_EQ(Messages(), message + "\n/m/b.mds: old records of OWN are dropped (1): " + other);
  const std::string bytes = tree_.Get("/var/db/mdsscan.snapshot");
  tree_.Find("/")->entries.erase("var");
  Restart();
  Refresh();
  EXPECT_EQ(Messages(), message);
  Put("/m/a.mds", declared("UINT32", "a"));
  Refresh();
  EXPECT_EQ(Messages(), "");
}

// Only of the relation that is another one now nothing can be kept.
TEST_F(ModuleDirectoryTest, LoserOfADeclarationKeepsItsRecords) {
  const auto declared = [](const std::string& format, const std::string& value) {
    return "Record: SCHEMA\nRelation: OWN\nUnique: ID STRING\nAttributes: X " + format +
           "\n\nRecord: OWN\nID: " + value + "\nX: " + value + "\n\n";
  };
  const auto own_records = [this] {
    const MdsSnapshot& snapshot = directory_->snapshot()->snapshot();
    const auto own = MdsRelationNamed(snapshot, "OWN");
    return own ? snapshot.relation(*own)->records : 0;
  };
  const std::string other = "OWN is declared already, with other attributes, at /m/a.mds:2:11";
  const std::string dropped = "/m/b.mds: old records of OWN are dropped (1): " + other;
  const std::string message = "/m/b.mds:2:11: " + other;
  Put("/m/b.mds", declared("STRING", "b") + StanzaOf("b"));
  Refresh();
  EXPECT_EQ(own_records(), 1u);
  Put("/m/a.mds", declared("UINT32", "1"));
  Refresh();
  EXPECT_EQ(Vendors(), "b=us");
  EXPECT_EQ(own_records(), 1u);
  EXPECT_EQ(Messages(), message + "\n" + dropped);
  Put("/m/a.mds", declared("STRING", "a"));
  Refresh();
  EXPECT_EQ(own_records(), 2u);
  Put("/m/b.mds", declared("UINT32", "2") + StanzaOf("b", "them"));
  for (int i = 0; i < 2; ++i) {
    Put("/m/c" + std::to_string(i) + ".mds", StanzaOf("c" + std::to_string(i)));
    Refresh();
    EXPECT_EQ(Vendors(), i == 0 ? "b=us c0=us" : "b=us c0=us c1=us");
    EXPECT_EQ(own_records(), 2u);
    EXPECT_EQ(Messages(), message);
  }
}

// Whatever the order in which they come, and with or without records of it.
TEST_F(ModuleDirectoryTest, FirstDeclarationWinsInAnyOrder) {
  const auto declared = [](const std::string& format, const std::string& record) {
    return "Record: SCHEMA\nRelation: OWN\nUnique: ID STRING\nAttributes: X " + format + "\n\n" +
           record;
  };
  const std::string record = "Record: OWN\nID: 1\nX: 1\n";
  const std::string message =
      "/m/b.mds:2:11: OWN is declared already, with other attributes, at /m/a.mds:2:11\n"
      "/m/c.mds:2:11: OWN is declared already, with other attributes, at /m/a.mds:2:11";
  for (const std::string& first : {record, std::string()}) {
    std::string bytes;
    std::vector<std::string> names = {"a", "b", "c"};
    do {
      for (const std::string& name : names) {
        Put("/m/" + name + ".mds",
            declared(name == "a" ? "UINT32" : "STRING", name == "a" ? first : record));
        Refresh();
        clock_.Advance(10 * kSecond);
      }
      Put("/m/d.mds", StanzaOf("d"));
      Refresh();
      EXPECT_EQ(Messages(), message) << names[0] << names[1] << names[2];
      const std::string now = tree_.Get("/var/db/mdsscan.snapshot");
      if (bytes.empty()) bytes = now;
      EXPECT_TRUE(now == bytes) << names[0] << names[1] << names[2];
      tree_.Find("/")->entries.erase("var");
      for (const char* name : {"a", "b", "c", "d"}) Remove("/m/" + std::string(name) + ".mds");
      Restart();
    } while (std::next_permutation(names.begin(), names.end()));
  }
}

TEST_F(ModuleDirectoryTest, OldRecordsThatNoLongerFitAreTold) {
  const auto declared = [](const std::string& format) {
    return "Record: SCHEMA\nRelation: OWN\nUnique: ID STRING\nAttributes: X " + format +
           "\n\nRecord: OWN\nID: 1\nX: 1\n\n";
  };
  Put("/m/b.mds", declared("STRING"));
  Put("/m/d.mds", declared("STRING"));
  Refresh();
  Put("/m/b.mds", "X");
  Put("/m/d.mds", "X");
  Refresh();
  const std::string messages = Messages();
  EXPECT_EQ(messages.find("dropped"), messages.npos) << messages;
  Put("/m/c.mds", declared("UINT32"));
  Refresh();
  EXPECT_NE(
      Messages().find("/m/b.mds: old records of OWN are dropped (1): OWN is declared already, "
                      "with other attributes, at /m/c.mds:2:11"),
      messages.npos)
      << Messages();
}

// A file that did not parse any more kept its relation for itself, for ever.
TEST_F(ModuleDirectoryTest, OldRecordsYieldToADeclaration) {
  const auto declared = [](const std::string& format, const std::string& more = "") {
    return "Record: SCHEMA\nRelation: OWN\nUnique: ID STRING\nAttributes: X " + format +
           "\n\nRecord: OWN\nID: 1\nX: 1\n\n" + more;
  };
  const std::string bad = "/m/b.mds:1:1: ':' is missing";
  const auto dropped = [](const std::string& by) {
    return "\n/m/b.mds: old records of OWN are dropped (1): OWN is declared already, with other "
           "attributes, at " +
           by + ":2:11";
  };
  for (const bool third : {false, true}) {
    SCOPED_TRACE(third);
    tree_.Find("/")->entries.clear();
    Put("/m/b.mds", declared("STRING"));
    Put("/m/k.mds", StanzaOf("k"));
    Restart();
    Refresh();
    Put("/m/b.mds", "X");
    Refresh();
    EXPECT_EQ(Messages(), bad);
    if (third) {
      Put("/m/a.mds", declared("BLOB", "Record: NONE\n"));
      Refresh();
      EXPECT_EQ(Messages().find("dropped"), std::string::npos);  // it does not parse
      Put("/m/a.mds", "Record: SCHEMA\nRelation: OWN\nUnique: ID STRING\nAttributes: X BLOB\n");
      Refresh();
      EXPECT_EQ(Messages(), bad + dropped("/m/a.mds"));
      Remove("/m/a.mds");
      Refresh();
    }
    Put("/m/c.mds", declared("UINT32", StanzaOf("c")));
    Put("/m/d.mds", declared("STRING"));
    Refresh();
    const std::string loser =
        "\n/m/d.mds:2:11: OWN is declared already, with other attributes, at /m/c.mds:2:11";
    EXPECT_EQ(Messages(), bad + (third ? "" : dropped("/m/c.mds")) + loser);
    EXPECT_EQ(Vendors(), "c=us k=us");
    const std::string bytes = tree_.Get("/var/db/mdsscan.snapshot");
    tree_.Find("/")->entries.erase("var");
    Restart();
    Refresh();
    EXPECT_TRUE(tree_.Get("/var/db/mdsscan.snapshot") == bytes);
  }
}

// It was right in a database that had seen the other one, and an error in a new one.
TEST_F(ModuleDirectoryTest, RelationOfAnotherFileIsNone) {
  const std::string record = "Record: OWN\nID: 1\n";
  Put("/m/a.mds", "Record: SCHEMA\nRelation: OWN\nUnique: ID STRING\n\n" + record);
  Put("/m/b.mds", record);
  const std::string message = "/m/b.mds:1:9: there is no relation 'OWN'";
  Refresh();
  EXPECT_EQ(Messages(), message);
  Remove("/m/a.mds");
  Refresh();
  EXPECT_EQ(Messages(), message);
}

TEST_F(ModuleDirectoryTest, MoreErrorsThanAreTold) {
  std::string bad;
  for (int i = 0; i < 200; ++i) bad += "Record: NONE\n\n";
  Put("/m/a.mds", bad);
  Refresh();
  EXPECT_EQ(report_.messages.size(), 101u);
  EXPECT_EQ(report_.messages.back(), "/m/a.mds: reading stopped after 100 errors");
}

TEST_F(ModuleDirectoryTest, WhatIsTooMuchIsRefused) {
  Put("/m/a.mds", std::string(16 << 20, '#'));
  Put("/m/b.mds", std::string((16 << 20) + 1, '#'));
  Refresh();
  EXPECT_EQ(Messages(), "/m/b.mds: more than 16777216 bytes");
  for (int i = 0; i <= 10'000; ++i) Put("/m/c.bundle/" + std::to_string(i) + ".mds", "");
  Refresh();
  EXPECT_EQ(Messages(),
            "/m/b.mds: more than 16777216 bytes\n"
            "/m/c.bundle: refused: more than 10000 files");
  Remove("/m/c.bundle/0.mds");
  Refresh();
  EXPECT_EQ(Messages(), "/m/b.mds: more than 16777216 bytes");
}

TEST_F(ModuleDirectoryTest, LocksThatOthersMayOpenAreRefused) {
  Put("/m/a.mds", StanzaOf("a"));
  tree_.Put("/var/db/mdsscan.lock", "", 0644);
  Refresh();
  EXPECT_EQ(report_.not_published.message(), "/var/db/mdsscan.lock: refused: others may open it");
  EXPECT_EQ(Vendors(), "a=us");
  tree_.Find("/var/db/mdsscan.lock")->info.mode = 0600;
  tree_.Find("/var/db")->info.mode = 0777;
  Refresh();
  EXPECT_EQ(report_.not_published.message(), "/var/db: refused: everybody may write to it");
  tree_.Find("/var/db")->info.mode = 0755;
  tree_.Find("/var/db/mdsscan.lock")->whole_locked = true;
  Refresh();
  EXPECT_TRUE(absl::IsAborted(report_.not_published));
  tree_.Find("/var/db/mdsscan.lock")->whole_locked = false;
  tree_.Put("/var/db/.mdsscan.snapshot.keelson-abcdefgh", "of a writer that was killed");
  Refresh();
  EXPECT_TRUE(report_.published);
  EXPECT_EQ(tree_.Names("/var/db"),
            (std::vector<std::string>{"mdsscan.lock", "mdsscan.snapshot", "mdsscan.state"}));
}

TEST_F(ModuleDirectoryTest, SomeIsAsGoodAsAll) {
  Put("/m/a.bundle/f.mds", StanzaOf("a"));
  Put("/m/b.mds", StanzaOf("b"));
  Refresh();
  const auto some = [this](std::vector<std::string> places) {
    ASSERT_TRUE(directory_->RefreshSome(places, &report_).ok());
    EXPECT_TRUE(directory_->StoreState().ok());
  };
  clock_.Advance(kSecond);
  Write("/m/a.bundle/f.mds", StanzaOf("a", "them"));
  Put("/m/c.mds", StanzaOf("c"));
  some({"0/a.bundle", "0/c.mds"});
  EXPECT_EQ(Changes(), "changed 0/a.bundle; added 0/c.mds");
  EXPECT_EQ(report_.modules_read, 2u);
  Remove("/m/b.mds");
  some({"0/b.mds"});
  EXPECT_EQ(Changes(), "removed 0/b.mds");
  Put("/m/d.mds", StanzaOf("d"));
  Remove("/m/c.mds");
  some({"0/"});
  EXPECT_EQ(Changes(), "removed 0/c.mds; added 0/d.mds");
  EXPECT_EQ(report_.modules_read, 1u);
  EXPECT_EQ(directory_->generation(), 4u);
  const std::string bytes = tree_.Get("/var/db/mdsscan.snapshot");
  Restart();
  Refresh();
  EXPECT_EQ(tree_.Get("/var/db/mdsscan.snapshot"), bytes);
  EXPECT_EQ(Changes(), "");
}

// The lock is kept until the state is there, and so nobody takes the snapshot for another one's.
TEST_F(ModuleDirectoryTest, TheStateOfSomeIsStoredWhenAsked) {
  Put("/m/a.mds", StanzaOf("a"));
  Refresh();
  clock_.Advance(kSecond);
  Write("/m/a.mds", StanzaOf("a", "them"));
  const std::string state = tree_.Get("/var/db/mdsscan.state");
  ASSERT_TRUE(directory_->RefreshSome({"0/a.mds"}, &report_).ok());
  EXPECT_TRUE(report_.published);
  EXPECT_EQ(tree_.Get("/var/db/mdsscan.state"), state);
  EXPECT_TRUE(directory_->StoreState().ok());
  EXPECT_NE(tree_.Get("/var/db/mdsscan.state"), state);
  clock_.Advance(10 * kSecond);
  Restart();
  Refresh();
  EXPECT_EQ(report_.modules_read, 0u);
}

// What is remembered is views of what was remembered before, until that is too much.
TEST_F(ModuleDirectoryTest, ManyChangesOneByOne) {
  for (const char* name : {"a", "b", "c"}) Put("/m/" + std::string(name) + ".mds", StanzaOf(name));
  Refresh();
  for (int i = 0; i < 150; ++i) {
    clock_.Advance(kSecond);
    const std::string name(1, "abc"[i % 3]);
    Write("/m/" + name + ".mds", StanzaOf(name, std::to_string(i)));
    ASSERT_TRUE(directory_->RefreshSome({"0/" + name + ".mds"}, &report_).ok());
    EXPECT_EQ(Changes(), "changed 0/" + name + ".mds");
    EXPECT_EQ(report_.modules_read, 1u);
    EXPECT_TRUE(directory_->StoreState().ok());
  }
  EXPECT_EQ(Vendors(), "a=147 b=148 c=149");
  clock_.Advance(10 * kSecond);
  Restart();
  Refresh();
  EXPECT_EQ(report_.modules_read, 0u);
  EXPECT_EQ(Vendors(), "a=147 b=148 c=149");
  EXPECT_EQ(directory_->generation(), 151u);
}

TEST_F(ModuleDirectoryTest, AsItIsReadsTheSnapshotAlone) {
  Put("/m/a.mds", StanzaOf("a"));
  Refresh(Freshness::kAsItIs);
  EXPECT_EQ(Vendors(), "a=us");
  Put("/m/b.mds", StanzaOf("b"));
  Restart();
  const int reads = tree_.calls(FileCall::kRead);
  Refresh(Freshness::kAsItIs);
  EXPECT_EQ(Vendors(), "a=us");
  EXPECT_EQ(tree_.calls(FileCall::kRead), reads);
  Refresh();
  EXPECT_EQ(Vendors(), "a=us b=us");
}

}  // namespace
}  // namespace keelson
