// What the head says was checked when the snapshot was opened. Here it is the body's turn: ends of
// values and modules do not descend, ranks, modules and places are below what they count, the
// unique index has every record once. From the index come the tags of all keys, so that the next
// index is made without them.
#include "core/mds_source.h"

#include <algorithm>

#include "core/index.h"

namespace keelson {
namespace {

uint32_t Word(const char* words, size_t i) { return MdsLoad<uint32_t>(words + 4 * i); }

}  // namespace

bool SameMdsAttributes(const MdsRelation& a, const MdsRelation& b) {
  return std::equal(a.attributes.begin(), a.attributes.end(), b.attributes.begin(),
                    b.attributes.end(), [](const MdsAttribute& x, const MdsAttribute& y) {
                      return x.name == y.name && x.format == y.format && x.symbols == y.symbols &&
                             x.unique == y.unique;
                    });
}

const MdsRelation* FindMdsRelation(const std::vector<MdsRelation>& relations,
                                   std::string_view name) {
  for (const MdsRelation& relation : relations) {
    if (relation.name == name) return &relation;
  }
  return nullptr;
}

MdsSource::MdsSource(const MdsSnapshot& snapshot) : snapshot_(snapshot) { is_right_ = Open(); }

bool MdsSource::Open() {
  const MdsSnapshot::Parts& parts = *snapshot_.parts_;
  modules_ = parts.head.modules;
  module_rows_ = snapshot_.bytes_.data() + parts.head.modules_at;
  names_ = module_rows_ + (modules_ + 1) * sizeof(MdsModuleRow);
  if (!parts.is_built && (!snapshot_.AllPagesAreRight() || !HasRightModules() ||
                          !HasRightValues(0) || !HasRightValues(1))) {
    return false;
  }
  rows_.reserve(snapshot_.relations());
  for (size_t r = 0; r < snapshot_.relations(); ++r) {
    MdsRelation relation;
    relation.name = snapshot_.relation(r)->name;
    if (FindMdsRelation(relations_, relation.name) != nullptr || !OpenRelation(r)) return false;
    for (size_t a = 0; a < snapshot_.relation(r)->attributes; ++a) {
      const auto has = *snapshot_.attribute(r, a);
      relation.attributes.push_back(
          {std::string(has.name), has.format, std::string(has.symbols), has.unique});
    }
    relations_.push_back(std::move(relation));
  }
  return true;
}

bool MdsSource::HasRightModules() const {
  for (size_t i = 0; i < modules_; ++i) {
    if (Row(i).name > Row(i + 1).name) return false;
  }
  if (Row(modules_).name > snapshot_.parts_->head.module_names_size) return false;
  for (size_t i = 1; i < modules_; ++i) {
    if (name(i - 1) >= name(i)) return false;
  }
  return true;
}

bool MdsSource::HasRightValues(size_t table) const {
  const MdsValuesHead& head = snapshot_.parts_->head.values[table];
  const char* ends = snapshot_.bytes_.data() + head.ends;
  uint32_t last = 0;
  for (uint32_t i = 0; i <= head.count; ++i) {
    const uint32_t end = Word(ends, i);
    if (end < last) return false;
    last = end;
  }
  return last <= head.size;
}

bool MdsSource::HasRightRows(const MdsRelationHead& head, const MdsOldRows& rows) const {
  const MdsSnapshot::Parts& parts = *snapshot_.parts_;
  const size_t width = 1 + size_t{head.attributes};
  uint32_t module = 0;
  for (uint32_t r = 0; r < head.records; ++r) {
    const uint32_t of = Word(rows.rows, r * width);
    if (of < module || of >= modules_) return false;
    module = of;
  }
  for (size_t a = 0; a < head.attributes; ++a) {
    const auto format = static_cast<MdsFormat>(parts.attributes[head.first_attribute + a].format);
    const uint32_t values = parts.head.values[MdsTableOf(format)].count;
    for (uint32_t r = 0; r < head.records; ++r) {
      if (Word(rows.rows, r * width + 1 + a) > values) return false;
    }
    for (uint32_t i = 0; i < rows.ordered[a].count; ++i) {
      if (Word(rows.ordered[a].records, i) >= head.records) return false;
    }
  }
  return true;
}

bool MdsSource::OpenRelation(size_t relation) {
  const MdsSnapshot::Parts& parts = *snapshot_.parts_;
  const MdsRelationHead& head = parts.relations[relation];
  MdsOldRows* rows = &rows_.emplace_back();
  rows->rows = snapshot_.bytes_.data() + head.rows;
  rows->records = head.records;
  for (size_t a = 0; a < head.attributes; ++a) {
    const MdsAttributeHead& attribute = parts.attributes[head.first_attribute + a];
    rows->ordered.push_back({snapshot_.bytes_.data() + attribute.ordered, attribute.ordered_count});
  }
  return (parts.is_built || HasRightRows(head, *rows)) && OpenIndex(head, rows);
}

// The tags of all records, each of which the index has once.
bool MdsSource::OpenIndex(const MdsRelationHead& head, MdsOldRows* rows) const {
  bool has_key = false;
  for (size_t a = 0; a < head.attributes; ++a) {
    has_key |= snapshot_.parts_->attributes[head.first_attribute + a].unique != 0;
  }
  if (!has_key) return head.slots == 0;
  std::vector<bool> found(head.records);
  rows->tags.resize(head.records);
  uint32_t keys = 0;
  const char* slots = snapshot_.bytes_.data() + head.index + kIndexHeaderBytes;
  for (uint32_t i = 0; i < head.slots; ++i) {
    const auto slot = MdsLoad<IndexSlot>(slots + i * sizeof(IndexSlot));
    if (slot.value_plus_1 == 0) continue;
    const uint32_t record = slot.value_plus_1 - 1;
    if (record >= head.records || found[record]) return false;
    found[record] = true;
    rows->tags[record] = slot.tag;
    ++keys;
  }
  return keys == head.records;
}

void MdsSource::SetOld(MdsValues* texts, MdsValues* numbers) const {
  const char* bytes = snapshot_.bytes_.data();
  const auto& head = snapshot_.parts_->head.values;
  texts->SetOld(bytes + head[0].ends, head[0].count, bytes + head[0].bytes);
  numbers->SetOld(bytes + head[1].ends, head[1].count, bytes + head[1].bytes);
}

bool MdsSource::Find(std::string_view name, uint32_t* module) {
  size_t at = next_;
  if (at >= modules_ || this->name(at) != name) {
    const auto found = snapshot_.FindModule(name);
    if (!found) return false;
    at = *found;
  }
  next_ = at + 1;
  *module = static_cast<uint32_t>(at);
  return (Row(at).flags & kMdsLeftOut) == 0;
}

bool MdsSource::AgreesWith(const std::vector<MdsRelation>& relations) {
  for (; compared_ < relations.size(); ++compared_) {
    const MdsRelation* here = FindMdsRelation(relations_, relations[compared_].name);
    if (here != nullptr && !SameMdsAttributes(relations[compared_], *here)) return false;
  }
  return true;
}

}  // namespace keelson
