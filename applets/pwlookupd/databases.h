// What the machine looks up in, whichever model it is: a table in memory, the file itself, or a DBM
// file. A database is one version of a file, or speaks of a file as it is at every lookup.
//
// The views in an entry stay valid until the next lookup in the same database.
#ifndef KEELSON_APPLETS_PWLOOKUPD_DATABASES_H_
#define KEELSON_APPLETS_PWLOOKUPD_DATABASES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/passwd.h"
#include "core/services.h"

namespace keelson {

class PasswdTable;
class GroupTable;
class ServiceTable;

class FileDatabase {
 public:
  virtual ~FileDatabase() = default;

  virtual size_t entries() const = 0;
  // Lines that begin with '+' or '-': of no account to `files`, everything to `compat`.
  virtual bool has_compat_lines() const { return false; }
  // One version of a file for good: what was found once may be answered again.
  virtual bool frozen() const { return true; }
  // The last lookup has found nothing because it could not look.
  virtual bool failed() const { return false; }
};

class PasswdDatabase : public FileDatabase {
 public:
  virtual bool FindName(std::string_view name, PasswdEntry* entry) const = 0;
  virtual bool FindUid(uint32_t uid, PasswdEntry* entry) const = 0;
  // Where it is one: all of it is in memory. Null: it is not.
  virtual const PasswdTable* table() const { return nullptr; }
};

class GroupDatabase : public FileDatabase {
 public:
  virtual bool FindName(std::string_view name, GroupEntry* entry) const = 0;
  virtual bool FindGid(uint32_t gid, GroupEntry* entry) const = 0;
  // The groups that have the user as a member, in the file's order, each gid once.
  virtual std::vector<uint32_t> GroupsOf(std::string_view user) const = 0;
  virtual const GroupTable* table() const { return nullptr; }
};

class ServiceDatabase : public FileDatabase {
 public:
  // An empty protocol stands for any. name is a service's name or an alias.
  virtual bool FindName(std::string_view name, std::string_view protocol,
                        ServiceEntry* entry) const = 0;
  virtual bool FindPort(uint16_t port, std::string_view protocol, ServiceEntry* entry) const = 0;
  virtual const ServiceTable* table() const { return nullptr; }
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_DATABASES_H_
