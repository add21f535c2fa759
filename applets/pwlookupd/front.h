// Requests in, answers out: the socket's side of pwlookupd, from the first client to the last.
#ifndef KEELSON_APPLETS_PWLOOKUPD_FRONT_H_
#define KEELSON_APPLETS_PWLOOKUPD_FRONT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "applets/pwlookupd/askers.h"
#include "applets/pwlookupd/machine.h"
#include "applets/pwlookupd/publisher.h"
#include "applets/pwlookupd/sources.h"
#include "applets/pwlookupd/yp_talks.h"
#include "core/log.h"
#include "core/nscd_wire.h"
#include "platform/at_rest.h"
#include "platform/clock.h"
#include "platform/control_socket.h"
#include "platform/loop.h"

namespace keelson {

class Front : public ControlServer::Handler {
 public:
  // rest: told of each request. REQUIRES: all of them outlive it.
  Front(Loop* loop, Clock* clock, Log log, AtRest* rest, Sources* sources, Publisher* publisher,
        LookupMachine* machine);

  // since_ns: processes older than that may have asked another daemon before (askers.h).
  void Serve(std::unique_ptr<ControlServer> server, int64_t since_ns);

  // SIGTERM and its kin. One that is leaving goes on with that: it is over soon.
  void Stop();
  // A database, or all, may have changed in a way that the files do not tell.
  void Invalidate(std::optional<Database> database);

  size_t OnInput(ControlServer::ClientId client, std::string_view unread) override;
  void OnClosed(ControlServer::ClientId client) override { talks_.Forget(client); }

 private:
  class Client;

  bool Answer(ControlServer::ClientId client, const NscdRequest& request);
  void GoOn(ControlServer::ClientId client);
  void SendAnswer(ControlServer::ClientId client);
  void SendMap(ControlServer::ClientId client, NscdType type, Database database);
  void Leave();
  void LeaveWhenAnswered();

  Loop* loop_;
  Clock* clock_;
  Log log_;
  AtRest* rest_;
  Sources* sources_;
  Publisher* publisher_;
  uint32_t started_by_;
  Askers askers_{0};
  YpTalks talks_;
  std::unique_ptr<ControlServer> server_;
  std::string answer_;
  int64_t leave_by_ns_ = 0;  // 0: we stay
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_FRONT_H_
