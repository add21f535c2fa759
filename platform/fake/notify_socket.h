// A notification socket that a test sends to.
#ifndef KEELSON_PLATFORM_FAKE_NOTIFY_SOCKET_H_
#define KEELSON_PLATFORM_FAKE_NOTIFY_SOCKET_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/notify_socket.h"

namespace keelson {

class FakeNotifySocket : public NotifySocket {
 public:
  FakeNotifySocket(Loop* loop, std::string_view address, Callback callback)
      : loop_(loop), address_(address), callback_(std::move(callback)) {}
  ~FakeNotifySocket() override { loop_->CancelTimer(poll_); }

  // Arrives in the loop, or with the next Poll.
  void Send(const Peer& sender, std::string_view text) {
    queue_.push_back({sender, std::string(text)});
    if (poll_ == 0) poll_ = loop_->StartTimer(0, [this] { Poll(); });
  }

  std::string address() const override { return address_; }
  int descriptor() const override { return -1; }
  void Poll() override {
    loop_->CancelTimer(std::exchange(poll_, 0));
    for (const auto& [sender, text] : std::exchange(queue_, {})) callback_(sender, text);
  }

 private:
  Loop* const loop_;
  const std::string address_;
  const Callback callback_;
  std::vector<std::pair<Peer, std::string>> queue_;
  Loop::TimerId poll_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_FAKE_NOTIFY_SOCKET_H_
