// What the machine does, as scripts: events in, actions out.
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

TEST(Machine, StartsWhatIsNeededFirstAndStopsItLast) {
  Play(
      "b\na needs=b",
      {{"start a 1", "b: down > starting; progress 1 b starting; run b main"},
       {"ran b main",
        "b: starting > up; progress 1 b up; a: down > starting; progress 1 a starting; run a main"},
       {"ran a main", "a: starting > up; progress 1 a up; finish 1"},
       {"stop b 2",
        "a: up > stopping (needs b, which is stopped); progress 2 a stopping; signal a main 15"},
       {"ended a main", ""},
       {"empty a",
        "a: stopping > down (needs b, which is stopped); progress 2 a down; "
        "b: up > stopping (stopped); progress 2 b stopping; signal b main 15"},
       {"ended b main", ""},
       {"empty b", "b: stopping > down (stopped); progress 2 b down; finish 2"}});
}

TEST(Machine, FailureIsToldWithItsFirstCauseAndSoftOnesGoOn) {
  Play("b restart=never\na needs=b\nc after=b\nd needs=a",
       {{"start d 1", "b: down > starting; progress 1 b starting; run b main"},
        {"start c 2", ""},
        {"ran b main exit 127", ""},
        {"empty b",
         "b: starting > failed (exit 127); progress 1 b failed; a: down > failed (needs b, which "
         "failed: exit 127); progress 1 a failed; d: down > failed (needs b, which failed: exit "
         "127); progress 1 d failed; finish 1 b: needs b, which failed: exit 127; c: down > "
         "starting; progress 2 c starting; run c main"},
        {"start d 3", "b: failed > starting; progress 3 b starting; run b main"},
        {"ran b main",
         "b: starting > up; progress 3 b up; a: failed > starting; progress 3 a starting; run a "
         "main"},
        {"ran a main",
         "a: starting > up; progress 3 a up; d: failed > starting; progress 3 d starting; run d "
         "main"},
        {"ran d main", "d: starting > up; progress 3 d up; finish 3"},
        {"ended b main exit 1", ""},
        {"empty b",
         "b: up > failed (exit 1); d: up > stopping (needs b, which failed: exit 1); signal d main "
         "15"},
        {"ended d main", ""},
        {"empty d",
         "d: stopping > failed (needs b, which failed: exit 1); a: up > stopping (needs b, which "
         "failed: exit 1); signal a main 15"},
        {"ended a main", ""},
        {"empty a", "a: stopping > failed (needs b, which failed: exit 1)"}});
}

TEST(Machine, WhatLacksSomethingFailsAtOnceWithoutRunning) {
  MachineBed bed("a lacks=x restart=always\nb needs=a");
  EXPECT_EQ(bed.Do("start b 1"),
            "a: down > failed (needs x, which nobody provides); progress 1 a failed; "
            "b: down > failed (needs a, which failed: needs x, which nobody provides); "
            "progress 1 b failed; "
            "finish 1 a: needs a, which failed: needs x, which nobody provides");
}

TEST(Machine, RestartTakesThoseThatNeedItAlongInOrder) {
  Play(
      "b\na needs=b\nd needs=a",
      {{"start d", "b: down > starting; run b main"},
       {"ran b main", "b: starting > up; a: down > starting; run a main"},
       {"ran a main", "a: starting > up; d: down > starting; run d main"},
       {"ran d main", "d: starting > up"},
       {"restart b 5", "d: up > stopping; progress 5 d stopping; signal d main 15"},
       {"ended d main", ""},
       {"empty d",
        "d: stopping > down; progress 5 d down; a: up > stopping; progress 5 a stopping; signal a "
        "main 15"},
       {"ended a main", ""},
       {"empty a",
        "a: stopping > down; progress 5 a down; b: up > stopping; progress 5 b stopping; signal b "
        "main 15"},
       {"ended b main", ""},
       {"empty b",
        "b: stopping > down; progress 5 b down; b: down > starting; progress 5 b starting; run b "
        "main"},
       {"ran b main",
        "b: starting > up; progress 5 b up; a: down > starting; progress 5 a starting; run a main"},
       {"ran a main",
        "a: starting > up; progress 5 a up; d: down > starting; progress 5 d starting; run d main"},
       {"ran d main", "d: starting > up; progress 5 d up; finish 5"}});
}

TEST(Machine, RequestsInTheOtherDirectionCancelAndReloadsQueue) {
  Play("a ready=notify reload\nb reload-signal=0",
       {{"start a 1", "a: down > starting; progress 1 a starting; run a main"},
        {"ran a main", ""},
        {"stop a 2",
         "finish 1 a: stopped meanwhile; a: starting > stopping (stopped); progress 2 a stopping; "
         "signal a main 15"},
        {"start a 3", "finish 2 a: started meanwhile"},
        {"ended a main", ""},
        {"empty a",
         "a: stopping > down; progress 3 a down; a: down > starting; progress 3 a starting; run a "
         "main"},
        {"ran a main", ""},
        {"forget 3", ""},
        {"ready a", "a: starting > up"},
        {"reload a 4", "run a reload"},
        {"ran a reload", ""},
        {"reload a 5", ""},
        {"ended a reload", "run a reload"},
        {"ran a reload", ""},
        {"ended a reload exit 1", "finish 5 a: exit 1; finish 4 a: exit 1"},
        {"reload b 6", "finish 6 b: is not up"},
        {"start b 7", "b: down > starting; progress 7 b starting; run b main"},
        {"ran b main", "b: starting > up; progress 7 b up; finish 7"},
        {"reload b 8", "finish 8 b: cannot be reloaded"},
        {"shutdown 9",
         "a: up > stopping (shutting down); progress 9 a stopping; signal a main 15; b: up > "
         "stopping (shutting down); progress 9 b stopping; signal b main 15"},
        {"start b 10", "finish 10 b: shutting down"},
        {"targets 11 a", "finish 11 a: shutting down"},
        {"ended a main", ""},
        {"empty a", "a: stopping > down (shutting down); progress 9 a down"},
        {"ended b main", ""},
        {"empty b", "b: stopping > down (shutting down); progress 9 b down; finish 9"}});
}

TEST(Machine, ModeChangeStopsAndStartsAsLittleAsItCan) {
  Play(
      "a\nb needs=a\nc\nh helper\nd wants=h",
      {{"targets 1 b d",
        "a: down > starting; progress 1 a starting; run a main; h: down > starting; progress 1 h "
        "starting; run h main"},
       {"ran a main",
        "a: starting > up; progress 1 a up; b: down > starting; progress 1 b starting; run b main"},
       {"ran b main", "b: starting > up; progress 1 b up"},
       {"ran h main",
        "h: starting > up; progress 1 h up; d: down > starting; progress 1 d starting; run d main"},
       {"ran d main", "d: starting > up; progress 1 d up; finish 1"},
       {"targets 2 a c",
        "b: up > stopping (not of this mode); progress 2 b stopping; signal b main 15; d: up > "
        "stopping (not of this mode); progress 2 d stopping; signal d main 15; c: down > starting; "
        "progress 2 c starting; run c main"},
       {"ended d main", ""},
       {"empty d",
        "d: stopping > down (not of this mode); progress 2 d down; h: up > stopping (not of this "
        "mode); progress 2 h stopping; signal h main 15"},
       {"ended b main", ""},
       {"empty b", "b: stopping > down (not of this mode); progress 2 b down"},
       {"ran c main", "c: starting > up; progress 2 c up"},
       {"ended h main", ""},
       {"empty h", "h: stopping > down (not of this mode); progress 2 h down; finish 2"}});
}

TEST(Machine, ModeStartsAgainWhatItsServicesWantAndSomebodyStopped) {
  Play("w\na wants=w", {{"start a", "w: down > starting; run w main"},
                        {"ran w main", "w: starting > up; a: down > starting; run a main"},
                        {"ran a main", "a: starting > up"},
                        {"stop w", "w: up > stopping (stopped); signal w main 15"},
                        {"ended w main", ""},
                        {"empty w", "w: stopping > down (stopped)"},
                        {"start a", ""},
                        {"targets 1 a", "finish 1; w: down > starting; run w main"}});
}

TEST(Machine, DependentsThatAskForItRestartWithTheirNeeds) {
  Play("db\nweb needs=db with-needs\nlog needs=db",
       {{"start web", "db: down > starting; run db main"},
        {"start log", ""},
        {"ran db main",
         "db: starting > up; web: down > starting; run web main; log: down > starting; run log "
         "main"},
        {"ran web main", "web: starting > up"},
        {"ran log main", "log: starting > up"},
        {"ended db main exit 1", ""},
        {"empty db",
         "db: up > starting (exit 1); run db main; web: up > stopping; signal web main 15"},
        {"ran db main", "db: starting > up"},
        {"ended web main", ""},
        {"empty web", "web: stopping > down; web: down > starting; run web main"},
        {"ran web main", "web: starting > up"}});
}

TEST(Machine, TriggersStartRunAgainReloadAndRestart) {
  Play("t kind=oneshot\nw reload-signal=1",
       {{"trigger t", "t: down > starting; run t main"},
        {"ran t main", ""},
        {"ended t main", "t: starting > done"},
        {"empty t", ""},
        {"trigger t", "t: done > down; t: down > starting; run t main"},
        {"start w", "w: down > starting; run w main"},
        {"ran w main", "w: starting > up"},
        {"trigger w watch-reload", "signal w main 1"},
        {"trigger w watch", "w: up > stopping; signal w main 15"},
        {"ended w main", ""},
        {"empty w", "w: stopping > down; w: down > starting; run w main"}});
}

}  // namespace
}  // namespace keelson
