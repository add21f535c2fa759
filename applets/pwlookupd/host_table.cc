// One pass over the lines. Names are compared without regard to case, so they are hashed in lower
// case.
#include "applets/pwlookupd/host_table.h"

#include <algorithm>
#include <string>
#include <utility>

#include "applets/pwlookupd/scan.h"
#include "core/flat_file.h"

namespace keelson {

namespace {

// Rather too few than too many: the index grows.
constexpr size_t kBytesPerLine = 32;

uint32_t HashName(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return HashKey(lower);
}

uint32_t HashAddress(const IpAddress& address) {
  return HashKey(
      std::string_view(reinterpret_cast<const char*>(address.bytes.data()), address.v6 ? 16 : 4));
}

}  // namespace

HostTable::HostTable(FileBytes file, const SlotMemory& memory) : bytes_(std::move(file)) {
  const std::string_view bytes = bytes_.view();
  const auto same_v4 = [this](uint32_t a, uint32_t b) {
    return AsV4(LineOf(a).address) == AsV4(LineOf(b).address);
  };
  const auto same_v6 = [this](uint32_t a, uint32_t b) {
    return LineOf(a).address == LineOf(b).address;
  };
  IndexBuilder by_name(bytes.size() / kBytesPerLine, memory);
  IndexBuilder by_v4(64, memory);
  IndexBuilder by_v6(64, memory);
  bool inserted;
  LineReader lines(bytes);
  HostEntry host;
  for (Line line; lines.Next(&line);) {
    host.name = {};
    if (!ParseHost(line.text, &host)) continue;
    ++entries_;
    const auto offset = static_cast<uint32_t>(line.offset);
    if (const auto v4 = AsV4(host.address)) {
      by_v4.FindOrInsert(HashAddress(*v4), offset, same_v4, &inserted);
    }
    if (host.address.v6) {
      by_v6.FindOrInsert(HashAddress(host.address), offset, same_v6, &inserted);
    }
    AddName(host.name, line.offset, &by_name);
    std::string_view alias;
    for (ColumnReader aliases = host.aliases; aliases.Next(&alias);) {
      AddName(alias, line.offset, &by_name);
    }
  }
  by_name_ = by_name.Finish();
  by_v4_ = by_v4.Finish();
  by_v6_ = by_v6.Finish();
  names_.shrink_to_fit();
}

void HostTable::AddName(std::string_view name, size_t line, IndexBuilder* by_name) {
  if (name.empty()) return;
  const auto same = [this](uint32_t a, uint32_t b) {
    return SameIgnoringCase(WordAt(a), WordAt(b));
  };
  const auto number = static_cast<uint32_t>(names_.size());
  names_.push_back({static_cast<uint32_t>(name.data() - bytes_.view().data()),
                    static_cast<uint32_t>(line), kNone});
  bool inserted;
  uint32_t* const value_plus_1 = by_name->FindOrInsert(HashName(name), number, same, &inserted);
  if (inserted) return;
  const uint32_t earlier = *value_plus_1 - 1;
  if (names_[earlier].line == names_[number].line) return names_.pop_back();
  names_[number].earlier = earlier;
  *value_plus_1 = number + 1;
}

std::string_view HostTable::WordAt(uint32_t name) const {
  // Not LineAt: the line may have a hundred thousand names.
  const std::string_view rest = bytes_.view().substr(names_[name].word);
  size_t end = 0;
  while (end < rest.size() && !IsBlank(rest[end]) && rest[end] != '#' && rest[end] != '\0') ++end;
  return rest.substr(0, end);
}

HostEntry HostTable::LineOf(uint32_t offset) const {
  HostEntry host;
  ParseHost(LineAt(bytes_.view(), offset).text, &host);
  return host;
}

bool HostTable::FindName(std::string_view name, std::vector<HostEntry>* lines) const {
  lines->clear();
  const auto last = by_name_.view().Find(
      HashName(name), [&](uint32_t each) { return SameIgnoringCase(WordAt(each), name); });
  for (uint32_t at = last.value_or(kNone); at != kNone; at = names_[at].earlier) {
    if (lines->size() == kMaxLines) return false;
    lines->push_back(LineOf(names_[at].line));
  }
  std::reverse(lines->begin(), lines->end());
  return true;
}

bool HostTable::FindAddress(const IpAddress& address, HostEntry* entry) const {
  const IndexView index = address.v6 ? by_v6_.view() : by_v4_.view();
  const auto line = index.Find(HashAddress(address), [&](uint32_t offset) {
    const IpAddress found = LineOf(offset).address;
    return (address.v6 ? found : AsV4(found)) == address;
  });
  if (line) *entry = LineOf(*line);
  return line.has_value();
}

}  // namespace keelson
