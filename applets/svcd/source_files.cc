// Each folder is opened once; a file costs what opening and reading it costs.
#include "applets/svcd/source_files.h"

#include <algorithm>
#include <cerrno>

#include "applets/trust.h"
#include "platform/privilege.h"

namespace keelson {
SourceFiles::SourceFiles(Root* root, std::vector<std::string>* findings, bool* is_sound)
    : root_(root), uid_(EffectiveUid()), findings_(findings), is_sound_(is_sound) {}

void SourceFiles::Warn(std::string finding) {
  if (findings_->size() < kMaxFindings) findings_->push_back(std::move(finding));
}

void SourceFiles::Fail(std::string finding) {
  *is_sound_ = false;
  Warn(std::move(finding));
}

void SourceFiles::Fail(std::string_view path, const std::vector<ParseError>& errors) {
  for (const ParseError& error : errors) Fail(error.Text(path));
}

bool SourceFiles::IsGood(const std::string& path, Error error, const FileInfo& info) {
  if (!error.ok()) {
    Fail(path + ": " + error.Text());
    return false;
  }
  const std::string why = WhyNotTrusted(info, uid_);
  if (!why.empty()) Fail(path + ": left out: " + why);
  return why.empty();
}

std::unique_ptr<SourceFolder> SourceFiles::Open(const std::string& path) {
  std::unique_ptr<Directory> directory;
  Error error = root_->OpenDirectory(path, &directory);
  if (error.not_found()) return nullptr;
  FileInfo info;
  if (error.ok()) error = directory->StatSelf(&info);
  if (!IsGood(path, error, info)) return nullptr;
  return std::make_unique<SourceFolder>(this, path, std::move(directory));
}

bool SourceFiles::ReadOptional(const std::string& path, size_t limit, FileBytes* bytes,
                               bool* is_there) {
  FileInfo info;
  const Error error = root_->Read(path, limit, bytes, &info);
  if (error.not_found()) return false;
  if (is_there != nullptr) *is_there = true;
  return IsGood(path, error, info);
}

std::vector<DirectoryEntry> SourceFolder::Entries() {
  std::vector<DirectoryEntry> entries;
  std::unique_ptr<Directory> listed;
  Error error = directory_->OpenToList(".", &listed);
  if (error.ok()) error = listed->List(&entries);
  if (!error.ok()) files_->Fail(path_ + ": " + error.Text());
  std::erase_if(entries, [](const DirectoryEntry& entry) { return entry.name.starts_with('.'); });
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  if (entries.size() > kMaxSourceEntries) {
    files_->Fail(path_ + ": more than 20000 entries: left out from " +
                 entries[kMaxSourceEntries].name + " on");
    entries.resize(kMaxSourceEntries);
  }
  return entries;
}

Error SourceFolder::ReadAny(const std::string& name, size_t limit, FileBytes* bytes,
                            FileInfo* info) {
  const Error error = directory_->Read(name, limit, bytes, info);
  if (error.code() != ELOOP) return error;
  return files_->root_->Read(PathOf(name), limit, bytes, info);
}

bool SourceFolder::Read(const std::string& name, size_t limit, FileBytes* bytes, FileInfo* info) {
  FileInfo own;
  if (info == nullptr) info = &own;
  const Error error = ReadAny(name, limit, bytes, info);
  if (error.code() == EINVAL || error.code() == EISDIR) return false;
  return files_->IsGood(PathOf(name), error, *info);
}

bool SourceFolder::ReadNamed(const std::string& name, size_t limit, FileBytes* bytes) {
  FileInfo info;
  const Error error = ReadAny(name, limit, bytes, &info);
  if (error.code() != EINVAL) return files_->IsGood(PathOf(name), error, info);
  files_->Fail(PathOf(name) + ": left out: no regular file");
  return false;
}

}  // namespace keelson
