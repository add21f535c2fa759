// One line for each change, as soon as it is in the database. Nobody waits for who reads it: the
// database goes on, and so does the end when it is asked for.
#include <csignal>
#include <memory>
#include <string>
#include <utility>

#include "applets/mdsscan/changes.h"
#include "applets/mdsscan/commands.h"
#include "applets/mdsscan/module_watch.h"
#include "applets/status.h"
#include "core/log.h"
#include "platform/output_queue.h"
#include "platform/program.h"
#include "platform/readiness.h"

namespace keelson {
namespace {

// Where the system has no watches left at all.
class NoWatch : public Watch {
 public:
  explicit NoWatch(Error error) : error_(error) {}
  Error Add(std::string_view, int*) override { return error_; }
  void Remove(int) override {}
  void Poll() override {}

 private:
  const Error error_;
};

class WatchCommand {
 public:
  WatchCommand(const MdsCall& call, Loop* loop, std::string root)
      : call_(call),
        loop_(loop),
        watch_(loop, SystemClock(), call.root, call.directory,
               {std::move(root), call.options.path, call.options.recursive},
               [this](const absl::Status& status, const RefreshReport& report) {
                 Tell(status, report);
               }),
        output_(loop, 1,
                [this](uint64_t lost) {
                  return "lost " + std::to_string(lost) + " " +
                         std::to_string(call_.directory->generation()) + "\n";
                }),
        errors_(loop, 2, [this](uint64_t lost) {
          return ErrorLine(std::to_string(lost) + " lines lost, because nobody read them");
        }) {}

  absl::StatusOr<int> Run() {
    std::unique_ptr<Watch> watch;
    Error error = NewWatch(
        loop_, [this](const WatchEvent& event) { watch_.OnEvent(event); }, &watch);
    if (!error.ok()) watch = std::make_unique<NoWatch>(error);
    watch_.Use(std::move(watch));
    // Whoever read it is gone: nobody is left to tell.
    output_.OnError([this] { loop_->Stop(); });
    for (int signal : {SIGTERM, SIGINT}) {
      error = loop_->OnSignal(signal, [this] { loop_->Stop(); });
      if (!error.ok()) return SystemError("signals", "", error);
    }
    error = loop_->OnSignal(SIGHUP, [this] { watch_.LookAtAll(); });
    if (!error.ok()) return SystemError("signals", "", error);
    watch_.Start();
    if (!first_.ok()) return first_;
    TellReady();
    error = loop_->Run();
    if (!error.ok()) return SystemError("watch", "", error);
    (void)NotifyManager("STOPPING=1");
    if (!output_.error().ok()) return SystemError("standard output", "", output_.error());
    return 0;
  }

 private:
  void Tell(const absl::Status& status, const RefreshReport& report) {
    if (!is_ready_) first_.Update(status);
    if (!status.ok()) return TellOnce(std::string(status.message()));
    for (const ModuleChange& change : report.changes) {
      output_.Put(std::string(ChangeWord(change.kind)) + " " + EscapedField(change.module) + " " +
                  std::to_string(call_.directory->generation()) + "\n");
    }
    if (!report.lost.empty()) TellError(report.lost);
    for (const std::string& message : report.messages) TellError(message);
    TellOnce(report.not_published.ok()
                 ? ""
                 : std::string(report.not_published.message()) + "; nothing was stored");
    if (call_.invocation.Has("verbose") && watch_.is_polling() && !was_polling_) {
      TellError("not everything can be watched: looking every " +
                std::to_string(ModuleWatch::kPollNs / kSecond) + " seconds");
    }
    was_polling_ = watch_.is_polling();
  }

  std::string ErrorLine(const std::string& what) const {
    return std::string(call_.applet()) + ": " + Printable(what) + "\n";
  }
  void TellError(const std::string& what) { errors_.Put(ErrorLine(what)); }

  // Until it is something else.
  void TellOnce(const std::string& trouble) {
    if (trouble != trouble_ && !trouble.empty()) TellError(trouble);
    trouble_ = trouble;
  }

  void TellReady() {
    is_ready_ = true;
    Error error = NotifyManager("READY=1");
    if (!error.ok()) TellError("NOTIFY_SOCKET: " + error.Text());
    if (!call_.invocation.Has("ready-fd")) return;
    error = NotifyDescriptor(static_cast<int>(call_.invocation.Number("ready-fd", -1)));
    if (!error.ok()) TellError("--ready-fd: " + error.Text());
  }

  const MdsCall& call_;
  Loop* const loop_;
  ModuleWatch watch_;
  OutputQueue output_, errors_;
  absl::Status first_;
  bool is_ready_ = false;
  bool was_polling_ = false;
  std::string trouble_;
};

}  // namespace

absl::StatusOr<int> RunMdsWatch(const MdsCall& call) {
  if (call.freshness() != Freshness::kFull) return UsageError("watch: it has one mode, full");
  if (call.invocation.Has("ready-fd") &&
      !IsOpenDescriptor(call.invocation.Number("ready-fd", -1))) {
    return UsageError("--ready-fd: " + std::string(call.invocation.Text("ready-fd")) +
                      " is not open");
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::string root;
  const std::string given(call.invocation.Text("root", "/"));
  if (Error error = RealPath(given, &root); !error.ok()) return SystemError(given, "", error);
  if (root == "/") root.clear();
  std::unique_ptr<Loop> loop;
  if (Error error = NewLoop(&loop); !error.ok()) return SystemError("loop", "", error);
  return WatchCommand(call, loop.get(), std::move(root)).Run();
}

}  // namespace keelson
