// A query of a database's every relation is one after the other, begun when the one before has
// ended; a relation without one of the attributes, or with one of another format, has no record
// that fulfils a condition on it.
#include "applets/mdsscan/mds_session.h"

#include <algorithm>
#include <utility>

namespace keelson {

namespace {

constexpr std::string_view kObjectRelation = "OBJECT";

struct FoundAttribute {
  bool by_name = false;
  std::optional<size_t> place;  // where the format is right, too
};

FoundAttribute FindAttribute(const MdsSnapshot& snapshot, size_t relation,
                             const CssmPredicate& predicate) {
  for (size_t a = 0; const auto attribute = snapshot.attribute(relation, a); ++a) {
    if (attribute->name != predicate.attribute) continue;
    return {true, attribute->format == predicate.format ? std::optional(a) : std::nullopt};
  }
  return {};
}

// What is wrong with a predicate whatever relation it is asked of.
CssmReturn CheckPredicate(const CssmPredicate& predicate, std::string* wrong) {
  if (MdsOperatorName(predicate.op).empty()) return CssmReturn::kUnsupportedOperator;
  if (predicate.values.size() != 1) return CssmReturn::kUnsupportedQuery;
  *wrong = MdsOperatorFault(predicate.op, predicate.format, predicate.attribute);
  if (!wrong->empty()) return CssmReturn::kUnsupportedQuery;
  const bool number = predicate.format == MdsFormat::kUint32;
  if (number && predicate.values[0].numbers.size() != 1) return CssmReturn::kInvalidValue;
  return CssmReturn::kOk;
}

}  // namespace

std::optional<size_t> MdsRelationNamed(const MdsSnapshot& snapshot, std::string_view name) {
  name = ShortMdsRelationName(name);
  for (size_t r = 0; const auto relation = snapshot.relation(r); ++r) {
    if (relation->name == name) return r;
  }
  return std::nullopt;
}

std::string_view MdsDatabaseOf(std::string_view relation) {
  return relation == kObjectRelation ? kMdsObjectDirectory : kMdsCdsaDirectory;
}

// --- Sessions and databases ---

CssmReturn MdsSession::Rescan() {
  if (freshness_ == Freshness::kAsItIs && directory_->snapshot() != nullptr) return CssmReturn::kOk;
  RefreshReport report;
  return directory_->Refresh(freshness_, &report).ok() ? CssmReturn::kOk : CssmReturn::kMdsError;
}

CssmReturn MdsSession::Initialize() { return Rescan(); }

CssmReturn MdsSession::Terminate() {
  databases_.clear();
  results_.clear();
  return CssmReturn::kOk;
}

CssmReturn MdsSession::GetDbNames(std::vector<std::string>* names) {
  *names = {std::string(kMdsObjectDirectory), std::string(kMdsCdsaDirectory)};
  return CssmReturn::kOk;
}

CssmReturn MdsSession::DbOpen(std::string_view name, bool to_write, Handle* database) {
  *database = 0;
  const bool object = name == kMdsObjectDirectory;
  if (!object && name != kMdsCdsaDirectory) return CssmReturn::kInvalidDbName;
  if (to_write) return CssmReturn::kInvalidAccessRequest;
  if (const CssmReturn scanned = Rescan(); scanned != CssmReturn::kOk) return scanned;
  *database = ++last_;
  databases_[*database] = object ? kMdsObjectDirectory : kMdsCdsaDirectory;
  return CssmReturn::kOk;
}

CssmReturn MdsSession::DbClose(Handle database) {
  if (databases_.erase(database) == 0) return CssmReturn::kInvalidDbHandle;
  std::erase_if(results_, [&](const auto& open) { return open.second.database == database; });
  return CssmReturn::kOk;
}

CssmReturn MdsSession::RefuseWrite(Handle database) const {
  return databases_.contains(database) ? CssmReturn::kInvalidAccessRequest
                                       : CssmReturn::kInvalidDbHandle;
}

// --- Queries ---

// Which relations it is about, and whether each predicate can be asked of one of them.
CssmReturn MdsSession::Begin(std::string_view database, Results* results,
                             std::string* wrong) const {
  const MdsSnapshot& snapshot = results->in->snapshot();
  const CssmQuery& query = results->query;
  if (query.relation) {
    const auto relation = MdsRelationNamed(snapshot, *query.relation);
    const bool is_in = relation && MdsDatabaseOf(snapshot.relation(*relation)->name) == database;
    if (!is_in) return CssmReturn::kInvalidRecordType;
    results->relations = {*relation};
  } else {
    for (size_t r = 0; const auto relation = snapshot.relation(r); ++r) {
      if (MdsDatabaseOf(relation->name) == database) results->relations.push_back(r);
    }
  }
  for (const CssmPredicate& predicate : query.predicates) {
    bool by_name = false, by_format = false;
    for (const size_t relation : results->relations) {
      const FoundAttribute found = FindAttribute(snapshot, relation, predicate);
      by_name |= found.by_name;
      by_format |= found.place.has_value();
    }
    if (!by_name) return CssmReturn::kInvalidFieldName;
    if (!by_format) return CssmReturn::kIncompatibleFieldFormat;
    const CssmReturn checked = CheckPredicate(predicate, wrong);
    if (checked != CssmReturn::kOk) return checked;
  }
  std::reverse(results->relations.begin(), results->relations.end());
  return CssmReturn::kOk;
}

// The records of the next relation.
CssmReturn MdsSession::Run(Results* results, std::string* wrong) {
  const MdsSnapshot& snapshot = results->in->snapshot();
  MdsQuery query;
  query.relation = results->relation = results->relations.back();
  results->relations.pop_back();
  results->records.clear();
  results->next = 0;
  query.any = results->query.conjunctive == CssmConjunctive::kOr;
  for (const CssmPredicate& predicate : results->query.predicates) {
    const auto place = FindAttribute(snapshot, query.relation, predicate).place;
    if (place) {
      query.conditions.push_back({*place, predicate.op, predicate.values[0]});
    } else if (!query.any) {
      return CssmReturn::kOk;
    }
  }
  if (query.conditions.empty() && !results->query.predicates.empty()) return CssmReturn::kOk;
  if (RunMdsQuery(snapshot, query, &results->records, wrong)) return CssmReturn::kOk;
  return wrong->empty() ? CssmReturn::kDatabaseCorrupt : CssmReturn::kInvalidQuery;
}

CssmReturn MdsSession::Step(Results* results, MdsFound* found) {
  while (results->next == results->records.size()) {
    if (results->relations.empty()) return CssmReturn::kEndOfData;
    std::string wrong;
    if (const CssmReturn ran = Run(results, &wrong); ran != CssmReturn::kOk) return ran;
  }
  *found = {results->in, results->relation, results->records[results->next++]};
  return CssmReturn::kOk;
}

CssmReturn MdsSession::DataGetFirst(Handle database, const CssmQuery& query, Handle* results,
                                    MdsFound* found, std::string* wrong) {
  *results = 0;
  std::string unwanted;
  if (wrong == nullptr) wrong = &unwanted;
  const auto open = databases_.find(database);
  if (open == databases_.end()) return CssmReturn::kInvalidDbHandle;
  if (const CssmReturn scanned = Rescan(); scanned != CssmReturn::kOk) return scanned;
  Results begun;
  begun.database = database;
  begun.in = directory_->snapshot();
  begun.query = query;
  CssmReturn done = Begin(open->second, &begun, wrong);
  if (done == CssmReturn::kOk && !begun.relations.empty()) done = Run(&begun, wrong);
  if (done == CssmReturn::kOk) done = Step(&begun, found);
  if (done != CssmReturn::kOk) return done;
  *results = ++last_;
  results_.emplace(*results, std::move(begun));
  return CssmReturn::kOk;
}

CssmReturn MdsSession::DataGetNext(Handle database, Handle results, MdsFound* found) {
  if (!databases_.contains(database)) return CssmReturn::kInvalidDbHandle;
  const auto open = results_.find(results);
  if (open == results_.end() || open->second.database != database) {
    return CssmReturn::kInvalidResultsHandle;
  }
  const CssmReturn done = Step(&open->second, found);
  if (done != CssmReturn::kOk) results_.erase(open);
  return done;
}

CssmReturn MdsSession::DataAbortQuery(Handle database, Handle results) {
  if (!databases_.contains(database)) return CssmReturn::kInvalidDbHandle;
  const auto open = results_.find(results);
  if (open == results_.end() || open->second.database != database) {
    return CssmReturn::kInvalidResultsHandle;
  }
  results_.erase(open);
  return CssmReturn::kOk;
}

// --- Records by name ---

std::optional<MdsRecordId> MdsSession::UniqueRecordId(const MdsFound& found) {
  const MdsSnapshot& snapshot = found.snapshot();
  const auto relation = snapshot.relation(found.relation);
  if (!relation) return std::nullopt;
  MdsRecordId id{std::string(relation->name), {}};
  for (size_t a = 0; a < relation->attributes; ++a) {
    if (!snapshot.attribute(found.relation, a)->unique) continue;
    const auto cell = snapshot.cell(found.relation, found.record, a);
    if (!cell) return std::nullopt;
    id.key.push_back(cell->present ? std::optional(std::string(cell->bytes)) : std::nullopt);
  }
  return id;
}

CssmReturn MdsSession::DataGetFromUniqueRecordId(Handle database, const MdsRecordId& id,
                                                 MdsFound* found) {
  const auto open = databases_.find(database);
  if (open == databases_.end()) return CssmReturn::kInvalidDbHandle;
  const std::shared_ptr<const SharedSnapshot> in = directory_->snapshot();
  const auto relation = MdsRelationNamed(in->snapshot(), id.relation);
  if (!relation || MdsDatabaseOf(id.relation) != open->second) {
    return CssmReturn::kInvalidRecordType;
  }
  std::vector<MdsSnapshot::Cell> key;
  for (const auto& value : id.key) {
    key.push_back({value.has_value(), value ? std::string_view(*value) : std::string_view()});
  }
  std::optional<uint32_t> record;
  if (!in->snapshot().FindUnique(*relation, key, &record)) return CssmReturn::kDatabaseCorrupt;
  if (!record) return CssmReturn::kRecordNotFound;
  *found = {in, *relation, *record};
  return CssmReturn::kOk;
}

}  // namespace keelson
