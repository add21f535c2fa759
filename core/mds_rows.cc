// Older rows and new ones are merged by their modules. Each row is written where it will stand and
// its key put into the unique index; when that has the key already the row is taken back.
//
// An ordered index is the older one without the rows that are gone, and the new rows at their
// places, which are searched: for that, rows and values that are gone count as standing where they
// would stand.
#include "core/mds_rows.h"

#include <algorithm>

#include "core/mds_snapshot_format.h"

namespace keelson {
namespace {

constexpr uint32_t kMaxRows = uint32_t{1} << 30;  // of which the index has twice as many slots

uint32_t Word(const char* words, size_t i) { return MdsLoad<uint32_t>(words + 4 * i); }

}  // namespace

MdsRows::MdsRows(std::vector<Column> columns) : columns_(std::move(columns)) {
  for (const Column& column : columns_) has_key_ |= column.unique;
}

void MdsRows::SetOld(const MdsOldRows* old, std::span<const uint32_t> modules) {
  old_ = old;
  modules_ = modules;
}

void MdsRows::UseOldValues(MdsValues* values) const {
  for (uint32_t r = 0; r < old_->records; ++r) {
    const char* row = old_->rows + 4 * r * width();
    if (modules_[Word(row, 0)] == kNoMdsModule) continue;
    for (size_t c = 0; c < columns_.size(); ++c) {
      const uint32_t cell = Word(row, 1 + c);
      if (cell != 0) values[columns_[c].table].UseOld(cell - 1);
    }
  }
}

void MdsRows::AddNew(uint32_t module, std::span<const uint32_t> cells) {
  new_rows_.push_back(module);
  new_rows_.insert(new_rows_.end(), cells.begin(), cells.end());
}

bool MdsRows::SameKey(uint32_t a, uint32_t b) const {
  const uint32_t* x = rows_.data() + a * width() + 1;
  const uint32_t* y = rows_.data() + b * width() + 1;
  for (size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c].unique && x[c] != y[c]) return false;
  }
  return true;
}

uint32_t MdsRows::TagOfNew(size_t i) const {
  const uint32_t* cells = new_rows_.data() + i * width() + 1;
  MdsKey key;
  for (size_t c = 0; c < columns_.size(); ++c) {
    if (!columns_[c].unique) continue;
    if (cells[c] == 0)
      key.AddAbsent();
    else
      key.Add(values_[columns_[c].table].interned(cells[c] - 1));
  }
  return key.Tag();
}

// The row that was just written behind the others.
bool MdsRows::Keep(uint32_t tag) {
  if (has_key_) {
    bool inserted;
    const auto same = [this](uint32_t a, uint32_t b) { return SameKey(a, b); };
    const uint32_t found = *keys_->FindOrInsert(tag, records_, same, &inserted) - 1;
    if (!inserted) {
      (*left_out_)(*next_row(), rows_[found * width()]);
      return false;
    }
  }
  ++records_;
  return true;
}

void MdsRows::TakeOld(uint32_t old) {
  const char* from = old_->rows + 4 * old * width();
  uint32_t* to = next_row();
  *to = modules_[Word(from, 0)];
  for (size_t c = 0; c < columns_.size(); ++c) to[1 + c] = old_cells_[c][Word(from, 1 + c)];
  places_[old].kept = Keep(has_key_ ? old_->tags[old] : 0);
}

void MdsRows::TakeNew(size_t i) {
  const uint32_t* from = new_rows_.data() + i * width();
  uint32_t* to = next_row();
  *to = *from;
  for (size_t c = 0; c < columns_.size(); ++c) to[1 + c] = new_cells_[c][from[1 + c]];
  if (Keep(has_key_ ? TagOfNew(i) : 0)) new_places_.push_back(records_ - 1);
}

bool MdsRows::Build(const MdsValues* values,
                    const std::function<void(uint32_t module, uint32_t winner)>& left_out) {
  values_ = values;
  left_out_ = &left_out;
  const uint32_t old_count = old_ == nullptr ? 0 : old_->records;
  const size_t new_count = new_rows_.size() / width();
  size_t candidates = new_count;
  for (uint32_t r = 0; r < old_count; ++r) {
    candidates += modules_[Word(old_->rows, r * width())] != kNoMdsModule;
  }
  if (candidates > kMaxRows) return false;
  rows_.resize(candidates * width());
  places_.resize(old_count);
  for (const Column& column : columns_) {
    old_cells_.push_back(values[column.table].old_cells());
    new_cells_.push_back(values[column.table].new_cells());
  }
  IndexBuilder keys(has_key_ ? candidates : 0);
  keys_ = &keys;

  size_t i = 0;
  for (uint32_t r = 0; r < old_count; ++r) {
    const uint32_t module = modules_[Word(old_->rows, r * width())];
    if (module != kNoMdsModule) {
      while (i < new_count && new_rows_[i * width()] < module) TakeNew(i++);
    }
    places_[r].record = records_;
    if (module != kNoMdsModule) TakeOld(r);
  }
  while (i < new_count) TakeNew(i++);
  rows_.resize(records_ * width());
  if (has_key_ && candidates != 0) index_ = keys.Finish();

  ordered_.resize(columns_.size());
  for (size_t c = 0; c < columns_.size(); ++c) Order(c);
  return true;
}

void MdsRows::Order(size_t column) {
  std::vector<uint64_t> added;  // rank, record
  for (const uint32_t record : new_places_) {
    const uint32_t cell = rows_[record * width() + 1 + column];
    if (cell != 0) added.push_back(uint64_t{cell - 1} << 32 | record);
  }
  std::sort(added.begin(), added.end());
  const MdsOldRows::Ordered old = old_ == nullptr ? MdsOldRows::Ordered() : old_->ordered[column];
  const MdsValues& values = values_[columns_[column].table];
  std::vector<uint32_t>& ordered = ordered_[column];
  ordered.reserve(added.size() + old.count);

  const auto is_before = [&](uint32_t at, uint32_t rank, uint32_t record) {
    const uint32_t row = Word(old.records, at);
    const uint32_t cell = Word(old_->rows, row * width() + 1 + column);
    const int order = cell == 0 ? -1 : values.CompareOld(cell - 1, rank);
    return order < 0 || (order == 0 && places_[row].record < record);
  };
  const auto take = [&](uint32_t from, uint32_t to) {
    for (; from < to; ++from) {
      const Place place = places_[Word(old.records, from)];
      if (place.kept) ordered.push_back(place.record);
    }
  };
  uint32_t next = 0;
  for (const uint64_t item : added) {
    const auto rank = static_cast<uint32_t>(item >> 32), record = static_cast<uint32_t>(item);
    uint32_t first = next, last = old.count;
    while (first < last) {
      const uint32_t middle = first + (last - first) / 2;
      if (is_before(middle, rank, record))
        first = middle + 1;
      else
        last = middle;
    }
    take(next, first);
    next = first;
    ordered.push_back(record);
  }
  take(next, old.count);
}

}  // namespace keelson
