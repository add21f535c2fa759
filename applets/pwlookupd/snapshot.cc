// Measure (only where it may not fit) -> memory -> lines -> members -> users -> sealed.

#include "applets/pwlookupd/snapshot.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "applets/pwlookupd/snapshot_line.h"
#include "applets/pwlookupd/tables.h"
#include "core/flat_file.h"
#include "core/nscd_wire.h"
#include "platform/memory.h"

namespace keelson {
namespace {

// What a line of passwd or group takes at most beside its own bytes (core/nscd_map.cc).
constexpr size_t kLineBytes = 136;
// What groups of a user take about, beside the name.
constexpr size_t kMemberBytes = 80;
constexpr size_t kUserBytes = 32;
// As little as a key may take: where the limit is what counts, there are no more of them.
constexpr size_t kLeastKeyBytes = 64;
constexpr size_t kMostBytes = size_t{1} << 31;
// Random access to many buckets wants large pages.
constexpr SlotMemory kLargeSlots = {AllocateZeroed, ReleaseZeroed};
// A step, of the files and of the snapshot: less than a millisecond, unless a line is longer.
constexpr size_t kSlice = 256 << 10;

class TableSnapshot : public SnapshotBuilder {
 public:
  TableSnapshot(const LookupMachine& machine, Database database, uint64_t limit);
  Error Step(Snapshot* snapshot) override;

 private:
  enum class Phase : uint8_t { kMeasure, kBegin, kLines, kMembers, kUsers, kEnd, kDone };

  template <typename Table>
  void TakeLines(const Table& table, size_t most, size_t most_of_byte);
  void MeasureLine();
  Error Begin();
  void AddLastLine();
  void AddMember();
  void AddUser();
  void Overflow();
  Error End();

  size_t limit_;
  std::string_view lines_;                // of the database's file
  const Memberships* members_ = nullptr;  // null: no groups of users
  const PasswdTable* users_ = nullptr;    // null: none who has no groups
  PasswdKeyReader user_lines_{""};
  size_t keys_ = 0;           // at most
  size_t most_of_lines_ = 0;  // bytes
  size_t buckets_ = 0;
  size_t empty_ = 0;  // bytes without a record

  Phase phase_;
  size_t at_ = 0;        // in the lines
  size_t measured_ = 0;  // bytes of the lines up to at_
  size_t work_ = 0;      // of this step
  SnapshotLine line_;
  Memberships::Cursor member_;
  // Users whose places in the index are fetched meanwhile.
  struct User {
    std::string_view name;
    uint32_t tag;
  };
  static constexpr size_t kAhead = 16;
  std::array<User, kAhead> next_users_;
  size_t users_read_ = 0, users_added_ = 0;
  std::string answer_;  // of a user
  NscdMapBuilder::Place no_groups_ = NscdMapBuilder::kNowhere;
  Snapshot snapshot_;
  Error written_;
  std::optional<NscdMapBuilder> map_;
};

TableSnapshot::TableSnapshot(const LookupMachine& machine, Database database, uint64_t limit)
    : limit_(std::min<uint64_t>(limit, kMostBytes)), line_(database) {
  const bool has_lines = machine.authority(database) != Authority::kNone;
  const PasswdTable* const passwd = machine.passwd_table();
  const GroupTable* const group = machine.group_table();
  const ServiceTable* const services = machine.services_table();
  if (database == Database::kPasswd && passwd != nullptr && has_lines) {
    TakeLines(*passwd, passwd->entries() * kLineBytes, 1);
  }
  if (database == Database::kGroup && group != nullptr) {
    // A member has a length of four bytes, and may be two bytes of the file.
    if (has_lines) TakeLines(*group, group->entries() * kLineBytes, 3);
    if (machine.initgroups_authority() != Authority::kNone) members_ = &group->memberships();
    if (machine.initgroups_authority() == Authority::kAll) users_ = passwd;
  }
  // What aliases take is not worth a guess.
  if (database == Database::kServices && services != nullptr && has_lines) {
    TakeLines(*services, kMostBytes, 0);
  }
  if (members_ != nullptr) {
    keys_ += members_->users();
  }
  if (users_ != nullptr) {
    keys_ += users_->entries();
    user_lines_ = PasswdKeyReader(users_->bytes());
  }
  // Where the limit is what counts there are no more keys than it has room for.
  buckets_ = NscdMapBuilder::BucketsFor(std::min(keys_, limit_ / kLeastKeyBytes));
  empty_ = NscdMapBuilder::EmptyBytes(buckets_);
  limit_ = std::max(limit_, empty_);
  phase_ = empty_ + most_of_lines_ > limit_ ? Phase::kMeasure : Phase::kBegin;
}

template <typename Table>
void TableSnapshot::TakeLines(const Table& table, size_t most, size_t most_of_byte) {
  lines_ = table.bytes();
  keys_ = table.keys();
  most_of_lines_ = most + lines_.size() * most_of_byte;
}

Error TableSnapshot::Step(Snapshot* snapshot) {
  for (work_ = 0; work_ < kSlice && phase_ != Phase::kDone;) {
    Error error = kOk;
    switch (phase_) {
      case Phase::kMeasure:
        MeasureLine();
        break;
      case Phase::kBegin:
        error = Begin();
        break;
      case Phase::kLines:
        AddLastLine();
        break;
      case Phase::kMembers:
        AddMember();
        break;
      case Phase::kUsers:
        AddUser();
        break;
      case Phase::kEnd:
        error = End();
        break;
      case Phase::kDone:
        break;
    }
    if (!error.ok()) return error;
    if (!written_.ok()) return written_;
  }
  if (phase_ == Phase::kDone) *snapshot = std::move(snapshot_);
  return kOk;
}

// How much of the file's beginning fits.
void TableSnapshot::MeasureLine() {
  Line line;
  if (at_ < lines_.size()) {
    line = LineAt(lines_, at_);
    const size_t bytes =
        line_.Parse(line.text) ? NscdMapBuilder::AnswerBytes(line_.answer(), line_.keys()) : 0;
    if (empty_ + measured_ + bytes <= limit_) {
      measured_ += bytes;
      work_ += line.raw.size() + bytes;
      at_ += line.raw.size();
      return;
    }
    snapshot_.whole = false;
    lines_ = lines_.substr(0, at_);
  }
  phase_ = Phase::kBegin;
}

Error TableSnapshot::Begin() {
  if (Error error = MakeSealedMemory(&snapshot_.memory); !error.ok()) return error;
  map_.emplace(
      buckets_, limit_,
      [this](size_t offset, std::string_view bytes) {
        if (written_.ok()) written_ = snapshot_.memory->Write(offset, bytes);
      },
      kLargeSlots);
  at_ = lines_.size();
  phase_ = Phase::kLines;
  return kOk;
}

void TableSnapshot::AddLastLine() {
  if (at_ == 0) {
    phase_ = Phase::kMembers;
    return;
  }
  const char* const begin = lines_.data();
  const void* before = memrchr(begin, '\n', at_ - 1);
  const size_t line_at =
      before ? static_cast<size_t>(static_cast<const char*>(before) - begin) + 1 : 0;
  std::string_view text = lines_.substr(line_at, at_ - line_at);
  work_ += text.size();
  at_ = line_at;
  if (text.back() == '\n') text.remove_suffix(1);
  if (!line_.Parse(text.substr(0, text.find('\0')))) return;
  const size_t bytes = map_->bytes();
  // It fits: either it was measured, or there is room for all.
  map_->Add(line_.answer(), line_.keys());
  work_ += map_->bytes() - bytes;
}

void TableSnapshot::AddMember() {
  std::string_view member;
  std::span<const uint32_t> gids;
  if (members_ == nullptr || !members_->Next(&member_, &member, &gids)) {
    phase_ = Phase::kUsers;
    return;
  }
  if (!IsLookupName(member)) return;
  answer_.clear();
  AppendInitgroupsAnswer(gids, &answer_);
  work_ += answer_.size() + kMemberBytes;
  const NscdKey key = {NscdType::kInitgroups, member};
  if (map_->Add(answer_, {&key, 1}) == NscdMapBuilder::kNowhere) Overflow();
}

void TableSnapshot::AddUser() {
  while (users_ != nullptr && users_read_ < users_added_ + kAhead) {
    size_t offset;
    uint32_t uid;
    User& user = next_users_[users_read_ % kAhead];
    if (!user_lines_.Next(&offset, &user.name, &uid)) {
      users_ = nullptr;
      break;
    }
    user.tag = HashKey(user.name);
    members_->PrefetchMayHave(user.tag);
    ++users_read_;
  }
  if (users_added_ == users_read_) {
    phase_ = Phase::kEnd;
    return;
  }
  const User& user = next_users_[users_added_++ % kAhead];
  work_ += user.name.size() + kUserBytes;
  if (!IsLookupName(user.name) || members_->MayHave(user.tag)) return;
  if (no_groups_ == NscdMapBuilder::kNowhere) {
    answer_.clear();
    AppendEmptyAnswer(NscdType::kInitgroups, NscdFound::kNo, &answer_);
    no_groups_ = map_->Add(answer_, {});
  }
  if (no_groups_ == NscdMapBuilder::kNowhere ||
      !map_->AddKey({NscdType::kInitgroups, user.name}, no_groups_)) {
    Overflow();
  }
}

// No user is asked for more often than another: those that do not fit stay with the socket.
void TableSnapshot::Overflow() {
  snapshot_.whole = false;
  phase_ = Phase::kEnd;
}

Error TableSnapshot::End() {
  snapshot_.entries = map_->entries();
  snapshot_.bytes = map_->bytes();
  work_ += kSlice / 2;
  if (!map_->Finish()) return kOk;
  if (!written_.ok()) return written_;
  if (Error error = snapshot_.memory->Seal(snapshot_.bytes); !error.ok()) return error;
  phase_ = Phase::kDone;
  return kOk;
}

}  // namespace

std::unique_ptr<SnapshotBuilder> NewSnapshotBuilder(const LookupMachine& machine, Database database,
                                                    uint64_t byte_limit) {
  return std::make_unique<TableSnapshot>(machine, database, byte_limit);
}

Error MakeEmptySnapshot(Snapshot* snapshot) {
  *snapshot = {};
  if (Error error = MakeSealedMemory(&snapshot->memory); !error.ok()) return error;
  Error written;
  NscdMapBuilder map(1, NscdMapBuilder::EmptyBytes(1), [&](size_t offset, std::string_view bytes) {
    if (written.ok()) written = snapshot->memory->Write(offset, bytes);
  });
  snapshot->bytes = map.bytes();
  while (!map.Finish()) {
  }
  return written.ok() ? snapshot->memory->Seal(snapshot->bytes) : written;
}

uint64_t SnapshotLimit(Database database, uint64_t limit_of_all) {
  const uint64_t sixteenth = limit_of_all / 16;
  switch (database) {
    case Database::kPasswd:
      return 8 * sixteenth;
    case Database::kGroup:
      return 7 * sixteenth;
    case Database::kServices:
      return sixteenth;
    case Database::kHosts:
    case Database::kNetgroup:
      return 0;
  }
  return 0;
}

}  // namespace keelson
