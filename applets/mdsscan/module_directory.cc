// Look, and if something differs: lock, look again if others have written meanwhile, read what
// differs, publish. What cannot be published is kept in memory and tried again the next time.
#include "applets/mdsscan/module_directory.h"

#include <algorithm>
#include <utility>

#include "applets/mdsscan/changes.h"
#include "applets/mdsscan/database.h"
#include "applets/mdsscan/module_walk.h"
#include "applets/mdsscan/scan.h"
#include "applets/mdsscan/seed_scan.h"
#include "applets/status.h"
#include "platform/privilege.h"

namespace keelson {
namespace {

// So many files that are read each time, because they were young when the state was written, are
// worth a younger state.
constexpr size_t kManyRechecked = 64;
// A catalog that is views of so many before it is read anew, and they are gone.
constexpr int kManyMemories = 64;

}  // namespace

class ModuleDirectory::State {
 public:
  State(Root* root, Clock* clock, Options options);

  absl::Status AsItIs(RefreshReport* report);
  absl::Status Folders(RefreshReport* report);
  absl::Status Full(bool wait, RefreshReport* report);
  absl::Status Some(const std::vector<std::string>& places, RefreshReport* report);
  absl::Status StoreState();

  const std::shared_ptr<const SharedSnapshot>& snapshot() const { return snapshot_; }
  const Catalog& catalog() const { return catalog_; }

 private:
  bool IsOfThisPath(const Catalog& catalog) const {
    return catalog.path == walk_options_.path && catalog.recursive == walk_options_.recursive;
  }
  void Load();
  absl::Status Walk(const std::vector<std::string>* places,
                    const std::shared_ptr<CatalogMemory>& memory, Sight* sight);
  absl::Status Lock(int64_t deadline_ns) {
    return store_ ? database_.Lock(deadline_ns) : absl::CancelledError("not asked for");
  }
  bool IsDue(const Sight& sight) const {
    return snapshot_ == nullptr || in_memory_only_ || state_failed_ || sight.differs ||
           sight.rechecked >= kManyRechecked;
  }
  absl::Status Renew(const Sight& sight, std::shared_ptr<CatalogMemory> memory, absl::Status locked,
                     bool with_state, RefreshReport* report);
  absl::Status Store(bool snapshot, bool state, const Catalog& catalog, RefreshReport* report);
  void SetCatalog(Catalog catalog);
  void Tell(RefreshReport* report);

  Root& root_;
  Clock& clock_;
  const int64_t lock_wait_ns_;
  const bool store_, all_catalog_;
  WalkOptions walk_options_;
  Database database_;
  SeedScan seed_;
  std::shared_ptr<const SharedSnapshot> snapshot_;
  std::shared_ptr<const SharedSnapshot> damaged_;  // no snapshot, but old records are in it
  std::string lost_;                               // not told yet
  Catalog catalog_;
  std::vector<std::string> messages_, notes_;  // that it has
  bool has_catalog_ = false;                   // it is what stands behind the snapshot
  int memories_ = 0;                           // that it is views of, beside the bytes of its file
  bool in_memory_only_ = false;                // the snapshot could not be published
  bool state_is_due_ = false;                  // the catalog is not stored yet; locked until then
  bool state_failed_ = false;                  // it could not be stored
};

ModuleDirectory::State::State(Root* root, Clock* clock, Options options)
    : root_(*root),
      clock_(*clock),
      lock_wait_ns_(options.lock_wait_ns),
      store_(options.store),
      all_catalog_(options.catalog),
      walk_options_{std::move(options.path), options.recursive, EffectiveUid()},
      database_(root, std::move(options.database), walk_options_.uid) {}

// What is in the database, unless it is known already.
void ModuleDirectory::State::Load() {
  if (has_catalog_ && database_.IsAsKnown()) return;
  database_.Know();
  in_memory_only_ = state_failed_ = false;
  snapshot_ = database_.LoadSnapshot(true);
  damaged_ = snapshot_ == nullptr ? database_.LoadSnapshot(false) : nullptr;
  Catalog catalog = database_.LoadState();
  lost_ = snapshot_ == nullptr ? database_.WhyNoSnapshot(catalog.snapshot != 0) : "";
  // What the state tells of a snapshot that is gone is needed to tell what went with it.
  const SharedSnapshot* is_there = snapshot_ != nullptr ? snapshot_.get() : damaged_.get();
  const bool other = is_there != nullptr && catalog.snapshot != is_there->snapshot().checksum();
  if (other || !IsOfThisPath(catalog)) {
    const uint64_t generation = catalog.generation;
    catalog = Catalog();
    catalog.generation = generation;
  }
  SetCatalog(std::move(catalog));
  has_catalog_ = true;
  memories_ = 0;
}

absl::Status ModuleDirectory::State::Walk(const std::vector<std::string>* places,
                                          const std::shared_ptr<CatalogMemory>& memory,
                                          Sight* sight) {
  *sight = Sight();
  ModuleWalk walk(&root_, walk_options_, catalog_, memory.get());
  const int64_t now_ns = clock_.WallNs();
  const Error error =
      places == nullptr ? walk.All(now_ns, sight) : walk.Some(now_ns, *places, sight);
  // Set back meanwhile: what was stamped since is younger than this.
  sight->started_ns = std::min(sight->started_ns, clock_.WallNs());
  return error.ok() ? absl::OkStatus() : SystemError("modules", "cannot be looked at", error);
}

absl::Status ModuleDirectory::State::AsItIs(RefreshReport* report) {
  if (snapshot_ != nullptr && database_.IsAsKnown()) {
    Tell(report);
    return absl::OkStatus();
  }
  database_.Know();
  snapshot_ = database_.LoadSnapshot(false);
  SetCatalog(Catalog());
  has_catalog_ = in_memory_only_ = false;
  return snapshot_ != nullptr ? absl::OkStatus() : Full(true, report);
}

absl::Status ModuleDirectory::State::Folders(RefreshReport* report) {
  if (snapshot_ == nullptr || !database_.IsAsKnown()) {
    if (absl::Status status = AsItIs(report); !status.ok()) return status;
    if (!has_catalog_) {
      SetCatalog(all_catalog_ ? database_.LoadState() : database_.LoadStateHead());
    }
  }
  const bool known =
      catalog_.snapshot == snapshot_->snapshot().checksum() && IsOfThisPath(catalog_);
  if (!known || seed_.IsDue(&root_, &clock_, walk_options_.path, catalog_.started_ns)) {
    return Full(false, report);
  }
  Tell(report);
  return absl::OkStatus();
}

absl::Status ModuleDirectory::State::Full(bool wait, RefreshReport* report) {
  Load();
  auto memory = std::make_shared<CatalogMemory>();
  Sight sight;
  if (absl::Status status = Walk(nullptr, memory, &sight); !status.ok()) return status;
  if (!IsDue(sight)) {
    Tell(report);
    return absl::OkStatus();
  }
  const int64_t deadline = wait ? SystemClock()->MonotonicNs() + lock_wait_ns_ : 0;
  const absl::Status locked = Lock(deadline);
  if (!wait && locked.code() == absl::StatusCode::kAborted && snapshot_ != nullptr) {
    Tell(report);
    return absl::OkStatus();
  }
  if (locked.ok() && !database_.IsAsKnown()) {
    Load();
    memory = std::make_shared<CatalogMemory>();
    if (absl::Status status = Walk(nullptr, memory, &sight); !status.ok()) {
      database_.Unlock();
      return status;
    }
  }
  absl::Status status;
  if (IsDue(sight)) status = Renew(sight, std::move(memory), locked, true, report);
  StoreState().IgnoreError();  // none is due
  database_.Unlock();
  Tell(report);
  return status;
}

absl::Status ModuleDirectory::State::Some(const std::vector<std::string>& places,
                                          RefreshReport* report) {
  if (!has_catalog_ || snapshot_ == nullptr || !IsOfThisPath(catalog_)) return Full(true, report);
  const absl::Status locked = Lock(SystemClock()->MonotonicNs() + lock_wait_ns_);
  if (!database_.IsAsKnown()) {
    database_.Unlock();
    return Full(true, report);
  }
  auto memory = std::make_shared<CatalogMemory>();
  Sight sight;
  absl::Status status = Walk(&places, memory, &sight);
  if (status.ok() && IsDue(sight)) status = Renew(sight, std::move(memory), locked, false, report);
  if (!state_is_due_) database_.Unlock();
  Tell(report);
  return status;
}

absl::Status ModuleDirectory::State::Renew(const Sight& sight,
                                           std::shared_ptr<CatalogMemory> memory,
                                           absl::Status locked, bool with_state,
                                           RefreshReport* report) {
  const MdsSnapshot* old = snapshot_ == nullptr ? nullptr : &snapshot_->snapshot();
  const MdsSnapshot* kept = damaged_ == nullptr ? old : &damaged_->snapshot();
  const ScanInput input{&root_, &walk_options_, &sight, &catalog_, kept};
  ScanOutput output;
  if (absl::Status status = Scan(input, std::move(memory), &output); !status.ok()) return status;
  report->modules_read = output.read.size() - output.refused;
  const std::shared_ptr<const SharedSnapshot> before = snapshot_;
  const bool same = old != nullptr && old->bytes() == output.bytes;
  if (!same) {
    std::shared_ptr<const SharedSnapshot> next = SnapshotInMemory(std::move(output.bytes));
    if (next == nullptr) return Failure("the snapshot that was built is none");
    snapshot_ = std::move(next);
  }
  output.catalog.generation = catalog_.generation + !same;
  output.catalog.snapshot = snapshot_->snapshot().checksum();
  const bool due = !same || in_memory_only_;
  const bool tried = locked.ok();
  if (tried) locked = Store(due, with_state, output.catalog, report);
  in_memory_only_ = due && !report->published;
  state_failed_ = tried && with_state && !locked.ok();
  state_is_due_ = locked.ok() && !with_state;
  damaged_ = nullptr;
  if (!same) {
    for (const SeenDuplicate& duplicate : output.catalog.duplicates) {
      output.read.push_back(duplicate.module);
    }
    std::sort(output.read.begin(), output.read.end());
    report->changes = FindChanges(old, snapshot_->snapshot(), output.read);
  }
  SetCatalog(std::move(output.catalog));
  ++memories_;
  if (store_ && (due || tried)) report->not_published = std::move(locked);
  return absl::OkStatus();
}

// The snapshot counts first, because of a state that belongs to another one nothing is believed.
// But it does not come without the state, or its generation would be another one's.
absl::Status ModuleDirectory::State::Store(bool snapshot, bool state, const Catalog& catalog,
                                           RefreshReport* report) {
  absl::Status status;
  if (state) status = database_.StageState(FormatCatalog(catalog));
  if (snapshot && status.ok()) {
    status = database_.WriteSnapshot(snapshot_->snapshot().bytes());
    report->published = status.ok();
  }
  if (state && status.ok()) status = database_.CommitState();
  if (state) database_.Know();
  return status;
}

absl::Status ModuleDirectory::State::StoreState() {
  absl::Status status;
  const bool anew = memories_ >= kManyMemories;
  std::string state;
  if (state_is_due_ || anew) state = FormatCatalog(catalog_);
  if (state_is_due_) {
    status = database_.WriteState(state);
    database_.Know();
    database_.Unlock();
    state_is_due_ = false;
    state_failed_ = !status.ok();
  }
  if (!anew) return status;
  memories_ = 0;
  catalog_ = ParseCatalog(std::move(state)).value_or(Catalog());
  return status;
}

void ModuleDirectory::State::SetCatalog(Catalog catalog) {
  catalog_ = std::move(catalog);
  messages_.clear();
  notes_.clear();
  for (const SeenFolder& folder : catalog_.folders) {
    messages_.insert(messages_.end(), folder.messages.begin(), folder.messages.end());
  }
  for (const SeenModule& module : catalog_.modules) {
    messages_.insert(messages_.end(), module.messages.begin(), module.messages.end());
    notes_.insert(notes_.end(), module.notes.begin(), module.notes.end());
  }
  for (const SeenDuplicate& duplicate : catalog_.duplicates) {
    notes_.push_back(std::string(duplicate.module) + ": " + std::string(duplicate.relation) +
                     ": left out, because " + std::string(duplicate.winner) +
                     " has a record with the same unique attributes");
  }
}

void ModuleDirectory::State::Tell(RefreshReport* report) {
  report->lost = std::exchange(lost_, "");
  report->messages = messages_;
  report->notes = notes_;
}

ModuleDirectory::ModuleDirectory(Root* root, Clock* clock, Options options)
    : state_(std::make_unique<State>(root, clock, std::move(options))) {}
ModuleDirectory::~ModuleDirectory() = default;

absl::Status ModuleDirectory::Refresh(Freshness freshness, RefreshReport* report) {
  *report = RefreshReport();
  state_->StoreState().IgnoreError();  // this refresh tries again
  switch (freshness) {
    case Freshness::kAsItIs:
      return state_->AsItIs(report);
    case Freshness::kFolders:
      return state_->Folders(report);
    case Freshness::kFull:
      break;
  }
  return state_->Full(true, report);
}

absl::Status ModuleDirectory::RefreshSome(const std::vector<std::string>& places,
                                          RefreshReport* report) {
  *report = RefreshReport();
  state_->StoreState().IgnoreError();  // this refresh tries again
  return state_->Some(places, report);
}

absl::Status ModuleDirectory::StoreState() { return state_->StoreState(); }

std::shared_ptr<const SharedSnapshot> ModuleDirectory::snapshot() const {
  return state_->snapshot();
}

const Catalog& ModuleDirectory::catalog() const { return state_->catalog(); }

}  // namespace keelson
