// A snapshot from which modules are copied into the next one. All of it is checked once, its sums
// and every number in it, so that whoever copies need not check anything again.
#ifndef KEELSON_CORE_MDS_SOURCE_H_
#define KEELSON_CORE_MDS_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/mds_rows.h"
#include "core/mds_schema.h"
#include "core/mds_snapshot.h"
#include "core/mds_snapshot_format.h"
#include "core/mds_values.h"

namespace keelson {

bool SameMdsAttributes(const MdsRelation& a, const MdsRelation& b);
const MdsRelation* FindMdsRelation(const std::vector<MdsRelation>& relations,
                                   std::string_view name);

class MdsSource {
 public:
  // REQUIRES: the snapshot's bytes stay.
  explicit MdsSource(const MdsSnapshot& snapshot);

  // Nothing else may be asked when it is corrupt.
  bool is_right() const { return is_right_; }
  const MdsSnapshot& snapshot() const { return snapshot_; }

  // The module of this name. False: it has none, or one that lost a record to a duplicate. Quick
  // for one that follows the module that was found last.
  bool Find(std::string_view name, uint32_t* module);
  std::string_view name(size_t module) const {
    return {names_ + Row(module).name, Row(module + 1).name - Row(module).name};
  }
  size_t modules() const { return modules_; }

  const std::vector<MdsRelation>& relations() const { return relations_; }
  const MdsOldRows& rows(size_t relation) const { return rows_[relation]; }
  void SetOld(MdsValues* texts, MdsValues* numbers) const;

  // False: one of these relations is here with other attributes. REQUIRES: they only get more.
  bool AgreesWith(const std::vector<MdsRelation>& relations);

 private:
  MdsModuleRow Row(size_t module) const {
    return MdsLoad<MdsModuleRow>(module_rows_ + module * sizeof(MdsModuleRow));
  }
  bool Open();
  bool HasRightModules() const;
  bool HasRightRows(const MdsRelationHead& head, const MdsOldRows& rows) const;
  bool HasRightValues(size_t table) const;
  bool OpenRelation(size_t relation);
  bool OpenIndex(const MdsRelationHead& head, MdsOldRows* rows) const;

  MdsSnapshot snapshot_;
  bool is_right_ = false;
  size_t modules_ = 0;
  const char* module_rows_ = nullptr;
  const char* names_ = nullptr;
  std::vector<MdsRelation> relations_;
  std::vector<MdsOldRows> rows_;
  size_t next_ = 0;      // the module that is probably asked for
  size_t compared_ = 0;  // so many relations agree
};

}  // namespace keelson

#endif  // KEELSON_CORE_MDS_SOURCE_H_
