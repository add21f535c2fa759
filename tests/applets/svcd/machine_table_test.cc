// The table of states and events, of one service: where each event leads and what is done. What
// does not stand at a state changes nothing there. "+": it is wanted up.
#include <algorithm>
#include <iterator>
#include <memory>

#include "gtest/gtest.h"
#include "tests/applets/svcd/machine_bed.h"

namespace keelson {
namespace {

// It has begun at second 1.
constexpr const char* kFull =
    "a check before stop reload ready=notify start-timeout=9 stop-timeout=5 "
    "delay=2 watchdog=20";
constexpr const char* kForking = "a kind=forking ready=end";
constexpr const char* kOneshot = "a kind=oneshot restart=never stop stop-timeout=5";

constexpr const char* kEvents =
    "start a;stop a;restart a;reload a;reset a;ran a check;ran a before;ran a main;"
    "ran a stop;ran a reload;ran a check no file;ran a before no file;"
    "ran a main no file;ran a stop no file;ran a reload no file;ended a check;"
    "ended a before;ended a main;ended a stop;ended a reload;ended a check exit 1;"
    "ended a before exit 1;ended a main exit 1;ended a stop exit 1;"
    "ended a reload exit 1;ready a;+1 alive a;empty a;remain a;daemon a;timer a;"
    "+20 timer a;trigger a;trigger a watch;trigger a watch-reload;targets 0;"
    "targets 0 a;shutdown 0";

struct Cell {
  const char* event;
  const char* state;
  const char* actions;
};

struct Row {
  const char* name;
  const char* services;  // how it is come to: with these or from that state, by these events
  const char* from;
  const char* by;
  std::vector<Cell> cells;
};

const Row kRows[] = {
    {"down",
     kFull,
     nullptr,
     "",
     {{"start a", "starting+", "a: down > starting; timer a 10; run a check"},
      {"restart a", "starting+", "a: down > starting; timer a 10; run a check"},
      {"trigger a", "starting+", "a: down > starting; timer a 10; run a check"},
      {"targets 0 a", "starting+", "a: down > starting; timer a 10; run a check"}}},
    {"starting: asks its check",
     nullptr,
     "down",
     "start a",
     {{"stop a", "stopping", "a: starting > stopping (stopped); timer a 6; signal a check 15"},
      {"restart a", "stopping+", "a: starting > stopping; timer a 6; signal a check 15"},
      {"ran a check no file", "starting+", "timer a off"},
      {"ended a check", "starting+", "run a before"},
      {"ended a check exit 1", "starting+", "timer a off"},
      {"+20 timer a", "stopping+",
       "a: starting > stopping (not ready in time); timer a 26; signal a check 15"},
      {"targets 0", "stopping",
       "a: starting > stopping (not of this mode); timer a 6; signal a check 15"},
      {"shutdown 0", "stopping",
       "a: starting > stopping (shutting down); timer a 6; signal a check 15"}}},
    {"starting: runs the command before",
     nullptr,
     "starting: asks its check",
     "ended a check",
     {{"stop a", "stopping", "a: starting > stopping (stopped); timer a 6; signal a before 15"},
      {"restart a", "stopping+", "a: starting > stopping; timer a 6; signal a before 15"},
      {"ran a before no file", "starting+", "timer a off"},
      {"ended a before", "starting+", "run a main"},
      {"ended a before exit 1", "starting+", "timer a off"},
      {"+20 timer a", "stopping+",
       "a: starting > stopping (not ready in time); timer a 26; signal a before 15"},
      {"targets 0", "stopping",
       "a: starting > stopping (not of this mode); timer a 6; signal a before 15"},
      {"shutdown 0", "stopping",
       "a: starting > stopping (shutting down); timer a 6; signal a before 15"}}},
    {"starting: is not ready",
     nullptr,
     "starting: runs the command before",
     "ended a before;ran a main",
     {{"stop a", "stopping", "a: starting > stopping (stopped); timer a 6; signal a main 15"},
      {"restart a", "stopping+", "a: starting > stopping; timer a 6; signal a main 15"},
      {"ran a main no file", "starting+", "timer a off"},
      {"ended a main", "starting+", "timer a off"},
      {"ended a main exit 1", "starting+", "timer a off"},
      {"ready a", "up+", "timer a 21; a: starting > up"},
      {"+20 timer a", "stopping+",
       "a: starting > stopping (not ready in time); timer a 26; signal a main 15"},
      {"targets 0", "stopping",
       "a: starting > stopping (not of this mode); timer a 6; signal a main 15"},
      {"shutdown 0", "stopping",
       "a: starting > stopping (shutting down); timer a 6; signal a main 15"}}},
    {"up",
     nullptr,
     "starting: is not ready",
     "ready a",
     {{"stop a", "stopping", "a: up > stopping (stopped); timer a 6; run a stop"},
      {"restart a", "stopping+", "a: up > stopping; timer a 6; run a stop"},
      {"reload a", "up+", "run a reload; timer a 10"},
      {"ran a main no file", "up+", "timer a off"},
      {"ended a main", "up+", "timer a off"},
      {"ended a main exit 1", "up+", "timer a off"},
      {"+1 alive a", "up+", "timer a 22"},
      {"+20 timer a", "stopping+",
       "a: up > stopping (did not answer the watchdog); timer a 26; signal a main 6"},
      {"trigger a watch", "stopping+", "a: up > stopping; timer a 6; run a stop"},
      {"trigger a watch-reload", "up+", "run a reload; timer a 10"},
      {"targets 0", "stopping", "a: up > stopping (not of this mode); timer a 6; run a stop"},
      {"shutdown 0", "stopping", "a: up > stopping (shutting down); timer a 6; run a stop"}}},
    {"up: has died",
     nullptr,
     "up",
     "ended a main exit 1",
     {{"stop a", "stopping", "a: up > stopping (stopped); timer a 6"},
      {"restart a", "stopping+", "a: up > stopping (exit 1); timer a 6"},
      {"empty a", "starting+", "a: up > starting (exit 1); timer a 3"},
      {"remain a", "stopping+", "a: up > stopping (exit 1); kill a tree"},
      {"daemon a", "stopping+", "a: up > stopping (exit 1); kill a tree"},
      {"trigger a watch", "stopping+", "a: up > stopping (exit 1); timer a 6"},
      {"targets 0", "stopping", "a: up > stopping (not of this mode); timer a 6"},
      {"shutdown 0", "stopping", "a: up > stopping (shutting down); timer a 6"}}},
    {"starting: waits for its next try",
     nullptr,
     "up: has died",
     "empty a",
     {{"start a", "starting+", "timer a off; timer a 10; run a check"},
      {"stop a", "down", "timer a off; a: starting > down (stopped)"},
      {"restart a", "starting+",
       "timer a off; a: starting > down; a: down > starting; timer a 10; run a check"},
      {"+20 timer a", "starting+", "timer a 30; run a check"},
      {"targets 0", "down", "timer a off; a: starting > down (not of this mode)"},
      {"shutdown 0", "down", "timer a off; a: starting > down (shutting down)"}}},
    {"stopping: by its command",
     nullptr,
     "up",
     "stop a",
     {{"start a", "stopping+", ""},
      {"restart a", "stopping+", ""},
      {"ran a stop no file", "stopping", "signal a main 15"},
      {"ended a stop", "stopping", "signal a main 15"},
      {"ended a stop exit 1", "stopping", "signal a main 15"},
      {"+20 timer a", "stopping", "kill a tree"},
      {"targets 0 a", "stopping+", ""}}},
    {"stopping: signalled",
     nullptr,
     "stopping: by its command",
     "ended a stop",
     {{"start a", "stopping+", ""},
      {"restart a", "stopping+", ""},
      {"+20 timer a", "stopping", "kill a tree"},
      {"targets 0 a", "stopping+", ""}}},
    {"stopping: main has ended",
     nullptr,
     "stopping: signalled",
     "ended a main",
     {{"start a", "stopping+", ""},
      {"restart a", "stopping+", ""},
      {"empty a", "down", "timer a off; a: stopping > down (stopped)"},
      {"remain a", "stopping", "signal a tree 15"},
      {"daemon a", "stopping", "signal a main 15"},
      {"+20 timer a", "stopping", "kill a tree"},
      {"targets 0 a", "stopping+", ""}}},
    {"stopping: killed",
     nullptr,
     "stopping: signalled",
     "+5 timer a",
     {{"start a", "stopping+", ""},
      {"restart a", "stopping+", ""},
      {"targets 0 a", "stopping+", ""}}},
    {"up: reloads",
     nullptr,
     "up",
     "reload a",
     {{"stop a", "stopping", "a: up > stopping (stopped); timer a 6; run a stop"},
      {"restart a", "stopping+", "a: up > stopping; timer a 6; run a stop"},
      {"ran a main no file", "stopping+", "timer a off; a: up > stopping (no file); kill a tree"},
      {"ran a reload no file", "up+", "timer a 21"},
      {"ended a main", "stopping+", "timer a off; a: up > stopping; kill a tree"},
      {"ended a reload", "up+", "timer a 21"},
      {"ended a main exit 1", "stopping+", "timer a off; a: up > stopping (exit 1); kill a tree"},
      {"ended a reload exit 1", "up+", "timer a 21"},
      {"+20 timer a", "up+", "kill a reload"},
      {"trigger a watch", "stopping+", "a: up > stopping; timer a 6; run a stop"},
      {"targets 0", "stopping", "a: up > stopping (not of this mode); timer a 6; run a stop"},
      {"shutdown 0", "stopping", "a: up > stopping (shutting down); timer a 6; run a stop"}}},
    {"forking: its program has ended",
     kForking,
     nullptr,
     "start a;ended a main",
     {{"stop a", "stopping", "a: starting > stopping (stopped); signal a tree 15"},
      {"restart a", "stopping+", "a: starting > stopping; signal a tree 15"},
      {"empty a", "starting+", "run a main"},
      {"remain a", "up+", "a: starting > up"},
      {"daemon a", "up+", "a: starting > up"},
      {"targets 0", "stopping", "a: starting > stopping (not of this mode); signal a tree 15"},
      {"shutdown 0", "stopping", "a: starting > stopping (shutting down); signal a tree 15"}}},
    {"forking: up",
     nullptr,
     "forking: its program has ended",
     "remain a",
     {{"stop a", "stopping", "a: up > stopping (stopped); signal a tree 15"},
      {"restart a", "stopping+", "a: up > stopping; signal a tree 15"},
      {"empty a", "starting+", "a: up > starting (nothing of it runs any more); run a main"},
      {"trigger a watch", "stopping+", "a: up > stopping; signal a tree 15"},
      {"targets 0", "stopping", "a: up > stopping (not of this mode); signal a tree 15"},
      {"shutdown 0", "stopping", "a: up > stopping (shutting down); signal a tree 15"}}},
    {"failed",
     kOneshot,
     nullptr,
     "start a;ended a main exit 1;empty a",
     {{"start a", "starting+", "a: failed > starting; run a main"},
      {"restart a", "starting+", "a: failed > starting; run a main"},
      {"reset a", "down", "a: failed > down"},
      {"trigger a", "starting+", "a: failed > starting; run a main"},
      {"targets 0 a", "starting+", "a: failed > starting; run a main"}}},
    {"done",
     kOneshot,
     nullptr,
     "start a;ended a main;empty a",
     {{"stop a", "stopping", "a: done > stopping (stopped); timer a 6; run a stop"},
      {"restart a", "stopping+", "a: done > stopping; timer a 6; run a stop"},
      {"trigger a", "stopping+", "a: done > stopping; timer a 6; run a stop"},
      {"trigger a watch", "stopping+", "a: done > stopping; timer a 6; run a stop"},
      {"trigger a watch-reload", "stopping+", "a: done > stopping; timer a 6; run a stop"},
      {"targets 0", "stopping", "a: done > stopping (not of this mode); timer a 6; run a stop"},
      {"shutdown 0", "stopping", "a: done > stopping (shutting down); timer a 6; run a stop"}}},
};

// Brings the service into that state.
std::unique_ptr<MachineBed> Make(std::string_view name) {
  const Row* row = std::find_if(std::begin(kRows), std::end(kRows),
                                [name](const Row& other) { return other.name == name; });
  auto bed =
      row->services != nullptr ? std::make_unique<MachineBed>(row->services) : Make(row->from);
  for (const std::string& event : SplitWords(row->by, ';')) bed->Do(event);
  return bed;
}

TEST(MachineTable, EachEventInEachState) {
  for (const Row& row : kRows) {
    size_t found = 0;
    for (const std::string& event : SplitWords(kEvents, ';')) {
      const std::unique_ptr<MachineBed> bed = Make(row.name);
      const auto cell = std::find_if(row.cells.begin(), row.cells.end(),
                                     [&event](const Cell& other) { return other.event == event; });
      const bool is_there = cell != row.cells.end();
      found += is_there;
      const std::string state = is_there ? cell->state : bed->State("a");
      EXPECT_EQ(bed->Do(event), is_there ? cell->actions : "") << row.name << ": " << event;
      EXPECT_EQ(bed->State("a"), state) << row.name << ": " << event;
    }
    EXPECT_EQ(found, row.cells.size()) << row.name;
  }
}

}  // namespace
}  // namespace keelson
