// In the order in which ifupdown looks for them.
#include "applets/netconfd/dhcp_programs.h"

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/flat_file.h"
#include "platform/file.h"

namespace keelson {
namespace {

// Whether the program is in one of the folders of PATH.
bool HasProgram(std::string_view name) {
  const char* path = std::getenv("PATH");
  std::unique_ptr<Root> root;
  if (path == nullptr || !OpenRoot("/", &root).ok()) return false;
  ListReader folders(path, ':');
  FileInfo info;
  for (std::string_view folder; folders.Next(&folder);) {
    const std::string file = std::string(folder) + "/" + std::string(name);
    if (!root->Stat(file, &info).ok()) continue;
    if (info.type == FileType::kRegular && (info.mode & 0100) != 0) return true;
  }
  return false;
}

constexpr std::pair<const char*, DhcpProvider> kClients[] = {{"dhclient", DhcpProvider::kDhclient},
                                                             {"udhcpc", DhcpProvider::kUdhcpc},
                                                             {"dhcpcd", DhcpProvider::kDhcpcd}};

}  // namespace

std::optional<DhcpProvider> FindDhcpClient() {
  for (const auto& [name, provider] : kClients) {
    if (HasProgram(name)) return provider;
  }
  return std::nullopt;
}

std::string_view DhcpClientName(DhcpProvider provider) {
  for (const auto& [name, its] : kClients) {
    if (its == provider) return name;
  }
  return "DHCP";
}

}  // namespace keelson
