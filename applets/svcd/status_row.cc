// One service from definition, machine and runner.
#include "applets/svcd/status_row.h"

namespace keelson {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;

bool IsRunning(ServiceState state) {
  return state == ServiceState::kUp || state == ServiceState::kStopping;
}

std::string Names(const ServiceSet& set, const std::vector<ServiceId>& ids) {
  constexpr size_t kShown = 3;
  std::string text;
  for (size_t i = 0; i < ids.size() && i < kShown; ++i) {
    text += (i == 0 ? "" : ", ") + set.services[ids[i]].name;
  }
  if (ids.size() > kShown) text += " and " + std::to_string(ids.size() - kShown) + " more";
  return text;
}

// The state's reason, or whom it waits for, or why it is not to be up.
std::string Why(Supervisor& supervisor, ServiceId id, const ServiceStatus& status) {
  const bool moves = status.state == ServiceState::kStopping ||
                     (status.target_up && status.state == ServiceState::kDown);
  if (moves) {
    const std::vector<ServiceId> waits = supervisor.machine().WaitsFor(id);
    if (!waits.empty()) return "waits for " + Names(supervisor.set(), waits);
  }
  return status.why;
}

}  // namespace

std::vector<std::string> StatusRow(Supervisor& supervisor, ServiceId id, int64_t now_ns) {
  const ServiceDefinition& service = supervisor.set().services[id];
  const ServiceStatus status = supervisor.machine().StatusOf(id);
  const ServiceSettings settings = MeaningOf(service);
  const ServiceWish wish = supervisor.WishOf(id);
  const bool is_disabled =
      status.state == ServiceState::kDown && !status.target_up && !wish.enabled;
  const ProcessId pid = supervisor.runner().MainOf(id);
  const bool has_uptime = IsRunning(status.state) && status.since_ns > 0;
  std::string why = Why(supervisor, id, status);
  if (why.empty() && status.state == ServiceState::kDown && !status.target_up) why = wish.why;
  const std::string lost = supervisor.runner().LogFailureOf(id);
  if (!lost.empty()) why += (why.empty() ? "its log: " : "; its log: ") + lost;
  return {service.name,
          is_disabled ? "disabled" : std::string(ServiceStateName(status.state)),
          pid == 0 ? "" : std::to_string(pid),
          has_uptime ? std::to_string((now_ns - status.since_ns) / kNsPerSecond) : "",
          std::to_string(status.restarts),
          supervisor.runner().ExitOf(id),
          std::string(ServiceSourceName(service.source)),
          std::string(ServiceTypeName(settings.type)),
          std::string(ServiceKindName(settings.kind)),
          std::move(why),
          service.files.empty() ? "" : service.files[0],
          settings.description,
          supervisor.runner().SaidOf(id)};
}

}  // namespace keelson
