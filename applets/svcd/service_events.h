// What happens outside of services and starts some of them: interfaces, devices, files, times,
// databases of accounts, and what becomes of other services; and files and databases whose change
// restarts them.
#ifndef KEELSON_APPLETS_SVCD_SERVICE_EVENTS_H_
#define KEELSON_APPLETS_SVCD_SERVICE_EVENTS_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "applets/svcd/file_watches.h"
#include "applets/svcd/lookup_news.h"
#include "applets/svcd/supervisor.h"
#include "core/log.h"
#include "platform/clock.h"
#include "platform/device_events.h"
#include "platform/file.h"
#include "platform/loop.h"
#include "platform/net_if.h"

namespace keelson {

class ServiceEvents : public Supervisor::Listener {
 public:
  using HearDevicesCall = Error (*)(Loop* loop, std::function<void(const DeviceEvent&)> callback,
                                    std::unique_ptr<DeviceEvents>* events);

  // REQUIRES: all outlive it. began_ns: what "at-boot" counts from.
  ServiceEvents(Loop* loop, Clock* clock, Root* root, std::string prefix, Supervisor* supervisor,
                int64_t began_ns, Log log, HearDevicesCall hear_devices = HearDevices);
  ~ServiceEvents() override;

  // Before Begin: where pwlookupd tells of changes. Without it nobody is asked.
  void HearLookupsAt(std::string socket) { lookup_news_.HearAt(std::move(socket)); }

  // Of what it has told.
  struct Handed {
    int64_t until_ns = 0;  // times: what was due by then
    // "net:eth0", "device:sda"; by holders "held-up:eth0"; "lookup:passwd VERSION"
    std::set<std::string> is_so;
    std::map<FileWatches::Wish, FileWatches::Known> files;
  };

  // What is so already has happened now, except for what another one has told of.
  void Begin() { Learn(true); }
  void Begin(Handed handed);
  // until_ns: every timer that was due by then has been served.
  Handed HandDown(int64_t until_ns) const;

  // Why a service of type network cannot be yet; empty: nothing is in its way.
  std::string Unmet(const ServiceSettings& settings);

  // From somebody who knows: "net:eth0". False: no such event. holder: the kernel's word on this
  // interface does not count until another one or EndHolding; 0: it does.
  bool Tell(std::string_view event, bool is_up, uint64_t holder);
  void EndHolding(uint64_t holder);

  void OnState(ServiceId service, ServiceState from, ServiceState to,
               std::string_view why) override;
  void OnNewSet() override { Learn(true); }

 private:
  void Learn(bool is_fresh);
  void LearnTimes(const std::string& service, std::string_view event, bool is_fresh,
                  int64_t now_ns);
  void LookAtDevices();
  void Hear();
  void Trigger(const std::string& service);
  void TriggerAll(const std::string& event);
  void OnNetwork(const NetEvent& event);
  void TriggerAllFrom(const std::string& source, const std::string& event);
  void TriggerInTurn(const std::string& service, uint64_t origin);
  void LookAtLinks();
  void LinkChanged(const std::string& name, bool is_up);
  void TakeOverHeld(const std::string& event);
  bool IsLinkUp(const std::string& name);
  void Every(const std::string& service, int64_t interval_ns);
  void OnFile(const FileWatches::Wish& wish);
  void TriggerWatch(const std::string& service, const std::string& what);
  void OnLookups(const std::set<std::string>& databases);
  void OnDevice(const DeviceEvent& event);

  // What an event of another service started, that one may start in turn. All of that has one
  // origin; who is started again by the same one fills a bucket as by restarts.
  struct Turn {
    uint64_t origin = 0;
    bool is_triggered = false;  // it is about to begin, by an event of another service
    int64_t bucket_ns = 0, since_ns = 0;
    Loop::TimerId timer = 0;  // until it is slowed no longer
  };

  Loop* const loop_;
  Clock* const clock_;
  Root* const root_;
  Supervisor* const supervisor_;
  const int64_t began_ns_;
  const Log log_;
  const HearDevicesCall hear_devices_;
  FileWatches files_;
  LookupNews lookup_news_;
  std::unique_ptr<NetIf> net_if_;
  Loop::TimerId look_ = 0;  // 0: nothing is to be looked at
  std::unique_ptr<DeviceEvents> devices_;
  std::multimap<std::string, std::string> starts_;   // event -> services
  std::multimap<std::string, std::string> network_;  // interface, "" any -> type network
  std::map<std::pair<std::string, std::string>, Loop::TimerId> timers_;  // service, event
  std::set<std::string> up_;                                             // interfaces
  struct Held {
    uint64_t holder;
    bool is_up;
  };
  std::map<std::string, Held> held_;   // interfaces of which somebody else than the kernel tells
  Loop::TimerId handed_timer_ = 0;     // holders of before an exec have come again by then
  std::optional<int64_t> resumed_ns_;  // while what was handed down is taken over
  std::set<std::string> present_;      // devices of starts_
  std::multimap<std::string, std::string> lookups_;  // "lookup:passwd" -> services that watch it
  std::map<std::string, Turn> turns_;                // by service
  uint64_t last_origin_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SERVICE_EVENTS_H_
