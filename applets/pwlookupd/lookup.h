// The databases that pwlookup knows: where each one's entries come from, and how they are shown.
#ifndef KEELSON_APPLETS_PWLOOKUPD_LOOKUP_H_
#define KEELSON_APPLETS_PWLOOKUPD_LOOKUP_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "applets/pwlookupd/daemon_client.h"
#include "applets/pwlookupd/dbm_store.h"
#include "applets/pwlookupd/file_databases.h"
#include "applets/pwlookupd/yp_local.h"
#include "platform/file.h"

namespace keelson {

// What an invocation looks at. A file is read once, when it is first needed, and not at all for
// keys that a DBM file of it knows.
class LookupSources {
 public:
  // REQUIRES: root outlives it. An empty socket: no daemon is asked; no place: no DBM files.
  // asks_yp: where nsswitch.conf says so.
  LookupSources(Root* root, std::string_view socket, std::optional<DbmPlace> place, bool asks_yp);

  const PasswdDatabase& Passwd();
  const FileGroup& Group();
  const ServiceDatabase& Services();

  // The bytes of /etc/NAME. A file that is not there, that is not a file or that we may not read is
  // an empty one, as for libc; after any other failure error() tells.
  std::string_view Etc(const std::string& name);
  const std::string& error() const { return error_; }

  DaemonClient daemon;
  DaemonClient yp;  // for what neither a daemon nor the file has

  // Null: YP has no part in this kind of request.
  LocalYp* Yp(NscdType type);
  // The file's lines are no answers by themselves.
  bool HasCompat(NscdType type);

 private:
  std::shared_ptr<FileAnswers> Answers(Database database);
  void Warn(std::string_view why);

  struct NamedFile {
    std::string name;
    FileBytes bytes;
  };
  Root* root_;
  std::optional<DbmPlace> place_;
  bool warned_ = false;
  std::unique_ptr<FilePasswd> passwd_;
  std::unique_ptr<FileGroup> group_;
  std::unique_ptr<FileServices> services_;
  bool asks_yp_;
  std::unique_ptr<LocalYp> local_yp_;
  std::deque<NamedFile> read_;
  std::string error_;
};

struct LookupDatabase {
  std::string_view name;
  void (*show_all)(LookupSources* sources);  // null: it cannot be enumerated
  // False: there is no entry of this key.
  bool (*show)(LookupSources* sources, std::string_view key);
};

// Null: unknown.
const LookupDatabase* FindLookupDatabase(std::string_view name);

// netgroup takes its keys together: NAME, or NAME HOST USER DOMAIN (is it in?). Others: nothing.
bool ShowNetgroup(LookupSources* sources, const std::vector<std::string_view>& keys);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_LOOKUP_H_
