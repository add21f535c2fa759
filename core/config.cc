// One pass over the stanzas: each field is looked up in the table and its value read by its type.
// All errors are gathered, so that a person mends a file in one go.
#include "core/config.h"

#include <algorithm>

namespace keelson {

namespace {

struct Unit {
  std::string_view name;
  uint64_t factor;
};

constexpr Unit kSizeUnits[] = {{"", 1}, {"k", 1ull << 10}, {"M", 1ull << 20}, {"G", 1ull << 30}};
constexpr Unit kTimeUnits[] = {{"", 1'000'000'000},      {"ms", 1'000'000},
                               {"s", 1'000'000'000},     {"m", 60'000'000'000},
                               {"h", 3'600'000'000'000}, {"d", 86'400'000'000'000}};

// Digits, then one of the units.
std::optional<uint64_t> ParseWithUnit(std::string_view text, std::span<const Unit> units) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::optional<uint64_t> number = ParseUnsigned(text.substr(0, digits));
  if (!number) return std::nullopt;
  for (const Unit& unit : units) {
    uint64_t product;
    if (unit.name != text.substr(digits)) continue;
    if (__builtin_mul_overflow(*number, unit.factor, &product)) return std::nullopt;
    return product;
  }
  return std::nullopt;
}

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// The place of the word in "a|b|c".
std::optional<uint64_t> FindWord(std::string_view words, std::string_view wanted) {
  ListReader reader(words, '|');
  uint64_t place = 0;
  for (std::string_view word; reader.Next(&word); ++place) {
    if (word == wanted) return place;
  }
  return std::nullopt;
}

// The next word between blanks.
bool TakeWord(std::string_view* text, std::string_view* word) {
  *text = SkipBlanks(*text);
  const auto end = std::find_if(text->begin(), text->end(), IsBlank);
  *word = text->substr(0, static_cast<size_t>(end - text->begin()));
  text->remove_prefix(word->size());
  return !word->empty();
}

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

// "a, b or c", from "a|b|c".
std::string Choice(std::string_view words) {
  std::string shown(words);
  std::string_view between = " or ";
  for (size_t bar; (bar = shown.rfind('|')) != std::string::npos; between = ", ") {
    shown.replace(bar, 1, between);
  }
  return shown;
}

std::string Bounds(const ConfigKey& key) {
  if (key.max == UINT64_MAX) return std::to_string(key.min) + " or more";
  return "from " + std::to_string(key.min) + " to " + std::to_string(key.max);
}

// Nothing: it is read. Otherwise what is wrong.
std::optional<std::string> ReadNumber(const ConfigKey& key, std::optional<uint64_t> number,
                                      const char* kind, ConfigValue* value) {
  if (!number) return Quoted(value->text) + " is not " + kind;
  if (*number < key.min || *number > key.max) {
    return Quoted(value->text) + " is out of bounds: " + Bounds(key);
  }
  value->number = *number;
  return std::nullopt;
}

// Reads value->text by the key's type.
std::optional<std::string> ReadValue(const ConfigKey& key, ConfigValue* value) {
  const std::string& text = value->text;
  switch (key.type) {
    case ConfigType::kText:
      return std::nullopt;
    case ConfigType::kList:
      for (std::string_view rest = text, word; TakeWord(&rest, &word);) {
        value->list.emplace_back(word);
      }
      return std::nullopt;
    case ConfigType::kYesNo: {
      const std::optional<bool> yes = ParseYesNo(text);
      if (!yes) return Quoted(text) + " is not yes or no";
      value->number = *yes;
      return std::nullopt;
    }
    case ConfigType::kNumber:
      return ReadNumber(key, ParseUnsigned(text), "a number", value);
    case ConfigType::kSize:
      return ReadNumber(key, ParseSize(text), "a size such as 512, 64k, 8M or 1G", value);
    case ConfigType::kDuration: {
      const std::optional<int64_t> duration = ParseDuration(text);
      if (!duration) return Quoted(text) + " is not a time such as 500ms, 10s, 5m, 2h or 1d";
      value->duration_ns = *duration;
      return std::nullopt;
    }
    case ConfigType::kWord: {
      const std::optional<uint64_t> place = FindWord(key.words, text);
      if (!place) return Quoted(text) + " is not " + Choice(key.words);
      value->number = *place;
      return std::nullopt;
    }
  }
  return "unknown type";
}

void AddField(const StanzaField& field, std::span<const ConfigKey> keys, ConfigRecord* record,
              std::vector<ParseError>* errors) {
  if (field.key.starts_with("x-")) return;
  const auto key = std::find_if(keys.begin(), keys.end(),
                                [&](const ConfigKey& known) { return known.name == field.key; });
  if (key == keys.end()) {
    errors->push_back({field.at, "unknown key " + Quoted(field.key)});
    return;
  }
  if (const ConfigValue* first = key->repeated ? nullptr : record->Find(key->name)) {
    errors->push_back({field.at, Quoted(field.key) + " is already given in line " +
                                     std::to_string(first->at.line)});
    return;
  }
  ConfigValue value;
  value.text = field.Joined();
  value.at = field.value_at;
  if (auto what = ReadValue(*key, &value)) {
    errors->push_back({field.value_at, std::string(field.key) + ": " + *what});
  }
  record->values.emplace_back(&*key, std::move(value));
}

}  // namespace

std::optional<bool> ParseYesNo(std::string_view text) {
  if (IsOneOf(text, {"yes", "true", "on", "1"})) return true;
  if (IsOneOf(text, {"no", "false", "off", "0"})) return false;
  return std::nullopt;
}

std::optional<uint64_t> ParseUnsigned(std::string_view text) {
  if (text.empty()) return std::nullopt;
  uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || __builtin_mul_overflow(value, uint64_t{10}, &value) ||
        __builtin_add_overflow(value, static_cast<uint64_t>(c - '0'), &value)) {
      return std::nullopt;
    }
  }
  return value;
}

std::optional<uint64_t> ParseSize(std::string_view text) { return ParseWithUnit(text, kSizeUnits); }

std::optional<int64_t> ParseDuration(std::string_view text) {
  const std::optional<uint64_t> ns = ParseWithUnit(text, kTimeUnits);
  if (!ns || *ns > INT64_MAX) return std::nullopt;
  return static_cast<int64_t>(*ns);
}

const ConfigValue* ConfigRecord::Find(std::string_view name) const {
  for (auto value = values.rbegin(); value != values.rend(); ++value) {
    if (value->first->name == name) return &value->second;
  }
  return nullptr;
}

std::vector<ParseError> ParseConfig(std::string_view bytes, std::span<const ConfigKey> keys,
                                    bool one_record, std::vector<ConfigRecord>* records) {
  records->clear();
  std::vector<ParseError> errors;
  StanzaReader reader(bytes, one_record);
  Stanza stanza;
  while (true) {
    const bool found = reader.Next(&stanza);
    if (!stanza.fields.empty()) {
      if (!stanza.continues) records->push_back({stanza.at, {}});
      for (const StanzaField& field : stanza.fields) {
        AddField(field, keys, &records->back(), &errors);
      }
    }
    if (found) continue;
    if (!reader.error()) break;
    errors.push_back(*reader.error());
  }
  return errors;
}

}  // namespace keelson
