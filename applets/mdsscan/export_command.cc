// All records of all relations: as a file that reads back (stanza), or one object of arrays, a
// relation each (json, plist).
#include <string>

#include "applets/mdsscan/commands.h"
#include "applets/mdsscan/record_text.h"
#include "applets/run.h"
#include "core/json_text.h"
#include "core/mds_stanza.h"

namespace keelson {

namespace {

enum class ExportFormat : uint8_t { kStanza, kJson, kPlist };  // as --format has them

struct Words {
  const char *begin, *between, *end;  // of everything, between relations
  const char *array, *separator, *array_end;
};

constexpr Words kWords[] = {
    {"", "", "", "", "", ""},
    {"{\n", ",\n", "\n}\n", "[\n", ",\n", "\n]"},
    {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
     "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
     "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n",
     "", "</dict>\n</plist>\n", "<array>\n", "", "</array>\n"},
};

std::string Heading(ExportFormat format, const MdsRelation& relation) {
  if (format == ExportFormat::kJson) return JsonQuoted(relation.name) + ":";
  if (format == ExportFormat::kPlist) return "<key>" + relation.name + "</key>\n";
  return IsDeclaredByModules(relation) ? FormatMdsDeclaration(relation) : "";
}

std::string RecordText(ExportFormat format, std::string_view module, const MdsRelation& relation,
                       const MdsRecord& record) {
  if (format == ExportFormat::kJson) return RecordJson(module, relation, record);
  if (format == ExportFormat::kPlist) return RecordPlist(module, relation, record);
  return FormatMdsStanza(relation, record);
}

absl::Status ExportRelation(const MdsCall& call, ExportFormat format, const MdsRelation& relation) {
  const Words& words = kWords[static_cast<size_t>(format)];
  PrintOutput(Heading(format, relation));
  PrintOutput(words.array);
  bool first = true;
  absl::Status status =
      EachRecord(call, relation, {}, [&](std::string_view module, const MdsRecord& record) {
        PrintOutput((first ? "" : words.separator) + RecordText(format, module, relation, record));
        first = false;
      });
  PrintOutput(words.array_end);
  return status;
}

}  // namespace

absl::StatusOr<int> RunMdsExport(const MdsCall& call) {
  RefreshReport report;
  int code = 0;
  if (absl::Status status = call.BringUpToDate(&report, &code); !status.ok()) return status;
  const auto format = static_cast<ExportFormat>(call.invocation.Number("format", 0));
  const Words& words = kWords[static_cast<size_t>(format)];
  const std::shared_ptr<const SharedSnapshot> in = call.directory->snapshot();
  PrintOutput(words.begin);
  bool first = true;
  for (size_t r = 0; const auto head = in->snapshot().relation(r); ++r) {
    if (head->records == 0) continue;
    const auto relation = ReadRelation(in->snapshot(), r);
    if (!relation) return call.Corrupt();
    if (!first) PrintOutput(words.between);
    first = false;
    if (absl::Status status = ExportRelation(call, format, *relation); !status.ok()) return status;
  }
  PrintOutput(words.end);
  return code;
}

}  // namespace keelson
