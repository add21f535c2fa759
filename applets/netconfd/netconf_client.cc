// Frames of a later version that mean nothing here are passed over.
#include "applets/netconfd/netconf_client.h"

#include <cerrno>
#include <cstdint>
#include <limits>
#include <memory>

#include "core/flat_file.h"
#include "core/frame.h"
#include "platform/clock.h"
#include "platform/control_socket.h"

namespace keelson {
namespace {

constexpr size_t kReceive = size_t{64} << 10;
constexpr int64_t kConnectNs = 5 * kSecond;

bool ReadCode(const Frame& frame, int* code) {
  if (frame.fields.empty()) return false;
  const auto number = ParseId(frame.fields[0]);
  if (!number || *number > 255) return false;
  *code = static_cast<int>(*number);
  return true;
}

void Pass(const Frame& frame, const NetconfdListener& listener) {
  const auto& fields = frame.fields;
  if (frame.type == kNetconfdRow && listener.row) listener.row(fields);
  if (frame.type == kNetconfdEvent && listener.event) listener.event(fields);
  if (frame.type == kNetconfdText && listener.text && !fields.empty()) listener.text(fields[0]);
  if (frame.type == kNetconfdError && listener.error && !fields.empty()) listener.error(fields[0]);
  if (frame.type == kNetconfdProgress && listener.progress && fields.size() >= 3) {
    listener.progress(fields[0], fields[1], fields[2]);
  }
}

}  // namespace

Error AskNetconfd(std::string_view socket, std::span<const std::string> words, int64_t deadline_ns,
                  const NetconfdListener& listener, int* code, NetconfdFrame type) {
  const std::vector<std::string_view> fields(words.begin(), words.end());
  std::string request;
  if (!AppendFrame(type, fields, &request)) return Error(EMSGSIZE);
  std::unique_ptr<ControlClient> client;
  const int64_t sent_by_ns = SystemClock()->MonotonicNs() + kConnectNs;
  if (Error error = ConnectControl(socket, sent_by_ns, &client); !error.ok()) return error;
  if (Error error = client->Send(request, sent_by_ns); !error.ok()) return error;
  if (deadline_ns == 0) deadline_ns = std::numeric_limits<int64_t>::max() / 2;
  std::string bytes;
  while (true) {
    const size_t before = bytes.size();
    if (Error error = client->Receive(kReceive, deadline_ns, &bytes); !error.ok()) return error;
    if (bytes.size() == before) return Error(ECONNRESET);
    Frame frame;
    size_t at = 0, consumed = 0;
    FrameResult result;
    while ((result = ParseFrame(std::string_view(bytes).substr(at), &frame, &consumed)) ==
           FrameResult::kFrame) {
      if (frame.type == kNetconfdDone) return ReadCode(frame, code) ? kOk : Error(EPROTO);
      Pass(frame, listener);
      at += consumed;
    }
    if (result == FrameResult::kMalformed) return Error(EPROTO);
    bytes.erase(0, at);
  }
}

}  // namespace keelson
