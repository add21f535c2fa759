// The records that a module had in the snapshot before, taken apart by the file that gave them.
#ifndef KEELSON_APPLETS_MDSSCAN_OLD_RECORDS_H_
#define KEELSON_APPLETS_MDSSCAN_OLD_RECORDS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "applets/mdsscan/catalog.h"
#include "core/mds_record.h"
#include "core/mds_schema.h"
#include "core/mds_snapshot.h"

namespace keelson {

class OldRecords {
 public:
  OldRecords() = default;  // there are none
  // snapshot: may have wrong pages; null: there was one, and it is lost. seen: what is remembered
  // of the module; null: nothing. What is lost of what is remembered is told. REQUIRES: both
  // outlive this.
  OldRecords(const MdsSnapshot* snapshot, std::string_view module, const SeenModule* seen);

  // What gets the records, behind those that it has. Relations that its schema does not have go
  // into it. Records of one that it has otherwise are lost, which is told.
  struct Taker {
    std::string path;  // of the file that they are kept for
    MdsSchema* schema;
    std::vector<MdsRecord>* records;
    std::vector<std::string>* messages;
  };

  bool any() const;
  // In the order that they had. False: nobody knows which ones were the file's; Others are to be
  // kept then.
  bool OfFile(std::string_view file, const Taker& to) const;
  // Those of which nobody knows whose they were, or all, whose unique attributes no record has that
  // is there already.
  void Others(const Taker& to) const { Add(false, to); }
  void AllOther(const Taker& to) const { Add(true, to); }

 private:
  // What a file gave of each relation. Nothing: the sums differ.
  std::optional<std::vector<MdsSnapshot::Range>> RangesOf(std::string_view file) const;
  void Add(bool all, const Taker& to) const;
  void Take(size_t relation, MdsSnapshot::Range range, const Taker& to) const;
  void TellLost(std::string_view file, const Taker& to) const;

  const MdsSnapshot* snapshot_ = nullptr;
  const SeenModule* seen_ = nullptr;
  std::optional<size_t> module_;  // its place in the snapshot
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_OLD_RECORDS_H_
