// The tree of elements is turned into values by one table of element names. The elements are taken
// apart on the way: their texts move into the values.
#include "core/property_list.h"

#include <algorithm>
#include <unordered_set>

#include "core/mds_text.h"
#include "core/xml.h"

namespace keelson {

namespace {

struct KindRow {
  std::string_view name;
  PropertyKind kind;
  int64_t integer;
};
constexpr KindRow kKinds[] = {
    {"dict", PropertyKind::kDictionary, 0}, {"array", PropertyKind::kArray, 0},
    {"string", PropertyKind::kString, 0},   {"integer", PropertyKind::kInteger, 0},
    {"false", PropertyKind::kBoolean, 0},   {"true", PropertyKind::kBoolean, 1},
    {"data", PropertyKind::kData, 0},       {"real", PropertyKind::kReal, 0},
    {"date", PropertyKind::kDate, 0},
};

using Fault = std::optional<ParseError>;

// As a message repeats it.
std::string Shown(const std::string& name) {
  constexpr size_t kShown = 64;
  return name.size() > kShown ? name.substr(0, kShown) + "..." : name;
}

Fault Read(XmlElement& element, Property* value);

bool ParseInteger(std::string_view text, int64_t* integer) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) text.remove_prefix(2);
  if (text.empty() || text[0] == '-' || text[0] == '+' || IsBlank(text[0])) return false;
  const Number number = TakeNumber(text, hexadecimal ? 16 : 10);
  const uint64_t most = uint64_t{INT64_MAX} + (negative ? 1 : 0);
  if (number.used != text.size() || number.value > most) return false;
  *integer = static_cast<int64_t>(negative ? 0 - number.value : number.value);
  return true;
}

Fault ReadDictionary(XmlElement& element, Property* value) {
  std::unordered_set<std::string_view> keys;
  const size_t count = element.children.size();
  // So that no key moves.
  value->keys.reserve(count / 2);
  value->items.reserve(count / 2);
  for (size_t i = 0; i < count; i += 2) {
    XmlElement& key = element.children[i];
    if (key.name != "key") return ParseError{key.at, "a <key> goes here"};
    if (!key.children.empty()) return ParseError{key.children[0].at, "a <key> holds text only"};
    if (i + 1 == count)
      return ParseError{key.at, "the value of '" + Shown(key.text) + "' is missing"};
    const std::string& name = value->keys.emplace_back(std::move(key.text));
    if (!keys.insert(name).second)
      return ParseError{key.at, "'" + Shown(name) + "' is there twice"};
    if (auto fault = Read(element.children[i + 1], &value->items.emplace_back())) return fault;
  }
  return std::nullopt;
}

Fault ReadArray(XmlElement& element, Property* value) {
  value->items.reserve(element.children.size());
  for (XmlElement& child : element.children) {
    if (auto fault = Read(child, &value->items.emplace_back())) return fault;
  }
  return std::nullopt;
}

Fault ReadText(XmlElement& element, Property* value) {
  if (!element.children.empty()) {
    return ParseError{element.children[0].at, "<" + element.name + "> holds text only"};
  }
  size_t at = 0;
  value->bytes = std::move(element.text);
  if (value->kind == PropertyKind::kInteger) {
    if (ParseInteger(TrimBlanks(value->bytes), &value->integer)) return std::nullopt;
    return ParseError{element.at, "this is not an integer of 64 bits"};
  }
  if (value->kind == PropertyKind::kData) {
    auto decoded = DecodeBase64(value->bytes, &at);
    if (!decoded) return ParseError{element.at, "this is not base64"};
    value->bytes = std::move(*decoded);
  }
  return std::nullopt;
}

Fault Read(XmlElement& element, Property* value) {
  value->at = element.at;
  const auto row = std::find_if(std::begin(kKinds), std::end(kKinds),
                                [&](const KindRow& r) { return r.name == element.name; });
  if (row == std::end(kKinds)) {
    return ParseError{element.at, "<" + Shown(element.name) + "> is no value of a property list"};
  }
  value->kind = row->kind;
  value->integer = row->integer;
  const bool holds_values =
      row->kind == PropertyKind::kDictionary || row->kind == PropertyKind::kArray;
  if (!holds_values && row->kind != PropertyKind::kBoolean) return ReadText(element, value);
  if (!TrimBlanks(element.text).empty()) {
    return ParseError{element.at, "there is text in <" + element.name + ">"};
  }
  if (row->kind == PropertyKind::kDictionary) return ReadDictionary(element, value);
  if (row->kind == PropertyKind::kArray) return ReadArray(element, value);
  if (element.children.empty()) return std::nullopt;
  return ParseError{element.children[0].at, "<" + element.name + "> is empty"};
}

}  // namespace

std::string_view PropertyKindName(PropertyKind kind) {
  if (kind == PropertyKind::kBoolean) return "boolean";
  for (const KindRow& row : kKinds) {
    if (row.kind == kind) return row.name;
  }
  return "value";
}

const Property* Property::Find(std::string_view key) const {
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] == key) return &items[i];
  }
  return nullptr;
}

std::optional<ParseError> ParsePropertyList(std::string_view bytes, Property* value) {
  *value = {};
  if (bytes.starts_with("bplist")) {
    return ParseError{{1, 1}, "a binary property list: only XML is read"};
  }
  XmlElement root;
  if (auto error = ParseXml(bytes, XmlLimits{}, &root)) return error;
  if (root.name != "plist") return ParseError{root.at, "<plist> goes here"};
  if (root.children.size() != 1 || !TrimBlanks(root.text).empty()) {
    return ParseError{root.at, "<plist> holds one value"};
  }
  return Read(root.children[0], value);
}

}  // namespace keelson
