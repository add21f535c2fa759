// The lines of a transaction's record: which temporary file is to be renamed over which file.
//
//   #pending PATH TEMPORARY BACKUP NEW OLD
//   #temporary-record
//
// Separated by single blanks. PATH is absolute below the root; TEMPORARY and BACKUP are names in
// the directory that it leads to, BACKUP the second name of the old file that is to become NAME-,
// or '-'. NEW and OLD tell the versions of the new and of the old file as INODE.SIZE.MTIME_NS, OLD
// is '-' when there was none. In the first three, bytes up to the blank, '%' and 0x7f are %XX. The
// second kind of line says that the record goes when all is done.
#ifndef KEELSON_PLATFORM_PENDING_H_
#define KEELSON_PLATFORM_PENDING_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/file.h"
#include "platform/transaction.h"

namespace keelson {

// What stays of a file through a rename and a second name, and goes when anybody replaces or writes
// it.
struct FileVersion {
  uint64_t ino = 0;
  uint64_t size = 0;
  int64_t mtime_ns = 0;
  friend bool operator==(const FileVersion&, const FileVersion&) = default;
};

inline FileVersion VersionOf(const FileInfo& info) { return {info.ino, info.size, info.mtime_ns}; }

struct PendingFile {
  std::string path;
  std::string temporary;
  std::string backup;  // empty: none
  FileVersion version;
  std::optional<FileVersion> old;
};

struct PendingSet {
  std::vector<PendingFile> files;
  bool temporary_record = false;
};

// Behind the owner's bytes, which get a final LF if they lack one.
void AppendPending(const PendingSet& set, std::string* record);

// False: a line of ours is malformed. Lines of others are passed over.
bool ParsePending(std::string_view record, PendingSet* set);

struct LocatedFile {
  std::unique_ptr<Directory> directory;  // that the path leads to
  std::string name;
  PendingFile pending;
};

// The files whose temporary ones are to be renamed now, in this order; then their directories are
// synced. Stops at the first file that cannot be; a backup that cannot be made is only reported.
// Every error is `committed`.
TransactionError FinishPending(const std::vector<LocatedFile>& files);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_PENDING_H_
