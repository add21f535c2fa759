// Options are walked field by field (options, boot file, server name) into one list; whatever does
// not fit its field makes the whole message void, because what else it says cannot be trusted.
#include "core/dhcp_packet.h"

#include <algorithm>

#include "core/network_order.h"

namespace keelson {

namespace {

constexpr uint32_t kCookie = 0x63825363;
constexpr size_t kHardwareAt = 28, kServerNameAt = 44, kBootFileAt = 108, kCookieAt = 236;
constexpr size_t kServerNameSize = 64, kBootFileSize = 128;
constexpr uint8_t kPad = 0, kEnd = 255;
constexpr size_t kMaxOption = 255;

using Fault = std::optional<std::string_view>;

DhcpOption& OptionOf(uint8_t code, std::vector<DhcpOption>* options) {
  const auto found = std::find_if(options->begin(), options->end(),
                                  [code](const DhcpOption& option) { return option.code == code; });
  return found != options->end() ? *found : options->emplace_back(DhcpOption{code});
}

// The end may be missing: some servers fill the field to its last byte.
Fault WalkOptions(std::string_view field, std::vector<DhcpOption>* options) {
  for (size_t at = 0; at < field.size();) {
    const uint8_t code = Read8(field, at++);
    if (code == kPad) continue;
    if (code == kEnd) return std::nullopt;
    if (at == field.size()) return "an option without its length";
    const size_t size = Read8(field, at++);
    if (size > field.size() - at) return "an option beyond its end";
    OptionOf(code, options).data.append(field, at, size);
    at += size;
  }
  return std::nullopt;
}

std::string UpToNul(std::string_view field) {
  return std::string(field.substr(0, field.find('\0')));
}

// Takes option 52 out of the options: which fields hold options too (1 boot file, 2 server name).
Fault TakeOverload(std::vector<DhcpOption>* options, uint8_t* overload) {
  *overload = 0;
  const auto found = std::find_if(options->begin(), options->end(), [](const DhcpOption& option) {
    return option.code == kDhcpOverload;
  });
  if (found == options->end()) return std::nullopt;
  if (found->data.size() != 1 || found->data[0] < 1 || found->data[0] > 3) {
    return "an option 52 that is not 1, 2 or 3";
  }
  *overload = static_cast<uint8_t>(found->data[0]);
  options->erase(found);
  return std::nullopt;
}

Fault ReadOptions(std::string_view bytes, DhcpMessage* message) {
  std::vector<DhcpOption>* const options = &message->options;
  options->reserve(16);  // as many as a usual message has
  if (const Fault fault = WalkOptions(bytes.substr(kDhcpOptionsAt), options)) return fault;
  uint8_t overload;
  if (const Fault fault = TakeOverload(options, &overload)) return fault;
  const std::string_view boot_file = bytes.substr(kBootFileAt, kBootFileSize);
  const std::string_view server_name = bytes.substr(kServerNameAt, kServerNameSize);
  if ((overload & 1) == 0) {
    message->boot_file = UpToNul(boot_file);
  } else if (const Fault fault = WalkOptions(boot_file, options)) {
    return fault;
  }
  if ((overload & 2) == 0) {
    message->server_name = UpToNul(server_name);
  } else if (const Fault fault = WalkOptions(server_name, options)) {
    return fault;
  }
  // One inside the fields that it speaks of means nothing.
  std::erase_if(*options, [](const DhcpOption& option) { return option.code == kDhcpOverload; });
  return std::nullopt;
}

Fault CheckSizes(const DhcpMessage& message) {
  const std::string* type = message.Find(kDhcpMessageType);
  if (type != nullptr && type->size() != 1) return "a message type that is not one byte";
  const std::string* server = message.Find(kDhcpServer);
  if (server != nullptr && server->size() != 4) return "a server identifier that is no address";
  return std::nullopt;
}

Fault Parse(std::string_view bytes, DhcpMessage* message) {
  if (bytes.size() < kDhcpOptionsAt) return "too short";
  if (bytes.size() > kMaxDhcpMessage) return "too long";
  if (Read32(bytes, kCookieAt) != kCookie) return "no magic cookie";
  const uint8_t op = Read8(bytes, 0);
  if (op != 1 && op != 2) return "neither request nor reply";
  message->is_reply = op == 2;
  message->hardware.type = Read8(bytes, 1);
  message->hardware.size = Read8(bytes, 2);
  if (message->hardware.size > message->hardware.bytes.size()) return "a hardware address too long";
  std::copy_n(bytes.begin() + kHardwareAt, message->hardware.size, message->hardware.bytes.begin());
  message->xid = Read32(bytes, 4);
  message->seconds = Read16(bytes, 8);
  message->by_broadcast = (Read8(bytes, 10) & 0x80) != 0;
  message->client = Read32(bytes, 12);
  message->your = Read32(bytes, 16);
  message->next_server = Read32(bytes, 20);
  message->relay = Read32(bytes, 24);
  if (const Fault fault = ReadOptions(bytes, message)) return fault;
  return CheckSizes(*message);
}

void AppendField(std::string_view text, size_t size, std::string* bytes) {
  bytes->append(text);
  bytes->append(size - text.size(), '\0');
}

void AppendOption(const DhcpOption& option, std::string* bytes) {
  std::string_view left = option.data;
  do {
    const std::string_view piece = left.substr(0, kMaxOption);
    Append8(option.code, bytes);
    Append8(static_cast<uint8_t>(piece.size()), bytes);
    bytes->append(piece);
    left.remove_prefix(piece.size());
  } while (!left.empty());
}

void AddText(uint8_t code, std::string_view text, DhcpMessage* message) {
  if (!text.empty()) message->options.push_back({code, std::string(text.substr(0, kMaxOption))});
}

void AddNumber(uint8_t code, uint32_t number, DhcpMessage* message) {
  DhcpOption& option = message->options.emplace_back(DhcpOption{code});
  Append32(number, &option.data);
}

}  // namespace

const std::string* DhcpMessage::Find(uint8_t code) const {
  for (const DhcpOption& option : options) {
    if (option.code == code) return &option.data;
  }
  return nullptr;
}

DhcpType DhcpMessage::type() const {
  const std::string* type = Find(kDhcpMessageType);
  return type == nullptr ? DhcpType::kNone : static_cast<DhcpType>((*type)[0]);
}

uint32_t DhcpMessage::server() const {
  const std::string* server = Find(kDhcpServer);
  return server == nullptr ? 0 : Read32(*server, 0);
}

std::optional<std::string_view> ParseDhcpMessage(std::string_view bytes, DhcpMessage* message) {
  *message = {};
  const Fault fault = Parse(bytes, message);
  if (fault) *message = {};
  return fault;
}

std::string BuildDhcpMessage(const DhcpMessage& message) {
  const HardwareAddress& hardware = message.hardware;
  std::string bytes;
  bytes.reserve(kMinDhcpMessage);
  Append8(message.is_reply ? 2 : 1, &bytes);
  Append8(hardware.type, &bytes);
  Append8(hardware.size, &bytes);
  Append8(0, &bytes);
  Append32(message.xid, &bytes);
  Append16(message.seconds, &bytes);
  Append16(message.by_broadcast ? 0x8000 : 0, &bytes);
  for (const uint32_t address :
       {message.client, message.your, message.next_server, message.relay}) {
    Append32(address, &bytes);
  }
  bytes.append(reinterpret_cast<const char*>(hardware.bytes.data()), hardware.bytes.size());
  AppendField(message.server_name, kServerNameSize, &bytes);
  AppendField(message.boot_file, kBootFileSize, &bytes);
  Append32(kCookie, &bytes);
  for (const DhcpOption& option : message.options) AppendOption(option, &bytes);
  Append8(kEnd, &bytes);
  if (bytes.size() < kMinDhcpMessage) bytes.resize(kMinDhcpMessage, '\0');
  return bytes;
}

DhcpMessage ComposeDhcp(const DhcpIdentity& identity, const DhcpQuestion& question) {
  const DhcpType type = question.type;
  const bool ends = type == DhcpType::kDecline || type == DhcpType::kRelease;
  DhcpMessage message;
  message.options.reserve(10);
  message.hardware = identity.hardware;
  message.xid = question.xid;
  message.seconds = ends ? 0 : question.seconds;
  message.by_broadcast = !ends && identity.by_broadcast && question.client == 0;
  message.client = type == DhcpType::kDecline ? 0 : question.client;
  message.options.push_back({kDhcpMessageType, std::string(1, static_cast<char>(type))});
  AddText(kDhcpClientId, identity.client_id, &message);
  if (question.requested != 0) AddNumber(kDhcpRequestedAddress, question.requested, &message);
  if (question.server != 0) AddNumber(kDhcpServer, question.server, &message);
  if (ends) {
    AddText(kDhcpText, question.text, &message);
    return message;
  }
  if (identity.lease_seconds && type != DhcpType::kInform) {
    AddNumber(kDhcpLeaseTime, *identity.lease_seconds, &message);
  }
  DhcpOption& max_size = message.options.emplace_back(DhcpOption{kDhcpMaxSize});
  Append16(identity.max_size, &max_size.data);
  AddText(kDhcpVendorClass, identity.vendor_class, &message);
  AddText(kDhcpHostName, identity.host_name, &message);
  AddText(kDhcpParameters, std::string(identity.parameters.begin(), identity.parameters.end()),
          &message);
  return message;
}

}  // namespace keelson
