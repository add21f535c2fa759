#include "core/rc_order.h"

#include <gtest/gtest.h>

#include <set>

namespace keelson {
namespace {

// "NAME: PROVIDE; REQUIRE; BEFORE".
struct Script {
  std::string name;
  std::vector<std::string> provide, require, before;
};

std::vector<RcFile> Files(const std::vector<Script>& scripts) {
  std::vector<RcFile> files;
  for (const Script& s : scripts) files.push_back({s.name, {s.provide, s.require, s.before, {}}});
  return files;
}

std::string Names(const std::vector<RcFile>& files, const RcOrder& order) {
  std::string names;
  for (const RcOrder::Place& place : order.places) {
    names += files[place.file].name + std::to_string(place.group) + " ";
  }
  return names;
}

std::string Order(const std::vector<Script>& scripts, std::vector<std::string> warnings = {}) {
  const std::vector<RcFile> files = Files(scripts);
  const RcOrder order = OrderRcFiles(files);
  EXPECT_EQ(order.warnings, warnings);
  return (order.is_complete ? "" : "not complete: ") + Names(files, order);
}

TEST(RcOrder, BehindWhatIsRequiredAndTheLastArgumentFirst) {
  EXPECT_EQ(Order({}), "");
  EXPECT_EQ(Order({{"A", {"a"}, {}, {}}, {"B", {"b"}, {}, {}}}), "B1 A1 ");
  EXPECT_EQ(Order({{"A", {"a"}, {}, {}}, {"B", {"b"}, {"a"}, {}}}), "A1 B2 ");
  EXPECT_EQ(Order({{"A", {"a"}, {}, {"b"}}, {"B", {"b"}, {}, {}}}), "A1 B2 ");
  EXPECT_EQ(Order({{"A", {"x"}, {}, {}}, {"B", {"x"}, {}, {}}, {"C", {"c"}, {"x"}, {}}}),
            "B1 A1 C2 ");
  // Two that provide the same name, one of them behind the other.
  EXPECT_EQ(Order({{"A", {"x", "a"}, {}, {}}, {"B", {"x", "b"}, {"a"}, {}}, {"C", {}, {"x"}, {}}}),
            "A1 B2 C3 ");
}

TEST(RcOrder, NamesThatNobodyProvides) {
  EXPECT_EQ(Order({{"A", {"a"}, {"z"}, {}}}, {"requirement `z' in file `A' has no providers."}),
            "not complete: A1 ");
  // An unknown BEFORE is told of once, and is none that is required.
  EXPECT_EQ(Order({{"A", {"a"}, {}, {"z", "z"}}}, {"file `A' is before unknown provision `z'"}),
            "A1 ");
  EXPECT_EQ(Order({{"A", {"a"}, {}, {"z"}}, {"B", {"b"}, {"z"}, {}}},
                  {"requirement `z' in file `B' has no providers."}),
            "not complete: B1 A1 ");
}

TEST(RcOrder, CyclesAreToldWithTheirWayAndBroken) {
  EXPECT_EQ(Order({{"A", {"a"}, {"b"}, {}}, {"B", {"b"}, {"c"}, {}}, {"C", {"c"}, {"a"}, {}}},
                  {"Circular dependency on file `C'.",
                   "Circular dependency on provision `a': A -> B -> C -> A."}),
            "not complete: B2 A3 C4 ");
}

// Every script once, behind those it requires unless there is a cycle, whatever the chain's length.
TEST(RcOrder, LongChainsCostNoStack) {
  constexpr size_t kScripts = 200'000;
  std::vector<Script> scripts;
  for (size_t i = 0; i < kScripts; ++i) {
    const std::string name = std::to_string(i);
    scripts.push_back({name, {name}, {}, {}});
    if (i > 0) scripts.back().require = {std::to_string(i - 1)};
  }
  const std::vector<RcFile> files = Files(scripts);
  const RcOrder order = OrderRcFiles(files);
  ASSERT_TRUE(order.is_complete);
  ASSERT_EQ(order.places.size(), kScripts);
  for (size_t i = 0; i < kScripts; ++i) {
    ASSERT_EQ(order.places[i].file, i);
    ASSERT_EQ(order.places[i].group, i + 1);
  }
}

TEST(RcOrder, OneCycleThroughAllOfThemEnds) {
  constexpr size_t kScripts = 2'000;
  std::vector<Script> scripts;
  for (size_t i = 0; i < kScripts; ++i) {
    scripts.push_back(
        {"f" + std::to_string(i), {std::to_string(i)}, {std::to_string((i + 1) % kScripts)}, {}});
  }
  const std::vector<RcFile> files = Files(scripts);
  const RcOrder order = OrderRcFiles(files);
  EXPECT_FALSE(order.is_complete);
  std::set<size_t> seen;
  for (const RcOrder::Place& place : order.places) seen.insert(place.file);
  EXPECT_EQ(seen.size(), kScripts);
  EXPECT_EQ(order.places.size(), kScripts);
}

TEST(RcOrder, DrawnWithWhatIsMissingInRed) {
  EXPECT_EQ(DrawRcFiles(Files({{"d/a", {"a"}, {"b", "z\""}, {}}, {"d/x", {"b"}, {}, {"a"}}})),
            "digraph rcorder {\n"
            "rankdir=\"BT\";\n"
            "node [style=rounded, shape=record];\n"
            "graph [overlap = false];\n"
            "\"b\" [label=\"{ b | x\\n}\"];\n"
            "\"z\\\"\" [label=\"{ z\\\" | ENOENT }\", style=\"rounded,filled\", color=red];\n"
            "\"a\" -> \"b\" [style=solid];\n"
            "\"a\" -> \"z\\\"\" [style=solid, color=red, penwidth=4];\n"
            "\"a\" -> \"b\" [style=dashed];\n"
            "}\n");
}

}  // namespace
}  // namespace keelson
