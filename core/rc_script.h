// The header of a BSD rc.d script: what it provides, what it has to run after and before.
//
// As rcorder(8) reads it: lines "# PROVIDE:", "# REQUIRE:" (both also with an S), "# BEFORE:" and
// "# KEYWORD:" (also "# KEYWORDS:"), in any order and number. The header begins with the first of
// them and ends with the first other line. A line that ends in a backslash goes on in the next one;
// of two backslashes the second is none.
#ifndef KEELSON_CORE_RC_SCRIPT_H_
#define KEELSON_CORE_RC_SCRIPT_H_

#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// Each list in the order of the script.
struct RcScript {
  std::vector<std::string> provide;
  std::vector<std::string> require;
  std::vector<std::string> before;
  std::vector<std::string> keywords;
};

RcScript ParseRcScript(std::string_view bytes);

}  // namespace keelson

#endif  // KEELSON_CORE_RC_SCRIPT_H_
