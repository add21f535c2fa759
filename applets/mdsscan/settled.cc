// A few tries: whoever writes all the time is looked at again by the next scan.
#include "applets/mdsscan/settled.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

namespace keelson {
namespace {

constexpr int kTries = 3;

// Where the file system does not say.
Error FindTypes(Directory& directory, std::vector<DirectoryEntry>* entries) {
  for (DirectoryEntry& entry : *entries) {
    if (entry.type != FileType::kOther) continue;
    FileInfo info;
    if (Error error = directory.Stat(entry.name, &info); !error.ok()) return error;
    entry.type = info.type;
  }
  return kOk;
}

Digest DigestOfEntries(const std::vector<DirectoryEntry>& entries) {
  std::string text;
  for (const DirectoryEntry& entry : entries) {
    text.append(entry.name) += '\0';
    text += static_cast<char>(entry.type);
  }
  return DigestOf(text);
}

}  // namespace

Error ListSettled(Directory& directory, Listing* listing) {
  for (int i = 0; i < kTries; ++i) {
    FileInfo after;
    if (Error error = directory.StatSelf(&listing->info); !error.ok()) return error;
    if (Error error = directory.List(&listing->entries); !error.ok()) return error;
    if (Error error = FindTypes(directory, &listing->entries); !error.ok()) return error;
    if (Error error = directory.StatSelf(&after); !error.ok()) return error;
    if (ValidatorOf(after) != ValidatorOf(listing->info)) continue;
    std::sort(listing->entries.begin(), listing->entries.end(),
              [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
    listing->digest = DigestOfEntries(listing->entries);
    return kOk;
  }
  return Error(EAGAIN);
}

Error ReadSettled(Directory& directory, std::string_view name, size_t limit, FileBytes* bytes,
                  FileInfo* info) {
  for (int i = 0; i < kTries; ++i) {
    FileInfo after;
    if (Error error = directory.Read(name, limit, bytes, info); !error.ok()) return error;
    if (Error error = directory.Stat(name, &after); !error.ok()) return error;
    if (ValidatorOf(after) == ValidatorOf(*info)) return kOk;
  }
  return Error(EAGAIN);
}

Error OpenBelow(Directory& directory, std::string_view path, std::unique_ptr<Directory>* below) {
  if (Error error = directory.Open(".", below); !error.ok()) return error;
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    std::unique_ptr<Directory> next;
    if (Error error = (*below)->Open(name, &next); !error.ok()) return error;
    *below = std::move(next);
  }
  return kOk;
}

bool IsExhaustion(Error error) {
  return error.code() == EMFILE || error.code() == ENFILE || error.code() == ENOMEM;
}

}  // namespace keelson
