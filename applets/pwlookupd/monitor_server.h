// pwlookupd's own socket: whoever wants to know when a database has changed is told.
#ifndef KEELSON_APPLETS_PWLOOKUPD_MONITOR_SERVER_H_
#define KEELSON_APPLETS_PWLOOKUPD_MONITOR_SERVER_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "applets/pwlookupd/machine.h"
#include "core/frame.h"
#include "platform/control_socket.h"

namespace keelson {

class MonitorServer : public ControlServer::Handler {
 public:
  static constexpr size_t kMaxClients = 256;

  // served: of these, others are refused. REQUIRES: machine outlives it.
  MonitorServer(LookupMachine* machine, const std::vector<Database>& served);

  // Listens at the path; another pwlookupd there is told that it does so no longer.
  Error Listen(Loop* loop, const std::string& path);

  size_t OnInput(ControlServer::ClientId client, std::string_view unread) override;
  void OnClosed(ControlServer::ClientId client) override { clients_.erase(client); }

 private:
  using Databases = std::bitset<kDatabases>;

  void Subscribe(ControlServer::ClientId client, const Frame& frame);
  void Refuse(ControlServer::ClientId client, std::string_view why);
  void Tell(ControlServer::ClientId client, Database database);
  void TellAll(Database database);
  bool IsPrivileged(ControlServer::ClientId client);

  LookupMachine* machine_;
  Databases served_;
  uint32_t started_by_;
  std::unique_ptr<ControlServer> server_;
  std::map<ControlServer::ClientId, Databases> clients_;  // that have subscribed
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_MONITOR_SERVER_H_
