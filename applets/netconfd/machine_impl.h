// What the files of the machine share.
#ifndef KEELSON_APPLETS_NETCONFD_MACHINE_IMPL_H_
#define KEELSON_APPLETS_NETCONFD_MACHINE_IMPL_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "applets/netconfd/machine.h"

namespace keelson {

class NetMachine::Impl {
 public:
  enum class Goal : uint8_t { kNone, kUp, kDown };  // kNone: it is to stay as it is

  struct Unit {
    std::string name;
    bool is_made = false;
    std::vector<NetUnit> needs, needed_by;
    NetPhase phase = NetPhase::kDown;
    Goal goal = Goal::kNone;
    bool may_wait = false;  // for its device
    bool has_device = false, has_carrier = false;
    bool is_touched = false;         // some step was run since it was down
    std::set<NetRequest> wanted_by;  // whom its coming up is for
    std::vector<NetUnit> within;     // for whose programs it was asked for

    bool is_planning = false;
    bool is_aborting = false;  // rising: go no further; falling: the step that runs is ended
    std::vector<NetStep> steps;
    size_t next = 0, running = 0;  // [next, next + running) run
    bool is_doubtful = false;      // a step failed that was no hook
    std::string fault, abort;      // the first step's that failed; why it was ended

    bool is_configuring = false;
    bool has_lease = false;  // another one came meanwhile

    int64_t since_ns = 0;
    std::string why;

    bool IsBusy() const { return is_planning || running > 0; }
  };

  struct Request {
    std::vector<NetMachineEvent> items;  // until kGo
    bool is_going = false;               // kGo is at work
    std::map<NetUnit, bool> left;        // is it to come up?
    int64_t deadline_ns = 0;
    bool ok = true;
  };

  void Handle(NetMachineEvent& event);
  void SettleAll();
  void RunTimers();
  void AskTimer();
  bool SetNeeds(NetUnit number, std::vector<NetUnit> needs);

  std::map<NetUnit, Unit> units;
  std::map<NetRequest, Request> requests;
  std::deque<NetUnit> unsettled;
  int64_t now = 0, timer = 0;
  std::vector<NetMachineAction>* actions = nullptr;

 private:
  NetMachineAction& Do(NetMachineAction::Kind kind, NetUnit unit);

  void Touch(NetUnit number);
  void Enter(NetUnit number, NetPhase phase, std::string why);
  void Rest(NetUnit number, NetPhase phase, std::string why);
  void Fail(NetUnit number, std::string why);
  void FinishItem(NetRequest id, NetUnit number, bool ok, const std::string& text);
  void Fault(NetRequest id, NetUnit number, std::string text);
  void FinishItems(NetUnit number, bool up, bool ok, const std::string& text);
  std::map<NetRequest, Request>::iterator Finish(std::map<NetRequest, Request>::iterator it);

  void SettleUp(NetUnit number, Unit& unit);
  void SettleDown(NetUnit number, Unit& unit);
  bool HasNeeds(NetUnit number, Unit& unit);

  void Plan(NetUnit number, Unit& unit);
  void Planned(NetUnit number, NetMachineEvent& event);
  void RunNext(NetUnit number, Unit& unit);
  void StepDone(NetUnit number, NetMachineEvent& event);
  void Ended(NetUnit number, Unit& unit);
  void Abort(NetUnit number, Unit& unit, std::string why);

  void Device(NetUnit number, bool is_there);
  void Lease(NetUnit number);
  void Configured(NetUnit number, NetMachineEvent& event);

  // Requests: machine_requests.cc
  void Go(NetRequest id, int64_t deadline_ns);
  void WantUp(const NetMachineEvent& item);
  bool WantOneUp(const NetMachineEvent& item, NetUnit number, bool force);
  void WantDown(NetUnit number, bool force, const std::vector<NetUnit>& within);
  bool WantOneDown(NetUnit number, bool force);
  void Abandon(NetRequest id, const std::string& why);
  void Expire(NetRequest id);
  bool Needs(NetUnit number, NetUnit wanted) const;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_MACHINE_IMPL_H_
