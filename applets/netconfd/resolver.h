// Who offers which name servers, and telling the system: by the program resolvconf where there is
// one (Debian's or openresolv's), else in /etc/resolv.conf.
#ifndef KEELSON_APPLETS_NETCONFD_RESOLVER_H_
#define KEELSON_APPLETS_NETCONFD_RESOLVER_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "applets/netconfd/resolv_conf.h"
#include "core/log.h"
#include "platform/loop.h"
#include "platform/process.h"

namespace keelson {

struct ResolverOptions {
  std::vector<std::string> programs = {"/sbin/resolvconf", "/usr/sbin/resolvconf"};
  int64_t patience_ns = 30'000'000'000;  // with a program; then it is killed
};

class Resolver {
 public:
  // REQUIRES: all of them outlive it.
  Resolver(Loop* loop, Processes* processes, Root* root, Log log, ResolverOptions options = {});
  ~Resolver();

  // who: an interface and what of it, "eth0.dhcp", "eth0.inet6"; the interface's part as
  // LeaseFileName (lease_files.h) has it. In place of what it offered before; an empty offer:
  // nothing any more. Those who came first count first.
  void Offer(std::string_view who, ResolverOffer offer);

  bool IsBusy() const { return pid_ != 0 || !untold_.empty(); }  // a program runs or has to

 private:
  std::string Program() const;  // empty: there is none
  void WriteFile();
  void RunNext();
  Error Run(const std::string& program, const std::string& who);

  Loop* const loop_;
  Processes* const processes_;
  Root* const root_;
  const Log log_;
  const ResolverOptions options_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::vector<std::pair<std::string, ResolverOffer>> offers_;
  std::set<std::string> untold_;  // whose offers the program has to hear of
  bool has_file_ = false;         // we have written it
  ProcessId pid_ = 0;
  Loop::TimerId timer_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_RESOLVER_H_
