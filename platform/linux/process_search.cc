// /proc/PID/environ: "NAME=value", each with a NUL behind it. Machines within this one have process
// numbers of their own: another name space than ours.
#include "platform/process_search.h"

#include <unistd.h>

#include <algorithm>
#include <string>

#include "platform/linux/process_stat.h"

namespace keelson {
namespace {

constexpr size_t kMaxEnvironment = 4 << 20;

std::string NumbersOf(ProcessId pid) {
  char text[64];
  const std::string path = "/proc/" + std::to_string(pid) + "/ns/pid";
  const ssize_t size = readlink(path.c_str(), text, sizeof(text));
  return size > 0 ? std::string(text, static_cast<size_t>(size)) : std::string();
}

// Where what follows "NAME=" begins; npos: there is none. start: "NAME=".
size_t ValueOf(const std::string& environment, std::string_view start) {
  for (size_t at = environment.find(start); at != environment.npos;
       at = environment.find(start, at + 1)) {
    if (at == 0 || environment[at - 1] == '\0') return at + start.size();
  }
  return environment.npos;
}

}  // namespace

std::vector<FoundProcess> FindProcesses(std::string_view assignment, std::string_view variable) {
  const std::string wanted = std::string(assignment) + '\0';
  const std::string name = std::string(variable) + '=';
  const std::string numbers = NumbersOf(getpid());
  std::vector<ProcessId> all = AllProcesses();
  std::sort(all.begin(), all.end());
  std::vector<FoundProcess> found;
  std::string environment;
  for (const ProcessId pid : all) {
    if (pid == getpid() || pid == getppid()) continue;
    if (!ReadProcessFile(pid, "environ", kMaxEnvironment, &environment)) continue;
    if (ValueOf(environment, wanted) == environment.npos || NumbersOf(pid) != numbers) continue;
    const size_t value = ValueOf(environment, name);
    found.push_back({pid, value == environment.npos ? "" : environment.c_str() + value});
  }
  return found;
}

std::string VariableOf(ProcessId pid, std::string_view variable) {
  std::string environment;
  if (!ReadProcessFile(pid, "environ", kMaxEnvironment, &environment)) return {};
  const size_t value = ValueOf(environment, std::string(variable) + '=');
  return value == environment.npos ? "" : environment.c_str() + value;
}

}  // namespace keelson
