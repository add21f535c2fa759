// What answers come from (--model), and how a version of a file gets there.
//
//   memory   a table of it, in memory
//   flat     the file, gone through at each lookup
//   dbm      its DBM file, once that is true of it; the file until then
//   auto     memory, and DBM files are kept for those who look without the daemon
#ifndef KEELSON_APPLETS_PWLOOKUPD_MODEL_H_
#define KEELSON_APPLETS_PWLOOKUPD_MODEL_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "applets/pwlookupd/dbm_keeper.h"
#include "applets/pwlookupd/dbm_store.h"
#include "applets/pwlookupd/file_databases.h"
#include "applets/pwlookupd/machine.h"
#include "core/log.h"
#include "platform/file.h"

namespace keelson {

enum class ModelKind : uint8_t { kAuto, kFlat, kMemory, kDbm };
std::optional<ModelKind> ModelOf(std::string_view name);
inline bool KeepsDbm(ModelKind kind) { return kind == ModelKind::kAuto || kind == ModelKind::kDbm; }

class Model {
 public:
  // keeper: null where no DBM files are kept. REQUIRES: all of them outlive it.
  Model(ModelKind kind, DbmPlace place, LookupMachine* machine, DbmKeeper* keeper, Log log)
      : kind_(kind), place_(std::move(place)), machine_(machine), keeper_(keeper), log_(log) {}

  // From now on in the loop, which outlives it.
  Error HearKeeper(Loop* loop);
  // Where the files are. REQUIRES: before all else, and it outlives the model.
  void SetRoot(Root* root) { root_ = root; }

  // This version of the file has a DBM file that answers from now on; the file need not be read.
  bool TakeDbm(Database database, const FileInfo& version);
  // Its bytes. False: there is no line in them that can be read, and the answers are the old ones,
  // if may_keep.
  bool Take(Database database, const FileInfo& version, FileBytes bytes, bool may_keep);
  // There is no file.
  void Withdraw(Database database);

 private:
  struct Kept {
    std::shared_ptr<FileAnswers> answers;  // of flat and dbm
    FileInfo version;
    bool failed = false;  // the DBM file cannot be kept
  };
  Kept& KeptOf(Database database) { return kept_[static_cast<size_t>(database)]; }
  void SetVersion(Database database, const FileInfo& version);
  bool TakeTable(Database database, FileBytes bytes, bool may_keep);
  void TakeFile(Database database, FileFacts facts);
  void SetCompatFile(Database database, std::string_view bytes, bool has_compat_lines);
  void OnNews(Database database, DbmState state, std::string_view why);
  void OnKeeperEnd();
  void AskKeeper(Database database);
  bool Adopt(Database database);
  void Warn(std::string_view why);

  const ModelKind kind_;
  const DbmPlace place_;
  LookupMachine* const machine_;
  DbmKeeper* const keeper_;
  const Log log_;
  Root* root_ = nullptr;
  FileBytes scanned_;  // by the lookup under way
  std::array<Kept, kDatabases> kept_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_MODEL_H_
