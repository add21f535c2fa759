// netconfd: read the configuration, look at the kernel, open the sockets, loop. It stays root, so
// nothing that a network says is parsed in here.
#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "applets/netconfd/control.h"
#include "applets/netconfd/interfaces_source.h"
#include "applets/netconfd/netconfd.h"
#include "applets/netconfd/network_change.h"
#include "applets/netconfd/network_check.h"
#include "applets/netconfd/network_units.h"
#include "applets/netconfd/protocol.h"
#include "applets/netconfd/service_news.h"
#include "applets/run.h"
#include "applets/status.h"
#include "core/config.h"
#include "core/passwd.h"
#include "core/svcd_protocol.h"
#include "platform/lock.h"
#include "platform/log_sink.h"
#include "platform/privilege.h"
#include "platform/program.h"
#include "platform/readiness.h"

namespace keelson {
namespace {

constexpr size_t kMaxGroups = size_t{64} << 20;
constexpr int64_t kEventBytes = int64_t{16} << 20;  // of a thousand interfaces that come up at once
constexpr int64_t kLockPatienceNs = 2 * kSecond;
constexpr uint32_t kStatusMode = 0660;

struct NetconfdSettings {
  NetworkPaths paths;
  std::string socket, status_socket, state_folder, ifstate_folder, svcd_socket;
  std::optional<uint32_t> status_gid;
  size_t event_bytes = 0;
  DhcpProvider provider = DhcpProvider::kBuiltin;
};

// The folder and those before it.
Error MakeFolder(Root* root, const std::string& path, uint32_t mode) {
  for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    std::unique_ptr<Directory> parent;
    std::string name;
    const bool is_last = slash == path.npos;
    if (Error error = root->Locate(path.substr(0, slash), true, &parent, &name); !error.ok()) {
      return error;
    }
    const Error error = parent->MakeDirectory(name, is_last ? mode : 0755);
    if (is_last) return error.code() == EEXIST || name == "." ? kOk : error;
  }
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool FindGroupId(Root* root, std::string_view name, uint32_t* gid) {
  if (const std::optional<uint64_t> number = ParseUnsigned(name)) {
    *gid = static_cast<uint32_t>(*number);
    return *number < UINT32_MAX;
  }
  FileBytes bytes;
  if (!root->Read("/etc/group", kMaxGroups, &bytes, nullptr).ok()) return false;
  LineReader lines(bytes.view());
  GroupEntry entry;
  for (Line line; lines.Next(&line);) {
    if (!ParseGroup(line.text, &entry) || entry.name != name) continue;
    *gid = entry.gid;
    return true;
  }
  return false;
}

absl::StatusOr<NetconfdSettings> ReadSettings(const Invocation& invocation, Root* root) {
  NetconfdSettings settings;
  const auto text = [&](const char* option, const char* otherwise) {
    return std::string(invocation.Text(option, otherwise));
  };
  settings.paths.interfaces = text("interfaces", kInterfacesFile);
  settings.paths.must_have_interfaces = invocation.Has("interfaces");
  settings.paths.rc_conf = text("rc-conf", "/etc/rc.conf");
  settings.paths.command_line = text("cmdline", "/proc/cmdline");
  settings.socket = text("socket", kNetconfdSocket);
  settings.status_socket = text("status-socket", kNetconfdStatus);
  settings.state_folder = text("state-dir", kNetconfdState);
  settings.ifstate_folder = text("ifstate-dir", "/run/network");
  const char* const svcd = std::getenv("SVC_SOCKET");  // of the one that has started us
  settings.svcd_socket = text("svcd-socket", svcd == nullptr ? kSvcdSocket : svcd);
  for (const auto& [option, path] : {std::pair{"socket", settings.socket},
                                     {"status-socket", settings.status_socket},
                                     {"svcd-socket", settings.svcd_socket},
                                     {"state-dir", settings.state_folder}}) {
    if (path.starts_with('/')) continue;
    return UsageError("--" + std::string(option) + ": '" + path + "' is not absolute");
  }
  for (const char* const option : {"interfaces", "rc-conf", "cmdline"}) {
    std::string& path = std::string_view(option) == "interfaces" ? settings.paths.interfaces
                        : std::string_view(option) == "rc-conf"  ? settings.paths.rc_conf
                                                                 : settings.paths.command_line;
    const std::string given = path;
    if (!invocation.Has(option)) continue;
    if (Error error = AbsolutePath(given, &path); !error.ok()) return InputError(given, error);
  }
  settings.event_bytes = static_cast<size_t>(invocation.Number("event-buffer", kEventBytes));
  settings.provider = static_cast<DhcpProvider>(invocation.Number("dhcp", 0));
  if (!invocation.Has("status-group")) return settings;
  const std::string_view group = invocation.Text("status-group");
  if (!FindGroupId(root, group, &settings.status_gid.emplace())) {
    return Failure("--status-group: group " + std::string(group) + " does not exist");
  }
  return settings;
}

class Netconfd {
 public:
  Netconfd(NetconfdSettings settings, Root* root, Log log)
      : settings_(std::move(settings)), root_(root), log_(log) {}

  absl::Status Open();
  absl::StatusOr<int> Serve(const Invocation& invocation);
  int Check();

 private:
  absl::Status OpenKernel();
  absl::Status ListenStatus();
  void Reload();
  void End();

  const NetconfdSettings settings_;
  Root* const root_;
  const Log log_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Processes> processes_;
  std::unique_ptr<NetIf> net_if_;
  std::unique_ptr<Directory> folder_;
  std::unique_ptr<Lock> lock_;
  IfupState ifstate_;
  std::unique_ptr<NetworkUnits> units_;
  std::unique_ptr<NetworkProviders> providers_;
  std::unique_ptr<NetworkChange> change_;
  std::unique_ptr<NetworkControl> control_, status_;
  std::unique_ptr<ServiceNews> news_;
};

absl::Status Netconfd::OpenKernel() {
  if (Error error = NewLoop(&loop_); !error.ok()) return SystemError("event loop", "failed", error);
  if (Error error = NewProcesses(loop_.get(), &processes_); !error.ok()) {
    return SystemError("processes", "failed", error);
  }
  if (Error error = NewNetIf(&net_if_); !error.ok()) {
    return SystemError("the kernel's network", "cannot be reached", error);
  }
  const Error error = ifstate_.Open(settings_.ifstate_folder, true);
  const bool has_ifstate = error.ok();
  if (!has_ifstate) log_.Warning(settings_.ifstate_folder + ": " + error.Text());
  StepTools tools{loop_.get(),   SystemClock(), root_,  processes_.get(),
                  net_if_.get(), nullptr,       nullptr};
  tools.mark = "NETCONFD_STATE=" + settings_.state_folder;
  units_ = std::make_unique<NetworkUnits>(NetworkUnits::Options{std::move(tools), folder_.get(),
                                                                has_ifstate ? &ifstate_ : nullptr,
                                                                settings_.event_bytes, log_});
  change_ =
      std::make_unique<NetworkChange>(units_.get(), settings_.paths, loop_.get(), SystemClock(),
                                      folder_.get(), settings_.state_folder, log_);
  std::string program;
  if (Error error = ProgramPath(&program); !error.ok()) return SystemError("netconfd", "", error);
  providers_ = std::make_unique<NetworkProviders>(
      NetworkProviders::Options{units_->tools(), settings_.provider, std::move(program),
                                settings_.socket, settings_.state_folder, log_,
                                [this](const std::string& name, const std::string& text) {
                                  units_->TellEvent("dhcp", name, text);
                                }},
      folder_.get(), [this](const std::string& name) { units_->OnLease(name); });
  units_->SetProviders(providers_.get());
  return absl::OkStatus();
}

absl::Status Netconfd::Open() {
  if (Error error = MakeFolder(root_, settings_.state_folder, 0755); !error.ok()) {
    return SystemError(settings_.state_folder, "cannot be made", error);
  }
  if (Error error = root_->OpenDirectory(settings_.state_folder, &folder_); !error.ok()) {
    return SystemError(settings_.state_folder, "", error);
  }
  // Of two on one state none would know what is so. One that was killed may take a moment.
  const int64_t until_ns = SystemClock()->MonotonicNs() + kLockPatienceNs;
  if (Error error = TakeLock(*folder_, "lock", LockKind::kWhole, until_ns, &lock_); !error.ok()) {
    const char* const what = error.code() == EAGAIN ? "another netconfd has it" : "no lock";
    return SystemError(settings_.state_folder, what, error);
  }
  if (absl::Status status = OpenKernel(); !status.ok()) return status;
  units_->AddListener(change_.get());
  control_ = std::make_unique<NetworkControl>(loop_.get(), SystemClock(), units_.get(),
                                              change_.get(), providers_.get(), false);
  status_ = std::make_unique<NetworkControl>(loop_.get(), SystemClock(), units_.get(),
                                             change_.get(), providers_.get(), true);
  units_->AddListener(control_.get());
  units_->AddListener(status_.get());
  static_cast<void>(MakeFolder(root_, ParentOf(settings_.socket), 0755));  // if not, binding tells
  if (Error error = control_->Listen(settings_.socket, 0600); !error.ok()) {
    return SystemError(settings_.socket, "cannot listen", error);
  }
  if (absl::Status status = ListenStatus(); !status.ok()) return status;
  if (Error error = units_->Open(); !error.ok()) {
    return SystemError("the kernel's network", "cannot be heard", error);
  }
  news_ = std::make_unique<ServiceNews>(loop_.get(), SystemClock(), units_.get(),
                                        settings_.svcd_socket, log_);
  news_->Begin();
  units_->AddListener(news_.get());
  for (const int signal : {SIGTERM, SIGINT}) {
    if (Error error = loop_->OnSignal(signal, [this] { loop_->Stop(); }); !error.ok()) {
      return SystemError("signals", "failed", error);
    }
  }
  const Error error = loop_->OnSignal(SIGHUP, [this] { Reload(); });
  return error.ok() ? absl::OkStatus() : SystemError("signals", "failed", error);
}

absl::Status Netconfd::ListenStatus() {
  static_cast<void>(MakeFolder(root_, ParentOf(settings_.status_socket), 0755));
  if (Error error = status_->Listen(settings_.status_socket, kStatusMode); !error.ok()) {
    return SystemError(settings_.status_socket, "cannot listen", error);
  }
  if (!settings_.status_gid) return absl::OkStatus();
  std::unique_ptr<Directory> parent;
  std::string name;
  Error error = root_->Locate(settings_.status_socket, false, &parent, &name);
  if (error.ok()) error = parent->SetOwner(name, EffectiveUid(), *settings_.status_gid);
  return error.ok() ? absl::OkStatus() : SystemError(settings_.status_socket, "its group", error);
}

void Netconfd::Reload() {
  std::vector<std::string> notes;
  const bool is_taken = change_->Reload(&notes, [this](const std::vector<std::string>& faults) {
    if (faults.empty()) log_.Notice("the configuration is in force");
    for (const std::string& fault : faults) log_.Warning(fault);
  });
  for (const std::string& note : notes) log_.Warning(note);
  if (!is_taken) log_.Error("the configuration of before stays in force");
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

// Sockets go while they still answer: whoever comes later may make his own.
void Netconfd::End() {
  static_cast<void>(NotifyManager("STOPPING=1"));
  for (const std::string& path : {settings_.socket, settings_.status_socket}) {
    std::unique_ptr<Directory> parent;
    std::string name;
    if (root_->Locate(path, false, &parent, &name).ok()) static_cast<void>(parent->Remove(name));
  }
  control_->End();
  status_->End();
}

// What is up stays up when netconfd ends.
absl::StatusOr<int> Netconfd::Serve(const Invocation& invocation) {
  if (absl::Status status = Open(); !status.ok()) return status;
  std::vector<std::string> notes;
  const bool is_taken = change_->Start(&notes);
  for (const std::string& note : notes) log_.Warning(note);
  if (!is_taken) return Failure("no configuration to begin with");
  news_->TellAll();
  TellReady(invocation, log_);
  const Error error = loop_->Run();
  End();
  if (!error.ok()) return SystemError("event loop", "failed", error);
  return 0;
}

int Netconfd::Check() {
  std::vector<std::string> notes;
  NetState state;
  if (NewNetIf(&net_if_).ok()) static_cast<void>(net_if_->Dump(&state));
  const std::shared_ptr<const NetworkSet> set = NetworkSet::Read(settings_.paths, state, &notes);
  if (set != nullptr) CheckNetwork(*set, &notes);
  for (const std::string& note : notes) PrintError("netconfd", note);
  return notes.empty() && set != nullptr ? 0 : 1;
}

}  // namespace

absl::StatusOr<int> RunNetconfd(const Invocation& invocation) {
  if (invocation.Has("dhcp-worker")) return RunDhcpWorker(kDhcpWorkerChannel);
  if (invocation.Has("ready-fd") && !IsOpenDescriptor(invocation.Number("ready-fd", -1))) {
    return UsageError("--ready-fd: " + std::string(invocation.Text("ready-fd")) + " is not open");
  }
  std::unique_ptr<Root> root;
  if (Error error = OpenRoot("/", &root); !error.ok()) return SystemError("/", "", error);
  absl::StatusOr<NetconfdSettings> settings = ReadSettings(invocation, root.get());
  if (!settings.ok()) return settings.status();
  const LogLevel level = invocation.Has("verbose") ? LogLevel::kInfo : LogLevel::kNotice;
  const Log log(StderrSink("netconfd"), level);
  if (invocation.Has("dry-run")) return Netconfd(*settings, root.get(), log).Check();
  std::signal(SIGPIPE, SIG_IGN);
  if (invocation.Has("daemonize")) {
    if (Error error = Daemonize(); !error.ok()) return SystemError("fork", "failed", error);
  }
  return Netconfd(*settings, root.get(), log).Serve(invocation);
}

}  // namespace keelson
