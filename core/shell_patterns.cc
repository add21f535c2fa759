// A byte is taken as quoted or as plain; `quote` is the open one.
#include "core/shell_patterns.h"

#include "core/flat_file.h"

namespace keelson {
namespace {

constexpr std::string_view kWild = "*?[]\\";

void AppendQuoted(char c, std::string* pattern) {
  if (kWild.find(c) != kWild.npos) *pattern += '\\';
  *pattern += c;
}

bool NeedsShell(char c, char quote, bool begins_word) {
  if (c == '$' || c == '`') return true;
  if (quote != '\0') return false;
  return (begins_word && c == '~') || std::string_view("|&;<>(){}").find(c) != std::string::npos;
}

}  // namespace

bool SplitShellPatterns(std::string_view text, std::vector<std::string>* patterns, size_t* fault) {
  patterns->clear();
  char quote = '\0';
  bool in_word = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == '\0' && IsBlank(c)) {
      in_word = false;
      continue;
    }
    if (quote != '\'' && NeedsShell(c, quote, !in_word)) {
      *fault = i;
      return false;
    }
    if (!in_word) patterns->emplace_back();
    in_word = true;
    if (c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '\'' || c == '"')) {
      quote = c;
      *fault = i;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size() &&
               (quote == '\0' || std::string_view("$`\"\\").find(text[i + 1]) != text.npos)) {
      AppendQuoted(text[++i], &patterns->back());
    } else if (quote != '\0' || c == '\\') {
      AppendQuoted(c, &patterns->back());
    } else {
      patterns->back() += c;
    }
  }
  return quote == '\0';
}

std::string AsShellPattern(std::string_view text) {
  std::string pattern;
  for (const char c : text) AppendQuoted(c, &pattern);
  return pattern;
}

}  // namespace keelson
