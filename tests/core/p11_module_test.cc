#include "core/p11_module.h"

#include <gtest/gtest.h>

#include "tests/core/mds_reading.h"

namespace keelson {
namespace {

TEST(P11Module, Files) {
  const MdsContext context{"p11-kit-trust", "/m/p11-kit-trust.module", "p11-kit-trust", 0, nullptr};
  const std::string begin = "P11_MODULE F:1:1 ModuleID=p11-kit-trust;";
  const struct {
    const char *input, *expected, *notes;
  } kCases[] = {
      {"", "", ""},
      {"# Debian's\n\nmodule: p11-kit-trust.so\n\npriority: 1\ntrust-policy:yes\n"
       "x-trust-lookup: pkcs11:library-description=Trust\ndisable-in: p11-kit-proxy",
       " Module=p11-kit-trust.so; Priority=1; DisableIn=p11-kit-proxy; TrustPolicy=yes;",
       "F:7:1: there is no field 'x-trust-lookup'\n"},
      {"  module \t:   /usr/lib/a:b.so \r\n   # c\ncritical:no\ncritical : yes",
       " Module=/usr/lib/a:b.so; Critical=yes;", ""},
      {"enable-in:\nmanaged: no\nlog-calls: yes\nuser-config: none\nx-init-reserved: a=b\n",
       " EnableIn=hex:; Managed=no; LogCalls=yes; InitReserved=a=b; UserConfig=none;", ""},
      {"remote: |/usr/bin/p11-kit remote x\n", " Remote=|/usr/bin/p11-kit remote x;", ""},
      {": x\nMODULE: y\n", "", "F:1:1: there is no field ''\nF:2:1: there is no field 'MODULE'\n"},
  };
  for (const auto& c : kCases) {
    std::vector<ParseError> notes;
    EXPECT_EQ(Read(MdsFileKind::kP11, c.input, context, &notes), begin + c.expected + "\n");
    EXPECT_EQ(Texts(notes), c.notes) << c.input;
  }
}

TEST(P11Module, Errors) {
  const MdsContext context{"m", "", "", 0, nullptr};
  const struct {
    const char *input, *expected;
  } kCases[] = {
      {"module: a\n  nothing here\n", "F:2:3: ':' is missing\n"},
      {"[module]\nmodule: a\n", "F:1:1: a section has no place here\n"},
      {"module: a\n-----BEGIN CERTIFICATE-----\n", "F:2:1: a PEM block has no place here\n"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Read(MdsFileKind::kP11, c.input, context), c.expected);
  EXPECT_EQ(Read(MdsFileKind::kP11, "module: a\n"), "F:1:1: ModuleID is missing\n");
}

}  // namespace
}  // namespace keelson
