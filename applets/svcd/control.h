// The control socket: requests of svc and others become events, what comes of them frames.
#ifndef KEELSON_APPLETS_SVCD_CONTROL_H_
#define KEELSON_APPLETS_SVCD_CONTROL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "applets/svcd/machine.h"
#include "applets/svcd/supervisor.h"
#include "platform/control_socket.h"
#include "platform/file.h"
#include "platform/loop.h"

namespace keelson {

class ServiceControl : public ControlServer::Handler, public Supervisor::Listener {
 public:
  // What concerns the daemon as a whole. Each may be called from a request.
  struct Daemon {
    // halt, poweroff or reboot; false: no such way.
    std::function<bool(std::string_view how, ServiceRequest request)> shut_down;
    // Tells, before it does so, that it can (empty), or why not.
    std::function<void(std::function<void(const std::string& why)> tell)> reexec;
    // "net:eth0", and whether it is up. holder: whose word that is until ends_holding; 0: a hint.
    // False: no such event.
    std::function<bool(std::string_view event, bool is_up, uint64_t holder)> tell;
    std::function<void(uint64_t holder)> ends_holding;
  };

  // REQUIRES: all outlive it.
  ServiceControl(Loop* loop, Clock* clock, Root* root, Supervisor* supervisor, Daemon daemon);
  ~ServiceControl() override;

  // bound: what another svcd has listened with in this process; -1: none.
  Error Listen(const std::string& path, int bound);
  int listener() const { return server_->listener(); }
  // Whoever waits for an answer will get none.
  void TakeLeave(std::string_view why);

  size_t OnInput(ControlServer::ClientId client, std::string_view unread) override;
  void OnClosed(ControlServer::ClientId client) override;
  void OnState(ServiceId service, ServiceState from, ServiceState to,
               std::string_view why) override;
  void OnProgress(ServiceRequest request, ServiceId service, ServiceState state,
                  std::string_view why) override;
  void OnFinish(const ServiceAction& action) override;
  void OnNewSet() override;

 private:
  using ClientId = ControlServer::ClientId;
  using Words = std::span<const std::string_view>;

  struct Client {
    uint32_t uid = 0;
    std::vector<ServiceRequest> open;  // what it waits for
    int code = 0;
    bool may_end = false;  // all that it asked for has been begun
    // wait: until these are so.
    std::vector<std::string> awaited;
    bool awaits_up = true;
    Loop::TimerId timer = 0;
    std::string followed;  // the service whose log it reads
    bool holds = false;    // what it tells of interfaces holds as long as it is there
  };
  struct Call {
    ClientId client;
    Client* state;
    std::string_view verb;
    std::vector<std::string_view> operands;
    std::vector<std::string_view> options;
    bool Has(std::string_view option) const;
    std::string_view Value(std::string_view option) const;  // of "--state=up"; empty: not there
  };
  struct Verb {
    std::string_view name;
    void (ServiceControl::*run)(Call& call);
    enum Right : uint8_t { kAll, kOwner, kRoot } right;
  };
  static const Verb kVerbs[];

  void Take(ClientId client, const std::vector<std::string_view>& words);
  bool IsRoot(const Client& client) const;
  bool MayControl(const Client& client, ServiceId service) const;
  bool Resolve(const Call& call, std::vector<ServiceId>* ids);
  bool ResolveAll(const Call& call, std::vector<ServiceId>* ids);

  void Rows(Call& call);
  void Change(Call& call);
  void Check(Call& call);
  void LoadDefinition(Call& call);
  void Configure(Call& call);
  void Wait(Call& call);
  void ShowLog(Call& call);
  void Order(Call& call);
  void Graph(Call& call);
  void Plot(Call& call);
  void ChangeMode(Call& call);
  void ReloadConfig(Call& call);
  void Trigger(Call& call);
  void Reexec(Call& call);
  void ShutDown(Call& call);
  void TellEvent(Call& call);
  bool TakeNews(ClientId client, const std::vector<std::string_view>& words);

  void Send(ClientId client, uint16_t type, std::span<const std::string_view> fields);
  void SendText(ClientId client, std::string_view text);
  void SendError(ClientId client, std::string_view line);
  void SendFailure(ClientId client, std::string_view asked, const ServiceAction& finish);
  // more: as kSvcdDone has it.
  void Done(ClientId client, int code, std::string_view more = {});
  void EndIfDone(ClientId client, Client* state);
  void CheckWaits(ClientId client, Client* state);
  void CheckAllWaits();
  void Expired(ClientId client);
  ServiceRequest Expect(ClientId client, Client* state, std::string_view service = {});
  void StopFollowing(const std::string& service);
  void TellFollowers(const std::string& service, std::string_view line);

  Loop* const loop_;
  Clock* const clock_;
  Root* const root_;
  Supervisor* const supervisor_;
  const Daemon daemon_;
  const uint32_t started_by_;
  std::map<ClientId, Client> clients_;
  struct Asked {
    ClientId client;
    std::string service;  // empty: all of them
  };
  std::map<ServiceRequest, Asked> requests_;
  std::unique_ptr<ControlServer> server_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_CONTROL_H_
