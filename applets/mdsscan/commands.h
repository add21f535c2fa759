// The commands of mdsscan, each in the file of its name.
#ifndef KEELSON_APPLETS_MDSSCAN_COMMANDS_H_
#define KEELSON_APPLETS_MDSSCAN_COMMANDS_H_

#include "absl/status/statusor.h"
#include "applets/mdsscan/mds_call.h"

namespace keelson {

absl::StatusOr<int> RunMdsScan(const MdsCall& call);
absl::StatusOr<int> RunMdsWatch(const MdsCall& call);
absl::StatusOr<int> RunMdsQueryCommand(const MdsCall& call);
absl::StatusOr<int> RunMdsDump(const MdsCall& call);
absl::StatusOr<int> RunMdsExport(const MdsCall& call);
absl::StatusOr<int> RunMdsExplain(const MdsCall& call);
absl::StatusOr<int> RunMdsCheck(const MdsCall& call);

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_COMMANDS_H_
