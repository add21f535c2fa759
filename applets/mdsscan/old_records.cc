// A module's records of one relation stand together in the snapshot, in the order of its files; how
// many each file gave is remembered. If the sums differ (one was left out as a duplicate, or it is
// another scan's memory), nobody knows which is whose.
#include "applets/mdsscan/old_records.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "applets/mdsscan/record_text.h"

namespace keelson {
namespace {

uint32_t CountOf(const SeenFile& file, std::string_view relation) {
  for (const SeenRecords& records : file.records) {
    if (records.relation == relation) return records.count;
  }
  return 0;
}

MdsValue ValueOf(const MdsSnapshot::Cell& cell, MdsFormat format) {
  if (format == MdsFormat::kString || format == MdsFormat::kBlob) {
    return {std::string(cell.bytes), {}};
  }
  MdsValue value;
  for (size_t i = 0; i < cell.count(); ++i) value.numbers.push_back(cell.number(i));
  return value;
}

std::string KeyOf(const MdsRecord& record, const MdsSchema& schema) {
  const MdsRelation& relation = schema.relations()[record.relation];
  std::string key = relation.name;
  for (size_t a = 0; a < relation.attributes.size() && a < record.values.size(); ++a) {
    if (!relation.attributes[a].unique) continue;
    key += '\0';
    if (!record.values[a]) continue;
    key += std::to_string(record.values[a]->bytes.size()) + ':' + record.values[a]->bytes;
    for (const uint32_t number : record.values[a]->numbers) key += std::to_string(number) + ',';
  }
  return key;
}

bool IsNone(const std::vector<MdsSnapshot::Range>& ranges) {
  return std::all_of(ranges.begin(), ranges.end(),
                     [](const MdsSnapshot::Range& range) { return range.first == range.last; });
}

// "PATH: old records of RELATION are lost (3): ..."
std::string Lost(const OldRecords::Taker& to, std::string_view relation, uint32_t count) {
  return to.path + ": old records of " + std::string(relation) + " are lost (" +
         std::to_string(count) + "), with the snapshot that had them";
}

}  // namespace

OldRecords::OldRecords(const MdsSnapshot* snapshot, std::string_view module, const SeenModule* seen)
    : snapshot_(snapshot), seen_(seen) {
  if (snapshot_ != nullptr) module_ = snapshot_->FindModule(module);
}

bool OldRecords::any() const {
  if (!module_) return false;
  for (size_t r = 0; r < snapshot_->relations(); ++r) {
    const auto range = snapshot_->records_of(r, *module_);
    if (range && range->first < range->last) return true;
  }
  return false;
}

void OldRecords::Take(size_t relation, MdsSnapshot::Range range, const Taker& to) const {
  if (range.first == range.last) return;
  auto wanted = ReadRelation(*snapshot_, relation);
  if (!wanted) return;  // corrupt
  const std::string name = wanted->name;
  if (const std::string fault = to.schema->AddOld(std::move(*wanted), to.path); !fault.empty()) {
    to.messages->push_back(to.path + ": old records of " + name + " are dropped (" +
                           std::to_string(range.last - range.first) + "): " + fault);
    return;
  }
  const size_t place = *to.schema->Find(name);
  const std::vector<MdsAttribute>& attributes = to.schema->relations()[place].attributes;
  uint32_t lost = 0;
  for (uint32_t r = range.first; r < range.last; ++r) {
    MdsRecord record;
    record.relation = place;
    for (size_t a = 0; a < attributes.size(); ++a) {
      const auto cell = snapshot_->cell(relation, r, a);
      if (!cell) break;
      record.values.emplace_back();
      if (cell->present) record.values.back() = ValueOf(*cell, attributes[a].format);
    }
    if (record.values.size() == attributes.size())
      to.records->push_back(std::move(record));
    else
      ++lost;
  }
  if (lost > 0) to.messages->push_back(Lost(to, name, lost));
}

void OldRecords::TellLost(std::string_view name, const Taker& to) const {
  if (seen_ == nullptr || seen_->fault == ModuleFault::kRefused) return;
  for (const SeenFile& file : seen_->files) {
    if (file.name != name && file.name != kOfNobody) continue;
    for (const SeenRecords& records : file.records) {
      if (records.count > 0) to.messages->push_back(Lost(to, records.relation, records.count));
    }
  }
}

std::optional<std::vector<MdsSnapshot::Range>> OldRecords::RangesOf(std::string_view name) const {
  std::vector<MdsSnapshot::Range> ranges;
  for (size_t r = 0; r < snapshot_->relations(); ++r) {
    const auto range = snapshot_->records_of(r, *module_);
    const auto relation = snapshot_->relation(r);
    if (!range || !relation) return std::nullopt;
    uint32_t before = 0, own = 0, all = 0;
    for (const SeenFile& file : seen_->files) {
      const uint32_t count = CountOf(file, relation->name);
      if (file.name == name && count != 0) {
        before = all;
        own = count;
      }
      all += count;
    }
    if (all != range->last - range->first) return std::nullopt;
    ranges.push_back({range->first + before, range->first + before + own});
  }
  return ranges;
}

bool OldRecords::OfFile(std::string_view name, const Taker& to) const {
  if (!module_) {
    TellLost(name, to);
    return true;
  }
  if (seen_ == nullptr) return !any();
  const auto own = RangesOf(name);
  // One that has none may have had some when that was not remembered.
  if (!own || (IsNone(*own) && !IsNone(*RangesOf(kOfNobody)))) return false;
  for (size_t r = 0; r < own->size(); ++r) Take(r, (*own)[r], to);
  return true;
}

void OldRecords::Add(bool all, const Taker& to) const {
  if (!module_) return;
  const auto of_nobody = all || seen_ == nullptr ? std::nullopt : RangesOf(kOfNobody);
  std::vector<MdsRecord> old;
  Taker to_old = to;
  to_old.records = &old;
  for (size_t r = 0; r < snapshot_->relations(); ++r) {
    const auto range =
        of_nobody ? std::optional((*of_nobody)[r]) : snapshot_->records_of(r, *module_);
    if (range)
      Take(r, *range, to_old);
    else
      to.messages->push_back(to.path + ": old records are lost, with the snapshot that had them");
  }
  std::set<std::string> keys;
  for (const MdsRecord& record : *to.records) keys.insert(KeyOf(record, *to.schema));
  for (MdsRecord& record : old) {
    if (keys.insert(KeyOf(record, *to.schema)).second) to.records->push_back(std::move(record));
  }
}

}  // namespace keelson
