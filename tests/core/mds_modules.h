// Schemas and modules at random, for the tests of what is made of them.
#ifndef KEELSON_TESTS_CORE_MDS_MODULES_H_
#define KEELSON_TESTS_CORE_MDS_MODULES_H_

#include <cstddef>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/mds_record.h"
#include "core/mds_schema.h"
#include "core/mds_snapshot.h"
#include "core/mds_snapshot_format.h"

namespace keelson {

using MdsModules = std::map<std::string, std::vector<MdsRecord>>;

// Two relations of two and one unique attributes, of all formats, and one without records.
inline MdsSchema SmallMdsSchema() {
  MdsSchema schema;
  schema.Add({"CAPABILITY",
              {{"ModuleID", MdsFormat::kString, "", true},
               {"SSID", MdsFormat::kUint32, "", true},
               {"Desc", MdsFormat::kString, "", false},
               {"Blob", MdsFormat::kBlob, "", false},
               {"Type", MdsFormat::kUint32, "ServiceNames", false},
               {"Values", MdsFormat::kMultiUint32, "", false}}});
  schema.Add({"OBJECT",
              {{"Path", MdsFormat::kString, "", false},
               {"ModuleID", MdsFormat::kString, "", true},
               {"Manifest", MdsFormat::kBlob, "", false}}});
  schema.Add({"EMPTY", {{"ModuleID", MdsFormat::kString, "", true}}});
  return schema;
}

class RandomMds {
 public:
  explicit RandomMds(uint32_t seed) : random_(seed) {}

  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_()) % bound; }

  // Few bytes and short, so that values share beginnings, ends and insides.
  std::string Text(uint32_t longest) {
    static constexpr char kBytes[] = {'a', 'b', 'A', '\0', '\xff', '\xc3'};
    std::string text;
    for (uint32_t size = Below(longest + 1); size > 0; --size) text += kBytes[Below(6)];
    return text;
  }

  uint32_t Number() {
    static constexpr uint32_t kNumbers[] = {0, 1, 2, 255, 256, 65536, 0x7fffffff, 0xffffffff};
    return kNumbers[Below(8)];
  }

  MdsValue Value(MdsFormat format) {
    MdsValue value;
    if (format == MdsFormat::kString || format == MdsFormat::kBlob) value.bytes = Text(4);
    if (format == MdsFormat::kUint32) value.numbers = {Number()};
    if (format == MdsFormat::kMultiUint32) {
      for (uint32_t size = Below(4); size > 0; --size) value.numbers.push_back(Number());
    }
    return value;
  }

  // variety: how many different unique keys there may be, about.
  MdsRecord Record(const MdsSchema& schema, size_t relation, uint32_t variety) {
    MdsRecord record;
    record.relation = relation;
    for (const MdsAttribute& attribute : schema.relations()[relation].attributes) {
      record.values.emplace_back();
      if (Below(5) == 0) continue;
      record.values.back() = Value(attribute.format);
      if (attribute.unique && attribute.format == MdsFormat::kString) {
        record.values.back()->bytes = "{id" + std::to_string(Below(variety)) + "}";
      }
    }
    return record;
  }

  std::vector<MdsRecord> Records(const MdsSchema& schema, uint32_t variety) {
    std::vector<MdsRecord> records;
    for (uint32_t size = Below(5); size > 0; --size) {
      records.push_back(Record(schema, Below(2), variety));
    }
    return records;
  }

  MdsModules Modules(const MdsSchema& schema, uint32_t count, uint32_t variety) {
    MdsModules modules;
    while (modules.size() < count) {
      modules["0/m" + std::to_string(Below(count * 3)) + ".bundle"] = Records(schema, variety);
    }
    return modules;
  }

 private:
  std::mt19937 random_;
};

inline std::string BuildMds(const MdsSchema& schema, const MdsModules& modules,
                            std::vector<MdsSnapshotBuilder::Duplicate>* duplicates = nullptr) {
  MdsSnapshotBuilder builder(schema);
  for (const auto& [name, records] : modules) builder.Add(name, records);
  return builder.Build(duplicates);
}

inline MdsRecord MakeMdsRecord(size_t relation, std::vector<std::optional<MdsValue>> values) {
  MdsRecord record;
  record.relation = relation;
  record.values = std::move(values);
  return record;
}

inline MdsValue MdsText(std::string text) { return {std::move(text), {}}; }
inline MdsValue MdsNumbers(std::vector<uint32_t> numbers) { return {"", std::move(numbers)}; }

// As a writer would have put them who wanted these bytes.
inline void MakeMdsSumsRight(char* bytes, size_t size) {
  const std::string_view all(bytes, size);
  const auto head = MdsLoad<MdsHead>(bytes);
  const uint64_t sum_pages = MdsRoundUp(head.pages, kMdsSumsOfPage) / kMdsSumsOfPage;
  const uint64_t sums = sizeof head + uint64_t{head.relations} * sizeof(MdsRelationHead) +
                        uint64_t{head.attributes} * sizeof(MdsAttributeHead) +
                        MdsRoundUp(head.names_size, 8);
  if (head.head_size + (sum_pages + head.pages) * kMdsPage != size) return;
  if (sums + 8 * sum_pages > head.head_size) return;
  const uint64_t body = head.head_size + sum_pages * kMdsPage;
  const auto put = [&](uint64_t at, uint64_t length, uint64_t to) {
    const uint64_t sum = MdsSum(all.substr(at, length));
    std::memcpy(bytes + to, &sum, sizeof sum);
  };
  for (uint64_t i = 0; i < head.pages; ++i)
    put(body + i * kMdsPage, kMdsPage, head.head_size + 8 * i);
  for (uint64_t i = 0; i < sum_pages; ++i) {
    put(head.head_size + i * kMdsPage, kMdsPage, sums + 8 * i);
  }
  put(kMdsUnsummed, head.head_size - kMdsUnsummed, offsetof(MdsHead, sum));
}

}  // namespace keelson

#endif  // KEELSON_TESTS_CORE_MDS_MODULES_H_
