// A value ends with its line: quotes that are still open end there too.
#include "core/os_release.h"

#include "core/flat_file.h"

namespace keelson {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kEscapedInQuotes = "\"\\`$";

std::string Unquoted(std::string_view text) {
  std::string value;
  char quote = 0;
  size_t kept = 0;  // blanks before this one belong to the value
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool more = i + 1 < text.size();
    if (c == '\\' && more && quote != '\'' &&
        (quote == 0 || kEscapedInQuotes.find(text[i + 1]) != kEscapedInQuotes.npos)) {
      value += text[++i];
      kept = value.size();
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote && quote != 0) {
      quote = 0;
    } else {
      value += c;
      if (quote != 0 || kBlanks.find(c) == kBlanks.npos) kept = value.size();
    }
  }
  value.resize(kept);
  return value;
}

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

std::string OsReleaseValue(std::string_view bytes, std::string_view key) {
  std::string value;
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    const std::string_view text = Trimmed(line.text);
    const size_t equals = text.find('=');
    if (text.empty() || text[0] == '#' || text[0] == ';' || equals == text.npos) continue;
    if (Trimmed(text.substr(0, equals)) != key) continue;
    value = Unquoted(Trimmed(text.substr(equals + 1)));
  }
  return value;
}

}  // namespace keelson
