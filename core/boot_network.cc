// A value is cut at its colons, those in brackets aside; each word has a function that makes an
// entry of the fields, or a note.
#include "core/boot_network.h"

#include <algorithm>

#include "core/dns_name.h"
#include "core/interface_name.h"
#include "core/kernel_arguments.h"

namespace keelson {
namespace {

constexpr size_t kMaxNotes = 1000;
constexpr size_t kMaxShown = 64;  // bytes of a word, for messages

constexpr struct {
  std::string_view name;
  BootMethod method;
} kMethods[] = {
    {"none", BootMethod::kNone},
    {"off", BootMethod::kNone},
    {"any", BootMethod::kAny},
    {"on", BootMethod::kAny},
    {"dhcp", BootMethod::kDhcp},
    {"dhcp4", BootMethod::kDhcp},
    {"single-dhcp", BootMethod::kDhcp},
    {"dhcp6", BootMethod::kDhcp6},
    {"auto6", BootMethod::kAuto6},
    {"either6", BootMethod::kEither6},
    {"link-local", BootMethod::kLinkLocal},
    {"link6", BootMethod::kLinkLocal},
    {"ibft", BootMethod::kIbft},
    {"bootp", BootMethod::kBootp},
    {"rarp", BootMethod::kRarp},
    {"both", BootMethod::kBoth},
};

using Fields = std::vector<std::string_view>;

// At each ':' or ',' outside of brackets.
Fields Split(std::string_view text, char separator) {
  Fields fields;
  bool in_brackets = false;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') in_brackets = true;
    if (text[i] == ']') in_brackets = false;
    if (text[i] != separator || in_brackets) continue;
    fields.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  fields.push_back(text.substr(begin));
  return fields;
}

// "[2001:db8::1]" and what follows, without the brackets.
std::string WithoutBrackets(std::string_view text) {
  const size_t end = text.find(']');
  if (!text.starts_with('[') || end == text.npos) return std::string(text);
  return std::string(text.substr(1, end - 1)) + std::string(text.substr(end + 1));
}

std::optional<IpPrefix> PrefixIn(std::string_view field, int length) {
  return ParseIpPrefix(WithoutBrackets(field), length);
}

std::optional<IpAddress> AddressIn(std::string_view field) {
  return ParseIpAddress(WithoutBrackets(field));
}

// Digits alone, up to `most`.
std::optional<uint32_t> NumberIn(std::string_view text, uint32_t least, uint32_t most) {
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != text.npos) {
    return std::nullopt;
  }
  const uint64_t number = TakeNumber(text).value;
  if (number < least || number > most) return std::nullopt;
  return static_cast<uint32_t>(number);
}

class Reader {
 public:
  Reader(std::string_view bytes, BootNetwork* network) : bytes_(bytes), network_(network) {}

  std::vector<ParseError> Run() {
    const std::string_view line = bytes_.substr(0, kMaxCommandLine);
    KernelArgumentReader arguments(line.substr(0, line.find('\0')));
    KernelArgument argument;
    while (arguments.Next(&argument)) Take(argument);
    if (line.size() < bytes_.size()) {
      Note(bytes_.substr(line.size()), "what follows is left out: longer than any kernel's");
    }
    return std::move(notes_);
  }

 private:
  void Take(const KernelArgument& argument) {
    static constexpr struct {
      std::string_view name;
      void (Reader::*take)(std::string_view value);
    } kWords[] = {
        {"ip", &Reader::TakeIp},          {"nfsaddrs", &Reader::TakeIp},
        {"vlan", &Reader::TakeVlan},      {"bond", &Reader::TakeBond},
        {"bridge", &Reader::TakeBridge},  {"team", &Reader::TakeTeam},
        {"ifname", &Reader::TakeName},    {"nameserver", &Reader::TakeNameserver},
        {"rd.route", &Reader::TakeRoute}, {"rd.peerdns", &Reader::TakePeerDns},
        {"BOOTIF", &Reader::TakeBootMac}, {"bootdev", &Reader::TakeBootDevice},
    };
    for (const auto& word : kWords) {
      if (argument.name != word.name) continue;
      if (argument.has_value) {
        at_ = PositionOf(argument.name);
        (this->*word.take)(argument.value);
      } else {
        Note(argument.name, std::string(argument.name) + " without a value");
      }
    }
  }

  // Words come in order, and so do the places that are asked for.
  Position PositionOf(std::string_view part) {
    const auto offset = static_cast<size_t>(part.data() - bytes_.data());
    for (; seen_ < offset; ++seen_) {
      if (bytes_[seen_] == '\n') ++line_, line_begin_ = seen_ + 1;
    }
    return {line_, static_cast<uint32_t>(offset - line_begin_ + 1)};
  }

  bool Note(std::string_view part, std::string what) {
    if (notes_.size() < kMaxNotes) notes_.push_back({PositionOf(part), std::move(what)});
    return false;
  }

  // Each of these is false, with a note, if the field is not what it has to be.
  bool TakeDevice(std::string_view field, std::string* device) {
    if (!IsInterfaceName(field)) return Note(field, "no name of an interface");
    *device = field;
    return true;
  }

  bool TakeAddress(std::string_view field, std::optional<IpAddress>* address) {
    if (field.empty()) return true;
    *address = AddressIn(field);
    return *address ? true : Note(field, "no address");
  }

  bool TakeMtu(std::string_view field, uint32_t* mtu) {
    if (field.empty()) return true;
    const auto number = NumberIn(field, 68, 65536);
    if (!number) return Note(field, "no MTU from 68 to 65536");
    *mtu = *number;
    return true;
  }

  // MAC is all from that field on.
  bool TakeMac(std::string_view from, std::string_view value, std::optional<MacAddress>* mac) {
    const std::string_view text = value.substr(from.data() - value.data());
    if (text.empty()) return true;
    *mac = ParseMacAddress(text);
    return *mac ? true : Note(from, "no Ethernet address");
  }

  bool TakeMethod(std::string_view field, BootInterface* interface) {
    const Fields parts = Split(field, ',');
    for (const auto& row : kMethods) {
      if (row.name == parts[0]) {
        interface->method = row.method;
        return parts.size() == 1 || TakeClientId(field, parts, interface);
      }
    }
    if (field.empty()) return Note(field, "no method of configuration");
    const std::string_view shown = parts[0].substr(0, kMaxShown);
    return Note(field, "'" + std::string(shown) + "' is no method of configuration");
  }

  bool TakeClientId(std::string_view field, const Fields& parts, BootInterface* interface) {
    const auto type = parts.size() == 3 ? NumberIn(parts[1], 0, 255) : std::nullopt;
    if (interface->method != BootMethod::kDhcp || !type || parts[2].empty() ||
        parts[2].size() > 254) {
      return Note(field, "no dhcp,TYPE,VALUE");
    }
    interface->client_id = std::string(1, static_cast<char>(*type)) + std::string(parts[2]);
    return true;
  }

  void TakeIp(std::string_view value) {
    const Fields fields = Split(value, ':');
    BootInterface interface;
    interface.at = at_;
    const bool begins_with_address = fields[0].empty() || PrefixIn(fields[0], 0);
    bool is_good;
    if (fields.size() == 1 && (value.empty() || !begins_with_address)) {
      is_good = TakeMethod(value, &interface);
    } else if (begins_with_address) {
      is_good = TakeWhole(value, fields, &interface);
    } else {
      is_good = TakeDevice(fields[0], &interface.device) && TakeMethod(fields[1], &interface) &&
                (fields.size() < 3 || TakeMtu(fields[2], &interface.mtu)) &&
                (fields.size() < 4 || TakeMac(fields[3], value, &interface.mac));
    }
    if (is_good) network_->interfaces.push_back(std::move(interface));
  }

  bool TakeWhole(std::string_view value, Fields fields, BootInterface* interface) {
    const size_t said = fields.size();
    if (said < 7) fields.resize(7, value.substr(value.size()));
    if (!TakeNetwork(fields[0], fields[3], interface)) return false;
    // dracut's peer may have a length, which says nothing more.
    const auto peer = PrefixIn(fields[1], 0);
    if (!fields[1].empty() && !peer) return Note(fields[1], "no address");
    if (peer) interface->peer = peer->address;
    if (!TakeAddress(fields[2], &interface->gateway)) return false;
    if (fields[4].empty() || IsDnsName(fields[4])) {
      interface->hostname = fields[4];
    } else {
      Note(fields[4], "no host name, left out");
    }
    if (!fields[5].empty() && !TakeDevice(fields[5], &interface->device)) return false;
    if (!fields[6].empty()) {
      if (!TakeMethod(fields[6], interface)) return false;
    } else if (interface->address) {
      interface->method = BootMethod::kNone;
    }
    return said < 8 || TakeTail(value, fields, interface);
  }

  bool TakeNetwork(std::string_view address, std::string_view mask, BootInterface* interface) {
    if (address.empty()) return mask.empty() ? true : Note(mask, "a netmask without an address");
    interface->address = PrefixIn(address, 0);
    IpPrefix& prefix = *interface->address;
    if (!mask.empty()) {
      const auto length = ParsePrefixLength(mask, prefix.address.v6);
      if (!length) return Note(mask, "no netmask");
      prefix.length = *length;
    } else if (address.find('/') == address.npos) {
      prefix.length = prefix.address.v6 ? 128 : ClassfulLength(prefix.address);
    }
    return true;
  }

  // [MTU][:MAC] or [DNS][:[DNS][:NTP]]
  bool TakeTail(std::string_view value, const Fields& fields, BootInterface* interface) {
    const auto is_address = [](std::string_view field) { return AddressIn(field).has_value(); };
    const auto tail = fields.begin() + 7;
    if (std::none_of(tail, fields.end(), is_address)) {
      return TakeMtu(*tail, &interface->mtu) &&
             (fields.size() < 9 || TakeMac(fields[8], value, &interface->mac));
    }
    if (fields.size() > 10) return Note(fields[10], "more than two name servers and a time server");
    for (size_t i = 7; i < fields.size(); ++i) {
      std::optional<IpAddress> address;
      if (!TakeAddress(fields[i], &address)) return false;
      if (i == 9) {
        interface->ntp = address;
      } else if (address) {
        interface->dns.push_back(*address);
      }
    }
    return true;
  }

  bool TakePorts(std::string_view field, BootLink* link) {
    for (const std::string_view port : Split(field, ',')) {
      link->ports.emplace_back();
      if (!TakeDevice(port, &link->ports.back())) return false;
    }
    return true;
  }

  BootLink NewLink(BootLink::Kind kind) const {
    BootLink link;
    link.kind = kind;
    link.at = at_;
    return link;
  }

  void TakeVlan(std::string_view value) {
    const Fields fields = Split(value, ':');
    BootLink link = NewLink(BootLink::Kind::kVlan);
    if (fields.size() != 2) {
      Note(value, "not NAME:DEVICE");
      return;
    }
    if (!TakeDevice(fields[0], &link.name) || !TakePorts(fields[1], &link)) return;
    // vlan5, vlan0005, eth0.5, eth0.0005
    const size_t digits = fields[0].find_last_not_of("0123456789") + 1;
    const auto id = NumberIn(fields[0].substr(digits), 1, 4094);
    if (!id || link.ports.size() != 1) {
      Note(fields[0], "no number from 1 to 4094 at the end of its name, or not one device");
      return;
    }
    link.vlan = static_cast<uint16_t>(*id);
    network_->links.push_back(std::move(link));
  }

  void TakeBond(std::string_view value) {
    const Fields fields = Split(value, ':');
    BootLink link = NewLink(BootLink::Kind::kBond);
    if (fields.size() > 4) {
      Note(fields[4], "more than NAME:PORTS:OPTIONS:MTU");
      return;
    }
    if (!TakeDevice(fields[0], &link.name)) return;
    if (!TakePorts(fields.size() > 1 ? fields[1] : "eth0,eth1", &link)) return;
    for (const std::string_view option : Split(fields.size() > 2 ? fields[2] : "", ',')) {
      const size_t equals = option.find('=');
      if (option.empty()) continue;
      if (equals == 0 || equals == option.npos) {
        Note(option, "not KEY=VALUE");
        return;
      }
      link.options.emplace_back(option);
    }
    if (fields.size() > 3 && !TakeMtu(fields[3], &link.mtu)) return;
    network_->links.push_back(std::move(link));
  }

  void TakeBridge(std::string_view value) {
    const Fields fields = Split(value, ':');
    BootLink link = NewLink(BootLink::Kind::kBridge);
    if (fields.size() > 2) {
      Note(fields[2], "more than NAME:PORTS");
      return;
    }
    if (!TakeDevice(fields[0], &link.name)) return;
    if (!TakePorts(fields.size() > 1 ? fields[1] : "eth0", &link)) return;
    network_->links.push_back(std::move(link));
  }

  void TakeTeam(std::string_view value) {
    Note(value, "team needs teamd, which is left to itself: bond= does the same in the kernel");
  }

  void TakeName(std::string_view value) {
    BootName name{at_, {}, {}};
    const size_t colon = value.find(':');
    if (!TakeDevice(value.substr(0, colon), &name.name)) return;
    const auto mac = colon == value.npos ? std::nullopt : ParseMacAddress(value.substr(colon + 1));
    if (!mac) {
      Note(value, "not NAME:MAC");
      return;
    }
    name.mac = *mac;
    network_->names.push_back(std::move(name));
  }

  void TakeNameserver(std::string_view value) {
    if (const auto address = AddressIn(value)) {
      network_->dns.push_back(*address);
    } else {
      Note(value, "no address");
    }
  }

  void TakeRoute(std::string_view value) {
    const Fields fields = Split(value, ':');
    BootRoute route;
    route.at = at_;
    const auto network = fields.size() > 3 ? std::nullopt : PrefixIn(fields[0], -1);
    if (!network || fields.size() < 2) {
      Note(value, "not NETWORK/LENGTH:GATEWAY[:DEVICE]");
      return;
    }
    route.network = *network;
    if (!TakeAddress(fields[1], &route.gateway)) return;
    if (fields.size() == 3 && !fields[2].empty() && !TakeDevice(fields[2], &route.device)) return;
    if (!route.gateway && route.device.empty()) {
      Note(value, "neither a gateway nor a device");
    } else if (route.gateway && route.gateway->v6 != network->address.v6) {
      Note(fields[1], "a gateway of another family");
    } else {
      network_->routes.push_back(std::move(route));
    }
  }

  void TakePeerDns(std::string_view value) {
    if (value == "0" || value == "1") {
      network_->takes_peer_dns = value == "1";
    } else {
      Note(value, "neither 0 nor 1");
    }
  }

  // pxelinux puts the type of the hardware in front, and dashes between.
  void TakeBootMac(std::string_view value) {
    auto mac = ParseMacAddress(value);
    if (!mac && value.starts_with("01"))
      mac = ParseMacAddress(value.substr(std::min<size_t>(3, value.size())));
    if (mac) {
      network_->boot_mac = mac;
    } else {
      Note(value, "no Ethernet address");
    }
  }

  void TakeBootDevice(std::string_view value) {
    std::string device;
    if (TakeDevice(value, &device)) network_->boot_device = std::move(device);
  }

  std::string_view bytes_;
  BootNetwork* network_;
  Position at_;        // of the word
  size_t seen_ = 0;    // bytes of which the lines are counted
  uint32_t line_ = 1;  // after them
  size_t line_begin_ = 0;
  std::vector<ParseError> notes_;
};

}  // namespace

std::string_view BootMethodName(BootMethod method) {
  for (const auto& row : kMethods) {
    if (row.method == method) return row.name;
  }
  return {};
}

std::vector<ParseError> ReadBootNetwork(std::string_view bytes, BootNetwork* network) {
  return Reader(bytes, network).Run();
}

}  // namespace keelson
