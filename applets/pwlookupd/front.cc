// bytes -> request -> machine -> bytes, a descriptor, or something else to be done.

#include "applets/pwlookupd/front.h"

#include <utility>

#include "platform/peer.h"
#include "platform/privilege.h"

namespace keelson {
namespace {

constexpr size_t kKeptAnswer = 64 * 1024;
// Of one that leaves. Who found the way to our socket before it was renamed over is with us by
// then, whatever delayed him.
constexpr int64_t kLateComersNs = kSecond;
constexpr int64_t kLookAgainNs = 20 * kMillisecond;
// Nobody who reads his answer needs as long as that.
constexpr int64_t kLeaveNs = 10 * kSecond;

}  // namespace

// Who asks, found out when the machine wants to know.
class Front::Client : public Asker {
 public:
  Client(Front* front, ControlServer::ClientId client) : front_(front), client_(client) {}

  bool Privileged() override {
    Peer peer;
    if (!front_->server_->PeerOf(client_, &peer).ok()) return false;
    return peer.uid == 0 || peer.uid == front_->started_by_;
  }
  void AskedForMapping() override {
    ProcessFacts facts;
    if (Facts(&facts)) front_->askers_.AskedForMapping(facts);
  }
  bool MayBeGlibc() override {
    ProcessFacts facts;
    return !Facts(&facts) || front_->askers_.MayBeGlibc(facts);
  }

 private:
  bool Facts(ProcessFacts* facts) {
    Peer peer;
    return front_->server_->PeerOf(client_, &peer).ok() && peer.pid != 0 &&
           SystemPeers()->OfProcess(peer.pid, facts).ok();
  }

  Front* front_;
  ControlServer::ClientId client_;
};

Front::Front(Loop* loop, Clock* clock, Log log, AtRest* rest, Sources* sources,
             Publisher* publisher, LookupMachine* machine)
    : loop_(loop),
      clock_(clock),
      log_(log),
      rest_(rest),
      sources_(sources),
      publisher_(publisher),
      started_by_(EffectiveUid()),
      talks_(
          loop, clock, log, machine, [sources] { return ReadYpSettings(sources->root()); },
          [this](YpTalks::Id client) { GoOn(client); }) {}

void Front::Serve(std::unique_ptr<ControlServer> server, int64_t since_ns) {
  server_ = std::move(server);
  askers_ = Askers(since_ns);
}

void Front::Stop() {
  if (leave_by_ns_ == 0) loop_->Stop();
}

void Front::Invalidate(std::optional<Database> database) {
  publisher_->Changed(database);
  sources_->CheckAgain(database);
}

size_t Front::OnInput(ControlServer::ClientId client, std::string_view unread) {
  rest_->Busy();
  NscdRequest request;
  switch (ParseNscdRequest(unread, &request)) {
    case NscdParse::kNeedMore:
      return 0;
    case NscdParse::kMalformed:
      break;
    case NscdParse::kRequest:
      // Whoever has renamed a file before he asks sees the new one.
      sources_->Poll();
      if (!Answer(client, request)) return unread.size();
  }
  server_->Finish(client);
  return unread.size();
}

// False: the answer comes later.
bool Front::Answer(ControlServer::ClientId client, const NscdRequest& request) {
  Client asker(this, client);
  answer_.clear();
  const Action action = talks_.Handle(client, request, asker, &answer_);
  switch (action.kind) {
    case Action::kAnswer:
    case Action::kRefuse:
      break;
    case Action::kLater:
      return false;
    case Action::kMap:
      SendMap(client, request.type, *action.database);
      return true;
    case Action::kInvalidate:
      if (action.database) Invalidate(action.database);
      break;
    case Action::kShutdown:
      log_.Notice("asked to stop");
      Stop();
      break;
    case Action::kLeave:
      Leave();
      break;
  }
  SendAnswer(client);
  return true;
}

void Front::GoOn(ControlServer::ClientId client) {
  Client asker(this, client);
  answer_.clear();
  if (talks_.GoOn(client, asker, &answer_).kind == Action::kLater) return;
  SendAnswer(client);
  server_->Finish(client);
}

void Front::SendAnswer(ControlServer::ClientId client) {
  if (!answer_.empty()) server_->Send(client, answer_);
  if (answer_.capacity() > kKeptAnswer) std::string().swap(answer_);
}

void Front::SendMap(ControlServer::ClientId client, NscdType type, Database database) {
  int fd;
  uint64_t bytes;
  if (publisher_->HandOut(database, &fd, &bytes)) {
    AppendMapAnswer(type, bytes, &answer_);
    server_->SendDescriptor(client, answer_, fd);
  } else {
    AppendEmptyAnswer(type, NscdFound::kElsewhere, &answer_);
    server_->Send(client, answer_);
  }
}

// Everything goes on as before until nobody is left who came to us, then until nobody can have a
// snapshot of ours.
void Front::Leave() {
  if (leave_by_ns_ != 0) return;
  log_.Notice("another pwlookupd has taken over");
  const int64_t now_ns = clock_->MonotonicNs();
  leave_by_ns_ = now_ns + kLeaveNs;
  loop_->StartTimer(now_ns + kLateComersNs, [this] { LeaveWhenAnswered(); });
}

void Front::LeaveWhenAnswered() {
  const int64_t now_ns = clock_->MonotonicNs();
  if (server_->clients() > 0 && now_ns < leave_by_ns_) {
    loop_->StartTimer(now_ns + kLookAgainNs, [this] { LeaveWhenAnswered(); });
    return;
  }
  server_.reset();
  publisher_->Leave([this] { loop_->Stop(); });
}

}  // namespace keelson
