// The services of this system and what becomes of them: definitions, machine and runner together.
//
// Events go through one queue, so that nothing that happens while one is handled gets in between.
#ifndef KEELSON_APPLETS_SVCD_SUPERVISOR_H_
#define KEELSON_APPLETS_SVCD_SUPERVISOR_H_

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "applets/svcd/machine.h"
#include "applets/svcd/runner.h"
#include "applets/svcd/service_sources.h"
#include "core/log.h"
#include "platform/clock.h"

namespace keelson {

class Supervisor {
 public:
  // Who wants to know. Calls may Post, no more.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnState(ServiceId, ServiceState /*from*/, ServiceState /*to*/,
                         std::string_view /*why*/) {}
    virtual void OnProgress(ServiceRequest, ServiceId, ServiceState, std::string_view /*why*/) {}
    virtual void OnFinish(const ServiceAction& /*kFinish*/) {}
    virtual void OnNewSet() {}  // numbers of services are others now
  };

  Supervisor(ServiceRunner::Options options, const ServiceLog::Sinks* sinks,
             ServiceRunner::Condition condition, ServiceSources* sources);

  Error Open() { return runner_.Open({}); }
  void AddListener(Listener* listener) { listeners_.push_back(listener); }

  // Reads the sources and the present mode. With errors nothing changes, or, if there is nothing to
  // lose, what is sound is taken. False: it was not taken. What is wrong or odd is in *findings.
  enum class Taken : uint8_t { kWhole, kWhatIsSound };
  bool Load(Taken taken, std::vector<std::string>* findings);
  // What Load would find, and whether it would be taken.
  bool Check(std::vector<std::string>* findings);
  // The mode as its file has it now. False: it is not to be gone to.
  bool ReadMode(std::string_view name, ServiceMode* mode, std::vector<std::string>* findings);
  // The services of a mode are to be up; those that wait for an event are left as they are.
  void SetMode(ServiceMode mode, ServiceRequest request);
  void NameMode(std::string_view mode);  // for Load to read

  void Post(ServiceEvent event);
  void Shutdown(ServiceRequest request);
  bool is_shutting_down() const { return is_shutting_down_; }

  ServiceRequest NewRequest() { return ++last_request_; }
  const ServiceSet& set() const { return *set_; }
  const ServiceMode& mode() const { return mode_; }
  Machine& machine() { return machine_; }
  ServiceRunner& runner() { return runner_; }
  ServiceWish WishOf(ServiceId id) const;
  bool IsGone(ServiceId id) const { return is_gone_[id]; }  // its definition
  bool IsOver(ServiceId id) const;                          // and it was stopped, or has failed
  // Whether a service of the mode runs, has done its work or waits for its event. Groups alone are
  // nothing.
  bool HasAnything() const;

  // When a service last began and what came of it, for the picture of a boot; 0: it has not.
  struct Times {
    int64_t began_ns = 0, up_ns = 0, ended_ns = 0;
  };
  const Times& TimesOf(ServiceId id) const { return times_[id]; }

 private:
  void Run();
  void Carry(const std::vector<ServiceAction>& actions);
  void Changed(const ServiceAction& action);
  std::unique_ptr<ServiceSet> Read(ServiceMode* mode, std::vector<std::string>* findings);
  void Take(std::unique_ptr<ServiceSet> set, ServiceMode mode);
  std::vector<ServicePolicy> Policies(const ServiceSet& set) const;

  Clock* const clock_;
  const Log log_;
  ServiceSources* const sources_;
  std::unique_ptr<ServiceSet> set_ = std::make_unique<ServiceSet>();
  std::vector<bool> is_gone_;
  std::vector<Times> times_;
  ServiceMode mode_;
  Machine machine_;
  ServiceRunner runner_;
  std::vector<Listener*> listeners_;
  // What is still to be done, in order.
  std::deque<std::function<void(int64_t now_ns, std::vector<ServiceAction>* actions)>> queue_;
  bool is_busy_ = false;
  bool has_loaded_ = false;
  bool is_shutting_down_ = false;
  ServiceRequest last_request_ = 0;
};

// Adds a service that the set does not have, without edges, and keeps it in order of names.
void InsertService(ServiceSet* set, ServiceDefinition definition);

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SUPERVISOR_H_
