// What the runner tells of programs that cannot be started, on processes that are made up.
#include "applets/svcd/runner.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platform/fake/clock.h"
#include "platform/fake/file.h"
#include "platform/fake/loop.h"
#include "platform/fake/notify_socket.h"
#include "platform/fake/process.h"
#include "platform/fake/process_tree.h"

namespace keelson {
namespace {

constexpr char kProgram[] = "/bin/program";

class RunnerTest : public testing::Test {
 protected:
  RunnerTest() {
    runner_ = std::make_unique<ServiceRunner>(
        ServiceRunner::Options{.loop = &loop_,
                               .clock = &clock_,
                               .root = root_.get(),
                               .prefix = "",
                               .socket = "/run/socket",
                               .notify_address = "/run/socket.notify",
                               .tree_label = "svcd-test",
                               .log = Log(nullptr, LogLevel::kError)},
        &sinks_, [this](const ServiceEvent& event) { Note(event); }, nullptr);
    auto processes = std::make_unique<FakeProcesses>(&loop_);
    auto trees = std::make_unique<FakeProcessTrees>(true);
    processes_ = processes.get();
    trees_ = trees.get();
    processes_->Install(kProgram, std::nullopt);
    EXPECT_TRUE(runner_
                    ->Open({std::move(processes), std::move(trees),
                            std::make_unique<FakeNotifySocket>(&loop_, "/run/socket.notify",
                                                               [](const Peer&, auto) {})})
                    .ok());
    Define({});
  }

  void Define(std::map<ServiceKey, std::string> values) {
    set_.services.resize(1);
    set_.services[0].name = "a";
    values.emplace(ServiceKey::kCommand, kProgram);
    for (const auto& [key, value] : values) {
      SetServiceValue(&set_.services[0], key, value, 0, 0);
    }
    runner_->Use(&set_, {});
  }

  // What it tells until nothing is left to be done.
  std::string Run(ServiceJob job = ServiceJob::kMain) {
    ServiceAction action{ServiceAction::kRun};
    action.job = job;
    runner_->Carry(action);
    return Settle();
  }
  std::string Settle() {
    told_.clear();
    while (loop_.RunOnce(clock_.MonotonicNs()).ok() && loop_.timers() > 0) {
    }
    return told_;
  }

  void Note(const ServiceEvent& event) {
    const std::string text = event.text.empty() ? "" : " " + event.text;
    if (!told_.empty()) told_ += "; ";
    switch (event.kind) {
      case ServiceEvent::kRan:
        told_ += std::string(event.ok ? "ran" : "not run") + text;
        break;
      case ServiceEvent::kEnded:
        told_ += "ended" + text;
        break;
      case ServiceEvent::kEmpty:
        told_ += "empty";
        break;
      default:
        told_ += "other";
    }
  }

  FakeClock clock_;
  FakeLoop loop_{&clock_};
  FakeTree tree_{&clock_};
  std::unique_ptr<Root> root_ = tree_.NewRoot();
  ServiceLog::Sinks sinks_{root_.get(), &clock_, nullptr};
  ServiceSet set_;
  std::unique_ptr<ServiceRunner> runner_;
  FakeProcesses* processes_ = nullptr;
  FakeProcessTrees* trees_ = nullptr;
  std::string told_;
};

TEST_F(RunnerTest, AStartThatFailsIsToldOfAndLeavesNothing) {
  const struct {
    Error error;
    const char* told;
  } kCases[] = {
      {Error(EAGAIN), "not run /bin/program: Resource temporarily unavailable; empty"},
      {Error(EMFILE), "not run /bin/program: Too many open files; empty"},
      {Error(ENOMEM), "not run /bin/program: Cannot allocate memory; empty"},
      {Error(ENOENT), "not run /bin/program: No such file or directory; empty"},
      {Error(ENOEXEC), "not run /bin/program: Exec format error; empty"},
  };
  for (const auto& c : kCases) {
    const size_t watched = loop_.watched();
    processes_->FailNth(1, c.error);
    EXPECT_EQ(Run(), c.told);
    EXPECT_EQ(trees_->open(), 0u) << c.told;
    EXPECT_EQ(loop_.watched(), watched) << c.told;
    EXPECT_EQ(runner_->MainOf(0), 0) << c.told;
    EXPECT_TRUE(runner_->IsQuiet(0)) << c.told;
  }
  // The next one is as any other.
  EXPECT_EQ(Run(), "ran");
  const ProcessId pid = runner_->MainOf(0);
  ASSERT_NE(pid, 0);
  processes_->Exit(pid, {false, 3});
  EXPECT_EQ(Settle(), "ended exit 3; empty");
  EXPECT_EQ(trees_->open(), 0u);
}

TEST_F(RunnerTest, ATreeThatCannotBeMadeIsToldOf) {
  trees_->FailNextOpen(Error(ENOSPC));
  EXPECT_EQ(Run(), "not run a process tree cannot be made: No space left on device; empty");
  EXPECT_EQ(processes_->spawns(), 0);
  EXPECT_EQ(Run(), "ran");
}

TEST_F(RunnerTest, ACommandThatFailsBesideTheMainProgramLeavesThatAlone) {
  Define({{ServiceKey::kReloadCommand, "/bin/reload"}});
  EXPECT_EQ(Run(), "ran");
  const ProcessId pid = runner_->MainOf(0);
  processes_->FailNth(1, Error(EAGAIN));
  EXPECT_EQ(Run(ServiceJob::kReload), "not run /bin/reload: Resource temporarily unavailable");
  EXPECT_EQ(runner_->MainOf(0), pid);
  EXPECT_EQ(trees_->open(), 1u);
}

}  // namespace
}  // namespace keelson
