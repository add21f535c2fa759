// What the last scan saw, so that the next one reads only what has changed. Kept in mdsscan.state
// (docs/FORMATS.md), which may be lost at any time: then everything is read again.
#ifndef KEELSON_APPLETS_MDSSCAN_CATALOG_H_
#define KEELSON_APPLETS_MDSSCAN_CATALOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/file.h"

namespace keelson {

// Tells one version of a file or directory from every other one. Compared with == only: clocks are
// set back, old time stamps restored.
struct Validator {
  uint64_t dev = 0;
  uint64_t ino = 0;
  uint64_t size = 0;
  uint32_t mode = 0;
  uint32_t uid = 0;
  int64_t mtime_ns = 0;
  int64_t ctime_ns = 0;
  friend bool operator==(const Validator&, const Validator&) = default;
};
Validator ValidatorOf(const FileInfo& info);

// A file or directory that was looked at.
struct SeenFile {
  std::string name;  // below the module's path: "Resources/a.mdsinfo"; "": the module itself
  bool is_directory = false;
  Validator validator;
  uint64_t digest[2] = {};  // XXH3_128bits of a file that was read; of a directory, of its entries
  // How many records of which relation it gave, in the order of the relations' names: where they
  // are among those of the module, should the next version of the file not parse.
  std::vector<std::pair<std::string, uint32_t>> records;
};

enum class ModuleFault : uint8_t {
  kNone,
  kPartly,  // a file does not parse: its old records are kept, if it had some
  kEmpty,   // nothing to read in it yet: the old records are kept until it has aged
  kRefused  // not looked into: owner, mode, link, size; its records are gone
};

struct SeenModule {
  std::string name;  // as in the snapshot: "0/apple.bundle", "1/sub/x.ko"; "0/.": the folder itself
  ModuleFault fault = ModuleFault::kNone;
  int64_t read_ns = 0;                // when its files were read last, since 1970
  std::vector<SeenFile> files;        // directories and files, in the order they were looked at
  std::vector<std::string> messages;  // "PATH:LINE:COLUMN: what"; PATH as the user calls it
  std::vector<std::string> notes;     // what was passed over without being an error
};

// A folder of the path, or below it with --recursive.
struct SeenFolder {
  uint32_t place = 0;  // in the path
  std::string name;    // below that folder; "": the folder itself
  bool is_there = false;
  Validator validator;
  std::vector<std::string> messages;
};

struct Catalog {
  uint64_t generation = 0;  // of the snapshot: one more for each that has other bytes
  uint64_t snapshot = 0;    // the checksum in the snapshot's head; of no other one is this true
  int64_t started_ns = 0;   // when the scan began that saw all this: what changed since is racy
  std::vector<std::string> path;
  bool recursive = false;
  std::vector<SeenFolder> folders;  // sorted by place and name
  std::vector<SeenModule> modules;  // sorted by name
};

std::string FormatCatalog(const Catalog& catalog);
// Nothing: torn, corrupt, of another version or byte order.
std::optional<Catalog> ParseCatalog(std::string_view bytes);

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_CATALOG_H_
