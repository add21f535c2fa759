// One request a client, and then frames until it is done. Its going away cancels what it alone
// wanted, unless it has said otherwise.
#include "applets/netconfd/control.h"

#include <utility>

#include "applets/netconfd/protocol.h"
#include "core/frame.h"
#include "core/log.h"
#include "platform/privilege.h"

namespace keelson {
namespace {

constexpr size_t kMaxOutput = size_t{32} << 20;
constexpr size_t kSendAtOnce = size_t{64} << 10;
constexpr size_t kTextPiece = size_t{32} << 10;
constexpr size_t kMaxClients = 256;
constexpr size_t kFrameHead = 4;

}  // namespace

NetworkControl::NetworkControl(Loop* loop, Clock* clock, NetworkUnits* units, NetworkChange* change,
                               NetworkProviders* providers, bool status_only)
    : loop_(loop),
      clock_(clock),
      units_(units),
      change_(change),
      providers_(providers),
      status_only_(status_only),
      started_by_(EffectiveUid()) {}

NetworkControl::~NetworkControl() {
  loop_->CancelTimer(flush_);
  for (const auto& [id, client] : clients_) loop_->CancelTimer(client.timer);
}

Error NetworkControl::Listen(const std::string& path, uint32_t mode) {
  ControlServer::Options options;
  options.path = path;
  options.mode = mode;
  options.max_clients = kMaxClients;
  options.max_input = kFrameHead + kMaxFrame;
  options.max_output = kMaxOutput;
  options.keep_idle = true;
  return ListenControl(loop_, options, this, &server_);
}

void NetworkControl::End() {
  Flush();
  std::string bytes;
  const std::string_view line = "netconfd is ending", code = "111";
  if (!AppendFrame(kNetconfdError, {&line, 1}, &bytes)) return;
  if (AppendFrame(kNetconfdDone, {&code, 1}, &bytes)) server_->FinishAll(bytes);
}

size_t NetworkControl::OnInput(ClientId client, std::string_view unread) {
  Frame frame;
  size_t consumed = 0;
  const FrameResult result = ParseFrame(unread, &frame, &consumed);
  if (result == FrameResult::kNeedMore) return 0;
  if (result == FrameResult::kMalformed || clients_.contains(client)) {  // one request each
    Finish(client);
    return unread.size();
  }
  clients_[client];
  if (frame.type == kNetconfdHook && !status_only_ && IsRoot(client)) {
    providers_->OnHook(frame.fields, [answer = Answer(client)](const std::string& fault) {
      fault.empty() ? answer({}) : answer({fault});
    });
  } else if (frame.type != kNetconfdRequest || frame.fields.empty()) {
    SendLine(client, kNetconfdError, "not a request that this netconfd knows");
    Done(client, 1);
  } else {
    Take(client, frame.fields);
  }
  return consumed;
}

void NetworkControl::Take(ClientId client, const std::vector<std::string_view>& words) {
  Call call{ReadControlRequest(words), client, &clients_[client]};
  for (const Verb* verb = kVerbs; !verb->name.empty(); ++verb) {
    if (verb->name != call.verb) continue;
    if (!verb->is_status && (status_only_ || !IsRoot(client))) {
      SendLine(client, kNetconfdError, std::string(call.verb) + ": permission denied");
      return Done(client, 1);
    }
    return (this->*verb->run)(call);
  }
  SendLine(client, kNetconfdError, "this netconfd does not know '" + std::string(call.verb) + "'");
  Done(client, 1);
}

bool NetworkControl::IsRoot(ClientId client) const {
  Peer peer;
  return server_->PeerOf(client, &peer).ok() && (peer.uid == 0 || peer.uid == started_by_);
}

void NetworkControl::OnClosed(ClientId client) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  const Client state = std::move(found->second);
  clients_.erase(found);
  loop_->CancelTimer(state.timer);
  if (state.request == 0 || requests_.erase(state.request) == 0) return;
  state.detaches ? units_->Detach(state.request) : units_->Forget(state.request);
}

// --- What happens ---

void NetworkControl::OnState(const std::string& name, NetPhase from, NetPhase to,
                             const std::string& why) {
  const std::string text = std::string(NetPhaseName(from)) + " " + std::string(NetPhaseName(to)) +
                           (why.empty() ? "" : " " + why);
  const std::string_view fields[] = {"state", name, text};
  std::vector<ClientId> waiting;
  for (auto& [id, client] : clients_) {
    if (client.follows != Client::kNothing) Send(id, kNetconfdEvent, fields);
    if (to == NetPhase::kUp && std::erase(client.awaited, name) > 0) waiting.push_back(id);
  }
  for (const ClientId id : waiting) CheckWait(id, &clients_[id]);
}

void NetworkControl::OnEvent(std::string_view kind, const std::string& name,
                             const std::string& text) {
  const std::string_view fields[] = {kind, name, text};
  for (const auto& [id, client] : clients_) {
    if (client.follows == Client::kEvents) Send(id, kNetconfdEvent, fields);
  }
}

void NetworkControl::OnProgress(NetRequest request, const std::string& name, NetPhase phase,
                                const std::string& why) {
  const auto found = requests_.find(request);
  if (found == requests_.end()) return;
  const std::string_view fields[] = {name, NetPhaseName(phase), why};
  Send(found->second, kNetconfdProgress, fields);
}

void NetworkControl::OnOutput(const std::string& name, std::string_view line) {
  const std::string_view fields[] = {name, "says", line};
  for (const auto& [id, client] : clients_) {
    if (client.names.contains(name)) Send(id, kNetconfdProgress, fields);
  }
}

void NetworkControl::OnWarning(const std::string& name, const std::string& text) {
  for (const auto& [id, client] : clients_) {
    const bool is_told = client.hears_all || client.names.contains(name);
    if (is_told) SendLine(id, kNetconfdError, name + ": " + text);
  }
}

void NetworkControl::OnFault(NetRequest request, const std::string& name,
                             const std::string& fault) {
  const auto found = requests_.find(request);
  if (found != requests_.end()) SendLine(found->second, kNetconfdError, name + ": " + fault);
}

void NetworkControl::OnFinish(NetRequest request, bool ok) {
  const auto found = requests_.find(request);
  if (found == requests_.end()) return;
  const ClientId client = found->second;
  requests_.erase(found);
  Client& state = clients_[client];
  state.request = 0;
  if (!ok) state.code = 1;
  Done(client, state.code);
}

// --- Answers ---

// What is told in one round of the loop goes as one: a thousand interfaces that come up have
// thousands of frames, and each would wake who reads them.
void NetworkControl::Send(ClientId client, uint16_t type,
                          std::span<const std::string_view> fields) {
  const auto found = clients_.find(client);
  if (found == clients_.end() || !AppendFrame(type, fields, &found->second.unsent)) return;
  if (found->second.unsent.size() >= kSendAtOnce) {
    server_->Send(client, std::exchange(found->second.unsent, ""));
  } else if (flush_ == 0) {
    flush_ = loop_->StartTimer(0, [this] {
      flush_ = 0;
      Flush();
    });
  }
}

void NetworkControl::Flush() {
  for (auto& [id, client] : clients_) {
    if (!client.unsent.empty()) server_->Send(id, std::exchange(client.unsent, ""));
  }
}

void NetworkControl::SendLine(ClientId client, uint16_t type, std::string_view line) {
  const std::string_view piece = line.substr(0, kTextPiece);
  Send(client, type, {&piece, 1});
}

void NetworkControl::SendNotes(ClientId client, const std::vector<std::string>& notes) {
  for (const std::string& note : notes) SendLine(client, kNetconfdError, note);
}

void NetworkControl::Done(ClientId client, int code) {
  const std::string text = std::to_string(code);
  SendLine(client, kNetconfdDone, text);
  Finish(client);
}

void NetworkControl::Finish(ClientId client) {
  const auto found = clients_.find(client);
  if (found != clients_.end()) server_->Send(client, std::exchange(found->second.unsent, ""));
  server_->Finish(client);
}

NetworkChange::Done NetworkControl::Answer(ClientId client, Notes notes) {
  return [this, client, notes](const std::vector<std::string>& faults) {
    if (!clients_.contains(client)) return;
    if (notes != nullptr) SendNotes(client, *notes);
    SendNotes(client, faults);
    Done(client, faults.empty() ? 0 : 1);
  };
}

}  // namespace keelson
