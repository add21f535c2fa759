// DHCP clients that are programs: dhclient, udhcpc, dhcpcd. netconf-hook is their script.
#ifndef KEELSON_APPLETS_NETCONFD_EXTERNAL_DHCP_H_
#define KEELSON_APPLETS_NETCONFD_EXTERNAL_DHCP_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/network_model.h"
#include "platform/error.h"
#include "platform/file.h"
#include "platform/loop.h"
#include "platform/process.h"

namespace keelson {

struct ExternalDhcpCall {
  DhcpProvider provider = DhcpProvider::kDhclient;
  std::string interface = {};
  DesiredDhcp settings = {};
  std::string hook = {};    // a path that is called netconf-hook
  std::string socket = {};  // netconfd's, for the hook
  std::string folder = {};  // where the client keeps its files
  bool gives_up =
      false;  // it ends when nobody answers (dhcpcd: never); otherwise it goes on asking
};

// The client's program and its words; {} when it cannot be told of such an interface (a name that
// begins with '-'). The first word is a name, to be looked for in kExternalPrograms' folders.
std::vector<std::string> ExternalDhcpWords(const ExternalDhcpCall& call);
// The words that have dhclient give its lease back. REQUIRES: kDhclient.
std::vector<std::string> DhclientReleaseWords(const ExternalDhcpCall& call);

// A link called netconf-hook to our own program, in that folder of the running system.
Error MakeHookLink(const std::string& folder, std::string* path);

class ExternalDhcp {
 public:
  virtual ~ExternalDhcp() = default;  // the client goes on, unheard of
  // It ends, after what it had has been told as lost by its hook (STOP, RELEASE), or after
  // patience: killed.
  virtual void Stop(bool release) = 0;
};

// It is killed when we end. output: where it writes, of whoever asked; -1: nowhere. on_end runs
// from the loop, once. ENOENT: no such program; EINVAL: no words for it. REQUIRES: loop and
// processes outlive it.
Error StartExternalDhcp(Loop* loop, Processes* processes, Root* root, const ExternalDhcpCall& call,
                        int output, std::function<void(ProcessExit)> on_end,
                        std::unique_ptr<ExternalDhcp>* client);

// --- Methods that are programs ---

// methods/NAME below `folder`, to be run with "up" or "down". What cannot be run is said ("belongs
// to uid 7"): it, and the folder, must be root's, and nobody else may write to them. output as
// above.
std::optional<std::string> ExternalMethodRequest(Root* root, const std::string& folder,
                                                 std::string_view name, bool up,
                                                 std::vector<std::string> environment, int output,
                                                 SpawnRequest* request);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_EXTERNAL_DHCP_H_
