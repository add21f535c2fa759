#include "core/service_digest.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

uint64_t DigestOf(std::string_view text, std::string_view drop_in = "") {
  ServiceDefinition definition;
  EXPECT_TRUE(AddToService("/a.svc", text, &definition).empty()) << text;
  if (!drop_in.empty()) {
    EXPECT_TRUE(AddToService("/a.svc.d/1.conf", drop_in, &definition).empty()) << drop_in;
  }
  return LaunchDigest(definition);
}

TEST(ServiceDigestTest, ByValueAndOnlyOfWhatItIsStartedWith) {
  const uint64_t plain = DigestOf("command: /bin/a\nuser: u\n");
  EXPECT_EQ(DigestOf("# other\n\nuser: u\ncommand: /bin/a\n"), plain);
  EXPECT_EQ(DigestOf("command: /bin/a\n", "user: u\n"), plain);
  EXPECT_EQ(DigestOf("command: /bin/a\nuser: u\ndescription: d\nafter: b\nstop-timeout: 1s\n"),
            plain);
  EXPECT_NE(DigestOf("command: /bin/b\nuser: u\n"), plain);
  EXPECT_NE(DigestOf("command: /bin/a\n"), plain);
  EXPECT_NE(DigestOf("command: /bin/a\nuser: u\nnice: 1\n"), plain);
  EXPECT_NE(DigestOf("command: /bin/a\ngroup: u\n"), DigestOf("command: /bin/a\nuser: u\n"));
  EXPECT_NE(DigestOf("kind: group\n"), 0u);
}

}  // namespace
}  // namespace keelson
