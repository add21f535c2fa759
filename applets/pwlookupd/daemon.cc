// pwlookupd: read the files, bind the socket, give up root, answer.

#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "applets/pwlookupd/ask.h"
#include "applets/pwlookupd/askers.h"
#include "applets/pwlookupd/check.h"
#include "applets/pwlookupd/machine.h"
#include "applets/pwlookupd/pwlookupd.h"
#include "applets/pwlookupd/sources.h"
#include "applets/pwlookupd/yp_talks.h"
#include "applets/status.h"
#include "core/nscd_wire.h"
#include "platform/control_socket.h"
#include "platform/log_sink.h"
#include "platform/privilege.h"
#include "platform/readiness.h"

namespace keelson {
namespace {

// Requests in, answers out.
class Front : public ControlServer::Handler {
 public:
  Front(Loop* loop, Sources* sources, LookupMachine* machine, Log log)
      : loop_(loop),
        sources_(sources),
        log_(log),
        askers_(StartedNs()),
        talks_(
            loop, SystemClock(), log, machine,
            [sources] { return ReadYpSettings(sources->root()); },
            [this](YpTalks::Id client) { GoOn(client); }) {}

  void Serve(std::unique_ptr<ControlServer> server) { server_ = std::move(server); }

  size_t OnInput(ControlServer::ClientId client, std::string_view unread) override {
    NscdRequest request;
    switch (ParseNscdRequest(unread, &request)) {
      case NscdParse::kNeedMore:
        return 0;
      case NscdParse::kMalformed:
        break;
      case NscdParse::kRequest:
        // Whoever has renamed a file before he asks sees the new one.
        sources_->Poll();
        if (!Answer(client, request)) return unread.size();
    }
    server_->Finish(client);
    return unread.size();
  }

  void OnClosed(ControlServer::ClientId client) override { talks_.Forget(client); }

 private:
  // Who asks, found out when the machine wants to know.
  class Client : public Asker {
   public:
    Client(Front* front, ControlServer::ClientId client) : front_(front), client_(client) {}

    bool Privileged() override {
      Peer peer;
      if (!front_->server_->PeerOf(client_, &peer).ok()) return false;
      return peer.uid == 0 || peer.uid == front_->started_by_;
    }
    void AskedForMapping() override {
      ProcessFacts facts;
      if (Facts(&facts)) front_->askers_.AskedForMapping(facts);
    }
    bool MayBeGlibc() override {
      ProcessFacts facts;
      return !Facts(&facts) || front_->askers_.MayBeGlibc(facts);
    }

   private:
    bool Facts(ProcessFacts* facts) {
      Peer peer;
      return front_->server_->PeerOf(client_, &peer).ok() && peer.pid != 0 &&
             SystemPeers()->OfProcess(peer.pid, facts).ok();
    }

    Front* front_;
    ControlServer::ClientId client_;
  };

  static int64_t StartedNs() {
    ProcessFacts facts;
    return SystemPeers()->OfProcess(OwnPid(), &facts).ok() ? facts.started_ns : 0;
  }

  // False: the answer comes later.
  bool Answer(ControlServer::ClientId client, const NscdRequest& request) {
    Client asker(this, client);
    answer_.clear();
    const Action action = talks_.Handle(client, request, asker, &answer_);
    if (action.kind == Action::kLater) return false;
    if (action.kind == Action::kInvalidate) sources_->CheckAgain(action.database);
    if (action.kind == Action::kShutdown) {
      log_.Notice("asked to stop");
      loop_->Stop();
    }
    SendAnswer(client);
    return true;
  }

  void GoOn(ControlServer::ClientId client) {
    Client asker(this, client);
    answer_.clear();
    if (talks_.GoOn(client, asker, &answer_).kind == Action::kLater) return;
    SendAnswer(client);
    server_->Finish(client);
  }

  void SendAnswer(ControlServer::ClientId client) {
    if (!answer_.empty()) server_->Send(client, answer_);
    if (answer_.capacity() > kKeptAnswer) std::string().swap(answer_);
  }

  static constexpr size_t kKeptAnswer = 64 * 1024;

  Loop* loop_;
  Sources* sources_;
  Log log_;
  Askers askers_;
  YpTalks talks_;
  uint32_t started_by_ = EffectiveUid();
  std::unique_ptr<ControlServer> server_;
  std::string answer_;
};

// Whom libc and every system call nobody.
constexpr uint32_t kNobody = 65534;

absl::StatusOr<std::vector<Database>> ParseDatabases(std::string_view list) {
  std::vector<Database> databases;
  std::string_view name;
  for (ListReader names(list); names.Next(&name);) {
    const auto database = DatabaseOf(name);
    if (!database) {
      return UsageError("--databases: '" + std::string(name) +
                        "' is not one of passwd, group, services, hosts, netgroup");
    }
    databases.push_back(*database);
  }
  if (databases.empty()) return UsageError("--databases: names none");
  return databases;
}

// The default socket's folder, which nothing else may have made yet.
Error MakeSocketDirectory() {
  std::unique_ptr<Root> root;
  std::unique_ptr<Directory> run;
  if (Error error = OpenRoot("/", &root); !error.ok()) return error;
  if (Error error = root->OpenDirectory("/var/run", &run); !error.ok()) return error;
  const Error error = run->MakeDirectory("nscd", 0755);
  return error.code() == EEXIST ? kOk : error;
}

absl::Status Listen(const std::string& path, Loop* loop, Front* front) {
  ControlServer::Options options;
  options.path = path;
  options.max_clients = 4096;
  options.max_input = kNscdMaxRequest;
  options.max_output = LookupMachine::kMaxAnswer + 4096;
  if (path == kNscdSocket) {
    if (Error error = MakeSocketDirectory(); !error.ok()) {
      return SystemError("/var/run/nscd", "cannot be made", error);
    }
  }
  std::unique_ptr<ControlServer> server;
  if (Error error = ListenControl(loop, options, front, &server); !error.ok()) {
    return SystemError(path, "cannot listen", error);
  }
  front->Serve(std::move(server));
  return absl::OkStatus();
}

absl::Status GiveUpRoot() {
  if (EffectiveUid() != 0) return absl::OkStatus();
  const Error error = DropTo(kNobody, kNobody);
  if (error.ok()) return absl::OkStatus();
  return SystemError("uid 65534", "cannot give up root", error);
}

void TellReady(const Invocation& invocation, Log log) {
  if (invocation.Has("daemonize")) DaemonReady();
  if (Error error = NotifyManager("READY=1"); !error.ok()) {
    log.Warning("NOTIFY_SOCKET: " + error.Text());
  }
  if (!invocation.Has("ready-fd")) return;
  const int fd = static_cast<int>(invocation.Number("ready-fd", -1));
  if (Error error = NotifyDescriptor(fd); !error.ok()) log.Warning("--ready-fd: " + error.Text());
}

}  // namespace

absl::StatusOr<int> RunPwlookupd(const Invocation& invocation) {
  if (invocation.Has("check")) {
    return CheckLookupFiles(invocation.applet(), std::string(invocation.Text("root", "/")));
  }
  const auto databases =
      ParseDatabases(invocation.Text("databases", "passwd,group,services,hosts,netgroup"));
  if (!databases.ok()) return databases.status();
  const std::string socket(invocation.Text("socket", kNscdSocket));
  if (!socket.starts_with('/')) return UsageError("--socket: '" + socket + "' is not absolute");
  if (invocation.Has("ready-fd") && !IsOpenDescriptor(invocation.Number("ready-fd", -1))) {
    return UsageError("--ready-fd: " + std::string(invocation.Text("ready-fd")) + " is not open");
  }
  // A log whose reader has gone must not take the service along.
  std::signal(SIGPIPE, SIG_IGN);
  const LogLevel level = invocation.Has("verbose") ? LogLevel::kInfo : LogLevel::kNotice;
  const Log log(StderrSink("pwlookupd"), level);
  if (invocation.Has("daemonize")) {
    if (Error error = Daemonize(); !error.ok()) return SystemError("fork", "failed", error);
  }

  uint64_t descriptors = 0;
  if (Error error = RaiseDescriptorLimit(&descriptors); !error.ok()) {
    log.Warning("descriptor limit: " + error.Text());
  }
  std::unique_ptr<Loop> loop;
  if (Error error = NewLoop(&loop); !error.ok()) return SystemError("event loop", "failed", error);

  LookupMachine machine;
  Sources::Options options;
  options.root = std::string(invocation.Text("root", "/"));
  options.databases = *databases;
  Sources sources(options, loop.get(), SystemClock(), log, &machine);
  if (Error error = sources.Start(); !error.ok()) {
    return SystemError(options.root, "cannot be watched", error);
  }

  Front front(loop.get(), &sources, &machine, log);
  for (int signal : {SIGTERM, SIGINT}) {
    if (Error error = loop->OnSignal(signal, [&] { loop->Stop(); }); !error.ok()) {
      return SystemError("signals", "failed", error);
    }
  }
  if (Error error = loop->OnSignal(SIGHUP, [&] { sources.CheckAgain(std::nullopt); });
      !error.ok()) {
    return SystemError("signals", "failed", error);
  }

  // Everything that needs root is done here; from the next line on there is none.
  if (absl::Status status = Listen(socket, loop.get(), &front); !status.ok()) return status;
  if (absl::Status status = GiveUpRoot(); !status.ok()) return status;
  TellReady(invocation, log);

  const Error error = loop->Run();
  (void)NotifyManager("STOPPING=1");
  if (!error.ok()) return SystemError("event loop", "failed", error);
  return 0;
}

}  // namespace keelson
