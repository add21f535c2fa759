// pwlookup: options -> sources -> a row of the table of databases -> entries on stdout.
//
// Exit codes are getent's: 0 all found, 1 usage, 2 a key was not found, 3 no enumeration, 64
// options.
#include <cstdio>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "applets/pwlookupd/ask.h"
#include "applets/pwlookupd/lookup.h"
#include "applets/pwlookupd/monitor.h"
#include "applets/pwlookupd/pwlookup.h"
#include "core/flat_file.h"
#include "core/lookup_monitor.h"
#include "platform/privilege.h"

namespace keelson {

namespace {

constexpr int kNotFound = 2, kNoEnumeration = 3;

// The line on stdout with which getent refuses operands.
int TryHelp(const Invocation& invocation) {
  const std::string applet(invocation.applet());
  printf("Try `%s --help' for more information.\n", applet.c_str());
  return 1;
}

// "files" or "DATABASE:files": the only source that there is without libc.
absl::Status CheckService(std::string_view config) {
  const size_t colon = config.find(':');
  if (colon != std::string_view::npos && !FindLookupDatabase(config.substr(0, colon))) {
    return absl::FailedPreconditionError("Unknown database name");
  }
  const std::string_view source =
      TrimBlanks(colon == std::string_view::npos ? config : config.substr(colon + 1));
  if (source == "files") return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("--service: '", std::string(source), "' cannot be asked, only files"));
}

// Empty: nobody is asked.
std::string_view SocketOf(const Invocation& invocation) {
  if (invocation.Has("service")) return "";
  return invocation.Text("socket", invocation.Has("root") ? "" : kNscdSocket);
}

// Who wants files gets nothing that was made of them.
std::optional<DbmPlace> PlaceOf(const Invocation& invocation) {
  if (invocation.Has("service")) return std::nullopt;
  return DbmPlace{std::string(invocation.Text("cache-dir", kCacheDirectory)), EffectiveUid()};
}

int Show(const LookupDatabase& database, const std::vector<std::string_view>& keys,
         LookupSources* sources) {
  const bool netgroup = database.show == nullptr;
  if (keys.empty() && database.show_all == nullptr) {
    fprintf(stderr, "Enumeration not supported on %s\n", std::string(database.name).c_str());
    return kNoEnumeration;
  }
  if (keys.empty()) {
    database.show_all(sources);
    return 0;
  }
  if (netgroup) return ShowNetgroup(sources, keys) ? 0 : kNotFound;
  int code = 0;
  for (const std::string_view key : keys) {
    if (!database.show(sources, key)) code = kNotFound;
  }
  return code;
}

}  // namespace

absl::StatusOr<int> RunPwlookup(const Invocation& invocation) {
  for (const std::string_view config : invocation.Texts("service")) {
    if (absl::Status status = CheckService(config); !status.ok()) return status;
  }
  if (invocation.Has("stats")) return PrintStatistics(invocation.Text("socket", kNscdSocket));
  std::vector<std::string_view> keys = invocation.operands();
  if (invocation.Has("monitor") && !keys.empty()) {
    return Monitor(invocation.Text("socket", kLookupMonitorSocket), keys, invocation.Has("wait"));
  }
  if (keys.empty()) {
    fprintf(stderr, "%s: wrong number of arguments\n", std::string(invocation.applet()).c_str());
    return TryHelp(invocation);
  }
  const LookupDatabase* database = FindLookupDatabase(keys[0]);
  if (database == nullptr) {
    fprintf(stderr, "Unknown database: %s\n", std::string(keys[0]).c_str());
    return TryHelp(invocation);
  }
  keys.erase(keys.begin());
  std::unique_ptr<Root> root;
  const std::string path(invocation.Text("root", "/"));
  if (Error error = OpenRoot(path, &root); !error.ok()) {
    return absl::InternalError(absl::StrCat(path, ": cannot be opened: ", error.Text()));
  }
  const bool asks_yp = !invocation.Has("service") && !invocation.Has("root");
  LookupSources sources(root.get(), SocketOf(invocation), PlaceOf(invocation), asks_yp);
  const int code = Show(*database, keys, &sources);
  if (!sources.error().empty()) return absl::InternalError(sources.error());
  return code;
}

}  // namespace keelson
