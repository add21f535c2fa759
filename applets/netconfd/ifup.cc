// Interface after interface: locks, whether there is anything to do, the mapping, the plan, the
// state.
#include "applets/netconfd/ifup.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <utility>

#include "applets/netconfd/hooks.h"
#include "applets/netconfd/ifup_batch.h"
#include "applets/netconfd/ifup_by_netconfd.h"
#include "applets/netconfd/ifup_call.h"
#include "applets/netconfd/ifup_interface.h"
#include "applets/netconfd/ifup_runner.h"
#include "applets/netconfd/ifup_state.h"
#include "applets/netconfd/network_plan.h"
#include "applets/run.h"
#include "applets/status.h"
#include "platform/clock.h"
#include "platform/program.h"

namespace keelson {
namespace {

constexpr char kAll[] = "--all";  // what hooks of -a see as IFACE
constexpr int64_t kLockSlice = 100 * kMillisecond;

// Why do_interface is called.
enum class Asked : uint8_t {
  kByUser,
  kAsParent,  // of a vlan that comes up; it is locked
  kAsVlan,    // of a parent that goes down
};

class Ifup {
 public:
  explicit Ifup(IfupCall* call, IfupRunnerOptions options)
      : call_(*call),
        up_(call->verb == IfupVerb::kUp),
        runner_(std::move(options)),
        batch_(call, &plan_options_, &runner_, &state_) {
    plan_options_.is_bsd = call_.is_bsd;
    plan_options_.all = call_.all;
    plan_options_.is_verbose = call_.is_verbose;
    plan_options_.ignores_errors = call_.ignores_errors;
  }

  absl::StatusOr<int> Run() {
    if (Error error = state_.Open(call_.state_dir, !call_.no_act); !error.ok()) {
      return SystemError(call_.state_dir, "", error);
    }
    if (Error error = runner_.Open(); !error.ok()) return SystemError("system", "", error);
    if (absl::Status status = LoadIfupConfig(&call_); !status.ok()) return status;
    if (up_ && !Rename()) return 1;
    if (call_.all && !RunMeta(HookPhase::kPreUp, HookPhase::kDown)) {
      return Failure(std::string("pre-") + (up_ ? "up" : "down") + " script failed");
    }
    bool ok = true;
    for (const IfupTarget& target : TargetsOf(call_, Begun())) {
      ok &= Do(target, Asked::kByUser);
    }
    CarryOut();
    if (call_.all && !RunMeta(HookPhase::kUp, HookPhase::kPostDown)) {
      return Failure(std::string("post-") + (up_ ? "up" : "down") + " script failed");
    }
    return ok && all_ok_ && !runner_.is_interrupted() ? 0 : 1;
  }

 private:
  void Tell(const std::string& text) { PrintError(call_.applet, text); }

  // What is up or was begun, the last one first.
  std::vector<IfupTarget> Begun() {
    std::vector<IfupTarget> targets;
    for (auto& entry : state_.Up()) targets.push_back({entry.name, entry.logical});
    for (auto& entry : state_.Failed()) targets.push_back({entry.name, entry.logical});
    std::reverse(targets.begin(), targets.end());
    return targets;
  }

  bool Rename() {
    bool ok = true;
    for (const IfupTarget& rename : ExpandTargets(WordsOf(call_.config.renames), call_.present)) {
      const bool is_there =
          std::any_of(call_.present.begin(), call_.present.end(),
                      [&](const Interface& interface) { return interface.name == rename.name; });
      if (!is_there || rename.name == rename.logical) continue;
      if (call_.is_verbose || call_.no_act) {
        ShowLine("ip link set " + rename.name + " name " + rename.logical);
      }
      if (call_.no_act_commands) continue;
      if (Error error = runner_.Rename(rename.name, rename.logical); !error.ok()) {
        Tell("unable to rename " + rename.name + " to " + rename.logical + ": " + error.Text());
        ok = false;
      }
    }
    return ok;
  }

  // Hooks for all interfaces together.
  bool RunMeta(HookPhase up, HookPhase down) {
    if (!call_.runs_scripts) return true;
    DesiredInterface all;
    all.name = kAll;
    all.setups.resize(1);
    all.setups[0].family = SetupFamily::kMeta;
    all.setups[0].method_name = "none";
    all.setups[0].logical = call_.class_name.empty() ? "auto" : call_.class_name;
    std::vector<NetStep> steps(1);
    steps[0].kind = NetStep::kHooks;
    steps[0].up = up_;
    steps[0].phase = up_ ? up : down;
    return runner_.Run(all, ShowPlan(all, steps, plan_options_));
  }

  bool IsKnown(const IfupTarget& target) {
    return HasStanza(call_.config, target.logical) ||
           MappingOf(call_.config, target.logical) != nullptr ||
           (!up_ && state_.LogicalOf(target.name));
  }

  // Held by somebody else: said, and waited for.
  bool LockIt(std::string_view name, std::unique_ptr<Lock>* lock) {
    Error error = state_.LockInterface(name, 0, lock);
    if (error.code() == EAGAIN) {
      CarryOut();  // who has this one may wait for one of those
      Tell("waiting for lock on " + call_.state_dir + "/" + state_.LockName(name));
    }
    while (error.code() == EAGAIN && !runner_.is_interrupted()) {
      const int64_t now = SystemClock()->MonotonicNs();
      error = state_.LockInterface(name, now + kLockSlice, lock);
      runner_.HearSignals();
    }
    const bool gives_up = error.code() == EAGAIN;  // which the signal has told
    if (!error.ok() && !gives_up) Tell(std::string(name) + ": lock: " + error.Text());
    return error.ok();
  }

  // Whether a hook of ours for that interface is who asks.
  bool IsWithin(std::string_view name, std::string* phase) {
    const char* value = std::getenv(RecursionVariable(name).c_str());
    if (value == nullptr) return false;
    *phase = value;
    std::unique_ptr<Lock> lock;
    return state_.LockInterface(name, 0, &lock).code() == EAGAIN;
  }

  // The parent of a vlan: locked, and up first.
  bool TakeParent(const std::string& name, std::unique_ptr<Lock>* lock) {
    const std::string parent = name.substr(0, name.find('.'));
    std::string phase;
    const bool is_within = IsWithin(parent, &phase);
    // Its hooks may do that once it is up, or before it goes down.
    if (is_within && phase == HookPhaseName(up_ ? HookPhase::kUp : HookPhase::kDown)) return true;
    if (is_within) {
      Tell("recursion detected for parent interface " + parent + " in " + phase + " phase");
      return false;
    }
    if (!LockIt(parent, lock)) return false;
    if (!up_ || Do({parent, state_.LogicalOf(parent).value_or(parent)}, Asked::kAsParent)) {
      return true;
    }
    Tell("could not bring up parent interface " + parent);
    return false;
  }

  void TakeVlansDown(const std::string& parent) {
    for (size_t i = 0; i < call_.config.stanzas.size(); ++i) {
      const std::string name = call_.config.stanzas[i].name;
      if (name.starts_with(parent + ".")) Do({name, name}, Asked::kAsVlan);
    }
  }

  bool Do(IfupTarget target, Asked asked) {
    if (runner_.is_interrupted()) return false;
    const bool by_user = asked == Asked::kByUser;
    const bool is_vlan = target.name.find('.') != std::string::npos;
    // They stand on others, whose locks go with any use of their files.
    if (is_vlan || batch_.Has(target.name)) CarryOut();
    if (IsLeftOut(call_, target.name)) return true;
    if (!IsKnown(target)) {
      if (by_user) Tell("unknown interface " + target.logical);
      return !by_user;
    }
    std::string phase;
    if (by_user && IsWithin(target.name, &phase)) {
      Tell("recursion detected for interface " + target.name + " in " + phase + " phase");
      return false;
    }
    std::unique_ptr<Lock> parent, lock;
    if (is_vlan && by_user && !TakeParent(target.name, &parent)) return false;
    if (asked != Asked::kAsParent && !LockIt(target.name, &lock)) return false;
    if (!is_vlan && by_user && !up_) TakeVlansDown(target.name);
    if (!call_.force) {
      const auto logical = state_.LogicalOf(target.name);
      const bool is_done = up_ ? state_.IsUp(target.name) : !logical;
      if (is_done) {
        const char* what = up_ ? " already configured" : " not configured";
        if (by_user && !call_.all) Tell("interface " + target.name + what);
        return true;
      }
      if (!up_) target.logical = *logical;
    }
    if (up_ && call_.runs_mappings && !Map(&target)) return false;
    return Configure(target, asked, std::move(lock));
  }

  bool Map(IfupTarget* target) {
    for (const InterfaceMapping& mapping : call_.config.mappings) {
      InterfacesConfig one;
      one.mappings.push_back(mapping);
      if (MappingOf(one, target->logical) == nullptr) continue;
      if (call_.is_verbose) {
        Tell("running mapping script " + mapping.script + " on " + target->logical);
      }
      CarryOut();
      const auto answer = runner_.AskMapping(mapping, target->name);
      if (!answer) return false;
      target->logical = *answer;
    }
    return true;
  }

  bool Configure(const IfupTarget& target, Asked asked, std::unique_ptr<Lock> lock) {
    DesiredInterface interface;
    std::vector<std::string> notes;
    const bool can_be = MakeIfupInterface(call_, target, &interface, &notes);
    for (const std::string& note : notes) Tell(note);
    if (!can_be) {
      if (up_) Tell("failed to bring up " + target.logical);
      return !up_ && batch_.Record({{target.name, {}}});
    }
    // What is asked for together can wait; what a vlan stands on cannot, and neither can a vlan.
    const bool may_wait = asked == Asked::kByUser && target.name.find('.') == std::string::npos;
    return batch_.Take(target, std::move(interface), std::move(lock), may_wait);
  }

  // Those before are done, and recorded, when this returns.
  void CarryOut() { all_ok_ &= batch_.CarryOut(); }

  IfupCall& call_;
  const bool up_;
  IfupRunner runner_;
  PlanOptions plan_options_;
  IfupState state_;
  IfupBatch batch_;
  bool all_ok_ = true;  // of what was carried out later than asked for
};

IfupRunnerOptions RunnerOptions(const IfupCall& call) {
  IfupRunnerOptions options;
  options.applet = call.applet;
  options.shows = call.is_verbose || call.no_act;
  options.acts = !call.no_act_commands;
  options.ignores_errors = call.ignores_errors;
  options.ignores_hooks = call.force;
  options.is_verbose = call.is_verbose;
  options.all_class = !call.class_name.empty() ? call.class_name : call.all ? "auto" : "";
  for (const std::string& entry : OwnEnvironment()) {
    if (entry.starts_with("IFUPDOWN_")) options.inherited.push_back(entry);
  }
  return options;
}

}  // namespace

absl::StatusOr<int> RunIfup(const Invocation& invocation) {
  IfupCall call;
  const IfupVerb verb = invocation.applet() == kIfdown.name ? IfupVerb::kDown : IfupVerb::kUp;
  if (absl::Status status = ReadIfupCall(invocation, verb, &call); !status.ok()) return status;
  if (call.all && !call.operands.empty()) {
    return UsageError("either use the --all option, or specify interface(s), but not both");
  }
  if (!call.all && call.operands.empty()) return UsageError("no interface(s) specified");
  if (const std::optional<int> code = AskInstead(invocation, call)) return *code;
  return Ifup(&call, RunnerOptions(call)).Run();
}

}  // namespace keelson
