// Running one applet: arguments checked, run called, what it returned turned into messages and an
// exit code. The only place where a Status becomes an exit code.
#ifndef KEELSON_APPLETS_RUN_H_
#define KEELSON_APPLETS_RUN_H_

#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "applets/applet.h"
#include "platform/error.h"

namespace keelson {

// Prints "APPLET: message" and a line end on stderr, control characters of the message shown as
// \xNN. For an applet that has more than one thing to say; the last one it returns as a Status.
void PrintError(std::string_view applet, std::string_view message);

// On stdout. What keeps it from getting out is told by RunApplet at the end.
void PrintOutput(std::string_view text);
// For an applet that prints while it goes on: what was printed gets out now. The error is what kept
// something from it so far, and stays.
Error FlushOutput();

int ExitCodeOf(const absl::Status& status, const ExitCodes& codes);

// Everything from arguments (without the applet's name) to the exit code. Output that could not be
// written is a failure of the system, whatever run returned.
int RunApplet(const Applet& applet, std::span<const std::string_view> arguments);

}  // namespace keelson

#endif  // KEELSON_APPLETS_RUN_H_
