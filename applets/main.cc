// The table of applets and the dispatch on the name that the program was called by.
//
// The name is argv[0] without folders and without the '-' of a login shell. When no applet has that
// name, the links are followed one by one from the path that was executed: a link called anything
// that leads to a link called nscd is nscd. An empty or missing argv[0] goes by the executed path.
// The first process of a system is svcd when it is called init.
#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "applets/applet.h"
#include "applets/mdsscan/mdsscan.h"
#include "applets/netconfd/ifup.h"
#include "applets/netconfd/netconf.h"
#include "applets/netconfd/netconf_hook.h"
#include "applets/netconfd/netconfd.h"
#include "applets/program.h"
#include "applets/pwlookupd/nscd.h"
#include "applets/pwlookupd/pwlookup.h"
#include "applets/pwlookupd/pwlookupd.h"
#include "applets/run.h"
#include "applets/svcd/rcorder.h"
#include "applets/svcd/service.h"
#include "applets/svcd/svc.h"
#include "applets/svcd/svcd.h"
#include "applets/useradd_profile/systemd_sysusers.h"
#include "applets/useradd_profile/useradd_profile.h"
#include "applets/useradd_profile/users_update.h"
#include "platform/boot.h"
#include "platform/program.h"

namespace keelson {
namespace {

// Sorted by name: a new applet is an include above and a row here.
constexpr std::array kApplets = {
    &kIfdown,         &kIfquery,     &kIfup, &kMdsscan,  &kNetconf,
    &kNetconfHook,    &kNetconfd,    &kNscd, &kPwlookup, &kPwlookupd,
    &kRcorder,        &kService,     &kSvc,  &kSvcd,     &kSystemdSysusers,
    &kUseraddProfile, &kUsersUpdate,
};

static_assert(std::adjacent_find(kApplets.begin(), kApplets.end(),
                                 [](const Applet* a, const Applet* b) {
                                   return std::string_view(a->name) >= b->name;
                                 }) == kApplets.end(),
              "the table is sorted by name, and no name is there twice");

constexpr int kExitNoSuchApplet = 127;
constexpr std::string_view kInit = "init";  // what the kernel calls its first process

const Applet* FindApplet(std::string_view name) {
  auto found = std::lower_bound(
      kApplets.begin(), kApplets.end(), name,
      [](const Applet* applet, std::string_view wanted) { return applet->name < wanted; });
  return found != kApplets.end() && (*found)->name == name ? *found : nullptr;
}

std::string_view NameOf(std::string_view path) {
  size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  if (path.starts_with('-')) path.remove_prefix(1);
  return path;
}

// keelson, keelson.debug, keelson-0.1.
bool IsProgramName(std::string_view name) { return name.starts_with(kProgram.name); }

const Applet* FindByLinks(const std::string& executed) {
  for (const std::string& path : FollowLinks(executed)) {
    if (const Applet* applet = FindApplet(NameOf(path))) return applet;
  }
  return nullptr;
}

int NoSuchApplet(std::string_view name) {
  PrintError(kProgram.name, std::string(name) + ": no such applet; see 'keelson --list'");
  return kExitNoSuchApplet;
}

// keelson [OPTION...] | keelson APPLET ARGUMENT...
int RunByOperand(std::span<const std::string_view> arguments) {
  while (!arguments.empty() && arguments[0] == kProgram.name) arguments = arguments.subspan(1);
  if (arguments.size() > 1 && arguments[0] == "--") arguments = arguments.subspan(1);
  if (arguments.empty() || arguments[0].starts_with('-')) return RunApplet(kProgram, arguments);
  const Applet* applet = FindApplet(arguments[0]);
  if (applet == nullptr) return NoSuchApplet(arguments[0]);
  return RunApplet(*applet, arguments.subspan(1));
}

// The kernel's words may be anybody's; the first process goes on all the same.
int RunInit(std::span<const std::string_view> arguments) {
  const int code = RunApplet(kSvcd, arguments);
  return code == kSvcd.exit_codes.usage ? RunApplet(kSvcd, {}) : code;
}

int Dispatch(std::string_view called, std::span<const std::string_view> arguments) {
  const std::string executed = ExecutedPath();
  std::string_view name = NameOf(called);
  if (name.empty()) name = NameOf(executed);
  if (name == kInit && IsFirstProcess()) return RunInit(arguments);
  if (const Applet* applet = FindApplet(name)) return RunApplet(*applet, arguments);
  if (IsProgramName(name)) return RunByOperand(arguments);
  if (const Applet* applet = FindByLinks(executed)) return RunApplet(*applet, arguments);
  return NoSuchApplet(name);
}

}  // namespace

std::span<const Applet* const> AppletTable() { return kApplets; }

}  // namespace keelson

int main(int argc, char** argv) {
  keelson::HoldStandardDescriptors();
  keelson::TakeFileSizeLimitAsError();
  std::vector<std::string_view> arguments;
  for (int i = 1; i < argc; ++i) arguments.emplace_back(argv[i]);
  return keelson::Dispatch(argc > 0 ? argv[0] : "", arguments);
}
