// What the words say comes first, what they name second.
#include "applets/useradd_profile/account_options.h"

#include <cstdint>
#include <cstdlib>

#include "applets/run.h"
#include "applets/status.h"
#include "core/config.h"
#include "core/log.h"
#include "platform/program.h"

namespace keelson {

namespace {

constexpr uint64_t kLastSecond = 253402300799;  // of the year 9999
constexpr char kDefaultProfile[] = "/etc/portage/make.profile";
constexpr std::string_view kSystems[] = {"linux", "freebsd", "netbsd", "openbsd", "dragonfly"};

}  // namespace

absl::Status ReadAccountOptions(const Invocation& invocation, AccountOptions* options) {
  options->system = static_cast<AccountSystem>(invocation.Number("system", 0));
  options->system_name = kSystems[static_cast<size_t>(options->system)];
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  if (epoch != nullptr && ParseUnsigned(epoch).value_or(UINT64_MAX) > kLastSecond) {
    return UsageError("SOURCE_DATE_EPOCH: " + Printable(epoch) + " is not a time in seconds");
  }
  for (std::string_view given : invocation.Texts("repo")) {
    const size_t equals = given.find('=');
    if (equals == given.npos || equals == 0 || equals + 1 == given.size()) {
      return UsageError("--repo " + std::string(given) + ": it is NAME=DIR");
    }
    options->places.repositories.push_back(
        {std::string(given.substr(0, equals)), std::string(given.substr(equals + 1))});
  }
  for (std::string_view profile : invocation.Texts("profile")) {
    options->places.profiles.emplace_back(profile);
  }
  options->places.system = options->system_name;
  return absl::OkStatus();
}

absl::Status OpenAccountRoot(const Invocation& invocation, AccountOptions* options) {
  const std::string path(invocation.Text("root", "/"));
  std::string real;
  Error error = RealPath(path, &real);
  if (error.ok()) error = OpenRoot(real, &options->root);
  if (!error.ok()) return SystemError(path, "", error);
  options->live = real == "/";
  options->root_path = options->live ? "" : path;
  while (options->root_path.ends_with('/')) options->root_path.pop_back();
  if (options->places.profiles.empty() && options->live && RealPath(kDefaultProfile, &real).ok()) {
    options->places.profiles.emplace_back(kDefaultProfile);
  }
  options->places.root = options->root.get();
  options->places.root_path = options->root_path;
  return absl::OkStatus();
}

absl::Status FailWith(std::string_view applet, const std::vector<std::string>& errors) {
  for (size_t i = 0; i + 1 < errors.size(); ++i) PrintError(applet, errors[i]);
  return Failure(errors.back());
}

}  // namespace keelson
