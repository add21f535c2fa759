// The DBM files below --cache-dir: which of them is to be believed.
//
// One is when it and its folder belong to root, or to whom the caller trusts, when nobody else may
// write to either, when it was opened without a link, and when it speaks of the very version of the
// source that is there now.
#ifndef KEELSON_APPLETS_PWLOOKUPD_DBM_STORE_H_
#define KEELSON_APPLETS_PWLOOKUPD_DBM_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "applets/pwlookupd/machine.h"
#include "core/dbm.h"
#include "platform/file.h"

namespace keelson {

inline constexpr char kCacheDirectory[] = "/var/cache/keelson";

struct DbmPlace {
  std::string directory = kCacheDirectory;  // below the root, absolute
  uint32_t owner = 0;                       // trusted beside root
};

// passwd, group and services; what else there is is in memory with every model.
inline bool MayHaveDbm(Database database) {
  return database == Database::kPasswd || database == Database::kGroup ||
         database == Database::kServices;
}
std::string SourcePath(Database database);  // "/etc/passwd"
std::string DbmName(Database database);     // "passwd.cdb"

// The source as it is now. exact: of its time stamps, Directory::HasExactStamps.
Error LookAtSource(Root& root, Database database, FileInfo* info, bool* exact);

// From when on a file that is looked at and has these stamps cannot change without another stamp.
// INT64_MAX: the stamps say too little for that.
int64_t StampsHoldFrom(const FileInfo& info, bool exact);

// The folder itself, not by a link. "Permission denied" and the like, or why it is not trusted, in
// *why; empty: it is not there.
std::unique_ptr<Directory> OpenDbmDirectory(Root& root, const DbmPlace& place, std::string* why);

// The same for who writes: its last part is made when it is not there.
std::unique_ptr<Directory> OpenOrMakeDbmDirectory(Root& root, const DbmPlace& place,
                                                  std::string* why);

class Dbm {
 public:
  // Null: there is none to be believed, and *why tells ("PATH: what"); empty when it is not there
  // or of another version of the source, as may be at any time.
  static std::unique_ptr<Dbm> Open(Root& root, const DbmPlace& place, Database database,
                                   std::string* why);

  // The source's version when it was opened, of which it is true.
  const FileInfo& source() const { return source_; }
  bool CheckAll() { return reader_.CheckAll(); }
  const DbmHeader& header() const { return reader_.header(); }
  DbmReader::Found Find(std::string_view key, std::string_view* value) {
    return reader_.Find(key, value);
  }

 private:
  bool IsOfSource(Root& root, Database database);

  std::unique_ptr<InputFile> file_;
  DbmReader reader_;
  FileInfo source_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_DBM_STORE_H_
