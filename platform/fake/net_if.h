// Interfaces in memory.
#ifndef KEELSON_PLATFORM_FAKE_NET_IF_H_
#define KEELSON_PLATFORM_FAKE_NET_IF_H_

#include <string_view>
#include <vector>

#include "platform/net_if.h"

namespace keelson {

class FakeNetIf : public NetIf {
 public:
  // Adds it, or replaces the one of the same index. With index 0 it gets the next free one.
  void Put(Interface interface);
  void Remove(std::string_view name);
  void FailNth(int nth, Error error) {  // of all calls; 1: the next
    fail_at_ = calls_ + nth;
    failure_ = error;
  }

  Error List(std::vector<Interface>* interfaces) override;
  Error Get(std::string_view name, Interface* interface) override;
  // One that comes up is running at once; one that goes down is not.
  Error ChangeFlags(std::string_view name, uint32_t on, uint32_t off) override;

 private:
  Error Count() { return ++calls_ == fail_at_ ? failure_ : kOk; }
  Interface* Find(std::string_view name);

  std::vector<Interface> interfaces_;  // by index
  int calls_ = 0;
  int fail_at_ = 0;
  Error failure_;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_FAKE_NET_IF_H_
