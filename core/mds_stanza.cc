// One pass over core's stanzas. The schema is copied only for a file that declares a relation, and
// put back only when the whole file is right.
#include "core/mds_stanza.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

#include "core/mds_text.h"

namespace keelson {

namespace {

constexpr std::string_view kRecord = "Record", kSchema = "SCHEMA";
constexpr size_t kShown = 64;  // bytes of a key that a message repeats

// The place of an offset in a value that may go on over lines.
Position PlaceIn(const StanzaField& field, size_t offset) {
  Position at = field.value_at;
  const std::string_view before = field.value.substr(0, offset);
  const size_t line_end = before.rfind('\n');
  if (line_end == std::string_view::npos) {
    at.column += static_cast<uint32_t>(before.size());
    return at;
  }
  at.line += static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n'));
  at.column = static_cast<uint32_t>(before.size() - line_end);
  return at;
}

// The value on one line, each byte at its place: blanks instead of comments and line ends.
std::string Flat(std::string_view value) {
  std::string flat(value);
  LineReader lines(value);
  for (Line line; lines.Next(&line);) {
    const bool comment = line.number > 1 && line.text.starts_with('#');
    const size_t from = comment ? 0 : line.text.size();
    std::fill_n(flat.begin() + static_cast<std::ptrdiff_t>(line.offset + from),
                line.raw.size() - from, ' ');
  }
  return flat;
}

class StanzaFile {
 public:
  StanzaFile(const std::string& file, const MdsContext& context, MdsSchema* schema,
             std::vector<MdsRecord>* records)
      : file_(file), context_(context), schema_(schema), records_(records) {
    // A note of an ELF file has others before it.
    if (context.declared == nullptr) return;
    declared_.insert(context.declared->begin(), context.declared->end());
  }

  std::vector<ParseError> Read(std::string_view bytes);

 private:
  const MdsSchema& schema() const { return extended_ ? *extended_ : *schema_; }
  void Fail(Position at, std::string what) { errors_.push_back({at, std::move(what)}); }
  void ReadStanza(const Stanza& stanza);
  void ReadRecord(const Stanza& stanza, size_t relation);
  void ReadAttribute(const StanzaField& field, const MdsAttribute& attribute,
                     std::optional<MdsValue>* value);
  void ReadDeclaration(const Stanza& stanza);

  const std::string& file_;
  const MdsContext& context_;
  MdsSchema* schema_;
  std::optional<MdsSchema> extended_;
  std::set<std::string, std::less<>> declared_;  // in this file
  // Their declarations here have errors; their records would be held against another's.
  std::set<std::string, std::less<>> undeclared_;
  std::vector<MdsRecord>* records_;
  std::vector<ParseError> errors_;
};

std::vector<ParseError> StanzaFile::Read(std::string_view bytes) {
  const size_t before = records_->size();
  if (const size_t nul = bytes.find('\0'); nul != std::string_view::npos) {
    const std::string_view clean = bytes.substr(0, nul);
    const auto line = static_cast<uint32_t>(std::count(clean.begin(), clean.end(), '\n') + 1);
    // rfind gives npos in the first line, and npos + 1 is 0.
    return {{{line, static_cast<uint32_t>(nul - (clean.rfind('\n') + 1) + 1)}, "a NUL byte"}};
  }
  if (bytes.starts_with("\xef\xbb\xbf")) return {{{1, 1}, "a byte order mark"}};
  StanzaReader reader(bytes);
  for (Stanza stanza; errors_.size() < kMaxMdsErrors;) {
    const bool more = reader.Next(&stanza);
    if (!more && !reader.error()) break;
    if (more && !stanza.continues) ReadStanza(stanza);
    if (reader.error()) errors_.push_back(*reader.error());
    if (records_->size() - before > kMaxMdsRecords) {
      Fail(stanza.at, "more than " + std::to_string(kMaxMdsRecords) + " records");
      break;
    }
  }
  if (!errors_.empty()) {
    records_->resize(before);
  } else if (extended_) {
    *schema_ = std::move(*extended_);
  }
  return std::move(errors_);
}

void StanzaFile::ReadStanza(const Stanza& stanza) {
  const StanzaField& first = stanza.fields[0];
  if (first.key != kRecord) return Fail(first.at, "a record begins with 'Record: RELATION'");
  if (first.value == kSchema) return ReadDeclaration(stanza);
  if (undeclared_.contains(first.value)) return;
  const auto relation = schema().Find(first.value);
  // What another file declares is not known here, or it would count who comes first.
  if (!relation || (!MdsSchema::IsBuiltIn(*relation) && !declared_.contains(first.value))) {
    return Fail(first.value_at,
                "there is no relation '" + std::string(first.value.substr(0, kShown)) + "'");
  }
  ReadRecord(stanza, *relation);
}

void StanzaFile::ReadRecord(const Stanza& stanza, size_t place) {
  const MdsRelation& relation = schema().relations()[place];
  MdsRecord record = BeginMdsRecord(schema(), place, context_, file_, stanza.at);
  std::vector<bool> said(relation.attributes.size());
  for (size_t i = 1; i < stanza.fields.size(); ++i) {
    const StanzaField& field = stanza.fields[i];
    const auto attribute = relation.Find(field.key);
    const std::string shown(field.key.substr(0, kShown));
    if (!attribute) {
      Fail(field.at, relation.name + " has no attribute '" + shown + "'");
      continue;
    }
    if (said[*attribute]) Fail(field.at, shown + " is there twice");
    said[*attribute] = true;
    ReadAttribute(field, relation.attributes[*attribute], &record.values[*attribute]);
  }
  for (size_t i = 0; i < said.size(); ++i) {
    const MdsAttribute& attribute = relation.attributes[i];
    if (!attribute.unique || said[i] || record.values[i]) continue;
    if (attribute.name != "ModuleID") Fail(stanza.at, attribute.name + " is missing");
  }
  if (!HasMdsModuleId(relation, record)) Fail(stanza.at, "ModuleID is missing");
  records_->push_back(std::move(record));
}

void StanzaFile::ReadAttribute(const StanzaField& field, const MdsAttribute& attribute,
                               std::optional<MdsValue>* value) {
  const bool lines = field.value.find('\n') != std::string_view::npos;
  const bool coded = field.value.starts_with("hex:") || field.value.starts_with("base64:");
  std::string joined;
  if (lines && attribute.format == MdsFormat::kString && !coded) joined = field.Joined();
  if (lines && joined.empty()) joined = Flat(field.value);
  size_t at = 0;
  std::string fault = ParseMdsValue(lines ? std::string_view(joined) : field.value,
                                    attribute.format, attribute.symbols, value, &at);
  if (!fault.empty()) Fail(PlaceIn(field, at), attribute.name + ": " + fault);
}

void StanzaFile::ReadDeclaration(const Stanza& stanza) {
  MdsRelation relation;
  const StanzaField *unique = nullptr, *further = nullptr, *name = nullptr;
  for (size_t i = 1; i < stanza.fields.size(); ++i) {
    const StanzaField& field = stanza.fields[i];
    const StanzaField** slot = field.key == "Relation"     ? &name
                               : field.key == "Unique"     ? &unique
                               : field.key == "Attributes" ? &further
                                                           : nullptr;
    if (slot == nullptr) return Fail(field.at, "a declaration has Relation, Unique, Attributes");
    if (*slot != nullptr) return Fail(field.at, std::string(field.key) + " is there twice");
    *slot = &field;
  }
  if (name == nullptr) return Fail(stanza.at, "Relation is missing");
  if (unique == nullptr) return Fail(stanza.at, "Unique is missing");
  relation.name = name->value;
  undeclared_.insert(relation.name);
  for (const StanzaField* list : {unique, further}) {
    if (list == nullptr) continue;
    size_t at = 0;
    std::string fault =
        ParseMdsAttributes(Flat(list->value), list == unique, &relation.attributes, &at);
    if (!fault.empty()) return Fail(PlaceIn(*list, at), std::move(fault));
  }
  if (!extended_) extended_ = *schema_;
  const std::string place = context_.file_path + ":" + std::to_string(name->value_at.line) + ":" +
                            std::to_string(name->value_at.column);
  std::string fault = extended_->Add(std::move(relation), place);
  if (!fault.empty()) return Fail(name->value_at, std::move(fault));
  undeclared_.erase(std::string(name->value));
  declared_.emplace(name->value);
  if (context_.declared != nullptr) context_.declared->emplace_back(name->value);
}

}  // namespace

std::vector<ParseError> ReadMdsStanzas(std::string_view bytes, const std::string& file,
                                       const MdsContext& context, MdsSchema* schema,
                                       std::vector<MdsRecord>* records) {
  return StanzaFile(file, context, schema, records).Read(bytes);
}

std::string FormatMdsStanza(const MdsRelation& relation, const MdsRecord& record) {
  std::string text = std::string(kRecord) + ": " + relation.name + "\n";
  for (size_t i = 0; i < relation.attributes.size(); ++i) {
    const MdsAttribute& attribute = relation.attributes[i];
    const std::optional<MdsValue>& value = record.values[i];
    // Without a line, the reader would put in what it knows.
    const bool known = attribute.name == "ModuleID" || attribute.name == "SSID" ||
                       attribute.name == "Path" || attribute.name == "ModuleName";
    if (!value && !attribute.unique && !known) continue;
    text += attribute.name + ":";
    // An absent list of numbers cannot be told from an empty one where a line is needed.
    const std::string shown =
        value ? FormatMdsValue(*value, attribute.format, attribute.symbols) : "";
    if (!shown.empty()) text += " " + shown;
    text += "\n";
  }
  return text + "\n";
}

std::string FormatMdsDeclaration(const MdsRelation& relation) {
  std::string lists[2];
  for (const MdsAttribute& attribute : relation.attributes) {
    std::string& list = lists[attribute.unique ? 0 : 1];
    list += (list.empty() ? " " : ", ") + attribute.name + " " +
            std::string(MdsFormatName(attribute.format));
    if (!attribute.symbols.empty()) list += " " + attribute.symbols;
  }
  std::string text = "Record: SCHEMA\nRelation: " + relation.name + "\nUnique:" + lists[0] + "\n";
  if (!lists[1].empty()) text += "Attributes:" + lists[1] + "\n";
  return text + "\n";
}

}  // namespace keelson
