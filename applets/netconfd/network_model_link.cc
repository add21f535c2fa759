// What bridge-utils, ifenslave, vlan and wireguard-tools read of an iface, by their words.
#include <algorithm>

#include "applets/netconfd/bridge_ports.h"
#include "applets/netconfd/network_model_parts.h"
#include "core/flat_file.h"
#include "core/interface_name.h"
#include "core/interface_option.h"

namespace keelson {
namespace {

constexpr uint16_t kMaxVlan = 4094;

struct LinkReader {
  const InterfacesConfig& config;
  const InterfaceStanza& stanza;
  DesiredInterface* interface;
  DesiredSetup* setup;

  std::string Text(std::string_view variable) const {
    const InterfaceOption* option = FindVariable(stanza, variable);
    return option == nullptr ? "" : option->Value();
  }
  bool Has(std::string_view variable) const { return FindVariable(stanza, variable) != nullptr; }
  void Fail(std::string_view variable, std::string what) {
    FailSetup(config, FindVariable(stanza, variable)->lines.front().place, std::move(what), setup);
  }
  LinkMaking* Make(std::string_view kind) {
    if (!interface->made) interface->made.emplace();
    interface->made->kind = kind;
    return &*interface->made;
  }
  void AddPorts(std::string_view variable, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (name == "none") continue;
      if (!IsInterfaceName(name)) {
        return Fail(variable, "no interface can have the name '" + name + "'");
      }
      interface->ports.push_back(name);
    }
  }
};

// In hundredths of a second, as sysfs has it; seconds may have a fraction.
std::optional<uint32_t> Hundredths(std::string_view text) {
  const size_t point = std::min(text.find('.'), text.size());
  const auto whole = WholeNumber(text.substr(0, point));
  std::string digits(text.substr(std::min(point + 1, text.size())).substr(0, 2));
  digits.resize(2, '0');
  const auto fraction = WholeNumber(digits);
  if (!whole || !fraction || *whole > 10'000'000) return std::nullopt;
  return *whole * 100 + *fraction;
}

struct BridgeWord {
  std::string_view variable, option;
  bool is_time;
};
constexpr BridgeWord kBridgeWords[] = {
    {"BRIDGE_FD", "forward_delay", true},     {"BRIDGE_HELLO", "hello_time", true},
    {"BRIDGE_MAXAGE", "max_age", true},       {"BRIDGE_AGEING", "ageing_time", true},
    {"BRIDGE_BRIDGEPRIO", "priority", false},
};

// "PORT NUMBER", maybe several.
void ReadPortSettings(LinkReader* reader) {
  for (const std::string_view variable : {"BRIDGE_PATHCOST", "BRIDGE_PORTPRIO"}) {
    if (!reader->Has(variable)) continue;
    const std::vector<std::string> words = Words(reader->Text(variable));
    if (words.empty() || words.size() % 2 != 0) {
      return reader->Fail(variable, "a port and a number are needed");
    }
    for (size_t i = 0; i < words.size(); i += 2) {
      const auto number = WholeNumber(words[i + 1]);
      if (!number) return reader->Fail(variable, "'" + words[i + 1] + "' is no number");
      if (!IsInterfaceName(words[i])) {
        return reader->Fail(variable, "no interface can have the name '" + words[i] + "'");
      }
      DesiredPort port = {.name = words[i]};
      (variable == "BRIDGE_PATHCOST" ? port.cost : port.priority) = number;
      reader->interface->port_settings.push_back(std::move(port));
    }
  }
}

// A hardware address, or the name of the interface that has it.
void ReadBridgeAddress(LinkReader* reader) {
  const std::string text = reader->Text("BRIDGE_HW");
  if (text.empty()) return;
  if (const auto mac = ParseMacAddress(text)) {
    reader->interface->hardware_address.assign(mac->begin(), mac->end());
  } else if (IsInterfaceName(text)) {
    reader->interface->hardware_from = text;
  } else {
    reader->Fail("BRIDGE_HW", "'" + text + "' is neither an address nor an interface");
  }
}

// "SECONDS [PORT ...]", and how long it may take until the bridge forwards: a little more than it
// listens and learns, unless it is said.
void ReadBridgeWaits(LinkReader* reader) {
  DesiredInterface* const interface = reader->interface;
  constexpr uint32_t kUsualDelay = 15, kMaxSeconds = 3600;
  std::vector<std::string> words = Words(reader->Text("BRIDGE_WAITPORT"));
  if (!words.empty()) {
    const auto seconds = WholeNumber(words[0]);
    if (!seconds) return reader->Fail("BRIDGE_WAITPORT", "'" + words[0] + "' is no number");
    interface->port_wait_s = std::min(*seconds, kMaxSeconds);
    words.erase(words.begin());
    interface->awaited_ports = words.empty() ? interface->ports : words;
  }
  const std::string delay = reader->Text("BRIDGE_FD");
  const uint32_t hundredths = Hundredths(delay).value_or(kUsualDelay * 100);
  interface->forward_wait_s = std::min(2 * (hundredths / 100 + 1), kMaxSeconds);
  if (!reader->Has("BRIDGE_MAXWAIT")) return;
  const std::string text = reader->Text("BRIDGE_MAXWAIT");
  const auto seconds = WholeNumber(text);
  if (!seconds) return reader->Fail("BRIDGE_MAXWAIT", "'" + text + "' is no number");
  interface->forward_wait_s = std::min(*seconds, kMaxSeconds);
}

void ReadBridge(LinkReader* reader) {
  // Without them a bridge that filters would let through what it should not, or nothing.
  for (const std::string_view variable : {"BRIDGE_VIDS", "BRIDGE_PVID", "BRIDGE_ACCESS"}) {
    if (!reader->Has(variable)) continue;
    return reader->Fail(variable,
                        "vlans of a bridge's ports are not supported (bridge_vids, "
                        "bridge_pvid, bridge_access)");
  }
  if (!reader->Has("BRIDGE_PORTS")) return;
  LinkMaking* making = reader->Make("bridge");
  const BridgePorts ports = ReadBridgePorts(Words(reader->Text("BRIDGE_PORTS")));
  if (!ports.error.empty()) return reader->Fail("BRIDGE_PORTS", ports.error);
  reader->interface->port_patterns = ports.patterns;
  reader->AddPorts("BRIDGE_PORTS", ports.names);
  ReadPortSettings(reader);
  ReadBridgeAddress(reader);
  if (reader->Has("BRIDGE_VLAN_AWARE")) {
    const bool is_aware = reader->Text("BRIDGE_VLAN_AWARE") == "yes";
    making->options.push_back({"vlan_filtering", is_aware ? "1" : "0"});
  }
  if (reader->Has("BRIDGE_STP")) {
    making->options.push_back({"stp_state", IsYes(reader->Text("BRIDGE_STP")) ? "1" : "0"});
  }
  for (const BridgeWord& word : kBridgeWords) {
    if (!reader->Has(word.variable)) continue;
    const std::string text = reader->Text(word.variable);
    const auto value = word.is_time ? Hundredths(text) : WholeNumber(text);
    if (!value) return reader->Fail(word.variable, "'" + text + "' is no number");
    making->options.push_back({std::string(word.option), std::to_string(*value)});
  }
  ReadBridgeWaits(reader);
}

// Whatever bond-NAME there is, ifenslave writes into the file NAME of sysfs.
void ReadBond(LinkReader* reader) {
  if (reader->Has("BOND_MASTER")) {
    reader->interface->master = reader->Text("BOND_MASTER");
    if (!IsInterfaceName(reader->interface->master)) {
      reader->Fail("BOND_MASTER", "no interface can have that name");
    }
  }
  const bool has_ports = reader->Has("BOND_SLAVES");
  if (!has_ports && (!reader->Has("BOND_MODE") || reader->Has("BOND_MASTER"))) return;
  LinkMaking* making = reader->Make("bond");
  if (has_ports) reader->AddPorts("BOND_SLAVES", Words(reader->Text("BOND_SLAVES")));
  for (const InterfaceOption& option : reader->stanza.options) {
    std::string name = OptionVariable(option.name);
    if (!name.starts_with("BOND_") || name == "BOND_SLAVES" || name == "BOND_MASTER") continue;
    for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    making->options.push_back({name.substr(5), option.Value()});
  }
}

// eth0.5, vlan5 with vlan-raw-device, any name with vlan-raw-device and vlan-id.
void ReadVlan(LinkReader* reader) {
  if (reader->interface->made) return;
  const std::string_view name = SplitInterfaceLabel(reader->interface->name).device;
  const size_t dot = name.rfind('.');
  std::string lower = reader->Text("VLAN_RAW_DEVICE");
  std::string number = reader->Text("VLAN_ID");
  if (lower.empty()) {
    if (dot == name.npos || dot == 0) return;
    lower = name.substr(0, dot);
  }
  if (number.empty() && dot != name.npos) number = name.substr(dot + 1);
  if (number.empty() && name.starts_with("vlan")) number = name.substr(4);
  const auto id = WholeNumber(number);
  if (!id || *id == 0 || *id > kMaxVlan) {
    // A name with a dot need not be a vlan's.
    if (reader->Has("VLAN_ID")) return reader->Fail("VLAN_ID", "'" + number + "' is no vlan");
    if (reader->Has("VLAN_RAW_DEVICE")) {
      reader->Fail("VLAN_RAW_DEVICE", "'" + std::string(name) + "' needs a vlan-id");
    }
    return;
  }
  if (!IsInterfaceName(lower)) {
    return FailSetup(reader->config, reader->stanza.place,
                     "no interface can have the name '" + lower + "'", reader->setup);
  }
  LinkMaking* making = reader->Make("vlan");
  making->lower = lower;
  making->vlan = static_cast<uint16_t>(*id);
}

void ReadWireguard(LinkReader* reader) {
  if (!reader->Has("WIREGUARD_CONFIG_PATH")) return;
  reader->Make("wireguard");
  reader->interface->wireguard = reader->Text("WIREGUARD_CONFIG_PATH");
}

}  // namespace

void DesireLink(const InterfacesConfig& config, const InterfaceStanza& stanza,
                DesiredInterface* interface, DesiredSetup* setup) {
  LinkReader reader{config, stanza, interface, setup};
  ReadBridge(&reader);
  ReadBond(&reader);
  ReadWireguard(&reader);
  ReadVlan(&reader);
  if (interface->description.empty()) interface->description = reader.Text("DESCRIPTION");
  for (std::string& name : Words(reader.Text("REQUIRES"))) {
    interface->needs.push_back(std::move(name));
  }
}

}  // namespace keelson
