#include "applets/pwlookupd/freshness.h"

#include <vector>

#include "gtest/gtest.h"

namespace keelson {
namespace {

using enum FileEvent;

TEST(Freshness, Histories) {
  const struct {
    const char* name;
    std::vector<FileEvent> events;
    FileAction last;
    FileState state;
  } cases[] = {
      {"renamed over", {kReplaced}, FileAction::kLoad, FileState::kCurrent},
      {"writing", {kWritten, kWritten}, FileAction::kStartTimer, FileState::kBeingWritten},
      {"truncated without a writer to close",
       {kWritten, kQuiet},
       FileAction::kLoad,
       FileState::kCurrent},
      {"writer closed", {kWritten, kClosed}, FileAction::kStartTimer, FileState::kSettling},
      {"and it stayed so", {kWritten, kClosed, kQuiet}, FileAction::kLoad, FileState::kCurrent},
      {"written again before it settled",
       {kWritten, kClosed, kWritten},
       FileAction::kStartTimer,
       FileState::kBeingWritten},
      {"closed twice", {kClosed, kClosed}, FileAction::kStartTimer, FileState::kSettling},
      {"renamed over while another writes the old one",
       {kWritten, kReplaced},
       FileAction::kLoad,
       FileState::kCurrent},
      {"asked for while being written: the old data stay",
       {kWritten, kAskedFor},
       FileAction::kNothing,
       FileState::kBeingWritten},
      {"asked for before it settled", {kClosed, kAskedFor}, FileAction::kLoad, FileState::kCurrent},
      {"a timer that comes late",
       {kClosed, kReplaced, kQuiet},
       FileAction::kNothing,
       FileState::kCurrent},
      {"asked for", {kAskedFor}, FileAction::kLoad, FileState::kCurrent},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Freshness freshness;
    FileAction action = FileAction::kNothing;
    for (FileEvent event : c.events) action = freshness.Handle(event);
    EXPECT_EQ(action, c.last);
    EXPECT_EQ(freshness.state(), c.state);
  }
}

}  // namespace
}  // namespace keelson
