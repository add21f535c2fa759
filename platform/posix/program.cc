// Links to the program and the descriptors it starts with. A link that replaces something is made
// under a temporary name, ".NAME.keelson-PID", and renamed.
#include "platform/program.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

namespace keelson {
namespace {

constexpr int kMaxLinks = 40;

#if defined(O_PATH)
constexpr int kHold = O_PATH | O_DIRECTORY;
#else
constexpr int kHold = O_RDONLY | O_DIRECTORY;
#endif

Error MakeNew(const std::string& path, const std::string& target) {
  if (!target.empty()) return symlink(target.c_str(), path.c_str()) == 0 ? kOk : Error::Last();
  std::string program;
  if (Error error = ProgramPath(&program); !error.ok()) return error;
  return linkat(AT_FDCWD, program.c_str(), AT_FDCWD, path.c_str(), 0) == 0 ? kOk : Error::Last();
}

}  // namespace

void HoldStandardDescriptors() {
  for (int fd = 0; fd < 3; ++fd) {
    // The root directory is always there, and can be neither read nor written as a file. The lowest
    // free number is this one.
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) (void)open("/", kHold);
  }
}

void TakeFileSizeLimitAsError() { signal(SIGXFSZ, SIG_IGN); }

std::vector<std::string> FollowLinks(std::string_view path) {
  std::vector<std::string> paths{std::string(path)};
  for (int i = 0; i < kMaxLinks; ++i) {
    char target[PATH_MAX];
    ssize_t size = readlink(paths.back().c_str(), target, sizeof target);
    if (size <= 0 || size == static_cast<ssize_t>(sizeof target)) break;
    std::string next(target, static_cast<size_t>(size));
    if (next[0] != '/') {
      size_t slash = paths.back().rfind('/');
      if (slash != std::string::npos) next.insert(0, paths.back(), 0, slash + 1);
    }
    paths.push_back(std::move(next));
  }
  return paths;
}

std::vector<std::string> OwnEnvironment() {
  std::vector<std::string> entries;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    entries.emplace_back(*entry);
  }
  return entries;
}

Error RealPath(std::string_view path, std::string* real) {
  char* found = realpath(std::string(path).c_str(), nullptr);
  if (found == nullptr) return Error::Last();
  *real = found;
  free(found);
  return kOk;
}

Error FindLink(const std::string& directory, const std::string& name, LinkState* state) {
  const std::string path = directory + "/" + name;
  struct stat there;
  if (lstat(path.c_str(), &there) != 0) {
    if (errno != ENOENT) return Error::Last();
    *state = LinkState::kAbsent;
    return kOk;
  }
  std::string program;
  if (Error error = ProgramPath(&program); !error.ok()) return error;
  struct stat ours;
  if (stat(program.c_str(), &ours) != 0) return Error::Last();
  bool same =
      stat(path.c_str(), &there) == 0 && there.st_dev == ours.st_dev && there.st_ino == ours.st_ino;
  *state = same ? LinkState::kOurs : LinkState::kOther;
  return kOk;
}

Error MakeLink(const std::string& directory, const std::string& name, const std::string& target,
               bool replace) {
  const std::string path = directory + "/" + name;
  if (!replace) return MakeNew(path, target);
  const std::string temporary =
      directory + "/." + name + ".keelson-" + std::to_string(static_cast<long>(getpid()));
  if (Error error = MakeNew(temporary, target); !error.ok()) return error;
  if (rename(temporary.c_str(), path.c_str()) == 0) return kOk;
  Error error = Error::Last();
  (void)unlink(temporary.c_str());
  return error;
}

}  // namespace keelson
