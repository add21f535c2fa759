// The header of an LSB init script, read as Debian's insserv reads it.
//
// It lies between the lines that hold "### BEGIN INIT INFO" and "### END INIT INFO": lines "# Key:
// value".
//   key        in any case, with any run of '-' and '_' for '-', the colon right behind it. The
//   first line
//              of a key counts. Should-Start, Should-Stop, Start-Before, Stop-After and Interactive
//              may have "X-" or "X-VENDOR-" in front.
//   value      printable ASCII; it ends at the first other byte, a tab too.
//   words      between single ones of " ,;\t": where two of these meet, the list ends. What stands
//   behind
//              is lost to insserv, so it is here, with a note.
// Continuation lines ("#" and a tab or two blanks) belong to Description alone. "# chkconfig:"
// lines mean nothing here, and neither does a header without an end.
#ifndef KEELSON_CORE_LSB_SCRIPT_H_
#define KEELSON_CORE_LSB_SCRIPT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/flat_file.h"

namespace keelson {

// Run levels as bits: 0 to 6, and this one for S.
inline constexpr uint8_t kLsbRunLevelS = 1 << 7;

// Each list in the order of the script. Names may be facilities ("$network") or optional ("+name").
struct LsbScript {
  bool has_header = false;
  std::vector<std::string> provides;  // empty: the script provides the name of its file
  std::vector<std::string> required_start, required_stop;
  std::vector<std::string> should_start, should_stop;
  std::vector<std::string> start_before, stop_after;
  uint8_t default_start = 0, default_stop = 0;  // run levels
  bool is_interactive = false;
  std::string short_description, description;
  std::vector<ParseError> notes;  // what insserv passes over or complains of
};

// Without a header everything is empty, and so is it after an error: a header without an end.
std::optional<ParseError> ParseLsbScript(std::string_view bytes, LsbScript* script);

// Neither "#!" nor a program: exec refuses it, and execvp(3) has the shell read it.
bool IsForShell(std::string_view bytes);

// Whether a file of this name in init.d may be a script (and one in insserv.conf.d be read): none
// are README*, Makefile*, skeleton*, rc, rcS, copies such as *.bak, *.dpkg-old and *~.
bool IsLsbScriptName(std::string_view name);
bool IsInsservConfName(std::string_view name);

}  // namespace keelson

#endif  // KEELSON_CORE_LSB_SCRIPT_H_
