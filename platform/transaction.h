// Replaces a set of files all or nothing, through crashes too.
//
//   1  every new content goes into a temporary file beside its target, with the target's mode,
//   owner
//      and extended attributes, and is synced; the old one gets a second, temporary name; if
//      anything fails up to here, all of that is removed
//   2  the record is replaced (platform/replace.h): its bytes, then a line for each file of the
//   set.
//      That rename is the moment: before it nothing has happened, after it everything will
//   3  in the order of the set, the temporary file is renamed over the target, and the old file's
//      second name becomes NAME- where a backup is asked for; directories are synced
//   4  a record that is to go is removed
//
// RecoverFiles is called before anything is read: it finishes a set whose record is there and
// removes temporary files that no record names. Both are for holders of the locks only.
//
// The record is a text file of lines, after whatever its owner put there (platform/pending.h). They
// stay when all is done, and mean nothing once their temporary files are gone. Owners skip lines
// that begin with '#'.
//
// Syncs: one for each file, one for each of their directories, two for the record. That a synced
// new file keeps its name is taken for granted, as every journaling file system has it; where it
// does not, a set that the power interrupts may be lost as a whole, and its record tells of it too
// early.
#ifndef KEELSON_PLATFORM_TRANSACTION_H_
#define KEELSON_PLATFORM_TRANSACTION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/file.h"

namespace keelson {

struct FileChange {
  std::string path;      // absolute, below the root; a symbolic link is followed inside it
  std::string bytes;     // the new content
  uint32_t mode = 0644;  // of a file that was not there; as root its uid and gid are then 0
  bool backup = true;    // keep the old one as NAME-
};

struct TransactionRecord {
  std::string path;   // such as /var/lib/keelson/accounts.db; its directory is made when missing
  std::string bytes;  // its own content
  uint32_t mode = 0600;
  bool keep = true;  // false: removed at the end, nothing of it stays
};

// What went wrong and where, for the message "PATH: what: errno text".
struct TransactionError {
  Error error;
  std::string path;
  std::string what;
  // The set is complete already, or will be after the next RecoverFiles; otherwise nothing of it
  // is.
  bool committed = false;
  bool ok() const { return error.ok(); }
};

// EBUSY: a target is a mount point. EPERM: it is immutable. EROFS, ENOSPC, EIO ...: nothing has
// changed unless `committed`. REQUIRES: no two paths are the same file.
TransactionError ReplaceFiles(Root& root, const std::vector<FileChange>& files,
                              const TransactionRecord& record);

// A file that somebody else has changed between an interruption and its recovery.
struct DisturbedFile {
  std::string_view path;
  std::optional<std::string_view> before;  // nothing: lost, because it was changed in place
  std::string_view after, current;
};
// What it is to be; what somebody has to see to goes to *notes, "PATH:LINE: what".
using MergeFile = std::function<std::string(const DisturbedFile&, std::vector<std::string>* notes)>;

// Finishes or clears away what interrupted ReplaceFiles with these records left behind. paths: the
// files that such sets may be of; temporary files of other names are not touched. All records that
// sets of these files may have go into one call: what none of them names is cleared away.
// A file is known by its bytes. One that is not what it was goes through `merge`, and the outcome
// is staged and recorded as if it had been asked for; what cannot be finished is a line in *notes.
// EBADMSG: a record has a malformed line, at the error's "PATH:LINE:COLUMN"; nothing has changed.
TransactionError RecoverFiles(Root& root, const std::vector<std::string>& record_paths,
                              const std::vector<std::string>& paths, const MergeFile& merge,
                              std::vector<std::string>* notes);

// EBADMSG as above, or why the record cannot be read. For who only looks.
TransactionError CheckRecord(Root& root, const std::string& record_path);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_TRANSACTION_H_
