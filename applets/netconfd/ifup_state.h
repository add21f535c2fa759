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

  std::vector<IfupEntry> Up() const { return Read(kUpFile); }
  std::vector<IfupEntry> Failed() const { return Read(kFailedFile); }
  // Of either file; nothing: it is in neither.
  std::optional<std::string> LogicalOf(std::string_view name) const;
  bool IsUp(std::string_view name) const;

  Error SetUp(std::string_view name, std::string_view logical);
  Error SetFailed(std::string_view name, std::string_view logical);
  Error SetDown(std::string_view name);
  // Many at once: of each name the stanza that it is up by, or failed by, or neither.
  struct Change {
    std::optional<std::string> up, failed;
  };
  Error Set(const std::map<std::string, Change, std::less<>>& changes);

  // deadline_ns: as TakeLock's. Without writing there is none, and nothing is locked.
  Error LockInterface(std::string_view name, int64_t deadline_ns, std::unique_ptr<Lock>* lock);
  std::string LockName(std::string_view name) const;

 private:
  static constexpr char kUpFile[] = "ifstate";
  static constexpr char kFailedFile[] = "ifstate.failed";

  std::vector<IfupEntry> Read(std::string_view file) const;
  Error Write(std::string_view file, const std::map<std::string, Change, std::less<>>& changes,
              std::optional<std::string> Change::*logical);

  std::unique_ptr<Directory> directory_;  // null: not there
  bool writes_ = true;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_IFUP_STATE_H_
