// A graph of who waits for whom: cycles are found and broken, and nodes numbered by how long they
// wait.
#ifndef KEELSON_CORE_WAIT_GRAPH_H_
#define KEELSON_CORE_WAIT_GRAPH_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace keelson {

struct WaitEdge {
  size_t waits, awaited;  // nodes
  bool is_hard;
  friend auto operator<=>(const WaitEdge&, const WaitEdge&) = default;
};

inline constexpr size_t kShownOfWaitCycle = 50;

// The nodes of a cycle, each waiting for the next one and the last for the first, and the edge at
// which it is broken: a soft one, or where all are hard the one that closed it. Of a longer one the
// first kShownOfWaitCycle nodes and the last.
struct WaitCycle {
  std::vector<size_t> nodes;
  bool is_cut;
  WaitEdge broken;
};

// Takes edges out until there is no cycle and returns the cycles in the order they were found.
// REQUIRES: nodes below `nodes`; sorted, each pair once.
std::vector<WaitCycle> BreakWaitCycles(size_t nodes, std::vector<WaitEdge>* edges);

// Of each node one more than the highest number that it waits for, 1 for those that wait for none.
// Those at or above `first_silent` count nothing themselves: they have the highest number they wait
// for. delay: given a number and the nodes that would have it, moves those to the second list that
// have to have a higher one; each call leaves at least one. REQUIRES: no cycle.
using WaitDelay =
    std::function<void(uint32_t number, std::vector<size_t>* nodes, std::vector<size_t>* delayed)>;
std::vector<uint32_t> NumberWaitGraph(size_t nodes, const std::vector<WaitEdge>& edges,
                                      size_t first_silent, const WaitDelay& delay);

}  // namespace keelson

#endif  // KEELSON_CORE_WAIT_GRAPH_H_
