// Names first: lists say how interfaces are really called. Then each variable that speaks of one.
#include "core/rc_network.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/dns_name.h"
#include "core/interface_name.h"
#include "core/service_definition.h"

namespace keelson {
namespace {

constexpr size_t kMaxNotes = 1000;

using Words = std::vector<std::string>;

Words WordsOf(std::string_view text) {
  Words words;
  ColumnReader reader(text);
  std::string_view word;
  while (reader.Next(&word)) words.emplace_back(word);
  return words;
}

// An interface's name as it stands in a variable's.
std::string AsVariable(std::string_view name) {
  std::string variable(name);
  for (char& c : variable) {
    if (c == '.' || c == '-' || c == '/' || c == '+') c = '_';
  }
  return variable;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::optional<uint32_t> NumberIn(std::string_view text, uint32_t least, uint32_t most) {
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != text.npos) {
    return std::nullopt;
  }
  const uint64_t number = TakeNumber(text).value;
  if (number < least || number > most) return std::nullopt;
  return static_cast<uint32_t>(number);
}

// Also 0xffffff00.
std::optional<int> MaskIn(std::string_view text) {
  if (text.starts_with("0x") && text.size() == 10) {
    const Number number = TakeNumber(text, 0);
    if (number.used != text.size()) return std::nullopt;
    return ParsePrefixLength(FormatIpAddress(IpV4(static_cast<uint32_t>(number.value))), false);
  }
  return text.find('.') == text.npos ? std::nullopt : ParsePrefixLength(text, false);
}

// "ifconfig_em0_alias12" is prefix "ifconfig_", "em0", suffix "alias", number 12.
struct Variable {
  std::string interface, suffix;
  uint32_t number = 0;
};

Variable SplitVariable(std::string_view rest) {
  const size_t digits = rest.find_last_not_of("0123456789") + 1;
  if (rest.substr(0, digits).ends_with("_alias") && digits < rest.size()) {
    const auto number = NumberIn(rest.substr(digits), 0, 999'999'999);
    return {std::string(rest.substr(0, digits - 6)), "alias", number.value_or(UINT32_MAX)};
  }
  for (std::string_view suffix : {"ipv6", "name", "descr", "aliases"}) {
    if (rest.size() > suffix.size() + 1 && rest.ends_with(suffix) &&
        rest[rest.size() - suffix.size() - 1] == '_') {
      return {std::string(rest.substr(0, rest.size() - suffix.size() - 1)), std::string(suffix), 0};
    }
  }
  return {std::string(rest), {}, 0};
}

class Reader {
 public:
  Reader(const RcConf& conf, RcNetwork* network) : conf_(conf), network_(network) {}

  std::vector<RcNote> Run() {
    ReadLists();
    ReadInterfaces();
    ReadRoutes();
    if (const RcConf::Value* value = Variable("hostname");
        value != nullptr && !value->text.empty()) {
      if (IsDnsName(value->text)) {
        network_->hostname = value->text;
      } else {
        Note("no host name");
      }
    }
    return std::move(notes_);
  }

 private:
  // What is noted from here on is noted there.
  const RcConf::Value* Variable(const std::string& name) {
    const RcConf::Value* value = conf_.Find(name);
    if (value != nullptr) Enter(name, *value);
    return value;
  }
  void Enter(std::string_view name, const RcConf::Value& value) {
    variable_ = name;
    place_ = {value.file, value.at};
  }

  bool Note(std::string what) {
    if (notes_.size() < kMaxNotes) {
      notes_.push_back({place_.file, {place_.at, variable_ + ": " + std::move(what)}});
    }
    return false;
  }

  // By its true name; null, with a note: it cannot be one.
  RcInterface* InterfaceOf(std::string_view name) {
    const auto [found, is_new] =
        by_variable_.try_emplace(AsVariable(name), network_->interfaces.size());
    if (is_new && !IsInterfaceName(name)) {
      by_variable_.erase(found);
      Note("no name of an interface: " + std::string(name));
      return nullptr;
    }
    if (is_new) {
      network_->interfaces.emplace_back();
      network_->interfaces.back().name = name;
      network_->interfaces.back().place = place_;
    }
    return &network_->interfaces[found->second];
  }

  void ReadLists() {
    if (const RcConf::Value* value = Variable("network_interfaces")) {
      network_->is_all = Lower(value->text) == "auto";
      for (const std::string& name : WordsOf(value->text)) {
        if (!network_->is_all) InterfaceOf(name);
      }
    }
    if (const RcConf::Value* value = Variable("cloned_interfaces")) {
      for (const std::string& word : WordsOf(value->text)) {
        // NAME:sticky
        RcInterface* interface = InterfaceOf(std::string_view(word).substr(0, word.find(':')));
        if (interface != nullptr) Create(interface);
      }
    }
    // A vlan may have vlans itself, so the list grows meanwhile.
    for (const auto& [name, value] : conf_.values()) {
      if (!name.starts_with("vlans_")) continue;
      Enter(name, value);
      ReadVlans(std::string_view(name).substr(6), value.text);
    }
  }

  void Create(RcInterface* interface) {
    interface->is_created = true;
    if (const RcConf::Value* value = Variable("create_args_" + AsVariable(interface->name))) {
      ReadWords(value->text, interface);
    }
  }

  void ReadVlans(std::string_view parent_variable, const std::string& text) {
    const auto known = by_variable_.find(parent_variable);
    const std::string parent = known == by_variable_.end()
                                   ? std::string(parent_variable)
                                   : network_->interfaces[known->second].name;
    for (const std::string& word : WordsOf(text)) {
      const auto number = NumberIn(word, 1, 4094);
      RcInterface* vlan = InterfaceOf(number ? parent + "." + word : word);
      if (vlan == nullptr) continue;
      vlan->parent = parent;
      if (number) vlan->vlan = static_cast<uint16_t>(*number);
      const std::string variable = variable_;
      const RcPlace place = place_;
      Create(vlan);
      variable_ = variable;
      place_ = place;
      if (vlan->vlan == 0) Note(word + " has no vlan number");
    }
  }

  void ReadInterfaces() {
    // ifconfig_IF before its aliases, and those in the order of their numbers.
    std::map<std::pair<std::string, std::pair<int, uint32_t>>, std::string_view> lines;
    for (const auto& [name, value] : conf_.values()) {
      if (name.starts_with("ifconfig_")) {
        const struct Variable parts = SplitVariable(std::string_view(name).substr(9));
        const int rank = parts.suffix.empty()        ? 0
                         : parts.suffix == "ipv6"    ? 1
                         : parts.suffix == "aliases" ? 2
                         : parts.suffix == "alias"   ? 3
                         : parts.suffix == "name"    ? 5
                                                     : 6;
        lines[{parts.interface, {rank, parts.number}}] = name;
      } else if (name.starts_with("ipv4_addrs_")) {
        lines[{name.substr(11), {4, 0}}] = name;
      }
    }
    for (const auto& [key, name] : lines) {
      const RcConf::Value& value = *conf_.Find(name);
      Enter(name, value);
      RcInterface* interface = InterfaceOf(key.first);
      if (interface != nullptr) ReadLine(key.second.first, value.text, interface);
    }
  }

  void ReadLine(int rank, const std::string& text, RcInterface* interface) {
    if (rank < 4) return ReadWords(text, interface);
    if (rank == 4) {
      for (const std::string& word : WordsOf(text)) AddAddresses(word, 32, false, {}, interface);
    } else if (rank == 6) {
      interface->description = text;
    } else if (IsInterfaceName(text)) {
      interface->new_name = text;
    } else {
      Note("no name of an interface: " + text);
    }
  }

  bool AddAddresses(std::string_view text, int length, bool v6, std::optional<IpAddress> broadcast,
                    RcInterface* interface) {
    std::vector<IpPrefix> prefixes;
    if (!ExpandRcAddresses(text, length, &prefixes) || prefixes[0].address.v6 != v6) {
      return Note("no address: " + std::string(text));
    }
    if (addresses_ + prefixes.size() > kMaxRcAddresses) {
      return Note("more than " + std::to_string(kMaxRcAddresses) + " addresses");
    }
    addresses_ += prefixes.size();
    for (const IpPrefix& prefix : prefixes) interface->addresses.push_back({prefix, broadcast});
    return true;
  }

  // ifconfig's words.
  void ReadWords(const std::string& text, RcInterface* interface) {
    Words words;
    if (std::optional<std::string> wrong = SplitCommand(text, &words)) {
      Note(*wrong);
      return;
    }
    bool v6 = false;
    for (size_t i = 0; i < words.size();) {
      const std::string& word = words[i];
      if (word == "inet" || word == "inet6") {
        v6 = word == "inet6";
        ++i;
      } else if (ParseFlag(word, interface)) {
        ++i;
      } else if (i + 1 < words.size() && TakesValue(word)) {
        ParseValue(word, words[i + 1], interface);
        i += 2;
      } else if (word.find_first_of(".:") != word.npos) {
        i = ParseAddress(words, i, v6, interface);
      } else {
        Note("not understood: " + word);
        ++i;
      }
    }
  }

  static bool ParseFlag(const std::string& word, RcInterface* interface) {
    const std::string lower = Lower(word);
    if (lower == "dhcp" || lower == "syncdhcp" || lower == "nosyncdhcp") {
      interface->by_dhcp = true;
      if (lower != "dhcp") interface->waits_for_dhcp = lower == "syncdhcp";
    } else if (lower == "noauto") {
      interface->is_manual = true;
    } else if (word == "up" || word == "down") {
      interface->is_down = word == "down";
    } else if (word == "accept_rtadv" || word == "-accept_rtadv") {
      interface->by_routers = word[0] != '-';
    } else {
      return word == "alias" || word == "add" || word == "create" || word == "-ifdisabled" ||
             word == "auto_linklocal";
    }
    return true;
  }

  static bool TakesValue(std::string_view word) {
    constexpr std::string_view kWords[] = {"mtu",       "ether",   "link",        "lladdr",
                                           "vlan",      "vlandev", "addm",        "laggport",
                                           "laggproto", "name",    "description", "descr"};
    return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
  }

  void ParseValue(std::string_view word, const std::string& value, RcInterface* interface) {
    bool is_good = true;
    if (word == "mtu") {
      const auto mtu = NumberIn(value, 68, 65536);
      if ((is_good = mtu.has_value())) interface->mtu = *mtu;
    } else if (word == "ether" || word == "link" || word == "lladdr") {
      const auto mac = ParseMacAddress(value);
      if ((is_good = mac.has_value())) interface->mac = mac;
    } else if (word == "vlan") {
      const auto vlan = NumberIn(value, 1, 4094);
      if ((is_good = vlan.has_value())) interface->vlan = static_cast<uint16_t>(*vlan);
    } else if (word == "laggproto") {
      interface->lagg_protocol = value;
    } else if (word == "description" || word == "descr") {
      interface->description = value;
    } else if ((is_good = IsInterfaceName(value))) {
      if (word == "vlandev") {
        interface->parent = value;
      } else if (word == "name") {
        interface->new_name = value;
      } else {
        interface->ports.push_back(value);
      }
    }
    if (!is_good) Note("not understood: " + std::string(word) + " " + value);
  }

  // ADDRESS [netmask M] [prefixlen N] [broadcast B]; returns where it ends.
  size_t ParseAddress(const Words& words, size_t i, bool v6, RcInterface* interface) {
    std::string address = words[i++];
    std::optional<int> length;
    std::optional<IpAddress> broadcast;
    for (; i + 1 < words.size(); i += 2) {
      const std::string& value = words[i + 1];
      if (words[i] == "netmask" && !v6) {
        length = MaskIn(value);
        if (!length) Note("no netmask: " + value);
      } else if (words[i] == "prefixlen" && v6) {
        length = ParsePrefixLength(value, true);
        if (!length) Note("no length: " + value);
      } else if (words[i] == "broadcast" && !v6) {
        broadcast = ParseIpAddress(value);
        if (!broadcast || broadcast->v6) Note("no address: " + value), broadcast.reset();
      } else {
        break;
      }
    }
    // The word has precedence over the length behind the address.
    if (length) address = address.substr(0, address.find('/'));
    AddAddresses(address, length.value_or(v6 ? 64 : -1), v6, broadcast, interface);
    return i;
  }

  void ReadRoutes() {
    ReadDefault("defaultrouter", false);
    ReadDefault("ipv6_defaultrouter", true);
    ReadRouteList("static_routes", "route_", false);
    ReadRouteList("ipv6_static_routes", "ipv6_route_", true);
  }

  void ReadDefault(const char* name, bool v6) {
    const RcConf::Value* value = Variable(name);
    if (value == nullptr || value->text.empty() || RcYesNo(value->text) == false) return;
    RcRoute route;
    route.place = place_;
    route.network.address.v6 = v6;
    if (TakeGateway(value->text, &route)) network_->routes.push_back(std::move(route));
  }

  // ADDRESS or ADDRESS%INTERFACE.
  bool TakeGateway(std::string_view text, RcRoute* route) {
    const size_t percent = text.find('%');
    route->gateway = ParseIpAddress(text.substr(0, percent));
    if (!route->gateway || route->gateway->v6 != route->network.address.v6) {
      return Note("no address of a router: " + std::string(text));
    }
    return percent == text.npos || TakeInterface(text.substr(percent + 1), route);
  }

  bool TakeInterface(std::string_view name, RcRoute* route) {
    if (!IsInterfaceName(name)) return Note("no name of an interface: " + std::string(name));
    route->interface = name;
    return true;
  }

  void ReadRouteList(const char* list, const std::string& prefix, bool v6) {
    const RcConf::Value* names = Variable(list);
    if (names == nullptr || Lower(names->text) == "no") return;
    for (const std::string& word : WordsOf(names->text)) {
      Enter(list, *names);
      const size_t colon = word.find(':');  // NAME:INTERFACE, with which it comes and goes
      const RcConf::Value* value = Variable(prefix + AsVariable(word.substr(0, colon)));
      if (value == nullptr) {
        Note("there is no " + prefix + word.substr(0, colon));
        continue;
      }
      RcRoute route;
      route.place = place_;
      route.network.address.v6 = v6;
      if (colon != word.npos && !TakeInterface(word.substr(colon + 1), &route)) continue;
      if (ReadRoute(WordsOf(value->text), v6, &route)) network_->routes.push_back(std::move(route));
    }
  }

  // [-net|-host] DESTINATION[/LENGTH] [GATEWAY | -interface IF] [-netmask M | -prefixlen N]
  bool ReadRoute(const Words& words, bool v6, RcRoute* route) {
    bool is_host = false;
    std::string destination;
    std::optional<int> length;
    for (size_t i = 0; i < words.size(); ++i) {
      const std::string& word = words[i];
      const bool has_next = i + 1 < words.size();
      if (word == "-net" || word == "-inet" || word == "-inet6") continue;
      if (word == "-host") {
        is_host = true;
      } else if ((word == "-interface" || word == "-iface") && has_next) {
        if (!TakeInterface(words[++i], route)) return false;
      } else if (word == "-netmask" && has_next && !v6) {
        length = MaskIn(words[++i]);
        if (!length) return Note("no netmask: " + words[i]);
      } else if (word == "-prefixlen" && has_next && v6) {
        length = ParsePrefixLength(words[++i], true);
        if (!length) return Note("no length: " + words[i]);
      } else if (word[0] == '-') {
        return Note("not understood: " + word);
      } else if (destination.empty()) {
        destination = word;
      } else if (!route->gateway) {
        if (!TakeGateway(word, route)) return false;
      } else if (!v6 && !length) {
        length = MaskIn(word);
        if (!length) return Note("no netmask: " + word);
      } else {
        return Note("not understood: " + word);
      }
    }
    if (destination == "default") destination = v6 ? "::/0" : "0.0.0.0/0";
    const auto network = ParseIpPrefix(destination, is_host ? (v6 ? 128 : 32) : v6 ? 64 : 0);
    if (!network || network->address.v6 != v6) return Note("no network: " + destination);
    route->network = *network;
    const bool is_said = destination.find('/') != destination.npos || is_host;
    if (!is_said && !v6) route->network.length = ClassfulLength(network->address);
    if (length) route->network.length = *length;
    if (!route->gateway && route->interface.empty()) {
      return Note("neither a router nor an interface");
    }
    return true;
  }

  const RcConf& conf_;
  RcNetwork* network_;
  std::map<std::string, size_t, std::less<>> by_variable_;  // -> RcNetwork::interfaces
  std::string variable_;                                    // that is read
  RcPlace place_;
  size_t addresses_ = 0;
  std::vector<RcNote> notes_;
};

}  // namespace

bool ExpandRcAddresses(std::string_view text, int length, std::vector<IpPrefix>* addresses) {
  const std::string_view address = text.substr(0, text.find('/'));
  const size_t dash = address.find('-');
  if (dash == address.npos) {
    const auto one = ParseIpAddress(address);
    if (one && !one->v6 && length < 0) length = ClassfulLength(*one);
    const auto prefix = ParseIpPrefix(text, length);
    if (prefix) addresses->push_back(*prefix);
    return prefix.has_value();
  }
  const size_t dot = address.substr(0, dash).rfind('.');
  const size_t begin = dot == address.npos ? 0 : dot + 1;
  const size_t end = std::min(address.find('.', dash), address.size());
  const auto low = NumberIn(address.substr(begin, dash - begin), 0, 255);
  const auto high = NumberIn(address.substr(dash + 1, end - dash - 1), 0, 255);
  if (!low || !high || *low > *high) return false;
  for (uint32_t number = *low; number <= *high; ++number) {
    const std::string one = std::string(address.substr(0, begin)) + std::to_string(number) +
                            std::string(address.substr(end));
    const std::string_view tail = number == *low ? text.substr(address.size()) : std::string_view();
    const int without = number == *low && length >= 0 ? length : 32;
    const auto prefix = ParseIpPrefix(one + std::string(tail), without);
    if (!prefix || prefix->address.v6) return false;
    addresses->push_back(*prefix);
  }
  return true;
}

std::vector<RcNote> ReadRcNetwork(const RcConf& conf, RcNetwork* network) {
  return Reader(conf, network).Run();
}

}  // namespace keelson
