#include "applets/mdsscan/mds_session.h"

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "platform/fake/clock.h"
#include "platform/fake/file.h"

namespace keelson {
namespace {

using Handle = MdsSession::Handle;

class MdsSessionTest : public testing::Test {
 protected:
  MdsSessionTest() {
    Put("a",
        "Record: OBJECT\nModuleID: a\nBuiltIn: 1\n\n"
        "Record: CSP_PRIMARY\nModuleID: a\nSSID: 0\nVendor: Ape\nSampleTypes: 1, 2, 3\n");
    Put("b",
        "Record: OBJECT\nModuleID: b\nBuiltIn: 2\n\n"
        "Record: CSP_PRIMARY\nModuleID: b\nSSID: 5\nVendor: Bee\nSampleTypes:\n\n"
        "Record: TP_OIDS\nModuleID: b\nSSID: 5\nOID: hex:2a01\nValue: hex:\n\n"
        "Record: MODINFO\nModuleID: b\nOrdinal: 0\nKey: k\nValue: v\n");
  }

  void Put(const std::string& name, const std::string& bytes) {
    clock_.Advance(kSecond);
    tree_.Put("/m/" + name + ".mds", bytes);
    FileInfo& folder = tree_.Find("/m")->info;
    folder.mtime_ns = folder.ctime_ns = clock_.WallNs();
    clock_.Advance(kSecond);
  }

  ModuleDirectory NewDirectory() {
    ModuleDirectory::Options options;
    options.path = {"/m"};
    options.database = "/db";
    return {root_.get(), &clock_, options};
  }

  // "RELATION ModuleID" of each record, or the error in hexadecimal.
  std::vector<std::string> Ask(MdsSession* session, Handle database, const CssmQuery& query) {
    Handle results = 0;
    MdsFound found;
    CssmReturn done = session->DataGetFirst(database, query, &results, &found);
    std::vector<std::string> records;
    for (; done == CssmReturn::kOk; done = session->DataGetNext(database, results, &found)) {
      records.push_back(NameOf(found));
    }
    if (done != CssmReturn::kEndOfData) return {"error " + Text(done)};
    EXPECT_EQ(session->DataGetNext(database, results, &found), CssmReturn::kInvalidResultsHandle);
    return records;
  }

  static std::string NameOf(const MdsFound& found) {
    const std::string relation(found.snapshot().relation(found.relation)->name);
    return relation + " " +
           std::string(found.snapshot().cell(found.relation, found.record, 0)->bytes);
  }
  static std::string Text(CssmReturn done) { return std::to_string(static_cast<uint32_t>(done)); }

  FakeClock clock_;
  FakeTree tree_{&clock_};
  std::unique_ptr<Root> root_ = tree_.NewRoot();
};

MdsValue Number(uint32_t number) { return {"", {number}}; }

TEST_F(MdsSessionTest, CallsOfASession) {
  ModuleDirectory directory = NewDirectory();
  MdsSession session(&directory, Freshness::kFull);
  EXPECT_EQ(session.Install(), CssmReturn::kOk);
  EXPECT_EQ(session.Initialize(), CssmReturn::kOk);
  EXPECT_NE(tree_.Find("/db/mdsscan.snapshot"), nullptr);  // made and filled
  EXPECT_EQ(static_cast<uint32_t>(session.Uninstall()), 0x80011007u);
  std::vector<std::string> names;
  EXPECT_EQ(session.GetDbNames(&names), CssmReturn::kOk);
  EXPECT_EQ(names, (std::vector<std::string>{"MDS Object Directory", "MDS CDSA Directory"}));
  EXPECT_EQ(session.GetDbNameFromHandle(), CssmReturn::kFunctionNotImplemented);

  Handle object = 0, cdsa = 0, none = 7;
  EXPECT_EQ(session.DbOpen("mds object directory", false, &none), CssmReturn::kInvalidDbName);
  EXPECT_EQ(none, 0u);
  EXPECT_EQ(session.DbOpen(names[0], true, &none), CssmReturn::kInvalidAccessRequest);
  ASSERT_EQ(session.DbOpen(names[0], false, &object), CssmReturn::kOk);
  ASSERT_EQ(session.DbOpen(names[1], false, &cdsa), CssmReturn::kOk);
  EXPECT_EQ(session.DataInsert(cdsa), CssmReturn::kInvalidAccessRequest);
  EXPECT_EQ(session.DataModify(cdsa), CssmReturn::kInvalidAccessRequest);
  EXPECT_EQ(session.DataDelete(cdsa), CssmReturn::kInvalidAccessRequest);
  EXPECT_EQ(session.CreateRelation(cdsa), CssmReturn::kInvalidAccessRequest);
  EXPECT_EQ(session.DestroyRelation(cdsa), CssmReturn::kInvalidAccessRequest);
  EXPECT_EQ(session.DataInsert(99), CssmReturn::kInvalidDbHandle);

  Handle results = 0;
  MdsFound found;
  ASSERT_EQ(session.DataGetFirst(object, {}, &results, &found), CssmReturn::kOk);
  EXPECT_EQ(session.DataGetNext(cdsa, results, &found), CssmReturn::kInvalidResultsHandle);
  EXPECT_EQ(session.DataAbortQuery(object, results), CssmReturn::kOk);
  EXPECT_EQ(session.DataAbortQuery(object, results), CssmReturn::kInvalidResultsHandle);
  ASSERT_EQ(session.DataGetFirst(object, {}, &results, &found), CssmReturn::kOk);
  EXPECT_EQ(session.DbClose(object), CssmReturn::kOk);
  EXPECT_EQ(session.DbClose(object), CssmReturn::kInvalidDbHandle);
  EXPECT_EQ(session.DataGetNext(object, results, &found), CssmReturn::kInvalidDbHandle);
  EXPECT_EQ(session.Terminate(), CssmReturn::kOk);
  EXPECT_EQ(session.DbClose(cdsa), CssmReturn::kInvalidDbHandle);
}

TEST_F(MdsSessionTest, Queries) {
  ModuleDirectory directory = NewDirectory();
  MdsSession session(&directory, Freshness::kFull);
  Handle object = 0, cdsa = 0;
  ASSERT_EQ(session.DbOpen(kMdsObjectDirectory, false, &object), CssmReturn::kOk);
  ASSERT_EQ(session.DbOpen(kMdsCdsaDirectory, false, &cdsa), CssmReturn::kOk);
  using Op = MdsOperator;
  using F = MdsFormat;
  constexpr auto kNone = CssmConjunctive::kNone, kAnd = CssmConjunctive::kAnd,
                 kOr = CssmConjunctive::kOr;
  const auto error = [](CssmReturn code) {
    return std::vector<std::string>{"error " + Text(code)};
  };
  const std::string csp = "MDS_CDSADIR_CSP_PRIMARY_RECORDTYPE";
  const CssmPredicate ssid5{Op::kEqual, "SSID", F::kUint32, {Number(5)}};
  const CssmPredicate ape{Op::kEqual, "Vendor", F::kString, {{"Ape", {}}}};
  const CssmPredicate value_v{Op::kEqual, "Value", F::kString, {{"v", {}}}};
  const struct {
    Handle database;
    CssmQuery query;
    std::vector<std::string> records;
  } cases[] = {
      {object, {}, {"OBJECT a", "OBJECT b"}},
      {cdsa, {}, {"CSP_PRIMARY a", "CSP_PRIMARY b", "TP_OIDS b", "MODINFO b"}},
      {cdsa, {csp, kNone, {}}, {"CSP_PRIMARY a", "CSP_PRIMARY b"}},
      {cdsa, {csp, kNone, {ssid5}}, {"CSP_PRIMARY b"}},
      {cdsa, {csp, kNone, {ssid5, ape}}, {}},  // of several, none means and
      {cdsa, {csp, kAnd, {ssid5, ape}}, {}},
      {cdsa, {csp, kOr, {ssid5, ape}}, {"CSP_PRIMARY a", "CSP_PRIMARY b"}},
      {cdsa, {csp, kNone, {{Op::kLess, "SSID", F::kUint32, {Number(5)}}}}, {"CSP_PRIMARY a"}},
      {cdsa, {csp, kNone, {{Op::kGreater, "SSID", F::kUint32, {Number(0)}}}}, {"CSP_PRIMARY b"}},
      {cdsa, {csp, kNone, {{Op::kNotEqual, "SSID", F::kUint32, {Number(0)}}}}, {"CSP_PRIMARY b"}},
      {cdsa, {csp, kNone, {{Op::kInitial, "Vendor", F::kString, {{"B", {}}}}}}, {"CSP_PRIMARY b"}},
      {cdsa, {csp, kNone, {{Op::kFinal, "Vendor", F::kString, {{"pe", {}}}}}}, {"CSP_PRIMARY a"}},
      {cdsa,
       {csp, kNone, {{Op::kContains, "SampleTypes", F::kMultiUint32, {{"", {2, 3}}}}}},
       {"CSP_PRIMARY a"}},
      // Of any relation: those that have the attribute, with that format.
      {cdsa, {{}, kAnd, {ssid5}}, {"CSP_PRIMARY b", "TP_OIDS b"}},
      {cdsa, {{}, kAnd, {ssid5, ape}}, {}},
      {cdsa, {{}, kOr, {ape, ssid5}}, {"CSP_PRIMARY a", "CSP_PRIMARY b", "TP_OIDS b"}},
      {cdsa, {{}, kAnd, {value_v}}, {"MODINFO b"}},
      // What is wrong.
      {99, {}, error(CssmReturn::kInvalidDbHandle)},
      {object, {csp, kNone, {}}, error(CssmReturn::kInvalidRecordType)},
      {cdsa, {"OBJECT", kNone, {}}, error(CssmReturn::kInvalidRecordType)},
      {cdsa, {"NONE", kNone, {}}, error(CssmReturn::kInvalidRecordType)},
      {cdsa,
       {csp, kNone, {{Op::kEqual, "Ssid", F::kUint32, {Number(5)}}}},
       error(CssmReturn::kInvalidFieldName)},
      {cdsa,
       {csp, kNone, {{Op::kEqual, "SSID", F::kString, {{"5", {}}}}}},
       error(CssmReturn::kIncompatibleFieldFormat)},
      {cdsa,
       {csp, kNone, {{Op::kEqual, "SSID", F::kUint32, {}}}},
       error(CssmReturn::kUnsupportedQuery)},
      {cdsa,
       {csp, kNone, {{Op::kEqual, "SSID", F::kUint32, {Number(5), Number(6)}}}},
       error(CssmReturn::kUnsupportedQuery)},
      {cdsa,
       {csp, kNone, {{Op::kContains, "SSID", F::kUint32, {Number(5)}}}},
       error(CssmReturn::kUnsupportedQuery)},
      {cdsa,
       {csp, kNone, {{static_cast<Op>(99), "SSID", F::kUint32, {Number(5)}}}},
       error(CssmReturn::kUnsupportedOperator)},
      {cdsa,
       {csp, kNone, {{Op::kEqual, "SSID", F::kUint32, {{"", {1, 2}}}}}},
       error(CssmReturn::kInvalidValue)},
      {cdsa,
       {csp, kNone, {{Op::kMatches, "Vendor", F::kString, {{"(", {}}}}}},
       error(CssmReturn::kInvalidQuery)},
  };
  for (size_t i = 0; i < std::size(cases); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(Ask(&session, cases[i].database, cases[i].query), cases[i].records);
  }
}

TEST_F(MdsSessionTest, ResultsStandOnTheSnapshotTheyBeganWith) {
  ModuleDirectory directory = NewDirectory();
  MdsSession session(&directory, Freshness::kFull);
  Handle database = 0, old_results = 0, results = 0;
  MdsFound old_found, found;
  ASSERT_EQ(session.DbOpen(kMdsObjectDirectory, false, &database), CssmReturn::kOk);
  ASSERT_EQ(session.DataGetFirst(database, {}, &old_results, &old_found), CssmReturn::kOk);
  EXPECT_EQ(NameOf(old_found), "OBJECT a");

  Put("b", "Record: OBJECT\nModuleID: c\n");
  ASSERT_EQ(session.DataGetFirst(database, {}, &results, &found), CssmReturn::kOk);
  EXPECT_EQ(NameOf(found), "OBJECT a");
  ASSERT_EQ(session.DataGetNext(database, results, &found), CssmReturn::kOk);
  EXPECT_EQ(NameOf(found), "OBJECT c");

  ASSERT_EQ(session.DataGetNext(database, old_results, &old_found), CssmReturn::kOk);
  EXPECT_EQ(NameOf(old_found), "OBJECT b");
  EXPECT_EQ(session.DataGetNext(database, old_results, &old_found), CssmReturn::kEndOfData);
  EXPECT_EQ(NameOf(old_found), "OBJECT b");  // and is there as long as somebody has it
}

TEST_F(MdsSessionTest, ScansByTheRuleOfItsMode) {
  ModuleDirectory directory = NewDirectory(), still = NewDirectory();
  MdsSession session(&directory, Freshness::kFull), as_it_is(&still, Freshness::kAsItIs);
  Handle database = 0, old_database = 0;
  ASSERT_EQ(session.DbOpen(kMdsObjectDirectory, false, &database), CssmReturn::kOk);
  ASSERT_EQ(as_it_is.DbOpen(kMdsObjectDirectory, false, &old_database), CssmReturn::kOk);
  Put("c", "Record: OBJECT\nModuleID: c\n");
  const std::vector<std::string> two = {"OBJECT a", "OBJECT b"},
                                 three = {"OBJECT a", "OBJECT b", "OBJECT c"};
  EXPECT_EQ(Ask(&as_it_is, old_database, {}), two);
  EXPECT_EQ(Ask(&session, database, {}), three);
  EXPECT_EQ(Ask(&as_it_is, old_database, {}), two);
}

TEST_F(MdsSessionTest, ARecordIsFoundAgainByItsName) {
  ModuleDirectory directory = NewDirectory();
  MdsSession session(&directory, Freshness::kFull);
  Handle database = 0, object = 0, results = 0;
  MdsFound found;
  ASSERT_EQ(session.DbOpen(kMdsCdsaDirectory, false, &database), CssmReturn::kOk);
  ASSERT_EQ(session.DbOpen(kMdsObjectDirectory, false, &object), CssmReturn::kOk);
  const CssmQuery query{"CSP_PRIMARY",
                        CssmConjunctive::kNone,
                        {{MdsOperator::kEqual, "SSID", MdsFormat::kUint32, {Number(5)}}}};
  ASSERT_EQ(session.DataGetFirst(database, query, &results, &found), CssmReturn::kOk);
  const auto id = MdsSession::UniqueRecordId(found);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->relation, "CSP_PRIMARY");
  EXPECT_EQ(id->key.size(), 2u);

  Put("0", "Record: CSP_PRIMARY\nModuleID: before\nSSID: 0\n");
  EXPECT_EQ(Ask(&session, object, {}).size(), 2u);  // scans
  MdsFound again;
  ASSERT_EQ(session.DataGetFromUniqueRecordId(database, *id, &again), CssmReturn::kOk);
  EXPECT_EQ(NameOf(again), "CSP_PRIMARY b");
  EXPECT_NE(again.record, found.record);
  EXPECT_EQ(session.DataGetFromUniqueRecordId(object, *id, &again), CssmReturn::kInvalidRecordType);
  EXPECT_EQ(session.DataGetFromUniqueRecordId(99, *id, &again), CssmReturn::kInvalidDbHandle);
  Put("b", "Record: OBJECT\nModuleID: b\n");
  EXPECT_EQ(Ask(&session, object, {}).size(), 2u);
  EXPECT_EQ(session.DataGetFromUniqueRecordId(database, *id, &again), CssmReturn::kRecordNotFound);
}

TEST_F(MdsSessionTest, WhoCannotStoreScansInMemory) {
  tree_.PutDirectory("/db");
  tree_.FailNth(FileCall::kCreate, 1, Error(EROFS));
  ModuleDirectory directory = NewDirectory();
  EXPECT_EQ(MdsSession(&directory, Freshness::kFull).Initialize(), CssmReturn::kOk);
  EXPECT_EQ(tree_.Find("/db/mdsscan.snapshot"), nullptr);
  MdsSession session(&directory, Freshness::kAsItIs);
  Handle database = 0;
  ASSERT_EQ(session.DbOpen(kMdsObjectDirectory, false, &database), CssmReturn::kOk);
  EXPECT_EQ(Ask(&session, database, {}).size(), 2u);
}

}  // namespace
}  // namespace keelson
