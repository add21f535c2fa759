// rtnetlink: a dump of each kind of thing, or one link by its name. Flags are changed under a mask,
// so that none that somebody else sets meanwhile is undone.
#include "platform/net_if.h"

#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>

#include "platform/linux/net_if.h"
#include "platform/linux/net_if_ioctl.h"
#include "platform/linux/rtnetlink.h"

namespace keelson {

namespace {

// ENODEV: there is none of that name.
Error GetLink(NetlinkSocket* socket, std::string_view name, Interface* interface) {
  if (!MayNameInterface(name)) return Error(ENODEV);
  const uint32_t sequence = socket->Reserve(1);
  std::string request;
  {
    NetlinkWriter writer(RTM_GETLINK, NLM_F_ACK, sequence, ifinfomsg{}, &request);
    writer.AddName(IFLA_IFNAME, name);
    writer.Add32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  }
  bool is_found = false;
  Error result;
  const Error error =
      socket->Ask(request, sequence, {&result, 1}, [&](const NetlinkMessage& message) {
        if (message.type == RTM_NEWLINK) is_found = DecodeLink(message.body, interface);
      });
  if (!error.ok()) return error;
  // By another name of the link it would be found as well; the others do not know of those.
  return !result.ok() ? result : is_found && interface->name == name ? kOk : Error(ENODEV);
}

constexpr uint32_t kChangeable = kIfUp | kIfPromiscuous;

class LinuxNetIf : public NetIf {
 public:
  Error Open() {
    settings_.Open();
    const Error error = socket_.Open();
    return error.ok() ? listener_.Open() : error;
  }

  Error List(std::vector<Interface>* interfaces) override {
    Error error = DumpOf(RTM_GETLINK, RTM_NEWLINK, ifinfomsg{}, DecodeLink, interfaces);
    std::sort(interfaces->begin(), interfaces->end(),
              [](const Interface& a, const Interface& b) { return a.index < b.index; });
    return error;
  }

  Error Get(std::string_view name, Interface* interface) override {
    return GetLink(&socket_, name, interface);
  }

  Error ChangeFlags(std::string_view name, uint32_t on, uint32_t off) override;
  Error Dump(NetState* state) override;

  Error Apply(std::span<const NetChange> changes, std::vector<Error>* errors) override {
    return NetChanges(&socket_, &settings_, errors).Apply(changes);
  }

  Error Listen(Loop* loop, size_t receive_bytes,
               std::function<void(const NetEvent&)> callback) override {
    return listener_.Begin(loop, receive_bytes, std::move(callback));
  }

 private:
  template <typename Head, typename Thing>
  Error DumpOf(uint16_t type, uint16_t answer, const Head& head,
               bool (*decode)(std::string_view, Thing*), std::vector<Thing>* things);

  NetlinkSocket socket_;
  Ip6Settings settings_;
  NetListener listener_;
};

template <typename Head, typename Thing>
Error LinuxNetIf::DumpOf(uint16_t type, uint16_t answer, const Head& head,
                         bool (*decode)(std::string_view, Thing*), std::vector<Thing>* things) {
  return ReadUndisturbed([&] {
    Error result;
    const uint32_t sequence = socket_.Reserve(1);
    std::string request;
    {
      NetlinkWriter writer(type, NLM_F_DUMP, sequence, head, &request);
      if (type == RTM_GETLINK) writer.Add32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    }
    things->clear();
    const Error error =
        socket_.Ask(request, sequence, {&result, 1}, [&](const NetlinkMessage& message) {
          Thing thing;
          if (message.type == answer && decode(message.body, &thing)) {
            things->push_back(std::move(thing));
          }
        });
    return error.ok() ? result : error;
  });
}

Error LinuxNetIf::ChangeFlags(std::string_view name, uint32_t on, uint32_t off) {
  if (((on | off) & ~kChangeable) != 0 || (on & off) != 0) return Error(EINVAL);
  if (!MayNameInterface(name)) return Error(ENODEV);
  ifinfomsg head{};
  head.ifi_flags = SystemFlags(on);
  head.ifi_change = SystemFlags(on | off);
  const uint32_t sequence = socket_.Reserve(1);
  std::string request;
  NetlinkWriter(RTM_NEWLINK, NLM_F_ACK, sequence, head, &request).AddName(IFLA_IFNAME, name);
  Error result;
  const Error error = socket_.Ask(request, sequence, {&result, 1}, [](const NetlinkMessage&) {});
  return error.ok() ? result : error;
}

Error LinuxNetIf::Dump(NetState* state) {
  *state = {};
  if (Error error = List(&state->interfaces); !error.ok()) return error;
  Error error = DumpOf(RTM_GETADDR, RTM_NEWADDR, ifaddrmsg{}, DecodeAddress, &state->addresses);
  if (!error.ok()) return error;
  for (InterfaceAddress& address : state->addresses) {
    const Interface* const interface = state->Find(address.index);
    if (interface != nullptr && address.label == interface->name) address.label.clear();
  }
  error = DumpOf(RTM_GETROUTE, RTM_NEWROUTE, rtmsg{}, DecodeRoute, &state->routes);
  if (!error.ok()) return error;
  error = DumpOf(RTM_GETRULE, RTM_NEWRULE, fib_rule_hdr{}, DecodeRule, &state->rules);
  if (!error.ok() && !error.unsupported()) return error;  // a kernel may do without
  error = DumpOf(RTM_GETNEIGH, RTM_NEWNEIGH, ndmsg{}, DecodeNeighbour, &state->neighbours);
  std::erase_if(state->neighbours, [](const NetNeighbour& each) { return !each.is_permanent; });
  return error;
}

}  // namespace

Error NewNetIf(std::unique_ptr<NetIf>* net_if) {
  auto made = std::make_unique<LinuxNetIf>();
  Error error = made->Open();
  if (error.unsupported()) return NewIoctlNetIf(net_if);
  if (!error.ok()) return error;
  *net_if = std::move(made);
  return kOk;
}

}  // namespace keelson
