// The first process never returns: when the loop has ended, the system ends.
#include "applets/svcd/init.h"

#include <csignal>
#include <memory>
#include <utility>

#include "core/flat_file.h"
#include "platform/clock.h"
#include "platform/file.h"

namespace keelson {
namespace {

constexpr int64_t kStopDeadlineNs = 120 * kSecond;  // for all services together
constexpr int64_t kGraceNs = 5 * kSecond;           // for what is left then
constexpr size_t kMaxCommandLine = 64 * 1024;

// What a word says of the mode; empty: nothing.
std::string_view ModeOf(std::string_view word) {
  constexpr std::string_view kOption = "svcd.mode=";
  if (word.starts_with(kOption)) return word.substr(kOption.size());
  if (word == "single" || word == "s" || word == "S") return "S";
  return word.size() == 1 && word[0] >= '1' && word[0] <= '5' ? word : "";
}

void TakeMode(std::string_view word, std::string* mode) {
  const std::string_view said = ModeOf(word);
  if (!said.empty()) *mode = said;
}

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

void PrepareSystem(const std::vector<std::string_view>& words, Log log, std::string* mode) {
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
    for (std::string_view word; reader.Next(&word);) TakeMode(word, mode);
  }
  for (const std::string_view word : words) TakeMode(word, mode);
}

void Init::Booted() {
  if (end_ || supervisor_->HasAnything()) return;
  log_.Error("nothing could be started: here is a shell, and another try when it ends");
  Shell();
}

void Init::Shell() {
  if (shell_ != 0) return;
  SpawnRequest request;
  request.terminal = "/dev/console";
  request.new_session = true;
  request.directory = "/";
  request.environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "TERM=linux"};
  const auto on_exit = [this](ProcessExit) {
    shell_ = 0;
    std::vector<std::string> findings;
    if (end_) return;
    static_cast<void>(supervisor_->Load(&findings));
    for (const std::string& finding : findings) log_.Warning(finding);
    try_ = supervisor_->NewRequest();
    supervisor_->SetMode(std::string(supervisor_->mode().name), try_, &findings);
  };
  Error error;
  for (const char* program : {"/sbin/sulogin", "/bin/sh"}) {
    request.program = program;
    request.arguments = {program};
    error = supervisor_->runner().processes().Spawn(request, on_exit, &shell_);
    if (error.ok()) return;
    shell_ = 0;
  }
  log_.Error("/bin/sh: " + error.Text());
}

void Init::BeginEnd(SystemEnd how) {
  end_ = how;
  if (shell_ != 0) {
    static_cast<void>(supervisor_->runner().processes().Signal(shell_, SIGHUP, true));
  }
  loop_->StartTimer(SystemClock()->MonotonicNs() + kStopDeadlineNs, [this] {
    log_.Error("services did not stop in time");
    loop_->Stop();
  });
}

void Init::End() {
  static_cast<void>(EndAllProcesses(kGraceNs));
  SyncAndUnmount();
  const Error error = EndSystem(end_.value_or(SystemEnd::kReboot));
  log_.Error("the system does not end: " + error.Text());
  while (true) static_cast<void>(loop_->RunOnce(-1));
}

}  // namespace keelson
