// Asks YP, never waiting: the answer comes by a callback, or it is known at once that there is
// none.
//
//   state     a question                   goes on
//   unbound   waits; a server is looked    bound, or down and all that wait fail
//             for
//   bound     a datagram, sent again,      silence or "nobody there": a server is looked for, and
//             then a stream; what comes    what waits is asked of the one that is found
//             first counts
//   down      fails at once                a server is looked for when the backoff ends
//
// A value too large for a datagram, which a server just does not send, and a whole map come by a
// stream. Each question has an end, however many there are; the same question is asked once.
#ifndef KEELSON_APPLETS_PWLOOKUPD_YP_CLIENT_H_
#define KEELSON_APPLETS_PWLOOKUPD_YP_CLIENT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "applets/pwlookupd/yp_binder.h"
#include "applets/pwlookupd/yp_facts.h"
#include "applets/pwlookupd/yp_settings.h"
#include "core/log.h"
#include "core/yp_wire.h"

namespace keelson {

class YpClient {
 public:
  static constexpr int64_t kMatchNs = 1'500'000'000;
  static constexpr int64_t kAllNs = 2'000'000'000;
  static constexpr int64_t kFirstBackoffNs = 1'000'000'000;
  static constexpr int64_t kLastBackoffNs = 32'000'000'000;
  static constexpr size_t kMaxQuestions = 256;  // under way
  static constexpr size_t kMaxMap = 16 << 20;   // bytes of a whole map

  using Reply = std::shared_ptr<const YpReply>;
  using Done = std::function<void(const Reply&)>;

  // read_settings: called whenever a server is looked for. REQUIRES: the others outlive it.
  YpClient(Loop* loop, Clock* clock, Log log, std::function<YpSettings()> read_settings);
  ~YpClient();
  YpClient(const YpClient&) = delete;
  YpClient& operator=(const YpClient&) = delete;

  // The reply, when it is known now; null: done is called later.
  Reply Ask(const YpQuestion& question, Done done);

  // The domain that servers are asked for.
  const std::string& domain() const { return settings_.domain; }

 private:
  enum class State : uint8_t { kUnbound, kBound, kDown };
  struct Pending {
    YpQuestion question;
    std::vector<Done> waiting;
    int64_t deadline_ns = 0;
    Loop::TimerId timer = 0;
    uint32_t xid = 0;
    std::string call;
    bool was_sent = false;
    // Of a stream.
    Descriptor stream;
    size_t stream_sent = 0;
    bool lost_stream = false;  // and goes on by datagrams
    std::unique_ptr<RpcRecordReader> record;
    // Of a whole map without a stream, record by record.
    std::string walked;
  };

  void LookForServer();
  void OnServer(const YpServer* server);
  void SendAll();
  void Unbind();
  void FailAll();
  void Send(Pending* pending);
  void SendDatagram(Pending* pending, std::string call);
  void OpenStream(Pending* pending);
  void LoseStream(Pending* pending);
  void GoOnByDatagrams(Pending* pending);
  void OnStream(Pending* pending, unsigned ready);
  void OnDatagram();
  void OnTimer(Pending* pending);
  void StartTimer(Pending* pending);
  void TakeReply(Pending* pending, const std::string& message);
  void TakeWalked(Pending* pending, const std::string& message);
  void Finish(Pending* pending, YpReply reply);

  Loop* loop_;
  Clock* clock_;
  Log log_;
  std::function<YpSettings()> read_settings_;
  YpSettings settings_;
  YpBinder binder_;
  State state_ = State::kUnbound;
  YpServer server_;
  Descriptor datagrams_;  // while bound
  int64_t backoff_ns_ = kFirstBackoffNs;
  Loop::TimerId backoff_timer_ = 0;
  std::map<YpQuestion, std::unique_ptr<Pending>> pending_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_YP_CLIENT_H_
