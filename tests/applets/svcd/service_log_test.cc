// Lines, memory and files of a service's log, on a fake clock and file tree.
#include "applets/svcd/service_log.h"

#include <gtest/gtest.h>

#include "platform/fake/clock.h"
#include "platform/fake/file.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

using Lines = std::vector<std::string>;

class ServiceLogTest : public testing::Test {
 protected:
  ServiceLogTest() {
    settings_.log = ServiceLogKind::kFile;
    settings_.log_file = "/log/a";
    settings_.log_size = 100;
    settings_.log_count = 3;
    sinks_.line = [this](ServiceLogKind, std::string_view service, std::string_view line) {
      sunk_.push_back(std::string(service) + " " + std::string(line));
    };
  }
  std::unique_ptr<ServiceLog> NewLog() {
    return std::make_unique<ServiceLog>(&sinks_, "a", settings_);
  }
  // Without time stamps.
  std::string Bare(std::string_view path) {
    std::string text = tree_.Get(path), bare;
    for (size_t at = 0, end; (end = text.find('\n', at)) != text.npos; at = end + 1) {
      const std::string line = text.substr(at, end - at);
      bare += (line.size() > 28 && line[27] == ' ' ? line.substr(28) : "?" + line) + "\n";
    }
    return bare;
  }

  FakeClock clock_;
  FakeTree tree_{&clock_};
  std::unique_ptr<Root> root_ = tree_.NewRoot();
  ServiceLog::Sinks sinks_{root_.get(), &clock_, nullptr};
  ServiceSettings settings_;
  Lines sunk_;
};

TEST_F(ServiceLogTest, CutsBytesIntoLines) {
  const std::string full(kMaxServiceLine, 'x');
  const struct {
    const char* name;
    Lines chunks, lines;
  } kCases[] = {
      {"one line", {"a\n"}, {"a"}},
      {"several in a chunk", {"a\nb\n\nc\n"}, {"a", "b", "", "c"}},
      {"a line in pieces", {"a", "b", "", "c\nd", "\n"}, {"abc", "d"}},
      {"no end yet", {"a\nb"}, {"a"}},
      {"as long as may be", {full + "\n" + "b\n"}, {full, "b"}},
      {"its end comes later", {full, "\n", "b\n"}, {full, "b"}},
      {"one byte too long", {full + "y\n"}, {full, "y"}},
      {"too long in pieces", {full, "y", "\n"}, {full, "y"}},
      {"any bytes", {std::string("\0\xff\x1b\n", 4)}, {std::string("\0\xff\x1b", 3)}},
  };
  settings_.log = ServiceLogKind::kMemory;
  for (const auto& c : kCases) {
    auto log = NewLog();
    Lines followed;
    log->Follow([&](std::string_view line) { followed.emplace_back(line); });
    for (const std::string& chunk : c.chunks) log->Append(chunk);
    EXPECT_EQ(followed, c.lines) << c.name;
    EXPECT_EQ(log->Last(100), c.lines) << c.name;
  }
  auto log = NewLog();
  log->Append("open");
  EXPECT_EQ(log->Last(9), Lines());
  log->EndLine();
  log->EndLine();
  EXPECT_EQ(log->Last(9), Lines({"open"}));
}

TEST_F(ServiceLogTest, MemoryKeepsTheLastLines) {
  settings_.log = ServiceLogKind::kMemory;
  auto log = NewLog();
  for (int i = 0; i < 5000; ++i) log->Append("line " + std::to_string(i) + "\n");
  EXPECT_EQ(log->Last(3), Lines({"line 4997", "line 4998", "line 4999"}));
  const Lines all = log->Last(SIZE_MAX);
  size_t bytes = 0;
  for (const std::string& line : all) bytes += line.size() + 1;
  EXPECT_LE(bytes, kServiceLogMemory);
  EXPECT_GE(bytes, kServiceLogMemory / 2);
  EXPECT_EQ(all.front(), "line " + std::to_string(5000 - all.size()));
  // Three of the longest do not fit; the last ones stay.
  for (char c : {'a', 'b', 'c'}) log->Append(std::string(kMaxServiceLine, c) + "\n");
  EXPECT_EQ(log->Last(SIZE_MAX), Lines({std::string(kMaxServiceLine, 'c')}));
  log->Append("\n");
  EXPECT_EQ(log->Last(1), Lines({""}));
  EXPECT_EQ(log->Last(0), Lines());
}

TEST_F(ServiceLogTest, StampsLinesAndMakesItsFolder) {
  settings_.log_file = "";
  clock_.SetWall(1'763'790'033'123'456'789);
  auto log = NewLog();
  EXPECT_EQ(log->path(), "/var/log/svcd/a.log");
  EXPECT_EQ(tree_.calls(FileCall::kAny), 0);
  log->Append("hello\n");
  EXPECT_EQ(tree_.Get("/var/log/svcd/a.log"), "2025-11-22T05:40:33.123456Z hello\n");
  EXPECT_EQ(tree_.Find("/var/log/svcd/a.log")->info.mode, 0640u);
}

TEST_F(ServiceLogTest, RotatesBySizeAndCount) {
  auto log = NewLog();  // a line takes 30 bytes
  for (char c : std::string("123456789")) log->Append(std::string(1, c) + "\n");
  EXPECT_EQ(tree_.Names("/log"), Lines({"a", "a.1", "a.2"}));
  EXPECT_EQ(Bare("/log/a"), "7\n8\n9\n");
  EXPECT_EQ(Bare("/log/a.1"), "4\n5\n6\n");
  EXPECT_EQ(Bare("/log/a.2"), "1\n2\n3\n");
  log->Append("10\n");
  EXPECT_EQ(Bare("/log/a.2"), "4\n5\n6\n");
  // Another process goes on where this one was.
  log = NewLog();
  log->Append("11\n");
  EXPECT_EQ(Bare("/log/a"), "10\n11\n");
  log->Append(std::string(500, 'x') + "\n");  // larger than a file may be: in one of its own
  EXPECT_EQ(Bare("/log/a"), std::string(500, 'x') + "\n");
  EXPECT_EQ(log->dropped(), 0u);

  settings_.log_count = 1;
  log->Configure(settings_);
  log->Append("alone\n");
  EXPECT_EQ(Bare("/log/a"), "alone\n");
  EXPECT_EQ(Bare("/log/a.1"), "10\n11\n");
}

TEST_F(ServiceLogTest, AFullDiskCostsLinesAndIsToldOf) {
  settings_.log_size = 1000;
  auto log = NewLog();
  log->Append("before\n");
  tree_.FailFrom(1, Error(ENOSPC));
  log->Append("lost\nlost\n");
  const int calls = tree_.calls(FileCall::kAny);
  log->Append("lost\n");  // within the second: not even tried
  EXPECT_EQ(tree_.calls(FileCall::kAny), calls);
  clock_.Advance(kSecond);
  log->Append("lost\n");
  EXPECT_GT(tree_.calls(FileCall::kAny), calls);
  EXPECT_EQ(log->dropped(), 4u);
  tree_.FailNoMore();
  clock_.Advance(kSecond);
  log->Append("after\n");
  EXPECT_EQ(log->Last(9), Lines({"before", "lost", "lost", "lost", "lost", "after"}));
  // Half of a line had got in, which is no part of another one.
  const std::string text = Bare("/log/a");
  EXPECT_TRUE(text.starts_with("before\n?")) << text;
  EXPECT_TRUE(text.ends_with("\n(4 lines were dropped)\nafter\n")) << text;
}

// Whichever call fails: no line is lost without being counted, and none is torn apart in the middle
// of another.
TEST_F(ServiceLogTest, AnyCallMayFail) {
  bool reached = true;
  for (int nth = 1; reached; ++nth) {
    FakeTree tree(&clock_);
    const std::unique_ptr<Root> root = tree.NewRoot();
    const ServiceLog::Sinks sinks{root.get(), &clock_, nullptr};
    settings_.log_size = 100;
    settings_.log_count = 20;
    ServiceLog log(&sinks, "a", settings_);
    tree.FailNth(FileCall::kAny, nth, Error(ENOSPC));
    std::string wanted;
    for (char c : std::string("123456789")) {
      const uint64_t before = log.dropped();
      log.Append(std::string(20, c) + "\n");
      if (log.dropped() == before) wanted += std::string(20, c) + "\n";
      clock_.Advance(2 * kSecond);
    }
    reached = tree.calls(FileCall::kAny) >= nth;
    EXPECT_EQ(log.dropped(), reached ? 1u : 0u) << nth;
    std::string got;
    for (int i = 19; i >= 0; --i) {
      std::string text = tree.Get(i == 0 ? "/log/a" : "/log/a." + std::to_string(i));
      for (size_t at = 0, end; (end = text.find('\n', at)) != text.npos; at = end + 1) {
        const std::string line = text.substr(at, end - at);
        if (line.size() == 48) got += line.substr(28) + "\n";
      }
    }
    EXPECT_EQ(got, wanted) << nth;
  }
}

TEST_F(ServiceLogTest, AFailureIsToldOfOnceAMinuteUntilItIsOver) {
  Lines told;
  sinks_.lost = [&](std::string_view service, const std::string& what) {
    told.push_back(std::string(service) + ": " + what);
  };
  auto log = NewLog();
  log->Append("before\n");
  EXPECT_EQ(log->failure(), "");
  tree_.FailFrom(1, Error(ENOSPC));
  for (int i = 0; i < 59; ++i) {
    log->Append("lost\n");
    clock_.Advance(kSecond);
  }
  EXPECT_EQ(told, Lines({"a: /log/a: No space left on device"}));
  EXPECT_EQ(log->failure(), "/log/a: No space left on device");
  clock_.Advance(kSecond);
  log->Append("lost\n");
  EXPECT_EQ(told.size(), 2u);
  tree_.FailNoMore();
  clock_.Advance(kSecond);
  log->Append("after\n");
  EXPECT_EQ(log->failure(), "");
  EXPECT_EQ(told.size(), 2u);
  EXPECT_EQ(log->dropped(), 60u);
}

TEST_F(ServiceLogTest, AnotherLogGoesOnWithWhatIsHeld) {
  settings_.log = ServiceLogKind::kMemory;
  const struct {
    const char* said;
    Lines lines, then;  // with " end\n" behind it
  } kCases[] = {
      {"", {}, {" end"}},
      {"one\ntwo\n", {"one", "two"}, {"one", "two", " end"}},
      {"one\ntwo", {"one"}, {"one", "two end"}},
      {"\n\n", {"", ""}, {"", "", " end"}},
  };
  for (const auto& c : kCases) {
    auto before = NewLog(), after = NewLog();
    before->Append(c.said);
    after->Restore(before->Held());
    EXPECT_EQ(after->Last(9), c.lines) << c.said;
    EXPECT_EQ(after->Held(), before->Held()) << c.said;
    after->Append(" end\n");
    EXPECT_EQ(after->Last(9), c.then) << c.said;
  }
  // Not longer than it may be, whoever wrote it.
  auto log = NewLog();
  log->Restore(std::string(3 * kMaxServiceLine, 'x'));
  log->EndLine();
  EXPECT_EQ(log->Last(9), Lines({std::string(kMaxServiceLine, 'x')}));
  // What is held is in memory alone: it is in its file already.
  settings_.log = ServiceLogKind::kFile;
  auto file = NewLog();
  file->Restore("old\n");
  file->Append("new\n");
  EXPECT_EQ(Bare("/log/a"), "new\n");
}

TEST_F(ServiceLogTest, TakesNoFileOfOthers) {
  tree_.Put("/etc/passwd", "root");
  tree_.PutLink("/log/a", "/etc/passwd");
  auto log = NewLog();
  log->Append("x\n");
  EXPECT_EQ(log->dropped(), 1u);
  EXPECT_EQ(tree_.Get("/etc/passwd"), "root");

  tree_.Put("/log/b", "own");
  tree_.Find("/log/b")->info.nlink = 2;
  settings_.log_file = "/log/b";
  log->Configure(settings_);
  log->Append("x\n");
  EXPECT_EQ(log->dropped(), 2u);
  EXPECT_EQ(tree_.Get("/log/b"), "own");
}

TEST_F(ServiceLogTest, OtherKindsGoToTheirSinks) {
  settings_.log = ServiceLogKind::kSyslog;
  auto log = NewLog();
  EXPECT_EQ(log->path(), "");
  log->Append("one\ntwo\n");
  EXPECT_EQ(sunk_, Lines({"a one", "a two"}));
  settings_.log = ServiceLogKind::kNone;
  log->Configure(settings_);
  log->Append("three\n");
  EXPECT_EQ(sunk_.size(), 2u);
  EXPECT_EQ(log->Last(9), Lines({"one", "two"}));
  sinks_.line = nullptr;
  settings_.log = ServiceLogKind::kConsole;
  log->Configure(settings_);
  log->Append("four\n");
  EXPECT_EQ(log->Last(1), Lines({"four"}));
  EXPECT_EQ(tree_.calls(FileCall::kAny), 0);
}

TEST(ServiceLogSystem, AppendsAndRotatesOnTheSystem) {
  TemporaryFolder folder;
  std::unique_ptr<Root> root;
  ASSERT_TRUE(OpenRoot(folder.path(), &root).ok());
  const ServiceLog::Sinks sinks{root.get(), SystemClock(), nullptr};
  ServiceSettings settings;
  settings.log = ServiceLogKind::kFile;
  settings.log_size = 1000;
  settings.log_count = 2;
  for (int start = 0; start < 2; ++start) {
    ServiceLog log(&sinks, "a", settings);
    for (int i = 0; i < 50; ++i) log.Append("0123456789 " + std::to_string(i) + "\n");
    EXPECT_EQ(log.dropped(), 0u);
  }
  std::unique_ptr<Directory> logs;
  ASSERT_TRUE(root->OpenDirectory("/var/log/svcd", &logs).ok());
  std::vector<DirectoryEntry> entries;
  ASSERT_TRUE(logs->List(&entries).ok());
  EXPECT_EQ(entries.size(), 2u);
  FileInfo info;
  ASSERT_TRUE(logs->Stat("a.log", &info).ok());
  EXPECT_LE(info.size, 1000u);
  EXPECT_EQ(info.mode, 0640u);
  FileBytes bytes;
  ASSERT_TRUE(logs->Read("a.log", 1000, &bytes, nullptr).ok());
  EXPECT_TRUE(bytes.view().ends_with(" 0123456789 49\n"));
}

}  // namespace
}  // namespace keelson
