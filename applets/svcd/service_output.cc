// The pipe stays open while anything of the service may run, so that restarts use the same one; we
// hold its writing end too and thus never see its end. A round of the loop reads one piece, so that
// a service that writes without end delays nobody.
#include "applets/svcd/service_output.h"

#include <string>

#include "platform/pipe.h"

namespace keelson {
namespace {

constexpr size_t kPiece = 16 * 1024;
constexpr int kDrainedPieces = 16;  // four times what a pipe holds

}  // namespace

ServiceOutput::~ServiceOutput() {
  if (reader_.valid()) loop_->ForgetFd(reader_.get());
}

int ServiceOutput::Writer() {
  if (!writer_.valid()) {
    if (!MakePipe(&reader_, &writer_).ok()) return -1;
    Listen();
  }
  return writer_.get();
}

void ServiceOutput::Restore(Descriptor reader, Descriptor writer) {
  reader_ = std::move(reader);
  writer_ = std::move(writer);
  Listen();
}

void ServiceOutput::Listen() {
  const Error error =
      loop_->WatchFd(reader_.get(), kReadable, [this](unsigned) { static_cast<void>(Read()); });
  if (error.ok()) return;
  reader_.Reset();  // a writer would wait for ever
  writer_.Reset();
}

Error ServiceOutput::Read() {
  static std::string piece;  // one for all services
  piece.clear();
  const Error error = ReadPipe(reader_.get(), kPiece, &piece);
  if (error.ok()) log_.Append(piece);
  return error;
}

void ServiceOutput::Drain() {
  for (int i = 0; i < kDrainedPieces && reader_.valid() && Read().ok(); ++i) {
  }
}

void ServiceOutput::EndLine() {
  Drain();
  log_.EndLine();
}

void ServiceOutput::Close() {
  if (reader_.valid()) loop_->ForgetFd(reader_.get());
  reader_.Reset();
  writer_.Reset();
}

}  // namespace keelson
