// The answers of passwd, group and services: a file's bytes and the indexes over them.
//
// A table is built from one version of a file and never changes; who is in which groups is found
// out when it is asked for. Records are parsed again when they are found: an index holds offsets
// into the bytes, nothing else is kept.
#ifndef KEELSON_APPLETS_PWLOOKUPD_TABLES_H_
#define KEELSON_APPLETS_PWLOOKUPD_TABLES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "applets/pwlookupd/databases.h"
#include "applets/pwlookupd/memberships.h"
#include "core/index.h"
#include "core/passwd.h"
#include "core/services.h"
#include "platform/file.h"

namespace keelson {

class PasswdTable : public PasswdDatabase {
 public:
  explicit PasswdTable(FileBytes bytes, const SlotMemory& memory = kHeapSlots);

  bool FindName(std::string_view name, PasswdEntry* entry) const override;
  bool FindUid(uint32_t uid, PasswdEntry* entry) const override;

  size_t entries() const override { return entries_; }
  bool has_compat_lines() const override { return has_compat_lines_; }
  const PasswdTable* table() const override { return this; }
  std::string_view bytes() const { return bytes_.view(); }
  size_t keys() const { return by_name_.view().keys() + by_uid_.view().keys(); }
  size_t index_bytes() const { return by_name_.bytes().size() + by_uid_.bytes().size(); }

 private:
  FileBytes bytes_;
  IndexImage by_name_;
  IndexImage by_uid_;
  size_t entries_ = 0;
  bool has_compat_lines_ = false;
};

class GroupTable : public GroupDatabase {
 public:
  // REQUIRES: memory outlives it.
  explicit GroupTable(FileBytes bytes, const SlotMemory& memory = kHeapSlots);

  bool FindName(std::string_view name, GroupEntry* entry) const override;
  bool FindGid(uint32_t gid, GroupEntry* entry) const override;
  std::vector<uint32_t> GroupsOf(std::string_view user) const override;

  size_t entries() const override { return entries_; }
  bool has_compat_lines() const override { return has_compat_lines_; }
  const GroupTable* table() const override { return this; }
  std::string_view bytes() const { return bytes_.view(); }
  size_t keys() const { return by_name_.view().keys() + by_gid_.view().keys(); }
  const Memberships& memberships() const;

 private:
  FileBytes bytes_;
  const SlotMemory* memory_;
  IndexImage by_name_;
  IndexImage by_gid_;
  mutable std::optional<Memberships> memberships_;  // none yet: nobody has asked
  size_t entries_ = 0;
  bool has_compat_lines_ = false;
};

class ServiceTable : public ServiceDatabase {
 public:
  explicit ServiceTable(FileBytes bytes);

  bool FindName(std::string_view name, std::string_view protocol,
                ServiceEntry* entry) const override;
  bool FindPort(uint16_t port, std::string_view protocol, ServiceEntry* entry) const override;

  size_t entries() const override { return entries_; }
  const ServiceTable* table() const override { return this; }
  std::string_view bytes() const { return bytes_.view(); }
  size_t keys() const;

 private:
  FileBytes bytes_;
  IndexImage by_name_;           // values: offsets of a name or alias
  IndexImage by_name_protocol_;  // the same
  IndexImage by_port_;           // values: offsets of lines
  IndexImage by_port_protocol_;
  size_t entries_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_TABLES_H_
