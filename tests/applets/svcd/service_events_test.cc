// Services that start with devices, as a test makes them up.
#include "applets/svcd/service_events.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "platform/fake/clock.h"
#include "platform/fake/device_events.h"
#include "platform/fake/file.h"
#include "platform/fake/loop.h"

namespace keelson {
namespace {

FakeDeviceEvents* devices = nullptr;

Error HearFakes(Loop* loop, std::function<void(const DeviceEvent&)> callback,
                std::unique_ptr<DeviceEvents>* events) {
  auto made = std::make_unique<FakeDeviceEvents>(loop, std::move(callback));
  devices = made.get();
  *events = std::move(made);
  return kOk;
}

class ServiceEventsTest : public testing::Test {
 protected:
  // Groups need no programs.
  void Define(const std::string& name, const std::string& text) {
    tree_.Put("/etc/keelson/svc/" + name + ".svc", "kind: group\n" + text);
  }
  void Begin() {
    std::vector<std::string> findings;
    supervisor_.NameMode("default");
    ASSERT_TRUE(supervisor_.Load(Supervisor::Taken::kWhole, &findings));
    ASSERT_TRUE(findings.empty()) << findings[0];
    supervisor_.AddListener(&events_);
    events_.Begin();
  }
  void Send(DeviceEvent::Kind kind, const std::string& name) {
    devices->Send({kind, "block", name});
    while (loop_.RunOnce(clock_.MonotonicNs()).ok() && loop_.timers() > 0) {
    }
  }
  std::string StateOf(const std::string& name) {
    ServiceId id = 0;
    if (!supervisor_.set().IdOf(name, &id)) return "unknown";
    return std::string(ServiceStateName(supervisor_.machine().StateOf(id)));
  }

  FakeClock clock_;
  FakeLoop loop_{&clock_};
  FakeTree tree_{&clock_};
  std::unique_ptr<Root> root_ = tree_.NewRoot();
  ServiceLog::Sinks sinks_{root_.get(), &clock_, nullptr};
  ServiceSources sources_{root_.get(), {}};
  Log log_{nullptr, LogLevel::kError};
  Supervisor supervisor_{
      ServiceRunner::Options{&loop_, &clock_, root_.get(), "", "", "", -1, "", 0, log_}, &sinks_,
      nullptr, &sources_};
  ServiceEvents events_{&loop_, &clock_, root_.get(), "", &supervisor_, 0, log_, HearFakes};
};

TEST_F(ServiceEventsTest, WhatWasToldOfBeforeAnExecIsNotToldOfAgainAndTheRestIs) {
  Define("old", "start-on: device:sda1\n");
  Define("new", "start-on: device:sdb\n");
  Define("due", "start-on: at-boot:10s\n");
  Define("was-due", "start-on: at-boot:1s\n");
  std::vector<std::string> findings;
  supervisor_.NameMode("default");
  ASSERT_TRUE(supervisor_.Load(Supervisor::Taken::kWhole, &findings));
  supervisor_.AddListener(&events_);
  tree_.Put("/dev/sda1", "");
  tree_.Put("/dev/sdb", "");
  clock_.Advance(11 * kSecond);
  events_.Begin({9 * kSecond, {"device:sda1"}, {}});
  const ServiceEvents::Handed next = events_.HandDown(11 * kSecond);
  EXPECT_EQ(next.is_so, std::set<std::string>({"device:sda1", "device:sdb"}));
  while (loop_.RunOnce(clock_.MonotonicNs()).ok() && loop_.timers() > 0) {
  }
  EXPECT_EQ(StateOf("old"), "down");
  EXPECT_EQ(StateOf("new"), "up");
  EXPECT_EQ(StateOf("due"), "up");
  EXPECT_EQ(StateOf("was-due"), "down");
}

TEST_F(ServiceEventsTest, ADeviceThatComesStartsItsServicesAndNoOthers) {
  Define("disk", "start-on: device:sda1\n");
  Define("also", "start-on: device:sda1 device:sdb\n");
  Define("other", "start-on: device:sda\n");
  Define("off", "start-on: device:sda1\nenabled: no\n");
  Begin();
  Send(DeviceEvent::kRemoved, "sda1");
  Send(DeviceEvent::kOther, "sda1");
  EXPECT_EQ(StateOf("disk"), "down");
  Send(DeviceEvent::kAdded, "sda1");
  EXPECT_EQ(StateOf("disk"), "up");
  EXPECT_EQ(StateOf("also"), "up");
  EXPECT_EQ(StateOf("other"), "down");
  EXPECT_EQ(StateOf("off"), "down");
}

TEST_F(ServiceEventsTest, ADeviceThatIsThereAtTheBeginningCounts) {
  tree_.Put("/dev/sda1", "");
  Define("disk", "start-on: device:sda1\n");
  Begin();
  EXPECT_EQ(StateOf("disk"), "up");
}

TEST_F(ServiceEventsTest, WhenNewsAreLostWhatIsThereIsLookedAt) {
  Define("disk", "start-on: device:sda1\n");
  Define("other", "start-on: device:sdb1\n");
  Begin();
  tree_.Put("/dev/sda1", "");
  EXPECT_EQ(StateOf("disk"), "down");
  Send(DeviceEvent::kLost, "");
  EXPECT_EQ(StateOf("disk"), "up");
  EXPECT_EQ(StateOf("other"), "down");
}

}  // namespace
}  // namespace keelson
