#include "applets/netconfd/machine.h"

#include <gtest/gtest.h>

#include "tests/applets/netconfd/machine_world.h"

namespace keelson {
namespace {

// A script of events, one word each, and what the machine does about it.
//
//   a..z        an interface; b needs a where the row says "b>a"
//   +a -a       a new request wants it up, down; !a up by force; =a waits for its device
//   +a:b -a:b   a program of a wants b up, down
//   @a ~a       its device comes, goes
//   p2a pha     its plan has two changes and a hook; or is "h": a hook alone, "0": nothing
//   px          there is no plan
//   .a xa       its step is done, has failed
//   la ca       a lease comes, is configured
//   q           the last request's client goes away       t  its deadline comes
//
// The answer: P+a P-a plan, R0-2a run those, Aa end it, Ca configure, S:aup state, F ok / F:a
// fault.
struct Case {
  const char* name;
  const char* needs;
  const char* script;
  const char* expected;
};

class Player {
 public:
  explicit Player(const std::string& needs) {
    for (char c = 'a'; c <= 'd'; ++c) machine_.Add(Number(c), std::string(1, c), false);
    for (size_t i = 0; i + 2 < needs.size(); i += 4) {
      machine_.SetNeeds(Number(needs[i]), {Number(needs[i + 2])});
    }
  }

  std::string Play(const std::string& script) {
    std::string word;
    for (const char c : script + " ") {
      if (c != ' ') {
        word += c;
        continue;
      }
      if (!word.empty()) Word(word);
      word.clear();
    }
    return said_;
  }

 private:
  static NetUnit Number(char c) { return static_cast<NetUnit>(c - 'a' + 1); }
  static std::string Name(NetUnit unit) {
    return unit == 0 ? "" : std::string(1, char('a' + unit - 1));
  }

  void Word(const std::string& word) {
    const NetUnit unit = Number(word.back());
    NetMachineEvent event{.kind = NetMachineEvent::kTimer, .unit = unit};
    switch (word[0]) {
      case '+':
      case '-':
      case '!':
      case '=':
        event.kind = NetMachineEvent::kRequest;
        event.request = ++request_;
        event.up = word[0] != '-';
        event.force = word[0] == '!';
        event.may_wait = word[0] == '=';
        if (word.size() == 4) event.within = {Number(word[1])};
        Send(event);
        event = {.kind = NetMachineEvent::kGo, .request = request_, .deadline_ns = 1000};
        break;
      case '@':
      case '~':
        event.kind = NetMachineEvent::kDevice;
        event.ok = word[0] == '@';
        break;
      case 'p':
        event.kind = NetMachineEvent::kPlanned;
        if (word[1] == 'x') {
          event.ok = false;
          event.text = "no plan";
        }
        for (size_t i = 1; i + 1 < word.size(); ++i) {
          if (word[i] == 'h') event.steps.emplace_back().kind = NetStep::kCommand;
          if (word[i] == '2') event.steps.resize(event.steps.size() + 2);
        }
        break;
      case '.':
      case 'x':
        event.kind = NetMachineEvent::kDone;
        event.ok = word[0] == '.';
        event.text = event.ok ? "" : "broke";
        break;
      case 'l':
        event.kind = NetMachineEvent::kLease;
        break;
      case 'c':
        event.kind = NetMachineEvent::kConfigured;
        break;
      case 'q':
        event = {.kind = NetMachineEvent::kForget, .request = request_};
        break;
      default:
        now_ = 1000;
        event = {.kind = NetMachineEvent::kTimer};
    }
    Send(event);
  }

  void Send(const NetMachineEvent& event) {
    std::vector<NetMachineAction> actions;
    machine_.Handle(event, now_, &actions);
    for (const NetMachineAction& action : actions) Say(action);
  }

  void Say(const NetMachineAction& action) {
    std::string text;
    const std::string name = Name(action.unit);
    switch (action.kind) {
      case NetMachineAction::kPlan:
        text = std::string("P") + (action.up ? "+" : "-") + name;
        break;
      case NetMachineAction::kRun:
        text = "R" + std::to_string(action.first) + "-" +
               std::to_string(action.first + action.count) + name;
        break;
      case NetMachineAction::kAbort:
        text = "A" + name;
        break;
      case NetMachineAction::kConfigure:
        text = "C" + name;
        break;
      case NetMachineAction::kState:
        text = "S:" + name + std::string(NetPhaseName(action.to));
        if (!action.text.empty()) text += "(" + action.text + ")";
        break;
      case NetMachineAction::kFinish:
        text = action.ok ? "F" : "F!";
        break;
      case NetMachineAction::kFault:
        text = "!" + name + "(" + action.text + ")";
        break;
      case NetMachineAction::kTimer:
      case NetMachineAction::kProgress:
        return;
    }
    if (!said_.empty()) said_ += " ";
    said_ += text;
  }

  NetMachine machine_;
  int64_t now_ = 1;
  NetRequest request_ = 0;
  std::string said_;
};

const Case kCases[] = {
    {"up", "", "@a +a p2ha .a .a", "S:arising P+a R0-2a R2-3a S:aup F"},
    {"up without anything to do", "", "@a +a p0a", "S:arising P+a S:aup F"},
    {"up twice", "", "@a +a p0a +a", "S:arising P+a S:aup F F"},
    {"up by force goes through it again", "", "@a +a p0a !a p2a .a",
     "S:arising P+a S:aup F S:arising P+a R0-2a S:aup F"},
    {"down", "", "@a +a p2a .a -a p2a .a",
     "S:arising P+a R0-2a S:aup F S:afalling P-a R0-2a S:adown F"},
    {"down of what is down", "", "-a", "F"},
    {"no device", "", "+a", "S:afailed(no such device) !a(no such device) F!"},
    {"a device that may come late", "", "=a @a p0a",
     "S:awaiting(its device is missing) S:arising P+a S:aup F"},
    {"a step fails and is not up", "", "@a +a p2ha .a xa",
     "S:arising P+a R0-2a R2-3a S:afailed(broke) !a(broke) F!"},
    {"what failed is tried again", "", "@a +a pha xa +a p0a",
     "S:arising P+a R0-1a S:afailed(broke) !a(broke) F! S:arising P+a S:aup F"},
    {"what failed is taken down", "", "@a +a pha xa -a p2a .a",
     "S:arising P+a R0-1a S:afailed(broke) !a(broke) F! S:afalling P-a R0-2a S:adown F"},
    {"no plan", "", "@a +a pxa", "S:arising P+a S:afailed(no plan) !a(no plan) F!"},
    {"a hook that fails on the way down is told", "", "@a +a p2a .a -a ph2a xa .a",
     "S:arising P+a R0-2a S:aup F S:afalling P-a R0-1a R1-3a S:adown(broke) !a(broke) F!"},
    {"a change that fails on the way down is not down", "", "@a +a p2a .a -a p2ha xa .a",
     "S:arising P+a R0-2a S:aup F S:afalling P-a R0-2a R2-3a S:afailed(broke) !a(broke) F!"},
    {"the client goes away in the middle", "", "@a +a p2ha .a q xa",
     "S:arising P+a R0-2a R2-3a Aa S:afailed(cancelled)"},
    {"the client goes away before anything was done", "", "@a +a q p2a",
     "S:arising P+a S:adown(cancelled)"},
    {"the client of one going down goes away", "", "@a +a p2a .a -a q p2a .a",
     "S:arising P+a R0-2a S:aup F S:afalling P-a R0-2a S:adown"},
    {"the deadline", "", "@a +a pha t xa",
     "S:arising P+a R0-1a !a(not up in time) F! Aa S:afailed(not up in time)"},
    {"the deadline of one going down ends its step", "", "@a +a p2a .a -a ph2a t xa .a",
     "S:arising P+a R0-2a S:aup F S:afalling P-a R0-1a !a(not down in time) Aa F! R1-3a "
     "S:adown(broke)"},
    {"down while it comes up", "", "@a +a p2ha .a -a xa p2a .a",
     "S:arising P+a R0-2a R2-3a !a(it is taken down) F! Aa S:afailed(taken down) S:afalling P-a "
     "R0-2a S:adown F"},
    {"up while it goes down", "", "@a +a p2a .a -a p2a +a .a p0a",
     "S:arising P+a R0-2a S:aup F S:afalling P-a R0-2a S:adown F S:arising P+a S:aup F"},
    {"what it needs comes first", "b>a", "@a @b +b p0a p0b",
     "S:bwaiting(waits for a) S:arising P+a S:aup S:brising P+b S:bup F"},
    {"what it needs goes last", "b>a", "@a @b +b p2a .a p2b .b -a p2b .b p0a",
     "S:bwaiting(waits for a) S:arising P+a R0-2a S:aup S:brising P+b R0-2b S:bup F S:bfalling P-b "
     "R0-2b S:bdown S:afalling P-a S:adown F"},
    {"what it needs fails", "b>a", "@a @b +b pha xa",
     "S:bwaiting(waits for a) S:arising P+a R0-1a S:afailed(broke) S:bfailed(needs a, which "
     "failed: "
     "broke) !b(needs a, which failed: broke) F!"},
    {"a lease while it waits for one", "", "@a +a pha la ca .a", "S:arising P+a R0-1a Ca S:aup F"},
    {"a lease while it is up, and one meanwhile", "", "@a +a p0a la la ca ca",
     "S:arising P+a S:aup F Ca Ca"},
    {"a lease that comes too late", "", "@a +a p2a .a -a la",
     "S:arising P+a R0-2a S:aup F S:afalling P-a"},
    {"its device goes while it comes up", "", "@a +a p2ha .a ~a xa",
     "S:arising P+a R0-2a R2-3a !a(its device is gone) F! Aa S:afailed(its device is gone)"},
    {"its device goes and comes back", "", "@a =a p2a .a ~a @a p2a .a",
     "S:arising P+a R0-2a S:aup F S:awaiting(its device is gone) S:arising P+a R0-2a S:aup"},
    {"a hook asks for what needs its interface", "b>a", "@a @b +a pha +a:b p0b .a",
     "S:arising P+a R0-1a S:brising P+b S:bup F S:aup F"},
    {"a hook asks for what another needs of its interface", "b>a c>b",
     "@a @b @c +a pha +a:c p0b p0c .a",
     "S:arising P+a R0-1a S:cwaiting(waits for b) S:brising P+b S:bup S:crising P+c S:cup F S:aup "
     "F"},
    {"another than the hook waits for it", "b>a", "@a @b +a pha +b .a p0b",
     "S:arising P+a R0-1a S:bwaiting(waits for a) S:aup F S:brising P+b S:bup F"},
    {"a hook takes down what its interface needs", "b>a", "@a @b +b p2a .a phb -b:a p2a .a .b",
     "S:bwaiting(waits for a) S:arising P+a R0-2a S:aup S:brising P+b R0-1b S:afalling P-a R0-2a "
     "S:adown F S:bup F"},
    {"the deadline of what a hook asks for", "b>a", "@a @b +a pha +a:b phb t xb xa",
     "S:arising P+a R0-1a S:brising P+b R0-1b !a(not up in time) F! Aa !b(not up in time) F! Ab "
     "S:bfailed(not up in time) S:afailed(not up in time)"},
    {"the deadline while it waits for what it needs", "b>a", "@a @b +b pha t xa",
     "S:bwaiting(waits for a) S:arising P+a R0-1a !b(not up in time: waits for a) F! Aa "
     "S:bdown(not up in time) S:afailed(not up in time)"},
    {"its device goes for good", "", "@a +a p2a .a ~a",
     "S:arising P+a R0-2a S:aup F S:adown(its device is gone)"},
};

TEST(NetMachine, Table) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Player(c.needs).Play(c.script), c.expected);
  }
}

TEST(NetMachine, NothingForbiddenHappensInManyEvents) {
  size_t events = 0;
  for (uint64_t seed = 1; events < 300'000; ++seed) {
    NetWorld world(seed);
    while (world.events() < 400 && world.faults().empty()) world.Step();
    world.Calm();
    events += world.events();
    ASSERT_TRUE(world.faults().empty()) << "seed " << seed << ": " << world.faults().front();
  }
}

// Each of a row needs both of the next one: 2^100 ways lead to the last row.
TEST(NetMachine, ManyWaysToWhatIsNeeded) {
  constexpr NetUnit kLast = 200;
  NetMachine machine;
  for (NetUnit unit = 1; unit <= kLast; ++unit) machine.Add(unit, "", true);
  for (NetUnit unit = 1; unit <= kLast - 2; ++unit) {
    const NetUnit next = unit + 2 - (unit + 1) % 2;
    EXPECT_TRUE(machine.SetNeeds(unit, {next, next + 1}));
  }
  EXPECT_FALSE(machine.SetNeeds(kLast, {1}));
  std::vector<NetMachineAction> actions;
  machine.Handle({.kind = NetMachineEvent::kRequest, .request = 1, .unit = 1}, 0, &actions);
  machine.Handle({.kind = NetMachineEvent::kGo, .request = 1}, 0, &actions);
  for (NetUnit unit = 3; unit <= kLast; ++unit) EXPECT_TRUE(machine.StatusOf(unit).is_wanted);
}

TEST(NetMachine, LongChains) {
  constexpr NetUnit kLast = 100'000;
  NetMachine machine;
  for (NetUnit unit = 1; unit <= kLast; ++unit) machine.Add(unit, "", true);
  for (NetUnit unit = 1; unit < kLast; ++unit) EXPECT_TRUE(machine.SetNeeds(unit, {unit + 1}));
  std::vector<NetMachineAction> actions;
  machine.Handle({.kind = NetMachineEvent::kRequest, .request = 1, .unit = 1}, 0, &actions);
  machine.Handle({.kind = NetMachineEvent::kGo, .request = 1}, 0, &actions);
  EXPECT_TRUE(machine.StatusOf(kLast).is_wanted);
  machine.Handle({.kind = NetMachineEvent::kRequest, .request = 2, .unit = kLast, .up = false}, 0,
                 &actions);
  machine.Handle({.kind = NetMachineEvent::kGo, .request = 2}, 0, &actions);
  EXPECT_FALSE(machine.StatusOf(1).is_wanted);
}

TEST(NetMachine, WhatWasLeftIsGoneOnWith) {
  NetMachine machine;
  machine.Add(1, "a", false);
  machine.Restore(1, NetPhase::kUp, "");
  EXPECT_TRUE(machine.StatusOf(1).is_wanted);
  machine.Add(2, "b", false);
  machine.Restore(2, NetPhase::kFailed, "was interrupted");
  std::vector<NetMachineAction> actions;
  machine.Handle({.kind = NetMachineEvent::kRequest, .request = 1, .unit = 2, .up = false}, 1,
                 &actions);
  machine.Handle({.kind = NetMachineEvent::kGo, .request = 1}, 1, &actions);
  ASSERT_FALSE(actions.empty());
  EXPECT_EQ(actions.back().kind, NetMachineAction::kPlan) << "what is half up is taken down";
  EXPECT_FALSE(actions.back().up);
}

}  // namespace
}  // namespace keelson
