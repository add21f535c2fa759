// One request a client, and then frames until it is done. What a request begins is given to the
// machine under numbers that lead back to the client; a client that goes away is forgotten, not
// what it began.
#include "applets/svcd/control.h"

#include <algorithm>
#include <utility>

#include "applets/svcd/service_account.h"
#include "core/frame.h"
#include "core/log.h"
#include "core/svcd_protocol.h"
#include "platform/privilege.h"

namespace keelson {
namespace {

constexpr size_t kMaxOutput = 32 << 20;  // the rows of a hundred thousand services
constexpr size_t kTextPiece = 32 * 1024;
constexpr size_t kShownLines = 10;  // of the log of one that failed
constexpr size_t kFrameHead = 4;

}  // namespace

bool ServiceControl::Call::Has(std::string_view option) const {
  return std::find(options.begin(), options.end(), option) != options.end();
}

std::string_view ServiceControl::Call::Value(std::string_view option) const {
  for (const std::string_view given : options) {
    if (given.starts_with(option) && given.substr(option.size()).starts_with('=')) {
      return given.substr(option.size() + 1);
    }
  }
  return {};
}

ServiceControl::ServiceControl(Loop* loop, Clock* clock, Root* root, Supervisor* supervisor,
                               Daemon daemon)
    : loop_(loop),
      clock_(clock),
      root_(root),
      supervisor_(supervisor),
      daemon_(std::move(daemon)),
      started_by_(EffectiveUid()) {}

ServiceControl::~ServiceControl() {
  for (const auto& [id, client] : clients_) loop_->CancelTimer(client.timer);
}

Error ServiceControl::Listen(const std::string& path, int bound) {
  ControlServer::Options options;
  options.path = path;
  options.bound = bound;
  options.max_input = kFrameHead + kMaxFrame;
  options.max_output = kMaxOutput;
  options.keep_idle = true;
  return ListenControl(loop_, options, this, &server_);
}

size_t ServiceControl::OnInput(ClientId client, std::string_view unread) {
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
  const auto known = clients_.find(client);
  if (known != clients_.end()) {  // one request each
    const bool is_news = known->second.holds && frame.type == kSvcdRequest;
    if (is_news && TakeNews(client, frame.fields)) return consumed;
    server_->Finish(client);
    return unread.size();
  }
  Client& state = clients_[client];
  Peer peer;
  // Whom the system does not tell may read.
  state.uid = server_->PeerOf(client, &peer).ok() ? peer.uid : UINT32_MAX;
  if (frame.type != kSvcdRequest || frame.fields.empty()) {
    SendError(client, "not a request that this svcd knows");
    Done(client, 1);
  } else {
    Take(client, frame.fields);
  }
  return consumed;
}

void ServiceControl::Take(ClientId client, const std::vector<std::string_view>& words) {
  Call call{client, &clients_[client], words[0], {}, {}};
  for (const std::string_view word : std::span(words).subspan(1)) {
    (word.starts_with('-') ? call.options : call.operands).push_back(word);
  }
  for (const Verb* verb = kVerbs; !verb->name.empty(); ++verb) {
    if (verb->name != call.verb) continue;
    if (verb->right == Verb::kRoot && !IsRoot(*call.state)) {
      SendError(client, std::string(call.verb) + ": permission denied");
      return Done(client, 1, "denied");
    }
    return (this->*verb->run)(call);
  }
  SendError(client, "this svcd does not know '" + std::string(call.verb) + "'");
  Done(client, 1);
}

bool ServiceControl::IsRoot(const Client& client) const {
  return client.uid == 0 || client.uid == started_by_;
}

// Root, and the user of a service of type user.
bool ServiceControl::MayControl(const Client& client, ServiceId service) const {
  if (IsRoot(client)) return true;
  const ServiceSettings settings = MeaningOf(supervisor_->set().services[service]);
  return settings.type == ServiceType::kUser && FindUserId(root_, settings.user) == client.uid;
}

void ServiceControl::OnClosed(ClientId client) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  const Client state = std::move(found->second);
  clients_.erase(found);
  loop_->CancelTimer(state.timer);
  for (const ServiceRequest request : state.open) {
    requests_.erase(request);
    if (supervisor_->is_shutting_down()) continue;  // the end waits for it, whoever asked
    ServiceEvent event;
    event.kind = ServiceEvent::kForget;
    event.request = request;
    supervisor_->Post(std::move(event));
  }
  if (!state.followed.empty()) StopFollowing(state.followed);
  if (state.holds) daemon_.ends_holding(client);
}

void ServiceControl::OnProgress(ServiceRequest request, ServiceId service, ServiceState state,
                                std::string_view why) {
  const auto found = requests_.find(request);
  if (found == requests_.end()) return;
  const std::string_view fields[] = {supervisor_->set().services[service].name,
                                     ServiceStateName(state), why};
  Send(found->second.client, kSvcdProgress, fields);
}

void ServiceControl::OnFinish(const ServiceAction& action) {
  const auto found = requests_.find(action.request);
  if (found == requests_.end()) return;
  const auto [client, service] = std::move(found->second);
  requests_.erase(found);
  const auto state = clients_.find(client);
  if (state == clients_.end()) return;
  std::erase(state->second.open, action.request);
  if (!action.ok) {
    state->second.code = 1;
    SendFailure(client, service, action);
  }
  EndIfDone(client, &state->second);
}

// The last lines are those of whoever is to blame.
void ServiceControl::SendFailure(ClientId client, std::string_view asked,
                                 const ServiceAction& finish) {
  const auto& services = supervisor_->set().services;
  if (finish.of >= services.size() || finish.service >= services.size()) {  // it is gone
    return SendError(client, std::string(asked.empty() ? "a service" : asked) + ": " + finish.text);
  }
  SendError(client, services[finish.of].name + ": " + finish.text);
  std::string indent = "  ";
  const auto lines = supervisor_->runner().LogOf(finish.service).Last(kShownLines);
  if (finish.service != finish.of && !lines.empty()) {
    SendError(client, indent + "the last lines of " + services[finish.service].name + ":");
    indent += "  ";
  }
  for (const std::string& line : lines) SendError(client, indent + Printable(line));
}

void ServiceControl::EndIfDone(ClientId client, Client* state) {
  if (state->may_end && state->open.empty()) Done(client, state->code);
}

void ServiceControl::OnState(ServiceId, ServiceState, ServiceState, std::string_view) {
  CheckAllWaits();
}

void ServiceControl::OnNewSet() {
  CheckAllWaits();
  for (auto& [id, client] : clients_) {
    ServiceId service = 0;
    if (client.followed.empty() || supervisor_->set().IdOf(client.followed, &service)) continue;
    SendError(id, std::exchange(client.followed, {}) + ": " + kGoneText);
    Done(id, 1);
  }
}

void ServiceControl::TakeLeave(std::string_view why) {
  std::string bytes;
  const std::string_view code = "1";
  AppendFrame(kSvcdError, {&why, 1}, &bytes);
  AppendFrame(kSvcdDone, {&code, 1}, &bytes);
  server_->FinishAll(bytes);
}

void ServiceControl::CheckAllWaits() {
  std::vector<ClientId> waiting;
  for (const auto& [id, client] : clients_) {
    if (!client.awaited.empty()) waiting.push_back(id);
  }
  for (const ClientId id : waiting) CheckWaits(id, &clients_[id]);
}

void ServiceControl::Send(ClientId client, uint16_t type,
                          std::span<const std::string_view> fields) {
  std::string bytes;
  if (AppendFrame(type, fields, &bytes)) server_->Send(client, bytes);
}

void ServiceControl::SendText(ClientId client, std::string_view text) {
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, kTextPiece);
    Send(client, kSvcdText, {&piece, 1});
    text.remove_prefix(piece.size());
  }
}

void ServiceControl::SendError(ClientId client, std::string_view line) {
  const std::string_view piece = line.substr(0, kTextPiece);
  Send(client, kSvcdError, {&piece, 1});
}

void ServiceControl::Done(ClientId client, int code, std::string_view more) {
  const std::string text = std::to_string(code);
  const std::string_view fields[] = {text, more};
  Send(client, kSvcdDone, std::span(fields).first(more.empty() ? 1 : 2));
  server_->Finish(client);
}

}  // namespace keelson
