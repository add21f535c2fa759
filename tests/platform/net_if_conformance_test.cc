// What NetIf tells and changes: in a network name space of our own, and in memory.
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "platform/clock.h"
#include "platform/fake/net_if.h"
#include "platform/linux/net_if_ioctl.h"
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

NetIp V4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) { return {false, {a, b, c, d}}; }
NetIp V6(uint16_t first, uint8_t last) {
  NetIp ip = {true, {static_cast<uint8_t>(first >> 8), static_cast<uint8_t>(first)}};
  ip.bytes[15] = last;
  return ip;
}

NetChange Make(std::string name, std::string kind, std::string lower = "") {
  NetChange change = {.kind = NetChange::kMakeLink, .name = std::move(name)};
  change.making.kind = std::move(kind);
  change.making.lower = std::move(lower);
  return change;
}
NetChange Up(std::string name, bool up = true) {
  NetChange change = {.kind = NetChange::kSetLink, .name = std::move(name)};
  change.up = up;
  return change;
}
NetChange WithAddress(NetChange::Kind kind, std::string name, InterfaceAddress address) {
  NetChange change = {.kind = kind, .name = std::move(name)};
  change.address = std::move(address);
  return change;
}
NetChange WithRoute(NetChange::Kind kind, std::string name, NetRoute route) {
  NetChange change = {.kind = kind, .name = std::move(name)};
  change.route = std::move(route);
  return change;
}
NetChange Delete(std::string name) {
  return {.kind = NetChange::kDeleteLink, .name = std::move(name)};
}

class NetIfConformance : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    net_if_ = GetParam().make();
    if (net_if_ == nullptr) GTEST_SKIP() << "no network name space for us";
  }

  // "" for each change that worked, or what its error says.
  std::vector<std::string> Try(const std::vector<NetChange>& changes) {
    std::vector<Error> errors;
    EXPECT_TRUE(net_if_->Apply(changes, &errors).ok());
    std::vector<std::string> texts;
    for (const Error& error : errors) texts.push_back(error.ok() ? "" : error.Text());
    return texts;
  }
  std::string Try(const NetChange& change) { return Try(std::vector{change})[0]; }
  static std::string Says(int code) { return Error(code).Text(); }

  NetState Now() {
    NetState state;
    EXPECT_TRUE(net_if_->Dump(&state).ok());
    return state;
  }
  Interface Link(std::string_view name) {
    Interface interface;
    EXPECT_TRUE(net_if_->Get(name, &interface).ok()) << name;
    return interface;
  }

  // Hears until that is so. False: it has not become so in time.
  bool Await(const std::function<bool()>& is_so) {
    const int64_t end_ns = SystemClock()->MonotonicNs() + 20 * kSecond;
    while (!is_so()) {
      if (SystemClock()->MonotonicNs() > end_ns || !loop_->RunOnce(end_ns).ok()) return false;
    }
    return true;
  }
  void Listen(size_t receive_bytes) {
    ASSERT_TRUE(NewLoop(&loop_).ok());
    ASSERT_TRUE(net_if_
                    ->Listen(loop_.get(), receive_bytes,
                             [this](const NetEvent& event) { heard_.push_back(event); })
                    .ok());
  }
  bool Heard(const std::function<bool(const NetEvent&)>& fits) {
    return Await([&] { return std::any_of(heard_.begin(), heard_.end(), fits); });
  }

  std::unique_ptr<Loop> loop_;
  std::vector<NetEvent> heard_;
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

TEST_P(NetIfConformance, MakesAndDeletesLinks) {
  EXPECT_EQ(Try({Make("a", "veth", "b"), Make("br", "bridge"), Make("i", "ifb"),
                 Make("m", "macvlan", "a"), Up("a"), Up("b")}),
            std::vector<std::string>(6));
  const Interface a = Link("a"), b = Link("b");
  EXPECT_EQ(a.kind, "veth");
  EXPECT_EQ(a.lower, b.index);
  EXPECT_EQ(b.lower, a.index);
  EXPECT_EQ(a.hardware_address.size(), 6u);
  EXPECT_NE(a.hardware_address, b.hardware_address);
  EXPECT_EQ(Link("br").kind, "bridge");
  EXPECT_EQ(Link("br").master, 0u);
  EXPECT_EQ(Link("m").lower, a.index);
  EXPECT_NE(Link("i").flags & kIfNoArp, 0u);
  EXPECT_EQ(Try({Make("a", "ifb"), Make("m2", "macvlan", "none"), Make("v", "veth", "b"),
                 Delete("none"), Delete("a"), Delete("b"), Delete("lo")}),
            (std::vector<std::string>{Says(EEXIST), Says(ENODEV), Says(EEXIST), Says(ENODEV), "",
                                      Says(ENODEV), Says(EOPNOTSUPP)}));
  Interface none;
  EXPECT_EQ(net_if_->Get("m", &none), Error(ENODEV));  // went with what it stands on
}

TEST_P(NetIfConformance, SetsPortsOfABridge) {
  ASSERT_EQ(Try({Make("a", "veth", "b"), Make("br", "bridge")}), std::vector<std::string>(2));
  NetChange port = {.kind = NetChange::kSetLink, .name = "a"};
  port.port_cost = 77;
  EXPECT_EQ(Try(port), Says(EOPNOTSUPP));  // it is none yet
  NetChange master = {.kind = NetChange::kSetLink, .name = "a"};
  master.master = "br";
  port.port_priority = 9;
  ASSERT_EQ(Try({master, port}), std::vector<std::string>(2));
  EXPECT_EQ(Link("a").port_cost, 77u);
  EXPECT_EQ(Link("a").port_priority, 9u);
  port.port_priority = 64;
  EXPECT_EQ(Try(port), Says(ERANGE));
  NetChange options = {.kind = NetChange::kSetOptions, .name = "br"};
  options.making = {.kind = "bridge", .options = {{"forward_delay", "300"}}};
  EXPECT_EQ(Try(options), "");
  options.name = "none";
  EXPECT_EQ(Try(options), Says(ENODEV));
  options.name = "a";
  EXPECT_EQ(Try(options), Says(EOPNOTSUPP));
}

TEST_P(NetIfConformance, SetsLinks) {
  ASSERT_EQ(Try({Make("a", "veth", "b"), Make("br", "bridge"), Up("br")}),
            std::vector<std::string>(3));
  NetChange change = {.kind = NetChange::kSetLink, .name = "a"};
  change.up = true;
  change.mtu = 1400;
  change.hardware_address = std::string("\x02\0\x5e\x10\0\1", 6);
  change.master = "br";
  change.alias = "to the \xff $(house)";
  ASSERT_EQ(Try(change), "");
  Interface a = Link("a");
  EXPECT_EQ(a.flags & (kIfUp | kIfRunning), static_cast<uint32_t>(kIfUp));  // its other end is down
  EXPECT_EQ(a.mtu, 1400u);
  EXPECT_EQ(a.hardware_address, *change.hardware_address);
  EXPECT_EQ(a.master, Link("br").index);
  EXPECT_EQ(a.alias, *change.alias);
  ASSERT_EQ(Try(Up("b")), "");
  EXPECT_NE(Link("a").flags & kIfRunning, 0u);
  change = {.kind = NetChange::kSetLink, .name = "a"};
  change.master = "";
  change.alias = "";
  change.up = false;
  change.new_name = "c";
  ASSERT_EQ(Try(change), "");
  const Interface c = Link("c");
  EXPECT_EQ(c.index, a.index);
  EXPECT_EQ(c.master, 0u);
  EXPECT_EQ(c.alias, "");
  EXPECT_EQ(c.flags & (kIfUp | kIfRunning), 0u);
  EXPECT_EQ(c.mtu, 1400u);
  change = {.kind = NetChange::kSetLink, .name = "c"};
  change.mtu = 1;
  EXPECT_EQ(Try(change), Says(EINVAL));
  change.mtu.reset();
  change.new_name = "br";
  EXPECT_EQ(Try(change), Says(EEXIST));
  change.new_name.reset();
  change.master = "none";
  EXPECT_EQ(Try(change), Says(ENODEV));
}

TEST_P(NetIfConformance, TakesAnyName) {
  const std::vector<std::string> names = {"-rf", "$(id)",    "a;b",  "\xff\xfe",
                                          "`x`", "a'b\"",    "&&x",  "#c",
                                          "*",   "\x1b[31m", "\x7f", "fifteen bytes!!"};
  for (std::string name : names) {
    std::replace(name.begin(), name.end(), ' ', '_');
    EXPECT_EQ(Try({Make(name, "ifb"), Up(name),
                   WithAddress(NetChange::kAddAddress, name,
                               {.address = V4(192, 0, 2, 1), .length = 24})}),
              std::vector<std::string>(3))
        << name;
    const NetState state = Now();
    const Interface* const link = state.Find(name);
    ASSERT_NE(link, nullptr) << name;
    EXPECT_TRUE(std::any_of(state.addresses.begin(), state.addresses.end(), [&](const auto& each) {
      return each.index == link->index && each.address == V4(192, 0, 2, 1) && each.label.empty();
    })) << name;
    EXPECT_EQ(Try({.kind = NetChange::kSet, .name = name, .setting = NetSetting::kDadTransmits}),
              "");
    EXPECT_EQ(Try(Delete(name)), "") << name;
  }
  for (const std::string_view name :
       {std::string_view(""), std::string_view("."), std::string_view(".."),
        std::string_view("a/b"), std::string_view("a:b"), std::string_view("a b"),
        std::string_view("%d"), std::string_view("sixteen_bytes_16"), std::string_view("a\0b", 3),
        std::string_view("a\nb"), std::string_view("a\xa0")}) {
    const std::string text(name);
    EXPECT_EQ(Try(Make(text, "ifb")), Says(EINVAL)) << name;
    EXPECT_EQ(Try(Make("v", "veth", text)), Says(EINVAL)) << name;
    EXPECT_EQ(Try(Up(text)), Says(ENODEV)) << name;
    EXPECT_EQ(Try(Delete(text)), Says(ENODEV)) << name;
    EXPECT_EQ(Try({.kind = NetChange::kSet, .name = text}), Says(ENODEV)) << name;
    NetChange rename = {.kind = NetChange::kSetLink, .name = "lo"};
    rename.new_name = text;
    EXPECT_EQ(Try(rename), Says(EINVAL)) << name;
  }
  EXPECT_EQ(Now().interfaces.size(), 1u);
  for (const char* name : {"all", "default", "../conf"}) {
    EXPECT_EQ(Try({.kind = NetChange::kSet, .name = name}), Says(ENODEV)) << name;
  }
}

TEST_P(NetIfConformance, AddressesComeAndGo) {
  const std::vector<InterfaceAddress> wanted = {
      {.address = V4(192, 0, 2, 1), .length = 24, .broadcast = V4(192, 0, 2, 255)},
      {.address = V4(192, 0, 2, 9), .length = 24, .label = "i:9"},
      {.address = V4(10, 0, 0, 1), .length = 32, .peer = V4(10, 0, 0, 2), .scope = NetScope::kLink},
      {.address = V6(0x2001, 1), .length = 64, .no_dad = true},
      {.address = V6(0x2001, 2), .length = 128, .peer = V6(0x2001, 3), .no_dad = true},
      {.address = V4(198, 51, 100, 1),
       .length = 31,
       .is_dynamic = true,
       .valid_s = 7000,
       .preferred_s = 6000},
  };
  std::vector<NetChange> changes = {Make("i", "ifb"), Up("i")};
  for (const auto& each : wanted) {
    changes.push_back(WithAddress(NetChange::kAddAddress, "i", each));
  }
  EXPECT_EQ(Try(changes), std::vector<std::string>(changes.size()));
  const NetState state = Now();
  const uint32_t index = Link("i").index;
  for (InterfaceAddress each : wanted) {
    each.index = index;
    const auto found = std::find_if(
        state.addresses.begin(), state.addresses.end(),
        [&](const auto& other) { return other.index == index && other.address == each.address; });
    ASSERT_NE(found, state.addresses.end());
    InterfaceAddress got = *found;
    if (got.valid_s != kNetForever) {  // time goes by
      EXPECT_LE(got.valid_s, 7000u);
      EXPECT_LE(got.preferred_s, 6000u);
      got.valid_s = each.valid_s;
      got.preferred_s = each.preferred_s;
    }
    EXPECT_EQ(got, each) << static_cast<int>(each.address.bytes[3]) << " " << got.label;
  }
  // Again: lifetimes are changed, and nothing comes twice.
  InterfaceAddress forever = wanted.back();
  forever.valid_s = forever.preferred_s = kNetForever;
  EXPECT_EQ(Try({WithAddress(NetChange::kAddAddress, "i", forever),
                 WithAddress(NetChange::kAddAddress, "i", wanted[3])}),
            std::vector<std::string>(2));
  const NetState again = Now();
  EXPECT_EQ(again.addresses.size(), state.addresses.size());
  EXPECT_TRUE(std::any_of(again.addresses.begin(), again.addresses.end(), [&](const auto& each) {
    return each.address == forever.address && each.valid_s == kNetForever && !each.is_dynamic;
  }));
  // From the back: Linux deletes those of the same network together with the first one.
  changes.clear();
  std::for_each(wanted.rbegin(), wanted.rend(), [&](const auto& each) {
    changes.push_back(WithAddress(NetChange::kDeleteAddress, "i", each));
  });
  changes.push_back(changes[2]);
  changes.push_back(changes[5]);
  std::vector<std::string> answers(wanted.size());
  answers.resize(wanted.size() + 2, Says(EADDRNOTAVAIL));
  EXPECT_EQ(Try(changes), answers);
  EXPECT_EQ(
      Try({WithAddress(NetChange::kAddAddress, "none", wanted[0]),
           WithAddress(NetChange::kAddAddress, "i", {.address = V4(192, 0, 2, 1), .length = 33})}),
      (std::vector<std::string>{Says(ENODEV), Says(EINVAL)}));
}

TEST_P(NetIfConformance, RoutesComeAndGo) {
  ASSERT_EQ(
      Try({Make("i", "ifb"), Up("i"), Make("down", "ifb"),
           WithAddress(NetChange::kAddAddress, "i", {.address = V4(192, 0, 2, 1), .length = 24}),
           WithAddress(NetChange::kAddAddress, "i",
                       {.address = V6(0x2001, 1), .length = 64, .no_dad = true})}),
      std::vector<std::string>(5));
  struct {
    const char* name;
    NetRoute route;
  } const wanted[] = {
      {"i", {.gateway = V4(192, 0, 2, 254), .metric = 100, .origin = RouteOrigin::kDhcp}},
      {"i",
       {.to = V4(198, 51, 100, 0),
        .length = 24,
        .gateway = V4(203, 0, 113, 1),
        .is_onlink = true,
        .source = V4(192, 0, 2, 1)}},
      {"i",
       {.to = V4(10, 0, 0, 0),
        .length = 8,
        .origin = RouteOrigin::kBoot,
        .scope = NetScope::kLink}},
      {"i", {.to = V4(10, 1, 0, 0), .length = 16, .table = 1000, .scope = NetScope::kLink}},
      {"", {.to = V4(10, 9, 0, 0), .length = 16, .type = RouteType::kBlackhole}},
      {"", {.to = V4(10, 8, 0, 0), .length = 16, .metric = 5, .type = RouteType::kProhibit}},
      {"i", {.to = {.v6 = true}, .gateway = V6(0x2001, 254), .metric = 7}},
      {"i", {.to = V6(0x3001, 0), .length = 32, .gateway = V6(0xfe80, 9), .metric = 1024}},
  };
  std::vector<NetChange> adding, deleting;
  for (const auto& [name, route] : wanted) {
    adding.push_back(WithRoute(NetChange::kAddRoute, name, route));
    deleting.push_back(WithRoute(NetChange::kDeleteRoute, name, route));
  }
  EXPECT_EQ(Try(adding), std::vector<std::string>(adding.size()));
  EXPECT_EQ(Try(adding), std::vector<std::string>(adding.size(), Says(EEXIST)));
  const NetState state = Now();
  for (auto [name, route] : wanted) {
    if (*name != '\0') route.index = Link(name).index;
    EXPECT_EQ(std::count(state.routes.begin(), state.routes.end(), route), 1)
        << static_cast<int>(route.to.bytes[0]) << "." << static_cast<int>(route.to.bytes[1]);
  }
  NetRoute other = wanted[0].route;
  other.gateway = V4(192, 0, 2, 253);
  NetRoute any = {};
  EXPECT_EQ(Try({WithRoute(NetChange::kReplaceRoute, "i", other),
                 WithRoute(NetChange::kDeleteRoute, "i", wanted[0].route),
                 WithRoute(NetChange::kDeleteRoute, "i", any),
                 WithRoute(NetChange::kDeleteRoute, "i", any)}),
            (std::vector<std::string>{"", Says(ESRCH), "", Says(ESRCH)}));
  deleting.erase(deleting.begin());
  EXPECT_EQ(Try(deleting), std::vector<std::string>(deleting.size()));
  EXPECT_EQ(Try(deleting), std::vector<std::string>(deleting.size(), Says(ESRCH)));
  EXPECT_EQ(Try({WithRoute(NetChange::kAddRoute, "i", {.gateway = V4(203, 0, 113, 1)}),
                 WithRoute(NetChange::kAddRoute, "down",
                           {.to = V4(10, 0, 0, 0), .length = 8, .scope = NetScope::kLink}),
                 WithRoute(NetChange::kAddRoute, "none", {}),
                 WithRoute(NetChange::kAddRoute, "i", {.length = 33}),
                 WithRoute(NetChange::kAddRoute, "i", {.gateway = V6(0xfe80, 1)})}),
            (std::vector<std::string>{Says(ENETUNREACH), Says(ENETDOWN), Says(ENODEV), Says(EINVAL),
                                      Says(EINVAL)}));
}

TEST_P(NetIfConformance, RulesAndNeighbours) {
  ASSERT_EQ(Try({Make("a", "veth", "b"), Up("a"), Up("b")}), std::vector<std::string>(3));
  NetChange four = {.kind = NetChange::kAddRule}, six = {.kind = NetChange::kAddRule};
  four.rule = {.priority = 100,
               .from = V4(192, 0, 2, 0),
               .from_length = 24,
               .in = "$(id)",
               .out = "b",
               .mark = 7,
               .table = 1000};
  six.rule = {.v6 = true,
              .priority = 101,
              .from = {.v6 = true},
              .to = V6(0x2001, 0),
              .to_length = 16,
              .table = 10};
  EXPECT_EQ(Try({four, six, four}), (std::vector<std::string>{"", "", Says(EEXIST)}));
  NetState state = Now();
  EXPECT_EQ(std::count(state.rules.begin(), state.rules.end(), four.rule), 1);
  EXPECT_EQ(std::count(state.rules.begin(), state.rules.end(), six.rule), 1);
  four.kind = six.kind = NetChange::kDeleteRule;
  EXPECT_EQ(Try({four, six, four, six}),
            (std::vector<std::string>{"", "", Says(ENOENT), Says(ENOENT)}));

  NetChange near = {.kind = NetChange::kAddNeighbour, .name = "a"};
  near.neighbour = {.address = V4(192, 0, 2, 7),
                    .hardware_address = std::string("\2\0\0\0\0\7", 6),
                    .is_permanent = true};
  NetChange near6 = near;
  near6.neighbour.address = V6(0xfe80, 7);
  EXPECT_EQ(Try({near, near6, near}), std::vector<std::string>(3));
  near.neighbour.index = near6.neighbour.index = Link("a").index;
  state = Now();
  EXPECT_EQ(std::count(state.neighbours.begin(), state.neighbours.end(), near.neighbour), 1);
  EXPECT_EQ(std::count(state.neighbours.begin(), state.neighbours.end(), near6.neighbour), 1);
  near.kind = near6.kind = NetChange::kDeleteNeighbour;
  EXPECT_EQ(Try({near, near6, near}), (std::vector<std::string>{"", "", Says(ENOENT)}));
}

// As many as do not fit into one part, and errors among them at places of their own.
TEST_P(NetIfConformance, OneFailsAndTheNextAreTried) {
  constexpr int kLinks = 250;
  std::vector<NetChange> changes;
  std::vector<std::string> answers;
  for (int i = 0; i < kLinks; ++i) {
    const std::string name = "t" + std::to_string(i);
    changes.push_back(Make(name, "ifb"));
    answers.push_back("");
    if (i % 50 == 7) {
      changes.push_back(Make(name, "ifb"));
      answers.push_back(Says(EEXIST));
    }
    changes.push_back(
        WithAddress(NetChange::kAddAddress, name,
                    {.address = V4(10, 0, static_cast<uint8_t>(i), 1), .length = 24}));
    answers.push_back("");
    changes.push_back(Up(i % 90 == 5 ? "none" : name));
    answers.push_back(i % 90 == 5 ? Says(ENODEV) : "");
    changes.push_back(
        {.kind = NetChange::kSet, .name = name, .setting = NetSetting::kAcceptAdvertisements});
    answers.push_back("");
  }
  EXPECT_EQ(Try(changes), answers);
  const NetState state = Now();
  EXPECT_EQ(state.interfaces.size(), 1u + kLinks);
  EXPECT_EQ(std::count_if(state.addresses.begin(), state.addresses.end(),
                          [](const auto& each) { return each.address.bytes[0] == 10; }),
            kLinks);
  EXPECT_EQ(std::count_if(state.interfaces.begin(), state.interfaces.end(),
                          [](const auto& each) { return (each.flags & kIfUp) != 0; }),
            kLinks - 3);
}

// An index belongs to a name only until the next change may have given the name to another link.
TEST_P(NetIfConformance, ANameMayBeGivenToAnotherLink) {
  const InterfaceAddress one = {.address = V4(192, 0, 2, 1), .length = 24};
  const InterfaceAddress two = {.address = V4(192, 0, 2, 2), .length = 24};
  NetChange rename = {.kind = NetChange::kSetLink, .name = "b"};
  rename.new_name = "a";
  EXPECT_EQ(Try({Make("a", "ifb"), Make("b", "ifb"), WithAddress(NetChange::kAddAddress, "a", one),
                 Delete("a"), rename, WithAddress(NetChange::kAddAddress, "a", two),
                 WithAddress(NetChange::kDeleteAddress, "a", one)}),
            (std::vector<std::string>{"", "", "", "", "", "", Says(EADDRNOTAVAIL)}));
  EXPECT_EQ(Now().addresses.size(), 1u);
}

TEST_P(NetIfConformance, TellsWhatChanges) {
  Listen(0);
  EXPECT_EQ(net_if_->Listen(loop_.get(), 0, nullptr), Error(EALREADY));
  const InterfaceAddress address = {.address = V4(192, 0, 2, 1), .length = 24};
  const NetRoute route = {.to = V4(10, 0, 0, 0), .length = 8, .gateway = V4(192, 0, 2, 9)};
  ASSERT_EQ(Try({Make("a", "veth", "b"), Make("br", "bridge"), Up("a"), Up("b"),
                 WithAddress(NetChange::kAddAddress, "a", address),
                 WithRoute(NetChange::kAddRoute, "a", route)}),
            std::vector<std::string>(6));
  const uint32_t index = Link("a").index;
  EXPECT_TRUE(Heard([&](const NetEvent& event) {
    return event.kind == NetEvent::kLink && event.interface.index == index &&
           event.interface.name == "a" && event.interface.kind == "veth" &&
           (event.interface.flags & kIfRunning) != 0;
  }));
  EXPECT_TRUE(Heard([&](const NetEvent& event) {
    return event.kind == NetEvent::kAddress && event.address.index == index &&
           event.address.address == address.address && event.address.label.empty();
  }));
  EXPECT_TRUE(Heard([&](const NetEvent& event) {
    return event.kind == NetEvent::kRoute && event.route.index == index &&
           event.route.to == route.to && event.route.gateway == route.gateway;
  }));
  // A port that leaves its bridge is not gone.
  heard_.clear();
  NetChange join = {.kind = NetChange::kSetLink, .name = "a"}, leave = join;
  join.master = "br";
  leave.master = "";
  ASSERT_EQ(Try({join, leave, Delete("br")}), std::vector<std::string>(3));
  ASSERT_TRUE(Heard([&](const NetEvent& event) { return event.kind == NetEvent::kLinkGone; }));
  EXPECT_EQ(std::count_if(heard_.begin(), heard_.end(),
                          [&](const NetEvent& event) {
                            return event.kind == NetEvent::kLinkGone && event.interface.name == "a";
                          }),
            0);
  heard_.clear();
  ASSERT_EQ(Try(Delete("b")), "");
  EXPECT_TRUE(Heard([&](const NetEvent& event) {
    return event.kind == NetEvent::kLinkGone && event.interface.index == index;
  }));
  const auto place = [&](const std::function<bool(const NetEvent&)>& fits) {
    return std::find_if(heard_.begin(), heard_.end(), fits) - heard_.begin();
  };
  EXPECT_LT(place([&](const NetEvent& event) {
              return event.kind == NetEvent::kAddressGone &&
                     event.address.address == address.address && event.address.label.empty();
            }),
            place([&](const NetEvent& event) {
              return event.kind == NetEvent::kLinkGone && event.interface.index == index;
            }));
}

// 10,000 link events, a buffer for some of them: what has been lost is told, and a dump has it.
TEST_P(NetIfConformance, LostEventsAreTold) {
  constexpr int kEvents = 10'000;
  ASSERT_EQ(Try({Make("i", "ifb"), Up("i")}), std::vector<std::string>(2));
  Listen(4096);
  std::vector<NetChange> changes(kEvents, {.kind = NetChange::kSetLink, .name = "i"});
  for (int i = 0; i < kEvents; ++i) changes[i].alias = std::to_string(i);
  EXPECT_EQ(Try(changes), std::vector<std::string>(changes.size()));
  if (auto* fake = dynamic_cast<FakeNetIf*>(net_if_.get())) fake->LoseEvents();
  EXPECT_TRUE(Heard([](const NetEvent& event) { return event.kind == NetEvent::kLost; }));
  const NetState state = Now();
  ASSERT_NE(state.Find("i"), nullptr);
  EXPECT_EQ(state.Find("i")->alias, std::to_string(kEvents - 1));
  // What was there before the loss has been read by now, and it goes on as before.
  EXPECT_LT(heard_.size(), size_t{kEvents});
  heard_.clear();
  changes[0].alias = "last";
  ASSERT_EQ(Try(changes[0]), "");
  EXPECT_TRUE(Heard([](const NetEvent& event) {
    return event.kind == NetEvent::kLink && event.interface.alias == "last";
  }));
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

// Both look at one name space: what the one does the other sees.
TEST(IoctlNetIf, DoesWhatIoctlsCan) {
  std::unique_ptr<NetIf> kernel, ioctls;
  std::thread([&] {
    if (unshare(CLONE_NEWNET) != 0) return;
    EXPECT_TRUE(NewNetIf(&kernel).ok());
    EXPECT_TRUE(NewIoctlNetIf(&ioctls).ok());
  }).join();
  if (ioctls == nullptr) GTEST_SKIP() << "no network name space for us";
  std::vector<Error> errors;
  ASSERT_TRUE(kernel->Apply(std::vector{Make("a", "veth", "b")}, &errors).ok());
  ASSERT_EQ(errors, std::vector<Error>(1));

  NetChange link = Up("a");
  link.mtu = 1400;
  link.hardware_address = std::string("\x02\0\x5e\x10\0\1", 6);
  const InterfaceAddress address = {
      .address = V4(192, 0, 2, 1), .length = 24, .broadcast = V4(192, 0, 2, 255)};
  InterfaceAddress labelled = {.address = V4(10, 0, 0, 9), .length = 8, .label = "a:9"};
  const NetRoute route = {.gateway = V4(192, 0, 2, 254), .metric = 5};
  ASSERT_TRUE(ioctls
                  ->Apply(std::vector{link, WithAddress(NetChange::kAddAddress, "a", address),
                                      WithAddress(NetChange::kAddAddress, "a", labelled), Up("b"),
                                      WithRoute(NetChange::kAddRoute, "a", route)},
                          &errors)
                  .ok());
  EXPECT_EQ(errors, std::vector<Error>(5));

  NetState by_kernel, by_ioctls;
  ASSERT_TRUE(kernel->Dump(&by_kernel).ok());
  ASSERT_TRUE(ioctls->Dump(&by_ioctls).ok());
  ASSERT_EQ(by_ioctls.interfaces.size(), 3u);
  const Interface* const a = by_kernel.Find("a");
  const Interface* const same = by_ioctls.Find("a");
  ASSERT_TRUE(a != nullptr && same != nullptr);
  EXPECT_EQ(a->mtu, 1400u);
  EXPECT_EQ(a->hardware_address, *link.hardware_address);
  EXPECT_EQ(same->index, a->index);
  EXPECT_EQ(same->flags, a->flags);
  EXPECT_EQ(same->mtu, a->mtu);
  EXPECT_EQ(same->hardware_address, a->hardware_address);
  ASSERT_EQ(by_ioctls.addresses.size(), 2u);
  for (const InterfaceAddress& each : by_ioctls.addresses) {
    EXPECT_TRUE(std::any_of(by_kernel.addresses.begin(), by_kernel.addresses.end(),
                            [&](const InterfaceAddress& other) {
                              return other.index == each.index && other.address == each.address &&
                                     other.length == each.length && other.label == each.label &&
                                     other.broadcast == each.broadcast;
                            }))
        << each.label;
  }
  EXPECT_TRUE(std::any_of(by_kernel.routes.begin(), by_kernel.routes.end(), [&](const auto& each) {
    return each.length == 0 && each.gateway == route.gateway && each.metric == 5 &&
           each.index == a->index;
  }));

  labelled.address = V4(10, 0, 0, 8);
  ASSERT_TRUE(ioctls
                  ->Apply(std::vector{WithRoute(NetChange::kDeleteRoute, "a", route),
                                      WithAddress(NetChange::kDeleteAddress, "a", labelled),
                                      WithAddress(NetChange::kDeleteAddress, "a", address),
                                      Make("br", "bridge"), Up("none"), Up("a", false)},
                          &errors)
                  .ok());
  EXPECT_EQ(errors,
            (std::vector<Error>{kOk, Error(EADDRNOTAVAIL), kOk, kUnsupported, Error(ENODEV), kOk}));
  ASSERT_TRUE(kernel->Dump(&by_kernel).ok());
  EXPECT_EQ(by_kernel.Find("a")->flags & kIfUp, 0u);
  EXPECT_TRUE(std::none_of(by_kernel.addresses.begin(), by_kernel.addresses.end(),
                           [&](const auto& each) { return each.address == address.address; }));
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
