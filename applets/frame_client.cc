// Whoever takes frames passes over those that mean nothing to it: they are of a later version.
#include "applets/frame_client.h"

#include <cerrno>
#include <memory>
#include <vector>

#include "platform/clock.h"
#include "platform/control_socket.h"

namespace keelson {
namespace {

constexpr size_t kReceive = size_t{64} << 10;
constexpr int64_t kConnectNs = 5 * kSecond;

}  // namespace

Error AskByFrames(std::string_view socket, uint16_t type, std::span<const std::string> words,
                  const std::function<int64_t()>& deadline,
                  const std::function<FrameTaken(const Frame&)>& take) {
  const std::vector<std::string_view> fields(words.begin(), words.end());
  std::string request;
  if (!AppendFrame(type, fields, &request)) return Error(EMSGSIZE);
  std::unique_ptr<ControlClient> client;
  const int64_t sent_by_ns = SystemClock()->MonotonicNs() + kConnectNs;
  if (Error error = ConnectControl(socket, sent_by_ns, &client); !error.ok()) return error;
  if (Error error = client->Send(request, sent_by_ns); !error.ok()) return error;
  std::string bytes;
  while (true) {
    const size_t before = bytes.size();
    if (Error error = client->Receive(kReceive, deadline(), &bytes); !error.ok()) return error;
    if (bytes.size() == before) return Error(ECONNRESET);
    Frame frame;
    size_t at = 0, consumed = 0;
    FrameResult result;
    while ((result = ParseFrame(std::string_view(bytes).substr(at), &frame, &consumed)) ==
           FrameResult::kFrame) {
      const FrameTaken taken = take(frame);
      if (taken != FrameTaken::kMore) return taken == FrameTaken::kLast ? kOk : Error(EPROTO);
      at += consumed;
    }
    if (result == FrameResult::kMalformed) return Error(EPROTO);
    bytes.erase(0, at);
  }
}

}  // namespace keelson
