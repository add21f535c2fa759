// What the answers of nscd's protocol are made of: native int32, and texts whose lengths count a
// NUL.
#ifndef KEELSON_CORE_NSCD_FIELDS_H_
#define KEELSON_CORE_NSCD_FIELDS_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "core/nscd_wire.h"

namespace keelson {

inline constexpr int32_t kNscdVersion = 2;

inline void PutNscdInt(int32_t value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof value);
}

inline void PutNscdId(uint32_t value, std::string* bytes) {
  PutNscdInt(static_cast<int32_t>(value), bytes);
}

inline void PutNscdLength(std::string_view text, std::string* bytes) {
  PutNscdInt(static_cast<int32_t>(text.size() + 1), bytes);
}

inline void PutNscdText(std::string_view text, std::string* bytes) {
  bytes->append(text);
  bytes->push_back('\0');
}

// Takes fields from the front; after the first failure everything fails.
class NscdTaker {
 public:
  explicit NscdTaker(std::string_view bytes) : rest_(bytes) {}

  int32_t Int() {
    int32_t value = 0;
    if (rest_.size() < sizeof value) return Fail();
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }

  // length counts the NUL that has to be there.
  std::string_view Text(int32_t length) {
    if (length < 1 || static_cast<size_t>(length) > rest_.size() || rest_[length - 1] != '\0') {
      Fail();
      return {};
    }
    const std::string_view text = rest_.substr(0, length - 1);
    rest_.remove_prefix(length);
    return text;
  }

  // A length below 0 makes it fail.
  std::string_view Bytes(int32_t length) {
    if (length < 0 || static_cast<size_t>(length) > rest_.size()) {
      Fail();
      return {};
    }
    const std::string_view bytes = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return bytes;
  }

  bool ok() const { return ok_; }

  // `count` lengths first, taken now; their strings later.
  std::vector<int32_t> Lengths(int32_t count) {
    std::vector<int32_t> lengths;
    if (count < 0 || static_cast<size_t>(count) > rest_.size() / sizeof(int32_t)) {
      Fail();
      return lengths;
    }
    for (int32_t i = 0; i < count; ++i) lengths.push_back(Int());
    return lengths;
  }

  std::vector<std::string_view> Texts(const std::vector<int32_t>& lengths) {
    std::vector<std::string_view> texts;
    for (int32_t length : lengths) texts.push_back(Text(length));
    return texts;
  }

  // The header's first two fields; true when there is a record behind them.
  bool Found(NscdFound* found) {
    *found = NscdFound::kElsewhere;
    const int32_t version = Int();
    const int32_t answer = Int();
    if (!ok_ || version != kNscdVersion) return false;
    if (answer == 0) *found = NscdFound::kNo;
    if (answer == 1) *found = NscdFound::kYes;
    return answer == 1;
  }

  // What a reader returns; a torn answer is as good as none.
  bool Done(NscdFound* found) const {
    if (!ok_) *found = NscdFound::kElsewhere;
    return ok_;
  }

 private:
  int32_t Fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace keelson

#endif  // KEELSON_CORE_NSCD_FIELDS_H_
