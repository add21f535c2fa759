// By depth, everything in a folder before the folder itself gets its owner.
#include "applets/useradd_profile/folder_copy.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

namespace keelson {

namespace {

class Copy {
 public:
  Copy(uint32_t uid, uint32_t gid, std::string* where) : uid_(uid), gid_(gid), where_(*where) {}

  Error Folder(Directory& from, Directory& to, size_t depth);

 private:
  Error Entry(Directory& from, Directory& to, const std::string& name, size_t depth);
  Error File(Directory& from, Directory& to, const std::string& name, uint32_t mode);

  const uint32_t uid_, gid_;
  std::string& where_;
  size_t bytes_ = 0, entries_ = 0;
};

Error Copy::File(Directory& from, Directory& to, const std::string& name, uint32_t mode) {
  FileBytes bytes;
  if (Error error = from.Read(name, kMaxCopiedBytes - bytes_, &bytes, nullptr); !error.ok()) {
    return error;
  }
  bytes_ += bytes.size;
  std::unique_ptr<OutputFile> file;
  Error error = to.Create(name, 0600, &file);
  if (error.ok()) error = file->Write(bytes.view());
  if (error.ok()) error = file->SetOwner(uid_, gid_);
  if (error.ok()) error = file->SetMode(mode);
  return error.ok() ? file->Sync() : error;
}

Error Copy::Entry(Directory& from, Directory& to, const std::string& name, size_t depth) {
  if (++entries_ > kMaxCopiedEntries) return Error(EFBIG);
  FileInfo info;
  if (Error error = from.Stat(name, &info); !error.ok()) return error;
  if (info.type == FileType::kRegular) return File(from, to, name, info.mode);
  if (info.type == FileType::kSymlink) {
    std::string target;
    Error error = from.ReadLink(name, &target);
    if (error.ok()) error = to.MakeSymlink(target, name);
    return error.ok() ? to.SetOwner(name, uid_, gid_) : error;
  }
  if (info.type != FileType::kDirectory) return Error(EINVAL);
  std::unique_ptr<Directory> inner_from, inner_to;
  Error error = from.Open(name, &inner_from);
  if (error.ok()) error = to.MakeDirectory(name, info.mode);
  if (error.ok()) error = to.Open(name, &inner_to);
  if (error.ok()) error = Folder(*inner_from, *inner_to, depth + 1);
  return error.ok() ? to.SetOwner(name, uid_, gid_) : error;
}

Error Copy::Folder(Directory& from, Directory& to, size_t depth) {
  if (depth > kMaxCopiedDepth) return Error(EMLINK);
  std::vector<DirectoryEntry> entries;
  if (Error error = from.List(&entries); !error.ok()) return error;
  if (entries.empty()) return kOk;
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  const size_t length = where_.size();
  for (const DirectoryEntry& entry : entries) {
    where_ += "/" + entry.name;
    if (Error error = Entry(from, to, entry.name, depth); !error.ok()) return error;
    where_.resize(length);
  }
  return to.Sync();
}

}  // namespace

Error CopyFolder(Directory& from, Directory& to, uint32_t uid, uint32_t gid, std::string* where) {
  return Copy(uid, gid, where).Folder(from, to, 0);
}

Error RemoveFolder(Directory& parent, std::string_view name) {
  // An empty one goes without a descriptor, for want of which it may be that it is empty.
  const Error removed = parent.RemoveDirectory(name);
  if (removed.code() != ENOTEMPTY && removed.code() != EEXIST) return removed;
  std::unique_ptr<Directory> folder;
  if (Error error = parent.Open(name, &folder); !error.ok()) return error;
  std::vector<DirectoryEntry> entries;
  if (Error error = folder->List(&entries); !error.ok()) return error;
  for (const DirectoryEntry& entry : entries) {
    Error error = entry.type == FileType::kDirectory ? Error(EISDIR) : folder->Remove(entry.name);
    if (error.code() == EISDIR || error.code() == EPERM) error = RemoveFolder(*folder, entry.name);
    if (!error.ok()) return error;
  }
  return parent.RemoveDirectory(name);
}

}  // namespace keelson
