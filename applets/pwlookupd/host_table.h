// hosts(5) under indexes, for files of any size: lists of names to be refused have 100,000s of
// lines.
#ifndef KEELSON_APPLETS_PWLOOKUPD_HOST_TABLE_H_
#define KEELSON_APPLETS_PWLOOKUPD_HOST_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "applets/pwlookupd/databases.h"
#include "core/index.h"
#include "core/services.h"
#include "platform/file.h"

namespace keelson {

class HostTable : public FileDatabase {
 public:
  explicit HostTable(FileBytes bytes, const SlotMemory& memory = kHeapSlots);

  // The lines of that name or alias, whatever its case, in the file's order. False: there are more
  // than kMaxLines, and *lines are some of them.
  static constexpr size_t kMaxLines = 256;
  bool FindName(std::string_view name, std::vector<HostEntry>* lines) const;
  // The first line of that address; of a v4 one also those that can be v4 (AsV4).
  bool FindAddress(const IpAddress& address, HostEntry* entry) const;

  size_t entries() const override { return entries_; }

 private:
  // A word of a line; all of one name are chained, the last one first.
  struct Name {
    uint32_t word;  // offsets
    uint32_t line;
    uint32_t earlier;  // kNone, or an index into names_
  };
  static constexpr uint32_t kNone = 0xffffffff;

  void AddName(std::string_view name, size_t line, IndexBuilder* by_name);
  std::string_view WordAt(uint32_t name) const;
  HostEntry LineOf(uint32_t offset) const;

  FileBytes bytes_;
  std::vector<Name> names_;
  IndexImage by_name_;
  IndexImage by_v4_;  // values: offsets of lines
  IndexImage by_v6_;
  size_t entries_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_HOST_TABLE_H_
