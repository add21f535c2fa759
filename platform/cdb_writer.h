// Writing a cdb file: records in order, then the tables (core/dbm.h has the format).
//
// By tinycdb. What it writes is what readers of cdb files everywhere take.
#ifndef KEELSON_PLATFORM_CDB_WRITER_H_
#define KEELSON_PLATFORM_CDB_WRITER_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "platform/error.h"
#include "platform/file.h"

namespace keelson {

class CdbWriter {
 public:
  virtual ~CdbWriter() = default;
  // Of several records of a key readers find the first. EFBIG: the file has no room for it.
  virtual Error Add(std::string_view key, std::string_view value) = 0;
  // Once, and no Add afterwards. What the file is given next stands behind *bytes.
  virtual Error Finish(uint64_t* bytes) = 0;
};

// REQUIRES: the file is empty, and outlives the writer. kUnsupported: it has no descriptor.
Error StartCdb(OutputFile& file, std::unique_ptr<CdbWriter>* writer);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_CDB_WRITER_H_
