// Nodes are shared: an open file or directory keeps its node when the name goes, as on a real
// system.
#include "platform/fake/file.h"

#include <algorithm>
#include <utility>

#include "platform/lock.h"

namespace keelson {
namespace {

bool Valid(std::string_view name) {
  return !name.empty() && name != ".." && name.find('/') == name.npos &&
         name.find('\0') == name.npos;
}

// Cuts the first component off. Empty: nothing is left.
std::string_view Cut(std::string_view* path) {
  path->remove_prefix(std::min(path->find_first_not_of('/'), path->size()));
  std::string_view component = path->substr(0, path->find('/'));
  path->remove_prefix(component.size());
  return component;
}

}  // namespace

class FakeMapping : public Mapping {
 public:
  explicit FakeMapping(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string_view view() const override { return bytes_; }

 private:
  const std::string bytes_;
};

class FakeLock : public Lock {
 public:
  FakeLock(std::shared_ptr<FakeNode> node, bool* locked) : node_(std::move(node)), locked_(locked) {
    *locked_ = true;
  }
  ~FakeLock() override { *locked_ = false; }

 private:
  std::shared_ptr<FakeNode> node_;  // keeps *locked_
  bool* const locked_;
};

class FakeOutputFile : public OutputFile {
 public:
  FakeOutputFile(FakeTree* tree, std::shared_ptr<FakeNode> directory,
                 std::shared_ptr<FakeNode> node)
      : tree_(tree), directory_(std::move(directory)), node_(std::move(node)) {}
  ~FakeOutputFile() override { Tell(WatchKind::kClosed); }

  Error Write(std::string_view bytes) override {
    Error error = tree_->Count(FileCall::kWrite);
    if (!error.ok()) bytes = bytes.substr(0, bytes.size() / 2);
    node_->bytes.append(bytes);
    node_->info.size = node_->bytes.size();
    tree_->Touch(node_.get());
    if (!bytes.empty()) Tell(WatchKind::kWritten);
    return error;
  }
  Error SetMode(uint32_t mode) override {
    if (Error error = tree_->Count(FileCall::kSetMode); !error.ok()) return error;
    node_->info.mode = mode;
    Tell(WatchKind::kAttributes);
    return kOk;
  }
  Error SetOwner(uint32_t uid, uint32_t gid) override {
    if (Error error = tree_->Count(FileCall::kSetOwner); !error.ok()) return error;
    node_->info.uid = uid;
    node_->info.gid = gid;
    node_->info.mode &= 01777;  // chown takes the set-id bits away
    Tell(WatchKind::kAttributes);
    return kOk;
  }
  Error SetAttribute(const FileAttribute& attribute) override {
    if (Error error = tree_->Count(FileCall::kSetAttribute); !error.ok()) return error;
    node_->attributes[attribute.name] = attribute.value;
    return kOk;
  }
  Error Sync() override {
    if (Error error = tree_->Count(FileCall::kSyncFile); !error.ok()) return error;
    node_->synced_bytes = node_->bytes;
    return kOk;
  }

 private:
  // By the name that it has now, as the system tells it.
  void Tell(WatchKind kind) {
    for (const auto& [name, node] : directory_->entries) {
      if (node == node_) return tree_->Told(directory_.get(), kind, name);
    }
  }

  FakeTree* const tree_;
  std::shared_ptr<FakeNode> directory_;
  std::shared_ptr<FakeNode> node_;
};

class FakeDirectory : public Directory {
 public:
  FakeDirectory(FakeTree* tree, std::shared_ptr<FakeNode> node)
      : tree_(tree), node_(std::move(node)) {}

  Error Stat(std::string_view name, FileInfo* info) override {
    std::shared_ptr<FakeNode> node;
    if (Error error = Begin(FileCall::kStat, name, &node); !error.ok()) return error;
    if (node == nullptr) return Error(ENOENT);
    *info = node->info;
    return kOk;
  }
  Error StatSelf(FileInfo* info) override { return Stat(".", info); }
  Error StatBelow(std::string_view path, FileInfo* info) override;
  Error HasExactStamps(bool* exact) override {
    if (Error error = tree_->Count(FileCall::kStat); !error.ok()) return error;
    *exact = node_->exact_stamps;
    return kOk;
  }
  Error Map(std::string_view name, std::unique_ptr<Mapping>* mapping, FileInfo* info) override;
  Error Read(std::string_view name, size_t limit, FileBytes* bytes, FileInfo* info) override;
  Error ListAttributes(std::string_view name, std::vector<FileAttribute>* attributes) override;
  Error ReadLink(std::string_view name, std::string* target) override {
    std::shared_ptr<FakeNode> node;
    if (Error error = Begin(FileCall::kReadLink, name, &node); !error.ok()) return error;
    if (node == nullptr) return Error(ENOENT);
    if (node->info.type != FileType::kSymlink) return Error(EINVAL);
    *target = node->bytes;
    return kOk;
  }
  Error List(std::vector<DirectoryEntry>* entries) override {
    entries->clear();
    if (Error error = tree_->Count(FileCall::kList); !error.ok()) return error;
    for (const auto& [name, node] : node_->entries) entries->push_back({name, node->info.type});
    return kOk;
  }
  Error Open(std::string_view name, std::unique_ptr<Directory>* directory) override {
    std::shared_ptr<FakeNode> node;
    if (Error error = Begin(FileCall::kOpen, name, &node); !error.ok()) return error;
    if (node == nullptr) return Error(ENOENT);
    if (node->info.type != FileType::kDirectory) return Error(ENOTDIR);
    *directory = std::make_unique<FakeDirectory>(tree_, std::move(node));
    return kOk;
  }
  Error Create(std::string_view name, uint32_t mode, std::unique_ptr<OutputFile>* file) override;
  Error Append(std::string_view name, uint32_t mode, std::unique_ptr<OutputFile>* file,
               FileInfo* info) override;
  Error MakeDirectory(std::string_view name, uint32_t mode) override {
    return Make(FileCall::kMakeDirectory, name, FileType::kDirectory, mode, "");
  }
  Error MakeSymlink(std::string_view target, std::string_view name) override {
    if (target.find('\0') != target.npos) return Error(EINVAL);
    if (target.empty()) return Error(ENOENT);
    return Make(FileCall::kMakeSymlink, name, FileType::kSymlink, 0777, target);
  }
  Error SetOwner(std::string_view name, uint32_t uid, uint32_t gid) override;
  Error Link(std::string_view from, std::string_view to) override;
  Error Rename(std::string_view from, std::string_view to) override;
  Error Remove(std::string_view name) override;
  Error RemoveDirectory(std::string_view name) override;
  Error Sync() override {
    if (Error error = tree_->Count(FileCall::kSyncDirectory); !error.ok()) return error;
    node_->synced_entries = node_->entries;
    return kOk;
  }
  Error TryLock(std::string_view name, LockKind kind, std::unique_ptr<Lock>* lock) override;

 private:
  std::shared_ptr<FakeNode> Find(std::string_view name) const {
    if (name == ".") return node_;
    auto found = node_->entries.find(name);
    return found == node_->entries.end() ? nullptr : found->second;
  }
  // What every call on a name does first. *node: null when nothing has that name.
  Error Begin(FileCall call, std::string_view name, std::shared_ptr<FakeNode>* node) {
    if (!Valid(name)) return Error(EINVAL);
    if (Error error = tree_->Count(call); !error.ok()) return error;
    if (name.size() > 255) return Error(ENAMETOOLONG);
    *node = Find(name);
    return kOk;
  }
  Error Make(FileCall call, std::string_view name, FileType type, uint32_t mode,
             std::string_view bytes);
  void Insert(std::string_view name, std::shared_ptr<FakeNode> node, WatchKind kind) {
    node_->entries[std::string(name)] = std::move(node);
    tree_->Touch(node_.get());
    tree_->Told(node_.get(), kind, name);
  }
  // What stands against another entry for the node, or against the end of one.
  static Error Fixed(const FakeNode& node) {
    if (node.mount_point) return Error(EBUSY);
    return node.immutable ? Error(EPERM) : kOk;
  }
  void Erase(std::string_view name) {
    node_->entries.erase(std::string(name));
    tree_->Touch(node_.get());
    tree_->Told(node_.get(), WatchKind::kGone, name);
  }

  FakeTree* const tree_;
  std::shared_ptr<FakeNode> node_;
};

Error FakeDirectory::Read(std::string_view name, size_t limit, FileBytes* bytes, FileInfo* info) {
  std::shared_ptr<FakeNode> node;
  if (Error error = Begin(FileCall::kRead, name, &node); !error.ok()) return error;
  if (node == nullptr) return Error(ENOENT);
  if (node->info.type == FileType::kSymlink) return Error(ELOOP);
  if (node->info.type != FileType::kRegular) return Error(EINVAL);
  if (node->bytes.size() > limit) return Error(EFBIG);
  if (info != nullptr) *info = node->info;
  bytes->data.reset(new char[node->bytes.size() + 1]);
  bytes->size = node->bytes.copy(bytes->data.get(), node->bytes.size());
  return kOk;
}

Error FakeDirectory::StatBelow(std::string_view path, FileInfo* info) {
  if (path.empty() || path.front() == '/' || path.find('\0') != path.npos) return Error(EINVAL);
  if (Error error = tree_->Count(FileCall::kStat); !error.ok()) return error;
  std::shared_ptr<FakeNode> node = node_;
  for (std::string_view name; !(name = Cut(&path)).empty();) {
    if (node->info.type != FileType::kDirectory) return Error(ENOTDIR);
    const auto found = node->entries.find(name);
    if (found == node->entries.end()) return Error(ENOENT);
    node = found->second;
  }
  *info = node->info;
  return kOk;
}

Error FakeDirectory::Map(std::string_view name, std::unique_ptr<Mapping>* mapping, FileInfo* info) {
  std::shared_ptr<FakeNode> node;
  if (Error error = Begin(FileCall::kMap, name, &node); !error.ok()) return error;
  if (node == nullptr) return Error(ENOENT);
  if (node->info.type == FileType::kSymlink) return Error(ELOOP);
  if (node->info.type != FileType::kRegular) return Error(EINVAL);
  if (info != nullptr) *info = node->info;
  *mapping = std::make_unique<FakeMapping>(node->bytes);
  return kOk;
}

Error FakeDirectory::ListAttributes(std::string_view name, std::vector<FileAttribute>* attributes) {
  attributes->clear();
  std::shared_ptr<FakeNode> node;
  if (Error error = Begin(FileCall::kListAttributes, name, &node); !error.ok()) return error;
  if (node == nullptr) return Error(ENOENT);
  if (node->info.type == FileType::kSymlink) return Error(ELOOP);
  if (node->info.type != FileType::kRegular) return Error(EINVAL);
  for (const auto& [key, value] : node->attributes) attributes->push_back({key, value});
  return kOk;
}

Error FakeDirectory::Make(FileCall call, std::string_view name, FileType type, uint32_t mode,
                          std::string_view bytes) {
  std::shared_ptr<FakeNode> node;
  if (Error error = Begin(call, name, &node); !error.ok()) return error;
  if (node != nullptr) return Error(EEXIST);
  node = tree_->NewNode(type, mode);
  node->bytes = bytes;
  node->info.size = bytes.size();
  // A file that was never synced may come back empty; a link or a directory comes back whole.
  node->synced_bytes = bytes;
  Insert(name, std::move(node), WatchKind::kCreated);
  return kOk;
}

Error FakeDirectory::Create(std::string_view name, uint32_t mode,
                            std::unique_ptr<OutputFile>* file) {
  Error error = Make(FileCall::kCreate, name, FileType::kRegular, mode, "");
  if (!error.ok()) return error;
  *file = std::make_unique<FakeOutputFile>(tree_, node_, Find(name));
  return kOk;
}

Error FakeDirectory::Append(std::string_view name, uint32_t mode, std::unique_ptr<OutputFile>* file,
                            FileInfo* info) {
  std::shared_ptr<FakeNode> node;
  if (Error error = Begin(FileCall::kAppend, name, &node); !error.ok()) return error;
  if (node == nullptr) {
    node = tree_->NewNode(FileType::kRegular, mode);
    Insert(name, node, WatchKind::kCreated);
  }
  if (node->info.type == FileType::kSymlink) return Error(ELOOP);
  if (node->info.type != FileType::kRegular) return Error(EINVAL);
  if (info != nullptr) *info = node->info;
  *file = std::make_unique<FakeOutputFile>(tree_, node_, node);
  return kOk;
}

Error FakeDirectory::SetOwner(std::string_view name, uint32_t uid, uint32_t gid) {
  std::shared_ptr<FakeNode> node;
  if (Error error = Begin(FileCall::kSetOwner, name, &node); !error.ok()) return error;
  if (node == nullptr) return Error(ENOENT);
  node->info.uid = uid;
  node->info.gid = gid;
  if (node->info.type == FileType::kRegular) node->info.mode &= 01777;
  tree_->Told(node_.get(), WatchKind::kAttributes, name);
  return kOk;
}

Error FakeDirectory::Link(std::string_view from, std::string_view to) {
  std::shared_ptr<FakeNode> node;
  if (!Valid(to)) return Error(EINVAL);
  if (Error error = Begin(FileCall::kLink, from, &node); !error.ok()) return error;
  if (node == nullptr) return Error(ENOENT);
  if (Find(to) != nullptr) return Error(EEXIST);
  if (node->info.type == FileType::kDirectory || node->immutable) return Error(EPERM);
  if (node->mount_point) return Error(EXDEV);
  ++node->info.nlink;
  Insert(to, std::move(node), WatchKind::kCreated);
  return kOk;
}

Error FakeDirectory::Rename(std::string_view from, std::string_view to) {
  std::shared_ptr<FakeNode> node;
  if (!Valid(to)) return Error(EINVAL);
  if (Error error = Begin(FileCall::kRename, from, &node); !error.ok()) return error;
  if (node == nullptr) return Error(ENOENT);
  std::shared_ptr<FakeNode> old = Find(to);
  if (old == node) return kOk;
  if (Error error = Fixed(*node); !error.ok()) return error;
  if (old != nullptr) {
    if (Error error = Fixed(*old); !error.ok()) return error;
    bool from_directory = node->info.type == FileType::kDirectory;
    bool to_directory = old->info.type == FileType::kDirectory;
    if (from_directory != to_directory) return Error(to_directory ? EISDIR : ENOTDIR);
    if (!old->entries.empty()) return Error(ENOTEMPTY);
    --old->info.nlink;
  }
  Erase(from);
  if (node->info.type == FileType::kDirectory) tree_->Lost(node.get());
  if (old != nullptr && old->info.type == FileType::kDirectory) tree_->Lost(old.get());
  Insert(to, std::move(node), WatchKind::kArrived);
  return kOk;
}

Error FakeDirectory::Remove(std::string_view name) {
  std::shared_ptr<FakeNode> node;
  if (Error error = Begin(FileCall::kRemove, name, &node); !error.ok()) return error;
  if (node == nullptr) return Error(ENOENT);
  if (node->info.type == FileType::kDirectory) return Error(EISDIR);
  if (Error error = Fixed(*node); !error.ok()) return error;
  --node->info.nlink;
  Erase(name);
  return kOk;
}

Error FakeDirectory::RemoveDirectory(std::string_view name) {
  std::shared_ptr<FakeNode> node;
  if (Error error = Begin(FileCall::kRemoveDirectory, name, &node); !error.ok()) return error;
  if (node == nullptr) return Error(ENOENT);
  if (node->info.type != FileType::kDirectory) return Error(ENOTDIR);
  if (!node->entries.empty()) return Error(ENOTEMPTY);
  Erase(name);
  tree_->Lost(node.get());
  return kOk;
}

Error FakeDirectory::TryLock(std::string_view name, LockKind kind, std::unique_ptr<Lock>* lock) {
  std::shared_ptr<FakeNode> node;
  if (kind == LockKind::kPidLink) return Error(EINVAL);
  if (Error error = Begin(FileCall::kLock, name, &node); !error.ok()) return error;
  if (node == nullptr) {
    node = tree_->NewNode(FileType::kRegular, 0600);
    Insert(name, node, WatchKind::kCreated);
  }
  if (node->info.type == FileType::kSymlink) return Error(ELOOP);
  if (node->info.type == FileType::kDirectory) return Error(EISDIR);
  bool* locked = kind == LockKind::kRecord ? &node->record_locked : &node->whole_locked;
  if (*locked) return Error(EAGAIN);
  *lock = std::make_unique<FakeLock>(node, locked);
  return kOk;
}

FakeTree::FakeTree(Clock* clock) : clock_(clock), top_(NewNode(FileType::kDirectory, 0755)) {}

std::unique_ptr<Directory> FakeTree::Top() { return std::make_unique<FakeDirectory>(this, top_); }

void FakeTree::FailNth(FileCall call, int nth, Error error) {
  failures_.push_back({call, calls(call) + nth, false, error});
}

void FakeTree::FailFrom(int nth, Error error) {
  failures_.push_back({FileCall::kAny, calls(FileCall::kAny) + nth, true, error});
}

void FakeTree::FailNoMore() { failures_.clear(); }

Error FakeTree::Count(FileCall call) {
  ++counts_[static_cast<size_t>(FileCall::kAny)];
  ++counts_[static_cast<size_t>(call)];
  for (const Failure& failure : failures_) {
    bool kind = failure.call == call || failure.call == FileCall::kAny;
    const int now = calls(failure.call);
    if (kind && (now == failure.at || (failure.later && now > failure.at))) return failure.error;
  }
  return kOk;
}

std::shared_ptr<FakeNode> FakeTree::NewNode(FileType type, uint32_t mode) {
  auto node = std::make_shared<FakeNode>();
  node->info.type = type;
  node->info.dev = 1;
  node->info.ino = next_ino_++;
  node->info.nlink = 1;
  node->info.mode = mode & 07777;
  Touch(node.get());
  return node;
}

void FakeTree::Touch(FakeNode* node) {
  node->info.mtime_ns = clock_->WallNs();
  node->info.ctime_ns = node->info.mtime_ns;
}

void FakeTree::Told(const FakeNode* directory, WatchKind kind, std::string_view name) {
  for (Observer* observer : observers_) observer->OnChange(directory, kind, name);
}

void FakeTree::Lost(const FakeNode* directory) {
  for (Observer* observer : observers_) observer->OnLost(directory);
}

void FakeTree::Crash(bool entries_survive) { CrashBelow(top_.get(), entries_survive); }

void FakeTree::CrashBelow(FakeNode* node, bool entries_survive) {
  node->bytes = node->synced_bytes;
  node->info.size = node->bytes.size();
  node->record_locked = node->whole_locked = false;
  if (!entries_survive) node->entries = node->synced_entries;
  for (const auto& [name, child] : node->entries) CrashBelow(child.get(), entries_survive);
}

std::shared_ptr<FakeNode> FakeTree::MakeParents(std::string_view path, std::string* name) {
  std::shared_ptr<FakeNode> node = top_;
  *name = Cut(&path);
  for (std::string_view next; !(next = Cut(&path)).empty(); *name = next) {
    std::shared_ptr<FakeNode>& child = node->entries[*name];
    if (child == nullptr) child = NewNode(FileType::kDirectory, 0755);
    node->synced_entries[*name] = child;
    node = child;
  }
  return node;
}

void FakeTree::Put(std::string_view path, std::string_view bytes, uint32_t mode) {
  std::string name;
  std::shared_ptr<FakeNode> parent = MakeParents(path, &name);
  std::shared_ptr<FakeNode> node = NewNode(FileType::kRegular, mode);
  node->bytes = node->synced_bytes = bytes;
  node->info.size = bytes.size();
  parent->entries[name] = parent->synced_entries[name] = node;
}

void FakeTree::PutLink(std::string_view path, std::string_view target) {
  Put(path, target, 0777);
  Find(path)->info.type = FileType::kSymlink;
}

void FakeTree::PutDirectory(std::string_view path) {
  std::string name;
  MakeParents(std::string(path) + "/.", &name);
}

std::shared_ptr<FakeNode> FakeTree::Find(std::string_view path) const {
  std::shared_ptr<FakeNode> node = top_;
  for (std::string_view name; node != nullptr && !(name = Cut(&path)).empty();) {
    auto found = node->entries.find(name);
    node = found == node->entries.end() ? nullptr : found->second;
  }
  return node;
}

std::shared_ptr<FakeNode> FakeTree::FindBelow(const std::shared_ptr<FakeNode>& node, uint64_t ino) {
  if (node->info.ino == ino) return node;
  for (const auto& [name, child] : node->entries) {
    if (std::shared_ptr<FakeNode> found = FindBelow(child, ino); found != nullptr) return found;
  }
  return nullptr;
}

std::shared_ptr<FakeNode> FakeTree::FindNode(uint64_t ino) const { return FindBelow(top_, ino); }

std::string FakeTree::Get(std::string_view path) const {
  std::shared_ptr<FakeNode> node = Find(path);
  return node != nullptr && node->info.type == FileType::kRegular ? node->bytes : "(none)";
}

std::vector<std::string> FakeTree::Names(std::string_view path) const {
  std::vector<std::string> names;
  std::shared_ptr<FakeNode> node = Find(path);
  if (node == nullptr) return names;
  for (const auto& [name, child] : node->entries) names.push_back(name);
  return names;
}

}  // namespace keelson
