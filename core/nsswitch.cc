// As glibc reads it (getent as the oracle): the last line of a database counts; its name ends at a
// blank or ':', and any number of both may follow; '#' is a comment only as the first character of
// a line, behind a source it would be a source itself. A malformed action voids the line: no
// sources at all.
#include "core/nsswitch.h"

#include <algorithm>

#include "core/flat_file.h"

namespace keelson {

namespace {

// The text behind the name of the database's last line.
bool FindLine(std::string_view bytes, std::string_view database, std::string_view* sources) {
  LineReader lines(bytes);
  bool found = false;
  for (Line line; lines.Next(&line);) {
    const std::string_view text = SkipBlanks(line.text);
    const auto is_end = [](char c) { return c == ':' || IsBlank(c); };
    const auto end = std::find_if(text.begin(), text.end(), is_end);
    const auto name = static_cast<size_t>(end - text.begin());
    if (text.starts_with('#') || text.substr(0, name) != database) continue;
    const auto first = std::find_if_not(end, text.end(), is_end);
    *sources = text.substr(static_cast<size_t>(first - text.begin()));
    found = true;
  }
  return found;
}

bool SameWord(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](auto w) { return SameWord(word, w); });
}

std::string_view TakeWord(std::string_view* text) {
  *text = SkipBlanks(*text);
  size_t end = 0;
  while (end < text->size() && !IsBlank((*text)[end]) && (*text)[end] != '=' &&
         (*text)[end] != ']') {
    ++end;
  }
  const std::string_view word = text->substr(0, end);
  *text = SkipBlanks(text->substr(end));
  return word;
}

// "[STATUS=ACTION ...]" behind a source; *text is moved past it. False: malformed.
bool TakeActions(std::string_view* text, NsswitchSource* source) {
  text->remove_prefix(1);
  source->has_actions = true;
  do {
    *text = SkipBlanks(*text);
    const bool negated = text->starts_with('!');
    if (negated) text->remove_prefix(1);
    const std::string_view status = TakeWord(text);
    if (!IsOneOf(status, {"success", "notfound", "unavail", "tryagain"})) return false;
    if (!text->starts_with('=')) return false;
    text->remove_prefix(1);
    const std::string_view action = TakeWord(text);
    if (!IsOneOf(action, {"return", "continue", "merge"})) return false;
    if (SameWord(status, "success") != negated) source->goes_on = !SameWord(action, "return");
    if (text->empty()) return false;
  } while (text->front() != ']');
  text->remove_prefix(1);
  return true;
}

}  // namespace

std::vector<NsswitchSource> NsswitchSources(std::string_view bytes, std::string_view database) {
  std::string_view text;
  if (!FindLine(bytes, database, &text)) return {{"files"}};
  std::vector<NsswitchSource> sources;
  for (text = SkipBlanks(text); !text.empty(); text = SkipBlanks(text)) {
    if (text[0] == '[') {
      if (sources.empty() || !TakeActions(&text, &sources.back())) return {};
      continue;
    }
    size_t end = 0;
    while (end < text.size() && !IsBlank(text[end]) && text[end] != '[') ++end;
    sources.push_back({std::string(text.substr(0, end))});
    text.remove_prefix(end);
  }
  return sources;
}

bool HasNsswitchLine(std::string_view bytes, std::string_view database) {
  std::string_view sources;
  return FindLine(bytes, database, &sources);
}

}  // namespace keelson
