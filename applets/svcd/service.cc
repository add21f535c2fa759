// svcd does it when it runs and knows the service; otherwise the script is executed in our place,
// in "/" and with little of our environment, as Debian's and FreeBSD's service(8) do.
//
// Actions of rc.d with "one", "force" or "quiet" in front are the script's own affair, but for the
// ones that svcd has a word for.
#include "applets/svcd/service.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "applets/run.h"
#include "applets/status.h"
#include "applets/svcd/service_scripts.h"
#include "applets/svcd/status_output.h"
#include "applets/svcd/svc_client.h"
#include "applets/svcd/svcd_options.h"
#include "core/service_definition.h"
#include "platform/clock.h"

namespace keelson {
namespace {

// LSB Core 20.2: kRuns to kUnknown are those of status, the others those of other actions.
enum LsbCode : int {
  kRuns = 0,
  kNotRunning = 3,
  kUnknown = 4,

  kGeneric = 1,
  kDenied = 4,
  kNotInstalled = 5,
  kIsNotRunning = 7,
};

constexpr int64_t kAnswerNs = 30 * kSecond;

// What svcd does for an action; null: nothing of its own.
const char* VerbOf(std::string_view action) {
  constexpr struct {
    const char *action, *verb;
  } kVerbs[] = {
      {"start", "start"},         {"stop", "stop"},           {"restart", "restart"},
      {"reload", "reload"},       {"status", "status"},       {"force-reload", "reload"},
      {"try-restart", "restart"}, {"condrestart", "restart"}, {"onestart", "start"},
      {"onestop", "stop"},        {"onerestart", "restart"},  {"onereload", "reload"},
      {"onestatus", "status"},
  };
  for (const auto& row : kVerbs) {
    if (action == row.action) return row.verb;
  }
  return nullptr;
}

class ServiceCall {
 public:
  explicit ServiceCall(const Invocation& invocation)
      : invocation_(invocation),
        socket_(invocation.Has("socket") ? std::string(invocation.Text("socket"))
                                         : DefaultSvcdSocket()),
        scripts_(std::string(invocation.Text("init-dir", "/etc/init.d")), RcFolders(invocation)) {}

  absl::StatusOr<int> StatusAll() {
    for (const std::string& name : scripts_.Names()) {
      char mark = '?';
      ServiceRow row;
      if (Knows(name, &row)) {
        mark = IsUp(row) ? '+' : '-';
      } else {
        bool is_up = false;
        if (scripts_.TakesStatus(name) && scripts_.Status(name, &is_up).ok()) {
          mark = is_up ? '+' : '-';
        }
      }
      std::printf(" [ %c ]  %s\n", mark, name.c_str());
    }
    return 0;
  }

  absl::StatusOr<int> Do(const std::string& name, std::vector<std::string> words) {
    const bool is_full = words[0] == "--full-restart";
    const std::string action = is_full ? "restart" : words[0];
    ServiceRow row;
    const char* verb = words.size() == 1 ? VerbOf(action) : nullptr;
    if (verb != nullptr && Knows(name, &row)) return Request(row, action, verb);
    const bool is_status = action == "status" || action == "onestatus";
    const std::string script = scripts_.Find(name);
    if (script.empty()) {
      PrintError(invocation_.applet(), name + ": no such service");
      return is_status ? kUnknown : kNotInstalled;
    }
    if (is_full) {
      int code = 0;
      if (Error error = scripts_.Run(script, {"stop"}, &code); !error.ok()) {
        return SystemError(script, "", error);
      }
      words = {"start"};
    }
    const Error error = scripts_.Become(script, words);
    PrintError(invocation_.applet(), script + ": " + error.Text());
    if (is_status) return kUnknown;
    return error.code() == EACCES || error.code() == EPERM ? kDenied : kGeneric;
  }

 private:
  static std::vector<std::string> RcFolders(const Invocation& invocation) {
    std::vector<std::string> folders;
    for (std::string_view folder : invocation.Texts("rc-dir")) folders.emplace_back(folder);
    if (folders.empty()) folders = {"/etc/rc.d", "/usr/local/etc/rc.d"};
    return folders;
  }

  static bool IsUp(const ServiceRow& row) {
    return row["state"] == "up" || row["state"] == "starting" || row["state"] == "done" ||
           row["state"] == "stopping";
  }

  bool Knows(const std::string& name, ServiceRow* row) const {
    bool is_known = false;
    SvcdListener listener;
    listener.row = [&](auto fields) {
      *row = ReadServiceRow(fields);
      is_known = true;
    };
    SvcdEnd end;
    const std::vector<std::string> words = {"status", name};
    return AskSvcd(socket_, words, {.silence_ns = kAnswerNs}, listener, &end).ok() && is_known;
  }

  absl::StatusOr<int> Request(const ServiceRow& row, std::string_view action,
                              const std::string& verb) const {
    const std::string& name = row["name"];
    if (verb == "status") {
      const std::string pid = row["pid"].empty() ? "" : " (pid " + row["pid"] + ")";
      std::printf("%s\n", EscapedField(name + ": " + row["state"] + pid).c_str());
      return IsUp(row) ? kRuns : kNotRunning;
    }
    const bool only_running = action == "try-restart" || action == "condrestart";
    if (only_running && !IsUp(row)) return 0;
    // LSB has status 0 for what has done its work, too; but there is nothing to be reloaded.
    const bool is_done = row["state"] == "done" && action != "force-reload";
    if (verb == "reload" && (!IsUp(row) || is_done)) {
      PrintError(invocation_.applet(), name + ": not running");
      return kIsNotRunning;
    }
    SvcdEnd end = Ask(verb, name);
    // LSB: reload if it can do that, restart otherwise.
    if (action == "force-reload" && end.code == 1 && end.why.empty()) end = Ask("restart", name);
    if (end.code == 0) return 0;
    return end.why == "denied" ? kDenied : kGeneric;
  }

  SvcdEnd Ask(const std::string& verb, const std::string& name) const {
    SvcdListener listener;
    listener.error = [&](std::string_view line) { PrintError(invocation_.applet(), line); };
    SvcdEnd end;
    const std::vector<std::string> words = {verb, name};
    if (Error error = AskSvcd(socket_, words, Patience(), listener, &end); !error.ok()) {
      PrintError(invocation_.applet(), socket_ + ": " + error.Text());
    }
    return end;
  }

  const Invocation& invocation_;
  const std::string socket_;
  ServiceScripts scripts_;
};

}  // namespace

absl::StatusOr<int> RunService(const Invocation& invocation) {
  const auto& operands = invocation.operands();
  ServiceCall call(invocation);
  if (invocation.Has("status-all")) {
    if (!operands.empty()) return UsageError("--status-all: unexpected operand");
    return call.StatusAll();
  }
  if (invocation.Has("full-restart")) return UsageError("--full-restart comes behind a name");
  if (operands.empty()) return UsageError("a name is missing");
  if (operands.size() < 2) return UsageError("an action is missing");
  const std::string name(operands[0]);
  if (!IsServiceName(name)) return UsageError("'" + name + "' is no name of a service");
  return call.Do(name, {operands.begin() + 1, operands.end()});
}

}  // namespace keelson
