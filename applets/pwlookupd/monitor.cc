// connect, subscribe, print what comes; when the connection ends, again.
#include "applets/pwlookupd/monitor.h"

#include <cerrno>
#include <memory>
#include <string>

#include "applets/run.h"
#include "applets/status.h"
#include "core/frame.h"
#include "core/lookup_monitor.h"
#include "platform/clock.h"
#include "platform/control_socket.h"
#include "platform/loop.h"

namespace keelson {

namespace {

constexpr int64_t kConnectNs = 2 * kSecond;
// A daemon that takes over is there before the old one ends the connection, so that one more try is
// enough; this is for who starts it anew.
constexpr int64_t kGapNs = kSecond;
constexpr int64_t kTryNs = kSecond / 5;
constexpr int64_t kForeverNs = 1'000'000 * kSecond;

int64_t Now() { return SystemClock()->MonotonicNs(); }

// Prints the frames in *bytes, which keeps what is not yet whole. What is not a generation ends it.
absl::Status PrintFrames(std::string_view socket, std::string* bytes) {
  Frame frame;
  size_t consumed = 0;
  FrameResult result;
  while ((result = ParseFrame(*bytes, &frame, &consumed)) == FrameResult::kFrame) {
    if (frame.type == kLookupRefused && !frame.fields.empty()) {
      return Failure(std::string(frame.fields[0]));
    }
    if (frame.type == kLookupGeneration && frame.fields.size() >= 2) {
      PrintOutput(std::string(frame.fields[0]) + " " + std::string(frame.fields[1]) + "\n");
    }
    bytes->erase(0, consumed);
  }
  if (result == FrameResult::kMalformed) return SystemError(socket, "", Error(EPROTO));
  return absl::OkStatus();
}

// Until the connection ends, which is kOk in *error if the daemon ended it.
absl::Status Listen(std::string_view socket, std::span<const std::string_view> databases,
                    bool* connected, Error* error) {
  std::unique_ptr<ControlClient> client;
  *connected = false;
  *error = ConnectControl(socket, Now() + kConnectNs, &client);
  if (!error->ok()) return absl::OkStatus();
  std::string request, bytes;
  AppendFrame(kLookupSubscribe, databases, &request);
  *error = client->Send(request, Now() + kConnectNs);
  while (error->ok()) {
    const size_t before = bytes.size();
    *error = client->Receive(kMaxFrame, Now() + kForeverNs, &bytes);
    if (error->code() == ETIMEDOUT) *error = kOk;
    if (!error->ok() || bytes.size() == before) break;
    *connected = true;
    if (absl::Status status = PrintFrames(socket, &bytes); !status.ok()) return status;
    if (!FlushOutput().ok()) break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int> Monitor(std::string_view socket, std::span<const std::string_view> databases,
                            bool wait) {
  std::unique_ptr<Loop> pause;
  if (Error error = NewLoop(&pause); !error.ok()) {
    return SystemError("event loop", "failed", error);
  }
  int64_t give_up_ns = 0;
  for (;;) {
    bool connected;
    Error error;
    if (absl::Status status = Listen(socket, databases, &connected, &error); !status.ok()) {
      return status;
    }
    if (!FlushOutput().ok()) return 0;  // whoever reads the lines is gone: RunApplet says so
    if (connected) give_up_ns = Now() + kGapNs;
    if (!wait && Now() >= give_up_ns) {
      return SystemError(socket, "", error.ok() ? Error(ECONNRESET) : error);
    }
    if (connected) continue;
    if (error = pause->RunOnce(Now() + kTryNs); !error.ok()) {
      return SystemError("event loop", "failed", error);
    }
  }
}

}  // namespace keelson
