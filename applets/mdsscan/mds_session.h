// The calls of Apple's MDS over the module directory, for programs of ours: sessions, databases,
// CSSM queries and their results, with CSSM's error numbers.
//
// The two databases are made of modules: there is nothing to install, and what would change a
// record is refused. A result stands on the snapshot that its query began with, however many scans
// publish another one meanwhile. What calls allocate in Apple's is a value here: there are no
// FreeNameList and FreeUniqueRecord.
#ifndef KEELSON_APPLETS_MDSSCAN_MDS_SESSION_H_
#define KEELSON_APPLETS_MDSSCAN_MDS_SESSION_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "applets/mdsscan/module_directory.h"
#include "core/mds_query.h"
#include "core/mds_snapshot.h"

namespace keelson {

inline constexpr std::string_view kMdsObjectDirectory = "MDS Object Directory";
inline constexpr std::string_view kMdsCdsaDirectory = "MDS CDSA Directory";

// CSSM_RETURN: the numbers of Apple's cssmerr.h, where MDS has those of a data library (DL).
enum class CssmReturn : uint32_t {
  kOk = 0,
  kMdsError = 0x80011003,  // the modules cannot be read
  kFunctionNotImplemented = 0x80011007,
  kInvalidDbHandle = 0x8001104a,
  kDatabaseCorrupt = 0x80011101,
  kInvalidRecordType = 0x80011109,
  kInvalidFieldName = 0x8001110a,
  kIncompatibleFieldFormat = 0x80011113,
  kInvalidDbName = 0x80011116,
  kRecordNotFound = 0x8001111b,
  kUnsupportedQuery = 0x8001111d,
  kUnsupportedOperator = 0x80011121,
  kInvalidResultsHandle = 0x80011122,
  kInvalidAccessRequest = 0x80011124,  // a database that is made of modules is read only
  kEndOfData = 0x8001112d,
  kInvalidQuery = 0x8001112e,
  kInvalidValue = 0x8001112f,
};

enum class CssmConjunctive : uint8_t { kNone, kAnd, kOr };  // kNone of several means kAnd

// "The record's value OPERATOR the given one": core/mds_query.h. Of the operators CSSM has all but
// kMatches.
struct CssmPredicate {
  MdsOperator op = MdsOperator::kEqual;
  std::string attribute;
  MdsFormat format = MdsFormat::kString;  // has to be the schema's (of kMatches too)
  std::vector<MdsValue> values;           // exactly one
};

struct CssmQuery {
  std::optional<std::string> relation;  // nothing: CSSM_DL_DB_RECORD_ANY, all of the database
  CssmConjunctive conjunctive = CssmConjunctive::kNone;
  std::vector<CssmPredicate> predicates;
};

// CSSM_DB_UNIQUE_RECORD: names the record of these unique values in any later snapshot.
struct MdsRecordId {
  std::string relation;
  std::vector<std::optional<std::string>> key;
};

// A record where it stands. REQUIRES of users: `in` is kept while anything of it is looked at.
struct MdsFound {
  std::shared_ptr<const SharedSnapshot> in;
  size_t relation = 0;
  uint32_t record = 0;
  const MdsSnapshot& snapshot() const { return in->snapshot(); }
};

// A relation's place by either name ("CSP_PRIMARY", "MDS_CDSADIR_CSP_PRIMARY_RECORDTYPE").
std::optional<size_t> MdsRelationNamed(const MdsSnapshot& snapshot, std::string_view name);
// Which of the two databases has it.
std::string_view MdsDatabaseOf(std::string_view relation);

class MdsSession {
 public:
  using Handle = uint64_t;  // 0 is none

  // How a session looks for changes at Initialize, DbOpen and DataGetFirst; kAsItIs: never, it
  // answers from what the directory has. REQUIRES: directory outlives this.
  MdsSession(ModuleDirectory* directory, Freshness freshness)
      : directory_(directory), freshness_(freshness) {}

  CssmReturn Initialize();                          // makes the database where it may, and scans
  CssmReturn Terminate();                           // all handles are void
  CssmReturn Install() { return CssmReturn::kOk; }  // modules are installed by being there
  CssmReturn Uninstall() { return CssmReturn::kFunctionNotImplemented; }

  CssmReturn DbOpen(std::string_view name, bool to_write, Handle* database);
  CssmReturn DbClose(Handle database);
  CssmReturn GetDbNames(std::vector<std::string>* names);
  CssmReturn GetDbNameFromHandle() { return CssmReturn::kFunctionNotImplemented; }

  // kEndOfData: no record fulfils it, and there are no results. *wrong, where it is not null, says
  // in words what an error is about.
  CssmReturn DataGetFirst(Handle database, const CssmQuery& query, Handle* results, MdsFound* found,
                          std::string* wrong = nullptr);
  // kEndOfData: that was the last one; the results are closed then.
  CssmReturn DataGetNext(Handle database, Handle results, MdsFound* found);
  CssmReturn DataAbortQuery(Handle database, Handle results);
  // The record of that name as it is now, by the snapshot that the session has.
  CssmReturn DataGetFromUniqueRecordId(Handle database, const MdsRecordId& id, MdsFound* found);
  static std::optional<MdsRecordId> UniqueRecordId(const MdsFound& found);  // nothing: corrupt

  // Refused, whatever would be written.
  CssmReturn DataInsert(Handle database) { return RefuseWrite(database); }
  CssmReturn DataModify(Handle database) { return RefuseWrite(database); }
  CssmReturn DataDelete(Handle database) { return RefuseWrite(database); }
  CssmReturn CreateRelation(Handle database) { return RefuseWrite(database); }
  CssmReturn DestroyRelation(Handle database) { return RefuseWrite(database); }

 private:
  struct Results {
    Handle database = 0;
    std::shared_ptr<const SharedSnapshot> in;
    std::vector<size_t> relations;  // of a query of all, those that follow
    CssmQuery query;
    size_t relation = 0;
    std::vector<uint32_t> records;
    size_t next = 0;
  };
  CssmReturn Rescan();
  CssmReturn RefuseWrite(Handle database) const;
  CssmReturn Begin(std::string_view database, Results* results, std::string* wrong) const;
  static CssmReturn Run(Results* results, std::string* wrong);
  static CssmReturn Step(Results* results, MdsFound* found);

  ModuleDirectory* directory_;
  Freshness freshness_;
  Handle last_ = 0;
  std::map<Handle, std::string_view> databases_;
  std::map<Handle, Results> results_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_MDS_SESSION_H_
