// The rows of one relation of a snapshot and their indexes: those of an older snapshot, whose
// modules are kept, and new ones. What is kept is copied with its ranks exchanged; no value is
// looked at, hashed or compared for it.
#ifndef KEELSON_CORE_MDS_ROWS_H_
#define KEELSON_CORE_MDS_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/index.h"
#include "core/mds_values.h"

namespace keelson {

inline constexpr uint32_t kNoMdsModule = 0xffffffff;

// A relation as an older snapshot has it. REQUIRES: all numbers lie inside what they point into.
struct MdsOldRows {
  const char* rows = nullptr;
  uint32_t records = 0;
  std::vector<uint32_t> tags;  // of the records' unique keys; none if there is no such index
  struct Ordered {
    const char* records = nullptr;
    uint32_t count = 0;
  };
  std::vector<Ordered> ordered;  // of each attribute
};

class MdsRows {
 public:
  struct Column {
    size_t table = 0;
    bool unique = false;
  };
  explicit MdsRows(std::vector<Column> columns);

  // old: of the same columns. modules: for each module of the older snapshot, which one it is now,
  // ascending, or kNoMdsModule. REQUIRES: both stay until Build.
  void SetOld(const MdsOldRows* old, std::span<const uint32_t> modules);
  // Marks the values of the older rows that are kept. REQUIRES: SetOld.
  void UseOldValues(MdsValues* values) const;
  // cells: for each column the id of a value plus 1, or 0. REQUIRES: modules ascend, and none is
  // one of the older ones that are kept.
  void AddNew(uint32_t module, std::span<const uint32_t> cells);

  // A row whose unique values are those of an earlier one is left out and told: its module, the
  // winner's. REQUIRES: values (of both tables) are joined. False: too many rows.
  bool Build(const MdsValues* values,
             const std::function<void(uint32_t module, uint32_t winner)>& left_out);

  uint32_t records() const { return records_; }
  const std::vector<uint32_t>& rows() const { return rows_; }
  std::string_view index() const { return index_.bytes(); }
  uint32_t slots() const { return static_cast<uint32_t>(index_.view().slots()); }
  const std::vector<uint32_t>& ordered(size_t column) const { return ordered_[column]; }

 private:
  size_t width() const { return 1 + columns_.size(); }
  bool SameKey(uint32_t a, uint32_t b) const;
  uint32_t TagOfNew(size_t i) const;
  void TakeOld(uint32_t old);
  void TakeNew(size_t i);
  uint32_t* next_row() { return rows_.data() + records_ * width(); }
  bool Keep(uint32_t tag);
  void Order(size_t column);

  std::vector<Column> columns_;
  bool has_key_ = false;
  const MdsOldRows* old_ = nullptr;
  std::span<const uint32_t> modules_;
  std::vector<uint32_t> new_rows_;  // as rows_, with ids instead of ranks

  // While building.
  const MdsValues* values_ = nullptr;
  const std::function<void(uint32_t, uint32_t)>* left_out_ = nullptr;
  IndexBuilder* keys_ = nullptr;
  struct Place {
    uint32_t record = 0;  // how many were before it
    bool kept = false;
  };
  std::vector<const uint32_t*> old_cells_, new_cells_;  // of each column's values
  std::vector<Place> places_;                           // of the older rows
  std::vector<uint32_t> new_places_;                    // of the new ones that were kept

  uint32_t records_ = 0;
  std::vector<uint32_t> rows_;
  IndexImage index_;
  std::vector<std::vector<uint32_t>> ordered_;
};

}  // namespace keelson

#endif  // KEELSON_CORE_MDS_ROWS_H_
