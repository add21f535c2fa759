// The second half of a transaction, by the one that began it or by the next one that comes along.
//
// A temporary file that is not there any more was renamed, so its file is done. One that is there
// may be renamed only over the bytes that it was made from: locks end with their process, and
// others may have written since. Then the change is merged into what they wrote: the outcome is
// staged as any new content is, and the record is replaced by one that names it. Until that moment
// the next recovery begins with the same files as this one; afterwards it finds an ordinary set.
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include "platform/pending.h"
#include "platform/replace.h"
#include "platform/transaction.h"

namespace keelson {
namespace {

constexpr size_t kMaxRecord = size_t{1} << 31;
constexpr char kLook[] = "; its change is dropped, and 'users-update check' tells what is left";

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

// A file whose temporary one is there.
struct Waiting {
  LocatedFile file;
  bool disturbed = false;
  std::string note = {};  // it cannot be finished, and why
};

// Not before the file itself is another one: who finds NAME- to be the same file and writes it, as
// useradd does, would destroy both.
Error KeepBackup(const LocatedFile& file) {
  if (file.pending.backup.empty()) return kOk;
  const Error error = file.directory->Rename(file.pending.backup, file.name + "-");
  return error.code() == ENOENT ? kOk : error;
}

// Of one record.
class Recovery {
 public:
  Recovery(Root& root, std::string_view record_path) : root_(root), record_path_(record_path) {}

  TransactionError Run(const MergeFile& merge, std::vector<std::string>* notes);
  TransactionError ReadRecord();

 private:
  TransactionError Look();
  TransactionError Inspect(LocatedFile file);
  TransactionError Merge(const MergeFile& merge, std::vector<std::string>* notes);
  TransactionError MergeOne(const MergeFile& merge, Waiting* waiting);
  TransactionError ReplaceRecord();
  TransactionError Finish(std::vector<std::string>* notes);

  Root& root_;
  const std::string record_path_;
  std::unique_ptr<Directory> record_directory_;  // null: there is no such directory
  std::string record_name_;
  FileBytes record_;
  PendingSet set_;
  std::vector<Waiting> waiting_;       // in the order of the set
  std::vector<LocatedFile> staged_;    // what a merge made, named in no record yet
  std::vector<std::string> lost_;      // notes of files whose temporary ones are not there
  std::vector<std::string> of_merge_;  // notes
};

TransactionError Failed(Error error, const std::string& path, const char* what) {
  return {error, path, what, true};
}

TransactionError Recovery::ReadRecord() {
  Error error = root_.Locate(record_path_, true, &record_directory_, &record_name_);
  if (error.not_found()) return {};
  if (error.ok()) error = record_directory_->Read(record_name_, kMaxRecord, &record_, nullptr);
  if (error.not_found()) return {};
  if (!error.ok()) return {error, record_path_, "cannot be read", false};
  std::string place;
  if (ParsePending(record_.view(), &set_, &place)) return {};
  return {Error(EBADMSG), record_path_ + ":" + place,
          "malformed line of a file that an interrupted run has to replace; remove the line, then "
          "run 'users-update check'",
          false};
}

// Nothing: it is not there.
Error ReadIfThere(Directory& directory, const std::string& name, std::optional<FileBytes>* bytes) {
  const Error error = directory.Read(name, kMaxRecord, &bytes->emplace(), nullptr);
  if (error.ok()) return kOk;
  bytes->reset();
  return error.code() == ENOENT ? kOk : error;
}

bool Is(const std::optional<FileBytes>& bytes, const std::optional<ContentDigest>& digest) {
  return bytes.has_value() && digest.has_value() && ContentDigestOf(bytes->view()) == *digest;
}

TransactionError Recovery::Inspect(LocatedFile file) {
  const PendingFile& pending = file.pending;
  std::optional<FileBytes> temporary, target;
  Error error;
  // The path may lead elsewhere by now.
  if (IsTemporaryName(pending.temporary, file.name))
    error = ReadIfThere(*file.directory, pending.temporary, &temporary);
  if (error.ok()) error = ReadIfThere(*file.directory, file.name, &target);
  if (!error.ok()) return Failed(error, pending.path, "cannot be looked at");
  const bool old = pending.was_there ? Is(target, pending.old) : !target.has_value();
  if (!temporary.has_value()) {
    if (IsTemporaryName(pending.backup, file.name + "-")) error = KeepBackup(file);
    if (!error.ok()) return Failed(error, pending.path + "-", "cannot be replaced");
    if (old && pending.old != pending.digest)
      lost_.push_back(pending.path + ": the new content of an interrupted run is lost" + kLook);
    return {};
  }
  Waiting& waiting = waiting_.emplace_back();
  if (!Is(temporary, pending.digest)) {
    waiting.note = pending.path + ": the new content of an interrupted run is damaged" + kLook;
  } else if (!target.has_value() && pending.was_there) {
    waiting.note = pending.path + ": was removed since an interrupted run" + kLook;
  }
  waiting.disturbed = !old && !Is(target, pending.digest);
  waiting.file = std::move(file);
  return {};
}

TransactionError Recovery::Look() {
  for (const PendingFile& pending : set_.files) {
    LocatedFile file{nullptr, "", pending};
    const Error error = root_.Locate(pending.path, true, &file.directory, &file.name);
    if (error.not_found()) continue;  // directory and all have gone
    if (!error.ok()) return Failed(error, pending.path, "cannot be looked at");
    if (TransactionError failed = Inspect(std::move(file)); !failed.ok()) return failed;
  }
  return {};
}

TransactionError Recovery::MergeOne(const MergeFile& merge, Waiting* waiting) {
  LocatedFile& file = waiting->file;
  const PendingFile& pending = file.pending;
  std::optional<FileBytes> before, after, current;
  Error error = ReadIfThere(*file.directory, pending.temporary, &after);
  if (error.ok()) error = ReadIfThere(*file.directory, file.name, &current);
  for (const std::string& name : {pending.backup, file.name + "-"}) {
    if (Is(before, pending.old) || name.empty()) continue;
    if (error.ok()) error = ReadIfThere(*file.directory, name, &before);
  }
  if (error.ok() && !(after.has_value() && current.has_value())) error = Error(EBUSY);
  if (!error.ok()) return Failed(error, pending.path, "cannot be read");
  DisturbedFile disturbed{pending.path, std::nullopt, after->view(), current->view()};
  if (!pending.was_there) disturbed.before = "";
  if (Is(before, pending.old)) disturbed.before = before->view();
  const FileChange change{pending.path, merge(disturbed, &of_merge_), 0, true};
  TransactionError failed = StageFile(root_, change, &staged_.emplace_back());
  failed.committed = true;  // the set is
  return failed;
}

TransactionError Recovery::ReplaceRecord() {
  PendingSet set;
  set.temporary_record = set_.temporary_record;
  for (const Waiting& waiting : waiting_) set.files.push_back(waiting.file.pending);
  std::string text = WithoutPending(record_.view());
  AppendPending(set, &text);
  bool renamed = false;
  const Error error = ReplaceFile(*record_directory_, record_name_, text, {}, &renamed);
  if (renamed) staged_.clear();
  return error.ok() ? TransactionError() : Failed(error, record_path_, "cannot be written");
}

TransactionError Recovery::Merge(const MergeFile& merge, std::vector<std::string>* notes) {
  std::vector<Waiting*> disturbed;
  for (Waiting& waiting : waiting_) {
    if (waiting.disturbed && waiting.note.empty()) disturbed.push_back(&waiting);
  }
  if (disturbed.empty()) return {};
  TransactionError result;
  for (size_t i = 0; i < disturbed.size() && result.ok(); ++i) {
    result = MergeOne(merge, disturbed[i]);
  }
  if (result.ok()) {
    for (size_t i = 0; i < disturbed.size(); ++i) {
      LocatedFile& file = disturbed[i]->file;
      file.pending = staged_[i].pending;
    }
    result = ReplaceRecord();
  }
  RemoveStaged(staged_);
  if (result.ok()) notes->insert(notes->end(), of_merge_.begin(), of_merge_.end());
  return result;
}

// What cannot be finished is dropped last: until then the next recovery tells of it as well.
TransactionError Recovery::Finish(std::vector<std::string>* notes) {
  std::vector<LocatedFile> good, dropped;
  for (Waiting& waiting : waiting_) {
    if (!waiting.note.empty()) notes->push_back(waiting.note);
    (waiting.note.empty() ? good : dropped).push_back(std::move(waiting.file));
  }
  notes->insert(notes->end(), lost_.begin(), lost_.end());
  TransactionError result = FinishPending(good);
  if (result.ok()) RemoveStaged(dropped);
  return result;
}

TransactionError Recovery::Run(const MergeFile& merge, std::vector<std::string>* notes) {
  TransactionError result = ReadRecord();
  if (result.ok()) result = Look();
  if (result.ok() && !waiting_.empty()) {
    result = Merge(merge, notes);
    if (result.ok()) result = Finish(notes);
  }
  if (!result.ok() || !set_.temporary_record) return result;
  const Error error = record_directory_->Remove(record_name_);
  return error.ok() ? result : TransactionError{error, record_path_, "cannot be removed", false};
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
    if (result.ok()) result = Failed(error, path, what);
  };
  SeenDirectories seen;
  for (const LocatedFile& file : files) {
    const PendingFile& pending = file.pending;
    if (Error error = file.directory->Rename(pending.temporary, file.name); !error.ok()) {
      fail(error, pending.path, "cannot be replaced");
      return result;
    }
    if (Error error = KeepBackup(file); !error.ok()) {
      (void)file.directory->Remove(pending.backup);
      fail(error, pending.path + "-", "cannot be replaced");
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
                              const std::vector<std::string>& paths, const MergeFile& merge,
                              std::vector<std::string>* notes) {
  for (const std::string& record : record_paths) {
    const TransactionError error = Recovery(root, record).Run(merge, notes);
    if (!error.ok()) return error;
  }
  std::vector<std::string> all = paths;
  all.insert(all.end(), record_paths.begin(), record_paths.end());
  return Sweep(root, all);
}

TransactionError CheckRecord(Root& root, const std::string& record_path) {
  return Recovery(root, record_path).ReadRecord();
}

}  // namespace keelson
