// Options become IF_..., the rest says what runs and why.
#include "applets/netconfd/hooks.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/interface_option.h"
#include "platform/become.h"

namespace keelson {
namespace {

constexpr char kPath[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr size_t kMaxHooks = 1000;  // of one directory

std::string_view FamilyName(SetupFamily family) {
  constexpr std::string_view kNames[] = {"inet", "inet6", "meta", "can"};
  return kNames[static_cast<size_t>(family)];
}

std::string_view FolderOf(HookPhase phase) {
  constexpr std::string_view kNames[] = {"if-pre-up.d", "if-up.d", "if-down.d", "if-post-down.d"};
  return kNames[static_cast<size_t>(phase)];
}

// What run-parts takes: others are somebody's backup.
bool IsHookName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

}  // namespace

std::string RecursionVariable(std::string_view name) {
  std::string variable = "IFUPDOWN_";
  for (const char c : name) {
    const bool is_plain =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    variable += is_plain ? c : '_';
  }
  return variable;
}

std::vector<std::string> HookEnvironment(const DesiredSetup& setup, bool up, HookPhase phase,
                                         const HookWords& words) {
  std::vector<std::string> environment;
  for (const auto& [name, value] : setup.options) {
    environment.push_back("IF_" + OptionVariable(name) + "=" + value);
  }
  const auto add = [&](std::string_view name, std::string_view value) {
    environment.push_back(std::string(name) + "=" + std::string(value));
  };
  environment.insert(environment.end(), words.inherited.begin(), words.inherited.end());
  add(RecursionVariable(words.name), HookPhaseName(phase));
  add(kWithinVariable, std::string(words.within) + std::string(words.name) + " ");
  add("IFACE", words.name);
  add("LOGICAL", setup.logical);
  add("ADDRFAM", FamilyName(setup.family));
  add("METHOD", setup.method_name);
  add("MODE", up ? "start" : "stop");
  add("PHASE", HookPhaseName(phase));
  add("VERBOSITY", words.is_verbose ? "1" : "0");
  add("PATH", kPath);
  if (!words.all_class.empty()) add("CLASS", words.all_class);
  return environment;
}

std::string WithinWord() {
  const std::string within = Variable(kWithinVariable);
  return within.empty() ? "" : "--within=" + within;
}

SpawnRequest ShellRequest(const std::string& command, std::vector<std::string> environment) {
  SpawnRequest request;
  request.program = "/bin/sh";
  request.arguments = {"/bin/sh", "-c", command};
  request.environment = std::move(environment);
  return request;
}

std::vector<std::string> HookFiles(Root* root, const std::string& top, HookPhase phase) {
  const std::string folder = top + "/" + std::string(FolderOf(phase));
  std::unique_ptr<Directory> directory;
  std::vector<DirectoryEntry> entries;
  std::vector<std::string> files;
  if (!root->OpenDirectory(folder, &directory).ok() || !directory->List(&entries).ok()) return {};
  for (const DirectoryEntry& entry : entries) {
    FileInfo info;
    const std::string path = folder + "/" + entry.name;
    if (!IsHookName(entry.name) || !root->Stat(path, &info).ok()) continue;
    if (info.type == FileType::kRegular && (info.mode & 0111) != 0) files.push_back(path);
  }
  std::sort(files.begin(), files.end());
  if (files.size() > kMaxHooks) files.resize(kMaxHooks);
  return files;
}

const std::vector<std::string>& HookFolders::Files(Root* root, const std::string& top,
                                                   HookPhase phase) {
  std::optional<std::vector<std::string>>& files = files_[static_cast<size_t>(phase)];
  if (!files) files = HookFiles(root, top, phase);
  return *files;
}

}  // namespace keelson
