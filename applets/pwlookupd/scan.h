// What a key means in each database, and the first record of a file that has it: getent's rules,
// seen from outside. Pure: bytes of a file in, an entry (views into them) out.
#ifndef KEELSON_APPLETS_PWLOOKUPD_SCAN_H_
#define KEELSON_APPLETS_PWLOOKUPD_SCAN_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/flat_file.h"
#include "core/passwd.h"
#include "core/services.h"

namespace keelson {

// Calls visit(entry) for each record until it returns true. True: it did; *entry is that record.
template <typename Entry, typename Visit>
bool Scan(std::string_view bytes, bool (*parse)(std::string_view, Entry*), Entry* entry,
          Visit visit) {
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    if (parse(line.text, entry) && visit(*entry)) return true;
  }
  return false;
}

// The key as a uid or gid, when all of it is a number: 32 bits of it, as strtoul(3) and a cast
// give.
std::optional<uint32_t> IdOfKey(std::string_view key);

bool ScanPasswdName(std::string_view bytes, std::string_view name, PasswdEntry* entry);
bool ScanPasswdUid(std::string_view bytes, uint32_t uid, PasswdEntry* entry);
bool ScanGroupName(std::string_view bytes, std::string_view name, GroupEntry* entry);
bool ScanGroupGid(std::string_view bytes, uint32_t gid, GroupEntry* entry);
bool ScanShadow(std::string_view bytes, std::string_view key, ShadowEntry* entry);

// Whether the user is in a list of members as group(5) has it.
bool HasMember(std::string_view members, std::string_view user);

// The gids of the groups that have the user as a member: in order, one for each line.
std::vector<uint32_t> ScanInitgroups(std::string_view bytes, std::string_view user);

// NAME, PORT, NAME/PROTOCOL or PORT/PROTOCOL.
struct ServiceKey {
  std::string_view name;
  std::optional<uint16_t> port;              // then it is not a name
  std::optional<std::string_view> protocol;  // none: any
};
ServiceKey ParseServiceKey(std::string_view key);
bool ScanServices(std::string_view bytes, const ServiceKey& key, ServiceEntry* entry);

bool ScanNumbered(std::string_view bytes, std::string_view key, NumberedEntry* entry);
bool ScanNetworks(std::string_view bytes, std::string_view key, NetworkEntry* entry);

bool SameIgnoringCase(std::string_view a, std::string_view b);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_SCAN_H_
