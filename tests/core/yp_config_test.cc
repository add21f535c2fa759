// Which domain, which servers.
#include "core/yp_config.h"

#include <gtest/gtest.h>

#include <string>

namespace keelson {
namespace {

TEST(YpDomainOf, Table) {
  const struct {
    std::string bytes, domain;
  } cases[] = {
      {"", ""},
      {"lab.test\n", "lab.test"},
      {"# the domain\n\n  lab  # ours\nother\n", "lab"},
      {"a/b\n", ""},
      {"..\n", ""},
      {"(none)\n", ""},
      {std::string(64, 'a'), std::string(64, 'a')},
      {std::string(65, 'a'), ""},
      {"a\x01\n", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(YpDomainOf(c.bytes), c.domain);
}

TEST(YpServersOf, Table) {
  const struct {
    const char *bytes, *servers;
  } cases[] = {
      {"", ""},
      {"ypserver 10.0.0.1\n", "10.0.0.1 "},
      {"# x\n  ypserver  one # here\nserver two\ndomain lab server three\n", "one two three "},
      {"domain other server one\ndomain lab broadcast\nbroadcast\nypserver\n", ""},
      {"domain lab server\ndomain\n", ""},
  };
  for (const auto& c : cases) {
    std::string servers;
    for (const std::string_view server : YpServersOf(c.bytes, "lab")) {
      servers += std::string(server) + " ";
    }
    EXPECT_EQ(servers, c.servers) << c.bytes;
  }
}

}  // namespace
}  // namespace keelson
