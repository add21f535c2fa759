// /etc/network/interfaces and the files that it includes, as ifupdown 0.8.41 reads them.
//
//   auto NAME...  allow-CLASS NAME...  no-auto-down NAME...  no-scripts NAME...
//   rename CUR=NEW...  source FILE...  source-directory DIRECTORY...
//   mapping PATTERN...   with lines: script PATH, map TEXT
//   iface NAME FAMILY METHOD [inherits NAME], iface NAME [FAMILY] inherits NAME   with options
//
// Lines are joined by backslashes (core/wrapped_lines.h). Whatever begins with another word is an
// option of the iface or mapping above it; without one it is an error. `auto` and its kin without a
// name inside of an iface mean that one; with names they end it.
//
// An option that stands again in its iface adds a line to its value, an inherited one too; pre-up,
// up, down and post-down stay commands of their own. post-up is another name of up, pre-down of
// down. "NAME?" counts only if there is no NAME before.
//
// An error ends its file: what stood before it counts, and a file that included it goes on. An
// error in the first file spoils all. ifupdown reports the last line of those joined, this the
// word. Unlike ifupdown's, names longer than 79 bytes are an error and not cut; variables and "~"
// are not expanded in what is included; each relative name is below the including file's directory.
#ifndef KEELSON_CORE_INTERFACES_FILE_H_
#define KEELSON_CORE_INTERFACES_FILE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/interfaces_config.h"

namespace keelson {

inline constexpr size_t kMaxInterfacesFiles = 16384;
inline constexpr size_t kMaxInterfacesDepth = 32;              // files that include files
inline constexpr size_t kMaxInterfacesText = size_t{1} << 26;  // bytes kept, inherited ones too
inline constexpr size_t kMaxInterfacesPath = 4096;             // bytes of a file's path
inline constexpr size_t kMaxInterfacesNotes = 10000;           // more are not told
inline constexpr size_t kMaxLogicalName = 79;

struct InterfacesInput {
  std::string path;
  std::string bytes;
};

// What a source or source-directory line asks for: patterns of glob(7) with directories. All that
// exists of what they match, in the order of the patterns and then of the bytes of the names; of a
// directory those files in it whose name IsSourcedName.
struct InterfacesRequest {
  bool is_directory = false;
  std::vector<std::string> patterns;
  InterfacesPlace place;
};
bool IsSourcedName(std::string_view name);  // A-Z a-z 0-9 _ -

struct InterfacesOptions {
  std::string loopback = "lo";       // always up and, unless somebody does, defined; empty: not so
  std::vector<std::string> methods;  // further methods, of inet and inet6
};

// Give the first file; then, until Next says null, give what it asks for.
class InterfacesReader {
 public:
  explicit InterfacesReader(InterfacesConfig* config, InterfacesOptions options = {});
  ~InterfacesReader();
  InterfacesReader(const InterfacesReader&) = delete;
  InterfacesReader& operator=(const InterfacesReader&) = delete;

  // To be read next, in this order, before the rest of the file that asked. A path that was read
  // already is left out.
  void Give(std::vector<InterfacesInput> files);
  // Reads on, to the next request or the end of all.
  const InterfacesRequest* Next();

  const std::vector<InterfacesNote>& notes() const;
  bool is_spoilt() const;  // an error in the first file, or a limit: the configuration is no good

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace keelson

#endif  // KEELSON_CORE_INTERFACES_FILE_H_
