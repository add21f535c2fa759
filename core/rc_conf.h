// rc.conf of the BSDs: plain assignments, as /bin/sh reads them, without a shell.
//
// Read are NAME=value words, alone or several to a line: 'single' and "double" quotes, backslashes,
// lines continued by one, comments, $NAME and ${NAME} of what was assigned before (empty when it
// never was). Everything else that a shell knows is told of with its place and left out, never run:
// commands, `export`,
// ';', redirections, substitutions, ${NAME:-word}, "~" in front. What stands inside of if, case,
// loops, functions and parentheses is left out whole, and so is a value made from one that was left
// out.
//
// Files are added in the order in which the system reads them: /etc/defaults/rc.conf, /etc/rc.conf,
// /etc/rc.conf.local, rc.conf.d/NAME. The last assignment wins.
#ifndef KEELSON_CORE_RC_CONF_H_
#define KEELSON_CORE_RC_CONF_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/flat_file.h"

namespace keelson {

inline constexpr size_t kMaxRcConfValue = size_t{1} << 16;  // bytes; longer ones are left out

class RcConf {
 public:
  struct Value {
    std::string text;
    size_t file;  // of files()
    Position at;  // of the name
  };

  // Returns what was left out.
  std::vector<ParseError> Add(std::string path, std::string_view bytes);

  const Value* Find(std::string_view name) const;  // or null
  const std::map<std::string, Value, std::less<>>& values() const { return values_; }
  const std::vector<std::string>& files() const { return files_; }

 private:
  friend class RcConfReader;

  std::vector<std::string> files_;
  std::map<std::string, Value, std::less<>> values_;
  std::set<std::string, std::less<>> unknown_;  // last assigned by what was left out
};

// What rc.subr's checkyesno makes of it: yes, true, on, 1 or no, false, off, 0, in any case; of
// other words nothing.
std::optional<bool> RcYesNo(std::string_view text);

}  // namespace keelson

#endif  // KEELSON_CORE_RC_CONF_H_
