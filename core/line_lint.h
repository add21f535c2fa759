// What is wrong with a line whatever file it is of, and how findings are told.
#ifndef KEELSON_CORE_LINE_LINT_H_
#define KEELSON_CORE_LINE_LINT_H_

#include <functional>
#include <string>
#include <string_view>

#include "core/flat_file.h"

namespace keelson {

using LintSink = std::function<void(const ParseError& finding)>;

// A finding at a part of the line. REQUIRES: the part lies in line.raw.
void Tell(const Line& line, std::string_view part, std::string what, const LintSink& sink);

// A control character or one that is no UTF-8, and a last line without an end. Tabs are good where
// blanks separate words.
void LintText(const Line& line, bool tabs, const LintSink& sink);

}  // namespace keelson

#endif  // KEELSON_CORE_LINE_LINT_H_
