// A record is found by its offset and read again from there.
#include "applets/pwlookupd/netgroup_table.h"

#include <utility>

#include "core/flat_file.h"
#include "core/nscd_host_wire.h"

namespace keelson {

namespace {

// Putting a larger one together would keep others waiting.
constexpr size_t kMaxAnsweredItems = 20'000;

std::string_view NameAt(std::string_view bytes, size_t offset) {
  const std::string_view rest = bytes.substr(offset);
  size_t end = 0;
  while (end < rest.size() && !IsBlank(rest[end]) && rest[end] != '\0') ++end;
  return rest.substr(0, end);
}

}  // namespace

NetgroupTable::NetgroupTable(FileBytes file) : bytes_(std::move(file)) {
  const std::string_view bytes = bytes_.view();
  const auto same = [bytes](uint32_t a, uint32_t b) {
    return NameAt(bytes, a) == NameAt(bytes, b);
  };
  IndexBuilder by_name(64);
  NetgroupReader reader(bytes);
  std::string_view name, items;
  bool inserted;
  for (Position at; reader.Next(&name, &items, &at);) {
    ++entries_;
    by_name.FindOrInsert(HashKey(name), static_cast<uint32_t>(name.data() - bytes.data()), same,
                         &inserted);
  }
  by_name_ = by_name.Finish();
}

bool NetgroupTable::FindItems(std::string_view name, std::string_view* items) const {
  const std::string_view bytes = bytes_.view();
  const auto record = by_name_.view().Find(
      HashKey(name), [&](uint32_t offset) { return NameAt(bytes, offset) == name; });
  if (!record) return false;
  NetgroupReader reader(bytes.substr(*record));
  std::string_view same_name;
  Position at;
  return reader.Next(&same_name, items, &at);
}

NscdFound AnswerNetgroup(const NetgroupTable& table, bool is_all, const NscdRequest& request,
                         std::string* answer) {
  InNetgroupKey key;
  const bool is_in = request.type == NscdType::kInNetgroup;
  if (is_in && !ParseInNetgroupKey(request.key, &key)) return NscdFound::kElsewhere;
  const auto find = [&table](std::string_view name, std::string_view* items) {
    return table.FindItems(name, items);
  };
  const NetgroupExpansion expansion =
      ExpandNetgroup(find, is_in ? key.netgroup : request.key, kMaxAnsweredItems);
  if (expansion.cut) return NscdFound::kElsewhere;
  if (!expansion.found) return NscdFound::kNo;
  const bool hit = is_in && IsInNetgroup(expansion.triples, key.host, key.user, key.domain);
  if (!is_all && (is_in ? !hit : !expansion.complete)) return NscdFound::kElsewhere;
  if (is_in) {
    AppendInNetgroupAnswer(hit, answer);
  } else {
    AppendNetgroupAnswer(expansion.triples, answer);
  }
  return NscdFound::kYes;
}

}  // namespace keelson
