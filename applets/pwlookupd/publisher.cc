// event -> publication -> actions on the snapshots of a shelf, then the two timers: of the next
// slice to build, and of the next tick.

#include "applets/pwlookupd/publisher.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

namespace keelson {
namespace {

constexpr int64_t kRetryNs = 5 * kSecond;

}  // namespace

Publisher::Publisher(const Options& options, Loop* loop, Clock* clock, Log log, AtRest* rest,
                     LookupMachine* machine)
    : options_(options), loop_(loop), clock_(clock), log_(log), rest_(rest), machine_(machine) {
  for (size_t i = 0; i < kMappedDatabases; ++i) {
    shelves_.push_back(std::make_unique<Shelf>());
    shelves_.back()->database = static_cast<Database>(i);
  }
}

Publisher::~Publisher() {
  loop_->CancelTimer(build_timer_);
  loop_->CancelTimer(tick_timer_);
}

Publisher::Shelf* Publisher::ShelfOf(Database database) {
  for (const auto& shelf : shelves_) {
    if (shelf->database == database) return shelf.get();
  }
  return nullptr;
}

void Publisher::Changed(std::optional<Database> database) {
  rest_->Busy();
  for (const auto& shelf : shelves_) {
    // It may be built of what goes away now, whatever its database is.
    shelf->builder.reset();
    if (database && shelf->database != *database) continue;
    shelf->to_build = false;
    shelf->publication.Changed(&actions_);
    Take(shelf.get());
  }
  Arm();
}

void Publisher::BuildAll() {
  while (BuildSlice()) {
  }
  Arm();
}

bool Publisher::HandOut(Database database, int* fd, uint64_t* bytes) {
  Shelf* shelf = ShelfOf(database);
  if (shelf == nullptr) return false;
  if (shelf->publication.current() == 0) {
    Snapshot stand_in;
    if (unsupported_ || !MakeEmptySnapshot(&stand_in).ok()) return false;
    Keep(shelf, std::move(stand_in));
  }
  shelf->publication.HandedOut(clock_->MonotonicNs(), &actions_);
  Take(shelf);
  Arm();
  const Snapshot& current = shelf->held.back().snapshot;
  *fd = current.memory->reader();
  *bytes = current.bytes;
  return true;
}

void Publisher::Leave(std::function<void()> done) {
  left_ = std::move(done);
  for (const auto& shelf : shelves_) {
    shelf->builder.reset();
    shelf->to_build = false;
    shelf->publication.Leave(&actions_);
    Take(shelf.get());
  }
  Tick();
}

void Publisher::Stop() {
  for (const auto& shelf : shelves_) {
    shelf->builder.reset();
    shelf->to_build = false;
    shelf->publication.Stop(&actions_);
    Take(shelf.get());
  }
  Arm();
}

// Does what the publication has said.
void Publisher::Take(Shelf* shelf) {
  for (const Publication::Action& action : actions_) Take(shelf, action);
  actions_.clear();
  TellMachine(*shelf);
}

void Publisher::Take(Shelf* shelf, const Publication::Action& action) {
  if (action.kind == Publication::Action::kBuild) {
    shelf->to_build = !unsupported_;
    return;
  }
  const auto held = std::find_if(shelf->held.begin(), shelf->held.end(),
                                 [&](const auto& one) { return one.id == action.snapshot; });
  NscdMapHead* const head = held->snapshot.head();
  switch (action.kind) {
    case Publication::Action::kMarkStale:
      return MarkNscdMapStale(head);
    case Publication::Action::kPoison:
      return PoisonNscdMap(head);
    case Publication::Action::kRefresh:
      return RefreshNscdMap(
          head, clock_->WallNs() / kSecond - kNscdMapSeconds + options_.lease_ns / kSecond);
    case Publication::Action::kDrop:
      shelf->held.erase(held);
      return;
    case Publication::Action::kBuild:
      return;
  }
}

void Publisher::Keep(Shelf* shelf, Snapshot snapshot) {
  const uint64_t bytes = snapshot.bytes;
  shelf->held.push_back({++shelf->last_id, std::move(snapshot)});
  shelf->publication.Built(shelf->last_id, bytes, &actions_);
  Take(shelf);
}

// One slice of the first that is to be built. False: there is none.
bool Publisher::BuildSlice() {
  rest_->Busy();
  for (const auto& shelf : shelves_) {
    if (!shelf->to_build) continue;
    if (!shelf->builder) {
      const uint64_t limit = SnapshotLimit(shelf->database, options_.byte_limit);
      shelf->builder = NewSnapshotBuilder(*machine_, shelf->database, limit);
    }
    Snapshot snapshot;
    if (Error error = shelf->builder->Step(&snapshot); !error.ok()) {
      shelf->builder.reset();
      GiveUp(error);
      return false;
    }
    if (!snapshot.memory) return true;
    shelf->builder.reset();
    shelf->to_build = false;
    build_not_before_ns_ = 0;
    Keep(shelf.get(), std::move(snapshot));
    return true;
  }
  return false;
}

// Meanwhile clients have a stale one, or an empty one, or none, and ask.
void Publisher::GiveUp(Error error) {
  if (error.code() != ENOSYS && error.code() != EINVAL && !error.not_found()) {
    if (build_not_before_ns_ == 0) log_.Warning("nothing can be mapped: " + error.Text());
    build_not_before_ns_ = clock_->MonotonicNs() + kRetryNs;
    return;
  }
  unsupported_ = true;
  log_.Notice("this system has no memory to be mapped: " + error.Text() + "; clients ask");
  for (const auto& shelf : shelves_) shelf->to_build = false;
}

void Publisher::Tick() {
  bool done = true;
  for (const auto& shelf : shelves_) {
    shelf->publication.Tick(clock_->MonotonicNs(), &actions_);
    Take(shelf.get());
    done = done && shelf->publication.done();
  }
  Arm();
  if (done && left_) std::exchange(left_, nullptr)();
}

// After every event: the timers for what is due next.
void Publisher::Arm() {
  bool to_build = false;
  int64_t next_ns = INT64_MAX;
  for (const auto& shelf : shelves_) {
    to_build = to_build || shelf->to_build;
    next_ns = std::min(next_ns, shelf->publication.next_tick_ns());
  }
  if (to_build && build_timer_ == 0) {
    build_timer_ = loop_->StartTimer(build_not_before_ns_, [this] {
      build_timer_ = 0;
      BuildSlice();
      Arm();
    });
  }
  if (next_ns == tick_ns_) return;
  loop_->CancelTimer(tick_timer_);
  tick_timer_ = 0;
  tick_ns_ = next_ns;
  if (next_ns == INT64_MAX) return;
  tick_timer_ = loop_->StartTimer(next_ns, [this] {
    tick_timer_ = 0;
    tick_ns_ = INT64_MAX;
    Tick();
  });
}

void Publisher::TellMachine(const Shelf& shelf) {
  if (!shelf.publication.fresh()) return machine_->SetMapped(shelf.database, 0, true);
  const Snapshot& current = shelf.held.back().snapshot;
  machine_->SetMapped(shelf.database, current.bytes, current.whole);
}

}  // namespace keelson
