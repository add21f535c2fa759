// An interfaces file with all that it includes, from the disk.
#ifndef KEELSON_APPLETS_NETCONFD_INTERFACES_SOURCE_H_
#define KEELSON_APPLETS_NETCONFD_INTERFACES_SOURCE_H_

#include <string>
#include <vector>

#include "core/interfaces_config.h"

namespace keelson {

inline constexpr char kInterfacesFile[] = "/etc/network/interfaces";
inline constexpr char kMethodsFolder[] = "/etc/keelson/methods";

struct LoadedInterfaces {
  InterfacesConfig config;
  std::vector<std::string> notes;  // in order; without the applet's name
  bool is_spoilt = false;          // the configuration is no good
};

struct LoadInterfacesOptions {
  std::string path = kInterfacesFile;
  std::string loopback = "lo";  // empty: nothing is assumed of it
  bool names_files = false;     // a note for each file that is included, as ifup -v has it
  bool may_wait = false;        // for the first file, if it is a pipe; never for those included
};

// A file that is not there has the loopback interface alone, and a note says so.
LoadedInterfaces LoadInterfaces(const LoadInterfacesOptions& options);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_INTERFACES_SOURCE_H_
