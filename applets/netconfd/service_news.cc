// Nobody is waited for: what svcd does not take at once is told again by another connection.
#include "applets/netconfd/service_news.h"

#include <cerrno>
#include <utility>

#include "core/frame.h"
#include "core/interface_name.h"
#include "core/svcd_protocol.h"

namespace keelson {
namespace {

constexpr int64_t kAgainNs = 200 * kMillisecond;
constexpr int64_t kGreetingNs = kSecond;
constexpr size_t kReceive = 4096;

void AppendRequest(std::initializer_list<std::string_view> words, std::string* bytes) {
  AppendFrame(kSvcdRequest, {words.begin(), words.size()}, bytes);
}

void AppendNews(const std::string& name, bool is_up, std::string* bytes) {
  AppendRequest({"event", "net:" + name, is_up ? "up" : "down"}, bytes);
}

}  // namespace

ServiceNews::ServiceNews(Loop* loop, Clock* clock, NetworkUnits* units, std::string socket, Log log)
    : loop_(loop), clock_(clock), units_(units), socket_(std::move(socket)), log_(log) {}

ServiceNews::~ServiceNews() {
  loop_->CancelTimer(timer_);
  Drop();
}

void ServiceNews::Begin() {
  Hear();
  const int64_t until_ns = clock_->MonotonicNs() + kGreetingNs;
  if (Error error = Connect(until_ns); !error.ok()) return;
  const Error error = client_->Receive(kReceive, until_ns, &unread_);
  if (!error.ok()) log_.Notice("svcd does not answer yet: " + error.Text());
  OnReadable();
}

// A socket that comes to be there is renamed to its name.
void ServiceNews::Hear() {
  const size_t slash = socket_.rfind('/');
  int added = 0;
  Error error = NewWatch(
      loop_,
      [this, name = socket_.substr(slash + 1)](const WatchEvent& event) {
        if (!event.name.empty() && event.name != name) return;
        is_denied_ = false;
        if (client_ == nullptr && timer_ == 0) TryAgain();
      },
      &watch_);
  if (error.ok()) error = watch_->Add(slash == 0 ? "/" : socket_.substr(0, slash), &added);
  if (!error.ok()) log_.Info("an svcd that comes later is not heard of: " + error.Text());
}

Error ServiceNews::Connect(int64_t deadline_ns) {
  Drop();
  std::unique_ptr<ControlClient> client;
  if (Error error = ConnectControl(socket_, deadline_ns, &client); !error.ok()) return error;
  const auto callback = [this](unsigned) { OnReadable(); };
  if (Error error = loop_->WatchFd(client->descriptor(), kReadable, callback); !error.ok()) {
    return error;
  }
  client_ = std::move(client);
  std::string bytes;
  AppendRequest({"event", "--hold"}, &bytes);
  for (const auto& [name, is_up] : told_) AppendNews(name, is_up, &bytes);
  Send(bytes);
  if (client_ == nullptr) return Error(EAGAIN);
  log_.Info("svcd is told of interfaces");
  return kOk;
}

// Where nobody is there, the watch tells when somebody is.
void ServiceNews::TryAgain() {
  const Error error = Connect(clock_->MonotonicNs());
  if (!error.ok() && error.code() != ENOENT && error.code() != ECONNREFUSED) TryLater();
}

void ServiceNews::TryLater() {
  if (timer_ != 0) return;
  timer_ = loop_->StartTimer(clock_->MonotonicNs() + kAgainNs, [this] {
    timer_ = 0;
    TryAgain();
  });
}

void ServiceNews::OnReadable() {
  if (client_ == nullptr) return;
  const size_t before = unread_.size();
  const Error error = client_->Receive(kReceive, clock_->MonotonicNs(), &unread_);
  bool is_over = error.ok() ? unread_.size() == before : error.code() != ETIMEDOUT;
  Frame frame;
  size_t consumed = 0;
  FrameResult result;
  while ((result = ParseFrame(unread_, &frame, &consumed)) == FrameResult::kFrame) {
    is_over |= frame.type == kSvcdDone;
    const bool is_denial = frame.type == kSvcdDone && frame.fields.size() > 1;
    if (is_denial && !is_denied_) log_.Notice("svcd does not want to be told of interfaces");
    is_denied_ |= is_denial;
    unread_.erase(0, consumed);
  }
  if (!is_over && result != FrameResult::kMalformed) return;
  Drop();
  if (!is_denied_) TryLater();
}

void ServiceNews::Send(const std::string& bytes) {
  if (client_ == nullptr || client_->Send(bytes, clock_->MonotonicNs()).ok()) return;
  Drop();
  TryLater();
}

void ServiceNews::Drop() {
  if (client_ != nullptr) loop_->ForgetFd(client_->descriptor());
  client_.reset();
  unread_.clear();
}

void ServiceNews::TellAll() {
  for (const std::string& name : units_->UnitNames()) {
    OnState(name, NetPhase::kDown, units_->StatusOf(name).state.phase, "");
  }
}

void ServiceNews::OnState(const std::string& name, NetPhase, NetPhase to, const std::string&) {
  const bool is_up = to == NetPhase::kUp;
  const auto found = told_.find(name);
  if (found == told_.end() ? to == NetPhase::kDown : found->second == is_up) return;
  const NetworkView::Device* const device = units_->view().Find(name);
  // The kernel's word on loopback is as good; a label is an address of a device that has a unit.
  if (device != nullptr && (device->link.flags & kIfLoopback) != 0) return;
  if (SplitInterfaceLabel(name).device != name) return;
  told_[name] = is_up;
  std::string bytes;
  AppendNews(name, is_up, &bytes);
  Send(bytes);
}

}  // namespace keelson
