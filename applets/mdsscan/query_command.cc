// The conditions are texts: what their values mean is known when the relation is. They are asked by
// name, as every caller of the session asks.
#include <string>
#include <utility>

#include "applets/mdsscan/commands.h"
#include "applets/mdsscan/record_text.h"
#include "applets/run.h"
#include "applets/status.h"
#include "core/mds_stanza.h"

namespace keelson {

namespace {

absl::Status NoSuchRelation(const MdsSnapshot& snapshot, std::string_view name) {
  std::string message = "there is no relation '" + std::string(name) + "'; there are";
  for (size_t r = 0; const auto relation = snapshot.relation(r); ++r) {
    message += (r == 0 ? " " : ", ") + std::string(relation->name);
  }
  return UsageError(message);
}

absl::Status ReadConditions(const MdsCall& call, const MdsSnapshot& snapshot, size_t relation,
                            CssmQuery* query) {
  query->conjunctive = call.invocation.Has("any") ? CssmConjunctive::kOr : CssmConjunctive::kAnd;
  for (size_t i = 1; i < call.operands.size(); ++i) {
    MdsCondition condition;
    std::string fault = ParseMdsCondition(call.operands[i], snapshot, relation, &condition);
    if (!fault.empty()) return UsageError(fault);
    const auto attribute = snapshot.attribute(relation, condition.attribute);
    query->predicates.push_back({condition.op,
                                 std::string(attribute->name),
                                 attribute->format,
                                 {std::move(condition.value)}});
  }
  return absl::OkStatus();
}

// Records one by one, in the form that was asked for. A query that is wrong prints nothing.
class Answer {
 public:
  Answer(OutputFormat format, const MdsRelation& relation) : format_(format), relation_(relation) {}

  void Add(std::string_view module, const MdsRecord& record) {
    if (records_++ == 0) Begin();
    if (format_ == OutputFormat::kTsv) PrintOutput(RecordTsv(module, relation_, record));
    if (format_ == OutputFormat::kJson) {
      PrintOutput((records_ == 1 ? "" : ",\n") + RecordJson(module, relation_, record));
    }
    if (format_ == OutputFormat::kText) {
      PrintOutput("# " + EscapedField(module) + "\n" + FormatMdsStanza(relation_, record));
    }
  }
  void Finish() const {
    if (records_ == 0) Begin();
    if (format_ == OutputFormat::kJson) PrintOutput(records_ == 0 ? "]\n" : "\n]\n");
  }
  size_t records() const { return records_; }

 private:
  void Begin() const {
    if (format_ == OutputFormat::kTsv) PrintOutput(RecordTsvHeading(relation_));
    if (format_ == OutputFormat::kJson) PrintOutput(records_ == 0 ? "[" : "[\n");
    const bool declare = records_ > 0 && IsDeclaredByModules(relation_);
    if (format_ == OutputFormat::kText && declare) PrintOutput(FormatMdsDeclaration(relation_));
  }

  OutputFormat format_;
  const MdsRelation& relation_;
  size_t records_ = 0;
};

}  // namespace

absl::StatusOr<int> RunMdsQueryCommand(const MdsCall& call) {
  RefreshReport report;
  int code = 0;
  if (absl::Status status = call.BringUpToDate(&report, &code); !status.ok()) return status;
  const std::shared_ptr<const SharedSnapshot> in = call.directory->snapshot();
  const auto place = MdsRelationNamed(in->snapshot(), call.operands[0]);
  if (!place) return NoSuchRelation(in->snapshot(), call.operands[0]);
  const auto relation = ReadRelation(in->snapshot(), *place);
  CssmQuery query;
  absl::Status status = ReadConditions(call, in->snapshot(), *place, &query);
  if (!status.ok()) return status;
  Answer answer(call.format(), *relation);
  status = EachRecord(
      call, *relation, std::move(query),
      [&](std::string_view module, const MdsRecord& record) { answer.Add(module, record); });
  if (!status.ok()) return status;
  answer.Finish();
  return answer.records() == 0 && code == 0 ? 1 : code;
}

}  // namespace keelson
