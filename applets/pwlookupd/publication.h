// Which snapshot of a database clients are given, and when they are told to let go of one. Pure:
// events and times in, actions out; whoever calls it owns the snapshots and does what it says.
//
//   event            action
//   changed          the current one: mark stale; build (a build under way begins anew)
//   built            the new one is current; what was current before: mark stale, wait to poison
//   handed out       noted with its time, for the current one
//   tick             refresh all that are not poisoned; poison and drop those whose turn it is
//   leave            another daemon takes over: the current one waits to be poisoned as well
//   stop             nobody takes over: all are marked stale, none is poisoned
//
// A snapshot's turn to be poisoned: it is not current, and it was handed out last more than
// kHandOutNs ago, so that nobody gets a descriptor of something poisoned, which glibc would hold
// against us for the life of the process. One that was never handed out is dropped at once.
#ifndef KEELSON_APPLETS_PWLOOKUPD_PUBLICATION_H_
#define KEELSON_APPLETS_PWLOOKUPD_PUBLICATION_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace keelson {

class Publication {
 public:
  using SnapshotId = uint32_t;  // 0: none

  struct Action {
    enum Kind : uint8_t { kMarkStale, kPoison, kDrop, kRefresh, kBuild } kind;
    SnapshotId snapshot = 0;  // none for kBuild
  };
  using Actions = std::vector<Action>;

  static constexpr int64_t kHandOutNs = 1'100'000'000;
  static constexpr int64_t kTickNs = 1'000'000'000;

  // Times are Clock::MonotonicNs'.
  void Changed(Actions* actions);
  void Built(SnapshotId snapshot, Actions* actions);
  void HandedOut(int64_t now_ns);
  void Tick(int64_t now_ns, Actions* actions);
  void Leave(Actions* actions);
  void Stop(Actions* actions);

  // What is to be handed out now; 0: nothing.
  SnapshotId current() const;
  // Nothing is left that a client might have.
  bool done() const { return held_.empty(); }
  // When Tick is due next; INT64_MAX: it is not.
  int64_t next_tick_ns() const;

 private:
  struct Held {
    SnapshotId id = 0;
    int64_t handed_out_ns = -1;  // -1: never
    bool stale = false;
  };
  std::vector<Held> held_;  // the last one is the current one, unless we leave
  bool leaving_ = false;
  int64_t ticked_ns_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_PUBLICATION_H_
