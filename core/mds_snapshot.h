// The directory as one immutable file: built once, mapped by any number of readers.
//
// The same modules with the same records under the same names give the same bytes, whatever the
// order in which they were found: there are no times, inodes or folders of the build in it. All
// numbers are little-endian; everything is an offset from the beginning (docs/FORMATS.md has the
// bytes). A reader checks the header, then the checksum of each 4096-byte page before it looks at
// it, so that a query costs what it touches and a corrupt file is an error, never a wrong answer.
#ifndef KEELSON_CORE_MDS_SNAPSHOT_H_
#define KEELSON_CORE_MDS_SNAPSHOT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/mds_record.h"
#include "core/mds_schema.h"

namespace keelson {

class MdsSnapshot;

class MdsSnapshotBuilder {
 public:
  // The schema may grow while modules are read. Relations that it has now are in every snapshot, in
  // their order; those that come later, only with records, by name. REQUIRES: schema outlives this.
  explicit MdsSnapshotBuilder(const MdsSchema& schema);
  ~MdsSnapshotBuilder();

  // module: its name, by which all are sorted (such as "0/apple.bundle": which folder of the path,
  // then the entry). REQUIRES: each name once, Add and AddFrom together; records of the schema.
  void Add(std::string module, std::vector<MdsRecord> records);
  // The module's records as another snapshot has them: what has not changed is not parsed again.
  // False: has to be parsed. Then the snapshot has no such module, or not all of its records
  // (one was left out as a duplicate), or is corrupt, or has another idea of a relation than the
  // schema. REQUIRES: the snapshot's bytes stay until Build. The first snapshot that is named is
  // the quick one; the modules of others cost as much as those that are added.
  bool AddFrom(const MdsSnapshot& snapshot, std::string_view module);

  // Records whose unique attributes are those of an earlier one (in the order of the modules) are
  // left out: the first one wins. Each is told: module and the winner's.
  struct Duplicate {
    std::string relation, module, winner;
  };
  // Once. Empty: more than a snapshot can hold (2^32-2 values or 4 GiB of them in one table, 2^30
  // records in one relation), or the schema has got a relation since that AddFrom's snapshot has
  // otherwise: parse all. duplicates may be null.
  std::string Build(std::vector<Duplicate>* duplicates);

 private:
  class Plan;
  std::unique_ptr<Plan> plan_;
};

// Reads bytes that somebody else keeps (a mapping). Never reads outside them, whatever they hold.
class MdsSnapshot {
 public:
  // Nothing: not a snapshot, another version, cut short, or the header's checksum is wrong.
  static std::optional<MdsSnapshot> FromBytes(std::string_view bytes);
  // What a builder of this process gave: no page is checked. Nothing: more than it could hold.
  static std::optional<MdsSnapshot> FromBuilder(std::string_view bytes);

  struct Relation {
    std::string_view name;
    uint32_t records = 0;
    uint32_t attributes = 0;
  };
  struct Attribute {
    std::string_view name, symbols;
    MdsFormat format = MdsFormat::kString;
    bool unique = false;
  };
  size_t relations() const;
  std::optional<Relation> relation(size_t relation) const;  // nothing: corrupt
  std::optional<Attribute> attribute(size_t relation, size_t attribute) const;

  // Of a record: the module, and a value without a copy. Numbers of kUint32 and kMultiUint32 are
  // little-endian bytes, four each.
  struct Cell {
    bool present = false;
    std::string_view bytes;
    size_t count() const { return bytes.size() / 4; }
    uint32_t number(size_t i) const;
  };
  // Nothing: corrupt, or there is no such record, attribute or module.
  std::optional<std::string_view> module_of(size_t relation, uint32_t record) const;
  std::optional<Cell> cell(size_t relation, uint32_t record, size_t attribute) const;

  // All modules, sorted.
  size_t modules() const;
  std::optional<std::string_view> module(size_t module) const;
  std::optional<size_t> FindModule(std::string_view name) const;
  // The records of a module in a relation: from the first one to before the last one.
  struct Range {
    uint32_t first = 0;
    uint32_t last = 0;
  };
  std::optional<Range> records_of(size_t relation, size_t module) const;

  // --- The indexes, for core/mds_query ---
  // The record with these values of the unique attributes, in the order of the attributes.
  // *record nothing: there is none. False: corrupt.
  bool FindUnique(size_t relation, std::span<const Cell> key,
                  std::optional<uint32_t>* record) const;
  // The records that have the attribute, in the order of its value (bytes, or numbers one by one)
  // and then of the records: how many, and one of them.
  std::optional<uint32_t> ordered(size_t relation, size_t attribute) const;
  std::optional<uint32_t> ordered_record(size_t relation, size_t attribute, uint32_t place) const;
  // Equal values have the same rank, smaller ones a smaller; those of STRING and BLOB are ranked
  // together, and those of UINT32 and MULTI_UINT32. Of a record: 0 if it has none, else rank + 1.
  std::optional<uint32_t> rank_plus_1(size_t relation, uint32_t record, size_t attribute) const;
  // The lowest rank whose value is not smaller; *equal: it has that very value.
  std::optional<uint32_t> LowestRank(MdsFormat format, std::string_view bytes, bool* equal) const;
  // The lowest rank whose value does not begin with these bytes and is not smaller than them.
  std::optional<uint32_t> RankBehindInitial(MdsFormat format, std::string_view bytes) const;

  // Checks every page: what a reader that trusts nobody does once.
  bool AllPagesAreRight() const;
  // How many pages were looked at by now, the head's not counted: what a query has cost.
  size_t pages_touched() const;
  std::string_view bytes() const { return bytes_; }
  uint64_t checksum() const;  // of all: other bytes have another one
  bool IsCopyOf(const MdsSnapshot& other) const { return parts_ == other.parts_; }

 private:
  friend class MdsSource;
  struct Parts;

  // The bytes at an offset when they lie in the body and their pages are right, else null.
  const char* At(uint64_t offset, uint64_t size) const;
  bool CheckPage(uint64_t page) const;
  std::optional<std::string_view> Value(size_t table, uint32_t rank) const;
  template <typename Before>
  std::optional<uint32_t> FirstRankNot(size_t table, std::string_view wanted, Before before) const;

  std::string_view bytes_;
  // Shared by copies, not by threads: it remembers which pages were found right.
  std::shared_ptr<Parts> parts_;
};

}  // namespace keelson

#endif  // KEELSON_CORE_MDS_SNAPSHOT_H_
