// ELF files made to order, for the tests of their readers.
#ifndef KEELSON_TESTS_CORE_ELF_BYTES_H_
#define KEELSON_TESTS_CORE_ELF_BYTES_H_

#include <cstdint>
#include <string>
#include <vector>

namespace keelson {

struct ElfBytes {
  bool is_64 = true, big_endian = false;

  std::string Number(uint64_t number, size_t size) const {
    std::string bytes(size, '\0');
    for (size_t i = 0; i < size; ++i) {
      bytes[big_endian ? size - 1 - i : i] = static_cast<char>(number >> 8 * i);
    }
    return bytes;
  }
  std::string Word(uint64_t number) const { return Number(number, is_64 ? 8 : 4); }

  std::string Note(const std::string& owner, uint32_t type, const std::string& content,
                   size_t alignment = 4) const {
    std::string note = Number(owner.size() + 1, 4) + Number(content.size(), 4) + Number(type, 4);
    note += owner + '\0';
    note.resize((note.size() + alignment - 1) / alignment * alignment);
    note += content;
    note.resize((note.size() + alignment - 1) / alignment * alignment);
    return note;
  }

  struct Section {
    std::string name;
    uint32_t type = 1;
    std::string bytes;
    uint64_t alignment = 1;
  };
  // The header, the sections' bytes, their names, the table of sections.
  std::string File(const std::vector<Section>& sections) const {
    const size_t header = is_64 ? 64 : 52, step = is_64 ? 64 : 40;
    std::string body, names(1, '\0'), table(step, '\0');
    const auto add = [&](const Section& section) {
      table += Number(names.size(), 4) + Number(section.type, 4) + Word(0) + Word(0);
      names += section.name + '\0';
      table += Word(header + body.size()) + Word(section.bytes.size());
      table += Number(0, 4) + Number(0, 4) + Word(section.alignment) + Word(0);
      if (section.type != 8) body += section.bytes;
    };
    for (const Section& section : sections) add(section);
    const std::string last = ".shstrtab";
    add({last, 3, names + last + '\0', 1});
    std::string file =
        "\x7f"
        "ELF";
    file += static_cast<char>(is_64 ? 2 : 1);
    file += static_cast<char>(big_endian ? 2 : 1);
    file += std::string("\1\0\0\0\0\0\0\0\0\0", 10) + Number(1, 2) + Number(62, 2) + Number(1, 4);
    file += Word(0) + Word(0) + Word(header + body.size()) + Number(0, 4) + Number(header, 2);
    file += Number(0, 2) + Number(0, 2) + Number(step, 2) + Number(sections.size() + 2, 2) +
            Number(sections.size() + 1, 2);
    return file + body + table;
  }
};

}  // namespace keelson

#endif  // KEELSON_TESTS_CORE_ELF_BYTES_H_
