// The first process never returns: when the loop has ended, the system ends.
#include "applets/svcd/init.h"

#include <algorithm>
#include <csignal>
#include <functional>
#include <memory>
#include <utility>

#include "core/config.h"
#include "core/flat_file.h"
#include "platform/file.h"
#include "platform/line_sink.h"
#include "platform/log_sink.h"
#include "platform/terminal.h"

namespace keelson {
namespace {

constexpr int64_t kGraceNs = 5 * kSecond;     // for what is left of programs when services are down
constexpr int64_t kNoShellNs = 10 * kSecond;  // between two tries
constexpr size_t kMaxCommandLine = 64 * 1024;

void TakeWord(std::string_view word, InitWords* words) {
  constexpr std::string_view kMode = "svcd.mode=", kDeadline = "svcd.deadline=";
  if (word.starts_with(kDeadline)) {
    words->deadline_ns = ParseDuration(word.substr(kDeadline.size())).value_or(words->deadline_ns);
  } else if (word.starts_with(kMode) && word.size() > kMode.size()) {
    words->mode = word.substr(kMode.size());
  } else if (word == "single" || word == "s" || word == "S") {
    words->mode = "S";
  } else if (word.size() == 1 && word[0] >= '1' && word[0] <= '5') {
    words->mode = word;
  }
}

Error StartShell(Processes* processes, std::function<void(ProcessExit)> on_exit, ProcessId* pid) {
  SpawnRequest request;
  request.terminal = "/dev/console";
  request.new_session = true;
  request.directory = "/";
  request.environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "TERM=linux"};
  Error error;
  for (const char* program : {"/sbin/sulogin", "/bin/sh"}) {
    request.program = program;
    request.arguments = {program};
    error = processes->Spawn(request, on_exit, pid);
    if (error.ok()) return error;
  }
  *pid = 0;
  return error;
}

class InitSink : public LogSink {
 public:
  void Write(LogLevel level, std::string_view line) override {
    static_cast<void>(kernel_->Write(level, "svcd", line));
    if (terminal_ == nullptr) return stderr_->Write(level, line);
    static_cast<void>(terminal_->Write(level, "svcd", line));
  }

 private:
  const std::unique_ptr<LineSink> kernel_ = NewKernelLogSink();
  LogSink* const stderr_ = StderrSink("svcd");
  // A terminal that somebody has stopped takes nothing: it is opened anew, so as not to wait.
  const std::unique_ptr<LineSink> terminal_ =
      ErrorsGoToTerminal() ? NewConsoleSink("/proc/self/fd/2") : nullptr;
};

}  // namespace

#ifdef SIGPWR
const int kPowerFailSignal = SIGPWR;
#else
const int kPowerFailSignal = SIGUSR2;
#endif

std::optional<SystemEnd> SystemEndOf(std::string_view how) {
  if (how == "halt") return SystemEnd::kHalt;
  if (how == "poweroff") return SystemEnd::kPowerOff;
  if (how == "reboot") return SystemEnd::kReboot;
  return std::nullopt;
}

LogSink* InitLogSink() {
  static InitSink sink;
  return &sink;
}

void PrepareSystem(const std::vector<std::string_view>& operands, Log log, InitWords* words) {
  std::vector<std::string> notes;
  MountSystemFolders(&notes);
  static_cast<void>(OpenConsole());  // without one there is nobody to tell
  for (const std::string& note : notes) log.Warning(note);
  static_cast<void>(TakeCtrlAltDel());  // in a name space of its own there is none
  std::unique_ptr<Root> root;
  FileBytes bytes;
  if (OpenRoot("/", &root).ok() &&
      root->Read("/proc/cmdline", kMaxCommandLine, &bytes, nullptr).ok()) {
    ColumnReader reader(TrimBlanks(bytes.view()));
    for (std::string_view word; reader.Next(&word);) TakeWord(word, words);
  }
  for (const std::string_view word : operands) TakeWord(word, words);
}

void Init::Booted() {
  if (end_ || supervisor_->HasAnything()) return;
  log_.Error("nothing could be started: here is a shell, and another try when it ends");
  Shell();
}

void RunRescueShell(Log log) {
  log.Error("here is a shell, and another try when it ends");
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Processes> processes;
  Error error = NewLoop(&loop);
  if (error.ok()) error = NewProcesses(loop.get(), &processes);
  if (error.ok()) error = processes->AdoptOrphans({});
  bool is_over = false;
  ProcessId shell = 0;
  if (error.ok()) {
    error = StartShell(
        processes.get(), [&](ProcessExit) { is_over = true; }, &shell);
  }
  const int64_t later_ns = SystemClock()->MonotonicNs() + kNoShellNs;
  if (!error.ok()) log.Error("/bin/sh: " + error.Text());
  while (!is_over && loop != nullptr) {
    static_cast<void>(loop->RunOnce(shell != 0 ? -1 : later_ns));
    if (shell == 0 && SystemClock()->MonotonicNs() >= later_ns) return;
  }
}

void Init::Shell() {
  if (shell_ != 0) return;
  const auto on_exit = [this](ProcessExit) {
    shell_ = 0;
    std::vector<std::string> findings;
    if (end_) return;
    static_cast<void>(supervisor_->Load(Supervisor::Taken::kWhatIsSound, &findings));
    for (const std::string& finding : findings) log_.Warning(finding);
    try_ = supervisor_->NewRequest();
    supervisor_->SetMode(supervisor_->mode(), try_);
  };
  const Error error = StartShell(&supervisor_->runner().processes(), on_exit, &shell_);
  if (!error.ok()) log_.Error("/bin/sh: " + error.Text());
}

void Init::BeginEnd(SystemEnd how) {
  end_ = how;
  if (shell_ != 0) {
    static_cast<void>(supervisor_->runner().processes().Signal(shell_, SIGHUP, true));
  }
  loop_->StartTimer(SystemClock()->MonotonicNs() + deadline_ns_, [this] {
    log_.Error("services did not stop in time");
    loop_->Stop();
  });
}

void Init::EndProcesses() { static_cast<void>(EndAllProcesses(std::min(kGraceNs, deadline_ns_))); }

void Init::End() {
  SyncAndUnmount();
  const Error error = EndSystem(end_.value_or(SystemEnd::kReboot));
  log_.Error("the system does not end: " + error.Text());
  while (true) static_cast<void>(loop_->RunOnce(-1));
}

}  // namespace keelson
