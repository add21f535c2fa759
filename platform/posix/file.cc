// Directory over a descriptor and the *at calls.
//
// The descriptor is opened for searching only where the system has that (O_PATH, O_SEARCH), because
// a directory on the way may be searchable and not readable; what needs more opens "." anew.
#include "platform/file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "platform/clock.h"
#include "platform/descriptor.h"
#include "platform/directory_entries.h"
#include "platform/file_attributes.h"
#include "platform/file_stamps.h"
#include "platform/lock.h"

namespace keelson {
namespace {

#if defined(O_PATH)
constexpr int kSearch = O_PATH;
#elif defined(O_SEARCH)
constexpr int kSearch = O_SEARCH;
#else
constexpr int kSearch = O_RDONLY;
#endif

// A lock of an open file rather than of the process, where there is one: closing another descriptor
// of the same file does not lose it. Both kinds exclude each other.
#if defined(F_OFD_SETLK)
constexpr int kSetRecordLock = F_OFD_SETLK;
#else
constexpr int kSetRecordLock = F_SETLK;
#endif

constexpr int kOpenDirectory = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int kLockTries = 100;

// A name as the system takes it.
class Name {
 public:
  explicit Name(std::string_view name) : text_(name) {
    valid_ = !name.empty() && name != ".." && name.find('/') == name.npos &&
             name.find('\0') == name.npos;
  }
  bool valid() const { return valid_; }
  const char* text() const { return text_.c_str(); }

 private:
  std::string text_;
  bool valid_;
};

// 0 or more is success.
Error Result(int result) { return result < 0 ? Error::Last() : kOk; }

// What systems say of a symbolic link under O_NOFOLLOW: ELOOP, on some EMLINK or EFTYPE.
bool WasLink(int code) {
#if defined(EFTYPE)
  if (code == EFTYPE) return true;
#endif
  return code == ELOOP || code == EMLINK;
}

FileType TypeOf(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return FileType::kRegular;
    case S_IFDIR:
      return FileType::kDirectory;
    case S_IFLNK:
      return FileType::kSymlink;
    case S_IFSOCK:
      return FileType::kSocket;
    case S_IFIFO:
      return FileType::kFifo;
    case S_IFCHR:
    case S_IFBLK:
      return FileType::kDevice;
    default:
      return FileType::kOther;
  }
}

int64_t Nanoseconds(const timespec& time) {
  // Beyond 1677 and 2262 there are no such numbers.
  constexpr int64_t kLast = INT64_MAX / kSecond - 1;
  const auto seconds = static_cast<int64_t>(time.tv_sec);
  if (seconds > kLast) return INT64_MAX;
  if (seconds < -kLast) return INT64_MIN;
  return seconds * kSecond + time.tv_nsec;
}

FileInfo InfoOf(const struct stat& status) {
  FileInfo info;
  info.type = TypeOf(status.st_mode);
  info.dev = status.st_dev;
  info.ino = status.st_ino;
  info.size = status.st_size;
  info.nlink = status.st_nlink;
  info.mode = status.st_mode & 07777;
  info.uid = status.st_uid;
  info.gid = status.st_gid;
  info.mtime_ns = Nanoseconds(status.st_mtim);
  info.ctime_ns = Nanoseconds(status.st_ctim);
  return info;
}

class PosixOutputFile : public OutputFile {
 public:
  explicit PosixOutputFile(Descriptor fd) : fd_(std::move(fd)) {}

  Error Write(std::string_view bytes) override {
    while (!bytes.empty()) {
      ssize_t n = write(fd_.get(), bytes.data(), bytes.size());
      if (n < 0 && errno != EINTR) return Error::Last();
      if (n > 0) bytes.remove_prefix(n);
    }
    return kOk;
  }
  Error SetMode(uint32_t mode) override { return Result(fchmod(fd_.get(), mode)); }
  Error SetOwner(uint32_t uid, uint32_t gid) override {
    return Result(fchown(fd_.get(), uid, gid));
  }
  Error SetAttribute(const FileAttribute& attribute) override {
    return SetFileAttribute(fd_.get(), attribute);
  }
  Error Sync() override { return Result(fsync(fd_.get())); }
  int descriptor() const override { return fd_.get(); }

 private:
  Descriptor fd_;
};

class PosixInputFile : public InputFile {
 public:
  explicit PosixInputFile(Descriptor fd) : fd_(std::move(fd)) {}

  Error ReadAt(uint64_t offset, std::span<char> to) override {
    while (!to.empty()) {
      const ssize_t n = pread(fd_.get(), to.data(), to.size(), static_cast<off_t>(offset));
      if (n < 0 && errno != EINTR) return Error::Last();
      if (n == 0) return Error(ERANGE);
      if (n < 0) continue;
      to = to.subspan(n);
      offset += n;
    }
    return kOk;
  }

 private:
  Descriptor fd_;
};

class PosixMapping : public Mapping {
 public:
  PosixMapping(void* at, size_t size) : at_(at), size_(size) {}
  ~PosixMapping() override {
    if (size_ != 0) munmap(at_, size_);
  }
  std::string_view view() const override { return {static_cast<const char*>(at_), size_}; }

 private:
  void* const at_;
  const size_t size_;
};

class PosixLock : public Lock {
 public:
  PosixLock(Descriptor fd, LockKind kind) : fd_(std::move(fd)), kind_(kind) {}

  // Not left to close: a child that is just being started may hold a copy of the descriptor.
  ~PosixLock() override { Apply(fd_.get(), kind_, false); }

  static int Apply(int fd, LockKind kind, bool on) {
    if (kind == LockKind::kWhole) return flock(fd, on ? LOCK_EX | LOCK_NB : LOCK_UN);
    struct flock range {};
    range.l_type = on ? F_WRLCK : F_UNLCK;
    range.l_whence = SEEK_SET;
    return fcntl(fd, kSetRecordLock, &range);
  }

 private:
  Descriptor fd_;
  LockKind kind_;
};

// Reads until the end, or one byte past the limit. `expected` is a guess: files grow, and those of
// /proc say 0.
Error ReadAll(int fd, size_t expected, size_t limit, FileBytes* bytes) {
  size_t capacity = std::min(std::max<size_t>(expected, 1000), limit) + 1;
  std::unique_ptr<char[]> data(new char[capacity]);
  size_t size = 0;
  for (;;) {
    if (size == capacity) {
      if (size > limit) return Error(EFBIG);
      size_t larger = std::min(capacity * 2, limit + 1);
      std::unique_ptr<char[]> moved(new char[larger]);
      std::memcpy(moved.get(), data.get(), size);
      data = std::move(moved);
      capacity = larger;
    }
    ssize_t n = read(fd, data.get() + size, capacity - size);
    if (n < 0 && errno != EINTR) return Error::Last();
    if (n == 0) break;
    if (n > 0) size += n;
    // There was room for more, and a file that says its size had none.
    if (size == expected && size < capacity) break;
  }
  if (size > limit) return Error(EFBIG);
  *bytes = {std::move(data), size};
  return kOk;
}

class PosixDirectory : public Directory {
 public:
  // is_to_read: the descriptor is opened for that.
  explicit PosixDirectory(Descriptor fd, bool is_to_read = false)
      : fd_(std::move(fd)), is_to_read_(is_to_read) {}

  Error Stat(std::string_view name, FileInfo* info) override {
    Name at(name);
    if (!at.valid()) return Error(EINVAL);
    struct stat status;
    if (fstatat(fd_.get(), at.text(), &status, AT_SYMLINK_NOFOLLOW) != 0) return Error::Last();
    *info = InfoOf(status);
    return kOk;
  }

  Error StatSelf(FileInfo* info) override {
    struct stat status;
    if (fstat(fd_.get(), &status) != 0) return Error::Last();
    *info = InfoOf(status);
    return kOk;
  }

  Error StatBelow(std::string_view path, FileInfo* info) override {
    char at[PATH_MAX];
    if (path.empty() || path.front() == '/' || path.find('\0') != path.npos) return Error(EINVAL);
    if (path.size() >= sizeof at) return Error(ENAMETOOLONG);
    at[path.copy(at, path.size())] = '\0';
    struct stat status;
    if (fstatat(fd_.get(), at, &status, AT_SYMLINK_NOFOLLOW) != 0) return Error::Last();
    *info = InfoOf(status);
    return kOk;
  }
  Error HasExactStamps(bool* exact) override { return keelson::HasExactStamps(fd_.get(), exact); }

  Error Read(std::string_view name, size_t limit, FileBytes* bytes, FileInfo* info) override;
  Error OpenFile(std::string_view name, std::unique_ptr<InputFile>* file, FileInfo* info) override;
  Error Map(std::string_view name, std::unique_ptr<Mapping>* mapping, FileInfo* info) override;
  Error ListAttributes(std::string_view name, std::vector<FileAttribute>* attributes) override;
  Error ReadLink(std::string_view name, std::string* target) override;
  Error List(std::vector<DirectoryEntry>* entries) override;
  Error OpenToRead(Descriptor* descriptor) override {
    *descriptor = OpenSelf();
    return descriptor->valid() ? kOk : Error::Last();
  }
  Error Open(std::string_view name, std::unique_ptr<Directory>* directory) override;
  Error OpenToList(std::string_view name, std::unique_ptr<Directory>* directory) override;
  Error Create(std::string_view name, uint32_t mode, std::unique_ptr<OutputFile>* file) override;
  Error Append(std::string_view name, uint32_t mode, std::unique_ptr<OutputFile>* file,
               FileInfo* info) override;
  Error MakeDirectory(std::string_view name, uint32_t mode) override;
  Error TryLock(std::string_view name, LockKind kind, std::unique_ptr<Lock>* lock) override;

  Error MakeSymlink(std::string_view target, std::string_view name) override {
    Name at(name);
    if (!at.valid() || target.find('\0') != target.npos) return Error(EINVAL);
    return Result(symlinkat(std::string(target).c_str(), fd_.get(), at.text()));
  }
  Error SetOwner(std::string_view name, uint32_t uid, uint32_t gid) override {
    Name at(name);
    if (!at.valid()) return Error(EINVAL);
    return Result(fchownat(fd_.get(), at.text(), uid, gid, AT_SYMLINK_NOFOLLOW));
  }
  Error Link(std::string_view from, std::string_view to) override {
    Name a(from), b(to);
    if (!a.valid() || !b.valid()) return Error(EINVAL);
    return Result(linkat(fd_.get(), a.text(), fd_.get(), b.text(), 0));
  }
  Error Rename(std::string_view from, std::string_view to) override {
    Name a(from), b(to);
    if (!a.valid() || !b.valid()) return Error(EINVAL);
    return Result(renameat(fd_.get(), a.text(), fd_.get(), b.text()));
  }
  Error Remove(std::string_view name) override {
    Name at(name);
    return at.valid() ? Result(unlinkat(fd_.get(), at.text(), 0)) : Error(EINVAL);
  }
  Error RemoveDirectory(std::string_view name) override {
    Name at(name);
    return at.valid() ? Result(unlinkat(fd_.get(), at.text(), AT_REMOVEDIR)) : Error(EINVAL);
  }
  Error Sync() override {
    Descriptor self = OpenSelf();
    return self.valid() ? Result(fsync(self.get())) : Error::Last();
  }

 private:
  // With its state. access: O_RDONLY, or O_WRONLY | O_APPEND. ELOOP: a symbolic link; EINVAL: not a
  // regular file.
  Error OpenRegular(const Name& name, int access, Descriptor* fd, struct stat* status);
  Descriptor OpenSelf() { return Descriptor(openat(fd_.get(), ".", O_RDONLY | kOpenDirectory)); }
  // kOk and *same: the descriptor is of the file that has this name now.
  Error HasName(int fd, const char* name, bool* same);

  Descriptor fd_;
  const bool is_to_read_;
  bool is_at_begin_ = true;
};

Error PosixDirectory::OpenRegular(const Name& name, int access, Descriptor* fd,
                                  struct stat* status) {
  // Not blocking: a fifo without a writer must not hold us. ENXIO: a socket, a fifo without a
  // reader, or a device of nobody.
  int flags = access | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  fd->Reset(openat(fd_.get(), name.text(), flags));
  if (!fd->valid()) {
    if (WasLink(errno)) return Error(ELOOP);
    return errno == ENXIO || errno == EISDIR ? Error(EINVAL) : Error::Last();
  }
  if (fstat(fd->get(), status) != 0) return Error::Last();
  return S_ISREG(status->st_mode) ? kOk : Error(EINVAL);
}

Error PosixDirectory::Read(std::string_view name, size_t limit, FileBytes* bytes, FileInfo* info) {
  Name at(name);
  if (!at.valid()) return Error(EINVAL);
  Descriptor fd;
  struct stat status;
  if (Error error = OpenRegular(at, O_RDONLY, &fd, &status); !error.ok()) return error;
  if (info != nullptr) *info = InfoOf(status);
  size_t size = status.st_size;
  return size > limit ? Error(EFBIG) : ReadAll(fd.get(), size, limit, bytes);
}

Error PosixDirectory::OpenFile(std::string_view name, std::unique_ptr<InputFile>* file,
                               FileInfo* info) {
  Name at(name);
  if (!at.valid()) return Error(EINVAL);
  Descriptor fd;
  struct stat status;
  if (Error error = OpenRegular(at, O_RDONLY, &fd, &status); !error.ok()) return error;
  if (info != nullptr) *info = InfoOf(status);
  *file = std::make_unique<PosixInputFile>(std::move(fd));
  return kOk;
}

Error PosixDirectory::Map(std::string_view name, std::unique_ptr<Mapping>* mapping,
                          FileInfo* info) {
  Name at(name);
  if (!at.valid()) return Error(EINVAL);
  Descriptor fd;
  struct stat status;
  if (Error error = OpenRegular(at, O_RDONLY, &fd, &status); !error.ok()) return error;
  if (info != nullptr) *info = InfoOf(status);
  const size_t size = status.st_size;
  void* bytes = nullptr;
  if (size != 0) {  // which cannot be mapped
    bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (bytes == MAP_FAILED) return Error::Last();
  }
  *mapping = std::make_unique<PosixMapping>(bytes, size);
  return kOk;
}

Error PosixDirectory::ListAttributes(std::string_view name,
                                     std::vector<FileAttribute>* attributes) {
  attributes->clear();
  Name at(name);
  if (!at.valid()) return Error(EINVAL);
  Descriptor fd;
  struct stat status;
  if (Error error = OpenRegular(at, O_RDONLY, &fd, &status); !error.ok()) return error;
  return ListFileAttributes(fd.get(), attributes);
}

Error PosixDirectory::ReadLink(std::string_view name, std::string* target) {
  Name at(name);
  if (!at.valid()) return Error(EINVAL);
  char buffer[PATH_MAX + 1];
  ssize_t n = readlinkat(fd_.get(), at.text(), buffer, sizeof(buffer));
  if (n < 0) return Error::Last();
  if (n > PATH_MAX) return Error(ENAMETOOLONG);
  target->assign(buffer, n);
  return kOk;
}

Error PosixDirectory::List(std::vector<DirectoryEntry>* entries) {
  entries->clear();
  if (!is_to_read_) {
    const Descriptor self = OpenSelf();
    return self.valid() ? ReadEntries(self.get(), entries) : Error::Last();
  }
  if (!std::exchange(is_at_begin_, false) && lseek(fd_.get(), 0, SEEK_SET) < 0) {
    return Error::Last();
  }
  return ReadEntries(fd_.get(), entries);
}

Error PosixDirectory::Open(std::string_view name, std::unique_ptr<Directory>* directory) {
  Name at(name);
  if (!at.valid()) return Error(EINVAL);
  Descriptor fd(openat(fd_.get(), at.text(), kSearch | kOpenDirectory));
  if (!fd.valid()) return WasLink(errno) ? Error(ENOTDIR) : Error::Last();
  *directory = std::make_unique<PosixDirectory>(std::move(fd));
  return kOk;
}

Error PosixDirectory::OpenToList(std::string_view name, std::unique_ptr<Directory>* directory) {
  Name at(name);
  if (!at.valid()) return Error(EINVAL);
  Descriptor fd(openat(fd_.get(), at.text(), O_RDONLY | kOpenDirectory));
  if (!fd.valid()) return WasLink(errno) ? Error(ENOTDIR) : Error::Last();
  *directory = std::make_unique<PosixDirectory>(std::move(fd), true);
  return kOk;
}

Error PosixDirectory::Create(std::string_view name, uint32_t mode,
                             std::unique_ptr<OutputFile>* file) {
  Name at(name);
  if (!at.valid()) return Error(EINVAL);
  // Never wider than wanted, not even for a moment; then the umask's cut is undone.
  int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  Descriptor fd(openat(fd_.get(), at.text(), flags, mode & 0700));
  if (!fd.valid()) return Error::Last();
  if (fchmod(fd.get(), mode) != 0) {
    Error error = Error::Last();
    unlinkat(fd_.get(), at.text(), 0);
    return error;
  }
  *file = std::make_unique<PosixOutputFile>(std::move(fd));
  return kOk;
}

Error PosixDirectory::Append(std::string_view name, uint32_t mode,
                             std::unique_ptr<OutputFile>* file, FileInfo* info) {
  Name at(name);
  if (!at.valid()) return Error(EINVAL);
  Descriptor fd;
  struct stat status;
  Error error = OpenRegular(at, O_WRONLY | O_APPEND, &fd, &status);
  if (error.code() == ENOENT) {
    std::unique_ptr<OutputFile> made;
    error = Create(name, mode, &made);  // EEXIST: somebody else has just made it
    if (!error.ok() && error.code() != EEXIST) return error;
    error = OpenRegular(at, O_WRONLY | O_APPEND, &fd, &status);
  }
  if (!error.ok()) return error;
  if (info != nullptr) *info = InfoOf(status);
  *file = std::make_unique<PosixOutputFile>(std::move(fd));
  return kOk;
}

Error PosixDirectory::MakeDirectory(std::string_view name, uint32_t mode) {
  Name at(name);
  if (!at.valid()) return Error(EINVAL);
  // With a usual umask it is right at once, so that being killed here leaves no other mode.
  if (mkdirat(fd_.get(), at.text(), mode) != 0) return Error::Last();
  Descriptor fd(openat(fd_.get(), at.text(), O_RDONLY | kOpenDirectory));
  struct stat made;
  if (!fd.valid() || fstat(fd.get(), &made) != 0 ||
      ((made.st_mode & 07777) != mode && fchmod(fd.get(), mode) != 0)) {
    Error error = Error::Last();
    unlinkat(fd_.get(), at.text(), AT_REMOVEDIR);
    return error;
  }
  return kOk;
}

Error PosixDirectory::HasName(int fd, const char* name, bool* same) {
  struct stat opened, named;
  if (fstat(fd, &opened) != 0) return Error::Last();
  int result = fstatat(fd_.get(), name, &named, AT_SYMLINK_NOFOLLOW);
  if (result != 0 && errno != ENOENT) return Error::Last();
  *same = result == 0 && opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
  return kOk;
}

Error PosixDirectory::TryLock(std::string_view name, LockKind kind, std::unique_ptr<Lock>* lock) {
  Name at(name);
  if (!at.valid() || kind == LockKind::kPidLink) return Error(EINVAL);
  for (int i = 0; i < kLockTries; ++i) {
    int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    Descriptor fd(openat(fd_.get(), at.text(), flags, 0600));
    if (!fd.valid()) return WasLink(errno) ? Error(ELOOP) : Error::Last();
    if (PosixLock::Apply(fd.get(), kind, true) != 0) {
      bool held = errno == EAGAIN || errno == EWOULDBLOCK || errno == EACCES;
      return held ? Error(EAGAIN) : Error::Last();
    }
    bool same = false;
    if (Error error = HasName(fd.get(), at.text(), &same); !error.ok()) return error;
    if (same) {
      *lock = std::make_unique<PosixLock>(std::move(fd), kind);
      return kOk;
    }
  }
  return Error(EAGAIN);
}

}  // namespace

Error AbsolutePath(const std::string& path, std::string* absolute) {
  const std::unique_ptr<char, decltype(&free)> resolved(realpath(path.c_str(), nullptr), free);
  if (resolved == nullptr) return Error::Last();
  *absolute = resolved.get();
  return kOk;
}

Error OpenRoot(std::string_view path, std::unique_ptr<Root>* root) {
  if (path.empty() || path.find('\0') != path.npos) return Error(EINVAL);
  Descriptor fd(open(std::string(path).c_str(), kSearch | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return Error::Last();
  *root = NewRoot(std::make_unique<PosixDirectory>(std::move(fd)));
  return kOk;
}

}  // namespace keelson
