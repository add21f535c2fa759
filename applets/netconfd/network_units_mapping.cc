// What is chosen by mappings is chosen before the machine hears of the request.
#include <utility>

#include "applets/netconfd/network_units.h"
#include "core/interface_name.h"

namespace keelson {

// What is up by something keeps that. What is mapped never waits for its device: it is asked for
// again when that comes, or comes back, and a script may want to look at it.
void NetworkUnits::Map(NetRequest request, const std::vector<Item>& items, const Manner& manner) {
  Asking asking;
  asking.manner = manner;
  std::vector<size_t> mapped;
  for (const Item& item : items) {
    const auto found = numbers_.find(item.choice.name);
    const bool has_one = found != numbers_.end() && units_[found->second].set != nullptr;
    const bool maps = item.up && current_->Maps(item.choice.logical);
    const bool is_mapped = maps && !has_one;
    const bool is_there = view_.Find(SplitInterfaceLabel(item.choice.name).device) != nullptr;
    if (is_mapped && item.may_wait && !is_there) continue;
    if (is_mapped) mapped.push_back(asking.items.size());
    asking.items.push_back(item);
    if (maps) asking.items.back().may_wait = false;
  }
  if (mapped.empty()) return AskNow(request, asking.items, manner);
  asking.runs = mapped.size();
  const std::vector<Item>& asked = (asking_[request] = std::move(asking)).items;
  for (const size_t item : mapped) {
    mappings_.Begin(current_, asked[item].choice, manner.within, manner.deadline_ns,
                    [this, request, item](std::string logical, std::string fault) {
                      Mapped(request, item, std::move(logical), std::move(fault));
                    });
  }
}

void NetworkUnits::Mapped(NetRequest request, size_t item, std::string logical, std::string fault) {
  const auto found = asking_.find(request);
  if (found == asking_.end()) return;  // nobody wants it any more
  found->second.items[item].choice.logical = std::move(logical);
  found->second.items[item].fault = std::move(fault);
  if (--found->second.runs > 0) return;
  const Asking asking = std::move(found->second);
  asking_.erase(found);
  AskNow(request, asking.items, asking.manner);
}

}  // namespace keelson
