// The script of a mapping, which says which iface stanza an interface is brought up by: once, for
// ifup and for netconfd.
#ifndef KEELSON_APPLETS_NETCONFD_MAPPING_SCRIPT_H_
#define KEELSON_APPLETS_NETCONFD_MAPPING_SCRIPT_H_

#include <string>

#include "core/interfaces_config.h"
#include "platform/descriptor.h"
#include "platform/error.h"
#include "platform/process.h"

namespace keelson {

class MappingScript {
 public:
  // What runs it: a program with the interface's name as its argument and the lines of `map` on its
  // standard input; no shell. The descriptors are kept here.
  Error Prepare(const InterfaceMapping& mapping, const std::string& name, SpawnRequest* request);
  // After it has been started, or has not.
  void Begun() { from_script_.Reset(); }
  std::string NoStartText(Error error) const;
  // The first line of what it has said. Empty: none, and *fault says why.
  std::string Answer(const ProcessExit& exit, std::string* fault);

 private:
  std::string on_;  // "SCRIPT on NAME"
  Descriptor lines_, answer_, from_script_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_MAPPING_SCRIPT_H_
