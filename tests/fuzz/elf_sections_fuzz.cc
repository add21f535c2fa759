// Any bytes as an ELF file, as notes and as a package note. Nothing outside the bytes is looked at,
// every view lies in them, a file with errors gives no records.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/elf_sections.h"
#include "core/mds_reader.h"
#include "core/package_note.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

void RequireInside(std::string_view bytes, std::string_view view) {
  if (view.empty()) return;
  Require(view.data() >= bytes.data() && view.data() + view.size() <= bytes.data() + bytes.size());
}

void CheckNotes(const ElfFile& file, const ElfSection& section) {
  std::vector<ElfNote> notes;
  size_t at = 0;
  const std::string fault = ReadElfNotes(file, section, &notes, &at);
  Require(fault.empty() || at < section.bytes.size());
  Require(notes.size() <= section.bytes.size() / 12);
  for (const ElfNote& note : notes) {
    RequireInside(section.bytes, note.owner);
    RequireInside(section.bytes, note.bytes);
  }
}

void CheckSections(std::string_view bytes) {
  ElfFile file;
  size_t at = 0;
  const std::string fault = ReadElfSections(bytes, &file, &at);
  Require(fault.empty() || at <= bytes.size());
  if (fault.empty()) {
    for (const ElfSection& section : file.sections) {
      RequireInside(bytes, section.name);
      RequireInside(bytes, section.bytes);
      CheckNotes(file, section);
    }
  }
  for (const bool big_endian : {false, true}) {
    for (const uint64_t alignment : {4, 8}) {
      CheckNotes({true, big_endian, {}}, {"s", kElfNote, 0, alignment, bytes});
    }
  }
}

void CheckModule(std::string_view bytes) {
  // Copying it takes longer than reading an input.
  static MdsSchema schema = MdsSchema::BuiltIn();
  if (schema.relations().size() != MdsSchema::BuiltIn().relations().size()) {
    schema = MdsSchema::BuiltIn();
  }
  std::vector<MdsRecord> records;
  const MdsContext context{"id", "/path", "name", 0, nullptr};
  const auto errors = ReadMdsFile(MdsFileKind::kElf, bytes, "file", context, &schema, &records);
  Require(errors.empty() || records.empty());
  for (const ParseError& error : errors) {
    Require(error.at.line >= 1 && error.at.column >= 1 && error.at.column <= bytes.size() + 1);
    Require(!error.what.empty());
  }
  for (const MdsRecord& record : records) {
    Require(HasMdsModuleId(schema.relations()[record.relation], record));
  }
}

void CheckPackage(std::string_view bytes) {
  std::vector<std::pair<std::string, std::string>> fields;
  size_t at = 0;
  ParsePackageNote(bytes, &fields, &at);
  Require(at <= bytes.size());
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keelson;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckSections(bytes);
  CheckModule(bytes);
  CheckPackage(bytes);
  return 0;
}
