// How ifupdown words the steps of a plan: what both of its systems have in common.
#ifndef KEELSON_APPLETS_NETCONFD_NETWORK_SHOW_H_
#define KEELSON_APPLETS_NETCONFD_NETWORK_SHOW_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/network_plan.h"

namespace keelson {

// One line, word by word.
class ShownLine {
 public:
  explicit ShownLine(std::string text) : text_(std::move(text)) {}
  ShownLine& Add(std::string_view word) {
    text_.append(" ").append(word);
    return *this;
  }
  ShownLine& Add(std::string_view key, std::string_view value) {
    return value.empty() ? *this : Add(key).Add(value);
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

// The value of a setup's option, or "".
std::string_view ShownOption(const DesiredSetup& setup, std::string_view name);

std::string ShownIp(const NetIp& ip);
std::string ShownIp(const std::optional<NetIp>& ip);     // "": none
std::string ShownMask(const InterfaceAddress& address);  // "255.255.255.0"
// As the configuration words it.
std::string ShownHardwareAddress(const DesiredSetup& setup, const NetChange& change);
std::string ShownNumber(std::optional<uint32_t> number);
std::string ShownMetric(const NetRoute& route);

// Hooks, commands and providers.
std::vector<std::string> ShowProgram(const DesiredInterface& interface, const DesiredSetup& setup,
                                     const NetStep& step, const PlanOptions& options);

// The change of a setup, or of the interface itself. first: the setup's first change.
std::vector<std::string> ShowChangeLinux(const DesiredInterface& interface,
                                         const DesiredSetup& setup, const NetStep& step,
                                         bool first);
std::vector<std::string> ShowChangeBsd(const DesiredInterface& interface, const DesiredSetup& setup,
                                       const NetStep& step);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NETWORK_SHOW_H_
