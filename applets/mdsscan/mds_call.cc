// Scanning comes first, once; the session then answers from what the directory has.
#include "applets/mdsscan/mds_call.h"

#include "applets/mdsscan/record_text.h"
#include "applets/run.h"
#include "applets/status.h"

namespace keelson {

Freshness MdsCall::freshness() const {
  if (invocation.Has("no-scan")) return Freshness::kAsItIs;
  return invocation.Number("mode", 0) == 0 ? Freshness::kFull : Freshness::kFolders;
}

absl::Status MdsCall::BringUpToDate(RefreshReport* report, int* code, bool tell_lost) const {
  if (absl::Status status = directory->Refresh(freshness(), report); !status.ok()) return status;
  if (tell_lost && !report->lost.empty()) PrintError(applet(), report->lost);
  const absl::Status& stored = report->not_published;
  if (stored.ok() || absl::IsPermissionDenied(stored) || absl::IsAborted(stored)) {
    return absl::OkStatus();
  }
  const std::string why(stored.message());
  PrintError(applet(), why + "; answering from memory");
  *code = kNotStored;
  return absl::OkStatus();
}

std::vector<std::string> MdsCall::MissingFolders() const {
  std::vector<std::string> missing;
  if (!invocation.Has("path")) return missing;
  for (const SeenFolder& folder : directory->catalog().folders) {
    if (folder.is_there || !folder.name.empty() || !folder.messages.empty()) continue;
    missing.push_back(options.path[folder.place] + ": there is no such folder");
  }
  return missing;
}

absl::Status MdsCall::Corrupt() const {
  return absl::DataLossError(options.database + "/mdsscan.snapshot: corrupt; a scan replaces it");
}

absl::Status EachRecord(const MdsCall& call, const MdsRelation& relation, CssmQuery query,
                        const TakeRecord& take) {
  query.relation = relation.name;
  MdsSession session(call.directory, Freshness::kAsItIs);
  MdsSession::Handle open = 0, results = 0;
  MdsFound found;
  std::string wrong;
  CssmReturn done = session.Initialize();
  if (done == CssmReturn::kOk) done = session.DbOpen(MdsDatabaseOf(relation.name), false, &open);
  if (done == CssmReturn::kOk) done = session.DataGetFirst(open, query, &results, &found, &wrong);
  if (!wrong.empty()) return UsageError(wrong);
  while (done == CssmReturn::kOk) {
    std::string_view module;
    const auto record =
        ReadRecord(found.snapshot(), relation, found.relation, found.record, &module);
    if (!record) return call.Corrupt();
    take(module, *record);
    done = session.DataGetNext(open, results, &found);
  }
  return done == CssmReturn::kEndOfData ? absl::OkStatus() : call.Corrupt();
}

}  // namespace keelson
