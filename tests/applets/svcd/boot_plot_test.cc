// The picture as a document: read back, counted, compared.
#include "applets/svcd/boot_plot.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/xml.h"
#include "platform/clock.h"

namespace keelson {
namespace {

constexpr int64_t kStart = 100 * kSecond;

std::vector<PlotService> Boot() {
  return {
      {.name = "web", .began_ns = kStart + 300, .up_ns = kStart + 500, .waited_for = {"net"}},
      {.name = "net", .began_ns = kStart + 100, .up_ns = kStart + 250, .waited_for = {}},
      {.name = "bad",
       .began_ns = kStart + 300,
       .ended_ns = kStart + 400,
       .has_failed = true,
       .waited_for = {"net", "none", "bad"}},
  };
}

XmlElement Parsed(const std::string& svg) {
  XmlElement root;
  const auto error = ParseXml(svg, XmlLimits(), &root);
  EXPECT_FALSE(error) << svg;
  return root;
}

std::string Of(const XmlElement& element, std::string_view name) {
  for (const auto& [key, value] : element.attributes) {
    if (key == name) return value;
  }
  return "";
}

// "CLASS X WIDTH" of each bar, in the order of the document.
std::vector<std::string> Bars(const XmlElement& svg) {
  std::vector<std::string> bars;
  for (const XmlElement& child : svg.children) {
    if (child.name != "rect") continue;
    bars.push_back(Of(child, "class") + " " + Of(child, "x") + " " + Of(child, "width"));
  }
  return bars;
}

TEST(BootPlot, BarsAreWhereTheTimesAre) {
  const XmlElement svg = Parsed(PlotBoot("host", Boot(), kStart, kStart + 1000));
  EXPECT_EQ(Bars(svg), (std::vector<std::string>{"starting 300 150", "up 450 750",  // net
                                                 "failed 500 100",                  // bad
                                                 "starting 500 200", "up 700 500"}));
}

TEST(BootPlot, ArrowsTellWhoWaitedForWhom) {
  const XmlElement svg = Parsed(PlotBoot("host", Boot(), kStart, kStart + 1000));
  std::vector<std::string> waits;
  for (const XmlElement& child : svg.children) {
    if (Of(child, "class") == "wait") waits.push_back(child.children.at(0).text);
  }
  EXPECT_EQ(waits, (std::vector<std::string>{"bad waited for net", "web waited for net"}));
}

TEST(BootPlot, TheSameListGivesTheSameBytes) {
  std::vector<PlotService> services = Boot();
  const std::string svg = PlotBoot("host", services, kStart, kStart + kSecond);
  std::reverse(services.begin(), services.end());
  EXPECT_EQ(PlotBoot("host", services, kStart, kStart + kSecond), svg);
}

TEST(BootPlot, AnyTextAndAnyTimeMakeADocument) {
  const std::string name = "a<b>&\"c\x1b\xff";
  for (const int64_t now : {kStart, kStart + 1, kStart + kSecond, kStart + 40 * 86400 * kSecond,
                            kStart - kSecond, INT64_MAX}) {
    const std::vector<PlotService> services = {
        {.name = name, .began_ns = 0, .up_ns = now, .ended_ns = 1, .waited_for = {name}}};
    const XmlElement svg = Parsed(PlotBoot(name, services, kStart, now));
    EXPECT_EQ(svg.name, "svg");
    const auto text = std::find_if(svg.children.begin(), svg.children.end(),
                                   [](const XmlElement& child) { return child.name == "text"; });
    ASSERT_NE(text, svg.children.end());
    EXPECT_EQ(text->text, "a<b>&\"c\\x1b\\xff");
  }
  EXPECT_EQ(Bars(Parsed(PlotBoot("", {}, 0, 0))), std::vector<std::string>());
}

}  // namespace
}  // namespace keelson
