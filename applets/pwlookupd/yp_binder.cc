// A row of probes and one timer.
#include "applets/pwlookupd/yp_binder.h"

#include <algorithm>
#include <utility>

#include "core/yp_wire.h"
#include "platform/datagram.h"
#include "platform/random.h"

namespace keelson {

namespace {

constexpr size_t kMaxReply = 1024;

}  // namespace

void YpBinder::Start(const YpSettings& settings, Done done) {
  Stop();
  domain_ = settings.domain;
  done_ = std::move(done);
  probes_.resize(domain_.empty() ? 0 : settings.servers.size());
  for (size_t i = 0; i < probes_.size(); ++i) {
    probes_[i].server.address = settings.servers[i];
    Begin(&probes_[i], Step::kUdpPort);
  }
  deadline_ns_ = clock_->MonotonicNs() + kPatienceNs;
  const bool all_out =
      std::none_of(probes_.begin(), probes_.end(), [](const Probe& p) { return p.socket.valid(); });
  StartTimer(all_out ? 0 : kResendNs);
}

void YpBinder::Stop() {
  for (Probe& probe : probes_) GiveUp(&probe);
  probes_.clear();
  loop_->CancelTimer(std::exchange(timer_, 0));
}

void YpBinder::Begin(Probe* probe, Step step) {
  GiveUp(probe);
  probe->step = step;
  const YpServer& server = probe->server;
  const uint16_t port = step == Step::kDomain ? server.udp_port : kPortMapperPort;
  if (!RandomNumber(&probe->xid).ok()) return;
  if (!ConnectDatagrams(server.address, port, &probe->socket).ok()) return GiveUp(probe);
  probe->call =
      step == Step::kDomain
          ? YpDomainCall(probe->xid, domain_)
          : PortOfYpCall(probe->xid, step == Step::kUdpPort ? IpProtocol::kUdp : IpProtocol::kTcp);
  const size_t index = static_cast<size_t>(probe - probes_.data());
  size_t sent;
  if (!loop_->WatchFd(probe->socket.get(), kReadable, [this, index](unsigned) { OnReady(index); })
           .ok() ||
      !SendBytes(probe->socket.get(), probe->call, &sent).ok()) {
    GiveUp(probe);
  }
}

void YpBinder::GiveUp(Probe* probe) {
  if (probe->socket.valid()) loop_->ForgetFd(probe->socket.get());
  probe->socket.Reset();
}

void YpBinder::OnReady(size_t index) {
  Probe* probe = &probes_[index];
  std::string message;
  const Error error = ReceiveBytes(probe->socket.get(), kMaxReply, &message);
  if (error.code() == EAGAIN) return;
  if (!error.ok()) {
    GiveUp(probe);
  } else {
    uint32_t xid;
    if (!ReadRpcReplyId(message, &xid) || xid != probe->xid) return;
    if (!Take(probe, message)) GiveUp(probe);
  }
  if (!busy()) return;
  const bool all_out =
      std::none_of(probes_.begin(), probes_.end(), [](const Probe& p) { return p.socket.valid(); });
  if (all_out) Finish(nullptr);
}

bool YpBinder::Take(Probe* probe, std::string_view message) {
  uint16_t port = 0;
  switch (probe->step) {
    case Step::kUdpPort:
      if (!ReadPortOfYpReply(message, &port) || port == 0) return false;
      probe->server.udp_port = port;
      Begin(probe, Step::kTcpPort);
      return true;
    case Step::kTcpPort:
      if (!ReadPortOfYpReply(message, &probe->server.tcp_port)) return false;
      Begin(probe, Step::kDomain);
      return true;
    case Step::kDomain:
      break;
  }
  bool has_domain = false;
  if (!ReadYpDomainReply(message, &has_domain) || !has_domain) return false;
  const YpServer server = probe->server;
  Finish(&server);
  return true;
}

void YpBinder::StartTimer(int64_t wait_ns) {
  timer_ = loop_->StartTimer(clock_->MonotonicNs() + wait_ns, [this] { OnTimer(); });
}

void YpBinder::OnTimer() {
  bool any_left = false;
  for (Probe& probe : probes_) {
    size_t sent;
    if (!probe.socket.valid()) continue;
    any_left = true;
    static_cast<void>(SendBytes(probe.socket.get(), probe.call, &sent));  // a loss as any other
  }
  if (!any_left || clock_->MonotonicNs() >= deadline_ns_) return Finish(nullptr);
  StartTimer(kResendNs);
}

void YpBinder::Finish(const YpServer* server) {
  const Done done = std::exchange(done_, nullptr);
  Stop();
  done(server);
}

}  // namespace keelson
