// A plain user has folders and a socket of his own.
#include "applets/svcd/svcd_options.h"

#include <cstdlib>
#include <string_view>

#include "applets/status.h"
#include "applets/svcd/protocol.h"
#include "applets/svcd/svcd.h"
#include "platform/file.h"
#include "platform/privilege.h"

namespace keelson {
namespace {

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Of a plain user: his own definitions and socket, and none of the system's scripts.
void SetUserDefaults(SvcdOptions* options) {
  const std::string runtime = Variable("XDG_RUNTIME_DIR"), config = Variable("XDG_CONFIG_HOME");
  options->socket = runtime.empty() ? "" : runtime + "/keelson/svcd.sock";
  options->paths.config =
      (config.empty() ? Variable("HOME") + "/.config" : config) + "/keelson/svc";
  options->paths.only_named = true;
}

}  // namespace

absl::StatusOr<SvcdOptions> ReadSvcdOptions(const Invocation& invocation) {
  SvcdOptions options;
  options.root = std::string(invocation.Text("root", "/"));
  if (Error error = AbsolutePath(options.root, &options.prefix); !error.ok()) {
    return SystemError(options.root, "", error);
  }
  if (options.prefix == "/") options.prefix.clear();
  options.socket = options.prefix + kSvcdSocket;
  if (EffectiveUid() != 0) SetUserDefaults(&options);
  if (invocation.Has("config")) options.paths.config = invocation.Text("config");
  for (const std::string_view folder : invocation.Texts("rc-dir")) {
    options.paths.rc_folders.emplace_back(folder);
  }
  if (invocation.Has("init-dir")) options.paths.init_folder = invocation.Text("init-dir");
  if (invocation.Has("socket")) options.socket = invocation.Text("socket");
  if (!options.socket.starts_with('/')) {
    return UsageError("--socket: '" + options.socket + "' is not absolute");
  }
  options.mode = invocation.Text("mode", "default");
  for (const Option& option : kSvcdOptions) {
    const std::string_view name = option.name;
    if (option.type == OptionType::kFlag && name != "verbose") continue;
    if (name == "resume" || name == "ready-fd" || name == "mode") continue;
    for (const std::string_view value : invocation.Texts(name)) {
      options.again.push_back("--" + std::string(name));
      if (option.type != OptionType::kFlag) options.again.emplace_back(value);
    }
  }
  options.again.emplace_back("--");
  options.again.insert(options.again.end(), invocation.operands().begin(),
                       invocation.operands().end());
  return options;
}

}  // namespace keelson
