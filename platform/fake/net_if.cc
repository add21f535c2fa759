// Sorted vectors; what happens is queued and told by the loop.
#include "platform/fake/net_if.h"

#include <algorithm>
#include <utility>

namespace keelson {

FakeNetIf::~FakeNetIf() {
  if (loop_ != nullptr) loop_->CancelTimer(deliver_);
}

void FakeNetIf::Send(const NetEvent& event) {
  if (loop_ == nullptr) return;
  queue_.push_back(event);
  if (deliver_ != 0) return;
  deliver_ = loop_->StartTimer(0, [this] {
    deliver_ = 0;
    for (const NetEvent& sent : std::exchange(queue_, {})) callback_(sent);
  });
}

void FakeNetIf::LoseEvents() {
  queue_.clear();
  Send({.kind = NetEvent::kLost});
}

void FakeNetIf::Tell(NetEvent::Kind kind, const Interface& interface) {
  Send({.kind = kind, .interface = interface});
}

Error FakeNetIf::Listen(Loop* loop, size_t, std::function<void(const NetEvent&)> callback) {
  if (loop_ != nullptr) return Error(EALREADY);
  if (Error error = Count(); !error.ok()) return error;
  loop_ = loop;
  callback_ = std::move(callback);
  return kOk;
}

void FakeNetIf::Put(Interface interface) {
  if (interface.index == 0) interface.index = next_index_;
  next_index_ = std::max(next_index_, interface.index + 1);
  auto& all = state_.interfaces;
  auto at = std::lower_bound(all.begin(), all.end(), interface.index,
                             [](const Interface& a, uint32_t index) { return a.index < index; });
  if (at == all.end() || at->index != interface.index) at = all.insert(at, Interface());
  *at = std::move(interface);
  Tell(NetEvent::kLink, *at);
  SettleCarriers();
}

void FakeNetIf::Remove(std::string_view name) {
  const Interface* const found = Find(name);
  if (found == nullptr) return;
  const Interface gone = *found;
  for (Interface& each : state_.interfaces) {
    if (each.master != gone.index) continue;
    each.master = 0;
    Tell(NetEvent::kLink, each);
  }
  Drop(gone.index, true);
  std::erase_if(state_.interfaces, [&](const Interface& each) { return each.index == gone.index; });
  Tell(NetEvent::kLinkGone, gone);
  std::vector<std::string> others;  // the other end of a veth, and what stands on it
  for (const Interface& each : state_.interfaces) {
    if (each.lower == gone.index) others.push_back(each.name);
  }
  for (const std::string& other : others) Remove(other);
  SettleCarriers();
}

void FakeNetIf::SetCarrier(std::string_view name, bool has_one) {
  const Interface* const found = Find(name);
  if (found == nullptr) return;
  if (has_one) {
    without_carrier_.erase(found->index);
  } else {
    without_carrier_.insert(found->index);
  }
  SettleCarriers();
}

bool FakeNetIf::HasCarrier(const Interface& interface) const {
  if ((interface.flags & kIfUp) == 0 || without_carrier_.contains(interface.index)) return false;
  if (interface.kind == "veth") {
    const Interface* const other = state_.Find(interface.lower);
    return other == nullptr || (other->flags & kIfUp) != 0;
  }
  if (interface.kind != "bridge") return true;
  return std::any_of(state_.interfaces.begin(), state_.interfaces.end(), [&](const auto& each) {
    return each.master == interface.index && (each.flags & kIfRunning) != 0;
  });
}

// A bridge has its carrier of its ports, so they come first; none is a port of another bridge.
void FakeNetIf::SettleCarriers() {
  for (const bool bridges : {false, true}) {
    for (Interface& each : state_.interfaces) {
      if ((each.kind == "bridge") != bridges) continue;
      uint32_t flags = each.flags & ~kIfRunning;
      if (HasCarrier(each)) flags |= kIfRunning;
      if (flags == each.flags) continue;
      each.flags = flags;
      Tell(NetEvent::kLink, each);
    }
  }
}

void FakeNetIf::SetFlags(Interface* interface, uint32_t flags) {
  if (interface->flags == flags) return;
  const bool goes_down = (interface->flags & ~flags & kIfUp) != 0;
  interface->flags = flags & kIfUp ? flags : flags & ~kIfRunning;
  if (HasCarrier(*interface)) interface->flags |= kIfRunning;
  if (goes_down) Drop(interface->index, false);
  Tell(NetEvent::kLink, *interface);
  SettleCarriers();
}

// What an interface loses that goes down, or goes.
void FakeNetIf::Drop(uint32_t index, bool is_gone) {
  std::erase_if(state_.routes, [&](const NetRoute& each) {
    if (each.index != index) return false;
    Send({.kind = NetEvent::kRouteGone, .route = each});
    return true;
  });
  std::erase_if(state_.addresses, [&](const InterfaceAddress& each) {
    if (each.index != index || !(is_gone || each.address.v6)) return false;
    Send({.kind = NetEvent::kAddressGone, .address = each});
    return true;
  });
  if (!is_gone) return;
  std::erase_if(state_.neighbours, [&](const NetNeighbour& each) { return each.index == index; });
  std::erase_if(settings_, [&](const auto& each) { return each.first.first == index; });
  without_carrier_.erase(index);
}

Interface* FakeNetIf::Find(std::string_view name) {
  return const_cast<Interface*>(state_.Find(name));
}

Interface* FakeNetIf::FindIndex(uint32_t index) {
  return const_cast<Interface*>(state_.Find(index));
}

std::optional<uint32_t> FakeNetIf::Setting(std::string_view name, NetSetting setting) const {
  const Interface* const found = state_.Find(name);
  if (found == nullptr) return std::nullopt;
  const auto at = settings_.find({found->index, setting});
  return at == settings_.end() ? std::nullopt : std::optional(at->second);
}

Error FakeNetIf::List(std::vector<Interface>* interfaces) {
  if (Error error = Count(); !error.ok()) return error;
  *interfaces = state_.interfaces;
  return kOk;
}

Error FakeNetIf::Get(std::string_view name, Interface* interface) {
  if (Error error = Count(); !error.ok()) return error;
  Interface* found = Find(name);
  if (found == nullptr) return Error(ENODEV);
  *interface = *found;
  return kOk;
}

Error FakeNetIf::Dump(NetState* state) {
  if (Error error = Count(); !error.ok()) return error;
  *state = state_;
  return kOk;
}

Error FakeNetIf::ChangeFlags(std::string_view name, uint32_t on, uint32_t off) {
  if (((on | off) & ~(kIfUp | kIfPromiscuous)) != 0 || (on & off) != 0) return Error(EINVAL);
  if (Error error = Count(); !error.ok()) return error;
  Interface* found = Find(name);
  if (found == nullptr) return Error(ENODEV);
  SetFlags(found, (found->flags | on) & ~off);
  return kOk;
}

Error FakeNetIf::Apply(std::span<const NetChange> changes, std::vector<Error>* errors) {
  errors->clear();
  for (const NetChange& change : changes) {
    const Error error = Count();
    errors->push_back(error.ok() ? ApplyOne(change) : error);
  }
  return kOk;
}

}  // namespace keelson
