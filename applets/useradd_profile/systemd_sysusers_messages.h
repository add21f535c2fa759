// What systemd-sysusers says on stderr: whole lines as the original words them, nothing in front.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_MESSAGES_H_
#define KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_MESSAGES_H_

#include <cstdio>
#include <string>
#include <string_view>

#include "core/log.h"

namespace keelson {

// Lines are kept until there are many, Flush is called or this ends: thousands of accounts are a
// few system calls.
class SysusersMessages {
 public:
  SysusersMessages() = default;
  SysusersMessages(const SysusersMessages&) = delete;
  ~SysusersMessages() { Flush(); }

  void Say(std::string_view line) {
    if (IsPlain(line)) {
      waiting_ += line;
    } else {
      waiting_ += Printable(line);
    }
    waiting_ += '\n';
    if (waiting_.size() > kMany) Flush();
  }
  // REQUIRES: called before anything else goes to stderr.
  void Flush() {
    if (waiting_.empty()) return;
    std::fflush(stdout);
    std::fwrite(waiting_.data(), 1, waiting_.size(), stderr);
    waiting_.clear();
  }

 private:
  static constexpr size_t kMany = 32 * 1024;  // bytes
  std::string waiting_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_MESSAGES_H_
