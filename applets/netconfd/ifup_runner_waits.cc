// Addresses of IPv6 are looked at again and again, as often as the configuration says.
#include <algorithm>
#include <utility>

#include "applets/netconfd/ifup_runner.h"
#include "core/interface_name.h"
#include "platform/clock.h"

namespace keelson {

bool IfupRunner::Poll(const std::string& device, uint32_t attempts, int64_t pause_ns,
                      const std::function<bool(const std::vector<InterfaceAddress>&)>& done) {
  for (uint32_t i = 0; i < attempts && !interrupted_; ++i) {
    NetState state;
    if (!net_if_->Dump(&state).ok()) return false;
    const Interface* interface = state.Find(device);
    if (interface == nullptr) return false;
    std::erase_if(state.addresses, [&](const InterfaceAddress& address) {
      return address.index != interface->index || !address.address.v6;
    });
    if (done(state.addresses)) return true;
    const int64_t until = SystemClock()->MonotonicNs() + pause_ns;
    while (!interrupted_ && SystemClock()->MonotonicNs() < until) {
      if (!loop_->RunOnce(until).ok()) return false;
    }
  }
  return false;
}

bool IfupRunner::WaitDad(const DesiredInterface& interface, const DesiredSetup& setup) {
  bool is_duplicate = false;
  const auto is_ours = [&](const InterfaceAddress& has) {
    return std::any_of(setup.addresses.begin(), setup.addresses.end(),
                       [&](auto& wanted) { return has.address == ToNetIp(wanted.prefix.address); });
  };
  const bool ok = Poll(std::string(SplitInterfaceLabel(interface.name).device), setup.dad_attempts,
                       setup.dad_interval_ns, [&](const std::vector<InterfaceAddress>& addresses) {
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
  const bool ok = Poll(std::string(SplitInterfaceLabel(interface.name).device), setup.dad_attempts,
                       setup.dad_interval_ns, [](const std::vector<InterfaceAddress>& addresses) {
                         return std::any_of(addresses.begin(), addresses.end(), [](auto& address) {
                           return address.scope == NetScope::kLink && !address.is_tentative;
                         });
                       });
  if (!ok && !interrupted_) Tell(interface.name + ": no link-local address");
  return ok;
}

}  // namespace keelson
