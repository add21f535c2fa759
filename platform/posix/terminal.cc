// One question to the kernel.
#include "platform/terminal.h"

#include <unistd.h>

namespace keelson {

bool ErrorsGoToTerminal() { return isatty(STDERR_FILENO) == 1; }

}  // namespace keelson
