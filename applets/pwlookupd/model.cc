// version, bytes -> a database of the model's kind -> machine.

#include "applets/pwlookupd/model.h"

#include <algorithm>
#include <utility>

#include "applets/pwlookupd/host_table.h"
#include "applets/pwlookupd/netgroup_table.h"
#include "applets/pwlookupd/tables.h"
#include "core/flat_file.h"
#include "platform/memory.h"

namespace keelson {
namespace {

constexpr std::string_view kKinds[] = {"auto", "flat", "memory", "dbm"};  // as ModelKind
// Random access to large tables wants large pages.
constexpr SlotMemory kSlots = {AllocateZeroed, ReleaseZeroed};

// The same of every daemon that sees the file.
std::string TextOf(const FileInfo& version) {
  return std::to_string(version.dev) + "." + std::to_string(version.ino) + "." +
         std::to_string(version.size) + "." + std::to_string(version.mtime_ns) + "." +
         std::to_string(version.ctime_ns);
}

}  // namespace

std::optional<ModelKind> ModelOf(std::string_view name) {
  const auto found = std::find(std::begin(kKinds), std::end(kKinds), name);
  if (found == std::end(kKinds)) return std::nullopt;
  return static_cast<ModelKind>(found - std::begin(kKinds));
}

Error Model::HearKeeper(Loop* loop) {
  if (keeper_ == nullptr) return kOk;
  const auto news = [this](Database database, DbmState state, std::string_view why) {
    OnNews(database, state, why);
  };
  return keeper_->Serve(loop, news, [this] { OnKeeperEnd(); });
}

bool Model::TakeDbm(Database database, const FileInfo& version) {
  if (kind_ != ModelKind::kDbm || !MayHaveDbm(database)) return false;
  std::string why;
  std::unique_ptr<Dbm> dbm = Dbm::Open(*root_, place_, database, &why);
  if (dbm == nullptr || !dbm->source().SameVersion(version)) return false;
  // Compat lines are needed as they are.
  if (dbm->header().has_compat_lines) return false;
  SetCompatFile(database, {}, false);
  const FileFacts facts = {dbm->header().entries, dbm->header().has_compat_lines};
  SetVersion(database, version);
  TakeFile(database, facts);
  KeptOf(database).answers->Adopt(std::move(dbm));
  AskKeeper(database);
  return true;
}

bool Model::Take(Database database, const FileInfo& version, FileBytes bytes, bool may_keep) {
  SetVersion(database, version);
  bool taken = true;
  const bool in_memory = kind_ == ModelKind::kMemory || kind_ == ModelKind::kAuto;
  if (in_memory || !MayHaveDbm(database)) {
    taken = TakeTable(database, std::move(bytes), may_keep);
  } else {
    const FileFacts facts = CountFile(database, bytes.view());
    SetCompatFile(database, bytes.view(), facts.has_compat_lines);
    TakeFile(database, facts);
  }
  AskKeeper(database);
  return taken;
}

void Model::SetVersion(Database database, const FileInfo& version) {
  KeptOf(database).version = version;
  machine_->NameVersion(database, TextOf(version));
}

bool Model::TakeTable(Database database, FileBytes bytes, bool may_keep) {
  if (database == Database::kPasswd) {
    auto table = std::make_unique<PasswdTable>(std::move(bytes), kSlots);
    if (may_keep && table->entries() == 0) return false;
    SetCompatFile(database, table->bytes(), table->has_compat_lines());
    machine_->SetPasswd(std::move(table));
  } else if (database == Database::kGroup) {
    auto table = std::make_unique<GroupTable>(std::move(bytes), kSlots);
    if (may_keep && table->entries() == 0) return false;
    SetCompatFile(database, table->bytes(), table->has_compat_lines());
    machine_->SetGroup(std::move(table));
  } else if (database == Database::kHosts) {
    auto table = std::make_unique<HostTable>(std::move(bytes), kSlots);
    if (may_keep && table->entries() == 0) return false;
    machine_->SetHosts(std::move(table));
  } else if (database == Database::kNetgroup) {
    auto table = std::make_unique<NetgroupTable>(std::move(bytes));
    if (may_keep && table->entries() == 0) return false;
    machine_->SetNetgroup(std::move(table));
  } else {
    auto table = std::make_unique<ServiceTable>(std::move(bytes));
    if (may_keep && table->entries() == 0) return false;
    machine_->SetServices(std::move(table));
  }
  return true;
}

void Model::TakeFile(Database database, FileFacts facts) {
  const auto bytes = [this, path = SourcePath(database)](std::string_view* view) {
    scanned_ = {};
    if (!root_->Read(path, kMaxFlatFile, &scanned_, nullptr).ok()) return false;
    *view = scanned_.view();
    return true;
  };
  const auto on_damage = [this, database] {
    log_.Warning(place_.directory + "/" + DbmName(database) +
                 ": is damaged; answers come from the file");
    AskKeeper(database);
  };
  auto answers = std::make_shared<FileAnswers>(bytes, on_damage);
  KeptOf(database).answers = answers;
  if (database == Database::kPasswd) {
    machine_->SetPasswd(std::make_unique<FilePasswd>(answers, facts));
  } else if (database == Database::kGroup) {
    machine_->SetGroup(std::make_unique<FileGroup>(answers, facts));
  } else {
    machine_->SetServices(std::make_unique<FileServices>(answers, facts));
  }
}

void Model::SetCompatFile(Database database, std::string_view bytes, bool has_compat_lines) {
  YpRules& rules = machine_->yp_rules();
  if (database == Database::kPasswd) rules.SetPasswdFile(bytes, has_compat_lines);
  if (database == Database::kGroup) rules.SetGroupFile(bytes, has_compat_lines);
}

void Model::Withdraw(Database database) {
  SetCompatFile(database, {}, false);
  KeptOf(database).answers.reset();
  machine_->NameVersion(database, "");
  if (database == Database::kPasswd) {
    machine_->SetPasswd(nullptr);
  } else if (database == Database::kGroup) {
    machine_->SetGroup(nullptr);
  } else if (database == Database::kHosts) {
    machine_->SetHosts(nullptr);
  } else if (database == Database::kNetgroup) {
    machine_->SetNetgroup(nullptr);
  } else {
    machine_->SetServices(nullptr);
  }
  machine_->SetDbmKept(database, false);
}

void Model::AskKeeper(Database database) {
  machine_->SetDbmKept(database, false);
  if (keeper_ != nullptr && MayHaveDbm(database)) keeper_->LookAgain(database);
}

// A file that changed meanwhile will be taken anew anyway.
bool Model::Adopt(Database database) {
  Kept& kept = KeptOf(database);
  std::string why;
  std::unique_ptr<Dbm> dbm = Dbm::Open(*root_, place_, database, &why);
  if (!why.empty()) log_.Warning(why);
  if (dbm == nullptr || !dbm->source().SameVersion(kept.version)) return false;
  if (kept.answers != nullptr) kept.answers->Adopt(std::move(dbm));
  return true;
}

void Model::OnNews(Database database, DbmState state, std::string_view why) {
  Kept& kept = KeptOf(database);
  if (state == DbmState::kFailed) {
    if (!kept.failed) Warn(why);
    kept.failed = true;
    return;
  }
  kept.failed = false;
  const bool is_kept = state == DbmState::kKept && Adopt(database);
  machine_->SetDbmKept(database, is_kept);
  if (is_kept) log_.Info(place_.directory + "/" + DbmName(database) + ": kept");
}

// One for all that fails at the same time.
void Model::Warn(std::string_view why) {
  const bool warned =
      std::any_of(kept_.begin(), kept_.end(), [](const Kept& kept) { return kept.failed; });
  if (!warned) log_.Warning(std::string(why) + "; DBM files are not kept, answers are the same");
}

void Model::OnKeeperEnd() {
  log_.Warning("who writes the DBM files has ended; they are kept no more, answers are the same");
  for (size_t i = 0; i < kDatabases; ++i) machine_->SetDbmKept(static_cast<Database>(i), false);
}

}  // namespace keelson
