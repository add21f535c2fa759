// An ifreq holds a name and one value. SIOCGIFCONF tells of names (and labels) that have a v4
// address; all interfaces stand in /proc/net/dev alone: two lines of headings, then "  NAME: ...".
#include "platform/linux/net_if_ioctl.h"

#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "platform/descriptor.h"
#include "platform/linux/net_if.h"
#include "platform/linux/rtnetlink.h"
#include "platform/net_if.h"

namespace keelson {
namespace {

constexpr uint32_t kChangeable = kIfUp | kIfPromiscuous;
constexpr size_t kHardwareAddressSize = 6;

// A label may be named as well: "eth0:1".
bool IsLabelOf(std::string_view label, std::string_view name) {
  return label.starts_with(name) && label.substr(name.size()).starts_with(':') &&
         label.size() < IFNAMSIZ && label.find('\0') == label.npos;
}

ifreq RequestFor(std::string_view name) {
  ifreq request{};
  std::copy(name.begin(), name.end(), request.ifr_name);
  return request;
}

std::string_view NameOf(const ifreq& request) {
  return {request.ifr_name, strnlen(request.ifr_name, IFNAMSIZ)};
}

void PutIp(const NetIp& ip, sockaddr* to) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  std::copy_n(ip.bytes.begin(), 4, reinterpret_cast<uint8_t*>(&address.sin_addr));
  std::memcpy(to, &address, sizeof(address));
}

NetIp TakeIp(const sockaddr& from) {
  sockaddr_in address;
  std::memcpy(&address, &from, sizeof(address));
  NetIp ip;
  std::copy_n(reinterpret_cast<const uint8_t*>(&address.sin_addr), 4, ip.bytes.begin());
  return ip;
}

NetIp MaskOf(uint8_t length) {
  NetIp mask;
  for (int bit = 0; bit < length; ++bit) mask.bytes[bit / 8] |= 0x80 >> (bit % 8);
  return mask;
}

class IoctlNetIf : public NetIf {
 public:
  Error Open() {
    settings_.Open();
    // Opened once, so that it stays the name space's.
    names_.Reset(open("/proc/thread-self/net/dev", O_RDONLY | O_CLOEXEC));
    fd_.Reset(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return fd_.valid() ? kOk : Error::Last();
  }

  Error List(std::vector<Interface>* interfaces) override;
  Error Get(std::string_view name, Interface* interface) override;
  Error ChangeFlags(std::string_view name, uint32_t on, uint32_t off) override;
  Error Dump(NetState* state) override;
  Error Apply(std::span<const NetChange> changes, std::vector<Error>* errors) override {
    errors->clear();
    for (const NetChange& change : changes) errors->push_back(ApplyOne(change));
    return kOk;
  }
  Error Listen(Loop*, size_t, std::function<void(const NetEvent&)>) override {
    return kUnsupported;
  }

 private:
  Error Do(unsigned long what, void* request) {
    return ioctl(fd_.get(), what, request) == 0 ? kOk : Error::Last();
  }
  Error ApplyOne(const NetChange& change);
  Error SetLink(const NetChange& change);
  Error AddAddress(const NetChange& change);
  Error DeleteAddress(const NetChange& change);
  Error ChangeRoute(const NetChange& change);

  Descriptor fd_, names_;
  Ip6Settings settings_;
};

Error IoctlNetIf::List(std::vector<Interface>* interfaces) {
  std::string text;
  char bytes[4096];
  if (!names_.valid()) return kUnsupported;
  for (off_t at = 0;;) {
    const ssize_t n = pread(names_.get(), bytes, sizeof(bytes), at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error::Last();
    if (n == 0) break;
    text.append(bytes, static_cast<size_t>(n));
    at += n;
  }
  interfaces->clear();
  for (std::string_view left = text; !left.empty();) {
    const size_t end = std::min(left.find('\n'), left.size());
    std::string_view line = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    const size_t colon = line.find(':');
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (colon == line.npos) continue;
    Interface interface;
    const Error error = Get(line.substr(0, line.find(':')), &interface);
    if (error.ok()) interfaces->push_back(std::move(interface));  // else it went meanwhile
  }
  std::sort(interfaces->begin(), interfaces->end(),
            [](const Interface& a, const Interface& b) { return a.index < b.index; });
  return kOk;
}

Error IoctlNetIf::Get(std::string_view name, Interface* interface) {
  if (!MayNameInterface(name)) return Error(ENODEV);
  *interface = {};
  interface->name = name;
  ifreq request = RequestFor(name);
  if (Error error = Do(SIOCGIFINDEX, &request); !error.ok()) return error;
  interface->index = static_cast<uint32_t>(request.ifr_ifindex);
  request = RequestFor(name);
  if (Error error = Do(SIOCGIFFLAGS, &request); !error.ok()) return error;
  interface->flags = OurFlags(static_cast<unsigned short>(request.ifr_flags));
  request = RequestFor(name);
  if (Do(SIOCGIFMTU, &request).ok()) interface->mtu = static_cast<uint32_t>(request.ifr_mtu);
  request = RequestFor(name);
  if (Do(SIOCGIFHWADDR, &request).ok() && request.ifr_hwaddr.sa_family == ARPHRD_ETHER) {
    interface->hardware_address.assign(request.ifr_hwaddr.sa_data, kHardwareAddressSize);
  }
  return kOk;
}

// Two calls: what somebody else changes in between is undone.
Error IoctlNetIf::ChangeFlags(std::string_view name, uint32_t on, uint32_t off) {
  if (((on | off) & ~kChangeable) != 0 || (on & off) != 0) return Error(EINVAL);
  if (!MayNameInterface(name)) return Error(ENODEV);
  ifreq request = RequestFor(name);
  if (Error error = Do(SIOCGIFFLAGS, &request); !error.ok()) return error;
  const unsigned flags = static_cast<unsigned short>(request.ifr_flags);
  request.ifr_flags = static_cast<short>((flags | SystemFlags(on)) & ~SystemFlags(off));
  return Do(SIOCSIFFLAGS, &request);
}

Error IoctlNetIf::Dump(NetState* state) {
  *state = {};
  if (Error error = List(&state->interfaces); !error.ok()) return error;
  ifconf list{};
  if (Error error = Do(SIOCGIFCONF, &list); !error.ok()) return error;  // how much there is
  std::vector<ifreq> all(static_cast<size_t>(list.ifc_len) / sizeof(ifreq) + 1);
  list.ifc_len = static_cast<int>(all.size() * sizeof(ifreq));
  list.ifc_req = all.data();
  if (Error error = Do(SIOCGIFCONF, &list); !error.ok()) return error;
  all.resize(static_cast<size_t>(list.ifc_len) / sizeof(ifreq));
  for (const ifreq& each : all) {
    const std::string_view label = NameOf(each), name = label.substr(0, label.find(':'));
    const Interface* const interface = state->Find(name);
    if (interface == nullptr) continue;
    InterfaceAddress address;
    address.index = interface->index;
    address.address = TakeIp(each.ifr_addr);
    if (label != name) address.label = label;
    ifreq request = RequestFor(label);
    if (Do(SIOCGIFNETMASK, &request).ok()) {
      for (uint8_t byte : TakeIp(request.ifr_netmask).bytes) address.length += std::popcount(byte);
    }
    request = RequestFor(label);
    const bool has_broadcast = (interface->flags & kIfBroadcast) != 0;
    if (has_broadcast && Do(SIOCGIFBRDADDR, &request).ok()) {
      const NetIp broadcast = TakeIp(request.ifr_broadaddr);
      if (broadcast != NetIp()) address.broadcast = broadcast;
    }
    state->addresses.push_back(std::move(address));
  }
  return kOk;
}

Error IoctlNetIf::ApplyOne(const NetChange& change) {
  if (!MayNameInterface(change.name)) return Error(ENODEV);
  switch (change.kind) {
    case NetChange::kSetLink:
      return SetLink(change);
    case NetChange::kAddAddress:
      return AddAddress(change);
    case NetChange::kDeleteAddress:
      return DeleteAddress(change);
    case NetChange::kAddRoute:
    case NetChange::kDeleteRoute:
      return ChangeRoute(change);
    case NetChange::kSet:
      return settings_.Set(change.name, change.setting, change.value);
    default:
      return kUnsupported;
  }
}

Error IoctlNetIf::SetLink(const NetChange& change) {
  if (change.master || change.alias) return kUnsupported;
  if (change.hardware_address) {
    ifreq request = RequestFor(change.name);
    if (change.hardware_address->size() != kHardwareAddressSize) return Error(EINVAL);
    request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
    std::copy_n(change.hardware_address->begin(), kHardwareAddressSize, request.ifr_hwaddr.sa_data);
    if (Error error = Do(SIOCSIFHWADDR, &request); !error.ok()) return error;
  }
  if (change.mtu) {
    ifreq request = RequestFor(change.name);
    request.ifr_mtu = static_cast<int>(*change.mtu);
    if (Error error = Do(SIOCSIFMTU, &request); !error.ok()) return error;
  }
  if (change.new_name) {
    ifreq request = RequestFor(change.name);
    if (!MayNameInterface(*change.new_name)) return Error(EINVAL);
    std::copy(change.new_name->begin(), change.new_name->end(), request.ifr_newname);
    if (Error error = Do(SIOCSIFNAME, &request); !error.ok()) return error;
  }
  if (!change.up) return kOk;
  const std::string& name = change.new_name ? *change.new_name : change.name;
  return *change.up ? ChangeFlags(name, kIfUp, 0) : ChangeFlags(name, 0, kIfUp);
}

// The address of a name is set, so one that is there must not be another one.
Error IoctlNetIf::AddAddress(const NetChange& change) {
  const InterfaceAddress& address = change.address;
  if (address.address.v6 || address.peer) return kUnsupported;
  const std::string& name = address.label.empty() ? change.name : address.label;
  if (address.length > 32) return Error(EINVAL);
  if (name != change.name && !IsLabelOf(name, change.name)) return Error(EINVAL);
  ifreq request = RequestFor(name);
  if (Do(SIOCGIFADDR, &request).ok() && TakeIp(request.ifr_addr) != address.address) {
    return kUnsupported;
  }
  request = RequestFor(name);
  PutIp(address.address, &request.ifr_addr);
  if (Error error = Do(SIOCSIFADDR, &request); !error.ok()) return error;
  PutIp(MaskOf(address.length), &request.ifr_netmask);
  if (Error error = Do(SIOCSIFNETMASK, &request); !error.ok()) return error;
  if (!address.broadcast) return kOk;
  PutIp(*address.broadcast, &request.ifr_broadaddr);
  return Do(SIOCSIFBRDADDR, &request);
}

Error IoctlNetIf::DeleteAddress(const NetChange& change) {
  const InterfaceAddress& address = change.address;
  if (address.address.v6) return kUnsupported;
  const std::string& name = address.label.empty() ? change.name : address.label;
  if (name != change.name && !IsLabelOf(name, change.name)) return Error(EINVAL);
  ifreq request = RequestFor(name);
  if (Error error = Do(SIOCGIFADDR, &request); !error.ok()) return error;
  if (TakeIp(request.ifr_addr) != address.address) return Error(EADDRNOTAVAIL);
  PutIp(NetIp(), &request.ifr_addr);
  return Do(SIOCSIFADDR, &request);
}

Error IoctlNetIf::ChangeRoute(const NetChange& change) {
  const NetRoute& route = change.route;
  if (route.to.v6 || route.length != 0 || !route.gateway || route.table != kMainTable ||
      route.type != RouteType::kUnicast || route.is_onlink || route.source) {
    return kUnsupported;
  }
  rtentry entry{};
  std::string device = change.name;
  PutIp(NetIp(), &entry.rt_dst);
  PutIp(NetIp(), &entry.rt_genmask);
  PutIp(*route.gateway, &entry.rt_gateway);
  entry.rt_flags = RTF_UP | RTF_GATEWAY;
  entry.rt_metric = static_cast<short>(route.metric + 1);  // as this call counts
  entry.rt_dev = device.data();
  return Do(change.kind == NetChange::kAddRoute ? SIOCADDRT : SIOCDELRT, &entry);
}

}  // namespace

Error NewIoctlNetIf(std::unique_ptr<NetIf>* net_if) {
  auto made = std::make_unique<IoctlNetIf>();
  if (Error error = made->Open(); !error.ok()) return error;
  *net_if = std::move(made);
  return kOk;
}

}  // namespace keelson
