#include "core/elf_sections.h"

#include <gtest/gtest.h>

#include "tests/core/elf_bytes.h"
#include "tests/core/shared_data.h"

namespace keelson {
namespace {

constexpr ElfBytes kAll[] = {{false, false}, {false, true}, {true, false}, {true, true}};

TEST(ElfSections, EachClassAndByteOrder) {
  for (const ElfBytes& make : kAll) {
    const std::string bytes = make.File({{".modinfo", 1, std::string("a=b\0", 4)},
                                         {".bss", kElfNoBits, "not there"},
                                         {".note.x", kElfNote, "12345678", 8}});
    ElfFile file;
    size_t at = 0;
    ASSERT_EQ(ReadElfSections(bytes, &file, &at), "");
    EXPECT_EQ(file.is_64, make.is_64);
    EXPECT_EQ(file.big_endian, make.big_endian);
    ASSERT_EQ(file.sections.size(), 4u);
    EXPECT_EQ(file.sections[0].name, ".modinfo");
    EXPECT_EQ(file.sections[0].bytes, std::string_view("a=b\0", 4));
    EXPECT_EQ(file.sections[1].name, ".bss");
    EXPECT_EQ(file.sections[1].bytes, "");
    EXPECT_EQ(file.sections[2].type, kElfNote);
    EXPECT_EQ(file.sections[2].alignment, 8u);
    EXPECT_EQ(file.sections[2].bytes, "12345678");
    EXPECT_EQ(file.sections[3].name, ".shstrtab");
  }
}

TEST(ElfSections, CutShortAnywhere) {
  for (const ElfBytes& make : kAll) {
    const std::string bytes = make.File({{".modinfo", 1, std::string("a=b\0", 4)}});
    for (size_t size = 0; size < bytes.size(); ++size) {
      // A copy of that size, so that a sanitizer sees what is read behind it.
      const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<int>(size));
      ElfFile file;
      size_t at = 0;
      EXPECT_NE(ReadElfSections({cut.data(), cut.size()}, &file, &at), "") << size;
      EXPECT_LE(at, size);
    }
  }
}

TEST(ElfSections, EachByteMayBeAnything) {
  for (const ElfBytes& make : kAll) {
    const std::string right = make.File({{".note", kElfNote, make.Note("MDS", 1, "abc")}});
    for (size_t i = 0; i < right.size(); ++i) {
      for (const char c : {'\0', '\1', '\x7f', '\x80', '\xff'}) {
        std::string bytes = right;
        bytes[i] = c;
        const std::vector<char> copy(bytes.begin(), bytes.end());
        ElfFile file;
        size_t at = 0;
        if (!ReadElfSections({copy.data(), copy.size()}, &file, &at).empty()) continue;
        for (const ElfSection& section : file.sections) {
          std::vector<ElfNote> notes;
          ReadElfNotes(file, section, &notes, &at);
        }
      }
    }
  }
}

TEST(ElfSections, Headers) {
  const ElfBytes make;
  const std::string right = make.File({{"a", 1, "x"}});
  const struct {
    const char* name;
    size_t offset;
    std::string bytes;
    const char* expected;
  } kCases[] = {
      {"class", 4, "\3", "neither 32 nor 64 bits"},
      {"order", 5, std::string(1, '\0'), "neither little- nor big-endian"},
      {"no table", 40, make.Number(0, 8), ""},
      {"far table", 40, make.Number(~uint64_t{0}, 8),
       "cut short: the section headers lie behind the end"},
      {"step", 58, make.Number(63, 2), "the size of the section headers is wrong"},
      {"long step", 58, make.Number(65535, 2),
       "cut short: the section headers go on behind the end"},
      {"count", 60, make.Number(65535, 2), "cut short: the section headers go on behind the end"},
      {"no count", 60, make.Number(0, 2), ""},  // the first one says 0
      {"names", 62, make.Number(3, 2), "the section with the names is not there"},
      {"names elsewhere", 62, make.Number(0xffff, 2), ""},  // the first one says 0: no names
  };
  for (const auto& c : kCases) {
    std::string bytes = right;
    bytes.replace(c.offset, c.bytes.size(), c.bytes);
    ElfFile file;
    size_t at = 0;
    EXPECT_EQ(ReadElfSections(bytes, &file, &at), c.expected) << c.name;
  }
}

TEST(ElfSections, ManySectionsAreCountedInTheFirst) {
  const ElfBytes make;
  std::string bytes = make.File({{"a", 1, "x"}});
  const size_t table = bytes.size() - 3 * 64;
  bytes.replace(60, 2, make.Number(0, 2));
  bytes.replace(62, 2, make.Number(0xffff, 2));
  bytes.replace(table + 32, 8, make.Number(3, 8));
  bytes.replace(table + 40, 4, make.Number(2, 4));
  ElfFile file;
  size_t at = 0;
  ASSERT_EQ(ReadElfSections(bytes, &file, &at), "");
  ASSERT_EQ(file.sections.size(), 2u);
  EXPECT_EQ(file.sections[0].name, "a");
  bytes.replace(table + 32, 8, make.Number(~uint64_t{0}, 8));
  EXPECT_EQ(ReadElfSections(bytes, &file, &at), "too many sections");
}

TEST(ElfSections, ThisProgram) {
  const auto bytes = ReadWhole("/proc/self/exe");
  if (!bytes) GTEST_SKIP() << "no /proc";
  ElfFile file;
  size_t at = 0;
  ASSERT_EQ(ReadElfSections(*bytes, &file, &at), "");
  size_t texts = 0, ids = 0;
  for (const ElfSection& section : file.sections) {
    texts += section.name == ".text" && !section.bytes.empty();
    std::vector<ElfNote> notes;
    if (section.type != kElfNote) continue;
    EXPECT_EQ(ReadElfNotes(file, section, &notes, &at), "") << section.name;
    for (const ElfNote& note : notes) ids += note.owner == "GNU" && note.type == 3;
  }
  EXPECT_EQ(texts, 1u);
  EXPECT_EQ(ids, 1u);  // the build id
}

TEST(ElfNotes, Table) {
  for (const ElfBytes& make : kAll) {
    const ElfFile file{make.is_64, make.big_endian, {}};
    const std::string two = make.Note("MDS", 1, "abc") + make.Note("FDO", 0xcafe1a7e, "{}");
    const struct {
      const char* name;
      std::string bytes;
      uint64_t alignment;
      std::string expected;  // "OWNER TYPE content;" of each, then what is wrong
    } kCases[] = {
        {"none", "", 4, ""},
        {"two", two, 4, "MDS 1 abc;FDO 3405650558 {};"},
        {"aligned to 1", two, 1, "MDS 1 abc;FDO 3405650558 {};"},
        {"aligned to 8", make.Note("MDS", 1, "abc", 8) + make.Note("GNU", 5, "", 8), 8,
         "MDS 1 abc;GNU 5 ;"},
        {"no padding behind the last", two.substr(0, two.size() - 2), 4,
         "MDS 1 abc;FDO 3405650558 {};"},
        {"cut content", two.substr(0, two.size() - 3), 4, "MDS 1 abc;a note is cut short"},
        {"cut header", two + "1234", 4, "MDS 1 abc;FDO 3405650558 {};a note is cut short"},
        {"no name", make.Number(0, 4) + make.Number(1, 4) + make.Number(9, 4) + "x", 4, " 9 x;"},
        {"endless name", make.Number(0xffffffff, 4) + make.Number(0, 4) + make.Number(0, 4), 4,
         "a note is cut short"},
        {"endless content", make.Number(0, 4) + make.Number(0xffffffff, 4) + make.Number(0, 4), 4,
         "a note is cut short"},
    };
    for (const auto& c : kCases) {
      std::vector<ElfNote> notes;
      size_t at = 0;
      const ElfSection section{"s", kElfNote, 0, c.alignment, c.bytes};
      const std::string fault = ReadElfNotes(file, section, &notes, &at);
      std::string got;
      for (const ElfNote& note : notes) {
        got += std::string(note.owner) + " " + std::to_string(note.type) + " " +
               std::string(note.bytes) + ";";
      }
      EXPECT_EQ(got + fault, c.expected) << c.name;
    }
  }
}

}  // namespace
}  // namespace keelson
