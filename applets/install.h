// keelson --install: one link for each applet.
#ifndef KEELSON_APPLETS_INSTALL_H_
#define KEELSON_APPLETS_INSTALL_H_

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "applets/applet.h"

namespace keelson {

struct InstallOptions {
  bool hard = false;   // hard links instead of symbolic ones
  bool force = false;  // replace what has an applet's name
};

// What a symbolic link in `directory` says to lead to `file`; both absolute, without links.
// Relative when they lie below a common directory other than "/", so that a tree can be moved as a
// whole.
std::string LinkTarget(std::string_view directory, std::string_view file);

// Nothing is changed when a name is taken and force is not set. Names that lead to this program
// already are left as they are.
absl::Status InstallLinks(std::span<const Applet* const> applets, std::string_view directory,
                          const InstallOptions& options);

}  // namespace keelson

#endif  // KEELSON_APPLETS_INSTALL_H_
