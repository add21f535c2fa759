// Any bytes as a map: what is found lies inside. A map that was built finds all its keys; spoilt in
// any place it may find something else, inside.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "core/nscd_map.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

constexpr int64_t kNow = 1000;
constexpr NscdType kTypes[] = {NscdType::kPasswdByName, NscdType::kPasswdByUid,
                               NscdType::kInitgroups};

// Takes pieces from the front of the input.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}
  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return byte;
  }
  std::string_view Text() {
    const std::string_view text = rest_.substr(0, Byte() % 16);
    rest_.remove_prefix(std::min(text.size(), rest_.size()));
    return text;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

void RequireInside(std::string_view map, const NscdKey& key) {
  if (const auto found = FindInNscdMap(map, key, kNow)) {
    Require(found->data() >= map.data() &&
            found->data() + found->size() <= map.data() + map.size());
  }
}

// The bytes with a head that is taken, so that what is behind it is looked at.
void RequireInsideAnyway(std::string_view bytes, const NscdKey& key, size_t buckets) {
  const size_t data_at = NscdMapBuilder::EmptyBytes(buckets);
  if (bytes.size() < data_at) return;
  std::string map(bytes);
  NscdMapHead head = {};
  head.version = 2;
  head.header_size = sizeof head;
  head.timestamp = kNow;
  head.buckets = static_cast<int32_t>(buckets);
  head.data_size = static_cast<int32_t>(map.size() - data_at);
  std::memcpy(map.data(), &head, sizeof head);
  RequireInside(map, key);
}

void BuildAndSpoil(Input input) {
  std::string map(2048, '\0');
  NscdMapBuilder builder(
      1 + input.Byte() % 8, map.size(),
      [&map](size_t offset, std::string_view bytes) { map.replace(offset, bytes.size(), bytes); });
  std::vector<NscdKey> added;
  for (uint8_t left = input.Byte() % 8; left != 0; --left) {
    const std::string_view answer = input.Text();
    const NscdKey keys[] = {{kTypes[input.Byte() % 3], input.Text()},
                            {kTypes[input.Byte() % 3], answer.substr(answer.size() / 2)}};
    if (builder.Add(answer, keys) != NscdMapBuilder::kNowhere) {
      added.insert(added.end(), keys, keys + 2);
    }
  }
  while (!builder.Finish()) {
  }
  map.resize(builder.bytes());
  RefreshNscdMap(reinterpret_cast<NscdMapHead*>(map.data()), kNow);
  for (const NscdKey& key : added) Require(FindInNscdMap(map, key, kNow).has_value());
  while (!input.rest().empty()) {
    const size_t at = (input.Byte() << 8 | input.Byte()) % map.size();
    map[at] = static_cast<char>(input.Byte());
    for (const NscdKey& key : added) RequireInside(map, key);
  }
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keelson;
  Input input(data, size);
  const NscdKey key = {kTypes[input.Byte() % 3], input.Text()};
  const size_t buckets = 1 + input.Byte() % 32;
  RequireInside(input.rest(), key);
  RequireInsideAnyway(input.rest(), key, buckets);
  BuildAndSpoil(Input(data, size));
  return 0;
}
