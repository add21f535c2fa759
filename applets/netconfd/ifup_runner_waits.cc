// What is waited for is looked at again whenever the kernel tells of a change, or from time to time
// where it tells nothing.
#include <algorithm>
#include <utility>

#include "applets/netconfd/ifup_runner.h"
#include "core/interface_name.h"
#include "platform/clock.h"

namespace keelson {
namespace {

constexpr int64_t kPauseNs = 100 * kMillisecond;

}  // namespace

bool IfupRunner::Await(int64_t patience_ns, const std::function<bool(const NetState&)>& done) {
  const int64_t deadline = SystemClock()->MonotonicNs() + patience_ns;
  if (!is_listening_) {
    is_listening_ =
        net_if_->Listen(loop_.get(), 0, [this](const NetEvent&) { has_heard_ = true; }).ok();
  }
  while (!interrupted_) {
    NetState state;
    has_heard_ = false;
    if (!net_if_->Dump(&state).ok()) return false;
    if (done(state)) return true;
    const int64_t now = SystemClock()->MonotonicNs();
    if (now >= deadline) return false;
    const int64_t until = is_listening_ ? deadline : std::min(deadline, now + kPauseNs);
    while (!interrupted_ && !has_heard_ && SystemClock()->MonotonicNs() < until) {
      if (!loop_->RunOnce(until).ok()) return false;
    }
  }
  return false;
}

bool IfupRunner::AwaitAddresses(
    const DesiredInterface& interface, const DesiredSetup& setup,
    const std::function<bool(const std::vector<InterfaceAddress>&)>& done) {
  const std::string device(SplitInterfaceLabel(interface.name).device);
  bool is_there = true;
  const bool ok = Await(setup.dad_attempts * setup.dad_interval_ns, [&](const NetState& state) {
    const Interface* found = state.Find(device);
    is_there = found != nullptr;
    std::vector<InterfaceAddress> addresses;
    for (const InterfaceAddress& address : state.addresses) {
      const bool is_its = is_there && address.index == found->index && address.address.v6;
      if (is_its) addresses.push_back(address);
    }
    return !is_there || done(addresses);
  });
  return ok && is_there;
}

bool IfupRunner::WaitDad(const DesiredInterface& interface, const DesiredSetup& setup) {
  bool is_duplicate = false;
  const auto is_ours = [&](const InterfaceAddress& has) {
    return std::any_of(setup.addresses.begin(), setup.addresses.end(),
                       [&](auto& wanted) { return has.address == ToNetIp(wanted.prefix.address); });
  };
  const bool ok =
      AwaitAddresses(interface, setup, [&](const std::vector<InterfaceAddress>& addresses) {
        bool is_tentative = false;
        for (const InterfaceAddress& address : addresses) {
          if (!is_ours(address)) continue;
          is_duplicate |= address.is_duplicate;
          is_tentative |= address.is_tentative && !address.is_duplicate;
        }
        return !is_tentative;
      });
  if (is_duplicate) Tell(interface.name + ": another host has the address");
  if (!ok && !interrupted_) Tell(interface.name + ": duplicate address detection takes too long");
  return ok && !is_duplicate;
}

bool IfupRunner::WaitLinkLocal(const DesiredInterface& interface, const DesiredSetup& setup) {
  const bool ok =
      AwaitAddresses(interface, setup, [](const std::vector<InterfaceAddress>& addresses) {
        return std::any_of(addresses.begin(), addresses.end(), [](auto& address) {
          return address.scope == NetScope::kLink && !address.is_tentative;
        });
      });
  if (!ok && !interrupted_) Tell(interface.name + ": no link-local address");
  return ok;
}

void IfupRunner::WaitPorts(const DesiredInterface& interface) {
  (void)Await(interface.port_wait_s * kSecond, [&](const NetState& state) {
    return std::all_of(interface.awaited_ports.begin(), interface.awaited_ports.end(),
                       [&](const std::string& port) { return state.Find(port) != nullptr; });
  });
}

void IfupRunner::WaitForward(const DesiredInterface& interface) {
  const std::string device(SplitInterfaceLabel(interface.name).device);
  (void)Await(interface.forward_wait_s * kSecond, [&](const NetState& state) {
    const Interface* bridge = state.Find(device);
    return bridge == nullptr || (bridge->flags & kIfRunning) != 0;
  });
}

}  // namespace keelson
