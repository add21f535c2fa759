// Every step down a path is one Directory::Open, which refuses symbolic links, from the root's own
// folder on. Owners are set from the leaves upwards: once the user owns a folder, nothing is done
// in it any more.
#include "applets/useradd_profile/homes.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "applets/status.h"
#include "applets/useradd_profile/folder_copy.h"
#include "platform/privilege.h"
#include "platform/replace.h"

namespace keelson {

namespace {

constexpr char kSkeleton[] = "/etc/skel";
constexpr uint32_t kParentMode = 0755;
constexpr int kNameTries = 100;

std::vector<std::string> Components(std::string_view path) {
  std::vector<std::string> components;
  while (!path.empty()) {
    path.remove_prefix(1);  // a slash
    components.emplace_back(path.substr(0, path.find('/')));
    path.remove_prefix(components.back().size());
  }
  return components;
}

// Empty: it may be a home.
std::string WrongWith(std::string_view path) {
  if (path == "/" || path == "/dev" || path.starts_with("/dev/")) {
    return std::string(path) + " is no place for a home";
  }
  for (const std::string& component : Components(path)) {
    if (component.empty() || component == "." || component == "..") {
      return std::string(path) + " is not plainly written";
    }
  }
  return "";
}

std::string NotFollowed(std::string_view path) {
  return std::string(path) + " is a symbolic link, and no home is made behind one";
}

// ENOTDIR of Directory::Open, told apart.
bool IsLink(Directory& directory, const std::string& name) {
  FileInfo info;
  return directory.Stat(name, &info).ok() && info.type == FileType::kSymlink;
}

}  // namespace

HomeState FindHome(Root& root, const std::string& root_path, const std::string& path,
                   std::string* why) {
  *why = WrongWith(path);
  if (!why->empty()) return HomeState::kRefused;
  std::unique_ptr<Directory> directory;
  Error opened = root.OpenDirectory("/", &directory);
  std::string here;
  for (const std::string& component : Components(path)) {
    if (!opened.ok()) break;
    here += "/" + component;
    FileInfo info;
    opened = directory->Stat(component, &info);
    if (!opened.ok()) break;
    if (info.type == FileType::kSymlink) {
      *why = NotFollowed(root_path + here);
      return HomeState::kRefused;
    }
    if (here.size() == path.size()) return HomeState::kThere;
    std::unique_ptr<Directory> next;
    opened = directory->Open(component, &next);
    directory = std::move(next);
  }
  if (opened.code() == ENOENT) return HomeState::kMissing;
  *why = root_path + here + ": " + opened.Text();
  return SystemFailed(opened) ? HomeState::kUnknown : HomeState::kRefused;
}

// A home that is ready, and the folder that it lies in.
struct Homes::Prepared {
  HomeRequest request;
  std::shared_ptr<Directory> parent;
  std::string name, temporary;
  FileInfo folder;  // of the prepared one, to know it again
  bool finished = false;
  // Parents that had to be made, the highest first.
  std::vector<std::pair<std::shared_ptr<Directory>, std::string>> made;
};

Homes::Homes(Root* root, std::string root_path) : root_(*root), root_path_(std::move(root_path)) {}
Homes::~Homes() { Discard(); }

// The last one first: a home may lie within another.
void Homes::Discard() {
  for (; !prepared_.empty(); prepared_.pop_back()) {
    Prepared& home = *prepared_.back();
    if (home.finished) continue;
    if (!home.temporary.empty()) (void)RemoveFolder(*home.parent, home.temporary);
    for (; !home.made.empty(); home.made.pop_back()) {
      (void)home.made.back().first->RemoveDirectory(home.made.back().second);
    }
  }
}

absl::Status Homes::Prepare(const std::vector<HomeRequest>& requests) {
  std::vector<HomeRequest> sorted = requests;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.path < b.path; });
  for (const HomeRequest& request : sorted) {
    if (absl::Status status = PrepareOne(request); !status.ok()) {
      Discard();
      return status;
    }
  }
  return absl::OkStatus();
}

// The name that an entry has until the prepared homes are in place.
std::string Homes::NameNow(const std::string& path, const std::string& name) const {
  for (const auto& home : prepared_) {
    if (home->request.path == path && !home->temporary.empty()) return home->temporary;
  }
  return name;
}

// A step down, into a folder that is made when it is missing.
absl::Status Homes::Descend(const std::string& here, const std::string& name, Prepared* home) {
  std::unique_ptr<Directory> next;
  Error error = home->parent->Open(name, &next);
  if (error.code() == ENOTDIR && IsLink(*home->parent, name)) {
    return Failure(home->request.place + NotFollowed(root_path_ + here));
  }
  if (error.code() == ENOENT) {
    error = home->parent->MakeDirectory(name, kParentMode);
    if (error.ok()) {
      error = home->parent->Open(name, &next);
      if (error.ok()) {
        home->made.emplace_back(std::move(home->parent), name);
      } else {
        (void)home->parent->RemoveDirectory(name);
      }
    }
  }
  if (!error.ok()) return SystemError(home->request.place + root_path_ + here, "", error);
  home->parent = std::move(next);
  return absl::OkStatus();
}

// Opens the folder that the home is to lie in. *exists: the home is there already.
absl::Status Homes::OpenParent(Prepared* home, bool* exists) {
  const std::string& path = home->request.path;
  const std::vector<std::string> components = Components(path);
  home->name = components.back();
  // Many homes lie in one folder, and there are more homes than descriptors.
  std::shared_ptr<Directory>& known = parents_[path.substr(0, path.rfind('/'))];
  Error error;
  if (known == nullptr) {
    std::unique_ptr<Directory> top;
    error = root_.OpenDirectory("/", &top);
    if (!error.ok()) return SystemError(home->request.place + root_path_ + path, "", error);
    home->parent = std::move(top);
    std::string here;
    for (size_t i = 0; i + 1 < components.size(); ++i) {
      here += "/" + components[i];
      const std::string name = NameNow(here, components[i]);
      if (absl::Status status = Descend(here, name, home); !status.ok()) return status;
    }
    known = home->parent;
  }
  home->parent = known;
  FileInfo info;
  error = home->parent->Stat(NameNow(path, home->name), &info);
  *exists = error.ok();
  if (error.ok() || error.code() == ENOENT) return absl::OkStatus();
  return SystemError(home->request.place + root_path_ + path, "", error);
}

// What a killed run has left beside the home, of whatever home: until its last step but one, which
// sets the owner, such a folder is ours; of this home it may be the user's as well.
void Homes::RemoveLeftovers(const Prepared& home) {
  std::vector<DirectoryEntry> entries;
  if (!home.parent->List(&entries).ok()) return;
  for (const DirectoryEntry& entry : entries) {
    FileInfo info;
    if (!IsTemporaryName(entry.name) || IsPrepared(entry.name)) continue;
    if (!home.parent->Stat(entry.name, &info).ok() || info.type != FileType::kDirectory) continue;
    const bool of_user = info.uid == home.request.uid && IsTemporaryName(entry.name, home.name);
    if (of_user || info.uid == EffectiveUid()) (void)RemoveFolder(*home.parent, entry.name);
  }
}

bool Homes::IsPrepared(std::string_view name) const {
  return std::any_of(prepared_.begin(), prepared_.end(),
                     [name](const auto& home) { return home->temporary == name; });
}

Error Homes::Fill(Prepared* home, std::string* where) {
  Error error;
  for (int i = 0; i < kNameTries; ++i) {
    const std::string name = TemporaryName(home->name);
    error = home->parent->MakeDirectory(name, home->request.mode);
    if (error.ok()) home->temporary = name;
    if (error.code() != EEXIST) break;
  }
  std::unique_ptr<Directory> folder, skeleton;
  if (error.ok()) error = home->parent->Open(home->temporary, &folder);
  if (error.ok()) error = folder->StatSelf(&home->folder);
  if (!error.ok()) return error;
  *where = kSkeleton;
  error = root_.OpenDirectory(kSkeleton, &skeleton);
  if (error.not_found()) return kOk;
  if (error.ok())
    error = CopyFolder(*skeleton, *folder, home->request.uid, home->request.gid, where);
  return error;
}

absl::Status Homes::PrepareOne(const HomeRequest& request) {
  Prepared& home = *prepared_.emplace_back(std::make_unique<Prepared>());
  home.request = request;
  bool exists = false;
  if (absl::Status status = OpenParent(&home, &exists); !status.ok()) return status;
  if (exists) {
    prepared_.pop_back();
    return absl::OkStatus();
  }
  RemoveLeftovers(home);
  std::string where = request.path;
  const Error error = Fill(&home, &where);
  if (error.ok()) return absl::OkStatus();
  return SystemError(request.place + root_path_ + where, "cannot make the home", error);
}

// Through the folder itself: its name may lead elsewhere by now, if others can write beside it.
Error Homes::SetOwner(const Prepared& home) {
  std::unique_ptr<Directory> folder;
  FileInfo info;
  Error error = home.parent->Open(home.temporary, &folder);
  if (error.ok()) error = folder->StatSelf(&info);
  if (!error.ok()) return error;
  if (info.dev != home.folder.dev || info.ino != home.folder.ino) return Error(ESTALE);
  return folder->SetOwner(".", home.request.uid, home.request.gid);
}

absl::Status Homes::Finish(std::vector<std::string>* done) {
  // What lies within another home first: that one is whole when it appears.
  for (auto home = prepared_.rbegin(); home != prepared_.rend(); ++home) {
    Prepared& h = **home;
    FileInfo info;
    Error error = SetOwner(h);
    if (error.ok() && h.parent->Stat(h.name, &info).ok()) error = Error(EEXIST);
    if (error.ok()) error = h.parent->Rename(h.temporary, h.name);
    if (error.ok()) {
      h.finished = true;
      done->push_back(h.request.path);
      error = h.parent->Sync();
    }
    for (const auto& [folder, name] : h.made) {
      if (error.ok()) error = folder->Sync();
    }
    if (error.ok()) continue;
    const absl::Status status = SystemError(h.request.place + root_path_ + h.request.path,
                                            "cannot put the home in place", error);
    Discard();
    return status;
  }
  std::sort(done->begin(), done->end());
  return absl::OkStatus();
}

}  // namespace keelson
