#include "core/service_graph.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

// "a>b" hard, "a-b" soft.
std::string Show(const std::vector<ServiceLinks>& services, const std::vector<ServiceWait>& waits) {
  std::string shown;
  for (const ServiceWait& wait : waits) {
    shown +=
        services[wait.waits].name + (wait.is_hard ? ">" : "-") + services[wait.awaited].name + " ";
  }
  return shown;
}

std::string Show(const std::vector<ServiceLinks>& services, const ServiceGraph& graph) {
  std::string shown = "pull ";
  for (const ServicePull& pull : graph.pulls) {
    shown += services[pull.from].name + (pull.is_hard ? ">" : "-") + services[pull.to].name + " ";
  }
  shown += "start " + Show(services, graph.start) + "stop " + Show(services, graph.stop);
  for (const std::string& warning : graph.warnings) shown += "! " + warning + " ";
  return shown + (graph.is_complete ? "" : "incomplete ");
}

using Links = std::vector<ServiceLinks>;

TEST(ServiceGraph, NamesBecomeEdges) {
  struct Row {
    Links services;
    const char* shown;
  };
  const Row kRows[] = {
      {{}, "pull start stop "},
      {{{.name = "a", .needs = {"b"}}, {.name = "b", .wants = {"c"}}, {.name = "c"}},
       "pull a>b b-c start a>b b-c stop b>a c-b "},
      {{{.name = "a", .after = {"b", "gone"}, .before = {"c"}}, {.name = "b"}, {.name = "c"}},
       "pull start a-b c-a stop a-c b-a "},
      // What a script requires is not pulled.
      {{{.name = "a", .after_hard = {"b"}, .before_hard = {"c"}}, {.name = "b"}, {.name = "c"}},
       "pull start a>b c>a stop a>c b>a "},
      // The service of that very name; else the first of those that provide it, and the others.
      {{{.name = "a", .needs = {"x"}}, {.name = "b", .provides = {"x"}}, {.name = "x"}},
       "pull a>x start a>x stop x>a "},
      {{{.name = "a", .needs = {"x"}},
        {.name = "b", .provides = {"x"}},
        {.name = "c", .provides = {"x"}}},
       "pull a>b a-c start a>b a-c stop b>a c-a "},
      {{{.name = "a", .after = {"x"}}, {.name = "b", .provides = {"x", "b"}}, {.name = "x"}},
       "pull start a-b a-x stop b-a x-a "},
      {{{.name = "a", .wants = {"b"}, .after_hard = {"b"}}, {.name = "b"}},
       "pull a-b start a>b stop b>a "},
      {{{.name = "a", .provides = {"x"}, .needs = {"x", "a"}}}, "pull start stop "},
      // Nobody has the name.
      {{{.name = "a", .needs = {"b"}}},
       "pull start stop ! a: needs b, which nobody provides incomplete "},
      {{{.name = "a", .wants = {"b"}}}, "pull start stop ! a: wants b, which nobody provides "},
      {{{.name = "a", .after_hard = {"b"}, .before_hard = {"c"}}},
       "pull start stop ! a: requires b, which nobody provides "
       "! a: is before c, which nobody provides "},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(Show(row.services, LinkServices(row.services, {})), row.shown);
  }
}

TEST(ServiceGraph, CyclesAreBrokenAtASoftEdge) {
  const Links soft = {
      {.name = "a", .needs = {"b"}}, {.name = "b", .after = {"c"}}, {.name = "c", .needs = {"a"}}};
  EXPECT_EQ(Show(soft, LinkServices(soft, {})),
            "pull a>b c>a start a>b c>a stop a>c b>a "
            "! a -> b -> c -> a: broken between b and c "
            "! stop: a -> c -> b -> a: broken between c and b ");
  const Links hard = {{.name = "a", .needs = {"b"}}, {.name = "b", .needs = {"a"}}};
  EXPECT_EQ(Show(hard, LinkServices(hard, {})),
            "pull a>b b-a start a>b stop a>b "
            "! a -> b -> a: broken between b and a "
            "! stop: a -> b -> a: broken between b and a incomplete ");
}

TEST(ServiceGraph, ScriptsOfInitHaveAStopOrderOfTheirOwn) {
  const Links services = {
      {.name = "a", .after_hard = {"b"}}, {.name = "b", .after = {"own"}}, {.name = "own"}};
  const LsbStops lsb = {{true, true, false}, {{0, 1, true}}};
  EXPECT_EQ(Show(services, LinkServices(services, lsb)), "pull start a>b b-own stop a>b own-b ");
}

TEST(ServiceGraph, SystemComesFirstByOneEdgeEach) {
  const Links services = {{.name = "a"},
                          {.name = "between", .ends_system = true},
                          {.name = "c", .needs = {"s"}},
                          {.name = "s", .is_system = true},
                          {.name = "t", .after = {"s"}, .is_system = true}};
  const ServiceGraph graph = LinkServices(services, {});
  EXPECT_EQ(Show(services, graph),
            "pull c>s start a-between between-s between-t c-between c>s t-s "
            "stop between-a between-c s-between s>c s-t t-between ");
  std::string order;
  for (const ServiceId id : StartOrder(graph)) order += services[id].name + " ";
  EXPECT_EQ(order, "s t between a c ");
  EXPECT_EQ(graph.numbers, (std::vector<uint32_t>{4, 3, 4, 1, 2}));
}

TEST(ServiceGraph, IsDrawn) {
  const Links services = {
      {.name = "a", .needs = {"b"}, .wants = {"c"}}, {.name = "b", .after = {"c"}}, {.name = "c"}};
  EXPECT_EQ(DrawServices(services, LinkServices(services, {})),
            "digraph services {\nrankdir=\"BT\";\nnode [style=rounded, shape=box];\n"
            "\"a\";\n\"b\";\n\"c\";\n"
            "\"a\" -> \"b\" [style=solid];\n\"a\" -> \"c\" [style=dashed];\n"
            "\"b\" -> \"c\" [style=dotted];\n}\n");
}

TEST(ServiceGraph, WithoutRecursionAndWithoutAllPairs) {
  Links services(20'000);
  for (size_t i = 0; i < services.size(); ++i) {
    services[i].name = "s" + std::to_string(i);
    services[i].provides = {"x"};
    if (i > 0) services[i].needs = {"s" + std::to_string(i - 1)};
  }
  services.back().after = {"x"};
  const ServiceGraph graph = LinkServices(services, {});
  EXPECT_EQ(graph.start.size(), 2 * 19'999u - 1);
  EXPECT_EQ(graph.pulls.size(), 19'999u);
  EXPECT_EQ(graph.numbers.back(), 20'000u);
}

TEST(ServiceGraph, WarningsHaveALimit) {
  Links services(1100);
  for (ServiceLinks& service : services) service = {.name = "a", .wants = {"gone"}};
  EXPECT_EQ(LinkServices(services, {}).warnings.size(), 1000u);
}

}  // namespace
}  // namespace keelson
