// What is said of a program that cannot be started.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/process.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

std::string Script(const TemporaryFolder& folder, const std::string& name,
                   const std::string& text) {
  const std::string path = folder.path() + "/" + name;
  std::ofstream(path) << text;
  EXPECT_EQ(chmod(path.c_str(), 0755), 0);
  return path;
}

TEST(ProcessFailure, WhatFailedIsNamed) {
  TemporaryFolder folder;
  const std::string plain = Script(folder, "plain", "exit 0\n");
  ASSERT_EQ(chmod(plain.c_str(), 0644), 0);
  const std::string bad = Script(folder, "bad", "#! /nope -x\nexit 0\n");
  const std::string inner = Script(folder, "inner", "#!" + plain + "\n");
  const SpawnRequest good{.program = "/bin/true", .arguments = {"true"}, .environment = {"A=1"}};
  struct Case {
    std::function<void(SpawnRequest*)> change;
    std::string failed;
    int code;
  };
  const std::vector<Case> cases = {
      {[](SpawnRequest*) {}, "", 0},
      {[](SpawnRequest* r) { r->program = "/nonexistent"; }, "/nonexistent", ENOENT},
      {[&](SpawnRequest* r) { r->program = plain; }, plain, EACCES},
      {[&](SpawnRequest* r) { r->program = bad; }, bad + ": its interpreter /nope", ENOENT},
      {[&](SpawnRequest* r) { r->program = inner; }, inner + ": its interpreter " + plain, EACCES},
      {[](SpawnRequest* r) { r->directory = "/nonexistent"; }, "directory /nonexistent", ENOENT},
      {[](SpawnRequest* r) {
         r->limits = {{"core", 0, 0}, {"nofile", 9, 8}};
       },
       "limit nofile", EINVAL},
      {[](SpawnRequest* r) {
         r->limits = {{"core", 0, 0}, {"no", 9, 9}};
       },
       "limit no", EINVAL},
      {[](SpawnRequest* r) { r->terminal = "/nonexistent"; }, "terminal /nonexistent", ENOENT},
      {[](SpawnRequest* r) { r->terminal = "/dev/null"; }, "terminal /dev/null", ENOTTY},
      {[](SpawnRequest* r) { r->oom_score = 5000; }, "oom-score 5000", EINVAL},
      {[](SpawnRequest* r) {
         r->descriptors = {{999999, 5}};
       },
       "its descriptors", EBADF},
  };
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Processes> processes;
  ASSERT_TRUE(NewLoop(&loop).ok());
  ASSERT_TRUE(NewProcesses(loop.get(), &processes).ok());
  int ended = 0;
  std::vector<Processes::Spawning> all(cases.size());
  for (size_t i = 0; i < cases.size(); ++i) {
    all[i].request = good;
    cases[i].change(&all[i].request);
    all[i].on_exit = [&](ProcessExit) { ++ended; };
  }
  processes->SpawnAll(all, [] {});
  for (size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(all[i].failed, cases[i].failed) << i;
    EXPECT_EQ(all[i].error.code(), cases[i].code) << i;
  }
  while (ended == 0) ASSERT_TRUE(loop->RunOnce(-1).ok());
}

TEST(ProcessFailure, WhatHasNoInterpreterIsTheShellsIfAsked) {
  TemporaryFolder folder;
  const std::string script = Script(folder, "script", "test $# = 2 && test $2 = c && exit 7\n");
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Processes> processes;
  ASSERT_TRUE(NewLoop(&loop).ok());
  ASSERT_TRUE(NewProcesses(loop.get(), &processes).ok());
  int status = -1;
  ProcessId pid;
  SpawnRequest request{.program = script, .arguments = {"a", "b", "c"}};
  EXPECT_EQ(processes->Spawn(request, {}, &pid), Error(ENOEXEC));
  request.or_shell = true;
  ASSERT_TRUE(processes
                  ->Spawn(
                      request, [&](ProcessExit exit) { status = exit.value; }, &pid)
                  .ok());
  while (status < 0) ASSERT_TRUE(loop->RunOnce(-1).ok());
  EXPECT_EQ(status, 7);
}

TEST(ProcessFailure, WhatNeedsRootIsNamed) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to be somebody else";
  // In a child, which is nobody before it tries.
  const auto try_as_nobody = [] {
    std::unique_ptr<Loop> loop;
    std::unique_ptr<Processes> processes;
    if (setgid(65534) != 0 || setuid(65534) != 0) return 1;
    if (!NewLoop(&loop).ok() || !NewProcesses(loop.get(), &processes).ok()) return 2;
    std::vector<Processes::Spawning> all(2);
    all[0].request = {.program = "/bin/true", .arguments = {"true"}, .nice = -5};
    all[1].request = {
        .program = "/bin/true", .arguments = {"true"}, .credentials = Credentials{7, 7, {}}};
    processes->SpawnAll(all, [] {});
    if (all[0].failed != "nice -5" || all[0].error.ok()) return 3;
    return all[1].failed == "user 7" && all[1].error == Error(EPERM) ? 0 : 4;
  };
  EXPECT_EXIT(_exit(try_as_nobody()), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace keelson
