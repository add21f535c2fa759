// resolvconf runs for one at a time: `resolvconf -a WHO` with the lines on its standard input, or
// `resolvconf -d WHO`. It gets what is offered when its turn comes.
#include "applets/netconfd/resolver.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include "platform/clock.h"
#include "platform/descriptor.h"
#include "platform/handover.h"

namespace keelson {

Resolver::Resolver(Loop* loop, Processes* processes, Root* root, Log log, ResolverOptions options)
    : loop_(loop), processes_(processes), root_(root), log_(log), options_(std::move(options)) {}

Resolver::~Resolver() { loop_->CancelTimer(timer_); }

void Resolver::Offer(std::string_view who, ResolverOffer offer) {
  const auto found = std::find_if(offers_.begin(), offers_.end(),
                                  [who](const auto& one) { return one.first == who; });
  const bool is_empty = offer == ResolverOffer();
  if (found == offers_.end() ? is_empty : found->second == offer) return;
  if (found == offers_.end()) {
    offers_.emplace_back(who, std::move(offer));
  } else if (is_empty) {
    offers_.erase(found);
  } else {
    found->second = std::move(offer);
  }
  if (!has_file_ && !Program().empty()) {
    untold_.emplace(who);
    if (pid_ == 0) RunNext();
  } else {
    WriteFile();
  }
}

std::string Resolver::Program() const {
  for (const std::string& path : options_.programs) {
    FileInfo info;
    if (root_->Stat(path, &info).ok() && info.type == FileType::kRegular) return path;
  }
  return {};
}

void Resolver::WriteFile() {
  std::vector<ResolverOffer> offers;
  for (const auto& [who, offer] : offers_) offers.push_back(offer);
  has_file_ = !offers.empty();
  const Error error =
      has_file_ ? WriteResolvConf(*root_, ResolverText(offers)) : RestoreResolvConf(*root_);
  if (!error.ok()) log_.Warning("/etc/resolv.conf: " + error.Text());
}

void Resolver::RunNext() {
  while (!untold_.empty()) {
    const std::string who = *untold_.begin();
    untold_.erase(untold_.begin());
    const std::string program = Program();
    const Error error = program.empty() ? Error(ENOENT) : Run(program, who);
    if (error.ok()) return;
    log_.Warning("resolvconf for " + who + ": " + error.Text());
  }
}

Error Resolver::Run(const std::string& program, const std::string& who) {
  const auto found = std::find_if(offers_.begin(), offers_.end(),
                                  [&who](const auto& one) { return one.first == who; });
  SpawnRequest request;
  request.program = program;
  request.arguments = {"resolvconf", found == offers_.end() ? "-d" : "-a", who};
  request.environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
  Descriptor input;
  if (found != offers_.end()) {
    const Error error = WriteNameless(ResolverText({&found->second, 1}), &input);
    if (!error.ok()) return error;
    request.descriptors = {{input.get(), 0}};
  }
  const std::weak_ptr<bool> alive = alive_;
  const auto on_exit = [this, alive, who](ProcessExit exit) {
    if (alive.expired()) return;
    pid_ = 0;
    loop_->CancelTimer(std::exchange(timer_, 0));
    if (exit.signaled || exit.value != 0) log_.Warning("resolvconf for " + who + ": failed");
    RunNext();
  };
  if (Error error = processes_->Spawn(request, on_exit, &pid_); !error.ok()) {
    pid_ = 0;
    return error;
  }
  timer_ = loop_->StartTimer(SystemClock()->MonotonicNs() + options_.patience_ns, [this] {
    timer_ = 0;
    static_cast<void>(processes_->Signal(pid_, SIGKILL, true));
  });
  return kOk;
}

}  // namespace keelson
