// Going over from one configuration to another: what it changes goes down by the old one and comes
// up by the new one. One at a time; a further one takes the place of the one before.
//
// A trial is a configuration that somebody has to confirm; otherwise everything goes back to what
// was before, also when netconfd ended meanwhile.
#ifndef KEELSON_APPLETS_NETCONFD_NETWORK_CHANGE_H_
#define KEELSON_APPLETS_NETCONFD_NETWORK_CHANGE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "applets/netconfd/network_set.h"
#include "applets/netconfd/network_units.h"

namespace keelson {

class NetworkChange : public NetworkUnits::Listener {
 public:
  // faults: of each interface that is not as it was to be, "NAME: why".
  using Done = std::function<void(const std::vector<std::string>& faults)>;

  // REQUIRES: units, loop, clock and folder outlive it. folder: that of the path, for a copy of
  // what is tried; null: there are no trials.
  NetworkChange(NetworkUnits* units, NetworkPaths paths, Loop* loop, Clock* clock,
                Directory* folder, std::string folder_path, Log log);
  ~NetworkChange() override;

  // The first start: what was left is taken over, a trial rolled back, the rest brought up.
  // False: the configuration is no good.
  bool Start(std::vector<std::string>* notes);
  // False, and nothing is changed: it is no good, as notes say. Otherwise done is called later.
  bool Reload(std::vector<std::string>* notes, Done done);
  bool Apply(const std::string& path, int64_t confirm_ns, std::vector<std::string>* notes,
             Done done);
  // The trial holds for good, and its bytes become the file of interfaces.
  bool Confirm(std::string* fault);
  std::shared_ptr<const NetworkSet> Read(const std::string& interfaces,
                                         std::vector<std::string>* notes);

  void OnState(const std::string&, NetPhase, NetPhase, const std::string&) override {}
  void OnProgress(NetRequest, const std::string&, NetPhase, const std::string&) override {}
  void OnOutput(const std::string&, std::string_view) override {}
  void OnFault(NetRequest request, const std::string& name, const std::string& fault) override;
  void OnFinish(NetRequest request, bool ok) override;
  void OnWarning(const std::string&, const std::string&) override {}
  void OnEvent(std::string_view, const std::string&, const std::string&) override {}

 private:
  // Those of `wanted` come up; whatever else is up by another configuration goes down.
  void GoTo(std::shared_ptr<const NetworkSet> set, std::vector<NetworkSet::Choice> wanted,
            Done done);
  std::vector<NetworkSet::Choice> UpNow() const;
  void BringUp();
  void Finish();
  void RollBack();
  std::string TrialPath(const std::string& path) const;

  NetworkUnits* const units_;
  const NetworkPaths paths_;
  Loop* const loop_;
  Clock* const clock_;
  Directory* const folder_;
  const std::string folder_path_;
  const Log log_;
  std::shared_ptr<const NetworkSet> before_;  // the trial
  std::string bytes_;                         // of the trial
  Loop::TimerId timer_ = 0;
  NetRequest request_ = 0;  // that is waited for
  bool is_rising_ = false;
  std::vector<std::string> faults_;
  std::vector<NetworkSet::Choice> wanted_;
  Done done_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NETWORK_CHANGE_H_
