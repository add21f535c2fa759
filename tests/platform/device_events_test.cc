// The kernel's events of devices, in a network name space of their own; then the imagined ones.
#include "platform/device_events.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/descriptor.h"
#include "platform/fake/clock.h"
#include "platform/fake/device_events.h"
#include "platform/fake/loop.h"

namespace keelson {
namespace {

constexpr int kNotHere = 77;

class DeviceEventsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
  }

  // In name spaces of its own, with what it hears in heard_; its exit code.
  int Run(const std::function<int()>& run) {
    pid_t child = fork();
    if (child == 0) {
      alarm(60);
      if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) _exit(kNotHere);
      if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) _exit(kNotHere);
      if (mount("sysfs", "/sys", "sysfs", 0, nullptr) != 0) _exit(kNotHere);
      std::unique_ptr<DeviceEvents> events;
      auto hear = [this](const DeviceEvent& event) { heard_.push_back(event); };
      if (!NewLoop(&loop_).ok() || !HearDevices(loop_.get(), hear, &events).ok()) _exit(kNotHere);
      _exit(run());
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
  }
  bool Await(DeviceEvent::Kind kind, const std::string& subsystem, const std::string& name) {
    for (;;) {
      for (const DeviceEvent& event : heard_) {
        if (event.kind == kind && event.subsystem == subsystem && event.name == name) return true;
      }
      if (!loop_->RunOnce(-1).ok()) return false;
    }
  }
  static bool Trigger(int times) {
    Descriptor file(open("/sys/class/net/lo/uevent", O_WRONLY | O_CLOEXEC));
    for (int i = 0; i < times; ++i) {
      if (write(file.get(), "change", 6) != 6) return false;
    }
    return true;
  }

  std::unique_ptr<Loop> loop_;
  std::vector<DeviceEvent> heard_;
};

TEST_F(DeviceEventsTest, AnInterfaceComesAndGoes) {
  int code = Run([&] {
    Descriptor fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (ioctl(fd.get(), SIOCBRADDBR, "kt0") != 0) return kNotHere;
    if (!Await(DeviceEvent::kAdded, "net", "kt0")) return 1;
    if (ioctl(fd.get(), SIOCBRDELBR, "kt0") != 0) return 2;
    return Await(DeviceEvent::kRemoved, "net", "kt0") ? 0 : 3;
  });
  if (code == kNotHere) GTEST_SKIP() << "no network name spaces or bridges here";
  EXPECT_EQ(code, 0);
}

TEST_F(DeviceEventsTest, OtherProgramsAreNotHeard) {
  int code = Run([&] {
    Descriptor fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT));
    sockaddr_nl group = {};
    group.nl_family = AF_NETLINK;
    group.nl_groups = 1;
    const std::string_view forged("add@/devices/x\0ACTION=add\0DEVPATH=/x\0SUBSYSTEM=net\0", 51);
    if (sendto(fd.get(), forged.data(), forged.size(), 0, reinterpret_cast<sockaddr*>(&group),
               sizeof(group)) < 0) {
      return 1;
    }
    if (!Trigger(1)) return kNotHere;
    if (!Await(DeviceEvent::kOther, "net", "lo")) return 2;
    return heard_.size() == 1 ? 0 : 3;
  });
  if (code == kNotHere) GTEST_SKIP() << "no network name spaces here";
  EXPECT_EQ(code, 0);
}

TEST_F(DeviceEventsTest, LostOnesAreTold) {
  int code = Run([&] {
    if (!Trigger(8000)) return kNotHere;
    return Await(DeviceEvent::kLost, "", "") && Await(DeviceEvent::kOther, "net", "lo") ? 0 : 1;
  });
  if (code == kNotHere) GTEST_SKIP() << "no network name spaces here";
  EXPECT_EQ(code, 0);
}

TEST(FakeDeviceEvents, ArriveInTheLoop) {
  FakeClock clock;
  FakeLoop loop(&clock);
  std::vector<std::string> heard;
  FakeDeviceEvents events(&loop, [&](const DeviceEvent& event) { heard.push_back(event.name); });
  events.Send({DeviceEvent::kAdded, "block", "sda"});
  events.Send({DeviceEvent::kAdded, "block", "sdb"});
  EXPECT_TRUE(heard.empty());
  ASSERT_TRUE(loop.RunOnce(-1).ok());
  EXPECT_EQ(heard, std::vector<std::string>({"sda", "sdb"}));
}

}  // namespace
}  // namespace keelson
