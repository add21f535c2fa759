// A set of program names, bounded.

#include "applets/pwlookupd/askers.h"

namespace keelson {

void Askers::AskedForMapping(const ProcessFacts& facts) {
  if (names_.size() < kMaxNames) {
    names_.insert(facts.name);
  } else {
    full_ = true;
  }
}

bool Askers::MayBeGlibc(const ProcessFacts& facts) const {
  return full_ || facts.started_ns < since_ns_ || names_.count(facts.name) != 0;
}

}  // namespace keelson
