// The command line of svcd, and what is so without one.
#ifndef KEELSON_APPLETS_SVCD_SVCD_OPTIONS_H_
#define KEELSON_APPLETS_SVCD_SVCD_OPTIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "applets/options.h"
#include "applets/svcd/service_sources.h"

namespace keelson {

// A plain user's own svcd. The socket is empty where XDG_RUNTIME_DIR is not set.
std::string UserSvcdSocket();
SourcePaths UserSourcePaths();
// Whom to ask when nobody says: a plain user's own svcd where its socket is, else the system's.
std::string DefaultSvcdSocket();

struct SvcdOptions {
  std::string root, prefix;  // prefix: root without a '/' at its end
  SourcePaths paths;
  std::string socket, mode;
  std::vector<std::string> again;  // the arguments for the svcd that takes over
};

absl::StatusOr<SvcdOptions> ReadSvcdOptions(const Invocation& invocation);

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SVCD_OPTIONS_H_
