// Options -> requests -> the daemon's codes. Without a daemon there is nothing to do and the answer
// is 1, without a word, as useradd expects it of nscd.

#include "applets/pwlookupd/nscd.h"

#include <cstring>
#include <string>

#include "absl/status/statusor.h"
#include "applets/pwlookupd/ask.h"
#include "applets/status.h"

namespace keelson {
namespace {

constexpr std::string_view kTables[] = {"passwd", "group", "hosts", "services", "netgroup"};

bool IsTable(std::string_view name) {
  for (std::string_view table : kTables) {
    if (table == name) return true;
  }
  return false;
}

// 0, or what the daemon's refusal or the missing daemon comes to.
absl::StatusOr<int> Command(std::string_view socket, NscdType type, std::string_view key) {
  std::string answer;
  const Error error = AskDaemon(socket, type, key, &answer);
  if (error.not_found() || error.code() == ECONNREFUSED) return 1;
  if (!error.ok()) return SystemError(socket, "", error);
  int32_t code = EPERM;  // closed without an answer
  if (answer.size() >= sizeof code) std::memcpy(&code, answer.data(), sizeof code);
  if (code == 0) return 0;
  return SystemError(socket, "", Error(code));
}

}  // namespace

absl::StatusOr<int> RunNscd(const Invocation& invocation) {
  const std::string_view socket = invocation.Text("socket", kNscdSocket);
  for (std::string_view table : invocation.Texts("invalidate")) {
    if (!IsTable(table)) {
      return UsageError("'" + std::string(table) + "' is not a known database");
    }
  }
  if (!invocation.Has("invalidate") && !invocation.Has("statistics") &&
      !invocation.Has("shutdown")) {
    return UsageError("nothing to do: the daemon itself is pwlookupd");
  }
  int worst = 0;
  for (std::string_view table : invocation.Texts("invalidate")) {
    const auto code = Command(socket, NscdType::kInvalidate, table);
    if (!code.ok()) return code;
    if (*code != 0) worst = *code;
  }
  if (invocation.Has("statistics")) {
    const auto code = PrintStatistics(socket);
    if (!code.ok()) return code;
  }
  if (!invocation.Has("shutdown")) return worst;
  const auto code = Command(socket, NscdType::kShutdown, "");
  return code.ok() && *code == 0 ? worst : code;
}

}  // namespace keelson
