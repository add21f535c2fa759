// The callback in the loop is what owns it.
#include "applets/netconfd/program_output.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "platform/pipe.h"

namespace keelson {
namespace {

constexpr size_t kPiece = 4096;
constexpr int kPiecesAtOnce = 16;

}  // namespace

Error ProgramOutput::Open(Loop* loop, Line line, Descriptor* writer,
                          std::shared_ptr<ProgramOutput>* output) {
  auto made = std::make_shared<ProgramOutput>(loop, std::move(line));
  if (Error error = MakePipe(&made->reader_, writer); !error.ok()) return error;
  const Error error = loop->WatchFd(made->reader_.get(), kReadable, [made](unsigned) {
    const bool goes_on = made->Read();
    made->Tell(!goes_on);
    if (goes_on) return;
    const std::shared_ptr<ProgramOutput> kept = made;  // the callback goes with the watch
    kept->loop_->ForgetFd(kept->reader_.get());
  });
  if (error.ok()) *output = std::move(made);
  return error;
}

bool ProgramOutput::Read() {
  for (int i = 0; i < kPiecesAtOnce; ++i) {
    const size_t before = unread_.size();
    const Error error = ReadPipe(reader_.get(), kPiece, &unread_);
    if (error.code() == EAGAIN) return true;
    if (!error.ok() || unread_.size() == before) return false;
    Tell(false);
  }
  return true;
}

void ProgramOutput::Tell(bool all) {
  size_t at = 0;
  while (at < unread_.size()) {
    size_t end = unread_.find('\n', at);
    if (end == unread_.npos && unread_.size() - at < kMaxLine && !all) break;
    end = std::min({end, unread_.size(), at + kMaxLine});
    line_(std::string_view(unread_).substr(at, end - at));
    at = end < unread_.size() && unread_[end] == '\n' ? end + 1 : end;
  }
  unread_.erase(0, at);
}

void ProgramOutput::Drain() {
  Read();
  Tell(true);
}

}  // namespace keelson
