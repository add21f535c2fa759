// A stack of names to visit and a set of names seen, so that circles end.
#include "applets/pwlookupd/netgroup.h"

#include <algorithm>
#include <set>
#include <utility>

#include "applets/pwlookupd/scan.h"

namespace keelson {

bool FindNetgroupInFile(std::string_view bytes, std::string_view wanted, std::string_view* items) {
  NetgroupReader reader(bytes);
  std::string_view name;
  Position at;
  while (reader.Next(&name, items, &at)) {
    if (name == wanted) return true;
  }
  return false;
}

NetgroupExpansion ExpandNetgroup(const FindNetgroup& find, std::string_view name,
                                 size_t max_items) {
  NetgroupExpansion expansion;
  std::vector<std::string_view> names = {name};
  std::set<std::string_view> seen = {name};
  size_t count = 0;
  while (!names.empty()) {
    std::string_view items;
    const bool here = find(names.back(), &items);
    names.pop_back();
    expansion.found |= here;
    expansion.complete &= here;
    if (!here) continue;
    for (NetgroupItem item; NetgroupReader::NextItem(&items, &item);) {
      if (++count > max_items) {
        expansion.cut = true;
        return expansion;
      }
      if (item.is_triple) {
        expansion.triples.push_back(item);
      } else if (seen.insert(item.name).second) {
        names.push_back(item.name);
      }
    }
  }
  return expansion;
}

bool ExpandNetgroup(const FindNetgroup& find, std::string_view name,
                    std::vector<NetgroupItem>* triples) {
  NetgroupExpansion expansion = ExpandNetgroup(find, name);
  *triples = std::move(expansion.triples);
  return expansion.found;
}

bool ExpandNetgroup(std::string_view bytes, std::string_view name,
                    std::vector<NetgroupItem>* triples) {
  const auto find = [bytes](std::string_view wanted, std::string_view* items) {
    return FindNetgroupInFile(bytes, wanted, items);
  };
  return ExpandNetgroup(find, name, triples);
}

bool IsInNetgroup(const std::vector<NetgroupItem>& triples, std::optional<std::string_view> host,
                  std::optional<std::string_view> user, std::optional<std::string_view> domain) {
  const auto same = [](std::string_view part, const std::optional<std::string_view>& asked) {
    return part.empty() || !asked || SameIgnoringCase(part, *asked);
  };
  return std::any_of(triples.begin(), triples.end(), [&](const NetgroupItem& triple) {
    return same(triple.host, host) && (triple.user.empty() || !user || triple.user == *user) &&
           same(triple.domain, domain);
  });
}

}  // namespace keelson
