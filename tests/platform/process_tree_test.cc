// What ProcessTree does with real processes, in control groups and by marks; then the imagined
// ones.
#include "platform/fake/process_tree.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "platform/clock.h"
#include "platform/descriptor.h"
#include "platform/process.h"
#include "platform/process_tree.h"

namespace keelson {
namespace {

constexpr char kMark[] = "KEELSON_TEST_TREE=7e57";

std::string Label() { return "keelson-test-" + std::to_string(getpid()); }

class ProcessTreeTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(NewLoop(&loop_).ok());
    ASSERT_TRUE(NewProcesses(loop_.get(), &processes_).ok());
    ASSERT_TRUE(processes_->AdoptOrphans({}).ok());
    ASSERT_TRUE(NewProcessTrees(Label(), !GetParam(), &trees_).ok());
    ASSERT_TRUE(trees_->Open("one", kMark, &tree_).ok());
    if (GetParam() && tree_->descriptor() < 0) GTEST_SKIP() << "no control groups for us here";
    ASSERT_EQ(tree_->descriptor() >= 0, GetParam());
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    said_.Reset(ends[0]);
    says_.Reset(ends[1]);
  }
  void TearDown() override {
    if (tree_ == nullptr) return;
    EXPECT_TRUE(tree_->Signal(SIGKILL).ok());
    AwaitSilence();
    while (waitpid(-1, nullptr, 0) > 0) {
    }
    EXPECT_TRUE(tree_->IsEmpty());
  }

  // Its standard output, which all that it makes have too, is said_.
  void Start(std::string script, std::vector<std::string> environment = {kMark}, int input = -1) {
    SpawnRequest request{.program = "/bin/sh",
                         .arguments = {"sh", "-c", std::move(script)},
                         .environment = std::move(environment),
                         .descriptors = {{says_.get(), 1}},
                         .tree = tree_->descriptor()};
    if (is_limited_ && tree_->limit()) request.limits.push_back(*tree_->limit());
    if (input >= 0) request.descriptors.push_back({input, 0});
    request.environment.push_back("PATH=/usr/bin:/bin");
    ASSERT_TRUE(processes_
                    ->Spawn(
                        request, [this](ProcessExit) { ++exits_; }, &pid_)
                    .ok());
  }
  pid_t ReadNumber() {
    std::string text;
    for (char c; read(said_.get(), &c, 1) == 1 && c != '\n';) text.push_back(c);
    return std::stoi(text);
  }
  void AwaitExits(int count) {
    while (exits_ < count) ASSERT_TRUE(loop_->RunOnce(-1).ok());
  }
  // Until nobody of the tree is left that could say anything.
  void AwaitSilence() {
    says_.Reset();
    char buffer[512];
    while (read(said_.get(), buffer, sizeof(buffer)) > 0) {
    }
  }

  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Processes> processes_;
  std::unique_ptr<ProcessTrees> trees_;
  std::unique_ptr<ProcessTree> tree_;
  Descriptor said_, says_;
  ProcessId pid_ = 0;
  int exits_ = 0;
  bool is_limited_ = false;  // the tree's limit is given
};

INSTANTIATE_TEST_SUITE_P(Kinds, ProcessTreeTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "Groups" : "Marks"; });

TEST_P(ProcessTreeTest, HasWhatWasStartedInItAndNothingElse) {
  EXPECT_TRUE(tree_->IsEmpty());
  EXPECT_TRUE(tree_->Members(10).empty());
  Start("echo $$; exec sleep 1000");
  EXPECT_EQ(ReadNumber(), pid_);
  EXPECT_TRUE(tree_->Contains(pid_));
  EXPECT_FALSE(tree_->IsEmpty());
  EXPECT_EQ(tree_->Members(10), std::vector<ProcessId>({pid_}));
  EXPECT_TRUE(tree_->Members(0).empty());
  for (ProcessId other : {getpid(), 1, 0, -1, 0x7fffffff}) EXPECT_FALSE(tree_->Contains(other));
  std::unique_ptr<ProcessTree> empty;
  ASSERT_TRUE(trees_->Open("two", "KEELSON_TEST_TREE=7e5", &empty).ok());
  EXPECT_FALSE(empty->Contains(pid_));
  EXPECT_TRUE(empty->IsEmpty());
  ASSERT_TRUE(tree_->Signal(SIGTERM).ok());
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT), 0);
  EXPECT_FALSE(tree_->Contains(pid_));  // ended, not reaped
  EXPECT_TRUE(tree_->IsEmpty());
  AwaitExits(1);
  EXPECT_FALSE(tree_->Contains(pid_));
}

TEST_P(ProcessTreeTest, KeepsThoseThatLeftTheirParentsAndSessions) {
  Start(
      "setsid sh -c '(setsid sh -c \"echo \\$\\$; exec sleep 1000\" &)' & "
      "wait");
  pid_t far = ReadNumber();
  AwaitExits(1);
  EXPECT_TRUE(tree_->Contains(far));
  EXPECT_FALSE(tree_->Contains(pid_));
  EXPECT_EQ(tree_->Members(10), std::vector<ProcessId>({far}));
  ASSERT_TRUE(tree_->Signal(SIGKILL).ok());
  AwaitSilence();
}

TEST_P(ProcessTreeTest, AStormOfForksIsEndedAltogether) {
  Start(
      "n=0; while [ $n -lt 12 ]; do n=$((n+1)); (while :; do (:) & (:); done) & done; echo $n; "
      "wait");
  EXPECT_EQ(ReadNumber(), 12);
  Error error(EAGAIN);
  for (int i = 0; i < 20 && error == Error(EAGAIN); ++i) error = tree_->Signal(SIGKILL);
  EXPECT_TRUE(error.ok());
  AwaitSilence();
  AwaitExits(1);
}

TEST_P(ProcessTreeTest, ANumberThatIsUsedAgainIsSomebodyElse) {
  Start("exec sleep 1000");
  int64_t begin = SystemClock()->MonotonicNs();
  EXPECT_TRUE(tree_->Contains(pid_));
  EXPECT_FALSE(tree_->IsEmpty());
  // Starts are told apart by ticks of 10 ms.
  while (SystemClock()->MonotonicNs() < begin + 30 * kMillisecond) {
  }
  ASSERT_TRUE(tree_->Signal(SIGKILL).ok());
  AwaitExits(1);
  for (int i = 0; i < 50; ++i) {
    std::ofstream("/proc/sys/kernel/ns_last_pid") << pid_ - 1;
    pid_t stranger = fork();
    if (stranger == 0) {
      for (;;) pause();
    }
    const bool same = stranger == pid_;
    if (same) {
      EXPECT_FALSE(tree_->Contains(stranger));
      EXPECT_TRUE(tree_->IsEmpty());
      EXPECT_TRUE(tree_->Signal(SIGKILL).ok());
      EXPECT_EQ(kill(stranger, 0), 0);
    }
    kill(stranger, SIGKILL);
    int status = 0;
    waitpid(stranger, &status, 0);
    if (same) return;
  }
  GTEST_SKIP() << "its number was not to be had again";
}

TEST_P(ProcessTreeTest, OneThatIsThereIsTakenOver) {
  Start("exec sleep 1000");
  EXPECT_TRUE(tree_->Contains(pid_));
  tree_.reset();
  ASSERT_TRUE(trees_->Open("one", kMark, &tree_).ok());
  EXPECT_TRUE(tree_->Contains(pid_));
}

TEST_P(ProcessTreeTest, OneThatIsEmptyServesAgain) {
  constexpr char kNextMark[] = "KEELSON_TEST_TREE=7e58";
  for (bool is_divided : {false, false, true}) {
    if (is_divided && GetParam()) {
      ASSERT_EQ(mkdirat(tree_->descriptor(), "inner", 0755), 0);
    }
    ASSERT_TRUE(trees_->Open("one", kNextMark, &tree_).ok());
    EXPECT_EQ(faccessat(tree_->descriptor(), "inner", F_OK, 0), -1);
    Start("echo $$; exec sleep 1000", {kNextMark});
    EXPECT_EQ(ReadNumber(), pid_);  // it lives, though others in it were killed before
    EXPECT_EQ(tree_->Members(10), std::vector<ProcessId>({pid_}));
    EXPECT_TRUE(tree_->Signal(SIGKILL).ok());
    AwaitExits(1);
    exits_ = 0;
    EXPECT_TRUE(tree_->IsEmpty());
  }
}

TEST_P(ProcessTreeTest, OddNames) {
  for (std::string name : {"a.b", "..", "cgroup.procs", "a/b%41", "\xc3\xa9 \n", "getty@tty1"}) {
    std::unique_ptr<ProcessTree> odd;
    ASSERT_TRUE(trees_->Open(name, "ODD=1", &odd).ok()) << name;
    std::swap(odd, tree_);
    Start("exec sleep 1000", {"ODD=1"});
    std::string found = "?";
    EXPECT_EQ(trees_->NameOf(pid_, &found), GetParam());
    EXPECT_EQ(found, GetParam() ? name : "?");
    EXPECT_TRUE(tree_->Contains(pid_));
    EXPECT_TRUE(tree_->Signal(SIGKILL).ok());
    AwaitExits(1);
    exits_ = 0;
    std::swap(odd, tree_);
  }
  std::string found;
  EXPECT_FALSE(trees_->NameOf(getpid(), &found));
  std::unique_ptr<ProcessTree> tree;
  EXPECT_EQ(trees_->Open("", kMark, &tree), Error(EINVAL));
  EXPECT_EQ(trees_->Open("x", "no mark", &tree), Error(EINVAL));
}

class GroupsOnly : public ProcessTreeTest {};
INSTANTIATE_TEST_SUITE_P(Kinds, GroupsOnly, testing::Values(true),
                         [](const auto&) { return "Groups"; });

TEST_P(GroupsOnly, ThoseWhoseParentsEndAtOnceAreEndedToo) {
  Start("x() { x & }; echo 1; x");  // the living one is another all the time
  EXPECT_EQ(ReadNumber(), 1);
  AwaitExits(1);
  EXPECT_FALSE(tree_->IsEmpty());
  ASSERT_TRUE(tree_->Signal(SIGKILL).ok());
  AwaitSilence();
}

TEST_P(GroupsOnly, TheFolderGoesWhenNothingIsInIt) {
  std::unique_ptr<ProcessTree> tree;
  ASSERT_TRUE(trees_->Open("three", kMark, &tree).ok());
  Descriptor folder(fcntl(tree->descriptor(), F_DUPFD_CLOEXEC, 3));
  ASSERT_EQ(mkdirat(folder.get(), "inner", 0755), 0);  // as a program in it may
  EXPECT_EQ(faccessat(folder.get(), "cgroup.procs", F_OK, 0), 0);
  tree.reset();
  EXPECT_NE(faccessat(folder.get(), "cgroup.procs", F_OK, 0), 0);
}

TEST_P(GroupsOnly, GroupsWithinBelongToIt) {
  ASSERT_EQ(mkdirat(tree_->descriptor(), "inner", 0755), 0);
  Descriptor inner(openat(tree_->descriptor(), "inner/cgroup.procs", O_WRONLY | O_CLOEXEC));
  Start("echo $$; exec sleep 1000");
  std::string number = std::to_string(ReadNumber());
  ASSERT_EQ(write(inner.get(), number.data(), number.size()), static_cast<ssize_t>(number.size()));
  EXPECT_TRUE(tree_->Contains(pid_));
  EXPECT_FALSE(tree_->IsEmpty());
  EXPECT_EQ(tree_->Members(10), std::vector<ProcessId>({pid_}));
  std::string name;
  EXPECT_TRUE(trees_->NameOf(pid_, &name));
  EXPECT_EQ(name, "one");
}

void WriteTo(int folder, const char* path, char value) {
  Descriptor file(openat(folder, path, O_WRONLY | O_CLOEXEC));
  ASSERT_EQ(write(file.get(), &value, 1), 1) << path;
}

TEST_P(GroupsOnly, AStartInOneThatIsFrozenThawsIt) {
  int count = 0;
  for (const char* path : {"cgroup.freeze", "../cgroup.freeze"}) {
    WriteTo(tree_->descriptor(), path, '1');
    Start("echo $$; exec sleep 1000");
    EXPECT_EQ(ReadNumber(), pid_) << path;
    WriteTo(tree_->descriptor(), path, '1');
    tree_->Thaw();
    ASSERT_TRUE(tree_->Signal(SIGTERM).ok());
    AwaitExits(++count);
  }
}

TEST_P(GroupsOnly, AStartInOneThatCannotBeThawedFails) {
  // The one above those that are thawed.
  ASSERT_EQ(mkdirat(tree_->descriptor(), "inner", 0755), 0);
  ASSERT_EQ(mkdirat(tree_->descriptor(), "inner/deep", 0755), 0);
  Descriptor deep(openat(tree_->descriptor(), "inner/deep", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  WriteTo(tree_->descriptor(), "cgroup.freeze", '1');
  SpawnRequest request{.program = "/bin/true", .arguments = {"true"}, .tree = deep.get()};
  Processes::Spawning spawning{request, {}, 0, kOk};
  processes_->SpawnAll({&spawning, 1}, [] {});
  EXPECT_EQ(spawning.error, Error(ETIMEDOUT));
  EXPECT_NE(spawning.failed, "");
  EXPECT_TRUE(tree_->IsEmpty());
  WriteTo(tree_->descriptor(), "cgroup.freeze", '0');
}

TEST_P(GroupsOnly, ALabelIsOneProcessesAtATime) {
  std::unique_ptr<ProcessTrees> second;
  std::unique_ptr<ProcessTree> tree;
  ASSERT_TRUE(NewProcessTrees(Label(), false, &second).ok());
  ASSERT_TRUE(second->Open("one", kMark, &tree).ok());
  EXPECT_EQ(tree->descriptor(), -1);
  EXPECT_EQ(NewProcessTrees("a/b", false, &second), Error(EINVAL));
  EXPECT_EQ(NewProcessTrees("", false, &second), Error(EINVAL));
}

TEST_P(GroupsOnly, WhatAKilledProcessLeftIsRemovedWhereNothingRunsInIt) {
  // Two trees of processes that are gone: one is empty, in the other something runs on.
  const std::string label = Label();
  const pid_t gone = fork();
  if (gone == 0) {
    std::unique_ptr<ProcessTrees> empty, used;
    std::unique_ptr<ProcessTree> tree, other;
    bool ok = NewProcessTrees(label + "-empty", false, &empty).ok() &&
              empty->Open("one", kMark, &tree).ok() &&
              NewProcessTrees(label + "-used", false, &used).ok() &&
              used->Open("one", kMark, &other).ok();
    const pid_t child = fork();
    if (child == 0) {
      const int procs = openat(other->descriptor(), "cgroup.procs", O_WRONLY);
      ok = ok && write(procs, "0", 1) == 1 && dup2(says_.get(), 1) == 1;
      close_range(3, UINT_MAX, 0);  // the locks
      const std::string number = std::to_string(ok ? getpid() : 0) + "\n";
      (void)!write(1, number.data(), number.size());
      for (;;) pause();
    }
    for (;;) pause();
  }
  const pid_t runs_on = ReadNumber();
  EXPECT_GT(runs_on, 0);
  kill(gone, SIGKILL);
  EXPECT_EQ(waitpid(gone, nullptr, 0), gone);
  const auto is_there = [this](const std::string& path) {
    return faccessat(tree_->descriptor(), ("../../" + path).c_str(), F_OK, 0) == 0;
  };
  EXPECT_TRUE(is_there(label + "-empty/one"));
  const std::vector<LeftTree> left = RemoveOldTrees(label);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].name, "one");
  EXPECT_EQ(left[0].members, std::vector<ProcessId>({runs_on}));
  EXPECT_FALSE(is_there(label + "-empty"));
  EXPECT_TRUE(is_there(label + "-used/one"));
  EXPECT_TRUE(is_there(label + "/one"));  // ours
  kill(runs_on, SIGKILL);
  EXPECT_EQ(waitpid(runs_on, nullptr, 0), runs_on);  // it was adopted
  EXPECT_TRUE(RemoveOldTrees(label).empty());
  EXPECT_FALSE(is_there(label + "-used"));
  EXPECT_TRUE(is_there(label + "/one"));
}

TEST_P(GroupsOnly, APlainUserGetsMarks) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  pid_t user = fork();
  if (user == 0) {
    std::unique_ptr<ProcessTrees> trees;
    std::unique_ptr<ProcessTree> tree;
    if (setgid(65534) != 0 || setuid(65534) != 0) _exit(1);
    if (!NewProcessTrees("keelson-test-user", false, &trees).ok()) _exit(2);
    if (!trees->Open("one", kMark, &tree).ok()) _exit(3);
    _exit(tree->descriptor() == -1 ? 0 : 4);
  }
  int status;
  ASSERT_EQ(waitpid(user, &status, 0), user);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

class MarksOnly : public ProcessTreeTest {};
INSTANTIATE_TEST_SUITE_P(Kinds, MarksOnly, testing::Values(false),
                         [](const auto&) { return "Marks"; });

TEST_P(MarksOnly, TheMarkIsComparedExactly) {
  struct Case {
    const char* variable;
    bool contained;
  };
  const Case cases[] = {{kMark, true},
                        {"KEELSON_TEST_TREE=7e577", false},
                        {"KEELSON_TEST_TREE=7e5", false},
                        {"XKEELSON_TEST_TREE=7e57", false},
                        {"X=KEELSON_TEST_TREE=7e57", false}};
  for (const Case& c : cases) {
    Start("echo $$; exec sleep 1000", {"A=1", c.variable});
    ReadNumber();
    EXPECT_EQ(tree_->Contains(pid_), c.contained) << c.variable;
    EXPECT_TRUE(processes_->Signal(pid_, SIGKILL, false).ok());
    AwaitExits(1);
    exits_ = 0;
  }
}

TEST_P(MarksOnly, AMarkThatIsGoneIsRemembered) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  Descriptor reader(ends[0]), writer(ends[1]);
  Start("echo $$; read x; exec env -i sh -c 'echo 1; exec sleep 1000'", {kMark}, reader.get());
  EXPECT_EQ(ReadNumber(), pid_);
  EXPECT_TRUE(tree_->Contains(pid_));
  writer.Reset();
  EXPECT_EQ(ReadNumber(), 1);
  EXPECT_TRUE(tree_->Contains(pid_));
}

// As nginx and sshd are, which write their names where their environment was.
TEST_P(MarksOnly, ADaemonWithoutItsEnvironmentIsFoundByItsLimit) {
  is_limited_ = true;
  for (int i = 1; i <= 30; ++i) {
    Start("(exec env -i setsid sh -c 'echo $$; exec sleep 1000' & ) & exit 0", {});
    const pid_t daemon = ReadNumber();
    AwaitExits(i);
    ASSERT_FALSE(tree_->IsEmpty()) << i;
    EXPECT_TRUE(tree_->Contains(daemon));
    std::unique_ptr<ProcessTree> other;
    ASSERT_TRUE(trees_->Open("two", "KEELSON_TEST_TREE=7e5", &other).ok());
    EXPECT_FALSE(other->Contains(daemon));
    ASSERT_TRUE(tree_->Signal(SIGKILL).ok());
    ASSERT_TRUE(tree_->IsEmpty());
  }
}

// A limit cannot be raised, so the number of one whose hard limit is low is lower still.
TEST_P(MarksOnly, ATreeWithinATreeHasALimitOfItsOwn) {
  const pid_t inner = fork();
  if (inner == 0) {
    const rlimit limit = {1000, 1000};
    std::unique_ptr<ProcessTree> tree;
    if (setrlimit(RLIMIT_LOCKS, &limit) != 0 || !trees_->Open("one", kMark, &tree).ok()) _exit(1);
    const auto mark = tree->limit();
    _exit(mark && mark->hard > 0 && mark->hard < 1000 && mark->soft == mark->hard ? 0 : 2);
  }
  int status;
  ASSERT_EQ(waitpid(inner, &status, 0), inner);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_P(MarksOnly, OneThatIsMadeWhileItsParentsEndIsFound) {
  for (int i = 1; i <= 30; ++i) {
    Start("(/bin/sleep 1000 & ) & exit 0");
    AwaitExits(i);
    ASSERT_FALSE(tree_->IsEmpty()) << i;
    ASSERT_TRUE(tree_->Signal(SIGKILL).ok());
    ASSERT_TRUE(tree_->IsEmpty());
  }
}

TEST_P(MarksOnly, ChildrenOfAMemberAreMembers) {
  Start("env -i sh -c 'echo $$; exec sleep 1000'; :");
  pid_t inner = ReadNumber();
  EXPECT_NE(inner, pid_);
  EXPECT_TRUE(tree_->Contains(inner));
  std::vector<ProcessId> members = tree_->Members(10);
  std::sort(members.begin(), members.end());
  std::vector<ProcessId> both = {std::min(pid_, inner), std::max(pid_, inner)};
  EXPECT_EQ(members, both);
  // Its marked parent ends; that it was one of us is known.
  ASSERT_TRUE(processes_->Signal(pid_, SIGKILL, false).ok());
  AwaitExits(1);
  EXPECT_TRUE(tree_->Contains(inner));
  EXPECT_FALSE(tree_->IsEmpty());
}

TEST_P(MarksOnly, WhoDoesNotDescendFromUsIsNoMember) {
  Start("exec sleep 1000");
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  Descriptor reader(ends[0]), writer(ends[1]);
  // Another process, whose child this one is not.
  pid_t other = fork();
  if (other == 0) {
    std::unique_ptr<ProcessTree> tree;
    bool contains = !trees_->Open("one", kMark, &tree).ok() || tree->Contains(pid_);
    (void)!write(writer.get(), contains ? "y" : "n", 1);
    _exit(0);
  }
  char answer = '?';
  ASSERT_EQ(read(reader.get(), &answer, 1), 1);
  EXPECT_EQ(answer, 'n');
  waitpid(other, nullptr, 0);
}

TEST(FakeProcessTrees, MembersAreTheTests) {
  FakeProcessTrees trees(true);
  std::unique_ptr<ProcessTree> tree;
  trees.FailNextOpen(Error(ENOSPC));
  EXPECT_EQ(trees.Open("one", kMark, &tree), Error(ENOSPC));
  ASSERT_TRUE(trees.Open("one", kMark, &tree).ok());
  trees.Add("one", 5);
  trees.Add("one", 6);
  trees.Add("two", 7);
  EXPECT_TRUE(tree->Contains(5));
  EXPECT_FALSE(tree->Contains(7));
  EXPECT_EQ(tree->Members(1).size(), 1u);
  std::string name;
  ASSERT_TRUE(trees.NameOf(7, &name));
  EXPECT_EQ(name, "two");
  EXPECT_FALSE(FakeProcessTrees(false).NameOf(7, &name));
  trees.OnSignal([&](const FakeProcessTrees::Sent& sent) {
    if (sent.signal == SIGKILL) trees.Remove(5), trees.Remove(6);
  });
  EXPECT_TRUE(tree->Signal(SIGTERM).ok());
  EXPECT_FALSE(tree->IsEmpty());
  EXPECT_TRUE(tree->Signal(SIGKILL).ok());
  EXPECT_TRUE(tree->IsEmpty());
  EXPECT_EQ(trees.sent().size(), 2u);
  EXPECT_EQ(trees.open(), 1u);
  tree.reset();
  EXPECT_EQ(trees.open(), 0u);
}

}  // namespace
}  // namespace keelson
