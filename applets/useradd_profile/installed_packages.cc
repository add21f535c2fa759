// The kind of folder is told by what is in it: one with folders in its folders is Gentoo's, one
// with *.list is dpkg's.
#include "applets/useradd_profile/installed_packages.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "applets/status.h"
#include "core/account_state.h"
#include "core/flat_file.h"
#include "core/log.h"
#include "platform/file.h"
#include "platform/input.h"
#include "platform/program.h"

namespace keelson {

namespace {

constexpr size_t kMaxList = 64 * 1024 * 1024;  // bytes
constexpr std::string_view kDpkgList = ".list";
constexpr std::string_view kMerging = "-MERGING-";  // Portage: being installed

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Cuts digits off the front; false: there are none.
bool TakeDigits(std::string_view* text) {
  const size_t count = std::min(text->find_first_not_of("0123456789"), text->size());
  text->remove_prefix(count);
  return count > 0;
}

bool TakeWord(std::string_view word, std::string_view* text) {
  if (!text->starts_with(word)) return false;
  text->remove_prefix(word.size());
  return true;
}

// 1.2.3b_pre4_p5-r6
bool IsVersion(std::string_view text) {
  if (!TakeDigits(&text)) return false;
  while (TakeWord(".", &text)) {
    if (!TakeDigits(&text)) return false;
  }
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text.remove_prefix(1);
  while (TakeWord("_", &text)) {
    if (!TakeWord("alpha", &text) && !TakeWord("beta", &text) && !TakeWord("pre", &text) &&
        !TakeWord("rc", &text) && !TakeWord("p", &text)) {
      return false;
    }
    TakeDigits(&text);
  }
  if (TakeWord("-r", &text) && !TakeDigits(&text)) return false;
  return text.empty();
}

void AddPackage(std::string_view package, InstalledPackages* packages) {
  packages->emplace(package);
  packages->emplace(WithoutVersion(package));
}

absl::Status ReadList(const std::string& path, std::string_view bytes,
                      InstalledPackages* packages) {
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    std::string_view text = line.text;
    for (size_t hash = text.find('#'); hash != text.npos; hash = text.find('#', hash + 1)) {
      if (hash == 0 || IsBlank(text[hash - 1])) text = text.substr(0, hash);
    }
    text = TrimBlanks(text);
    if (text.empty()) continue;
    if (!IsPackageName(text) || line.raw.find('\0') != line.raw.npos) {
      return Failure(Printable(path) + ":" + std::to_string(line.number) + ": '" +
                     std::string(text) + "' is not a package");
    }
    AddPackage(text, packages);
  }
  return absl::OkStatus();
}

bool IsFolder(Directory& directory, const DirectoryEntry& entry) {
  FileInfo info;
  return entry.type == FileType::kDirectory ||
         (entry.type == FileType::kOther && directory.Stat(entry.name, &info).ok() &&
          info.type == FileType::kDirectory);
}

// The names of the folders in a folder of `directory`.
Error ListFolders(Directory& directory, const std::string& name, std::vector<std::string>* names) {
  std::unique_ptr<Directory> folder;
  if (Error error = directory.Open(name, &folder); !error.ok()) return error;
  std::vector<DirectoryEntry> entries;
  if (Error error = folder->List(&entries); !error.ok()) return error;
  for (const DirectoryEntry& entry : entries) {
    if (!entry.name.starts_with('.') && IsFolder(*folder, entry)) names->push_back(entry.name);
  }
  return kOk;
}

struct Contents {
  std::vector<std::string> plain;  // not folders with folders in them
  std::vector<std::string> files;  // of these, no folders
  std::vector<std::string> categorized;
};

Error ReadFolder(Directory& directory, std::string* faulty, Contents* contents) {
  std::vector<DirectoryEntry> entries;
  if (Error error = directory.List(&entries); !error.ok()) return error;
  for (const DirectoryEntry& entry : entries) {
    if (entry.name.starts_with('.')) continue;
    std::vector<std::string> folders;
    const bool folder = IsFolder(directory, entry);
    if (folder) {
      if (Error error = ListFolders(directory, entry.name, &folders); !error.ok()) {
        *faulty += "/" + entry.name;
        return error;
      }
    }
    for (std::string_view name : folders) {
      TakeWord(kMerging, &name);
      contents->categorized.push_back(entry.name + "/" + std::string(name));
    }
    if (folders.empty()) contents->plain.push_back(entry.name);
    if (!folder) contents->files.push_back(entry.name);
  }
  return kOk;
}

absl::Status ReadFolders(const std::string& path, InstalledPackages* packages) {
  std::string faulty;
  std::unique_ptr<Root> root;
  std::unique_ptr<Directory> directory;
  Contents contents;
  Error error = RealPath(path, &faulty);
  if (error.ok()) error = OpenRoot(faulty, &root);
  if (error.ok()) error = root->OpenDirectory("/", &directory);
  if (error.ok()) error = ReadFolder(*directory, &faulty, &contents);
  if (!error.ok()) return InputError(faulty.empty() ? path : faulty, error);

  const auto is_list = [](std::string_view name) { return name.ends_with(kDpkgList); };
  const bool dpkg = std::any_of(contents.files.begin(), contents.files.end(), is_list);
  if (!contents.categorized.empty()) {
    for (const std::string& package : contents.categorized) AddPackage(package, packages);
  } else if (dpkg) {
    for (std::string_view name : contents.files) {
      if (!is_list(name)) continue;
      name.remove_suffix(kDpkgList.size());
      AddPackage(name.substr(0, name.find(':')), packages);  // NAME:ARCHITECTURE
    }
  } else {
    for (const std::string& package : contents.plain) AddPackage(package, packages);
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view WithoutVersion(std::string_view package) {
  for (size_t dash = package.find('-'); dash != package.npos; dash = package.find('-', dash + 1)) {
    if (dash == 0 || dash + 1 == package.size() || !IsDigit(package[dash + 1])) continue;
    if (IsVersion(package.substr(dash + 1))) return package.substr(0, dash);
  }
  return package;
}

absl::Status ReadInstalledPackages(const std::string& path, InstalledPackages* packages) {
  std::string bytes;
  const Error error = ReadInput(path, kMaxList, &bytes);
  if (error.code() == EISDIR) return ReadFolders(path, packages);
  if (!error.ok()) return InputError(path, error);
  return ReadList(path, bytes, packages);
}

}  // namespace keelson
