// Who waits for whom among LSB init scripts, at start and at stop, as Debian's insserv finds it.
//
// At start a script waits for what it names in Required-Start (hard) and Should-Start (soft), and
// what it names in X-Start-Before waits for it (soft). The stop order is a graph of its own: what a
// script names in Required-Stop (hard) and Should-Stop (soft) waits until the script has stopped;
// the script waits until what it names in X-Stop-After has (soft). "$name" stands for the members
// of that facility, "+name" is soft wherever it stands.
// "$all": last at start, first at stop. Scripts without a run level in common do not wait for each
// other.
//
// insserv refuses any cycle. Here one is told of with its path and broken at a soft edge; where it
// has none, at a hard one, and then the order is not complete. Nothing recurses, nothing looks at
// all pairs.
#ifndef KEELSON_CORE_LSB_ORDER_H_
#define KEELSON_CORE_LSB_ORDER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/insserv_conf.h"
#include "core/lsb_script.h"
#include "core/wait_graph.h"

namespace keelson {

struct LsbFile {
  std::string name;  // of the file in init.d
  LsbScript script;
  uint8_t start_levels = 0, stop_levels = 0;  // the script's defaults, or what rcN.d says
};

struct LsbGraph {
  // Between places in what was given; sorted, each pair once; without those where a cycle was
  // broken.
  std::vector<WaitEdge> edges;
  // Those of "$all": at start they wait for all others that share a run level with them, at stop
  // all others wait for them. Not among the edges.
  std::vector<size_t> all;
  // Of each script the number of insserv's links (S01, K02 ...): 1 for those that wait for none,
  // else one more than the highest that is waited for. At start an interactive script has its
  // number for itself in its run levels, up to 99.
  std::vector<uint32_t> numbers;
};

struct LsbOrder {
  LsbGraph start, stop;
  struct Missing {
    size_t file;
    std::string name;  // in Required-Start; nobody provides it
  };
  std::vector<Missing> missing;
  std::vector<std::string> warnings;
  bool is_complete = true;  // nothing is missing, no cycle of hard edges
};

// Of several scripts that provide a name the first counts.
LsbOrder OrderLsbFiles(std::span<const LsbFile> files, const LsbFacilities& facilities);

}  // namespace keelson

#endif  // KEELSON_CORE_LSB_ORDER_H_
