// uname(2), and the boot id of /proc without its dashes.
#include "platform/machine.h"

#include <sys/utsname.h>

#include <algorithm>

#include "platform/input.h"

namespace keelson {
namespace {

constexpr char kBootId[] = "/proc/sys/kernel/random/boot_id";
constexpr size_t kBootIdDigits = 32;
constexpr size_t kBootIdBytes = 100;  // at most

}  // namespace

Error ReadMachineFacts(MachineFacts* facts) {
  utsname names;
  if (uname(&names) != 0) return Error::Last();
  *facts = {names.nodename, names.release, names.machine, names.domainname};
  for (std::string* name : {&facts->host_name, &facts->yp_domain}) {
    if (*name == "(none)") name->clear();
  }
  return kOk;
}

Error ReadBootId(std::string* id) {
  if (Error error = ReadInput(kBootId, kBootIdBytes, id); !error.ok()) return error;
  std::erase_if(*id, [](char c) { return c == '-' || c == '\n'; });
  return id->size() == kBootIdDigits ? kOk : kUnsupported;
}

}  // namespace keelson
