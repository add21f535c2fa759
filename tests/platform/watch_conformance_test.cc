// What a Watch tells of changes made through Directory, on the running system and in the fake tree.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "platform/clock.h"
#include "platform/fake/clock.h"
#include "platform/fake/file.h"
#include "platform/fake/loop.h"
#include "platform/fake/watch.h"
#include "platform/replace.h"
#include "platform/watch.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

using Callback = std::function<void(const WatchEvent&)>;

class WatchBed {
 public:
  virtual ~WatchBed() = default;
  virtual Loop* loop() = 0;
  virtual std::unique_ptr<Root> root() = 0;
  virtual std::string PathOf(std::string_view inside) = 0;
  virtual std::unique_ptr<Watch> NewWatch(Callback callback) = 0;
  virtual void Overflow(Watch* watch, Directory* directory) = 0;
};

class SystemBed : public WatchBed {
 public:
  SystemBed() { EXPECT_TRUE(NewLoop(&loop_).ok()); }
  Loop* loop() override { return loop_.get(); }
  std::unique_ptr<Root> root() override {
    std::unique_ptr<Root> root;
    EXPECT_TRUE(OpenRoot(folder_.path(), &root).ok());
    return root;
  }
  std::string PathOf(std::string_view inside) override {
    return folder_.path() + std::string(inside);
  }
  std::unique_ptr<Watch> NewWatch(Callback callback) override {
    std::unique_ptr<Watch> watch;
    EXPECT_TRUE(keelson::NewWatch(loop_.get(), std::move(callback), &watch).ok());
    return watch;
  }
  void Overflow(Watch*, Directory* directory) override {
    std::unique_ptr<Root> system;
    ASSERT_TRUE(OpenRoot("/", &system).ok());
    FileBytes bytes;
    ASSERT_TRUE(system->Read("/proc/sys/fs/inotify/max_queued_events", 100, &bytes, nullptr).ok());
    std::string text(bytes.view());
    // Equal events in a row are merged, so two names take turns.
    ASSERT_TRUE(directory->MakeSymlink("x", "a").ok());
    for (long i = 0; i <= std::stol(text); ++i) {
      ASSERT_TRUE(directory->Rename(i % 2 == 0 ? "a" : "b", i % 2 == 0 ? "b" : "a").ok());
    }
  }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Loop> loop_;
};

class FakeBed : public WatchBed {
 public:
  Loop* loop() override { return &loop_; }
  std::unique_ptr<Root> root() override { return tree_.NewRoot(); }
  std::string PathOf(std::string_view inside) override { return "/" + std::string(inside); }
  std::unique_ptr<Watch> NewWatch(Callback callback) override {
    return std::make_unique<FakeWatch>(&tree_, &loop_, std::move(callback));
  }
  void Overflow(Watch* watch, Directory*) override { static_cast<FakeWatch*>(watch)->Overflow(); }

 private:
  FakeClock clock_;
  FakeTree tree_{&clock_};
  FakeLoop loop_{&clock_};
};

struct Kind {
  const char* name;
  std::unique_ptr<WatchBed> (*make)();
};

std::string NameOf(WatchKind kind) {
  switch (kind) {
    case WatchKind::kArrived:
      return "arrived";
    case WatchKind::kCreated:
      return "created";
    case WatchKind::kWritten:
      return "written";
    case WatchKind::kClosed:
      return "closed";
    case WatchKind::kAttributes:
      return "attributes";
    case WatchKind::kGone:
      return "gone";
    case WatchKind::kRescan:
      return "rescan";
    case WatchKind::kLost:
      return "lost";
  }
  return "?";
}

class WatchConformance : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    root_ = bed_->root();
    ASSERT_TRUE(root_->OpenDirectory("/", &top_).ok());
    watch_ = bed_->NewWatch([this](const WatchEvent& event) {
      // These come along with others as a system likes.
      if (event.kind == WatchKind::kAttributes && !wants_attributes_) return;
      seen_.push_back(NameOf(event.kind) + (event.name.empty() ? "" : " " + event.name));
      last_watch_ = event.watch;
      if (on_event_) on_event_(event);
    });
  }
  // What happened since the last call.
  std::vector<std::string> Seen() {
    watch_->Poll();
    std::vector<std::string> seen;
    seen.swap(seen_);
    return seen;
  }
  using Events = std::vector<std::string>;

  std::unique_ptr<WatchBed> bed_ = GetParam().make();
  std::unique_ptr<Root> root_;
  std::unique_ptr<Directory> top_;
  std::unique_ptr<Watch> watch_;
  std::vector<std::string> seen_;
  int last_watch_ = 0;
  bool wants_attributes_ = false;
  Callback on_event_;
};

INSTANTIATE_TEST_SUITE_P(
    Both, WatchConformance,
    testing::Values(Kind{"System", [] { return std::unique_ptr<WatchBed>(new SystemBed); }},
                    Kind{"Fake", [] { return std::unique_ptr<WatchBed>(new FakeBed); }}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_P(WatchConformance, TellsOfEachChange) {
  int watch;
  ASSERT_TRUE(watch_->Add(bed_->PathOf(""), &watch).ok());
  EXPECT_EQ(Seen(), Events());
  {
    std::unique_ptr<OutputFile> file;
    ASSERT_TRUE(top_->Create("a", 0644, &file).ok());
    EXPECT_EQ(Seen(), Events({"created a"}));
    ASSERT_TRUE(file->Write("x").ok());
    EXPECT_EQ(Seen(), Events({"written a"}));
  }
  EXPECT_EQ(Seen(), Events({"closed a"}));
  ASSERT_TRUE(top_->Rename("a", "b").ok());
  EXPECT_EQ(Seen(), Events({"gone a", "arrived b"}));
  ASSERT_TRUE(top_->MakeSymlink("b", "link").ok());
  ASSERT_TRUE(top_->Link("b", "hard").ok());
  ASSERT_TRUE(top_->MakeDirectory("folder", 0700).ok());
  EXPECT_EQ(Seen(), Events({"created link", "created hard", "created folder"}));
  ASSERT_TRUE(top_->Remove("b").ok());
  ASSERT_TRUE(top_->RemoveDirectory("folder").ok());
  EXPECT_EQ(Seen(), Events({"gone b", "gone folder"}));
  EXPECT_EQ(last_watch_, watch);
}

TEST_P(WatchConformance, TellsOfAttributes) {
  wants_attributes_ = true;
  std::unique_ptr<OutputFile> file;
  ASSERT_TRUE(top_->Create("a", 0600, &file).ok());
  int watch;
  ASSERT_TRUE(watch_->Add(bed_->PathOf(""), &watch).ok());
  ASSERT_TRUE(file->SetMode(0644).ok());
  EXPECT_EQ(Seen(), Events({"attributes a"}));
}

TEST_P(WatchConformance, ReplacedFileArrives) {
  int watch;
  ASSERT_TRUE(watch_->Add(bed_->PathOf(""), &watch).ok());
  ASSERT_TRUE(ReplaceFile(*top_, "passwd", "bytes", {}).ok());
  Events seen = Seen();
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.back(), "arrived passwd");
}

TEST_P(WatchConformance, TheLoopDeliversToo) {
  int watch;
  ASSERT_TRUE(watch_->Add(bed_->PathOf(""), &watch).ok());
  ASSERT_TRUE(top_->MakeDirectory("x", 0700).ok());
  ASSERT_TRUE(bed_->loop()->RunOnce(-1).ok());
  EXPECT_EQ(seen_, Events({"created x"}));
}

TEST_P(WatchConformance, LostWhenTheDirectoryGoes) {
  for (bool removed : {true, false}) {
    ASSERT_TRUE(top_->MakeDirectory("d", 0700).ok());
    int watch;
    ASSERT_TRUE(watch_->Add(bed_->PathOf("/d"), &watch).ok());
    Error error = removed ? top_->RemoveDirectory("d") : top_->Rename("d", "e");
    ASSERT_TRUE(error.ok());
    EXPECT_EQ(Seen(), Events({"lost"})) << removed;
    EXPECT_EQ(last_watch_, watch);
    EXPECT_EQ(Seen(), Events());
  }
  std::unique_ptr<Directory> moved;  // nothing is heard from there any more
  ASSERT_TRUE(top_->Open("e", &moved).ok());
  ASSERT_TRUE(moved->MakeDirectory("x", 0700).ok());
  EXPECT_EQ(Seen(), Events());
}

TEST_P(WatchConformance, RemovedWatchIsSilent) {
  int first, second;
  ASSERT_TRUE(watch_->Add(bed_->PathOf(""), &first).ok());
  ASSERT_TRUE(watch_->Add(bed_->PathOf(""), &second).ok());  // the same directory again
  EXPECT_NE(first, second);
  ASSERT_TRUE(top_->MakeDirectory("x", 0700).ok());
  EXPECT_EQ(Seen(), Events({"created x", "created x"}));
  watch_->Remove(first);
  ASSERT_TRUE(top_->MakeDirectory("y", 0700).ok());
  EXPECT_EQ(Seen(), Events({"created y"}));
  EXPECT_EQ(last_watch_, second);
  ASSERT_TRUE(top_->MakeDirectory("z", 0700).ok());  // queued, then nobody wants it
  watch_->Remove(second);
  watch_->Remove(second);
  watch_->Remove(12345);
  EXPECT_EQ(Seen(), Events());
}

TEST_P(WatchConformance, CallbackMayAddAndRemove) {
  int first;
  ASSERT_TRUE(watch_->Add(bed_->PathOf(""), &first).ok());
  on_event_ = [&](const WatchEvent& event) {
    watch_->Remove(event.watch);
    int again;
    EXPECT_TRUE(watch_->Add(bed_->PathOf(""), &again).ok());
  };
  ASSERT_TRUE(top_->MakeDirectory("x", 0700).ok());
  ASSERT_TRUE(top_->MakeDirectory("y", 0700).ok());
  EXPECT_EQ(Seen().front(), "created x");
  on_event_ = nullptr;
  Seen();
  ASSERT_TRUE(top_->MakeDirectory("z", 0700).ok());
  EXPECT_EQ(Seen(), Events({"created z"}));
}

TEST_P(WatchConformance, OverflowTellsEveryWatchToRescan) {
  ASSERT_TRUE(top_->MakeDirectory("d", 0700).ok());
  int top, quiet;
  ASSERT_TRUE(watch_->Add(bed_->PathOf(""), &top).ok());
  ASSERT_TRUE(watch_->Add(bed_->PathOf("/d"), &quiet).ok());
  std::vector<int> rescanned;
  on_event_ = [&](const WatchEvent& event) {
    if (event.kind == WatchKind::kRescan) rescanned.push_back(event.watch);
  };
  bed_->Overflow(watch_.get(), top_.get());
  Seen();
  EXPECT_EQ(rescanned, std::vector<int>({top, quiet}));
  on_event_ = nullptr;
  std::unique_ptr<Directory> d;
  ASSERT_TRUE(top_->Open("d", &d).ok());
  ASSERT_TRUE(d->MakeDirectory("after", 0700).ok());
  EXPECT_EQ(Seen(), Events({"created after"}));  // and it goes on
}

TEST_P(WatchConformance, WhatCannotBeWatched) {
  std::unique_ptr<OutputFile> file;
  ASSERT_TRUE(top_->Create("file", 0600, &file).ok());
  int watch;
  EXPECT_EQ(watch_->Add(bed_->PathOf("/none"), &watch), Error(ENOENT));
  EXPECT_EQ(watch_->Add(bed_->PathOf("/file"), &watch), Error(ENOTDIR));
}

}  // namespace
}  // namespace keelson
