// Trees as control groups of version 2: MOUNT/OUR-GROUP/LABEL/NAME, one folder a tree.
//
// Our own group is asked of /proc/self/cgroup, its folder is below the mount that
// /proc/self/mountinfo names. The folder of the label is locked by who uses it, so that two of us
// do not share trees. A tree's folder has the tree's name; bytes that a folder had better not have,
// and the dot, which the system's own files there have, are written as %XX. Programs may make
// groups within.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platform/descriptor.h"
#include "platform/linux/process_stat.h"
#include "platform/linux/process_trees.h"
#include "platform/process_tree.h"

namespace keelson {
namespace {

constexpr size_t kMaxProcFile = 1 << 20;
constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int kMaxDepth = 32;
constexpr size_t kMaxLeft = 1000;
constexpr int kMaxKillRounds = 1000;
constexpr int kLockTries = 20;
constexpr unsigned kLockPauseUs = 500;
constexpr char kHex[] = "0123456789ABCDEF";

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '+' || c == '@' || c == ':';
}

std::string Escape(std::string_view name) {
  std::string escaped;
  for (char c : name) {
    if (IsPlain(c)) {
      escaped.push_back(c);
    } else {
      unsigned byte = static_cast<unsigned char>(c);
      escaped.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return escaped;
}

// False: Escape never makes this.
bool Unescape(std::string_view escaped, std::string* name) {
  name->clear();
  for (size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] != '%') {
      name->push_back(escaped[i]);
      continue;
    }
    if (i + 2 >= escaped.size()) return false;
    size_t high = std::string_view(kHex).find(escaped[i + 1]);
    size_t low = std::string_view(kHex).find(escaped[i + 2]);
    if (high > 15 || low > 15) return false;
    name->push_back(static_cast<char>(high << 4 | low));
    i += 2;
  }
  return true;
}

// The group's path as /proc has it: "0::/PATH" on a line of its own. Kept: what comes after "0::".
bool GroupOf(ProcessId pid, std::string* text) {
  if (!ReadProcessFile(pid, "cgroup", kMaxProcFile, text)) return false;
  size_t at = text->starts_with("0::") ? 0 : text->find("\n0::");
  if (at == text->npos) return false;
  at = text->find("::", at) + 2;
  *text = text->substr(at, text->find('\n', at) - at);
  return text->starts_with('/');
}

std::string NextField(std::string_view* line) {
  size_t end = std::min(line->find(' '), line->size());
  std::string field(line->substr(0, end));
  line->remove_prefix(std::min(end + 1, line->size()));
  return field;
}

// mountinfo writes blanks and their like as \ooo.
std::string FromOctal(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      plain.push_back(static_cast<char>(std::strtol(text.substr(i + 1, 3).c_str(), nullptr, 8)));
      i += 3;
    } else {
      plain.push_back(text[i]);
    }
  }
  return plain;
}

// Where the group's folder is, below a mount that shows it.
bool FindFolder(const std::string& group, std::string* path) {
  std::string mounts;
  if (!ReadProcessFile(getpid(), "mountinfo", kMaxProcFile, &mounts)) return false;
  for (size_t at = 0, end; at < mounts.size(); at = end + 1) {
    end = std::min(mounts.find('\n', at), mounts.size());
    std::string_view line = std::string_view(mounts).substr(at, end - at);
    if (line.find(" - cgroup2 ") == line.npos) continue;
    for (int i = 0; i < 3; ++i) NextField(&line);
    std::string root = FromOctal(NextField(&line));
    if (root == "/") root.clear();
    if (group != root && !group.starts_with(root + "/")) continue;
    *path = FromOctal(NextField(&line)) + group.substr(root.size());
    return true;
  }
  return false;
}

bool ReadFileAt(int folder, const char* name, std::string* text) {
  text->clear();
  Descriptor fd(openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.valid()) return false;
  char buffer[4096];
  ssize_t n;
  while ((n = read(fd.get(), buffer, sizeof(buffer))) > 0) text->append(buffer, n);
  return n == 0;
}

Error WriteFileAt(int folder, const char* name, char value) {
  Descriptor fd(openat(folder, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.valid() || write(fd.get(), &value, 1) != 1) return Error::Last();
  return kOk;
}

// A program that made groups of its own within, as container managers do, may have left it so that
// no process can be put into it.
bool IsUndivided(int folder) {
  struct stat info;
  std::string passed_on;
  return fstat(folder, &info) == 0 && info.st_nlink == 2 &&
         ReadFileAt(folder, "cgroup.subtree_control", &passed_on) && passed_on.empty();
}

// The groups directly within, by name.
std::vector<std::string> FoldersIn(int folder) {
  std::vector<std::string> names;
  int fd = openat(folder, ".", kFolderFlags);
  std::unique_ptr<DIR, int (*)(DIR*)> stream(fd < 0 ? nullptr : fdopendir(fd), closedir);
  if (stream == nullptr) {
    if (fd >= 0) close(fd);
    return names;
  }
  while (const dirent* entry = readdir(stream.get())) {
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') names.push_back(entry->d_name);
  }
  return names;
}

void AppendMembers(int folder, size_t limit, int depth, std::vector<ProcessId>* members) {
  std::string text;
  ReadFileAt(folder, "cgroup.procs", &text);
  const char* at = text.c_str();
  while (*at != '\0' && members->size() < limit) {
    char* end;
    auto pid = static_cast<ProcessId>(std::strtol(at, &end, 10));
    if (end == at) break;
    if (pid > 0) members->push_back(pid);  // 0: of a name space that we do not see
    at = *end == '\n' ? end + 1 : end;
  }
  if (depth == kMaxDepth) return;
  for (const std::string& name : FoldersIn(folder)) {
    if (members->size() >= limit) return;
    Descriptor inner(openat(folder, name.c_str(), kFolderFlags));
    if (inner.valid()) AppendMembers(inner.get(), limit, depth + 1, members);
  }
}

void RemoveFolder(int parent, const std::string& name, int depth) {
  if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0 || depth == kMaxDepth) return;
  Descriptor folder(openat(parent, name.c_str(), kFolderFlags));
  if (!folder.valid()) return;
  for (const std::string& inner : FoldersIn(folder.get())) {
    RemoveFolder(folder.get(), inner, depth + 1);
  }
  unlinkat(parent, name.c_str(), AT_REMOVEDIR);
}

struct Label {
  ~Label() {
    if (folder.valid()) unlinkat(own.get(), name.c_str(), AT_REMOVEDIR);  // if nothing is in it
  }

  Descriptor own;  // the folder of the group that we are in
  std::string name;
  Descriptor folder;  // locked
  std::string group;  // as /proc has it, with a slash at its end
};

class GroupTree : public ProcessTree {
 public:
  GroupTree(std::shared_ptr<Label> label, std::string folder_name, Descriptor folder, bool is_new)
      : label_(std::move(label)),
        name_(std::move(folder_name)),
        folder_(std::move(folder)),
        was_killed_(!is_new) {}
  // What still runs in it keeps its folder: one that is in use cannot be removed.
  ~GroupTree() override {
    if (unlinkat(label_->folder.get(), name_.c_str(), AT_REMOVEDIR) == 0) return;
    if (IsEmpty()) RemoveFolder(label_->folder.get(), name_, 0);
  }

  int descriptor() const override { return folder_.get(); }
  bool Contains(ProcessId pid) override;
  std::vector<ProcessId> Members(size_t limit) override {
    std::vector<ProcessId> members;
    AppendMembers(folder_.get(), limit, 0, &members);
    return members;
  }
  bool IsEmpty() override;
  bool IsGone() override { return faccessat(folder_.get(), "cgroup.procs", F_OK, 0) != 0; }
  void Thaw() override { ThawGroup(folder_.get()); }
  Error Signal(int signal) override;
  // Linux 6.14 and later kill what is put, as it is made, into a group that was killed once.
  bool ServesAgain() const { return !was_killed_ && IsUndivided(folder_.get()); }

 private:
  Error SignalMembers(int signal);
  Error Kill();

  const std::shared_ptr<Label> label_;
  const std::string name_;
  const Descriptor folder_;
  bool was_killed_;  // as a whole, or nobody knows
};

bool GroupTree::Contains(ProcessId pid) {
  ProcessStat stat;
  std::string group;
  if (pid <= 0 || !GroupOf(pid, &group)) return false;
  std::string own = label_->group + name_;
  if (group != own && !group.starts_with(own + "/")) return false;
  return ReadProcessStat(pid, &stat) && !stat.ended;
}

bool GroupTree::IsEmpty() {
  std::string events;
  return !ReadFileAt(folder_.get(), "cgroup.events", &events) ||
         events.find("populated 1") == events.npos;
}

Error GroupTree::SignalMembers(int signal) {
  Error first;
  auto is_meant = [this](ProcessId pid) { return Contains(pid); };
  for (ProcessId pid : Members(SIZE_MAX)) {
    Error error = SignalProcessIf(pid, signal, is_meant);
    if (first.ok() && !error.ok() && error != Error(ESRCH)) first = error;
  }
  return first;
}

// As kernels before 5.14 can: frozen, it forks no more.
Error GroupTree::Kill() {
  static_cast<void>(WriteFileAt(folder_.get(), "cgroup.freeze", '1'));
  Error error;
  for (int i = 0; i < kMaxKillRounds && error.ok() && !IsEmpty(); ++i) {
    error = SignalMembers(SIGKILL);
  }
  static_cast<void>(WriteFileAt(folder_.get(), "cgroup.freeze", '0'));
  if (!error.ok()) return error;
  return IsEmpty() ? kOk : Error(EAGAIN);
}

Error GroupTree::Signal(int signal) {
  if (signal != SIGKILL) return SignalMembers(signal);
  if (!WriteFileAt(folder_.get(), "cgroup.kill", '1').ok()) return Kill();
  was_killed_ = true;
  return kOk;
}

class GroupTrees : public ProcessTrees {
 public:
  explicit GroupTrees(std::shared_ptr<Label> label) : label_(std::move(label)) {}

  Error Open(std::string_view name, std::string_view mark,
             std::unique_ptr<ProcessTree>* tree) override;
  bool NameOf(ProcessId pid, std::string* name) override;

 private:
  const std::shared_ptr<Label> label_;
};

bool GroupTrees::NameOf(ProcessId pid, std::string* name) {
  std::string group;
  if (pid <= 0 || !GroupOf(pid, &group) || !group.starts_with(label_->group)) return false;
  std::string_view rest = std::string_view(group).substr(label_->group.size());
  return Unescape(rest.substr(0, rest.find('/')), name);
}

void AppendLeft(int label, std::vector<LeftTree>* left) {
  for (const std::string& escaped : FoldersIn(label)) {
    LeftTree tree;
    Descriptor folder(openat(label, escaped.c_str(), kFolderFlags));
    if (!folder.valid() || !Unescape(escaped, &tree.name)) continue;
    AppendMembers(folder.get(), kMaxLeft, 0, &tree.members);
    if (!tree.members.empty()) left->push_back(std::move(tree));
  }
}

// The group that we are in, as /proc has it and without a slash at its end, and its folder.
Error OpenOwnGroup(std::string* group, Descriptor* folder) {
  std::string path;
  if (!GroupOf(getpid(), group)) return kUnsupported;
  if (*group == "/") group->clear();
  if (!FindFolder(*group, &path)) return kUnsupported;
  folder->Reset(open(path.c_str(), kFolderFlags));
  return folder->valid() ? kOk : Error::Last();
}

// Only its maker's: whoever else can be is refused.
Error Lock(int folder) {
  struct stat info;
  if (fstat(folder, &info) != 0) return Error::Last();
  if (info.st_uid != geteuid()) return Error(EPERM);
  return flock(folder, LOCK_EX | LOCK_NB) == 0 ? kOk : Error::Last();
}

// ENOENT, EWOULDBLOCK: somebody has taken it for one that was left, for a moment.
Error OpenLabel(int own, const char* name, Descriptor* label) {
  if (mkdirat(own, name, 0755) != 0 && errno != EEXIST) return Error::Last();
  Descriptor folder(openat(own, name, kFolderFlags));
  if (!folder.valid()) return Error::Last();
  if (Error error = Lock(folder.get()); !error.ok()) return error;
  struct stat there, ours;
  if (fstatat(own, name, &there, AT_SYMLINK_NOFOLLOW) != 0) return Error::Last();
  if (fstat(folder.get(), &ours) != 0) return Error::Last();
  if (there.st_ino != ours.st_ino) return Error(ENOENT);
  *label = std::move(folder);
  return kOk;
}

Error GroupTrees::Open(std::string_view name, std::string_view mark,
                       std::unique_ptr<ProcessTree>* tree) {
  if (!IsMark(mark) || name.empty()) return Error(EINVAL);
  if (*tree != nullptr && static_cast<GroupTree&>(**tree).ServesAgain()) return kOk;
  tree->reset();
  std::string escaped = Escape(name);
  if (faccessat(label_->folder.get(), "cgroup.procs", F_OK, 0) != 0) {  // somebody removed it
    Descriptor folder;
    if (Error error = OpenLabel(label_->own.get(), label_->name.c_str(), &folder); !error.ok()) {
      return error;
    }
    label_->folder = std::move(folder);
  }
  int parent = label_->folder.get();
  const bool is_new = mkdirat(parent, escaped.c_str(), 0755) == 0;
  if (!is_new && errno != EEXIST) return Error::Last();
  Descriptor folder(openat(parent, escaped.c_str(), kFolderFlags));
  if (!folder.valid()) {
    const Error error = Error::Last();
    if (is_new) unlinkat(parent, escaped.c_str(), AT_REMOVEDIR);
    return error;
  }
  *tree = std::make_unique<GroupTree>(label_, std::move(escaped), std::move(folder), is_new);
  return kOk;
}

}  // namespace

bool ThawGroup(int folder) {
  bool was_frozen = false;
  std::string text;
  for (const char* name : {"cgroup.freeze", "../cgroup.freeze"}) {
    if (!ReadFileAt(folder, name, &text) || !text.starts_with('1')) continue;
    was_frozen = true;
    static_cast<void>(WriteFileAt(folder, name, '0'));
  }
  if (was_frozen) return true;
  return ReadFileAt(folder, "cgroup.events", &text) && text.find("frozen 1") != text.npos;
}

std::vector<LeftTree> RemoveOldTrees(std::string_view label_start) {
  std::vector<LeftTree> left;
  std::string group;
  Descriptor own;
  if (!OpenOwnGroup(&group, &own).ok()) return left;
  for (const std::string& name : FoldersIn(own.get())) {
    if (!name.starts_with(label_start)) continue;
    Descriptor folder(openat(own.get(), name.c_str(), kFolderFlags));
    if (!folder.valid() || !Lock(folder.get()).ok()) continue;
    RemoveFolder(own.get(), name, 0);
    AppendLeft(folder.get(), &left);
  }
  return left;
}

Error NewGroupTrees(std::string_view label, std::unique_ptr<ProcessTrees>* trees) {
  auto made = std::make_shared<Label>();
  if (Error error = OpenOwnGroup(&made->group, &made->own); !error.ok()) return error;
  made->name = label;
  made->group += "/" + made->name + "/";
  Error error;
  for (int i = 0; i < kLockTries; ++i) {
    error = OpenLabel(made->own.get(), made->name.c_str(), &made->folder);
    if (error.ok() || (error != Error(EWOULDBLOCK) && !error.not_found())) break;
    usleep(kLockPauseUs);
  }
  if (!error.ok()) return error;
  *trees = std::make_unique<GroupTrees>(std::move(made));
  return kOk;
}

}  // namespace keelson
