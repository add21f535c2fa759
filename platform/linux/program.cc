// Linux tells how the program was executed (AT_EXECFN) and where its file is (/proc/self/exe).
#include "platform/program.h"

#include <sys/auxv.h>

namespace keelson {

std::string ExecutedPath() {
  const char* path = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
  return path != nullptr ? path : "";
}

Error ProgramPath(std::string* path) { return RealPath("/proc/self/exe", path); }

}  // namespace keelson
