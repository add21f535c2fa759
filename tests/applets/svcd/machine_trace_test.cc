// Recorded traces, played again: the same actions byte for byte, also when another machine takes
// over in between.
#include "gtest/gtest.h"
#include "tests/applets/svcd/machine_bed.h"

namespace keelson {
namespace {

struct Trace {
  const char* services;
  const char* events;
};

constexpr Trace kTraces[] = {
    {"db stop-timeout=5\nweb needs=db with-needs\nlog after=db burst=0 max-delay=60",
     "start web\nstart log\nran db main\nran web main\nran log main\n+3 ended db main exit 1\n"
     "empty db\nran db main\nended web main\nempty web\nran web main\nended log main exit 1\n"
     "empty log\n+1 timer log\nran log main\nstop db\nended web main\nempty web\nended db main\n"
     "remain db\n+5 timer db\nempty db"},
    {"mount kind=oneshot check\nd kind=forking ready=pid-file needs=mount start-timeout=9\n"
     "s kind=script stop wants=d",
     "start s\nran mount check\nended mount check\nran mount main\nended mount main\nempty mount\n"
     "ran d main\nended d main\nremain d\n+9 timer d\nempty d\nran d main\nended d main\ndaemon d\n"
     "ran s main\nended s main\nempty s\nshutdown 0\nran s stop\nended s stop\nempty s\n"
     "ended d main\nempty d"},
};

TEST(MachineTrace, GivesTheSameActionsWhoeverTakesOverAndWhen) {
  for (const Trace& trace : kTraces) {
    const std::vector<std::string> events = SplitWords(trace.events, '\n');
    std::vector<std::string> recorded;
    MachineBed first(trace.services);
    for (const std::string& event : events) recorded.push_back(first.Do(event));
    for (size_t cut = 0; cut < events.size(); ++cut) {
      if (cut > 0 && events[cut - 1].starts_with("shutdown")) break;  // the new one is told again
      MachineBed before(trace.services), after(trace.services);
      for (size_t i = 0; i < cut; ++i) EXPECT_EQ(before.Do(events[i]), recorded[i]);
      after.TakeOver(before);
      for (size_t i = cut; i < events.size(); ++i)
        EXPECT_EQ(after.Do(events[i]), recorded[i]) << events[i] << ", taken over at " << cut;
    }
  }
}

}  // namespace
}  // namespace keelson
