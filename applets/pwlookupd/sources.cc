// watch event -> Freshness -> stat, read, stat again -> table -> machine.

#include "applets/pwlookupd/sources.h"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <utility>

#include "core/flat_file.h"
#include "core/nsswitch.h"

namespace keelson {
namespace {

constexpr char kNsswitchConf[] = "/etc/nsswitch.conf";
constexpr char kNetgroupFile[] = "/etc/netgroup";
constexpr char kHostConf[] = "/etc/host.conf";
constexpr int kMaxLinks = 40;
constexpr int64_t kRearmNs = kSecond;

std::string Join(const std::string& directory, std::string_view name) {
  return (directory == "/" ? "/" : directory + "/") + std::string(name);
}

// "a/b" in front of the others.
void PutInFront(std::string_view path, std::deque<std::string>* components) {
  std::vector<std::string> front;
  for (size_t at = 0; at <= path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    if (end > at) front.emplace_back(path.substr(at, end - at));
    at = end + 1;
  }
  components->insert(components->begin(), front.begin(), front.end());
}

FileEvent FileEventOf(WatchKind kind) {
  switch (kind) {
    case WatchKind::kWritten:
      return FileEvent::kWritten;
    case WatchKind::kCreated:
    case WatchKind::kClosed:
      return FileEvent::kClosed;
    case WatchKind::kAttributes:
      return FileEvent::kAskedFor;
    default:
      return FileEvent::kReplaced;
  }
}

}  // namespace

Sources::Sources(const Options& options, Loop* loop, Clock* clock, Log log, LookupMachine* machine,
                 Model* model)
    : options_(options), loop_(loop), clock_(clock), log_(log), machine_(machine), model_(model) {
  auto add = [this](std::string path, std::optional<Database> database) {
    sources_.push_back(std::make_unique<Source>());
    sources_.back()->path = std::move(path);
    sources_.back()->database = database;
  };
  for (Database database : options_.databases) {
    add("/etc/" + std::string(DatabaseName(database)), database);
  }
  add(kNsswitchConf, std::nullopt);
  add(kNetgroupFile, std::nullopt);
  add(kHostConf, std::nullopt);
}

Error Sources::Start() {
  if (Error error = OpenRoot(options_.root, &root_); !error.ok()) return error;
  model_->SetRoot(root_.get());
  // Directories are watched by their paths, also after the daemon has left the caller's directory.
  if (Error error = AbsolutePath(options_.root, &options_.root); !error.ok()) return error;
  auto callback = [this](const WatchEvent& event) { OnWatch(event); };
  if (Error error = NewWatch(loop_, callback, &watch_); !error.ok()) return error;
  Arm();
  return kOk;
}

std::string Sources::BelowRoot(std::string_view path) const {
  if (options_.root == "/") return std::string(path);
  return path == "/" ? options_.root : options_.root + std::string(path);
}

// Watches everything anew and looks at every file, but for those that are being written: whatever
// happened before is covered by that.
void Sources::Arm() {
  for (const auto& [directory, watch] : watched_) watch_->Remove(watch);
  watched_.clear();
  hooks_.clear();
  Error failed = kOk;
  for (const auto& source : sources_) {
    if (Error error = HangWay(source.get()); !error.ok()) failed = error;
  }
  if (!failed.ok() && rearm_timer_ == 0) {
    log_.Warning("cannot watch all files: " + failed.Text());
    rearm_timer_ = loop_->StartTimer(clock_->MonotonicNs() + kRearmNs, [this] {
      rearm_timer_ = 0;
      Arm();
    });
  }
  looks_at_all_ = true;
  for (const auto& source : sources_) Feed(source.get(), FileEvent::kAskedFor);
  looks_at_all_ = false;
  ReviewAuthority();
}

// Every name on the way to the file, links included, in the directory that really holds it. What is
// missing on the way will be heard of in the last directory that is there.
Error Sources::HangWay(Source* source) {
  std::deque<std::string> ahead;
  PutInFront(source->path, &ahead);
  std::string directory = "/";
  for (int links = 0; !ahead.empty() && links <= kMaxLinks;) {
    const std::string name = ahead.front();
    ahead.pop_front();
    if (name == ".") continue;
    if (name == "..") {
      directory.resize(std::max<size_t>(directory.rfind('/'), 1));
      continue;
    }
    const std::string path = Join(directory, name);
    std::string target;
    bool exists = false;
    const bool is_link = ReadLink(path, &target, &exists);
    const bool is_file = !is_link && ahead.empty();
    if (Error error = Hang(directory, {name, source, is_file}); !error.ok()) return error;
    if (!exists) break;
    if (!is_link) {
      directory = path;
      continue;
    }
    ++links;
    PutInFront(target, &ahead);
    if (target.starts_with('/')) directory = "/";
  }
  return kOk;
}

bool Sources::ReadLink(const std::string& path, std::string* target, bool* exists) {
  std::unique_ptr<Directory> parent;
  std::string name;
  FileInfo info;
  *exists = root_->Locate(path, /*follow_last=*/false, &parent, &name).ok() &&
            parent->Stat(name, &info).ok();
  return *exists && info.type == FileType::kSymlink && parent->ReadLink(name, target).ok();
}

Error Sources::Hang(const std::string& directory, const Hook& hook) {
  auto watched = watched_.find(directory);
  if (watched == watched_.end()) {
    int watch;
    if (Error error = watch_->Add(BelowRoot(directory), &watch); !error.ok()) return error;
    watched = watched_.emplace(directory, watch).first;
  }
  hooks_[watched->second].push_back(hook);
  return kOk;
}

std::vector<std::string> Sources::Directories(const std::string& copies) const {
  if (options_.root != "/") return {options_.root};
  FileInfo info;
  const bool is_there = root_->Stat(copies, &info).ok();
  std::vector<std::string> directories = {
      "/etc", is_there ? copies : copies.substr(0, std::max<size_t>(copies.rfind('/'), 1))};
  for (const auto& [directory, watch] : watched_) {
    const Hooks& hooks = hooks_.at(watch);
    if (std::any_of(hooks.begin(), hooks.end(), [](const Hook& hook) { return hook.is_file; })) {
      directories.push_back(directory);
    }
  }
  return directories;
}

void Sources::OnWatch(const WatchEvent& event) {
  const auto found = hooks_.find(event.watch);
  if (found == hooks_.end()) return;
  if (event.kind == WatchKind::kRescan) return Arm();
  const Hooks hooks = found->second;  // Arm changes the original
  const bool lost = event.kind == WatchKind::kLost;
  if (lost) Arm();
  // Of the directory itself: its files may be readable no more, or again.
  const bool of_itself = event.kind == WatchKind::kAttributes && event.name.empty();
  for (const Hook& hook : hooks) {
    if (of_itself) Feed(hook.source, FileEvent::kAskedFor);
    if (!lost && hook.name != event.name) continue;
    const bool way_changed = !lost && ChangesWay(hook, event.kind);
    if (way_changed) Arm();
    if (lost || way_changed) {
      Feed(hook.source, FileEvent::kReplaced);
    } else if (hook.is_file) {
      Feed(hook.source, FileEventOf(event.kind));
    }
  }
}

// Whether the file has to be found anew, by another way than before.
bool Sources::ChangesWay(const Hook& hook, WatchKind kind) {
  const bool other_file = kind == WatchKind::kArrived || kind == WatchKind::kCreated;
  if (!hook.is_file) return other_file || kind == WatchKind::kGone;
  std::string target;
  bool exists;
  return other_file && ReadLink(hook.source->path, &target, &exists);
}

void Sources::CheckAgain(std::optional<Database> database) {
  for (const auto& source : sources_) {
    if (!database || source->database == database) Feed(source.get(), FileEvent::kAskedFor);
  }
}

void Sources::Feed(Source* source, FileEvent event) {
  switch (source->freshness.Handle(event)) {
    case FileAction::kNothing:
      break;
    case FileAction::kStartTimer:
      StartTimer(source);
      break;
    case FileAction::kLoad:
      settled_ = event == FileEvent::kQuiet;
      Load(source);
      break;
  }
}

void Sources::StartTimer(Source* source) {
  const bool settling = source->freshness.state() == FileState::kSettling;
  const int64_t wait_ns = settling ? kSettleNs : kPatienceNs;
  loop_->CancelTimer(source->timer);
  source->timer = loop_->StartTimer(clock_->MonotonicNs() + wait_ns, [this, source] {
    source->timer = 0;
    Feed(source, FileEvent::kQuiet);
  });
}

void Sources::Load(Source* source) {
  FileInfo before;
  if (Error error = root_->Stat(source->path, &before); !error.ok()) return Withdraw(source, error);
  // A write in place may leave the same time stamps behind, a rename cannot.
  if (!settled_ && source->present && before.SameVersion(source->version)) return;
  options_.before_change(source->database);
  if (source->database && model_->TakeDbm(*source->database, before)) {
    source->version = before;
    source->present = true;
    source->failed_with = 0;
    return Installed(source);
  }
  FileBytes bytes;
  FileInfo after;
  if (Error error = root_->Read(source->path, kMaxFlatFile, &bytes, &before); !error.ok()) {
    return Withdraw(source, error);
  }
  const Error error = root_->Stat(source->path, &after);
  if (!error.ok() || !after.SameVersion(before)) return Feed(source, FileEvent::kClosed);
  source->version = before;
  source->present = true;
  source->failed_with = 0;
  if (Install(source, std::move(bytes))) Installed(source);
}

// False: the old answers stay.
bool Sources::Install(Source* source, FileBytes bytes) {
  if (!source->database) {
    TakeRules(*source, bytes.view());
    return true;
  }
  const bool may_keep = bytes.size != 0 && source->read_before;
  if (model_->Take(*source->database, source->version, std::move(bytes), may_keep)) return true;
  log_.Error(source->path + ": no line in it can be read; the old answers stay");
  return false;
}

void Sources::Installed(Source* source) {
  source->read_before = !source->database || machine_->entries(*source->database) > 0;
  log_.Info(source->path + ": read, " + std::to_string(source->version.size) + " bytes");
  ReviewAuthority();
}

void Sources::Withdraw(Source* source, Error error) {
  const bool may_be_ours = confined_ && error.code() == EACCES;
  const bool is_told = error.code() == source->failed_with;
  source->failed_with = error.code();
  if (!is_told && (source->present || !error.not_found())) {
    log_.Warning(source->path + ": " + error.Text() +
                 (may_be_ours ? " (only folders that had files at the start can be read)" : "") +
                 "; clients look for themselves");
  }
  if (source->present) options_.before_change(source->database);
  source->present = false;
  source->read_before = false;
  if (source->database) {
    model_->Withdraw(*source->database);
  } else if (may_be_ours) {
    MissRules(*source);
  } else {
    TakeRules(*source, {});
  }
  ReviewAuthority();
}

// The files that say how others are to be read.
void Sources::TakeRules(const Source& source, std::string_view bytes) {
  if (source.path == kNetgroupFile) return machine_->yp_rules().SetNetgroupFile(bytes);
  if (source.path == kHostConf) return machine_->SetHostConf(ParseHostConf(bytes));
  nsswitch_conf_ = bytes;
  machine_->yp_rules().SetNsswitch(bytes);
}

// What clients can read and we cannot may say anything: they are to look for themselves.
void Sources::MissRules(const Source& source) {
  if (source.path == kHostConf) return TakeRules(source, "reorder on\n");
  std::string nothing;
  for (const char* database : {"passwd", "group", "initgroups", "services", "hosts", "netgroup"}) {
    nothing.append(database).append(":\n");
  }
  TakeRules(source, source.path == kNsswitchConf ? nothing : "");
}

void Sources::ReviewAuthority() {
  if (looks_at_all_) return;  // once, when all have been looked at
  const auto authority_of = [this](std::string_view database, bool has_compat_lines) {
    FileInfo info;
    const bool has_db_file =
        root_->Stat("/var/lib/misc/" + std::string(database) + ".db", &info).ok();
    return AuthorityOf(nsswitch_conf_, database, has_db_file, has_compat_lines);
  };
  for (Database database : options_.databases) {
    const bool has_compat_lines = machine_->has_compat_lines(database);
    machine_->SetAuthority(database, authority_of(DatabaseName(database), has_compat_lines));
  }
  const Authority group = authority_of("group", machine_->has_compat_lines(Database::kGroup));
  const bool own_line = HasNsswitchLine(nsswitch_conf_, "initgroups");
  const Authority initgroups =
      own_line ? authority_of("initgroups", machine_->has_compat_lines(Database::kGroup)) : group;
  // What a file has of a user's groups is never all, where there are other sources.
  machine_->SetInitgroupsAuthority(initgroups == Authority::kAll ? initgroups : Authority::kNone);
}

}  // namespace keelson
