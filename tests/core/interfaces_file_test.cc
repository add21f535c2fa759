#include "core/interfaces_file.h"

#include <gtest/gtest.h>

#include <map>

namespace keelson {
namespace {

using Files = std::map<std::string, std::string>;

std::string Words(const std::vector<InterfacesText>& texts) {
  std::string words;
  for (const InterfacesText& text : texts) words += " " + text.text;
  return words;
}

std::string Dump(const InterfacesConfig& config) {
  std::string all;
  for (const auto& c : config.classes) all += "class " + c.name + Words(c.names) + "\n";
  for (const auto& m : config.mappings) {
    all += "mapping" + Words(m.patterns) + " by " + m.script + ":" + Words(m.map) + "\n";
  }
  for (const auto& [name, list] :
       {std::pair("no-auto-down", &config.no_auto_down),
        std::pair("no-scripts", &config.no_scripts), std::pair("rename", &config.renames)}) {
    if (!list->empty()) all += name + Words(*list) + "\n";
  }
  for (const auto& s : config.stanzas) {
    all += s.name + " " + s.family + " " + s.method + "\n";
    for (const auto& o : s.options) {
      all += "  " + o.name + "=";
      for (const auto& line : o.lines) all += "[" + line.text + "]";
      all += "\n";
    }
  }
  return all;
}

// Reads "main" and what it asks for: each pattern is the name of one of the files.
struct Read {
  explicit Read(const Files& files, InterfacesOptions options = {"", {}}) {
    InterfacesReader reader(&config, std::move(options));
    reader.Give({{"main", files.at("main")}});
    while (const InterfacesRequest* request = reader.Next()) {
      std::vector<InterfacesInput> found;
      asked += request->is_directory ? "D" : "F";
      for (const std::string& pattern : request->patterns) {
        asked += " " + pattern;
        const auto file = files.find(pattern);
        if (file != files.end()) found.push_back({file->first, file->second});
      }
      asked += ";";
      reader.Give(std::move(found));
    }
    is_spoilt = reader.is_spoilt();
    for (const InterfacesNote& note : reader.notes()) {
      notes += note.Text(config) + (note.ends_file ? "!\n" : "\n");
    }
    dump = Dump(config);
  }
  InterfacesConfig config;
  std::string dump, notes, asked;
  bool is_spoilt = false;
};

TEST(InterfacesFile, WhatStandsInAFile) {
  const struct {
    std::string text, expected;
  } kCases[] = {
      {"", ""},
      {"auto eth0 eth1 eth0\nallow-hotplug eth2\nallow-auto eth3\n",
       "class auto eth0 eth1 eth3\nclass hotplug eth2\n"},
      {"auto\nallow-x\n", "class auto\nclass x\n"},
      {"auto /eth*=lan mac/02:*/1=x\n", "class auto /eth*=lan mac/02:*/1=x\n"},
      {"no-auto-down eth* a\nno-scripts b\nrename a=b /x*=c\n",
       "no-auto-down eth* a\nno-scripts b\nrename a=b /x*=c\n"},
      {"iface a inet manual\nauto\n mtu 9\nno-scripts\nno-auto-down\nallow-hotplug\n metric 1\n",
       "class auto a\nclass hotplug a\nno-auto-down a\nno-scripts a\na inet manual\n  mtu=[9]\n"
       "  metric=[1]\n"},
      {"mapping eth* x\n script /bin/m  -a\n map a b\n map\n",
       "mapping eth* x by /bin/m  -a: a b \n"},
      {"iface a inet static\n up b  c\n address 1\n post-up d\n pre-down e\n down f\n pre-up g\n",
       "a inet static\n  up=[b  c]\n  address=[1]\n  up=[d]\n  down=[e]\n  down=[f]\n  "
       "pre-up=[g]\n"},
      {"iface a inet static\n dns 1\n mtu 2\n dns 3\n dns 4\n",
       "a inet static\n  dns=[1][3][4]\n  mtu=[2]\n"},
      {"iface a inet static\n mtu? 1\n mtu 2\n mtu? 3\n", "a inet static\n  mtu=[1][2]\n"},
      {"iface t inet static\n mtu 1\n up x\niface t inet6 auto\n dhcp 1\n"
       "iface a inet static inherits t\n mtu 2\n up y\niface b inet inherits t\niface c inherits "
       "t\n"
       "iface d inet6 inherits t\niface e inet manual inherits t extra\n",
       "t inet static\n  mtu=[1]\n  up=[x]\nt inet6 auto\n  dhcp=[1]\n"
       "a inet static\n  mtu=[1][2]\n  up=[x]\n  up=[y]\nb inet static\n  mtu=[1]\n  up=[x]\n"
       "c inet static\n  mtu=[1]\n  up=[x]\nd inet6 auto\n  dhcp=[1]\n"
       "e inet manual\n  mtu=[1]\n  up=[x]\n"},
      {"iface $(id) inet manual\n hwaddress ether 1:2\niface -rf can static\n",
       "$(id) inet manual\n  hwaddress=[ether 1:2]\n-rf can static\n"},
  };
  for (const auto& c : kCases) {
    const Read read({{"main", c.text}});
    EXPECT_EQ(read.dump, c.expected) << c.text;
    EXPECT_EQ(read.notes, "") << c.text;
    EXPECT_FALSE(read.is_spoilt);
  }
}

TEST(InterfacesFile, ErrorsHaveAPlaceAndEndTheFile) {
  const struct {
    std::string text, notes;
    bool is_spoilt = true;
  } kCases[] = {
      {"\n  address 1\n", "main:2:3: misplaced option!\n"},
      {"iface a inet manual\nauto a\n mtu 1\n", "main:3:2: misplaced option!\n"},
      {"iface a inet manual\nsource x\n mtu 1\n", "main:3:2: misplaced option!\n"},
      {"mapping a\n address 1\n", "main:2:2: misplaced option!\n"},
      {"mapping a\n script b\n script c\n", "main:3:2: duplicate script in mapping!\n"},
      {"mapping a\n script\n script c\n", "main:3:2: duplicate script in mapping!\n"},
      {"allow- a\n", "main:1:1: misplaced option!\n"},
      {" iface\n", "main:1:2: too few parameters for iface line!\n"},
      {"iface a\n", "main:1:8: unknown or no address type and no inherits keyword specified!\n"},
      {"iface a inet5 static\n",
       "main:1:9: unknown or no address type and no inherits keyword specified!\n"},
      {"iface a inet\n", "main:1:13: unknown or no method and no inherits keyword specified!\n"},
      {"iface a inet \\\n  auto\n",
       "main:2:3: unknown or no method and no inherits keyword specified!\n"},
      {"iface a inet inherits\n", "main:1:14: 'inherits' keyword is missing a parameter!\n"},
      {"iface a inherits b\n", "main:1:18: unknown iface to inherit from: b (*)!\n"},
      {"iface b inet manual\niface a inet6 auto inherits b\n",
       "main:2:29: unknown iface to inherit from: b (inet6)!\n"},
      {"iface a inet manual\n mtu\n", "main:2:2: option with empty value!\n"},
      {"iface a inet manual\n ? 1\n", "main:2:2: option without a name!\n"},
      {"iface a inet manual\n\\\n mtu 1\n", "main:3:1: option without a name!\n"},
      {"auto " + std::string(80, 'x') + "\n", "main:1:6: a name of more than 79 bytes!\n"},
      {"iface " + std::string(80, 'x') + " inet manual\n",
       "main:1:7: a name of more than 79 bytes!\n"},
      {"iface a inet static wrong\n",
       "main:1:21: extra parameter for the iface line not understood and ignored: wrong\n", false},
      {"iface a inet ppp\n",
       "main:1:14: ppp needs pppd, which is left to itself: it has no interface yet\n", false},
      {"rename a b=c\n", "main:1:8: missing target name for interface a\n", false},
      {"source $HOME/x\n", "main:1:8: needs a shell, so nothing is included\n", false},
      {"source\n", "main:1:1: source without a name\n", false},
  };
  for (const auto& c : kCases) {
    const Read read({{"main", c.text}});
    EXPECT_EQ(read.notes, c.notes) << c.text;
    EXPECT_EQ(read.is_spoilt, c.is_spoilt) << c.text;
  }
}

TEST(InterfacesFile, IncludedFilesStandWhereTheyAreAskedFor) {
  const Read read({{"main", "auto a\nsource /x b*\nauto d\nsource-directory '/e f'\nauto z\n"},
                   {"/x", "auto b\nsource ../y \n iface t inet manual\n mtu 1\n"},
                   {"//../y", "auto c\n"},
                   {"./b*", "iface u inet inherits t\n"}});
  EXPECT_EQ(read.asked, "F /x ./b*;F //../y;D /e f;");
  EXPECT_EQ(read.dump,
            "class auto a b c d z\nt inet manual\n  mtu=[1]\nu inet manual\n  mtu=[1]\n");
  EXPECT_EQ(read.notes, "");
}

TEST(InterfacesFile, AnErrorInAnIncludedFileEndsThatFileAlone) {
  const Read read({{"main", "source /x\nauto b\n"}, {"/x", "auto a\nmtu 5\nauto c\n"}});
  EXPECT_EQ(read.dump, "class auto a b\n");
  EXPECT_EQ(read.notes, "/x:2:1: misplaced option!\n");
  EXPECT_FALSE(read.is_spoilt);
}

TEST(InterfacesFile, AFileIsReadOnce) {
  const Read read({{"main", "source /x /x\nsource /x\n"}, {"/x", "no-scripts a\nsource /x\n"}});
  EXPECT_EQ(read.dump, "no-scripts a\n");
  EXPECT_EQ(read.config.files, (std::vector<std::string>{"main", "/x"}));
}

TEST(InterfacesFile, FilesThatIncludeEachOtherWithoutEnd) {
  InterfacesConfig config;
  InterfacesReader reader(&config);
  reader.Give({{"/f", "source ./f\n"}});
  while (const InterfacesRequest* request = reader.Next()) {
    reader.Give({{request->patterns[0], "source ./f\n"}});
  }
  EXPECT_TRUE(reader.is_spoilt());
  ASSERT_EQ(reader.notes().size(), 1u);
  EXPECT_NE(reader.notes()[0].Text(config).find(":1:1: files that include each other"),
            std::string::npos);
  EXPECT_EQ(config.files.size(), kMaxInterfacesDepth + 1);
}

TEST(InterfacesFile, PathsAreLimited) {
  const std::string name(kMaxInterfacesPath, 'x');
  const Read read({{"main", "\nsource /" + name + "\n"}, {"/" + name, "auto a\n"}});
  EXPECT_TRUE(read.is_spoilt);
  EXPECT_EQ(read.notes, "main:2:1: a path of more than 4096 bytes!\n");
}

TEST(InterfacesFile, InheritanceIsLimitedAsAWhole) {
  const std::string value(1 << 16, 'x');
  std::string text = "iface t inet manual\n";
  for (int i = 0; i < 64; ++i) text += "up " + value + "\n";
  for (int i = 0; i < 64; ++i) text += "iface a inherits t\n";
  const Read read({{"main", text}});
  EXPECT_TRUE(read.is_spoilt);
  EXPECT_EQ(read.notes, "main:80:18: more than 64 MiB with all that is inherited!\n");
}

TEST(InterfacesFile, TheLoopbackIsThereUnlessSomebodyDefinesOne) {
  const struct {
    std::string text, expected;
  } kCases[] = {
      {"auto eth0\n", "class auto lo eth0\nlo inet loopback\n"},
      {"auto eth0 lo\niface eth0 inet manual\niface lo inet loopback\n mtu 9\n",
       "class auto lo eth0\neth0 inet manual\nlo inet loopback\n  mtu=[9]\n"},
      {"iface x inet6 loopback\n", "class auto lo\nx inet6 loopback\n"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Read({{"main", c.text}}, {}).dump, c.expected) << c.text;
  }
}

TEST(InterfacesFile, FurtherMethods) {
  const Files files = {{"main", "iface a inet wireguard\niface b inet6 wireguard\n"}};
  EXPECT_TRUE(Read(files).is_spoilt);
  EXPECT_EQ(Read(files, {"", {"wireguard"}}).dump, "a inet wireguard\nb inet6 wireguard\n");
}

TEST(InterfacesFile, NamesThatADirectoryIsReadFor) {
  for (const char* name : {"a", "eth0", "A-z_9", "-"}) EXPECT_TRUE(IsSourcedName(name)) << name;
  for (const char* name : {"", "a.conf", "a~", ".a", "a b", "\xc3\xa4"}) {
    EXPECT_FALSE(IsSourcedName(name)) << name;
  }
}

}  // namespace
}  // namespace keelson
