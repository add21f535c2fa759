// The table of all different values of a snapshot: those of an older snapshot that are still used
// and new ones, each once, in ascending order. The older ones are copied in runs; of a table of
// which few values change only those few are compared.
#ifndef KEELSON_CORE_MDS_VALUES_H_
#define KEELSON_CORE_MDS_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/index.h"
#include "core/mds_snapshot_format.h"

namespace keelson {

class MdsValues {
 public:
  // table: 0 texts, 1 numbers (CompareMdsValues).
  explicit MdsValues(size_t table) : table_(table), ids_(0) {}

  // An older table, ascending: where its values end (a 0 in front) and their bytes. None is used at
  // first. REQUIRES: the bytes stay; the ends do not descend and lie inside.
  void SetOld(const char* ends, uint32_t count, const char* bytes);
  void UseOld(uint32_t rank) { used_[rank] = 1; }

  // A value -> its id, 0 for the first one and so on. REQUIRES: the bytes stay, at most 4 GiB.
  uint32_t Intern(std::string_view value);
  std::string_view interned(uint32_t id) const { return new_[id]; }

  // Puts the two together. False: too many, or too many bytes.
  bool Join();

  // After that: what stands in a row for a value, its rank plus 1, by what stood in an older row
  // (REQUIRES: it is used) and by the id plus 1 of a new one. 0, none, stays 0.
  const uint32_t* old_cells() const { return old_cells_.data(); }
  const uint32_t* new_cells() const { return new_cells_.data(); }
  // Is the older value less than, equal to or greater than the one of that rank? Of those that are
  // not used, too.
  int CompareOld(uint32_t old, uint32_t rank) const {
    const uint32_t below = old_cells_[old + 1] - 1;
    if (used_[old] == 0) return below <= rank ? -1 : 1;
    return below < rank ? -1 : below > rank;
  }
  const std::vector<uint32_t>& ends() const { return ends_; }
  std::string_view bytes() const { return bytes_; }
  uint32_t count() const { return count_; }
  std::vector<MdsSignpost> Signposts() const;

 private:
  std::string_view old(uint32_t rank) const;
  uint32_t FirstOldNotBelow(uint32_t from, std::string_view value) const;
  bool TakeOld(uint32_t first, uint32_t last);
  bool Append(const char* bytes, size_t size);

  size_t table_;
  const char* old_ends_ = nullptr;
  const char* old_bytes_ = nullptr;
  uint32_t old_count_ = 0;
  std::vector<uint8_t> used_;
  std::vector<uint32_t> old_cells_;  // 0; for each 1 + how many values of the joined table are less
  IndexBuilder ids_;
  std::vector<std::string_view> new_;
  std::vector<uint32_t> new_cells_;
  uint32_t count_ = 0;
  std::vector<uint32_t> ends_;
  std::string bytes_;
};

}  // namespace keelson

#endif  // KEELSON_CORE_MDS_VALUES_H_
