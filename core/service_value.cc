// One function a form (a time, a list of names, a command ...), and one switch that says which form
// a key has and where its value goes.
#include "core/service_value.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "core/config.h"
#include "core/lookup_monitor.h"

namespace keelson {
namespace {

using Fault = std::optional<std::string>;  // nothing: it was read

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

// The words of a list, as they are between blanks.
template <typename Take>
Fault ForEachWord(std::string_view text, Take take) {
  for (text = TrimBlanks(text); !text.empty(); text = SkipBlanks(text)) {
    const auto end = std::find_if(text.begin(), text.end(), IsBlank);
    const std::string_view word = text.substr(0, static_cast<size_t>(end - text.begin()));
    if (Fault fault = take(word)) return fault;
    text.remove_prefix(word.size());
  }
  return std::nullopt;
}

bool IsPath(std::string_view text) { return text.starts_with('/') && text.size() < 4096; }

Fault ReadPath(std::string_view text, std::string* path) {
  if (!IsPath(text)) return Quoted(text) + " is not an absolute path";
  *path = text;
  return std::nullopt;
}

// '/' after one of these signs, if there is one: "!/run/x".
Fault AddPaths(std::string_view text, std::string_view sign, std::vector<std::string>* paths) {
  return ForEachWord(text, [&](std::string_view word) -> Fault {
    const std::string_view path =
        !sign.empty() && word.starts_with(sign) ? word.substr(sign.size()) : word;
    if (!IsPath(path)) return Quoted(path) + " is not an absolute path";
    paths->emplace_back(word);
    return std::nullopt;
  });
}

bool IsLookup(std::string_view word) {
  if (!word.starts_with(kLookupEvent)) return false;
  const std::string_view database = word.substr(kLookupEvent.size());
  return std::find(std::begin(kLookupDatabases), std::end(kLookupDatabases), database) !=
         std::end(kLookupDatabases);
}

Fault AddWatches(std::string_view text, std::vector<std::string>* watches) {
  return ForEachWord(text, [&](std::string_view word) -> Fault {
    if (!IsPath(word) && !IsLookup(word)) {
      return Quoted(word) + " is neither an absolute path nor lookup:DATABASE";
    }
    watches->emplace_back(word);
    return std::nullopt;
  });
}

Fault AddNames(std::string_view text, std::vector<std::string>* names) {
  return ForEachWord(text, [&](std::string_view word) -> Fault {
    if (!IsServiceName(word)) return Quoted(word) + " is not a name";
    names->emplace_back(word);
    return std::nullopt;
  });
}

// Of an account: the system knows which of them there are.
Fault ReadAccount(std::string_view text, std::string* account) {
  std::string_view name = text;
  if (name.ends_with('$')) name.remove_suffix(1);
  if (!IsServiceName(name)) return Quoted(text) + " is not the name or the number of an account";
  *account = text;
  return std::nullopt;
}

Fault ReadYesNo(std::string_view text, bool* yes) {
  const std::optional<bool> read = ParseYesNo(text);
  if (!read) return Quoted(text) + " is not yes or no";
  *yes = *read;
  return std::nullopt;
}

// The place of the text among the words, which are in the order of the enum.
template <typename Enum>
Fault ReadWord(std::string_view text, std::span<const std::string_view> words, Enum* value) {
  std::string choice;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == text) {
      *value = static_cast<Enum>(i);
      return std::nullopt;
    }
    if (i > 0) choice += i + 1 == words.size() ? " or " : ", ";
    choice += words[i];
  }
  return Quoted(text) + " is not " + choice;
}

template <typename Integer>
Fault ReadInteger(std::string_view text, int64_t min, int64_t max, Integer* value) {
  const bool is_negative = text.starts_with('-');
  const std::optional<uint64_t> number = ParseUnsigned(is_negative ? text.substr(1) : text);
  if (!number) return Quoted(text) + " is not a number";
  const int64_t bounded = static_cast<int64_t>(std::min<uint64_t>(*number, INT64_MAX));
  const int64_t wanted = is_negative ? -bounded : bounded;
  if (wanted < min || wanted > max) {
    return Quoted(text) + " is not from " + std::to_string(min) + " to " + std::to_string(max);
  }
  *value = static_cast<Integer>(wanted);
  return std::nullopt;
}

Fault ReadTime(std::string_view text, int64_t min_ns, int64_t* time_ns) {
  const std::optional<int64_t> read = ParseDuration(text);
  if (!read) return Quoted(text) + " is not a time such as 500ms, 10s, 5m, 2h or 1d";
  if (*read > kMaxServiceTime) return Quoted(text) + " is more than 366d";
  if (*read < min_ns) return Quoted(text) + " is too short";
  *time_ns = *read;
  return std::nullopt;
}

Fault ReadTimeout(std::string_view text, int64_t* time_ns) {
  if (text != "none") return ReadTime(text, 0, time_ns);
  *time_ns = 0;
  return std::nullopt;
}

Fault ReadLogSize(std::string_view text, uint64_t* size) {
  const std::optional<uint64_t> read = ParseSize(text);
  if (!read) return Quoted(text) + " is not a size such as 512, 64k, 8M or 1G";
  if (*read < 4096 || *read > uint64_t{1} << 40) return Quoted(text) + " is not from 4k to 1024G";
  *size = *read;
  return std::nullopt;
}

Fault ReadCommand(std::string_view text, std::vector<std::string>* command) {
  command->clear();
  if (Fault fault = SplitCommand(text, command)) return fault;
  if (command->empty() || !IsPath((*command)[0])) {
    return Quoted(command->empty() ? "" : (*command)[0]) + " is not the absolute path of a program";
  }
  return std::nullopt;
}

Fault AddEnvironment(std::string_view text, std::vector<std::string>* environment) {
  std::vector<std::string> words;
  if (Fault fault = SplitCommand(text, &words)) return fault;
  for (std::string& word : words) {
    const std::string_view name = std::string_view(word).substr(0, word.find('='));
    const auto is_good = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    if (name.size() == word.size() || name.empty() || (name[0] >= '0' && name[0] <= '9') ||
        !std::all_of(name.begin(), name.end(), is_good)) {
      return Quoted(word) + " is not NAME=VALUE";
    }
    environment->push_back(std::move(word));
  }
  return std::nullopt;
}

constexpr std::string_view kKills[] = {"main", "tree"};
constexpr std::string_view kLogs[] = {"memory", "file", "syslog", "kmsg", "console", "none"};
constexpr std::string_view kReadies[] = {"exec", "end", "notify"};
constexpr std::string_view kRestarts[] = {"never", "on-failure", "always"};
constexpr std::string_view kWatchActions[] = {"restart", "reload"};
constexpr std::string_view kLimits[] = {
    "as",   "core",   "cpu",   "data", "fsize",  "locks",  "memlock",    "msgqueue",
    "nice", "nofile", "nproc", "rss",  "rtprio", "rttime", "sigpending", "stack"};

Fault ReadLimitNumber(std::string_view text, uint64_t* number) {
  const std::optional<uint64_t> read =
      text == "unlimited" ? std::optional<uint64_t>(UINT64_MAX) : ParseSize(text);
  if (!read) return Quoted(text) + " is not a number, a size such as 64k, or unlimited";
  *number = *read;
  return std::nullopt;
}

// "nofile=1024", "nofile=1024:4096". The last one of a name counts.
Fault AddLimits(std::string_view text, std::vector<ServiceSettings::Limit>* limits) {
  return ForEachWord(text, [&](std::string_view word) -> Fault {
    const size_t equals = word.find('=');
    if (equals == word.npos) return Quoted(word) + " is not NAME=SOFT:HARD or NAME=NUMBER";
    ServiceSettings::Limit limit{std::string(word.substr(0, equals)), 0, 0};
    if (std::find(std::begin(kLimits), std::end(kLimits), limit.name) == std::end(kLimits)) {
      return Quoted(limit.name) + " is not the name of a limit";
    }
    std::string_view soft = word.substr(equals + 1);
    const size_t colon = soft.find(':');
    const std::string_view hard = colon == soft.npos ? soft : soft.substr(colon + 1);
    if (Fault fault = ReadLimitNumber(soft.substr(0, colon), &limit.soft)) return fault;
    if (Fault fault = ReadLimitNumber(hard, &limit.hard)) return fault;
    if (limit.soft > limit.hard) return Quoted(word) + ": the soft limit is above the hard one";
    std::erase_if(*limits, [&](const auto& other) { return other.name == limit.name; });
    limits->push_back(std::move(limit));
    return std::nullopt;
  });
}

Fault ReadReady(std::string_view text, ServiceSettings* settings) {
  if (text.starts_with("fd:")) {
    settings->ready = ServiceReady::kDescriptor;
    return ReadInteger(text.substr(3), 3, 255, &settings->ready_descriptor);
  }
  if (text == "pid-file") {
    settings->ready = ServiceReady::kPidFile;
    return std::nullopt;
  }
  Fault fault = ReadWord(text, kReadies, &settings->ready);
  if (fault) return Quoted(text) + " is not exec, end, notify, fd:NUMBER or pid-file";
  return fault;
}

Fault ReadSignal(std::string_view text, bool may_be_none, int* signal) {
  if (may_be_none && text == "none") {
    *signal = 0;
    return std::nullopt;
  }
  const std::optional<int> read = ParseSignal(text);
  if (!read) return Quoted(text) + " is not a signal";
  *signal = *read;
  return std::nullopt;
}

Fault ReadUmask(std::string_view text, std::optional<uint32_t>* umask) {
  const bool is_octal =
      !text.empty() && text.size() <= 4 && text.find_first_not_of("01234567") == text.npos;
  const uint64_t value = is_octal ? TakeNumber(text, 8).value : 01000;
  if (value > 0777) return Quoted(text) + " is not an octal number from 0 to 777";
  *umask = static_cast<uint32_t>(value);
  return std::nullopt;
}

Fault ReadInterface(std::string_view text, std::string* interface) {
  if (text.size() > 15 || text.find_first_of("/ \t") != text.npos) {
    return Quoted(text) + " is not the name of an interface";
  }
  *interface = text;
  return std::nullopt;
}

Fault ReadTerminal(std::string_view text, std::string* terminal) {
  if (text.size() > 255 || text.find("..") != text.npos || text.find_first_of(" \t") != text.npos) {
    return Quoted(text) + " is not a terminal such as tty1 or /dev/ttyS0";
  }
  *terminal = text;
  return std::nullopt;
}

Fault CheckEvent(std::string_view event) {
  const size_t colon = event.find(':');
  const std::string_view kind = event.substr(0, colon);
  const std::string_view what = colon == event.npos ? "" : event.substr(colon + 1);
  std::string text;
  int64_t time_ns;
  if (kind == "net") {
    if (!what.empty()) return ReadInterface(what, &text);
  } else if (kind == "file") {
    return ReadPath(what, &text);
  } else if (kind == "device") {
    if (!what.empty() && what.size() < 256) return std::nullopt;
  } else if (IsLookup(event)) {
    return std::nullopt;
  } else if (kind == "up" || kind == "down" || kind == "failed") {
    if (IsServiceName(what)) return std::nullopt;
  } else if (kind == "every") {
    return ReadTime(what, 1'000'000'000, &time_ns);
  } else if (kind == "at-boot") {
    return ReadTime(what, 0, &time_ns);
  }
  return Quoted(event) +
         " is not net:INTERFACE, file:PATH, device:NAME, lookup:DATABASE, up:NAME, down:NAME, "
         "failed:NAME, every:TIME or at-boot:TIME";
}

Fault AddEvents(std::string_view text, std::vector<std::string>* events) {
  return ForEachWord(text, [&](std::string_view word) {
    events->emplace_back(word);
    return CheckEvent(word);
  });
}

}  // namespace

Fault ReadServiceValue(ServiceKey key, std::string_view text, ServiceSettings* settings) {
  ServiceSettings& s = *settings;
  const auto command = [&](ServiceCommand verb) {
    return ReadCommand(text, &s.commands[static_cast<size_t>(verb)]);
  };
  if (text.size() > kMaxServiceText) return "longer than 8192 bytes";
  // clang-format off
  switch (key) {
    case ServiceKey::kAfter: return AddNames(text, &s.after);
    case ServiceKey::kBefore: return AddNames(text, &s.before);
    case ServiceKey::kBeforeCommand: return command(ServiceCommand::kBefore);
    case ServiceKey::kCheckCommand: return command(ServiceCommand::kCheck);
    case ServiceKey::kCommand: return command(ServiceCommand::kMain);
    case ServiceKey::kConditionFile: return AddPaths(text, "!", &s.condition_files);
    case ServiceKey::kDescription: s.description = text; return std::nullopt;
    case ServiceKey::kDirectory: return ReadPath(text, &s.directory);
    case ServiceKey::kEnabled: return ReadYesNo(text, &s.enabled);
    case ServiceKey::kEnvironment: return AddEnvironment(text, &s.environment);
    case ServiceKey::kEnvironmentFile: return AddPaths(text, "-", &s.environment_files);
    case ServiceKey::kGroup: return ReadAccount(text, &s.group);
    case ServiceKey::kGroups: return AddNames(text, &s.groups);
    case ServiceKey::kInterface: return ReadInterface(text, &s.interface);
    case ServiceKey::kKill: return ReadWord(text, kKills, &s.kill_tree);
    case ServiceKey::kKind: return ReadWord(text, kServiceKinds, &s.kind);
    case ServiceKey::kLimit: return AddLimits(text, &s.limits);
    case ServiceKey::kLog: return ReadWord(text, kLogs, &s.log);
    case ServiceKey::kLogCount: return ReadInteger(text, 1, 100, &s.log_count);
    case ServiceKey::kLogFile: return ReadPath(text, &s.log_file);
    case ServiceKey::kLogSize: return ReadLogSize(text, &s.log_size);
    case ServiceKey::kModes: return AddNames(text, &s.modes);
    case ServiceKey::kNeeds: return AddNames(text, &s.needs);
    case ServiceKey::kNice: return ReadInteger(text, -20, 19, &s.nice);
    case ServiceKey::kOomScore: return ReadInteger(text, -1000, 1000, &s.oom_score);
    case ServiceKey::kPidFile: return ReadPath(text, &s.pid_file);
    case ServiceKey::kProvides: return AddNames(text, &s.provides);
    case ServiceKey::kReady: return ReadReady(text, settings);
    case ServiceKey::kReloadCommand: return command(ServiceCommand::kReload);
    case ServiceKey::kReloadSignal: return ReadSignal(text, true, &s.reload_signal);
    case ServiceKey::kRestart: return ReadWord(text, kRestarts, &s.restart);
    case ServiceKey::kRestartBurst: return ReadInteger(text, 0, 10'000, &s.restart_burst);
    case ServiceKey::kRestartDelay: return ReadTime(text, 0, &s.restart_delay_ns);
    case ServiceKey::kRestartInterval:
      return ReadTime(text, 1'000'000, &s.restart_interval_ns);
    case ServiceKey::kRestartLimit: return ReadInteger(text, 0, 65'535, &s.restart_limit);
    case ServiceKey::kRestartMaxDelay: return ReadTime(text, 0, &s.restart_max_delay_ns);
    case ServiceKey::kRestartWithNeeds: return ReadYesNo(text, &s.restart_with_needs);
    case ServiceKey::kStartOn: return AddEvents(text, &s.start_on);
    case ServiceKey::kStartTimeout: return ReadTimeout(text, &s.start_timeout_ns);
    case ServiceKey::kStatusCommand: return command(ServiceCommand::kStatus);
    case ServiceKey::kStopCommand: return command(ServiceCommand::kStop);
    case ServiceKey::kStopSignal: return ReadSignal(text, false, &s.stop_signal);
    case ServiceKey::kStopTimeout: return ReadTimeout(text, &s.stop_timeout_ns);
    case ServiceKey::kTerminal: return ReadTerminal(text, &s.terminal);
    case ServiceKey::kType: return ReadWord(text, kServiceTypes, &s.type);
    case ServiceKey::kUmask: return ReadUmask(text, &s.umask);
    case ServiceKey::kUser: return ReadAccount(text, &s.user);
    case ServiceKey::kWants: return AddNames(text, &s.wants);
    case ServiceKey::kWatch: return AddWatches(text, &s.watch);
    case ServiceKey::kWatchAction: return ReadWord(text, kWatchActions, &s.watch_action);
    case ServiceKey::kWatchdog: return ReadTimeout(text, &s.watchdog_ns);
  }
  // clang-format on
  return "unknown key";
}

}  // namespace keelson
