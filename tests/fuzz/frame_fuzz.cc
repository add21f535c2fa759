// Any bytes as a stream of frames: a frame that is taken is written back byte for byte; one that
// needs more says so of every beginning of it; fields lie inside the bytes.
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/frame.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keelson;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Frame frame;
  size_t consumed = 0;
  while (ParseFrame(bytes, &frame, &consumed) == FrameResult::kFrame) {
    Require(consumed >= 8 && consumed <= bytes.size());
    for (const std::string_view field : frame.fields) {
      Require(field.data() >= bytes.data() &&
              field.data() + field.size() <= bytes.data() + consumed);
    }
    std::string again;
    Require(AppendFrame(frame.type, frame.fields, &again));
    Require(again == bytes.substr(0, consumed));
    Frame half;
    size_t unused = 0;
    Require(ParseFrame(bytes.substr(0, consumed - 1), &half, &unused) == FrameResult::kNeedMore);
    bytes.remove_prefix(consumed);
  }
  return 0;
}
