// The walk from a root to a name, in Directory's calls only, so that fake trees are walked by the
// same code. The directories on the way down are kept open: ".." goes back to the one we came from,
// never to wherever the directory may have been moved meanwhile, and never above the root.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "platform/file.h"
#include "platform/privilege.h"

namespace keelson {
namespace {

constexpr int kMaxLinks = 40;             // as the kernel's own walk
constexpr size_t kMaxPath = 1024 * 1024;  // bytes, links expanded

// Cuts the first component and the slashes around it off *path. Empty: nothing is left.
std::string NextComponent(std::string* path) {
  size_t begin = std::min(path->find_first_not_of('/'), path->size());
  size_t end = std::min(path->find('/', begin), path->size());
  std::string component = path->substr(begin, end - begin);
  path->erase(0, std::min(path->find_first_not_of('/', end), path->size()));
  return component;
}

class Walk {
 public:
  Walk(Directory* top, std::string_view path) : top_(top), rest_(path) {}

  Error Run(bool follow_last) {
    for (;;) {
      name_ = NextComponent(&rest_);
      if (name_.empty()) {
        name_.assign(1, '.');
        return kOk;
      }
      if (name_ == ".") continue;
      if (name_ == "..") {
        if (!below_.empty()) below_.pop_back();
        continue;
      }
      bool last = rest_.empty();
      if (last && !follow_last) return kOk;
      bool done = false;
      Error error = last ? FollowLast(&done) : Descend();
      if (!error.ok() || done) return error;
    }
  }

  Error Result(std::unique_ptr<Directory>* parent, std::string* name) {
    *name = std::move(name_);
    if (below_.empty()) return top_->Open(".", parent);
    *parent = std::move(below_.back());
    return kOk;
  }

 private:
  Directory* here() { return below_.empty() ? top_ : below_.back().get(); }

  Error Descend() {
    std::unique_ptr<Directory> next;
    Error error = here()->Open(name_, &next);
    if (error.ok()) {
      below_.push_back(std::move(next));
      return kOk;
    }
    if (error.code() != ENOTDIR) return error;
    std::string target;
    if (!here()->ReadLink(name_, &target).ok()) return error;
    return Expand(target);
  }

  Error FollowLast(bool* done) {
    std::string target;
    Error error = here()->ReadLink(name_, &target);
    *done = error.code() == EINVAL || error.code() == ENOENT;  // no link, or nothing yet
    if (*done) return kOk;
    return error.ok() ? Expand(target) : error;
  }

  // In a folder where everybody may put links, others' are not followed: the kernel's own rule
  // where fs.protected_symlinks is set.
  Error CheckLink() {
    constexpr uint32_t kEverybodys = 01002;  // sticky, and others may write
    FileInfo folder, link;
    if (Error error = here()->StatSelf(&folder); !error.ok()) return error;
    if ((folder.mode & kEverybodys) != kEverybodys) return kOk;
    if (Error error = here()->Stat(name_, &link); !error.ok()) return error;
    return link.uid == folder.uid || link.uid == EffectiveUid() ? kOk : Error(EACCES);
  }

  Error Expand(const std::string& target) {
    if (Error error = CheckLink(); !error.ok()) return error;
    if (++links_ > kMaxLinks) return Error(ELOOP);
    if (target.size() + rest_.size() > kMaxPath) return Error(ENAMETOOLONG);
    if (target.starts_with('/')) below_.clear();
    rest_ = rest_.empty() ? target : target + "/" + rest_;
    return kOk;
  }

  Directory* const top_;
  std::string rest_;
  std::string name_;
  std::vector<std::unique_ptr<Directory>> below_;
  int links_ = 0;
};

class WalkedRoot : public Root {
 public:
  explicit WalkedRoot(std::unique_ptr<Directory> top) : top_(std::move(top)) {}

  Error Locate(std::string_view path, bool follow_last, std::unique_ptr<Directory>* parent,
               std::string* name) override {
    if (!path.starts_with('/') || path.find('\0') != path.npos) return Error(EINVAL);
    Walk walk(top_.get(), path);
    if (Error error = walk.Run(follow_last); !error.ok()) return error;
    return walk.Result(parent, name);
  }

 private:
  std::unique_ptr<Directory> top_;
};

}  // namespace

Error Root::OpenDirectory(std::string_view path, std::unique_ptr<Directory>* directory) {
  std::unique_ptr<Directory> parent;
  std::string name;
  if (Error error = Locate(path, true, &parent, &name); !error.ok()) return error;
  return parent->Open(name, directory);
}

Error Root::Read(std::string_view path, size_t limit, FileBytes* bytes, FileInfo* info) {
  std::unique_ptr<Directory> parent;
  std::string name;
  if (Error error = Locate(path, true, &parent, &name); !error.ok()) return error;
  return parent->Read(name, limit, bytes, info);
}

Error Root::Stat(std::string_view path, FileInfo* info) {
  std::unique_ptr<Directory> parent;
  std::string name;
  if (Error error = Locate(path, true, &parent, &name); !error.ok()) return error;
  return parent->Stat(name, info);
}

std::unique_ptr<Root> NewRoot(std::unique_ptr<Directory> top) {
  return std::make_unique<WalkedRoot>(std::move(top));
}

}  // namespace keelson
