// connect, send, read until the daemon closes.

#include "applets/pwlookupd/ask.h"

#include <memory>

#include "applets/run.h"
#include "applets/status.h"
#include "platform/clock.h"
#include "platform/control_socket.h"

namespace keelson {
namespace {

constexpr int64_t kWaitNs = 2 * kSecond;
constexpr size_t kReceive = 1 << 20;
constexpr size_t kMaxAnswer = 256 << 20;

}  // namespace

Error AskDaemon(std::string_view socket, NscdType type, std::string_view key, std::string* answer) {
  if (key.size() >= kNscdMaxKey) return Error(ENAMETOOLONG);
  const int64_t deadline_ns = SystemClock()->MonotonicNs() + kWaitNs;
  std::unique_ptr<ControlClient> client;
  if (Error error = ConnectControl(socket, deadline_ns, &client); !error.ok()) return error;
  std::string request;
  AppendNscdRequest(type, key, &request);
  if (Error error = client->Send(request, deadline_ns); !error.ok()) return error;
  for (answer->clear();;) {
    const size_t before = answer->size();
    if (before >= kMaxAnswer) return Error(EFBIG);
    if (Error error = client->Receive(kReceive, deadline_ns, answer); !error.ok()) {
      return error;
    }
    if (answer->size() == before) return kOk;
  }
}

absl::StatusOr<int> PrintStatistics(std::string_view socket) {
  std::string answer;
  const Error error = AskDaemon(socket, NscdType::kStatistics, "", &answer);
  if (!error.ok()) return SystemError(socket, "", error);
  if (answer.empty()) {
    return SystemError(socket, "", Error(EPERM));
  }
  PrintOutput(answer);
  return 0;
}

}  // namespace keelson
