// An address is 4 or 16 bytes behind its lengths, in network byte order; families are the numbers
// that Linux gives them.
#include "core/nscd_host_wire.h"

#include "core/nscd_fields.h"

namespace keelson {

namespace {

constexpr int32_t kV4 = 2, kV6 = 10;  // AF_INET, AF_INET6

int32_t FamilyOf(const IpAddress& address) { return address.v6 ? kV6 : kV4; }
int32_t LengthOf(const IpAddress& address) { return address.v6 ? 16 : 4; }

void PutAddress(const IpAddress& address, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(address.bytes.data()), LengthOf(address));
}

IpAddress AddressOf(std::string_view bytes) {
  IpAddress address;
  address.v6 = bytes.size() == 16;
  std::memcpy(address.bytes.data(), bytes.data(), bytes.size());
  return address;
}

// The rest of a key up to the next NUL, which has to be there.
bool TakeKeyText(std::string_view* key, std::string_view* text) {
  const size_t end = key->find('\0');
  if (end == std::string_view::npos) return false;
  *text = key->substr(0, end);
  key->remove_prefix(end + 1);
  return true;
}

}  // namespace

void AppendHostAnswer(const HostAnswer& answer, std::string* bytes) {
  const IpAddress& first = answer.addresses.front();
  PutNscdInt(kNscdVersion, bytes);
  PutNscdInt(1, bytes);
  PutNscdLength(answer.name, bytes);
  PutNscdInt(static_cast<int32_t>(answer.aliases.size()), bytes);
  PutNscdInt(FamilyOf(first), bytes);
  PutNscdInt(LengthOf(first), bytes);
  PutNscdInt(static_cast<int32_t>(answer.addresses.size()), bytes);
  PutNscdInt(0, bytes);
  PutNscdText(answer.name, bytes);
  for (const std::string_view alias : answer.aliases) PutNscdLength(alias, bytes);
  for (const IpAddress& address : answer.addresses) PutAddress(address, bytes);
  for (const std::string_view alias : answer.aliases) PutNscdText(alias, bytes);
}

void AppendAddressInfoAnswer(const AddressInfoAnswer& answer, std::string* bytes) {
  int32_t size = 0;
  for (const IpAddress& address : answer.addresses) size += LengthOf(address);
  PutNscdInt(kNscdVersion, bytes);
  PutNscdInt(1, bytes);
  PutNscdInt(static_cast<int32_t>(answer.addresses.size()), bytes);
  PutNscdInt(size, bytes);
  PutNscdLength(answer.name, bytes);
  PutNscdInt(0, bytes);
  for (const IpAddress& address : answer.addresses) PutAddress(address, bytes);
  for (const IpAddress& address : answer.addresses) {
    bytes->push_back(static_cast<char>(FamilyOf(address)));
  }
  PutNscdText(answer.name, bytes);
}

void AppendNetgroupAnswer(std::span<const NetgroupItem> triples, std::string* bytes) {
  std::string texts;
  for (const NetgroupItem& triple : triples) {
    PutNscdText(triple.host, &texts);
    PutNscdText(triple.user, &texts);
    PutNscdText(triple.domain, &texts);
  }
  PutNscdInt(kNscdVersion, bytes);
  PutNscdInt(1, bytes);
  PutNscdInt(static_cast<int32_t>(triples.size()), bytes);
  PutNscdInt(static_cast<int32_t>(texts.size()), bytes);
  *bytes += texts;
}

void AppendInNetgroupAnswer(bool is_in, std::string* bytes) {
  PutNscdInt(kNscdVersion, bytes);
  PutNscdInt(1, bytes);
  PutNscdInt(is_in ? 1 : 0, bytes);
}

bool ParseInNetgroupKey(std::string_view key, InNetgroupKey* parsed) {
  // The request's own NUL is cut off, so the last part lacks its end.
  const std::string whole = std::string(key) + '\0';
  std::string_view rest = whole;
  std::string_view text;
  const auto in_key = [&](std::string_view part) {
    return key.substr(static_cast<size_t>(part.data() - whole.data()), part.size());
  };
  if (!TakeKeyText(&rest, &text)) return false;
  *parsed = {};
  parsed->netgroup = in_key(text);
  for (std::optional<std::string_view>* part : {&parsed->host, &parsed->user, &parsed->domain}) {
    if (!TakeKeyText(&rest, &text)) return false;
    if (text.empty()) continue;
    if (text[0] != '\1') return false;
    *part = in_key(text.substr(1));
  }
  return rest.empty();
}

std::string MakeInNetgroupKey(const InNetgroupKey& key) {
  std::string bytes;
  PutNscdText(key.netgroup, &bytes);
  for (const std::optional<std::string_view>& part : {key.host, key.user, key.domain}) {
    if (part) bytes += '\1';
    PutNscdText(part.value_or(""), &bytes);
  }
  bytes.pop_back();  // the request puts it
  return bytes;
}

bool ReadHostAnswer(std::string_view bytes, NscdFound* found, HostAnswer* answer) {
  NscdTaker take(bytes);
  if (!take.Found(found)) return false;
  const int32_t name = take.Int();
  const int32_t aliases = take.Int();
  const int32_t family = take.Int();
  const int32_t length = take.Int();
  const int32_t count = take.Int();
  take.Int();  // h_errno
  answer->name = take.Text(name);
  const std::vector<int32_t> lengths = take.Lengths(aliases);
  answer->addresses.clear();
  if (length != (family == kV6 ? 16 : 4)) take.Bytes(-1);
  for (int32_t i = 0; i < count && take.ok(); ++i) {
    const std::string_view address = take.Bytes(length);
    if (take.ok()) answer->addresses.push_back(AddressOf(address));
  }
  answer->aliases = take.Texts(lengths);
  return take.Done(found);
}

bool ReadAddressInfoAnswer(std::string_view bytes, NscdFound* found, AddressInfoAnswer* answer) {
  NscdTaker take(bytes);
  if (!take.Found(found)) return false;
  const int32_t count = take.Int();
  const int32_t size = take.Int();
  const int32_t name = take.Int();
  take.Int();  // h_errno
  NscdTaker addresses(take.Bytes(size));
  answer->addresses.clear();
  for (const char family : take.Bytes(count)) {
    const std::string_view address = addresses.Bytes(family == kV6 ? 16 : 4);
    if (!addresses.ok()) break;
    answer->addresses.push_back(AddressOf(address));
  }
  answer->name = take.Text(name);
  if (!addresses.ok()) take.Bytes(-1);
  return take.Done(found);
}

bool ReadNetgroupAnswer(std::string_view bytes, NscdFound* found,
                        std::vector<NetgroupItem>* triples) {
  NscdTaker take(bytes);
  if (!take.Found(found)) return false;
  const int32_t count = take.Int();
  std::string_view texts = take.Bytes(take.Int());
  triples->clear();
  for (int32_t i = 0; i < count && take.ok(); ++i) {
    NetgroupItem item;
    item.is_triple = true;
    for (std::string_view* part : {&item.host, &item.user, &item.domain}) {
      if (!TakeKeyText(&texts, part)) take.Bytes(-1);
    }
    if (take.ok()) triples->push_back(item);
  }
  return take.Done(found);
}

bool ReadInNetgroupAnswer(std::string_view bytes, NscdFound* found, bool* is_in) {
  NscdTaker take(bytes);
  if (!take.Found(found)) return false;
  *is_in = take.Int() != 0;
  return take.Done(found);
}

}  // namespace keelson
