// A module's records as they are read from its files, before they go into a snapshot.
#ifndef KEELSON_CORE_MDS_RECORD_H_
#define KEELSON_CORE_MDS_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/flat_file.h"
#include "core/mds_schema.h"

namespace keelson {

// What an attribute of a record says. Of the two members the one that the format uses.
struct MdsValue {
  std::string bytes;              // kString, kBlob
  std::vector<uint32_t> numbers;  // kUint32: one; kMultiUint32: any number
  friend bool operator==(const MdsValue&, const MdsValue&) = default;
};

struct MdsRecord {
  size_t relation = 0;                          // its place in the schema
  std::vector<std::optional<MdsValue>> values;  // as many as the relation has attributes
  std::string file;                             // which file of the module said so, its name in it
                                                // (of a resource of an .mdsinfo file: the resource)
  Position at;                                  // where the record begins there
};

struct MdsError {
  std::string file;
  ParseError error;
};

// What a module is, all its files together.
struct MdsModule {
  std::vector<MdsRecord> records;  // in the order of the files' names, then as they stand there
  std::vector<MdsError> errors;  // a file with an error gives no records; the others are unaffected
  std::vector<MdsError> notes;   // what was passed over without being an error
};

inline constexpr size_t kMaxMdsFile = size_t{16} << 20;  // bytes
inline constexpr size_t kMaxMdsRecords = 100'000;        // of one module
inline constexpr size_t kMaxMdsToken = 4096;             // bytes of a symbol or number

}  // namespace keelson

#endif  // KEELSON_CORE_MDS_RECORD_H_
