#include "applets/pwlookupd/publication.h"

#include <map>
#include <random>
#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace keelson {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kTurn = Publication::kHandOutNs + 1;

std::string Words(const Publication::Actions& actions) {
  constexpr const char* kWords[] = {"stale", "poison", "drop", "refresh", "build"};
  std::string text;
  for (const auto& action : actions) {
    if (!text.empty()) text += ' ';
    text += kWords[action.kind];
    if (action.snapshot != 0) text += std::to_string(action.snapshot);
  }
  return text;
}

// One event a step; time in it counts from the beginning.
struct Step {
  enum Kind { kChanged, kBuilt, kOut, kTick, kLeave, kStop } kind;
  int64_t value = 0;  // kBuilt: the snapshot; kOut, kTick: the time
  uint64_t bytes = 100;
  std::string actions;
  int64_t next = INT64_MAX;  // when Tick is due afterwards
};

void Take(Publication* publication, const Step& step, Publication::Actions* actions) {
  switch (step.kind) {
    case Step::kChanged:
      return publication->Changed(actions);
    case Step::kBuilt:
      return publication->Built(static_cast<uint32_t>(step.value), step.bytes, actions);
    case Step::kOut:
      return publication->HandedOut(step.value, actions);
    case Step::kTick:
      return publication->Tick(step.value, actions);
    case Step::kLeave:
      return publication->Leave(actions);
    case Step::kStop:
      return publication->Stop(actions);
  }
}

TEST(PublicationTest, Table) {
  constexpr uint64_t kBig = Publication::kMaxWaitingBytes + 1;
  constexpr int64_t kTick = Publication::kTickNs;
  const struct {
    const char* name;
    std::vector<Step> steps;
  } cases[] = {
      {"nobody asks: nothing is refreshed, the old one goes at once",
       {{Step::kChanged, 0, 0, "build"},
        {Step::kBuilt, 1, 100, ""},
        {Step::kChanged, 0, 0, "stale1 build"},
        {Step::kBuilt, 2, 100, "drop1"}}},
      {"one that was handed out waits for its turn, stale",
       {{Step::kBuilt, 1, 100, ""},
        {Step::kOut, 5, 0, "refresh1", 5 + kTick},
        {Step::kOut, 9, 0, "refresh1", 5 + kTick},
        {Step::kChanged, 0, 0, "stale1 build", 5 + kTick},
        {Step::kBuilt, 2, 100, "", 5 + kTick},
        {Step::kTick, 5 + kTick, 0, "refresh1", 9 + kTurn},
        {Step::kTick, 9 + kTurn - 1, 0, "", 9 + kTurn},
        {Step::kTick, 9 + kTurn, 0, "poison1 drop1"}}},
      {"a stale one may still be handed out, which puts off its turn",
       {{Step::kBuilt, 1, 100, ""},
        {Step::kOut, 0, 0, "refresh1", kTick},
        {Step::kChanged, 0, 0, "stale1 build", kTick},
        {Step::kOut, kSecondNs, 0, "refresh1", kTick},
        {Step::kBuilt, 2, 100, "", kTick},
        {Step::kTick, kTurn, 0, "refresh1", kSecondNs + kTurn},
        {Step::kTick, kSecondNs + kTurn, 0, "poison1 drop1"}}},
      {"changes while one is built: it is begun anew",
       {{Step::kChanged, 0, 0, "build"},
        {Step::kChanged, 0, 0, "build"},
        {Step::kBuilt, 1, 100, ""},
        {Step::kChanged, 0, 0, "stale1 build"},
        {Step::kChanged, 0, 0, "build"}}},
      {"the current one is refreshed every second",
       {{Step::kBuilt, 1, 100, ""},
        {Step::kOut, 0, 0, "refresh1", kTick},
        {Step::kTick, kTick, 0, "refresh1", 2 * kTick},
        {Step::kTick, 2 * kTick, 0, "refresh1", 3 * kTick}}},
      {"while a large one waits, the next but one is not built",
       {{Step::kBuilt, 1, kBig, ""},
        {Step::kOut, 0, 0, "refresh1", kTick},
        {Step::kChanged, 0, 0, "stale1 build", kTick},
        {Step::kBuilt, 2, kBig, "", kTick},
        {Step::kChanged, 0, 0, "stale2", kTick},
        {Step::kTick, kTurn, 0, "poison1 drop1 build"}}},
      {"another daemon takes over",
       {{Step::kBuilt, 1, 100, ""},
        {Step::kOut, 0, 0, "refresh1", kTick},
        {Step::kLeave, 0, 0, "stale1", kTick},
        {Step::kChanged, 0, 0, "", kTick},
        {Step::kTick, kTurn, 0, "poison1 drop1"}}},
      {"another daemon takes over from one that nobody asked",
       {{Step::kBuilt, 1, 100, ""}, {Step::kLeave, 0, 0, "drop1"}}},
      {"stopped: nothing is poisoned",
       {{Step::kBuilt, 1, 100, ""},
        {Step::kOut, 0, 0, "refresh1", kTick},
        {Step::kChanged, 0, 0, "stale1 build", kTick},
        {Step::kBuilt, 2, 100, "", kTick},
        {Step::kOut, 0, 0, "refresh2", kTick},
        {Step::kStop, 0, 0, "drop1 stale2 drop2"},
        {Step::kTick, kSecondNs * 9, 0, ""}}},
  };
  for (const auto& c : cases) {
    Publication publication;
    for (size_t i = 0; i < c.steps.size(); ++i) {
      Publication::Actions actions;
      Take(&publication, c.steps[i], &actions);
      EXPECT_EQ(Words(actions), c.steps[i].actions) << c.name << ", step " << i;
      EXPECT_EQ(publication.next_tick_ns(), c.steps[i].next) << c.name << ", step " << i;
    }
  }
}

// What a client sees of a snapshot that it was given, kept by the actions alone.
struct Shadow {
  uint64_t bytes = 0;
  int64_t handed_out_ns = -1;
  int64_t refreshed_ns = -1;
  bool stale = false;
  bool poisoned = false;
};

class RandomRun {
 public:
  explicit RandomRun(uint32_t seed) : random_(seed) {}

  void Step() {
    now_ns_ += Number(10) == 0 ? Number(kSecondNs) : Number(kSecondNs / 200);
    if (publication_.next_tick_ns() <= now_ns_) Apply([this] { Tick(); });
    switch (Number(8)) {
      case 0:
      case 1:
        return Change();
      case 2:
      case 3:
        if (building_) Build(Number(4) == 0 ? Publication::kMaxWaitingBytes / 3 : 5000);
        return;
      default:
        HandOut();
    }
  }

  void Leave() {
    building_ = false;
    Apply([this] { publication_.Leave(&actions_); });
    EXPECT_EQ(publication_.current(), 0u);
    if (Number(2) == 0) Apply([this] { publication_.Changed(&actions_); });
    for (int rounds = 0; !publication_.done(); ++rounds) {
      ASSERT_LT(rounds, 100);
      ASSERT_NE(publication_.next_tick_ns(), INT64_MAX) << "something is left, and no tick is due";
      now_ns_ = std::max(now_ns_, publication_.next_tick_ns());
      Apply([this] { Tick(); });
    }
    EXPECT_TRUE(alive_.empty());
    EXPECT_FALSE(building_);
  }

  void Stop() {
    const size_t poisoned = poisoned_;
    Apply([this] { publication_.Stop(&actions_); });
    EXPECT_EQ(poisoned_, poisoned);
    EXPECT_TRUE(alive_.empty() && publication_.done());
    Apply([this] { Tick(); });
  }

  size_t poisoned() const { return poisoned_; }
  size_t most_alive() const { return most_alive_; }

 private:
  int64_t Number(int64_t below) { return static_cast<int64_t>(random_() % below); }
  void Tick() { publication_.Tick(now_ns_, &actions_); }

  void Change() {
    building_ = false;
    changed_ = true;
    Apply([this] { publication_.Changed(&actions_); });
    for (const auto& [id, shadow] : alive_) EXPECT_TRUE(shadow.stale) << id;
  }

  void Build(uint64_t bytes) {
    building_ = changed_ = false;
    alive_[++last_id_].bytes = bytes;
    Apply([&] { publication_.Built(last_id_, bytes, &actions_); });
    EXPECT_EQ(publication_.current(), last_id_);
  }

  void HandOut() {
    if (publication_.current() == 0) {
      alive_[++last_id_].bytes = 136;
      Apply([this] { publication_.Built(last_id_, 136, &actions_); });
    }
    alive_.at(publication_.current()).handed_out_ns = now_ns_;
    Apply([this] { publication_.HandedOut(now_ns_, &actions_); });
    EXPECT_EQ(alive_.at(publication_.current()).refreshed_ns, now_ns_);
  }

  template <typename Event>
  void Apply(Event event) {
    actions_.clear();
    const bool was_changed = changed_;
    event();
    for (const auto& action : actions_) {
      if (action.kind == Publication::Action::kBuild) {
        EXPECT_TRUE(was_changed) << "nothing has changed";
        building_ = true;
        continue;
      }
      Shadow& shadow = alive_.at(action.snapshot);
      switch (action.kind) {
        case Publication::Action::kMarkStale:
          EXPECT_FALSE(shadow.stale) << "told twice";
          shadow.stale = true;
          break;
        case Publication::Action::kPoison:
          EXPECT_TRUE(shadow.stale);
          EXPECT_NE(action.snapshot, publication_.current());
          EXPECT_GT(now_ns_ - shadow.handed_out_ns, Publication::kHandOutNs);
          shadow.poisoned = true;
          ++poisoned_;
          break;
        case Publication::Action::kRefresh:
          EXPECT_FALSE(shadow.poisoned);
          shadow.refreshed_ns = now_ns_;
          break;
        case Publication::Action::kDrop:
          EXPECT_TRUE(shadow.stale || shadow.handed_out_ns < 0);
          alive_.erase(action.snapshot);
          break;
        case Publication::Action::kBuild:
          break;
      }
    }
    Check();
  }

  void Check() {
    uint64_t waiting = 0;
    for (const auto& [id, shadow] : alive_) {
      if (id != publication_.current()) {
        EXPECT_TRUE(shadow.stale) << id;
        waiting += shadow.bytes;
      }
      if (shadow.handed_out_ns >= 0) {
        EXPECT_LE(publication_.next_tick_ns(), shadow.refreshed_ns + Publication::kTickNs);
      }
    }
    const uint32_t current = publication_.current();
    if (current != 0) {
      EXPECT_EQ(alive_.at(current).stale, !publication_.fresh());
      EXPECT_TRUE(publication_.fresh() || changed_) << "stale, and nothing has changed";
      EXPECT_LE(waiting, Publication::kMaxWaitingBytes + Publication::kMaxWaitingBytes / 3);
    }
    EXPECT_LE(alive_.size(), Publication::kMaxHeld);
    most_alive_ = std::max(most_alive_, alive_.size());
  }

  Publication publication_;
  Publication::Actions actions_;
  std::mt19937 random_;
  std::map<uint32_t, Shadow> alive_;
  int64_t now_ns_ = kSecondNs;
  uint32_t last_id_ = 0;
  size_t poisoned_ = 0;
  size_t most_alive_ = 0;
  bool building_ = false;
  bool changed_ = false;  // and not built since
};

TEST(PublicationTest, RandomEvents) {
  size_t poisoned = 0;
  size_t most_alive = 0;
  for (uint32_t seed = 0; seed < 250 && !testing::Test::HasFailure(); ++seed) {
    RandomRun run(seed);
    for (int i = 0; i < 1000; ++i) run.Step();
    seed % 2 == 0 ? run.Leave() : run.Stop();
    poisoned += run.poisoned();
    most_alive = std::max(most_alive, run.most_alive());
  }
  EXPECT_GT(poisoned, 1000u);
  EXPECT_GE(most_alive, Publication::kMaxHeld);
}

}  // namespace
}  // namespace keelson
