// Names -> places of services -> edges. The providers of a name are a chain through one array, so
// that ten thousand services make a few allocations.
#include "core/service_graph.h"

#include <algorithm>
#include <string_view>

#include "absl/container/flat_hash_map.h"

namespace keelson {
namespace {

constexpr uint32_t kNobody = UINT32_MAX;
constexpr size_t kMaxWarnings = 1000;

// An edge for each pair, hard if one of them is.
template <typename Edge, typename IsSame>
void SortAndJoin(std::vector<Edge>* edges, IsSame is_same) {
  std::sort(edges->begin(), edges->end());
  size_t kept = 0;
  for (const Edge& edge : *edges) {
    if (kept > 0 && is_same((*edges)[kept - 1], edge)) {
      (*edges)[kept - 1].is_hard |= edge.is_hard;
    } else {
      (*edges)[kept++] = edge;
    }
  }
  edges->resize(kept);
}

// Who has or provides each name, in the order of the services.
class Names {
 public:
  explicit Names(std::span<const ServiceLinks> services) {
    size_t count = services.size();
    for (const ServiceLinks& service : services) count += service.provides.size();
    chains_.reserve(count);
    links_.reserve(count);
    for (ServiceId id = 0; id < services.size(); ++id) {
      Add(services[id].name, id, true);
      for (const std::string& name : services[id].provides) Add(name, id, false);
    }
  }

  // Calls take(id) for each. False: nobody.
  template <typename Take>
  bool ForEach(std::string_view name, Take take) const {
    const auto chain = chains_.find(name);
    if (chain == chains_.end()) return false;
    for (uint32_t at = chain->second.first; at != kNobody; at = links_[at].next)
      take(links_[at].id);
    return true;
  }

  // The service of that name, else kNobody.
  ServiceId Find(std::string_view name) const {
    const auto chain = chains_.find(name);
    return chain == chains_.end() ? kNobody : chain->second.named;
  }

 private:
  struct Chain {
    uint32_t first, last;
    ServiceId named;
  };
  struct Link {
    ServiceId id;
    uint32_t next;
  };

  void Add(std::string_view name, ServiceId id, bool is_named) {
    const uint32_t at = static_cast<uint32_t>(links_.size());
    const auto [chain, is_new] = chains_.try_emplace(name, Chain{at, at, kNobody});
    if (is_named) chain->second.named = id;
    if (!is_new) {
      if (links_[chain->second.last].id == id) return;
      links_[chain->second.last].next = at;
      chain->second.last = at;
    }
    links_.push_back({id, kNobody});
  }

  absl::flat_hash_map<std::string_view, Chain> chains_;
  std::vector<Link> links_;
};

class Linker {
 public:
  Linker(std::span<const ServiceLinks> services, const LsbStops& lsb)
      : services_(services), lsb_(lsb), names_(services) {}

  ServiceGraph Run() {
    for (ServiceId id = 0; id < services_.size(); ++id) {
      Pull(id, services_[id].needs, true);
      Pull(id, services_[id].wants, false);
      Wait(id, services_[id]);
    }
    AddSystemEdges();
    std::vector<WaitEdge> stops = StopEdges();
    BreakCycles("", &starts_);
    BreakCycles("stop: ", &stops);
    graph_.numbers = NumberWaitGraph(services_.size(), starts_, services_.size(), nullptr);
    graph_.start = Waits(starts_);
    graph_.stop = Waits(stops);
    SortAndJoin(&graph_.pulls, [](const ServicePull& a, const ServicePull& b) {
      return a.from == b.from && a.to == b.to;
    });
    return std::move(graph_);
  }

 private:
  void Warn(ServiceId id, std::string_view what, std::string_view name) {
    Tell(services_[id].name + ": " + std::string(what) + " " + std::string(name) +
         ", which nobody provides");
  }

  void Tell(std::string warning) {
    if (graph_.warnings.size() < kMaxWarnings) graph_.warnings.push_back(std::move(warning));
  }

  void AddWait(ServiceId waits, ServiceId awaited, bool is_hard) {
    if (waits != awaited) starts_.push_back({waits, awaited, is_hard});
  }

  void AddPull(ServiceId from, ServiceId to, bool is_hard) {
    if (from == to) return;
    graph_.pulls.push_back({from, to, is_hard});
    AddWait(from, to, is_hard);
  }

  void Pull(ServiceId id, const std::vector<std::string>& names, bool is_hard) {
    for (const std::string& name : names) {
      if (const ServiceId named = names_.Find(name); named != kNobody) {
        AddPull(id, named, is_hard);
        continue;
      }
      bool is_first = true;
      const bool is_known = names_.ForEach(name, [&](ServiceId to) {
        AddPull(id, to, is_hard && is_first);
        is_first = false;
      });
      if (is_known) continue;
      Warn(id, is_hard ? "needs" : "wants", name);
      if (!is_hard) continue;
      graph_.is_complete = false;
      graph_.missing.push_back({id, name});
    }
  }

  void Wait(ServiceId id, const ServiceLinks& links) {
    const auto wait = [&](const std::vector<std::string>& names, bool is_hard) {
      for (const std::string& name : names) {
        const bool is_known = names_.ForEach(name, [&](ServiceId to) { AddWait(id, to, is_hard); });
        if (!is_known && is_hard) Warn(id, "requires", name);
      }
    };
    const auto precede = [&](const std::vector<std::string>& names, bool is_hard) {
      for (const std::string& name : names) {
        const bool is_known = names_.ForEach(name, [&](ServiceId to) { AddWait(to, id, is_hard); });
        if (!is_known && is_hard) Warn(id, "is before", name);
      }
    };
    wait(links.after_hard, true);
    wait(links.after, false);
    precede(links.before_hard, true);
    precede(links.before, false);
  }

  void AddSystemEdges() {
    const auto end = std::find_if(services_.begin(), services_.end(),
                                  [](const ServiceLinks& links) { return links.ends_system; });
    if (end == services_.end()) return;
    const ServiceId between = static_cast<ServiceId>(end - services_.begin());
    for (ServiceId id = 0; id < services_.size(); ++id) {
      if (services_[id].is_system) {
        AddWait(between, id, false);
      } else {
        AddWait(id, between, false);
      }
    }
  }

  bool IsLsb(size_t id) const { return id < lsb_.is_script.size() && lsb_.is_script[id]; }

  std::vector<WaitEdge> StopEdges() const {
    std::vector<WaitEdge> stops;
    stops.reserve(starts_.size() + lsb_.waits.size());
    for (const WaitEdge& edge : starts_) {
      if (IsLsb(edge.waits) && IsLsb(edge.awaited)) continue;
      stops.push_back({edge.awaited, edge.waits, edge.is_hard});
    }
    for (const ServiceWait& wait : lsb_.waits) {
      stops.push_back({wait.waits, wait.awaited, wait.is_hard});
    }
    return stops;
  }

  void BreakCycles(std::string_view which, std::vector<WaitEdge>* edges) {
    SortAndJoin(edges, [](const WaitEdge& a, const WaitEdge& b) {
      return a.waits == b.waits && a.awaited == b.awaited;
    });
    for (const WaitCycle& cycle : BreakWaitCycles(services_.size(), edges)) {
      std::string path(which);
      for (size_t i = 0; i < cycle.nodes.size(); ++i) {
        if (cycle.is_cut && i + 1 == cycle.nodes.size()) path += "... -> ";
        path += services_[cycle.nodes[i]].name + " -> ";
      }
      path += services_[cycle.nodes[0]].name + ": broken between " +
              services_[cycle.broken.waits].name + " and " + services_[cycle.broken.awaited].name;
      Tell(std::move(path));
      if (!cycle.broken.is_hard) continue;
      graph_.is_complete = false;
      if (edges == &starts_) SoftenPull(cycle.broken);
    }
  }

  void SoftenPull(const WaitEdge& broken) {
    for (ServicePull& pull : graph_.pulls) {
      if (pull.from == broken.waits && pull.to == broken.awaited) pull.is_hard = false;
    }
  }

  static std::vector<ServiceWait> Waits(const std::vector<WaitEdge>& edges) {
    std::vector<ServiceWait> waits;
    waits.reserve(edges.size());
    for (const WaitEdge& edge : edges) {
      waits.push_back(
          {static_cast<ServiceId>(edge.waits), static_cast<ServiceId>(edge.awaited), edge.is_hard});
    }
    return waits;
  }

  std::span<const ServiceLinks> services_;
  const LsbStops& lsb_;
  const Names names_;
  std::vector<WaitEdge> starts_;
  ServiceGraph graph_;
};

}  // namespace

ServiceGraph LinkServices(std::span<const ServiceLinks> services, const LsbStops& lsb) {
  return Linker(services, lsb).Run();
}

std::vector<ServiceId> StartOrder(const ServiceGraph& graph) {
  std::vector<ServiceId> order(graph.numbers.size());
  for (ServiceId id = 0; id < order.size(); ++id) order[id] = id;
  std::stable_sort(order.begin(), order.end(),
                   [&](ServiceId a, ServiceId b) { return graph.numbers[a] < graph.numbers[b]; });
  return order;
}

std::string DrawServices(std::span<const ServiceLinks> services, const ServiceGraph& graph) {
  std::string drawing = "digraph services {\nrankdir=\"BT\";\nnode [style=rounded, shape=box];\n";
  const auto draw = [&](ServiceId from, ServiceId to, const char* style) {
    drawing +=
        "\"" + services[from].name + "\" -> \"" + services[to].name + "\" [style=" + style + "];\n";
  };
  for (const ServiceLinks& service : services) drawing += "\"" + service.name + "\";\n";
  for (const ServicePull& pull : graph.pulls) {
    draw(pull.from, pull.to, pull.is_hard ? "solid" : "dashed");
  }
  // Both are sorted by their pairs.
  auto pull = graph.pulls.begin();
  for (const ServiceWait& wait : graph.start) {
    while (pull != graph.pulls.end() &&
           (pull->from < wait.waits || (pull->from == wait.waits && pull->to < wait.awaited))) {
      ++pull;
    }
    const bool is_drawn =
        pull != graph.pulls.end() && pull->from == wait.waits && pull->to == wait.awaited;
    if (!is_drawn) draw(wait.waits, wait.awaited, "dotted");
  }
  return drawing + "}\n";
}

}  // namespace keelson
