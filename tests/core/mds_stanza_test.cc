#include "core/mds_stanza.h"

#include <gtest/gtest.h>

#include "tests/core/mds_reading.h"

namespace keelson {
namespace {

constexpr auto kStanza = MdsFileKind::kStanza;

TEST(MdsStanza, Records) {
  const MdsContext context{"{id}", "/m/a.bundle", "a", 7, nullptr};
  const struct {
    const char *input, *expected;
  } kCases[] = {
      {"", ""},
      {"# nothing\n\n", ""},
      {"Record: CSP_PRIMARY\nCspType: CSSM_CSP_HARDWARE\nUseeTags: CSSM_USEE_SSL, 0x2|1\n"
       "Manifest: hex:00ff\n",
       "CSP_PRIMARY F:1:1 ModuleID={id}; SSID=7; Manifest=hex:00ff; ModuleName=a; "
       "CspType=CSSM_CSP_HARDWARE; UseeTags=CSSM_USEE_SSL, CSSM_USEE_KRLE;\n"},
      {"Record: MDS_CDSADIR_CSP_PRIMARY_RECORDTYPE\nModuleID: {x}\nSSID: 0\nModuleName:\n",
       "CSP_PRIMARY F:1:1 ModuleID={x}; SSID=0;\n"},
      {"Record: OBJECT\nPath: *x\n\n\n# and\nRecord: COMMON\nDesc: one\n  two\n# no\n  three\n"
       "ServiceMask: CSSM_SERVICE_CSP |\n CSSM_SERVICE_DL\n",
       "OBJECT F:1:1 ModuleID={id}; ModuleName=a; Path=*x;\n"
       "COMMON F:6:1 ModuleID={id}; ModuleName=a; Path=/m/a.bundle; Desc=one two three; "
       "ServiceMask=CSSM_SERVICE_CSP | CSSM_SERVICE_DL;\n"},
      {"Record: TP_OIDS\nOID: base64:KoZI\n hvdjZAEB\nValue: hex:\n",
       "TP_OIDS F:1:1 ModuleID={id}; SSID=7; OID=hex:2a864886f763640101; Value=hex:;\n"},
      {"Record: CSP_SC_INFO\nScDesc:\nScVendor: v\nScVersion:\nScFirmwareVersion:\nScFlags:\n",
       "CSP_SC_INFO F:1:1 ModuleID={id}; SSID=7; ScVendor=v;\n"},
      {"Record: KRMM\nCSSMGuid: g\nPolicyType: 1\nModuleID:\n",
       "KRMM F:1:1 CSSMGuid=g; PolicyType=CSSM_KR_INDIV_POLICY;\n"},
      {"Record: MODINFO\nOrdinal: 3\nKey: alias\nValue: pci:v*\n",
       "MODINFO F:1:1 ModuleID={id}; Ordinal=3; Key=alias; Value=pci:v*;\n"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Read(kStanza, c.input, context), c.expected) << c.input;
}

TEST(MdsStanza, Errors) {
  const struct {
    std::string input;
    const char* expected;
  } kCases[] = {
      {"ModuleID: x\n", "F:1:1: a record begins with 'Record: RELATION'\n"},
      {"Record: NOPE\nModuleID: x\n", "F:1:9: there is no relation 'NOPE'\n"},
      {"Record: OBJECT\n", "F:1:1: ModuleID is missing\n"},
      {"Record: OBJECT\nModuleID:\n", "F:1:1: ModuleID is missing\n"},
      {"Record: OBJECT\nModuleID: x\nVendor: y\n", "F:3:1: OBJECT has no attribute 'Vendor'\n"},
      {"Record: OBJECT\nModuleID: x\nmoduleid: y\n", "F:3:1: OBJECT has no attribute 'moduleid'\n"},
      {"Record: OBJECT\nModuleID: x\nModuleID: y\n", "F:3:1: ModuleID is there twice\n"},
      {"Record: OBJECT\nModuleID: x\nRecord: COMMON\n",
       "F:3:1: OBJECT has no attribute 'Record'\n"},
      {"Record: MODINFO\nModuleID: x\nKey: k\n", "F:1:1: Ordinal is missing\n"},
      {"Record: CSSM\nModuleID: x\nNativeServices: CSSM_SERVICE_CSP | NO\n",
       "F:3:36: NativeServices: 'NO' is neither a number nor one of ServiceNames\n"},
      {"Record: CSSM\nModuleID: x\nNativeServices: CSSM_SERVICE_CSP |\n# c\n   NO | 3\n",
       "F:5:4: NativeServices: 'NO' is neither a number nor one of ServiceNames\n"},
      {"Record: OBJECT\nModuleID: x\nBuiltIn: yes\n",
       "F:3:10: BuiltIn: 'yes' is not a number of 32 bits\n"},
      {"Record: OBJECT\nModuleID: x\nBuiltIn: 4294967296\n",
       "F:3:10: BuiltIn: '4294967296' is not a number of 32 bits\n"},
      {"Record: OBJECT\nModuleID: x\nManifest: 00ff\n",
       "F:3:11: Manifest: a BLOB begins with hex: or base64:\n"},
      {"Record: OBJECT\nModuleID: x\nManifest: hex:00\n  0g\n",
       "F:4:4: Manifest: pairs of hexadecimal digits go here\n"},
      {"Record: OBJECT\nModuleID: x\nManifest\n", "F:3:1: ':' is missing\n"},
      {" Record: OBJECT\n", "F:1:2: a continuation line without a key before it\n"},
      {std::string("Record: OBJECT\nModule\0ID: x\n", 28), "F:2:7: a NUL byte\n"},
      // All of them, and the right record between them does not count.
      {"Record: OBJECT\n\nRecord: OBJECT\nModuleID: x\n\nRecord: COMMON\nModuleID: x\nBad: y\n"
       "SSID: 0\n",
       "F:1:1: ModuleID is missing\nF:8:1: COMMON has no attribute 'Bad'\n"
       "F:9:1: COMMON has no attribute 'SSID'\n"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Read(kStanza, c.input), c.expected) << c.input;
}

TEST(MdsStanza, Declarations) {
  const struct {
    const char *input, *expected;
  } kCases[] = {
      {"Record: SCHEMA\nRelation: SLOT\nUnique: ModuleID STRING, Slot UINT32\n"
       "Attributes: Label STRING,\n  # that is all\n# of it\n  Kinds MULTI_UINT32 CspTypeNames\n\n"
       "Record: SLOT\nModuleID: m\nSlot: 1\nKinds: CSSM_CSP_HARDWARE, 9\n",
       "F:5:3: '#' is not a name of an attribute\n"},
      {"Record: SCHEMA\nRelation: SLOT\nUnique: ModuleID STRING, Slot UINT32\n"
       "Attributes: Label STRING,\n# of it\n  Kinds MULTI_UINT32 CspTypeNames\n\n"
       "Record: SLOT\nModuleID: m\nSlot: 1\nKinds: CSSM_CSP_HARDWARE, 9\n",
       "SLOT F:8:1 ModuleID=m; Slot=1; Kinds=CSSM_CSP_HARDWARE, 9;\n"},
      {"Record: SCHEMA\nRelation: A\nUnique: B BLOB\n\nRecord: SCHEMA\nRelation: A\n"
       "Unique: B BLOB\n\nRecord: A\nB: hex:01\n",
       "A F:9:1 B=hex:01;\n"},
      {"Record: A\nB: hex:01\n\nRecord: SCHEMA\nRelation: A\nUnique: B BLOB\n",
       "F:1:9: there is no relation 'A'\n"},
      {"Record: SCHEMA\nUnique: B BLOB\n", "F:1:1: Relation is missing\n"},
      {"Record: SCHEMA\nRelation: A\n", "F:1:1: Unique is missing\n"},
      {"Record: SCHEMA\nRelation: A\nUnique:\n", "F:3:8: an attribute is missing\n"},
      {"Record: SCHEMA\nRelation: A\nUnique: B BLOB\nOther: C\n",
       "F:4:1: a declaration has Relation, Unique, Attributes\n"},
      {"Record: SCHEMA\nRelation: A\nRelation: B\nUnique: B BLOB\n",
       "F:3:1: Relation is there twice\n"},
      {"Record: SCHEMA\nRelation: OBJECT\nUnique: B BLOB\n",
       "F:2:11: OBJECT is declared already, with other attributes\n"},
      {"Record: SCHEMA\nRelation: OBJECT\nUnique: B BLOB\n\nRecord: OBJECT\nB: hex:01\n\n"
       "Record: A\n",
       "F:2:11: OBJECT is declared already, with other attributes\n"
       "F:8:9: there is no relation 'A'\n"},
      {"Record: SCHEMA\nRelation: A\nUnique: B NONE\n\nRecord: SCHEMA\nRelation: A\n"
       "Unique: B BLOB\n\nRecord: A\nB: x\n",
       "F:3:11: 'NONE' is not a format: STRING, BLOB, UINT32 or MULTI_UINT32\n"
       "F:10:4: B: a BLOB begins with hex: or base64:\n"},
      {"\xef\xbb\xbfRecord: OBJECT\nModuleID: a\n", "F:1:1: a byte order mark\n"},
      {"Record: SCHEMA\nRelation: A\nUnique: B BLOB,\n C NONE\n",
       "F:4:4: 'NONE' is not a format: STRING, BLOB, UINT32 or MULTI_UINT32\n"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Read(kStanza, c.input), c.expected) << c.input;
}

TEST(MdsStanza, DeclarationsOfAFileWithErrorsAreNone) {
  MdsSchema schema = MdsSchema::BuiltIn();
  const size_t before = schema.relations().size();
  std::vector<MdsRecord> records;
  const std::string right = "Record: SCHEMA\nRelation: A\nUnique: B BLOB\n\n";
  EXPECT_FALSE(ReadMdsStanzas(right + "Record: A\n", "F", {}, &schema, &records).empty());
  EXPECT_EQ(schema.relations().size(), before);
  EXPECT_TRUE(ReadMdsStanzas(right, "F", {}, &schema, &records).empty());
  EXPECT_EQ(schema.relations().size(), before + 1);
  const std::string record = "Record: A\nB: hex:01";
  EXPECT_TRUE(ReadMdsStanzas(right + record, "G", {}, &schema, &records).empty());
  EXPECT_EQ(Show(schema, records), "A G:5:1 B=hex:01;\n");
}

// A file that used it without a declaration was right as long as that other one was there.
TEST(MdsStanza, RelationThatAnotherFileDeclares) {
  MdsSchema schema = MdsSchema::BuiltIn();
  std::vector<MdsRecord> records;
  const std::string declaration = "Record: SCHEMA\nRelation: A\nUnique: B BLOB\n\n";
  EXPECT_TRUE(ReadMdsStanzas(declaration, "F", {}, &schema, &records).empty());
  const auto errors = ReadMdsStanzas("Record: A\nB: hex:01", "G", {}, &schema, &records);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].RawText("G"), "G:1:9: there is no relation 'A'");
}

// Apple's parser stored what a value gave before its first wrong word; a long one overflowed.
TEST(MdsStanza, AppleBug3NoPartialNumbers) {
  const std::string begin = "Record: CSSM\nModuleID: x\nNativeServices: CSSM_SERVICE_CSP | ";
  EXPECT_EQ(Read(kStanza, begin + std::string(100'000, 'A') + "\n"),
            "F:3:36: NativeServices: a word of more than 4096 bytes\n");
  EXPECT_EQ(Read(kStanza, begin + std::string(201, 'A') + "\n"),
            "F:3:36: NativeServices: '" + std::string(64, 'A') +
                "...' is neither a number nor one of ServiceNames\n");
}

TEST(MdsStanza, Bounds) {
  const std::string error = "Record: NO\n\n";
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += error;
  const std::string texts = Read(kStanza, bytes);
  EXPECT_EQ(std::count(texts.begin(), texts.end(), '\n'), kMaxMdsErrors);
  bytes.clear();
  for (size_t i = 0; i <= kMaxMdsRecords; ++i) bytes += "Record: OBJECT\n\n";
  EXPECT_EQ(Read(kStanza, bytes, {"m", "", "", 0, nullptr}),
            "F:200001:1: more than 100000 records\n");
  EXPECT_EQ(Read(kStanza, std::string(kMaxMdsFile + 1, '\n')), "F:1:1: more than 16777216 bytes\n");
}

TEST(MdsStanza, FormatReadsBack) {
  const std::string bytes =
      "Record: SCHEMA\nRelation: SLOT\nUnique: ModuleID STRING, Slot UINT32 CspFlagsNames\n"
      "Attributes: Label STRING, Kinds MULTI_UINT32, Raw BLOB\n\n"
      "Record: SLOT\nModuleID: m\nSlot: 0x2000004\nLabel: hex:20200a\nKinds:\n\n"
      "Record: SLOT\nModuleID: m\nSlot:\nLabel: hex:6865783a\nKinds: 1, 2\nRaw: hex:\n\n"
      "Record: CSP_PRIMARY\nModuleID: m\nSSID:\nModuleName:\nCspFlags: 6\n\n"
      "Record: OBJECT\nModuleID: m\nPath:\n\n";
  MdsSchema schema = MdsSchema::BuiltIn(), again_schema = schema;
  std::vector<MdsRecord> records, again;
  ASSERT_EQ(Texts(ReadMdsStanzas(bytes, "F", {}, &schema, &records)), "");
  std::string written = FormatMdsDeclaration(schema.relations().back());
  for (const MdsRecord& record : records) {
    written += FormatMdsStanza(schema.relations()[record.relation], record);
  }
  // With a context that says more.
  const MdsContext context{"other", "/path", "name", 9, nullptr};
  ASSERT_EQ(Texts(ReadMdsStanzas(written, "F", context, &again_schema, &again)), "") << written;
  ASSERT_EQ(again.size(), records.size());
  for (size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(again[i].relation, records[i].relation);
    // What the first context, an empty one, puts in is put in writing.
    EXPECT_EQ(again[i].values, records[i].values) << written;
  }
}

}  // namespace
}  // namespace keelson
