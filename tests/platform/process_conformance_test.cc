// What Processes does with real children and with imagined ones; then what only real ones show.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "platform/clock.h"
#include "platform/descriptor.h"
#include "platform/fake/clock.h"
#include "platform/fake/loop.h"
#include "platform/fake/process.h"
#include "platform/process.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

SpawnRequest Shell(std::string script) {
  SpawnRequest request;
  request.program = "/bin/sh";
  request.arguments = {"sh", "-c", std::move(script)};
  return request;
}

class ProcessBed {
 public:
  virtual ~ProcessBed() = default;
  virtual Loop* loop() = 0;
  virtual Processes* processes() = 0;
  virtual SpawnRequest EndsWith(int status) = 0;
  virtual SpawnRequest RunsForever() = 0;
};

class SystemBed : public ProcessBed {
 public:
  SystemBed() {
    EXPECT_TRUE(NewLoop(&loop_).ok());
    EXPECT_TRUE(NewProcesses(loop_.get(), &processes_).ok());
  }
  Loop* loop() override { return loop_.get(); }
  Processes* processes() override { return processes_.get(); }
  SpawnRequest EndsWith(int status) override { return Shell("exit " + std::to_string(status)); }
  SpawnRequest RunsForever() override { return Shell("while :; do read line; done < /dev/zero"); }

 private:
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Processes> processes_;
};

class FakeBed : public ProcessBed {
 public:
  Loop* loop() override { return &loop_; }
  Processes* processes() override { return &processes_; }
  SpawnRequest EndsWith(int status) override {
    SpawnRequest request{.program = "/bin/exit-" + std::to_string(status), .arguments = {"exit"}};
    processes_.Install(request.program, ProcessExit{false, status});
    return request;
  }
  SpawnRequest RunsForever() override {
    processes_.Install("/bin/forever", std::nullopt);
    return {.program = "/bin/forever", .arguments = {"forever"}};
  }

 private:
  FakeClock clock_;
  FakeLoop loop_{&clock_};
  FakeProcesses processes_{&loop_};
};

struct Kind {
  const char* name;
  std::unique_ptr<ProcessBed> (*make)();
};

class ProcessConformance : public testing::TestWithParam<Kind> {
 protected:
  Error Spawn(const SpawnRequest& request) {
    return bed_->processes()->Spawn(
        request,
        [this](ProcessExit exit) {
          exits_.push_back((exit.signaled ? "signal " : "exit ") + std::to_string(exit.value));
        },
        &pid_);
  }
  void RunUntilExits(size_t count) {
    while (exits_.size() < count) ASSERT_TRUE(bed_->loop()->RunOnce(-1).ok());
  }
  using Exits = std::vector<std::string>;

  std::unique_ptr<ProcessBed> bed_ = GetParam().make();
  ProcessId pid_ = 0;
  Exits exits_;
};

INSTANTIATE_TEST_SUITE_P(
    Both, ProcessConformance,
    testing::Values(Kind{"System", [] { return std::unique_ptr<ProcessBed>(new SystemBed); }},
                    Kind{"Fake", [] { return std::unique_ptr<ProcessBed>(new FakeBed); }}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_P(ProcessConformance, TellsTheExitStatus) {
  for (int status : {0, 1, 255}) {
    ASSERT_TRUE(Spawn(bed_->EndsWith(status)).ok());
    EXPECT_GT(pid_, 0);
    EXPECT_TRUE(exits_.empty());  // never inside Spawn
    RunUntilExits(1);
    EXPECT_EQ(exits_, Exits({"exit " + std::to_string(status)}));
    exits_.clear();
  }
}

TEST_P(ProcessConformance, FailingExecIsSpawnsError) {
  SpawnRequest request = bed_->EndsWith(0);
  request.program = "/nonexistent/program";
  pid_ = 7;
  EXPECT_EQ(Spawn(request), Error(ENOENT));
  EXPECT_EQ(pid_, 7);
  request.program = "";
  EXPECT_EQ(Spawn(request), Error(EINVAL));
  request = bed_->EndsWith(0);
  request.arguments.clear();
  EXPECT_EQ(Spawn(request), Error(EINVAL));
  ASSERT_TRUE(Spawn(bed_->EndsWith(4)).ok());
  RunUntilExits(1);
  EXPECT_EQ(exits_, Exits({"exit 4"}));  // and of the others nothing is heard
}

TEST_P(ProcessConformance, SignalsReachLivingChildrenOnly) {
  EXPECT_EQ(bed_->processes()->Signal(1, 0, false), Error(ESRCH));
  EXPECT_EQ(bed_->processes()->Signal(getpid(), 0, false), Error(ESRCH));
  for (bool whole_group : {false, true}) {
    exits_.clear();
    ASSERT_TRUE(Spawn(bed_->RunsForever()).ok());
    EXPECT_TRUE(bed_->processes()->Signal(pid_, 0, whole_group).ok());
    EXPECT_EQ(bed_->processes()->Signal(pid_, 1000, whole_group), Error(EINVAL));
    EXPECT_TRUE(bed_->processes()->Signal(pid_, SIGTERM, whole_group).ok());
    RunUntilExits(1);
    EXPECT_EQ(exits_, Exits({"signal " + std::to_string(SIGTERM)}));
    EXPECT_EQ(bed_->processes()->Signal(pid_, SIGTERM, whole_group), Error(ESRCH));
  }
}

TEST_P(ProcessConformance, ManyAtOnceLoseNothing) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(Spawn(bed_->EndsWith(3)).ok());
  RunUntilExits(50);
  EXPECT_EQ(exits_, Exits(50, "exit 3"));
}

// More of them than are begun at once, one of them in vain.
TEST_P(ProcessConformance, ManyAreBegunTogether) {
  constexpr int kMany = 21, kInVain = 4;
  std::vector<Processes::Spawning> all(kMany);
  std::vector<int> statuses(kMany, -1);
  int ended = 0, meanwhile = 0;
  for (int i = 0; i < kMany; ++i) {
    all[i].request = bed_->EndsWith(i);
    if (i == kInVain) all[i].request.program = "/nonexistent";
    all[i].on_exit = [&, i](ProcessExit exit) {
      statuses[i] = exit.value;
      EXPECT_EQ(exit.pid, all[i].pid);
      ++ended;
    };
  }
  bed_->processes()->SpawnAll(all, [&] { ++meanwhile; });
  EXPECT_EQ(meanwhile, 1);
  std::set<ProcessId> numbers;
  for (int i = 0; i < kMany; ++i) {
    EXPECT_EQ(all[i].error.code(), i == kInVain ? ENOENT : 0) << i;
    EXPECT_EQ(all[i].failed, i == kInVain ? "/nonexistent" : "") << i;
    if (all[i].error.ok()) numbers.insert(all[i].pid);
  }
  EXPECT_EQ(numbers.size(), kMany - 1u);
  while (ended < kMany - 1) ASSERT_TRUE(bed_->loop()->RunOnce(-1).ok());
  for (int i = 0; i < kMany; ++i) EXPECT_EQ(statuses[i], i == kInVain ? -1 : i);
}

TEST_P(ProcessConformance, OnExitMaySpawnAgain) {
  ProcessId first = 0, second = 0;
  SpawnRequest request = bed_->EndsWith(0);
  bool done = false;
  ASSERT_TRUE(bed_->processes()
                  ->Spawn(
                      request,
                      [&](ProcessExit) {
                        EXPECT_EQ(bed_->processes()->Signal(first, 0, false), Error(ESRCH));
                        EXPECT_TRUE(bed_->processes()
                                        ->Spawn(
                                            request, [&](ProcessExit) { done = true; }, &second)
                                        .ok());
                      },
                      &first)
                  .ok());
  while (!done) ASSERT_TRUE(bed_->loop()->RunOnce(-1).ok());
}

// Real children only.
class ChildTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(NewLoop(&loop_).ok());
    ASSERT_TRUE(NewProcesses(loop_.get(), &processes_).ok());
  }
  // Runs it with its standard output in a pipe, to its end, and returns what it wrote.
  std::string OutputOf(SpawnRequest request) {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    Descriptor reader(ends[0]);
    Descriptor writer(ends[1]);
    request.descriptors.push_back({writer.get(), 1});
    bool ended = false;
    Error error = processes_->Spawn(
        request, [&](ProcessExit) { ended = true; }, &pid_);
    if (!error.ok()) return "(" + error.Text() + ")";
    writer.Reset();
    std::string output;
    char buffer[4096];
    for (ssize_t n; (n = read(reader.get(), buffer, sizeof(buffer))) > 0;) output.append(buffer, n);
    while (!ended) {
      if (!loop_->RunOnce(-1).ok()) return "(loop failed)";
    }
    return output;
  }

  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Processes> processes_;
  ProcessId pid_ = 0;
};

TEST_F(ChildTest, GetsExactlyTheGivenEnvironmentAndArguments) {
  SpawnRequest request;
  request.program = "/usr/bin/env";
  request.arguments = {"env"};
  request.environment = {"A=1", "B=two words"};
  EXPECT_EQ(OutputOf(request), "A=1\nB=two words\n");
  request = Shell("printf '%s|' \"$0\" \"$@\"");
  request.arguments.insert(request.arguments.end(), {"zero", "", "a b", "$HOME"});
  EXPECT_EQ(OutputOf(request), "zero||a b|$HOME|");
}

TEST_F(ChildTest, HasOnlyTheListedDescriptors) {
  Descriptor stray(open("/", O_RDONLY));  // without O_CLOEXEC, as somebody's library may
  Descriptor high(fcntl(stray.get(), F_DUPFD, 900));
  ASSERT_TRUE(high.valid());
  SpawnRequest request = Shell("cd /proc/self/fd && for f in *; do readlink $f; done 2>/dev/null");
  request.descriptors = {{stray.get(), 7}};
  // The shell's own expansion has a directory open while it lists; readlink of its number fails
  // later.
  EXPECT_EQ(OutputOf(Shell("readlink /proc/$$/fd/0 /proc/$$/fd/2")), "/dev/null\n/dev/null\n");
  std::string script = "for n in 0 1 2 3 4 5 6 7 8 9 " + std::to_string(stray.get()) + " " +
                       std::to_string(high.get()) +
                       "; do [ -e /proc/$$/fd/$n ] && printf '%s ' $n; done";
  request.arguments[2] = script;
  EXPECT_EQ(OutputOf(request), stray.get() == 7 ? "0 1 2 7 7 " : "0 1 2 7 ");
}

TEST_F(ChildTest, DescriptorsMayChangePlaces) {
  TemporaryFolder folder;
  auto make = [&](const char* name) {
    return Descriptor(
        open((folder.path() + "/" + name).c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  };
  Descriptor a = make("a");
  Descriptor b = make("b");
  SpawnRequest request = Shell("readlink /proc/$$/fd/" + std::to_string(a.get()) + " /proc/$$/fd/" +
                               std::to_string(b.get()) + " /proc/$$/fd/2");
  request.descriptors = {{a.get(), b.get()}, {b.get(), a.get()}, {a.get(), 2}};
  std::string path = folder.path();
  EXPECT_EQ(OutputOf(request), path + "/b\n" + path + "/a\n" + path + "/a\n");
}

TEST_F(ChildTest, BadDescriptorsAreErrors) {
  SpawnRequest request = Shell("exit 0");
  request.descriptors = {{12345, 3}};
  EXPECT_EQ(OutputOf(request), "(Bad file descriptor)");
  request.descriptors = {{-1, 3}};
  EXPECT_EQ(OutputOf(request), "(Bad file descriptor)");
  request.descriptors = {{0, 3}, {1, 3}};
  EXPECT_EQ(OutputOf(request), "(Invalid argument)");
}

TEST_F(ChildTest, SignalsAreReset) {
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigaddset(&blocked, SIGHUP);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  auto old_pipe = signal(SIGPIPE, SIG_IGN);
  auto old_usr1 = signal(SIGUSR1, [](int) {});
  SpawnRequest request;
  request.program = "/bin/grep";
  request.arguments = {"grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"};
  std::string output = OutputOf(request);
  sigset_t after;
  sigprocmask(SIG_SETMASK, &before, &after);
  signal(SIGPIPE, old_pipe);
  signal(SIGUSR1, old_usr1);
  EXPECT_EQ(output, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  EXPECT_EQ(sigismember(&after, SIGTERM), 1);  // ours is as it was
}

TEST_F(ChildTest, LeadsAGroupOrASession) {
  const char* script = "cut -d' ' -f5,6 /proc/$$/stat; echo $$";
  std::string own = std::to_string(getsid(0));
  std::string output = OutputOf(Shell(script));
  std::string pid = std::to_string(pid_);
  EXPECT_EQ(output, pid + " " + own + "\n" + pid + "\n");
  SpawnRequest request = Shell(script);
  request.new_session = true;
  output = OutputOf(request);
  pid = std::to_string(pid_);
  EXPECT_EQ(output, pid + " " + pid + "\n" + pid + "\n");
}

TEST_F(ChildTest, GroupSignalReachesGrandchildren) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  SpawnRequest request = Shell("sh -c 'echo up; while read x; do :; done </dev/zero' & wait");
  request.descriptors = {{writer.get(), 1}};
  bool ended = false;
  ASSERT_TRUE(processes_
                  ->Spawn(
                      request, [&](ProcessExit) { ended = true; }, &pid_)
                  .ok());
  writer.Reset();
  char buffer[10];
  ASSERT_EQ(read(reader.get(), buffer, sizeof(buffer)), 3);
  ASSERT_TRUE(processes_->Signal(pid_, SIGKILL, true).ok());
  EXPECT_EQ(read(reader.get(), buffer, sizeof(buffer)), 0);  // nobody holds the pipe any more
  while (!ended) ASSERT_TRUE(loop_->RunOnce(-1).ok());
}

TEST_F(ChildTest, RunsInTheDirectoryAsTheUser) {
  SpawnRequest request = Shell("pwd");
  request.directory = "/proc";
  EXPECT_EQ(OutputOf(request), "/proc\n");
  request.directory = "/nonexistent";
  EXPECT_EQ(OutputOf(request), "(No such file or directory)");
  if (geteuid() != 0) GTEST_SKIP() << "the rest needs root";
  request = Shell("grep -E '^(Uid|Gid|Groups)' /proc/$$/status");
  request.credentials = Credentials{65534, 65533, {100, 101}};
  EXPECT_EQ(OutputOf(request),
            "Uid:\t65534\t65534\t65534\t65534\n"
            "Gid:\t65533\t65533\t65533\t65533\nGroups:\t100 101 \n");
  EXPECT_EQ(geteuid(), 0u);
  TemporaryFolder closed;  // mode 0700, root's
  request.directory = closed.path();
  EXPECT_EQ(OutputOf(request), "(Permission denied)");
}

TEST_F(ChildTest, ExecErrorsAreTold) {
  TemporaryFolder folder;
  std::string path = folder.path() + "/script";
  Descriptor file(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  ASSERT_EQ(write(file.get(), "no magic", 8), 8);
  SpawnRequest request{.program = path, .arguments = {"x"}};
  EXPECT_EQ(OutputOf(request), "(Permission denied)");
  ASSERT_EQ(fchmod(file.get(), 0700), 0);
  EXPECT_EQ(OutputOf(request), "(Text file busy)");
  file.Reset();
  EXPECT_EQ(OutputOf(request), "(Exec format error)");
}

TEST_F(ChildTest, NoZombieIsLeft) {
  OutputOf(Shell("exit 0"));
  SpawnRequest request{.program = "/nonexistent", .arguments = {"x"}};
  OutputOf(request);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(ChildTest, StartsWithLowDescriptorsClosed) {
  // A process that was started without 0, 1 and 2: the pipe of Spawn gets their numbers.
  pid_t tester = fork();
  if (tester == 0) {
    for (int fd = 0; fd <= 2; ++fd) close(fd);
    SpawnRequest request = Shell("[ -e /proc/$$/fd/2 ] && exit 5");
    int value = 0;
    if (!processes_
             ->Spawn(
                 request, [&](ProcessExit exit) { value = exit.value; }, &pid_)
             .ok()) {
      _exit(1);
    }
    while (value == 0) {
      if (!loop_->RunOnce(-1).ok()) _exit(2);
    }
    _exit(value);
  }
  int status;
  ASSERT_EQ(waitpid(tester, &status, 0), tester);
  EXPECT_EQ(WEXITSTATUS(status), 5);
}

TEST_F(ChildTest, LimitsAreSet) {
  SpawnRequest request = Shell("ulimit -Sn; ulimit -Hn; ulimit -c");
  request.limits = {{"nofile", 60, 70}, {"core", 0, 0}};
  EXPECT_EQ(OutputOf(request), "60\n70\n0\n");
  request.limits = {{"nofiles", 60, 70}};
  EXPECT_EQ(OutputOf(request), "(Invalid argument)");
  request.limits = {{"nofile", 70, 60}};
  EXPECT_EQ(OutputOf(request), "(Invalid argument)");
}

TEST_F(ChildTest, PrioritiesAndMaskAreSet) {
  SpawnRequest request = Shell("cut -d' ' -f19 /proc/$$/stat; cat /proc/$$/oom_score_adj; umask");
  request.nice = 7;
  request.oom_score = 500;
  request.umask = 0027;
  EXPECT_EQ(OutputOf(request), "7\n500\n0027\n");
}

TEST_F(ChildTest, NiceIsItsAutogroupsInASession) {
  if (access("/proc/self/autogroup", F_OK) != 0) GTEST_SKIP() << "no autogroups here";
  SpawnRequest request = Shell("sed 's/.* //' /proc/$$/autogroup");
  request.nice = 3;
  request.new_session = true;
  EXPECT_EQ(OutputOf(request), "3\n");
}

TEST_F(ChildTest, PidVariableHasItsNumber) {
  SpawnRequest request = Shell("echo $WATCHDOG_PID $OTHER; [ $WATCHDOG_PID = $$ ] && echo same");
  request.pid_variable = "WATCHDOG_PID";
  request.environment = {"OTHER=x"};
  std::string output = OutputOf(request);
  EXPECT_EQ(output, std::to_string(pid_) + " x\nsame\n");
}

TEST_F(ChildTest, HasItsTerminal) {
  Descriptor master(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(master.valid());
  ASSERT_EQ(grantpt(master.get()), 0);
  ASSERT_EQ(unlockpt(master.get()), 0);
  std::string path = ptsname(master.get());
  SpawnRequest request = Shell("readlink /proc/$$/fd/0 /proc/$$/fd/2; echo tty >/dev/tty");
  request.terminal = path;
  EXPECT_EQ(OutputOf(request), path + "\n" + path + "\n");
  char buffer[100];
  ssize_t n = read(master.get(), buffer, sizeof(buffer));
  EXPECT_EQ(std::string(buffer, n > 0 ? n : 0), "tty\r\n");
  request.terminal = "/dev/null";
  EXPECT_EQ(OutputOf(request), "(Inappropriate ioctl for device)");
}

// A child that has left a grandchild behind, which ends when it is told to.
class OrphanTest : public ChildTest {
 protected:
  // The grandchild's number; its parent has ended.
  pid_t MakeOrphan(Descriptor* ends_it) {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    Descriptor reader(ends[0]);
    ends_it->Reset(ends[1]);
    SpawnRequest request = Shell("(read x; exit 6) <&3 >&4 & echo $!");
    Descriptor null(open("/dev/null", O_WRONLY | O_CLOEXEC));
    request.descriptors = {{reader.get(), 3}, {null.get(), 4}};
    return std::stoi(OutputOf(request));
  }
  void Run(const int& count) {
    while (count == 0) ASSERT_TRUE(loop_->RunOnce(-1).ok());
  }
};

TEST_F(OrphanTest, IsReapedAndToldOf) {
  int rounds = 0;
  ASSERT_TRUE(processes_->AdoptOrphans([&] { ++rounds; }).ok());
  EXPECT_EQ(processes_->AdoptOrphans({}), Error(EALREADY));
  Descriptor ends_it;
  pid_t orphan = MakeOrphan(&ends_it);
  EXPECT_EQ(kill(orphan, 0), 0);
  EXPECT_EQ(processes_->Signal(orphan, 0, false), Error(ESRCH));
  ends_it.Reset();
  Run(rounds);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(OrphanTest, IsFollowedWithItsStatus) {
  ASSERT_TRUE(processes_->AdoptOrphans({}).ok());
  Descriptor ends_it;
  pid_t orphan = MakeOrphan(&ends_it);
  int exits = 0;
  ProcessExit end;
  auto on_exit = [&](ProcessExit exit) { ++exits, end = exit; };
  ASSERT_TRUE(processes_->Follow(orphan, on_exit).ok());
  EXPECT_EQ(processes_->Follow(orphan, on_exit), Error(EEXIST));
  EXPECT_TRUE(processes_->Signal(orphan, 0, false).ok());
  ends_it.Reset();
  Run(exits);
  EXPECT_FALSE(end.signaled);
  EXPECT_EQ(end.value, 6);
  EXPECT_EQ(end.pid, orphan);
  EXPECT_EQ(processes_->Signal(orphan, 0, false), Error(ESRCH));
  EXPECT_EQ(processes_->Follow(orphan, on_exit), Error(ESRCH));
}

// As after an exec of our own: the children are there, nobody knows of them any more.
TEST_F(OrphanTest, ChildrenFromBeforeAreFollowed) {
  pid_t ended = fork();
  if (ended == 0) _exit(9);
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(ended), &info, WEXITED | WNOWAIT), 0);
  pid_t living = fork();
  if (living == 0) {
    for (;;) pause();
  }
  ASSERT_TRUE(processes_->AdoptOrphans({}).ok());
  int exits = 0, last = 0;
  auto on_exit = [&](ProcessExit exit) { ++exits, last = exit.value; };
  ASSERT_TRUE(processes_->Follow(ended, on_exit).ok());
  ASSERT_TRUE(processes_->Follow(living, on_exit).ok());
  Run(exits);
  EXPECT_EQ(last, 9);
  exits = 0;
  ASSERT_TRUE(processes_->Signal(living, SIGKILL, false).ok());
  Run(exits);
  EXPECT_EQ(last, SIGKILL);
}

TEST_F(OrphanTest, DescendantOfAnotherIsFollowedToo) {
  for (bool adopting : {false, true}) {
    ASSERT_TRUE(!adopting || processes_->AdoptOrphans({}).ok());
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    Descriptor reader(ends[0]);
    Descriptor writer(ends[1]);
    // The inner shell leads no group of its own, its parent waits for it.
    SpawnRequest request = Shell("sh -c 'echo $$; read x; exit 3' </dev/zero; exit 4");
    request.descriptors = {{writer.get(), 1}};
    int exits = 0, followed = 0;
    ProcessExit end{true, 77};
    ASSERT_TRUE(processes_
                    ->Spawn(
                        request, [&](ProcessExit) { ++exits; }, &pid_)
                    .ok());
    char number[20] = "";
    ASSERT_GT(read(reader.get(), number, sizeof(number) - 1), 0);
    pid_t inner = atoi(number);
    Error error = processes_->Follow(inner, [&](ProcessExit exit) { ++followed, end = exit; });
    ASSERT_TRUE(error.ok());
    ASSERT_TRUE(processes_->Signal(inner, SIGTERM, false).ok());
    Run(followed);
    EXPECT_FALSE(end.signaled);
    EXPECT_EQ(end.value, -1);
    Run(exits);
  }
}

TEST_F(OrphanTest, MassesOfThemDelayNobody) {
  int rounds = 0, exits = 0;
  ASSERT_TRUE(processes_->AdoptOrphans([&] { ++rounds; }).ok());
  SpawnRequest request = Shell("i=0; while [ $i -lt 600 ]; do (true &); i=$((i+1)); done; exit 5");
  int value = 0;
  auto on_exit = [&](ProcessExit exit) { ++exits, value = exit.value; };
  ASSERT_TRUE(processes_->Spawn(request, on_exit, &pid_).ok());
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT), 0);
  Run(exits);
  EXPECT_EQ(value, 5);
  while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
    ASSERT_TRUE(loop_->RunOnce(-1).ok());
  }
  EXPECT_EQ(errno, ECHILD);
  EXPECT_GE(rounds, 2);
}

TEST(FakeProcesses, StrangersAndOrphansAreMadeUp) {
  FakeClock clock;
  FakeLoop loop(&clock);
  FakeProcesses processes(&loop);
  int rounds = 0, exits = 0;
  ASSERT_TRUE(processes.AdoptOrphans([&] { ++rounds; }).ok());
  processes.EndOrphan();
  processes.EndOrphan();
  ASSERT_TRUE(loop.RunOnce(-1).ok());
  EXPECT_EQ(rounds, 1);
  auto on_exit = [&](ProcessExit exit) { exits += exit.value == -1; };
  EXPECT_EQ(processes.Follow(50, on_exit), Error(ESRCH));
  processes.AddStranger(50);
  processes.AddStranger(51);
  processes.EndStranger(51);
  ASSERT_TRUE(processes.Follow(50, on_exit).ok());
  EXPECT_EQ(processes.Follow(50, on_exit), Error(EEXIST));
  EXPECT_EQ(processes.Follow(51, on_exit), Error(ESRCH));
  EXPECT_TRUE(processes.Signal(50, 0, false).ok());
  processes.Exit(50, {false, -1});
  ASSERT_TRUE(loop.RunOnce(-1).ok());
  EXPECT_EQ(exits, 1);
}

TEST(FakeProcesses, RemembersWhatItWasAsked) {
  FakeClock clock;
  FakeLoop loop(&clock);
  FakeProcesses processes(&loop);
  processes.Install("/sbin/daemon", std::nullopt);
  processes.IgnoreSignal(SIGTERM);
  processes.FailNth(2, Error(EAGAIN));
  ProcessId pid;
  int exits = 0;
  SpawnRequest request{.program = "/sbin/daemon", .arguments = {"daemon", "-x"}};
  auto on_exit = [&](ProcessExit) { ++exits; };
  ASSERT_TRUE(processes.Spawn(request, on_exit, &pid).ok());
  EXPECT_EQ(processes.RequestOf(pid)->arguments[1], "-x");
  EXPECT_EQ(processes.Spawn(request, on_exit, &pid), Error(EAGAIN));
  ASSERT_TRUE(processes.Signal(pid, SIGTERM, true).ok());
  ASSERT_EQ(processes.sent().size(), 1u);
  EXPECT_TRUE(processes.sent()[0].whole_group);
  ASSERT_TRUE(loop.RunOnce(clock.MonotonicNs()).ok());
  EXPECT_EQ(exits, 0);
  processes.Exit(pid, {false, 9});
  ASSERT_TRUE(loop.RunOnce(-1).ok());
  EXPECT_EQ(exits, 1);
  EXPECT_EQ(processes.running(), 0u);
  EXPECT_EQ(processes.RequestOf(pid), nullptr);
}

}  // namespace
}  // namespace keelson
