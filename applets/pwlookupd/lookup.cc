// A row of the table for each database. Those that the daemon has are asked of it first; whatever
// it does not answer is scanned for.
#include "applets/pwlookupd/lookup.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "applets/pwlookupd/hosts.h"
#include "applets/pwlookupd/netgroup.h"
#include "applets/pwlookupd/print.h"
#include "applets/pwlookupd/scan.h"
#include "core/log.h"

namespace keelson {

namespace {

template <typename Entry>
void ShowAll(std::string_view bytes, bool (*parse)(std::string_view, Entry*),
             void (*print)(const Entry&)) {
  Entry entry;
  Scan(bytes, parse, &entry, [&](const Entry& each) {
    print(each);
    return false;
  });
}

// Shows what a scan has found.
template <typename Entry>
bool Show(bool found, const Entry& entry, void (*print)(const Entry&)) {
  if (found) print(entry);
  return found;
}

bool ShowPasswd(LookupSources* sources, std::string_view key) {
  PasswdEntry entry;
  DaemonAnswer answer = sources->daemon.Passwd(key, &entry);
  if (answer != DaemonAnswer::kNobody) {
    return Show(answer == DaemonAnswer::kYes, entry, PrintPasswd);
  }
  bool found = false;
  if (!sources->HasCompat(NscdType::kPasswdByName)) {
    const PasswdDatabase& passwd = sources->Passwd();
    const std::optional<uint32_t> uid = IdOfKey(key);
    found = uid ? passwd.FindUid(*uid, &entry) : passwd.FindName(key, &entry);
  }
  if (!found) found = sources->yp.Passwd(key, &entry) == DaemonAnswer::kYes;
  return Show(found, entry, PrintPasswd);
}

bool ShowGroup(LookupSources* sources, std::string_view key) {
  GroupAnswer answer;
  DaemonAnswer found = sources->daemon.Group(key, &answer);
  if (found == DaemonAnswer::kNobody) {
    if (!sources->HasCompat(NscdType::kGroupByName)) {
      GroupEntry entry;
      const FileGroup& group = sources->Group();
      const std::optional<uint32_t> gid = IdOfKey(key);
      if (gid ? group.FindGid(*gid, &entry) : group.FindName(key, &entry)) {
        PrintGroup(entry);
        return true;
      }
    }
    found = sources->yp.Group(key, &answer);
  }
  if (found != DaemonAnswer::kYes) return false;
  PrintGroup(answer.name, answer.password, answer.gid, answer.members);
  return true;
}

// A user without groups is no failure; getent does not ask whether there is such a user.
bool ShowInitgroups(LookupSources* sources, std::string_view user) {
  std::vector<uint32_t> gids;
  if (sources->daemon.Initgroups(user, &gids) == DaemonAnswer::kNobody &&
      sources->yp.Initgroups(user, &gids) == DaemonAnswer::kNobody) {
    gids = sources->Group().GidsOf(user);
  }
  PrintInitgroups(user, gids);
  return true;
}

bool FindService(LookupSources* sources, const ServiceKey& key, ServiceEntry* entry) {
  // To databases this means any protocol, here it means the one without.
  if (key.protocol && key.protocol->empty()) {
    return ScanServices(sources->Etc("services"), key, entry);
  }
  const std::string_view protocol = key.protocol.value_or("");
  return key.port ? sources->Services().FindPort(*key.port, protocol, entry)
                  : sources->Services().FindName(key.name, protocol, entry);
}

bool ShowServices(LookupSources* sources, std::string_view text) {
  const ServiceKey key = ParseServiceKey(text);
  ServiceAnswer service;
  DaemonAnswer answer = sources->daemon.Service(key, &service);
  if (answer == DaemonAnswer::kNobody) {
    ServiceEntry entry;
    if (FindService(sources, key, &entry)) {
      PrintService(entry);
      return true;
    }
    answer = sources->yp.Service(key, &service);
  }
  if (answer != DaemonAnswer::kYes) return false;
  PrintService(service.name, service.port, service.protocol, service.aliases);
  return true;
}

bool ShowShadow(LookupSources* sources, std::string_view key) {
  ShadowEntry entry;
  return Show(ScanShadow(sources->Etc("shadow"), key, &entry), entry, PrintShadow);
}

bool ShowHosts(LookupSources* sources, std::string_view key) {
  HostAnswer answer;
  const bool multi = HostConfSaysMulti(sources->Etc("host.conf"));
  return Show<HostAnswer>(ScanHosts(sources->Etc("hosts"), key, multi, &answer), answer, PrintHost);
}

bool ShowProtocols(LookupSources* sources, std::string_view key) {
  NumberedEntry entry;
  return Show(ScanNumbered(sources->Etc("protocols"), key, &entry), entry, PrintProtocol);
}

bool ShowRpc(LookupSources* sources, std::string_view key) {
  NumberedEntry entry;
  return Show(ScanNumbered(sources->Etc("rpc"), key, &entry), entry, PrintRpc);
}

bool ShowNetworks(LookupSources* sources, std::string_view key) {
  NetworkEntry entry;
  return Show(ScanNetworks(sources->Etc("networks"), key, &entry), entry, PrintNetwork);
}

constexpr std::array kLookupDatabases = {
    LookupDatabase{"group",
                   [](LookupSources* s) {
                     if (!s->HasCompat(NscdType::kGroupByName)) {
                       ShowAll<GroupEntry>(s->Etc("group"), ParseGroup, PrintGroup);
                     }
                     LocalYp* yp = s->Yp(NscdType::kGroupByName);
                     if (yp == nullptr) return;
                     for (const GroupEntry& entry : yp->AllGroups()) PrintGroup(entry);
                   },
                   ShowGroup},
    LookupDatabase{
        "hosts",
        [](LookupSources* s) { ShowAll<HostEntry>(s->Etc("hosts"), ParseHost, PrintHost); },
        ShowHosts},
    LookupDatabase{"initgroups", nullptr, ShowInitgroups},
    LookupDatabase{"netgroup", nullptr, nullptr},
    LookupDatabase{
        "networks",
        [](LookupSources* s) { ShowAll(s->Etc("networks"), ParseNetwork, PrintNetwork); },
        ShowNetworks},
    LookupDatabase{"passwd",
                   [](LookupSources* s) {
                     if (!s->HasCompat(NscdType::kPasswdByName)) {
                       ShowAll(s->Etc("passwd"), ParsePasswd, PrintPasswd);
                     }
                     LocalYp* yp = s->Yp(NscdType::kPasswdByName);
                     if (yp == nullptr) return;
                     for (const PasswdEntry& entry : yp->AllPasswd()) PrintPasswd(entry);
                   },
                   ShowPasswd},
    LookupDatabase{
        "protocols",
        [](LookupSources* s) { ShowAll(s->Etc("protocols"), ParseNumbered, PrintProtocol); },
        ShowProtocols},
    LookupDatabase{"rpc", [](LookupSources* s) { ShowAll(s->Etc("rpc"), ParseNumbered, PrintRpc); },
                   ShowRpc},
    LookupDatabase{"services",
                   [](LookupSources* s) {
                     ShowAll<ServiceEntry>(s->Etc("services"), ParseService, PrintService);
                   },
                   ShowServices},
    LookupDatabase{"shadow",
                   [](LookupSources* s) { ShowAll(s->Etc("shadow"), ParseShadow, PrintShadow); },
                   ShowShadow},
};

// Libc takes these for a database without entries.
bool IsAsEmpty(Error error) {
  return error.not_found() || error.code() == EACCES || error.code() == EINVAL ||
         error.code() == ELOOP || error.code() == EISDIR;
}

}  // namespace

LookupSources::LookupSources(Root* root, std::string_view socket, std::optional<DbmPlace> place,
                             bool asks_yp)
    : daemon(socket),
      yp([this](NscdType type, std::string_view key, std::string* answer) {
        LocalYp* local = Yp(type);
        return local != nullptr && local->Answer(type, key, answer);
      }),
      root_(root),
      place_(std::move(place)),
      asks_yp_(asks_yp) {}

LocalYp* LookupSources::Yp(NscdType type) {
  if (!asks_yp_) return nullptr;
  if (!local_yp_) {
    // Most machines have none of it, and their files need not all be read.
    const std::string_view conf = Etc("nsswitch.conf");
    asks_yp_ = conf.find("nis") != conf.npos || conf.find("compat") != conf.npos;
    if (!asks_yp_) return nullptr;
    const LocalYp::Files files = {Etc("nsswitch.conf"), Etc("passwd"), Etc("group"),
                                  Etc("netgroup")};
    local_yp_ = std::make_unique<LocalYp>(root_, files);
  }
  return local_yp_->UseFor(type) == YpPlan::kNone ? nullptr : local_yp_.get();
}

bool LookupSources::HasCompat(NscdType type) {
  LocalYp* local = Yp(type);
  return local != nullptr && local->UseFor(type) == YpPlan::kCompat;
}

std::string_view LookupSources::Etc(const std::string& name) {
  for (const NamedFile& etc : read_) {
    if (etc.name == name) return etc.bytes.view();
  }
  NamedFile& etc = read_.emplace_back();
  etc.name = name;
  const Error error = root_->Read("/etc/" + name, kMaxFlatFile, &etc.bytes, nullptr);
  if (error.ok()) return etc.bytes.view();
  if (!IsAsEmpty(error)) error_ = "/etc/" + name + ": cannot be read: " + error.Text();
  return {};
}

// A DBM file that cannot be believed is as good as none, but somebody should know.
void LookupSources::Warn(std::string_view why) {
  if (std::exchange(warned_, true)) return;
  fprintf(stderr, "pwlookup: %s; the file is read instead\n", Printable(why).c_str());
}

std::shared_ptr<FileAnswers> LookupSources::Answers(Database database) {
  const auto bytes = [this, database](std::string_view* view) {
    *view = Etc(std::string(DatabaseName(database)));
    return true;
  };
  const auto on_damage = [this, database] {
    Warn(place_->directory + "/" + DbmName(database) + ": is damaged");
  };
  auto answers = std::make_shared<FileAnswers>(bytes, on_damage);
  if (!place_) return answers;
  std::string why;
  answers->Adopt(Dbm::Open(*root_, *place_, database, &why));
  if (!why.empty()) Warn(why);
  return answers;
}

const PasswdDatabase& LookupSources::Passwd() {
  if (!passwd_) passwd_ = std::make_unique<FilePasswd>(Answers(Database::kPasswd), FileFacts());
  return *passwd_;
}

const FileGroup& LookupSources::Group() {
  if (!group_) group_ = std::make_unique<FileGroup>(Answers(Database::kGroup), FileFacts());
  return *group_;
}

const ServiceDatabase& LookupSources::Services() {
  if (!services_) {
    services_ = std::make_unique<FileServices>(Answers(Database::kServices), FileFacts());
  }
  return *services_;
}

const LookupDatabase* FindLookupDatabase(std::string_view name) {
  const auto found = std::find_if(kLookupDatabases.begin(), kLookupDatabases.end(),
                                  [&](const LookupDatabase& each) { return each.name == name; });
  return found == kLookupDatabases.end() ? nullptr : &*found;
}

bool ShowNetgroup(LookupSources* sources, const std::vector<std::string_view>& keys) {
  if (keys.size() != 1 && keys.size() != 4) return true;
  std::vector<NetgroupItem> triples;
  const bool found = ExpandNetgroup(sources->Etc("netgroup"), keys[0], &triples);
  if (keys.size() == 1) {
    if (found) PrintNetgroup(keys[0], triples);
    return found;
  }
  PrintInNetgroup(keys, IsInNetgroup(triples, keys[1], keys[2], keys[3]));
  return true;
}

}  // namespace keelson
