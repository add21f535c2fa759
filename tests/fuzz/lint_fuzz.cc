// Any bytes as every file that is looked for mistakes: each finding lies in the bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/account_lint.h"
#include "core/lookup_lint.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keelson;
  if (size > 1024) return 0;  // longer ones only take longer
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto lines = static_cast<uint32_t>(std::count(bytes.begin(), bytes.end(), '\n')) + 1;
  const LintSink sink = [&](const ParseError& finding) {
    Require(finding.at.line >= 1 && finding.at.line <= lines);
    Require(finding.at.column >= 1 && finding.at.column <= bytes.size() + 1);
  };
  // One of them for each input: the account files, or one of the others.
  switch (size % 4) {
    case 0:
      LintServices(bytes, sink);
      return 0;
    case 1:
      LintHosts(bytes, sink);
      return 0;
    case 2:
      LintNetgroup(bytes, sink);
      return 0;
    default:
      break;
  }
  const AccountLint lint({bytes, bytes, bytes, size % 8 == 3 ? "" : bytes});
  lint.Passwd(sink);
  lint.Group(sink);
  lint.Shadow(sink);
  return 0;
}
