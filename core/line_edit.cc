// One pass over the edits in the order of their offsets; what lies between them is copied in one
// piece each. Lines are looked at only to find the first compat line, and only when something is to
// be appended.
#include "core/line_edit.h"

namespace keelson {
namespace {

void PutLines(const std::vector<std::string_view>& lines, std::string* result) {
  if (lines.empty()) return;
  if (!result->empty() && result->back() != '\n') *result += '\n';
  for (std::string_view line : lines) (*result += line) += '\n';
}

}  // namespace

size_t LineEdit::EndOfLine(size_t offset) const {
  const size_t end = bytes_.find('\n', offset);
  return end == bytes_.npos ? bytes_.size() : end + 1;
}

size_t LineEdit::PlaceOfAppended() const {
  // Both bytes are rare, and a search for one byte is many times faster than looking at each line.
  size_t first = bytes_.size();
  for (char mark : {'+', '-'}) {
    const std::string_view before = bytes_.substr(0, first);
    size_t at = before.find(mark);
    while (at != before.npos && at > 0 && before[at - 1] != '\n') at = before.find(mark, at + 1);
    if (at != before.npos) first = at;
  }
  return first;
}

std::string LineEdit::Result() const {
  std::string result;
  size_t more = 0;
  for (std::string_view line : appended_) more += line.size() + 1;
  result.reserve(bytes_.size() + more + 1);

  size_t at = 0;
  const auto copy_until = [&](size_t end) {
    result.append(bytes_.substr(at, end - at));
    at = end;
  };
  const size_t place = appended_.empty() ? 0 : PlaceOfAppended();
  bool placed = appended_.empty();
  for (const auto& [offset, line] : edits_) {
    if (!placed && place <= offset) {
      copy_until(place);
      PutLines(appended_, &result);
      placed = true;
    }
    copy_until(offset);
    at = EndOfLine(offset);
    if (!line.has_value()) continue;
    result += *line;
    if (bytes_[at - 1] == '\n') result += '\n';
  }
  if (!placed) {
    copy_until(place);
    PutLines(appended_, &result);
  }
  copy_until(bytes_.size());
  return result;
}

}  // namespace keelson
