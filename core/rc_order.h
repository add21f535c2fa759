// The order in which rc.d scripts run, as rcorder(8) of the BSDs finds it: depth first from the
// last argument to the first, each script behind those that provide what it requires. The same
// scripts in another order of arguments may give another answer, so that the order of the walk is
// the algorithm: requirements and providers are taken the last one first.
//
// A cycle is told of and broken where the walk meets itself; every script is there exactly once.
// Nothing here recurses, so that the longest chain of requirements costs memory and no stack.
#ifndef KEELSON_CORE_RC_ORDER_H_
#define KEELSON_CORE_RC_ORDER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/rc_script.h"

namespace keelson {

struct RcFile {
  std::string name;  // as the user calls it
  RcScript script;
};

struct RcOrder {
  struct Place {
    size_t file;  // its place in what was given
    // Scripts of the same number wait for none of each other and may run together: 1 for those that
    // wait for none, else one more than the highest that is waited for. Those in a cycle come last.
    uint32_t group;
  };
  std::vector<Place> places;          // in the order to run in
  std::vector<std::string> warnings;  // in rcorder's words
  bool is_complete = true;            // no cycle, and every requirement has a provider
};

RcOrder OrderRcFiles(std::span<const RcFile> files);

// The same as a graph for Graphviz, "digraph rcorder {...}": providers, then an edge from each name
// to each that it requires; dashed ones come from BEFORE, those of cycles and missing ones are red.
std::string DrawRcFiles(std::span<const RcFile> files);

}  // namespace keelson

#endif  // KEELSON_CORE_RC_ORDER_H_
