// Processes are found by their environment.
#include "platform/process_search.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "platform/descriptor.h"

namespace keelson {
namespace {

// Returns once the program runs.
pid_t Start(const std::string& first, const std::string& second) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  Descriptor reader(ends[0]), writer(ends[1]);
  const pid_t pid = fork();
  if (pid == 0) {
    const char* const environment[] = {first.c_str(), second.c_str(), nullptr};
    execle("/bin/sleep", "sleep", "1000", nullptr, environment);
    _exit(1);
  }
  writer.Reset();
  char byte;
  EXPECT_EQ(read(reader.get(), &byte, 1), 0);  // closed by the exec
  return pid;
}

TEST(ProcessSearch, FindsWhatHasTheVariableAndTellsOfAnother) {
  const std::string mark = "KEELSON_SEARCH=/run/" + std::to_string(getpid());
  struct Case {
    std::string first, second, value;
    bool found;
  };
  const std::vector<Case> cases = {
      {mark, "NAME=web", "web", true},     {"NAME=", mark, "", true},
      {mark, "XNAME=web", "", true},       {mark + "0", "NAME=web", "", false},
      {"X" + mark, "NAME=web", "", false},
  };
  for (const Case& c : cases) {
    const pid_t pid = Start(c.first, c.second);
    const std::vector<FoundProcess> found = FindProcesses(mark, "NAME");
    ASSERT_EQ(found.size(), c.found ? 1u : 0u) << c.first << " " << c.second;
    if (c.found) {
      EXPECT_EQ(found[0].pid, pid);
      EXPECT_EQ(found[0].value, c.value) << c.second;
    }
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
}

}  // namespace
}  // namespace keelson
