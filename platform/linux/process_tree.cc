// Which kind of process trees this system lets us have.
#include "platform/process_tree.h"

#include "platform/linux/process_trees.h"

namespace keelson {

Error NewProcessTrees(std::string_view label, bool without_groups,
                      std::unique_ptr<ProcessTrees>* trees) {
  if (label.empty() || label.find_first_of("./") != label.npos) return Error(EINVAL);
  if (!without_groups && NewGroupTrees(label, trees).ok()) return kOk;
  *trees = NewMarkTrees();
  return kOk;
}

}  // namespace keelson
