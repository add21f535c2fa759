// A file tree in memory that fails when a test says so, and that can lose what was not synced.
//
// Everybody may do everything in it: owners and modes are kept, not enforced.
#ifndef KEELSON_PLATFORM_FAKE_FILE_H_
#define KEELSON_PLATFORM_FAKE_FILE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/clock.h"
#include "platform/error.h"
#include "platform/file.h"
#include "platform/watch.h"

namespace keelson {

enum class FileCall : uint8_t {
  kAny,  // counts every call
  kStat,
  kRead,
  kMap,
  kListAttributes,
  kReadLink,
  kList,
  kOpen,
  kCreate,
  kAppend,
  kWrite,
  kSetMode,
  kSetOwner,
  kSetAttribute,
  kSyncFile,
  kMakeDirectory,
  kMakeSymlink,
  kLink,
  kRename,
  kRemove,
  kRemoveDirectory,
  kSyncDirectory,
  kLock,
  kCount,
};

struct FakeNode {
  FileInfo info;
  std::string bytes;  // a link's target, too
  std::string synced_bytes;
  std::map<std::string, std::string> attributes;
  std::map<std::string, std::shared_ptr<FakeNode>, std::less<>> entries;
  std::map<std::string, std::shared_ptr<FakeNode>, std::less<>> synced_entries;
  bool exact_stamps = true;  // of a directory
  bool mount_point = false;  // EBUSY when renamed or removed, EXDEV when linked
  bool immutable = false;    // EPERM, as chattr +i
  bool record_locked = false;
  bool whole_locked = false;
};

class FakeTree {
 public:
  // Hears of every change of a directory's entries and of their bytes.
  class Observer {
   public:
    virtual ~Observer() = default;
    virtual void OnChange(const FakeNode* directory, WatchKind kind, std::string_view name) = 0;
    virtual void OnLost(const FakeNode* directory) = 0;
  };

  explicit FakeTree(Clock* clock);  // for the time stamps

  // All handles share the tree, and must not outlive it.
  std::unique_ptr<Directory> Top();
  std::unique_ptr<Root> NewRoot() { return keelson::NewRoot(Top()); }

  // The nth call of this kind from now on (1: the next) fails. A Write that fails has written half.
  void FailNth(FileCall call, int nth, Error error);
  void FailFrom(int nth, Error error);  // that call of any kind and all after it
  void FailNoMore();
  int calls(FileCall call) const { return counts_[static_cast<size_t>(call)]; }

  // The power went: bytes that were not synced are gone, and so are changes of entries in
  // directories that were not synced, unless entries_survive (real file systems do either). No file
  // stays open.
  void Crash(bool entries_survive);

  // Shorthands for a test's stage, without failures or counting. Parents are made. REQUIRES: no
  // link on the way.
  void Put(std::string_view path, std::string_view bytes, uint32_t mode = 0644);
  void PutLink(std::string_view path, std::string_view target);
  void PutDirectory(std::string_view path);
  // The bytes of a regular file; "(none)" when there is none.
  std::string Get(std::string_view path) const;
  std::vector<std::string> Names(std::string_view path) const;  // of a directory, sorted

  void AddObserver(Observer* observer) { observers_.push_back(observer); }
  void RemoveObserver(Observer* observer) { std::erase(observers_, observer); }
  std::shared_ptr<FakeNode> Find(std::string_view path) const;  // null: not there
  std::shared_ptr<FakeNode> FindNode(uint64_t ino) const;       // null: no entry leads there

 private:
  friend class FakeDirectory;
  friend class FakeOutputFile;

  static std::shared_ptr<FakeNode> FindBelow(const std::shared_ptr<FakeNode>& node, uint64_t ino);
  Error Count(FileCall call);
  std::shared_ptr<FakeNode> NewNode(FileType type, uint32_t mode);
  std::shared_ptr<FakeNode> MakeParents(std::string_view path, std::string* name);
  void Touch(FakeNode* node);
  void Told(const FakeNode* directory, WatchKind kind, std::string_view name);
  void Lost(const FakeNode* directory);
  void CrashBelow(FakeNode* node, bool entries_survive);

  struct Failure {
    FileCall call;
    int at;      // by the count of its kind
    bool later;  // those after it, too
    Error error;
  };

  Clock* const clock_;
  uint64_t next_ino_ = 1;  // before top_, which takes the first
  std::shared_ptr<FakeNode> top_;
  int counts_[static_cast<size_t>(FileCall::kCount)] = {};
  std::vector<Failure> failures_;
  std::vector<Observer*> observers_;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_FAKE_FILE_H_
