// What programs of the configuration are started with: ifupdown's environment, by a shell or from
// the directories of hooks. Nothing that a network has said is in it.
#ifndef KEELSON_APPLETS_NETCONFD_HOOKS_H_
#define KEELSON_APPLETS_NETCONFD_HOOKS_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/network_plan.h"
#include "platform/file.h"
#include "platform/process.h"

namespace keelson {

// The interface for which the program runs, and those for whose programs it was asked for, each
// ended by a blank: who asks for one of them from in there is answered at once, or he would wait
// for himself.
inline constexpr char kWithinVariable[] = "NETCONFD_UNIT";

// "--within=..." for a request of a program that runs for an interface; empty: this one does not.
std::string WithinWord();

struct HookWords {
  std::string_view name;                    // of the interface
  bool is_verbose = false;                  // ifup -v
  std::string_view all_class;               // ifup -a, --allow: "auto" ...; empty: none
  std::string_view within;                  // kWithinVariable of who asked
  std::vector<std::string> inherited = {};  // IFUPDOWN_... of who asked
};

// As ifupdown has it: IF_..., IFACE, LOGICAL, ADDRFAM, METHOD, MODE, PHASE, VERBOSITY, PATH, CLASS.
std::vector<std::string> HookEnvironment(const DesiredSetup& setup, bool up, HookPhase phase,
                                         const HookWords& words);

// "IFUPDOWN_eth0_1", which ifupdown's own scripts look at.
std::string RecursionVariable(std::string_view name);

inline constexpr char kHooksTop[] = "/etc/network";  // of if-up.d and the like

SpawnRequest ShellRequest(const std::string& command, std::vector<std::string> environment);

// Programs of /etc/network/if-PHASE.d in the order of run-parts(8). top: /etc/network.
std::vector<std::string> HookFiles(Root* root, const std::string& top, HookPhase phase);

// The same, looked up once until Forget: for many interfaces in a row.
class HookFolders {
 public:
  const std::vector<std::string>& Files(Root* root, const std::string& top, HookPhase phase);
  void Forget() { files_ = {}; }

 private:
  std::array<std::optional<std::vector<std::string>>, 4> files_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_HOOKS_H_
