// Which snapshot of a database clients are given, and when they are told to let go of one. Pure:
// events and times in, actions out; whoever calls it owns the snapshots and does what it says.
//
//   event            action
//   changed          the current one: mark stale; build. A build under way is given up by the
//                    caller, and begun anew here
//   built            the new one is current; what was current before: mark stale, wait to poison.
//                    The first may be an empty one, made because somebody asks meanwhile
//   handed out       refresh; noted with its time, for the current one
//   tick             refresh all that were handed out; poison and drop those whose turn it is
//   leave            another daemon takes over: the current one waits to be poisoned as well
//   stop             nobody takes over: all are marked stale, none is poisoned
//
// A snapshot's turn to be poisoned: it is not current, and it was handed out last more than
// kHandOutNs ago, so that nobody gets a descriptor of something poisoned, which glibc would hold
// against us for the life of the process. One that was never handed out is dropped at once.
//
// Changes may come faster than that: while too many snapshots wait for their turn none is built.
// The current one stays, stale, and clients ask.
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
  // Of snapshots at a time, and of bytes of those that wait for their turn, before one more is
  // built.
  static constexpr size_t kMaxHeld = 8;
  static constexpr uint64_t kMaxWaitingBytes = 64 << 20;

  // Times are Clock::MonotonicNs', ids are given once, actions are appended.
  void Changed(Actions* actions);
  void Built(SnapshotId snapshot, uint64_t bytes, Actions* actions);
  void HandedOut(int64_t now_ns, Actions* actions);  // REQUIRES: current() != 0
  void Tick(int64_t now_ns, Actions* actions);
  void Leave(Actions* actions);
  void Stop(Actions* actions);

  // What is to be handed out now; 0: nothing.
  SnapshotId current() const { return has_current_ ? held_.back().id : 0; }
  // Clients find answers in the current one.
  bool fresh() const { return has_current_ && !held_.back().stale; }
  // Nothing is left that a client might have.
  bool done() const { return held_.empty(); }
  // When Tick is due next; INT64_MAX: it is not.
  int64_t next_tick_ns() const;

 private:
  struct Held {
    SnapshotId id = 0;
    uint64_t bytes = 0;
    int64_t handed_out_ns = -1;  // -1: never
    bool stale = false;
  };

  void Retire(Actions* actions);
  void MarkStale(Held* held, Actions* actions);
  void BuildIfRoom(Actions* actions);
  size_t waiting() const { return held_.size() - (has_current_ ? 1 : 0); }
  static int64_t TurnNs(const Held& held) { return held.handed_out_ns + kHandOutNs + 1; }

  std::vector<Held> held_;  // the last one is the current one, if there is one
  bool has_current_ = false;
  bool wants_build_ = false;  // as soon as there is room
  bool ending_ = false;       // nothing is built any more
  int64_t refreshed_ns_ = -1;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_PUBLICATION_H_
