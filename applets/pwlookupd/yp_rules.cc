// request -> plan -> compat.h or yp_lookup.h -> bytes.
#include "applets/pwlookupd/yp_rules.h"

#include <algorithm>
#include <utility>

#include "applets/pwlookupd/compat.h"
#include "applets/pwlookupd/scan.h"
#include "core/flat_file.h"
#include "core/nsswitch.h"

namespace keelson {

namespace {

constexpr char kNis[] = "nis";

template <typename Entry>
YpFound Find(const AccountKey& key, const YpPlan& plan, std::string_view file,
             const YpContext& context, Entry* entry) {
  if (plan.use == YpPlan::kCompat) return FindCompatEntry(file, key, context, entry);
  return FindYpEntry(key, context, entry);
}

void AddGid(uint32_t gid, std::vector<uint32_t>* gids) {
  if (std::find(gids->begin(), gids->end(), gid) == gids->end()) gids->push_back(gid);
}

}  // namespace

YpPlan YpPlanOf(std::string_view nsswitch_conf, std::string_view database, bool has_compat_lines) {
  const std::vector<NsswitchSource> sources = NsswitchSources(nsswitch_conf, database);
  const auto is = [&](size_t i, std::string_view name) {
    return i < sources.size() && sources[i].name == name && !sources[i].has_actions;
  };
  if (is(0, "compat")) {
    // "initgroups" has no compat line of its own, it is group's.
    const std::string name =
        database == "initgroups" ? "group_compat" : std::string(database) + "_compat";
    const auto behind = NsswitchSources(nsswitch_conf, name);
    const bool is_nis = !HasNsswitchLine(nsswitch_conf, name) ||
                        (behind.size() == 1 && behind[0].name == kNis && !behind[0].has_actions);
    if (!is_nis || !has_compat_lines) return {};
    return {YpPlan::kCompat, sources.size() == 1};
  }
  if (is(0, "files") && is(1, kNis)) return {YpPlan::kBehindFile, sources.size() == 2};
  return {};
}

std::vector<YpContext::NetgroupSource> NetgroupSourcesOf(std::string_view nsswitch_conf) {
  using Source = YpContext::NetgroupSource;
  if (!HasNsswitchLine(nsswitch_conf, "netgroup")) return {Source::kFile, Source::kYp};
  std::vector<Source> sources;
  for (const NsswitchSource& source : NsswitchSources(nsswitch_conf, "netgroup")) {
    if (source.name == "files") sources.push_back(Source::kFile);
    if (source.name == kNis) sources.push_back(Source::kYp);
  }
  return sources;
}

void YpRules::SetNsswitch(std::string_view conf) {
  nsswitch_conf_ = conf;
  Review();
}

void YpRules::SetPasswdFile(std::string_view bytes, bool has_compat_lines) {
  passwd_file_ = has_compat_lines ? bytes : std::string_view();
  Review();
}

void YpRules::SetGroupFile(std::string_view bytes, bool has_compat_lines) {
  group_file_ = has_compat_lines ? bytes : std::string_view();
  Review();
}

void YpRules::Review() {
  passwd_ = YpPlanOf(nsswitch_conf_, "passwd", !passwd_file_.empty());
  group_ = YpPlanOf(nsswitch_conf_, "group", !group_file_.empty());
  services_ = YpPlanOf(nsswitch_conf_, "services", false);
  const bool own_line = HasNsswitchLine(nsswitch_conf_, "initgroups");
  initgroups_ = own_line ? YpPlanOf(nsswitch_conf_, "initgroups", !group_file_.empty()) : group_;
  // The groups of a user are added up from all sources, of which YP is to be the last.
  if (!initgroups_.ends) initgroups_ = {};
  netgroup_sources_ = NetgroupSourcesOf(nsswitch_conf_);
}

const YpPlan& YpRules::PlanFor(NscdType type) const {
  static constexpr YpPlan kNoPlan;
  switch (type) {
    case NscdType::kPasswdByName:
    case NscdType::kPasswdByUid:
      return passwd_;
    case NscdType::kGroupByName:
    case NscdType::kGroupByGid:
      return group_;
    case NscdType::kInitgroups:
      return initgroups_;
    case NscdType::kServiceByName:
    case NscdType::kServiceByPort:
      return services_;
    default:
      return kNoPlan;
  }
}

bool YpRules::in_use() const {
  return passwd_.use != YpPlan::kNone || group_.use != YpPlan::kNone ||
         services_.use != YpPlan::kNone || initgroups_.use != YpPlan::kNone;
}

YpContext YpRules::ContextFor(YpFacts* facts, std::string_view domain, bool shows_passwords) const {
  return {facts, domain, shows_passwords, netgroup_sources_, netgroup_file_};
}

YpFound YpRules::Answer(const NscdRequest& request, const GroupDatabase* groups, YpFacts* facts,
                        std::string_view domain, bool shows_passwords, std::string* answer) const {
  const YpContext context = ContextFor(facts, domain, shows_passwords);
  AccountKey key{request.key};
  if (request.type == NscdType::kPasswdByUid || request.type == NscdType::kGroupByGid) {
    key = {{}, ParseId(request.key)};
    if (!key.id) return YpFound::kNo;
  }
  YpFound found = YpFound::kNo;
  PasswdEntry passwd;
  GroupEntry group;
  ServiceEntry service;
  NscdServiceKey service_key;
  switch (request.type) {
    case NscdType::kPasswdByName:
    case NscdType::kPasswdByUid:
      found = Find(key, passwd_, passwd_file_, context, &passwd);
      if (found == YpFound::kYes) AppendPasswdAnswer(passwd, answer);
      return found;
    case NscdType::kGroupByName:
    case NscdType::kGroupByGid:
      found = Find(key, group_, group_file_, context, &group);
      if (found == YpFound::kYes) AppendGroupAnswer(group, answer);
      return found;
    case NscdType::kInitgroups:
      return AnswerGroupsOf(request.key, groups, context, answer);
    default:
      if (!ParseNscdServiceKey(request, &service_key)) return YpFound::kNo;
      found = FindYpService(service_key.name, service_key.port, service_key.protocol, context,
                            &service);
      if (found == YpFound::kYes) AppendServiceAnswer(service, answer);
      return found;
  }
}

YpFound YpRules::AnswerGroupsOf(std::string_view user, const GroupDatabase* groups,
                                const YpContext& context, std::string* answer) const {
  std::vector<uint32_t> gids;
  YpFound found;
  if (initgroups_.use == YpPlan::kCompat) {
    std::vector<GroupEntry> entries;
    found = AllCompatEntries(group_file_, context, &entries);
    for (const GroupEntry& entry : entries) {
      if (HasMember(entry.members, user)) AddGid(entry.gid, &gids);
    }
  } else {
    if (groups == nullptr) return YpFound::kDown;
    gids = groups->GroupsOf(user);
    if (groups->failed()) return YpFound::kDown;
    std::vector<uint32_t> more;
    found = FindYpGroupsOf(user, context, &more);
    for (const uint32_t gid : more) AddGid(gid, &gids);
  }
  if (found == YpFound::kLater || found == YpFound::kDown) return found;
  if (gids.empty()) return YpFound::kNo;
  AppendInitgroupsAnswer(gids, answer);
  return YpFound::kYes;
}

}  // namespace keelson
