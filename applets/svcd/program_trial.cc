// Asked in a child, with the words that its exec would begin with, and not for ever.
#include "applets/svcd/program_trial.h"

#include <csignal>
#include <utility>

#include "applets/svcd/runner.h"
#include "platform/pipe.h"
#include "platform/program.h"

namespace keelson {
namespace {

constexpr int64_t kPatienceNs = 10 * kSecond;
constexpr size_t kMaxOutput = 4096;
constexpr std::string_view kOurs = "svcd (keelson) ";  // how --version begins

}  // namespace

void ProgramTrial::Try(const std::string& program, Tell tell) {
  waiting_.push_back(std::move(tell));
  if (waiting_.size() > 1) return;
  program_ = program;
  Descriptor writer;
  if (Error error = MakePipe(&output_, &writer); !error.ok()) return TellAll(error.Text());
  const SpawnRequest request{.program = program,
                             .arguments = {"svcd", "--version"},
                             .environment = OwnEnvironment(),
                             .descriptors = {{writer.get(), 1}}};
  const Error error = processes_->Spawn(
      request, [this](ProcessExit exit) { OnExit(exit); }, &pid_);
  if (!error.ok()) return TellAll(error.Text());
  timer_ = loop_->StartTimer(clock_->MonotonicNs() + kPatienceNs, [this] {
    timer_ = 0;
    static_cast<void>(processes_->Signal(pid_, SIGKILL, true));
  });
}

void ProgramTrial::OnExit(ProcessExit exit) {
  if (timer_ == 0) return TellAll("it does not end when it is asked for its version");
  loop_->CancelTimer(std::exchange(timer_, 0));
  std::string said;
  static_cast<void>(ReadPipe(output_.get(), kMaxOutput, &said));
  if (exit.signaled || exit.value != 0) {
    return TellAll("asked for its version, it ends with " + ExitText(exit));
  }
  TellAll(said.starts_with(kOurs) ? "" : "it is another program");
}

void ProgramTrial::TellAll(const std::string& why) {
  output_.Reset();
  for (const Tell& tell : std::exchange(waiting_, {})) {
    tell(why.empty() ? why : "reexec: " + program_ + ": " + why);
  }
}

}  // namespace keelson
