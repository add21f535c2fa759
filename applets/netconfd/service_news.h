// What svcd hears of the network: an interface is up when all of it is, not when its link is.
//
// The connection stays, and what was told holds until it ends. One that ends, by svcd's own doing
// or its end, is made anew, and everything is told again. Where no svcd is, nothing happens.
#ifndef KEELSON_APPLETS_NETCONFD_SERVICE_NEWS_H_
#define KEELSON_APPLETS_NETCONFD_SERVICE_NEWS_H_

#include <map>
#include <memory>
#include <string>

#include "applets/netconfd/network_units.h"
#include "core/log.h"
#include "platform/clock.h"
#include "platform/control_socket.h"
#include "platform/loop.h"
#include "platform/watch.h"

namespace keelson {

class ServiceNews : public NetworkUnits::Listener {
 public:
  // REQUIRES: all outlive it. socket: svcd's.
  ServiceNews(Loop* loop, Clock* clock, NetworkUnits* units, std::string socket, Log log);
  ~ServiceNews() override;

  // From now on. An svcd that is there has heard of us when this returns, so that it does not take
  // what the kernel tells for what we have not said yet.
  void Begin();
  // Of those that are not down: for what a netconfd before this one has brought up.
  void TellAll();

  void OnState(const std::string& name, NetPhase from, NetPhase to,
               const std::string& why) override;
  void OnProgress(NetRequest, const std::string&, NetPhase, const std::string&) override {}
  void OnOutput(const std::string&, std::string_view) override {}
  void OnFault(NetRequest, const std::string&, const std::string&) override {}
  void OnFinish(NetRequest, bool) override {}
  void OnWarning(const std::string&, const std::string&) override {}
  void OnEvent(std::string_view, const std::string&, const std::string&) override {}

 private:
  void Hear();
  Error Connect(int64_t deadline_ns);
  void TryAgain();
  void TryLater();
  void OnReadable();
  void Send(const std::string& bytes);
  void Drop();

  Loop* const loop_;
  Clock* const clock_;
  NetworkUnits* const units_;
  const std::string socket_;
  const Log log_;
  std::map<std::string, bool> told_;  // interface -> is up
  std::unique_ptr<Watch> watch_;
  std::unique_ptr<ControlClient> client_;
  std::string unread_;
  Loop::TimerId timer_ = 0;
  bool is_denied_ = false;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_SERVICE_NEWS_H_
