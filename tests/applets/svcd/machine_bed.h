// A machine that is spoken to in lines, and whose actions are lines. For tables and for recorded
// traces.
//
//   services    NAME WORD... a line each: needs=a,b wants=.. after=.. lacks=NAME (needs it, and
//               nobody provides it), and settings as in Parse
//   events      [+SECONDS] start a 1 | stop a 1 | restart a 1 | reload a 1 | reset a 1 | forget 1 |
//               ran a JOB [WHY] | ended a JOB [WHY] | ready a | alive a | empty a | remain a |
//               daemon a | timer a | trigger a [watch|watch-reload] | targets 1 a b | shutdown 1
//               (WHY: it was not well)
//   actions     "run a main", "signal a main 15", "signal a tree 15", "kill a tree", "timer a 90.5"
//               (seconds since the beginning), "timer a off", "a: down > starting (WHY)",
//               "progress 1 a up", "finish 1", "finish 1 a: WHY"
#ifndef KEELSON_TESTS_APPLETS_SVCD_MACHINE_BED_H_
#define KEELSON_TESTS_APPLETS_SVCD_MACHINE_BED_H_

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "applets/svcd/machine.h"

namespace keelson {

inline std::vector<std::string> SplitWords(std::string_view text, char separator) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

inline ServiceGraph GraphOf(std::vector<ServicePull> pulls, std::vector<ServiceWait> waits) {
  for (const ServicePull& pull : pulls) waits.push_back({pull.from, pull.to, pull.is_hard});
  ServiceGraph graph;
  std::sort(pulls.begin(), pulls.end());
  std::sort(waits.begin(), waits.end());
  waits.erase(std::unique(waits.begin(), waits.end(),
                          [](const ServiceWait& a, const ServiceWait& b) {
                            return a.waits == b.waits && a.awaited == b.awaited;
                          }),
              waits.end());
  graph.pulls = std::move(pulls);
  graph.start = waits;
  for (const ServiceWait& wait : waits)
    graph.stop.push_back({wait.awaited, wait.waits, wait.is_hard});
  std::sort(graph.stop.begin(), graph.stop.end());
  return graph;
}

class MachineBed {
 public:
  static constexpr int64_t kSecond = 1'000'000'000;
  explicit MachineBed(std::string_view services)
      : machine_([this](ServiceId id) { return names_[id]; }) {
    Define(services);
  }

  // Another set; what has the same name is kept.
  std::string Define(std::string_view services) {
    const std::vector<std::string> old = names_;
    const std::vector<std::string> lines = SplitWords(services, '\n');
    names_.clear();
    for (const std::string& line : lines) names_.push_back(SplitWords(line, ' ')[0]);
    std::vector<ServicePolicy> policies;
    std::vector<ServicePull> pulls;
    std::vector<ServiceWait> waits;
    std::vector<MissingNeed> missing;
    std::vector<ServiceId> kept;
    for (ServiceId id = 0; id < lines.size(); ++id) {
      ServicePolicy policy{.start_timeout_ns = 0, .stop_timeout_ns = 0};
      const std::vector<std::string> words = SplitWords(lines[id], ' ');
      for (size_t i = 1; i < words.size(); ++i) {
        const size_t equal = words[i].find('=');
        const std::string key = words[i].substr(0, equal);
        const std::string value = equal == std::string::npos ? "" : words[i].substr(equal + 1);
        if (key == "needs" || key == "wants")
          for (const std::string& name : SplitWords(value, ','))
            pulls.push_back({id, IdOf(name), key == "needs"});
        else if (key == "after")
          for (const std::string& name : SplitWords(value, ','))
            waits.push_back({id, IdOf(name), false});
        else if (key == "lacks")
          missing.push_back({id, value});
        else
          SetPolicy(key, value, &policy);
      }
      policies.push_back(policy);
      const auto place = std::find(old.begin(), old.end(), names_[id]);
      kept.push_back(place == old.end() ? UINT32_MAX : static_cast<ServiceId>(place - old.begin()));
    }
    std::vector<ServiceAction> actions;
    ServiceGraph graph = GraphOf(std::move(pulls), std::move(waits));
    graph.missing = std::move(missing);
    machine_.Replace(std::move(policies), graph, kept, now_, &actions);
    return Text(actions);
  }

  // The actions, joined by "; ".
  std::string Do(std::string_view line) {
    std::vector<std::string> words = SplitWords(line, ' ');
    if (words[0][0] == '+') {
      now_ += static_cast<int64_t>(std::strtod(words[0].c_str() + 1, nullptr) * kSecond);
      words.erase(words.begin());
    }
    const auto word = [&words](size_t i) { return i < words.size() ? words[i] : std::string(); };
    const auto number = [&word](size_t i) {
      return static_cast<ServiceRequest>(std::strtoul(word(i).c_str(), nullptr, 10));
    };
    std::vector<ServiceAction> actions;
    if (words[0] == "shutdown") {
      machine_.Shutdown(number(1), now_, &actions);
    } else if (words[0] == "targets") {
      std::vector<ServiceId> up;
      for (size_t i = 2; i < words.size(); ++i) up.push_back(IdOf(words[i]));
      machine_.SetTargets(up, number(1), now_, &actions);
    } else {
      machine_.Handle(EventOf(words), now_, &actions);
    }
    return Text(actions);
  }

  // Goes on in the place of another one of the same services.
  void TakeOver(const MachineBed& other) {
    now_ = other.now_;
    for (ServiceId id = 0; id < names_.size(); ++id)
      machine_.Restore(id, other.machine_.StatusOf(id));
  }

  ServiceId IdOf(std::string_view name) const {
    for (ServiceId id = 0; id < names_.size(); ++id)
      if (names_[id] == name) return id;
    std::fprintf(stderr, "no service \"%.*s\"\n", static_cast<int>(name.size()), name.data());
    std::abort();
  }
  // "up", with "+" when it is wanted.
  std::string State(std::string_view name) const {
    const ServiceStatus status = machine_.StatusOf(IdOf(name));
    return std::string(ServiceStateName(status.state)) + (status.target_up ? "+" : "");
  }
  Machine& machine() { return machine_; }
  int64_t now() const { return now_; }

  std::string Text(const std::vector<ServiceAction>& actions) const {
    std::string text;
    for (const ServiceAction& action : actions) text += (text.empty() ? "" : "; ") + Text(action);
    return text;
  }

 private:
  static constexpr const char* kJobs[] = {"check", "before", "main", "stop", "reload"};

  static void SetPolicy(const std::string& key, const std::string& value, ServicePolicy* policy) {
    const auto time = static_cast<int64_t>(std::strtod(value.c_str(), nullptr) * kSecond);
    const auto count = static_cast<uint16_t>(std::strtoul(value.c_str(), nullptr, 10));
    const auto one_of = [&value](std::initializer_list<const char*> names) {
      uint8_t place = 0;
      for (const char* name : names) {
        if (value == name) return place;
        ++place;
      }
      std::abort();
    };
    if (key == "kind")
      policy->kind = static_cast<ServiceKind>(
          one_of({"process", "forking", "oneshot", "notify", "script", "group", "tty"}));
    else if (key == "ready")
      policy->ready =
          static_cast<ServiceReady>(one_of({"exec", "end", "notify", "descriptor", "pid-file"}));
    else if (key == "restart")
      policy->restart = static_cast<ServiceRestart>(one_of({"never", "on-failure", "always"}));
    else if (key == "helper")
      policy->is_helper = true;
    else if (key == "with-needs")
      policy->restart_with_needs = true;
    else if (key == "check")
      policy->has_check = true;
    else if (key == "before")
      policy->has_before = true;
    else if (key == "stop")
      policy->has_stop = true;
    else if (key == "reload")
      policy->has_reload_command = true;
    else if (key == "reload-signal")
      policy->reload_signal = static_cast<uint8_t>(count);
    else if (key == "kill-main")
      policy->kill_tree = false;
    else if (key == "burst")
      policy->restart_burst = count;
    else if (key == "limit")
      policy->restart_limit = count;
    else if (key == "delay")
      policy->restart_delay_ns = time;
    else if (key == "interval")
      policy->restart_interval_ns = time;
    else if (key == "max-delay")
      policy->restart_max_delay_ns = time;
    else if (key == "start-timeout")
      policy->start_timeout_ns = time;
    else if (key == "stop-timeout")
      policy->stop_timeout_ns = time;
    else if (key == "watchdog")
      policy->watchdog_ns = time;
    else
      std::abort();
  }

  ServiceEvent EventOf(const std::vector<std::string>& words) const {
    static constexpr const char* kKinds[] = {"start",  "stop",   "restart", "reload", "reset",
                                             "forget", "ran",    "ended",   "ready",  "alive",
                                             "empty",  "remain", "daemon",  "timer",  "trigger"};
    ServiceEvent event{.kind = ServiceEvent::kStart};
    const auto kind = std::find(std::begin(kKinds), std::end(kKinds), words[0]);
    if (kind == std::end(kKinds)) std::abort();
    event.kind = static_cast<ServiceEvent::Kind>(kind - std::begin(kKinds));
    const auto word = [&words](size_t i) { return i < words.size() ? words[i] : std::string(); };
    if (event.kind == ServiceEvent::kForget) {
      event.request = static_cast<ServiceRequest>(std::strtoul(word(1).c_str(), nullptr, 10));
      return event;
    }
    event.service = IdOf(words[1]);
    if (event.kind < ServiceEvent::kForget)
      event.request = static_cast<ServiceRequest>(std::strtoul(word(2).c_str(), nullptr, 10));
    if (event.kind == ServiceEvent::kRan || event.kind == ServiceEvent::kEnded) {
      const auto job = std::find(std::begin(kJobs), std::end(kJobs), word(2));
      if (job == std::end(kJobs)) std::abort();
      event.job = static_cast<ServiceJob>(job - std::begin(kJobs));
      for (size_t i = 3; i < words.size(); ++i) event.text += (i > 3 ? " " : "") + words[i];
      event.ok = event.text.empty() || event.text == "exit 0";
    }
    if (event.kind == ServiceEvent::kTrigger && words.size() > 2) {
      event.text = "watch";
      event.reload = words[2] == "watch-reload";
    }
    return event;
  }

  std::string Text(const ServiceAction& action) const {
    const std::string name = action.service < names_.size() ? names_[action.service] : "(gone)";
    const std::string whom = action.tree ? "tree" : kJobs[static_cast<size_t>(action.job)];
    const std::string request = std::to_string(action.request);
    const std::string why = action.text.empty() ? "" : " (" + action.text + ")";
    char time[32];
    switch (action.kind) {
      case ServiceAction::kRun:
        return "run " + name + " " + kJobs[static_cast<size_t>(action.job)];
      case ServiceAction::kSignal:
        return "signal " + name + " " + whom + " " + std::to_string(action.signal);
      case ServiceAction::kKill:
        return "kill " + name + " " + whom;
      case ServiceAction::kTimer:
        if (action.deadline_ns == 0) return "timer " + name + " off";
        std::snprintf(time, sizeof time, "%.9g", static_cast<double>(action.deadline_ns) / kSecond);
        return "timer " + name + " " + time;
      case ServiceAction::kState:
        return name + ": " + std::string(ServiceStateName(action.from)) + " > " +
               std::string(ServiceStateName(action.to)) + why;
      case ServiceAction::kProgress:
        return "progress " + request + " " + name + " " + std::string(ServiceStateName(action.to));
      case ServiceAction::kFinish:
        return "finish " + request + (action.ok ? "" : " " + name + ": " + action.text);
    }
    return "";
  }

  std::vector<std::string> names_;
  int64_t now_ = kSecond;
  Machine machine_;
};

}  // namespace keelson

#endif  // KEELSON_TESTS_APPLETS_SVCD_MACHINE_BED_H_
