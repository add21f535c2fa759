// The headers, by offset (ELF-32 / ELF-64):
//
//   file     4 class, 5 byte order, 32/40 offset of the section headers, 46/58 their size, 48/60
//            their number (0: sh_size of the first one), 50/62 which one has the names (0xffff:
//            sh_link of the first one)
//   section  0 name, 4 type, 8 flags, 16/24 offset, 20/32 size, 24/40 link, 32/48 alignment
//   note     0 size of the owner's name, 4 size of the content, 8 type, 12 name, content
#include "core/elf_sections.h"

#include <algorithm>

namespace keelson {

namespace {

constexpr uint64_t kReserved = 0xffff;      // SHN_XINDEX
constexpr size_t kMaxSections = 1'000'000;  // the -ffunction-sections of a large file has thousands

class ElfReader {
 public:
  ElfReader(std::string_view bytes, const ElfFile& file)
      : bytes_(bytes), is_64_(file.is_64), big_endian_(file.big_endian) {}

  bool is_64() const { return is_64_; }
  bool Has(uint64_t offset, uint64_t size) const {
    return offset <= bytes_.size() && size <= bytes_.size() - offset;
  }
  // REQUIRES: Has(offset, size).
  uint64_t Number(uint64_t offset, size_t size) const {
    uint64_t number = 0;
    for (size_t i = 0; i < size; ++i) {
      const size_t place = big_endian_ ? i : size - 1 - i;
      number = number << 8 | static_cast<unsigned char>(bytes_[offset + place]);
    }
    return number;
  }
  // A field that is as wide as the class.
  uint64_t Word(uint64_t offset_32, uint64_t offset_64) const {
    return is_64_ ? Number(offset_64, 8) : Number(offset_32, 4);
  }
  uint64_t Half(uint64_t offset_32, uint64_t offset_64) const {
    return Number(is_64_ ? offset_64 : offset_32, 2);
  }
  std::string_view View(uint64_t offset, uint64_t size) const {
    return bytes_.substr(offset, size);
  }

 private:
  std::string_view bytes_;
  bool is_64_, big_endian_;
};

struct Header {
  uint64_t name = 0, type = 0, flags = 0, offset = 0, size = 0, link = 0, alignment = 0;
};

Header ReadHeader(const ElfReader& elf, uint64_t at) {
  Header header;
  header.name = elf.Number(at, 4);
  header.type = elf.Number(at + 4, 4);
  header.flags = elf.Word(at + 8, at + 8);
  header.offset = elf.Word(at + 16, at + 24);
  header.size = elf.Word(at + 20, at + 32);
  header.link = elf.Number(at + (elf.is_64() ? 40 : 24), 4);
  header.alignment = elf.Word(at + 32, at + 48);
  return header;
}

std::string_view NameAt(std::string_view names, uint64_t offset) {
  if (offset >= names.size()) return {};
  const std::string_view rest = names.substr(offset);
  const size_t end = rest.find('\0');
  return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
}

// The section headers, the first one left out; and the names of all.
std::string ReadHeaders(const ElfReader& elf, std::vector<Header>* headers, std::string_view* names,
                        size_t* at) {
  const uint64_t table = elf.Word(32, 40), step = elf.Half(46, 58);
  const uint64_t size = elf.is_64() ? 64 : 40;
  uint64_t count = elf.Half(48, 60), names_section = elf.Half(50, 62);
  *at = elf.is_64() ? 40 : 32;
  if (table == 0) return "";
  if (step < size) return "the size of the section headers is wrong";
  if (!elf.Has(table, size)) return "cut short: the section headers lie behind the end";
  const Header first = ReadHeader(elf, table);
  if (count == 0) count = first.size;
  if (names_section == kReserved) names_section = first.link;
  *at = table;
  if (count > kMaxSections) return "too many sections";
  if (count == 0) return "";
  if (!elf.Has(table, (count - 1) * step + size)) {
    return "cut short: the section headers go on behind the end";
  }
  for (uint64_t i = 1; i < count; ++i) headers->push_back(ReadHeader(elf, table + i * step));
  if (names_section == 0) return "";
  if (names_section >= count) return "the section with the names is not there";
  const Header& strings = (*headers)[names_section - 1];
  if (strings.type == kElfNoBits || !elf.Has(strings.offset, strings.size)) {
    return "cut short: the names of the sections lie behind the end";
  }
  *names = elf.View(strings.offset, strings.size);
  return "";
}

uint64_t Aligned(uint64_t size, uint64_t alignment) {
  return (size + alignment - 1) / alignment * alignment;
}

}  // namespace

std::string ReadElfSections(std::string_view bytes, ElfFile* file, size_t* at) {
  *file = {};
  *at = 0;
  if (!bytes.starts_with("\x7f"
                         "ELF"))
    return "not an ELF file";
  if (bytes.size() < 52) return "cut short: the file header goes on behind the end";
  *at = 4;
  if (bytes[4] != 1 && bytes[4] != 2) return "neither 32 nor 64 bits";
  *at = 5;
  if (bytes[5] != 1 && bytes[5] != 2) return "neither little- nor big-endian";
  file->is_64 = bytes[4] == 2;
  file->big_endian = bytes[5] == 2;
  *at = 0;
  if (file->is_64 && bytes.size() < 64) return "cut short: the file header goes on behind the end";
  const ElfReader elf(bytes, *file);
  std::vector<Header> headers;
  std::string_view names;
  if (std::string fault = ReadHeaders(elf, &headers, &names, at); !fault.empty()) return fault;
  for (const Header& header : headers) {
    ElfSection section;
    section.name = NameAt(names, header.name);
    section.type = static_cast<uint32_t>(header.type);
    section.flags = header.flags;
    section.alignment = header.alignment;
    if (section.type != kElfNoBits) {
      if (!elf.Has(header.offset, header.size)) {
        *at = std::min<uint64_t>(header.offset, bytes.size());
        return "cut short: a section goes on behind the end";
      }
      section.bytes = elf.View(header.offset, header.size);
    }
    file->sections.push_back(section);
  }
  return "";
}

std::string ReadElfNotes(const ElfFile& file, const ElfSection& section,
                         std::vector<ElfNote>* notes, size_t* at) {
  const ElfReader elf(section.bytes, file);
  const uint64_t alignment = section.alignment == 8 ? 8 : 4;
  for (uint64_t offset = 0; offset < section.bytes.size();) {
    *at = offset;
    if (!elf.Has(offset, 12)) return "a note is cut short";
    const uint64_t name_size = elf.Number(offset, 4), size = elf.Number(offset + 4, 4);
    const uint64_t name = offset + 12;
    const uint64_t content = offset + Aligned(12 + name_size, alignment);
    if (!elf.Has(name, name_size) || !elf.Has(content, size)) return "a note is cut short";
    ElfNote note;
    note.owner = elf.View(name, name_size);
    note.owner = note.owner.substr(0, note.owner.find('\0'));
    note.type = static_cast<uint32_t>(elf.Number(offset + 8, 4));
    note.bytes = elf.View(content, size);
    notes->push_back(note);
    // The last one may lack its padding.
    offset = content + Aligned(size, alignment);
  }
  return "";
}

}  // namespace keelson
