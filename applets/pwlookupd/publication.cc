// The snapshots in the order in which they were current, each with the time of its last hand-out.

#include "applets/pwlookupd/publication.h"

#include <algorithm>

namespace keelson {

void Publication::Changed(Actions* actions) {
  if (has_current_) MarkStale(&held_.back(), actions);
  wants_build_ = !ending_;
  BuildIfRoom(actions);
}

void Publication::Built(SnapshotId snapshot, uint64_t bytes, Actions* actions) {
  Retire(actions);
  held_.push_back({.id = snapshot, .bytes = bytes});
  has_current_ = true;
}

// The current one is so no more.
void Publication::Retire(Actions* actions) {
  if (!has_current_) return;
  has_current_ = false;
  if (held_.back().handed_out_ns >= 0) return MarkStale(&held_.back(), actions);
  actions->push_back({Action::kDrop, held_.back().id});
  held_.pop_back();
}

void Publication::MarkStale(Held* held, Actions* actions) {
  if (!held->stale) actions->push_back({Action::kMarkStale, held->id});
  held->stale = true;
}

void Publication::HandedOut(int64_t now_ns, Actions* actions) {
  const bool is_first = next_tick_ns() == INT64_MAX;
  held_.back().handed_out_ns = now_ns;
  actions->push_back({Action::kRefresh, held_.back().id});
  if (is_first) refreshed_ns_ = now_ns;
}

void Publication::Tick(int64_t now_ns, Actions* actions) {
  const auto first_kept =
      std::stable_partition(held_.begin(), held_.begin() + waiting(),
                            [now_ns](const Held& held) { return TurnNs(held) <= now_ns; });
  for (auto held = held_.begin(); held != first_kept; ++held) {
    actions->push_back({Action::kPoison, held->id});
    actions->push_back({Action::kDrop, held->id});
  }
  held_.erase(held_.begin(), first_kept);
  if (now_ns >= refreshed_ns_ + kTickNs) {
    refreshed_ns_ = now_ns;
    for (const Held& held : held_) {
      if (held.handed_out_ns >= 0) actions->push_back({Action::kRefresh, held.id});
    }
  }
  BuildIfRoom(actions);
}

void Publication::Leave(Actions* actions) {
  ending_ = true;
  wants_build_ = false;
  Retire(actions);
}

void Publication::Stop(Actions* actions) {
  ending_ = true;
  wants_build_ = false;
  for (Held& held : held_) {
    MarkStale(&held, actions);
    actions->push_back({Action::kDrop, held.id});
  }
  held_.clear();
  has_current_ = false;
}

void Publication::BuildIfRoom(Actions* actions) {
  if (!wants_build_ || held_.size() >= kMaxHeld) return;
  uint64_t bytes = 0;
  for (size_t i = 0; i < waiting(); ++i) bytes += held_[i].bytes;
  if (bytes > kMaxWaitingBytes) return;
  wants_build_ = false;
  actions->push_back({Action::kBuild});
}

int64_t Publication::next_tick_ns() const {
  int64_t next = INT64_MAX;
  for (size_t i = 0; i < held_.size(); ++i) {
    if (held_[i].handed_out_ns < 0) continue;
    next = std::min(next, refreshed_ns_ + kTickNs);
    if (i < waiting()) next = std::min(next, TurnNs(held_[i]));
  }
  return next;
}

}  // namespace keelson
