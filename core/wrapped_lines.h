// Lines that a backslash at their end joins with the next one, as ifupdown joins them.
//
// Blanks in front of the first line and behind the last one are cut, those between stay. A line
// whose first byte after blanks is '#' is a comment, but only where a line begins: behind a
// backslash it is text. A backslash at the end of a comment joins nothing.
#ifndef KEELSON_CORE_WRAPPED_LINES_H_
#define KEELSON_CORE_WRAPPED_LINES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/flat_file.h"

namespace keelson {

class WrappedLine {
 public:
  const std::string& text() const { return text_; }
  Position At(size_t offset) const;  // where that byte of the text stands in the file

 private:
  friend class WrappedLineReader;
  void Append(const Line& line, size_t skipped);

  struct Piece {
    size_t offset;
    Position at;
  };
  std::string text_;
  std::vector<Piece> pieces_;
};

class WrappedLineReader {
 public:
  explicit WrappedLineReader(std::string_view bytes) : lines_(bytes) {}
  // Empty lines are lines too, comments are none.
  bool Next(WrappedLine* line);

 private:
  LineReader lines_;
};

// The words of a line, one after the other.
class WrappedWords {
 public:
  struct Word {
    std::string_view text;
    size_t offset = 0;
  };

  explicit WrappedWords(std::string_view line) : line_(line) {}
  bool Next(
      Word* word);  // false at the end; the first word is empty if the line begins with blanks
  std::string_view rest() const { return line_.substr(offset_); }
  size_t offset() const { return offset_; }  // of the rest

 private:
  std::string_view line_;
  size_t offset_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_CORE_WRAPPED_LINES_H_
