// Everything that can be refused is tried before the record is replaced: the temporary files are
// written whole, and the old file gets its second name, because link(2) also refuses what rename(2)
// would refuse later: a mount point (EXDEV), an immutable file (EPERM).
#include "platform/transaction.h"

#include <cerrno>
#include <memory>
#include <utility>

#include "platform/pending.h"
#include "platform/replace.h"

namespace keelson {
namespace {

constexpr size_t kNoLimit = SIZE_MAX - 1;
constexpr uint32_t kDirectoryMode = 0755;

TransactionError Failed(Error error, std::string_view path, const char* what,
                        bool committed = false) {
  return {error, std::string(path), what, committed};
}

Error Fill(const FileChange& file, const FileInfo* old, const LocatedFile& staged,
           OutputFile* output) {
  std::vector<FileAttribute> attributes;
  if (old != nullptr) {
    Error error = output->SetOwner(old->uid, old->gid);
    if (error.ok()) error = staged.directory->ListAttributes(staged.name, &attributes);
    if (!error.ok()) return error;
  } else {
    // Who is not root makes files of their own.
    Error error = output->SetOwner(0, 0);
    if (!error.ok() && error.code() != EPERM) return error;
  }
  if (Error error = output->Write(file.bytes); !error.ok()) return error;
  for (const FileAttribute& attribute : attributes) {
    Error error = output->SetAttribute(attribute);
    if (!error.ok() && !error.unsupported()) return error;
  }
  // After the attributes: an access list has a say in what the mode is.
  Error error = output->SetMode(old != nullptr ? old->mode : file.mode);
  return error.ok() ? output->Sync() : error;
}

Error CopyOld(const FileInfo& old, LocatedFile* staged) {
  Directory& directory = *staged->directory;
  FileBytes bytes;
  if (Error error = directory.Read(staged->name, kNoLimit, &bytes, nullptr); !error.ok())
    return error;
  std::unique_ptr<OutputFile> output;
  std::string backup;
  if (Error error = CreateTemporary(directory, staged->name + "-", &backup, &output); !error.ok())
    return error;
  staged->pending.backup = std::move(backup);
  Error error = output->SetOwner(old.uid, old.gid);
  if (error.ok()) error = output->Write(bytes.view());
  return error.ok() ? output->SetMode(old.mode) : error;
}

Error SecondName(const FileInfo& old, LocatedFile* staged, const char** what) {
  Directory& directory = *staged->directory;
  std::string backup = TemporaryName(staged->name + "-");
  Error error = directory.Link(staged->name, backup);
  if (error.ok()) {
    staged->pending.backup = std::move(backup);
    return kOk;
  }
  if (error.code() == EXDEV) {
    *what = "is a mount point";
    return Error(EBUSY);
  }
  if (error.code() != EPERM && error.code() != EMLINK && !error.unsupported()) return error;
  // Not this file, or no file of this file system? The temporary one is ours beyond doubt.
  if (directory.Link(staged->pending.temporary, backup).ok()) {
    (void)directory.Remove(backup);
    *what = "cannot be replaced";
    return error;
  }
  return CopyOld(old, staged);
}

TransactionError KeepOld(const FileChange& file, const FileInfo& old, LocatedFile* staged) {
  const char* what = "cannot be kept as a backup";
  Error error = SecondName(old, staged, &what);
  if (!error.ok()) return Failed(error, file.path, what);
  FileBytes bytes;
  error = staged->directory->Read(staged->pending.backup, kNoLimit, &bytes, nullptr);
  if (!error.ok()) return Failed(error, file.path, "cannot be read");
  staged->pending.old = ContentDigestOf(bytes.view());

  bool keep = file.backup;
  FileInfo before;
  error = keep ? staged->directory->Stat(staged->name + "-", &before) : Error(ENOENT);
  if (error.ok()) {
    if (before.type == FileType::kDirectory)
      return Failed(Error(EISDIR), file.path + "-", "is in the backup's place");
    keep = before.ino != old.ino || before.dev != old.dev;  // else it is this very file
  } else if (error.code() != ENOENT) {
    return Failed(error, file.path + "-", "cannot be looked at");
  }
  if (keep) return {};
  error = staged->directory->Remove(staged->pending.backup);
  if (!error.ok()) return Failed(error, file.path, what);
  staged->pending.backup.clear();
  return {};
}

}  // namespace

TransactionError StageFile(Root& root, const FileChange& file, LocatedFile* result) {
  LocatedFile& staged = *result;
  staged.pending.path = file.path;
  Error error = root.Locate(file.path, true, &staged.directory, &staged.name);
  if (!error.ok()) return Failed(error, file.path, "cannot be found");

  FileInfo old;
  error = staged.directory->Stat(staged.name, &old);
  const bool exists = error.ok();
  if (!exists && error.code() != ENOENT) return Failed(error, file.path, "cannot be looked at");
  if (exists && old.type != FileType::kRegular) {
    const bool directory = old.type == FileType::kDirectory;
    return Failed(Error(directory ? EISDIR : EINVAL), file.path, "is not a regular file");
  }

  std::unique_ptr<OutputFile> output;
  std::string temporary;
  error = CreateTemporary(*staged.directory, staged.name, &temporary, &output);
  if (!error.ok()) return Failed(error, file.path, "cannot create a file beside it");
  staged.pending.temporary = std::move(temporary);
  error = Fill(file, exists ? &old : nullptr, staged, output.get());
  if (!error.ok()) return Failed(error, file.path, "cannot write its new content");
  staged.pending.digest = ContentDigestOf(file.bytes);
  staged.pending.was_there = exists;
  return exists ? KeepOld(file, old, result) : TransactionError();
}

void RemoveStaged(const std::vector<LocatedFile>& staged) {
  for (const LocatedFile& file : staged) {
    for (const std::string& name : {file.pending.temporary, file.pending.backup}) {
      if (!name.empty()) (void)file.directory->Remove(name);
    }
  }
}

namespace {

class Transaction {
 public:
  Transaction(Root& root, const TransactionRecord& record) : root_(root), record_(record) {}

  TransactionError Run(const std::vector<FileChange>& files) {
    for (const FileChange& file : files) {
      TransactionError error = StageFile(root_, file, &staged_.emplace_back());
      if (!error.ok()) return Undone(std::move(error));
    }
    if (TransactionError error = OpenRecord(); !error.ok()) return Undone(std::move(error));
    return Commit();
  }

 private:
  TransactionError OpenRecord();
  Error MakeRecordDirectories();
  TransactionError Undone(TransactionError error);
  TransactionError Commit();

  Root& root_;
  const TransactionRecord& record_;
  std::vector<LocatedFile> staged_;
  std::unique_ptr<Directory> record_directory_;
  std::string record_name_;
  std::vector<std::pair<std::unique_ptr<Directory>, std::string>> made_;  // directories
};

TransactionError Transaction::OpenRecord() {
  Error error = root_.Locate(record_.path, true, &record_directory_, &record_name_);
  if (error.code() == ENOENT) {
    error = MakeRecordDirectories();
    if (!error.ok()) return Failed(error, record_.path, "cannot make its directory");
    error = root_.Locate(record_.path, true, &record_directory_, &record_name_);
  }
  return error.ok() ? TransactionError() : Failed(error, record_.path, "cannot be found");
}

Error Transaction::MakeRecordDirectories() {
  const std::string& path = record_.path;
  for (size_t end = path.find('/', 1); end != path.npos; end = path.find('/', end + 1)) {
    std::unique_ptr<Directory> parent;
    std::string name;
    Error error = root_.Locate(path.substr(0, end), true, &parent, &name);
    if (!error.ok()) return error;
    error = parent->MakeDirectory(name, kDirectoryMode);
    if (error.ok()) made_.emplace_back(std::move(parent), name);
    if (!error.ok() && error.code() != EEXIST) return error;
  }
  return kOk;
}

TransactionError Transaction::Undone(TransactionError error) {
  RemoveStaged(staged_);
  for (; !made_.empty(); made_.pop_back())
    (void)made_.back().first->RemoveDirectory(made_.back().second);
  return error;
}

TransactionError Transaction::Commit() {
  PendingSet set;
  for (const LocatedFile& staged : staged_) set.files.push_back(staged.pending);
  set.temporary_record = !record_.keep;
  std::string text = record_.bytes;
  AppendPending(set, &text);
  bool renamed = false;
  Error error =
      ReplaceFile(*record_directory_, record_name_, text, {.mode = record_.mode}, &renamed);
  if (!renamed) return Undone(Failed(error, record_.path, "cannot be written"));
  // Whether the record is on the disk or not: the files are to say the same as it does.
  TransactionError result = FinishPending(staged_);
  if (result.ok() && !record_.keep) {
    Error removed = record_directory_->Remove(record_name_);
    if (!removed.ok()) result = Failed(removed, record_.path, "cannot be removed", true);
  }
  if (!result.ok() || error.ok()) return result;
  return Failed(error, record_.path, "cannot be synced", true);
}

}  // namespace

TransactionError ReplaceFiles(Root& root, const std::vector<FileChange>& files,
                              const TransactionRecord& record) {
  return Transaction(root, record).Run(files);
}

}  // namespace keelson
