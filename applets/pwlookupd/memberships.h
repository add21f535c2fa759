// Who is in which groups: collected from the lines of group, then put in order once.
//
// Of each user one record of 32-bit numbers, all behind each other: where the name is in the file,
// its length, how many groups, and their gids in the file's order, each once. An index leads from
// the name to the record. The memberships are sorted by the tags of the names, so that those of a
// user come together and the slots of the index are written one after another.
#ifndef KEELSON_APPLETS_PWLOOKUPD_MEMBERSHIPS_H_
#define KEELSON_APPLETS_PWLOOKUPD_MEMBERSHIPS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/index.h"

namespace keelson {

class Memberships {
 public:
  Memberships() = default;
  // bytes: of the file. most: how many memberships there are at most.
  Memberships(std::string_view bytes, size_t most, const SlotMemory& memory);

  // member: a view into the bytes.
  void Add(std::string_view member, uint32_t gid);
  // REQUIRES: once, after the last Add.
  void Finish();

  size_t users() const { return users_; }
  // Empty: in no group.
  std::span<const uint32_t> GroupsOf(std::string_view user) const;
  // False: in no group, for certain. tag: HashKey of the name.
  bool MayHave(uint32_t tag) const;
  void PrefetchMayHave(uint32_t tag) const { by_user_.view().Prefetch(tag); }

  // One user after another; false at the end.
  struct Cursor {
    size_t at = 0;
    size_t fetched = 0;  // names up to that record
  };
  bool Next(Cursor* cursor, std::string_view* user, std::span<const uint32_t>* gids) const;

 private:
  struct Membership {
    uint32_t tag, name_offset, name_length, gid;
  };
  // In record_.
  static constexpr size_t kHead = 3;

  void SortByTag();
  size_t CountTags() const;
  void PutUsers(std::span<Membership> same_tag, IndexBuilder* by_user);
  void PutUser(std::span<const Membership> memberships, IndexBuilder* by_user);
  std::string_view NameOf(const Membership& membership) const {
    return bytes_.substr(membership.name_offset, membership.name_length);
  }
  std::string_view NameAt(size_t record) const {
    return bytes_.substr(record_[record], record_[record + 1]);
  }

  std::string_view bytes_;
  const SlotMemory* memory_ = nullptr;
  SlotArray<Membership> collected_;  // none once it is finished
  size_t count_ = 0;                 // of them
  SlotArray<uint32_t> record_;
  size_t record_end_ = 0;
  size_t users_ = 0;
  std::vector<uint32_t> gids_;  // of the user who is put in just now
  IndexImage by_user_;
};

// What is there more than once stays where it is first.
void KeepFirstOfEach(std::vector<uint32_t>* gids);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_MEMBERSHIPS_H_
