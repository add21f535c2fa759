// DHCP, external methods and name servers for the steps that want them: our own client in its
// worker, or a program whose script is netconf-hook.
//
// A lease that comes is told of, and configured when the machine says so; whoever waits for it, a
// step or a hook, hears of it then.
#ifndef KEELSON_APPLETS_NETCONFD_NETWORK_PROVIDERS_H_
#define KEELSON_APPLETS_NETCONFD_NETWORK_PROVIDERS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/dhcp_worker.h"
#include "applets/netconfd/external_dhcp.h"
#include "applets/netconfd/lease_files.h"
#include "applets/netconfd/resolver.h"
#include "applets/netconfd/step_run.h"
#include "core/dhcp_environment.h"
#include "core/log.h"

namespace keelson {

class NetworkProviders : public StepProviders {
 public:
  struct Options {
    StepTools tools;                                 // REQUIRES: all of it outlives this
    DhcpProvider provider = DhcpProvider::kBuiltin;  // where the configuration does not say
    std::string program;                             // netconfd's own
    std::string socket;                              // of netconf-hook
    std::string folder;                              // for what clients keep
    Log log;
    // Of a lease: the reason, and its address where there is one. For who follows events.
    std::function<void(const std::string& name, const std::string& text)> event;
  };

  // folder: that of the options. lease: that of the interface has changed, and is to be configured.
  NetworkProviders(Options options, Directory* folder,
                   std::function<void(const std::string& name)> lease);
  ~NetworkProviders() override;

  void Begin(const DesiredInterface& interface, const NetStep& step, const HookWords& words,
             StepDone done) override;
  void Abort(const std::string& name) override;
  void Configure(const std::string& name, StepDone done) override;
  void Resume(const DesiredInterface& interface) override;
  void SetCarrier(const std::string& name, bool has_carrier) override;
  void OnDeviceGone(const std::string& name) override;
  int64_t LeaseLeft(const std::string& name) const override;

  // What a client's script has to tell; done runs once.
  void OnHook(std::span<const std::string_view> variables, StepDone done);

 private:
  struct Client {
    std::string name;
    uint32_t index = 0;
    bool v6 = false;
    DesiredDhcp settings;
    bool is_external = false, is_stopping = false;
    bool is_running = false;  // the program
    std::unique_ptr<ExternalDhcp> external;
    StepDone waiting;                      // a step, for the first lease or for its end
    std::string fault;                     // why it is stopping
    std::vector<StepDone> hooks;           // that wait until it is configured
    std::optional<DhcpLease> wanted, has;  // what the kernel is to have, and has
    int64_t granted_ns = 0;
    DhcpReason reason = DhcpReason::kBound;
    uint32_t mtu = 0;         // before a lease has changed it
    Loop::TimerId timer = 0;  // of a program: when it has had its time, or is started again
    int restarts = 0;         // of it since it has last got a lease
  };

  void StartDhcp(const DesiredInterface& interface, const NetStep& step, bool is_resumed,
                 StepDone done);
  void StartAfter(Client& old, const DesiredInterface& interface, const NetStep& step,
                  bool is_resumed, StepDone done);
  void TakeOver(Client& client);
  uint32_t MtuBefore(const std::string& name, uint32_t mtu) const;
  void End(Client& client, std::string fault, bool release);
  void Stop(Client& client, bool release);
  void StopDhcp(const std::string& name, StepDone done);
  void ForgetLease(const std::string& name);
  void RunMethod(const DesiredInterface& interface, const NetStep& step, const HookWords& words,
                 StepDone done);
  void Offer(const DesiredInterface& interface, const NetStep& step);
  Error OpenWorker();
  std::string HearRouters(const std::string& device);
  void OnRouters(const DhcpWorkerEvent& event);
  void ForgetRouters(const std::string& device);
  Error BringLinkUp(const std::string& name);
  Error StartBuiltin(Client& client);
  Error StartExternal(Client& client);
  void OnWorker(const DhcpWorkerEvent& event);
  void OnLease(Client& client, std::optional<DhcpLease> lease, DhcpReason reason,
               int64_t granted_ns);
  void OnEnd(const std::string& name, ProcessExit exit);
  void StartAgain(Client& client);
  void GiveUpInTime(Client& client);
  void GiveUp(Client& client);
  void StopExternal(Client& client, bool release);
  std::string Apply(Client& client);
  void Forget(const std::string& name);
  void Finish(Client& client, const std::string& fault);
  Client* Find(uint32_t index);

  Options options_;
  const std::function<void(const std::string& name)> lease_;
  std::unique_ptr<LeaseFiles> leases_;
  std::unique_ptr<DhcpWorker> worker_;
  Resolver resolver_;
  std::map<std::string, Client> clients_;
  std::map<std::string, uint32_t> routers_;  // devices whose advertisements count
  std::map<std::string, ProcessId> methods_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NETWORK_PROVIDERS_H_
