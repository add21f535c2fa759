// Frames of a later version that mean nothing here are passed over.
#include "applets/netconfd/netconf_client.h"

#include <cstdint>
#include <limits>

#include "applets/frame_client.h"
#include "core/flat_file.h"

namespace keelson {
namespace {

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
  if (deadline_ns == 0) deadline_ns = std::numeric_limits<int64_t>::max() / 2;
  return AskByFrames(
      socket, type, words, [deadline_ns] { return deadline_ns; },
      [&](const Frame& frame) {
        if (frame.type == kNetconfdDone) {
          return ReadCode(frame, code) ? FrameTaken::kLast : FrameTaken::kWrong;
        }
        Pass(frame, listener);
        return FrameTaken::kMore;
      });
}

}  // namespace keelson
