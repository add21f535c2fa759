// The parts of DesireInterface: one stanza as a setup, and what stanzas say of the interface
// itself.
#ifndef KEELSON_APPLETS_NETCONFD_NETWORK_MODEL_PARTS_H_
#define KEELSON_APPLETS_NETCONFD_NETWORK_MODEL_PARTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/network_model.h"

namespace keelson {

// "PATH:LINE:COLUMN", or "" of what no file says.
std::string PlaceText(const InterfacesConfig& config, const InterfacesPlace& place);

// One more of setup->errors: "PLACE: what", and of a long what no more than both ends.
void FailSetup(const InterfacesConfig& config, const InterfacesPlace& place, std::string what,
               DesiredSetup* setup);

// All of the text as a decimal number.
std::optional<uint32_t> WholeNumber(std::string_view text);

std::vector<std::string> Words(std::string_view text);

// Whether ifupdown takes the word for a yes.
bool IsYes(std::string_view word);

DesiredSetup MakeSetup(const InterfacesConfig& config, const InterfaceStanza& stanza,
                       std::string_view name);

// Kinds, ports, what it stands on. What is wrong goes into setup->errors.
void DesireLink(const InterfacesConfig& config, const InterfaceStanza& stanza,
                DesiredInterface* interface, DesiredSetup* setup);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NETWORK_MODEL_PARTS_H_
