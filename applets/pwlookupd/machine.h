// What pwlookupd answers: databases, policy and counters, without any system call.
//
// A request comes in parsed, the answer goes out as bytes, and what else is to be done as an
// Action.
#ifndef KEELSON_APPLETS_PWLOOKUPD_MACHINE_H_
#define KEELSON_APPLETS_PWLOOKUPD_MACHINE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "applets/pwlookupd/databases.h"
#include "applets/pwlookupd/host_answers.h"
#include "applets/pwlookupd/netgroup_table.h"
#include "applets/pwlookupd/yp_rules.h"
#include "core/nscd_wire.h"

namespace keelson {

enum class Database : uint8_t { kPasswd, kGroup, kServices, kHosts, kNetgroup };
inline constexpr size_t kDatabases = 5;
inline constexpr size_t kMappedDatabases = 3;  // the first ones: they may have snapshots

std::string_view DatabaseName(Database database);
std::optional<Database> DatabaseOf(std::string_view name);

// How far our answers may go, from nsswitch.conf.
enum class Authority : uint8_t {
  kNone,  // another source comes first or adds to ours: not answered at all
  kHits,  // what the file has is the answer; what it has not may be elsewhere
  kAll,   // the file is all there is
};

// The authority over a database. has_db_file: nss_db's compiled file is there, so that the source
// "db" means something. With compat lines the source "compat" is more than the file.
Authority AuthorityOf(std::string_view nsswitch_conf, std::string_view database, bool has_db_file,
                      bool has_compat_lines);

// Who asks; looked up only when it matters.
class Asker {
 public:
  virtual ~Asker() = default;
  virtual bool Privileged() = 0;  // root, or who started the daemon
  virtual void AskedForMapping() = 0;
  virtual bool MayBeGlibc() = 0;
};

// kLater: nothing is answered yet; YpTalk has the question.
struct Action {
  // kMap: the database's snapshot is to be handed out; nothing was appended.
  // kLeave: another daemon has our socket's path from now on.
  enum Kind : uint8_t {
    kAnswer,
    kMap,
    kRefuse,
    kInvalidate,
    kShutdown,
    kLeave,
    kLater
  } kind = kAnswer;
  std::optional<Database> database =
      std::nullopt;  // kInvalidate: none for one that we do not serve
};

// What has been said with YP about one request so far.
struct YpTalk {
  YpFacts facts = {};
  std::string domain = {};
};

// The key of a shutdown request that asks for kLeave.
inline constexpr std::string_view kTakenOver = "taken over";
// What the statistics begin with; no other daemon's do.
inline constexpr std::string_view kStatisticsStart = "database\t";

class LookupMachine {
 public:
  // Null: the file is not there or cannot be read, and the clients are to see for themselves.
  void SetPasswd(std::unique_ptr<PasswdDatabase> database);
  void SetGroup(std::unique_ptr<GroupDatabase> database);
  void SetServices(std::unique_ptr<ServiceDatabase> database);
  void SetHosts(std::unique_ptr<HostTable> table);
  void SetHostConf(const HostConf& conf) { host_conf_ = conf; }
  void SetNetgroup(std::unique_ptr<NetgroupTable> table);
  // How many versions of the file there have been; the callback runs after each new one, when it is
  // what is answered from.
  uint64_t generation(Database database) const {
    return counters_[static_cast<size_t>(database)].generation;
  }
  // What is taken next is this version of its file; empty: there is none.
  void NameVersion(Database database, std::string version) {
    versions_[static_cast<size_t>(database)] = std::move(version);
  }
  const std::string& version(Database database) const {
    return versions_[static_cast<size_t>(database)];
  }
  void OnGeneration(std::function<void(Database)> callback) {
    on_generation_ = std::move(callback);
  }
  bool has_compat_lines(Database database) const;
  size_t entries(Database database) const;
  // Null: it is not in memory. Theirs until the next Set.
  const PasswdTable* passwd_table() const { return passwd_ ? passwd_->table() : nullptr; }
  const GroupTable* group_table() const { return group_ ? group_->table() : nullptr; }
  const ServiceTable* services_table() const { return services_ ? services_->table() : nullptr; }

  // For the statistics: a DBM file of the version that is served is there for others.
  void SetDbmKept(Database database, bool is_kept) { CountersOf(database).dbm = is_kept ? 1 : 0; }

  void SetAuthority(Database database, Authority authority);
  // Group memberships are collected from all sources, whatever stops a search elsewhere.
  void SetInitgroupsAuthority(Authority authority) { initgroups_ = authority; }

  // The snapshot in which clients find answers now, for the statistics. bytes 0: none.
  void SetMapped(Database database, uint64_t bytes, bool is_whole);

  Authority authority(Database database) const { return authority_[static_cast<size_t>(database)]; }
  Authority initgroups_authority() const { return initgroups_; }
  YpRules& yp_rules() { return yp_rules_; }

  // Appends the answer's bytes. yp: null where YP is not asked. After kLater it is to be called
  // again with the same request, when the talk has got a reply or has been given up.
  Action Handle(const NscdRequest& request, Asker& asker, std::string* answer,
                YpTalk* yp = nullptr);

  // For GETSTAT: a line of column names, then a line a database, columns separated by tabs.
  std::string Statistics() const;

  // Longer answers than this are left to the clients.
  static constexpr size_t kMaxAnswer = 16 << 20;

 private:
  struct Counters {
    uint64_t generation = 0;  // versions of the file seen
    uint64_t requests = 0;    // of any kind
    uint64_t hits = 0;        // found
    uint64_t misses = 0;      // left to the client
    uint64_t negatives = 0;   // not found, for certain
    uint64_t clients = 0;     // times that somebody asked for the mapping
    uint64_t mapped = 0;      // bytes of the snapshot
    bool mapped_whole = true;
    uint64_t dbm = 0;  // 1: there is a DBM file of this version
  };

  void CountGeneration(Database database);
  Counters& CountersOf(Database database) { return counters_[static_cast<size_t>(database)]; }
  Action Lookup(Database database, const NscdRequest& request, Asker& asker, std::string* answer,
                YpTalk* yp);
  void LookupForGlibc(Database database, const NscdRequest& request, std::string* answer);
  bool FindOrRecall(const NscdRequest& request, bool frozen, std::string* answer);
  bool Find(const NscdRequest& request, std::string* answer) const;
  bool FindService(const NscdRequest& request, std::string* answer) const;
  bool FindInitgroups(std::string_view user, std::string* answer) const;
  const FileDatabase* Loaded(Database database) const;
  Action Mapping(const NscdRequest& request, Asker& asker, std::string* answer);
  Action Control(const NscdRequest& request, Asker& asker, std::string* answer);

  // A group of a hundred thousand members takes milliseconds to put together; whoever asks for it
  // over and over is to delay nobody.
  struct LargeAnswer {
    NscdType type;
    std::string key;
    std::string bytes;
  };
  static constexpr size_t kLargeAnswer = 64 * 1024;
  static constexpr size_t kLargeAnswers = 4;

  std::unique_ptr<PasswdDatabase> passwd_;
  std::unique_ptr<GroupDatabase> group_;
  std::unique_ptr<ServiceDatabase> services_;
  std::unique_ptr<HostTable> hosts_;
  HostConf host_conf_;
  std::unique_ptr<NetgroupTable> netgroup_;
  std::array<Authority, kDatabases> authority_ = {Authority::kAll, Authority::kAll, Authority::kAll,
                                                  Authority::kAll, Authority::kAll};
  Authority initgroups_ = Authority::kAll;
  YpRules yp_rules_;
  std::array<Counters, kDatabases> counters_;
  std::array<std::string, kDatabases> versions_;
  std::array<LargeAnswer, kLargeAnswers> large_;  // of the present databases
  std::function<void(Database)> on_generation_;
  size_t next_large_ = 0;  // to be replaced
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_MACHINE_H_
