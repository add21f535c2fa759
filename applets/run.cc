// The path of every call: options -> --help, --version -> may this user -> run -> message -> flush.
#include "applets/run.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "applets/help.h"
#include "core/log.h"
#include "platform/error.h"
#include "platform/privilege.h"

namespace keelson {
namespace {

int UsageError(const Applet& applet, const std::string& wrong) {
  PrintError(applet.name, wrong + "; see '" + applet.name + " --help'");
  return applet.exit_codes.usage;
}

int ReportStatus(const Applet& applet, const absl::Status& status) {
  if (!status.message().empty()) {
    PrintError(applet.name, std::string_view(status.message().data(), status.message().size()));
  }
  return ExitCodeOf(status, applet.exit_codes);
}

int CheckedRun(const Applet& applet, std::span<const std::string_view> arguments) {
  const std::vector<Option> options = AllOptions(applet);
  Invocation invocation;
  if (std::optional<std::string> wrong =
          ParseOptions(applet.name, options, arguments, applet.operands_last, &invocation)) {
    return UsageError(applet, *wrong);
  }
  if (invocation.Has("help")) return PrintOutput(HelpText(applet)), 0;
  if (invocation.Has("version")) return PrintOutput(VersionText(applet)), 0;
  if (applet.operands[0] == 0 && !invocation.operands().empty()) {
    return UsageError(applet, "unexpected operand '" + std::string(invocation.operands()[0]) + "'");
  }
  if (applet.needs_root && EffectiveUid() != 0) {
    PrintError(applet.name, "only root can do this");
    return applet.exit_codes.failed;
  }
  absl::StatusOr<int> result = applet.run(invocation);
  return result.ok() ? *result : ReportStatus(applet, result.status());
}

// Nothing of ours can go on without memory; it ends like any other failure of the system.
[[noreturn]] void OutOfMemory() {
  std::fputs("keelson: out of memory\n", stderr);
  std::_Exit(ExitCodes().system);
}

// Of a write or flush before the last one, which has nothing left to write.
Error first_output_error;

}  // namespace

void PrintOutput(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return;
  if (const Error error = Error::Last(); first_output_error.ok()) first_output_error = error;
}

Error FlushOutput() {
  const bool failed_before = std::ferror(stdout) != 0;
  Error error = std::fflush(stdout) == 0 ? kOk : Error::Last();
  if (error.ok() && failed_before) error = Error(EIO);  // of somebody who did not look
  if (first_output_error.ok()) first_output_error = error;
  return first_output_error;
}

void PrintError(std::string_view applet, std::string_view message) {
  std::string line(applet);
  line += ": ";
  line += Printable(message);
  line += '\n';
  // Both streams may be one file: what was printed before comes first.
  (void)FlushOutput();
  std::fwrite(line.data(), 1, line.size(), stderr);
}

int ExitCodeOf(const absl::Status& status, const ExitCodes& codes) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 0;
    case absl::StatusCode::kInvalidArgument:
      return codes.usage;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDataLoss:
      return codes.system;
    default:
      return codes.failed;
  }
}

int RunApplet(const Applet& applet, std::span<const std::string_view> arguments) {
  std::set_new_handler(OutOfMemory);
  int code = CheckedRun(applet, arguments);
  if (const Error error = FlushOutput(); !error.ok()) {
    PrintError(applet.name, "standard output: " + error.Text());
    return applet.exit_codes.system;
  }
  return code;
}

}  // namespace keelson
