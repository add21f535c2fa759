// A subscription is a set of databases; what is told is small, so whoever does not read it is
// closed soon.
#include "applets/pwlookupd/monitor_server.h"

#include <utility>

#include "core/lookup_monitor.h"
#include "platform/privilege.h"

namespace keelson {

namespace {

constexpr size_t kMaxUnsent = 4096;
constexpr int64_t kTakeOverNs = kSecond / 10;

std::string FrameOf(uint16_t type, std::initializer_list<std::string_view> fields) {
  std::string bytes;
  AppendFrame(type, fields, &bytes);
  return bytes;
}

}  // namespace

MonitorServer::MonitorServer(LookupMachine* machine, const std::vector<Database>& served)
    : machine_(machine), started_by_(EffectiveUid()) {
  for (const Database database : served) served_.set(static_cast<size_t>(database));
  machine_->OnGeneration([this](Database database) { TellAll(database); });
}

Error MonitorServer::Listen(Loop* loop, const std::string& path) {
  ControlServer::Options options;
  options.path = path;
  options.max_clients = kMaxClients;
  options.max_output = kMaxUnsent;
  options.keep_idle = true;
  Descriptor listener;
  std::unique_ptr<ControlClient> predecessor;
  if (Error error = BindControl(path, options.mode, &listener, &predecessor); !error.ok()) {
    return error;
  }
  options.bound = listener.Release();
  if (Error error = ListenControl(loop, options, this, &server_); !error.ok()) return error;
  if (predecessor) {
    // Its clients come to us. One that does not take this keeps them, which is all that it can do.
    (void)predecessor->Send(FrameOf(kLookupTakeOver, {}),
                            SystemClock()->MonotonicNs() + kTakeOverNs);
  }
  return kOk;
}

size_t MonitorServer::OnInput(ControlServer::ClientId client, std::string_view unread) {
  Frame frame;
  size_t consumed = 0;
  switch (ParseFrame(unread, &frame, &consumed)) {
    case FrameResult::kNeedMore:
      return 0;
    case FrameResult::kMalformed:
      server_->Finish(client);
      return unread.size();
    case FrameResult::kFrame:
      break;
  }
  if (frame.type == kLookupSubscribe) {
    Subscribe(client, frame);
  } else if (frame.type == kLookupTakeOver && IsPrivileged(client)) {
    server_->FinishAll("");
  } else {
    Refuse(client, "no such request");
  }
  return consumed;
}

void MonitorServer::Subscribe(ControlServer::ClientId client, const Frame& frame) {
  Databases wanted;
  for (const std::string_view name : frame.fields) {
    const auto database = DatabaseOf(name);
    if (!database || !served_.test(static_cast<size_t>(*database))) {
      return Refuse(client, "database '" + std::string(name) + "' is not served");
    }
    wanted.set(static_cast<size_t>(*database));
  }
  if (wanted.none()) return Refuse(client, "no database");
  clients_[client] = wanted;
  for (size_t i = 0; i < kDatabases; ++i) {
    if (wanted.test(i)) Tell(client, static_cast<Database>(i));
  }
}

void MonitorServer::Refuse(ControlServer::ClientId client, std::string_view why) {
  server_->Send(client, FrameOf(kLookupRefused, {why}));
  server_->Finish(client);
}

void MonitorServer::Tell(ControlServer::ClientId client, Database database) {
  const std::string number = std::to_string(machine_->generation(database));
  server_->Send(client, FrameOf(kLookupGeneration,
                                {DatabaseName(database), number, machine_->version(database)}));
}

void MonitorServer::TellAll(Database database) {
  for (const auto& [client, wanted] : clients_) {
    if (wanted.test(static_cast<size_t>(database))) Tell(client, database);
  }
}

bool MonitorServer::IsPrivileged(ControlServer::ClientId client) {
  Peer peer;
  if (!server_->PeerOf(client, &peer).ok()) return false;
  return peer.uid == 0 || peer.uid == started_by_;
}

}  // namespace keelson
