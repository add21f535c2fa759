// Snapshots that somebody has changed, in a buffer of exactly their size. By the first byte:
//   0  any bytes
//   1  a right snapshot with some bytes changed: an error, or the answer it had before
//   2  the same with all checksums made right again: no crash, nothing read outside, whether it is
//      asked or copied from
// Changes are six bytes each: u24 where, u8 how many, u16 by what.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "core/mds_query.h"
#include "core/mds_snapshot_format.h"
#include "tests/core/mds_modules.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

// The answers to questions of every kind; with an error anywhere it ends there, and false.
bool Ask(const MdsSnapshot& snapshot, std::string* answers) {
  for (size_t m = 0; m < snapshot.modules(); ++m) {
    const auto name = snapshot.module(m);
    if (!name) return false;
    *answers += *name;
    *answers += std::to_string(snapshot.FindModule(*name).value_or(-1));
  }
  for (size_t r = 0; r < snapshot.relations(); ++r) {
    const auto relation = *snapshot.relation(r);
    *answers += relation.name;
    for (size_t a = 0; a < relation.attributes; ++a) {
      const auto attribute = *snapshot.attribute(r, a);
      *answers += attribute.name;
      for (const MdsOperator op : {MdsOperator::kEqual, MdsOperator::kLess, MdsOperator::kGreater,
                                   MdsOperator::kInitial, MdsOperator::kFinal}) {
        MdsQuery query{
            r, {{a, op, {"a", {1}}}, {a, MdsOperator::kNotEqual, {"b", {2}}}}, a % 2 == 1};
        std::vector<uint32_t> records;
        std::string wrong;
        if (!RunMdsQuery(snapshot, query, &records, &wrong) && wrong.empty()) return false;
        for (const uint32_t record : records) *answers += std::to_string(record) + " ";
      }
    }
    for (uint32_t i = 0; i < relation.records; ++i) {
      const auto name = snapshot.module_of(r, i);
      if (!name) return false;
      *answers += *name;
      std::vector<MdsSnapshot::Cell> key;
      for (size_t a = 0; a < relation.attributes; ++a) {
        const auto cell = snapshot.cell(r, i, a);
        if (!cell) return false;
        *answers += cell->bytes;
        if (snapshot.attribute(r, a)->unique) key.push_back(*cell);
      }
      std::optional<uint32_t> record;
      if (!snapshot.FindUnique(r, key, &record)) return false;
      *answers += std::to_string(record.value_or(-1));
    }
  }
  return true;
}

struct Right {
  MdsSchema schema = SmallMdsSchema();
  std::string bytes;
  std::string answers;
  Right() {
    RandomMds random(1);
    bytes = BuildMds(schema, random.Modules(schema, 8, 40));
    Require(Ask(*MdsSnapshot::FromBytes(bytes), &answers));
  }
};

void Change(const uint8_t* data, size_t size, char* bytes, size_t length) {
  for (; size >= 6; data += 6, size -= 6) {
    const size_t at = (data[0] | data[1] << 8 | data[2] << 16) % length;
    for (size_t i = 0; i < data[3] % 8u + 1 && at + i < length; ++i) {
      bytes[at + i] = static_cast<char>(bytes[at + i] ^ data[4 + i % 2]);
    }
  }
}

void CopyAll(const MdsSchema& schema, const MdsSnapshot& snapshot) {
  MdsSnapshotBuilder builder(schema);
  RandomMds random(2);
  std::string last;
  for (size_t m = 0; m < snapshot.modules(); ++m) {
    const auto name = snapshot.module(m);
    if (!name || *name <= last) break;
    last = *name;
    if (m % 3 == 2 || !builder.AddFrom(snapshot, last))
      builder.Add(last, random.Records(schema, 40));
  }
  const std::string bytes = builder.Build(nullptr);
  const auto copy = MdsSnapshot::FromBytes(bytes);
  Require(bytes.empty() || (copy && copy->AllPagesAreRight()));
}

void Check(const uint8_t* data, size_t size) {
  static const Right* const right = new Right;
  const int mode = size == 0 ? 0 : data[0] % 3;
  if (size > 0) ++data, --size;
  const size_t length = mode == 0 ? size : right->bytes.size();
  const std::unique_ptr<char[]> bytes(new char[length]);
  if (length != 0)
    std::memcpy(bytes.get(), mode == 0 ? reinterpret_cast<const char*>(data) : right->bytes.data(),
                length);
  if (mode != 0) Change(data, size, bytes.get(), length);
  if (mode == 2) MakeMdsSumsRight(bytes.get(), length);
  const auto snapshot = MdsSnapshot::FromBytes({bytes.get(), length});
  if (!snapshot) return;
  std::string answers;
  const bool answered = Ask(*snapshot, &answers);
  Require(mode != 1 || !answered || answers == right->answers);
  CopyAll(right->schema, *snapshot);
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  keelson::Check(data, size);
  return 0;
}
