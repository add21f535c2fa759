// A list of changes goes to the kernel in parts of many requests, each with an acknowledgement.
//
// An index is asked for when one is needed, by name: that costs a microsecond, and unlike a dump of
// all links not more on a machine with thousands of them. Before that, what waits and may give the
// name to another link, is sent.
#include <linux/netlink.h>

#include "platform/linux/net_if.h"
#include "platform/linux/rtnetlink.h"
#include "platform/net_if.h"

namespace keelson {
namespace {

// Their acknowledgements, of which the kernel counts some 800 bytes each, fit into any buffer.
constexpr uint32_t kAtOnce = 128;
constexpr size_t kBytesAtOnce = 32768;

bool ChangesNames(const NetChange& change) {
  return change.kind == NetChange::kMakeLink || change.kind == NetChange::kDeleteLink ||
         (change.kind == NetChange::kSetLink && change.new_name);
}

}  // namespace

Error NetChanges::Apply(std::span<const NetChange> changes) {
  errors_->assign(changes.size(), kOk);
  for (size_t i = 0; i < changes.size(); ++i) {
    if (broken_.ok()) {
      Add(i, changes[i]);
    } else {
      (*errors_)[i] = broken_;
    }
  }
  return Flush();
}

void NetChanges::Add(size_t at, const NetChange& change) {
  if (change.kind == NetChange::kSet) {
    const Error error = Flush();
    (*errors_)[at] = error.ok() ? settings_->Set(change.name, change.setting, change.value) : error;
    return;
  }
  if (places_.size() == kAtOnce || requests_.size() >= kBytesAtOnce) (void)Flush();
  const auto index_of = [this](std::string_view name, uint32_t* index) {
    return IndexOf(name, index);
  };
  std::string request;  // its own, since IndexOf may send those before it
  if (Error error = EncodeNetChange(change, 0, index_of, &request); !error.ok()) {
    (*errors_)[at] = error;
    return;
  }
  if (places_.empty()) first_ = socket_->Reserve(kAtOnce);
  const uint32_t sequence = first_ + static_cast<uint32_t>(places_.size());
  std::memcpy(&request[offsetof(nlmsghdr, nlmsg_seq)], &sequence, sizeof(sequence));
  requests_ += request;
  places_.push_back(at);
  if (ChangesNames(change)) changes_names_ = true;
}

Error NetChanges::Flush() {
  if (places_.empty() || !broken_.ok()) return broken_;
  std::vector<Error> errors(places_.size());
  broken_ = socket_->Ask(requests_, first_, errors, [](const NetlinkMessage&) {});
  for (size_t i = 0; i < places_.size(); ++i) (*errors_)[places_[i]] = errors[i];
  if (changes_names_) indexes_.clear();
  changes_names_ = false;
  requests_.clear();
  places_.clear();
  return broken_;
}

Error NetChanges::IndexOf(std::string_view name, uint32_t* index) {
  if (changes_names_) {
    if (Error error = Flush(); !error.ok()) return error;
  }
  const auto known = indexes_.find(name);
  if (known != indexes_.end()) {
    *index = known->second;
    return kOk;
  }
  if (Error error = socket_->IndexOf(name, index); !error.ok()) return error;
  indexes_.emplace(name, *index);
  return kOk;
}

}  // namespace keelson
