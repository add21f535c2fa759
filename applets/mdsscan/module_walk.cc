// Folders first: those that are the same have the modules that they had, the others are listed.
// Then each module that was known is looked at, file by file (module_same.cc).
#include "applets/mdsscan/module_walk.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <set>

#include "applets/mdsscan/module_files.h"
#include "applets/mdsscan/settled.h"
#include "applets/trust.h"

namespace keelson {
namespace {

constexpr int kMaxDepth = 32;
constexpr size_t kMaxFolders = 100'000;
constexpr size_t kMaxModules = 1'000'000;

bool IsThere(Directory& from, std::string_view path, FileInfo* info) {
  return (path.empty() ? from.StatSelf(info) : from.StatBelow(path, info)).ok();
}

// Of modules that are sorted by name: where it is or would be.
template <typename Modules>
auto FindIn(Modules& modules, std::string_view name) {
  return std::lower_bound(
      modules.begin(), modules.end(), name,
      [](const auto& module, std::string_view wanted) { return module.name < wanted; });
}

std::string_view ParentOf(std::string_view folder) {
  const size_t slash = folder.rfind('/');
  return slash == folder.npos ? std::string_view() : folder.substr(0, slash);
}

}  // namespace

std::string PlaceText(uint32_t place, size_t folders) {
  std::string text = std::to_string(place);
  const size_t digits = std::to_string(std::max<size_t>(folders, 1) - 1).size();
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text + "/";
}

uint32_t CutPlace(std::string_view* name) {
  uint32_t place = 0;
  const char* const end = name->data() + name->size();
  const char* const slash = std::find(name->data(), end, '/');
  std::from_chars(name->data(), slash, place);
  *name = slash == end ? std::string_view() : std::string_view(slash + 1, end);
  return place;
}

ModulePlace PlaceOfModule(std::string_view name) {
  ModulePlace place;
  place.place = CutPlace(&name);
  place.folder = ParentOf(name);
  place.entry = name.substr(place.folder.empty() ? 0 : place.folder.size() + 1);
  return place;
}

ModuleWalk::ModuleWalk(Root* root, const WalkOptions& options, const Catalog& old,
                       CatalogMemory* memory)
    : root_(*root), options_(options), old_(old), memory_(*memory) {
  for (const SeenFolder& folder : old.folders) {
    if (folder.name.empty()) continue;
    old_below_.insert({{folder.place, ParentOf(folder.name)}, &folder});
  }
}

std::string ModuleWalk::PathOf(FolderKey key) const {
  std::string path = options_.path[key.place];
  if (!key.name.empty()) path.append("/").append(key.name);
  return path;
}

const SeenFolder* ModuleWalk::FindOld(FolderKey key) const {
  const auto found = std::lower_bound(old_.folders.begin(), old_.folders.end(), key,
                                      [](const SeenFolder& a, const FolderKey& b) {
                                        return FolderKey{a.place, a.name} < b;
                                      });
  const bool is = found != old_.folders.end() && FolderKey{found->place, found->name} == key;
  return is ? &*found : nullptr;
}

// --- Folders ---

Error ModuleWalk::OpenPlaces() {
  for (const std::string& path : options_.path) {
    std::unique_ptr<Directory> place;
    bool exact = false;
    Error error = root_.OpenDirectory(path, &place);
    if (error.ok()) error = place->HasExactStamps(&exact);
    if (IsExhaustion(error)) return error;
    place_errors_.push_back(error);
    sight_->places.push_back(std::move(place));
    slop_ns_.push_back(TickNs(exact));
  }
  return kOk;
}

bool ModuleWalk::IsSameFolder(FolderKey key, const SeenFolder& old) {
  Directory* place = sight_->places[key.place].get();
  if (place == nullptr || !old.is_there) return (place != nullptr) == old.is_there;
  SeenFile as_file;
  as_file.is_directory = true;
  as_file.validator = old.validator;
  as_file.digest = old.digest;
  return IsSameFile(*place, key.name, slop_ns_[key.place], as_file);
}

Error ModuleWalk::WalkFolder(FolderKey key, int depth) {
  const SeenFolder* old = FindOld(key);
  if (!relist_.contains(key) && old != nullptr && IsSameFolder(key, *old)) {
    relisted_[key] = false;
    sight_->folders.push_back(*old);
    const auto below = old_below_.equal_range(key);
    for (auto it = below.first; it != below.second; ++it) {
      const FolderKey next{key.place, it->second->name};
      if (Error error = WalkFolder(next, depth + 1); !error.ok()) return error;
    }
    return kOk;
  }
  sight_->differs = true;
  SeenFolder folder;
  folder.place = key.place;
  folder.name = key.name;
  relisted_[key] = true;
  return ListFolder(key, depth, &folder);
}

Error ModuleWalk::ListFolder(FolderKey key, int depth, SeenFolder* folder) {
  std::vector<std::string> messages;
  std::vector<std::string_view> below;
  std::unique_ptr<Directory> directory;
  Listing listing;
  Directory* place = sight_->places[key.place].get();
  Error error = place_errors_[key.place];
  if (error.ok()) error = OpenBelow(*place, key.name, &directory);
  if (error.ok()) error = ListSettled(*directory, &listing);
  if (IsExhaustion(error)) return error;
  if (error.ok()) {
    folder->is_there = true;
    folder->validator = ValidatorOf(listing.info);
    folder->digest = listing.digest;
    if (const std::string why = WhyNotTrusted(listing.info, options_.uid); !why.empty()) {
      messages.push_back(PathOf(key) + ": refused: " + why);
    } else if (listing.entries.size() > kMaxModules) {
      messages.push_back(PathOf(key) + ": refused: more than " + std::to_string(kMaxModules) +
                         " entries");
    } else {
      TakeEntries(key, listing.entries, &below);
    }
  } else if (error.code() != ENOENT) {
    // What is known of its modules stays as long as they are there.
    messages.push_back(PathOf(key) + ": " +
                       (error.code() == EAGAIN ? "changes while it is read" : error.Text()));
    relisted_[key] = place == nullptr;
    const bool lasts = error.code() == EACCES || error.code() == EPERM;
    if (place != nullptr && lasts && IsThere(*place, key.name, &listing.info)) {
      folder->is_there = true;
      folder->validator = ValidatorOf(listing.info);
    }
  }
  if (!below.empty() && depth >= kMaxDepth) {
    messages.push_back(PathOf(key) + ": folders deeper than " + std::to_string(kMaxDepth) +
                       " are passed over");
    below.clear();
  }
  folder->messages = memory_.KeepLines(messages);
  sight_->folders.push_back(*folder);
  for (const std::string_view name : below) {
    if (sight_->folders.size() >= kMaxFolders) break;
    if (Error next = WalkFolder({key.place, name}, depth + 1); !next.ok()) return next;
  }
  return kOk;
}

void ModuleWalk::TakeEntries(FolderKey key, const std::vector<DirectoryEntry>& entries,
                             std::vector<std::string_view>* below) {
  std::string prefix = PlaceText(key.place, options_.path.size());
  if (!key.name.empty()) prefix.append(key.name).append("/");
  const bool is_bundle = std::any_of(entries.begin(), entries.end(), [](const DirectoryEntry& e) {
    return e.name.ends_with(".mdsinfo") && !e.name.starts_with('.');
  });
  if (is_bundle) entries_.push_back(memory_.Keep(prefix + std::string(kFolderItself)));
  for (const DirectoryEntry& entry : entries) {
    if (IsModuleEntry(entry.name, entry.type)) {
      if (is_bundle && entry.name.ends_with(".mds")) continue;
      entries_.push_back(memory_.Keep(prefix + entry.name));
    } else if (options_.recursive && entry.type == FileType::kDirectory &&
               !entry.name.starts_with('.')) {
      const std::string name =
          key.name.empty() ? entry.name : std::string(key.name) + "/" + entry.name;
      below->push_back(memory_.Keep(name));
    }
  }
}

// --- Modules ---

// Those of folders that are the same, and those that were listed in the others.
void ModuleWalk::Merge() {
  std::vector<FoundModule>& modules = sight_->modules;
  modules.reserve(old_.modules.size() + entries_.size());
  const bool none = std::none_of(relisted_.begin(), relisted_.end(),
                                 [](const auto& folder) { return folder.second; });
  std::sort(entries_.begin(), entries_.end());
  size_t next = 0;
  const auto take_new = [&](size_t end) {
    sight_->differs |= next < end;
    for (; next < end; ++next) modules.push_back({entries_[next], nullptr, false});
  };
  for (const SeenModule& old : old_.modules) {
    const size_t before =
        static_cast<size_t>(std::lower_bound(entries_.begin() + static_cast<ptrdiff_t>(next),
                                             entries_.end(), old.name) -
                            entries_.begin());
    take_new(before);
    if (next < entries_.size() && entries_[next] == old.name) {
      modules.push_back({old.name, &old, false});
      ++next;
      continue;
    }
    const ModulePlace place = none ? ModulePlace() : PlaceOfModule(old.name);
    const auto folder = none ? relisted_.end() : relisted_.find({place.place, place.folder});
    if (none || (folder != relisted_.end() && !folder->second)) {
      modules.push_back({old.name, &old, false});
    } else {
      sight_->differs = true;
    }
  }
  take_new(entries_.size());
}

// --- A walk ---

Error ModuleWalk::All(int64_t now_ns, Sight* sight) {
  sight_ = sight;
  sight->now_ns = sight->started_ns = now_ns;
  if (Error error = OpenPlaces(); !error.ok()) return error;
  for (uint32_t place = 0; place < options_.path.size(); ++place) {
    if (Error error = WalkFolder({place, ""}, 0); !error.ok()) return error;
  }
  Merge();
  for (FoundModule& module : sight->modules) {
    module.same = module.old != nullptr && IsSameModule(*module.old);
    sight->differs |= !module.same;
  }
  SortFolders();
  return kOk;
}

// Folders that are listed again take those below with them, which are only looked at.
Error ModuleWalk::Some(int64_t now_ns, const std::vector<std::string>& places, Sight* sight) {
  sight_ = sight;
  sight->now_ns = now_ns;
  sight->started_ns = old_.started_ns;
  if (Error error = OpenPlaces(); !error.ok()) return error;
  std::set<std::string_view> named;
  for (const std::string& place : places) {
    const std::string_view name = memory_.Keep(place);
    const ModulePlace at = PlaceOfModule(name);
    if (at.place >= options_.path.size()) continue;
    const std::string itself = std::string(name.substr(0, name.size() - at.entry.size())) + ".";
    const bool of_bundle = at.entry.ends_with(".mdsinfo") || FindOldModule(itself) != nullptr;
    if (at.entry.empty() || of_bundle) relist_.insert({at.place, at.folder});
    named.insert(of_bundle ? memory_.Keep(itself) : name);
  }
  for (const SeenFolder& folder : old_.folders) {
    const FolderKey key{folder.place, folder.name};
    if (IsBelowRelisted(key)) continue;
    relisted_[key] = false;
    sight->folders.push_back(folder);
  }
  for (const FolderKey& key : relist_) {
    const bool within = !key.name.empty() && IsBelowRelisted({key.place, ParentOf(key.name)});
    if (within) continue;
    if (Error error = WalkFolder(key, 0); !error.ok()) return error;
  }
  Merge();
  for (const std::string& name : places) AddNamed(name);
  for (FoundModule& module : sight->modules) module.same = module.old != nullptr;
  for (const std::string_view name : named) {
    const auto found = FindIn(sight->modules, name);
    if (found == sight->modules.end() || found->name != name) continue;
    found->same = false;
    sight->differs = true;
  }
  SortFolders();
  return kOk;
}

bool ModuleWalk::IsBelowRelisted(FolderKey key) const {
  for (;;) {
    if (relist_.contains(key)) return true;
    if (key.name.empty()) return false;
    key.name = ParentOf(key.name);
  }
}

const SeenModule* ModuleWalk::FindOldModule(std::string_view name) const {
  const auto found = FindIn(old_.modules, name);
  return found != old_.modules.end() && found->name == name ? &*found : nullptr;
}

// One that was not there, if its folder is one of those that are looked into.
void ModuleWalk::AddNamed(const std::string& name) {
  const ModulePlace at = PlaceOfModule(name);
  if (at.place >= sight_->places.size() || sight_->places[at.place] == nullptr) return;
  const auto folder = relisted_.find({at.place, at.folder});
  if (folder == relisted_.end() || folder->second) return;
  const SeenFolder* seen = FindOld({at.place, at.folder});
  FileInfo info;
  if (seen == nullptr || !seen->messages.empty() || FindOldModule(name) != nullptr ||
      FindOldModule(name.substr(0, name.size() - at.entry.size()) + ".") != nullptr ||
      !sight_->places[at.place]->StatBelow(name.substr(name.find('/') + 1), &info).ok() ||
      !IsModuleEntry(at.entry, info.type)) {
    return;
  }
  std::vector<FoundModule>& modules = sight_->modules;
  const auto place = FindIn(modules, name);
  if (place != modules.end() && place->name == name) return;
  modules.insert(place, {memory_.Keep(name), nullptr, false});
  sight_->differs = true;
}

void ModuleWalk::SortFolders() {
  std::sort(sight_->folders.begin(), sight_->folders.end(),
            [](const SeenFolder& a, const SeenFolder& b) {
              return FolderKey{a.place, a.name} < FolderKey{b.place, b.name};
            });
}

}  // namespace keelson
