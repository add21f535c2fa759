// A text file with some lines changed and every other byte as it was.
//
// New lines go in front of the first compat line ('+' or '-' in column 1), which have to stay last,
// or at the end; a missing final LF is added only when something is put behind it.
#ifndef KEELSON_CORE_LINE_EDIT_H_
#define KEELSON_CORE_LINE_EDIT_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keelson {

class LineEdit {
 public:
  explicit LineEdit(std::string_view bytes) : bytes_(bytes) {}  // the bytes stay the caller's

  // offset: of the first byte of a line of the original bytes; the last edit of a line counts. A
  // new line is without LF, and gets one where the old line had one. REQUIRES: none in it.
  void Replace(size_t offset, std::string line) { edits_[offset] = std::move(line); }
  void Remove(size_t offset) { edits_[offset] = std::nullopt; }
  void Append(std::string_view line) { appended_.push_back(line); }  // stays the caller's, too

  bool changed() const { return !edits_.empty() || !appended_.empty(); }
  std::string Result() const;

 private:
  size_t PlaceOfAppended() const;
  size_t EndOfLine(size_t offset) const;  // behind its LF

  std::string_view bytes_;
  std::map<size_t, std::optional<std::string>> edits_;
  std::vector<std::string_view> appended_;
};

}  // namespace keelson

#endif  // KEELSON_CORE_LINE_EDIT_H_
