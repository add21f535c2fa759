// Which libc a client has, where that decides the answer.
//
// A name that is in none of the files but may be in a source that we do not serve (nsswitch.conf:
// "files systemd") is answered -1 to glibc, which then looks by itself; musl takes -1 for an error,
// and has no other source, so it is answered 0. Only glibc asks for mappings, and it does so before
// anything else. So a process is glibc's when it, or an earlier one of the same program (a fork
// asks no more), asked for a mapping, or when it is older than we are and may have asked our
// predecessor.
#ifndef KEELSON_APPLETS_PWLOOKUPD_ASKERS_H_
#define KEELSON_APPLETS_PWLOOKUPD_ASKERS_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "platform/peer.h"

namespace keelson {

class Askers {
 public:
  // since_ns: when we began to answer, in Clock::MonotonicNs' terms.
  explicit Askers(int64_t since_ns) : since_ns_(since_ns) {}

  void AskedForMapping(const ProcessFacts& facts);
  bool MayBeGlibc(const ProcessFacts& facts) const;

 private:
  static constexpr size_t kMaxNames = 4096;

  int64_t since_ns_;
  std::set<std::string> names_;
  bool full_ = false;  // from then on everybody may be
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_ASKERS_H_
