// What goes wrong, and what happens by itself, on request.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "platform/fake/net_if.h"

namespace keelson {
namespace {

NetChange Make(std::string name, std::string kind) {
  NetChange change = {.kind = NetChange::kMakeLink, .name = std::move(name)};
  change.making.kind = std::move(kind);
  return change;
}

NetChange Up(std::string name) {
  NetChange change = {.kind = NetChange::kSetLink, .name = std::move(name)};
  change.up = true;
  return change;
}

TEST(FakeNetIf, OneChangeOfManyFails) {
  FakeNetIf net_if;
  net_if.FailNth(2, Error(ENOBUFS));
  std::vector<Error> errors;
  ASSERT_TRUE(
      net_if.Apply(std::vector{Make("a", "ifb"), Make("b", "ifb"), Make("c", "ifb")}, &errors)
          .ok());
  EXPECT_EQ(errors, (std::vector<Error>{kOk, Error(ENOBUFS), kOk}));
  EXPECT_NE(net_if.state().Find("a"), nullptr);
  EXPECT_EQ(net_if.state().Find("b"), nullptr);
  EXPECT_NE(net_if.state().Find("c"), nullptr);
}

TEST(FakeNetIf, LacksAKind) {
  FakeNetIf net_if;
  net_if.Lack("bond");
  std::vector<Error> errors;
  ASSERT_TRUE(net_if.Apply(std::vector{Make("a", "bond"), Make("b", "bridge")}, &errors).ok());
  EXPECT_EQ(errors, (std::vector<Error>{kUnsupported, kOk}));
}

TEST(FakeNetIf, TellsOfCarriersAndWhatIsSent) {
  std::unique_ptr<Loop> loop;
  ASSERT_TRUE(NewLoop(&loop).ok());
  FakeNetIf net_if;
  std::vector<NetEvent> heard;
  ASSERT_TRUE(
      net_if.Listen(loop.get(), 0, [&](const NetEvent& event) { heard.push_back(event); }).ok());
  EXPECT_EQ(net_if.Listen(loop.get(), 0, nullptr), Error(EALREADY));
  std::vector<Error> errors;
  ASSERT_TRUE(net_if.Apply(std::vector{Make("a", "ifb"), Up("a")}, &errors).ok());
  EXPECT_NE(net_if.state().Find("a")->flags & kIfRunning, 0u);
  net_if.SetCarrier("a", false);
  EXPECT_EQ(net_if.state().Find("a")->flags & kIfRunning, 0u);
  net_if.SetCarrier("none", false);
  net_if.SetCarrier("a", true);
  EXPECT_TRUE(heard.empty());  // it is the loop that tells
  net_if.Send({.kind = NetEvent::kRoute});
  ASSERT_TRUE(loop->RunOnce(INT64_MAX).ok());
  ASSERT_EQ(heard.size(), 5u);  // made, up, without, with, and what was sent
  EXPECT_EQ(heard[2].interface.flags & kIfRunning, 0u);
  EXPECT_NE(heard[3].interface.flags & kIfRunning, 0u);
  EXPECT_EQ(heard[4].kind, NetEvent::kRoute);

  net_if.Send({.kind = NetEvent::kRoute});
  net_if.LoseEvents();
  ASSERT_TRUE(loop->RunOnce(INT64_MAX).ok());
  ASSERT_EQ(heard.size(), 6u);
  EXPECT_EQ(heard[5].kind, NetEvent::kLost);
}

}  // namespace
}  // namespace keelson
