// What netconfd remembers over its own end: a small file, replaced whole (docs/FORMATS.md).
#ifndef KEELSON_APPLETS_NETCONFD_NETWORK_RECORD_H_
#define KEELSON_APPLETS_NETCONFD_NETWORK_RECORD_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/machine.h"

namespace keelson {

struct RecordedUnit {
  std::string name, logical;
  NetPhase phase = NetPhase::kDown;
  bool stays_down = false;  // somebody has taken it down: no start brings it up
  std::string why;
};

// A configuration that nobody has confirmed yet; what was up before it, for the way back.
struct RecordedTrial {
  std::string path;                  // of the file it was read from
  std::vector<RecordedUnit> before;  // of the interfaces that it changes: up or down
};

struct NetworkRecord {
  std::vector<RecordedUnit> units;
  std::optional<RecordedTrial> trial;
};

inline constexpr size_t kMaxNetworkRecord = size_t{64} << 20;

std::string FormatNetworkRecord(const NetworkRecord& record);

// False: not a record, or not a whole one. Lines that a later version has written are passed over.
bool ParseNetworkRecord(std::string_view bytes, NetworkRecord* record);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NETWORK_RECORD_H_
