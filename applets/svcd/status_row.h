// What "svc status" shows of a service.
#ifndef KEELSON_APPLETS_SVCD_STATUS_ROW_H_
#define KEELSON_APPLETS_SVCD_STATUS_ROW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "applets/svcd/supervisor.h"

namespace keelson {

// The fields of kStatusColumns.
std::vector<std::string> StatusRow(Supervisor& supervisor, ServiceId id, int64_t now_ns);

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_STATUS_ROW_H_
