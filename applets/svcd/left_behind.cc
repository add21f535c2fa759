// They are told of and left alone: who killed svcd may have wanted them to go on, and it is not
// known whether a new start of the service would get on with the old one.
#include "applets/svcd/left_behind.h"

#include <map>

#include "core/flat_file.h"
#include "platform/process_search.h"
#include "platform/process_tree.h"

namespace keelson {
namespace {

constexpr size_t kMaxNumbers = 200;  // bytes of a line

}  // namespace

void TellOfLeftBehind(const std::string& socket, Log log) {
  RemoveOldTrees(kTreeLabel);
  std::map<std::string, std::string> left;  // by service
  for (const FoundProcess& process : FindProcesses("SVC_SOCKET=" + socket, "SVC_NAME")) {
    std::string& numbers = left[Printable(process.value)];
    if (numbers.size() < kMaxNumbers) numbers += " " + std::to_string(process.pid);
  }
  for (const auto& [service, numbers] : left) {
    log.Warning(service + ": left by a svcd that is gone, and still running:" + numbers);
  }
}

}  // namespace keelson
