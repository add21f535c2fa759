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

}  // namespace
}  // namespace keelson
