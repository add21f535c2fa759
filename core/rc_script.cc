// One pass over the lines; what comes behind the header is not looked at.
#include "core/rc_script.h"

#include <algorithm>
#include <cstddef>

namespace keelson {
namespace {

struct Line {
  std::string_view key;
  std::vector<std::string> RcScript::*words;
};
constexpr Line kLines[] = {
    {"# REQUIRE:", &RcScript::require},   {"# REQUIRES:", &RcScript::require},
    {"# PROVIDE:", &RcScript::provide},   {"# PROVIDES:", &RcScript::provide},
    {"# BEFORE:", &RcScript::before},     {"# KEYWORD:", &RcScript::keywords},
    {"# KEYWORDS:", &RcScript::keywords},
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

constexpr std::string_view kBlanks = " \t";

// The first word, which is taken from the front. Empty: there is none.
std::string_view TakeWord(std::string_view* text) {
  text->remove_prefix(std::min(text->find_first_not_of(kBlanks), text->size()));
  const std::string_view word = text->substr(0, text->find_first_of(kBlanks));
  text->remove_prefix(word.size());
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
    const std::string_view line = TakeWholeLine(&bytes, &joined);
    const Line* found = nullptr;
    for (const Line& candidate : kLines) {
      if (line.starts_with(candidate.key)) found = &candidate;
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
