// Devices that a test makes up.
#ifndef KEELSON_PLATFORM_FAKE_DEVICE_EVENTS_H_
#define KEELSON_PLATFORM_FAKE_DEVICE_EVENTS_H_

#include <functional>
#include <utility>
#include <vector>

#include "platform/device_events.h"

namespace keelson {

class FakeDeviceEvents : public DeviceEvents {
 public:
  FakeDeviceEvents(Loop* loop, std::function<void(const DeviceEvent&)> callback)
      : loop_(loop), callback_(std::move(callback)) {}
  ~FakeDeviceEvents() override { loop_->CancelTimer(deliver_); }

  // Arrives in the loop.
  void Send(const DeviceEvent& event) {
    queue_.push_back(event);
    if (deliver_ != 0) return;
    deliver_ = loop_->StartTimer(0, [this] {
      deliver_ = 0;
      for (const DeviceEvent& sent : std::exchange(queue_, {})) callback_(sent);
    });
  }

 private:
  Loop* const loop_;
  const std::function<void(const DeviceEvent&)> callback_;
  std::vector<DeviceEvent> queue_;
  Loop::TimerId deliver_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_FAKE_DEVICE_EVENTS_H_
