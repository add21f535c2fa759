// A request of nscd's protocol, one a connection: three native int32 (version 2, type 10
// INVALIDATE, length of the key), then the key with its NUL. The answer is an int32 that does not
// matter here.
#include "platform/lookup_cache.h"

#include <cstdint>
#include <memory>
#include <string>

#include "platform/clock.h"
#include "platform/control_socket.h"

namespace keelson {
namespace {

constexpr int32_t kVersion = 2;
constexpr int32_t kInvalidate = 10;
constexpr size_t kAnswerSize = sizeof(int32_t);

Error Forget(std::string_view database, std::string_view socket, int64_t deadline_ns) {
  const int32_t header[] = {kVersion, kInvalidate, static_cast<int32_t>(database.size() + 1)};
  std::string request(reinterpret_cast<const char*>(header), sizeof header);
  request.append(database);
  request += '\0';
  std::unique_ptr<ControlClient> client;
  Error error = ConnectControl(socket, deadline_ns, &client);
  if (error.ok()) error = client->Send(request, deadline_ns);
  std::string answer;
  return error.ok() ? client->Receive(kAnswerSize, deadline_ns, &answer) : error;
}

}  // namespace

void ForgetLookups(std::initializer_list<std::string_view> databases, std::string_view socket) {
  const int64_t deadline_ns = SystemClock()->MonotonicNs() + kSecond;
  for (std::string_view database : databases) {
    const Error error = Forget(database, socket, deadline_ns);
    if (error.not_found() || error.code() == ECONNREFUSED || error.code() == ETIMEDOUT) return;
  }
}

}  // namespace keelson
