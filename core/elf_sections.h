// ELF files -> their sections and notes, as views into the bytes. 32 and 64 bits, both byte orders.
// Nothing outside the bytes is read, whatever they say; sections alone count, not segments.
#ifndef KEELSON_CORE_ELF_SECTIONS_H_
#define KEELSON_CORE_ELF_SECTIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

inline constexpr uint32_t kElfNoBits = 8, kElfNote = 7;  // SHT_*

struct ElfSection {
  std::string_view name;
  uint32_t type = 0;
  uint64_t flags = 0, alignment = 0;
  std::string_view bytes;  // none of a kElfNoBits one
};

struct ElfFile {
  bool is_64 = false, big_endian = false;
  std::vector<ElfSection>
      sections;  // without the first one, which is none; empty: stripped of them
};

// Empty: *file is right. Otherwise what is wrong (not ELF, or cut short), and *at is the offset.
std::string ReadElfSections(std::string_view bytes, ElfFile* file, size_t* at);

struct ElfNote {
  std::string_view owner;  // without its NUL
  uint32_t type = 0;
  std::string_view bytes;
};

// The notes of a section, as ReadElfSections. Entries are aligned to 4 bytes, in sections aligned
// to 8 to these.
std::string ReadElfNotes(const ElfFile& file, const ElfSection& section,
                         std::vector<ElfNote>* notes, size_t* at);

}  // namespace keelson

#endif  // KEELSON_CORE_ELF_SECTIONS_H_
