// A control socket and its hostile clients. The clients run in this thread: they never wait for
// more than the server's side has been given rounds to do.
#include "platform/control_socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace keelson {
namespace {

constexpr int64_t kLong = 60 * kSecond;

// Requests are lines. "echo X" answers X and ends, "keep X" answers X and stays, "big N" answers N
// bytes, "quiet" answers nothing and stays.
class LineHandler : public ControlServer::Handler {
 public:
  size_t OnInput(ControlServer::ClientId client, std::string_view unread) override {
    ++calls;
    last = client;
    size_t end = unread.find('\n');
    if (end == unread.npos) return 0;
    std::string_view line = unread.substr(0, end);
    if (line.starts_with("echo ")) {
      server->Send(client, line.substr(5));
      server->Finish(client);
    } else if (line.starts_with("keep ")) {
      server->Send(client, line.substr(5));
    } else if (line.starts_with("big ")) {
      big_sent = server->Send(client, std::string(std::stoul(std::string(line.substr(4))), 'b'));
    } else if (line == "fd") {
      server->SendDescriptor(client, "here", passed_fd);
      server->Finish(client);
    } else if (line == "close other") {
      server->Finish(other);
      server->Finish(client);
    }
    return end + 1;
  }
  void OnClosed(ControlServer::ClientId client) override { closed.push_back(client); }

  ControlServer* server = nullptr;
  ControlServer::ClientId last = 0;
  ControlServer::ClientId other = 0;
  std::vector<ControlServer::ClientId> closed;
  int calls = 0;
  int passed_fd = -1;
  bool big_sent = false;
};

class ControlSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/keelson-socket-XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    folder_ = pattern;
    options_.path = folder_ + "/socket";
    options_.stall_ns = kLong;
    ASSERT_TRUE(NewLoop(&loop_).ok());
  }
  void TearDown() override {
    server_.reset();
    unlink(options_.path.c_str());
    EXPECT_EQ(rmdir(folder_.c_str()), 0);  // no temporary name was left
  }

  void Serve() {
    Error error = ListenControl(loop_.get(), options_, &handler_, &server_);
    ASSERT_TRUE(error.ok()) << error.Text();
    handler_.server = server_.get();
  }
  static int64_t Now() { return SystemClock()->MonotonicNs(); }
  void Round() { ASSERT_TRUE(loop_->RunOnce(Now()).ok()); }
  void RunUntilClosed(size_t count) {
    int64_t give_up = Now() + 20 * kSecond;
    while (handler_.closed.size() < count && Now() < give_up) {
      ASSERT_TRUE(loop_->RunOnce(give_up).ok());
    }
    ASSERT_GE(handler_.closed.size(), count);
  }

  Descriptor Connect() { return ConnectTo(options_.path); }
  static Descriptor ConnectTo(const std::string& path) {
    Descriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) fd.Reset();
    return fd;
  }
  static void Write(const Descriptor& fd, std::string_view bytes) {
    ASSERT_EQ(send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  // What has come, without waiting; "(closed)" is appended at the end of the stream.
  static std::string ReadNow(const Descriptor& fd) {
    std::string got;
    char buffer[65536];
    for (;;) {
      ssize_t n = recv(fd.get(), buffer, sizeof(buffer), MSG_DONTWAIT);
      if (n < 0 && errno == EAGAIN) return got;
      if (n <= 0) return got + "(closed)";
      got.append(buffer, n);
    }
  }

  std::string folder_;
  ControlServer::Options options_;
  LineHandler handler_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<ControlServer> server_;
};

TEST_F(ControlSocketTest, AnswersInOneRound) {
  Serve();
  Descriptor client = Connect();
  Write(client, "echo hello\n");
  Round();
  EXPECT_EQ(ReadNow(client), "hello(closed)");
  EXPECT_EQ(server_->clients(), 0u);
  EXPECT_EQ(handler_.closed, std::vector<ControlServer::ClientId>{handler_.last});
  EXPECT_FALSE(server_->Send(handler_.last, "x"));
  Peer peer;
  EXPECT_FALSE(server_->PeerOf(handler_.last, &peer).ok());
}

TEST_F(ControlSocketTest, IdsAreNeverUsedTwice) {
  Serve();
  std::map<ControlServer::ClientId, int> seen;
  for (int i = 0; i < 200; ++i) {
    Descriptor client = Connect();
    Write(client, "echo x\n");
    Round();
    ++seen[handler_.last];
  }
  EXPECT_EQ(seen.size(), 200u);
}

TEST_F(ControlSocketTest, RequestInPieces) {
  Serve();
  Descriptor client = Connect();
  Round();
  for (std::string_view piece : {"ke", "ep one\nkeep", " two\necho three\nignored"}) {
    Write(client, piece);
    Round();
  }
  EXPECT_EQ(ReadNow(client), "onetwothree(closed)");
}

TEST_F(ControlSocketTest, HalfClosedClientGetsItsAnswer) {
  Serve();
  Descriptor client = Connect();
  Write(client, "echo hello\n");
  shutdown(client.get(), SHUT_WR);
  Round();
  EXPECT_EQ(ReadNow(client), "hello(closed)");

  Descriptor later = Connect();  // the answer comes long after the end of the request
  Write(later, "quiet\n");
  shutdown(later.get(), SHUT_WR);
  Round();
  Round();
  ASSERT_TRUE(server_->Send(handler_.last, "late"));
  server_->Finish(handler_.last);
  EXPECT_EQ(ReadNow(later), "late(closed)");
}

TEST_F(ControlSocketTest, HalfClosedBeforeTheRequestIsWholeIsClosed) {
  Serve();
  for (std::string_view sent : {"", "echo hel"}) {
    Descriptor client = Connect();
    if (!sent.empty()) Write(client, sent);
    shutdown(client.get(), SHUT_WR);
    Round();
    Round();
    EXPECT_EQ(ReadNow(client), "(closed)") << sent;
  }
  EXPECT_EQ(server_->clients(), 0u);
}

TEST_F(ControlSocketTest, ClientThatVanishesIsForgotten) {
  Serve();
  Connect();  // and gone again
  Descriptor client = Connect();
  Write(client, "quiet\n");
  Round();
  client.Reset();
  RunUntilClosed(2);
  EXPECT_EQ(server_->clients(), 0u);
}

TEST_F(ControlSocketTest, ThousandIdleConnectionsDoNotStopANewOne) {
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  ASSERT_GE(limit.rlim_max, 2100u);
  limit.rlim_cur = limit.rlim_max;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  options_.max_clients = 100;
  Serve();
  std::vector<Descriptor> idle;
  for (int i = 0; i < 1000; ++i) {
    idle.push_back(Connect());
    ASSERT_TRUE(idle.back().valid());
    if (i % 2 == 0) Write(idle.back(), "half a requ");
    if (i % 50 == 0) Round();
  }
  for (int i = 0; i < 30; ++i) Round();
  EXPECT_EQ(server_->clients(), 100u);
  EXPECT_EQ(handler_.closed.size(), 900u);
  EXPECT_EQ(ReadNow(idle.front()), "(closed)");
  EXPECT_EQ(ReadNow(idle.back()), "");

  Descriptor client = Connect();
  Write(client, "echo served\n");
  Round();
  EXPECT_EQ(ReadNow(client), "served(closed)");
  EXPECT_EQ(server_->clients(), 100u);  // one that is served at once drives nobody out
}

TEST_F(ControlSocketTest, HalfARequestIsClosedAfterTheStall) {
  options_.stall_ns = 20 * kMillisecond;
  Serve();
  Descriptor silent = Connect();
  Descriptor half = Connect();
  Write(half, "echo hel");
  Descriptor trickle = Connect();  // bytes that complete nothing are no progress
  Round();
  int64_t start = Now();
  while (handler_.closed.size() < 3) {
    ASSERT_LT(Now(), start + 20 * kSecond);
    send(trickle.get(), "x", 1, MSG_NOSIGNAL);
    ASSERT_TRUE(loop_->RunOnce(Now() + kMillisecond).ok());
  }
  EXPECT_EQ(ReadNow(silent), "(closed)");
  EXPECT_EQ(ReadNow(half), "(closed)");
  EXPECT_EQ(server_->clients(), 0u);
}

TEST_F(ControlSocketTest, IdleClientsMayStayWhenAllowed) {
  options_.stall_ns = 10 * kMillisecond;
  options_.keep_idle = true;
  Serve();
  Descriptor idle = Connect();
  Write(idle, "keep a\n");
  Descriptor half = Connect();
  Write(half, "keep");
  RunUntilClosed(1);
  EXPECT_EQ(server_->clients(), 1u);
  EXPECT_EQ(ReadNow(half), "(closed)");
  Write(idle, "keep b\n");
  Round();
  EXPECT_EQ(ReadNow(idle), "ab");
}

TEST_F(ControlSocketTest, AllThatWaitAreTold) {
  Serve();
  Descriptor silent = Connect(), asking = Connect(), answered = Connect();
  Write(asking, "quiet\n");
  Write(answered, "echo x\n");
  RunUntilClosed(1);
  while (handler_.calls < 2) Round();
  Write(asking, "unread\n");
  server_->FinishAll("bye");
  EXPECT_EQ(ReadNow(silent), "bye(closed)");
  EXPECT_EQ(ReadNow(asking).substr(0, 3), "bye");
  EXPECT_EQ(ReadNow(answered), "x(closed)");
  RunUntilClosed(3);
}

TEST_F(ControlSocketTest, ReaderThatNeverReadsIsClosedAtMaxOutput) {
  options_.max_output = 100'000;
  Serve();
  Descriptor client = Connect();
  Write(client, "quiet\n");
  Round();
  ControlServer::ClientId id = handler_.last;
  std::string chunk(10'000, 'c');
  size_t sent = 0;
  while (server_->Send(id, chunk)) {
    sent += chunk.size();
    ASSERT_LT(sent, 10'000'000u);
  }
  EXPECT_GE(sent, options_.max_output);
  EXPECT_TRUE(handler_.closed.empty());  // not from inside a call
  Round();
  EXPECT_EQ(handler_.closed, std::vector<ControlServer::ClientId>{id});

  Descriptor greedy = Connect();  // the same from inside OnInput
  Write(greedy, "big 5000000\n");
  Round();
  EXPECT_FALSE(handler_.big_sent);
  EXPECT_EQ(handler_.closed.size(), 2u);
}

TEST_F(ControlSocketTest, ManyReadersThatNeverReadAreBoundedTogether) {
  options_.max_output = 4 << 20;
  options_.max_total_output = 7 << 20;
  Serve();
  std::vector<Descriptor> greedy;
  for (int i = 0; i < 10; ++i) {
    greedy.push_back(Connect());
    Write(greedy.back(), "big 3000000\n");
    Round();
  }
  // Of three the unsent bytes would not fit; the others went, the oldest first.
  EXPECT_EQ(server_->clients(), 2u);
  EXPECT_EQ(handler_.closed.size(), 8u);
  Descriptor honest = Connect();
  Write(honest, "echo hello\n");
  Round();
  EXPECT_EQ(ReadNow(honest), "hello(closed)");
  std::string got;
  for (int i = 0; i < 1000 && got.size() < 3000000; ++i) {
    got += ReadNow(greedy.back());
    Round();
  }
  EXPECT_EQ(got, std::string(3000000, 'b'));
}

TEST_F(ControlSocketTest, OneAnswerOverTheTotalIsRefused) {
  options_.max_output = 4 << 20;
  options_.max_total_output = 1 << 20;
  Serve();
  Descriptor client = Connect();
  Write(client, "big 3000000\n");
  Round();
  EXPECT_FALSE(handler_.big_sent);
  EXPECT_EQ(server_->clients(), 0u);
}

TEST_F(ControlSocketTest, SlowReaderGetsEverything) {
  options_.max_output = 8'000'000;
  Serve();
  Descriptor client = Connect();
  Write(client, "big 3000000\nbig 2000000\necho end\n");
  Round();
  EXPECT_TRUE(handler_.big_sent);
  std::string got;
  while (!got.ends_with("(closed)")) {
    got += ReadNow(client);
    Round();
  }
  EXPECT_EQ(got.size(), 5'000'000 + std::strlen("end(closed)"));
  EXPECT_TRUE(got.ends_with("bend(closed)"));
}

TEST_F(ControlSocketTest, RequestsWaitWhileAnswersDoNotFit) {
  options_.max_output = 5'000'000;
  Serve();
  Descriptor client = Connect();
  Write(client, "big 4000000\n");
  Round();
  ASSERT_TRUE(handler_.big_sent);
  int calls = handler_.calls;
  Write(client, "big 4000000\n");
  for (int i = 0; i < 5; ++i) Round();
  EXPECT_EQ(handler_.calls, calls);
  EXPECT_EQ(server_->clients(), 1u);
}

TEST_F(ControlSocketTest, GiantInputIsClosedAtMaxInput) {
  options_.max_input = 100;
  Serve();
  Descriptor fits = Connect();
  Write(fits, std::string(100, 'x'));
  Descriptor giant = Connect();
  Write(giant, std::string(101, 'x'));
  Round();
  EXPECT_EQ(ReadNow(fits), "");
  EXPECT_EQ(ReadNow(giant), "(closed)");
  Write(fits, "x");
  Round();
  EXPECT_EQ(ReadNow(fits), "(closed)");

  Descriptor pipelined = Connect();  // many small requests are no giant
  std::string many;
  for (int i = 0; i < 100; ++i) many += "keep ab\n";
  Write(pipelined, many);
  for (int i = 0; i < 20; ++i) Round();
  EXPECT_EQ(ReadNow(pipelined).size(), 200u);
}

TEST_F(ControlSocketTest, ClosingAnotherClientInsideOnInput) {
  Serve();
  Descriptor other = Connect();
  Write(other, "quiet\n");
  Round();
  handler_.other = handler_.last;
  Descriptor client = Connect();
  Write(client, "close other\nnever looked at\n");
  Round();
  EXPECT_EQ(ReadNow(other), "(closed)");
  EXPECT_EQ(ReadNow(client), "(closed)");
  EXPECT_EQ(handler_.closed.size(), 2u);
}

TEST_F(ControlSocketTest, PassesDescriptors) {
  int pipe_ends[2];
  ASSERT_EQ(pipe2(pipe_ends, O_CLOEXEC), 0);
  Descriptor reader(pipe_ends[0]);
  Descriptor writer(pipe_ends[1]);
  handler_.passed_fd = writer.get();
  options_.max_output = 8'000'000;
  Serve();
  for (bool queued : {false, true}) {
    Descriptor client = Connect();
    if (queued) Write(client, "big 3000000\n");
    Write(client, "fd\n");
    for (int i = 0; i < 3; ++i) Round();
    std::string bytes;
    Descriptor received;
    for (;;) {
      char buffer[65536];
      alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
      iovec part{buffer, sizeof(buffer)};
      msghdr message{};
      message.msg_iov = &part;
      message.msg_iovlen = 1;
      message.msg_control = control;
      message.msg_controllen = sizeof(control);
      ssize_t n = recvmsg(client.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
      if (n == 0) break;
      if (n < 0) {
        ASSERT_EQ(errno, EAGAIN);
        Round();
        continue;
      }
      if (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr) {
        // A read goes on into the bytes that carry a descriptor, and never past them.
        EXPECT_TRUE(std::string_view(buffer, n).ends_with("here"));
        int fd;
        std::memcpy(&fd, CMSG_DATA(header), sizeof(fd));
        received.Reset(fd);
      }
      bytes.append(buffer, n);
    }
    EXPECT_EQ(bytes.size(), (queued ? 3'000'000 : 0) + 4u);
    ASSERT_TRUE(received.valid()) << queued;
    ASSERT_EQ(write(received.get(), "!", 1), 1);
    char byte;
    EXPECT_EQ(read(reader.get(), &byte, 1), 1);
  }
}

TEST_F(ControlSocketTest, TellsThePeer) {
  Serve();
  Descriptor client = Connect();
  Write(client, "quiet\n");
  Round();
  Peer peer;
  ASSERT_TRUE(server_->PeerOf(handler_.last, &peer).ok());
  EXPECT_EQ(peer.uid, geteuid());
  EXPECT_EQ(peer.gid, getegid());
  EXPECT_EQ(peer.pid, getpid());
}

TEST_F(ControlSocketTest, StaleSocketIsReplacedAndLiveOneIsNot) {
  options_.mode = 0640;
  Serve();
  std::unique_ptr<ControlServer> second;
  EXPECT_EQ(ListenControl(loop_.get(), options_, &handler_, &second), Error(EADDRINUSE));
  server_.reset();
  EXPECT_FALSE(Connect().valid());
  struct stat info;
  EXPECT_EQ(lstat(options_.path.c_str(), &info), 0);  // left behind
  Serve();
  Descriptor client = Connect();
  Write(client, "echo new\n");
  Round();
  EXPECT_EQ(ReadNow(client), "new(closed)");
  ASSERT_EQ(lstat(options_.path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0640u);
}

TEST_F(ControlSocketTest, AnotherServerGoesOnWithTheListener) {
  Serve();
  options_.bound = dup(server_->listener());
  server_.reset();
  Descriptor client = Connect();  // nobody serves now, and nobody is refused
  ASSERT_TRUE(client.valid());
  Write(client, "echo late\n");
  Serve();
  EXPECT_EQ(server_->listener(), options_.bound);
  Round();
  EXPECT_EQ(ReadNow(client), "late(closed)");
  options_.bound = -1;
}

TEST_F(ControlSocketTest, ATakeOverLosesNobody) {
  Serve();
  Descriptor early = Connect();
  Write(early, "echo the old one\n");
  Descriptor listener;
  EXPECT_EQ(BindControl(options_.path, 0666, &listener), Error(EADDRINUSE));
  std::unique_ptr<ControlClient> predecessor;
  ASSERT_TRUE(BindControl(options_.path, 0666, &listener, &predecessor).ok());
  ASSERT_NE(predecessor, nullptr);

  ControlServer::Options options = options_;
  options.bound = listener.Release();
  LineHandler handler;
  std::unique_ptr<ControlServer> server;
  ASSERT_TRUE(ListenControl(loop_.get(), options, &handler, &server).ok());
  handler.server = server.get();
  Descriptor late = Connect();
  Write(late, "echo the new one\n");
  ASSERT_TRUE(predecessor->Send("keep leave\n", Now()).ok());
  Round();
  Round();
  EXPECT_EQ(ReadNow(early), "the old one(closed)");
  EXPECT_EQ(ReadNow(late), "the new one(closed)");
  EXPECT_EQ(handler_.calls, 2);
  EXPECT_EQ(handler.calls, 1);
  std::string got;
  EXPECT_TRUE(predecessor->Receive(100, Now() + kLong, &got).ok());
  EXPECT_EQ(got, "leave");

  server_.reset();
  EXPECT_TRUE(Connect().valid()) << "the end of the old one is no end of the path";
}

TEST_F(ControlSocketTest, ATakeOverWhereNobodyIs) {
  Serve();
  server_.reset();  // its file stays
  Descriptor listener;
  std::unique_ptr<ControlClient> predecessor;
  EXPECT_TRUE(BindControl(options_.path, 0666, &listener, &predecessor).ok());
  EXPECT_EQ(predecessor, nullptr);
  EXPECT_TRUE(Connect().valid());
}

TEST_F(ControlSocketTest, WhoeverHoldsTheDirectorysLockDoesNotKeepUsFromStarting) {
  Descriptor directory(open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_EQ(flock(directory.get(), LOCK_EX), 0);  // anybody who may read the directory can
  Serve();
  Descriptor client = Connect();
  Write(client, "echo here\n");
  Round();
  EXPECT_EQ(ReadNow(client), "here(closed)");
}

TEST_F(ControlSocketTest, WhatIsNoSocketIsNotReplaced) {
  Descriptor file(open(options_.path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  Descriptor listener;
  EXPECT_EQ(BindControl(options_.path, 0666, &listener), Error(EEXIST));
}

TEST_F(ControlSocketTest, PathLength) {
  options_.path = folder_ + "/" + std::string(107 - folder_.size() - 1, 's');
  Serve();
  EXPECT_TRUE(Connect().valid());
  Descriptor listener;
  EXPECT_EQ(BindControl(options_.path + "s", 0666, &listener), Error(ENAMETOOLONG));
  EXPECT_EQ(BindControl("relative", 0666, &listener), Error(EINVAL));
  EXPECT_EQ(BindControl(folder_ + "/no/socket", 0666, &listener), Error(ENOENT));
  std::unique_ptr<ControlClient> client;
  EXPECT_EQ(ConnectControl(options_.path + "s", 0, &client), Error(ENAMETOOLONG));
}

TEST_F(ControlSocketTest, OutOfDescriptorsClosesTheLongestSilent) {
  Serve();
  Descriptor idle = Connect();
  Round();
  Descriptor client = Connect();
  Write(client, "echo hello\n");
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit none = limit;
  Descriptor next(dup(0));
  none.rlim_cur = next.get();  // as many as there are now
  next.Reset();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  Round();
  Error error = loop_->RunOnce(Now());
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_TRUE(error.ok());
  EXPECT_EQ(ReadNow(idle), "(closed)");
  EXPECT_EQ(ReadNow(client), "hello(closed)");
}

TEST_F(ControlSocketTest, OutOfDescriptorsWithoutClientsPausesAccepting) {
  Serve();
  Descriptor client = Connect();
  Write(client, "echo hello\n");
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit none = limit;
  none.rlim_cur = 3;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  Round();
  Error error = loop_->RunOnce(Now());
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_TRUE(error.ok());
  EXPECT_EQ(ReadNow(client), "");
  RunUntilClosed(1);
  EXPECT_EQ(ReadNow(client), "hello(closed)");
}

TEST_F(ControlSocketTest, ManyClientsOfAnotherThread) {
  options_.max_clients = 8;
  Serve();
  constexpr int kRequests = 2000;
  int right = 0;
  std::thread other([&] {
    for (int i = 0; i < kRequests; ++i) {
      std::unique_ptr<ControlClient> client;
      std::string got;
      if (!ConnectControl(options_.path, Now() + kLong, &client).ok()) continue;
      if (!client->Send("echo hello\n", Now() + kLong).ok()) continue;
      while (got.size() < 5 && client->Receive(100, Now() + kLong, &got).ok()) {
      }
      if (got == "hello") ++right;
    }
  });
  RunUntilClosed(kRequests);
  other.join();
  EXPECT_EQ(right, kRequests);
}

TEST_F(ControlSocketTest, ClientCallsEndAtTheirDeadline) {
  Serve();  // but nobody runs its loop
  std::unique_ptr<ControlClient> client;
  ASSERT_TRUE(ConnectControl(options_.path, Now() + kLong, &client).ok());
  std::string got;
  EXPECT_EQ(client->Receive(10, Now() + 2 * kMillisecond, &got), Error(ETIMEDOUT));
  EXPECT_EQ(client->Receive(10, 0, &got), Error(ETIMEDOUT));
  EXPECT_EQ(client->Send(std::string(10'000'000, 'x'), Now() + 2 * kMillisecond), Error(ETIMEDOUT));
  EXPECT_EQ(got, "");
}

TEST_F(ControlSocketTest, ConnectToAFullQueueEndsAtItsDeadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, options_.path.data(), options_.path.size());
  Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(listener.get(), 0), 0);
  std::vector<std::unique_ptr<ControlClient>> clients(100);
  Error error;
  for (size_t i = 0; i < clients.size() && error.ok(); ++i) {
    error = ConnectControl(options_.path, Now() + 2 * kMillisecond, &clients[i]);
  }
  EXPECT_EQ(error, Error(ETIMEDOUT));
}

TEST_F(ControlSocketTest, ConnectToNobody) {
  std::unique_ptr<ControlClient> client;
  EXPECT_EQ(ConnectControl(options_.path, Now() + kLong, &client), Error(ENOENT));
  Serve();
  server_.reset();
  EXPECT_EQ(ConnectControl(options_.path, Now() + kLong, &client), Error(ECONNREFUSED));
}

TEST_F(ControlSocketTest, EndOfStreamAddsNothing) {
  Serve();
  std::unique_ptr<ControlClient> client;
  ASSERT_TRUE(ConnectControl(options_.path, Now() + kLong, &client).ok());
  ASSERT_TRUE(client->Send("echo hello\n", Now() + kLong).ok());
  Round();
  std::string got;
  ASSERT_TRUE(client->Receive(3, Now() + kLong, &got).ok());
  EXPECT_EQ(got, "hel");
  ASSERT_TRUE(client->Receive(100, Now() + kLong, &got).ok());
  ASSERT_TRUE(client->Receive(100, Now() + kLong, &got).ok());
  EXPECT_EQ(got, "hello");
}

TEST_F(ControlSocketTest, ServerMayGoWithClientsOpen) {
  options_.keep_idle = true;
  Serve();
  Descriptor client = Connect();
  Write(client, "keep a\nhalf");
  Round();
  server_.reset();
  EXPECT_EQ(ReadNow(client), "a(closed)");
  Round();  // none of its timers or descriptors is left in the loop
  EXPECT_TRUE(handler_.closed.empty());
}

}  // namespace
}  // namespace keelson
