// Requests whose answers come later: each is kept with what YP has said for it so far, and handled
// again when there is more. Nobody else waits meanwhile.
#ifndef KEELSON_APPLETS_PWLOOKUPD_YP_TALKS_H_
#define KEELSON_APPLETS_PWLOOKUPD_YP_TALKS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "applets/pwlookupd/machine.h"
#include "applets/pwlookupd/yp_client.h"
#include "core/log.h"

namespace keelson {

class YpTalks {
 public:
  // No question is asked for a request that has waited longer than this. Together with the longest
  // question that is less than the 5 seconds that libc waits.
  static constexpr int64_t kPatienceNs = 2'500'000'000;

  using Id = uint64_t;  // never used twice

  // go_on: there is more for this request; GoOn is to be called. REQUIRES: all of them outlive it.
  YpTalks(Loop* loop, Clock* clock, Log log, LookupMachine* machine,
          std::function<YpSettings()> read_settings, std::function<void(Id)> go_on);

  // LookupMachine::Handle, but that kLater is followed by go_on, unless the request is forgotten.
  Action Handle(Id id, const NscdRequest& request, Asker& asker, std::string* answer);
  Action GoOn(Id id, Asker& asker, std::string* answer);
  void Forget(Id id) { talks_.erase(id); }

 private:
  static constexpr size_t kMaxLogged = 64;

  struct Talk {
    NscdType type;
    std::string key;
    int64_t until_ns;
    YpTalk yp = {};
  };

  Action Run(Id id, Talk* talk, Asker& asker, std::string* answer);
  void OnReply(Id id, const YpQuestion& question, const YpClient::Reply& reply);
  void LogRefused(Talk* talk);

  Loop* loop_;
  Clock* clock_;
  Log log_;
  LookupMachine* machine_;
  std::function<YpSettings()> read_settings_;
  std::function<void(Id)> go_on_;
  std::unique_ptr<YpClient> client_;  // once there is a question
  std::map<Id, Talk> talks_;
  std::set<std::string> logged_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_YP_TALKS_H_
