// The interfaces that netconfd knows: a machine's events come from here, and its actions are
// carried out here.
//
// What is recorded is written before the kernel hears of a plan, and before anybody hears of its
// end.
#ifndef KEELSON_APPLETS_NETCONFD_NETWORK_UNITS_H_
#define KEELSON_APPLETS_NETCONFD_NETWORK_UNITS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/ifup_state.h"
#include "applets/netconfd/machine.h"
#include "applets/netconfd/mapping_runs.h"
#include "applets/netconfd/network_record.h"
#include "applets/netconfd/network_set.h"
#include "applets/netconfd/network_view.h"
#include "applets/netconfd/step_run.h"
#include "core/log.h"
#include "platform/at_rest.h"

namespace keelson {

class NetworkUnits {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnState(const std::string& name, NetPhase from, NetPhase to,
                         const std::string& why) = 0;
    virtual void OnProgress(NetRequest request, const std::string& name, NetPhase phase,
                            const std::string& why) = 0;
    // A program of the interface has said that.
    virtual void OnOutput(const std::string& name, std::string_view line) = 0;
    virtual void OnFault(NetRequest request, const std::string& name, const std::string& fault) = 0;
    virtual void OnFinish(NetRequest request, bool ok) = 0;  // after each OnFault of it
    // It comes up, but not as somebody may think.
    virtual void OnWarning(const std::string& name, const std::string& text) = 0;
    // Of the kernel or of a provider: "link", "address" ..., for who follows events.
    virtual void OnEvent(std::string_view kind, const std::string& name,
                         const std::string& text) = 0;
  };

  struct Options {
    StepTools tools;           // but its view and hooks
    Directory* state_folder;   // null: nothing is recorded
    IfupState* ifstate;        // the same for others; null: for nobody
    size_t receive_bytes = 0;  // of the kernel's events
    Log log;
  };

  struct Item {
    NetworkSet::Choice choice;
    bool up = true, force = false, may_wait = false;
    std::string fault = {};  // why it is not known what it would come up by
  };
  struct Manner {
    int64_t deadline_ns = 0;
    std::string all_class = {}, within = {};  // HookWords
    bool is_asked = true;                     // by somebody, who wants what is down to stay down
  };
  struct Status {
    std::string name, logical;
    NetUnitStatus state;
    bool has_unit = false;
  };

  explicit NetworkUnits(Options options);
  ~NetworkUnits();

  // REQUIRES: before Start; it outlives this.
  void SetProviders(StepProviders* providers) { options_.tools.providers = providers; }
  const StepTools& tools() const { return options_.tools; }
  void OnLease(const std::string& name);  // the provider has another one
  void AddListener(Listener* listener) { listeners_.push_back(listener); }
  // Looks at the kernel, and from now on hears of it.
  Error Open();
  // What a netconfd before this one has left; empty: nothing.
  NetworkRecord ReadRecord();
  // The configuration by which that was up, and holds now.
  void Start(std::shared_ptr<const NetworkSet> set, const NetworkRecord& record);
  // The one that holds from now on. Interfaces that are up by another one keep theirs until they
  // have been down.
  void SetCurrent(std::shared_ptr<const NetworkSet> set);

  // Where a mapping says what an interface comes up by, its script runs before.
  NetRequest NewRequest() { return ++last_request_; }
  void Ask(NetRequest request, const std::vector<Item>& items, const Manner& manner);
  void Forget(NetRequest request);
  void Detach(NetRequest request);
  // `auto` and `allow-hotplug` of the current configuration; but those that stay down.
  std::vector<Item> WantedItems();

  const std::shared_ptr<const NetworkSet>& current() const { return current_; }
  const NetworkView& view() const { return view_; }
  NetState Dump();
  void LookAgain() { view_.Reset(Dump()); }  // for who wants to know what is so now
  // Of a name that nobody has asked about: not has_unit.
  Status StatusOf(const std::string& name) const;
  int64_t LeaseLeft(const std::string& name) const;
  std::vector<std::string> UnitNames() const;
  // Whether what it is up by is other than what the current configuration says.
  bool IsOutdated(const std::string& name) const;
  // The steps that bringing it up would take now. False, and *fault: there is no plan.
  bool PlanOf(const NetworkSet& set, const NetworkSet::Choice& choice, DesiredInterface* interface,
              std::vector<NetStep>* steps, std::string* fault) const;
  // What the set says, with the ports that its patterns mean now.
  bool Desire(const NetworkSet& set, const NetworkSet::Choice& choice,
              DesiredInterface* interface) const;
  void TellEvent(std::string_view kind, const std::string& name, const std::string& text);
  bool IsQuiet() const { return machine_.IsQuiet() && runnable_.empty(); }

  const std::optional<RecordedTrial>& trial() const { return trial_; }
  void SetTrial(std::optional<RecordedTrial> trial);  // and records it

 private:
  struct Unit {
    std::string name, logical;
    std::shared_ptr<const NetworkSet> set;            // it is up by; null: by none
    std::shared_ptr<const DesiredInterface> desired;  // of the plan that runs
    std::unique_ptr<StepRun> run;
    bool is_runnable = false;
    bool stays_down = false;
    std::string all_class, within;
    std::string fault;  // of its mapping; until the next plan
  };

  struct Asking {  // a request whose mappings run
    std::vector<Item> items;
    Manner manner;
    size_t runs = 0;
  };

  void Map(NetRequest request, const std::vector<Item>& items, const Manner& manner);
  void Mapped(NetRequest request, size_t item, std::string logical, std::string fault);
  void AskNow(NetRequest request, const std::vector<Item>& items, const Manner& manner);
  Unit& UnitOf(const std::string& name, NetUnit* number);
  void Learn(NetUnit number, Unit& unit);
  void LearnLater(NetUnit number);  // but before who calls from outside goes on
  void Forsake();
  void Post(NetMachineEvent event);
  void Pump();
  void Do(NetMachineAction& action);
  void Plan(NetUnit number, bool up);
  bool MakePlan(Unit& unit, bool up, NetMachineEvent* answer);
  void DropEmptyHooks(std::vector<NetStep>* steps);
  void Run(const NetMachineAction& action);
  void Enter(const NetMachineAction& action);
  void Configure(NetUnit number);
  void RunSome();
  void RunNext();
  void AskForTurn();
  void SetTimer(int64_t deadline_ns);
  void Record();
  void TellOthers();
  void Restore(const NetworkRecord& record);
  void TellOfLeftBehind(const std::string& name) const;
  NetPhase WhatKernelSays(const RecordedUnit& recorded, std::string* why) const;
  void LookAgain(NetUnit number);  // its run, if it has one
  void OnDevice(const std::string& name, bool is_there);
  void OnCarrier(const std::string& name, bool has_carrier);
  void OnAddresses(const std::string& name);
  void OnNetEvent(const NetEvent& event);
  template <typename Callback>
  void ForDevice(std::string_view device, Callback callback);

  Options options_;
  AtRest rest_;
  NetworkView view_;
  NetMachine machine_;
  std::shared_ptr<const NetworkSet> current_;
  std::map<NetUnit, Unit> units_;
  std::map<std::string, NetUnit, std::less<>> numbers_;
  std::vector<Listener*> listeners_;
  NetUnit last_unit_ = 0;
  NetRequest last_request_ = 0;
  std::deque<NetMachineEvent> events_;
  std::vector<NetMachineAction> finished_;  // told when all is recorded
  std::deque<NetUnit> runnable_;
  std::deque<NetUnit> unlearned_;   // not empty: LearnLater is at work
  std::set<NetUnit> port_waiters_;  // their runs may wait for devices of others
  HookFolders hooks_;
  MappingRuns mappings_;
  std::map<NetRequest, Asking> asking_;
  Loop::TimerId timer_ = 0, turn_ = 0, lost_ = 0;
  bool is_pumping_ = false, is_started_ = false;
  std::set<std::string> told_;  // who may be other than ifstate says
  bool is_begun_ = false;       // a plan that is not recorded yet
  bool is_changed_ = false;     // what is recorded is not what is so
  std::optional<RecordedTrial> trial_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NETWORK_UNITS_H_
