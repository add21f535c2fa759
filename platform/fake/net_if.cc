// A sorted vector.
#include "platform/fake/net_if.h"

#include <algorithm>
#include <utility>

namespace keelson {

void FakeNetIf::Put(Interface interface) {
  if (interface.index == 0) {
    interface.index = interfaces_.empty() ? 1 : interfaces_.back().index + 1;
  }
  auto at = std::lower_bound(interfaces_.begin(), interfaces_.end(), interface.index,
                             [](const Interface& a, uint32_t index) { return a.index < index; });
  if (at != interfaces_.end() && at->index == interface.index) {
    *at = std::move(interface);
  } else {
    interfaces_.insert(at, std::move(interface));
  }
}

void FakeNetIf::Remove(std::string_view name) {
  std::erase_if(interfaces_, [name](const Interface& each) { return each.name == name; });
}

Interface* FakeNetIf::Find(std::string_view name) {
  for (Interface& each : interfaces_) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

Error FakeNetIf::List(std::vector<Interface>* interfaces) {
  if (Error error = Count(); !error.ok()) return error;
  *interfaces = interfaces_;
  return kOk;
}

Error FakeNetIf::Get(std::string_view name, Interface* interface) {
  if (Error error = Count(); !error.ok()) return error;
  Interface* found = Find(name);
  if (found == nullptr) return Error(ENODEV);
  *interface = *found;
  return kOk;
}

Error FakeNetIf::ChangeFlags(std::string_view name, uint32_t on, uint32_t off) {
  if (((on | off) & ~(kIfUp | kIfPromiscuous)) != 0 || (on & off) != 0) return Error(EINVAL);
  if (Error error = Count(); !error.ok()) return error;
  Interface* found = Find(name);
  if (found == nullptr) return Error(ENODEV);
  if (on & kIfUp) on |= kIfRunning;
  if (off & kIfUp) off |= kIfRunning;
  found->flags = (found->flags | on) & ~off;
  return kOk;
}

}  // namespace keelson
