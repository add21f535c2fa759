// Findings are the output: what the modules are told of, and what the stored database has become.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "applets/mdsscan/commands.h"
#include "applets/mdsscan/database.h"
#include "applets/run.h"
#include "platform/privilege.h"

namespace keelson {

namespace {

constexpr Column kColumns[] = {{"severity"}, {"place"}, {"finding"}};

struct Finding {
  const char* severity;
  std::string text;  // "PATH:LINE:COLUMN: what"
};

void PrintFindings(const std::vector<Finding>& findings, OutputFormat format) {
  RowOutput rows(format, kColumns);
  for (const Finding& finding : findings) {
    if (format == OutputFormat::kText) {
      PrintOutput(std::string(finding.severity) + ": " + EscapedField(finding.text) + "\n");
      continue;
    }
    const size_t colon = std::min(finding.text.find(": "), finding.text.size());
    const size_t what = colon == finding.text.size() ? 0 : colon + 2;
    rows.Add({finding.severity, what == 0 ? "" : finding.text.substr(0, colon),
              finding.text.substr(what)});
  }
  rows.Finish();
}

}  // namespace

absl::StatusOr<int> RunMdsCheck(const MdsCall& call) {
  std::vector<Finding> findings;
  // What is stored, as it is, before a scan replaces it.
  for (std::string& fault : Database(call.root, call.options.database, EffectiveUid()).Faults()) {
    findings.push_back({"error", std::move(fault)});
  }
  RefreshReport report;
  int code = 0;
  if (absl::Status status = call.BringUpToDate(&report, &code, false); !status.ok()) return status;
  for (const std::string& missing : call.MissingFolders()) findings.push_back({"error", missing});
  for (const std::string& message : report.messages) findings.push_back({"error", message});
  for (const std::string& note : report.notes) findings.push_back({"warning", note});
  PrintFindings(findings, call.format());
  return !findings.empty() && code == 0 ? 1 : code;
}

}  // namespace keelson
