// The kernel has one ENOENT, and one EACCES, for a program, for the interpreter that its first line
// "#! PATH ARGUMENT" names, and for what loads a program of shared libraries.
#include "platform/linux/process_failure.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace keelson {
namespace {

constexpr size_t kFirstLine = 256;  // the kernel's

std::string FailedExec(const std::string& program, Error error) {
  if ((error.code() != ENOENT && error.code() != EACCES) || access(program.c_str(), X_OK) != 0) {
    return program;
  }
  char bytes[kFirstLine];
  Descriptor file(open(program.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  const ssize_t size = file.valid() ? read(file.get(), bytes, sizeof(bytes)) : 0;
  std::string line(bytes, size > 0 ? static_cast<size_t>(size) : 0);
  line.resize(line.find('\n') == line.npos ? line.size() : line.find('\n'));
  if (!line.starts_with("#!")) return error.code() == ENOENT ? program + ": its loader" : program;
  const size_t begin = line.find_first_not_of(" \t", 2);
  if (begin == line.npos) return program;
  const std::string interpreter = line.substr(begin, line.find_first_of(" \t", begin) - begin);
  return program + ": its interpreter " + interpreter;
}

}  // namespace

std::string FailedStep(const ProcessPlan& plan, Error error) {
  const SpawnRequest& request = *plan.request;
  using Step = ProcessPlan::Step;
  switch (plan.step) {
    case Step::kMake:
      return "a new process";
    case Step::kSession:
      return "a new session";
    case Step::kTree:
      return "its control group";
    case Step::kNice:
      return "nice " + plan.nice;
    case Step::kOomScore:
      return "oom-score " + plan.oom_score;
    case Step::kTerminal:
      return "terminal " + request.terminal;
    case Step::kDescriptors:
      return "its descriptors";
    case Step::kLimit:
      return "limit " + request.limits[plan.limit].name;
    case Step::kUser:
      return "user " + std::to_string(request.credentials->uid);
    case Step::kDirectory:
      return "directory " + request.directory;
    case Step::kExec:
      break;
  }
  return FailedExec(request.program, error);
}

}  // namespace keelson
