// Any bytes as the state of a scan, with sums made right: what is read is written the same again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "applets/mdsscan/catalog.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace keelson {
namespace {

// Where the sums and what they are of lie: docs/FORMATS.md.
void MakeSumsRight(std::string* bytes) {
  uint32_t head = 0;
  if (bytes->size() < 96) return;
  std::memcpy(&head, bytes->data() + 12, sizeof head);
  if (head < 96 || head > bytes->size()) return;
  const uint64_t size = bytes->size() - head;
  std::memcpy(bytes->data() + 24, &size, sizeof size);
  uint64_t sum = XXH3_64bits(bytes->data() + head, size);
  std::memcpy(bytes->data() + 32, &sum, sizeof sum);
  sum = XXH3_64bits(bytes->data() + 24, head - 24);
  std::memcpy(bytes->data() + 16, &sum, sizeof sum);
}

void Check(std::string bytes) {
  MakeSumsRight(&bytes);
  const auto catalog = ParseCatalog(bytes);
  if (!catalog) return;
  const std::string again = FormatCatalog(*catalog);
  const auto same = ParseCatalog(again);
  if (!same || FormatCatalog(*same) != again) abort();
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  keelson::Check(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
