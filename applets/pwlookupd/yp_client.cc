// Questions under way, by question; a reply finds its own by its random number.
#include "applets/pwlookupd/yp_client.h"

#include <algorithm>
#include <utility>

#include "core/ip_address.h"
#include "platform/datagram.h"
#include "platform/random.h"

namespace keelson {

namespace {

constexpr size_t kMaxDatagram = 64 * 1024;
constexpr size_t kMaxValue = 1 << 20;
constexpr int64_t kResendNs = 250'000'000;

bool HasLineEnd(std::string_view text) { return text.find('\n') != std::string_view::npos; }

// A record that has a line end is none of ours, and would be taken for two.
void AppendPair(const YpPair& pair, std::string* text) {
  if (HasLineEnd(pair.key) || HasLineEnd(pair.value)) return;
  for (const std::string_view part : {pair.key, pair.value}) {
    *text += part;
    *text += '\n';
  }
}

YpReply::Kind KindOf(YpStatus status) {
  switch (status) {
    case YpStatus::kYes:
      return YpReply::kYes;
    case YpStatus::kNo:
    case YpStatus::kNoMap:
      return YpReply::kNo;
    case YpStatus::kFailed:
      break;
  }
  return YpReply::kDown;
}

}  // namespace

YpClient::YpClient(Loop* loop, Clock* clock, Log log, std::function<YpSettings()> read_settings)
    : loop_(loop),
      clock_(clock),
      log_(log),
      read_settings_(std::move(read_settings)),
      settings_(read_settings_()),
      binder_(loop, clock) {}

YpClient::~YpClient() {
  loop_->CancelTimer(backoff_timer_);
  if (datagrams_.valid()) loop_->ForgetFd(datagrams_.get());
  for (const auto& [question, pending] : pending_) {
    loop_->CancelTimer(pending->timer);
    if (pending->stream.valid()) loop_->ForgetFd(pending->stream.get());
  }
}

YpClient::Reply YpClient::Ask(const YpQuestion& question, Done done) {
  const auto same = pending_.find(question);
  if (same != pending_.end()) {
    same->second->waiting.push_back(std::move(done));
    return nullptr;
  }
  if (state_ == State::kDown || pending_.size() >= kMaxQuestions ||
      question.map.size() > kYpMaxMap || question.key.size() > kYpMaxKey) {
    return std::make_shared<YpReply>();
  }
  auto& pending = pending_[question];
  pending = std::make_unique<Pending>();
  pending->question = question;
  pending->waiting.push_back(std::move(done));
  pending->deadline_ns = clock_->MonotonicNs() + (question.all ? kAllNs : kMatchNs);
  StartTimer(pending.get());
  if (state_ == State::kBound) {
    Send(pending.get());
  } else if (!binder_.busy()) {
    LookForServer();
  }
  return nullptr;
}

void YpClient::LookForServer() {
  settings_ = read_settings_();
  binder_.Start(settings_, [this](const YpServer* server) { OnServer(server); });
}

void YpClient::OnServer(const YpServer* server) {
  loop_->CancelTimer(std::exchange(backoff_timer_, 0));
  // An answer may be on its way to the socket that we have.
  if (server != nullptr && state_ == State::kBound && *server == server_) return SendAll();
  Descriptor socket;
  const bool found =
      server != nullptr && ConnectDatagrams(server->address, server->udp_port, &socket).ok() &&
      loop_->WatchFd(socket.get(), kReadable, [this](unsigned) { OnDatagram(); }).ok();
  if (!found) {
    if (state_ != State::kDown) {
      log_.Warning(settings_.servers.empty() ? "YP: no domain or no server is configured"
                                             : "YP: no server of " + settings_.domain + " answers");
    }
    Unbind();
    state_ = State::kDown;
    backoff_timer_ =
        loop_->StartTimer(clock_->MonotonicNs() + backoff_ns_, [this] { LookForServer(); });
    backoff_ns_ = std::min(2 * backoff_ns_, kLastBackoffNs);
    return FailAll();
  }
  const std::string address = FormatIpAddress(IpV4(server->address));
  if (state_ == State::kDown) {
    log_.Notice("YP: " + address + " answers for " + settings_.domain + " again");
  } else {
    log_.Info("YP: " + address + " answers for " + settings_.domain);
  }
  if (datagrams_.valid()) loop_->ForgetFd(datagrams_.get());
  datagrams_ = std::move(socket);
  server_ = *server;
  state_ = State::kBound;
  backoff_ns_ = kFirstBackoffNs;
  SendAll();
}

void YpClient::SendAll() {
  for (const auto& [question, pending] : pending_) {
    if (!pending->stream.valid()) Send(pending.get());
  }
}

void YpClient::Unbind() {
  if (datagrams_.valid()) loop_->ForgetFd(datagrams_.get());
  datagrams_.Reset();
  for (const auto& [question, pending] : pending_) pending->was_sent = false;
  if (state_ == State::kBound) state_ = State::kUnbound;
}

void YpClient::FailAll() {
  std::vector<YpQuestion> questions;
  for (const auto& [question, pending] : pending_) questions.push_back(question);
  for (const YpQuestion& question : questions) {
    const auto found = pending_.find(question);
    if (found != pending_.end()) Finish(found->second.get(), YpReply{});
  }
}

void YpClient::Send(Pending* pending) {
  const YpQuestion& question = pending->question;
  // A server that has answered others but not this may have too much to say for a datagram.
  const bool by_stream =
      server_.tcp_port != 0 && !pending->lost_stream && (question.all || pending->was_sent);
  // One that is sent again is the same question: whatever answer comes first is taken.
  const bool is_new = question.all || !pending->was_sent;
  if (is_new && !RandomNumber(&pending->xid).ok()) return;  // as if it were lost
  const std::string& domain = settings_.domain;
  if (question.all) {
    pending->walked.clear();
    pending->call = by_stream ? YpAllCall(pending->xid, domain, question.map)
                              : YpFirstCall(pending->xid, domain, question.map);
  } else {
    pending->call = YpMatchCall(pending->xid, domain, question.map, question.key);
  }
  if (by_stream) return OpenStream(pending);
  SendDatagram(pending, pending->call);
}

void YpClient::SendDatagram(Pending* pending, std::string call) {
  pending->call = std::move(call);
  pending->was_sent = true;
  size_t sent;
  static_cast<void>(SendBytes(datagrams_.get(), pending->call, &sent));  // the timer sends again
}

void YpClient::OnDatagram() {
  std::string message;
  const Error error = ReceiveBytes(datagrams_.get(), kMaxDatagram, &message);
  if (error.code() == EAGAIN) return;
  if (!error.ok()) {
    Unbind();
    if (!binder_.busy()) LookForServer();
    return;
  }
  uint32_t xid;
  if (!ReadRpcReplyId(message, &xid)) return;
  const auto found = std::find_if(pending_.begin(), pending_.end(), [&](const auto& each) {
    const Pending& pending = *each.second;
    const bool by_stream_only = pending.question.all && pending.stream.valid();
    return pending.xid == xid && pending.was_sent && !by_stream_only;
  });
  if (found != pending_.end()) TakeReply(found->second.get(), message);
}

void YpClient::OpenStream(Pending* pending) {
  pending->record = std::make_unique<RpcRecordReader>(pending->question.all ? kMaxMap : kMaxValue);
  pending->call = RpcRecord(pending->call);
  pending->stream_sent = 0;
  const auto ready = [this, pending](unsigned ready) { OnStream(pending, ready); };
  if (!ConnectStream(server_.address, server_.tcp_port, &pending->stream).ok() ||
      !loop_->WatchFd(pending->stream.get(), kWritable, ready).ok()) {
    pending->stream.Reset();
    if (!pending->question.all) GoOnByDatagrams(pending);  // otherwise the end is its deadline
  }
}

void YpClient::LoseStream(Pending* pending) {
  if (pending->question.all) return Finish(pending, YpReply{});
  loop_->ForgetFd(pending->stream.get());
  pending->stream.Reset();
  GoOnByDatagrams(pending);
}

void YpClient::GoOnByDatagrams(Pending* pending) {
  pending->lost_stream = true;
  const YpQuestion& question = pending->question;
  SendDatagram(pending, YpMatchCall(pending->xid, settings_.domain, question.map, question.key));
}

void YpClient::OnStream(Pending* pending, unsigned ready) {
  if (pending->stream_sent < pending->call.size() && (ready & kWritable) != 0) {
    size_t sent;
    const auto rest = std::string_view(pending->call).substr(pending->stream_sent);
    const Error error = SendBytes(pending->stream.get(), rest, &sent);
    if (!error.ok() && error.code() != EAGAIN) return LoseStream(pending);
    pending->stream_sent += sent;
    if (pending->stream_sent < pending->call.size()) return;
    const auto next = [this, pending](unsigned now) { OnStream(pending, now); };
    if (!loop_->WatchFd(pending->stream.get(), kReadable, next).ok()) LoseStream(pending);
    return;
  }
  std::string bytes;
  const Error error = ReceiveBytes(pending->stream.get(), kMaxDatagram, &bytes);
  if (error.code() == EAGAIN) return;
  if (!error.ok() || bytes.empty() || !pending->record->Take(bytes)) {
    return LoseStream(pending);
  }
  if (!pending->record->done()) return;
  uint32_t xid;
  const std::string& message = pending->record->message();
  if (!ReadRpcReplyId(message, &xid) || xid != pending->xid) return LoseStream(pending);
  TakeReply(pending, message);
}

void YpClient::TakeReply(Pending* pending, const std::string& message) {
  YpReply reply;
  YpStatus status = YpStatus::kFailed;
  if (!pending->question.all) {
    std::string_view value;
    if (ReadYpValueReply(message, &status, &value)) reply = {KindOf(status), std::string(value)};
    return Finish(pending, std::move(reply));
  }
  if (!pending->stream.valid()) return TakeWalked(pending, message);
  const bool whole =
      ReadYpAllReply(message, &status, [&](const YpPair& pair) { AppendPair(pair, &reply.text); });
  reply.kind = whole ? KindOf(status) : YpReply::kDown;
  Finish(pending, std::move(reply));
}

void YpClient::TakeWalked(Pending* pending, const std::string& message) {
  YpStatus status;
  YpPair pair;
  if (!ReadYpPairReply(message, &status, &pair)) return Finish(pending, YpReply{});
  if (status == YpStatus::kNo) {
    return Finish(pending, {YpReply::kYes, std::move(pending->walked)});
  }
  AppendPair(pair, &pending->walked);
  if (status != YpStatus::kYes || pair.key.size() > kYpMaxKey || pending->walked.size() > kMaxMap ||
      !RandomNumber(&pending->xid).ok()) {
    return Finish(pending, {status == YpStatus::kNoMap ? YpReply::kNo : YpReply::kDown});
  }
  SendDatagram(pending,
               YpNextCall(pending->xid, settings_.domain, pending->question.map, pair.key));
}

void YpClient::StartTimer(Pending* pending) {
  const int64_t next_ns = std::min(clock_->MonotonicNs() + kResendNs, pending->deadline_ns);
  pending->timer = loop_->StartTimer(next_ns, [this, pending] { OnTimer(pending); });
}

void YpClient::OnTimer(Pending* pending) {
  pending->timer = 0;
  if (clock_->MonotonicNs() >= pending->deadline_ns) return Finish(pending, YpReply{});
  StartTimer(pending);
  if (state_ != State::kBound || pending->stream.valid()) return;
  SendDatagram(pending, std::move(pending->call));
  if (!binder_.busy()) LookForServer();
}

void YpClient::Finish(Pending* pending, YpReply reply) {
  const auto found = pending_.find(pending->question);
  const std::unique_ptr<Pending> finished = std::move(found->second);
  pending_.erase(found);
  loop_->CancelTimer(finished->timer);
  if (finished->stream.valid()) loop_->ForgetFd(finished->stream.get());
  const Reply shared = std::make_shared<const YpReply>(std::move(reply));
  for (const Done& done : finished->waiting) done(shared);
}

}  // namespace keelson
