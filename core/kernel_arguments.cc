// A quote anywhere in a word keeps its blanks; only those in front of the word or of its value, and
// at its end, are no part of it.
#include "core/kernel_arguments.h"

#include "core/flat_file.h"

namespace keelson {

bool KernelArgumentReader::Next(KernelArgument* argument) {
  rest_ = SkipBlanks(rest_);
  if (rest_.empty()) return false;
  const bool is_quoted = rest_[0] == '"';
  if (is_quoted) rest_.remove_prefix(1);
  bool in_quotes = is_quoted;
  size_t size = 0;
  while (size < rest_.size() && (in_quotes || !IsBlank(rest_[size]))) {
    if (rest_[size++] == '"') in_quotes = !in_quotes;
  }
  std::string_view word = rest_.substr(0, size);
  rest_.remove_prefix(size);
  if (word == "--" && !is_quoted) {
    rest_ = {};
    return false;
  }
  if (is_quoted && word.ends_with('"')) word.remove_suffix(1);
  const size_t equals = word.find('=');
  argument->has_value = equals != word.npos && equals > 0;
  argument->name = argument->has_value ? word.substr(0, equals) : word;
  argument->value = argument->has_value ? word.substr(equals + 1) : std::string_view();
  if (argument->value.starts_with('"')) {
    argument->value.remove_prefix(1);
    if (argument->value.ends_with('"')) argument->value.remove_suffix(1);
  }
  return true;
}

}  // namespace keelson
