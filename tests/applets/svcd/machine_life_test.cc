// What becomes of one service, as scripts: events in, actions out.
#include "applets/svcd/machine.h"
#include "gtest/gtest.h"
#include "tests/applets/svcd/machine_bed.h"

namespace keelson {
namespace {

struct Step {
  const char* event;
  const char* actions;
};

void Play(const char* services, std::initializer_list<Step> steps) {
  MachineBed bed(services);
  for (const Step& step : steps) EXPECT_EQ(bed.Do(step.event), step.actions) << step.event;
}

TEST(MachineLife, OneshotRunsCheckBeforeMainAndHasAStopCommand) {
  Play("a kind=oneshot check before stop\nz needs=a",
       {{"start z 1", "a: down > starting; progress 1 a starting; run a check"},
        {"ran a check", ""},
        {"ended a check", "run a before"},
        {"empty a", ""},
        {"ran a before", ""},
        {"ended a before", "run a main"},
        {"ran a main", ""},
        {"ended a main exit 0",
         "a: starting > done; progress 1 a done; z: down > starting; progress 1 z starting; run z "
         "main"},
        {"empty a", ""},
        {"ran z main", "z: starting > up; progress 1 z up; finish 1"},
        {"stop a 2",
         "z: up > stopping (needs a, which is stopped); progress 2 z stopping; signal z main 15"},
        {"ended z main", ""},
        {"empty z",
         "z: stopping > down (needs a, which is stopped); progress 2 z down; a: done > stopping "
         "(stopped); progress 2 a stopping; run a stop"},
        {"ran a stop", ""},
        {"ended a stop", ""},
        {"empty a", "a: stopping > down (stopped); progress 2 a down; finish 2"}});
}

TEST(MachineLife, ConditionThatIsNotMetStopsOnlyWhoNeedsIt) {
  Play("a check\nz needs=a\ns wants=a",
       {{"start z 1", "a: down > starting; progress 1 a starting; run a check"},
        {"start s 2", ""},
        {"ran a check", ""},
        {"ended a check no file", ""},
        {"empty a",
         "a: starting > down (no file); progress 1 a down; z: down > failed (needs a, which is "
         "down: no file); progress 1 z failed; finish 1 a: needs a, which is down: no file; s: "
         "down > starting; progress 2 s starting; run s main"},
        {"ran s main", "s: starting > up; progress 2 s up; finish 2"}});
}

TEST(MachineLife, BackoffDoublesAndOnlyThoseThatNeedItWait) {
  Play("a burst=2 interval=10 max-delay=3\nh needs=a\ns wants=a",
       {{"start a 1", "a: down > starting; progress 1 a starting; run a main"},
        {"ran a main", "a: starting > up; progress 1 a up; finish 1"},
        {"ended a main exit 1", ""},
        {"empty a", "a: up > starting (exit 1); run a main"},
        {"ran a main", "a: starting > up"},
        {"ended a main exit 1", ""},
        {"empty a", "a: up > starting (exit 1); run a main"},
        {"ran a main", "a: starting > up"},
        {"ended a main exit 1", ""},
        {"empty a", "a: up > starting (exit 1); timer a 2"},
        {"+1 timer a", "run a main"},
        {"ran a main", "a: starting > up"},
        {"ended a main exit 1", ""},
        {"empty a", "a: up > starting (exit 1); timer a 4"},
        {"start h 2", "finish 2 a: needs a, which failed: exit 1"},
        {"start s 3", "s: down > starting; progress 3 s starting; run s main"},
        {"+2 timer a", "run a main"},
        {"ran a main", "a: starting > up; h: down > starting; run h main"},
        {"ended a main exit 1", ""},
        {"empty a", "a: up > starting (exit 1); timer a 7"},
        {"+3 timer a", "run a main"}});
}

TEST(MachineLife, HealthEmptiesTheBucket) {
  Play("a burst=1 interval=10 max-delay=60",
       {{"start a", "a: down > starting; run a main"},
        {"ran a main", "a: starting > up"},
        {"ended a main exit 1", ""},
        {"empty a", "a: up > starting (exit 1); run a main"},
        {"ran a main", "a: starting > up"},
        {"+21 ended a main exit 1", ""},
        {"empty a", "a: up > starting (exit 1); run a main"},
        {"ran a main", "a: starting > up"},
        {"ended a main exit 1", ""},
        {"empty a", "a: up > starting (exit 1); timer a 23"}});
}

TEST(MachineLife, Finit313StopCancelsTheNextTry) {
  Play("a burst=0 max-delay=60",
       {{"start a 1", "a: down > starting; progress 1 a starting; run a main"},
        {"ran a main", "a: starting > up; progress 1 a up; finish 1"},
        {"ended a main exit 1", ""},
        {"empty a", "a: up > starting (exit 1); timer a 2"},
        {"stop a 2", "timer a off; a: starting > down (stopped); progress 2 a down; finish 2"},
        {"+9 timer a", ""},
        {"start a 3", "a: down > starting; progress 3 a starting; run a main"}});
}

TEST(MachineLife, Finit314ConditionsAreAskedAgainWhenTheTimerFires) {
  Play("a burst=0 max-delay=60 check", {{"start a", "a: down > starting; run a check"},
                                        {"ran a check", ""},
                                        {"ended a check", "run a main"},
                                        {"ran a main", "a: starting > up"},
                                        {"ended a main exit 1", ""},
                                        {"empty a", "a: up > starting (exit 1); timer a 2"},
                                        {"+1 timer a", "run a check"},
                                        {"ran a check", ""},
                                        {"ended a check not there", ""},
                                        {"empty a", "a: starting > down (not there)"}});
}

TEST(MachineLife, LimitCountsRestartsWithoutAHealthyInterval) {
  Play("a burst=9 limit=2 interval=10",
       {{"start a 1", "a: down > starting; progress 1 a starting; run a main"},
        {"ran a main", "a: starting > up; progress 1 a up; finish 1"},
        {"ended a main exit 1", ""},
        {"empty a", "a: up > starting (exit 1); run a main"},
        {"ran a main", "a: starting > up"},
        {"+11 ended a main exit 1", ""},
        {"empty a", "a: up > starting (exit 1); run a main"},
        {"ran a main", "a: starting > up"},
        {"ended a main exit 1", ""},
        {"empty a", "a: up > starting (exit 1); run a main"},
        {"ran a main", "a: starting > up"},
        {"ended a main exit 1", ""},
        {"empty a", "a: up > failed (exit 1)"},
        {"reset a 2", "a: failed > down; finish 2"}});
}

TEST(MachineLife, RestartPolicies) {
  Play("n restart=never\nf restart=on-failure\na",
       {{"start n", "n: down > starting; run n main"},
        {"ran n main", "n: starting > up"},
        {"ended n main exit 1", ""},
        {"empty n", "n: up > failed (exit 1)"},
        {"start f", "f: down > starting; run f main"},
        {"ran f main", "f: starting > up"},
        {"ended f main exit 0", ""},
        {"empty f", "f: up > down (exit 0)"},
        {"start f", "f: down > starting; run f main"},
        {"ran f main", "f: starting > up"},
        {"ended f main exit 1", ""},
        {"empty f", "f: up > starting (exit 1); run f main"},
        {"start a", "a: down > starting; run a main"},
        {"ran a main", "a: starting > up"},
        {"ended a main exit 0", ""},
        {"empty a", "a: up > starting (exit 0); run a main"}});
}

TEST(MachineLife, WhatIsLeftIsSignalledThenKilled) {
  Play("a stop-timeout=5",
       {{"start a", "a: down > starting; run a main"},
        {"ran a main", "a: starting > up"},
        {"stop a 1",
         "a: up > stopping (stopped); progress 1 a stopping; timer a 6; signal a main 15"},
        {"ended a main", ""},
        {"remain a", "signal a tree 15"},
        {"+5 timer a", "kill a tree"},
        {"empty a", "a: stopping > down (stopped); progress 1 a down; finish 1"}});
}

TEST(MachineLife, KillMainLeavesTheRestAlone) {
  Play("m kill-main stop-timeout=5",
       {{"start m", "m: down > starting; run m main"},
        {"ran m main", "m: starting > up"},
        {"stop m 2",
         "m: up > stopping (stopped); progress 2 m stopping; timer m 6; signal m main 15"},
        {"+5 timer m", "kill m main"},
        {"ended m main signal 9", ""},
        {"remain m", "m: stopping > down (stopped); progress 2 m down; finish 2"}});
}

TEST(MachineLife, WhatKillMainHasLeftIsKilledAtTheEnd) {
  Play("a kill-main\nb kill-main stop-timeout=5",
       {{"start a", "a: down > starting; run a main"},
        {"ran a main", "a: starting > up"},
        {"stop a", "a: up > stopping (stopped); signal a main 15"},
        {"ended a main", ""},
        {"remain a", "a: stopping > down (stopped)"},
        {"start b", "b: down > starting; run b main"},
        {"ran b main", "b: starting > up"},
        {"shutdown 1",
         "kill a tree; b: up > stopping (shutting down); progress 1 b stopping; timer b 6; "
         "signal b main 15"},
        {"empty a", ""},
        {"ended b main", ""},
        {"remain b", "signal b tree 15"},
        {"+5 timer b", "kill b tree"},
        {"empty b", "b: stopping > down (shutting down); progress 1 b down; finish 1"}});
}

TEST(MachineLife, RestOfADeadServiceIsKilledBeforeItStartsAgain) {
  Play("a\nm kill-main", {{"start a", "a: down > starting; run a main"},
                          {"ran a main", "a: starting > up"},
                          {"ended a main exit 1", ""},
                          {"remain a", "a: up > stopping (exit 1); kill a tree"},
                          {"empty a", "a: stopping > starting (exit 1); run a main"},
                          {"start m", "m: down > starting; run m main"},
                          {"ran m main", "m: starting > up"},
                          {"ended m main exit 1", ""},
                          {"remain m", "m: up > starting (exit 1); run m main"}});
}

TEST(MachineLife, WatchdogAbortsAndStartTimeoutEnds) {
  Play("a watchdog=10 stop-timeout=5 ready=notify start-timeout=30",
       {{"start a 1", "a: down > starting; progress 1 a starting; timer a 31; run a main"},
        {"ran a main", ""},
        {"ready a", "timer a 11; a: starting > up; progress 1 a up; finish 1"},
        {"+5 alive a", "timer a 16"},
        {"+9 timer a", ""},
        {"+1 timer a",
         "a: up > stopping (did not answer the watchdog); timer a 21; signal a main 6"},
        {"+5 timer a", "kill a tree"},
        {"ended a main signal 9", ""},
        {"empty a", "a: stopping > starting (did not answer the watchdog); timer a 51; run a main"},
        {"+30 timer a", "a: starting > stopping (not ready in time); timer a 56; signal a main 15"},
        {"ended a main signal 15", ""},
        {"empty a",
         "timer a off; a: stopping > starting (not ready in time); timer a 81; run a main"},
        {"ran a main", ""},
        {"ended a main exit 1", "timer a off"},
        {"empty a", "timer a 81; run a main"}});
}

TEST(MachineLife, ReloadThatHangsIsEndedAndTheServiceGoesOn) {
  Play("a reload watchdog=5 start-timeout=30",
       {{"start a", "a: down > starting; timer a 31; run a main"},
        {"ran a main", "timer a 6; a: starting > up"},
        {"reload a 1", "run a reload; timer a 31"},
        {"ran a reload", ""},
        {"+9 alive a", ""},
        {"+21 timer a", "kill a reload; finish 1 a: not reloaded in time"},
        {"ended a reload signal 9", "timer a 36"},
        {"reload a 2", "run a reload; timer a 61"},
        {"ran a reload", ""},
        {"reload a 3", ""},
        {"+30 timer a", "kill a reload"},
        {"ended a reload signal 9", "timer a 66; run a reload; timer a 91"},
        {"ran a reload", ""},
        {"ended a reload", "timer a 66; finish 3; finish 2"},
        {"+5 timer a", "a: up > stopping (did not answer the watchdog); signal a main 6"}});
}

TEST(MachineLife, ForkingServicesAreWatchedWhereTheirMainProcessIsKnown) {
  Play("f kind=forking ready=pid-file restart=on-failure\ng kind=forking ready=end",
       {{"start f 1", "f: down > starting; progress 1 f starting; run f main"},
        {"ran f main", ""},
        {"ended f main exit 0", ""},
        {"remain f", ""},
        {"daemon f", "f: starting > up; progress 1 f up; finish 1"},
        {"ended f main exit 0", ""},
        {"empty f", "f: up > down (exit 0)"},
        {"start g 2", "g: down > starting; progress 2 g starting; run g main"},
        {"ran g main", ""},
        {"ended g main exit 0", ""},
        {"empty g", "run g main"},
        {"ran g main", ""},
        {"ended g main exit 0", ""},
        {"remain g", "g: starting > up; progress 2 g up; finish 2"},
        {"empty g", "g: up > starting (nothing of it runs any more); run g main"}});
}

TEST(MachineLife, ScriptIsDoneWhenNothingStaysAndUpOtherwise) {
  Play("s kind=script stop\nt kind=script stop restart=never",
       {{"start s 1", "s: down > starting; progress 1 s starting; run s main"},
        {"ran s main", ""},
        {"ended s main exit 0", ""},
        {"empty s", "s: starting > done; progress 1 s done; finish 1"},
        {"stop s 2", "s: done > stopping (stopped); progress 2 s stopping; run s stop"},
        {"ran s stop", ""},
        {"ended s stop", ""},
        {"empty s", "s: stopping > down (stopped); progress 2 s down; finish 2"},
        {"start t 3", "t: down > starting; progress 3 t starting; run t main"},
        {"ran t main", ""},
        {"ended t main exit 0", ""},
        {"remain t", "t: starting > up; progress 3 t up; finish 3"},
        {"reload t 4", "finish 4 t: cannot be reloaded"},
        {"stop t 5", "t: up > stopping (stopped); progress 5 t stopping; run t stop"},
        {"ran t stop", ""},
        {"ended t stop", ""},
        {"remain t", "signal t tree 15"},
        {"empty t", "t: stopping > down (stopped); progress 5 t down; finish 5"}});
}

}  // namespace
}  // namespace keelson
