// What one snapshot says otherwise than the one before, module by module.
#ifndef KEELSON_APPLETS_MDSSCAN_CHANGES_H_
#define KEELSON_APPLETS_MDSSCAN_CHANGES_H_

#include <span>
#include <string_view>
#include <vector>

#include "applets/mdsscan/module_directory.h"
#include "core/mds_snapshot.h"

namespace keelson {

std::string_view ChangeWord(ModuleChange::Kind kind);  // "added" ...

// Sorted by module. before: null, if there was none. Of the modules that both have, only those of
// `suspects` (sorted) are compared. REQUIRES: those that before does not have are suspects, too.
std::vector<ModuleChange> FindChanges(const MdsSnapshot* before, const MdsSnapshot& now,
                                      std::span<const std::string_view> suspects);

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_CHANGES_H_
