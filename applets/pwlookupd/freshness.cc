// The table of freshness.h, row by row.

#include "applets/pwlookupd/freshness.h"

namespace keelson {
namespace {

struct Step {
  FileState next;
  FileAction action;
};

constexpr FileState kCurrent = FileState::kCurrent;
constexpr FileState kBeingWritten = FileState::kBeingWritten;
constexpr FileState kSettling = FileState::kSettling;
constexpr FileAction kNothing = FileAction::kNothing;
constexpr FileAction kLoad = FileAction::kLoad;
constexpr FileAction kStartTimer = FileAction::kStartTimer;

// [state][event], events in the order of FileEvent: replaced, closed, written, quiet, asked for.
constexpr Step kSteps[3][5] = {
    // current
    {{kCurrent, kLoad},
     {kSettling, kStartTimer},
     {kBeingWritten, kStartTimer},
     {kCurrent, kNothing},
     {kCurrent, kLoad}},
    // being written
    {{kCurrent, kLoad},
     {kSettling, kStartTimer},
     {kBeingWritten, kStartTimer},
     {kCurrent, kLoad},
     {kBeingWritten, kNothing}},
    // settling
    {{kCurrent, kLoad},
     {kSettling, kStartTimer},
     {kBeingWritten, kStartTimer},
     {kCurrent, kLoad},
     {kCurrent, kLoad}},
};

}  // namespace

FileAction Freshness::Handle(FileEvent event) {
  const Step& step = kSteps[static_cast<int>(state_)][static_cast<int>(event)];
  state_ = step.next;
  return step.action;
}

}  // namespace keelson
