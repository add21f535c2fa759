// resolv.conf in every state that a system may leave it in, and the program in its place.
#include "applets/netconfd/resolver.h"

#include <gtest/gtest.h>

#include "platform/fake/clock.h"
#include "platform/fake/file.h"
#include "platform/fake/loop.h"
#include "platform/fake/process.h"
#include "platform/replace.h"

namespace keelson {
namespace {

ResolverOffer OfferOf(std::string_view server, std::string_view domain) {
  ResolverOffer offer;
  offer.dns.push_back(*ParseIpAddress(server));
  if (!domain.empty()) offer.search.emplace_back(domain);
  return offer;
}

class ResolverTest : public testing::Test {
 protected:
  ResolverTest() {
    EXPECT_TRUE(top_->MakeDirectory("etc", 0755).ok());
    EXPECT_TRUE(top_->MakeDirectory("run", 0755).ok());
    EXPECT_TRUE(top_->MakeDirectory("sbin", 0755).ok());
    EXPECT_TRUE(top_->Open("etc", &etc_).ok());
  }
  void Put(std::string_view path, std::string_view text) {
    std::unique_ptr<Directory> parent;
    std::string name;
    ASSERT_TRUE(root_->Locate(path, false, &parent, &name).ok());
    ASSERT_TRUE(ReplaceFile(*parent, name, text, {}).ok());
  }
  // Without the line of the mark; "-": there is none.
  std::string Get(std::string_view path) {
    FileBytes bytes;
    if (!root_->Read(path, 10'000, &bytes, nullptr).ok()) return "-";
    std::string text(bytes.view());
    if (text.starts_with(kResolvConfMark)) text.erase(0, text.find('\n') + 1);
    return text;
  }

  FakeClock clock_;
  FakeTree tree_{&clock_};
  FakeLoop loop_{&clock_};
  FakeProcesses processes_{&loop_};
  std::unique_ptr<Root> root_ = tree_.NewRoot();
  std::unique_ptr<Directory> top_ = tree_.Top(), etc_;
  RingSink sink_{10};
  Resolver resolver_{&loop_, &processes_, root_.get(), Log(&sink_)};
};

TEST_F(ResolverTest, EachValueOnceInOrder) {
  resolver_.Offer("eth0.dhcp", OfferOf("10.0.0.1", "lab.test"));
  resolver_.Offer("eth1.dhcp", OfferOf("10.0.0.2", "example.org"));
  resolver_.Offer("eth1.inet6", OfferOf("fd00::1", "lab.test"));
  EXPECT_EQ(Get("/etc/resolv.conf"),
            "search lab.test example.org\nnameserver 10.0.0.1\nnameserver 10.0.0.2\n"
            "nameserver fd00::1\n");
  resolver_.Offer("eth0.dhcp", {});
  EXPECT_EQ(Get("/etc/resolv.conf"),
            "search example.org lab.test\nnameserver 10.0.0.2\nnameserver fd00::1\n");
}

TEST_F(ResolverTest, AFileOfSomebodyElseComesBack) {
  Put("/etc/resolv.conf", "nameserver 192.0.2.1\n");
  resolver_.Offer("eth0.dhcp", OfferOf("10.0.0.1", ""));
  resolver_.Offer("eth0.dhcp", OfferOf("10.0.0.2", ""));
  EXPECT_EQ(Get("/etc/resolv.conf"), "nameserver 10.0.0.2\n");
  EXPECT_EQ(Get("/etc/resolv.conf.before-keelson"), "nameserver 192.0.2.1\n");
  resolver_.Offer("eth0.dhcp", {});
  EXPECT_EQ(Get("/etc/resolv.conf"), "nameserver 192.0.2.1\n");
  EXPECT_EQ(Get("/etc/resolv.conf.before-keelson"), "-");
}

TEST_F(ResolverTest, WhereThereWasNoneThereIsNoneAgain) {
  resolver_.Offer("eth0.dhcp", OfferOf("10.0.0.1", ""));
  resolver_.Offer("eth0.dhcp", {});
  EXPECT_EQ(Get("/etc/resolv.conf"), "-");
}

TEST_F(ResolverTest, WhatSomebodyHasPutInItsPlaceStays) {
  resolver_.Offer("eth0.dhcp", OfferOf("10.0.0.1", ""));
  Put("/etc/resolv.conf", "nameserver 192.0.2.1\n");
  resolver_.Offer("eth0.dhcp", {});
  EXPECT_EQ(Get("/etc/resolv.conf"), "nameserver 192.0.2.1\n");
}

TEST_F(ResolverTest, ALinkIntoRunLeadsToThePlace) {
  ASSERT_TRUE(etc_->MakeSymlink("../run/resolv.conf", "resolv.conf").ok());
  resolver_.Offer("eth0.dhcp", OfferOf("10.0.0.1", ""));
  EXPECT_EQ(Get("/run/resolv.conf"), "nameserver 10.0.0.1\n");
  std::string target;
  EXPECT_TRUE(etc_->ReadLink("resolv.conf", &target).ok());
}

TEST_F(ResolverTest, AnotherLinkIsNotFollowed) {
  for (const char* target : {"/etc/other", "../run/../etc/other", "/run/nowhere/resolv.conf"}) {
    Put("/etc/other", "kept\n");
    static_cast<void>(etc_->Remove("resolv.conf"));
    ASSERT_TRUE(etc_->MakeSymlink(target, "resolv.conf").ok());
    resolver_.Offer("eth0.dhcp", OfferOf("10.0.0.1", ""));
    EXPECT_EQ(Get("/etc/other"), "kept\n");
    EXPECT_EQ(Get("/etc/resolv.conf"), "nameserver 10.0.0.1\n");
    resolver_.Offer("eth0.dhcp", {});
    std::string now;
    EXPECT_TRUE(etc_->ReadLink("resolv.conf", &now).ok());
    EXPECT_EQ(now, target);
  }
}

TEST_F(ResolverTest, TheProgramIsToldOneAfterTheOther) {
  Put("/sbin/resolvconf", "");
  processes_.Install("/sbin/resolvconf", std::nullopt);
  resolver_.Offer("eth0.dhcp", OfferOf("10.0.0.1", "lab.test"));
  resolver_.Offer("eth1.dhcp", OfferOf("10.0.0.2", ""));
  resolver_.Offer("eth1.dhcp", {});
  EXPECT_EQ(processes_.running(), 1u);
  ASSERT_NE(processes_.RequestOf(1000), nullptr);
  EXPECT_EQ(processes_.RequestOf(1000)->arguments,
            (std::vector<std::string>{"resolvconf", "-a", "eth0.dhcp"}));
  processes_.Exit(1000, {});
  ASSERT_TRUE(loop_.RunOnce(-1).ok());
  ASSERT_NE(processes_.RequestOf(1001), nullptr);
  EXPECT_EQ(processes_.RequestOf(1001)->arguments,
            (std::vector<std::string>{"resolvconf", "-d", "eth1.dhcp"}));
  processes_.Exit(1001, {.value = 1});
  ASSERT_TRUE(loop_.RunOnce(-1).ok());
  EXPECT_FALSE(resolver_.IsBusy());
  EXPECT_EQ(sink_.Text(), "warning: resolvconf for eth1.dhcp: failed\n");
  EXPECT_EQ(Get("/etc/resolv.conf"), "-");
}

}  // namespace
}  // namespace keelson
