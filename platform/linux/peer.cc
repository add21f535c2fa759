// SO_PEERCRED and /proc/PID/stat: "PID (NAME) STATE ..."; NAME may hold blanks and parentheses, so
// the fields are counted from the last ')'. The 22nd is the start in ticks since boot.
#include "platform/peer.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "platform/clock.h"
#include "platform/descriptor.h"

namespace keelson {
namespace {

Error ReadStat(int32_t pid, std::string* text) {
  std::string path = "/proc/" + std::to_string(pid) + "/stat";
  Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return errno == ENOENT ? Error(ESRCH) : Error::Last();
  char buffer[2048];
  ssize_t n = read(fd.get(), buffer, sizeof(buffer));
  if (n < 0) return Error::Last();
  text->assign(buffer, n);
  return kOk;
}

class LinuxPeers : public Peers {
 public:
  Error OfSocket(int fd, Peer* peer) override {
    ucred credentials;
    socklen_t size = sizeof(credentials);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return Error::Last();
    // A socket that was never connected has a peer of nobody.
    if (credentials.uid == static_cast<uid_t>(-1)) return Error(ENOTCONN);
    *peer = {credentials.uid, credentials.gid, credentials.pid};
    return kOk;
  }

  Error OfProcess(int32_t pid, ProcessFacts* facts) override {
    if (pid <= 0) return Error(ESRCH);
    std::string text;
    if (Error error = ReadStat(pid, &text); !error.ok()) return error;
    size_t open = text.find('(');
    size_t close = text.rfind(')');
    if (open == text.npos || close == text.npos || close < open) return Error(EBADMSG);
    const char* field = text.c_str() + close + 1;
    for (int number = 3; field != nullptr && number < 22; ++number) {
      field = std::strchr(field + 1, ' ');
    }
    if (field == nullptr) return Error(EBADMSG);
    static const int64_t tick_ns = kSecond / sysconf(_SC_CLK_TCK);
    facts->name = text.substr(open + 1, close - open - 1);
    facts->started_ns = std::strtoll(field, nullptr, 10) * tick_ns;
    return kOk;
  }
};

}  // namespace

Peers* SystemPeers() {
  static LinuxPeers peers;
  return &peers;
}

}  // namespace keelson
