// The scripts of mappings that netconfd runs, before it asks for the interface.
#ifndef KEELSON_APPLETS_NETCONFD_MAPPING_RUNS_H_
#define KEELSON_APPLETS_NETCONFD_MAPPING_RUNS_H_

#include <functional>
#include <list>
#include <memory>
#include <string>

#include "applets/netconfd/mapping_script.h"
#include "applets/netconfd/network_set.h"
#include "applets/netconfd/step_run.h"

namespace keelson {

class MappingRuns {
 public:
  // fault: why there is none.
  using Done = std::function<void(std::string logical, std::string fault)>;

  // REQUIRES: tools outlive it.
  explicit MappingRuns(const StepTools* tools) : tools_(tools) {}
  ~MappingRuns();

  // One after the other, each with what the one before it has said, by what they match. within: for
  // whose programs it was asked. done runs once, from the loop; each script has half a minute, and
  // all of them end at deadline_ns (0: none).
  void Begin(std::shared_ptr<const NetworkSet> set, const NetworkSet::Choice& choice,
             const std::string& within, int64_t deadline_ns, Done done);
  // Those of the interface are not wanted any more; done follows.
  void End(const std::string& name);

 private:
  struct Run {
    std::shared_ptr<const NetworkSet> set;
    NetworkSet::Choice choice;
    std::string within;
    int64_t deadline_ns;
    Done done;
    size_t next = 0;  // mapping of the configuration
    MappingScript script = {};
    ProcessId pid = 0;
    Loop::TimerId timer = 0;
  };
  using Place = std::list<Run>::iterator;

  void Next(Place run);
  Error Start(Place run, const InterfaceMapping& mapping);
  void Finish(Place run, std::string fault);

  const StepTools* const tools_;
  std::list<Run> runs_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_MAPPING_RUNS_H_
