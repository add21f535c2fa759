// The environment is what Debian's service leaves: the language, the terminal, and a PATH.
#include "applets/svcd/service_scripts.h"

#include <algorithm>

#include "core/lsb_script.h"
#include "platform/become.h"
#include "platform/loop.h"
#include "platform/process.h"

namespace keelson {
namespace {

constexpr size_t kMaxScript = size_t{1} << 20;  // bytes
constexpr char kPath[] = "/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin";
constexpr int kSignalled = 128;

std::vector<std::string> Environment() {
  std::vector<std::string> environment = {"HOME=/"};
  const std::string path = Variable("PATH");
  environment.push_back("PATH=" + (path.empty() ? kPath : path));
  for (const char* name :
       {"TERM", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LC_TIME"}) {
    const std::string value = Variable(name);
    if (!value.empty()) environment.push_back(std::string(name) + "=" + value);
  }
  return environment;
}

std::vector<std::string> Arguments(const std::string& script, bool is_for_shell,
                                   const std::vector<std::string>& words) {
  std::vector<std::string> arguments = {script};
  if (is_for_shell) arguments.insert(arguments.begin(), "/bin/sh");
  arguments.insert(arguments.end(), words.begin(), words.end());
  return arguments;
}

Error RunProgram(const SpawnRequest& request, int* code) {
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Processes> processes;
  if (Error error = NewLoop(&loop); !error.ok()) return error;
  if (Error error = NewProcesses(loop.get(), &processes); !error.ok()) return error;
  ProcessId pid;
  const auto on_exit = [&](ProcessExit exit) {
    *code = exit.signaled ? kSignalled + exit.value : exit.value;
    loop->Stop();
  };
  if (Error error = processes->Spawn(request, on_exit, &pid); !error.ok()) return error;
  return loop->Run();
}

}  // namespace

ServiceScripts::ServiceScripts(std::string init_folder, std::vector<std::string> rc_folders)
    : folders_(std::move(rc_folders)) {
  folders_.push_back(std::move(init_folder));
  for (std::string& folder : folders_) {
    std::string absolute;
    if (AbsolutePath(folder, &absolute).ok()) folder = absolute;
  }
  static_cast<void>(OpenRoot("/", &root_).ok());
}

bool ServiceScripts::IsScript(const std::string& folder, const std::string& name) const {
  FileInfo info;
  return root_ != nullptr && root_->Stat(folder + "/" + name, &info).ok() &&
         info.type == FileType::kRegular && (info.mode & 0111) != 0;
}

std::vector<std::string> ServiceScripts::Names() const {
  std::vector<std::string> names;
  for (const std::string& folder : folders_) {
    std::unique_ptr<Directory> directory;
    std::vector<DirectoryEntry> entries;
    if (root_ == nullptr || !root_->OpenDirectory(folder, &directory).ok()) continue;
    if (!directory->List(&entries).ok()) continue;
    for (const DirectoryEntry& entry : entries) {
      if (IsLsbScriptName(entry.name) && IsScript(folder, entry.name)) names.push_back(entry.name);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string ServiceScripts::Find(std::string_view name) const {
  for (const std::string& folder : folders_) {
    if (IsScript(folder, std::string(name))) return folder + "/" + std::string(name);
  }
  return "";
}

bool ServiceScripts::TakesStatus(const std::string& name) const {
  FileBytes bytes;
  if (root_ == nullptr || !root_->Read(Find(name), kMaxScript, &bytes, nullptr).ok()) return false;
  return bytes.view().find("status)") != std::string_view::npos ||
         bytes.view().find("rc.subr") != std::string_view::npos;
}

bool ServiceScripts::IsShells(const std::string& script) const {
  FileBytes bytes;
  return root_ != nullptr && root_->Read(script, kMaxScript, &bytes, nullptr).ok() &&
         IsForShell(bytes.view());
}

Error ServiceScripts::Status(const std::string& name, bool* is_up) const {
  const std::string script = Find(name);
  SpawnRequest request;
  request.arguments = Arguments(script, IsShells(script), {"status"});
  request.program = request.arguments[0];
  request.environment = Environment();
  request.directory = "/";
  int code = 1;
  if (Error error = RunProgram(request, &code); !error.ok()) return error;
  *is_up = code == 0;
  return kOk;
}

Error ServiceScripts::Run(const std::string& script, const std::vector<std::string>& words,
                          int* code) const {
  SpawnRequest request;
  request.arguments = Arguments(script, IsShells(script), words);
  request.program = request.arguments[0];
  request.environment = Environment();
  request.directory = "/";
  request.descriptors = {{0, 0}, {1, 1}, {2, 2}};
  return RunProgram(request, code);
}

Error ServiceScripts::Become(const std::string& script,
                             const std::vector<std::string>& words) const {
  if (Error error = EnterFolder("/"); !error.ok()) return error;
  const std::vector<std::string> arguments = Arguments(script, IsShells(script), words);
  return BecomeProgram(arguments[0], arguments, Environment());
}

}  // namespace keelson
