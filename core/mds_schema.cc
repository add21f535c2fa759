// Relations are declared by two lists of attributes, the unique ones and the others. The built-in
// ones are kept in those words as well and read at first use; a process that only queries a
// snapshot, which carries its schema, never does.
#include "core/mds_schema.h"

#include <algorithm>

#include "core/flat_file.h"
#include "core/mds_record.h"
#include "core/mds_relations.h"

namespace keelson {

namespace {

constexpr size_t kMaxName = 64;
constexpr std::string_view kFormats[] = {"STRING", "BLOB", "UINT32", "MULTI_UINT32"};
constexpr std::string_view kApplesPrefix = "MDS_", kApplesDirectory = "CDSADIR_",
                           kApplesSuffix = "_RECORDTYPE";

bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }
bool IsSmall(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsName(std::string_view name, bool capitals) {
  if (name.empty() || name.size() > kMaxName) return false;
  const auto is_letter = [&](char c) { return IsCapital(c) || (!capitals && IsSmall(c)); };
  const auto belongs = [&](char c) { return is_letter(c) || IsDigit(c) || c == '_'; };
  return is_letter(name[0]) && std::all_of(name.begin(), name.end(), belongs);
}

std::string Quoted(std::string_view text) {
  return "'" + std::string(text.substr(0, kMaxName)) + (text.size() > kMaxName ? "...'" : "'");
}

bool SameAttributes(const MdsRelation& a, const MdsRelation& b) {
  const auto same = [](const MdsAttribute& x, const MdsAttribute& y) {
    return x.name == y.name && x.format == y.format && x.symbols == y.symbols &&
           x.unique == y.unique;
  };
  return std::equal(a.attributes.begin(), a.attributes.end(), b.attributes.begin(),
                    b.attributes.end(), same);
}

std::string FaultOf(const MdsRelation& relation) {
  // "Record: SCHEMA" declares relations.
  if (!IsName(relation.name, true) || relation.name == "SCHEMA") {
    return Quoted(relation.name) + " is not a name of a relation";
  }
  if (relation.attributes.size() > MdsSchema::kMaxAttributes) return "too many attributes";
  bool unique = false;
  for (size_t i = 0; i < relation.attributes.size(); ++i) {
    const MdsAttribute& attribute = relation.attributes[i];
    // "Record" begins a stanza.
    if (!IsName(attribute.name, false) || attribute.name == "Record") {
      return Quoted(attribute.name) + " is not a name of an attribute";
    }
    if (*relation.Find(attribute.name) != i) return attribute.name + " is there twice";
    unique |= attribute.unique;
  }
  return unique ? "" : "no attribute is unique";
}

std::string_view TakeWord(std::string_view* text) {
  *text = SkipBlanks(*text);
  const auto end = std::find_if(text->begin(), text->end(), IsBlank);
  const std::string_view word = text->substr(0, static_cast<size_t>(end - text->begin()));
  text->remove_prefix(word.size());
  return word;
}

// *place is moved to what is wrong.
std::string ParseAttribute(std::string_view text, MdsAttribute* attribute, const char** place) {
  *place = text.data();
  const std::string_view name = TakeWord(&text), format = TakeWord(&text);
  const std::string_view symbols = TakeWord(&text), rest = TakeWord(&text);
  if (name.empty()) return "an attribute is missing";
  *place = name.data();
  if (!IsName(name, false)) return Quoted(name) + " is not a name of an attribute";
  if (format.empty()) return "the format of " + std::string(name) + " is missing";
  const auto known = FindMdsFormat(format);
  *place = format.data();
  if (!known) return Quoted(format) + " is not a format: STRING, BLOB, UINT32 or MULTI_UINT32";
  const bool numbers = *known == MdsFormat::kUint32 || *known == MdsFormat::kMultiUint32;
  *place = symbols.data();
  if (!symbols.empty() && (!numbers || !IsMdsSymbolTable(symbols))) {
    return Quoted(symbols) +
           (numbers ? " is not a table of symbols" : ": only numbers have symbols");
  }
  *place = rest.data();
  if (!rest.empty()) return "',' is missing before " + Quoted(rest);
  attribute->name = name;
  attribute->format = *known;
  attribute->symbols = symbols;
  return "";
}

MdsSchema ReadBuiltIn() {
  MdsSchema schema;
  for (const MdsDeclaration& declaration : MdsDeclarations()) {
    MdsRelation relation;
    relation.name = declaration.name;
    size_t at = 0;
    ParseMdsAttributes(declaration.unique, true, &relation.attributes, &at);
    ParseMdsAttributes(declaration.attributes, false, &relation.attributes, &at);
    schema.Add(std::move(relation));
  }
  return schema;
}

// What stands between two '|', without blanks at its ends and without "<<".
bool ParseTerm(std::string_view term, std::string_view table, uint32_t* number) {
  if (term.size() > kMaxMdsToken) return false;
  if (const auto symbol = FindMdsSymbol(table, term)) {
    *number = *symbol;
    return true;
  }
  const bool hexadecimal = term.starts_with("0x") || term.starts_with("0X");
  if (hexadecimal) term.remove_prefix(2);
  if (term.empty() || term[0] == '+' || term[0] == '-' || IsBlank(term[0])) return false;
  const Number parsed = TakeNumber(term, hexadecimal ? 16 : 10);
  if (parsed.used != term.size() || parsed.value > UINT32_MAX) return false;
  *number = static_cast<uint32_t>(parsed.value);
  return true;
}

}  // namespace

std::string_view MdsFormatName(MdsFormat format) { return kFormats[static_cast<size_t>(format)]; }

std::optional<MdsFormat> FindMdsFormat(std::string_view name) {
  const auto found = std::find(std::begin(kFormats), std::end(kFormats), name);
  if (found == std::end(kFormats)) return std::nullopt;
  return static_cast<MdsFormat>(found - std::begin(kFormats));
}

std::optional<size_t> MdsRelation::Find(std::string_view attribute) const {
  for (size_t i = 0; i < attributes.size(); ++i) {
    if (attributes[i].name == attribute) return i;
  }
  return std::nullopt;
}

const MdsSchema& MdsSchema::BuiltIn() {
  static const MdsSchema schema = ReadBuiltIn();
  return schema;
}

std::string_view ShortMdsRelationName(std::string_view name) {
  if (!name.starts_with(kApplesPrefix) || !name.ends_with(kApplesSuffix)) return name;
  name.remove_suffix(kApplesSuffix.size());
  name.remove_prefix(std::min(name.size(), kApplesPrefix.size()));
  if (name.starts_with(kApplesDirectory)) name.remove_prefix(kApplesDirectory.size());
  return name;
}

std::optional<size_t> MdsSchema::Find(std::string_view relation) const {
  relation = ShortMdsRelationName(relation);
  for (size_t i = 0; i < relations_.size(); ++i) {
    if (relations_[i].name == relation) return i;
  }
  return std::nullopt;
}

std::string MdsSchema::Add(MdsRelation relation, std::string_view place, bool is_old) {
  if (std::string fault = FaultOf(relation); !fault.empty()) return fault;
  if (const auto known = Find(relation.name)) {
    Declaration& there = declarations_[*known];
    const bool same =
        relations_[*known].name == relation.name && SameAttributes(relations_[*known], relation);
    if (there.is_old && !is_old) {
      there = {std::string(place), false};
      if (!same) yielded_.push_back(*known);
      relations_[*known] = std::move(relation);
      return "";
    }
    if (same) return "";
    return relation.name + " is declared already, with other attributes" +
           (there.place.empty() ? "" : ", at " + there.place);
  }
  if (relations_.size() >= kMaxRelations) return "too many relations";
  relations_.push_back(std::move(relation));
  declarations_.push_back({std::string(place), is_old});
  return "";
}

std::string ParseMdsAttributes(std::string_view text, bool unique,
                               std::vector<MdsAttribute>* attributes, size_t* at) {
  for (std::string_view rest = text;;) {
    const size_t end = std::min(rest.find(','), rest.size());
    MdsAttribute attribute;
    attribute.unique = unique;
    const char* place = nullptr;
    std::string fault = ParseAttribute(rest.substr(0, end), &attribute, &place);
    if (fault.empty() && attributes->size() >= MdsSchema::kMaxAttributes) {
      place = rest.data();
      fault = "too many attributes";
    }
    *at = static_cast<size_t>(place - text.data());
    if (!fault.empty()) return fault;
    attributes->push_back(std::move(attribute));
    if (end == rest.size()) return "";
    rest.remove_prefix(end + 1);
  }
}

bool ParseMdsNumber(std::string_view text, std::string_view table, uint32_t* number,
                    std::string_view* wrong) {
  uint32_t sum = 0;
  for (std::string_view rest = text;;) {
    const size_t end = std::min(rest.find('|'), rest.size());
    std::string_view term = TrimBlanks(rest.substr(0, end));
    *wrong = term;
    const bool shifted = term.starts_with("<<");
    if (shifted) term = SkipBlanks(term.substr(2));
    uint32_t value = 0;
    if (!ParseTerm(term, table, &value) || (shifted && value > 0xffff)) return false;
    sum |= shifted ? value << 16 : value;
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  *number = sum;
  return true;
}

}  // namespace keelson
