#include "platform/machine.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

TEST(Machine, SaysWhatItIs) {
  MachineFacts facts;
  ASSERT_TRUE(ReadMachineFacts(&facts).ok());
  EXPECT_FALSE(facts.kernel_release.empty());
  EXPECT_FALSE(facts.architecture.empty());
}

TEST(Machine, TheBootIdIsHexadecimal) {
  std::string id;
  const Error error = ReadBootId(&id);
  if (error.unsupported() || error.not_found()) GTEST_SKIP() << "the system has no boot id";
  ASSERT_TRUE(error.ok());
  EXPECT_EQ(id.size(), 32u);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), id.npos);
}

}  // namespace
}  // namespace keelson
