// Events -> places -> RefreshSome -> what is to be watched from now on.
#include "applets/mdsscan/module_watch.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "applets/mdsscan/changes.h"
#include "applets/mdsscan/module_files.h"
#include "applets/mdsscan/module_walk.h"

namespace keelson {
namespace {

// A rename or a removal is complete. A file that was closed may be one of several; one that is
// still written comes again.
constexpr int64_t kClosedDelayNs = 2 * kMillisecond;
constexpr int64_t kWrittenDelayNs = 50 * kMillisecond;
// A bundle without files is believed when it has aged (module_files.h).
constexpr int64_t kEmptyDelayNs = 2 * kSecond + 200 * kMillisecond;
// More than these at once are looked at with all the others.
constexpr size_t kMaxGathered = 1000;
constexpr int kMaxRounds = 8;

int64_t DelayOf(WatchKind kind) {
  switch (kind) {
    case WatchKind::kCreated:
    case WatchKind::kClosed:
      return kClosedDelayNs;
    case WatchKind::kWritten:
      return kWrittenDelayNs;
    default:
      return 0;
  }
}

bool MayBeModule(std::string_view name) {
  return IsModuleEntry(name, FileType::kRegular) || IsModuleEntry(name, FileType::kDirectory) ||
         name.ends_with(".mdsinfo");
}

bool IsOfFolder(std::string_view place) { return place.ends_with('/'); }

}  // namespace

ModuleWatch::ModuleWatch(Loop* loop, Clock* clock, Root* root, ModuleDirectory* directory,
                         Options options, Tell tell)
    : loop_(loop),
      clock_(clock),
      root_(root),
      directory_(directory),
      options_(std::move(options)),
      tell_(std::move(tell)) {}

ModuleWatch::~ModuleWatch() {
  loop_->CancelTimer(look_);
  loop_->CancelTimer(poll_);
  for (const auto& [timer, place] : empty_) loop_->CancelTimer(timer);
}

std::string ModuleWatch::FolderPlace(uint32_t place, std::string_view name) const {
  std::string text = PlaceText(place, options_.path.size());
  if (!name.empty()) text.append(name).append("/");
  return text;
}

void ModuleWatch::Start() {
  all_ = true;
  Look();
}

void ModuleWatch::LookAtAll() {
  all_ = true;
  Gather("", 0);
}

void ModuleWatch::OnEvent(const WatchEvent& event) {
  const auto found = watched_.find(event.watch);
  if (found == watched_.end()) return;
  const Watched watched = found->second;
  if (event.kind == WatchKind::kRescan) return LookAtAll();
  const bool is_lost = event.kind == WatchKind::kLost;
  if (is_lost) {
    std::erase(watches_of_[watched.place], event.watch);
    watched_.erase(found);
  } else if (event.name.starts_with('.') && watched.only.empty()) {
    return;
  } else if (!watched.only.empty() && event.name != watched.only) {
    return;
  }
  if (!IsOfFolder(watched.place)) return Gather(watched.place, is_lost ? 0 : DelayOf(event.kind));
  // Another folder may be there now, with other modules of the same names.
  if (is_lost || !watched.only.empty()) return LookAtAll();
  const bool names_module = !options_.recursive || MayBeModule(event.name);
  Gather(watched.place + (names_module ? event.name : ""), DelayOf(event.kind));
}

// The soonest delay of all that is gathered counts.
void ModuleWatch::Gather(std::string place, int64_t delay_ns) {
  if (!place.empty()) gathered_.insert(std::move(place));
  if (gathered_.size() > kMaxGathered) all_ = true;
  if (all_) gathered_.clear();
  const int64_t due_ns = clock_->MonotonicNs() + delay_ns;
  if (look_ != 0 && due_ns_ <= due_ns) return;
  loop_->CancelTimer(look_);
  due_ns_ = due_ns;
  look_ = loop_->StartTimer(due_ns, [this] {
    look_ = 0;
    Look();
  });
}

void ModuleWatch::Look() {
  for (int round = 0; round < kMaxRounds; ++round) {
    const bool all = std::exchange(all_, false);
    const std::set<std::string> places = std::exchange(gathered_, {});
    // Another directory may have come under a path that is watched.
    std::set<std::string> fresh;
    WatchAgain(all, places, &fresh);
    RefreshReport report;
    const absl::Status status =
        all ? directory_->Refresh(Freshness::kFull, &report)
            : directory_->RefreshSome({places.begin(), places.end()}, &report);
    cannot_store_ = !report.not_published.ok() && !absl::IsPermissionDenied(report.not_published);
    Report(status, std::move(report));
    if (absl::Status stored = directory_->StoreState(); !stored.ok()) {
      cannot_store_ = true;
      report = RefreshReport();
      report.not_published = std::move(stored);
      tell_(absl::OkStatus(), report);
    }
    if (!status.ok()) {
      cannot_watch_ = true;
      break;
    }
    fresh.clear();
    WatchAgain(all, places, &fresh);
    if (!all) LookAgainAtEmpty(places);
    if (fresh.empty()) break;
    gathered_ = std::move(fresh);
    all_ = gathered_.size() > kMaxGathered;
  }
  if (all_ || !gathered_.empty()) Gather("", kWrittenDelayNs);
  PollLater();
}

void ModuleWatch::WatchAgain(bool all, const std::set<std::string>& places,
                             std::set<std::string>* fresh) {
  if (!all) {
    for (const std::string& place : places) WatchPlace(place, fresh);
    return;
  }
  cannot_watch_ = false;
  for (uint32_t i = 0; i < options_.path.size(); ++i) WatchFolder(i, "", fresh);
  for (const SeenFolder& folder : directory_->catalog().folders) {
    if (!folder.name.empty()) WatchFolder(folder.place, std::string(folder.name), fresh);
  }
  for (const SeenModule& module : directory_->catalog().modules) WatchModule(module, fresh);
}

void ModuleWatch::Report(absl::Status status, RefreshReport report) {
  const std::shared_ptr<const SharedSnapshot> now = directory_->snapshot();
  if (status.ok() && now != told_) {
    // Somebody else has published, too: what this look has found is not all.
    const bool others = directory_->generation() != told_generation_ + 1 ||
                        report.changes.empty() || !report.lost.empty();
    if (told_ != nullptr && others) RecountChanges(&report);
    told_ = now;
    told_generation_ = directory_->generation();
  }
  if (status.ok()) {
    std::set<std::string> messages(report.messages.begin(), report.messages.end());
    std::erase_if(report.messages,
                  [this](const std::string& message) { return told_messages_.contains(message); });
    told_messages_ = std::move(messages);
  }
  tell_(status, report);
}

void ModuleWatch::RecountChanges(RefreshReport* report) const {
  std::vector<std::string_view> all;
  for (const SeenModule& module : directory_->catalog().modules) all.push_back(module.name);
  report->changes = FindChanges(&told_->snapshot(), directory_->snapshot()->snapshot(), all);
}

// What was named may be a module, a folder's entries, or an entry that is neither.
void ModuleWatch::WatchPlace(const std::string& place, std::set<std::string>* fresh) {
  const Catalog& catalog = directory_->catalog();
  if (IsOfFolder(place)) {
    for (const SeenFolder& folder : catalog.folders) {
      const std::string name = FolderPlace(folder.place, folder.name);
      if (name.starts_with(place)) WatchFolder(folder.place, std::string(folder.name), fresh);
    }
    for (const SeenModule& module : catalog.modules) {
      if (module.name.starts_with(place)) WatchModule(module, fresh);
    }
    return;
  }
  const auto found = std::lower_bound(
      catalog.modules.begin(), catalog.modules.end(), place,
      [](const SeenModule& module, const std::string& name) { return module.name < name; });
  if (found != catalog.modules.end() && found->name == place) {
    WatchModule(*found, fresh);
  } else if (const auto gone = watches_of_.find(place); gone != watches_of_.end()) {
    Drop(place, gone->second.size());
  }
}

void ModuleWatch::WatchFolder(uint32_t place, const std::string& name,
                              std::set<std::string>* fresh) {
  if (place >= options_.path.size()) return;
  const std::string key = FolderPlace(place, name);
  const std::set<std::string> known = PathsOf(key);
  const size_t before = watches_of_[key].size();
  std::string path = options_.path[place] + (name.empty() ? "" : "/" + name);
  PathWay way;
  bool is_new = name.empty() && WatchWay(key, path, &way);
  if (name.empty() && way.is_there) path = way.end;
  if (Add({key, options_.root + path, ""})) is_new |= !known.contains(options_.root + path);
  if (is_new) fresh->insert(key);
  Drop(key, before);
}

// True: it leads through a folder that was not watched before.
bool ModuleWatch::WatchWay(const std::string& place, const std::string& path, PathWay* way) {
  const std::set<std::string> known = PathsOf(place);
  *way = WayOf(*root_, path);
  bool is_new = false;
  for (const PathStep& step : way->steps) {
    const std::string folder =
        step.folder == "/" && !options_.root.empty() ? options_.root : options_.root + step.folder;
    if (Add({place, folder, step.entry})) is_new |= !known.contains(folder);
  }
  return is_new;
}

void ModuleWatch::WatchModule(const SeenModule& module, std::set<std::string>* fresh) {
  const ModulePlace at = PlaceOfModule(module.name);
  if (at.place >= options_.path.size() || module.name.ends_with("/.")) return;
  const std::string key(module.name);
  std::string base = options_.path[at.place] + "/" + key.substr(key.find('/') + 1);
  const std::set<std::string> known = PathsOf(key);
  const auto found = watches_of_.find(key);
  const size_t before = found == watches_of_.end() ? 0 : found->second.size();
  bool is_new = false;
  for (const SeenFile& file : module.files) {
    if (file.is_link) {
      PathWay way;
      is_new |= WatchWay(key, base, &way);
      if (way.is_there) base = way.end;
    } else if (file.is_directory) {
      const std::string path =
          options_.root + base + (file.name.empty() ? "" : "/" + std::string(file.name));
      if (Add({key, path, ""})) is_new |= !known.contains(path);
    }
  }
  if (is_new) fresh->insert(key);
  Drop(key, before);
}

std::set<std::string> ModuleWatch::PathsOf(const std::string& place) const {
  std::set<std::string> paths;
  const auto found = watches_of_.find(place);
  if (found == watches_of_.end()) return paths;
  for (int id : found->second) paths.insert(watched_.at(id).path);
  return paths;
}

bool ModuleWatch::Add(Watched watched) {
  int id = 0;
  const Error error = watch_->Add(watched.path, &id);
  if (!error.ok()) {
    // That it is gone is told by the directory it was in.
    if (!error.not_found() && error.code() != ENOTDIR) cannot_watch_ = true;
    return false;
  }
  watches_of_[watched.place].push_back(id);
  watched_.emplace(id, std::move(watched));
  return true;
}

// The oldest ones of a place; after those that follow them were added, so that there is no gap.
void ModuleWatch::Drop(const std::string& place, size_t count) {
  const auto found = watches_of_.find(place);
  if (found == watches_of_.end()) return;
  std::vector<int>& ids = found->second;
  for (size_t i = 0; i < count; ++i) {
    watch_->Remove(ids[i]);
    watched_.erase(ids[i]);
  }
  ids.erase(ids.begin(), ids.begin() + static_cast<ptrdiff_t>(count));
  if (ids.empty()) watches_of_.erase(found);
}

void ModuleWatch::LookAgainAtEmpty(const std::set<std::string>& places) {
  for (const SeenModule& module : directory_->catalog().modules) {
    if (module.fault != ModuleFault::kEmpty) continue;
    const std::string name(module.name);
    const bool is_new = std::none_of(empty_.begin(), empty_.end(),
                                     [&](const auto& waiting) { return waiting.second == name; });
    if (!is_new || !places.contains(name)) continue;
    auto timer = std::make_shared<Loop::TimerId>(0);
    *timer = loop_->StartTimer(clock_->MonotonicNs() + kEmptyDelayNs, [this, timer, name] {
      empty_.erase(*timer);
      Gather(name, 0);
    });
    empty_.emplace(*timer, name);
  }
}

void ModuleWatch::PollLater() {
  loop_->CancelTimer(std::exchange(poll_, 0));
  if (!cannot_watch_ && !cannot_store_) return;
  poll_ = loop_->StartTimer(clock_->MonotonicNs() + kPollNs, [this] {
    poll_ = 0;
    LookAtAll();
  });
}

}  // namespace keelson
