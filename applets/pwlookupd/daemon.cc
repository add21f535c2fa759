// pwlookupd: read the files, bind the socket, give up root, answer.

#include <cerrno>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "applets/pwlookupd/ask.h"
#include "applets/pwlookupd/check.h"
#include "applets/pwlookupd/dbm_keeper.h"
#include "applets/pwlookupd/front.h"
#include "applets/pwlookupd/machine.h"
#include "applets/pwlookupd/model.h"
#include "applets/pwlookupd/monitor_server.h"
#include "applets/pwlookupd/publisher.h"
#include "applets/pwlookupd/pwlookupd.h"
#include "applets/pwlookupd/sources.h"
#include "applets/status.h"
#include "core/lookup_monitor.h"
#include "core/nscd_wire.h"
#include "platform/at_rest.h"
#include "platform/control_socket.h"
#include "platform/log_sink.h"
#include "platform/peer.h"
#include "platform/privilege.h"
#include "platform/readiness.h"

namespace keelson {
namespace {

// Whom libc and every system call nobody.
constexpr uint32_t kNobody = 65534;
constexpr uint32_t kSocketMode = 0666;
constexpr int64_t kMinLease = 2 * kSecond;
constexpr int64_t kMaxLease = kNscdMapSeconds * kSecond;
// How long the daemon before us may have clients that did not come to us first.
constexpr int64_t kItsClientsNs = 5 * kSecond;

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

absl::StatusOr<ModelKind> ParseModel(const Invocation& invocation) {
  const std::string_view directory = invocation.Text("cache-dir", kCacheDirectory);
  if (!directory.starts_with('/')) {
    return UsageError("--cache-dir: '" + std::string(directory) + "' is not absolute");
  }
  const std::string_view name = invocation.Text("model", "auto");
  if (const auto kind = ModelOf(name)) return *kind;
  return UsageError("--model: '" + std::string(name) + "' is not one of auto, flat, memory, dbm");
}

// The folder of a default socket, which nothing else may have made yet.
Error MakeSocketDirectory(const char* parent, const char* name) {
  std::unique_ptr<Root> root;
  std::unique_ptr<Directory> directory;
  if (Error error = OpenRoot("/", &root); !error.ok()) return error;
  if (Error error = root->OpenDirectory(parent, &directory); !error.ok()) return error;
  const Error error = directory->MakeDirectory(name, 0755);
  return error.code() == EEXIST ? kOk : error;
}

// Nobody needs our own socket to look something up: without it there is a line in the log, unless
// it was asked for. One that answers elsewhere than libc asks has none by itself.
absl::Status ListenForMonitors(const Invocation& invocation, Loop* loop, MonitorServer* monitors,
                               Log log) {
  const bool asked_for = invocation.Has("control");
  if (!asked_for && invocation.Has("socket")) return absl::OkStatus();
  const std::string path(invocation.Text("control", kLookupMonitorSocket));
  Error error = asked_for ? kOk : MakeSocketDirectory("/run", "keelson");
  if (error.ok()) error = monitors->Listen(loop, path);
  if (error.ok()) return absl::OkStatus();
  if (asked_for) return SystemError(path, "cannot listen", error);
  log.Notice(path + ": cannot listen: " + error.Text());
  return absl::OkStatus();
}

// *is_ours: one of ours answers there. Another daemon is not taken over, nor is one that says
// nothing: it may come back to life, and its clients with it.
absl::Status LookWhoIsThere(const std::string& socket, bool* is_ours) {
  std::string answer;
  const Error error = AskDaemon(socket, NscdType::kStatistics, "", &answer);
  *is_ours = error.ok() && answer.starts_with(kStatisticsStart);
  if (error.code() != ETIMEDOUT) return absl::OkStatus();
  return SystemError(socket, "who listens there does not answer", error);
}

// When this process started, as Peers says it of others.
int64_t StartedNs() {
  ProcessFacts facts;
  return SystemPeers()->OfProcess(OwnPid(), &facts).ok() ? facts.started_ns : 0;
}

// From its return on everybody comes to us. predecessor: to whom they came before.
absl::Status Bind(const std::string& path, Publisher* publisher, Descriptor* listener,
                  std::unique_ptr<ControlClient>* predecessor) {
  if (path == kNscdSocket) {
    if (Error error = MakeSocketDirectory("/var/run", "nscd"); !error.ok()) {
      return SystemError("/var/run/nscd", "cannot be made", error);
    }
  }
  bool takes_over;
  if (absl::Status status = LookWhoIsThere(path, &takes_over); !status.ok()) return status;
  // Who comes to us with nothing, because the one before us leaves, is to find everything.
  if (takes_over) publisher->BuildAll();
  const Error error = BindControl(path, kSocketMode, listener, takes_over ? predecessor : nullptr);
  return error.ok() ? absl::OkStatus() : SystemError(path, "cannot listen", error);
}

absl::Status Serve(Descriptor listener, const std::string& path, int64_t since_ns, Loop* loop,
                   Front* front) {
  ControlServer::Options options;
  options.path = path;
  options.bound = listener.Release();
  options.max_clients = 4096;
  options.max_input = kNscdMaxRequest;
  options.max_output = LookupMachine::kMaxAnswer + 4096;
  std::unique_ptr<ControlServer> server;
  if (Error error = ListenControl(loop, options, front, &server); !error.ok()) {
    return SystemError(path, "cannot listen", error);
  }
  front->Serve(std::move(server), since_ns);
  return absl::OkStatus();
}

// It may leave now.
void TellPredecessor(ControlClient* predecessor, Log log) {
  std::string request;
  AppendNscdRequest(NscdType::kShutdown, kTakenOver, &request);
  const Error error = predecessor->Send(request, SystemClock()->MonotonicNs() + kSecond);
  if (!error.ok()) log.Warning("the daemon before us cannot be told to leave: " + error.Text());
}

absl::Status GiveUpRoot() {
  if (EffectiveUid() != 0) return absl::OkStatus();
  const Error error = DropTo(kNobody, kNobody);
  if (error.ok()) return absl::OkStatus();
  return SystemError("uid 65534", "cannot give up root", error);
}

// A file that nobody can look up faster than by going through it is no reason not to start.
std::unique_ptr<DbmKeeper> StartKeeper(ModelKind kind, const DbmKeeperOptions& options, Log log) {
  std::unique_ptr<DbmKeeper> keeper;
  if (!KeepsDbm(kind)) return keeper;
  if (Error error = DbmKeeper::Start(options, &keeper); !error.ok()) {
    log.Warning("DBM files are not kept: " + error.Text());
  }
  return keeper;
}

// What is left to a daemon that somebody has talked into something: reading the files that it
// serves, and what the system says of those who ask.
void GiveUpFiles(Sources* sources, const std::string& cache_directory, Log log) {
  std::vector<std::string> directories = sources->Directories(cache_directory);
  directories.push_back("/proc");
  const Error error = ConfineToReading(directories);
  if (error == kUnsupported) return log.Info("this system cannot confine a process to some files");
  if (!error.ok()) return log.Warning("cannot be confined to its files: " + error.Text());
  sources->Confined();
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

// What is wrong with the command line, besides its grammar.
absl::Status Check(const Invocation& invocation) {
  const std::string_view socket = invocation.Text("socket", kNscdSocket);
  if (!socket.starts_with('/')) {
    return UsageError("--socket: '" + std::string(socket) + "' is not absolute");
  }
  const std::string_view control = invocation.Text("control", "/");
  if (!control.starts_with('/')) {
    return UsageError("--control: '" + std::string(control) + "' is not absolute");
  }
  if (control == socket) return UsageError("--control: libc asks at " + std::string(socket));
  const int64_t lease_ns = invocation.DurationNs("lease", Publisher::Options().lease_ns);
  if (lease_ns < kMinLease || lease_ns > kMaxLease) {
    return UsageError("--lease: " + std::string(invocation.Text("lease")) +
                      " is not from 2 seconds to 300");
  }
  if (invocation.Has("ready-fd") && !IsOpenDescriptor(invocation.Number("ready-fd", -1))) {
    return UsageError("--ready-fd: " + std::string(invocation.Text("ready-fd")) + " is not open");
  }
  return absl::OkStatus();
}

absl::Status HandleSignals(Loop* loop, Front* front) {
  Error error = loop->OnSignal(SIGHUP, [front] { front->Invalidate(std::nullopt); });
  for (int signal : {SIGTERM, SIGINT}) {
    if (error.ok()) error = loop->OnSignal(signal, [front] { front->Stop(); });
  }
  return error.ok() ? absl::OkStatus() : SystemError("signals", "failed", error);
}

}  // namespace

absl::StatusOr<int> RunPwlookupd(const Invocation& invocation) {
  if (invocation.Has("check")) {
    return CheckLookupFiles(invocation.applet(), std::string(invocation.Text("root", "/")));
  }
  const auto databases =
      ParseDatabases(invocation.Text("databases", "passwd,group,services,hosts,netgroup"));
  if (!databases.ok()) return databases.status();
  if (absl::Status status = Check(invocation); !status.ok()) return status;
  const std::string socket(invocation.Text("socket", kNscdSocket));
  const auto model_kind = ParseModel(invocation);
  if (!model_kind.ok()) return model_kind.status();
  // A log whose reader has gone must not take the service along.
  std::signal(SIGPIPE, SIG_IGN);
  const LogLevel level = invocation.Has("verbose") ? LogLevel::kInfo : LogLevel::kNotice;
  const Log log(StderrSink("pwlookupd"), level);
  if (invocation.Has("daemonize")) {
    if (Error error = Daemonize(); !error.ok()) return SystemError("fork", "failed", error);
  }
  int64_t since_ns = StartedNs();
  const int64_t began_ns = SystemClock()->MonotonicNs();

  uint64_t descriptors = 0;
  if (Error error = RaiseDescriptorLimit(&descriptors); !error.ok()) {
    log.Warning("descriptor limit: " + error.Text());
  }
  DbmKeeperOptions keeping;
  keeping.root = std::string(invocation.Text("root", "/"));
  keeping.place = {std::string(invocation.Text("cache-dir", kCacheDirectory)), EffectiveUid()};
  keeping.databases = *databases;
  const std::unique_ptr<DbmKeeper> keeper = StartKeeper(*model_kind, keeping, log);
  std::unique_ptr<Loop> loop;
  if (Error error = NewLoop(&loop); !error.ok()) return SystemError("event loop", "failed", error);

  LookupMachine machine;
  Publisher::Options publishing;
  publishing.lease_ns = invocation.DurationNs("lease", publishing.lease_ns);
  publishing.byte_limit = static_cast<uint64_t>(invocation.Number("memory-limit", INT64_MAX));
  AtRest rest(loop.get(), SystemClock());
  Publisher publisher(publishing, loop.get(), SystemClock(), log, &rest, &machine);
  Sources::Options options;
  options.root = keeping.root;
  options.databases = *databases;
  options.before_change = [&](std::optional<Database> database) { publisher.Changed(database); };
  Model model(*model_kind, keeping.place, &machine, keeper.get(), log);
  if (Error error = model.HearKeeper(loop.get()); !error.ok()) {
    return SystemError("event loop", "failed", error);
  }
  Sources sources(options, loop.get(), SystemClock(), log, &machine, &model);
  if (Error error = sources.Start(); !error.ok()) {
    return SystemError(options.root, "cannot be watched", error);
  }
  Front front(loop.get(), SystemClock(), log, &rest, &sources, &publisher, &machine);
  if (absl::Status status = HandleSignals(loop.get(), &front); !status.ok()) return status;

  // Everything that needs root is done here; from the next line on there is none.
  Descriptor listener;
  std::unique_ptr<ControlClient> predecessor;
  if (absl::Status status = Bind(socket, &publisher, &listener, &predecessor); !status.ok()) {
    return status;
  }
  if (predecessor) since_ns += SystemClock()->MonotonicNs() - began_ns + kItsClientsNs;
  if (absl::Status status = Serve(std::move(listener), socket, since_ns, loop.get(), &front);
      !status.ok()) {
    return status;
  }
  if (predecessor) TellPredecessor(std::exchange(predecessor, nullptr).get(), log);
  MonitorServer monitors(&machine, *databases);
  if (absl::Status status = ListenForMonitors(invocation, loop.get(), &monitors, log);
      !status.ok()) {
    return status;
  }
  if (absl::Status status = GiveUpRoot(); !status.ok()) return status;
  TellReady(invocation, log);
  GiveUpFiles(&sources, keeping.place.directory,
              log);  // after the standard descriptors have been turned away

  const Error error = loop->Run();
  publisher.Stop();
  (void)NotifyManager("STOPPING=1");
  if (!error.ok()) return SystemError("event loop", "failed", error);
  return 0;
}

}  // namespace keelson
