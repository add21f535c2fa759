// What the running kernel says of itself and of its machine.
#ifndef KEELSON_PLATFORM_MACHINE_H_
#define KEELSON_PLATFORM_MACHINE_H_

#include <string>

#include "platform/error.h"

namespace keelson {

struct MachineFacts {
  std::string host_name;       // empty: it has none
  std::string kernel_release;  // as uname -r shows it
  std::string architecture;    // as uname -m shows it
  std::string yp_domain;       // as domainname(1) shows it; empty: none
};

Error ReadMachineFacts(MachineFacts* facts);

// 32 hexadecimal digits, other ones after each start of the system. kUnsupported: there are none.
Error ReadBootId(std::string* id);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_MACHINE_H_
