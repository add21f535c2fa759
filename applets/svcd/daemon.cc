// svcd: read the definitions, bring up the mode's services, answer, and end in order.
#include <algorithm>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "applets/run.h"
#include "applets/status.h"
#include "applets/svcd/control.h"
#include "applets/svcd/init.h"
#include "applets/svcd/left_behind.h"
#include "applets/svcd/program_trial.h"
#include "applets/svcd/service_events.h"
#include "applets/svcd/state_file.h"
#include "applets/svcd/supervisor.h"
#include "applets/svcd/svcd.h"
#include "applets/svcd/svcd_options.h"
#include "core/lookup_monitor.h"
#include "platform/boot.h"
#include "platform/handover.h"
#include "platform/line_sink.h"
#include "platform/log_sink.h"
#include "platform/privilege.h"
#include "platform/program.h"
#include "platform/random.h"
#include "platform/readiness.h"

namespace keelson {
namespace {

constexpr size_t kMaxState = 256 << 20;

// The last of the folders that a socket lies in, and those before it.
void MakeFolders(const std::string& path) {
  std::unique_ptr<Root> root;
  if (!OpenRoot("/", &root).ok()) return;
  for (size_t slash = path.find('/', 1); slash != path.npos; slash = path.find('/', slash + 1)) {
    std::unique_ptr<Directory> parent;
    std::string name;
    if (!root->Locate(path.substr(0, slash), true, &parent, &name).ok()) return;
    static_cast<void>(parent->MakeDirectory(name, 0755));  // if not, binding tells
  }
}

class Svcd : public Supervisor::Listener {
 public:
  Svcd(SvcdOptions options, const InitWords& words, Log log)
      : options_(std::move(options)), words_(words), log_(log) {}

  absl::Status Open(const std::string& state);
  // state: what another svcd has handed down; empty: nothing.
  absl::StatusOr<int> Serve(const Invocation& invocation, const std::string& state);
  void Reload();
  void ShutDown(std::optional<SystemEnd> how, ServiceRequest request);

  void OnFinish(const ServiceAction& action) override;

 private:
  void WriteLine(ServiceLogKind kind, std::string_view service, std::string_view line);
  void TryAndExecute(const ProgramTrial::Tell& tell);
  void Execute(const std::string& program, int64_t now_ns);
  absl::Status HearSignals();

  const SvcdOptions options_;
  const InitWords words_;
  const Log log_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Root> root_;
  std::unique_ptr<LineSink> syslog_ = NewSyslogSink(), kernel_ = NewKernelLogSink(),
                            console_ = NewConsoleSink();
  ServiceLog::Sinks sinks_;
  std::unique_ptr<ServiceSources> sources_;
  std::unique_ptr<Supervisor> supervisor_;
  std::unique_ptr<ProgramTrial> trial_;
  std::unique_ptr<ServiceEvents> events_;
  std::unique_ptr<ServiceControl> control_;
  std::unique_ptr<Init> init_;  // as the first process
  HandedDaemon handed_;
  ServiceRequest shutdown_ = 0, boot_ = 0;
  bool is_stopped_ = false;  // all services, in order
};

void Svcd::WriteLine(ServiceLogKind kind, std::string_view service, std::string_view line) {
  LineSink* const sink = kind == ServiceLogKind::kSyslog ? syslog_.get()
                         : kind == ServiceLogKind::kKmsg ? kernel_.get()
                                                         : console_.get();
  static_cast<void>(sink->Write(LogLevel::kInfo, service, line));
}

absl::Status Svcd::Open(const std::string& state) {
  if (Error error = NewLoop(&loop_); !error.ok()) return SystemError("event loop", "failed", error);
  if (Error error = OpenRoot(options_.root, &root_); !error.ok()) {
    return SystemError(options_.root, "", error);
  }
  Clock* const clock = SystemClock();
  uint64_t hard = 0, raised = 0;
  handed_.mode = words_.mode;
  handed_.began_ns = clock->MonotonicNs();
  static_cast<void>(ReadDescriptorLimit(&handed_.descriptor_limit, &hard));
  if (!state.empty() && !ReadStateHead(state, &handed_)) {
    log_.Error("--resume: nothing that another svcd has left");
  }
  // Of its own, so that two of them on one machine never meet in one control group.
  if (handed_.tree_label.empty()) {
    std::string id;
    if (Error error = RandomId(&id); !error.ok()) return SystemError("random bytes", "none", error);
    handed_.tree_label = kTreeLabel + id.substr(0, 16);
  }
  if (Error error = RaiseDescriptorLimit(&raised); !error.ok()) {
    log_.Warning("descriptor limit: " + error.Text());
  }
  sinks_ = {root_.get(), clock,
            [this](ServiceLogKind kind, std::string_view service, std::string_view line) {
              WriteLine(kind, service, line);
            },
            [this](std::string_view service, const std::string& what) {
              log_.Warning(std::string(service) + ": its log: " + what);
            }};
  sources_ = std::make_unique<ServiceSources>(root_.get(), options_.paths);
  ServiceRunner::Options runner{loop_.get(),
                                clock,
                                root_.get(),
                                options_.prefix,
                                options_.socket,
                                options_.socket + ".notify",
                                std::exchange(handed_.notify, -1),
                                handed_.tree_label,
                                handed_.descriptor_limit,
                                log_};
  const auto unmet = [this](const ServiceSettings& settings) { return events_->Unmet(settings); };
  supervisor_ = std::make_unique<Supervisor>(std::move(runner), &sinks_, unmet, sources_.get());
  events_ = std::make_unique<ServiceEvents>(loop_.get(), clock, root_.get(), options_.prefix,
                                            supervisor_.get(), handed_.began_ns, log_);
  events_->HearLookupsAt(kLookupMonitorSocket);
  ServiceControl::Daemon daemon{
      [this](std::string_view how, ServiceRequest request) {
        const std::optional<SystemEnd> end = SystemEndOf(how);
        if (end) ShutDown(end, request);
        return end.has_value();
      },
      [this](const ProgramTrial::Tell& tell) { TryAndExecute(tell); },
      [this](std::string_view event, bool is_up, uint64_t holder) {
        return events_->Tell(event, is_up, holder);
      },
      [this](uint64_t holder) { events_->EndHolding(holder); }};
  control_ = std::make_unique<ServiceControl>(loop_.get(), clock, root_.get(), supervisor_.get(),
                                              std::move(daemon));
  supervisor_->AddListener(control_.get());
  supervisor_->AddListener(this);
  // The socket first: who finds another svcd there leaves everything of it alone.
  MakeFolders(options_.socket);
  if (Error error = control_->Listen(options_.socket, std::exchange(handed_.listener, -1));
      !error.ok()) {
    return SystemError(options_.socket, "cannot listen", error);
  }
  if (Error error = supervisor_->Open(); !error.ok()) {
    return SystemError(options_.socket + ".notify", "cannot listen", error);
  }
  trial_ = std::make_unique<ProgramTrial>(loop_.get(), clock, &supervisor_->runner().processes());
  return HearSignals();
}

absl::Status Svcd::HearSignals() {
  const auto hear = [this](int signal, std::function<void()> callback) {
    return loop_->OnSignal(signal, std::move(callback));
  };
  std::vector<std::pair<int, std::optional<SystemEnd>>> ends = {{SIGTERM, {}}, {SIGINT, {}}};
  if (IsFirstProcess()) {
    ends = {{SIGTERM, SystemEnd::kReboot},
            {SIGINT, SystemEnd::kReboot},  // Ctrl-Alt-Del
            {SIGUSR1, SystemEnd::kHalt},
            {SIGUSR2, SystemEnd::kPowerOff},
            {kPowerFailSignal, SystemEnd::kPowerOff}};
  }
  for (const auto& [signal, end] : ends) {
    const Error error = hear(signal, [this, end = end] { ShutDown(end, 0); });
    if (!error.ok()) return SystemError("signals", "failed", error);
  }
  const Error error = hear(SIGHUP, [this] { Reload(); });
  return error.ok() ? absl::OkStatus() : SystemError("signals", "failed", error);
}

void Svcd::Reload() {
  std::vector<std::string> findings;
  const bool is_taken = supervisor_->Load(Supervisor::Taken::kWhole, &findings);
  for (const std::string& finding : findings) log_.Warning(finding);
  log_.Notice(is_taken ? "configuration read again" : "the old configuration stays in force");
}

void Svcd::ShutDown(std::optional<SystemEnd> how, ServiceRequest request) {
  if (init_ != nullptr) init_->BeginEnd(how.value_or(SystemEnd::kPowerOff));
  shutdown_ = request != 0 ? request : supervisor_->NewRequest();
  log_.Notice("stopping all services");
  supervisor_->Shutdown(shutdown_);
}

void Svcd::OnFinish(const ServiceAction& action) {
  if (action.request == shutdown_) {
    is_stopped_ = true;
    log_.Notice("all services are stopped");
    loop_->Stop();
  }
  const bool is_boot = action.request == boot_;
  if (init_ != nullptr && (is_boot || init_->IsOurs(action.request))) init_->Booted();
}

void Svcd::TryAndExecute(const ProgramTrial::Tell& tell) {
  if (supervisor_->is_shutting_down()) return tell("reexec: all services are being stopped");
  std::string program = ExecutedPath();
  if (program.empty()) static_cast<void>(ProgramPath(&program));
  trial_->Try(program, [this, program, tell](const std::string& why) {
    tell(why);
    if (!why.empty()) return log_.Error(why);
    const int64_t now_ns = SystemClock()->MonotonicNs();
    loop_->StartTimer(now_ns, [=, this] { Execute(program, now_ns); });  // after all that is due
  });
}

// Nothing is lost before exec has succeeded: descriptors are only marked.
void Svcd::Execute(const std::string& program, int64_t now_ns) {
  if (supervisor_->is_shutting_down()) return;
  Descriptor file;
  handed_.mode = supervisor_->mode().name;
  handed_.listener = control_->listener();
  handed_.notify = supervisor_->runner().notify_descriptor();
  handed_.events = events_->HandDown(now_ns);
  Error error = WriteNameless(WriteState(supervisor_.get(), handed_), &file);
  if (error.ok()) error = SetKept(file.get(), true);
  std::vector<std::string> arguments = {"svcd", "--resume", std::to_string(file.get())};
  arguments.insert(arguments.end(), options_.again.begin(), options_.again.end());
  if (error.ok()) {
    control_->TakeLeave("svcd executes itself anew: ask again");
    error = ::keelson::Execute(program, arguments);
  }
  log_.Error("reexec: " + program + ": " + error.Text());
}

void TellReady(const Invocation& invocation, Log log) {
  if (invocation.Has("daemonize")) DaemonReady();
  if (Error error = NotifyManager("READY=1"); !error.ok()) {
    log.Warning("NOTIFY_SOCKET: " + error.Text());
  }
  if (!invocation.Has("ready-fd")) return;
  const int fd = static_cast<int>(invocation.Number("ready-fd", -1));
  if (Error error = NotifyDescriptor(fd); !error.ok()) log.Warning("--ready-fd: " + error.Text());
}

std::string ReadHanded(const Invocation& invocation, Log log) {
  std::string state;
  if (!invocation.Has("resume")) return state;
  Descriptor file(static_cast<int>(invocation.Number("resume", -1)));
  if (Error error = ReadNameless(file.get(), kMaxState, &state); !error.ok()) {
    log.Error("--resume: " + error.Text());
  }
  return state;
}

absl::StatusOr<int> Svcd::Serve(const Invocation& invocation, const std::string& state) {
  if (absl::Status status = Open(state); !status.ok()) return status;
  std::vector<std::string> findings;
  supervisor_->NameMode(handed_.mode);
  static_cast<void>(supervisor_->Load(Supervisor::Taken::kWhatIsSound, &findings));
  for (const std::string& finding : findings) log_.Warning(finding);
  if (IsFirstProcess()) {
    init_ = std::make_unique<Init>(loop_.get(), supervisor_.get(), words_.deadline_ns, log_);
  }
  if (state.empty()) {
    if (!IsFirstProcess()) TellOfLeftBehind(options_.socket, log_);
  } else {
    RestoreState(state, supervisor_.get(), log_);
  }
  supervisor_->AddListener(events_.get());
  if (state.empty()) {
    events_->Begin();
    boot_ = supervisor_->NewRequest();
    supervisor_->SetMode(supervisor_->mode(), boot_);
    TellReady(invocation, log_);
  } else {
    events_->Begin(std::exchange(handed_.events, {}));
  }
  const Error error = loop_->Run();
  static_cast<void>(NotifyManager("STOPPING=1"));
  if (init_ != nullptr) {
    if (!is_stopped_) control_->TakeLeave("services did not stop in time");
    control_.reset();
    events_.reset();
    trial_.reset();
    init_->EndProcesses();
    supervisor_.reset();  // and with it the folders of its trees
    init_->End();
  }
  if (!error.ok()) return SystemError("event loop", "failed", error);
  return 0;
}

int CheckOnly(const SvcdOptions& options, Root* root) {
  ServiceSources sources(root, options.paths);
  ServiceMode mode;
  const ServiceSet set = sources.ReadWithModes(options.mode, &mode);
  for (const std::string& finding : set.findings) PrintError("svcd", finding);
  return set.findings.empty() ? 0 : 1;
}

}  // namespace

absl::StatusOr<int> RunSvcd(const Invocation& invocation) {
  for (const std::string name : {"ready-fd", "resume"}) {
    if (!invocation.Has(name) || IsOpenDescriptor(invocation.Number(name, -1))) continue;
    return UsageError("--" + name + ": " + std::string(invocation.Text(name)) + " is not open");
  }
  if (!IsFirstProcess() && !invocation.operands().empty()) {
    return UsageError("unexpected operand '" + std::string(invocation.operands()[0]) +
                      "': run levels are for the first process");
  }
  if (invocation.Has("resume") && !IsFirstProcess() &&
      !IsOpenDescriptor(invocation.Number("resume", -1))) {
    return UsageError("--resume: " + std::string(invocation.Text("resume")) + " is not open");
  }
  absl::StatusOr<SvcdOptions> options = ReadSvcdOptions(invocation);
  if (!options.ok()) return options.status();
  const bool is_dry = invocation.Has("dry-run");
  if (is_dry || !IsFirstProcess()) {
    std::unique_ptr<Root> root;
    if (Error error = OpenRoot(options->root, &root); !error.ok()) {
      return SystemError(options->root, "", error);
    }
    if (is_dry) return CheckOnly(*options, root.get());
    FileInfo info;
    Error error = root->Stat(options->paths.config, &info);
    if (error.ok() && info.type != FileType::kDirectory) error = Error(ENOTDIR);
    if (options->paths.must_have_config && !invocation.Has("resume") && !error.ok()) {
      return SystemError(options->paths.config, "", error);
    }
  }
  // A log whose reader has gone must not take the services along.
  std::signal(SIGPIPE, SIG_IGN);
  const LogLevel level = invocation.Has("verbose") ? LogLevel::kInfo : LogLevel::kNotice;
  const Log log(IsFirstProcess() ? InitLogSink() : StderrSink("svcd"), level);
  InitWords words;
  words.mode = options->mode;
  if (IsFirstProcess()) PrepareSystem(invocation.operands(), log, &words);
  if (invocation.Has("daemonize")) {
    if (Error error = Daemonize(); !error.ok()) return SystemError("fork", "failed", error);
  }
  std::string state = ReadHanded(invocation, log);
  // Everything would be started a second time.
  if (invocation.Has("resume") && !IsFirstProcess() && !IsState(state)) {
    return absl::UnavailableError("--resume: nothing that another svcd has left");
  }
  for (;; state.clear()) {
    const absl::StatusOr<int> result = Svcd(*options, words, log).Serve(invocation, state);
    if (!IsFirstProcess()) return result;
    log.Error(std::string(result.status().message()));
    RunRescueShell(log);
  }
}

}  // namespace keelson
