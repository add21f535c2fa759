// The second half of a transaction, by the one that began it or by the next one that comes along.
//
// A temporary file that is not there any more was renamed, so its file is done. One that is there
// may be renamed only over the very file that it was made from: locks end with their process, and
// others may have written since.
#include <memory>
#include <utility>

#include "platform/pending.h"
#include "platform/replace.h"
#include "platform/transaction.h"

namespace keelson {
namespace {

constexpr size_t kMaxRecord = size_t{1} << 31;

using SeenDirectories = std::vector<std::pair<uint64_t, uint64_t>>;  // device, inode

// True the first time.
bool SeeFirst(Directory& directory, SeenDirectories* seen) {
  FileInfo info;
  if (!directory.StatSelf(&info).ok()) return true;
  for (const auto& [dev, ino] : *seen) {
    if (dev == info.dev && ino == info.ino) return false;
  }
  seen->emplace_back(info.dev, info.ino);
  return true;
}

// Of one record.
class Recovery {
 public:
  Recovery(Root& root, std::string_view record_path) : root_(root), record_path_(record_path) {}

  TransactionError Run() {
    PendingSet set;
    if (TransactionError error = ReadRecord(&set); !error.ok()) return error;
    TransactionError result = Resume(std::move(set.files));
    if (result.committed || !set.temporary_record) return result;
    Error error = record_directory_->Remove(record_name_);
    if (!error.ok()) return {error, record_path_, "cannot be removed", false};
    return result;
  }

 private:
  TransactionError ReadRecord(PendingSet* set);
  TransactionError Resume(std::vector<PendingFile> files);
  Error Inspect(const LocatedFile& file, bool* waiting, bool* good);

  Root& root_;
  const std::string record_path_;
  std::unique_ptr<Directory> record_directory_;  // null: there is no such directory
  std::string record_name_;
};

TransactionError Recovery::ReadRecord(PendingSet* set) {
  Error error = root_.Locate(record_path_, true, &record_directory_, &record_name_);
  if (error.not_found()) return {};
  FileBytes record;
  if (error.ok()) error = record_directory_->Read(record_name_, kMaxRecord, &record, nullptr);
  if (error.not_found()) return {};
  if (!error.ok()) return {error, record_path_, "cannot be read", false};
  if (ParsePending(record.view(), set)) return {};
  return {Error(EINVAL), record_path_, "has a malformed line of pending files", false};
}

// waiting: its temporary file is there. good: it is waiting for the file that is there, or done.
Error Recovery::Inspect(const LocatedFile& file, bool* waiting, bool* good) {
  FileInfo temporary, target;
  Error error = file.directory->Stat(file.pending.temporary, &temporary);
  if (!error.ok() && error.code() != ENOENT) return error;
  *waiting = error.ok();
  error = file.directory->Stat(file.name, &target);
  if (!error.ok() && error.code() != ENOENT) return error;
  const bool exists = error.ok();
  const bool old =
      exists == file.pending.old.has_value() && (!exists || VersionOf(target) == *file.pending.old);
  *good = *waiting ? old && VersionOf(temporary) == file.pending.version : !old;
  return kOk;
}

TransactionError Recovery::Resume(std::vector<PendingFile> files) {
  std::vector<LocatedFile> waiting;
  const PendingFile* stale = nullptr;
  for (PendingFile& pending : files) {
    LocatedFile file{nullptr, "", pending};
    Error error = root_.Locate(pending.path, true, &file.directory, &file.name);
    if (error.not_found()) continue;  // directory and all have gone
    bool waits = false, good = true;
    if (error.ok()) error = Inspect(file, &waits, &good);
    if (!error.ok()) return {error, pending.path, "cannot be looked at", true};
    if (!good && stale == nullptr) stale = &pending;
    if (waits) waiting.push_back(std::move(file));
  }
  if (waiting.empty()) return {};
  if (stale == nullptr) return FinishPending(waiting);
  for (const LocatedFile& file : waiting) {
    (void)file.directory->Remove(file.pending.temporary);
    if (!file.pending.backup.empty()) (void)file.directory->Remove(file.pending.backup);
  }
  return {Error(ESTALE), stale->path, "was changed since an interrupted run, which is given up",
          false};
}

Error SweepDirectory(Directory& directory, const std::vector<std::string>& names) {
  std::vector<DirectoryEntry> entries;
  if (Error error = directory.List(&entries); !error.ok()) return error;
  for (const DirectoryEntry& entry : entries) {
    if (!entry.name.starts_with('.')) continue;
    for (const std::string& name : names) {
      if (!IsTemporaryName(entry.name, name) && !IsTemporaryName(entry.name, name + "-")) continue;
      Error error = directory.Remove(entry.name);
      if (!error.ok() && error.code() != ENOENT) return error;
      break;
    }
  }
  return kOk;
}

// Removes the temporary files of these paths. REQUIRES: nobody waits for one of them any more.
TransactionError Sweep(Root& root, const std::vector<std::string>& paths) {
  std::vector<std::pair<std::unique_ptr<Directory>, std::string>> directories;  // and a path in it
  std::vector<std::string> names;
  SeenDirectories seen;
  for (const std::string& path : paths) {
    std::unique_ptr<Directory> directory;
    std::string name;
    Error error = root.Locate(path, true, &directory, &name);
    if (error.not_found()) continue;
    if (!error.ok()) return {error, path, "cannot be found", false};
    names.push_back(std::move(name));
    if (SeeFirst(*directory, &seen)) directories.emplace_back(std::move(directory), path);
  }
  for (const auto& [directory, path] : directories) {
    if (Error error = SweepDirectory(*directory, names); !error.ok())
      return {error, path, "cannot clear away temporary files", false};
  }
  return {};
}

}  // namespace

TransactionError FinishPending(const std::vector<LocatedFile>& files) {
  TransactionError result;
  const auto fail = [&result](Error error, std::string path, const char* what) {
    if (result.ok()) result = {error, std::move(path), what, true};
  };
  SeenDirectories seen;
  for (const LocatedFile& file : files) {
    const PendingFile& pending = file.pending;
    if (!pending.backup.empty()) {
      Error error = file.directory->Rename(pending.backup, file.name + "-");
      if (!error.ok() && error.code() != ENOENT) {
        (void)file.directory->Remove(pending.backup);
        fail(error, pending.path + "-", "cannot be replaced");
      }
    }
    if (Error error = file.directory->Rename(pending.temporary, file.name); !error.ok()) {
      fail(error, pending.path, "cannot be replaced");
      return result;
    }
  }
  for (const LocatedFile& file : files) {
    if (!SeeFirst(*file.directory, &seen)) continue;
    if (Error error = file.directory->Sync(); !error.ok())
      fail(error, file.pending.path, "cannot sync its directory");
  }
  return result;
}

TransactionError RecoverFiles(Root& root, const std::vector<std::string>& record_paths,
                              const std::vector<std::string>& paths) {
  TransactionError result;
  for (const std::string& record : record_paths) {
    const TransactionError error = Recovery(root, record).Run();
    if (error.committed) return error;
    if (result.ok()) result = error;
  }
  if (!result.ok() && result.error.code() != ESTALE) return result;
  std::vector<std::string> all = paths;
  all.insert(all.end(), record_paths.begin(), record_paths.end());
  const TransactionError swept = Sweep(root, all);
  return result.ok() ? swept : result;
}

}  // namespace keelson
