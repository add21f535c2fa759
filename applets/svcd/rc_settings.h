// Which variable of rc.conf enables an rc.d script, and what it says.
#ifndef KEELSON_APPLETS_SVCD_RC_SETTINGS_H_
#define KEELSON_APPLETS_SVCD_RC_SETTINGS_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "applets/svcd/source_files.h"
#include "core/rc_conf.h"

namespace keelson {

// What plain assignments of the script say, as rc.subr would find them.
struct RcScriptVariables {
  std::string name;      // `name`, else the file's; rc.conf.d goes by it
  std::string rcvar;     // empty: nothing disables the script
  std::string fallback;  // of ": ${RCVAR:=NO}", when rc.conf says nothing
  std::string description, pid_file;
};
// The lines of a script that are one assignment from their first byte on.
std::string AssignmentsIn(std::string_view bytes);
RcScriptVariables ReadRcScriptVariables(std::string_view file_name, std::string_view bytes);

class RcSettings {
 public:
  // Reads /etc/defaults/rc.conf, /etc/defaults/vendor.conf, /etc/rc.conf and /etc/rc.conf.local.
  explicit RcSettings(SourceFiles* files);

  struct Answer {
    bool is_enabled = true;
    std::string value;  // as it stands
    std::string file;   // of the assignment in force; empty: none
    uint32_t line = 0;
  };
  // With rc.conf.d/NAME below /etc and /usr/local/etc, which may be a file or a folder.
  Answer Ask(const RcScriptVariables& script);

 private:
  void Add(RcConf* conf, const std::string& path);
  void AddFolder(RcConf* conf, const std::string& path);

  SourceFiles* files_;
  RcConf conf_;
  std::set<std::string, std::less<>> own_;  // names in the rc.conf.d
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_RC_SETTINGS_H_
