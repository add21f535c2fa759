// A stack of names to visit and a set of names seen, so that circles end.
#include "applets/pwlookupd/netgroup.h"

#include <algorithm>
#include <set>

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

bool ExpandNetgroup(std::string_view bytes, std::string_view name,
                    std::vector<NetgroupItem>* triples) {
  const auto find = [bytes](std::string_view wanted, std::string_view* items) {
    return FindNetgroupInFile(bytes, wanted, items);
  };
  return ExpandNetgroup(find, name, triples);
}

bool ExpandNetgroup(const FindNetgroup& find, std::string_view name,
                    std::vector<NetgroupItem>* triples) {
  std::vector<std::string_view> names = {name};
  std::set<std::string_view> seen = {name};
  bool found = false;
  while (!names.empty()) {
    std::string_view items;
    const bool here = find(names.back(), &items);
    names.pop_back();
    if (!here) continue;
    found = true;
    for (NetgroupItem item; NetgroupReader::NextItem(&items, &item);) {
      if (item.is_triple) {
        triples->push_back(item);
      } else if (seen.insert(item.name).second) {
        names.push_back(item.name);
      }
    }
  }
  return found;
}

bool IsInNetgroup(const std::vector<NetgroupItem>& triples, std::string_view host,
                  std::string_view user, std::string_view domain) {
  return std::any_of(triples.begin(), triples.end(), [&](const NetgroupItem& triple) {
    return (triple.host.empty() || SameIgnoringCase(triple.host, host)) &&
           (triple.user.empty() || triple.user == user) &&
           (triple.domain.empty() || SameIgnoringCase(triple.domain, domain));
  });
}

}  // namespace keelson
