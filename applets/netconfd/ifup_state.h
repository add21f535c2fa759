// What is up: ifupdown's state file, and locks on interfaces, below its state directory.
//
//   ifstate           a line IFACE=LOGICAL for each interface that is up, in the order they came up
//   ifstate.failed    the same of those that were begun and are not up: what they have is unknown
//   .ifstate.lock     a record lock on it while ifstate is changed
//   ifstate.IFACE     a record lock on it while IFACE is changed
// Files are replaced whole. Lines of others are kept.
#ifndef KEELSON_APPLETS_NETCONFD_IFUP_STATE_H_
#define KEELSON_APPLETS_NETCONFD_IFUP_STATE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/error.h"
#include "platform/file.h"
#include "platform/lock.h"

namespace keelson {

struct IfupEntry {
  std::string name, logical;
};

class IfupState {
 public:
  // Makes the directory unless writes is false; then nothing is ever changed.
  Error Open(const std::string& folder, bool writes);

  std::vector<IfupEntry> Up() const { return Read(kUpFile, &up_).entries; }
  std::vector<IfupEntry> Failed() const { return Read(kFailedFile, &failed_).entries; }
  // Of either file; nothing: it is in neither.
  std::optional<std::string> LogicalOf(std::string_view name) const;
  bool IsUp(std::string_view name) const;

  // The stanza that it is up by, or failed by, or neither: it is down.
  struct Change {
    std::string name;
    std::optional<std::string> up = {}, failed = {};
  };
  // Those that were in no file come last, in this order. REQUIRES: each name once.
  Error Set(const std::vector<Change>& changes);

  // deadline_ns: as TakeLock's. Without writing there is none, and nothing is locked.
  Error LockInterface(std::string_view name, int64_t deadline_ns, std::unique_ptr<Lock>* lock);
  std::string LockName(std::string_view name) const;

 private:
  static constexpr char kUpFile[] = "ifstate";
  static constexpr char kFailedFile[] = "ifstate.failed";

  // A file as it was read last.
  struct Known {
    bool is_known = false;
    FileInfo info;
    std::vector<IfupEntry> entries;
    std::map<std::string, size_t, std::less<>> places;  // the first of each name
  };

  const Known& Read(std::string_view file, Known* known) const;
  Error Write(std::string_view file, const std::vector<Change>& changes,
              std::optional<std::string> Change::*logical);

  std::unique_ptr<Directory> directory_;  // null: not there
  bool writes_ = true;
  mutable Known up_, failed_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_IFUP_STATE_H_
