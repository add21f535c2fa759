// What a walk saw -> the next catalog and the next snapshot. Only what differs is read.
#ifndef KEELSON_APPLETS_MDSSCAN_SCAN_H_
#define KEELSON_APPLETS_MDSSCAN_SCAN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "applets/mdsscan/catalog.h"
#include "applets/mdsscan/module_walk.h"
#include "core/mds_snapshot.h"
#include "platform/file.h"

namespace keelson {

// REQUIRES of all: they outlive the scan.
struct ScanInput {
  Root* root = nullptr;
  const WalkOptions* options = nullptr;
  const Sight* sight = nullptr;
  const Catalog* old = nullptr;
  const MdsSnapshot* snapshot = nullptr;  // null: there is none; may have wrong pages
};

struct ScanOutput {
  Catalog catalog;    // without its generation; views of the memory, the old catalog's and its own
  std::string bytes;  // of the snapshot
  std::vector<std::string_view> read;  // modules, sorted
  size_t refused = 0;                  // of these
};

absl::Status Scan(const ScanInput& input, std::shared_ptr<CatalogMemory> memory,
                  ScanOutput* output);

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_SCAN_H_
