// What the last scan saw, so that the next one reads only what has changed. Kept in mdsscan.state
// (docs/FORMATS.md), which may be lost at any time: then everything is read again.
//
// A catalog is views: of ten thousand modules nothing is copied when it is read from its file.
#ifndef KEELSON_APPLETS_MDSSCAN_CATALOG_H_
#define KEELSON_APPLETS_MDSSCAN_CATALOG_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
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
  uint32_t mode = 0;  // the type in front of the permissions
  uint32_t uid = 0;
  int64_t mtime_ns = 0;
  int64_t ctime_ns = 0;
  friend bool operator==(const Validator&, const Validator&) = default;
};
Validator ValidatorOf(const FileInfo& info);

// XXH3_128bits of a file's bytes; of a directory, of the names and types of its entries.
struct Digest {
  uint64_t low = 0;
  uint64_t high = 0;
  friend bool operator==(const Digest&, const Digest&) = default;
};
Digest DigestOf(std::string_view bytes);

inline constexpr std::string_view kOfNobody = "?";

struct SeenRecords {
  std::string_view relation;
  uint32_t count = 0;  // 0: it only declares the relation
};

// A file or directory that was looked at.
struct SeenFile {
  std::string_view name;  // below the module: "Resources/a.mdsinfo"; "": the module itself;
                          // kOfNobody, the last one: no file, but old records of files that do not
                          // parse, nobody knows of which
  bool is_directory = false;
  bool is_link = false;  // in the folder of the path; what it leads to comes next, as ""
  Validator validator;
  Digest digest;  // 0 of a link
  // How many records of which relation it gave, in the order of the relations' names: where they
  // are among those of the module, should the next version of the file not parse.
  std::span<const SeenRecords> records;
};

enum class ModuleFault : uint8_t {
  kNone,
  kPartly,  // a file does not parse or cannot be read, and keeps its old records, or is refused
  kEmpty,   // nothing to read in it yet: the old records are kept until it has aged
  kRefused  // not looked into: owner, mode, type, number of files; its records are gone
};

struct SeenModule {
  std::string_view name;  // as in the snapshot: "0/apple.bundle", "1/sub/x.ko"; "0/.": the folder
  ModuleFault fault = ModuleFault::kNone;
  int64_t read_ns = 0;              // when its files were read last, since 1970
  std::span<const SeenFile> files;  // directories and files, in the order they were looked at
  std::span<const std::string_view> messages;  // "PATH:LINE:COLUMN: what"; PATH below the root;
                                               // any bytes, for the output to escape
  std::span<const std::string_view> notes;     // what was passed over without being an error
  std::string_view stored;  // all this as a file of a catalog has it; empty: it comes from none
};

// A folder of the path, or below it when it was recursive.
struct SeenFolder {
  uint32_t place = 0;     // in the path
  std::string_view name;  // below that folder; "": the folder itself
  bool is_there = false;
  Validator validator;
  Digest digest;
  std::span<const std::string_view> messages;
};

// Records that were left out, because those of the winner have the same unique attributes.
struct SeenDuplicate {
  std::string_view relation, module, winner;
  friend bool operator==(const SeenDuplicate&, const SeenDuplicate&) = default;
  friend bool operator<(const SeenDuplicate& a, const SeenDuplicate& b) {
    return std::tie(a.relation, a.module, a.winner) < std::tie(b.relation, b.module, b.winner);
  }
};

// What views look at. Moving it keeps them.
class CatalogMemory {
 public:
  std::string_view Keep(std::string text) { return texts_.emplace_back(std::move(text)); }
  std::span<const std::string_view> KeepLines(const std::vector<std::string>& texts);
  template <typename T>
  std::span<const T> Keep(std::vector<T> rows) {
    auto kept = std::make_shared<const std::vector<T>>(std::move(rows));
    const std::span<const T> span(*kept);
    others_.push_back(std::move(kept));
    return span;
  }
  // What else is looked at: another catalog's that rows were copied from, a file's bytes.
  void KeepAlive(std::shared_ptr<const void> other) { others_.push_back(std::move(other)); }

 private:
  std::deque<std::string> texts_;
  std::vector<std::shared_ptr<const void>> others_;
};

struct Catalog {
  uint64_t generation = 0;  // of the snapshot: one more for each that has other bytes
  uint64_t snapshot = 0;    // the checksum in the snapshot's head; of no other one is this true
  int64_t started_ns = 0;   // when the scan began that saw all this: what changed since is racy
  std::vector<std::string> path;
  bool recursive = false;
  std::vector<SeenFolder> folders;        // sorted by place and name
  std::vector<SeenModule> modules;        // sorted by name
  std::vector<SeenDuplicate> duplicates;  // sorted
  std::shared_ptr<const CatalogMemory> memory;
};

std::string FormatCatalog(const Catalog& catalog);
// Nothing: torn, corrupt, of another version or byte order. Views of these bytes, whose owner it
// keeps.
std::optional<Catalog> ParseCatalog(std::string_view bytes, std::shared_ptr<const void> owner);
std::optional<Catalog> ParseCatalog(std::string bytes);
// All but folders, modules and duplicates, from no more than the beginning.
std::optional<Catalog> ParseCatalogHead(std::string_view bytes);

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_CATALOG_H_
