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
  if (size > 4096) return 0;  // longer ones only take longer
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto lines = static_cast<uint32_t>(std::count(bytes.begin(), bytes.end(), '\n')) + 1;
  const LintSink sink = [&](const ParseError& finding) {
    Require(finding.at.line >= 1 && finding.at.line <= lines);
    Require(finding.at.column >= 1 && finding.at.column <= bytes.size() + 1);
  };
  const AccountLint lint({bytes, bytes, bytes, size % 2 == 0 ? "" : bytes});
  lint.Passwd(sink);
  lint.Group(sink);
  lint.Shadow(sink);
  LintServices(bytes, sink);
  LintHosts(bytes, sink);
  LintNetgroup(bytes, sink);
  return 0;
}
