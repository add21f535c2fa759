#include "core/lsb_order.h"

#include <gtest/gtest.h>

#include <utility>

namespace keelson {
namespace {

constexpr char kConf[] =
    "$local_fs +mountall\n$network +networking +ifup\n$named hard +bind9 $network\n"
    "$loop $loop x\n<interactive> keymap\n";

// The lines of the header, and a run level of 2 at start, 0 at stop if it names none.
LsbFile File(std::string name, const std::string& lines) {
  LsbFile file;
  file.name = std::move(name);
  ParseLsbScript("### BEGIN INIT INFO\n" + lines + "\n### END INIT INFO\n", &file.script);
  file.start_levels = file.script.default_start != 0 ? file.script.default_start : 1 << 2;
  file.stop_levels = file.script.default_stop != 0 ? file.script.default_stop : 1 << 0;
  return file;
}

std::string Show(const std::vector<LsbFile>& files, const LsbGraph& graph) {
  std::string shown;
  for (const WaitEdge& edge : graph.edges) {
    shown += files[edge.waits].name + (edge.is_hard ? ">" : "-") + files[edge.awaited].name + " ";
  }
  for (size_t i = 0; i < files.size(); ++i) {
    shown += files[i].name + std::to_string(graph.numbers[i]) + " ";
  }
  return shown;
}

struct Shown {
  std::string start, stop, rest;
};

Shown Order(const std::vector<LsbFile>& files) {
  LsbFacilities facilities;
  ReadInsservConf(kConf, &facilities);
  const LsbOrder order = OrderLsbFiles(files, facilities);
  Shown shown = {Show(files, order.start), Show(files, order.stop), ""};
  for (const auto& missing : order.missing) {
    shown.rest += files[missing.file].name + " lacks " + missing.name + "; ";
  }
  for (const std::string& warning : order.warnings) shown.rest += warning + "; ";
  EXPECT_EQ(order.is_complete, shown.rest.find("lacks") == std::string::npos &&
                                   shown.rest.find("though") == std::string::npos);
  return shown;
}

TEST(LsbOrder, StartAndStopAreGraphsOfTheirOwn) {
  const Shown shown = Order({File("a", ""), File("b", "# Required-Start: a\n# Required-Stop: c"),
                             File("c", "# Should-Start: b\n# Should-Stop: a")});
  EXPECT_EQ(shown.start, "b>a c-b a1 b2 c3 ");
  EXPECT_EQ(shown.stop, "a-c c>b a3 b1 c2 ");
  EXPECT_EQ(shown.rest, "");
}

TEST(LsbOrder, FacilitiesOptionalNamesAndAliases) {
  Shown shown = Order({File("net", "# Provides: networking n2"), File("hard", ""),
                       File("x", "# Required-Start: $named +hard n2\n# Should-Stop: $network")});
  EXPECT_EQ(shown.start, "x>net x>hard net1 hard1 x2 ");
  EXPECT_EQ(shown.stop, "net-x net2 hard1 x1 ");
  EXPECT_EQ(shown.rest, "");
  shown = Order({File("x", "# Required-Start: $local_fs gone $named\n# Required-Stop: gone")});
  EXPECT_EQ(shown.rest, "x lacks gone; x lacks hard; ");
  shown = Order({File("x", "# Required-Start: $none $null $loop\n# Should-Start: $none")});
  EXPECT_EQ(shown.rest, "facility `$none' is not defined; facility `$loop' contains itself; ");
}

TEST(LsbOrder, BeforeAndAfter) {
  const Shown shown = Order({File("a", "# X-Start-Before: b $network gone"), File("b", ""),
                             File("c", "# Provides: ifup\n# X-Stop-After: a $network")});
  EXPECT_EQ(shown.start, "b-a c-a a1 b2 c2 ");
  EXPECT_EQ(shown.stop, "c-a a1 b1 c2 ");
  EXPECT_EQ(shown.rest, "");
}

TEST(LsbOrder, WithoutARunLevelInCommonNobodyWaits) {
  const Shown shown = Order({File("a", "# Default-Start: S\n# Default-Stop: 6"),
                             File("b", "# Required-Start: a\n# Required-Stop: a")});
  EXPECT_EQ(shown.start, "a1 b1 ");
  EXPECT_EQ(shown.stop, "a1 b1 ");
}

TEST(LsbOrder, AllIsLastAtStartAndFirstAtStop) {
  Shown shown = Order({File("l", "# Required-Start: $all\n# Should-Stop: $ALL"), File("a", ""),
                       File("b", "# Required-Start: a"), File("s", "# Default-Start: S"),
                       File("m", "# Should-Start: $all")});
  EXPECT_EQ(shown.start, "b>a l3 a1 b2 s1 m3 ");
  EXPECT_EQ(shown.stop, "l1 a2 b2 s2 m2 ");
  EXPECT_EQ(shown.rest, "");
  shown =
      Order({File("l", "# Required-Start: $all"), File("a", "# Required-Start: l"), File("b", "")});
  EXPECT_EQ(shown.start, "a>l l2 a3 b1 ");
  EXPECT_EQ(shown.rest, "start cycle: l -> $all -> a -> l; `$all' does not wait for `a'; ");
}

TEST(LsbOrder, CyclesAreToldWithTheirPath) {
  Shown shown = Order({File("a", "# Should-Start: b"), File("b", "# Required-Start: a")});
  EXPECT_EQ(shown.start, "b>a a1 b2 ");
  EXPECT_EQ(shown.rest, "start cycle: a -> b -> a; `a' does not wait for `b'; ");
  shown = Order({File("a", "# Required-Stop: b"), File("b", "# Required-Stop: a")});
  EXPECT_EQ(shown.stop, "a>b a2 b1 ");
  EXPECT_EQ(shown.rest, "stop cycle: a -> b -> a; `b' does not wait for `a', though it has to; ");
}

TEST(LsbOrder, NamesProvidedTwiceOrNotAtAll) {
  const Shown shown = Order({File("a", "# Provides: x"), File("b", "# Provides: x $y y"),
                             File("c", "# Required-Start: x\n# Should-Start: y")});
  EXPECT_EQ(shown.start, "c>a c-b a1 b1 c2 ");
  EXPECT_EQ(shown.rest,
            "script `b': `x' is already provided by `a'; "
            "script `b' provides `$y', which is no name of a service; ");
}

TEST(LsbOrder, InteractiveScriptsHaveTheirNumberForThemselves) {
  const Shown shown = Order({File("a", ""), File("b", "# Required-Start: a"), File("keymap", ""),
                             File("s", "# Default-Start: S"), File("i", "# X-Interactive: true")});
  EXPECT_EQ(shown.start, "b>a a3 b4 keymap1 s1 i2 ");
}

}  // namespace
}  // namespace keelson
