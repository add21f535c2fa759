// A command is a request to svcd in the same words; what comes back is printed.
//
// Being interrupted ends the waiting alone: what was asked for goes on.
#include "applets/svcd/svc.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "applets/run.h"
#include "applets/status.h"
#include "applets/subcommand.h"
#include "applets/svcd/status_output.h"
#include "applets/svcd/svc_client.h"
#include "applets/svcd/svc_files.h"
#include "applets/svcd/svcd_options.h"
#include "core/log.h"
#include "platform/clock.h"
#include "platform/terminal.h"

namespace keelson {
namespace {

constexpr size_t kMany = Subcommand::kMany;
constexpr int64_t kAnswerNs = 30 * kSecond;  // silence after which svcd is taken for hung
constexpr int64_t kGraceNs = 5 * kSecond;    // beyond a time that svcd keeps
constexpr size_t kStatusLines = 10;

enum class By : uint8_t {
  kSvcd,
  kEither,  // the files, where an option names them
  kFiles,
};

struct CommandRow {
  Subcommand use;
  bool waits = false;  // may take as long as a service does
  By by = By::kSvcd;
};

constexpr CommandRow kCommands[] = {
    {{"list", " all output root config rc-dir init-dir mode ", 0, 0}, false, By::kEither},
    {{"status", " all output ", 0, kMany}},
    {{"start", " timeout no-wait ", 1, kMany}, true},
    {{"stop", " timeout no-wait ", 1, kMany}, true},
    {{"restart", " timeout no-wait ", 1, kMany}, true},
    {{"reload", " timeout no-wait ", 1, kMany}, true},
    {{"check", " root config rc-dir init-dir mode ", 1, kMany}, false, By::kEither},
    {{"load", " root config rc-dir init-dir ", 1, kMany}, false, By::kEither},
    {{"enable", " dry-run root config rc-dir init-dir ", 1, kMany}, false, By::kFiles},
    {{"disable", " dry-run root config rc-dir init-dir ", 1, kMany}, false, By::kFiles},
    {{"configure", " ", 1, kMany}},
    {{"wait", " state timeout ", 1, kMany}, true},
    {{"log", " follow lines ", 1, 1}, true},
    {{"order", " root config rc-dir init-dir ", 0, 0}, false, By::kEither},
    {{"graph", " dot root config rc-dir init-dir ", 0, 0}, false, By::kEither},
    {{"plot", " ", 0, 0}},
    {{"mode", " timeout no-wait ", 0, 1}, true},
    {{"reload-config", " dry-run ", 0, 0}},
    {{"reexec", " ", 0, 0}},
    {{"trigger", " ", 0, 0}, true},
    {{"shutdown", " ", 1, 1}, true},
};

constexpr std::string_view kOfAll = " socket help version ";

void Print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

// What a service says must not steer the terminal of who looks at it.
std::string Shown(std::string_view text) {
  std::string shown;
  while (true) {
    const size_t end = text.find_first_of("\n\t");
    shown += Printable(text.substr(0, end));
    if (end == text.npos) return shown;
    shown += text[end];
    text.remove_prefix(end + 1);
  }
}

class SvcCall {
 public:
  SvcCall(const Invocation& invocation, const CommandRow& command)
      : invocation_(invocation),
        command_(command),
        socket_(invocation.Has("socket") ? std::string(invocation.Text("socket"))
                                         : DefaultSvcdSocket()) {}

  absl::StatusOr<int> Run() {
    const std::string_view name = command_.use.name;
    if (command_.by == By::kFiles) {
      // A svcd of another socket may have other folders.
      if (invocation_.Has("socket") && !NamesFiles(invocation_)) {
        return UsageError(std::string(name) +
                          ": --socket: with --config, --rc-dir, --init-dir or --root of that svcd");
      }
      return Enable();
    }
    if (NamesFiles(invocation_)) return TellFromFiles(invocation_);
    if (invocation_.Has("mode")) return UsageError("--mode: with --root, --config or the like");
    if (name == "shutdown" && !IsEnd(invocation_.operands()[1])) {
      return UsageError("shutdown: halt, poweroff or reboot, not '" +
                        std::string(invocation_.operands()[1]) + "'");
    }
    SvcdListener listener;
    std::vector<ServiceRow> rows;
    listener.row = [&](auto fields) { rows.push_back(ReadServiceRow(fields)); };
    const bool is_shown = name == "log" && OutputGoesToTerminal();
    listener.text = [is_shown](std::string_view text) {
      Print(is_shown ? Shown(text) : std::string(text));
      std::fflush(stdout);  // somebody may be following
    };
    listener.error = [&](std::string_view line) { PrintError(invocation_.applet(), line); };
    if (ErrorsGoToTerminal()) {
      listener.progress = [](auto service, auto state, auto why) { Tell(service, state, why); };
    }
    SvcdEnd end;
    if (absl::Status status = Ask(Words(), listener, &end); !status.ok()) return status;
    if (name == "list" || name == "status") PrintRows(rows);
    return end.code;
  }

 private:
  // The files first, then svcd, if there is one.
  absl::StatusOr<int> Enable() const {
    bool is_live = false;
    absl::StatusOr<int> code = EnableInFiles(invocation_, &is_live);
    if (!code.ok() || *code != 0 || !is_live || invocation_.Has("dry-run")) return code;
    SvcdListener listener;
    listener.error = [&](std::string_view line) { PrintError(invocation_.applet(), line); };
    SvcdEnd end;
    const std::vector<std::string> words = {"reload-config"};
    const Error error = AskSvcd(socket_, words, {.silence_ns = kAnswerNs}, listener, &end);
    if (error.not_found() || error.code() == ECONNREFUSED) return 0;
    if (!error.ok()) return SystemError(socket_, "svcd", error);
    return end.code;
  }

  static bool IsEnd(std::string_view word) {
    return word == "halt" || word == "poweroff" || word == "reboot";
  }

  // One line on the terminal for each service that has got somewhere.
  static void Tell(std::string_view service, std::string_view state, std::string_view why) {
    if (state == "starting" || state == "stopping") return;
    const std::string line = Printable(service) + ": " + Printable(state) +
                             (why.empty() ? "" : " (" + Printable(why) + ")") + "\n";
    std::fputs(line.c_str(), stderr);
  }

  std::vector<std::string> Words() const {
    std::vector<std::string> words(invocation_.operands().begin(), invocation_.operands().end());
    const auto add = [&](const char* option, const std::string& word) {
      if (invocation_.Has(option)) words.push_back(word);
    };
    add("all", "--all");
    add("no-wait", "--wait=no");
    add("state", "--state=" + std::string(invocation_.Text("state")));
    add("timeout", "--timeout=" + std::to_string(invocation_.DurationNs("timeout", 0)));
    add("follow", "-f");
    add("lines", "--lines=" + std::to_string(invocation_.Number("lines", 0)));
    add("dot", "--dot");
    add("dry-run", "--dry-run");
    return words;
  }

  // "wait" has its time kept by svcd, which says who is not there yet.
  Patience HowLong() const {
    if (!command_.waits) return {.silence_ns = kAnswerNs};
    if (!invocation_.Has("timeout")) return {};
    const int64_t grace_ns = std::string_view(command_.use.name) == "wait" ? kGraceNs : 0;
    return {.whole_ns = std::max<int64_t>(invocation_.DurationNs("timeout", 0), 1) + grace_ns};
  }

  absl::Status Ask(const std::vector<std::string>& words, const SvcdListener& listener,
                   SvcdEnd* end) const {
    const Error error = AskSvcd(socket_, words, HowLong(), listener, end);
    if (error.ok()) return absl::OkStatus();
    if (error.code() == EMSGSIZE) return UsageError("too many operands");
    if (error.code() == ETIMEDOUT && invocation_.Has("timeout")) {
      return Failure(std::string(command_.use.name) + ": not done in time; it goes on");
    }
    const bool nobody = error.not_found() || error.code() == ECONNREFUSED;
    return SystemError(socket_, nobody ? "svcd does not run" : "svcd", error);
  }

  void PrintRows(const std::vector<ServiceRow>& rows) const {
    const auto format = static_cast<OutputFormat>(invocation_.Number("output", 0));
    const bool is_named = invocation_.operands().size() > 1;
    if (format != OutputFormat::kText || !is_named) return PrintStatusTable(format, rows);
    const int64_t now = SystemClock()->WallNs() / kSecond;
    for (const ServiceRow& row : rows) {
      if (&row != &rows.front()) Print("\n");
      Print(StatusText(row, LastLines(row["name"]), now));
    }
  }

  // Without them the rest is still worth printing.
  std::vector<std::string> LastLines(const std::string& service) const {
    std::string said;
    SvcdListener listener;
    listener.text = [&](std::string_view text) { said += text; };
    SvcdEnd end;
    const std::vector<std::string> words = {"log", service,
                                            "--lines=" + std::to_string(kStatusLines)};
    if (!AskSvcd(socket_, words, {.silence_ns = kAnswerNs}, listener, &end).ok() || end.code != 0)
      return {};
    std::vector<std::string> lines;
    for (size_t at = 0; at < said.size();) {
      const size_t line_end = std::min(said.find('\n', at), said.size());
      lines.push_back(said.substr(at, line_end - at));
      at = line_end + 1;
    }
    if (lines.size() > kStatusLines) lines.erase(lines.begin(), lines.end() - kStatusLines);
    return lines;
  }

  const Invocation& invocation_;
  const CommandRow& command_;
  const std::string socket_;
};

}  // namespace

absl::StatusOr<int> RunSvc(const Invocation& invocation) {
  const auto& operands = invocation.operands();
  if (operands.empty()) return UsageError("a command is missing");
  const std::string_view name = operands[0];
  const auto* command =
      std::find_if(std::begin(kCommands), std::end(kCommands),
                   [name](const CommandRow& row) { return row.use.name == name; });
  if (command == std::end(kCommands)) {
    return UsageError("'" + std::string(name) + "' is not a command; see '" +
                      std::string(invocation.applet()) + " --help'");
  }
  std::string wrong = WrongUse(command->use, kOfAll, kSvcOptions, invocation, operands.size() - 1);
  if (!wrong.empty()) return UsageError(wrong);
  return SvcCall(invocation, *command).Run();
}

}  // namespace keelson
