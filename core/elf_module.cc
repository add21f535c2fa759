// Three kinds of content, found by the names of sections and the owners of notes.
#include "core/elf_module.h"

#include <algorithm>
#include <optional>

#include "core/elf_sections.h"
#include "core/mds_stanza.h"
#include "core/package_note.h"

namespace keelson {

namespace {

constexpr std::string_view kPackageOwner = "FDO", kOurOwner = "MDS";
constexpr uint32_t kPackageType = 0xcafe1a7e, kOurType = 1;

class ElfModule {
 public:
  ElfModule(std::string_view bytes, const std::string& file, const MdsContext& context,
            MdsSchema* schema, std::vector<MdsRecord>* records)
      : bytes_(bytes),
        file_(file),
        context_(context),
        schema_(schema),
        records_(records),
        before_(records->size()) {}

  std::vector<ParseError> Read();

 private:
  Position At(size_t offset) const {
    return {1, static_cast<uint32_t>(std::min<size_t>(offset, UINT32_MAX - 1) + 1)};
  }
  size_t OffsetOf(std::string_view inside) const {
    return static_cast<size_t>(inside.data() - bytes_.data());
  }
  void Fail(size_t offset, std::string what) { errors_.push_back({At(offset), std::move(what)}); }
  MdsRecord Begin(const MdsRelation** relation, const char* name, size_t offset);
  bool Add(MdsRecord record);
  void ReadModinfo(std::string_view section);
  void ReadNotes(const ElfFile& elf, const ElfSection& section);
  void ReadPackage(std::string_view note);
  void ReadOurs(std::string_view note);

  std::string_view bytes_;
  const std::string& file_;
  const MdsContext& context_;
  MdsSchema* schema_;
  std::optional<MdsSchema> extended_;  // with what notes of ours declare
  std::vector<MdsRecord>* records_;
  size_t before_;
  uint32_t ordinal_ = 0;
  std::vector<ParseError> errors_;
};

std::vector<ParseError> ElfModule::Read() {
  ElfFile elf;
  size_t at = 0;
  if (std::string fault = ReadElfSections(bytes_, &elf, &at); !fault.empty()) {
    Fail(at, std::move(fault));
    return std::move(errors_);
  }
  size_t taken = 0;
  for (const ElfSection& section : elf.sections) {
    const bool modinfo = section.name == ".modinfo" && section.type != kElfNoBits;
    const bool note =
        section.type == kElfNote || section.name == ".note.package" || section.name == ".note.mds";
    if (!modinfo && !note) continue;
    // Headers could name the same bytes any number of times.
    taken += section.bytes.size();
    if (section.bytes.size() > kMaxMdsFile || taken > bytes_.size()) {
      Fail(OffsetOf(section.bytes), "too large a section");
    } else if (modinfo) {
      ReadModinfo(section.bytes);
    } else {
      ReadNotes(elf, section);
    }
    if (!errors_.empty()) break;
  }
  if (errors_.empty() && extended_) *schema_ = std::move(*extended_);
  return std::move(errors_);
}

MdsRecord ElfModule::Begin(const MdsRelation** relation, const char* name, size_t offset) {
  const size_t place = *schema_->Find(name);
  *relation = &schema_->relations()[place];
  return BeginMdsRecord(*schema_, place, context_, file_, At(offset));
}

bool ElfModule::Add(MdsRecord record) {
  if (!HasMdsModuleId(schema_->relations()[record.relation], record)) {
    errors_.push_back({record.at, "ModuleID is missing"});
  } else if (records_->size() - before_ >= kMaxMdsRecords) {
    errors_.push_back({record.at, "more than " + std::to_string(kMaxMdsRecords) + " records"});
  } else {
    records_->push_back(std::move(record));
  }
  return errors_.empty();
}

void ElfModule::ReadModinfo(std::string_view section) {
  while (!section.empty()) {
    const size_t end = std::min(section.find('\0'), section.size());
    const std::string_view text = section.substr(0, end);
    const size_t equals = text.find('=');
    section.remove_prefix(std::min(end + 1, section.size()));
    if (text.empty()) continue;
    const MdsRelation* relation = nullptr;
    MdsRecord record = Begin(&relation, "MODINFO", OffsetOf(text));
    record.values[*relation->Find("Ordinal")] = MdsValue{"", {ordinal_++}};
    SetMdsText(*relation, "Key", text.substr(0, equals), &record);
    if (equals != std::string_view::npos) {
      SetMdsText(*relation, "Value", text.substr(equals + 1), &record);
    }
    if (!Add(std::move(record))) return;
  }
}

void ElfModule::ReadNotes(const ElfFile& elf, const ElfSection& section) {
  std::vector<ElfNote> notes;
  size_t at = 0;
  if (std::string fault = ReadElfNotes(elf, section, &notes, &at); !fault.empty()) {
    return Fail(OffsetOf(section.bytes) + at, std::move(fault));
  }
  for (const ElfNote& note : notes) {
    if (note.owner == kPackageOwner && note.type == kPackageType) ReadPackage(note.bytes);
    if (note.owner == kOurOwner && note.type == kOurType) ReadOurs(note.bytes);
    if (!errors_.empty()) return;
  }
}

void ElfModule::ReadPackage(std::string_view note) {
  std::vector<std::pair<std::string, std::string>> fields;
  size_t at = 0;
  if (std::string fault = ParsePackageNote(note, &fields, &at); !fault.empty()) {
    return Fail(OffsetOf(note) + at, ".note.package: " + fault);
  }
  for (const auto& [key, value] : fields) {
    const MdsRelation* relation = nullptr;
    MdsRecord record = Begin(&relation, "PACKAGE", OffsetOf(note));
    SetMdsText(*relation, "Key", key, &record);
    SetMdsText(*relation, "Value", value, &record);
    if (!Add(std::move(record))) return;
  }
}

void ElfModule::ReadOurs(std::string_view note) {
  // What pads the section may have been counted in.
  while (!note.empty() && note.back() == '\0') note.remove_suffix(1);
  if (!extended_) extended_ = *schema_;
  for (ParseError& error : ReadMdsStanzas(note, file_, context_, &*extended_, records_)) {
    error.what += " (in the note at byte " + std::to_string(OffsetOf(note)) + ")";
    errors_.push_back(std::move(error));
  }
}

}  // namespace

std::vector<ParseError> ReadElfModule(std::string_view bytes, const std::string& file,
                                      const MdsContext& context, MdsSchema* schema,
                                      std::vector<MdsRecord>* records) {
  return ElfModule(bytes, file, context, schema, records).Read();
}

}  // namespace keelson
