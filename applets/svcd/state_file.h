// What one svcd hands down to the next one in the same process (docs/FORMATS.md).
#ifndef KEELSON_APPLETS_SVCD_STATE_FILE_H_
#define KEELSON_APPLETS_SVCD_STATE_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "applets/svcd/service_events.h"
#include "applets/svcd/supervisor.h"
#include "platform/error.h"

namespace keelson {

struct HandedDaemon {
  std::string mode;
  uint64_t descriptor_limit = 0;
  int64_t began_ns = 0;  // when the first svcd began
  std::string tree_label;
  int listener = -1, notify = -1;  // its sockets
  ServiceEvents::Handed events;
};

// The bytes of all states. Every descriptor in them is open after exec from now on.
std::string WriteState(Supervisor* supervisor, const HandedDaemon& daemon);

// Whether this svcd can go on from it.
bool IsState(std::string_view bytes);

// All but the services, for what has to be known before the services are read. False: no state of
// ours.
bool ReadStateHead(std::string_view bytes, HandedDaemon* daemon);

// Gives each service that is still known its state back. REQUIRES: the set is loaded, nothing has
// happened yet. What runs of a service that is not known any more is told of and left alone.
void RestoreState(std::string_view bytes, Supervisor* supervisor, Log log);

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_STATE_FILE_H_
