#include "core/interfaces_config.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

TEST(InterfacesConfig, FindsTheFirstOfAName) {
  InterfaceStanza stanza;
  stanza.options = {
      {"up", {{"a", {}}}}, {"mtu", {{"1500", {}}, {"1400", {}}}}, {"up", {{"b", {}}}}};
  EXPECT_EQ(stanza.Find("up")->Value(), "a");
  EXPECT_EQ(stanza.Find("mtu")->Value(), "1500\n1400");
  EXPECT_EQ(stanza.Find("address"), nullptr);

  InterfacesConfig config;
  config.classes = {{"auto", {}}, {"hotplug", {}}};
  EXPECT_EQ(config.FindClass("hotplug"), &config.classes[1]);
  EXPECT_EQ(config.FindClass("boot"), nullptr);
}

TEST(InterfacesConfig, FindsAllStanzasOfANameInTheirOrder) {
  InterfacesConfig config;
  for (const char* const name : {"b", "a", "ab", "b", "", "a"}) {
    config.stanzas.emplace_back().name = name;
  }
  using Found = std::vector<const InterfaceStanza*>;
  const auto* const stanzas = config.stanzas.data();
  for (const bool is_sorted : {false, true}) {
    if (is_sorted) config.SortNames();
    EXPECT_EQ(config.StanzasOf("a"), (Found{stanzas + 1, stanzas + 5}));
    EXPECT_EQ(config.StanzasOf("b"), (Found{stanzas, stanzas + 3}));
    EXPECT_EQ(config.StanzasOf(""), (Found{stanzas + 4}));
    EXPECT_EQ(config.StanzasOf("c"), Found());
  }
  config.stanzas.emplace_back().name = "c";
  EXPECT_EQ(config.StanzasOf("c"), (Found{config.stanzas.data() + 6}));
}

TEST(InterfacesConfig, NotesHaveTheirPlace) {
  InterfacesConfig config;
  config.files = {"/a", "/b"};
  const InterfacesNote note = {{1, {3, 7}}, "misplaced\toption", true};
  EXPECT_EQ(note.Text(config), "/b:3:7: misplaced\\x09option");
}

}  // namespace
}  // namespace keelson
