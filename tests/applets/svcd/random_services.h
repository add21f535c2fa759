// Sets of services at random, without a cycle of waits, and other sets that follow them: with
// services that are new, gone or different, other edges, another order.
#ifndef KEELSON_TESTS_APPLETS_SVCD_RANDOM_SERVICES_H_
#define KEELSON_TESTS_APPLETS_SVCD_RANDOM_SERVICES_H_

#include <map>
#include <utility>
#include <vector>

#include "applets/svcd/machine.h"
#include "tests/applets/svcd/machine_bed.h"

namespace keelson {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15 + 1) {}
  uint64_t Below(uint64_t limit) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return (state_ >> 11) % limit;
  }
  bool Chance(int percent) { return Below(100) < static_cast<uint64_t>(percent); }

 private:
  uint64_t state_;
};

// Services have a rank: each waits only for those of lower ranks. The first ranks are scripts,
// which pull nobody among themselves and have stop edges of their own, all up or all down the
// ranks; so these make no cycle with the others'.
class RandomServices {
 public:
  explicit RandomServices(Random* random) : random_(*random) {
    const uint64_t count = 1 + random_.Below(9);
    while (services_.size() < count) Add(services_.size());
    scripts_ = random_.Below(count + 1) / 2;
    scripts_stop_upwards_ = random_.Chance(50);
    Link();
  }

  // Gives which service of the old set each one was. must_stay: by id.
  std::vector<ServiceId> Change(const std::vector<bool>& must_stay) {
    for (Ranked& service : services_) service.old_id = service.id;
    for (size_t rank = services_.size(); rank-- > 0;) {
      if (must_stay[services_[rank].id] || services_.size() == 1 || !random_.Chance(20)) continue;
      services_.erase(services_.begin() + static_cast<ptrdiff_t>(rank));
      if (rank < scripts_) --scripts_;
    }
    while (services_.size() < 12 && random_.Chance(40)) Add(random_.Below(services_.size() + 1));
    for (Ranked& service : services_) {
      if (!random_.Chance(10)) continue;
      // By these the rules judge what was begun before.
      const ServicePolicy old = service.policy;
      service.policy = MakePolicy();
      service.policy.kill_tree = old.kill_tree;
      service.policy.has_check = old.has_check;
      service.policy.has_before = old.has_before;
    }
    Link();
    std::vector<ServiceId> kept(services_.size());
    for (const Ranked& service : services_) kept[service.id] = service.old_id;
    return kept;
  }

  size_t size() const { return services_.size(); }
  const std::vector<ServicePolicy>& policies() const { return policies_; }
  const ServiceGraph& graph() const { return graph_; }

 private:
  struct Ranked {
    uint32_t key;
    ServiceId id, old_id;
    ServicePolicy policy;
  };
  struct Edge {
    bool needs = false, wants = false, after = false, stop = false;
  };

  ServicePolicy MakePolicy() {
    constexpr int64_t kSecond = MachineBed::kSecond;
    ServicePolicy policy;
    policy.kind = static_cast<ServiceKind>(random_.Below(7));
    policy.ready =
        random_.Chance(60) ? ServiceReady::kExec : static_cast<ServiceReady>(random_.Below(5));
    policy.restart = static_cast<ServiceRestart>(random_.Below(3));
    policy.is_helper = random_.Chance(20);
    policy.restart_with_needs = random_.Chance(20);
    policy.has_check = random_.Chance(20);
    policy.has_before = random_.Chance(20);
    policy.has_stop = random_.Chance(30);
    policy.has_reload_command = random_.Chance(30);
    policy.kill_tree = random_.Chance(70);
    policy.restart_burst = static_cast<uint16_t>(random_.Below(4));
    policy.restart_limit = static_cast<uint16_t>(random_.Below(6));
    policy.restart_delay_ns = random_.Chance(50) ? 0 : kSecond;
    policy.restart_interval_ns = 10 * kSecond;
    policy.restart_max_delay_ns = 8 * kSecond;
    policy.start_timeout_ns = random_.Chance(60) ? 5 * kSecond : 0;
    policy.stop_timeout_ns = 3 * kSecond;
    policy.watchdog_ns = random_.Chance(20) ? 2 * kSecond : 0;
    return policy;
  }

  void Add(size_t rank) {
    const Ranked service = {next_key_++, 0, UINT32_MAX, MakePolicy()};
    services_.insert(services_.begin() + static_cast<ptrdiff_t>(rank), service);
    if (rank < scripts_) ++scripts_;
  }

  Edge MakeEdge(bool is_of_scripts) {
    if (is_of_scripts) return {false, false, random_.Chance(30), random_.Chance(30)};
    if (random_.Chance(20)) return random_.Chance(60) ? Edge{.needs = true} : Edge{.wants = true};
    return {.after = random_.Chance(15)};
  }

  // Some edges become others; ids are given anew.
  void Link() {
    const uint64_t shift = random_.Below(services_.size());
    policies_.resize(services_.size());
    for (size_t rank = 0; rank < services_.size(); ++rank) {
      Ranked& service = services_[rank];
      service.id = static_cast<ServiceId>((rank + shift) % services_.size());
      policies_[service.id] = service.policy;
    }
    std::vector<ServicePull> pulls;
    std::vector<ServiceWait> waits, stops;
    std::map<std::pair<uint32_t, uint32_t>, Edge> edges;
    std::vector<bool> is_script(services_.size());
    for (size_t rank = 0; rank < services_.size(); ++rank) {
      const Ranked& high = services_[rank];
      is_script[high.id] = rank < scripts_;
      for (size_t other = 0; other < rank; ++other) {
        const Ranked& low = services_[other];
        const auto known = edges_.find({high.key, low.key});
        const Edge edge =
            known == edges_.end() || random_.Chance(5) ? MakeEdge(rank < scripts_) : known->second;
        edges[{high.key, low.key}] = edge;
        if (edge.needs || edge.wants) pulls.push_back({high.id, low.id, edge.needs});
        if (edge.after) waits.push_back({high.id, low.id, false});
        if (edge.stop && scripts_stop_upwards_) stops.push_back({high.id, low.id, false});
        if (edge.stop && !scripts_stop_upwards_) stops.push_back({low.id, high.id, false});
      }
    }
    edges_ = std::move(edges);
    graph_ = GraphOf(std::move(pulls), std::move(waits));
    std::erase_if(graph_.stop, [&is_script](const ServiceWait& wait) {
      return is_script[wait.waits] && is_script[wait.awaited];
    });
    graph_.stop.insert(graph_.stop.end(), stops.begin(), stops.end());
  }

  Random& random_;
  size_t scripts_ = 0;
  bool scripts_stop_upwards_;
  uint32_t next_key_ = 0;
  std::vector<Ranked> services_;                         // by rank
  std::map<std::pair<uint32_t, uint32_t>, Edge> edges_;  // by keys, of all pairs
  std::vector<ServicePolicy> policies_;                  // by id
  ServiceGraph graph_;
};

}  // namespace keelson

#endif  // KEELSON_TESTS_APPLETS_SVCD_RANDOM_SERVICES_H_
