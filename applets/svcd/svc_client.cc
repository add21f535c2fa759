// Frames of a later version that mean nothing here are passed over.
#include "applets/svcd/svc_client.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <limits>
#include <memory>

#include "core/svcd_protocol.h"
#include "core/frame.h"
#include "platform/clock.h"
#include "platform/control_socket.h"

namespace keelson {
namespace {

constexpr size_t kReceive = size_t{64} << 10;
constexpr int64_t kConnectNs = 5 * kSecond;

int64_t DeadlineIn(int64_t patience_ns) {
  if (patience_ns == 0) return std::numeric_limits<int64_t>::max() / 2;
  return SystemClock()->MonotonicNs() + patience_ns;
}

bool ReadEnd(const Frame& frame, SvcdEnd* end) {
  if (frame.fields.empty()) return false;
  const std::string_view code = frame.fields[0];
  const auto [rest, error] = std::from_chars(code.data(), code.data() + code.size(), end->code);
  if (error != std::errc() || rest != code.data() + code.size()) return false;
  if (frame.fields.size() > 1) end->why = frame.fields[1];
  return true;
}

void Pass(const Frame& frame, const SvcdListener& listener) {
  const auto& fields = frame.fields;
  if (frame.type == kSvcdRow && listener.row) listener.row(fields);
  if (frame.type == kSvcdText && listener.text && !fields.empty()) listener.text(fields[0]);
  if (frame.type == kSvcdError && listener.error && !fields.empty()) listener.error(fields[0]);
  if (frame.type == kSvcdProgress && listener.progress && fields.size() >= 3) {
    listener.progress(fields[0], fields[1], fields[2]);
  }
}

}  // namespace

Error AskSvcd(std::string_view socket, std::span<const std::string> words, Patience patience,
              const SvcdListener& listener, SvcdEnd* end) {
  const std::vector<std::string_view> fields(words.begin(), words.end());
  std::string request;
  if (!AppendFrame(kSvcdRequest, fields, &request)) return Error(EMSGSIZE);
  std::unique_ptr<ControlClient> client;
  const int64_t sent_by_ns = DeadlineIn(kConnectNs);
  if (Error error = ConnectControl(socket, sent_by_ns, &client); !error.ok()) return error;
  if (Error error = client->Send(request, sent_by_ns); !error.ok()) return error;
  const int64_t whole_ns = DeadlineIn(patience.whole_ns);
  std::string bytes;
  while (true) {
    const size_t before = bytes.size();
    const Error error =
        client->Receive(kReceive, std::min(DeadlineIn(patience.silence_ns), whole_ns), &bytes);
    if (!error.ok()) return error;
    if (bytes.size() == before) return Error(ECONNRESET);
    Frame frame;
    size_t at = 0, consumed = 0;
    FrameResult result;
    while ((result = ParseFrame(std::string_view(bytes).substr(at), &frame, &consumed)) ==
           FrameResult::kFrame) {
      if (frame.type == kSvcdDone) return ReadEnd(frame, end) ? kOk : Error(EPROTO);
      Pass(frame, listener);
      at += consumed;
    }
    if (result == FrameResult::kMalformed) return Error(EPROTO);
    bytes.erase(0, at);
  }
}

}  // namespace keelson
