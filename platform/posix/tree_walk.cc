// A level is a directory on the way from the top to where we are: its stream, and where the names
// of its directories that are still to be entered stand. All those names are one string, the
// deepest level's at its end.
//
// A directory is read to its end before the first one in it is entered. At most kMaxStreams of the
// deepest levels stay open; the others are found again by "..", and if that is another directory
// now, from the top, name by name. One that is not what it was is told of and left.
#include "platform/tree_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "platform/descriptor.h"

namespace keelson {

namespace {

constexpr size_t kMaxStreams = 32;
constexpr int kOpenFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;

struct CloseStream {
  void operator()(DIR* stream) const { closedir(stream); }
};
using Stream = std::unique_ptr<DIR, CloseStream>;

struct Level {
  Stream stream;  // null: closed for now
  dev_t dev = 0;
  ino_t ino = 0;
  size_t path_size = 0;  // of the directory's own path
  size_t next = 0;       // in the names; each ends with NUL
  size_t end = 0;
  double share = 0;  // of the whole, for each directory in it
};

class Walk {
 public:
  Walk(std::string_view path, TreeVisitor* visitor) : path_(path), visitor_(*visitor) {}

  Error Run(Descriptor top);

 private:
  void ReadLevel(double share);
  void LookAt(int folder, const char* name);
  bool EnterNext();
  void Leave();
  Error OpenLevel(size_t depth, Descriptor fd);
  Error OpenFromTop(size_t depth, Descriptor* fd) const;
  bool IsSame(int fd, const Level& level) const;
  void Fail(std::string path, Error error) { visitor_.Failed(path.empty() ? "/" : path, error); }

  std::string path_;  // of the deepest level
  TreeVisitor& visitor_;
  std::vector<Level> levels_;
  std::string names_;
  double done_ = 0;
};

void Walk::LookAt(int folder, const char* name) {
  struct stat status;
  if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) Fail(path_ + "/" + name, Error::Last());
    return;
  }
  const bool is_directory = S_ISDIR(status.st_mode);
  const bool enter = visitor_.Visit({path_, name, is_directory, status.st_uid, status.st_gid});
  if (is_directory && enter) names_.append(name).push_back('\0');
}

// Of the deepest level: everything in it, and which of that is to be entered.
void Walk::ReadLevel(double share) {
  Level& level = levels_.back();
  level.next = names_.size();
  DIR* const stream = level.stream.get();
  size_t directories = 0;
  errno = 0;
  while (const dirent* entry = readdir(stream)) {
    const char* name = entry->d_name;
    const bool dots = name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
    const size_t before = names_.size();
    if (!dots) LookAt(dirfd(stream), name);
    if (names_.size() != before) ++directories;
    errno = 0;
  }
  if (errno != 0) Fail(path_, Error::Last());
  level.end = names_.size();
  level.share = share / static_cast<double>(directories + 1);
  done_ += level.share;
  visitor_.Progress(done_);
}

bool Walk::IsSame(int fd, const Level& level) const {
  struct stat status;
  return fstat(fd, &status) == 0 && status.st_dev == level.dev && status.st_ino == level.ino;
}

// Gives the level its stream.
Error Walk::OpenLevel(size_t depth, Descriptor fd) {
  Level& level = levels_[depth];
  level.stream.reset(fdopendir(fd.get()));
  if (level.stream == nullptr) return Error::Last();
  fd.Release();
  if (depth > kMaxStreams) levels_[depth - kMaxStreams].stream.reset();
  return kOk;
}

Error Walk::OpenFromTop(size_t depth, Descriptor* fd) const {
  int from = dirfd(levels_[0].stream.get());
  for (size_t i = 1; i <= depth; ++i) {
    const size_t begin = levels_[i - 1].path_size + 1;
    const std::string name = path_.substr(begin, levels_[i].path_size - begin);
    Descriptor next(openat(from, name.c_str(), kOpenFlags));
    if (!next.valid()) return Error::Last();
    *fd = std::move(next);
    from = fd->get();
  }
  return kOk;
}

// Enters the next directory of the deepest level. False: there is none.
bool Walk::EnterNext() {
  Level& here = levels_.back();
  if (here.next == here.end) return false;
  const std::string name = names_.c_str() + here.next;
  here.next += name.size() + 1;
  const double share = here.share;
  Level below;
  struct stat status;
  Descriptor fd(openat(dirfd(here.stream.get()), name.c_str(), kOpenFlags));
  if (!fd.valid() || fstat(fd.get(), &status) != 0) {
    if (errno != ENOENT) Fail(path_ + "/" + name, Error::Last());
    done_ += share;
    return true;
  }
  below.dev = status.st_dev;
  below.ino = status.st_ino;
  path_.append("/").append(name);
  below.path_size = path_.size();
  levels_.push_back(std::move(below));
  const Error error = OpenLevel(levels_.size() - 1, std::move(fd));
  if (error.ok()) {
    ReadLevel(share);
  } else {
    Fail(path_, error);
    levels_.back().next = levels_.back().end = names_.size();
  }
  return true;
}

// Goes up from the deepest level, whose directories have all been entered.
void Walk::Leave() {
  const Level left = std::move(levels_.back());
  levels_.pop_back();
  if (levels_.empty()) return;
  Level& above = levels_.back();
  names_.resize(above.end);
  path_.resize(above.path_size);
  if (above.stream != nullptr) return;
  // Also where nothing is left to enter: the way further up begins here.
  Descriptor fd;
  if (left.stream != nullptr) fd.Reset(openat(dirfd(left.stream.get()), "..", kOpenFlags));
  Error error = kOk;
  if (!fd.valid() || !IsSame(fd.get(), above)) error = OpenFromTop(levels_.size() - 1, &fd);
  if (error.ok() && !IsSame(fd.get(), above)) error = Error(ESTALE);
  if (error.ok()) error = OpenLevel(levels_.size() - 1, std::move(fd));
  if (error.ok() || above.next == above.end) return;
  Fail(path_, error);
  above.next = above.end;
}

Error Walk::Run(Descriptor top) {
  struct stat status;
  if (fstat(top.get(), &status) != 0) return Error::Last();
  if (!visitor_.Visit({path_, "", true, status.st_uid, status.st_gid})) return kOk;
  levels_.emplace_back();
  levels_.back().path_size = path_.size();
  if (Error error = OpenLevel(0, std::move(top)); !error.ok()) return error;
  ReadLevel(1);
  while (!levels_.empty()) {
    if (!EnterNext()) Leave();
  }
  return kOk;
}

}  // namespace

Error WalkTree(Directory& top, std::string_view path, TreeVisitor* visitor) {
  Descriptor fd;
  if (Error error = top.OpenToRead(&fd); !error.ok()) return error;
  return Walk(path, visitor).Run(std::move(fd));
}

}  // namespace keelson
