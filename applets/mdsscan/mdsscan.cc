// The command line in full, then one command.
#include "applets/mdsscan/mdsscan.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "applets/mdsscan/commands.h"
#include "applets/status.h"
#include "applets/subcommand.h"
#include "platform/clock.h"
#include "platform/program.h"

namespace keelson {

namespace {

constexpr char kDefaultPath[] = "/usr/lib/keelson/modules:/etc/keelson/modules";
constexpr char kDefaultDatabase[] = "/var/lib/keelson/mds";
// Of who wants an answer: then it is given from memory, and whoever has the lock publishes. Of
// watch, which tries again.
constexpr int64_t kShortLockWaitNs = 500 * kMillisecond;

// Modules are installed by being there.
absl::StatusOr<int> RunInstall(const MdsCall& call) {
  return MdsSession(call.directory, Freshness::kAsItIs).Install() == CssmReturn::kOk ? 0 : 1;
}

absl::StatusOr<int> RunUninstall(const MdsCall& call) {
  const CssmReturn done = MdsSession(call.directory, Freshness::kAsItIs).Uninstall();
  if (done != CssmReturn::kFunctionNotImplemented) return 0;
  return Failure("uninstall: function not implemented");
}

struct CommandRow {
  Subcommand use;
  absl::StatusOr<int> (*run)(const MdsCall& call);
  bool waits_for_others = false;  // what is published is the point of it
  bool tells_of_modules = false;  // of what the last scan saw, not of records alone
};

constexpr size_t kMany = Subcommand::kMany;

constexpr CommandRow kCommands[] = {
    {{"scan", " dry-run verbose ", 0, 0}, RunMdsScan, true},
    {{"watch", " verbose ready-fd ", 0, 0}, RunMdsWatch},
    {{"query", " no-scan any output ", 1, kMany}, RunMdsQueryCommand},
    {{"dump", " no-scan ", 0, kMany}, RunMdsDump},
    {{"explain", " output ", 0, kMany}, RunMdsExplain, false, true},
    {{"check", " output ", 0, 0}, RunMdsCheck, false, true},
    {{"export", " no-scan format ", 0, 0}, RunMdsExport},
    {{"install", " ", 0, 0}, RunInstall},
    {{"uninstall", " ", 0, 0}, RunUninstall},
};

constexpr std::string_view kOfAll = " path db mode recursive root help version ";

// A folder that the user names: below the root, or, on the running system's own, from where the
// user is. Without a slash at its end, since names follow it in messages.
absl::Status ReadFolder(std::string_view given, std::string_view option, bool live,
                        std::string* folder) {
  while (given.size() > 1 && given.ends_with('/')) given.remove_suffix(1);
  *folder = given;
  if (given.empty()) return UsageError("--" + std::string(option) + ": a folder is missing");
  if (given.starts_with('/')) return absl::OkStatus();
  if (!live) {
    return UsageError("--" + std::string(option) + " " + *folder +
                      ": with --root it begins with '/'");
  }
  if (AbsolutePath(*folder, folder).ok()) return absl::OkStatus();
  std::string here;
  if (Error error = AbsolutePath(".", &here); !error.ok()) return SystemError(".", "", error);
  *folder = (here == "/" ? "" : here) + "/" + std::string(given);
  return absl::OkStatus();
}

absl::Status ReadOptions(const Invocation& invocation, bool live,
                         ModuleDirectory::Options* options) {
  std::vector<std::string_view> paths = invocation.Texts("path");
  if (paths.empty()) paths.emplace_back(kDefaultPath);
  for (std::string_view path : paths) {
    while (true) {
      const size_t colon = path.find(':');
      options->path.emplace_back();
      absl::Status status = ReadFolder(path.substr(0, colon), "path", live, &options->path.back());
      if (!status.ok()) return status;
      if (colon == path.npos) break;
      path.remove_prefix(colon + 1);
    }
  }
  options->recursive = invocation.Has("recursive");
  options->store = !invocation.Has("dry-run");
  return ReadFolder(invocation.Text("db", kDefaultDatabase), "db", live, &options->database);
}

}  // namespace

absl::StatusOr<int> RunMdsscan(const Invocation& invocation) {
  std::vector<std::string_view> operands = invocation.operands();
  if (operands.empty()) return UsageError("a command is missing");
  const std::string_view name = operands[0];
  operands.erase(operands.begin());
  const auto* command =
      std::find_if(std::begin(kCommands), std::end(kCommands),
                   [name](const CommandRow& row) { return row.use.name == name; });
  if (command == std::end(kCommands)) {
    return UsageError("'" + std::string(name) + "' is not a command; see '" +
                      std::string(invocation.applet()) + " --help'");
  }
  if (std::string wrong =
          WrongUse(command->use, kOfAll, kMdsscanOptions, invocation, operands.size());
      !wrong.empty()) {
    return UsageError(wrong);
  }
  const std::string root_path(invocation.Text("root", "/"));
  std::string real;
  std::unique_ptr<Root> root;
  Error error = RealPath(root_path, &real);
  if (error.ok()) error = OpenRoot(real, &root);
  if (!error.ok()) return SystemError(root_path, "", error);
  ModuleDirectory::Options options;
  absl::Status status = ReadOptions(invocation, real == "/", &options);
  if (!status.ok()) return status;
  options.catalog = command->tells_of_modules;
  if (!command->waits_for_others) options.lock_wait_ns = kShortLockWaitNs;
  ModuleDirectory directory(root.get(), SystemClock(), options);
  return command->run({invocation, std::move(operands), root.get(), options, &directory});
}

}  // namespace keelson
