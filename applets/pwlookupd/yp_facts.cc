// A map of questions and replies.
#include "applets/pwlookupd/yp_facts.h"

namespace keelson {

YpFound YpFacts::Find(const YpQuestion& question, std::string_view* text) {
  const auto found = known_.find(question);
  if (found == known_.end()) {
    if (gave_up_ || known_.size() >= kMaxQuestions) return YpFound::kDown;
    wanted_ = question;
    return YpFound::kLater;
  }
  *text = found->second->text;
  switch (found->second->kind) {
    case YpReply::kYes:
      return YpFound::kYes;
    case YpReply::kNo:
      return YpFound::kNo;
    case YpReply::kDown:
      break;
  }
  return YpFound::kDown;
}

void YpFacts::Put(const YpQuestion& question, std::shared_ptr<const YpReply> reply) {
  known_[question] = std::move(reply);
}

}  // namespace keelson
