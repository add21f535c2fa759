// What NetIf tells and changes: in a network name space of our own, and in memory.
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "platform/fake/net_if.h"
#include "platform/net_if.h"

namespace keelson {
namespace {

// Both hold one interface, "lo", that is down.
std::unique_ptr<NetIf> NewSystem() {
  std::unique_ptr<NetIf> net_if;
  // A name space is a thread's; the NetIf keeps to the one that it was made in.
  std::thread([&] {
    if (unshare(CLONE_NEWNET) != 0) return;
    EXPECT_TRUE(NewNetIf(&net_if).ok());
  }).join();
  return net_if;
}

std::unique_ptr<NetIf> NewFake() {
  auto net_if = std::make_unique<FakeNetIf>();
  net_if->Put({.index = 1, .name = "lo", .flags = kIfLoopback, .mtu = 65536});
  return net_if;
}

struct Kind {
  const char* name;
  std::unique_ptr<NetIf> (*make)();
};

class NetIfConformance : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    net_if_ = GetParam().make();
    if (net_if_ == nullptr) GTEST_SKIP() << "no network name space for us";
  }
  std::unique_ptr<NetIf> net_if_;
};

INSTANTIATE_TEST_SUITE_P(Both, NetIfConformance,
                         testing::Values(Kind{"System", NewSystem}, Kind{"Fake", NewFake}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(NetIfConformance, ListsAndGets) {
  std::vector<Interface> all;
  ASSERT_TRUE(net_if_->List(&all).ok());
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all[0].name, "lo");
  EXPECT_EQ(all[0].index, 1u);
  EXPECT_EQ(all[0].flags, static_cast<uint32_t>(kIfLoopback));
  EXPECT_EQ(all[0].mtu, 65536u);
  EXPECT_EQ(all[0].hardware_address, "");
  Interface one;
  ASSERT_TRUE(net_if_->Get("lo", &one).ok());
  EXPECT_EQ(one.index, all[0].index);
  EXPECT_EQ(one.flags, all[0].flags);
  EXPECT_EQ(one.mtu, all[0].mtu);
}

TEST_P(NetIfConformance, ChangesFlags) {
  Interface lo;
  ASSERT_TRUE(net_if_->ChangeFlags("lo", kIfUp, 0).ok());
  ASSERT_TRUE(net_if_->Get("lo", &lo).ok());
  EXPECT_EQ(lo.flags, static_cast<uint32_t>(kIfLoopback | kIfUp | kIfRunning));
  ASSERT_TRUE(net_if_->ChangeFlags("lo", kIfPromiscuous, 0).ok());
  ASSERT_TRUE(net_if_->Get("lo", &lo).ok());
  EXPECT_NE(lo.flags & kIfPromiscuous, 0u);
  EXPECT_NE(lo.flags & kIfUp, 0u);  // untouched
  ASSERT_TRUE(net_if_->ChangeFlags("lo", 0, kIfUp | kIfPromiscuous).ok());
  ASSERT_TRUE(net_if_->Get("lo", &lo).ok());
  EXPECT_EQ(lo.flags, static_cast<uint32_t>(kIfLoopback));
  ASSERT_TRUE(net_if_->ChangeFlags("lo", 0, 0).ok());
}

TEST_P(NetIfConformance, Refuses) {
  Interface none;
  for (std::string_view name :
       {std::string_view("none"), std::string_view(""), std::string_view("l\0o", 3),
        std::string_view("a name much longer than any may be")}) {
    EXPECT_EQ(net_if_->Get(name, &none), Error(ENODEV)) << name;
    EXPECT_EQ(net_if_->ChangeFlags(name, kIfUp, 0), Error(ENODEV)) << name;
  }
  EXPECT_EQ(net_if_->ChangeFlags("lo", kIfLoopback, 0), Error(EINVAL));
  EXPECT_EQ(net_if_->ChangeFlags("lo", kIfUp, kIfUp), Error(EINVAL));
}

TEST(SystemNetIf, AgreesWithTheKernelsFiles) {
  std::unique_ptr<NetIf> net_if;
  ASSERT_TRUE(NewNetIf(&net_if).ok());
  std::vector<Interface> all;
  ASSERT_TRUE(net_if->List(&all).ok());
  for (const Interface& each : all) {
    char text[100];
    std::string path = "/sys/class/net/" + each.name + "/address";
    FILE* file = fopen(path.c_str(), "re");
    if (file == nullptr) continue;  // a /sys of another name space
    ASSERT_NE(fgets(text, sizeof(text), file), nullptr);
    fclose(file);
    std::string expected;
    for (char c : each.hardware_address) {
      char byte[4];
      snprintf(byte, sizeof(byte), "%02x:", static_cast<unsigned char>(c));
      expected += byte;
    }
    if (!expected.empty()) expected.back() = '\n';
    if (each.flags & kIfLoopback) expected = text;
    EXPECT_EQ(expected, text) << each.name;
  }
}

TEST(FakeNetIf, PutRemoveFail) {
  FakeNetIf net_if;
  net_if.Put({.index = 5, .name = "eth0"});
  net_if.Put({.index = 0, .name = "eth1"});
  net_if.Put({.index = 2, .name = "lo"});
  std::vector<Interface> all;
  ASSERT_TRUE(net_if.List(&all).ok());
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].name, "lo");
  EXPECT_EQ(all[2].index, 6u);
  net_if.Remove("eth0");
  net_if.FailNth(2, Error(ENOBUFS));
  EXPECT_TRUE(net_if.List(&all).ok());
  EXPECT_EQ(net_if.List(&all), Error(ENOBUFS));
  Interface one;
  EXPECT_EQ(net_if.Get("eth0", &one), Error(ENODEV));
}

}  // namespace
}  // namespace keelson
