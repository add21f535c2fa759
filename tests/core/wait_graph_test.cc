#include "core/wait_graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace keelson {
namespace {

// "0>1 1-2": 0 waits for 1 (hard), 1 for 2 (soft); sorted.
std::vector<WaitEdge> Edges(const std::string& text) {
  std::vector<WaitEdge> edges;
  for (size_t i = 0; i + 2 < text.size(); i += 4) {
    edges.push_back({static_cast<size_t>(text[i] - '0'), static_cast<size_t>(text[i + 2] - '0'),
                     text[i + 1] == '>'});
  }
  return edges;
}

std::string Show(const WaitEdge& edge) {
  return std::to_string(edge.waits) + (edge.is_hard ? ">" : "-") + std::to_string(edge.awaited);
}

TEST(WaitGraph, CyclesAreBrokenAtTheLastSoftEdge) {
  const struct {
    std::string edges, cycles, left;
  } kCases[] = {
      {"", "", ""},
      {"0>1 0>2 1>2", "", "0>1 0>2 1>2 "},
      {"0>0", "0 at 0>0; ", ""},
      {"0>1 1>0", "0 1 at 1>0; ", "0>1 "},
      {"0-1 1>0", "0 1 at 0-1; ", "1>0 "},
      {"0-1 1-2 2>0", "0 1 2 at 1-2; ", "0-1 2>0 "},
      // What was above the broken edge is walked again.
      {"0-1 1>2 2>0 2>3 3>1", "0 1 2 at 0-1; 1 2 3 at 3>1; ", "1>2 2>0 2>3 "},
      {"0>1 1-2 2>0 2-1", "0 1 2 at 1-2; ", "0>1 2>0 2-1 "},
  };
  for (const auto& c : kCases) {
    std::vector<WaitEdge> edges = Edges(c.edges);
    std::string cycles, left;
    for (const WaitCycle& cycle : BreakWaitCycles(4, &edges)) {
      for (size_t node : cycle.nodes) cycles += std::to_string(node) + " ";
      cycles += "at " + Show(cycle.broken) + "; ";
    }
    for (const WaitEdge& edge : edges) left += Show(edge) + " ";
    EXPECT_EQ(cycles, c.cycles) << c.edges;
    EXPECT_EQ(left, c.left) << c.edges;
  }
}

TEST(WaitGraph, NumbersAreHowLongTheWaitIs) {
  EXPECT_EQ(NumberWaitGraph(4, Edges("0>1 1-2 3>2"), 4, nullptr),
            (std::vector<uint32_t>{3, 2, 1, 2}));
  // 3 counts nothing itself.
  EXPECT_EQ(NumberWaitGraph(4, Edges("0>3 2>1 3>2"), 3, nullptr),
            (std::vector<uint32_t>{3, 1, 2, 2}));
  const WaitDelay first_alone = [](uint32_t, std::vector<size_t>* nodes,
                                   std::vector<size_t>* delayed) {
    delayed->insert(delayed->end(), nodes->begin() + 1, nodes->end());
    nodes->resize(1);
  };
  EXPECT_EQ(NumberWaitGraph(4, Edges("1>0 3>2"), 4, first_alone),
            (std::vector<uint32_t>{1, 2, 3, 4}));
}

// Hard edges are lost only in cycles of hard edges; what is left has no cycle, so each has a
// number.
TEST(WaitGraph, RandomGraphs) {
  std::mt19937 random(1);
  for (int round = 0; round < 2'000; ++round) {
    const size_t nodes = 1 + random() % 12;
    std::vector<WaitEdge> edges;
    for (size_t i = random() % 40; i > 0; --i) {
      const size_t a = random() % nodes, b = random() % nodes;
      // Hard ones lead down: among themselves they have no cycle.
      if (random() % 2 == 0 && a != b) {
        edges.push_back({std::max(a, b), std::min(a, b), true});
      } else {
        edges.push_back({a, b, false});
      }
    }
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    const std::vector<WaitEdge> before = edges;
    const std::vector<WaitCycle> cycles = BreakWaitCycles(nodes, &edges);
    EXPECT_EQ(before.size(), edges.size() + cycles.size());
    for (const WaitCycle& cycle : cycles) EXPECT_FALSE(cycle.broken.is_hard);
    const std::vector<uint32_t> numbers = NumberWaitGraph(nodes, edges, nodes, nullptr);
    for (const WaitEdge& edge : edges) EXPECT_GT(numbers[edge.waits], numbers[edge.awaited]);
  }
}

TEST(WaitGraph, LongChainsAndCyclesCostNoStack) {
  constexpr size_t kNodes = 300'000;
  std::vector<WaitEdge> edges;
  for (size_t i = 0; i + 1 < kNodes; ++i) edges.push_back({i, i + 1, true});
  edges.push_back({kNodes - 1, 0, false});
  const std::vector<WaitCycle> cycles = BreakWaitCycles(kNodes, &edges);
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_TRUE(cycles[0].is_cut);
  EXPECT_EQ(cycles[0].nodes.size(), kShownOfWaitCycle + 1);
  EXPECT_EQ(cycles[0].nodes.back(), kNodes - 1);
  EXPECT_EQ(NumberWaitGraph(kNodes, edges, kNodes, nullptr)[0], kNodes);
}

}  // namespace
}  // namespace keelson
