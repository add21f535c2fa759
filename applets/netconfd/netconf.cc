// A command is a request to netconfd in the same words; what comes back is printed. Who may not
// take requests to root's socket may still look, at the other one.
#include "applets/netconfd/netconf.h"

#include <algorithm>
#include <string>
#include <vector>

#include "applets/netconfd/hooks.h"
#include "applets/netconfd/netconf_client.h"
#include "applets/netconfd/protocol.h"
#include "applets/row_output.h"
#include "applets/run.h"
#include "applets/status.h"
#include "applets/subcommand.h"
#include "core/log.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/privilege.h"

namespace keelson {
namespace {

constexpr size_t kMany = Subcommand::kMany;
constexpr int64_t kAnswerNs = 30 * kSecond;  // after which netconfd is taken for hung

struct CommandRow {
  Subcommand use;
  bool waits = false;      // as long as it takes
  bool is_status = false;  // for everybody who may connect
};

constexpr CommandRow kCommands[] = {
    {{"up", " all allow force timeout detach verbose ", 0, kMany}, true},
    {{"down", " all allow force timeout detach verbose ", 0, kMany}, true},
    {{"status", " output ", 0, kMany}, false, true},
    {{"reload", " ", 0, 0}, true},
    {{"plan", " ", 0, 1}},
    {{"apply", " confirm ", 1, 1}, true},
    {{"confirm", " ", 0, 0}},
    {{"monitor", " output ", 0, 0}, true, true},
    {{"events", " output ", 0, 0}, true, true},
    {{"wait", " timeout ", 0, kMany}, true, true},
};

constexpr std::string_view kOfAll = " socket help version ";

constexpr Column kRowColumns[] = {{"name"},
                                  {"state"},
                                  {"link"},
                                  {"addresses", Column::kWords},
                                  {"gateway", Column::kWords},
                                  {"method", Column::kWords},
                                  {"lease_s", Column::kNumber},
                                  {"logical"},
                                  {"why"}};
static_assert(std::size(kRowColumns) == std::size(kNetStatusColumns));
constexpr Column kEventColumns[] = {{"time"}, {"kind"}, {"interface"}, {"text"}};

class NetconfCall {
 public:
  NetconfCall(const Invocation& invocation, const CommandRow& command)
      : invocation_(invocation),
        command_(command),
        format_(static_cast<OutputFormat>(invocation.Number("output", 0))) {}

  absl::StatusOr<int> Run() {
    std::vector<std::string> words;
    if (absl::Status status = MakeWords(&words); !status.ok()) return status;
    RowOutput rows(format_, kRowColumns);
    NetconfdListener listener;
    listener.row = [&](std::span<const std::string_view> fields) {
      std::vector<std::string> row(fields.begin(), fields.end());
      row.resize(std::size(kRowColumns));
      rows.Add(std::move(row));
    };
    listener.text = [](std::string_view text) { PrintOutput(text); };
    listener.error = [&](std::string_view line) { PrintError(invocation_.applet(), line); };
    listener.progress = [&](auto name, auto state, auto text) { Tell(name, state, text); };
    listener.event = [&](std::span<const std::string_view> fields) {
      if (fields.size() >= 3) PrintEvent(fields[0], fields[1], fields[2]);
    };
    int code = 0;
    const std::string socket = Socket();
    const int64_t deadline_ns = command_.waits ? 0 : SystemClock()->MonotonicNs() + kAnswerNs;
    const Error error = AskNetconfd(socket, words, deadline_ns, listener, &code);
    if (error.code() == EMSGSIZE) return UsageError("too many operands");
    if (!error.ok()) {
      const bool nobody = error.not_found() || error.code() == ECONNREFUSED;
      const bool has_gone = error.code() == ECONNRESET || error.code() == EPIPE;
      return SystemError(socket,
                         nobody     ? "netconfd does not run"
                         : has_gone ? "netconfd has ended"
                                    : "netconfd",
                         error);
    }
    if (name() == "status") rows.Finish();
    return code;
  }

 private:
  std::string_view name() const { return command_.use.name; }

  std::string Socket() const {
    if (invocation_.Has("socket")) return std::string(invocation_.Text("socket"));
    return command_.is_status && EffectiveUid() != 0 ? kNetconfdStatus : kNetconfdSocket;
  }

  // netconfd is somewhere else: names of files are made absolute.
  absl::Status MakeWords(std::vector<std::string>* words) const {
    *words = {std::string(name())};
    const auto add = [&](const char* option, const std::string& word) {
      if (invocation_.Has(option)) words->push_back(word);
    };
    add("all", "--all");
    add("allow", "--allow=" + std::string(invocation_.Text("allow")));
    add("force", "--force");
    add("timeout", "--timeout=" + std::to_string(invocation_.DurationNs("timeout", 0)));
    add("detach", "--detach");
    add("confirm", "--confirm=" + std::to_string(invocation_.DurationNs("confirm", 0) / kSecond));
    const std::string within = WithinWord();
    if (!within.empty()) words->push_back(within);
    words->push_back("--");
    const bool are_files = name() == "plan" || name() == "apply";
    for (size_t i = 1; i < invocation_.operands().size(); ++i) {
      std::string operand(invocation_.operands()[i]);
      if (are_files) {
        const std::string path = operand;
        if (Error error = AbsolutePath(path, &operand); !error.ok()) {
          return InputError(path, error);
        }
      }
      words->push_back(std::move(operand));
    }
    return absl::OkStatus();
  }

  void Tell(std::string_view interface, std::string_view state, std::string_view text) const {
    if (state != "says" && !invocation_.Has("verbose")) return;
    std::string line = std::string(interface) + ": ";
    if (state != "says") line += std::string(state) + (text.empty() ? "" : ", ");
    PrintError(invocation_.applet(), line + std::string(text));
  }

  void PrintEvent(std::string_view kind, std::string_view interface, std::string_view text) {
    const int64_t ms = SystemClock()->WallNs() / kMillisecond;
    std::string time = std::to_string(ms / 1000) + "." + std::to_string(1000 + ms % 1000).substr(1);
    if (format_ == OutputFormat::kText) {
      PrintOutput(EscapedField(interface) + ": " + EscapedField(kind) + " " + EscapedField(text) +
                  "\n");
    } else {
      events_.Add({std::move(time), std::string(kind), std::string(interface), std::string(text)});
    }
    static_cast<void>(FlushOutput());
  }

  const Invocation& invocation_;
  const CommandRow& command_;
  const OutputFormat format_;
  RowOutput events_{format_, kEventColumns};
};

}  // namespace

absl::StatusOr<int> RunNetconf(const Invocation& invocation) {
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
  const std::string wrong =
      WrongUse(command->use, kOfAll, kNetconfOptions, invocation, operands.size() - 1);
  if (!wrong.empty()) return UsageError(wrong);
  const bool is_change = name == "up" || name == "down";
  const bool has_choice = invocation.Has("all") || invocation.Has("allow");
  if (is_change && operands.size() == 1 && !has_choice) {
    return UsageError(std::string(name) + ": an interface is missing, or --all");
  }
  if (name == "apply" && invocation.DurationNs("confirm", 0) < kSecond) {
    return UsageError("apply: --confirm SECONDS is missing");
  }
  return NetconfCall(invocation, *command).Run();
}

}  // namespace keelson
