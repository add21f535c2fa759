// insserv.conf and the files of insserv.conf.d: what "$network" and its kin stand for.
//
//   $name members...         also "$name = members" and "$name: members". Members are separated by
//                            single ones of blank , ; and are scripts, other facilities, or
//                            optional
//                            ("+name"). Lines of the same name add up. A tab ends the line.
//   <interactive> names...   services that need the terminal
// A line that begins with '#' is a comment; what is neither of the two means nothing.
#ifndef KEELSON_CORE_INSSERV_CONF_H_
#define KEELSON_CORE_INSSERV_CONF_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

struct LsbFacilities {
  std::map<std::string, std::vector<std::string>, std::less<>> members;  // by name, with the '$'
  std::set<std::string, std::less<>> interactive;
};

// Adds what the bytes of one file say.
void ReadInsservConf(std::string_view bytes, LsbFacilities* facilities);

// All members of `name` that are no facilities, those of facilities in it included, each once and
// with its '+'. Facilities that nobody defined are left out; `is_loop`: one of them contains
// itself.
std::vector<std::string> ExpandLsbFacility(const LsbFacilities& facilities, std::string_view name,
                                           bool* is_loop);

}  // namespace keelson

#endif  // KEELSON_CORE_INSSERV_CONF_H_
