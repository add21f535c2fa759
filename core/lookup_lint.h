// What is wrong with services, hosts and netgroup: lines that libc does not read or reads as
// something else, what is there twice, netgroups that go in circles or lead nowhere.
#ifndef KEELSON_CORE_LOOKUP_LINT_H_
#define KEELSON_CORE_LOOKUP_LINT_H_

#include <string_view>

#include "core/line_lint.h"

namespace keelson {

// In the order of the lines. Time and memory are in proportion to the bytes.
void LintServices(std::string_view bytes, const LintSink& sink);
void LintHosts(std::string_view bytes, const LintSink& sink);
// A record's findings are told at its beginning; those of members come behind all others.
void LintNetgroup(std::string_view bytes, const LintSink& sink);

}  // namespace keelson

#endif  // KEELSON_CORE_LOOKUP_LINT_H_
