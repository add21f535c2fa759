// A socket of netconfd: requests of netconf, ifup and others become events, what comes of them
// frames.
#ifndef KEELSON_APPLETS_NETCONFD_CONTROL_H_
#define KEELSON_APPLETS_NETCONFD_CONTROL_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/control_request.h"
#include "applets/netconfd/network_change.h"
#include "applets/netconfd/network_providers.h"
#include "applets/netconfd/network_units.h"
#include "platform/control_socket.h"

namespace keelson {

class NetworkControl : public ControlServer::Handler, public NetworkUnits::Listener {
 public:
  // status_only: whoever may connect may look, and nothing else.
  NetworkControl(Loop* loop, Clock* clock, NetworkUnits* units, NetworkChange* change,
                 NetworkProviders* providers, bool status_only);
  ~NetworkControl() override;

  Error Listen(const std::string& path, uint32_t mode);
  void End();  // netconfd does: whoever waits for something is told

  size_t OnInput(ControlServer::ClientId client, std::string_view unread) override;
  void OnClosed(ControlServer::ClientId client) override;
  void OnState(const std::string& name, NetPhase from, NetPhase to,
               const std::string& why) override;
  void OnProgress(NetRequest request, const std::string& name, NetPhase phase,
                  const std::string& why) override;
  void OnOutput(const std::string& name, std::string_view line) override;
  void OnFault(NetRequest request, const std::string& name, const std::string& fault) override;
  void OnFinish(NetRequest request, bool ok) override;
  void OnWarning(const std::string& name, const std::string& text) override;
  void OnEvent(std::string_view kind, const std::string& name, const std::string& text) override;

 private:
  using ClientId = ControlServer::ClientId;

  struct Client {
    NetRequest request = 0;  // that it waits for
    std::set<std::string> names;
    bool hears_all = false;  // of warnings, not of those names alone
    bool detaches = false;
    int code = 0;
    enum Follows : uint8_t { kNothing, kStates, kEvents } follows = kNothing;
    std::vector<std::string> awaited;  // wait: until these are up
    Loop::TimerId timer = 0;
    std::string unsent;  // frames of this round of the loop
  };
  struct Call : ControlRequest {
    ClientId client;
    Client* state;
  };
  struct Verb {
    std::string_view name;
    void (NetworkControl::*run)(Call& call);
    bool is_status;  // for everybody who may connect
  };
  static const Verb kVerbs[];

  void Take(ClientId client, const std::vector<std::string_view>& words);
  bool IsRoot(ClientId client) const;

  void Up(Call& call) { Change(call, true); }
  void Down(Call& call) { Change(call, false); }
  void Change(Call& call, bool up);
  std::vector<NetworkUnits::Item> ItemsOf(Call& call, bool up);
  void Rows(Call& call);
  void Row(ClientId client, const NetworkUnits::Status& status);
  bool IsOurs(const NetworkUnits::Status& status) const;
  void Reload(Call& call);
  void Apply(Call& call);
  void Confirm(Call& call);
  void ShowPlans(Call& call);
  void Monitor(Call& call);
  void Events(Call& call);
  void Wait(Call& call);
  void CheckWait(ClientId client, Client* state);
  using Notes = std::shared_ptr<const std::vector<std::string>>;
  NetworkChange::Done Answer(ClientId client, Notes notes = nullptr);  // notes: told before
  NetworkChange::Done Changed(Call& call, Notes notes);
  void Refuse(Call& call, const std::vector<std::string>& notes);
  static bool IsOfHook(const Call& call) { return !call.Value("--within").empty(); }

  void Send(ClientId client, uint16_t type, std::span<const std::string_view> fields);
  void SendLine(ClientId client, uint16_t type, std::string_view line);
  void SendNotes(ClientId client, const std::vector<std::string>& notes);
  void Done(ClientId client, int code);
  void Finish(ClientId client);
  void Flush();

  Loop* const loop_;
  Clock* const clock_;
  NetworkUnits* const units_;
  NetworkChange* const change_;
  NetworkProviders* const providers_;
  const bool status_only_;
  const uint32_t started_by_;
  std::map<ClientId, Client> clients_;
  std::map<NetRequest, ClientId> requests_;
  Loop::TimerId flush_ = 0;  // 0: nothing is unsent
  std::unique_ptr<ControlServer> server_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_CONTROL_H_
