// Lines that a program says, for as long as anybody holds its end of the pipe: what it has left in
// the background may go on saying something.
#ifndef KEELSON_APPLETS_NETCONFD_PROGRAM_OUTPUT_H_
#define KEELSON_APPLETS_NETCONFD_PROGRAM_OUTPUT_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "platform/descriptor.h"
#include "platform/error.h"
#include "platform/loop.h"

namespace keelson {

class ProgramOutput : public std::enable_shared_from_this<ProgramOutput> {
 public:
  using Line = std::function<void(std::string_view line)>;

  // *writer is for the program. The loop keeps it until the last writer is gone.
  static Error Open(Loop* loop, Line line, Descriptor* writer,
                    std::shared_ptr<ProgramOutput>* output);

  ProgramOutput(Loop* loop, Line line) : loop_(loop), line_(std::move(line)) {}
  void Drain();  // all that has been said so far, the last line too if it has no end

 private:
  static constexpr size_t kMaxLine = 4000;  // bytes; longer ones are cut into several

  bool Read();  // false: no more will come
  void Tell(bool all);

  Loop* const loop_;
  const Line line_;
  Descriptor reader_;
  std::string unread_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_PROGRAM_OUTPUT_H_
