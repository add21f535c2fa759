#include "core/interface_method.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

TEST(InterfaceMethod, FamiliesAndMethods) {
  const struct {
    std::string_view family, method;
    bool is_family, is_method, is_refused;
  } kCases[] = {
      {"inet", "static", true, true, false},    {"inet", "dhcp", true, true, false},
      {"inet", "auto", true, false, false},     {"inet6", "auto", true, true, false},
      {"inet6", "loopback", true, true, false}, {"inet", "ppp", true, true, true},
      {"inet", "wvdial", true, true, true},     {"inet6", "ppp", true, false, false},
      {"can", "static", true, true, false},     {"can", "manual", true, false, false},
      {"ipx", "static", true, true, true},      {"meta", "none", true, true, false},
      {"link", "none", false, false, false},    {"", "", false, false, false},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(IsInterfaceFamily(c.family), c.is_family) << c.family;
    EXPECT_EQ(IsInterfaceMethod(c.family, c.method), c.is_method) << c.family << c.method;
    EXPECT_EQ(!WhyRefused(c.family, c.method).empty(), c.is_refused) << c.family << c.method;
  }
}

}  // namespace
}  // namespace keelson
