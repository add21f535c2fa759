// Carries out the plans of interfaces, and records what became of them, without netconfd.
//
// One at a time is the rule, since programs look at what is recorded. Those whose plans are changes
// of the kernel alone are put together: all are recorded as begun, then carried out in their order,
// then recorded as what they are. Each stays locked until that is written, so nobody is told of one
// as up that is not: should we be killed on the way, they are known as begun.
#ifndef KEELSON_APPLETS_NETCONFD_IFUP_BATCH_H_
#define KEELSON_APPLETS_NETCONFD_IFUP_BATCH_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/ifup_call.h"
#include "applets/netconfd/ifup_runner.h"
#include "applets/netconfd/ifup_state.h"
#include "applets/netconfd/network_plan.h"

namespace keelson {

class IfupBatch {
 public:
  // REQUIRES: all of it outlives this.
  IfupBatch(const IfupCall* call, const PlanOptions* options, IfupRunner* runner, IfupState* state)
      : call_(*call), options_(*options), runner_(*runner), state_(*state) {}

  // may_wait: it need not be done when this returns, but when CarryOut does. False: it, or one
  // before it, has failed, which is told of.
  bool Take(const IfupTarget& target, DesiredInterface interface, std::unique_ptr<Lock> lock,
            bool may_wait);
  bool Has(std::string_view name) const;
  bool CarryOut();  // what was taken; false: one has failed
  // What is not recorded nobody takes down again. False: it could not be, which is told once.
  bool Record(const std::vector<IfupState::Change>& changes);

 private:
  struct Item {
    IfupTarget target;
    DesiredInterface interface;
    std::vector<NetStep> steps;
    std::vector<StepLines> shown;
    std::unique_ptr<Lock> lock;
    IfupState::Change before;  // what it was recorded as
    bool keeps_place = false;  // being up already
    bool is_begun = false, ok = false;
  };

  bool RunPlan(const Item& item);
  IfupState::Change Became(const Item& item) const;
  void Tell(const std::string& text) const;
  bool up() const { return call_.verb == IfupVerb::kUp; }

  const IfupCall& call_;
  const PlanOptions& options_;
  IfupRunner& runner_;
  IfupState& state_;
  std::vector<std::unique_ptr<Item>> items_;
  bool has_told_ = false;  // that the state cannot be written
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_IFUP_BATCH_H_
