// What is the same on every system: hooks, commands, DHCP clients.
#include "applets/netconfd/network_show.h"

#include <algorithm>

#include "core/shell_quote.h"

namespace keelson {
namespace {

constexpr std::string_view kNoClient = "echo 'No DHCP client software found!' >&2; false";
constexpr std::string_view kNoClient6 = "echo 'No DHCPv6 client software found!' >&2; false";

// As a word of the shell that runs the line. Names of interfaces need none of it: to others no DHCP
// client is started.
std::string ShellWord(const std::string& text) {
  const bool is_plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_@%+=:,./-").find(c) != std::string_view::npos;
  });
  return is_plain ? text : ShellQuoted(text);
}

std::string ShowHooks(const NetStep& step, const PlanOptions& options) {
  std::string_view folder = HookPhaseName(step.phase);
  if (step.phase == HookPhase::kUp) folder = "up";
  if (step.phase == HookPhase::kDown) folder = "down";
  ShownLine line("run-parts");
  if (step.up && !options.ignores_errors) line.Add("--exit-on-error");
  if (options.is_verbose) line.Add("--verbose");
  return line.Add("/etc/network/if-" + std::string(folder) + ".d").Take();
}

std::string ShowDhclient(const std::string& name, const DesiredSetup& setup, const NetStep& step) {
  const bool stops = step.kind == NetStep::kDhcpStop;
  const bool is_auto = setup.method == SetupMethod::kAuto;
  const bool wants_prefix = step.v6 && !stops && setup.dhcp.wants_prefix;
  std::string files = " -pf /run/dhclient" + std::string(step.v6 ? "6" : "") + "." + name +
                      ".pid -lf /var/lib/dhcp/dhclient" + (step.v6 ? "6" : "") + "." + name +
                      ".leases -I" + (wants_prefix && !is_auto ? " -P -N" : "") +
                      " -df /var/lib/dhcp/dhclient" + (step.v6 ? "" : "6") + "." + name +
                      ".leases " + name;
  if (step.v6) {
    if (wants_prefix) return std::string("dhclient -6 -v") + (is_auto ? " -P" : "") + files;
    if (stops) return "dhclient -6 -v -r" + files;
    return (is_auto ? "dhclient -6 -1 -v -S" : "dhclient -6 -v") + files;
  }
  std::string line = "CLIENT=\"-i\";";
  if (!setup.dhcp.client_id.empty()) {
    line += "[ " + ShellWord(setup.dhcp.client_id) + " = no ] && CLIENT=\"\";";
  }
  line += " dhclient -4 -v $CLIENT" + std::string(stops ? " -r" : "") + files;
  if (!stops && setup.dhcp.metric != 0) {
    line += " -e IF_METRIC=" + std::to_string(setup.dhcp.metric);
  }
  return line;
}

std::string ShowUdhcpc(const std::string& name, const DesiredSetup& setup, bool stops) {
  const std::string file = "/run/udhcpc." + name + ".pid";
  if (stops) {
    return "if test -f " + file + "; then kill -USR2 $(cat " + file + "); kill -TERM $(cat " +
           file + "); fi";
  }
  ShownLine line("udhcpc -n -p " + file + " -i " + name);
  if (!setup.dhcp.hostname.empty()) line.Add("-x", ShellWord("hostname:" + setup.dhcp.hostname));
  return line.Take();
}

std::string ShowDhcpcd(const std::string& name, const DesiredSetup& setup, bool stops) {
  if (stops) return "dhcpcd -k " + name;
  const DesiredDhcp& dhcp = setup.dhcp;
  ShownLine line("dhcpcd");
  if (!dhcp.hostname.empty()) line.Add("-h", ShellWord(dhcp.hostname));
  if (!dhcp.vendor.empty()) line.Add("-i", ShellWord(dhcp.vendor));
  if (!dhcp.client_id.empty()) line.Add("-I", ShellWord(dhcp.client_id));
  if (dhcp.lease_seconds != 0) line.Add("-l", std::to_string(dhcp.lease_seconds));
  if (dhcp.metric != 0) line.Add("-m", std::to_string(dhcp.metric));
  return line.Add(name).Take();
}

std::string ShowDhcp(const std::string& name, const DesiredSetup& setup, const NetStep& step) {
  const bool stops = step.kind == NetStep::kDhcpStop;
  if (setup.dhcp.provider == DhcpProvider::kDhclient) return ShowDhclient(name, setup, step);
  if (step.v6) return std::string(kNoClient6);
  if (setup.dhcp.provider == DhcpProvider::kUdhcpc) return ShowUdhcpc(name, setup, stops);
  if (setup.dhcp.provider == DhcpProvider::kDhcpcd) return ShowDhcpcd(name, setup, stops);
  return std::string(kNoClient);
}

}  // namespace

std::string_view ShownOption(const DesiredSetup& setup, std::string_view name) {
  for (const auto& [option, value] : setup.options) {
    if (option == name) return value;
  }
  return {};
}

std::string ShownIp(const NetIp& ip) { return FormatIpAddress(FromNetIp(ip)); }
std::string ShownIp(const std::optional<NetIp>& ip) { return ip ? ShownIp(*ip) : ""; }

std::string ShownMask(const InterfaceAddress& address) {
  return FormatIpAddress(NetworkMask(address.length, address.address.v6));
}

std::string ShownHardwareAddress(const DesiredSetup& setup, const NetChange& change) {
  if (!change.hardware_address) return "";
  const std::string_view said = ShownOption(setup, "hwaddress");
  if (change.hardware_address->size() != MacAddress().size()) return "random";
  if (!said.empty() && said != "random") return std::string(said);
  MacAddress mac;
  for (size_t i = 0; i < mac.size(); ++i)
    mac[i] = static_cast<uint8_t>((*change.hardware_address)[i]);
  return FormatMacAddress(mac);
}

std::string ShownNumber(std::optional<uint32_t> number) {
  return number ? std::to_string(*number) : "";
}

std::string ShownMetric(const NetRoute& route) {
  return route.metric == 0 ? "" : std::to_string(route.metric);
}

std::vector<std::string> ShowProgram(const DesiredInterface& interface, const DesiredSetup& setup,
                                     const NetStep& step, const PlanOptions& options) {
  switch (step.kind) {
    case NetStep::kCommand:
      return {step.text};
    case NetStep::kHooks:
      return {ShowHooks(step, options)};
    case NetStep::kDhcpStart:
    case NetStep::kDhcpStop:
      return {ShowDhcp(interface.name, setup, step)};
    case NetStep::kMethodStart:
      return {"/etc/keelson/methods/" + setup.method_name + " start " + interface.name};
    case NetStep::kMethodStop:
      return {"/etc/keelson/methods/" + setup.method_name + " stop " + interface.name};
    default:
      return {};
  }
}

std::vector<StepLines> ShowPlan(const DesiredInterface& interface,
                                const std::vector<NetStep>& steps, const PlanOptions& options) {
  std::vector<StepLines> shown;
  const NetStep* before = nullptr;  // the change before, of the same setup
  for (const NetStep& step : steps) {
    const DesiredSetup& setup = interface.setups[step.setup];
    const bool is_change = step.kind == NetStep::kChange || step.kind == NetStep::kFlush;
    if (!is_change) {
      shown.push_back({&step, ShowProgram(interface, setup, step, options)});
      continue;
    }
    const bool first = before == nullptr || before->setup != step.setup || before->is_link;
    shown.push_back({&step, options.is_bsd ? ShowChangeBsd(interface, setup, step)
                                           : ShowChangeLinux(interface, setup, step, first)});
    before = &step;
  }
  return shown;
}

}  // namespace keelson
