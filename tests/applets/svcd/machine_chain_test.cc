// Ten thousand services, each of which needs the one before it: the work is in proportion, counted
// in actions, and nothing recurses, for the stack has not 32 bytes for each of them.
#include <pthread.h>

#include <algorithm>
#include <array>

#include "gtest/gtest.h"
#include "tests/applets/svcd/machine_bed.h"

namespace keelson {
namespace {

constexpr size_t kLength = 10'000;
constexpr size_t kStack = 256 * 1024;

class Chain {
 public:
  Chain() {
    std::vector<ServicePull> pulls;
    for (ServiceId id = 1; id < kLength; ++id) pulls.push_back({id, id - 1, true});
    const ServicePolicy policy = {.restart = ServiceRestart::kNever};
    const std::vector<ServiceId> kept(kLength, UINT32_MAX);
    machine_.Replace(std::vector<ServicePolicy>(kLength, policy), GraphOf(pulls, {}), kept, 1,
                     &actions_);
  }

  // Actions by kind, until nothing is left to happen. What runs is told so, but not `broken`.
  using Counts = std::array<size_t, ServiceAction::kFinish + 1>;
  Counts Play(ServiceEvent event, ServiceId broken = UINT32_MAX) {
    Counts counts = {};
    machine_.Handle(event, 1, &actions_);
    while (!actions_.empty()) {
      std::vector<ServiceAction> actions;
      actions.swap(actions_);
      for (const ServiceAction& action : actions) {
        ++counts[action.kind];
        if (action.kind == ServiceAction::kRun && action.service != broken)
          machine_.Handle({.kind = ServiceEvent::kRan, .service = action.service}, 1, &actions_);
        else if (action.kind == ServiceAction::kRun)
          End({.kind = ServiceEvent::kRan, .ok = false, .text = "no such file"}, action.service);
        else if (action.kind == ServiceAction::kSignal)
          End({.kind = ServiceEvent::kEnded, .text = "exit 0"}, action.service);
      }
    }
    return counts;
  }

  size_t CountOf(ServiceState state) const {
    size_t count = 0;
    for (ServiceId id = 0; id < kLength; ++id) count += machine_.StateOf(id) == state;
    return count;
  }

  // Like Play, of what a program does.
  Counts PlayEnd(ServiceId id) {
    End({.kind = ServiceEvent::kEnded, .ok = false, .text = "exit 1"}, id);
    return Play({.kind = ServiceEvent::kAlive, .service = id});
  }

 private:
  void End(ServiceEvent event, ServiceId id) {
    event.service = id;
    machine_.Handle(event, 1, &actions_);
    machine_.Handle({.kind = ServiceEvent::kEmpty, .service = id}, 1, &actions_);
  }

  Machine machine_;
  std::vector<ServiceAction> actions_;
};

void OnASmallStack(void (*run)()) {
  pthread_attr_t attributes;
  pthread_t thread;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, kStack), 0);
  const auto start = [](void* what) -> void* {
    (*static_cast<void (**)()>(what))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, start, &run), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

// run, signal, kill, timer, state, progress, finish
TEST(MachineChain, StartsRestartsAndStopsInProportion) {
  OnASmallStack([] {
    Chain chain;
    EXPECT_EQ(chain.Play({.kind = ServiceEvent::kStart, .service = kLength - 1, .request = 1}),
              (Chain::Counts{kLength, 0, 0, 0, 2 * kLength, 2 * kLength, 1}));
    EXPECT_EQ(chain.CountOf(ServiceState::kUp), kLength);
    EXPECT_EQ(chain.Play({.kind = ServiceEvent::kRestart, .service = 0, .request = 2}),
              (Chain::Counts{kLength, kLength, 0, 0, 4 * kLength, 4 * kLength, 1}));
    EXPECT_EQ(chain.Play({.kind = ServiceEvent::kStop, .service = 0, .request = 3}),
              (Chain::Counts{0, kLength, 0, 0, 2 * kLength, 2 * kLength, 1}));
    EXPECT_EQ(chain.CountOf(ServiceState::kDown), kLength);
  });
}

TEST(MachineChain, FailsInProportion) {
  OnASmallStack([] {
    Chain chain;
    const ServiceEvent start = {.kind = ServiceEvent::kStart, .service = kLength - 1, .request = 1};
    EXPECT_EQ(chain.Play(start, 0), (Chain::Counts{1, 0, 0, 0, kLength + 1, kLength + 1, 1}));
    EXPECT_EQ(chain.CountOf(ServiceState::kFailed), kLength);
    chain.Play(start);
    EXPECT_EQ(chain.CountOf(ServiceState::kUp), kLength);
    EXPECT_EQ(chain.PlayEnd(0), (Chain::Counts{0, kLength - 1, 0, 0, 2 * kLength - 1, 0, 0}));
    EXPECT_EQ(chain.CountOf(ServiceState::kFailed), kLength);
  });
}

}  // namespace
}  // namespace keelson
