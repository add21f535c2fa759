// Hearing of devices that come and go: the kernel's uevents, devd on BSD.
#ifndef KEELSON_PLATFORM_DEVICE_EVENTS_H_
#define KEELSON_PLATFORM_DEVICE_EVENTS_H_

#include <functional>
#include <memory>
#include <string>

#include "platform/error.h"
#include "platform/loop.h"

namespace keelson {

struct DeviceEvent {
  enum Kind : uint8_t {
    kAdded,
    kRemoved,
    kOther,
    kLost
  } kind;                 // kLost: some were missed, names unknown
  std::string subsystem;  // "net", "block", "tty" ...
  std::string name;       // "sda1", "eth0"
};

class DeviceEvents {
 public:
  virtual ~DeviceEvents() = default;
};

// Of the kernel only, never of another process. Only those of our own network name space, as far as
// "net" goes. kUnsupported, EPERM: this system tells nothing. REQUIRES: the callback leaves it
// alive.
Error HearDevices(Loop* loop, std::function<void(const DeviceEvent&)> callback,
                  std::unique_ptr<DeviceEvents>* events);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_DEVICE_EVENTS_H_
