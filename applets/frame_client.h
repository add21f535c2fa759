// A request to a daemon of ours, and its answer: frames over its control socket.
#ifndef KEELSON_APPLETS_FRAME_CLIENT_H_
#define KEELSON_APPLETS_FRAME_CLIENT_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/frame.h"
#include "platform/error.h"

namespace keelson {

enum class FrameTaken : uint8_t { kMore, kLast, kWrong };

// take is called with each frame, until it has had the last one: kOk. deadline: until when
// (Clock::MonotonicNs) the next bytes may come; asked anew after each. EMSGSIZE: the request is
// too large. ETIMEDOUT; ECONNRESET: it has gone in the middle; EPROTO: no frame, or kWrong; others:
// it is not there.
Error AskByFrames(std::string_view socket, uint16_t type, std::span<const std::string> words,
                  const std::function<int64_t()>& deadline,
                  const std::function<FrameTaken(const Frame&)>& take);

}  // namespace keelson

#endif  // KEELSON_APPLETS_FRAME_CLIENT_H_
