// Depth first with an explicit stack. A node is white (not seen), gray (on the stack) or black
// (everything below it is free of cycles). When a cycle is broken in the middle of the stack, what
// is above that place turns white again but keeps its own place among its edges: those behind it
// lead to black nodes.
#include "core/wait_graph.h"

#include <algorithm>

namespace keelson {
namespace {

// Where the edges of each node begin; they are sorted by node.
std::vector<size_t> Begins(size_t nodes, const std::vector<WaitEdge>& edges) {
  std::vector<size_t> begins(nodes + 1, 0);
  for (const WaitEdge& edge : edges) ++begins[edge.waits + 1];
  for (size_t i = 0; i < nodes; ++i) begins[i + 1] += begins[i];
  return begins;
}

class CycleBreaker {
 public:
  CycleBreaker(size_t nodes, std::vector<WaitEdge>* edges)
      : edges_(*edges),
        begins_(Begins(nodes, *edges)),
        next_(begins_.begin(), begins_.end() - 1),
        colours_(nodes, kWhite),
        depth_(nodes),
        is_broken_(edges->size()) {}

  std::vector<WaitCycle> Run() {
    for (size_t node = 0; node < colours_.size(); ++node) {
      if (colours_[node] == kWhite) WalkFrom(node);
    }
    size_t kept = 0;
    for (size_t i = 0; i < edges_.size(); ++i) {
      if (!is_broken_[i]) edges_[kept++] = edges_[i];
    }
    edges_.resize(kept);
    return std::move(cycles_);
  }

 private:
  enum Colour : uint8_t { kWhite, kGray, kBlack };

  void Push(size_t node) {
    colours_[node] = kGray;
    depth_[node] = stack_.size();
    stack_.push_back(node);
  }

  void WalkFrom(size_t root) {
    Push(root);
    while (!stack_.empty()) {
      const size_t node = stack_.back();
      size_t& next = next_[node];
      if (next == begins_[node + 1]) {
        colours_[node] = kBlack;
        stack_.pop_back();
        continue;
      }
      const size_t awaited = edges_[next].awaited;
      if (is_broken_[next] || colours_[awaited] == kBlack) {
        ++next;
      } else if (colours_[awaited] == kWhite) {
        Push(awaited);
      } else {
        Break(depth_[awaited]);
      }
    }
  }

  // The cycle is the stack from this depth on: each node's next edge leads to the one above it.
  void Break(size_t depth) {
    size_t at = stack_.size();
    while (at > depth && edges_[next_[stack_[at - 1]]].is_hard) --at;
    if (at == depth) at = stack_.size();
    const size_t broken = next_[stack_[at - 1]];
    is_broken_[broken] = true;
    const auto first = stack_.begin() + static_cast<ptrdiff_t>(depth);
    const bool is_cut = stack_.size() - depth > kShownOfWaitCycle + 1;
    cycles_.push_back(
        {{first, is_cut ? first + kShownOfWaitCycle : stack_.end()}, is_cut, edges_[broken]});
    if (is_cut) cycles_.back().nodes.push_back(stack_.back());
    while (stack_.size() > at) {
      colours_[stack_.back()] = kWhite;
      stack_.pop_back();
    }
  }

  std::vector<WaitEdge>& edges_;
  const std::vector<size_t> begins_;
  std::vector<size_t> next_;  // of each node the edge to look at
  std::vector<Colour> colours_;
  std::vector<size_t> depth_;  // of gray ones, on the stack
  std::vector<bool> is_broken_;
  std::vector<size_t> stack_;
  std::vector<WaitCycle> cycles_;
};

}  // namespace

std::vector<WaitCycle> BreakWaitCycles(size_t nodes, std::vector<WaitEdge>* edges) {
  return CycleBreaker(nodes, edges).Run();
}

std::vector<uint32_t> NumberWaitGraph(size_t nodes, const std::vector<WaitEdge>& edges,
                                      size_t first_silent, const WaitDelay& delay) {
  std::vector<WaitEdge> reverse;
  std::vector<size_t> pending(nodes, 0);
  for (const WaitEdge& edge : edges) {
    reverse.push_back({edge.awaited, edge.waits, edge.is_hard});
    ++pending[edge.waits];
  }
  std::sort(reverse.begin(), reverse.end());
  const std::vector<size_t> begins = Begins(nodes, reverse);

  std::vector<uint32_t> numbers(nodes, 1);
  std::vector<size_t> now,
      later;  // nodes of this number and of the next one, if nothing delays them
  for (size_t node = 0; node < nodes; ++node) {
    if (pending[node] == 0) now.push_back(node);
  }
  for (uint32_t number = 1; !now.empty(); ++number) {
    std::sort(now.begin(), now.end());
    if (delay) delay(number, &now, &later);
    for (size_t i = 0; i < now.size(); ++i) {  // grows by silent ones
      numbers[now[i]] = number;
      for (size_t e = begins[now[i]]; e < begins[now[i] + 1]; ++e) {
        const size_t node = reverse[e].awaited;
        if (--pending[node] > 0) continue;
        (node >= first_silent ? now : later).push_back(node);
      }
    }
    now.swap(later);
    later.clear();
  }
  return numbers;
}

}  // namespace keelson
