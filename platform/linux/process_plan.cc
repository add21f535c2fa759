// From a request to what a child needs.
#include "platform/linux/process_plan.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

namespace keelson {
namespace {

constexpr char kShell[] = "/bin/sh";

struct LimitName {
  const char* name;
  int resource;
};
constexpr LimitName kLimitNames[] = {
    {"as", RLIMIT_AS},           {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},
    {"data", RLIMIT_DATA},       {"fsize", RLIMIT_FSIZE},       {"locks", RLIMIT_LOCKS},
    {"memlock", RLIMIT_MEMLOCK}, {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
    {"nofile", RLIMIT_NOFILE},   {"nproc", RLIMIT_NPROC},       {"rss", RLIMIT_RSS},
    {"rtprio", RLIMIT_RTPRIO},   {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING},
    {"stack", RLIMIT_STACK},
};

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 2);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

Error PlanLimits(const SpawnRequest& request, ProcessPlan* plan) {
  for (const SpawnRequest::Limit& limit : request.limits) {
    plan->limit = plan->limits.size();
    auto is_it = [&](const LimitName& known) { return limit.name == known.name; };
    auto found = std::find_if(std::begin(kLimitNames), std::end(kLimitNames), is_it);
    if (found == std::end(kLimitNames)) return Error(EINVAL);
    plan->limits.push_back({found->resource, {limit.soft, limit.hard}});
  }
  return kOk;
}

Error OpenOnce(const char* path, Descriptor* fd) {
  if (!fd->valid()) fd->Reset(open(path, O_RDWR | O_CLOEXEC));
  return fd->valid() ? kOk : Error::Last();
}

Error PlanDescriptors(const SpawnRequest& request, Descriptor* null, ProcessPlan* plan) {
  std::vector<ProcessPlan::Move>& moves = plan->moves;
  moves.reserve(request.descriptors.size() + 3);
  for (auto [from, to] : request.descriptors) {
    if (from < 0 || to < 0) return Error(EBADF);
    moves.push_back({from, to});
  }
  auto by_target = [](const ProcessPlan::Move& a, const ProcessPlan::Move& b) {
    return a.to < b.to;
  };
  auto same = [](const ProcessPlan::Move& a, const ProcessPlan::Move& b) { return a.to == b.to; };
  std::sort(moves.begin(), moves.end(), by_target);
  if (std::adjacent_find(moves.begin(), moves.end(), same) != moves.end()) return Error(EINVAL);
  for (int fd = 0; fd <= 2; ++fd) {
    ProcessPlan::Move rest{ProcessPlan::kTerminal, fd};
    auto at = std::lower_bound(moves.begin(), moves.end(), rest, by_target);
    if (at != moves.end() && at->to == fd) continue;
    if (request.terminal.empty()) {
      if (Error error = OpenOnce("/dev/null", null); !error.ok()) return error;
      rest.from = null->get();
    }
    moves.insert(at, rest);
  }
  plan->first_free = moves.back().to + 1;
  return kOk;
}

}  // namespace

Error MakePlan(const SpawnRequest& request, Descriptor* null, ProcessPlan* plan) {
  if (request.program.empty() || request.arguments.empty()) return Error(EINVAL);
  plan->request = &request;
  plan->arguments = Pointers(request.arguments);
  if (request.or_shell) {
    plan->shell_arguments = plan->arguments;
    plan->shell_arguments[0] = const_cast<char*>(request.program.c_str());
    plan->shell_arguments.insert(plan->shell_arguments.begin(), const_cast<char*>(kShell));
  }
  plan->environment = Pointers(request.environment);
  if (!request.pid_variable.empty()) {
    plan->pid_variable = request.pid_variable + "=" + std::string(12, '\0');
    plan->environment.insert(plan->environment.begin(), plan->pid_variable.data());
  }
  if (request.nice.has_value()) plan->nice = std::to_string(*request.nice);
  if (request.oom_score.has_value()) plan->oom_score = std::to_string(*request.oom_score);
  plan->step = ProcessPlan::Step::kLimit;
  if (Error error = PlanLimits(request, plan); !error.ok()) return error;
  plan->step = ProcessPlan::Step::kDescriptors;
  return PlanDescriptors(request, null, plan);
}

}  // namespace keelson
