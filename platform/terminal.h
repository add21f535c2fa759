// Whether somebody is looking.
#ifndef KEELSON_PLATFORM_TERMINAL_H_
#define KEELSON_PLATFORM_TERMINAL_H_

namespace keelson {

bool OutputGoesToTerminal();  // the standard output is one
bool ErrorsGoToTerminal();    // the standard error output is one

}  // namespace keelson

#endif  // KEELSON_PLATFORM_TERMINAL_H_
