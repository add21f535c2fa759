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
  explicit MdsSnapshotBuilder(const MdsSchema& schema) : schema_(schema) {}

  // module: its name, by which all are sorted (such as "0/apple.bundle": which folder of the path,
  // then the entry). REQUIRES: each name once; records of the schema.
  void Add(std::string module, std::vector<MdsRecord> records);
  // The module's records as another snapshot has them: what has not changed is not parsed again.
  // False: it has no such module, or a page of it is corrupt.
  bool AddFrom(const MdsSnapshot& snapshot, std::string_view module);

  // Records whose unique attributes are those of an earlier one (in the order of the modules) are
  // left out: the first one wins. Each is told: module and the winner's.
  struct Duplicate {
    std::string relation, module, winner;
  };
  std::string Build(std::vector<Duplicate>* duplicates);

 private:
  struct Kept;
  const MdsSchema& schema_;
  std::map<std::string, std::vector<MdsRecord>> modules_;
};

// Reads bytes that somebody else keeps (a mapping). Never reads outside them, whatever they hold.
class MdsSnapshot {
 public:
  // Nothing: not a snapshot, another version, cut short, or the header's checksum is wrong.
  static std::optional<MdsSnapshot> FromBytes(std::string_view bytes);

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
  std::optional<std::string_view> module_of(size_t relation, uint32_t record) const;
  std::optional<Cell> cell(size_t relation, uint32_t record, size_t attribute) const;

  // All modules, sorted.
  size_t modules() const;
  std::optional<std::string_view> module(size_t module) const;

  // --- The indexes, for core/mds_query ---
  // The record with these values of the unique attributes, in the order of the attributes.
  // *record nothing: there is none. False: corrupt.
  bool FindUnique(size_t relation, std::span<const Cell> key,
                  std::optional<uint32_t>* record) const;
  // The records that have the attribute, in the order of its value (bytes, or numbers one by one)
  // and then of the records: how many, and one of them.
  std::optional<uint32_t> ordered(size_t relation, size_t attribute) const;
  std::optional<uint32_t> ordered_record(size_t relation, size_t attribute, uint32_t place) const;

  // Checks every page: what a reader that trusts nobody does once.
  bool AllPagesAreRight() const;

 private:
  std::string_view bytes_;
  // Pages that were found right; shared by copies, not by threads.
  std::shared_ptr<std::vector<bool>> checked_;
};

}  // namespace keelson

#endif  // KEELSON_CORE_MDS_SNAPSHOT_H_
