// All processes that came of one start, however often they forked and left their parents.
//
// Linux: a cgroup (v2) of its own where the system lets us make one. Elsewhere, and without: the
// descendants of this process that carry the tree's mark, in a limit or in their environment, which
// needs a subreaper (Processes::AdoptOrphans).
#ifndef KEELSON_PLATFORM_PROCESS_TREE_H_
#define KEELSON_PLATFORM_PROCESS_TREE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/error.h"
#include "platform/process.h"

namespace keelson {

class ProcessTree {
 public:
  // What still runs goes on, unheard of.
  virtual ~ProcessTree() = default;

  // For SpawnRequest::tree: an open directory, or -1: not needed. Stays the tree's.
  virtual int descriptor() const = 0;
  // For SpawnRequest::limits, as the last word on that limit; none: not needed. Who writes over his
  // environment has it still.
  virtual std::optional<SpawnRequest::Limit> limit() const { return {}; }
  // Whether the process belongs to it. False as well when it has ended.
  virtual bool Contains(ProcessId pid) = 0;
  virtual std::vector<ProcessId> Members(size_t limit) = 0;
  virtual bool IsEmpty() = 0;
  // Somebody has taken it away, as whoever may move processes and remove control groups can: what
  // is left of it is nobody's any more.
  virtual bool IsGone() { return false; }
  // What was frozen as a whole, as whoever may write to a control group can do it, goes on.
  virtual void Thaw() {}
  // To every process of it. SIGKILL reaches also what is being forked meanwhile. EAGAIN: not all of
  // it yet, to be asked again.
  virtual Error Signal(int signal) = 0;
};

class ProcessTrees {
 public:
  virtual ~ProcessTrees() = default;
  // name: a file name. mark: "NAME=value", which is in the environment of everything that is
  // started in the tree, and in nothing else. One that is there from before is taken over with what
  // runs in it. *tree: null, or one of that name that is empty and serves again.
  virtual Error Open(std::string_view name, std::string_view mark,
                     std::unique_ptr<ProcessTree>* tree) = 0;
  // The name of the tree that a process belongs to, where the system knows without asking each:
  // false where it does not.
  virtual bool NameOf(ProcessId pid, std::string* name) = 0;
};

// label: of the folder that holds all of them ("svcd-12ab"), which is made where there are cgroups;
// one process at a time has it, another one gets marks. Neither dots nor slashes. without_groups:
// marks, even where there are cgroups.
Error NewProcessTrees(std::string_view label, bool without_groups,
                      std::unique_ptr<ProcessTrees>* trees);

struct LeftTree {
  std::string name;
  std::vector<ProcessId> members;
};

// Removes folders of labels that begin so and whose process is gone without having done it, as far
// as nothing runs in them. What does is told.
std::vector<LeftTree> RemoveOldTrees(std::string_view label_start);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_PROCESS_TREE_H_
