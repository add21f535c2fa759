#include "core/kernel_arguments.h"

#include <gtest/gtest.h>

#include <string>

namespace keelson {
namespace {

TEST(KernelArguments, WordsAsTheKernelCutsThem) {
  const struct {
    std::string_view line;
    std::string expected;
  } kCases[] = {
      {"", ""},
      {" \n", ""},
      {"quiet  ip=dhcp\n", "[quiet] [ip|dhcp] "},
      {"a= =b c==", "[a|] [=b] [c|=] "},
      {"a=\"b c\" d", "[a|b c] [d] "},
      {"\"a=b c\" d", "[a|b c] [d] "},
      {"a=b\"c d\"e", "[a|b\"c d\"e] "},
      {"a=\"b", "[a|b] "},
      {"a=\"", "[a|] "},
      {"\"", "[] "},
      {"a -- ip=dhcp", "[a] "},
      {"a \"--\" b", "[a] [--] [b] "},
  };
  for (const auto& c : kCases) {
    KernelArgumentReader reader(c.line);
    KernelArgument argument;
    std::string found;
    while (reader.Next(&argument)) {
      found += "[" + std::string(argument.name);
      if (argument.has_value) found += "|" + std::string(argument.value);
      found += "] ";
    }
    EXPECT_EQ(found, c.expected) << c.line;
  }
}

}  // namespace
}  // namespace keelson
