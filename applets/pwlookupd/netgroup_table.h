// netgroup(5) under an index, and the answers from it.
#ifndef KEELSON_APPLETS_PWLOOKUPD_NETGROUP_TABLE_H_
#define KEELSON_APPLETS_PWLOOKUPD_NETGROUP_TABLE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "applets/pwlookupd/databases.h"
#include "applets/pwlookupd/netgroup.h"
#include "core/index.h"
#include "core/nscd_wire.h"
#include "platform/file.h"

namespace keelson {

class NetgroupTable : public FileDatabase {
 public:
  explicit NetgroupTable(FileBytes bytes);

  // The first record of that name.
  bool FindItems(std::string_view name, std::string_view* items) const;

  size_t entries() const override { return entries_; }

 private:
  FileBytes bytes_;
  IndexImage by_name_;  // values: offsets of records
  size_t entries_ = 0;
};

// kElsewhere: the client has to look, since a netgroup that is named is not in the file and the
// file is not all there is, or because the netgroup is enormous.
NscdFound AnswerNetgroup(const NetgroupTable& table, bool is_all, const NscdRequest& request,
                         std::string* answer);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_NETGROUP_TABLE_H_
