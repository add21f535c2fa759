// Any bytes as the state of a scan, with magic, version, sizes and sums made right: what is read is
// written the same again, copied as it stood there or put together anew.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "applets/mdsscan/catalog.h"
#include "applets/mdsscan/catalog_format.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

void MakeHeadRight(std::string* bytes) {
  if (bytes->size() < sizeof(CatalogHead)) bytes->resize(sizeof(CatalogHead));
  CatalogHead head;
  std::memcpy(&head, bytes->data(), sizeof head);
  head.magic = kCatalogMagic;
  head.version = kCatalogVersion;
  if (head.head_size < sizeof head || head.head_size > bytes->size()) head.head_size = sizeof head;
  head.body_size = bytes->size() - head.head_size;
  head.body_sum = CatalogSum(std::string_view(*bytes).substr(head.head_size));
  std::memcpy(bytes->data(), &head, sizeof head);
  head.head_sum = CatalogSum(
      std::string_view(*bytes).substr(kCatalogUnsummed, head.head_size - kCatalogUnsummed));
  std::memcpy(bytes->data(), &head, sizeof head);
}

void Check(std::string bytes) {
  MakeHeadRight(&bytes);
  auto catalog = ParseCatalog(bytes);
  if (!catalog) return;
  const std::string again = FormatCatalog(*catalog);
  const auto same = ParseCatalog(again);
  Require(same && FormatCatalog(*same) == again);
  for (SeenModule& module : catalog->modules) module.stored = {};
  Require(FormatCatalog(*catalog) == again);
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  keelson::Check(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
