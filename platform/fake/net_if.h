// A network in memory, which keeps the rules of a kernel that plans and daemons depend on.
//
// A link that comes up has a carrier at once; a veth only when its other end is up, a bridge when a
// port has one, any that SetCarrier says has none: never. One that goes down loses its routes and
// its addresses of v6; one that is deleted loses all. Addresses of its own, such as fe80::, and
// routes of its own it has not. A route by an interface needs it up (ENETDOWN), and its gateway on
// one of its networks or onlink (ENETUNREACH).
#ifndef KEELSON_PLATFORM_FAKE_NET_IF_H_
#define KEELSON_PLATFORM_FAKE_NET_IF_H_

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "platform/net_if.h"

namespace keelson {

class FakeNetIf : public NetIf {
 public:
  FakeNetIf() = default;
  ~FakeNetIf() override;

  // --- What happens by itself; the listener hears of it ---
  // Adds it, or replaces the one of the same index. With index 0 it gets the next free one.
  void Put(Interface interface);
  void Remove(std::string_view name);
  void SetCarrier(std::string_view name, bool has_one);
  void Send(const NetEvent& event);  // arrives in the loop
  void LoseEvents();                 // what has not arrived yet never does, but for one kLost

  // --- What goes wrong ---
  void FailNth(int nth, Error error) {  // of all calls, each change being one; 1: the next
    fail_at_ = calls_ + nth;
    failure_ = error;
  }
  void Lack(std::string kind) { lacking_.insert(std::move(kind)); }  // links of that kind

  // What there is, and what has been set.
  const NetState& state() const { return state_; }
  std::optional<uint32_t> Setting(std::string_view name, NetSetting setting) const;

  Error List(std::vector<Interface>* interfaces) override;
  Error Get(std::string_view name, Interface* interface) override;
  Error ChangeFlags(std::string_view name, uint32_t on, uint32_t off) override;
  Error Dump(NetState* state) override;
  Error Apply(std::span<const NetChange> changes, std::vector<Error>* errors) override;
  Error Listen(Loop* loop, size_t receive_bytes,
               std::function<void(const NetEvent&)> callback) override;

 private:
  Error Count() { return ++calls_ == fail_at_ ? failure_ : kOk; }
  Interface* Find(std::string_view name);
  Interface* FindIndex(uint32_t index);
  Error ApplyOne(const NetChange& change);
  Error MakeLink(const NetChange& change);
  Error SetLink(const NetChange& change);
  Error ChangeAddress(const NetChange& change, uint32_t index);
  Error ChangeRoute(const NetChange& change, uint32_t index);
  Error ChangeRule(const NetChange& change);
  Error ChangeNeighbour(const NetChange& change, uint32_t index);
  bool Reaches(const NetRoute& route) const;
  bool HasCarrier(const Interface& interface) const;
  void SettleCarriers();
  void SetFlags(Interface* interface, uint32_t flags);
  void Drop(uint32_t index, bool is_gone);
  void Tell(NetEvent::Kind kind, const Interface& interface);

  NetState state_;
  uint32_t next_index_ = 1;  // none is used twice
  std::set<std::string> lacking_;
  std::set<uint32_t> without_carrier_;
  std::map<std::pair<uint32_t, NetSetting>, uint32_t> settings_;
  int calls_ = 0;
  int fail_at_ = 0;
  Error failure_;

  Loop* loop_ = nullptr;
  std::function<void(const NetEvent&)> callback_;
  std::vector<NetEvent> queue_;
  Loop::TimerId deliver_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_FAKE_NET_IF_H_
