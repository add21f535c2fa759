// Frames of a later version that mean nothing here are passed over.
#include "applets/svcd/svc_client.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

#include "applets/frame_client.h"
#include "core/svcd_protocol.h"
#include "platform/clock.h"

namespace keelson {
namespace {

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
  const int64_t whole_ns = DeadlineIn(patience.whole_ns);
  return AskByFrames(
      socket, kSvcdRequest, words,
      [&] { return std::min(DeadlineIn(patience.silence_ns), whole_ns); },
      [&](const Frame& frame) {
        if (frame.type == kSvcdDone) {
          return ReadEnd(frame, end) ? FrameTaken::kLast : FrameTaken::kWrong;
        }
        Pass(frame, listener);
        return FrameTaken::kMore;
      });
}

}  // namespace keelson
