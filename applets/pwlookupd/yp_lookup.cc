// question -> value -> the line in it, if it is what was asked for.
#include "applets/pwlookupd/yp_lookup.h"

#include <algorithm>
#include <string>

#include "applets/pwlookupd/netgroup.h"
#include "applets/pwlookupd/scan.h"
#include "core/flat_file.h"
#include "core/yp_wire.h"

namespace keelson {

namespace {

constexpr char kNotShown[] = "x";

// Passwd and group are alike but for these.
struct PasswdMaps {
  static constexpr char kByName[] = "passwd.byname", kById[] = "passwd.byuid";
  static bool Parse(std::string_view line, PasswdEntry* entry) { return ParsePasswd(line, entry); }
  static uint32_t Id(const PasswdEntry& entry) { return entry.uid; }
  static bool HasRootsId(const PasswdEntry& entry) { return entry.uid == 0 || entry.gid == 0; }
};
struct GroupMaps {
  static constexpr char kByName[] = "group.byname", kById[] = "group.bygid";
  static bool Parse(std::string_view line, GroupEntry* entry) { return ParseGroup(line, entry); }
  static uint32_t Id(const GroupEntry& entry) { return entry.gid; }
  static bool HasRootsId(const GroupEntry& entry) { return entry.gid == 0; }
};

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

// For the log: a key is whatever somebody asked for.
std::string Shown(std::string_view text) {
  std::string shown(text.substr(0, 100));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return shown;
}

// The line of a record as an entry. False: it is refused, for the log with its map and key.
template <typename Maps, typename Entry>
bool TakeLine(std::string_view line, std::string_view map, std::string_view key,
              const YpContext& context, Entry* entry) {
  const auto refuse = [&](const char* why) {
    context.facts->Refuse(std::string(map) + ": '" + Shown(key) + "': " + why);
    return false;
  };
  if (HasControl(line)) return refuse("a control character in its line");
  if (!Maps::Parse(line, entry) || entry->name.empty() || !IsLookupName(entry->name)) {
    return refuse("its line is none");
  }
  if (Maps::HasRootsId(*entry)) return refuse("with the id 0");
  if (!context.shows_passwords) entry->password = kNotShown;
  return true;
}

template <typename Maps, typename Entry>
YpFound FindEntry(const AccountKey& key, const YpContext& context, Entry* entry) {
  const std::string text = key.id ? std::to_string(*key.id) : std::string(key.name);
  // No map has such a key, and to have no id of root's is what makes YP's entries harmless.
  if (text.empty() || text.size() > kYpMaxKey || HasControl(text) || key.id == 0) {
    return YpFound::kNo;
  }
  const char* map = key.id ? Maps::kById : Maps::kByName;
  std::string_view line;
  const YpFound found = context.facts->Find({map, text}, &line);
  if (found != YpFound::kYes) return found;
  if (!TakeLine<Maps>(line, map, text, context, entry)) return YpFound::kNo;
  if (key.id ? Maps::Id(*entry) == *key.id : entry->name == key.name) return YpFound::kYes;
  context.facts->Refuse(std::string(map) + ": '" + Shown(text) + "': the line of another");
  return YpFound::kNo;
}

template <typename Maps, typename Entry>
YpFound AllEntries(const YpContext& context, std::vector<Entry>* entries) {
  std::string_view text;
  const YpFound found = context.facts->Find({Maps::kByName, "", /*all=*/true}, &text);
  if (found != YpFound::kYes) return found;
  LineReader lines(text);
  Entry entry;
  for (Line key, value; lines.Next(&key) && lines.Next(&value);) {
    if (!TakeLine<Maps>(value.text, Maps::kByName, key.text, context, &entry)) continue;
    if (entry.name == key.text) entries->push_back(entry);
  }
  return YpFound::kYes;
}

// "UID:GID,GID..."
bool ReadNetid(std::string_view value, uint32_t uid, std::vector<uint32_t>* gids) {
  const size_t colon = value.find(':');
  if (colon == std::string_view::npos || ParseId(value.substr(0, colon)) != uid) return false;
  std::string_view item;
  for (ListReader items(value.substr(colon + 1)); items.Next(&item);) {
    const std::optional<uint32_t> gid = ParseId(item);
    if (!gid) return false;
    if (*gid != 0) gids->push_back(*gid);
  }
  return true;
}

// What one map says of a service.
YpFound FindServiceIn(const char* map, std::string_view name, std::optional<uint16_t> port,
                      std::string_view protocol, const YpContext& context, ServiceEntry* entry) {
  std::string key = port ? std::to_string(*port) : std::string(name);
  if (!protocol.empty()) key += "/" + std::string(protocol);
  if (key.empty() || key.size() > kYpMaxKey || HasControl(key)) return YpFound::kNo;
  std::string_view line;
  const YpFound found = context.facts->Find({map, key}, &line);
  if (found != YpFound::kYes) return found;
  if (!ParseService(line, entry)) return YpFound::kNo;
  bool is_called = entry->name == name;
  ColumnReader aliases = entry->aliases;
  for (std::string_view alias; aliases.Next(&alias);) is_called |= alias == name;
  const bool is_it = (port ? entry->port == *port : is_called) &&
                     (protocol.empty() || entry->protocol == protocol);
  return is_it ? YpFound::kYes : YpFound::kNo;
}

}  // namespace

YpFound FindYpEntry(const AccountKey& key, const YpContext& context, PasswdEntry* entry) {
  return FindEntry<PasswdMaps>(key, context, entry);
}

YpFound FindYpEntry(const AccountKey& key, const YpContext& context, GroupEntry* entry) {
  return FindEntry<GroupMaps>(key, context, entry);
}

YpFound AllYpEntries(const YpContext& context, std::vector<PasswdEntry>* entries) {
  return AllEntries<PasswdMaps>(context, entries);
}

YpFound AllYpEntries(const YpContext& context, std::vector<GroupEntry>* entries) {
  return AllEntries<GroupMaps>(context, entries);
}

YpFound FindYpService(std::string_view name, std::optional<uint16_t> port,
                      std::string_view protocol, const YpContext& context, ServiceEntry* entry) {
  if (!port) return FindServiceIn("services.byservicename", name, port, protocol, context, entry);
  if (!protocol.empty()) {
    return FindServiceIn("services.byname", name, port, protocol, context, entry);
  }
  // The map's keys have a protocol.
  for (const char* each : {"tcp", "udp"}) {
    const YpFound found = FindServiceIn("services.byname", name, port, each, context, entry);
    if (found != YpFound::kNo) return found;
  }
  return YpFound::kNo;
}

YpFound FindYpGroupsOf(std::string_view user, const YpContext& context,
                       std::vector<uint32_t>* gids) {
  PasswdEntry entry;
  YpFound found = FindYpEntry(AccountKey{user}, context, &entry);
  if (found == YpFound::kLater || found == YpFound::kDown) return found;
  if (found == YpFound::kYes) {
    const std::string uid = std::to_string(entry.uid);
    std::string_view value;
    found = context.facts->Find({"netid.byname", "unix." + uid + "@" + std::string(context.domain)},
                                &value);
    if (found == YpFound::kLater || found == YpFound::kDown) return found;
    if (found == YpFound::kYes && ReadNetid(value, entry.uid, gids)) return YpFound::kYes;
    gids->clear();
  }
  std::vector<GroupEntry> groups;
  found = AllYpEntries(context, &groups);
  for (const GroupEntry& group : groups) {
    if (HasMember(group.members, user)) gids->push_back(group.gid);
  }
  return found == YpFound::kYes && gids->empty() ? YpFound::kNo : found;
}

YpFound FindNetgroupUsers(std::string_view netgroup, const YpContext& context,
                          std::vector<std::string_view>* users) {
  if (netgroup.empty()) return YpFound::kNo;
  YpFound unsure = YpFound::kNo;  // kLater or kDown: of one of them
  const auto find = [&](std::string_view name, std::string_view* items) {
    for (const YpContext::NetgroupSource source : context.netgroup_sources) {
      if (source == YpContext::NetgroupSource::kFile) {
        if (FindNetgroupInFile(context.netgroup_file, name, items)) return true;
        continue;
      }
      if (name.size() > kYpMaxKey) continue;
      const YpFound found = context.facts->Find({"netgroup", std::string(name)}, items);
      if (found == YpFound::kYes) return true;
      if (found != YpFound::kNo && unsure != YpFound::kLater) unsure = found;
    }
    return false;
  };
  std::vector<NetgroupItem> triples;
  const bool is_there = ExpandNetgroup(find, netgroup, &triples);
  if (unsure != YpFound::kNo) return unsure;
  if (!is_there) return YpFound::kNo;
  for (const NetgroupItem& triple : triples) users->push_back(triple.user);
  return YpFound::kYes;
}

}  // namespace keelson
