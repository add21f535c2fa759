// The protocol that libc speaks to its name service cache (glibc's nscd, version 2; musl uses types
// 0 to 3 and 15): requests and answers <-> bytes. A request a connection; the server closes.
//
// Native byte order, every integer an int32 unless said; every length of a string includes its NUL.
//   request     version type key_len, key
//   passwd      version found name_len passwd_len uid gid gecos_len dir_len shell_len, 5 strings
//   group       version found name_len passwd_len gid member_count, u32 lengths[], name passwd
//   members[] initgroups  version found count, u32 gids[] services    version found name_len
//   proto_len alias_count port(network order), name proto, u32 lengths[], aliases
// found: 1; 0 no such entry, and the client looks nowhere else; -1 the client is to look by itself.
// Those about hosts and netgroups: core/nscd_host_wire.h.
#ifndef KEELSON_CORE_NSCD_WIRE_H_
#define KEELSON_CORE_NSCD_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/passwd.h"
#include "core/services.h"

namespace keelson {

enum class NscdType : int32_t {
  kPasswdByName = 0,
  kPasswdByUid = 1,
  kGroupByName = 2,
  kGroupByGid = 3,
  kHostByName = 4,
  kHostByNameV6 = 5,
  kHostByAddress = 6,
  kHostByAddressV6 = 7,
  kShutdown = 8,
  kStatistics = 9,
  kInvalidate = 10,
  kMapPasswd = 11,
  kMapGroup = 12,
  kMapHosts = 13,
  kAddressInfo = 14,
  kInitgroups = 15,
  kServiceByName = 16,
  kServiceByPort = 17,
  kMapServices = 18,
  kNetgroup = 19,
  kInNetgroup = 20,
  kMapNetgroup = 21,
};
inline constexpr int32_t kNscdTypes = 22;

enum class NscdFound : int32_t { kNo = 0, kYes = 1, kElsewhere = -1 };

inline constexpr size_t kNscdRequestHeader = 12;
inline constexpr size_t kNscdMaxKey = 1024;
// What a client may send before it is answered.
inline constexpr size_t kNscdMaxRequest = kNscdRequestHeader + kNscdMaxKey;

struct NscdRequest {
  NscdType type = NscdType::kPasswdByName;
  std::string_view key;  // without its NUL
};

enum class NscdParse : uint8_t { kRequest, kNeedMore, kMalformed };

// kMalformed: another version, an unknown type, a key too long, empty or without NUL. A key with
// NULs inside is passed whole (netgroup requests have such keys), an address as its bytes.
NscdParse ParseNscdRequest(std::string_view bytes, NscdRequest* request);

// The key of a request for a service: "NAME/PROTOCOL" or "PORT/PROTOCOL", the port as getservbyport
// was given it, a number in network byte order. False: it is no such key, or nobody's port.
struct NscdServiceKey {
  std::string_view name;         // of kServiceByName
  std::optional<uint16_t> port;  // of kServiceByPort, host byte order
  std::string_view protocol;     // empty: any
};
bool ParseNscdServiceKey(const NscdRequest& request, NscdServiceKey* key);

// REQUIRES: key.size() < kNscdMaxKey.
void AppendNscdRequest(NscdType type, std::string_view key, std::string* bytes);

// Answers, by the server.
void AppendPasswdAnswer(const PasswdEntry& entry, std::string* bytes);
void AppendGroupAnswer(const GroupEntry& entry, std::string* bytes);
void AppendInitgroupsAnswer(std::span<const uint32_t> gids, std::string* bytes);
void AppendServiceAnswer(const ServiceEntry& entry, std::string* bytes);
// What goes beside the descriptor of a mapping of so many bytes: its key with NUL and the size.
void AppendMapAnswer(NscdType type, uint64_t map_bytes, std::string* bytes);
// found kNo or kElsewhere, as a header of that type's full size. For a mapping: one of no bytes,
// without a descriptor, which costs the client no more than a connection that is closed: it asks
// for none again.
void AppendEmptyAnswer(NscdType type, NscdFound found, std::string* bytes);

// The name in an answer that was found: a view into it, with its NUL behind it. For passwd and
// group.
std::string_view NscdAnswerName(NscdType type, std::string_view answer);

// The number by which a port is asked for: what its two bytes, the upper one first, are here.
uint16_t NscdPortKey(uint16_t port);

// "group", "hosts" ... for a mapping's type.
std::string_view NscdMapKey(NscdType type);

// The same answers, read by a client. False: not a whole answer with found = 1; *found tells why
// when the header is there, otherwise it is kElsewhere. Views into the bytes.
bool ReadPasswdAnswer(std::string_view bytes, NscdFound* found, PasswdEntry* entry);

struct GroupAnswer {
  std::string_view name, password;
  uint32_t gid = 0;
  std::vector<std::string_view> members;
};
bool ReadGroupAnswer(std::string_view bytes, NscdFound* found, GroupAnswer* entry);

bool ReadInitgroupsAnswer(std::string_view bytes, NscdFound* found, std::vector<uint32_t>* gids);

struct ServiceAnswer {
  std::string_view name, protocol;
  uint16_t port = 0;  // host byte order
  std::vector<std::string_view> aliases;
};
bool ReadServiceAnswer(std::string_view bytes, NscdFound* found, ServiceAnswer* entry);

}  // namespace keelson

#endif  // KEELSON_CORE_NSCD_WIRE_H_
