// They are told of and left alone: who killed svcd may have wanted them to go on, and it is not
// known whether a new start of the service would get on with the old one.
#include "applets/svcd/left_behind.h"

#include <map>
#include <set>

#include "core/flat_file.h"
#include "platform/process_search.h"
#include "platform/process_tree.h"

namespace keelson {
namespace {

constexpr size_t kMaxNumbers = 200;  // bytes of a line

}  // namespace

void TellOfLeftBehind(const std::string& socket, Log log) {
  std::map<std::string, std::set<ProcessId>> left;  // by service
  for (const FoundProcess& process : FindProcesses("SVC_SOCKET=" + socket, "SVC_NAME")) {
    left[Printable(process.value)].insert(process.pid);
  }
  // Those too that have another environment by now; one with this socket was found already.
  for (const LeftTree& tree : RemoveOldTrees(kTreeLabel)) {
    for (const ProcessId pid : tree.members) {
      const bool is_anothers = !VariableOf(pid, "SVC_SOCKET").empty();
      if (!is_anothers) left[Printable(tree.name)].insert(pid);
    }
  }
  for (const auto& [service, processes] : left) {
    std::string numbers;
    for (const ProcessId pid : processes) {
      if (numbers.size() < kMaxNumbers) numbers += " " + std::to_string(pid);
    }
    log.Warning(service + ": left by a svcd that is gone, and still running:" + numbers);
  }
}

}  // namespace keelson
