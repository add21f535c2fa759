// The lines of a transaction's record: which temporary file is to be renamed over which file.
//
//   #pending PATH TEMPORARY BACKUP NEW OLD
//   #temporary-record
//
// Separated by single blanks. PATH is absolute below the root; TEMPORARY and BACKUP are names in
// the directory that it leads to, BACKUP the second name of the old file that is to become NAME-,
// or '-'. NEW and OLD tell the bytes of the new and of the old file as SIZE.DIGEST, the digest
// their XXH3_128bits in 32 hexadecimal digits, so that a copied tree is as good as the first; OLD
// is '-' when there was none. In the first three, bytes up to the blank, '%' and 0x7f are %XX. The
// second kind of line says that the record goes when all is done. Lines once had
// INODE.SIZE.MTIME_NS in both places; such a line is read, and matches no bytes.
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

struct ContentDigest {
  uint64_t size = 0;
  uint64_t high = 0, low = 0;
  friend bool operator==(const ContentDigest&, const ContentDigest&) = default;
};

ContentDigest ContentDigestOf(std::string_view bytes);

struct PendingFile {
  std::string path;
  std::string temporary;
  std::string backup;                   // empty: none
  std::optional<ContentDigest> digest;  // nothing: a line of the older form
  bool was_there = false;
  std::optional<ContentDigest> old;  // the same, if it was there
};

struct PendingSet {
  std::vector<PendingFile> files;
  bool temporary_record = false;
};

// Behind the owner's bytes, which get a final LF if they lack one.
void AppendPending(const PendingSet& set, std::string* record);

// False: a line of ours is malformed, *place is its "LINE:COLUMN". Lines of others are passed over.
bool ParsePending(std::string_view record, PendingSet* set, std::string* place);

// The owner's bytes alone.
std::string WithoutPending(std::string_view record);

struct LocatedFile {
  std::unique_ptr<Directory> directory;  // that the path leads to
  std::string name;
  PendingFile pending;
};

// Writes the new content beside its target, with the target's identity, and gives the target a
// second name. After an error *staged names what has to be removed.
TransactionError StageFile(Root& root, const FileChange& file, LocatedFile* staged);
void RemoveStaged(const std::vector<LocatedFile>& staged);

// The files whose temporary ones are to be renamed now, in this order; then their directories are
// synced. Stops at the first file that cannot be; a backup that cannot be made is only reported.
// Every error is `committed`.
TransactionError FinishPending(const std::vector<LocatedFile>& files);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_PENDING_H_
