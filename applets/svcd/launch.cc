// The environment is clean: PATH, who it runs as, what svcd tells it, its environment files, then
// its own variables; of a name the last one counts.
#include "applets/svcd/launch.h"

#include <algorithm>

#include "applets/svcd/service_account.h"
#include "core/flat_file.h"
#include "platform/privilege.h"

namespace keelson {
namespace {

constexpr char kPath[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr size_t kMaxEnvironmentFile = 1 << 20;

std::string_view Verb(ServiceJob job) {
  switch (job) {
    case ServiceJob::kMain:
      return "start";
    case ServiceJob::kStop:
      return "stop";
    case ServiceJob::kReload:
      return "reload";
    case ServiceJob::kCheck:
    case ServiceJob::kBefore:
      break;
  }
  return "";
}

ServiceCommand CommandFor(ServiceJob job) {
  switch (job) {
    case ServiceJob::kCheck:
      return ServiceCommand::kCheck;
    case ServiceJob::kBefore:
      return ServiceCommand::kBefore;
    case ServiceJob::kMain:
      return ServiceCommand::kMain;
    case ServiceJob::kStop:
      return ServiceCommand::kStop;
    case ServiceJob::kReload:
      return ServiceCommand::kReload;
  }
  return ServiceCommand::kMain;
}

class Environment {
 public:
  void Set(std::string_view name, std::string_view value) {
    Add(std::string(name).append("=").append(value));
  }

  void Add(std::string assignment) {
    const std::string_view name = std::string_view(assignment).substr(0, assignment.find('=') + 1);
    for (std::string& known : values_) {
      if (!known.starts_with(name)) continue;
      known = std::move(assignment);
      return;
    }
    values_.push_back(std::move(assignment));
  }

  // Lines NAME=value, as systemd's EnvironmentFile has them: '#' and ';' begin a comment, quotes
  // around the whole value go.
  void AddLines(std::string_view bytes) {
    LineReader lines(bytes);
    for (Line line; lines.Next(&line);) {
      const std::string_view text = TrimBlanks(line.text);
      const size_t equals = text.find('=');
      if (text.empty() || text[0] == '#' || text[0] == ';' || equals == text.npos) continue;
      std::string_view value = TrimBlanks(text.substr(equals + 1));
      const bool is_quoted = value.size() >= 2 && value.front() == value.back() &&
                             (value.front() == '"' || value.front() == '\'');
      if (is_quoted) value = value.substr(1, value.size() - 2);
      Set(TrimBlanks(text.substr(0, equals)), value);
    }
  }

  std::vector<std::string> Take() { return std::move(values_); }

 private:
  std::vector<std::string> values_;
};

bool AddFiles(Root* root, const std::vector<std::string>& files, Environment* environment,
              std::string* why) {
  for (const std::string& file : files) {
    const bool is_optional = file.starts_with('-');
    FileBytes bytes;
    const std::string path = file.substr(is_optional ? 1 : 0);
    const Error error = root->Read(path, kMaxEnvironmentFile, &bytes, nullptr);
    if (error.ok()) environment->AddLines(bytes.view());
    if (error.ok() || (is_optional && error.not_found())) continue;
    *why = path + ": " + error.Text();
    return false;
  }
  return true;
}

void AddOwn(const LaunchContext& context, std::string_view service, const ServiceSettings& settings,
            ServiceJob job, Environment* environment) {
  environment->Set("SVC_NAME", service);
  environment->Set("SVC_MODE", context.mode);
  environment->Set("SVC_SOCKET", context.socket);
  environment->Set("INVOCATION_ID", context.invocation);
  const bool is_main = job == ServiceJob::kMain;
  if (is_main && (settings.ready == ServiceReady::kNotify || settings.watchdog_ns > 0)) {
    environment->Set("NOTIFY_SOCKET", context.notify_address);
  }
  if (is_main && settings.watchdog_ns > 0) {
    environment->Set("WATCHDOG_USEC", std::to_string(settings.watchdog_ns / 1000));
  }
  if (!is_main && context.main > 0) environment->Set("MAINPID", std::to_string(context.main));
}

void AddAccount(const ServiceAccount& account, Environment* environment) {
  if (account.name.empty()) return;
  environment->Set("USER", account.name);
  environment->Set("LOGNAME", account.name);
  environment->Set("HOME", account.home);
  environment->Set("SHELL", account.shell);
}

void SetProgram(std::vector<std::string> words, SpawnRequest* request) {
  request->program = words[0];
  request->arguments = std::move(words);
}

}  // namespace

std::vector<std::string> CommandOf(const ServiceSettings& settings, ServiceJob job) {
  std::vector<std::string> words = settings.commands[static_cast<size_t>(CommandFor(job))];
  const std::string_view verb = Verb(job);
  if (settings.kind != ServiceKind::kScript || verb.empty()) return words;
  const bool is_own = !words.empty() && job != ServiceJob::kMain;
  if (is_own) return words;
  words = settings.commands[static_cast<size_t>(ServiceCommand::kMain)];
  words.emplace_back(verb);
  return words;
}

bool MakeLaunch(const LaunchContext& context, std::string_view service,
                const ServiceSettings& settings, ServiceJob job, SpawnRequest* request,
                std::string* why) {
  std::vector<std::string> words = CommandOf(settings, job);
  if (words.empty()) {
    *why = "no command";
    return false;
  }
  SetProgram(std::move(words), request);
  request->or_shell = settings.kind == ServiceKind::kScript;
  ServiceAccount account;
  if (!FindServiceAccount(context.root, settings, &account, why)) return false;
  Environment environment;
  environment.Set("PATH", kPath);
  AddAccount(account, &environment);
  if (!AddFiles(context.root, settings.environment_files, &environment, why)) return false;
  for (const std::string& assignment : settings.environment) environment.Add(assignment);
  AddOwn(context, service, settings, job, &environment);
  request->environment = environment.Take();
  request->credentials = std::move(account.credentials);
  request->directory = settings.directory.empty() ? "/" : settings.directory;
  bool has_descriptor_limit = false;
  for (const ServiceSettings::Limit& limit : settings.limits) {
    request->limits.push_back({limit.name, limit.soft, limit.hard});
    has_descriptor_limit |= limit.name == "nofile";
  }
  if (!has_descriptor_limit) {
    uint64_t soft = 0, hard = 0;
    if (ReadDescriptorLimit(&soft, &hard).ok() && soft != context.descriptor_limit) {
      request->limits.push_back({"nofile", context.descriptor_limit, hard});
    }
  }
  request->nice = settings.nice;
  request->oom_score = settings.oom_score;
  request->umask = settings.umask;
  if (settings.kind == ServiceKind::kTty && job == ServiceJob::kMain) {
    request->terminal =
        settings.terminal.starts_with('/') ? settings.terminal : "/dev/" + settings.terminal;
  }
  // Its autogroup is what nice counts in, and that goes with the session.
  request->new_session = settings.nice.has_value();
  if (job == ServiceJob::kMain && settings.watchdog_ns > 0) request->pid_variable = "WATCHDOG_PID";
  return true;
}

}  // namespace keelson
