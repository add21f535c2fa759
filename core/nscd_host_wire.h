// nscd's protocol, the part about hosts and netgroups (core/nscd_wire.h has the rest).
//
// Native byte order, every integer an int32 unless said; every length of a string includes its NUL.
//   host       version found name_len alias_count family address_length address_count h_error,
//              name, u32 lengths[], addresses, aliases
//   addresses  version found count bytes canonical_len h_error, addresses, u8 families[], canonical
//   netgroup   version found count bytes, host user domain of each triple; "" is any
//   is in      version found result
// Keys: a name; for an address its 4 or 16 bytes, without a NUL; for "is in" the netgroup's name
// with NUL, then for each of host, user and domain a NUL (any), or 1 and a string.
#ifndef KEELSON_CORE_NSCD_HOST_WIRE_H_
#define KEELSON_CORE_NSCD_HOST_WIRE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/flat_file.h"
#include "core/ip_address.h"
#include "core/nscd_wire.h"

namespace keelson {

struct HostAnswer {
  std::string_view name;
  std::vector<std::string_view> aliases;
  std::vector<IpAddress> addresses;  // of one family; each is a line of getent's
};

struct AddressInfoAnswer {
  std::string_view name;             // canonical
  std::vector<IpAddress> addresses;  // of any family
};

struct InNetgroupKey {
  std::string_view netgroup;
  std::optional<std::string_view> host, user, domain;
};

// REQUIRES: there is an address, and all are of one family.
void AppendHostAnswer(const HostAnswer& answer, std::string* bytes);
void AppendAddressInfoAnswer(const AddressInfoAnswer& answer, std::string* bytes);
void AppendNetgroupAnswer(std::span<const NetgroupItem> triples, std::string* bytes);
void AppendInNetgroupAnswer(bool is_in, std::string* bytes);

bool ParseInNetgroupKey(std::string_view key, InNetgroupKey* parsed);
std::string MakeInNetgroupKey(const InNetgroupKey& key);

// As ReadPasswdAnswer and its kin.
bool ReadHostAnswer(std::string_view bytes, NscdFound* found, HostAnswer* answer);
bool ReadAddressInfoAnswer(std::string_view bytes, NscdFound* found, AddressInfoAnswer* answer);
bool ReadNetgroupAnswer(std::string_view bytes, NscdFound* found,
                        std::vector<NetgroupItem>* triples);
bool ReadInNetgroupAnswer(std::string_view bytes, NscdFound* found, bool* is_in);

}  // namespace keelson

#endif  // KEELSON_CORE_NSCD_HOST_WIRE_H_
