// The profiles' folders are opened once and kept; most profiles have none. A name is then looked
// for from the last folder to the first, up to the file that does not inherit, so that thousands of
// definitions cost nothing until somebody needs one.
#include "applets/useradd_profile/definitions.h"

#include <algorithm>
#include <set>
#include <utility>

#include "applets/status.h"
#include "core/log.h"
#include "platform/program.h"

namespace keelson {

namespace {

constexpr size_t kMaxFile = 1024 * 1024;  // bytes

std::string_view FolderOf(AccountKind kind) {
  return kind == AccountKind::kUser ? "user" : "group";
}

AccountKind KindOf(const UserDefinition&) { return AccountKind::kUser; }
AccountKind KindOf(const GroupDefinition&) { return AccountKind::kGroup; }

std::vector<ParseError> Parse(std::string_view bytes, std::string_view name,
                              const DefinitionFile& file, UserDefinition* user) {
  return ParseUserDefinition(bytes, name, file, user);
}
std::vector<ParseError> Parse(std::string_view bytes, std::string_view name,
                              const DefinitionFile& file, GroupDefinition* group) {
  return ParseGroupDefinition(bytes, name, file, group);
}

// Links are followed. ENOENT: it is not there; ELOOP also: a link that leads nowhere.
Error ReadFile(Directory* folder, Root* root, const std::string& path, const std::string& name,
               FileBytes* bytes) {
  const Error error = folder->Read(name, kMaxFile, bytes, nullptr);
  if (error.code() != ELOOP) return error;
  const Error followed = root->Read(path, kMaxFile, bytes, nullptr);
  return followed.not_found() ? Error(ELOOP) : followed;
}

// A link, and what it leads to is not there.
bool IsDangling(Root* root, const std::string& path) {
  std::unique_ptr<Directory> parent;
  std::string name;
  FileInfo info;
  return root->Locate(path, false, &parent, &name).ok() && parent->Stat(name, &info).ok() &&
         info.type == FileType::kSymlink && root->Stat(path, &info).not_found();
}

void AddTexts(const std::vector<ParseError>& found, const std::string& path,
              std::vector<std::string>* errors) {
  for (const ParseError& error : found) errors->push_back(error.Text(path));
}

// Files that are hidden, and what editors leave behind, are nobody's definition.
bool IsDefinitionName(std::string_view name) {
  return !name.starts_with('.') && !name.ends_with('~');
}

}  // namespace

std::string Definitions::Message(std::string_view path, Error error) const {
  const std::string what = error.code() == ELOOP    ? "a link that leads nowhere"
                           : error.code() == EINVAL ? "is not a regular file"
                                                    : error.Text();
  std::string message = Printable(path) + ": " + what;
  if (SystemFailed(error) && system_error_.empty()) system_error_ = message;
  return message;
}

bool Definitions::OpenFolder(Root* root, const std::string& path, const std::string& shown,
                             std::shared_ptr<Directory>* folder,
                             std::vector<std::string>* errors) const {
  std::unique_ptr<Directory> opened;
  Error error = root->OpenDirectory(path, &opened);
  if (error.not_found() &&
      (IsDangling(root, path) || IsDangling(root, path.substr(0, path.rfind('/'))))) {
    error = Error(ELOOP);
  }
  if (!error.ok() && !error.not_found()) {
    errors->push_back(Message(shown, error));
    return false;
  }
  *folder = std::move(opened);
  return true;
}

// DIR -> where its profiles are, without links. False: there is no DIR.
bool Definitions::FindProfiles(ProfileRepository* repository,
                               std::vector<std::string>* errors) const {
  std::string real;
  if (RealPath(repository->profiles + "/profiles", &real).ok()) {
    repository->profiles = real;
    return true;
  }
  if (const Error error = RealPath(repository->profiles, &real); !error.ok()) {
    errors->push_back(Message(repository->profiles, error));
    return false;
  }
  repository->profiles = real;
  return true;
}

// Opens the profile and keeps it open.
ProfileNode Definitions::ReadNode(const std::string& path) {
  ProfileNode node;
  node.path = path;
  std::string real;
  Error error = RealPath(path, &real);
  if (error.ok()) {
    node.path = real;
    if (host_ == nullptr) error = OpenRoot("/", &host_);
    std::unique_ptr<Directory> folder;
    if (error.ok()) error = host_->OpenDirectory(real, &folder);
    if (error.ok()) {
      FileBytes bytes;
      error = host_->Read(real + "/parent", kMaxFile, &bytes, nullptr);
      node.kind = error.ok() ? ProfileNode::kWithParents : ProfileNode::kWithoutParents;
      if (error.ok()) node.parents = bytes.view();
      if (!error.ok() && !error.not_found()) node.error = Message(real + "/parent", error);
      return node;
    }
  }
  if (!error.not_found()) node.error = Message(node.path, error);
  return node;
}

bool Definitions::ReadDefaults(const Layer& layer, const std::string& system,
                               std::vector<std::string>* errors) {
  FileBytes bytes;
  const std::string shown = layer.shown + "/accounts";
  const Error error = layer.root->Read(layer.inside + "/accounts", kMaxFile, &bytes, nullptr);
  if (error.not_found()) return true;
  if (!error.ok()) {
    errors->push_back(Message(shown, error));
    return false;
  }
  AccountDefaults read;
  const std::vector<ParseError> found =
      ParseAccountDefaults(bytes.view(), system, {shown, layer.local}, &read);
  AddTexts(found, shown, errors);
  defaults_ = Merge(defaults_, read);
  return found.empty();
}

// shown and inside: the path of the profile, for messages and below the root.
bool Definitions::AddLayers(Root* root, const std::string& shown, const std::string& inside,
                            bool local, const std::string& system,
                            std::vector<std::string>* errors) {
  bool good = true;
  for (const std::string& folder : {std::string("/accounts"), "/accounts-" + system}) {
    Layer layer{shown + folder, inside + folder, root, local, nullptr, nullptr};
    good &= OpenFolder(root, layer.inside + "/user", layer.shown + "/user", &layer.users, errors);
    good &=
        OpenFolder(root, layer.inside + "/group", layer.shown + "/group", &layer.groups, errors);
    good &= ReadDefaults(layer, system, errors);
    if (layer.users != nullptr || layer.groups != nullptr) layers_.push_back(std::move(layer));
  }
  return good;
}

bool Definitions::Load(const DefinitionPlaces& places, std::vector<std::string>* errors) {
  *this = {};
  std::vector<ProfileRepository> repositories = places.repositories;
  bool good = true;
  for (ProfileRepository& repository : repositories) good &= FindProfiles(&repository, errors);
  if (!good) return false;

  ProfileChain chain = FlattenProfiles(places.profiles, repositories,
                                       [this](const std::string& path) { return ReadNode(path); });
  if (!chain.error.empty()) {
    errors->push_back(std::move(chain.error));
    return false;
  }
  chain_ = std::move(chain.nodes);
  for (const std::string& node : chain_) {
    const std::string path = node == "/" ? "" : node;
    good &= AddLayers(host_.get(), path, path, false, places.system, errors);
  }
  if (places.root != nullptr) {
    good &= AddLayers(places.root, places.root_path + kLocalProfile, kLocalProfile, true,
                      places.system, errors);
  }
  if (!good) return false;
  const std::string fault = defaults_.Fault();
  if (!fault.empty()) errors->push_back(fault);
  return fault.empty();
}

// One file of one folder. kFaulty: *errors has why.
template <typename D>
Definitions::Found Definitions::ReadOne(const Layer& layer, std::string_view name, D* definition,
                                        std::vector<std::string>* errors) const {
  const AccountKind kind = KindOf(*definition);
  Directory* const folder = layer.folder(kind);
  if (folder == nullptr) return Found::kNo;
  const std::string path = "/" + std::string(FolderOf(kind)) + "/" + std::string(name);
  const DefinitionFile file{layer.shown + path, layer.local};
  FileBytes bytes;
  const Error error = ReadFile(folder, layer.root, layer.inside + path, std::string(name), &bytes);
  if (error.not_found()) return Found::kNo;
  if (!error.ok()) {
    errors->push_back(Message(file.path, error));
    return Found::kFaulty;
  }
  const std::vector<ParseError> found = Parse(bytes.view(), name, file, definition);
  AddTexts(found, file.path, errors);
  return found.empty() ? Found::kYes : Found::kFaulty;
}

template <typename D>
Definitions::Found Definitions::Find(std::string_view name, D* definition,
                                     std::vector<std::string>* errors) const {
  if (!IsAccountName(name)) return Found::kNo;
  std::vector<D> files;  // the last one first, up to the one that does not inherit
  auto layer = layers_.rbegin();
  for (; layer != layers_.rend() && (files.empty() || files.back().inherit); ++layer) {
    D read;
    const Found found = ReadOne(*layer, name, &read, errors);
    if (found == Found::kFaulty) return found;
    if (found == Found::kYes) files.push_back(std::move(read));
  }
  if (files.empty()) return Found::kNo;
  *definition = std::move(files.back());
  for (auto file = files.rbegin() + 1; file != files.rend(); ++file) {
    *definition = Merge(*definition, *file);
  }
  for (; layer != layers_.rend() && !definition->defunct; ++layer) {
    D replaced;
    std::vector<std::string> unheeded;  // what is wrong in a file that is replaced
    if (ReadOne(*layer, name, &replaced, &unheeded) != Found::kYes || !replaced.defunct) continue;
    definition->defunct = replaced.defunct;
    if (*replaced.defunct) definition->keys.push_back(*replaced.Find("defunct"));
  }
  return Found::kYes;
}

Definitions::Found Definitions::FindUser(std::string_view name, UserDefinition* user,
                                         std::vector<std::string>* errors) const {
  return Find(name, user, errors);
}

Definitions::Found Definitions::FindGroup(std::string_view name, GroupDefinition* group,
                                          std::vector<std::string>* errors) const {
  return Find(name, group, errors);
}

template <typename D>
void Definitions::ParseFolder(const Layer& layer, std::vector<std::string>* errors) const {
  Directory* const folder = layer.folder(KindOf(D()));
  std::vector<DirectoryEntry> entries;
  if (folder == nullptr || !folder->List(&entries).ok()) return;  // Names tells of it
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  for (const DirectoryEntry& entry : entries) {
    D unheeded;
    if (IsDefinitionName(entry.name) && IsAccountName(entry.name)) {
      ReadOne(layer, entry.name, &unheeded, errors);
    }
  }
}

void Definitions::ParseAll(std::vector<std::string>* errors) const {
  std::set<std::string> read;  // a profile may be there twice
  for (const Layer& layer : layers_) {
    if (!read.insert(layer.shown).second) continue;
    ParseFolder<UserDefinition>(layer, errors);
    ParseFolder<GroupDefinition>(layer, errors);
  }
}

std::vector<std::string> Definitions::Names(AccountKind kind,
                                            std::vector<std::string>* errors) const {
  std::set<std::string> names;
  std::set<std::string> listed;  // a profile may be there twice
  for (const Layer& layer : layers_) {
    Directory* const folder = layer.folder(kind);
    const std::string shown = layer.shown + "/" + std::string(FolderOf(kind));
    if (folder == nullptr || !listed.insert(shown).second) continue;
    std::vector<DirectoryEntry> entries;
    if (const Error error = folder->List(&entries); !error.ok()) {
      errors->push_back(Message(shown, error));
      continue;
    }
    std::set<std::string> wrong;
    for (const DirectoryEntry& entry : entries) {
      if (!IsDefinitionName(entry.name)) continue;
      (IsAccountName(entry.name) ? names : wrong).insert(entry.name);
    }
    for (const std::string& name : wrong) {
      errors->push_back(Printable(shown + "/" + name) + ": not the name of an account");
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace keelson
