// Typed keys over flat_file's stanzas, for every configuration file of ours.
//
// A daemon declares its keys in one constant table and parses a whole file into a fresh struct; the
// old one stays in force when there is an error. Values: yes/no; numbers with k, M, G (1024); times
// with ms, s, m, h, d (no unit: seconds); words from a list; text.
#ifndef KEELSON_CORE_CONFIG_H_
#define KEELSON_CORE_CONFIG_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/flat_file.h"

namespace keelson {

std::optional<bool> ParseYesNo(std::string_view text);         // yes no true false on off 1 0
std::optional<uint64_t> ParseSize(std::string_view text);      // bytes; overflow: nothing
std::optional<int64_t> ParseDuration(std::string_view text);   // nanoseconds, >= 0
std::optional<uint64_t> ParseUnsigned(std::string_view text);  // decimal digits only

enum class ConfigType : uint8_t { kText, kYesNo, kNumber, kSize, kDuration, kWord, kList };

struct ConfigKey {
  const char* name;
  ConfigType type;
  const char* words = "";  // kWord: the allowed ones, separated by '|'
  uint64_t min = 0;        // kNumber, kSize: bounds, both included
  uint64_t max = UINT64_MAX;
  bool repeated = false;  // may stand more than once in a record
};

struct ConfigValue {
  std::string text;               // joined by blanks
  std::vector<std::string> list;  // kList: the words of the value
  uint64_t number = 0;            // kNumber, kSize; kYesNo: 0 or 1; kWord: its place in `words`
  int64_t duration_ns = 0;
  Position at;
};

struct ConfigRecord {
  Position at;
  std::vector<std::pair<const ConfigKey*, ConfigValue>> values;  // in file order
  const ConfigValue* Find(std::string_view name) const;          // the last one, or null
};

// All records of the bytes. Unknown keys, wrong values and repeated keys are errors; a key that
// begins with "x-" is ignored. Everything is checked; all errors are reported, in order; none:
// success.
std::vector<ParseError> ParseConfig(std::string_view bytes, std::span<const ConfigKey> keys,
                                    bool one_record, std::vector<ConfigRecord>* records);

}  // namespace keelson

#endif  // KEELSON_CORE_CONFIG_H_
