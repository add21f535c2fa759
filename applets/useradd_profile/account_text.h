// One account file: its bytes, and the lines of it that have changed since.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_TEXT_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_TEXT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/file.h"

namespace keelson {

class AccountText {
 public:
  // A line: the offset of one that was read, or one of those appended since.
  using Line = uint64_t;

  // Not there: an empty file that does not exist.
  Error Read(Root& root, std::string_view path);

  bool exists() const { return exists_; }
  std::string_view bytes() const { return bytes_.view(); }  // as they were read

  // What the line says now, without LF; nothing: it was removed. Valid until it changes.
  std::optional<std::string_view> Text(Line line) const;
  void Set(Line line, std::string text);  // nothing changes when it says so already
  void Remove(Line line);
  Line Append(std::string text);

  // The lines that have `word` in them, in the order of the file.
  std::vector<Line> LinesWith(std::string_view word) const;

  bool changed() const;
  std::string Result() const;

 private:
  bool exists_ = false;
  FileBytes bytes_;
  std::map<Line, std::optional<std::string>> changed_;
  std::vector<std::optional<std::string>> appended_;  // nothing: removed again
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_TEXT_H_
