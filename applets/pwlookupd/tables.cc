// One pass over the lines fills the indexes; the builder fetches the slots of the next keys
// meanwhile.
//
// Where one record has several keys of a kind (a service and its aliases, a group and its members),
// the value is the offset of the key's own word, and the record is the line around it.

#include "applets/pwlookupd/tables.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/flat_file.h"

namespace keelson {
namespace {

// At least as many as there are. From line to line, which is faster than byte by byte.
size_t CountLines(std::string_view bytes) {
  size_t lines = 1;
  for (size_t at = 0; (at = bytes.find('\n', at)) != std::string_view::npos; ++at) ++lines;
  return lines;
}

// How many lines there probably are, judged by the first ones.
size_t EstimateLines(std::string_view bytes) {
  const std::string_view sample = bytes.substr(0, 64 * 1024);
  const size_t lines = CountLines(sample);
  if (sample.size() == bytes.size()) return lines;
  return bytes.size() / (sample.size() / lines + 1) + lines;
}

std::string_view TextAt(std::string_view bytes, size_t offset) {
  return LineAt(bytes, offset).text;
}

// The text of the line that has this offset in it.
std::string_view TextAround(std::string_view bytes, size_t offset) {
  const size_t before = bytes.substr(0, offset).rfind('\n');
  return TextAt(bytes, before == std::string_view::npos ? 0 : before + 1);
}

std::string_view WordAt(std::string_view bytes, size_t offset) {
  std::string_view word;
  ColumnReader(TextAt(bytes, offset)).Next(&word);
  return word;
}

uint32_t OffsetIn(std::string_view bytes, std::string_view part) {
  return static_cast<uint32_t>(part.data() - bytes.data());
}

Memberships CollectMemberships(std::string_view bytes, const SlotMemory& memory) {
  const auto commas = static_cast<size_t>(std::count(bytes.begin(), bytes.end(), ','));
  Memberships memberships(bytes, commas + CountLines(bytes), memory);
  LineReader lines(bytes);
  GroupEntry entry;
  for (Line line; lines.Next(&line);) {
    if (!ParseMemberships(line.text, &entry)) continue;
    std::string_view member;
    for (ListReader members(entry.members); members.Next(&member);) {
      memberships.Add(member, entry.gid);
    }
  }
  memberships.Finish();
  return memberships;
}

uint32_t HashPair(std::string_view first, std::string_view second) {
  std::string key;
  key.reserve(first.size() + 1 + second.size());
  key.append(first).push_back('\0');
  key.append(second);
  return HashKey(key);
}

}  // namespace

PasswdTable::PasswdTable(FileBytes file, const SlotMemory& memory) : bytes_(std::move(file)) {
  const std::string_view bytes = bytes_.view();
  const auto name_at = [bytes](uint32_t offset) {
    std::string_view name;
    uint32_t uid;
    ParsePasswdKeys(TextAt(bytes, offset), &name, &uid);
    return name;
  };
  const auto uid_at = [bytes](uint32_t offset) {
    std::string_view name;
    uint32_t uid = 0;
    ParsePasswdKeys(TextAt(bytes, offset), &name, &uid);
    return uid;
  };
  const auto same_name = [&](uint32_t a, uint32_t b) { return name_at(a) == name_at(b); };
  const auto same_uid = [&](uint32_t a, uint32_t b) { return uid_at(a) == uid_at(b); };

  const size_t expected = EstimateLines(bytes);
  IndexBuilder by_name(expected, memory);
  IndexBuilder by_uid(expected, memory);
  PasswdKeyReader lines(bytes);
  size_t offset;
  std::string_view name;
  uint32_t uid;
  while (lines.Next(&offset, &name, &uid)) {
    ++entries_;
    if (!IsLookupName(name)) {
      has_compat_lines_ |= !name.empty();
      continue;
    }
    const auto value = static_cast<uint32_t>(offset);
    by_name.Add(HashKey(name), value, same_name);
    by_uid.Add(HashKey(uid), value, same_uid);
  }
  by_name.Flush(same_name);
  by_uid.Flush(same_uid);
  by_name_ = by_name.Finish();
  by_uid_ = by_uid.Finish();
}

bool PasswdTable::FindName(std::string_view name, PasswdEntry* entry) const {
  return by_name_.view()
      .Find(HashKey(name),
            [&](uint32_t offset) {
              return ParsePasswd(TextAt(bytes_.view(), offset), entry) && entry->name == name;
            })
      .has_value();
}

bool PasswdTable::FindUid(uint32_t uid, PasswdEntry* entry) const {
  return by_uid_.view()
      .Find(HashKey(uid),
            [&](uint32_t offset) {
              return ParsePasswd(TextAt(bytes_.view(), offset), entry) && entry->uid == uid;
            })
      .has_value();
}

GroupTable::GroupTable(FileBytes file, const SlotMemory& memory)
    : bytes_(std::move(file)), memory_(&memory) {
  const std::string_view bytes = bytes_.view();
  const auto entry_at = [bytes](uint32_t offset) {
    GroupEntry entry;
    ParseGroup(TextAt(bytes, offset), &entry);
    return entry;
  };
  const auto same_name = [&](uint32_t a, uint32_t b) {
    return entry_at(a).name == entry_at(b).name;
  };
  const auto same_gid = [&](uint32_t a, uint32_t b) { return entry_at(a).gid == entry_at(b).gid; };

  const size_t expected = EstimateLines(bytes);
  IndexBuilder by_name(expected, memory);
  IndexBuilder by_gid(expected, memory);
  LineReader lines(bytes);
  GroupEntry entry;
  for (Line line; lines.Next(&line);) {
    if (!ParseGroup(line.text, &entry)) continue;
    ++entries_;
    if (!IsLookupName(entry.name)) {
      has_compat_lines_ |= !entry.name.empty();
      continue;
    }
    const auto offset = static_cast<uint32_t>(line.offset);
    by_name.Add(HashKey(entry.name), offset, same_name);
    by_gid.Add(HashKey(entry.gid), offset, same_gid);
  }
  by_name.Flush(same_name);
  by_gid.Flush(same_gid);
  by_name_ = by_name.Finish();
  by_gid_ = by_gid.Finish();
}

const Memberships& GroupTable::memberships() const {
  if (!memberships_) memberships_ = CollectMemberships(bytes_.view(), *memory_);
  return *memberships_;
}

bool GroupTable::FindName(std::string_view name, GroupEntry* entry) const {
  return by_name_.view()
      .Find(HashKey(name),
            [&](uint32_t offset) {
              return ParseGroup(TextAt(bytes_.view(), offset), entry) && entry->name == name;
            })
      .has_value();
}

bool GroupTable::FindGid(uint32_t gid, GroupEntry* entry) const {
  return by_gid_.view()
      .Find(HashKey(gid),
            [&](uint32_t offset) {
              return ParseGroup(TextAt(bytes_.view(), offset), entry) && entry->gid == gid;
            })
      .has_value();
}

std::vector<uint32_t> GroupTable::GroupsOf(std::string_view user) const {
  const std::span<const uint32_t> gids = memberships().GroupsOf(user);
  return {gids.begin(), gids.end()};
}

ServiceTable::ServiceTable(FileBytes file) : bytes_(std::move(file)) {
  const std::string_view bytes = bytes_.view();
  const auto word_at = [bytes](uint32_t offset) { return WordAt(bytes, offset); };
  const auto around = [bytes](uint32_t offset) {
    ServiceEntry entry;
    ParseService(TextAround(bytes, offset), &entry);
    return entry;
  };
  const auto same_name = [&](uint32_t a, uint32_t b) { return word_at(a) == word_at(b); };
  const auto same_name_protocol = [&](uint32_t a, uint32_t b) {
    return word_at(a) == word_at(b) && around(a).protocol == around(b).protocol;
  };
  const auto same_port = [&](uint32_t a, uint32_t b) { return around(a).port == around(b).port; };
  const auto same_port_protocol = [&](uint32_t a, uint32_t b) {
    return around(a).port == around(b).port && around(a).protocol == around(b).protocol;
  };

  const size_t expected = EstimateLines(bytes);
  IndexBuilder by_name(expected);
  IndexBuilder by_name_protocol(expected);
  IndexBuilder by_port(expected);
  IndexBuilder by_port_protocol(expected);
  LineReader lines(bytes);
  ServiceEntry entry;
  for (Line line; lines.Next(&line);) {
    if (!ParseService(line.text, &entry)) continue;
    ++entries_;
    const auto offset = static_cast<uint32_t>(line.offset);
    const std::string port = std::to_string(entry.port);
    by_port.Add(HashKey(port), offset, same_port);
    by_port_protocol.Add(HashPair(port, entry.protocol), offset, same_port_protocol);
    std::string_view word = entry.name;
    ColumnReader aliases = entry.aliases;
    do {
      by_name.Add(HashKey(word), OffsetIn(bytes, word), same_name);
      by_name_protocol.Add(HashPair(word, entry.protocol), OffsetIn(bytes, word),
                           same_name_protocol);
    } while (aliases.Next(&word));
  }
  by_name.Flush(same_name);
  by_name_protocol.Flush(same_name_protocol);
  by_port.Flush(same_port);
  by_port_protocol.Flush(same_port_protocol);
  by_name_ = by_name.Finish();
  by_name_protocol_ = by_name_protocol.Finish();
  by_port_ = by_port.Finish();
  by_port_protocol_ = by_port_protocol.Finish();
}

size_t ServiceTable::keys() const {
  return by_name_.view().keys() + by_name_protocol_.view().keys() + by_port_.view().keys() +
         by_port_protocol_.view().keys();
}

bool ServiceTable::FindName(std::string_view name, std::string_view protocol,
                            ServiceEntry* entry) const {
  const bool any = protocol.empty();
  const IndexView& index = any ? by_name_.view() : by_name_protocol_.view();
  return index
      .Find(any ? HashKey(name) : HashPair(name, protocol),
            [&](uint32_t offset) {
              return WordAt(bytes_.view(), offset) == name &&
                     ParseService(TextAround(bytes_.view(), offset), entry) &&
                     (any || entry->protocol == protocol);
            })
      .has_value();
}

bool ServiceTable::FindPort(uint16_t port, std::string_view protocol, ServiceEntry* entry) const {
  const bool any = protocol.empty();
  const IndexView& index = any ? by_port_.view() : by_port_protocol_.view();
  const std::string key = std::to_string(port);
  return index
      .Find(any ? HashKey(key) : HashPair(key, protocol),
            [&](uint32_t offset) {
              return ParseService(TextAt(bytes_.view(), offset), entry) && entry->port == port &&
                     (any || entry->protocol == protocol);
            })
      .has_value();
}

}  // namespace keelson
