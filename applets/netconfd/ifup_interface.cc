// What has no meaning any more cannot be undone; the rest can.
#include "applets/netconfd/ifup_interface.h"

#include "applets/netconfd/bridge_ports.h"
#include "applets/netconfd/dhcp_programs.h"
#include "core/flat_file.h"
#include "platform/random.h"

namespace keelson {
namespace {

// Locally administered, no group's.
std::string RandomMac() {
  std::string id;
  if (!RandomId(&id).ok()) return {};
  std::string mac;
  for (size_t i = 0; i < 6; ++i) {
    mac += static_cast<char>(TakeNumber(id.substr(2 * i, 2), 16).value);
  }
  mac[0] = static_cast<char>((mac[0] | 0x02) & ~0x01);
  return mac;
}

}  // namespace

bool MakeIfupInterface(const IfupCall& call, const IfupTarget& target, DesiredInterface* interface,
                       std::vector<std::string>* notes) {
  const bool up = call.verb == IfupVerb::kUp;
  if (!DesireInterface(call.config, target.name, target.logical, interface)) {
    notes->push_back("ignoring unknown interface " + target.name + "=" + target.logical);
    return false;
  }
  bool ok = true;
  for (DesiredSetup& setup : interface->setups) {
    notes->insert(notes->end(), setup.errors.begin(), setup.errors.end());
    ok &= setup.errors.empty();
    setup.has_scripts &= call.runs_scripts;
    if (setup.hardware_address == "") setup.hardware_address = RandomMac();
    if (setup.dhcp.provider) continue;
    if (setup.method == SetupMethod::kDhcp || setup.method == SetupMethod::kAuto) {
      setup.dhcp.provider = FindDhcpClient();
    }
  }
  if (!up) std::erase_if(interface->setups, [](auto& setup) { return !setup.errors.empty(); });
  TakePorts(call.present, interface);
  return ok || !up;
}

}  // namespace keelson
