// Trust comes before every look: the folder, then the open file. Others may only wait for a lock,
// never keep us from it, so a lock that they can open is none.
#include "applets/mdsscan/database.h"

#include <cerrno>
#include <optional>
#include <utility>

#include "applets/status.h"
#include "applets/trust.h"
#include "platform/replace.h"

namespace keelson {
namespace {

constexpr uint32_t kOfOthers = 0077;
constexpr char kNotWhole[] = "cut short, corrupt or of another version";
constexpr char kReplaced[] = "; a scan replaces it";

class MappedSnapshot : public SharedSnapshot {
 public:
  MappedSnapshot(std::unique_ptr<Mapping> mapping, MdsSnapshot snapshot)
      : mapping_(std::move(mapping)), snapshot_(std::move(snapshot)) {}
  const MdsSnapshot& snapshot() const override { return snapshot_; }

 private:
  const std::unique_ptr<Mapping> mapping_;
  const MdsSnapshot snapshot_;
};

class OwnSnapshot : public SharedSnapshot {
 public:
  explicit OwnSnapshot(std::string bytes)
      : bytes_(std::move(bytes)), snapshot_(MdsSnapshot::FromBuilder(bytes_)) {}
  const MdsSnapshot& snapshot() const override { return *snapshot_; }
  bool is_right() const { return snapshot_.has_value(); }

 private:
  const std::string bytes_;
  const std::optional<MdsSnapshot> snapshot_;
};

absl::Status Refused(const std::string& path, std::string_view why) {
  return Failure(path + ": refused: " + std::string(why));
}

// Whoever may not is told apart from what cannot.
absl::Status NotWritten(const std::string& path, Error error) {
  if (error.code() == EACCES || error.code() == EPERM) {
    return absl::PermissionDeniedError(path + ": " + error.Text());
  }
  return SystemError(path, "", error);
}

}  // namespace

std::shared_ptr<const SharedSnapshot> SnapshotInMemory(std::string bytes) {
  auto snapshot = std::make_shared<const OwnSnapshot>(std::move(bytes));
  return snapshot->is_right() ? snapshot : nullptr;
}

Database::Database(Root* root, std::string folder, uint32_t uid)
    : root_(*root), folder_(std::move(folder)), uid_(uid) {}

// --- Reading ---

bool Database::Open() {
  FileInfo info;
  directory_.reset();
  const bool is_right = root_.OpenDirectory(folder_, &directory_).ok() &&
                        directory_->StatSelf(&info).ok() && WhyNotTrusted(info, uid_).empty();
  if (!is_right) directory_.reset();
  return is_right;
}

Database::Versions Database::Look() {
  Versions versions;
  FileInfo info;
  if (directory_->Stat(kSnapshotName, &info).ok()) versions.snapshot = ValidatorOf(info);
  if (directory_->Stat(kStateName, &info).ok()) versions.state = ValidatorOf(info);
  return versions;
}

bool Database::IsAsKnown() {
  if (!is_known_) return false;
  return known_ == (Open() ? Look() : Versions());
}

void Database::Know() {
  known_ = Open() ? Look() : Versions();
  is_known_ = true;
}

std::unique_ptr<Mapping> Database::Map(std::string_view name) {
  std::unique_ptr<Mapping> mapping;
  FileInfo info;
  const bool is_right = directory_ != nullptr && directory_->Map(name, &mapping, &info).ok() &&
                        WhyNotTrusted(info, uid_).empty();
  return is_right ? std::move(mapping) : nullptr;
}

std::shared_ptr<const SharedSnapshot> Database::LoadSnapshot(bool all) {
  std::unique_ptr<Mapping> mapping = Map(kSnapshotName);
  if (mapping == nullptr) return nullptr;
  auto snapshot = MdsSnapshot::FromBytes(mapping->view());
  if (!snapshot || (all && !snapshot->AllPagesAreRight())) return nullptr;
  return std::make_shared<const MappedSnapshot>(std::move(mapping), std::move(*snapshot));
}

Catalog Database::LoadState() {
  const std::shared_ptr<const Mapping> mapping = Map(kStateName);
  return mapping == nullptr ? Catalog()
                            : ParseCatalog(mapping->view(), mapping).value_or(Catalog());
}

Catalog Database::LoadStateHead() {
  const std::unique_ptr<Mapping> mapping = Map(kStateName);
  return mapping == nullptr ? Catalog() : ParseCatalogHead(mapping->view()).value_or(Catalog());
}

// --- What is wrong with it ---

std::vector<std::string> Database::Faults() {
  FileInfo info;
  Error error = root_.OpenDirectory(folder_, &directory_);
  if (error.ok()) error = directory_->StatSelf(&info);
  if (error.not_found()) return {};
  if (!error.ok()) return {folder_ + ": " + error.Text()};
  if (const std::string why = WhyNotTrusted(info, uid_); !why.empty()) {
    return {folder_ + ": not trusted: " + why};
  }
  std::vector<std::string> faults;
  for (const std::string_view name : {kSnapshotName, kStateName}) {
    const std::string fault = FaultOf(name);
    if (!fault.empty()) faults.push_back(PathOf(name) + ": " + fault);
  }
  if (absl::Status lock = CheckLockFile(); !lock.ok()) faults.emplace_back(lock.message());
  return faults;
}

std::string Database::FaultOf(std::string_view name) {
  std::unique_ptr<Mapping> mapping;
  FileInfo info;
  const Error error = directory_->Map(name, &mapping, &info);
  if (error.not_found()) return "";
  if (error.code() == EINVAL && directory_->Stat(name, &info).ok()) {
    return info.type == FileType::kDirectory ? Error(EISDIR).Text() : "not a regular file";
  }
  if (!error.ok()) return error.Text();
  if (const std::string why = WhyNotTrusted(info, uid_); !why.empty()) {
    return "not trusted: " + why + kReplaced;
  }
  if (name == kStateName) {
    return ParseCatalog(mapping->view(), nullptr) ? "" : std::string(kNotWhole) + kReplaced;
  }
  const auto snapshot = MdsSnapshot::FromBytes(mapping->view());
  if (!snapshot) return std::string(kNotWhole) + kReplaced;
  return snapshot->AllPagesAreRight() ? "" : std::string("corrupt") + kReplaced;
}

std::string Database::WhyNoSnapshot(bool expected) {
  std::string why = directory_ == nullptr ? "" : FaultOf(kSnapshotName);
  if (why.ends_with(kReplaced)) why.resize(why.size() - std::string_view(kReplaced).size());
  if (why.empty() && expected) why = "not there any more";
  return why.empty() ? "" : PathOf(kSnapshotName) + ": " + why + "; everything is read again";
}

// --- Writing ---

absl::Status Database::Make() {
  std::string made;
  for (size_t end = 0; end != std::string::npos && end < folder_.size();) {
    end = folder_.find('/', end + 1);
    const std::string path = folder_.substr(0, end);
    FileInfo info;
    Error error = root_.Stat(path, &info);
    if (error.ok()) continue;
    std::unique_ptr<Directory> parent;
    std::string name;
    if (error.code() == ENOENT) error = root_.Locate(path, true, &parent, &name);
    if (error.ok()) error = parent->MakeDirectory(name, 0755);
    if (!error.ok() && error.code() != EEXIST) return NotWritten(path, error);
  }
  FileInfo info;
  Error error = root_.OpenDirectory(folder_, &directory_);
  if (error.ok()) error = directory_->StatSelf(&info);
  if (!error.ok()) return NotWritten(folder_, error);
  const std::string why = WhyNotTrusted(info, uid_);
  return why.empty() ? absl::OkStatus() : Refused(folder_, why);
}

// A lock that others may open is one that they may keep for ever.
absl::Status Database::CheckLockFile() {
  FileInfo info;
  const Error error = directory_->Stat(kLockName, &info);
  if (error.code() == ENOENT) return absl::OkStatus();
  if (!error.ok()) return NotWritten(PathOf(kLockName), error);
  if (info.type != FileType::kRegular) return Refused(PathOf(kLockName), "not a regular file");
  const std::string why = WhyNotTrusted(info, uid_);
  if (!why.empty()) return Refused(PathOf(kLockName), why);
  if ((info.mode & kOfOthers) == 0) return absl::OkStatus();
  return Refused(PathOf(kLockName), "others may open it");
}

absl::Status Database::Lock(int64_t deadline_ns) {
  if (lock_ != nullptr) return absl::OkStatus();
  if (absl::Status status = Make(); !status.ok()) return status;
  if (absl::Status status = CheckLockFile(); !status.ok()) return status;
  const Error error = TakeLock(*directory_, kLockName, LockKind::kWhole, deadline_ns, &lock_);
  if (error.code() == EAGAIN) {
    return absl::AbortedError(PathOf(kLockName) + ": another scan holds it");
  }
  if (!error.ok()) return NotWritten(PathOf(kLockName), error);
  if (absl::Status status = CheckLockFile(); !status.ok()) {
    lock_.reset();
    return status;
  }
  SweepTemporaries();
  return absl::OkStatus();
}

// Of writers that were killed: whoever writes has the lock.
void Database::SweepTemporaries() {
  std::vector<DirectoryEntry> entries;
  if (!directory_->List(&entries).ok()) return;
  for (const DirectoryEntry& entry : entries) {
    if (IsTemporaryName(entry.name, kSnapshotName) || IsTemporaryName(entry.name, kStateName)) {
      (void)directory_->Remove(entry.name);
    }
  }
}

absl::Status Database::Replace(std::string_view name, std::string_view bytes, bool sync) {
  // Taken away since it was locked.
  if (directory_ == nullptr) return NotWritten(folder_, Error(ENOENT));
  ReplaceOptions options;
  options.keep_identity = false;
  options.sync = sync;
  bool renamed = false;
  const Error error = ReplaceFile(*directory_, name, bytes, options, &renamed);
  return error.ok() || renamed ? absl::OkStatus() : NotWritten(PathOf(name), error);
}

// Giving back the blocks of the one that is replaced can take longer than writing the new one, and
// is done in the rename if nobody has it open.
absl::Status Database::WriteSnapshot(std::string_view bytes) {
  if (directory_ != nullptr) (void)directory_->Map(kSnapshotName, &replaced_, nullptr);
  return Replace(kSnapshotName, bytes, true);
}

absl::Status Database::WriteState(std::string_view bytes) {
  return Replace(kStateName, bytes, false);
}

absl::Status Database::StageState(std::string_view bytes) {
  if (directory_ == nullptr) return NotWritten(folder_, Error(ENOENT));
  FileInfo info;
  std::unique_ptr<OutputFile> file;
  Error error;
  if (directory_->Stat(kStateName, &info).ok() && info.type == FileType::kDirectory) {
    error = Error(EISDIR);
  }
  if (error.ok()) error = CreateTemporary(*directory_, kStateName, &staged_, &file);
  if (!error.ok()) return NotWritten(PathOf(kStateName), error);
  error = file->Write(bytes);
  if (error.ok()) error = file->SetMode(0644);
  if (error.ok()) return absl::OkStatus();
  (void)directory_->Remove(std::exchange(staged_, ""));
  return NotWritten(PathOf(kStateName), error);
}

absl::Status Database::CommitState() {
  if (directory_ == nullptr) return NotWritten(folder_, Error(ENOENT));
  const Error error = directory_->Rename(std::exchange(staged_, ""), kStateName);
  return error.ok() ? absl::OkStatus() : NotWritten(PathOf(kStateName), error);
}

}  // namespace keelson
