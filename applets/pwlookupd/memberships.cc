// Collected in the file's order; sorted by the tags with counting sorts, which keep that order;
// each run of one tag is one user, but for chance or malice.
#include "applets/pwlookupd/memberships.h"

#include <algorithm>
#include <array>

namespace keelson {

Memberships::Memberships(std::string_view bytes, size_t most, const SlotMemory& memory)
    : bytes_(bytes), memory_(&memory), collected_(most, memory) {}

void Memberships::Add(std::string_view member, uint32_t gid) {
  const auto offset = static_cast<uint32_t>(member.data() - bytes_.data());
  collected_[count_++] = {HashKey(member), offset, static_cast<uint32_t>(member.size()), gid};
}

void Memberships::Finish() {
  SortByTag();
  record_ = SlotArray<uint32_t>(count_ * (kHead + 1), *memory_);
  IndexBuilder by_user(CountTags(), *memory_);
  constexpr size_t kAhead = 16;
  for (size_t begin = 0; begin < count_;) {
    if (begin + kAhead < count_) {
      __builtin_prefetch(bytes_.data() + collected_[begin + kAhead].name_offset);
    }
    size_t end = begin + 1;
    while (end < count_ && collected_[end].tag == collected_[begin].tag) ++end;
    PutUsers({&collected_[begin], end - begin}, &by_user);
    begin = end;
  }
  by_user_ = by_user.Finish();
  collected_ = {};
  gids_ = {};
}

void Memberships::SortByTag() {
  constexpr int kBits = 11;
  constexpr uint32_t kMask = (1 << kBits) - 1;
  SlotArray<Membership> other(count_, *memory_);
  for (int shift = 0; shift < 32; shift += kBits) {
    std::array<uint32_t, kMask + 1> place = {};
    for (size_t i = 0; i < count_; ++i) ++place[collected_[i].tag >> shift & kMask];
    uint32_t next = 0;
    for (uint32_t& at : place) next += std::exchange(at, next);
    for (size_t i = 0; i < count_; ++i) {
      other[place[collected_[i].tag >> shift & kMask]++] = collected_[i];
    }
    std::swap(collected_, other);
  }
}

size_t Memberships::CountTags() const {
  size_t tags = 0;
  for (size_t i = 0; i < count_; ++i) {
    tags += i == 0 || collected_[i].tag != collected_[i - 1].tag;
  }
  return tags;
}

void Memberships::PutUsers(std::span<Membership> same_tag, IndexBuilder* by_user) {
  while (!same_tag.empty()) {
    const std::string_view name = NameOf(same_tag[0]);
    const auto others = std::stable_partition(
        same_tag.begin() + 1, same_tag.end(),
        [&](const Membership& membership) { return NameOf(membership) == name; });
    const auto count = static_cast<size_t>(others - same_tag.begin());
    PutUser(same_tag.first(count), by_user);
    same_tag = same_tag.subspan(count);
  }
}

void Memberships::PutUser(std::span<const Membership> memberships, IndexBuilder* by_user) {
  gids_.clear();
  for (const Membership& membership : memberships) gids_.push_back(membership.gid);
  KeepFirstOfEach(&gids_);
  const auto record = static_cast<uint32_t>(record_end_);
  record_[record_end_++] = memberships[0].name_offset;
  record_[record_end_++] = memberships[0].name_length;
  record_[record_end_++] = static_cast<uint32_t>(gids_.size());
  for (const uint32_t gid : gids_) record_[record_end_++] = gid;
  ++users_;
  bool inserted;
  by_user->FindOrInsert(
      memberships[0].tag, record, [this](uint32_t a, uint32_t b) { return NameAt(a) == NameAt(b); },
      &inserted);
}

std::span<const uint32_t> Memberships::GroupsOf(std::string_view user) const {
  const auto record = by_user_.view().Find(
      HashKey(user), [&](uint32_t candidate) { return NameAt(candidate) == user; });
  if (!record) return {};
  return {record_.data() + *record + kHead, record_[*record + kHead - 1]};
}

bool Memberships::MayHave(uint32_t tag) const {
  return by_user_.view().Find(tag, [](uint32_t) { return true; }).has_value();
}

bool Memberships::Next(Cursor* cursor, std::string_view* user,
                       std::span<const uint32_t>* gids) const {
  constexpr size_t kAhead = 16 * (kHead + 1);
  while (cursor->fetched < std::min(cursor->at + kAhead, record_end_)) {
    __builtin_prefetch(bytes_.data() + record_[cursor->fetched]);
    cursor->fetched += kHead + record_[cursor->fetched + kHead - 1];
  }
  if (cursor->at >= record_end_) return false;
  *user = NameAt(cursor->at);
  *gids = {record_.data() + cursor->at + kHead, record_[cursor->at + kHead - 1]};
  cursor->at += kHead + gids->size();
  return true;
}

void KeepFirstOfEach(std::vector<uint32_t>* gids) {
  // Most users are in a few groups.
  if (gids->size() <= 16) {
    auto end = gids->begin();
    for (const uint32_t gid : *gids) {
      if (std::find(gids->begin(), end, gid) == end) *end++ = gid;
    }
    gids->erase(end, gids->end());
    return;
  }
  std::vector<std::pair<uint32_t, size_t>> order;  // gid, its place
  for (size_t i = 0; i < gids->size(); ++i) order.emplace_back((*gids)[i], i);
  std::sort(order.begin(), order.end());
  const auto same_gid = [](const auto& a, const auto& b) { return a.first == b.first; };
  order.erase(std::unique(order.begin(), order.end(), same_gid), order.end());
  std::sort(order.begin(), order.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  gids->clear();
  for (const auto& [gid, place] : order) gids->push_back(gid);
}

}  // namespace keelson
