// machine -> question -> client -> reply -> the machine again.
#include "applets/pwlookupd/yp_talks.h"

#include <utility>

namespace keelson {

YpTalks::YpTalks(Loop* loop, Clock* clock, Log log, LookupMachine* machine,
                 std::function<YpSettings()> read_settings, std::function<void(Id)> go_on)
    : loop_(loop),
      clock_(clock),
      log_(log),
      machine_(machine),
      read_settings_(std::move(read_settings)),
      go_on_(std::move(go_on)) {}

Action YpTalks::Handle(Id id, const NscdRequest& request, Asker& asker, std::string* answer) {
  if (!machine_->yp_rules().in_use()) return machine_->Handle(request, asker, answer);
  Talk talk = {request.type, std::string(request.key), clock_->MonotonicNs() + kPatienceNs};
  const Action action = Run(id, &talk, asker, answer);
  if (action.kind == Action::kLater) talks_.emplace(id, std::move(talk));
  return action;
}

Action YpTalks::GoOn(Id id, Asker& asker, std::string* answer) {
  const auto found = talks_.find(id);
  if (found == talks_.end()) return {Action::kLater};
  const Action action = Run(id, &found->second, asker, answer);
  if (action.kind != Action::kLater) talks_.erase(found);
  return action;
}

Action YpTalks::Run(Id id, Talk* talk, Asker& asker, std::string* answer) {
  for (;;) {
    if (client_) talk->yp.domain = client_->domain();
    const Action action = machine_->Handle({talk->type, talk->key}, asker, answer, &talk->yp);
    LogRefused(talk);
    if (action.kind != Action::kLater) return action;
    if (clock_->MonotonicNs() >= talk->until_ns) {
      talk->yp.facts.GiveUp();
      continue;
    }
    if (!client_) client_ = std::make_unique<YpClient>(loop_, clock_, log_, read_settings_);
    const YpQuestion question = talk->yp.facts.wanted();
    const auto done = [this, id, question](const YpClient::Reply& reply) {
      OnReply(id, question, reply);
    };
    const YpClient::Reply reply = client_->Ask(question, done);
    if (!reply) return action;
    talk->yp.facts.Put(question, reply);
  }
}

void YpTalks::OnReply(Id id, const YpQuestion& question, const YpClient::Reply& reply) {
  const auto found = talks_.find(id);
  if (found == talks_.end()) return;
  found->second.yp.facts.Put(question, reply);
  go_on_(id);
}

// Once each, and not without end: what is refused is in the hands of a server.
void YpTalks::LogRefused(Talk* talk) {
  for (std::string& what : talk->yp.facts.TakeRefused()) {
    if (logged_.size() >= kMaxLogged || logged_.contains(what)) continue;
    log_.Warning("YP: " + what + "; refused");
    logged_.insert(std::move(what));
  }
}

}  // namespace keelson
