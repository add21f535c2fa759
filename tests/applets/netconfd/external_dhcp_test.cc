// What other clients are called with, how they are ended, and which methods are trusted.
#include "applets/netconfd/external_dhcp.h"

#include <gtest/gtest.h>

#include <csignal>

#include "platform/fake/clock.h"
#include "platform/fake/file.h"
#include "platform/fake/loop.h"
#include "platform/fake/process.h"
#include "platform/replace.h"

namespace keelson {
namespace {

ExternalDhcpCall CallOf(DhcpProvider provider) {
  return {.provider = provider, .interface = "eth0", .hook = "/h", .socket = "/s", .folder = "/f"};
}

std::string Joined(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : " ") + word;
  return joined;
}

TEST(ExternalDhcpWords, Table) {
  const std::string files =
      "-sf /h -pf /f/dhclient.eth0.pid -lf /f/dhclient.eth0.leases "
      "-e NETCONFD_SOCKET=/s";
  ExternalDhcpCall call = CallOf(DhcpProvider::kDhclient);
  EXPECT_EQ(Joined(ExternalDhcpWords(call)), "dhclient -4 -d " + files + " eth0");
  EXPECT_EQ(Joined(DhclientReleaseWords(call)), "dhclient -4 -r " + files + " eth0");
  call.gives_up = true;
  call.settings.hostname = "box";
  call.settings.vendor = "no";
  EXPECT_EQ(Joined(ExternalDhcpWords(call)), "dhclient -4 -d -1 " + files + " eth0");
  call.provider = DhcpProvider::kUdhcpc;
  EXPECT_EQ(Joined(ExternalDhcpWords(call)),
            "udhcpc -f -R -i eth0 -s /h -O mtu -O staticroutes -O search -n -x hostname:box");
  call.provider = DhcpProvider::kDhcpcd;
  call.settings.metric = 9;
  EXPECT_EQ(Joined(ExternalDhcpWords(call)),
            "dhcpcd -B -4 --noconfigure -c /h -e NETCONFD_SOCKET=/s -m 9 -h box eth0");
  call.interface = "-rf";
  EXPECT_TRUE(ExternalDhcpWords(call).empty());
}

class ExternalTest : public testing::Test {
 protected:
  void Put(const std::string& folder, std::string_view name, uint32_t mode) {
    std::unique_ptr<Directory> directory;
    ASSERT_TRUE(root_->OpenDirectory(folder, &directory).ok());
    ASSERT_TRUE(ReplaceFile(*directory, name, "x", {.mode = mode}).ok());
  }
  void Make(std::string_view folder, uint32_t mode) {
    std::unique_ptr<Directory> parent;
    std::string name;
    ASSERT_TRUE(root_->Locate(folder, true, &parent, &name).ok());
    ASSERT_TRUE(parent->MakeDirectory(name, mode).ok());
  }

  FakeClock clock_;
  FakeTree tree_{&clock_};
  FakeLoop loop_{&clock_};
  FakeProcesses processes_{&loop_};
  std::unique_ptr<Root> root_ = tree_.NewRoot();
};

TEST_F(ExternalTest, IsEndedAsEachClientWantsIt) {
  Make("/sbin", 0755);
  const struct {
    DhcpProvider provider;
    const char* program;
    bool release;
    std::vector<int> signals;
  } kTable[] = {
      {DhcpProvider::kDhclient, "dhclient", false, {SIGTERM}},
      {DhcpProvider::kDhclient, "dhclient", true, {}},
      {DhcpProvider::kUdhcpc, "udhcpc", false, {SIGKILL}},
      {DhcpProvider::kUdhcpc, "udhcpc", true, {SIGTERM}},
      {DhcpProvider::kDhcpcd, "dhcpcd", false, {SIGTERM}},
      {DhcpProvider::kDhcpcd, "dhcpcd", true, {SIGALRM}},
  };
  for (const auto& row : kTable) {
    Put("/sbin", row.program, 0755);
    processes_.Install("/sbin/" + std::string(row.program), std::nullopt);
    const size_t sent = processes_.sent().size();
    const int spawned = processes_.spawns();
    std::unique_ptr<ExternalDhcp> client;
    bool has_ended = false;
    ASSERT_TRUE(StartExternalDhcp(
                    &loop_, &processes_, root_.get(), CallOf(row.provider), -1,
                    [&has_ended](ProcessExit) { has_ended = true; }, &client)
                    .ok());
    client->Stop(row.release);
    client->Stop(row.release);
    std::vector<int> signals;
    for (size_t i = sent; i < processes_.sent().size(); ++i) {
      signals.push_back(processes_.sent()[i].signal);
    }
    EXPECT_EQ(signals, row.signals) << row.program;
    const bool by_program = row.release && row.signals.empty();
    EXPECT_EQ(processes_.spawns() - spawned, by_program ? 2 : 1);
    if (by_program) continue;
    ASSERT_TRUE(loop_.RunOnce(-1).ok());
    EXPECT_TRUE(has_ended) << row.program;
  }
}

TEST_F(ExternalTest, WithoutTheProgramThereIsNone) {
  std::unique_ptr<ExternalDhcp> client;
  EXPECT_EQ(StartExternalDhcp(
                &loop_, &processes_, root_.get(), CallOf(DhcpProvider::kUdhcpc), -1,
                [](ProcessExit) {}, &client),
            Error(ENOENT));
}

TEST_F(ExternalTest, MethodsAreRootsAlone) {
  Make("/k", 0755);
  Make("/k/methods", 0755);
  Put("/k/methods", "good", 0755);
  Put("/k/methods", "open", 0777);
  const auto request = [this](std::string_view name) {
    SpawnRequest made;
    const auto why = ExternalMethodRequest(root_.get(), "/k", name, true, {"A=1"}, -1, &made);
    return why ? *why : made.program + " " + Joined(made.arguments);
  };
  EXPECT_EQ(request("good"), "/k/methods/good good up");
  EXPECT_NE(request("open").find("/k/methods/open "), std::string::npos);
  EXPECT_EQ(request("open").find("open up"), std::string::npos);
  EXPECT_EQ(request("none"), "/k/methods/none: No such file or directory");
  for (const char* name : {"", "..", "a/b", ".x"}) EXPECT_EQ(request(name), "no name of a method");
}

}  // namespace
}  // namespace keelson
