// Any bytes as a DBM file: nothing is read outside of them, a value lies inside what was asked for,
// and searching ends. Most of what the reader does is behind its checksums, so the same bytes are
// tried once more as a cdb file with the checksums that belong to it.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "core/dbm.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

DbmRead ReadOf(std::string_view bytes) {
  return [bytes](uint64_t offset, std::span<char> to) {
    if (offset > bytes.size() || to.size() > bytes.size() - offset) return false;
    if (!to.empty()) std::memcpy(to.data(), bytes.data() + offset, to.size());
    return true;
  };
}

void Ask(std::string_view file, std::string_view bytes) {
  DbmReader reader;
  if (!reader.Open(ReadOf(file), file.size())) return;
  Require(reader.CheckAll());
  std::string_view value;
  for (std::string_view key : {std::string_view(), kDbmHeaderKey, std::string_view("nroot"),
                               std::string_view("i0"), bytes.substr(0, 5)}) {
    if (reader.Find(key, &value) != DbmReader::Found::kYes) continue;
    Require(value.size() <= file.size());
    Require(value.empty() || file.find(value) != std::string_view::npos);
  }
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keelson;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Ask(bytes, bytes);
  std::string trailer;
  Require(MakeDbmTrailer(ReadOf(bytes), size, &trailer));
  Ask(std::string(bytes) + trailer, bytes);
  return 0;
}
