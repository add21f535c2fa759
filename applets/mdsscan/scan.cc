// Modules are read in the order of their names, so that of two which declare a relation otherwise
// the first one wins. That holds for all of them only if all are read; so when the records that
// were kept do not go together with those that were read, everything is read.
//
// Old records of a file that does not parse have a declaration that no file has now. They do not
// keep a file from declaring the relation otherwise: they are dropped.
#include "applets/mdsscan/scan.h"

#include <algorithm>
#include <utility>

#include "applets/mdsscan/module_files.h"
#include "applets/mdsscan/old_records.h"
#include "applets/mdsscan/settled.h"
#include "applets/status.h"
#include "core/mds_schema.h"

namespace keelson {
namespace {

// A relation without records: the snapshot does not know it, and another declaration of it would
// win.
bool OnlyDeclares(const SeenModule& module) {
  return std::any_of(module.files.begin(), module.files.end(), [](const SeenFile& file) {
    return std::any_of(file.records.begin(), file.records.end(),
                       [](const SeenRecords& records) { return records.count == 0; });
  });
}

// What a file declares, for old records of files before it.
struct Declared {
  MdsRelation relation;
  std::string place;
};

class Scanner {
 public:
  Scanner(const ScanInput& input, std::shared_ptr<CatalogMemory> memory,
          std::vector<Declared>* declared, ScanOutput* output)
      : input_(input),
        memory_(std::move(memory)),
        declared_(*declared),
        output_(*output),
        schema_(MdsSchema::BuiltIn()),
        builder_(schema_) {
    for (const Declared& known : declared_) schema_.Add(known.relation, known.place);
  }

  enum class End {
    kDone,
    kYielded,    // old records have a relation otherwise than a file that comes later: once more,
                 // with what that one declares, which is among the declared now
    kDisagrees,  // everything has to be read
  };
  absl::Status Run(bool reuse, End* end);

 private:
  Error Read(const FoundModule& module);
  Error OpenFolder(const ModulePlace& at, Directory** folder);
  bool IsToBeReadAnyway(const SeenModule& old) const {
    // What stood against them may be gone without a change in them.
    return old.fault == ModuleFault::kPartly || old.fault == ModuleFault::kEmpty ||
           OnlyDeclares(old);
  }

  const ScanInput& input_;
  const std::shared_ptr<CatalogMemory> memory_;
  std::vector<Declared>& declared_;
  ScanOutput& output_;
  MdsSchema schema_;
  MdsSnapshotBuilder builder_;
  std::unique_ptr<Directory> folder_;  // below a place, of the module before
  std::string folder_name_;
};

Error Scanner::OpenFolder(const ModulePlace& at, Directory** folder) {
  Directory* place = input_.sight->places[at.place].get();
  if (place == nullptr) return Error(ENOENT);
  *folder = place;
  if (at.folder.empty()) return kOk;
  const std::string name = std::to_string(at.place) + "/" + std::string(at.folder);
  if (name != folder_name_) {
    folder_name_.clear();
    if (Error error = OpenBelow(*place, at.folder, &folder_); !error.ok()) return error;
    folder_name_ = name;
  }
  *folder = folder_.get();
  return kOk;
}

Error Scanner::Read(const FoundModule& module) {
  const ModulePlace at = PlaceOfModule(module.name);
  ModuleToRead to_read;
  Error error = OpenFolder(at, &to_read.folder);
  if (!error.ok()) return IsExhaustion(error) ? error : kOk;  // it is gone
  to_read.root = input_.root;
  to_read.entry = at.entry;
  to_read.below = at.folder;
  to_read.path = input_.options->path[at.place];
  if (!at.folder.empty()) to_read.path.append("/").append(at.folder);
  if (at.entry != kFolderItself) to_read.path.append("/").append(at.entry);
  to_read.now_ns = input_.sight->now_ns;
  to_read.uid = input_.options->uid;
  to_read.old = OldRecords(input_.snapshot, module.name, module.old);
  ModuleContents contents;
  error = ReadModule(to_read, &schema_, memory_.get(), &contents);
  if (!error.ok()) return error;
  for (const size_t relation : schema_.yielded()) {
    declared_.push_back({schema_.relations()[relation], schema_.place(relation)});
  }
  if (!schema_.yielded().empty()) return kOk;
  output_.read.push_back(module.name);
  if (!contents.is_there) return kOk;
  contents.seen.name = module.name;
  if (contents.seen.fault != ModuleFault::kRefused) {
    builder_.Add(std::string(module.name), std::move(contents.records));
  } else {
    ++output_.refused;
  }
  output_.catalog.modules.push_back(contents.seen);
  return kOk;
}

absl::Status Scanner::Run(bool reuse, End* end) {
  const Sight& sight = *input_.sight;
  *end = End::kDone;
  output_.catalog.modules.reserve(sight.modules.size());
  for (const FoundModule& module : sight.modules) {
    const bool keep = reuse && module.same && input_.snapshot != nullptr &&
                      !IsToBeReadAnyway(*module.old) &&
                      (module.old->fault == ModuleFault::kRefused ||
                       builder_.AddFrom(*input_.snapshot, module.name));
    if (keep) {
      output_.catalog.modules.push_back(*module.old);
    } else if (Error error = Read(module); !error.ok()) {
      return SystemError(module.name, "cannot be read", error);
    }
    if (schema_.yielded().empty()) continue;
    *end = End::kYielded;
    return absl::OkStatus();
  }
  std::vector<MdsSnapshotBuilder::Duplicate> duplicates;
  output_.bytes = builder_.Build(&duplicates);
  if (output_.bytes.empty()) {
    *end = End::kDisagrees;
    return reuse ? absl::OkStatus() : Failure("more modules than a snapshot can hold");
  }
  std::vector<SeenDuplicate>& seen = output_.catalog.duplicates;
  for (const MdsSnapshotBuilder::Duplicate& found : duplicates) {
    const SeenDuplicate duplicate{found.relation, found.module, found.winner};
    if (!seen.empty() && seen.back() == duplicate) continue;
    seen.push_back(
        {memory_->Keep(found.relation), memory_->Keep(found.module), memory_->Keep(found.winner)});
  }
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  return absl::OkStatus();
}

}  // namespace

absl::Status Scan(const ScanInput& input, std::shared_ptr<CatalogMemory> memory,
                  ScanOutput* output) {
  for (const bool reuse : {true, false}) {
    std::vector<Declared> declared;
    auto end = Scanner::End::kYielded;
    while (end == Scanner::End::kYielded) {
      *output = ScanOutput();
      const absl::Status status = Scanner(input, memory, &declared, output).Run(reuse, &end);
      if (!status.ok()) return status;
    }
    if (end == Scanner::End::kDone) break;
  }
  Catalog& catalog = output->catalog;
  catalog.path = input.options->path;
  catalog.recursive = input.options->recursive;
  catalog.started_ns = input.sight->started_ns;
  catalog.folders = input.sight->folders;
  if (input.old->memory != nullptr) memory->KeepAlive(input.old->memory);
  catalog.memory = std::move(memory);
  return absl::OkStatus();
}

}  // namespace keelson
