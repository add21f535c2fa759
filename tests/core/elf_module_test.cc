#include "core/elf_module.h"

#include <gtest/gtest.h>

#include "core/elf_sections.h"
#include "tests/core/elf_bytes.h"
#include "tests/core/mds_reading.h"

namespace keelson {
namespace {

using namespace std::string_literals;

constexpr auto kElf = MdsFileKind::kElf;
constexpr uint32_t kPackage = 0xcafe1a7e;

TEST(ElfModule, Records) {
  const MdsContext context{"m", "/m.ko", "m", 0, nullptr};
  for (const ElfBytes& make : {ElfBytes{false, false}, ElfBytes{false, true}, ElfBytes{true, false},
                               ElfBytes{true, true}}) {
    const std::string first = make.is_64 ? "65" : "53";
    const struct {
      const char* name;
      std::vector<ElfBytes::Section> sections;
      std::string expected;
    } kCases[] = {
        {"nothing", {{".text", 1, "x"}}, ""},
        {"modinfo",
         {{".modinfo", 1, "\0license=GPL\0alias=pci:v=1*\0\0alone\0empty=\0open=end"s}},
         "MODINFO F:1:" + std::to_string(std::stoi(first) + 1) +
             " ModuleID=m; Ordinal=0; Key=license; Value=GPL;\n"
             "MODINFO F:1:" +
             std::to_string(std::stoi(first) + 13) +
             " ModuleID=m; Ordinal=1; Key=alias; Value=pci:v=1*;\n"
             "MODINFO F:1:" +
             std::to_string(std::stoi(first) + 29) +
             " ModuleID=m; Ordinal=2; Key=alone;\n"
             "MODINFO F:1:" +
             std::to_string(std::stoi(first) + 35) +
             " ModuleID=m; Ordinal=3; Key=empty; Value=hex:;\n"
             "MODINFO F:1:" +
             std::to_string(std::stoi(first) + 42) +
             " ModuleID=m; Ordinal=4; Key=open; Value=end;\n"},
        {"package",
         {{".note.package", kElfNote, make.Note("FDO", kPackage, "{\"type\":\"deb\",\"n\":1}\0\0"s),
           4}},
         "PACKAGE F:1:" + std::to_string(std::stoi(first) + 16) +
             " ModuleID=m; Key=type; Value=deb;\n"
             "PACKAGE F:1:" +
             std::to_string(std::stoi(first) + 16) + " ModuleID=m; Key=n; Value=1;\n"},
        {"ours, among others",
         {{".notes", kElfNote,
           make.Note("GNU", 1, "x") + make.Note("FDO", 1, "{") + make.Note("MDS", 2, "x") +
               make.Note("MDS", 1, "\nRecord: OBJECT\nBuiltIn: 1\n\0\0"s) +
               make.Note("MDS", 1, "Record: COMMON"),
           4}},
         "OBJECT F:2:1 ModuleID=m; ModuleName=m; Path=/m.ko; BuiltIn=1;\n"
         "COMMON F:1:1 ModuleID=m; ModuleName=m; Path=/m.ko;\n"},
        {"by the section's name",
         {{".note.mds", 1, make.Note("MDS", 1, "Record: COMMON"), 4}},
         "COMMON F:1:1 ModuleID=m; ModuleName=m; Path=/m.ko;\n"},
    };
    for (const auto& c : kCases) EXPECT_EQ(Read(kElf, make.File(c.sections), context), c.expected);
  }
}

TEST(ElfModule, Errors) {
  const MdsContext context{"m", "", "", 0, nullptr};
  const ElfBytes make;
  const struct {
    std::string bytes;
    const char* expected;
  } kCases[] = {
      {"", "F:1:1: not an ELF file\n"},
      {std::string(100, '\0'), "F:1:1: not an ELF file\n"},
      {make.File({}).substr(0, 60), "F:1:1: cut short: the file header goes on behind the end\n"},
      {make.File({{".note.package", kElfNote, "1234", 4}}), "F:1:65: a note is cut short\n"},
      {make.File({{".note.package", kElfNote, make.Note("FDO", kPackage, "{\"a\":}"), 4}}),
       "F:1:86: .note.package: a string, number, true, false or null goes here\n"},
      {make.File({{".modinfo", 1, "a=b"},
                  {".n", kElfNote, make.Note("MDS", 1, "Record: COMMON\nX: y\n"), 4}}),
       "F:2:1: COMMON has no attribute 'X' (in the note at byte 83)\n"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Read(kElf, c.bytes, context), c.expected);
  EXPECT_EQ(Read(kElf, make.File({{".modinfo", 1, "a=b"}})), "F:1:65: ModuleID is missing\n");
}

// Any number of headers may name the same bytes.
TEST(ElfModule, OverlappingSections) {
  const ElfBytes make;
  std::string bytes = make.File(
      {{".modinfo", 1, std::string(100'000, 'a')}, {".modinfo", 1, ""}, {".modinfo", 1, ""}});
  const size_t table = bytes.size() - 5 * 64;
  for (const size_t i : {2, 3}) bytes.replace(table + i * 64 + 24, 16, bytes, table + 64 + 24, 16);
  EXPECT_EQ(Read(kElf, bytes, {"m", "", "", 0, nullptr}), "F:1:65: too large a section\n");
}

TEST(ElfModule, DeclarationsOfAFileWithErrorsAreNone) {
  const ElfBytes make;
  const std::string declaration =
      make.Note("MDS", 1, "Record: SCHEMA\nRelation: A\nUnique: B BLOB");
  const std::string use = make.Note("MDS", 1, "Record: A\nB: hex:01");
  const std::string wrong = make.Note("MDS", 1, "Record: A");
  MdsSchema schema = MdsSchema::BuiltIn();
  const size_t before = schema.relations().size();
  std::vector<MdsRecord> records;
  for (const bool right : {false, true}) {
    const auto bytes = make.File({{".n", kElfNote, declaration + (right ? use : wrong), 4}});
    std::vector<std::string> declared;
    MdsContext context;
    context.declared = &declared;
    EXPECT_EQ(ReadElfModule(bytes, "F", context, &schema, &records).empty(), right);
    EXPECT_EQ(schema.relations().size(), before + right);
  }
  EXPECT_EQ(Show(schema, records), "A F:1:1 B=hex:01;\n");
}

}  // namespace
}  // namespace keelson
