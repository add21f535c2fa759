// One map from name to the first folder that has it; being sorted, it is the order as well.
#include "applets/useradd_profile/systemd_sysusers_files.h"

#include <cerrno>
#include <map>
#include <memory>
#include <utility>

#include "core/flat_file.h"
#include "core/sysusers.h"
#include "platform/input.h"

namespace keelson {
namespace {

constexpr std::string_view kFolders[] = {"/etc/sysusers.d", "/run/sysusers.d",
                                         "/usr/local/lib/sysusers.d", "/usr/lib/sysusers.d",
                                         "/lib/sysusers.d"};
constexpr size_t kNoFolder = std::size(kFolders);
constexpr std::string_view kSuffix = ".conf";

std::string Joined(std::string_view folder, std::string_view name) {
  return std::string(folder).append("/").append(name);
}

size_t FolderOf(std::string_view path) {
  for (size_t i = 0; i < kNoFolder; ++i) {
    if (path.starts_with(std::string(kFolders[i]) + "/")) return i;
  }
  return kNoFolder;
}

}  // namespace

SysusersFiles::File SysusersFiles::Inside(const std::string& path) const {
  return {.path = path, .shown = SimplifiedPath(shown_root_ + path)};
}

Error SysusersFiles::List(std::string_view replace, std::vector<File>* files) const {
  std::map<std::string, size_t> folder_of;  // by name
  for (size_t i = 0; i < kNoFolder; ++i) {
    std::unique_ptr<Directory> folder;
    std::vector<DirectoryEntry> entries;
    Error error = root_.OpenDirectory(kFolders[i], &folder);
    if (error.ok()) error = folder->List(&entries);
    if (error.not_found()) continue;
    if (!error.ok()) return error;
    for (DirectoryEntry& entry : entries) {
      if (!entry.name.ends_with(kSuffix) || entry.name.starts_with('.')) continue;
      folder_of.emplace(std::move(entry.name), i);
    }
  }
  const std::string replaced = replace.empty() ? "" : SimplifiedPath(replace);
  const std::string name = replaced.substr(replaced.rfind('/') + 1);
  bool replaces = false;
  if (!replaced.empty()) {
    const size_t own = FolderOf(replaced);
    const auto [there, is_new] = folder_of.emplace(name, own);
    replaces = is_new || own < there->second || Joined(kFolders[there->second], name) == replaced;
  }
  for (const auto& [file, folder] : folder_of) {
    const bool here = replaces && file == name;
    files->push_back(Inside(here ? replaced : Joined(kFolders[folder], file)));
    files->back().replaced = here;
  }
  return kOk;
}

Error SysusersFiles::Find(std::string_view operand, File* file) const {
  const std::string given(operand);
  if (given == "-" || given.starts_with('/')) {
    *file = {.path = given, .shown = given == "-" ? given : SimplifiedPath(given), .outside = true};
    return kOk;
  }
  for (std::string_view folder : kFolders) {
    *file = Inside(Joined(folder, given));
    FileInfo info;
    const Error error = root_.Stat(file->path, &info);
    if (error.ok() || IsMask(file->path)) return kOk;
    if (!error.not_found()) return error;
  }
  return Error(ENOENT);
}

bool SysusersFiles::IsMask(const std::string& path) const {
  std::unique_ptr<Directory> folder;
  std::string name, target;
  return root_.Locate(path, false, &folder, &name).ok() && folder->ReadLink(name, &target).ok() &&
         target == "/dev/null";
}

Error SysusersFiles::Read(const File& file, std::string* bytes) const {
  bytes->clear();
  if (file.outside) return ReadInput(file.path, kMaxFlatFile, bytes);
  FileBytes read;
  const Error error = root_.Read(file.path, kMaxFlatFile, &read, nullptr);
  if (error.ok()) {
    bytes->assign(read.view());
    return kOk;
  }
  if (IsMask(file.path)) return kOk;
  FileInfo info;
  const bool directory = root_.Stat(file.path, &info).ok() && info.type == FileType::kDirectory;
  return directory ? Error(EISDIR) : error;
}

}  // namespace keelson
