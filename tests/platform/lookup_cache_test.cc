// Against a listening socket of the test's own.
#include "platform/lookup_cache.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "platform/clock.h"
#include "platform/control_socket.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

// What `count` clients sent, each answered with an int32.
std::vector<std::string> Serve(int listener, int count) {
  std::vector<std::string> requests;
  while (count-- > 0) {
    pollfd ready{listener, POLLIN, 0};
    if (poll(&ready, 1, 10'000) != 1) break;
    Descriptor client(accept(listener, nullptr, nullptr));
    std::string request(100, '\0');
    const ssize_t n = recv(client.get(), request.data(), request.size(), 0);
    request.resize(n < 0 ? 0 : n);
    requests.push_back(request);
    const int32_t done = 0;
    EXPECT_EQ(send(client.get(), &done, sizeof done, MSG_NOSIGNAL), 4);
  }
  return requests;
}

std::string Request(const char* database) {
  const int32_t header[] = {2, 10, static_cast<int32_t>(std::strlen(database) + 1)};
  return std::string(reinterpret_cast<const char*>(header), sizeof header) + database +
         std::string(1, '\0');
}

TEST(LookupCache, TellsEachDatabase) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/socket";
  Descriptor listener;
  ASSERT_TRUE(BindControl(path, 0600, &listener).ok());
  std::vector<std::string> requests;
  std::thread server([&] { requests = Serve(listener.get(), 2); });
  ForgetLookups({"passwd", "group"}, path);
  server.join();
  EXPECT_EQ(requests, (std::vector<std::string>{Request("passwd"), Request("group")}));
}

TEST(LookupCache, NobodyThereIsNothing) {
  TemporaryFolder folder;
  ForgetLookups({"passwd"}, folder.path() + "/none");
  ForgetLookups({"passwd"}, folder.path() + "/no/folder");
  ForgetLookups({"passwd"}, folder.path() + "/" + std::string(200, 'x'));
  const std::string path = folder.path() + "/dead";
  Descriptor listener;
  ASSERT_TRUE(BindControl(path, 0600, &listener).ok());
  listener.Reset();
  ForgetLookups({"passwd", "group"}, path);
}

// The wait ends by its own deadline; a test that hangs shows that it does not.
TEST(LookupCache, SilentDaemonIsLeftAlone) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/socket";
  Descriptor listener;
  ASSERT_TRUE(BindControl(path, 0600, &listener).ok());
  const int64_t before = SystemClock()->MonotonicNs();
  ForgetLookups({"passwd", "group"}, path);
  EXPECT_GE(SystemClock()->MonotonicNs() - before, kSecond);
}

}  // namespace
}  // namespace keelson
