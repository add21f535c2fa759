#include "applets/netconfd/hooks.h"

#include <gtest/gtest.h>

#include <memory>

#include "platform/fake/clock.h"
#include "platform/fake/file.h"

namespace keelson {
namespace {

TEST(HooksTest, TheEnvironmentIsIfupdowns) {
  DesiredSetup setup;
  setup.family = SetupFamily::kInet6;
  setup.method_name = "static";
  setup.logical = "home";
  setup.options = {{"address", "2001:db8::1"}, {"bridge-ports", "$(id) a;b"}};
  HookWords words;
  words.name = "br-0";
  words.is_verbose = true;
  words.all_class = "auto";
  words.within = "eth0 ";
  words.inherited = {"IFUPDOWN_eth0=post-up"};
  EXPECT_EQ(
      HookEnvironment(setup, true, HookPhase::kUp, words),
      (std::vector<std::string>{
          "IF_ADDRESS=2001:db8::1", "IF_BRIDGE_PORTS=$(id) a;b", "IFUPDOWN_eth0=post-up",
          "IFUPDOWN_br_0=post-up", "NETCONFD_UNIT=eth0 br-0 ", "IFACE=br-0", "LOGICAL=home",
          "ADDRFAM=inet6", "METHOD=static", "MODE=start", "PHASE=post-up", "VERBOSITY=1",
          "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "CLASS=auto"}));
}

TEST(HooksTest, ACommandIsOneArgument) {
  const SpawnRequest request = ShellRequest("echo '$(id)' \"; x", {"IFACE=a;b"});
  EXPECT_EQ(request.arguments, (std::vector<std::string>{"/bin/sh", "-c", "echo '$(id)' \"; x"}));
  EXPECT_EQ(request.environment, (std::vector<std::string>{"IFACE=a;b"}));
}

TEST(HooksTest, FilesAreThoseThatRunPartsTakes) {
  FakeClock clock;
  FakeTree tree(&clock);
  const std::unique_ptr<Root> root = tree.NewRoot();
  const std::unique_ptr<Directory> top = tree.Top();
  ASSERT_TRUE(top->MakeDirectory("if-up.d", 0755).ok());
  std::unique_ptr<Directory> folder;
  ASSERT_TRUE(top->Open("if-up.d", &folder).ok());
  std::unique_ptr<OutputFile> file;
  for (const auto& [name, mode] :
       {std::pair{"b", 0755}, {"A_1-", 0755}, {"a.sh", 0755}, {"plain", 0644}}) {
    ASSERT_TRUE(folder->Create(name, mode, &file).ok());
  }
  EXPECT_EQ(HookFiles(root.get(), "", HookPhase::kUp),
            (std::vector<std::string>{"/if-up.d/A_1-", "/if-up.d/b"}));
  EXPECT_TRUE(HookFiles(root.get(), "", HookPhase::kDown).empty());
}

}  // namespace
}  // namespace keelson
