// A merge of the two sorted lists of modules; for a few suspects, a look at these. Relations are
// compared by name: those that modules declare may have another place in each snapshot.
#include "applets/mdsscan/changes.h"

#include <algorithm>
#include <optional>
#include <string>

namespace keelson {
namespace {

std::optional<size_t> FindRelation(const MdsSnapshot& snapshot, std::string_view name) {
  for (size_t r = 0; r < snapshot.relations(); ++r) {
    const auto relation = snapshot.relation(r);
    if (relation && relation->name == name) return r;
  }
  return std::nullopt;
}

// A module's records of one relation in both.
bool SameRecords(const MdsSnapshot& a, size_t relation_a, MdsSnapshot::Range range_a,
                 const MdsSnapshot& b, size_t relation_b, MdsSnapshot::Range range_b) {
  const size_t attributes = a.relation(relation_a)->attributes;
  if (range_a.last - range_a.first != range_b.last - range_b.first ||
      b.relation(relation_b)->attributes != attributes) {
    return false;
  }
  for (uint32_t i = 0; i < range_a.last - range_a.first; ++i) {
    for (size_t at = 0; at < attributes; ++at) {
      const auto x = a.cell(relation_a, range_a.first + i, at);
      const auto y = b.cell(relation_b, range_b.first + i, at);
      if (!x || !y || x->present != y->present || x->bytes != y->bytes) return false;
    }
  }
  return true;
}

// That each relation of the one has the same records in the other; both ways it is equality.
bool IsWithin(const MdsSnapshot& a, size_t module_a, const MdsSnapshot& b, size_t module_b) {
  for (size_t r = 0; r < a.relations(); ++r) {
    const auto range = a.records_of(r, module_a);
    if (!range) return false;
    if (range->first == range->last) continue;
    const auto other = FindRelation(b, a.relation(r)->name);
    if (!other) return false;
    const auto range_b = b.records_of(*other, module_b);
    if (!range_b || !SameRecords(a, r, *range, b, *other, *range_b)) return false;
  }
  return true;
}

bool IsChanged(const MdsSnapshot& a, size_t module_a, const MdsSnapshot& b, size_t module_b) {
  return !IsWithin(a, module_a, b, module_b) || !IsWithin(b, module_b, a, module_a);
}

// Those that differ, unless the snapshots have other modules: as many, and nothing new among the
// suspects, are the same ones.
std::optional<std::vector<ModuleChange>> ChangesOfFew(const MdsSnapshot& before,
                                                      const MdsSnapshot& now,
                                                      std::span<const std::string_view> suspects) {
  constexpr size_t kFew = 16;
  if (suspects.size() > kFew || before.modules() != now.modules()) return std::nullopt;
  std::vector<ModuleChange> changes;
  std::string_view last;
  for (const std::string_view name : suspects) {
    const auto is_now = now.FindModule(name);
    if (!is_now || name == last) continue;
    last = name;
    const auto was = before.FindModule(name);
    if (!was) return std::nullopt;
    if (IsChanged(before, *was, now, *is_now)) {
      changes.push_back({ModuleChange::kChanged, std::string(name)});
    }
  }
  return changes;
}

}  // namespace

std::string_view ChangeWord(ModuleChange::Kind kind) {
  switch (kind) {
    case ModuleChange::kAdded:
      return "added";
    case ModuleChange::kChanged:
      return "changed";
    case ModuleChange::kRemoved:
      return "removed";
  }
  return "";
}

std::vector<ModuleChange> FindChanges(const MdsSnapshot* before, const MdsSnapshot& now,
                                      std::span<const std::string_view> suspects) {
  if (before != nullptr) {
    if (auto changes = ChangesOfFew(*before, now, suspects)) return *std::move(changes);
  }
  std::vector<ModuleChange> changes;
  const size_t old_count = before == nullptr ? 0 : before->modules();
  size_t o = 0, n = 0;
  while (o < old_count || n < now.modules()) {
    const std::string_view old_name = o < old_count ? before->module(o).value_or("") : "";
    const std::string_view new_name = n < now.modules() ? now.module(n).value_or("") : "";
    if (o == old_count || (n < now.modules() && new_name < old_name)) {
      changes.push_back({ModuleChange::kAdded, std::string(new_name)});
      ++n;
    } else if (n == now.modules() || old_name < new_name) {
      changes.push_back({ModuleChange::kRemoved, std::string(old_name)});
      ++o;
    } else {
      if (std::binary_search(suspects.begin(), suspects.end(), new_name) &&
          IsChanged(*before, o, now, n)) {
        changes.push_back({ModuleChange::kChanged, std::string(new_name)});
      }
      ++o, ++n;
    }
  }
  return changes;
}

}  // namespace keelson
