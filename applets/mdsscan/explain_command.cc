// What the last scan remembers of a module, and what its files say when they are read again now:
// which of them gave which record, at which line.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "applets/mdsscan/commands.h"
#include "applets/mdsscan/module_files.h"
#include "applets/mdsscan/module_walk.h"
#include "applets/status.h"
#include "core/mds_text.h"
#include "platform/clock.h"
#include "platform/privilege.h"

namespace keelson {

namespace {

constexpr Column kGeneralColumns[] = {{"what"}, {"name"}, {"value"}};
constexpr Column kModuleColumns[] = {{"module"}, {"what"}, {"place"}, {"value"}};

constexpr const char* kModes[][2] = {
    {"full",
     "every folder, bundle and record file is looked at: device, inode, size, mode, owner and both "
     "time stamps, compared by equality; what differs, or is as young as the scan, is read"},
    {"seed",
     "as Apple's: nothing is looked at unless a folder of the path is younger than the last scan; "
     "then what is gone or has changed loses its records, and what is new gets some"},
};

// What --mode=seed does not notice (seed_scan.h).
constexpr const char* kBlindSpots[] = {
    "a record file or bundle that changed, as long as no entry of a folder comes or goes",
    "entries of folders below those of the path, with --recursive",
    "a folder put in the place of another one, and older than the last scan",
    "a folder that is gone",
    "what happens within ten seconds after the last look of the same process",
    "what happens while somebody else scans: the lock is tried once",
};

// "2026-11-22T02:40:00.000000001Z"
std::string TimeText(int64_t ns) {
  using namespace std::chrono;
  const sys_time<nanoseconds> time{nanoseconds(ns)};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  char text[64];
  std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%09dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

std::string ValidatorText(const SeenFile& file) {
  const Validator& has = file.validator;
  char text[160];
  std::snprintf(text, sizeof text, ", mode %o, uid %u, digest %016llx%016llx", has.mode & 07777,
                has.uid, static_cast<unsigned long long>(file.digest.high),
                static_cast<unsigned long long>(file.digest.low));
  return std::string(file.is_link        ? "link"
                     : file.is_directory ? "directory"
                                         : "file") +
         ", size " + std::to_string(has.size) + ", modified " + TimeText(has.mtime_ns) +
         ", changed " + TimeText(has.ctime_ns) + ", device " + std::to_string(has.dev) +
         ", inode " + std::to_string(has.ino) + text;
}

const char* FaultText(ModuleFault fault) {
  switch (fault) {
    case ModuleFault::kNone:
      return "as it is";
    case ModuleFault::kPartly:
      return "a part cannot be read, and keeps its old records, or is refused";
    case ModuleFault::kEmpty:
      return "nothing to read in it yet: its old records are kept";
    case ModuleFault::kRefused:
      return "refused: it has no records";
  }
  return "";
}

// The unique attributes, by which it is told from all others.
std::string RecordName(const MdsRelation& relation, const MdsRecord& record) {
  std::string text = relation.name;
  const char* between = " ";
  for (size_t a = 0; a < relation.attributes.size(); ++a) {
    const MdsAttribute& attribute = relation.attributes[a];
    if (!attribute.unique || !record.values[a]) continue;
    text += between + attribute.name + "=" +
            FormatMdsValue(*record.values[a], attribute.format, attribute.symbols);
    between = ", ";
  }
  return text;
}

// The records are in the order of the files that give them.
struct GivenRecords {
  const SeenFile* by;
  std::span<const MdsRecord> records;
};
std::map<std::string_view, GivenRecords> ByFile(const ModuleContents& now) {
  std::map<std::string_view, GivenRecords> by_file;
  std::span<const MdsRecord> rest(now.records);
  for (const SeenFile& file : now.seen.files) {
    size_t count = 0;
    for (const SeenRecords& records : file.records) count += records.count;
    count = std::min(count, rest.size());
    if (count > 0) by_file[file.name] = {&file, rest.first(count)};
    rest = rest.subspan(count);
  }
  return by_file;
}

// Which file the record stands in, below the module: the one that gives it, or another one that a
// property list names, of the same folder first. Of a module that is one file, that file's name.
std::string PlaceOfRecord(const MdsRecord& record, const SeenFile& of, const ModuleContents& now) {
  const std::string beside = std::string(of.name.substr(0, of.name.rfind('/') + 1)) + record.file;
  if (beside == of.name) return beside;
  std::string place = beside;
  for (const SeenFile& file : now.seen.files) {
    if (file.name == beside) return beside;
    if (file.name.substr(file.name.rfind('/') + 1) == record.file) place = file.name;
  }
  return place;
}

class Explanation {
 public:
  Explanation(const MdsCall& call, const Catalog& catalog)
      : call_(call), catalog_(catalog), rows_(call.format(), kModuleColumns) {}

  absl::Status Add(const SeenModule& module);
  void Finish() { rows_.Finish(); }
  std::string PathOf(std::string_view module) const;

 private:
  void Row(const char* what, std::string place, std::string value) {
    rows_.Add({module_, what, std::move(place), std::move(value)});
  }
  // "PATH:LINE:COLUMN: what"
  void Message(const char* what, std::string_view message) {
    const size_t colon = std::min(message.find(": "), message.size());
    Row(what, std::string(message.substr(0, colon)),
        std::string(message.substr(std::min(colon + 2, message.size()))));
  }
  absl::Status ReadAgain(const SeenModule& module, MdsSchema* schema, CatalogMemory* memory,
                         ModuleContents* contents) const;
  std::string HolderOf(const MdsRelation& relation, const MdsRecord& record) const;
  void Records(const MdsSchema& schema, const ModuleContents& now, const GivenRecords& given);
  std::string FolderOf(const ModulePlace& at) const {
    return catalog_.path[at.place] + (at.folder.empty() ? "" : "/") + std::string(at.folder);
  }

  const MdsCall& call_;
  const Catalog& catalog_;
  RowOutput rows_;
  std::string module_;  // of the rows
};

std::string Explanation::PathOf(std::string_view module) const {
  const ModulePlace at = PlaceOfModule(module);
  const std::string folder = FolderOf(at);
  return at.entry == kFolderItself ? folder : folder + "/" + std::string(at.entry);
}

absl::Status Explanation::ReadAgain(const SeenModule& module, MdsSchema* schema,
                                    CatalogMemory* memory, ModuleContents* contents) const {
  const ModulePlace at = PlaceOfModule(module.name);
  const std::string path = FolderOf(at);
  std::unique_ptr<Directory> folder;
  if (Error error = call_.root->OpenDirectory(path, &folder); !error.ok()) {
    return SystemError(path, "", error);
  }
  ModuleToRead read;
  read.root = call_.root;
  read.folder = folder.get();
  read.entry = at.entry;
  read.path = PathOf(module.name);
  read.below = at.folder;
  read.now_ns = SystemClock()->WallNs();
  read.uid = EffectiveUid();
  const Error error = ReadModule(read, schema, memory, contents);
  return error.ok() ? absl::OkStatus() : SystemError(read.path, "", error);
}

// The module whose record has its unique attributes in the snapshot; empty: there is none.
std::string Explanation::HolderOf(const MdsRelation& relation, const MdsRecord& record) const {
  const MdsSnapshot& snapshot = call_.directory->snapshot()->snapshot();
  std::vector<MdsSnapshot::Cell> key;
  for (size_t a = 0; a < relation.attributes.size(); ++a) {
    if (!relation.attributes[a].unique) continue;
    MdsSnapshot::Cell& cell = key.emplace_back();
    if (!record.values[a]) continue;
    const MdsValue& value = *record.values[a];
    const bool text = relation.attributes[a].format == MdsFormat::kString ||
                      relation.attributes[a].format == MdsFormat::kBlob;
    cell.present = true;
    cell.bytes = text ? std::string_view(value.bytes)
                      : std::string_view(reinterpret_cast<const char*>(value.numbers.data()),
                                         4 * value.numbers.size());
  }
  for (size_t r = 0; r < snapshot.relations(); ++r) {
    std::optional<uint32_t> found;
    if (snapshot.relation(r)->name != relation.name || !snapshot.FindUnique(r, key, &found)) {
      continue;
    }
    if (found) return std::string(snapshot.module_of(r, *found).value_or(""));
  }
  return "";
}

void Explanation::Records(const MdsSchema& schema, const ModuleContents& now,
                          const GivenRecords& given) {
  for (const MdsRecord& record : given.records) {
    const MdsRelation& relation = schema.relations()[record.relation];
    const std::string holder = HolderOf(relation, record);
    const bool counts = holder.empty() || holder == module_;
    Row(counts ? "record" : "left out",
        PlaceOfRecord(record, *given.by, now) + ":" + std::to_string(record.at.line) + ":" +
            std::to_string(record.at.column),
        RecordName(relation, record) + (counts ? "" : ", which " + holder + " has before"));
  }
}

absl::Status Explanation::Add(const SeenModule& module) {
  module_ = module.name;
  Row("module", PathOf(module.name),
      "read " + TimeText(module.read_ns) + ", " + FaultText(module.fault));
  MdsSchema schema = MdsSchema::BuiltIn();
  CatalogMemory memory;
  ModuleContents now;
  if (absl::Status status = ReadAgain(module, &schema, &memory, &now); !status.ok()) return status;
  auto by_file = ByFile(now);
  for (const SeenFile& file : module.files) {
    const std::string name(file.name.empty() ? "." : file.name);
    Row("seen", name, ValidatorText(file));
    if (file.is_link) continue;  // what it leads to comes next, by the same name
    if (const auto found = by_file.find(file.name); found != by_file.end()) {
      Records(schema, now, found->second);
      by_file.erase(found);
      continue;
    }
    for (const SeenRecords& old : file.records) {
      if (old.count > 0)
        Row("kept", name, std::to_string(old.count) + " " + std::string(old.relation));
    }
  }
  for (const auto& [name, given] : by_file) Records(schema, now, given);  // of files since the scan
  for (const std::string_view message : module.messages) Message("error", message);
  for (const std::string_view note : module.notes) Message("note", note);
  return absl::OkStatus();
}

// Without "." and doubled slashes; from where the user is, if the running system is meant.
std::string WholePath(std::string_view path, bool live) {
  std::string whole;
  if (live && !path.starts_with('/') && !AbsolutePath(".", &whole).ok()) return "";
  if (whole == "/") whole.clear();
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    if (!name.empty() && name != ".") whole.append("/").append(name);
  }
  return whole;
}

// By the name that the snapshot has, by that of the entry, or by path; as it is or as it is shown.
bool IsCalled(std::string_view module, const std::string& path, std::string_view operand,
              const std::string& operand_path) {
  while (operand.size() > 1 && operand.ends_with('/')) operand.remove_suffix(1);
  const auto is = [](std::string_view name, std::string_view called) {
    return called == name || called == EscapedField(name);
  };
  return is(module, operand) || is(module.substr(module.find('/') + 1), operand) ||
         is(path, operand_path);
}

void ExplainGeneral(const MdsCall& call, const Catalog& catalog) {
  RowOutput rows(call.format(), kGeneralColumns);
  for (const SeenFolder& folder : catalog.folders) {
    const std::string name =
        catalog.path[folder.place] + (folder.name.empty() ? "" : "/") + std::string(folder.name);
    rows.Add({"folder", name,
              folder.is_there ? "modified " + TimeText(folder.validator.mtime_ns) : "not there"});
    for (const std::string_view message : folder.messages) {
      rows.Add({"error", name, std::string(message)});
    }
  }
  rows.Add({"database", call.options.database,
            "generation " + std::to_string(catalog.generation) + ", " +
                std::to_string(call.directory->snapshot()->snapshot().modules()) +
                " modules, scanned " + TimeText(catalog.started_ns)});
  for (const auto& mode : kModes) rows.Add({"mode", mode[0], mode[1]});
  for (const char* spot : kBlindSpots) rows.Add({"blind spot", "seed", spot});
  rows.Finish();
}

}  // namespace

absl::StatusOr<int> RunMdsExplain(const MdsCall& call) {
  RefreshReport report;
  int code = 0;
  if (absl::Status status = call.BringUpToDate(&report, &code); !status.ok()) return status;
  const Catalog& catalog = call.directory->catalog();
  if (call.operands.empty()) {
    ExplainGeneral(call, catalog);
    return code;
  }
  Explanation explanation(call, catalog);
  std::optional<std::string> missing;
  const bool live = call.invocation.Text("root", "/") == "/";
  for (const std::string_view operand : call.operands) {
    bool any = false;
    const std::string whole = WholePath(operand, live);
    for (const SeenModule& module : catalog.modules) {
      if (!IsCalled(module.name, explanation.PathOf(module.name), operand, whole)) continue;
      any = true;
      if (absl::Status status = explanation.Add(module); !status.ok()) return status;
    }
    if (!any && !missing) missing = operand;
  }
  explanation.Finish();
  if (missing) return Failure((missing->empty() ? "''" : *missing) + ": there is no such module");
  return code;
}

}  // namespace keelson
