// Ids are read digit by digit, so that "+1", " 1" and "0x1" are none: what a definition says must
// mean the same to every tool that reads it afterwards.
#include "core/account_id.h"

#include <algorithm>

#include "core/config.h"

namespace keelson {

namespace {

constexpr size_t kMaxName = 32;  // as wide as utmp's field

std::optional<uint32_t> ParseNumber(std::string_view text) {
  const std::optional<uint64_t> number = ParseUnsigned(text);
  if (!number || *number > UINT32_MAX) return std::nullopt;
  return static_cast<uint32_t>(*number);
}

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<uint32_t> ParseAccountId(std::string_view text) {
  const std::optional<uint32_t> id = ParseNumber(text);
  return id && IsAccountId(*id) ? id : std::nullopt;
}

std::optional<IdRange> ParseIdRange(std::string_view text) {
  const size_t dash = text.find('-');
  const std::optional<uint32_t> first = ParseNumber(text.substr(0, dash));
  const std::optional<uint32_t> last =
      dash == std::string_view::npos ? first : ParseNumber(text.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return IdRange{*first, *last};
}

bool IsAccountName(std::string_view name) {
  if (name.empty() || name.size() > kMaxName || name[0] == '-') return false;
  if (name.size() > 1 && name.back() == '$') name.remove_suffix(1);
  const auto allowed = [](char c) { return IsLower(c) || IsDigit(c) || c == '_' || c == '-'; };
  if (!std::all_of(name.begin(), name.end(), allowed)) return false;
  return name[0] == '_' || std::any_of(name.begin(), name.end(), IsLower);
}

}  // namespace keelson
