// The head of a catalog's file, as docs/FORMATS.md has it.
#ifndef KEELSON_APPLETS_MDSSCAN_CATALOG_FORMAT_H_
#define KEELSON_APPLETS_MDSSCAN_CATALOG_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "applets/mdsscan/catalog.h"

namespace keelson {

inline constexpr uint64_t kCatalogMagic = 0x0a53444d74617473;  // "statMDS\n"
inline constexpr uint32_t kCatalogVersion = 1;

struct CatalogHead {
  uint64_t magic;
  uint32_t version;
  uint32_t head_size;  // with the path
  uint64_t head_sum;   // of what is behind it, to the end of the head
  uint64_t body_size;
  uint64_t body_sum;
  uint64_t generation;
  uint64_t snapshot;
  int64_t started_ns;
  uint32_t recursive;
  uint32_t places;
  uint32_t folders;
  uint32_t modules;
  uint32_t files;
  uint32_t records;
  uint32_t lines;
  uint32_t duplicates;
};
static_assert(sizeof(CatalogHead) == 96);
inline constexpr size_t kCatalogUnsummed = offsetof(CatalogHead, body_size);
static_assert(sizeof(Validator) == 48 && sizeof(Digest) == 16);

uint64_t CatalogSum(std::string_view bytes);

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_CATALOG_FORMAT_H_
