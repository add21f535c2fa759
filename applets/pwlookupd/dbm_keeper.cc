// The daemon's end of the channel.

#include "applets/pwlookupd/dbm_keeper.h"

#include <utility>

#include "platform/channel.h"
#include "platform/child.h"

namespace keelson {
namespace {

constexpr size_t kMaxMessage = 4096;

}  // namespace

Error DbmKeeper::Start(const DbmKeeperOptions& options, std::unique_ptr<DbmKeeper>* keeper) {
  // Before the daemon is confined to what is there. Why it cannot be made, the child will say.
  std::unique_ptr<Root> root;
  std::string why;
  if (OpenRoot(options.root, &root).ok()) (void)OpenOrMakeDbmDirectory(*root, options.place, &why);
  root.reset();
  Descriptor channel;
  const auto run = [&options](int end) { RunDbmKeeper(end, options); };
  if (Error error = StartChild(run, &channel); !error.ok()) return error;
  *keeper = std::make_unique<DbmKeeper>(std::move(channel));
  return kOk;
}

Error DbmKeeper::Serve(Loop* loop, News news, std::function<void()> on_end) {
  loop_ = loop;
  news_ = std::move(news);
  on_end_ = std::move(on_end);
  return loop_->WatchFd(channel_.get(), kReadable, [this](unsigned) { Receive(); });
}

void DbmKeeper::LookAgain(Database database) {
  Asked& asked = asked_[static_cast<size_t>(database)];
  if (std::exchange(asked.is_out, true)) {
    asked.again = true;
  } else {
    Ask(database);
  }
}

// There is always room: at most one message a database is on the way.
void DbmKeeper::Ask(Database database) {
  if (!channel_.valid()) return;
  const char number = static_cast<char>(database);
  const Error error = SendMessage(channel_.get(), {&number, 1}, {}, /*wait=*/false);
  if (!error.ok()) End();
}

void DbmKeeper::Receive() {
  std::string message;
  std::vector<Descriptor> descriptors;
  const Error error = ReceiveMessage(channel_.get(), kMaxMessage, &message, &descriptors);
  if (error.code() == EAGAIN) return;
  const size_t number = message.size() < 2 ? kDatabases : static_cast<uint8_t>(message[0]);
  if (!error.ok() || number >= kDatabases) return End();
  const auto database = static_cast<Database>(number);
  asked_[number].is_out = false;
  if (std::exchange(asked_[number].again, false)) LookAgain(database);
  news_(database, static_cast<DbmState>(message[1]), std::string_view(message).substr(2));
}

void DbmKeeper::End() {
  if (!channel_.valid()) return;
  if (loop_ != nullptr) loop_->ForgetFd(channel_.get());
  channel_.Reset();
  if (on_end_) on_end_();
}

}  // namespace keelson
