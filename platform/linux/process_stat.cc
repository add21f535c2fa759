// /proc/PID/stat: "PID (NAME) STATE PARENT ..."; NAME may hold blanks and parentheses, so the
// fields are counted from the last ')'. The 22nd is the start, the 50th and 51st are where the
// environment begins and ends. A new program's are moved while it is laid out; the 27th, where its
// code ends, is set after that.
//
// A pidfd is opened before the process is looked at: if it is the right one then, it is the one
// that the pidfd stands for.
#include "platform/linux/process_stat.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "platform/descriptor.h"

namespace keelson {

bool ReadProcessFile(ProcessId pid, const char* name, size_t limit, std::string* bytes) {
  bytes->clear();
  std::string path = "/proc/" + std::to_string(pid) + "/" + name;
  Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return false;
  char buffer[4096];
  while (bytes->size() < limit) {
    ssize_t n = read(fd.get(), buffer, std::min(sizeof(buffer), limit - bytes->size()));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    if (n == 0) break;
    bytes->append(buffer, static_cast<size_t>(n));
  }
  return true;
}

bool ReadProcessStat(ProcessId pid, ProcessStat* stat) {
  std::string text;
  if (pid <= 0 || !ReadProcessFile(pid, "stat", 4096, &text)) return false;
  size_t close = text.rfind(')');
  if (close == text.npos || close + 4 >= text.size()) return false;
  char state = text[close + 2];
  stat->ended = state == 'Z' || state == 'X' || state == 'x';
  const char* field = text.c_str() + close + 2;
  bool is_laid_out = false;
  for (int number = 3; field != nullptr && number <= 51; ++number) {
    if (number == 4) stat->parent = static_cast<ProcessId>(std::strtol(field, nullptr, 10));
    if (number == 22) stat->started = std::strtoull(field, nullptr, 10);
    if (number == 27) is_laid_out = *field != '0';
    if (number == 50) stat->environment = std::strtoull(field, nullptr, 10);
    if (number == 51) stat->environment_end = std::strtoull(field, nullptr, 10);
    field = std::strchr(field, ' ');
    if (field != nullptr) ++field;
  }
  if (!is_laid_out) stat->environment = stat->environment_end = 0;
  return true;
}

std::vector<ProcessId> AllProcesses() {
  std::vector<ProcessId> all;
  std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc"), closedir);
  if (folder == nullptr) return all;
  while (const dirent* entry = readdir(folder.get())) {
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') {
      all.push_back(static_cast<ProcessId>(std::strtol(entry->d_name, nullptr, 10)));
    }
  }
  return all;
}

Error SignalProcessIf(ProcessId pid, int signal, const std::function<bool(ProcessId)>& is_meant) {
  Descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd.valid()) return Error::Last();
  if (!is_meant(pid)) return Error(ESRCH);
  if (syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) == 0) return kOk;
  return Error::Last();
}

}  // namespace keelson
