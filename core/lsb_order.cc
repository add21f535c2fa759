// Names -> edges between scripts; then both graphs are freed of cycles and numbered. What "$all"
// means would be an edge for each pair: instead there is a node for each run level, which waits for
// the ones and is waited for by the others.
#include "core/lsb_order.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace keelson {
namespace {

constexpr size_t kRunLevels = 8;

bool IsAll(std::string_view name) {
  return name.size() == 4 && name[0] == '$' && (name[1] | 0x20) == 'a' && (name[2] | 0x20) == 'l' &&
         (name[3] | 0x20) == 'l';
}

// An edge for each pair, hard if one of them is.
void SortAndJoin(std::vector<WaitEdge>* edges) {
  std::sort(edges->begin(), edges->end());
  size_t kept = 0;
  for (const WaitEdge& edge : *edges) {
    WaitEdge* last = kept == 0 ? nullptr : &(*edges)[kept - 1];
    if (last != nullptr && last->waits == edge.waits && last->awaited == edge.awaited) {
      last->is_hard |= edge.is_hard;
    } else {
      (*edges)[kept++] = edge;
    }
  }
  edges->resize(kept);
}

class Orderer {
 public:
  Orderer(std::span<const LsbFile> files, const LsbFacilities& facilities)
      : files_(files), facilities_(facilities), is_interactive_(files.size()) {}

  LsbOrder Run() {
    for (size_t file = 0; file < files_.size(); ++file) EnterNames(file);
    for (const std::string& name : facilities_.interactive) {
      if (const size_t file = Provider(name); file != kNobody) is_interactive_[file] = true;
    }
    for (size_t file = 0; file < files_.size(); ++file) EnterEdges(file);
    Finish(&LsbFile::start_levels, true, &order_.start);
    Finish(&LsbFile::stop_levels, false, &order_.stop);
    return std::move(order_);
  }

 private:
  static constexpr size_t kNobody = SIZE_MAX;

  void EnterName(size_t file, std::string_view name) {
    if (name[0] == '$' || name[0] == '#') {
      order_.warnings.push_back("script `" + files_[file].name + "' provides `" +
                                std::string(name) + "', which is no name of a service");
      return;
    }
    const auto [found, is_new] = providers_.try_emplace(name, file);
    if (!is_new && found->second != file) {
      order_.warnings.push_back("script `" + files_[file].name + "': `" + std::string(name) +
                                "' is already provided by `" + files_[found->second].name + "'");
    }
  }

  void EnterNames(size_t file) {
    const LsbScript& script = files_[file].script;
    for (const std::string& name : script.provides) EnterName(file, name);
    if (script.provides.empty()) EnterName(file, files_[file].name);
    if (script.is_interactive) is_interactive_[file] = true;
  }

  size_t Provider(std::string_view name) const {
    const auto found = providers_.find(name);
    return found == providers_.end() ? kNobody : found->second;
  }

  // The members of a facility, worked out once.
  const std::vector<std::string>& Members(const std::string& facility) {
    const auto [found, is_new] = expanded_.try_emplace(facility);
    if (is_new) {
      bool is_loop = false;
      found->second = ExpandLsbFacility(facilities_, facility, &is_loop);
      if (is_loop) order_.warnings.push_back("facility `" + facility + "' contains itself");
      if (!facilities_.members.contains(facility)) {
        order_.warnings.push_back("facility `" + facility + "' is not defined");
      }
    }
    return found->second;
  }

  // Calls take(provider or kNobody, name, is_hard) for each name and each member of a facility.
  template <typename Take>
  void ForEach(const std::vector<std::string>& names, bool is_hard, bool* is_all, Take take) {
    const auto take_one = [&](std::string_view name) {
      const bool is_optional = name[0] == '+';
      if (is_optional) name.remove_prefix(1);
      take(Provider(name), name, is_hard && !is_optional);
    };
    for (const std::string& name : names) {
      if (name[0] != '$') {
        take_one(name);
      } else if (IsAll(name)) {
        *is_all = true;
      } else if (name != "$null") {
        for (const std::string& member : Members(name)) take_one(member);
      }
    }
  }

  void EnterEdges(size_t file) {
    const LsbScript& script = files_[file].script;
    bool last = false, first = false, neither = false;
    const auto waits_at_start = [&](size_t other, std::string_view name, bool is_hard) {
      if (other != kNobody) return Add(&LsbFile::start_levels, file, other, is_hard, &order_.start);
      if (is_hard) order_.missing.push_back({file, std::string(name)});
    };
    ForEach(script.required_start, true, &last, waits_at_start);
    ForEach(script.should_start, false, &last, waits_at_start);
    ForEach(script.start_before, false, &neither, [&](size_t other, std::string_view, bool) {
      Add(&LsbFile::start_levels, other, file, false, &order_.start);
    });
    const auto awaited_at_stop = [&](size_t other, std::string_view, bool is_hard) {
      Add(&LsbFile::stop_levels, other, file, is_hard, &order_.stop);
    };
    ForEach(script.required_stop, true, &first, awaited_at_stop);
    ForEach(script.should_stop, false, &first, awaited_at_stop);
    ForEach(script.stop_after, false, &neither, [&](size_t other, std::string_view, bool) {
      Add(&LsbFile::stop_levels, file, other, false, &order_.stop);
    });
    if (last) order_.start.all.push_back(file);
    if (first) order_.stop.all.push_back(file);
  }

  void Add(uint8_t LsbFile::*levels, size_t waits, size_t awaited, bool is_hard, LsbGraph* graph) {
    if (waits == kNobody || awaited == kNobody || waits == awaited) return;
    if ((files_[waits].*levels & files_[awaited].*levels) == 0) return;
    graph->edges.push_back({waits, awaited, is_hard});
  }

  void AddEdgesOfAll(uint8_t LsbFile::*levels, bool is_start, const LsbGraph& graph,
                     std::vector<WaitEdge>* edges) const {
    uint8_t used = 0;
    std::vector<bool> is_all(files_.size());
    for (size_t file : graph.all) {
      is_all[file] = true;
      used |= files_[file].*levels;
    }
    for (size_t file = 0; file < files_.size(); ++file) {
      for (size_t level = 0; level < kRunLevels; ++level) {
        if ((files_[file].*levels & used & 1 << level) == 0) continue;
        const size_t node = files_.size() + level;
        if (is_all[file] == is_start) {
          edges->push_back({file, node, false});
        } else {
          edges->push_back({node, file, false});
        }
      }
    }
  }

  void Finish(uint8_t LsbFile::*levels, bool is_start, LsbGraph* graph) {
    const size_t count = files_.size();
    std::vector<WaitEdge> edges = std::move(graph->edges);
    AddEdgesOfAll(levels, is_start, *graph, &edges);
    SortAndJoin(&edges);
    for (const WaitCycle& cycle : BreakWaitCycles(count + kRunLevels, &edges)) {
      TellOf(cycle, is_start);
    }
    WaitDelay delay;
    if (is_start) {
      delay = [&](uint32_t number, std::vector<size_t>* nodes, std::vector<size_t>* later) {
        if (number < 100) LeaveInteractiveAlone(nodes, later);
      };
    }
    graph->numbers = NumberWaitGraph(count + kRunLevels, edges, count, delay);
    graph->numbers.resize(count);
    std::erase_if(edges, [&](const WaitEdge& e) { return std::max(e.waits, e.awaited) >= count; });
    graph->edges = std::move(edges);
  }

  // Those that stay have no run level in common, so there are few.
  void LeaveInteractiveAlone(std::vector<size_t>* nodes, std::vector<size_t>* later) const {
    for (size_t i = 0; i < nodes->size(); ++i) {
      const size_t alone = (*nodes)[i];
      if (alone >= files_.size() || !is_interactive_[alone]) continue;
      const auto has_to_wait = [&](size_t node) {
        return node != alone && node < files_.size() &&
               (files_[node].start_levels & files_[alone].start_levels) != 0;
      };
      std::copy_if(nodes->begin(), nodes->end(), std::back_inserter(*later), has_to_wait);
      std::erase_if(*nodes, has_to_wait);
      i = static_cast<size_t>(std::find(nodes->begin(), nodes->end(), alone) - nodes->begin());
    }
  }

  std::string NodeName(size_t node) const {
    return node < files_.size() ? files_[node].name : "$all";
  }

  void TellOf(const WaitCycle& cycle, bool is_start) {
    std::string path;
    for (size_t i = 0; i < cycle.nodes.size(); ++i) {
      if (cycle.is_cut && i + 1 == cycle.nodes.size()) path += "... -> ";
      path += NodeName(cycle.nodes[i]) + " -> ";
    }
    order_.warnings.push_back(std::string(is_start ? "start" : "stop") + " cycle: " + path +
                              NodeName(cycle.nodes[0]) + "; `" + NodeName(cycle.broken.waits) +
                              "' does not wait for `" + NodeName(cycle.broken.awaited) + "'" +
                              (cycle.broken.is_hard ? ", though it has to" : ""));
    if (cycle.broken.is_hard) order_.is_complete = false;
  }

  std::span<const LsbFile> files_;
  const LsbFacilities& facilities_;
  std::vector<bool> is_interactive_;
  std::unordered_map<std::string_view, size_t> providers_;  // views into the scripts
  std::unordered_map<std::string, std::vector<std::string>> expanded_;
  LsbOrder order_;
};

}  // namespace

LsbOrder OrderLsbFiles(std::span<const LsbFile> files, const LsbFacilities& facilities) {
  LsbOrder order = Orderer(files, facilities).Run();
  if (!order.missing.empty()) order.is_complete = false;
  return order;
}

}  // namespace keelson
