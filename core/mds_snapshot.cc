// The head is checked as a whole when a snapshot is opened, so that relations, attributes and where
// every table lies are known to be right. Everything behind it goes through At(), which knows the
// bounds and checks the sum of a page before the first look at it. What the body says (ranks,
// places, ends of values) is still compared with the bounds of what it points into: a file with
// right sums and wrong contents is an error or a wrong answer, never a read outside.
#include "core/mds_snapshot.h"

#include <algorithm>
#include <cstring>

#include "core/index.h"
#include "core/mds_snapshot_format.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace keelson {
namespace {

bool Inside(uint64_t at, uint64_t size, uint64_t begin, uint64_t end) {
  return at >= begin && at <= end && size <= end - at;
}

int CompareNumbers(std::string_view a, std::string_view b) {
  const size_t both = std::min(a.size(), b.size()) / 4;
  for (size_t i = 0; i < both; ++i) {
    const uint32_t x = MdsLoad<uint32_t>(a.data() + 4 * i);
    const uint32_t y = MdsLoad<uint32_t>(b.data() + 4 * i);
    if (x != y) return x < y ? -1 : 1;
  }
  return a.size() < b.size() ? -1 : a.size() > b.size();
}

}  // namespace

uint64_t MdsSum(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

uint32_t MdsKey::Tag() const { return HashKey(bytes_); }

int CompareMdsValues(size_t table, std::string_view a, std::string_view b) {
  return table == 0 ? a.compare(b) : CompareNumbers(a, b);
}

// --- The head ---

namespace {

// Where everything is that the head counts. False: it does not fit.
bool HeadFits(const MdsHead& head, uint64_t file_size) {
  const uint64_t sums = MdsRoundUp(head.pages, kMdsSumsOfPage) / kMdsSumsOfPage;
  const uint64_t inside = sizeof(MdsHead) + uint64_t{head.relations} * sizeof(MdsRelationHead) +
                          uint64_t{head.attributes} * sizeof(MdsAttributeHead) +
                          MdsRoundUp(head.names_size, 8) + sums * sizeof(uint64_t);
  return head.magic == kMdsMagic && head.version == kMdsVersion && head.file_size == file_size &&
         head.head_size % kMdsPage == 0 && inside <= head.head_size &&
         uint64_t{head.head_size} + (sums + head.pages) * kMdsPage == file_size;
}

// *all in one piece: a query is short enough to feel each page of memory. Where they end.
template <typename T>
const char* LoadAll(const char* at, uint32_t count, std::vector<T>* all) {
  all->resize(count);
  const size_t size = count * sizeof(T);
  if (size != 0) std::memcpy(all->data(), at, size);
  return at + size;
}

bool NameFits(const MdsName& name, const MdsHead& head) {
  return Inside(name.at, name.size, 0, head.names_size);
}

}  // namespace

// Whether all that the head speaks of lies in the body, which ends there.
bool MdsSnapshot::Parts::Fit(uint64_t end) const {
  const auto in_body = [&](uint64_t at, uint64_t count, uint64_t each) {
    return Inside(at, count * each, body, end);
  };
  if (!in_body(head.modules_at,
               (uint64_t{head.modules} + 1) * sizeof(MdsModuleRow) + head.module_names_size, 1)) {
    return false;
  }
  for (const MdsValuesHead& values : head.values) {
    if (!in_body(values.ends, uint64_t{values.count} + 1, 4)) return false;
    if (!in_body(values.bytes, values.size, 1)) return false;
    const uint64_t signposts = MdsRoundUp(values.count, MdsSignpost::kEvery) / MdsSignpost::kEvery;
    if (!in_body(values.signposts, signposts, sizeof(MdsSignpost))) return false;
  }
  for (const MdsRelationHead& relation : relations) {
    const uint64_t width = 4 * (1 + uint64_t{relation.attributes});
    const uint64_t slots = uint64_t{relation.slots} * sizeof(IndexSlot);
    const uint64_t index = slots == 0 ? 0 : kIndexHeaderBytes + slots;
    if (!Inside(relation.first_attribute, relation.attributes, 0, head.attributes) ||
        !in_body(relation.rows, relation.records, width) || !NameFits(relation.name, head) ||
        !in_body(relation.index, index, 1)) {
      return false;
    }
  }
  for (const MdsAttributeHead& attribute : attributes) {
    if (!in_body(attribute.ordered, attribute.ordered_count, 4) ||
        !NameFits(attribute.name, head) || !NameFits(attribute.symbols, head) ||
        attribute.format > static_cast<uint8_t>(MdsFormat::kMultiUint32)) {
      return false;
    }
  }
  return true;
}

std::optional<MdsSnapshot> MdsSnapshot::FromBytes(std::string_view bytes) {
  if (bytes.size() < sizeof(MdsHead)) return std::nullopt;
  auto parts = std::make_shared<Parts>();
  const MdsHead& head = parts->head = MdsLoad<MdsHead>(bytes.data());
  if (!HeadFits(head, bytes.size()) || !Inside(0, head.head_size, 0, bytes.size()) ||
      MdsSum(bytes.substr(kMdsUnsummed, head.head_size - kMdsUnsummed)) != head.sum) {
    return std::nullopt;
  }
  parts->body = bytes.size() - uint64_t{head.pages} * kMdsPage;
  const char* at = bytes.data() + sizeof(MdsHead);
  at = LoadAll(at, head.relations, &parts->relations);
  at = LoadAll(at, head.attributes, &parts->attributes);
  parts->names = at;
  parts->sums = parts->names + MdsRoundUp(head.names_size, 8);
  if (!parts->Fit(bytes.size())) return std::nullopt;
  parts->is_right.resize((bytes.size() / kMdsPage + 63) / 64);
  MdsSnapshot snapshot;
  snapshot.bytes_ = bytes;
  snapshot.parts_ = std::move(parts);
  return snapshot;
}

std::optional<MdsSnapshot> MdsSnapshot::FromBuilder(std::string_view bytes) {
  std::optional<MdsSnapshot> snapshot = FromBytes(bytes);
  if (!snapshot) return std::nullopt;
  Parts& parts = *snapshot->parts_;
  parts.is_built = true;
  parts.is_right.assign(parts.is_right.size(), ~uint64_t{0});
  return snapshot;
}

// --- Pages ---

bool MdsSnapshot::CheckPage(uint64_t page) const {
  const MdsHead& head = parts_->head;
  const char* sum;
  if (page < parts_->body / kMdsPage) {
    sum = parts_->sums + (page - head.head_size / kMdsPage) * sizeof(uint64_t);
  } else {
    const uint64_t at = head.head_size + (page - parts_->body / kMdsPage) * sizeof(uint64_t);
    const uint64_t of_sums = at / kMdsPage;
    if ((parts_->is_right[of_sums / 64] >> (of_sums % 64) & 1) == 0 && !CheckPage(of_sums)) {
      return false;
    }
    sum = bytes_.data() + at;
  }
  if (MdsSum(bytes_.substr(page * kMdsPage, kMdsPage)) != MdsLoad<uint64_t>(sum)) return false;
  parts_->is_right[page / 64] |= uint64_t{1} << (page % 64);
  return true;
}

const char* MdsSnapshot::At(uint64_t offset, uint64_t size) const {
  if (!Inside(offset, size, parts_->body, bytes_.size())) return nullptr;
  if (size != 0) {
    const uint64_t last = (offset + size - 1) / kMdsPage;
    for (uint64_t page = offset / kMdsPage; page <= last; ++page) {
      if ((parts_->is_right[page / 64] >> (page % 64) & 1) == 0 && !CheckPage(page)) return nullptr;
    }
  }
  return bytes_.data() + offset;
}

bool MdsSnapshot::AllPagesAreRight() const {
  return At(parts_->body, bytes_.size() - parts_->body) != nullptr;
}

size_t MdsSnapshot::pages_touched() const {
  size_t pages = 0;
  for (const uint64_t word : parts_->is_right)
    pages += static_cast<size_t>(__builtin_popcountll(word));
  return pages;
}

// The head's, which has the checksums of all pages.
uint64_t MdsSnapshot::checksum() const { return parts_->head.sum; }

// --- The schema ---

size_t MdsSnapshot::relations() const { return parts_->relations.size(); }

std::optional<MdsSnapshot::Relation> MdsSnapshot::relation(size_t relation) const {
  if (relation >= parts_->relations.size()) return std::nullopt;
  const MdsRelationHead& head = parts_->relations[relation];
  return Relation{{parts_->names + head.name.at, head.name.size}, head.records, head.attributes};
}

std::optional<MdsSnapshot::Attribute> MdsSnapshot::attribute(size_t relation,
                                                             size_t attribute) const {
  if (relation >= parts_->relations.size()) return std::nullopt;
  const MdsRelationHead& of = parts_->relations[relation];
  if (attribute >= of.attributes) return std::nullopt;
  const MdsAttributeHead& head = parts_->attributes[of.first_attribute + attribute];
  return Attribute{{parts_->names + head.name.at, head.name.size},
                   {parts_->names + head.symbols.at, head.symbols.size},
                   static_cast<MdsFormat>(head.format),
                   head.unique != 0};
}

// --- Values and records ---

uint32_t MdsSnapshot::Cell::number(size_t i) const {
  return i < count() ? MdsLoad<uint32_t>(bytes.data() + 4 * i) : 0;
}

std::optional<std::string_view> MdsSnapshot::Value(size_t table, uint32_t rank) const {
  const MdsValuesHead& values = parts_->head.values[table];
  if (rank >= values.count) return std::nullopt;
  const char* ends = At(values.ends + 4 * uint64_t{rank}, 8);
  if (ends == nullptr) return std::nullopt;
  const uint32_t begin = MdsLoad<uint32_t>(ends), end = MdsLoad<uint32_t>(ends + 4);
  if (begin > end || end > values.size) return std::nullopt;
  const char* bytes = At(values.bytes + begin, end - begin);
  if (bytes == nullptr) return std::nullopt;
  return std::string_view(bytes, end - begin);
}

std::optional<uint32_t> MdsSnapshot::rank_plus_1(size_t relation, uint32_t record,
                                                 size_t attribute) const {
  if (relation >= parts_->relations.size()) return std::nullopt;
  const MdsRelationHead& head = parts_->relations[relation];
  if (record >= head.records || attribute >= head.attributes) return std::nullopt;
  const uint64_t width = 1 + uint64_t{head.attributes};
  const char* cell = At(head.rows + 4 * (record * width + 1 + attribute), 4);
  if (cell == nullptr) return std::nullopt;
  return MdsLoad<uint32_t>(cell);
}

std::optional<MdsSnapshot::Cell> MdsSnapshot::cell(size_t relation, uint32_t record,
                                                   size_t attribute) const {
  const auto rank = rank_plus_1(relation, record, attribute);
  if (!rank) return std::nullopt;
  if (*rank == 0) return Cell{};
  const uint32_t first = parts_->relations[relation].first_attribute;
  const auto format = static_cast<MdsFormat>(parts_->attributes[first + attribute].format);
  const auto bytes = Value(MdsTableOf(format), *rank - 1);
  if (!bytes) return std::nullopt;
  if (format == MdsFormat::kUint32 && bytes->size() != 4) return std::nullopt;
  return Cell{true, *bytes};
}

std::optional<std::string_view> MdsSnapshot::module_of(size_t relation, uint32_t record) const {
  if (relation >= parts_->relations.size()) return std::nullopt;
  const MdsRelationHead& head = parts_->relations[relation];
  if (record >= head.records) return std::nullopt;
  const char* row = At(head.rows + 4 * (record * (1 + uint64_t{head.attributes})), 4);
  if (row == nullptr) return std::nullopt;
  return module(MdsLoad<uint32_t>(row));
}

// --- Modules ---

size_t MdsSnapshot::modules() const { return parts_->head.modules; }

std::optional<std::string_view> MdsSnapshot::module(size_t module) const {
  const MdsHead& head = parts_->head;
  if (module >= head.modules) return std::nullopt;
  const char* rows = At(head.modules_at + module * sizeof(MdsModuleRow), 2 * sizeof(MdsModuleRow));
  if (rows == nullptr) return std::nullopt;
  const uint32_t begin = MdsLoad<MdsModuleRow>(rows).name;
  const uint32_t end = MdsLoad<MdsModuleRow>(rows + sizeof(MdsModuleRow)).name;
  if (begin > end || end > head.module_names_size) return std::nullopt;
  const uint64_t names = head.modules_at + (uint64_t{head.modules} + 1) * sizeof(MdsModuleRow);
  const char* name = At(names + begin, end - begin);
  if (name == nullptr) return std::nullopt;
  return std::string_view(name, end - begin);
}

std::optional<size_t> MdsSnapshot::FindModule(std::string_view name) const {
  size_t first = 0, last = modules();
  while (first < last) {
    const size_t middle = first + (last - first) / 2;
    const auto found = module(middle);
    if (!found) return std::nullopt;
    if (*found == name) return middle;
    if (*found < name)
      first = middle + 1;
    else
      last = middle;
  }
  return std::nullopt;
}

std::optional<MdsSnapshot::Range> MdsSnapshot::records_of(size_t relation, size_t module) const {
  if (relation >= relations() || module >= modules()) return std::nullopt;
  const MdsRelationHead& head = parts_->relations[relation];
  bool corrupt = false;
  const auto first_from = [&](uint64_t wanted) {
    uint32_t first = 0, last = head.records;
    while (first < last && !corrupt) {
      const uint32_t middle = first + (last - first) / 2;
      const char* row = At(head.rows + 4 * (middle * (1 + uint64_t{head.attributes})), 4);
      if (row == nullptr)
        corrupt = true;
      else if (MdsLoad<uint32_t>(row) < wanted)
        first = middle + 1;
      else
        last = middle;
    }
    return first;
  };
  const Range range{first_from(module), first_from(uint64_t{module} + 1)};
  if (corrupt || range.first > range.last) return std::nullopt;
  return range;
}

// --- Indexes ---

// As IndexView::Find, but with a look at the page's checksum before one at the slot.
bool MdsSnapshot::FindUnique(size_t relation, std::span<const Cell> key,
                             std::optional<uint32_t>* record) const {
  record->reset();
  if (relation >= relations()) return false;
  const MdsRelationHead& head = parts_->relations[relation];
  MdsKey bytes;
  for (const Cell& cell : key) cell.present ? bytes.Add(cell.bytes) : bytes.AddAbsent();
  const uint32_t tag = bytes.Tag();
  size_t at = head.slots == 0 ? 0 : IndexView::Home(tag, head.slots);
  for (uint32_t step = 0; step < head.slots; ++step) {
    const char* found = At(head.index + kIndexHeaderBytes + at * sizeof(IndexSlot), 8);
    if (found == nullptr) return false;
    const auto slot = MdsLoad<IndexSlot>(found);
    if (slot.value_plus_1 == 0) return true;
    if (slot.tag == tag) {
      bool same = true;
      size_t next = 0;
      for (size_t a = 0; a < head.attributes && same; ++a) {
        if (parts_->attributes[head.first_attribute + a].unique == 0) continue;
        const auto has = cell(relation, slot.value_plus_1 - 1, a);
        if (!has) return false;
        same =
            next < key.size() && has->present == key[next].present && has->bytes == key[next].bytes;
        ++next;
      }
      if (same && next == key.size()) {
        *record = slot.value_plus_1 - 1;
        return true;
      }
    }
    if (++at == head.slots) at = 0;
  }
  return true;
}

std::optional<uint32_t> MdsSnapshot::ordered(size_t relation, size_t attribute) const {
  if (relation >= relations()) return std::nullopt;
  const MdsRelationHead& head = parts_->relations[relation];
  if (attribute >= head.attributes) return std::nullopt;
  return parts_->attributes[head.first_attribute + attribute].ordered_count;
}

std::optional<uint32_t> MdsSnapshot::ordered_record(size_t relation, size_t attribute,
                                                    uint32_t place) const {
  const auto count = ordered(relation, attribute);
  if (!count || place >= *count) return std::nullopt;
  const MdsRelationHead& head = parts_->relations[relation];
  const uint64_t ordered = parts_->attributes[head.first_attribute + attribute].ordered;
  const char* entry = At(ordered + 4 * uint64_t{place}, 4);
  if (entry == nullptr || MdsLoad<uint32_t>(entry) >= head.records) return std::nullopt;
  return MdsLoad<uint32_t>(entry);
}

// The lowest rank whose value is not before the wanted one. Signposts first, as long as the
// beginning of a value says enough, then the values between two of them.
template <typename Before>
std::optional<uint32_t> MdsSnapshot::FirstRankNot(size_t table, std::string_view wanted,
                                                  Before before) const {
  constexpr uint32_t kEvery = MdsSignpost::kEvery;
  const MdsValuesHead& values = parts_->head.values[table];
  bool corrupt = false;
  const auto value_is_before = [&](uint32_t rank) {
    const auto value = Value(table, rank);
    corrupt |= !value;
    return value && before(*value);
  };
  const auto signpost_is_before = [&](uint32_t i) {
    const char* at = At(values.signposts + i * uint64_t{sizeof(MdsSignpost)}, sizeof(MdsSignpost));
    corrupt |= at == nullptr;
    if (at == nullptr) return false;
    const auto size = MdsLoad<MdsSignpost>(at).size;
    const std::string_view beginning(at, std::min<size_t>(size, MdsSignpost::kBeginning));
    if (size == beginning.size() || wanted.size() < beginning.size()) return before(beginning);
    const int order = CompareMdsValues(table, beginning, wanted.substr(0, beginning.size()));
    return order == 0 ? value_is_before(i * kEvery) : order < 0;
  };
  const auto first_not = [&corrupt](uint32_t first, uint32_t last, const auto& is_before) {
    while (first < last && !corrupt) {
      const uint32_t middle = first + (last - first) / 2;
      if (is_before(middle))
        first = middle + 1;
      else
        last = middle;
    }
    return first;
  };
  const uint32_t signposts = values.count / kEvery + (values.count % kEvery != 0);
  const uint32_t next = first_not(0, signposts, signpost_is_before);
  const uint32_t first = next == 0 ? 0 : (next - 1) * kEvery + 1;
  const uint32_t last = next == signposts ? values.count : next * kEvery;
  const uint32_t found = first_not(first, last, value_is_before);
  if (corrupt) return std::nullopt;
  return found;
}

std::optional<uint32_t> MdsSnapshot::LowestRank(MdsFormat format, std::string_view bytes,
                                                bool* equal) const {
  const size_t table = MdsTableOf(format);
  *equal = false;
  return FirstRankNot(table, bytes, [&](std::string_view value) {
    const int order = CompareMdsValues(table, value, bytes);
    *equal |= order == 0;
    return order < 0;
  });
}

std::optional<uint32_t> MdsSnapshot::RankBehindInitial(MdsFormat format,
                                                       std::string_view bytes) const {
  const size_t table = MdsTableOf(format);
  return FirstRankNot(table, bytes, [&](std::string_view value) {
    return CompareMdsValues(table, value.substr(0, bytes.size()), bytes) <= 0;
  });
}

}  // namespace keelson
