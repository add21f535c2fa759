// Nobody is waited for: what cannot be had at once is tried again later.
#include "applets/svcd/lookup_news.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>
#include <utility>

#include "core/frame.h"
#include "core/lookup_monitor.h"
#include "platform/control_socket.h"

namespace keelson {
namespace {

constexpr int64_t kAgainNs = 200 * kMillisecond;
constexpr int64_t kMostAgainNs = 2 * kSecond;
constexpr size_t kReceive = 4096;
constexpr int64_t kGatherNs = 50 * kMillisecond;  // an account is of several databases

}  // namespace

class LookupNews::Subscription {
 public:
  // version: what was told of last; none: nothing. changed: called whenever there is another one;
  // may not end this.
  Subscription(Loop* loop, Clock* clock, std::string socket, std::string database,
               std::optional<std::string> version, Log log, std::function<void()> changed);
  ~Subscription();

  const std::optional<std::string>& version() const { return version_; }

 private:
  Error Connect();
  void TryAgain();
  void TryLater();
  void OnReadable();
  void Drop();
  // Whether it is news.
  bool Take(const Frame& frame);

  Loop* const loop_;
  Clock* const clock_;
  const std::string socket_, database_;
  const Log log_;
  const std::function<void()> changed_;
  std::optional<std::string> version_;
  std::unique_ptr<ControlClient> client_;
  std::string unread_;
  bool has_heard_ = false;  // by this connection
  bool is_refused_ = false;
  int64_t wait_ns_;  // before the next try
  Loop::TimerId timer_ = 0;
};

LookupNews::Subscription::Subscription(Loop* loop, Clock* clock, std::string socket,
                                       std::string database, std::optional<std::string> version,
                                       Log log, std::function<void()> changed)
    : loop_(loop),
      clock_(clock),
      socket_(std::move(socket)),
      database_(std::move(database)),
      log_(log),
      changed_(std::move(changed)),
      version_(std::move(version)),
      wait_ns_(kAgainNs) {
  TryAgain();
}

LookupNews::Subscription::~Subscription() {
  loop_->CancelTimer(timer_);
  Drop();
}

void LookupNews::Subscription::Drop() {
  if (client_ != nullptr) loop_->ForgetFd(client_->descriptor());
  client_.reset();
  unread_.clear();
  has_heard_ = false;
}

Error LookupNews::Subscription::Connect() {
  const int64_t now_ns = clock_->MonotonicNs();
  const std::string_view database = database_;
  std::string request;
  AppendFrame(kLookupSubscribe, {&database, 1}, &request);
  if (Error error = ConnectControl(socket_, now_ns, &client_); !error.ok()) return error;
  if (Error error = client_->Send(request, now_ns); !error.ok()) return error;
  return loop_->WatchFd(client_->descriptor(), kReadable, [this](unsigned) { OnReadable(); });
}

void LookupNews::Subscription::TryAgain() {
  if (Connect().ok()) return;
  Drop();
  TryLater();
}

void LookupNews::Subscription::TryLater() {
  timer_ = loop_->StartTimer(clock_->MonotonicNs() + wait_ns_, [this] {
    timer_ = 0;
    TryAgain();
  });
  wait_ns_ = std::min(2 * wait_ns_, kMostAgainNs);
}

void LookupNews::Subscription::OnReadable() {
  const size_t before = unread_.size();
  const Error error = client_->Receive(kReceive, clock_->MonotonicNs(), &unread_);
  const bool is_over = error.ok() ? unread_.size() == before : error.code() != ETIMEDOUT;
  Frame frame;
  size_t consumed = 0;
  FrameResult result;
  bool is_new = false;
  while ((result = ParseFrame(unread_, &frame, &consumed)) == FrameResult::kFrame) {
    is_new |= Take(frame);
    unread_.erase(0, consumed);
  }
  if (is_over || result == FrameResult::kMalformed) {
    Drop();
    TryLater();
  }
  if (is_new) changed_();
}

bool LookupNews::Subscription::Take(const Frame& frame) {
  if (frame.type == kLookupRefused && !frame.fields.empty() && !is_refused_) {
    is_refused_ = true;
    log_.Warning("pwlookupd: " + std::string(frame.fields[0]));
  }
  const bool is_ours =
      frame.type == kLookupGeneration && frame.fields.size() >= 3 && frame.fields[0] == database_;
  if (!is_ours) return false;
  const bool is_first = !std::exchange(has_heard_, true);
  if (is_first) log_.Info("pwlookupd tells of " + database_);
  is_refused_ = false;
  wait_ns_ = kAgainNs;
  const std::string_view version = frame.fields[2];
  const bool is_new = is_first ? version_ && *version_ != version : true;
  version_ = version;
  return is_new;
}

LookupNews::LookupNews(Loop* loop, Clock* clock, Log log, Changed changed)
    : loop_(loop), clock_(clock), log_(log), changed_(std::move(changed)) {}

LookupNews::~LookupNews() { loop_->CancelTimer(timer_); }

void LookupNews::Set(const std::set<std::string>& databases) {
  if (socket_.empty()) return;
  auto old = std::exchange(subscriptions_, {});
  for (const std::string& database : databases) {
    std::unique_ptr<Subscription>& kept = subscriptions_[database] = std::move(old[database]);
    if (kept != nullptr) continue;
    std::optional<std::string> version;
    if (const auto known = taken_over_.find(database); known != taken_over_.end()) {
      version = known->second;
    }
    kept = std::make_unique<Subscription>(loop_, clock_, socket_, database, version, log_,
                                          [this, database] { Hear(database); });
  }
  taken_over_.clear();
}

void LookupNews::Hear(const std::string& database) {
  pending_.insert(database);
  if (timer_ != 0) return;
  timer_ = loop_->StartTimer(clock_->MonotonicNs() + kGatherNs, [this] {
    timer_ = 0;
    changed_(std::exchange(pending_, {}));
  });
}

std::map<std::string, std::string> LookupNews::known() const {
  std::map<std::string, std::string> known;
  for (const auto& [database, subscription] : subscriptions_) {
    if (!subscription->version()) continue;
    known[database] = pending_.contains(database) ? "?" : *subscription->version();
  }
  return known;
}

}  // namespace keelson
