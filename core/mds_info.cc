// A record is filled from a chain of dictionaries, the outermost first: the file's, and for the two
// relations that share keys between records those inside it.
#include "core/mds_info.h"

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "core/mds_text.h"
#include "core/property_list.h"

namespace keelson {

namespace {

constexpr std::string_view kFile = "file:";
// Of all values of one file together: keys that records share are copied.
constexpr size_t kMaxValueBytes = 4 * kMaxMdsFile;
// Keys that say something about the file or hold further dictionaries.
constexpr std::string_view kOwnKeys[] = {"MdsFileType",  "MdsRecordType", "MdsFileDescription",
                                         "Capabilities", "Attributes",    "Policies"};

class InfoFile {
 public:
  InfoFile(const std::string& file, const MdsContext& context, const MdsSchema& schema,
           std::vector<MdsRecord>* records, std::vector<ParseError>* notes)
      : context_(context),
        schema_(schema),
        records_(records),
        notes_(notes),
        file_(file),
        records_before_(records->size()) {}

  std::vector<ParseError> Read(std::string_view bytes);

 private:
  using Dictionaries = std::initializer_list<const Property*>;

  void Fail(const Property& where, std::string what);
  void Note(const Property& where, std::string what);
  bool Goes() const { return errors_.size() < kMaxMdsErrors && !stop_; }

  void ReadFile(const Property& file);
  void ReadSpecific(const Property& file);
  void ReadCapabilities(const Property& file, size_t relation);
  void ReadCapability(const Property& file, const Property& capability, uint32_t group,
                      size_t relation);
  void ReadPolicies(const Property& file, size_t relation);
  const Property* FindArray(const Property& dictionary, std::string_view key);
  const Property* FindResource(const Property& name, Property* resource);
  MdsRecord* AddRecord(size_t relation, Dictionaries dictionaries);
  bool ReadValue(const Property& property, const MdsAttribute& attribute, MdsValue* value);
  bool ReadNumber(const Property& property, const MdsAttribute& attribute,
                  std::vector<uint32_t>* numbers);
  void NoteUnknown(const Property& dictionary, std::initializer_list<size_t> relations);

  const MdsContext& context_;
  const MdsSchema& schema_;
  std::vector<MdsRecord>* records_;
  std::vector<ParseError>* notes_;
  std::vector<ParseError> errors_;
  std::string file_;  // the one that the places of now are in
  // In a resource: the place of its name, and the name.
  std::optional<Position> outside_;
  size_t records_before_ = 0, value_bytes_ = 0;
  bool stop_ = false;  // further records would only say the same again
};

void InfoFile::Fail(const Property& where, std::string what) {
  if (!outside_) return errors_.push_back({where.at, std::move(what)});
  errors_.push_back({*outside_, ParseError{where.at, std::move(what)}.RawText(file_)});
}

void InfoFile::Note(const Property& where, std::string what) {
  if (notes_->size() >= kMaxMdsNotes) return;
  if (!outside_) return notes_->push_back({where.at, std::move(what)});
  notes_->push_back({*outside_, ParseError{where.at, std::move(what)}.RawText(file_)});
}

std::vector<ParseError> InfoFile::Read(std::string_view bytes) {
  Property file;
  if (auto error = ParsePropertyList(bytes, &file)) return {*error};
  if (file.kind != PropertyKind::kDictionary) {
    Fail(file, "a dictionary goes here");
  } else {
    ReadFile(file);
  }
  return std::move(errors_);
}

void InfoFile::ReadFile(const Property& file) {
  const Property* type = file.Find("MdsFileType");
  if (type == nullptr) return Fail(file, "MdsFileType is missing");
  const std::string& name = type->bytes;
  const bool is_text = type->kind == PropertyKind::kString;
  if (is_text && name == "PluginSpecific") return ReadSpecific(file);
  if (!is_text || (name != "CSSM" && name != "PluginCommon")) {
    return Fail(*type, "MdsFileType is CSSM, PluginCommon or PluginSpecific");
  }
  const size_t object = *schema_.Find("OBJECT");
  const size_t second = *schema_.Find(name == "CSSM" ? "CSSM" : "COMMON");
  AddRecord(object, {&file});
  // Both have a ModuleID: what is wrong with the first one is wrong with the second one too.
  if (errors_.empty()) AddRecord(second, {&file});
  NoteUnknown(file, {object, second});
}

void InfoFile::ReadSpecific(const Property& file) {
  const Property* type = file.Find("MdsRecordType");
  if (type == nullptr) return Fail(file, "MdsRecordType is missing");
  const auto relation =
      type->kind == PropertyKind::kString ? schema_.Find(type->bytes) : std::nullopt;
  if (!relation || !MdsSchema::IsBuiltIn(*relation))
    return Fail(*type, "MdsRecordType is not the name of a relation");
  NoteUnknown(file, {*relation});
  const std::string& name = schema_.relations()[*relation].name;
  if (name == "CSP_CAPABILITY") {
    ReadCapabilities(file, *relation);
  } else if (name == "TP_OIDS") {
    ReadPolicies(file, *relation);
  } else {
    AddRecord(*relation, {&file});
  }
}

const Property* InfoFile::FindArray(const Property& dictionary, std::string_view key) {
  const Property* array = dictionary.Find(key);
  if (array == nullptr) {
    Fail(dictionary, std::string(key) + " is missing");
  } else if (array->kind != PropertyKind::kArray) {
    Fail(*array, std::string(key) + " is an array");
    array = nullptr;
  }
  return array;
}

// Null: there is none, which is said. Otherwise places are those of the resource from now on.
const Property* InfoFile::FindResource(const Property& text, Property* resource) {
  const std::string name = text.bytes.substr(kFile.size());
  std::string bytes;
  if (name.empty() || name.starts_with('.') || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos) {
    Fail(text, "file: names a file beside this one");
    return nullptr;
  }
  if (!context_.resource || !context_.resource(name, &bytes)) {
    Note(text, "there is no regular file " + name + ": no records");
    return nullptr;
  }
  auto error = ParsePropertyList(bytes, resource);
  if (error) {
    errors_.push_back({text.at, error->Text(name)});
    return nullptr;
  }
  outside_ = text.at;
  file_ = name;
  if (resource->kind == PropertyKind::kArray) return resource;
  Fail(*resource, "an array goes here");
  return nullptr;
}

void InfoFile::ReadCapabilities(const Property& file, size_t relation) {
  const Property* capabilities = file.Find("Capabilities");
  Property resource;
  if (capabilities != nullptr && capabilities->kind == PropertyKind::kString &&
      capabilities->bytes.starts_with(kFile)) {
    capabilities = FindResource(*capabilities, &resource);
  } else {
    capabilities = FindArray(file, "Capabilities");
  }
  if (capabilities == nullptr) return;
  uint32_t group = 0;
  for (const Property& capability : capabilities->items) {
    if (!Goes()) break;
    ReadCapability(file, capability, group++, relation);
  }
}

void InfoFile::ReadCapability(const Property& file, const Property& capability, uint32_t group,
                              size_t relation) {
  if (capability.kind != PropertyKind::kDictionary) return Fail(capability, "this is a dictionary");
  NoteUnknown(capability, {relation});
  const Property* attributes = FindArray(capability, "Attributes");
  if (attributes == nullptr) return;
  for (const Property& attribute : attributes->items) {
    if (!Goes()) return;
    if (attribute.kind != PropertyKind::kDictionary) return Fail(attribute, "this is a dictionary");
    NoteUnknown(attribute, {relation});
    MdsRecord* record = AddRecord(relation, {&file, &capability, &attribute});
    if (record == nullptr) continue;
    const auto place = schema_.relations()[relation].Find("GroupId");
    record->values[*place] = MdsValue{"", {group}};
  }
}

void InfoFile::ReadPolicies(const Property& file, size_t relation) {
  const Property* policies = FindArray(file, "Policies");
  if (policies == nullptr) return;
  for (const Property& policy : policies->items) {
    if (!Goes()) return;
    if (policy.kind != PropertyKind::kDictionary) return Fail(policy, "this is a dictionary");
    NoteUnknown(policy, {relation});
    AddRecord(relation, {&file, &policy});
  }
}

// The new record; null: there is an error. It is at the place of the innermost dictionary.
MdsRecord* InfoFile::AddRecord(size_t place, Dictionaries dictionaries) {
  const MdsRelation& relation = schema_.relations()[place];
  const Property& innermost = **(dictionaries.end() - 1);
  MdsRecord record = BeginMdsRecord(schema_, place, context_, file_, innermost.at);
  const size_t errors = errors_.size();
  for (const Property* dictionary : dictionaries) {
    // Values of the file's own dictionary are not in the resource.
    const auto outside = outside_;
    if (dictionary == *dictionaries.begin()) outside_.reset();
    for (size_t i = 0; i < dictionary->keys.size(); ++i) {
      const auto attribute = relation.Find(dictionary->keys[i]);
      if (!attribute) continue;
      MdsValue value;
      if (!ReadValue(dictionary->items[i], relation.attributes[*attribute], &value)) continue;
      value_bytes_ += value.bytes.size() + value.numbers.size() * sizeof(uint32_t);
      record.values[*attribute] = std::move(value);
    }
    outside_ = outside;
    stop_ |= errors_.size() > errors && dictionary != &innermost;
  }
  if (!HasMdsModuleId(relation, record)) {
    Fail(innermost, "ModuleID is missing");
    stop_ = true;
  }
  if (records_->size() - records_before_ >= kMaxMdsRecords) {
    Fail(innermost, "more than " + std::to_string(kMaxMdsRecords) + " records");
    stop_ = true;
  } else if (value_bytes_ > kMaxValueBytes) {
    Fail(innermost, "more than " + std::to_string(kMaxValueBytes) + " bytes of values");
    stop_ = true;
  }
  if (errors_.size() > errors) return nullptr;
  return &records_->emplace_back(std::move(record));
}

// False: there is no value; what is wrong is said, an empty string is not wrong.
bool InfoFile::ReadValue(const Property& property, const MdsAttribute& attribute, MdsValue* value) {
  const bool text = attribute.format == MdsFormat::kString;
  if (text || attribute.format == MdsFormat::kBlob) {
    const PropertyKind expected = text ? PropertyKind::kString : PropertyKind::kData;
    if (property.kind != expected) {
      Fail(property, attribute.name + ": " + std::string(PropertyKindName(expected)) +
                         " goes here, not " + std::string(PropertyKindName(property.kind)));
      return false;
    }
    value->bytes = property.bytes;
    return !text || !property.bytes.empty();
  }
  if (property.kind != PropertyKind::kArray || attribute.format == MdsFormat::kUint32) {
    return ReadNumber(property, attribute, &value->numbers) && !value->numbers.empty();
  }
  value->numbers.reserve(property.items.size());
  for (const Property& item : property.items) {
    if (!ReadNumber(item, attribute, &value->numbers)) return false;
  }
  return true;
}

// Adds no number for an empty string. False: an error.
bool InfoFile::ReadNumber(const Property& property, const MdsAttribute& attribute,
                          std::vector<uint32_t>* numbers) {
  if (property.kind == PropertyKind::kString) {
    if (TrimBlanks(property.bytes).empty()) return true;
    uint32_t number = 0;
    std::string_view wrong;
    if (ParseMdsNumber(property.bytes, attribute.symbols, &number, &wrong)) {
      numbers->push_back(number);
      return true;
    }
    Fail(property, attribute.name + ": " + MdsNumberFault(wrong, attribute.symbols));
    return false;
  }
  const bool whole =
      property.kind == PropertyKind::kInteger || property.kind == PropertyKind::kBoolean;
  if (whole && property.integer >= 0 && property.integer <= UINT32_MAX) {
    numbers->push_back(static_cast<uint32_t>(property.integer));
    return true;
  }
  Fail(property, attribute.name + (whole ? ": this is not a number of 32 bits"
                                         : ": this is not a number or a name of one"));
  return false;
}

void InfoFile::NoteUnknown(const Property& dictionary, std::initializer_list<size_t> relations) {
  for (size_t i = 0; i < dictionary.keys.size(); ++i) {
    const std::string& key = dictionary.keys[i];
    const auto known = [&key, this](size_t relation) {
      return schema_.relations()[relation].Find(key).has_value();
    };
    if (std::find(std::begin(kOwnKeys), std::end(kOwnKeys), key) != std::end(kOwnKeys)) continue;
    if (std::any_of(relations.begin(), relations.end(), known)) continue;
    Note(dictionary.items[i], schema_.relations()[*(relations.end() - 1)].name +
                                  " has no attribute '" + key.substr(0, 64) + "'");
  }
}

}  // namespace

std::vector<ParseError> ReadMdsInfo(std::string_view bytes, const std::string& file,
                                    const MdsContext& context, const MdsSchema& schema,
                                    std::vector<MdsRecord>* records,
                                    std::vector<ParseError>* notes) {
  return InfoFile(file, context, schema, records, notes).Read(bytes);
}

}  // namespace keelson
