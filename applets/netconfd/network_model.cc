// An interface is what all stanzas of its name say, in their order.
#include "applets/netconfd/network_model.h"

#include <algorithm>

#include "applets/netconfd/network_model_parts.h"
#include "core/flat_file.h"
#include "core/interface_name.h"

namespace keelson {
namespace {

constexpr size_t kMaxWhat = 400;  // bytes of what is said of a value

}  // namespace

std::string PlaceText(const InterfacesConfig& config, const InterfacesPlace& place) {
  if (place.at.line == 0 || place.file >= config.files.size()) return {};
  return config.files[place.file] + ":" + std::to_string(place.at.line) + ":" +
         std::to_string(place.at.column);
}

void FailSetup(const InterfacesConfig& config, const InterfacesPlace& place, std::string what,
               DesiredSetup* setup) {
  const std::string text = PlaceText(config, place);
  if (what.size() > kMaxWhat) what.replace(kMaxWhat / 2, what.size() - kMaxWhat, " ... ");
  setup->errors.push_back((text.empty() ? "" : text + ": ") + what);
}

std::optional<uint32_t> WholeNumber(std::string_view text) {
  if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
  const Number number = TakeNumber(text);
  if (number.used != text.size() || number.value > UINT32_MAX) return std::nullopt;
  return static_cast<uint32_t>(number.value);
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  for (text = SkipBlanks(text); !text.empty(); text = SkipBlanks(text)) {
    const size_t end = std::find_if(text.begin(), text.end(), IsBlank) - text.begin();
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

bool IsYes(std::string_view word) {
  std::string lower(word);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return lower == "on" || lower == "true" || lower == "yes" || TakeNumber(lower).value != 0;
}

bool DesireInterface(const InterfacesConfig& config, std::string_view name,
                     std::string_view logical, DesiredInterface* interface) {
  *interface = {};
  interface->name = name;
  const std::string_view device = SplitInterfaceLabel(name).device;
  for (const InterfaceStanza* const each : config.StanzasOf(logical)) {
    const InterfaceStanza& stanza = *each;
    DesiredSetup setup = MakeSetup(config, stanza, name);
    if (!IsInterfaceName(device)) {
      FailSetup(config, stanza.place,
                "no interface can have the name '" + std::string(device) + "'", &setup);
    }
    DesireLink(config, stanza, interface, &setup);
    interface->is_loopback |= setup.method == SetupMethod::kLoopback && stanza.place.at.line == 0;
    interface->setups.push_back(std::move(setup));
  }
  return !interface->setups.empty();
}

IpAddress FromNetIp(const NetIp& ip) { return {ip.v6, ip.bytes}; }
NetIp ToNetIp(const IpAddress& address) { return {address.v6, address.bytes}; }

}  // namespace keelson
