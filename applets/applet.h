// What an applet is: one constant that says everything about a command.
//
// An applet's folder (its family) has a header NAME.h for each applet, with an `inline constexpr
// Applet`. main.cc has the sorted table. RunApplet parses the arguments by the option table before
// it calls run; --help, --version, the completion and the SYNOPSIS come from the same table.
#ifndef KEELSON_APPLETS_APPLET_H_
#define KEELSON_APPLETS_APPLET_H_

#include <span>

#include "absl/status/statusor.h"
#include "applets/options.h"

namespace keelson {

// What main.cc makes of a Status. A stand-in for a known tool keeps that tool's codes.
struct ExitCodes {
  int failed = 1;    // any Status but those below
  int usage = 2;     // InvalidArgument, and every error of the command line
  int system = 111;  // Internal, Unavailable, ResourceExhausted, DataLoss: the system failed us
};

struct Applet {
  const char* name;
  const char* summary;              // one line, lower case, no full stop
  const char* operands;             // for the usage line: "DATABASE [KEY...]"; "": it takes none
  std::span<const Option> options;  // its own; --help and --version are added unless they are there
  // The exit code, or a Status whose message RunApplet prints as "APPLET: message". An empty
  // message prints nothing. What goes to stdout goes through <cstdio>: RunApplet flushes it and
  // tells when it could not be written.
  absl::StatusOr<int> (*run)(const Invocation& invocation);
  ExitCodes exit_codes = {};
  bool needs_root = false;
  bool operands_last = false;    // the first operand ends the options
  const char* description = "";  // more for --help, whole lines
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_APPLET_H_
