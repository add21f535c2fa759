// What fuzzers ask of the code they feed: a condition that does not hold ends the program.
#ifndef KEELSON_TESTS_FUZZ_REQUIRE_H_
#define KEELSON_TESTS_FUZZ_REQUIRE_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/flat_file.h"

namespace keelson {

inline void Require(bool holds) {
  if (!holds) abort();
}

// Every error has a place within the bytes and a message of one line, shorter than `limit`.
inline void RequirePlaces(std::string_view bytes, const std::vector<ParseError>& errors,
                          size_t limit = SIZE_MAX) {
  for (const ParseError& error : errors) {
    Require(error.at.line >= 1 && error.at.line <= bytes.size() + 1);
    Require(error.at.column >= 1 && error.at.column <= bytes.size() + 1);
    Require(!error.what.empty() && error.what.size() < limit);
    Require(error.Text("file").find('\n') == std::string::npos);
  }
}

}  // namespace keelson

#endif  // KEELSON_TESTS_FUZZ_REQUIRE_H_
