// Each client stays in the foreground, so that its end is heard of, and is ended as it wants to be:
//   dhclient  SIGTERM; giving back: `dhclient -r`, which ends the one that runs
//   udhcpc    SIGKILL; giving back: SIGTERM, by -R (of two signals it may see the last one alone)
//   dhcpcd    SIGTERM; giving back: SIGALRM
// None outlives us: the next netconfd would start a second one beside it.
#include "applets/netconfd/external_dhcp.h"

#include <cerrno>
#include <csignal>
#include <utility>

#include "applets/netconfd/lease_files.h"
#include "applets/netconfd/netconf_hook.h"
#include "applets/trust.h"
#include "platform/clock.h"
#include "platform/privilege.h"
#include "platform/program.h"

namespace keelson {
namespace {

constexpr const char* kFolders[] = {"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/",
                                    "/usr/bin/",        "/sbin/",          "/bin/"};  // kPath's
constexpr char kPath[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr int64_t kStopTime = 5 * kSecond;
constexpr std::string_view kNone = "no";

using Words = std::vector<std::string>;

bool IsSaid(const std::string& value) { return !value.empty() && value != kNone; }

std::string SocketVariable(const ExternalDhcpCall& call) {
  return std::string(kNetconfdSocketVariable) + "=" + call.socket;
}

Words DhclientFiles(const ExternalDhcpCall& call) {
  const std::string file = call.folder + "/dhclient." + LeaseFileName(call.interface);
  return {"-sf", call.hook,        "-pf", file + ".pid",
          "-lf", file + ".leases", "-e",  SocketVariable(call)};
}

void Append(const Words& more, Words* words) {
  words->insert(words->end(), more.begin(), more.end());
}

// Host name, client identifier and vendor class are said in dhclient.conf alone.
Words Dhclient(const ExternalDhcpCall& call) {
  Words words = {"dhclient", "-4", "-d"};
  if (call.gives_up) words.push_back("-1");
  Append(DhclientFiles(call), &words);
  words.push_back(call.interface);
  return words;
}

Words Udhcpc(const ExternalDhcpCall& call) {
  Words words = {"udhcpc", "-f",  "-R", "-i",           call.interface, "-s",    call.hook,
                 "-O",     "mtu", "-O", "staticroutes", "-O",           "search"};
  if (call.gives_up) words.push_back("-n");
  if (IsSaid(call.settings.hostname)) Append({"-x", "hostname:" + call.settings.hostname}, &words);
  if (IsSaid(call.settings.vendor)) Append({"-V", call.settings.vendor}, &words);
  if (call.settings.client_id == kNone) words.push_back("-C");
  return words;
}

// In the foreground it never gives up, and -1 would be the end of it after its first lease.
Words Dhcpcd(const ExternalDhcpCall& call) {
  Words words = {"dhcpcd", "-B",      "-4", "--noconfigure",
                 "-c",     call.hook, "-e", SocketVariable(call)};
  if (call.settings.metric != 0) Append({"-m", std::to_string(call.settings.metric)}, &words);
  if (IsSaid(call.settings.hostname)) Append({"-h", call.settings.hostname}, &words);
  if (IsSaid(call.settings.client_id)) Append({"-I", call.settings.client_id}, &words);
  if (IsSaid(call.settings.vendor)) Append({"-i", call.settings.vendor}, &words);
  if (call.settings.lease_seconds != 0) {
    Append({"-l", std::to_string(call.settings.lease_seconds)}, &words);
  }
  words.push_back(call.interface);
  return words;
}

std::string FindProgram(Root* root, std::string_view name) {
  for (const char* folder : kFolders) {
    const std::string path = std::string(folder) + std::string(name);
    FileInfo info;
    if (root->Stat(path, &info).ok() && info.type == FileType::kRegular) return path;
  }
  return {};
}

void WriteTo(int output, SpawnRequest* request) {
  if (output >= 0) request->descriptors = {{output, 1}, {output, 2}};
}

class Client : public ExternalDhcp {
 public:
  Client(Loop* loop, Processes* processes, ExternalDhcpCall call,
         std::function<void(ProcessExit)> on_end)
      : loop_(loop), processes_(processes), call_(std::move(call)), on_end_(std::move(on_end)) {}
  ~Client() override { loop_->CancelTimer(timer_); }

  Error Start(Root* root, int output) {
    const Words words = ExternalDhcpWords(call_);
    if (words.empty()) return Error(EINVAL);
    program_ = FindProgram(root, words[0]);
    if (program_.empty()) return Error(ENOENT);
    SpawnRequest request = RequestFor(words);
    WriteTo(output, &request);
    const std::weak_ptr<bool> alive = alive_;
    return processes_->Spawn(
        request,
        [this, alive](ProcessExit exit) {
          if (!alive.expired()) Ended(exit);
        },
        &pid_);
  }

  void Stop(bool release) override {
    if (pid_ == 0 || timer_ != 0) return;
    timer_ = loop_->StartTimer(SystemClock()->MonotonicNs() + kStopTime, [this] {
      for (const ProcessId pid : {pid_, releasing_}) {
        if (pid != 0) static_cast<void>(processes_->Signal(pid, SIGKILL, true));
      }
    });
    if (release && call_.provider == DhcpProvider::kDhclient && Release()) return;
    int signal = SIGTERM;
    if (release && call_.provider == DhcpProvider::kDhcpcd) signal = SIGALRM;
    if (!release && call_.provider == DhcpProvider::kUdhcpc) signal = SIGKILL;
    static_cast<void>(processes_->Signal(pid_, signal, false));
  }

 private:
  SpawnRequest RequestFor(const Words& words) const {
    SpawnRequest request;
    request.program = program_;
    request.arguments = words;
    request.environment = {kPath, SocketVariable(call_)};
    request.ends_with_us = true;
    return request;
  }
  bool Release() {
    const std::weak_ptr<bool> alive = alive_;
    const Error error = processes_->Spawn(
        RequestFor(DhclientReleaseWords(call_)),
        [this, alive](ProcessExit) {
          if (alive.expired()) return;
          releasing_ = 0;
          EndIfOver();
        },
        &releasing_);
    if (!error.ok()) releasing_ = 0;
    return error.ok();
  }
  void Ended(ProcessExit exit) {
    pid_ = 0;
    exit_ = exit;
    EndIfOver();
  }
  // The server is told after the client has ended, by an address that has to be there meanwhile.
  void EndIfOver() {
    if (pid_ != 0 || releasing_ != 0) return;
    loop_->CancelTimer(std::exchange(timer_, 0));
    on_end_(exit_);
  }

  Loop* const loop_;
  Processes* const processes_;
  const ExternalDhcpCall call_;
  const std::function<void(ProcessExit)> on_end_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::string program_;
  ProcessId pid_ = 0, releasing_ = 0;
  ProcessExit exit_;
  Loop::TimerId timer_ = 0;
};

}  // namespace

Words ExternalDhcpWords(const ExternalDhcpCall& call) {
  if (call.interface.empty() || call.interface.starts_with('-')) return {};
  switch (call.provider) {
    case DhcpProvider::kDhclient:
      return Dhclient(call);
    case DhcpProvider::kUdhcpc:
      return Udhcpc(call);
    case DhcpProvider::kDhcpcd:
      return Dhcpcd(call);
    case DhcpProvider::kBuiltin:
      break;
  }
  return {};
}

Words DhclientReleaseWords(const ExternalDhcpCall& call) {
  Words words = {"dhclient", "-4", "-r"};
  Append(DhclientFiles(call), &words);
  words.push_back(call.interface);
  return words;
}

Error MakeHookLink(const std::string& folder, std::string* path) {
  std::string program;
  if (Error error = ProgramPath(&program); !error.ok()) return error;
  *path = folder + "/" + kNetconfHook.name;
  return MakeLink(folder, kNetconfHook.name, program, true);
}

Error StartExternalDhcp(Loop* loop, Processes* processes, Root* root, const ExternalDhcpCall& call,
                        int output, std::function<void(ProcessExit)> on_end,
                        std::unique_ptr<ExternalDhcp>* client) {
  auto made = std::make_unique<Client>(loop, processes, call, std::move(on_end));
  if (Error error = made->Start(root, output); !error.ok()) return error;
  *client = std::move(made);
  return kOk;
}

std::optional<std::string> ExternalMethodRequest(Root* root, const std::string& folder,
                                                 std::string_view name, bool up,
                                                 std::vector<std::string> environment, int output,
                                                 SpawnRequest* request) {
  const std::string path = folder + "/methods";
  if (name.empty() || name.starts_with('.') || name.find('/') != std::string_view::npos) {
    return "no name of a method";
  }
  std::unique_ptr<Directory> methods;
  FileInfo info;
  Error error = root->OpenDirectory(path, &methods);
  if (error.ok()) error = methods->StatSelf(&info);
  if (error.ok()) {
    const std::string why = WhyNotTrusted(info, EffectiveUid());
    if (!why.empty()) return path + " " + why;
    error = methods->Stat(name, &info);
  }
  if (!error.ok()) return path + "/" + std::string(name) + ": " + error.Text();
  if (info.type != FileType::kRegular) return path + "/" + std::string(name) + ": no regular file";
  const std::string why = WhyNotTrusted(info, EffectiveUid());
  if (!why.empty()) return path + "/" + std::string(name) + " " + why;
  request->program = path + "/" + std::string(name);
  request->arguments = {std::string(name), up ? "up" : "down"};
  request->environment = std::move(environment);
  WriteTo(output, request);
  return std::nullopt;
}

}  // namespace keelson
