// The databases that pwlookup knows: where each one's entries come from, and how they are shown.
#ifndef KEELSON_APPLETS_PWLOOKUPD_LOOKUP_H_
#define KEELSON_APPLETS_PWLOOKUPD_LOOKUP_H_

#include <string>
#include <string_view>
#include <vector>

#include "applets/pwlookupd/daemon_client.h"
#include "platform/file.h"

namespace keelson {

// What an invocation looks at. A file is read once, when it is first needed.
class LookupSources {
 public:
  // REQUIRES: root outlives it. An empty socket: no daemon is asked.
  LookupSources(Root* root, std::string_view socket) : daemon(socket), root_(root) {}

  // The bytes of /etc/NAME. A file that is not there, that is not a file or that we may not read is
  // an empty one, as for libc; after any other failure error() tells.
  std::string_view Etc(const std::string& name);
  const std::string& error() const { return error_; }

  DaemonClient daemon;

 private:
  struct NamedFile {
    std::string name;
    FileBytes bytes;
  };
  Root* root_;
  std::vector<NamedFile> read_;
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
