// An answer is lengths, then strings. Strings never hold a NUL (a NUL ends a line's text), so
// lengths and NULs agree by construction.

#include "core/nscd_wire.h"

#include <algorithm>
#include <cstring>

#include "core/flat_file.h"
#include "core/nscd_fields.h"

namespace keelson {
namespace {

constexpr int32_t kHostNotFound = 1;  // HOST_NOT_FOUND of h_errno(3)

uint16_t SwapPort(uint16_t port) {
  const uint8_t bytes[2] = {static_cast<uint8_t>(port >> 8), static_cast<uint8_t>(port)};
  uint16_t swapped;
  std::memcpy(&swapped, bytes, sizeof swapped);
  return swapped;
}

// Bytes of the header that each type is answered with; 0: not answered by a header.
size_t HeaderSize(NscdType type) {
  switch (type) {
    case NscdType::kPasswdByName:
    case NscdType::kPasswdByUid:
      return 36;
    case NscdType::kGroupByName:
    case NscdType::kGroupByGid:
      return 24;
    case NscdType::kHostByName:
    case NscdType::kHostByNameV6:
    case NscdType::kHostByAddress:
    case NscdType::kHostByAddressV6:
      return 32;
    case NscdType::kAddressInfo:
      return 24;
    case NscdType::kInitgroups:
      return 12;
    case NscdType::kServiceByName:
    case NscdType::kServiceByPort:
      return 24;
    case NscdType::kNetgroup:
      return 16;
    case NscdType::kInNetgroup:
      return 12;
    case NscdType::kShutdown:
    case NscdType::kStatistics:
    case NscdType::kInvalidate:
    case NscdType::kMapPasswd:
    case NscdType::kMapGroup:
    case NscdType::kMapHosts:
    case NscdType::kMapServices:
    case NscdType::kMapNetgroup:
      return 0;
  }
  return 0;
}

bool IsAboutHosts(NscdType type) {
  return type == NscdType::kAddressInfo || HeaderSize(type) == 32;
}

}  // namespace

std::string_view NscdAnswerName(NscdType type, std::string_view answer) {
  NscdTaker take(answer);
  NscdFound found;
  if (!take.Found(&found)) return {};
  const auto length = static_cast<size_t>(take.Int());
  size_t at = HeaderSize(type);
  if (type == NscdType::kGroupByName || type == NscdType::kGroupByGid) {
    take.Int();
    take.Int();
    at += static_cast<size_t>(take.Int()) * sizeof(int32_t);
  }
  return answer.substr(at, length - 1);
}

uint16_t NscdPortKey(uint16_t port) { return SwapPort(port); }

std::string_view NscdMapKey(NscdType type) {
  switch (type) {
    case NscdType::kMapPasswd:
      return "passwd";
    case NscdType::kMapGroup:
      return "group";
    case NscdType::kMapHosts:
      return "hosts";
    case NscdType::kMapServices:
      return "services";
    case NscdType::kMapNetgroup:
      return "netgroup";
    default:
      return "";
  }
}

NscdParse ParseNscdRequest(std::string_view bytes, NscdRequest* request) {
  int32_t header[3];
  static_assert(sizeof header == kNscdRequestHeader);
  if (bytes.size() < sizeof header) return NscdParse::kNeedMore;
  std::memcpy(header, bytes.data(), sizeof header);
  const auto [version, type, key_length] = header;
  if (version != kNscdVersion || type < 0 || type >= kNscdTypes) return NscdParse::kMalformed;
  request->type = static_cast<NscdType>(type);
  const bool has_key =
      request->type != NscdType::kShutdown && request->type != NscdType::kStatistics;
  if (key_length < (has_key ? 1 : 0) || static_cast<size_t>(key_length) > kNscdMaxKey) {
    return NscdParse::kMalformed;
  }
  if (bytes.size() < sizeof header + key_length) return NscdParse::kNeedMore;
  request->key = bytes.substr(sizeof header, key_length);
  // An address is all of its bytes.
  if (request->type == NscdType::kHostByAddress || request->type == NscdType::kHostByAddressV6) {
    return NscdParse::kRequest;
  }
  if (key_length == 0) return NscdParse::kRequest;
  if (request->key.back() != '\0') return NscdParse::kMalformed;
  request->key.remove_suffix(1);
  return NscdParse::kRequest;
}

bool ParseNscdServiceKey(const NscdRequest& request, NscdServiceKey* key) {
  const size_t slash = request.key.rfind('/');
  if (slash == std::string_view::npos) return false;
  *key = {request.key.substr(0, slash), std::nullopt, request.key.substr(slash + 1)};
  if (request.type == NscdType::kServiceByName) return true;
  const std::optional<uint32_t> number = ParseId(key->name);
  if (!number || *number > 0xffff) return false;
  const auto network = static_cast<uint16_t>(*number);
  uint8_t bytes[2];
  std::memcpy(bytes, &network, sizeof bytes);
  key->port = static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
  return true;
}

void AppendNscdRequest(NscdType type, std::string_view key, std::string* bytes) {
  PutNscdInt(kNscdVersion, bytes);
  PutNscdInt(static_cast<int32_t>(type), bytes);
  PutNscdLength(key, bytes);
  PutNscdText(key, bytes);
}

void AppendPasswdAnswer(const PasswdEntry& entry, std::string* bytes) {
  const auto length = [](std::string_view text) { return static_cast<int32_t>(text.size() + 1); };
  const int32_t header[] = {kNscdVersion,
                            1,
                            length(entry.name),
                            length(entry.password),
                            static_cast<int32_t>(entry.uid),
                            static_cast<int32_t>(entry.gid),
                            length(entry.gecos),
                            length(entry.directory),
                            length(entry.shell)};
  const std::string_view texts[] = {entry.name, entry.password, entry.gecos, entry.directory,
                                    entry.shell};
  size_t size = sizeof header;
  for (const std::string_view text : texts) size += text.size() + 1;
  size_t at = bytes->size();
  bytes->resize(at + size);  // with the NULs
  std::memcpy(bytes->data() + at, header, sizeof header);
  at += sizeof header;
  for (const std::string_view text : texts) {
    std::memcpy(bytes->data() + at, text.data(), text.size());
    at += text.size() + 1;
  }
}

void AppendGroupAnswer(const GroupEntry& entry, std::string* bytes) {
  PutNscdInt(kNscdVersion, bytes);
  PutNscdInt(1, bytes);
  PutNscdLength(entry.name, bytes);
  PutNscdLength(entry.password, bytes);
  PutNscdId(entry.gid, bytes);
  const size_t count_at = bytes->size();
  // One pass over what may be a hundred thousand members: room for as many lengths as there can be,
  // the texts behind, and what was too much is taken away at the end.
  const auto commas = std::count(entry.members.begin(), entry.members.end(), ',');
  const size_t most = static_cast<size_t>(commas) + 1;
  size_t length_at = count_at + sizeof(int32_t);
  const size_t texts_at = length_at + most * sizeof(int32_t);
  bytes->reserve(texts_at + entry.name.size() + entry.password.size() + entry.members.size() + 3);
  bytes->resize(texts_at);
  PutNscdText(entry.name, bytes);
  PutNscdText(entry.password, bytes);
  size_t text_at = bytes->size();
  bytes->resize(text_at + entry.members.size() + 1);
  int32_t count = 0;
  std::string_view member;
  for (ListReader members(entry.members); members.Next(&member); ++count) {
    const auto length = static_cast<int32_t>(member.size() + 1);
    std::memcpy(bytes->data() + length_at, &length, sizeof length);
    length_at += sizeof length;
    std::memcpy(bytes->data() + text_at, member.data(), member.size());
    text_at += member.size() + 1;  // what is left out is the NUL
  }
  std::memcpy(bytes->data() + count_at, &count, sizeof count);
  bytes->resize(text_at);
  bytes->erase(length_at, texts_at - length_at);
}

void AppendInitgroupsAnswer(std::span<const uint32_t> gids, std::string* bytes) {
  PutNscdInt(kNscdVersion, bytes);
  PutNscdInt(1, bytes);
  PutNscdInt(static_cast<int32_t>(gids.size()), bytes);
  bytes->append(reinterpret_cast<const char*>(gids.data()), gids.size_bytes());
}

void AppendServiceAnswer(const ServiceEntry& entry, std::string* bytes) {
  PutNscdInt(kNscdVersion, bytes);
  PutNscdInt(1, bytes);
  PutNscdLength(entry.name, bytes);
  PutNscdLength(entry.protocol, bytes);
  const size_t count_at = bytes->size();
  int32_t count = 0;
  PutNscdInt(count, bytes);
  PutNscdInt(SwapPort(entry.port), bytes);
  PutNscdText(entry.name, bytes);
  PutNscdText(entry.protocol, bytes);
  std::string_view alias;
  for (ColumnReader aliases = entry.aliases; aliases.Next(&alias); ++count)
    PutNscdLength(alias, bytes);
  std::memcpy(bytes->data() + count_at, &count, sizeof count);
  for (ColumnReader aliases = entry.aliases; aliases.Next(&alias);) PutNscdText(alias, bytes);
}

void AppendMapAnswer(NscdType type, uint64_t map_bytes, std::string* bytes) {
  PutNscdText(NscdMapKey(type), bytes);
  bytes->append(reinterpret_cast<const char*>(&map_bytes), sizeof map_bytes);
}

void AppendEmptyAnswer(NscdType type, NscdFound found, std::string* bytes) {
  if (!NscdMapKey(type).empty()) return AppendMapAnswer(type, 0, bytes);
  const size_t begin = bytes->size();
  PutNscdInt(kNscdVersion, bytes);
  PutNscdInt(static_cast<int32_t>(found), bytes);
  bytes->resize(begin + HeaderSize(type), '\0');
  if (found != NscdFound::kNo || !IsAboutHosts(type)) return;
  const int32_t h_error = kHostNotFound;  // the last field of both
  std::memcpy(bytes->data() + bytes->size() - sizeof h_error, &h_error, sizeof h_error);
}

bool ReadPasswdAnswer(std::string_view bytes, NscdFound* found, PasswdEntry* entry) {
  NscdTaker take(bytes);
  if (!take.Found(found)) return false;
  const int32_t name = take.Int();
  const int32_t password = take.Int();
  entry->uid = static_cast<uint32_t>(take.Int());
  entry->gid = static_cast<uint32_t>(take.Int());
  const int32_t gecos = take.Int();
  const int32_t directory = take.Int();
  const int32_t shell = take.Int();
  entry->name = take.Text(name);
  entry->password = take.Text(password);
  entry->gecos = take.Text(gecos);
  entry->directory = take.Text(directory);
  entry->shell = take.Text(shell);
  return take.Done(found);
}

bool ReadGroupAnswer(std::string_view bytes, NscdFound* found, GroupAnswer* entry) {
  NscdTaker take(bytes);
  if (!take.Found(found)) return false;
  const int32_t name = take.Int();
  const int32_t password = take.Int();
  entry->gid = static_cast<uint32_t>(take.Int());
  const int32_t count = take.Int();
  const std::vector<int32_t> lengths = take.Lengths(count);
  entry->name = take.Text(name);
  entry->password = take.Text(password);
  entry->members = take.Texts(lengths);
  return take.Done(found);
}

bool ReadInitgroupsAnswer(std::string_view bytes, NscdFound* found, std::vector<uint32_t>* gids) {
  NscdTaker take(bytes);
  if (!take.Found(found)) return false;
  const int32_t count = take.Int();
  gids->clear();
  for (int32_t gid : take.Lengths(count)) gids->push_back(static_cast<uint32_t>(gid));
  return take.Done(found);
}

bool ReadServiceAnswer(std::string_view bytes, NscdFound* found, ServiceAnswer* entry) {
  NscdTaker take(bytes);
  if (!take.Found(found)) return false;
  const int32_t name = take.Int();
  const int32_t protocol = take.Int();
  const int32_t count = take.Int();
  entry->port = SwapPort(static_cast<uint16_t>(take.Int()));
  entry->name = take.Text(name);
  entry->protocol = take.Text(protocol);
  entry->aliases = take.Texts(take.Lengths(count));
  return take.Done(found);
}

}  // namespace keelson
