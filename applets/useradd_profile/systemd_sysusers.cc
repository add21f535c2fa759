// options -> configuration -> items -> (locks, account files) -> plan -> account files, all or
// nothing. What the original says goes out as it says it, without the applet's name in front; what
// only happens here has it.
#include "applets/useradd_profile/systemd_sysusers.h"

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "applets/status.h"
#include "applets/useradd_profile/account_change.h"
#include "applets/useradd_profile/systemd_sysusers_accounts.h"
#include "applets/useradd_profile/systemd_sysusers_configuration.h"
#include "applets/useradd_profile/systemd_sysusers_credentials.h"
#include "applets/useradd_profile/systemd_sysusers_files.h"
#include "applets/useradd_profile/systemd_sysusers_messages.h"
#include "applets/useradd_profile/systemd_sysusers_plan.h"
#include "applets/useradd_profile/systemd_sysusers_specifiers.h"
#include "platform/program.h"

namespace keelson {
namespace {

// Empty: the command line makes sense. Else what is wrong, as the original says it.
std::string CheckOptions(const Invocation& invocation) {
  if (invocation.Has("image")) {
    return "Disk images are not supported: mount the image and give --root=.";
  }
  if (!invocation.Has("replace")) return "";
  const std::string_view replace = invocation.Text("replace");
  if (!replace.starts_with('/')) return "The argument to --replace= must be an absolute path.";
  if (!replace.ends_with(".conf")) {
    return "The argument to --replace= must have the extension '.conf'.";
  }
  if (invocation.Has("cat-config")) return "Option --replace= is not supported with --cat-config";
  if (invocation.operands().empty()) {
    return "When --replace= is given, some configuration items must be specified";
  }
  return "";
}

// The tree to work on.
struct Place {
  std::unique_ptr<Root> root;
  std::string shown;    // what stands before its paths in messages
  bool chosen = false;  // by --root
  bool live = false;    // it is the running system's "/"
};

absl::Status OpenPlace(const std::string& given, Place* place) {
  std::string real = "/", here;
  Error error;
  if (!given.empty()) error = RealPath(given, &real);
  if (error.ok()) error = OpenRoot(real, &place->root);
  if (error.ok() && !given.empty() && !given.starts_with('/')) error = AbsolutePath(".", &here);
  if (!error.ok()) return SystemError(given, "", error);
  place->shown = here.empty() ? given : here + "/" + given;
  while (place->shown.ends_with('/')) place->shown.pop_back();
  place->chosen = !given.empty();
  place->live = real == "/";
  return absl::OkStatus();
}

// As the locale's variables have it; without any, everybody understands UTF-8.
const char* Ellipsis() {
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view locale = value;
    const bool utf8 = locale.find("UTF-8") != locale.npos || locale.find("utf8") != locale.npos;
    return utf8 ? "…" : "...";
  }
  return "…";
}

void SayWhatWouldBeWritten(const SysusersPlan& plan, const SysusersItems& items,
                           SysusersMessages* messages) {
  const bool groups = !plan.new_groups().empty() || !items.members.empty();
  const bool users = !plan.new_users().empty();
  for (const char* name : {"group", "gshadow", "passwd", "shadow"}) {
    const bool of_groups = std::string_view(name).starts_with('g');
    if (of_groups ? groups : users) {
      messages->Say(std::string("Would write /etc/") + name + Ellipsis());
    }
  }
}

absl::Status MakeAccounts(const Place& place, bool dry_run, SysusersItems* items,
                          const SysusersCredentials& credentials, SysusersMessages* messages) {
  Root* root = place.root.get();
  AccountChange change(root, place.shown, AccountSystem::kLinux, place.live);
  messages->Flush();
  absl::Status status = change.Open(kSystemdSysusers.name, dry_run ? AccountChange::Access::kRead
                                                                   : AccountChange::Access::kWrite);
  if (status.ok()) status = change.ReadFiles(SysusersNames(*items));
  if (!status.ok()) return status;
  WishForReservedIds(change.table(), items);
  const SysusersAccountFiles accounts(root, &change.files(), &change.table());
  SysusersPlan plan(items, &accounts, [messages](std::string_view line) { messages->Say(line); });
  plan.Make();
  if (dry_run) {
    SayWhatWouldBeWritten(plan, *items, messages);
    return absl::OkStatus();
  }
  status =
      ApplySysusersPlan(plan, *items, credentials, root, place.shown, messages, &change.files());
  messages->Flush();
  return status.ok() ? change.Commit() : status;
}

}  // namespace

absl::StatusOr<int> RunSystemdSysusers(const Invocation& invocation) {
  SysusersMessages messages;
  if (const std::string wrong = CheckOptions(invocation); !wrong.empty()) {
    messages.Say(wrong);
    return 1;
  }
  Place place;
  if (absl::Status status = OpenPlace(std::string(invocation.Text("root")), &place); !status.ok())
    return status;
  const SysusersFiles files(place.root.get(), place.shown);
  SysusersConfiguration configuration(&files, &messages,
                                      SysusersSpecifiers(place.root.get(), place.chosen));
  if (invocation.Has("cat-config")) return configuration.Print() ? 0 : 1;

  const SysusersOperands operands = {.words = invocation.operands(),
                                     .lines = invocation.Has("inline"),
                                     .replace = std::string(invocation.Text("replace"))};
  if (!configuration.Read(operands)) return 1;
  SysusersCredentials credentials;
  if (!credentials.Open()) {
    messages.Say("Failed to get credentials directory: Invalid argument");
    return 1;
  }
  configuration.items().AddImplied();
  if (absl::Status status = MakeAccounts(place, invocation.Has("dry-run"), &configuration.items(),
                                         credentials, &messages);
      !status.ok())
    return status;
  return 0;
}

}  // namespace keelson
