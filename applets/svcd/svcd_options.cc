// A plain user has folders and a socket of his own.
#include "applets/svcd/svcd_options.h"

#include <memory>
#include <string_view>

#include "applets/status.h"
#include "core/svcd_protocol.h"
#include "applets/svcd/svcd.h"
#include "core/service_definition.h"
#include "platform/become.h"
#include "platform/file.h"
#include "platform/privilege.h"

namespace keelson {

std::string UserSvcdSocket() {
  const std::string runtime = Variable("XDG_RUNTIME_DIR");
  return runtime.empty() ? "" : runtime + "/keelson/svcd.sock";
}

// None of the system's scripts.
SourcePaths UserSourcePaths() {
  SourcePaths paths;
  const std::string config = Variable("XDG_CONFIG_HOME");
  paths.config = (config.empty() ? Variable("HOME") + "/.config" : config) + "/keelson/svc";
  paths.only_named = true;
  return paths;
}

std::string DefaultSvcdSocket() {
  if (EffectiveUid() == 0) return kSvcdSocket;
  const std::string own = UserSvcdSocket();
  std::unique_ptr<Root> root;
  FileInfo info;
  const bool is_there =
      own.starts_with('/') && OpenRoot("/", &root).ok() && root->Stat(own, &info).ok();
  return is_there ? own : kSvcdSocket;
}

absl::StatusOr<SvcdOptions> ReadSvcdOptions(const Invocation& invocation) {
  SvcdOptions options;
  options.root = std::string(invocation.Text("root", "/"));
  if (Error error = AbsolutePath(options.root, &options.prefix); !error.ok()) {
    return SystemError(options.root, "", error);
  }
  if (options.prefix == "/") options.prefix.clear();
  options.socket = options.prefix + kSvcdSocket;
  if (EffectiveUid() != 0) {
    options.socket = UserSvcdSocket();
    options.paths = UserSourcePaths();
  }
  options.paths.must_have_config = invocation.Has("config");
  if (invocation.Has("config")) options.paths.config = invocation.Text("config");
  for (const std::string_view folder : invocation.Texts("rc-dir")) {
    options.paths.rc_folders.emplace_back(folder);
  }
  if (invocation.Has("init-dir")) options.paths.init_folder = invocation.Text("init-dir");
  if (invocation.Has("socket")) options.socket = invocation.Text("socket");
  if (options.socket.empty() && !invocation.Has("socket")) {
    return UsageError("--socket is missing, as XDG_RUNTIME_DIR is not set");
  }
  if (!options.socket.starts_with('/')) {
    return UsageError("--socket: '" + options.socket + "' is not absolute");
  }
  options.mode = invocation.Text("mode", "default");
  if (!IsServiceName(options.mode)) {
    return UsageError("--mode: '" + options.mode + "' is not a name");
  }
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
