// Each line that is joined leaves a piece behind: where it begins in the text and in the file.
#include "core/wrapped_lines.h"

namespace keelson {

Position WrappedLine::At(size_t offset) const {
  size_t i = pieces_.size() - 1;
  while (i > 0 && pieces_[i].offset > offset) --i;
  const Piece& piece = pieces_[i];
  return {piece.at.line, piece.at.column + static_cast<uint32_t>(offset - piece.offset)};
}

void WrappedLine::Append(const Line& line, size_t skipped) {
  pieces_.push_back({text_.size(), {line.number, static_cast<uint32_t>(skipped + 1)}});
  text_ += line.text.substr(skipped);
}

bool WrappedLineReader::Next(WrappedLine* line) {
  line->text_.clear();
  line->pieces_.clear();
  Line next;
  size_t skipped;
  do {
    if (!lines_.Next(&next)) return false;
    skipped = next.text.size() - SkipBlanks(next.text).size();
  } while (next.text.substr(skipped).starts_with('#'));
  line->Append(next, skipped);
  while (line->text_.ends_with('\\')) {
    line->text_.pop_back();
    if (lines_.Next(&next)) line->Append(next, 0);
  }
  while (!line->text_.empty() && IsBlank(line->text_.back())) line->text_.pop_back();
  return true;
}

bool WrappedWords::Next(Word* word) {
  if (offset_ >= line_.size()) return false;
  word->offset = offset_;
  while (offset_ < line_.size() && !IsBlank(line_[offset_])) ++offset_;
  word->text = line_.substr(word->offset, offset_ - word->offset);
  while (offset_ < line_.size() && IsBlank(line_[offset_])) ++offset_;
  return true;
}

}  // namespace keelson
