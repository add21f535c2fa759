// One question to the kernel.
#include "platform/terminal.h"

#include <unistd.h>

namespace keelson {

bool OutputGoesToTerminal() { return isatty(STDOUT_FILENO) != 0; }

bool ErrorsGoToTerminal() { return isatty(STDERR_FILENO) == 1; }

}  // namespace keelson
