// Two passes: what is there under each name, then the links that are missing.
#include "applets/install.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "platform/program.h"

namespace keelson {
namespace {

absl::Status SystemError(const std::string& path, Error error) {
  return absl::InternalError(absl::StrCat(path, ": ", error.Text()));
}

// How many leading bytes, ending with '/', the two paths have in common.
size_t CommonDirectories(std::string_view a, std::string_view b) {
  size_t common = 0;
  for (size_t i = 0; i < a.size() && i < b.size() && a[i] == b[i]; ++i) {
    if (a[i] == '/') common = i + 1;
  }
  return common;
}

}  // namespace

std::string LinkTarget(std::string_view directory, std::string_view file) {
  std::string from(directory);
  if (from.back() != '/') from += '/';
  size_t common = CommonDirectories(from, file);
  if (common <= 1 && from != "/") return std::string(file);
  std::string target;
  for (size_t i = common; i < from.size(); ++i) {
    if (from[i] == '/') target += "../";
  }
  target += file.substr(common);
  return target;
}

absl::Status InstallLinks(std::span<const Applet* const> applets, std::string_view directory,
                          const InstallOptions& options) {
  std::string into;
  if (Error error = RealPath(directory, &into); !error.ok()) {
    return SystemError(std::string(directory), error);
  }
  std::vector<const char*> missing;
  for (const Applet* applet : applets) {
    LinkState state;
    Error error = FindLink(into, applet->name, &state);
    const std::string path = absl::StrCat(into, "/", applet->name);
    if (!error.ok()) return SystemError(path, error);
    if (state == LinkState::kOurs) continue;
    if (state == LinkState::kOther && !options.force) {
      return absl::AlreadyExistsError(
          absl::StrCat(path, ": is there already, nothing was installed (--force replaces it)"));
    }
    missing.push_back(applet->name);
  }
  std::string program;
  if (Error error = ProgramPath(&program); !error.ok()) return SystemError("the program", error);
  const std::string target = options.hard ? "" : LinkTarget(into, program);
  for (const char* name : missing) {
    Error error = MakeLink(into, name, target, options.force);
    if (!error.ok()) return SystemError(absl::StrCat(into, "/", name), error);
  }
  return absl::OkStatus();
}

}  // namespace keelson
