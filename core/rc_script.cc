// One pass over the lines; what comes behind the header is not looked at.
#include "core/rc_script.h"

#include <cstddef>

namespace keelson {
namespace {

constexpr std::string_view kBegin = "# ";  // of each
struct Line {
  std::string_view key;
  std::vector<std::string> RcScript::*words;
};
constexpr Line kLines[] = {
    {"REQUIRE:", &RcScript::require},   {"REQUIRES:", &RcScript::require},
    {"PROVIDE:", &RcScript::provide},   {"PROVIDES:", &RcScript::provide},
    {"BEFORE:", &RcScript::before},     {"KEYWORD:", &RcScript::keywords},
    {"KEYWORDS:", &RcScript::keywords},
};

std::string_view TakeLine(std::string_view* bytes) {
  const size_t end = bytes->find('\n');
  const std::string_view line = bytes->substr(0, end);
  bytes->remove_prefix(end == bytes->npos ? bytes->size() : end + 1);
  return line;
}

bool GoesOn(std::string_view line) {
  const size_t last = line.find_last_not_of('\\');
  return (last == line.npos ? line.size() : line.size() - 1 - last) % 2 == 1;
}

// A line with those that it goes on in. Most have none: then it is a view into the script.
std::string_view TakeWholeLine(std::string_view* bytes, std::string* joined) {
  std::string_view line = TakeLine(bytes);
  if (!GoesOn(line)) return line;
  joined->clear();
  for (;; line = TakeLine(bytes)) {
    const bool goes_on = GoesOn(line);
    joined->append(line.substr(0, line.size() - (goes_on ? 1 : 0)));
    if (!goes_on || bytes->empty()) return *joined;
  }
}

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// The first word, which is taken from the front. Empty: there is none.
std::string_view TakeWord(std::string_view* text) {
  size_t begin = 0;
  while (begin < text->size() && IsBlank((*text)[begin])) ++begin;
  size_t end = begin;
  while (end < text->size() && !IsBlank((*text)[end])) ++end;
  const std::string_view word = text->substr(begin, end - begin);
  text->remove_prefix(end);
  return word;
}

void AppendWords(std::string_view text, std::vector<std::string>* words) {
  size_t count = 0;
  for (std::string_view left = text; !TakeWord(&left).empty();) ++count;
  words->reserve(words->size() + count);
  for (std::string_view word; !(word = TakeWord(&text)).empty();) words->emplace_back(word);
}

}  // namespace

RcScript ParseRcScript(std::string_view bytes) {
  RcScript script;
  std::string joined;
  bool inside = false;
  while (!bytes.empty()) {
    std::string_view line = TakeWholeLine(&bytes, &joined);
    const Line* found = nullptr;
    if (line.starts_with(kBegin)) {
      line.remove_prefix(kBegin.size());
      const std::string_view key = line.substr(0, line.find(':') + 1);
      for (const Line& known : kLines) {
        if (key == known.key) found = &known;
      }
    }
    if (found != nullptr) {
      inside = true;
      AppendWords(line.substr(found->key.size()), &(script.*found->words));
    } else if (inside) {
      break;
    }
  }
  return script;
}

}  // namespace keelson
