// Records as Apple's mdsdump prints them, and its letters for what to print.
#include <algorithm>
#include <string>
#include <vector>

#include "applets/mdsscan/commands.h"
#include "applets/mdsscan/record_text.h"
#include "applets/run.h"
#include "applets/status.h"

namespace keelson {

namespace {

constexpr struct {
  std::string_view letter, relations;
} kLetters[] = {
    {"o", "OBJECT"},
    {"C", "CSSM"},
    {"p", "COMMON"},
    {"c", "CSP_PRIMARY CSP_CAPABILITY CSP_ENCAPSULATED_PRODUCT CSP_SC_INFO"},
    {"l", "CL_PRIMARY CL_ENCAPSULATED_PRODUCT"},
    {"t", "TP_PRIMARY TP_OIDS TP_ENCAPSULATED_PRODUCT"},
    {"d", "DL_PRIMARY DL_ENCAPSULATED_PRODUCT"},
};

// Relations that an operand asks for; false: there is none such.
bool Choose(const MdsSnapshot& snapshot, std::string_view operand, std::vector<size_t>* chosen) {
  for (const auto& known : kLetters) {
    if (known.letter != operand) continue;
    for (std::string_view rest = known.relations; !rest.empty();) {
      const size_t end = std::min(rest.find(' '), rest.size());
      if (const auto place = MdsRelationNamed(snapshot, rest.substr(0, end))) {
        chosen->push_back(*place);
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return true;
  }
  if (operand == "a" || operand == "A") {
    const std::string_view database = operand == "a" ? kMdsObjectDirectory : kMdsCdsaDirectory;
    for (size_t r = 0; const auto relation = snapshot.relation(r); ++r) {
      if (MdsDatabaseOf(relation->name) == database) chosen->push_back(r);
    }
    return true;
  }
  const auto place = MdsRelationNamed(snapshot, operand);
  if (place) chosen->push_back(*place);
  return place.has_value();
}

absl::Status DumpRelation(const MdsCall& call, const MdsRelation& relation) {
  size_t number = 0;
  absl::Status status =
      EachRecord(call, relation, {}, [&](std::string_view, const MdsRecord& record) {
        if (number == 0) PrintOutput(relation.name + ":\n");
        PrintOutput(RecordDump(number++, relation, record));
      });
  if (status.ok() && number == 0) PrintOutput(relation.name + ": no record found\n");
  return status;
}

}  // namespace

absl::StatusOr<int> RunMdsDump(const MdsCall& call) {
  RefreshReport report;
  int code = 0;
  if (absl::Status status = call.BringUpToDate(&report, &code); !status.ok()) return status;
  const std::shared_ptr<const SharedSnapshot> in = call.directory->snapshot();
  const MdsSnapshot& snapshot = in->snapshot();
  std::vector<size_t> chosen;
  for (const std::string_view operand : call.operands) {
    if (!Choose(snapshot, operand, &chosen)) {
      return UsageError("'" + std::string(operand) +
                        "' is neither a relation nor one of o, C, p, c, l, t, d, a, A");
    }
  }
  // Of everything only what there is.
  for (size_t r = 0; r < snapshot.relations() && call.operands.empty(); ++r) {
    if (snapshot.relation(r)->records > 0) chosen.push_back(r);
  }
  for (const size_t place : chosen) {
    const auto relation = ReadRelation(snapshot, place);
    if (!relation) return call.Corrupt();
    if (absl::Status status = DumpRelation(call, *relation); !status.ok()) return status;
  }
  return code;
}

}  // namespace keelson
