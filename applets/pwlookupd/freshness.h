// When a file that was changed is to be read again.
//
// A replaced file is read at once. One that is written in place is read when its writer has closed
// it and nothing more has happened for kSettleNs; until then the answers stay those of the old
// bytes. A writer that neither writes nor closes for kPatienceNs is waited for no longer:
// truncate(2) is one that never had the file open.
//
//                 replaced       created, closed    written                quiet          asked for
//  current        load           settling + timer   being written + timer  -              load
//  being written  load, current  settling + timer   timer anew             load, current  -
//  settling       load, current  timer anew         being written + timer  load, current  as quiet
//
// "replaced": renamed over, removed, or nobody knows what happened. "quiet": the timer, of
// kSettleNs or kPatienceNs by the state. "asked for": INVALIDATE or SIGHUP. A load that finds the
// file changing under it counts as "closed". Loading compares versions first, so one load too many
// costs a stat.
#ifndef KEELSON_APPLETS_PWLOOKUPD_FRESHNESS_H_
#define KEELSON_APPLETS_PWLOOKUPD_FRESHNESS_H_

#include <cstdint>

namespace keelson {

inline constexpr int64_t kSettleNs = 10'000'000;
inline constexpr int64_t kPatienceNs = 5'000'000'000;

enum class FileEvent : uint8_t { kReplaced, kClosed, kWritten, kQuiet, kAskedFor };
enum class FileState : uint8_t { kCurrent, kBeingWritten, kSettling };
enum class FileAction : uint8_t { kNothing, kLoad, kStartTimer };

class Freshness {
 public:
  FileAction Handle(FileEvent event);
  FileState state() const { return state_; }

 private:
  FileState state_ = FileState::kCurrent;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_FRESHNESS_H_
