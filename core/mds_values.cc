// New values are told apart by a hash and then sorted by eight bytes (or two numbers) at a time,
// since those of one attribute often begin alike. Each is then searched in the older table, going
// on from where the last one was found, in steps that double; what lies between is taken over as it
// is.
#include "core/mds_values.h"

#include <algorithm>
#include <cstring>

#include "core/mds_snapshot_format.h"

namespace keelson {
namespace {

constexpr size_t kMaxBytes = 0xfffffffe;
constexpr size_t kDeepest = 128;  // bytes that are sorted piecewise; the rest is compared

// Eight bytes of a value, from `from` on, in the order of the table's values.
uint64_t Word(size_t table, std::string_view value, size_t from) {
  char piece[8] = {};
  if (from < value.size()) {
    std::memcpy(piece, value.data() + from, std::min<size_t>(8, value.size() - from));
  }
  if (table == 1) {
    return uint64_t{MdsLoad<uint32_t>(piece)} << 32 | MdsLoad<uint32_t>(piece + 4);
  }
  uint64_t word = 0;
  for (const char c : piece) word = word << 8 | static_cast<uint8_t>(c);
  return word;
}

struct Item {
  uint64_t word;
  uint32_t id;
  uint32_t left;  // bytes from where the word begins, at most 9
};

// Sorts items whose values are alike before `from`.
void Sort(size_t table, const std::vector<std::string_view>& values, size_t from, Item* first,
          Item* last) {
  if (from >= kDeepest) {
    std::sort(first, last, [&](const Item& a, const Item& b) {
      return CompareMdsValues(table, values[a.id].substr(from), values[b.id].substr(from)) < 0;
    });
    return;
  }
  for (Item* item = first; item != last; ++item) {
    const std::string_view value = values[item->id];
    item->word = Word(table, value, from);
    item->left = static_cast<uint32_t>(std::min<size_t>(9, value.size() - from));
  }
  std::sort(first, last, [](const Item& a, const Item& b) {
    return a.word != b.word ? a.word < b.word : a.left < b.left;
  });
  for (Item* item = first; item != last;) {
    Item* next = item + 1;
    while (next != last && next->word == item->word && next->left == item->left) ++next;
    if (next - item > 1) Sort(table, values, from + 8, item, next);
    item = next;
  }
}

}  // namespace

void MdsValues::SetOld(const char* ends, uint32_t count, const char* bytes) {
  old_ends_ = ends;
  old_count_ = count;
  old_bytes_ = bytes;
  used_.assign(count, 0);
}

uint32_t MdsValues::Intern(std::string_view value) {
  const auto id = static_cast<uint32_t>(new_.size());
  new_.push_back(value);
  bool inserted;
  const auto same = [&](uint32_t a, uint32_t b) { return new_[a] == new_[b]; };
  const uint32_t found = *ids_.FindOrInsert(HashKey(value), id, same, &inserted) - 1;
  if (!inserted) new_.pop_back();
  return found;
}

std::string_view MdsValues::old(uint32_t rank) const {
  const auto begin = MdsLoad<uint32_t>(old_ends_ + 4 * size_t{rank});
  const auto end = MdsLoad<uint32_t>(old_ends_ + 4 * size_t{rank} + 4);
  return {old_bytes_ + begin, end - begin};
}

uint32_t MdsValues::FirstOldNotBelow(uint32_t from, std::string_view value) const {
  const auto below = [&](uint32_t rank) { return CompareMdsValues(table_, old(rank), value) < 0; };
  uint32_t step = 1, first = from;
  while (old_count_ - first > step && below(first + step - 1)) {
    first += step;
    step *= 2;
  }
  uint32_t last = std::min(old_count_ - first, step) + first;
  while (first < last) {
    const uint32_t middle = first + (last - first) / 2;
    if (below(middle))
      first = middle + 1;
    else
      last = middle;
  }
  return first;
}

bool MdsValues::Append(const char* bytes, size_t size) {
  if (size > kMaxBytes - bytes_.size()) return false;
  bytes_.append(bytes, size);
  return true;
}

// Copies the bytes of used ones that follow each other at once.
bool MdsValues::TakeOld(uint32_t first, uint32_t last) {
  while (first < last) {
    const uint32_t cell = count_ + 1;
    if (used_[first] == 0) {
      old_cells_[++first] = cell;
      continue;
    }
    const auto begin = MdsLoad<uint32_t>(old_ends_ + 4 * size_t{first});
    const uint32_t moved = static_cast<uint32_t>(bytes_.size()) - begin;
    uint32_t end = begin, next = first;
    for (; next < last && used_[next] != 0; ++next) {
      old_cells_[next + 1] = cell + (next - first);
      end = MdsLoad<uint32_t>(old_ends_ + 4 * size_t{next} + 4);
      ends_[++count_] = end + moved;
    }
    if (!Append(old_bytes_ + begin, end - begin)) return false;
    first = next;
  }
  return true;
}

bool MdsValues::Join() {
  std::vector<Item> order(new_.size());
  for (uint32_t id = 0; id < order.size(); ++id) order[id].id = id;
  Sort(table_, new_, 0, order.data(), order.data() + order.size());
  size_t size = old_count_ == 0 ? 0 : MdsLoad<uint32_t>(old_ends_ + 4 * size_t{old_count_});
  for (const std::string_view value : new_) size += value.size();
  if (new_.size() + old_count_ > kMaxBytes) return false;
  bytes_.reserve(std::min(size, kMaxBytes));
  ends_.resize(order.size() + old_count_ + 1);
  old_cells_.resize(old_count_ + 1);
  new_cells_.resize(new_.size() + 1);

  uint32_t next = 0;
  for (const Item& item : order) {
    const std::string_view value = new_[item.id];
    const uint32_t found = FirstOldNotBelow(next, value);
    const bool is_old = found < old_count_ && old(found) == value;
    if (is_old) used_[found] = 1;
    if (!TakeOld(next, found)) return false;
    next = found;
    new_cells_[item.id + 1] = count_ + 1;
    if (is_old) continue;
    if (!Append(value.data(), value.size())) return false;
    ends_[++count_] = static_cast<uint32_t>(bytes_.size());
  }
  const bool fits = TakeOld(next, old_count_);
  ends_.resize(count_ + 1);
  return fits;
}

std::vector<MdsSignpost> MdsValues::Signposts() const {
  std::vector<MdsSignpost> signposts;
  for (uint32_t rank = 0; rank < count_; rank += MdsSignpost::kEvery) {
    MdsSignpost& signpost = signposts.emplace_back();
    signpost.size = ends_[rank + 1] - ends_[rank];
    const size_t size = std::min<size_t>(signpost.size, MdsSignpost::kBeginning);
    std::memcpy(signpost.beginning, bytes_.data() + ends_[rank], size);
  }
  return signposts;
}

}  // namespace keelson
