// Where everything of a snapshot stands: puts its parts one behind the other in pages and writes
// them, the head in front, with the checksum of every page.
#ifndef KEELSON_CORE_MDS_IMAGE_H_
#define KEELSON_CORE_MDS_IMAGE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/mds_snapshot_format.h"

namespace keelson {

class MdsImage {
 public:
  // REQUIRES: data and *at stay until Write, which sets *at to the offset.
  void Put(std::string_view data, uint64_t* at) {
    parts_.push_back({data, at});
    *at = size_;
    size_ = MdsRoundUp(size_ + data.size(), 8);
  }
  void Put(const std::vector<uint32_t>& words, uint64_t* at) {
    Put({reinterpret_cast<const char*>(words.data()), 4 * words.size()}, at);
  }
  // Sets what the head says of itself and the file. Empty: too large. REQUIRES: `at` of Put points
  // into the head, the relations or the attributes.
  std::string Write(MdsHead* head, const std::vector<MdsRelationHead>& relations,
                    const std::vector<MdsAttributeHead>& attributes, std::string_view names);

 private:
  struct Part {
    std::string_view data;
    uint64_t* at;
  };
  std::vector<Part> parts_;
  uint64_t size_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_CORE_MDS_IMAGE_H_
