// A set of names that says quickly of most names that they are not in it.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_WANTED_NAMES_H_
#define KEELSON_APPLETS_USERADD_PROFILE_WANTED_NAMES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace keelson {

class WantedNames {
 public:
  static constexpr size_t kNone = SIZE_MAX;

  void Reserve(size_t names) { numbers_.reserve(names); }

  // The number of a name: 0, 1, 2 ... in the order in which they were put in.
  size_t Insert(std::string_view name) {
    const auto found = numbers_.find(name);
    if (found != numbers_.end()) return found->second;
    const std::string& kept = names_.emplace_back(name);
    lengths_[Initial(name)] |= LengthBit(name);
    numbers_.emplace(kept, names_.size() - 1);
    return names_.size() - 1;
  }
  size_t Find(std::string_view name) const {
    if ((lengths_[Initial(name)] & LengthBit(name)) == 0) return kNone;
    const auto found = numbers_.find(name);
    return found == numbers_.end() ? kNone : found->second;
  }
  const std::string& name(size_t number) const { return names_[number]; }
  size_t size() const { return names_.size(); }

 private:
  static uint8_t Initial(std::string_view name) {
    return name.empty() ? 0 : static_cast<uint8_t>(name[0]);
  }
  static uint64_t LengthBit(std::string_view name) { return uint64_t{1} << (name.size() & 63); }

  std::array<uint64_t, 256> lengths_ = {};  // by the first byte
  std::deque<std::string> names_;           // numbers_ has views into them
  std::unordered_map<std::string_view, size_t> numbers_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_WANTED_NAMES_H_
