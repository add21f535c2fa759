// Files below a root, without a race and without following a link out of it.
//
// A Root is a directory tree (--root DIR, or "/"). Root::Locate walks an absolute path component by
// component with openat(2), resolves symbolic links as if the root were "/" ("..", and absolute
// link targets stay inside), and gives the directory that holds the last component plus its name.
// All work is then done relative to that open Directory, so that nobody can swap a parent
// underneath. Directory's calls take single names, never paths (EINVAL), and never follow a
// symbolic link.
//
// ReplaceFile (platform/replace.h) is built from these calls, so that a fake that fails on request
// exercises every step of it.
#ifndef KEELSON_PLATFORM_FILE_H_
#define KEELSON_PLATFORM_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/descriptor.h"
#include "platform/error.h"

namespace keelson {

enum class FileType : uint8_t { kRegular, kDirectory, kSymlink, kSocket, kFifo, kDevice, kOther };

struct FileInfo {
  FileType type = FileType::kOther;
  uint64_t dev = 0;
  uint64_t ino = 0;
  uint64_t size = 0;  // bytes
  uint64_t nlink = 0;
  uint32_t mode = 0;  // permission bits only, 07777
  uint32_t uid = 0;
  uint32_t gid = 0;
  int64_t mtime_ns = 0;  // since 1970
  int64_t ctime_ns = 0;

  // True when nothing that a change of the content would touch differs.
  bool SameVersion(const FileInfo& other) const {
    return dev == other.dev && ino == other.ino && size == other.size &&
           mtime_ns == other.mtime_ns && ctime_ns == other.ctime_ns;
  }
};

// Bytes of a file, owned, not zeroed before they are read.
struct FileBytes {
  std::unique_ptr<char[]> data;
  size_t size = 0;
  std::string_view view() const { return {data.get(), size}; }
};

struct DirectoryEntry {
  std::string name;
  FileType type;  // kOther when the file system does not say
};

// An extended attribute: a label, an access list, in the system's own encoding.
struct FileAttribute {
  std::string name;
  std::string value;
};

// A file's bytes as they are in the file system, not copied. They stay while it lives, also when
// the file has lost its name. REQUIRES of the file: it is replaced, never cut or written in place.
class Mapping {
 public:
  virtual ~Mapping() = default;
  virtual std::string_view view() const = 0;
};

// A file that is open, to be read in pieces.
class InputFile {
 public:
  virtual ~InputFile() = default;
  // All of `to`, or it fails; ERANGE: there are fewer bytes.
  virtual Error ReadAt(uint64_t offset, std::span<char> to) = 0;
};

class Lock;
enum class LockKind : uint8_t;

// A file being written. Closed by the destructor; what was not synced may be lost with the power.
class OutputFile {
 public:
  virtual ~OutputFile() = default;
  virtual Error Write(std::string_view bytes) = 0;  // appends all of them, or fails
  virtual Error SetMode(uint32_t mode) = 0;
  virtual Error SetOwner(uint32_t uid, uint32_t gid) = 0;
  // kUnsupported: the file system keeps none of that kind.
  virtual Error SetAttribute(const FileAttribute& attribute) = 0;
  virtual Error Sync() = 0;  // data and metadata are on the disk
  // For a library that writes by itself; stays the file's. -1: none.
  virtual int descriptor() const { return -1; }
};

class Directory {
 public:
  virtual ~Directory() = default;

  virtual Error Stat(std::string_view name,
                     FileInfo* info) = 0;  // of the link itself, if it is one
  virtual Error StatSelf(FileInfo* info) = 0;
  // Of "a/b/c" below here, not of what a link of that name leads to. Nobody says where links on the
  // way lead: good to compare with what was seen, not to decide by. One system call.
  virtual Error StatBelow(std::string_view path, FileInfo* info) = 0;
  // False: time stamps here may be whole seconds or another machine's (FAT, network and unknown
  // file systems).
  virtual Error HasExactStamps(bool* exact) = 0;
  // Reads a regular file whole. *info (may be null) is its state before the first byte was read.
  // EFBIG: larger than limit; ELOOP: a symbolic link; EINVAL: not a regular file.
  virtual Error Read(std::string_view name, size_t limit, FileBytes* bytes, FileInfo* info) = 0;
  // A regular file; *info (may be null) is its state when it was opened. Errors as Read;
  // kUnsupported: it is none of the running system's directories.
  virtual Error OpenFile(std::string_view name, std::unique_ptr<InputFile>* file, FileInfo* info) {
    static_cast<void>(name), static_cast<void>(file), static_cast<void>(info);
    return kUnsupported;
  }
  // The same, as a mapping.
  virtual Error Map(std::string_view name, std::unique_ptr<Mapping>* mapping, FileInfo* info) = 0;
  // All attributes of a regular file but those that speak of its bytes (signatures); none where the
  // system has none. Errors as Read.
  virtual Error ListAttributes(std::string_view name, std::vector<FileAttribute>* attributes) = 0;
  virtual Error ReadLink(std::string_view name, std::string* target) = 0;
  // All entries but "." and "..", in no order.
  virtual Error List(std::vector<DirectoryEntry>* entries) = 0;
  // A descriptor to read the entries with, for platform/tree_walk.h. kUnsupported: it is none of
  // the running system's directories.
  virtual Error OpenToRead(Descriptor* descriptor) {
    static_cast<void>(descriptor);
    return kUnsupported;
  }
  // ENOTDIR: anything else than a directory, a symbolic link included. "." is this one again.
  virtual Error Open(std::string_view name, std::unique_ptr<Directory>* directory) = 0;
  // As Open, for whoever goes on to List it.
  virtual Error OpenToList(std::string_view name, std::unique_ptr<Directory>* directory) {
    return Open(name, directory);
  }
  // A new file; EEXIST when anything of that name is there. mode is not cut by the umask.
  virtual Error Create(std::string_view name, uint32_t mode, std::unique_ptr<OutputFile>* file) = 0;
  // To write behind what a regular file holds; it is made when it is not there, its mode then not
  // cut by the umask. *info (may be null) is its state when it was opened. Errors as Read.
  virtual Error Append(std::string_view name, uint32_t mode, std::unique_ptr<OutputFile>* file,
                       FileInfo* info) = 0;
  virtual Error MakeDirectory(std::string_view name, uint32_t mode) = 0;  // not cut by the umask
  virtual Error MakeSymlink(std::string_view target, std::string_view name) = 0;
  virtual Error SetOwner(std::string_view name, uint32_t uid,
                         uint32_t gid) = 0;  // of the link itself, if it is one
  virtual Error Link(std::string_view from,
                     std::string_view to) = 0;  // hard; EEXIST when `to` is there
  virtual Error Rename(std::string_view from, std::string_view to) = 0;  // replaces `to`
  virtual Error Remove(std::string_view name) = 0;                       // not a directory
  virtual Error RemoveDirectory(std::string_view name) = 0;              // an empty one
  virtual Error Sync() = 0;  // the entries are on the disk
  // One try at a lock of kind kRecord or kWhole, for TakeLock (platform/lock.h). EAGAIN: held.
  virtual Error TryLock(std::string_view name, LockKind kind, std::unique_ptr<Lock>* lock) = 0;
};

class Root {
 public:
  virtual ~Root() = default;

  // path is absolute (EINVAL). Follows symbolic links in every component, the last one too when
  // follow_last; more than 40 in all: ELOOP. The last component itself need not exist; "/", and a
  // path whose last component is "." or "..", give the name ".".
  virtual Error Locate(std::string_view path, bool follow_last, std::unique_ptr<Directory>* parent,
                       std::string* name) = 0;

  // Conveniences over Locate.
  Error OpenDirectory(std::string_view path, std::unique_ptr<Directory>* directory);
  Error Read(std::string_view path, size_t limit, FileBytes* bytes, FileInfo* info);
  Error Stat(std::string_view path, FileInfo* info);  // follows a link
};

// A tree below any directory, such as a fake one. Locate is written in Directory's calls.
std::unique_ptr<Root> NewRoot(std::unique_ptr<Directory> top);

// The path of the running system without links and relative parts.
Error AbsolutePath(const std::string& path, std::string* absolute);

// Opens the tree below `path` of the running system.
Error OpenRoot(std::string_view path, std::unique_ptr<Root>* root);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_FILE_H_
