// Who starts whom, who waits for whom, at start and at stop: one graph over services of all
// sources.
//
//   pull   starting one starts the other. Hard (`needs`): without the other it cannot be, so it
//          fails when the other does, and stops before it. Soft (`wants`): tried, no more.
//   wait   at start: until the other is up, done, failed or not to be started at all; at stop:
//   until
//          the other has stopped.
// A script's REQUIRE and Required-Start are hard waits without a pull, as rcorder and insserv take
// them: what is disabled stays down. A wait for a name is one for all that have or provide it. A
// pull goes to the service of that very name; where there is none it is a hard one to the first
// that provides it, and a soft one to the others. Stopping is starting in reverse, but between two
// LSB scripts, which say their own stop order.
//
// Whatever is not of type system waits for all that is, without an edge for each pair: between the
// two stands one service (`ends_system`) that waits for the ones and is awaited by the others.
#ifndef KEELSON_CORE_SERVICE_GRAPH_H_
#define KEELSON_CORE_SERVICE_GRAPH_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/wait_graph.h"

namespace keelson {

using ServiceId = uint32_t;  // a place in the list of services

// What one service says; names of services or of what they provide.
struct ServiceLinks {
  std::string name = {};
  std::vector<std::string> provides = {};
  // Pulled, and waited for.
  std::vector<std::string> needs = {}, wants = {};
  // Waited for; the hard ones are broken last.
  std::vector<std::string> after_hard = {}, after = {};
  // These wait for it.
  std::vector<std::string> before = {}, before_hard = {};
  bool is_system = false;    // before all that are not
  bool ends_system = false;  // at most one; where there are system ones
};

struct ServicePull {
  ServiceId from, to;
  bool is_hard;
  friend auto operator<=>(const ServicePull&, const ServicePull&) = default;
};

struct ServiceWait {
  ServiceId waits, awaited;
  bool is_hard;
  friend auto operator<=>(const ServiceWait&, const ServiceWait&) = default;
};

struct MissingNeed {
  ServiceId service;
  std::string name;
};

struct ServiceGraph {
  // Sorted, each pair once. Where a cycle was broken there is no wait, and a hard pull is a soft
  // one.
  std::vector<ServicePull> pulls;
  std::vector<ServiceWait> start, stop;
  // 1 for those that wait for none, else one more than the highest awaited.
  std::vector<uint32_t> numbers;
  // What is needed and nobody provides, in the order of the services.
  std::vector<MissingNeed> missing;
  // Cycles with their path ("a -> b -> a: broken between b and a"), names that nobody provides.
  // No more than a thousand.
  std::vector<std::string> warnings;
  bool is_complete = true;  // no cycle of hard edges, nothing that is needed is missing
};

// The stop edges between LSB scripts, already found (core/lsb_order.h), as pairs of ids, and which
// ids are LSB scripts.
struct LsbStops {
  std::vector<bool> is_script;  // by id; empty: none
  std::vector<ServiceWait> waits;
};

ServiceGraph LinkServices(std::span<const ServiceLinks> services, const LsbStops& lsb);

// Ids in an order in which they may start one after another.
std::vector<ServiceId> StartOrder(const ServiceGraph& graph);

// For Graphviz: "digraph services {...}"; needs solid, wants dashed, mere order dotted.
std::string DrawServices(std::span<const ServiceLinks> services, const ServiceGraph& graph);

}  // namespace keelson

#endif  // KEELSON_CORE_SERVICE_GRAPH_H_
