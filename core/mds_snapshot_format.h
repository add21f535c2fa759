// The bytes of a snapshot of modules, as docs/FORMATS.md has them: what its builder writes and its
// reader takes. In native byte order; the magic tells a machine of the other one.
#ifndef KEELSON_CORE_MDS_SNAPSHOT_FORMAT_H_
#define KEELSON_CORE_MDS_SNAPSHOT_FORMAT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "core/mds_snapshot.h"

namespace keelson {

inline constexpr uint64_t kMdsMagic = 0x0a53444d6c65656b;  // "keelMDS\n"
inline constexpr uint32_t kMdsVersion = 1;
inline constexpr size_t kMdsPage = 4096;
inline constexpr size_t kMdsSumsOfPage = kMdsPage / sizeof(uint64_t);
inline constexpr size_t kMdsUnsummed = 24;  // where the head's checksum begins to count

struct MdsValuesHead {
  uint32_t count;
  uint32_t size;
  uint64_t ends;
  uint64_t bytes;
  uint64_t signposts;
};

// What stands at every 64th value: its beginning, so that a search looks at few pages.
struct MdsSignpost {
  static constexpr uint32_t kEvery = 64;
  static constexpr size_t kBeginning = 28;
  char beginning[kBeginning];  // zeros behind the end
  uint32_t size;               // of all of the value
};
static_assert(sizeof(MdsSignpost) == 32);

struct MdsHead {
  uint64_t magic;
  uint32_t version;
  uint32_t head_size;
  uint64_t sum;
  uint64_t file_size;
  uint32_t pages;
  uint32_t modules;
  uint64_t modules_at;
  MdsValuesHead values[2];
  uint32_t relations;
  uint32_t attributes;
  uint32_t names_size;
  uint32_t module_names_size;
};
static_assert(sizeof(MdsHead) == 128);

struct MdsName {
  uint32_t at;
  uint32_t size;
};

struct MdsRelationHead {
  uint64_t rows;
  uint64_t index;
  uint32_t records;
  uint32_t slots;
  uint32_t first_attribute;
  uint32_t attributes;
  MdsName name;
};
static_assert(sizeof(MdsRelationHead) == 40);

struct MdsAttributeHead {
  uint64_t ordered;
  uint32_t ordered_count;
  MdsName name;
  MdsName symbols;
  uint8_t format;
  uint8_t unique;
  uint16_t zero;
};
static_assert(sizeof(MdsAttributeHead) == 32);

struct MdsModuleRow {
  uint32_t name;
  uint32_t flags;
};
inline constexpr uint32_t kMdsLeftOut = 1;

// Of a whole table or array from anywhere in the bytes, which need not be aligned.
template <typename T>
T MdsLoad(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

inline uint64_t MdsRoundUp(uint64_t size, uint64_t to) { return (size + to - 1) / to * to; }

// Which of the two tables of values a format's are in.
inline size_t MdsTableOf(MdsFormat format) {
  return format == MdsFormat::kUint32 || format == MdsFormat::kMultiUint32;
}

// The head taken apart, and which pages were found right.
struct MdsSnapshot::Parts {
  MdsHead head;
  std::vector<MdsRelationHead> relations;
  std::vector<MdsAttributeHead> attributes;
  const char* names = nullptr;
  const char* sums = nullptr;      // of the checksum pages
  uint64_t body = 0;               // where it begins
  std::vector<uint64_t> is_right;  // a bit for each page of the file
  bool is_built = false;           // by this process: nothing in it has to be checked

  bool Fit(uint64_t end) const;
};

// Negative, 0 or positive: texts by their bytes, numbers one by one.
int CompareMdsValues(size_t table, std::string_view a, std::string_view b);

// A key of the unique index, put together from the values of the unique attributes in their order.
class MdsKey {
 public:
  void Clear() { bytes_.clear(); }
  void AddAbsent() { AddSize(0xffffffff); }
  void Add(std::string_view value) {
    AddSize(static_cast<uint32_t>(value.size()));
    bytes_.append(value);
  }
  uint32_t Tag() const;

 private:
  void AddSize(uint32_t size) { bytes_.append(reinterpret_cast<const char*>(&size), sizeof size); }
  std::string bytes_;
};

// XXH3_64bits, of a page and of the head.
uint64_t MdsSum(std::string_view bytes);

}  // namespace keelson

#endif  // KEELSON_CORE_MDS_SNAPSHOT_FORMAT_H_
