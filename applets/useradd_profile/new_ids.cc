// The allocator is told of everything that speaks against an id before the first one is given, so
// that the answer to one account depends on the others' names and wishes only.
#include "applets/useradd_profile/new_ids.h"

#include <array>
#include <unordered_set>

#include "core/id_allocator.h"

namespace keelson {

namespace {

constexpr AccountKind kUser = AccountKind::kUser;
constexpr AccountKind kGroup = AccountKind::kGroup;

// One account that gets an id.
struct Candidate {
  AccountKind kind = kUser;
  std::string name;
  std::optional<uint32_t> recorded;  // accounts.db's
  std::optional<uint32_t> wished;    // the definition's
  const DeclaredKey* wish = nullptr;
  bool enforce = false;
  bool allow_root = false;
  uint32_t* id = nullptr;
  int rank() const { return recorded ? 0 : wished ? 1 : 2; }
};

class Giver {
 public:
  Giver(const AccountSources& sources, const AccountTable& table, NeededAccounts* needed)
      : from_(sources), needed_(*needed), allocator_(MakeAllocator()) {
    allocator_.Avoid(0);  // whatever the range says
    ReadTable(table);
    ReadDeclared(from_.declared.users);
    ReadDeclared(from_.declared.groups);
    for (const IdRange& range : from_.declared.defaults.reserved) allocator_.Reserve(range);
    for (const IdRange& range : from_.files.subordinate_ranges()) {
      allocator_.ReserveSubordinate(range);
    }
  }

  void GiveAll(std::vector<std::string>* notes, std::vector<std::string>* errors);

 private:
  using Ids = std::map<std::string, uint32_t, std::less<>>;

  IdAllocator MakeAllocator();
  void ReadTable(const AccountTable& table);
  template <typename D>
  void ReadDeclared(const DeclaredNames<D>& names);
  bool IsNew(AccountKind kind, std::string_view name) const;
  std::vector<Candidate> Candidates(AccountKind kind);
  std::optional<uint32_t> Recorded(AccountKind kind, std::string_view name) const;
  void Give(const Candidate& candidate, std::vector<std::string>* notes,
            std::vector<std::string>* errors);
  // "uid 123 is taken by foo", "uid 124 is reserved for bar"
  std::string Why(const Candidate& candidate, IdRefusal refusal) const;
  std::string WhoHas(AccountKind kind, uint32_t id) const;

  const AccountSources& from_;
  NeededAccounts& needed_;
  // Of accounts that are not there but may come (back): nobody else gets them. With what is said
  // of the id: "reserved for bar".
  std::map<uint32_t, std::string> kept_users_, kept_groups_;
  std::map<uint32_t, std::string> given_users_, given_groups_;
  Ids given_to_;  // users
  std::map<uint32_t, std::string> spent_;
  Ids recorded_users_, recorded_groups_;  // of new accounts
  IdAllocator allocator_;
};

IdAllocator Giver::MakeAllocator() {
  const AccountDefaults& defaults = from_.declared.defaults;
  const auto direction =
      defaults.upwards ? IdAllocator::Direction::kUp : IdAllocator::Direction::kDown;
  return {defaults.uids, defaults.gids, direction, [this](AccountKind kind, uint32_t id) {
            const bool user = kind == kUser;
            return (user ? from_.files.UidTaken(id) : from_.files.GidTaken(id)) ||
                   from_.taken.FindName(kind, id) != nullptr ||
                   (user ? kept_users_ : kept_groups_).contains(id);
          }};
}

bool Giver::IsNew(AccountKind kind, std::string_view name) const {
  if (kind == kUser) {
    const auto user = needed_.users.find(name);
    return user != needed_.users.end() && user->second.there == nullptr;
  }
  const auto group = needed_.groups.find(name);
  return group != needed_.groups.end() && !group->second.exists;
}

void Giver::ReadTable(const AccountTable& table) {
  for (const AccountRecord& record : table.records()) {
    if (record.IsTombstone()) {
      allocator_.Spend(record.id);
      spent_.emplace(record.id, record.name);
    } else if (IsNew(record.kind, record.name)) {
      (record.kind == kUser ? recorded_users_ : recorded_groups_)[record.name] = record.id;
      allocator_.Avoid(record.id);
    } else {
      (record.kind == kUser ? kept_users_ : kept_groups_)
          .emplace(record.id, "reserved for " + record.name);
    }
  }
}

// Wishes, those of the accounts that are to be given ids now included.
template <typename D>
void Giver::ReadDeclared(const DeclaredNames<D>& names) {
  for (const auto& [name, entry] : names.entries) {
    if (!entry.faults.empty()) continue;
    std::vector<std::optional<uint32_t>> ids{entry.definition.gid};
    if constexpr (requires(D d) { d.uid; }) ids.push_back(entry.definition.uid);
    const bool defunct = entry.definition.defunct == true;
    for (const std::optional<uint32_t>& id : ids) {
      if (id) allocator_.Avoid(*id);
    }
    // Of a defunct user the uid; the gid is its group's to keep. A group may have the number of a
    // defunct user all the same: each kind's ids were given out by one tree.
    if (!defunct || !ids.back()) continue;
    (ids.size() == 2 ? kept_users_ : kept_groups_)
        .emplace(*ids.back(), "taken by " + name + ", which is defunct");
  }
}

std::optional<uint32_t> Giver::Recorded(AccountKind kind, std::string_view name) const {
  const Ids& ids = kind == kUser ? recorded_users_ : recorded_groups_;
  const auto found = ids.find(name);
  return found == ids.end() ? std::nullopt : std::optional(found->second);
}

// In the order of the names. Groups: once all users have ids.
std::vector<Candidate> Giver::Candidates(AccountKind kind) {
  std::vector<Candidate> all;
  if (kind == kUser) {
    for (auto& [name, user] : needed_.users) {
      if (user.there != nullptr) continue;
      const UserDefinition& definition = *user.definition;
      all.push_back({kUser, name, Recorded(kUser, name), definition.uid, definition.Find("uid"),
                     definition.enforce_id && definition.uid.has_value(), definition.allow_root,
                     &user.uid});
    }
    return all;
  }
  for (auto& [name, group] : needed_.groups) {
    if (group.exists) continue;
    Candidate candidate;
    candidate.kind = kGroup;
    candidate.name = name;
    candidate.recorded = Recorded(kGroup, name);
    candidate.id = &group.gid;
    candidate.wished = group.wished_gid;
    candidate.wish = group.wish;
    const UserDefinition* user = from_.declared.users.Find(name);
    candidate.allow_root = group.definition != nullptr ? group.definition->allow_root
                                                       : user != nullptr && user->allow_root;
    if (group.definition != nullptr && group.definition->gid) {
      candidate.wished = group.definition->gid;
      candidate.wish = group.definition->Find("gid");
      candidate.enforce = group.definition->enforce_id;
    }
    all.push_back(std::move(candidate));
  }
  return all;
}

std::string Giver::WhoHas(AccountKind kind, uint32_t id) const {
  const bool user = kind == kUser;
  const std::string taken = "taken by ";
  const auto& given = user ? given_users_ : given_groups_;
  if (const auto found = given.find(id); found != given.end()) return taken + found->second;
  const std::string holder = user ? from_.files.UidHolder(id) : from_.files.GidHolder(id);
  if (!holder.empty()) return taken + holder;
  if (const std::string* elsewhere = from_.taken.FindName(kind, id)) return taken + *elsewhere;
  const auto& kept = user ? kept_users_ : kept_groups_;
  const auto found = kept.find(id);
  return found == kept.end() ? "taken" : found->second;
}

std::string Giver::Why(const Candidate& candidate, IdRefusal refusal) const {
  const uint32_t id = *candidate.wished;
  const std::string what =
      std::string(candidate.kind == kUser ? "uid " : "gid ") + std::to_string(id) + " ";
  if (refusal == IdRefusal::kTaken) return what + "is " + WhoHas(candidate.kind, id);
  if (refusal == IdRefusal::kSpent) return what + "is spent: it was " + spent_.at(id) + "'s";
  return what + std::string(IdRefusalText(refusal));
}

void Giver::Give(const Candidate& candidate, std::vector<std::string>* notes,
                 std::vector<std::string>* errors) {
  IdRefusal refusal = IdRefusal::kNone;
  std::string why;
  if (candidate.wished) {
    refusal = allocator_.Judge(candidate.kind, *candidate.wished);
    if (refusal != IdRefusal::kNone) why = PlaceOf(candidate.wish) + Why(candidate, refusal);
  }
  std::array<uint32_t, 2> wishes{};
  size_t count = 0;
  if (candidate.recorded && !candidate.enforce) wishes[count++] = *candidate.recorded;
  if (candidate.wished) wishes[count++] = *candidate.wished;
  const IdAnswer answer =
      allocator_.Give({candidate.kind, std::span(wishes).first(count), candidate.enforce});
  if (!answer.id) {
    const std::string name = std::string(AccountKindName(candidate.kind)) + " " + candidate.name;
    errors->push_back(candidate.enforce
                          ? why + ", and " + name + " must have it (enforce-id)"
                          : name + ": no id is free in the range of accounts/accounts");
    return;
  }
  if (*answer.id == 0 && !candidate.allow_root) {
    errors->push_back(candidate.name + " has id 0 in accounts.db, and no allow-root:yes");
    return;
  }
  *candidate.id = *answer.id;
  (candidate.kind == kUser ? given_users_ : given_groups_).emplace(*answer.id, candidate.name);
  if (candidate.kind == kUser) given_to_.emplace(candidate.name, *answer.id);
  // A wish that no definition has, such as that of a user for its group, is not told of.
  if (refusal != IdRefusal::kNone && candidate.wish != nullptr) {
    notes->push_back(why + "; " + candidate.name + " gets " + std::to_string(*answer.id));
  }
}

void Giver::GiveAll(std::vector<std::string>* notes, std::vector<std::string>* errors) {
  const std::vector<Candidate> users = Candidates(kUser);
  const std::vector<Candidate> groups = Candidates(kGroup);
  for (int rank = 0; rank < 3; ++rank) {
    for (const Candidate& user : users) {
      if (user.rank() == rank) Give(user, notes, errors);
    }
    // Those that take after a user first, before others can have their ids.
    for (const bool after_user : {true, false}) {
      for (const Candidate& group : groups) {
        if (group.rank() != rank) continue;
        Candidate candidate = group;
        if (rank == 2 && given_to_.contains(group.name)) {
          candidate.wished = given_to_[group.name];
        }
        if (candidate.wished.has_value() == after_user) Give(candidate, notes, errors);
      }
    }
  }
}

}  // namespace

void GiveIds(const AccountSources& sources, const AccountTable& table, NeededAccounts* needed,
             std::vector<std::string>* notes, std::vector<std::string>* errors) {
  if (needed->AnyNew()) Giver(sources, table, needed).GiveAll(notes, errors);
}

}  // namespace keelson
