// request -> which database -> found or not -> what "not" means here -> bytes.

#include "applets/pwlookupd/machine.h"

#include <cerrno>
#include <utility>
#include <vector>

#include "core/flat_file.h"
#include "core/lookup_monitor.h"
#include "core/nsswitch.h"

namespace keelson {
namespace {

constexpr auto& kNames = kLookupDatabases;
static_assert(std::size(kNames) == kDatabases);

// The database that a lookup is about; none for those that are not lookups or not served.
std::optional<Database> LookupDatabase(NscdType type) {
  switch (type) {
    case NscdType::kPasswdByName:
    case NscdType::kPasswdByUid:
      return Database::kPasswd;
    case NscdType::kGroupByName:
    case NscdType::kGroupByGid:
    case NscdType::kInitgroups:
      return Database::kGroup;
    case NscdType::kServiceByName:
    case NscdType::kServiceByPort:
      return Database::kServices;
    case NscdType::kHostByName:
    case NscdType::kHostByNameV6:
    case NscdType::kHostByAddress:
    case NscdType::kHostByAddressV6:
    case NscdType::kAddressInfo:
      return Database::kHosts;
    case NscdType::kNetgroup:
    case NscdType::kInNetgroup:
      return Database::kNetgroup;
    default:
      return std::nullopt;
  }
}

void AppendInt(int32_t value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

std::string_view DatabaseName(Database database) { return kNames[static_cast<size_t>(database)]; }

std::optional<Database> DatabaseOf(std::string_view name) {
  for (size_t i = 0; i < kDatabases; ++i) {
    if (kNames[i] == name) return static_cast<Database>(i);
  }
  return std::nullopt;
}

Authority AuthorityOf(std::string_view nsswitch_conf, std::string_view database, bool has_db_file,
                      bool has_compat_lines) {
  bool had_files = false;
  for (const NsswitchSource& source : NsswitchSources(nsswitch_conf, database)) {
    if (source.name == "db" && !has_db_file) continue;
    if (source.goes_on) return Authority::kNone;
    const bool ours = source.name == "files" || (source.name == "compat" && !has_compat_lines);
    if (!ours) return had_files ? Authority::kHits : Authority::kNone;
    had_files = true;
  }
  return had_files ? Authority::kAll : Authority::kNone;
}

void LookupMachine::CountGeneration(Database database) {
  ++CountersOf(database).generation;
  large_ = {};
  if (on_generation_) on_generation_(database);
}

void LookupMachine::SetPasswd(std::unique_ptr<PasswdDatabase> database) {
  passwd_ = std::move(database);
  CountGeneration(Database::kPasswd);
}

void LookupMachine::SetGroup(std::unique_ptr<GroupDatabase> database) {
  group_ = std::move(database);
  CountGeneration(Database::kGroup);
}

void LookupMachine::SetServices(std::unique_ptr<ServiceDatabase> database) {
  services_ = std::move(database);
  CountGeneration(Database::kServices);
}

void LookupMachine::SetHosts(std::unique_ptr<HostTable> table) {
  hosts_ = std::move(table);
  CountGeneration(Database::kHosts);
}

void LookupMachine::SetNetgroup(std::unique_ptr<NetgroupTable> table) {
  netgroup_ = std::move(table);
  CountGeneration(Database::kNetgroup);
}

bool LookupMachine::has_compat_lines(Database database) const {
  const FileDatabase* loaded = Loaded(database);
  return loaded != nullptr && loaded->has_compat_lines();
}

size_t LookupMachine::entries(Database database) const {
  const FileDatabase* loaded = Loaded(database);
  return loaded != nullptr ? loaded->entries() : 0;
}

void LookupMachine::SetAuthority(Database database, Authority authority) {
  authority_[static_cast<size_t>(database)] = authority;
}

const FileDatabase* LookupMachine::Loaded(Database database) const {
  switch (database) {
    case Database::kPasswd:
      return passwd_.get();
    case Database::kGroup:
      return group_.get();
    case Database::kServices:
      return services_.get();
    case Database::kHosts:
      return hosts_.get();
    case Database::kNetgroup:
      return netgroup_.get();
  }
  return nullptr;
}

void LookupMachine::SetMapped(Database database, uint64_t bytes, bool is_whole) {
  CountersOf(database).mapped = bytes;
  CountersOf(database).mapped_whole = is_whole;
}

Action LookupMachine::Handle(const NscdRequest& request, Asker& asker, std::string* answer,
                             YpTalk* yp) {
  if (const auto database = LookupDatabase(request.type)) {
    if (database == Database::kHosts || database == Database::kNetgroup) {
      LookupForGlibc(*database, request, answer);
      return {};
    }
    return Lookup(*database, request, asker, answer, yp);
  }
  if (!NscdMapKey(request.type).empty()) return Mapping(request, asker, answer);
  switch (request.type) {
    case NscdType::kShutdown:
    case NscdType::kStatistics:
    case NscdType::kInvalidate:
      return Control(request, asker, answer);
    default:
      AppendEmptyAnswer(request.type, NscdFound::kElsewhere, answer);
      return {};
  }
}

Action LookupMachine::Lookup(Database database, const NscdRequest& request, Asker& asker,
                             std::string* answer, YpTalk* yp) {
  Counters& counters = CountersOf(database);
  const Authority authority =
      request.type == NscdType::kInitgroups ? initgroups_ : this->authority(database);
  const FileDatabase* const loaded = Loaded(database);
  const bool may_hit = loaded != nullptr && authority != Authority::kNone;
  bool found = may_hit && FindOrRecall(request, loaded->frozen(), answer);
  bool certain = may_hit && authority == Authority::kAll && !loaded->failed();
  if (const YpPlan& plan = yp_rules_.PlanFor(request.type);
      !found && yp != nullptr && plan.use != YpPlan::kNone) {
    const YpFound in_yp =
        yp_rules_.Answer(request, group_.get(), &yp->facts, yp->domain, asker.Privileged(), answer);
    if (in_yp == YpFound::kLater) return {Action::kLater};
    found = in_yp == YpFound::kYes;
    certain = in_yp == YpFound::kNo && plan.ends;
  }
  ++counters.requests;
  if (found && answer->size() <= kMaxAnswer) {
    ++counters.hits;
    return {};
  }
  answer->clear();
  const bool is_no = !found && (certain || !asker.MayBeGlibc());
  ++(is_no ? counters.negatives : counters.misses);
  AppendEmptyAnswer(request.type, is_no ? NscdFound::kNo : NscdFound::kElsewhere, answer);
  return {};
}

// What only glibc asks: "look elsewhere" is an answer that everybody understands.
void LookupMachine::LookupForGlibc(Database database, const NscdRequest& request,
                                   std::string* answer) {
  Counters& counters = CountersOf(database);
  ++counters.requests;
  const Authority authority = this->authority(database);
  const bool is_all = authority == Authority::kAll;
  NscdFound found = NscdFound::kElsewhere;
  if (Loaded(database) != nullptr && authority != Authority::kNone) {
    found = database == Database::kHosts ? AnswerHost(*hosts_, host_conf_, request, answer)
                                         : AnswerNetgroup(*netgroup_, is_all, request, answer);
  }
  if (found == NscdFound::kYes && answer->size() <= kMaxAnswer) {
    ++counters.hits;
    return;
  }
  answer->clear();
  if (found == NscdFound::kYes || !is_all) found = NscdFound::kElsewhere;
  ++(found == NscdFound::kNo ? counters.negatives : counters.misses);
  AppendEmptyAnswer(request.type, found, answer);
}

bool LookupMachine::FindOrRecall(const NscdRequest& request, bool frozen, std::string* answer) {
  for (const LargeAnswer& large : large_) {
    if (large.bytes.empty() || large.type != request.type || large.key != request.key) continue;
    *answer += large.bytes;
    return true;
  }
  if (!Find(request, answer)) return false;
  if (frozen && answer->size() >= kLargeAnswer) {
    large_[next_large_] = {request.type, std::string(request.key), *answer};
    next_large_ = (next_large_ + 1) % kLargeAnswers;
  }
  return true;
}

bool LookupMachine::Find(const NscdRequest& request, std::string* answer) const {
  PasswdEntry passwd;
  GroupEntry group;
  switch (request.type) {
    case NscdType::kPasswdByName:
      if (!passwd_->FindName(request.key, &passwd)) return false;
      AppendPasswdAnswer(passwd, answer);
      return true;
    case NscdType::kGroupByName:
      if (!group_->FindName(request.key, &group)) return false;
      AppendGroupAnswer(group, answer);
      return true;
    case NscdType::kPasswdByUid: {
      const auto uid = ParseId(request.key);
      if (!uid || !passwd_->FindUid(*uid, &passwd)) return false;
      AppendPasswdAnswer(passwd, answer);
      return true;
    }
    case NscdType::kGroupByGid: {
      const auto gid = ParseId(request.key);
      if (!gid || !group_->FindGid(*gid, &group)) return false;
      AppendGroupAnswer(group, answer);
      return true;
    }
    case NscdType::kInitgroups:
      return FindInitgroups(request.key, answer);
    default:
      return FindService(request, answer);
  }
}

bool LookupMachine::FindInitgroups(std::string_view user, std::string* answer) const {
  const std::vector<uint32_t> gids = group_->GroupsOf(user);
  if (gids.empty()) return false;
  AppendInitgroupsAnswer(gids, answer);
  return true;
}

bool LookupMachine::FindService(const NscdRequest& request, std::string* answer) const {
  NscdServiceKey key;
  ServiceEntry entry;
  if (!ParseNscdServiceKey(request, &key)) return false;
  if (!(key.port ? services_->FindPort(*key.port, key.protocol, &entry)
                 : services_->FindName(key.name, key.protocol, &entry))) {
    return false;
  }
  AppendServiceAnswer(entry, answer);
  return true;
}

Action LookupMachine::Mapping(const NscdRequest& request, Asker& asker, std::string* answer) {
  asker.AskedForMapping();
  if (const auto database = DatabaseOf(NscdMapKey(request.type))) {
    Counters& counters = CountersOf(*database);
    ++counters.requests;
    ++counters.clients;
    if (static_cast<size_t>(*database) < kMappedDatabases) return {Action::kMap, database};
  }
  AppendEmptyAnswer(request.type, NscdFound::kElsewhere, answer);
  return {};
}

Action LookupMachine::Control(const NscdRequest& request, Asker& asker, std::string* answer) {
  const bool invalidate = request.type == NscdType::kInvalidate;
  if (!asker.Privileged()) {
    if (invalidate) AppendInt(EPERM, answer);
    return {Action::kRefuse};
  }
  if (request.type == NscdType::kShutdown) {
    AppendInt(0, answer);
    return {request.key == kTakenOver ? Action::kLeave : Action::kShutdown};
  }
  if (!invalidate) {
    *answer += Statistics();
    return {};
  }
  const auto database = DatabaseOf(request.key);
  AppendInt(database ? 0 : EINVAL, answer);
  return {Action::kInvalidate, database};
}

std::string LookupMachine::Statistics() const {
  std::string text(kStatisticsStart);
  text += "entries\tgeneration\trequests\thits\tmisses\tnegatives\tclients\tmapped\tdbm\n";
  for (size_t i = 0; i < kDatabases; ++i) {
    const Counters& counters = counters_[i];
    text += kNames[i];
    for (uint64_t value :
         {uint64_t{entries(static_cast<Database>(i))}, counters.generation, counters.requests,
          counters.hits, counters.misses, counters.negatives, counters.clients, counters.mapped}) {
      text += '\t';
      text += std::to_string(value);
    }
    text += counters.mapped_whole ? "\t" : "+\t";
    text += std::to_string(counters.dbm) + "\n";
  }
  return text;
}

}  // namespace keelson
