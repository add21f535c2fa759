// What bridge-utils, ifenslave, vlan and wireguard-tools read of an iface, by their words.
#include <algorithm>

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

void ReadBridge(LinkReader* reader) {
  if (!reader->Has("BRIDGE_PORTS")) return;
  LinkMaking* making = reader->Make("bridge");
  std::vector<std::string> ports = Words(reader->Text("BRIDGE_PORTS"));
  if (std::find(ports.begin(), ports.end(), "regex") != ports.end()) {
    return reader->Fail("BRIDGE_PORTS", "ports of a bridge cannot be patterns");
  }
  reader->interface->takes_all_ports = std::erase(ports, "all") > 0;
  reader->AddPorts("BRIDGE_PORTS", ports);
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
