// What the kernel has, from one dump and the events after it.
#ifndef KEELSON_APPLETS_NETCONFD_NETWORK_VIEW_H_
#define KEELSON_APPLETS_NETCONFD_NETWORK_VIEW_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/network_plan.h"
#include "platform/net_if.h"

namespace keelson {

class NetworkView {
 public:
  struct Device {
    Interface link;
    std::vector<InterfaceAddress> addresses;
    std::vector<NetRoute> routes;  // but those of routing daemons, which may be a million
  };
  struct Listener {
    std::function<void(const std::string& name, bool is_there)> device;
    std::function<void(const std::string& name, bool has_carrier)> carrier;
    std::function<void(const std::string& name)> addresses;  // of it have changed
  };

  explicit NetworkView(Listener listener) : listener_(std::move(listener)) {}

  // Everything anew; what is other than it was is told. A name that has another number now is
  // another device: gone, and come again.
  void Reset(NetState state);
  void Take(const NetEvent& event);  // REQUIRES: not kLost

  const Device* Find(std::string_view name) const;  // or null
  std::string NameOf(uint32_t index) const;         // or empty
  std::vector<std::string> Names() const;
  // What WhatIsLeft looks at for these steps.
  NetState Part(const std::vector<NetStep>& steps) const;

 private:
  void PutLink(const Interface& link);
  void Drop(uint32_t index);

  const Listener listener_;
  std::map<uint32_t, Device> devices_;
  std::map<std::string, uint32_t, std::less<>> by_name_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NETWORK_VIEW_H_
