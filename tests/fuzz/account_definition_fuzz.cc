// Any bytes as definitions of accounts, as accounts.db, as sysusers.d and as an id registry. What
// is accepted could stand in passwd and group, reads back as it was written, and every error has a
// place.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/account_definition.h"
#include "core/account_state.h"
#include "core/profile_chain.h"
#include "core/sysusers.h"
#include "core/uid_gid_registry.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

// Could stand between two colons.
void RequireField(std::string_view text) {
  Require(text.find_first_of(std::string_view(":\n\0", 3)) == std::string_view::npos);
}

void RequireField(const std::optional<std::string>& text) {
  if (text) RequireField(std::string_view(*text));
}

void CheckUser(std::string_view bytes) {
  for (const bool local : {false, true}) {
    UserDefinition user;
    const auto errors = ParseUserDefinition(bytes, "name", {"file", local}, &user);
    RequirePlaces(bytes, errors);
    if (!errors.empty()) continue;
    for (const auto& field : {user.gecos, user.home, user.shell, user.password})
      RequireField(field);
    for (const std::string& group : user.groups) Require(IsAccountName(group));
    Require(!user.uid || IsAccountId(*user.uid));
    Require(!user.gid || (IsAccountId(*user.gid) && user.group.empty()));
    Require(user.group.empty() || IsAccountName(user.group));
    Require(!user.password || (!user.password->empty() && *user.password != "x"));
    Require(local || !user.allow_root);
    // Nothing is lost by merging with nothing, nor by merging twice.
    const UserDefinition merged = Merge(user, UserDefinition{.name = "name"});
    const UserDefinition again = Merge(merged, user);
    Require(merged.uid == user.uid && merged.home == user.home && merged.groups == user.groups);
    Require(again.keys.size() == user.keys.size() && again.expire == user.expire);
  }
}

void CheckGroup(std::string_view bytes) {
  GroupDefinition group;
  const auto errors = ParseGroupDefinition(bytes, "name", {"file", true}, &group);
  RequirePlaces(bytes, errors);
  if (!errors.empty()) return;
  RequireField(group.password);
  for (const std::string& user : group.users) Require(IsAccountName(user));
  Require(!group.gid || IsAccountId(*group.gid));
}

void CheckDefaults(std::string_view bytes) {
  for (const std::string_view system : {"linux", "freebsd"}) {
    AccountDefaults defaults;
    const auto errors = ParseAccountDefaults(bytes, system, {"file", false}, &defaults);
    RequirePlaces(bytes, errors);
    Require(IsAccountId(defaults.uids.first) && IsAccountId(defaults.gids.last));
    for (const IdRange& range : defaults.reserved) Require(range.first <= range.last);
    const bool empty =
        defaults.uids.first > defaults.uids.last || defaults.gids.first > defaults.gids.last;
    Require(empty == !defaults.Fault().empty());
  }
}

void CheckTable(std::string_view bytes) {
  AccountTable table, again;
  RequirePlaces(bytes, ParseAccountTable(bytes, &table));
  const std::string written = FormatAccountTable(table);
  Require(ParseAccountTable(written, &again).empty());
  Require(FormatAccountTable(again) == written);
  for (const AccountRecord& record : table.records()) {
    const AccountRecord* found = table.Find(record.kind, record.name);
    Require(found != nullptr && (record.IsTombstone() || found->id == record.id));
    again.Put(record);
  }
  Require(FormatAccountTable(again) == written);
}

void CheckSysusers(std::string_view bytes) {
  const auto specifiers = [](char letter) {
    SpecifierValue value;
    if (letter == 'b') value.value = "b";
    return value;
  };
  std::vector<SysusersEntry> entries;
  for (const SysusersError& error : ParseSysusers(bytes, specifiers, &entries)) {
    Require(error.line >= 1 && error.line <= bytes.size() && !error.what.empty());
    Require(error.Text("file").find('\n') == std::string::npos);
  }
  for (const SysusersEntry& entry : entries) {
    Require(entry.SameAs(entry));
    Require(IsSysusersName(entry.name) == (entry.type != SysusersType::kRange));
    Require(entry.group.empty() || IsSysusersName(entry.group));
    Require(entry.range.first <= entry.range.last);
    Require(!entry.uid || IsAccountId(*entry.uid));
    Require(!entry.gid || IsAccountId(*entry.gid));
    for (const std::string& field : {entry.gecos, entry.home, entry.shell}) {
      RequireField(std::string_view(field));
    }
  }
}

void CheckRegistry(std::string_view bytes) {
  UidGidRegistry registry;
  RequirePlaces(bytes, ParseUidGidRegistry(bytes, &registry));
  for (const RegisteredId& record : registry.records()) {
    Require(record.name.empty() || IsAccountName(record.name));
    const auto id = registry.Find(AccountKind::kUser, record.name);
    Require(!id || IsAccountId(*id));
  }
}

// The bytes are the parents of all profiles.
void CheckChain(std::string_view bytes) {
  const std::string parents(bytes);
  const auto reader = [&](const std::string& path) {
    const auto kind = path.size() > 20 ? ProfileNode::kAbsent : ProfileNode::kWithParents;
    return ProfileNode{kind, "", parents, ""};
  };
  const std::string profiles[] = {"/p"};
  const ProfileChain chain = FlattenProfiles(profiles, {}, reader);
  Require(chain.error.empty() == !chain.nodes.empty());
  Require(chain.error.find('\n') == std::string::npos);
  const std::string normal = NormalPath(bytes);
  Require(NormalPath(normal) == normal);
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keelson;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckUser(bytes);
  CheckGroup(bytes);
  CheckDefaults(bytes);
  CheckTable(bytes);
  CheckSysusers(bytes);
  CheckRegistry(bytes);
  CheckChain(bytes);
  return 0;
}
