// Findings are the output. What cannot be read at all is a finding too, and the rest is still
// looked at.
#include <algorithm>
#include <cstdio>
#include <utility>

#include "applets/status.h"
#include "applets/useradd_profile/definition_check.h"

namespace keelson {

namespace {

constexpr Column kColumns[] = {{"place"}, {"finding"}};

// "PATH:LINE:COLUMN: what" and "PATH: what" at the first colon that a blank follows.
std::vector<std::string> SplitFinding(const std::string& finding) {
  const size_t colon = finding.find(": ");
  if (colon == finding.npos) return {"", finding};
  return {finding.substr(0, colon), finding.substr(colon + 2)};
}

void PrintFindings(const std::vector<std::string>& findings, OutputFormat format) {
  if (format == OutputFormat::kText) {
    for (const std::string& finding : findings) std::puts(finding.c_str());
    return;
  }
  RowOutput rows(format, kColumns);
  for (const std::string& finding : findings) rows.Add(SplitFinding(finding));
  rows.Finish();
}

}  // namespace

absl::StatusOr<int> RunCheck(const UpdateCall& call) {
  AccountChange change = call.NewChange();
  std::vector<std::string> findings;
  absl::Status status = change.Open(call.applet(), AccountChange::Access::kRead);
  if (absl::IsFailedPrecondition(status)) {
    findings.emplace_back(status.message());  // a line of accounts.db
  } else if (!status.ok()) {
    return status;
  }
  for (const std::string& fault : change.RecordFaults()) {
    findings.push_back(call.root_path() + fault);
  }
  status = change.ReadFiles({{}, {}, true});
  if (!status.ok()) return status;
  for (const auto& repeated : {change.files().RepeatedNames(call.root_path()),
                               change.files().RepeatedIds(call.root_path()),
                               change.files().UnmatchedLines(call.root_path())}) {
    findings.insert(findings.end(), repeated.begin(), repeated.end());
  }
  Definitions definitions;
  if (definitions.Load(call.options.places, &findings)) {
    const auto more =
        CheckDefinitions(definitions, change.files(), change.table(), call.root_path());
    findings.insert(findings.end(), more.begin(), more.end());
  }
  if (!definitions.system_error().empty()) {
    return absl::UnavailableError(definitions.system_error());
  }
  PrintFindings(findings, call.format());
  return findings.empty() ? 0 : 1;
}

}  // namespace keelson
