// The server's end of a control socket.
//
// The common client connects, sends one small request at once and reads one answer. For it the
// whole life is accept, recv, send, close: only a client whose request is not there yet, or whose
// answer does not fit into the socket, is handed to the loop. Two lists hold the clients of the
// second kind, each oldest first: those that the stall limit counts for, and those that may stay
// idle. As the limit is one for all, the head of the first list is always the next to expire, and
// one timer serves all.
//
// A closed client's place is not used again, and its handler not told, before the outermost
// callback ends (or, when a caller from outside closed it, in the loop's next round): views that a
// handler holds stay valid, and OnClosed never surprises a caller of Send.
#include "platform/control_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <utility>
#include <vector>

namespace keelson {
namespace {

constexpr int kAcceptsPerRound = 64;
constexpr int64_t kAcceptPause = 20 * kMillisecond;
constexpr unsigned kIndexBits = 16;  // the low bits of an id; the others count up for ever
constexpr uint32_t kNone = ~uint32_t{0};
constexpr unsigned kNotWatched = ~0u;
constexpr size_t kKeptCapacity = 16384;  // bytes of buffer that a place keeps for its next client

class PosixControlServer : public ControlServer {
 public:
  PosixControlServer(Loop* loop, const Options& options, Handler* handler)
      : loop_(loop),
        options_(options),
        handler_(handler),
        listener_(options.bound),
        scratch_(new char[options.max_input + 1]) {}
  ~PosixControlServer() override;

  Error Open();

  bool Send(ClientId client, std::string_view bytes) override {
    return Transmit(client, bytes, -1);
  }
  bool SendDescriptor(ClientId client, std::string_view bytes, int fd) override {
    return Transmit(client, bytes, fd);
  }
  void Finish(ClientId client) override;
  void FinishAll(std::string_view bytes) override;
  Error PeerOf(ClientId client, Peer* peer) override;
  size_t clients() const override { return open_; }
  int listener() const override { return listener_.get(); }

 private:
  struct List {
    uint32_t head = kNone;
    uint32_t tail = kNone;
  };
  struct Passed {
    size_t at;  // it goes beside this byte of unsent
    Descriptor fd;
  };
  struct Client {
    ClientId id = 0;  // 0: closed
    Descriptor fd;
    std::string unread;
    std::string unsent;  // from `sent` on
    size_t sent = 0;
    std::vector<Passed> passed;
    unsigned interest = kNotWatched;
    bool ended = false;     // nothing more will come
    bool served = false;    // the handler has consumed something
    bool finished = false;  // closed when unsent is
    List* list = nullptr;
    uint32_t previous = kNone;
    uint32_t next = kNone;
    int64_t since_ns = 0;  // of its last progress, or of its coming into the list

    bool pending() const { return sent < unsent.size(); }
  };

  Error Listen();
  void OnAcceptable();
  bool HandleAcceptFailure(int code, bool* evicted);
  void PauseAccepting();
  ClientId Admit(int fd);
  void OnReady(ClientId id, unsigned ready);
  bool ReadFrom(ClientId id);
  bool Feed(Client* client, std::string_view bytes);
  bool Transmit(ClientId id, std::string_view bytes, int fd);
  void Flush(Client* client);
  void Settle(Client* client, bool progress);
  void Place(Client* client, bool progress);
  void Close(Client* client);
  bool EvictLongestSilent();
  bool KeepTotalOutput(ClientId sender);
  void Sweep();
  void ArmSweep();
  void Drain();

  Client* Find(ClientId id);
  uint32_t IndexOf(const Client& client) const { return client.id & ((1u << kIndexBits) - 1); }
  void Append(List* list, Client* client);
  void Unlink(Client* client);

  Loop* const loop_;
  const Options options_;
  Handler* const handler_;
  Descriptor listener_;
  std::unique_ptr<char[]> scratch_;
  std::deque<Client> places_;
  std::vector<uint32_t> free_;
  std::vector<ClientId> closed_;  // not drained yet
  std::vector<ClientId> fresh_;
  List waiting_;
  List idle_;
  size_t open_ = 0;
  size_t unsent_ = 0;  // bytes of all clients
  uint64_t next_serial_ = 1;
  ClientId feeding_ = 0;  // whose OnInput is running
  bool in_callback_ = false;
  Loop::TimerId sweep_timer_ = 0;
  Loop::TimerId accept_timer_ = 0;
  Loop::TimerId drain_timer_ = 0;
};

// Sends some of the bytes, with the descriptor (-1: none) beside the first. -1: errno.
ssize_t SendSome(int socket, std::string_view bytes, int fd) {
  iovec part{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &fd, sizeof(int));
  }
  ssize_t n;
  do {
    n = fd < 0 ? send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL)
               : sendmsg(socket, &message, MSG_NOSIGNAL);
  } while (n < 0 && errno == EINTR);
  return n;
}

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK; }

PosixControlServer::~PosixControlServer() {
  loop_->ForgetFd(listener_.get());
  for (Client& client : places_) {
    if (client.id != 0 && client.interest != kNotWatched) loop_->ForgetFd(client.fd.get());
  }
  loop_->CancelTimer(sweep_timer_);
  loop_->CancelTimer(accept_timer_);
  loop_->CancelTimer(drain_timer_);
}

Error PosixControlServer::Open() {
  if (options_.max_clients == 0 || options_.max_clients >= 1u << kIndexBits) return Error(EINVAL);
  if (listener_.valid()) return Listen();
  if (Error error = BindControl(options_.path, options_.mode, &listener_); !error.ok())
    return error;
  return Listen();
}

Error PosixControlServer::Listen() {
  return loop_->WatchFd(listener_.get(), kReadable, [this](unsigned) { OnAcceptable(); });
}

void PosixControlServer::OnAcceptable() {
  in_callback_ = true;
  fresh_.clear();
  bool evicted = false;
  for (int i = 0; i < kAcceptsPerRound; ++i) {
    int fd = accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (!HandleAcceptFailure(errno, &evicted)) break;
      continue;
    }
    ClientId id = Admit(fd);
    if (!ReadFrom(id)) fresh_.push_back(id);
  }
  // Connecting wakes us, so the request often arrives while we come to here.
  for (ClientId id : fresh_) {
    if (!ReadFrom(id)) Settle(Find(id), false);
  }
  Drain();
}

// True: worth another accept. *evicted: one client a round is closed to make room, no more.
bool PosixControlServer::HandleAcceptFailure(int code, bool* evicted) {
  if (code == EAGAIN || code == EWOULDBLOCK) return false;
  if (code == EINTR || code == ECONNABORTED) return true;
  if (!*evicted && (code == EMFILE || code == ENFILE) && EvictLongestSilent()) {
    *evicted = true;
    return true;
  }
  PauseAccepting();
  return false;
}

// The listener stays readable and accept keeps failing: without a pause the loop would spin.
void PosixControlServer::PauseAccepting() {
  loop_->ForgetFd(listener_.get());
  accept_timer_ = loop_->StartTimer(SystemClock()->MonotonicNs() + kAcceptPause, [this] {
    accept_timer_ = 0;
    if (!Listen().ok()) PauseAccepting();
  });
}

ControlServer::ClientId PosixControlServer::Admit(int fd) {
  uint32_t index;
  if (free_.empty()) {
    index = places_.size();
    places_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  Client& client = places_[index];
  client.id = next_serial_++ << kIndexBits | index;
  client.fd.Reset(fd);
  ++open_;
  return client.id;
}

PosixControlServer::Client* PosixControlServer::Find(ClientId id) {
  size_t index = id & ((1u << kIndexBits) - 1);
  if (id == 0 || index >= places_.size() || places_[index].id != id) return nullptr;
  return &places_[index];
}

void PosixControlServer::OnReady(ClientId id, unsigned ready) {
  Client* client = Find(id);
  if (client == nullptr) return;
  in_callback_ = true;
  if (client->pending()) {
    Flush(client);
  } else if (!client->ended && !client->finished) {
    ReadFrom(id);
  } else if (ready & kHangup) {
    Close(client);
  }
  Drain();
}

// One read and all that follows from it. False: nothing was there, nothing was done.
bool PosixControlServer::ReadFrom(ClientId id) {
  Client* client = Find(id);
  if (client == nullptr) return true;
  size_t room = options_.max_input + 1 - client->unread.size();
  ssize_t n = recv(client->fd.get(), scratch_.get(), room, 0);
  if (n < 0 && (WouldBlock() || errno == EINTR)) return false;
  if (n < 0) {
    Close(client);
    return true;
  }
  bool progress = false;
  if (n == 0) {
    client->ended = true;
  } else {
    progress = Feed(client, {scratch_.get(), static_cast<size_t>(n)});
  }
  Settle(client, progress);
  return true;
}

// True: the handler has consumed something.
bool PosixControlServer::Feed(Client* client, std::string_view bytes) {
  std::string_view unread = bytes;
  bool joined = !client->unread.empty();
  if (joined) unread = client->unread.append(bytes);
  size_t used = 0;
  feeding_ = client->id;
  while (used < unread.size() && !client->finished) {
    size_t n = handler_->OnInput(feeding_, unread.substr(used));
    if (n == 0 || client->id != feeding_) break;
    used += std::min(n, unread.size() - used);
  }
  feeding_ = 0;
  if (client->id == 0) return false;
  client->served |= used > 0;
  if (client->finished) {
    client->unread.clear();
  } else if (joined) {
    client->unread.erase(0, used);
  } else {
    client->unread.assign(unread.substr(used));
  }
  if (client->unread.size() > options_.max_input) Close(client);
  return used > 0;
}

bool PosixControlServer::Transmit(ClientId id, std::string_view bytes, int fd) {
  Client* client = Find(id);
  if (client == nullptr || client->finished) return false;
  size_t done = 0;
  if (!client->pending() && !bytes.empty()) {
    ssize_t n = SendSome(client->fd.get(), bytes, fd);
    if (n < 0 && !WouldBlock()) {
      Close(client);
      return false;
    }
    if (n > 0) done = n;
  }
  if (done < bytes.size()) {
    Passed passed{client->unsent.size(), Descriptor()};
    if (fd >= 0 && done == 0) passed.fd.Reset(fcntl(fd, F_DUPFD_CLOEXEC, 0));
    bool no_descriptor = fd >= 0 && done == 0 && !passed.fd.valid();
    size_t unsent = client->unsent.size() - client->sent + bytes.size() - done;
    if (unsent > options_.max_output || no_descriptor) {
      Close(client);
      return false;
    }
    if (passed.fd.valid()) client->passed.push_back(std::move(passed));
    client->unsent.append(bytes.substr(done));
    unsent_ += bytes.size() - done;
    if (unsent_ > options_.max_total_output && !KeepTotalOutput(id)) return false;
  }
  if (id != feeding_) Settle(client, done > 0);
  return true;
}

void PosixControlServer::Flush(Client* client) {
  bool progress = false;
  while (client->pending()) {
    std::string_view part = std::string_view(client->unsent).substr(client->sent);
    auto next = client->passed.begin();
    int fd = -1;
    if (next != client->passed.end() && next->at == client->sent) fd = (next++)->fd.get();
    if (next != client->passed.end()) part = part.substr(0, next->at - client->sent);
    ssize_t n = SendSome(client->fd.get(), part, fd);
    if (n < 0 && WouldBlock()) break;
    if (n < 0) return Close(client);
    client->sent += n;
    unsent_ -= n;
    progress = true;
    if (fd >= 0) client->passed.erase(client->passed.begin());
  }
  if (!client->pending() || client->sent > options_.max_output) {
    client->unsent.erase(0, client->sent);
    for (Passed& passed : client->passed) passed.at -= client->sent;
    client->sent = 0;
  }
  Settle(client, progress);
}

// What a client waits for now: it is closed, or handed to the loop and put into its list.
void PosixControlServer::Settle(Client* client, bool progress) {
  if (client == nullptr || client->id == 0) return;
  if (!client->pending()) {
    // Half a request that will never be whole, or none at all: nobody waits for an answer.
    bool hopeless = client->ended && (!client->served || !client->unread.empty());
    if (client->finished || hopeless) return Close(client);
  }
  // While its answers do not fit, no new request is read.
  bool listens = !client->ended && !client->finished;
  unsigned interest = client->pending() ? kWritable : listens ? kReadable : 0;
  if (interest != client->interest) {
    Error error = loop_->WatchFd(client->fd.get(), interest,
                                 [this, id = client->id](unsigned ready) { OnReady(id, ready); });
    if (!error.ok()) return Close(client);
    client->interest = interest;
  }
  Place(client, progress);
  if (open_ > options_.max_clients) EvictLongestSilent();
}

void PosixControlServer::Place(Client* client, bool progress) {
  bool idle = options_.keep_idle && client->unread.empty() && !client->pending();
  List* list = idle ? &idle_ : &waiting_;
  if (list == client->list && !progress) return;
  Unlink(client);
  client->since_ns = SystemClock()->MonotonicNs();
  Append(list, client);
  ArmSweep();
}

void PosixControlServer::Finish(ClientId id) {
  Client* client = Find(id);
  if (client == nullptr) return;
  client->finished = true;
  if (id != feeding_) Settle(client, false);
}

void PosixControlServer::FinishAll(std::string_view bytes) {
  for (size_t i = 0; i < places_.size(); ++i) {
    const ClientId id = places_[i].id;
    if (id != 0 && !places_[i].finished && Send(id, bytes)) Finish(id);
  }
}

Error PosixControlServer::PeerOf(ClientId id, Peer* peer) {
  Client* client = Find(id);
  return client == nullptr ? Error(ENOTCONN) : SystemPeers()->OfSocket(client->fd.get(), peer);
}

void PosixControlServer::Close(Client* client) {
  if (client->interest != kNotWatched) loop_->ForgetFd(client->fd.get());
  client->interest = kNotWatched;
  client->fd.Reset();
  unsent_ -= client->unsent.size() - client->sent;
  client->sent = 0;
  client->unsent.clear();
  // What is large goes now, not when the callback ends.
  if (client->unsent.capacity() > kKeptCapacity) client->unsent.shrink_to_fit();
  Unlink(client);
  closed_.push_back(std::exchange(client->id, 0));
  --open_;
  if (in_callback_ || drain_timer_ != 0) return;
  drain_timer_ = loop_->StartTimer(0, [this] {
    drain_timer_ = 0;
    in_callback_ = true;
    Drain();
  });
}

// Ends a callback. What OnClosed closes is drained too.
void PosixControlServer::Drain() {
  for (size_t i = 0; i < closed_.size(); ++i) {
    uint32_t index = closed_[i] & ((1u << kIndexBits) - 1);
    Client& client = places_[index];
    Client clean;
    if (client.unread.capacity() <= kKeptCapacity) clean.unread.swap(client.unread);
    if (client.unsent.capacity() <= kKeptCapacity) clean.unsent.swap(client.unsent);
    clean.unread.clear();
    clean.unsent.clear();
    client = std::move(clean);
    free_.push_back(index);
    handler_->OnClosed(closed_[i]);
  }
  closed_.clear();
  in_callback_ = false;
}

bool PosixControlServer::EvictLongestSilent() {
  uint32_t index = waiting_.head;
  if (idle_.head != kNone &&
      (index == kNone || places_[idle_.head].since_ns <= places_[index].since_ns)) {
    index = idle_.head;
  }
  if (index == kNone) return false;
  Close(&places_[index]);
  return true;
}

// Closes clients with unsent bytes until what is left is allowed. False: the sender is one of them.
bool PosixControlServer::KeepTotalOutput(ClientId sender) {
  for (uint32_t index = waiting_.head; index != kNone && unsent_ > options_.max_total_output;) {
    Client* client = &places_[index];
    index = client->next;
    if (client->pending() && client->id != sender) Close(client);
  }
  if (unsent_ <= options_.max_total_output) return true;
  Close(Find(sender));
  return false;
}

void PosixControlServer::ArmSweep() {
  if (sweep_timer_ != 0 || waiting_.head == kNone) return;
  int64_t deadline = places_[waiting_.head].since_ns + options_.stall_ns;
  sweep_timer_ = loop_->StartTimer(deadline, [this] {
    sweep_timer_ = 0;
    Sweep();
  });
}

// The timer is not moved when the head moves: it comes too early at most, and is set anew here.
void PosixControlServer::Sweep() {
  in_callback_ = true;
  int64_t now = SystemClock()->MonotonicNs();
  while (waiting_.head != kNone && places_[waiting_.head].since_ns + options_.stall_ns <= now) {
    Close(&places_[waiting_.head]);
  }
  ArmSweep();
  Drain();
}

void PosixControlServer::Append(List* list, Client* client) {
  uint32_t index = IndexOf(*client);
  client->list = list;
  client->previous = list->tail;
  client->next = kNone;
  (list->tail == kNone ? list->head : places_[list->tail].next) = index;
  list->tail = index;
}

void PosixControlServer::Unlink(Client* client) {
  List* list = std::exchange(client->list, nullptr);
  if (list == nullptr) return;
  (client->previous == kNone ? list->head : places_[client->previous].next) = client->next;
  (client->next == kNone ? list->tail : places_[client->next].previous) = client->previous;
}

}  // namespace

Error ListenControl(Loop* loop, const ControlServer::Options& options,
                    ControlServer::Handler* handler, std::unique_ptr<ControlServer>* server) {
  auto made = std::make_unique<PosixControlServer>(loop, options, handler);
  if (Error error = made->Open(); !error.ok()) return error;
  *server = std::move(made);
  return kOk;
}

}  // namespace keelson
