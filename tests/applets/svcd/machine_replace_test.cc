// A new configuration under services that run: what is new, gone or different in it.
#include "gtest/gtest.h"
#include "tests/applets/svcd/machine_bed.h"

namespace keelson {
namespace {

struct Row {
  const char* what;
  const char* services;
  std::initializer_list<const char*> before;  // events
  const char* other_services;
  const char* actions;  // of the change
  const char* event;
  const char* event_actions;
};

const Row kRows[] = {
    {"what is the same goes on",
     "a\nb needs=a",
     {"start b", "ran a main"},
     "b needs=a\na",
     "",
     "ran b main",
     "b: starting > up"},
    {"a need that is new is started",
     "a",
     {"start a", "ran a main"},
     "n\na needs=n",
     "n: down > starting; run n main",
     "ran n main",
     "n: starting > up"},
    {"a need that is new and has failed is tried again",
     "a\nn restart=never",
     {"start a", "ran a main", "start n", "ran n main no such file", "empty n"},
     "a needs=n\nn restart=never",
     "n: failed > starting; run n main",
     "ran n main",
     "n: starting > up"},
    {"a need that is new and stops is wanted again",
     "a\nn",
     {"start a", "ran a main", "start n", "ran n main", "stop n", "ended n main"},
     "a needs=n\nn",
     "",
     "empty n",
     "n: stopping > down; n: down > starting; run n main"},
    {"who waited for one that is gone begins",
     "a needs=b\nb\nc",
     {"start b", "start a"},
     "b\na",
     "a: down > starting; run a main",
     "ran a main",
     "a: starting > up"},
    {"a need that is new and about to start again takes it along",
     "a\nn\nx needs=n",
     {"start a", "ran a main", "start x", "ran n main", "ran x main", "restart n"},
     "n\nx needs=n\na needs=n",
     "a: up > stopping; signal a main 15",
     "ended x main",
     ""},
    {"a helper that helps nobody any more stops",
     "h helper\na needs=h",
     {"start a", "ran h main", "ran a main"},
     "h helper\na",
     "h: up > stopping (nobody needs it); signal h main 15",
     "ended h main",
     ""},
    {"without its watchdog it is let live",
     "a watchdog=5",
     {"start a", "ran a main"},
     "a",
     "timer a off",
     "+9 timer a",
     ""},
    {"what need not say that it is ready any more is up",
     "a ready=notify",
     {"start a", "ran a main"},
     "a",
     "a: starting > up",
     "ready a",
     ""},
    {"a oneshot that becomes a process while it runs is up",
     "a kind=oneshot",
     {"start a", "ran a main"},
     "a",
     "a: starting > up",
     "ended a main",
     ""},
    {"a process that becomes a oneshot before it is ready is waited for",
     "a ready=notify",
     {"start a", "ran a main"},
     "a kind=oneshot",
     "",
     "ended a main",
     "a: starting > done"},
    {"the stop goes by the new order",
     "a\nb",
     {"start a", "ran a main", "start b", "ran b main"},
     "b\na needs=b",
     "",
     "stop b",
     "a: up > stopping (needs b, which is stopped); signal a main 15"},
};

TEST(MachineReplace, TakesOverWhatRuns) {
  for (const Row& row : kRows) {
    MachineBed bed(row.services);
    for (const char* event : row.before) bed.Do(event);
    EXPECT_EQ(bed.Define(row.other_services), row.actions) << row.what;
    EXPECT_EQ(bed.Do(row.event), row.event_actions) << row.what;
  }
}

TEST(MachineReplace, WhoAskedForOneThatIsGoneIsAnswered) {
  MachineBed bed("b\na needs=b");
  bed.Do("start a 1");
  EXPECT_EQ(bed.Define("b"), "finish 1 (gone): its definition is gone");
  EXPECT_EQ(bed.Do("ran b main"), "b: starting > up");
}

}  // namespace
}  // namespace keelson
