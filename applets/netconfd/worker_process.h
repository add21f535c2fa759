// A child of the daemon's own program, to which it hands messages and descriptors, and which is
// there again when it has died.
//
// The first new one comes at once, later ones after 1 s, 2 s ... 64 s, unless the last one has
// lived for a minute. One that takes no messages, or is killed because of what it says, has died.
#ifndef KEELSON_APPLETS_NETCONFD_WORKER_PROCESS_H_
#define KEELSON_APPLETS_NETCONFD_WORKER_PROCESS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/descriptor.h"
#include "platform/loop.h"
#include "platform/process.h"

namespace keelson {

class WorkerProcess {
 public:
  struct Listener {
    std::function<bool(std::string_view message)> message;  // false: it makes no sense
    std::function<void()> started;  // again: whatever it was told is to be told anew
    // Why it died. True: another one is wanted; otherwise it comes with the next Start.
    std::function<bool(std::string why)> ended;
  };

  // The child's end of the channel is that descriptor. REQUIRES: loop and processes outlive it.
  WorkerProcess(Loop* loop, Processes* processes, SpawnRequest request, int channel,
                Listener listener);
  ~WorkerProcess();  // the child ends with its channel

  void Start();  // unless one runs or is about to; a failure is told as its end, from the loop
  bool is_running() const { return channel_.valid(); }
  // Nothing when none runs.
  void Send(std::string message, std::vector<Descriptor> descriptors);
  void Kill(std::string_view why);  // `ended` follows, from the loop

 private:
  struct Waiting {
    std::string message;
    std::vector<Descriptor> descriptors;
  };

  Error Launch();
  void Close();
  void Ended();
  void Restart();
  Error Watch();
  void Flush();
  void Receive();

  Loop* const loop_;
  Processes* const processes_;
  SpawnRequest request_;
  const int number_;
  const Listener listener_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

  Descriptor channel_;
  ProcessId pid_ = 0;  // 0: none
  std::deque<Waiting> waiting_;
  std::string why_;  // it died
  int64_t launched_ns_ = 0;
  int deaths_ = 0;
  Loop::TimerId restart_ = 0, failed_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_WORKER_PROCESS_H_
