// No option is refused here: one that a verb does not look at is of another version.
#include "applets/netconfd/control_request.h"

#include <algorithm>

#include "core/flat_file.h"

namespace keelson {

bool ControlRequest::Has(std::string_view option) const {
  return std::find(options.begin(), options.end(), option) != options.end();
}

std::string_view ControlRequest::Value(std::string_view option) const {
  for (const std::string_view given : options) {
    if (given.starts_with(option) && given.substr(option.size()).starts_with('=')) {
      return given.substr(option.size() + 1);
    }
  }
  return {};
}

int64_t ControlRequest::Number(std::string_view option) const {
  const std::string_view text = Value(option);
  const keelson::Number number = TakeNumber(text);
  if (text.empty() || number.used != text.size() || number.value > INT64_MAX / 4) return 0;
  return static_cast<int64_t>(number.value);
}

bool ControlRequest::IsWithin(std::string_view name) const {
  for (std::string_view left = Value("--within"); !left.empty();) {
    const size_t blank = std::min(left.find(' '), left.size());
    if (left.substr(0, blank) == name && !name.empty()) return true;
    left.remove_prefix(std::min(blank + 1, left.size()));
  }
  return false;
}

ControlRequest ReadControlRequest(std::span<const std::string_view> words) {
  ControlRequest request;
  request.verb = words[0];
  bool are_names = false;
  for (const std::string_view word : words.subspan(1)) {
    if (!are_names && word == "--") {
      are_names = true;
    } else {
      (!are_names && word.starts_with("--") ? request.options : request.operands).push_back(word);
    }
  }
  return request;
}

}  // namespace keelson
