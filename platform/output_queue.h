// What a daemon says on a descriptor whose reader may be slow, or stuck: whoever says it never
// waits.
#ifndef KEELSON_PLATFORM_OUTPUT_QUEUE_H_
#define KEELSON_PLATFORM_OUTPUT_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "platform/descriptor.h"
#include "platform/error.h"
#include "platform/loop.h"

namespace keelson {

// Lines go out in their order, at once as far as they are taken, the rest from the loop. When more
// bytes wait than the limit, what is put from then on is lost until all that waits is out; a line
// that says how much was lost comes next.
class OutputQueue {
 public:
  static constexpr size_t kMaxWaiting = size_t{4} << 20;  // bytes

  // The descriptor stays the caller's, and so do its flags, which others may share. REQUIRES: loop
  // outlives this.
  OutputQueue(Loop* loop, int fd, std::function<std::string(uint64_t lost)> lost_line);
  ~OutputQueue();

  void Put(std::string_view line);  // with its line end
  // Why nothing goes out any more; the callback runs when that comes.
  Error error() const { return error_; }
  void OnError(std::function<void()> callback) { on_error_ = std::move(callback); }

 private:
  void Send();
  bool SendSome();
  void Wait();

  Loop* const loop_;
  const std::function<std::string(uint64_t lost)> lost_line_;
  Descriptor own_;  // the same pipe or terminal, opened anew so that it never waits
  int fd_;
  std::string waiting_;
  size_t sent_ = 0;  // of what waits
  uint64_t lost_ = 0;
  bool is_watched_ = false;
  Error error_;
  std::function<void()> on_error_;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_OUTPUT_QUEUE_H_
