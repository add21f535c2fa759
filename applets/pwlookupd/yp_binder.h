// Finds a server that has the domain. All are asked at the same time, the first to say yes is it.
//
// Each is asked three things, one after another: its port mapper for the port of YP over UDP, for
// the one over TCP, and YP whether it has the domain.
#ifndef KEELSON_APPLETS_PWLOOKUPD_YP_BINDER_H_
#define KEELSON_APPLETS_PWLOOKUPD_YP_BINDER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "applets/pwlookupd/yp_settings.h"
#include "platform/clock.h"
#include "platform/descriptor.h"
#include "platform/loop.h"

namespace keelson {

struct YpServer {
  uint32_t address = 0;
  uint16_t udp_port = 0;
  uint16_t tcp_port = 0;  // 0: it has none

  bool operator==(const YpServer&) const = default;
};

class YpBinder {
 public:
  // How long a server may take, and how often a question is sent again meanwhile.
  static constexpr int64_t kPatienceNs = 1'500'000'000;
  static constexpr int64_t kResendNs = 250'000'000;

  // Null: none of them has the domain, or none has answered in time.
  using Done = std::function<void(const YpServer*)>;

  // REQUIRES: loop and clock outlive it.
  YpBinder(Loop* loop, Clock* clock) : loop_(loop), clock_(clock) {}
  ~YpBinder() { Stop(); }
  YpBinder(const YpBinder&) = delete;
  YpBinder& operator=(const YpBinder&) = delete;

  // Begins anew. done is called once, never from inside this call.
  void Start(const YpSettings& settings, Done done);
  void Stop();
  bool busy() const { return timer_ != 0; }

 private:
  enum class Step : uint8_t { kUdpPort, kTcpPort, kDomain };
  struct Probe {
    YpServer server;
    Step step = Step::kUdpPort;
    uint32_t xid = 0;
    std::string call;
    Descriptor socket;  // none: it is out
  };

  void Begin(Probe* probe, Step step);
  void OnReady(size_t index);
  // False: it is out.
  bool Take(Probe* probe, std::string_view message);
  void GiveUp(Probe* probe);
  void OnTimer();
  void StartTimer(int64_t wait_ns);
  void Finish(const YpServer* server);

  Loop* loop_;
  Clock* clock_;
  std::string domain_;
  Done done_;
  std::vector<Probe> probes_;
  int64_t deadline_ns_ = 0;
  Loop::TimerId timer_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_YP_BINDER_H_
