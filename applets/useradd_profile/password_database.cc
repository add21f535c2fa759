// pwd_mkdb knows nothing of roots: it is run only where the paths that it is given lead to the very
// files that were written.
#include "applets/useradd_profile/password_database.h"

#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "applets/run.h"
#include "applets/status.h"
#include "platform/loop.h"
#include "platform/process.h"
#include "platform/program.h"

namespace keelson {

namespace {

constexpr char kMaster[] = "/etc/master.passwd";
constexpr char kDatabase[] = "/etc/spwd.db";
constexpr char kProgram[] = "pwd_mkdb";
constexpr char kUsualFolders[] = "/usr/sbin:/sbin:/usr/bin";

// Where pwd_mkdb may be, in the order in which it is tried.
std::vector<std::string> Candidates() {
  const char* path = std::getenv("PATH");
  std::string folders = std::string(kUsualFolders) + ":" + (path == nullptr ? "" : path) + ":";
  std::vector<std::string> candidates;
  for (size_t colon; (colon = folders.find(':')) != folders.npos; folders.erase(0, colon + 1)) {
    // A relative folder would be looked for wherever this happens to run.
    if (folders[0] == '/') candidates.push_back(folders.substr(0, colon) + "/" + kProgram);
  }
  return candidates;
}

// Neither /etc nor master.passwd is a link.
bool IsPlain(Root& root) {
  for (const char* path : {"/etc", kMaster}) {
    std::unique_ptr<Directory> parent;
    std::string name;
    FileInfo info;
    if (!root.Locate(path, false, &parent, &name).ok() || !parent->Stat(name, &info).ok() ||
        info.type == FileType::kSymlink) {
      return false;
    }
  }
  return true;
}

// The first candidate that can be started. ENOENT: none can.
Error Run(const std::vector<std::string>& arguments, std::optional<ProcessExit>* exit) {
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Processes> processes;
  Error error = NewLoop(&loop);
  if (error.ok()) error = NewProcesses(loop.get(), &processes);
  if (!error.ok()) return error;
  SpawnRequest request;
  request.arguments = arguments;
  request.environment = {std::string("PATH=") + kUsualFolders + ":/bin"};
  request.descriptors = {{2, 1}, {2, 2}};
  const auto on_exit = [exit](ProcessExit ended) { *exit = ended; };
  for (const std::string& program : Candidates()) {
    request.program = program;
    ProcessId pid;
    error = processes->Spawn(request, on_exit, &pid);
    if (error.ok()) break;
    if (!error.not_found() && error.code() != EACCES) return error;
    error = Error(ENOENT);
  }
  while (error.ok() && !exit->has_value()) error = loop->RunOnce(-1);
  return error;
}

}  // namespace

bool PasswordDatabaseIsStale(Root& root) {
  FileInfo master, database;
  if (!root.Stat(kMaster, &master).ok()) return false;
  const Error error = root.Stat(kDatabase, &database);
  return error.ok() ? database.mtime_ns < master.mtime_ns : error.not_found();
}

absl::Status MakePasswordDatabase(std::string_view applet, Root& root,
                                  const std::string& root_path) {
  const std::string etc = root_path + "/etc";
  const std::vector<std::string> arguments = {kProgram, "-p", "-d", etc, etc + "/master.passwd"};
  std::string command;
  for (const std::string& argument : arguments) command += (command.empty() ? "" : " ") + argument;
  std::optional<ProcessExit> exit;
  const Error error = IsPlain(root) ? Run(arguments, &exit) : Error(ENOENT);
  if (error.not_found()) {
    PrintError(applet, "the databases are not made anew: run '" + command + "' on the system");
    return absl::OkStatus();
  }
  if (!error.ok()) return SystemError(kProgram, "", error);
  if (!exit->signaled && exit->value == 0) return absl::OkStatus();
  return absl::InternalError("the accounts are written, but '" + command +
                             "' failed: " + (exit->signaled ? "signal " : "exit status ") +
                             std::to_string(exit->value));
}

}  // namespace keelson
