#include "applets/pwlookupd/askers.h"

#include <string>

#include "gtest/gtest.h"

namespace keelson {
namespace {

TEST(Askers, WhoMayBeGlibc) {
  Askers askers(1000);
  askers.AskedForMapping({"id", 2000});
  const struct {
    const char* name;
    ProcessFacts facts;
    bool glibc;
  } cases[] = {
      {"asked for a mapping", {"id", 2000}, true},
      {"the same program, forked or anew", {"id", 3000}, true},
      {"never asked, younger than we are", {"busybox", 2000}, false},
      {"older than we are, may have asked before", {"busybox", 999}, true},
  };
  for (const auto& c : cases) EXPECT_EQ(askers.MayBeGlibc(c.facts), c.glibc) << c.name;
}

TEST(Askers, MoreProgramsThanRemembered) {
  Askers askers(0);
  for (int i = 0; i < 4096; ++i) askers.AskedForMapping({"p" + std::to_string(i), 1});
  EXPECT_FALSE(askers.MayBeGlibc({"musl", 1}));
  askers.AskedForMapping({"one more", 1});
  EXPECT_TRUE(askers.MayBeGlibc({"musl", 1})) << "unknown now means glibc, which takes either";
}

}  // namespace
}  // namespace keelson
