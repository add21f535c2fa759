// Shell completion from the option tables.
#ifndef KEELSON_APPLETS_COMPLETION_H_
#define KEELSON_APPLETS_COMPLETION_H_

#include <span>
#include <string>

#include "applets/applet.h"

namespace keelson {

// A script for the shell to load, for the program itself (its first operand being an applet's name)
// and for each applet's link.
std::string BashCompletion(const Applet& program, std::span<const Applet* const> applets);
std::string ZshCompletion(const Applet& program, std::span<const Applet* const> applets);

}  // namespace keelson

#endif  // KEELSON_APPLETS_COMPLETION_H_
