// The size of the head depends on the number of pages behind it, so the parts are given places from
// the beginning of the body, and the body its own when all are known. The bytes are then appended
// from the front to the end, once, and the sums filled in.
#include "core/mds_image.h"

#include <cstddef>
#include <cstring>
#include <limits>

namespace keelson {
namespace {

template <typename T>
void Append(const std::vector<T>& items, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T));
}

}  // namespace

std::string MdsImage::Write(MdsHead* head, const std::vector<MdsRelationHead>& relations,
                            const std::vector<MdsAttributeHead>& attributes,
                            std::string_view names) {
  const uint64_t pages = MdsRoundUp(size_, kMdsPage) / kMdsPage;
  const uint64_t sum_pages = MdsRoundUp(pages, kMdsSumsOfPage) / kMdsSumsOfPage;
  const uint64_t in_head = sizeof(MdsHead) + relations.size() * sizeof(MdsRelationHead) +
                           attributes.size() * sizeof(MdsAttributeHead) +
                           MdsRoundUp(names.size(), 8) + sum_pages * sizeof(uint64_t);
  const uint64_t head_size = MdsRoundUp(in_head, kMdsPage);
  if (pages > std::numeric_limits<uint32_t>::max() || head_size > uint32_t{1} << 31) return "";
  const uint64_t body = head_size + sum_pages * kMdsPage;
  for (const Part& part : parts_) *part.at += body;
  head->magic = kMdsMagic;
  head->version = kMdsVersion;
  head->head_size = static_cast<uint32_t>(head_size);
  head->file_size = body + pages * kMdsPage;
  head->pages = static_cast<uint32_t>(pages);

  std::string bytes;
  bytes.reserve(head->file_size);
  bytes.append(sizeof(MdsHead), '\0');
  Append(relations, &bytes);
  Append(attributes, &bytes);
  bytes.append(names);
  const uint64_t sums_of_sums = MdsRoundUp(bytes.size(), 8);
  bytes.resize(body);
  for (const Part& part : parts_) {
    bytes.resize(*part.at);
    bytes.append(part.data);
  }
  bytes.resize(head->file_size);

  const auto put_sum = [&bytes](uint64_t from, uint64_t size, uint64_t at) {
    const uint64_t sum = MdsSum(std::string_view(bytes).substr(from, size));
    std::memcpy(bytes.data() + at, &sum, sizeof sum);
  };
  for (uint64_t i = 0; i < pages; ++i) put_sum(body + i * kMdsPage, kMdsPage, head_size + 8 * i);
  for (uint64_t i = 0; i < sum_pages; ++i) {
    put_sum(head_size + i * kMdsPage, kMdsPage, sums_of_sums + 8 * i);
  }
  std::memcpy(bytes.data(), head, sizeof *head);
  put_sum(kMdsUnsummed, head_size - kMdsUnsummed, offsetof(MdsHead, sum));
  return bytes;
}

}  // namespace keelson
