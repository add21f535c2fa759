// Rows for people and programs: aligned columns, tabs, or JSON (-o text|tsv|json).
#ifndef KEELSON_APPLETS_ROW_OUTPUT_H_
#define KEELSON_APPLETS_ROW_OUTPUT_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

enum class OutputFormat : uint8_t { kText, kTsv, kJson };  // as kOutputOption has them

struct Column {
  enum Type : uint8_t {
    kText,
    kNumber,  // empty: none, null in JSON
    kWords,   // separated by commas, an array in JSON
  };
  const char* name;
  Type type = kText;
};

// Text: gathered until Finish, since columns are as wide as the widest field. The others are
// printed row by row.
class RowOutput {
 public:
  RowOutput(OutputFormat format, std::span<const Column> columns)
      : format_(format), columns_(columns) {}

  void Add(std::vector<std::string> fields);  // REQUIRES: one for each column
  void Finish();                              // once, at the end

 private:
  void PrintJson(const std::vector<std::string>& fields);
  void PrintText() const;

  OutputFormat format_;
  std::span<const Column> columns_;
  bool first_ = true;
  std::vector<std::vector<std::string>> rows_;  // of text
};

// Control characters, backslashes and bytes that are not UTF-8 as \xNN: a field of one line that
// can be read back.
std::string EscapedField(std::string_view text);

}  // namespace keelson

#endif  // KEELSON_APPLETS_ROW_OUTPUT_H_
