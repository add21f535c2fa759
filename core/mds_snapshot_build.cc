// Modules are put in order, every value gets its rank (core/mds_values), every relation its rows
// and indexes (core/mds_rows), then all is laid out and summed page by page.
//
// The snapshot that AddFrom names first is merged as it is: its sums and all its numbers are
// checked once, and from then on its rows are taken over by their modules and its values by their
// ranks, without a look at any text. Modules of further snapshots go the way of new ones.
#include <algorithm>
#include <array>
#include <deque>

#include "core/mds_image.h"
#include "core/mds_rows.h"
#include "core/mds_snapshot.h"
#include "core/mds_snapshot_format.h"
#include "core/mds_source.h"
#include "core/mds_values.h"

namespace keelson {
namespace {

uint32_t Word(const char* words, size_t i) { return MdsLoad<uint32_t>(words + 4 * i); }

std::string_view BytesOf(const MdsValue& value, MdsFormat format) {
  if (MdsTableOf(format) == 0) return value.bytes;
  return {reinterpret_cast<const char*>(value.numbers.data()), 4 * value.numbers.size()};
}

// A relation of the snapshot to be.
struct Target {
  MdsRelation relation;
  MdsRows rows;
  explicit Target(const MdsRelation& of) : relation(of), rows(ColumnsOf(of)) {}
  static std::vector<MdsRows::Column> ColumnsOf(const MdsRelation& of) {
    std::vector<MdsRows::Column> columns;
    for (const MdsAttribute& a : of.attributes) columns.push_back({MdsTableOf(a.format), a.unique});
    return columns;
  }
};

}  // namespace

// --- What is to be built ---

class MdsSnapshotBuilder::Plan {
 public:
  explicit Plan(const MdsSchema& schema) : schema_(schema), fixed_(schema.relations().size()) {}

  void Add(std::string module, std::vector<MdsRecord> records);
  bool AddFrom(const MdsSnapshot& snapshot, std::string_view module);
  std::string Build(std::vector<Duplicate>* duplicates);

 private:
  struct Fresh {
    std::string name;
    std::vector<MdsRecord> records;
  };
  struct Entry {
    std::string_view name;
    uint32_t source;  // or kFresh
    uint32_t at;      // which module of it, or which of the fresh ones
  };
  static constexpr uint32_t kFresh = 0xffffffff;

  void Sort();
  bool ChooseRelations();
  bool KeepsRecordsOf(const MdsSource& source, size_t relation) const;
  void TakeFresh(uint32_t module, const Fresh& fresh);
  void TakeFromOther(uint32_t module, const MdsSource& source, uint32_t at);
  Target* FindTarget(std::string_view name);
  std::string ModuleTable(const std::vector<uint8_t>& left_out, MdsHead* head) const;
  std::string Lay(const std::vector<uint8_t>& left_out);

  const MdsSchema& schema_;
  const size_t fixed_;
  std::deque<Fresh> fresh_;
  std::deque<MdsSource> sources_;
  size_t last_source_ = 0;
  std::vector<Entry> entries_;

  // While building.
  std::vector<uint32_t> modules_;  // of the first source: which they are now
  std::vector<Target> targets_;
  std::vector<Target*> target_of_;  // of each relation of the schema
  std::array<MdsValues, 2> values_ = {MdsValues(0), MdsValues(1)};
  std::vector<uint32_t> cells_;
};

void MdsSnapshotBuilder::Plan::Add(std::string module, std::vector<MdsRecord> records) {
  fresh_.push_back({std::move(module), std::move(records)});
  entries_.push_back({fresh_.back().name, kFresh, static_cast<uint32_t>(fresh_.size() - 1)});
}

bool MdsSnapshotBuilder::Plan::AddFrom(const MdsSnapshot& snapshot, std::string_view module) {
  size_t s = last_source_;
  if (s == sources_.size() || !sources_[s].snapshot().IsCopyOf(snapshot)) {
    for (s = 0; s < sources_.size() && !sources_[s].snapshot().IsCopyOf(snapshot);) ++s;
    if (s == sources_.size()) {
      sources_.emplace_back(snapshot);
      entries_.reserve(entries_.size() + snapshot.modules());
    }
    last_source_ = s;
  }
  MdsSource& source = sources_[s];
  uint32_t at;
  if (!source.is_right() || !source.AgreesWith(schema_.relations()) || !source.Find(module, &at)) {
    return false;
  }
  entries_.push_back({source.name(at), static_cast<uint32_t>(s), at});
  return true;
}

// --- Building ---

void MdsSnapshotBuilder::Plan::Sort() {
  const auto before = [](const Entry& a, const Entry& b) {
    if (a.source == b.source && a.source != kFresh) return a.at < b.at;
    return a.name < b.name;
  };
  if (!std::is_sorted(entries_.begin(), entries_.end(), before)) {
    std::sort(entries_.begin(), entries_.end(), before);
  }
  if (sources_.empty()) return;
  modules_.assign(sources_[0].modules(), kNoMdsModule);
  for (uint32_t m = 0; m < entries_.size(); ++m) {
    if (entries_[m].source == 0) modules_[entries_[m].at] = m;
  }
}

bool MdsSnapshotBuilder::Plan::KeepsRecordsOf(const MdsSource& source, size_t relation) const {
  if (&source == &sources_[0]) {
    const MdsOldRows& rows = source.rows(relation);
    const size_t width = 1 + rows.ordered.size();
    for (uint32_t r = 0; r < rows.records; ++r) {
      if (modules_[Word(rows.rows, r * width)] != kNoMdsModule) return true;
    }
    return false;
  }
  for (const Entry& entry : entries_) {
    if (entry.source == kFresh || &sources_[entry.source] != &source) continue;
    const auto range = source.snapshot().records_of(relation, entry.at);
    if (range && range->first < range->last) return true;
  }
  return false;
}

// False: sources and schema do not agree.
bool MdsSnapshotBuilder::Plan::ChooseRelations() {
  const std::vector<MdsRelation>& known = schema_.relations();
  std::vector<const MdsRelation*> further;
  const auto add = [&](const MdsRelation& relation) {
    for (size_t i = 0; i < fixed_; ++i) {
      if (known[i].name == relation.name) return SameMdsAttributes(known[i], relation);
    }
    for (const MdsRelation* has : further) {
      if (has->name == relation.name) return SameMdsAttributes(*has, relation);
    }
    further.push_back(&relation);
    return true;
  };
  std::vector<bool> used(known.size());
  for (const Fresh& fresh : fresh_) {
    for (const MdsRecord& record : fresh.records) used[record.relation] = true;
  }
  for (size_t i = fixed_; i < known.size(); ++i) {
    if (used[i] && !add(known[i])) return false;
  }
  for (const MdsSource& source : sources_) {
    for (size_t r = 0; r < source.relations().size(); ++r) {
      const MdsRelation& relation = source.relations()[r];
      if (KeepsRecordsOf(source, r) && !add(relation)) return false;
    }
  }
  std::sort(further.begin(), further.end(),
            [](const MdsRelation* a, const MdsRelation* b) { return a->name < b->name; });
  targets_.reserve(fixed_ + further.size());
  for (size_t i = 0; i < fixed_; ++i) targets_.emplace_back(known[i]);
  for (const MdsRelation* relation : further) targets_.emplace_back(*relation);
  for (const MdsRelation& relation : known) target_of_.push_back(FindTarget(relation.name));
  return true;
}

Target* MdsSnapshotBuilder::Plan::FindTarget(std::string_view name) {
  for (Target& target : targets_) {
    if (target.relation.name == name) return &target;
  }
  return nullptr;
}

void MdsSnapshotBuilder::Plan::TakeFresh(uint32_t module, const Fresh& fresh) {
  for (const MdsRecord& record : fresh.records) {
    Target* target = target_of_[record.relation];
    const std::vector<MdsAttribute>& attributes = target->relation.attributes;
    cells_.assign(attributes.size(), 0);
    for (size_t a = 0; a < std::min(attributes.size(), record.values.size()); ++a) {
      if (!record.values[a]) continue;
      const MdsFormat format = attributes[a].format;
      const std::string_view bytes = BytesOf(*record.values[a], format);
      cells_[a] = values_[MdsTableOf(format)].Intern(bytes) + 1;
    }
    target->rows.AddNew(module, cells_);
  }
}

void MdsSnapshotBuilder::Plan::TakeFromOther(uint32_t module, const MdsSource& source,
                                             uint32_t at) {
  for (size_t r = 0; r < source.relations().size(); ++r) {
    const auto range = source.snapshot().records_of(r, at);
    if (!range || range->first == range->last) continue;
    Target* target = FindTarget(source.relations()[r].name);
    const std::vector<MdsAttribute>& attributes = target->relation.attributes;
    for (uint32_t record = range->first; record < range->last; ++record) {
      cells_.assign(attributes.size(), 0);
      for (size_t a = 0; a < attributes.size(); ++a) {
        const auto cell = source.snapshot().cell(r, record, a);
        if (!cell || !cell->present) continue;
        cells_[a] = values_[MdsTableOf(attributes[a].format)].Intern(cell->bytes) + 1;
      }
      target->rows.AddNew(module, cells_);
    }
  }
}

std::string MdsSnapshotBuilder::Plan::Build(std::vector<Duplicate>* duplicates) {
  uint64_t names = 0;
  for (const Entry& entry : entries_) names += entry.name.size();
  if (entries_.size() >= kNoMdsModule || names >= kNoMdsModule) return "";
  Sort();
  if (!ChooseRelations()) return "";
  if (!sources_.empty() && sources_[0].is_right()) {
    const MdsSource& old = sources_[0];
    old.SetOld(&values_[0], &values_[1]);
    for (size_t r = 0; r < old.relations().size(); ++r) {
      Target* target = FindTarget(old.relations()[r].name);
      if (target == nullptr || !SameMdsAttributes(target->relation, old.relations()[r])) continue;
      target->rows.SetOld(&old.rows(r), modules_);
      target->rows.UseOldValues(values_.data());
    }
  }
  for (uint32_t m = 0; m < entries_.size(); ++m) {
    const Entry& entry = entries_[m];
    if (entry.source == kFresh)
      TakeFresh(m, fresh_[entry.at]);
    else if (entry.source != 0)
      TakeFromOther(m, sources_[entry.source], entry.at);
  }
  if (!values_[0].Join() || !values_[1].Join()) return "";
  std::vector<uint8_t> left_out(entries_.size());
  for (Target& target : targets_) {
    const auto tell = [&](uint32_t module, uint32_t winner) {
      left_out[module] = 1;
      if (duplicates == nullptr) return;
      duplicates->push_back({target.relation.name, std::string(entries_[module].name),
                             std::string(entries_[winner].name)});
    };
    if (!target.rows.Build(values_.data(), tell)) return "";
  }
  return Lay(left_out);
}

// Names that follow each other in an older snapshot are copied at once.
std::string MdsSnapshotBuilder::Plan::ModuleTable(const std::vector<uint8_t>& left_out,
                                                  MdsHead* head) const {
  std::vector<MdsModuleRow> rows(entries_.size() + 1);
  uint32_t at = 0;
  for (size_t m = 0; m < entries_.size(); ++m) {
    rows[m] = {at, left_out[m] != 0 ? kMdsLeftOut : 0};
    at += static_cast<uint32_t>(entries_[m].name.size());
  }
  rows.back().name = at;
  head->modules = static_cast<uint32_t>(entries_.size());
  head->module_names_size = at;
  std::string table;
  table.reserve(rows.size() * sizeof(MdsModuleRow) + at);
  table.append(reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(MdsModuleRow));
  std::string_view run;
  for (const Entry& entry : entries_) {
    if (run.data() + run.size() == entry.name.data()) {
      run = {run.data(), run.size() + entry.name.size()};
    } else {
      table.append(run);
      run = entry.name;
    }
  }
  table.append(run);
  return table;
}

std::string MdsSnapshotBuilder::Plan::Lay(const std::vector<uint8_t>& left_out) {
  MdsHead head = {};
  MdsImage image;
  const std::string modules = ModuleTable(left_out, &head);
  image.Put(modules, &head.modules_at);
  const std::array<std::vector<MdsSignpost>, 2> signposts = {values_[0].Signposts(),
                                                             values_[1].Signposts()};
  for (size_t table = 0; table < 2; ++table) {
    MdsValuesHead& values = head.values[table];
    values.count = values_[table].count();
    values.size = static_cast<uint32_t>(values_[table].bytes().size());
    image.Put({reinterpret_cast<const char*>(signposts[table].data()),
               signposts[table].size() * sizeof(MdsSignpost)},
              &values.signposts);
    image.Put(values_[table].ends(), &values.ends);
    image.Put(values_[table].bytes(), &values.bytes);
  }

  std::string names;
  const auto name_of = [&names](std::string_view name) {
    const auto at = static_cast<uint32_t>(names.size());
    names.append(name);
    return MdsName{at, static_cast<uint32_t>(name.size())};
  };
  size_t count = 0;
  for (const Target& target : targets_) count += target.relation.attributes.size();
  std::vector<MdsRelationHead> relations(targets_.size());
  std::vector<MdsAttributeHead> attributes(count);
  size_t next = 0;
  for (size_t r = 0; r < targets_.size(); ++r) {
    const Target& target = targets_[r];
    relations[r].name = name_of(target.relation.name);
    relations[r].records = target.rows.records();
    relations[r].slots = target.rows.slots();
    relations[r].first_attribute = static_cast<uint32_t>(next);
    relations[r].attributes = static_cast<uint32_t>(target.relation.attributes.size());
    image.Put(target.rows.rows(), &relations[r].rows);
    image.Put(target.rows.index(), &relations[r].index);
    for (size_t a = 0; a < relations[r].attributes; ++a, ++next) {
      const MdsAttribute& has = target.relation.attributes[a];
      attributes[next].name = name_of(has.name);
      attributes[next].symbols = name_of(has.symbols);
      attributes[next].format = static_cast<uint8_t>(has.format);
      attributes[next].unique = has.unique;
      attributes[next].ordered_count = static_cast<uint32_t>(target.rows.ordered(a).size());
      image.Put(target.rows.ordered(a), &attributes[next].ordered);
    }
  }
  head.relations = static_cast<uint32_t>(relations.size());
  head.attributes = static_cast<uint32_t>(attributes.size());
  head.names_size = static_cast<uint32_t>(names.size());
  return image.Write(&head, relations, attributes, names);
}

MdsSnapshotBuilder::MdsSnapshotBuilder(const MdsSchema& schema)
    : plan_(std::make_unique<Plan>(schema)) {}
MdsSnapshotBuilder::~MdsSnapshotBuilder() = default;

void MdsSnapshotBuilder::Add(std::string module, std::vector<MdsRecord> records) {
  plan_->Add(std::move(module), std::move(records));
}

bool MdsSnapshotBuilder::AddFrom(const MdsSnapshot& snapshot, std::string_view module) {
  return plan_->AddFrom(snapshot, module);
}

std::string MdsSnapshotBuilder::Build(std::vector<Duplicate>* duplicates) {
  return plan_->Build(duplicates);
}

}  // namespace keelson
