// What svc can tell and do by the files alone, without svcd.
#ifndef KEELSON_APPLETS_SVCD_SVC_FILES_H_
#define KEELSON_APPLETS_SVCD_SVC_FILES_H_

#include "absl/status/statusor.h"
#include "applets/options.h"

namespace keelson {

// Whether an option names files rather than a running svcd.
bool NamesFiles(const Invocation& invocation);

// list, check, load, order, graph. What is wrong in the files is told on stderr.
absl::StatusOr<int> TellFromFiles(const Invocation& invocation);

// enable, disable. *is_live: what was written is of the running system, so that svcd should know.
absl::StatusOr<int> EnableInFiles(const Invocation& invocation, bool* is_live);

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SVC_FILES_H_
