// What every command of mdsscan is given.
#ifndef KEELSON_APPLETS_MDSSCAN_MDS_CALL_H_
#define KEELSON_APPLETS_MDSSCAN_MDS_CALL_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "applets/mdsscan/mds_session.h"
#include "applets/mdsscan/module_directory.h"
#include "applets/options.h"
#include "applets/row_output.h"
#include "core/mds_record.h"
#include "core/mds_schema.h"

namespace keelson {

struct MdsCall {
  const Invocation& invocation;
  std::vector<std::string_view> operands;  // without the command
  Root* root;
  const ModuleDirectory::Options& options;
  ModuleDirectory* directory;

  std::string_view applet() const { return invocation.applet(); }
  OutputFormat format() const { return static_cast<OutputFormat>(invocation.Number("output", 0)); }
  Freshness freshness() const;

  // For a command that answers: afterwards the directory's snapshot is as true as was asked for. A
  // line on stderr and *code, when that could not be stored; a caller who may not store it, or
  // another process that is about to, is nothing to tell. A line, too, when the stored one was
  // lost.
  absl::Status BringUpToDate(RefreshReport* report, int* code, bool tell_lost = true) const;
  // Folders that the user has named and that are not there: mostly a slip.
  std::vector<std::string> MissingFolders() const;
  // The snapshot's bytes are not what was written.
  absl::Status Corrupt() const;
};

inline constexpr int kNotStored = 111;  // done in memory

// Each record of the relation that fulfils the query, by a session's calls. Not OK: the query is
// wrong in itself (InvalidArgument), or the snapshot is corrupt.
using TakeRecord = std::function<void(std::string_view module, const MdsRecord& record)>;
absl::Status EachRecord(const MdsCall& call, const MdsRelation& relation, CssmQuery query,
                        const TakeRecord& take);

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_MDS_CALL_H_
