#include "core/mds_info.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/core/mds_reading.h"

namespace keelson {
namespace {

constexpr auto kInfo = MdsFileKind::kPropertyList;

// A file of one dictionary, one member a line from line 2 on.
std::string Info(const std::string& members) {
  return "<plist><dict>\n" + members + "</dict></plist>\n";
}
std::string Text(const char* key, const std::string& value) {
  return std::string("<key>") + key + "</key><string>" + value + "</string>\n";
}
std::string Specific(const char* relation) {
  return Text("MdsFileType", "PluginSpecific") + Text("MdsRecordType", relation);
}
MdsContext Defaults() { return {"{id}", "/m/a.bundle", "a", 7, nullptr}; }

TEST(MdsInfo, Records) {
  const struct {
    const char* name;
    std::string members, expected;
  } kCases[] = {
      {"CSSM",
       Text("MdsFileType", "CSSM") + Text("ModuleID", "{x}") + Text("ModuleName", "s") +
           Text("NativeServices", "CSSM_SERVICE_CSSM|CSSM_SERVICE_CSP"),
       "OBJECT F:1:8 ModuleID={x}; ModuleName=s; Path=/m/a.bundle;\n"
       "CSSM F:1:8 ModuleID={x}; NativeServices=CSSM_SERVICE_CSSM | CSSM_SERVICE_CSP;\n"},
      {"common",
       Text("MdsFileType", "PluginCommon") + Text("Path", "*x") +
           "<key>BuiltIn</key><true/>\n<key>DynamicFlag</key><false/>\n" + Text("Desc", ""),
       "OBJECT F:1:8 ModuleID={id}; ModuleName=a; Path=*x; BuiltIn=1;\n"
       "COMMON F:1:8 ModuleID={id}; ModuleName=a; Path=*x; DynamicFlag=0;\n"},
      {"specific",
       Specific("MDS_CDSADIR_CL_PRIMARY_RECORDTYPE") +
           Text("CertTypeFormat", "&lt;&lt;CSSM_CERT_X_509v3 | CSSM_CERT_ENCODING_DER") +
           "<key>BundleTypeFormat</key><array/>\n<key>XlationTypeFormat</key><integer>3</integer>\n"
           "<key>TemplateFieldNames</key><data/>\n<key>Manifest</key><data>AAE=</data>\n",
       "CL_PRIMARY F:1:8 ModuleID={id}; SSID=7; Manifest=hex:0001; ModuleName=a; "
       "CertTypeFormat=196611; BundleTypeFormat=; XlationTypeFormat=CSSM_CERT_X_509v3; "
       "TemplateFieldNames=hex:;\n"},
      {"by its own name", Specific("KR_PRIMARY"),
       "KR_PRIMARY F:1:8 ModuleID={id}; SSID=7; ModuleName=a;\n"},
      {"oids",
       Specific("TP_OIDS") +
           "<key>Policies</key><array>\n<dict><key>OID</key><data>Kg==</data></dict>\n"
           "<dict><key>OID</key><data>Kw==</data><key>Value</key><data/></dict></array>\n"
           "<key>SSID</key><integer>1</integer>\n",
       "TP_OIDS F:5:1 ModuleID={id}; SSID=1; OID=hex:2a;\n"
       "TP_OIDS F:6:1 ModuleID={id}; SSID=1; OID=hex:2b; Value=hex:;\n"},
      {"no oids", Specific("TP_OIDS") + "<key>Policies</key><array/>\n", ""},
      {"capabilities",
       Specific("CSP_CAPABILITY") + "<key>Capabilities</key><array>\n<dict>" +
           Text("AlgType", "CSSM_ALGID_SHA1") + "<key>Attributes</key><array><dict>" +
           Text("AttributeType", "CSSM_ATTRIBUTE_OUTPUT_SIZE") +
           "<key>AttributeValue</key><integer>20</integer></dict>\n<dict>"
           "<key>AttributeValue</key><array><integer>1</integer><integer>300</integer></array>"
           "</dict></array></dict>\n<dict><key>Attributes</key><array><dict/></array></dict>"
           "</array>\n",
       "CSP_CAPABILITY F:6:29 ModuleID={id}; SSID=7; AlgType=CSSM_ALGID_SHA1; GroupId=0; "
       "AttributeType=CSSM_ATTRIBUTE_OUTPUT_SIZE; AttributeValue=20;\n"
       "CSP_CAPABILITY F:8:1 ModuleID={id}; SSID=7; AlgType=CSSM_ALGID_SHA1; GroupId=0; "
       "AttributeValue=1, 300;\n"
       "CSP_CAPABILITY F:9:35 ModuleID={id}; SSID=7; GroupId=1;\n"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Read(kInfo, Info(c.members), Defaults()), c.expected) << c.name;
  }
}

TEST(MdsInfo, Errors) {
  const struct {
    const char* name;
    std::string members;
    const char* expected;
  } kCases[] = {
      {"no type", "", "F:1:8: MdsFileType is missing\n"},
      {"another type", Text("MdsFileType", "Plugin"),
       "F:2:23: MdsFileType is CSSM, PluginCommon or PluginSpecific\n"},
      {"a type that is no text", "<key>MdsFileType</key><true/>\n",
       "F:2:23: MdsFileType is CSSM, PluginCommon or PluginSpecific\n"},
      {"no relation", Text("MdsFileType", "PluginSpecific"), "F:1:8: MdsRecordType is missing\n"},
      {"another relation", Specific("NOPE"),
       "F:3:25: MdsRecordType is not the name of a relation\n"},
      {"a text for a number", Specific("CSP_PRIMARY") + Text("CspType", "HARDWARE"),
       "F:4:19: CspType: 'HARDWARE' is neither a number nor one of CspTypeNames\n"},
      {"a number for a text", Specific("CSP_PRIMARY") + "<key>Vendor</key><integer>1</integer>\n",
       "F:4:18: Vendor: string goes here, not integer\n"},
      {"a text for data", Specific("CSP_PRIMARY") + Text("Manifest", "AAE="),
       "F:4:20: Manifest: data goes here, not string\n"},
      {"a negative number", Specific("CSP_PRIMARY") + "<key>SSID</key><integer>-1</integer>\n",
       "F:4:16: SSID: this is not a number of 32 bits\n"},
      {"a large number", Specific("CSP_PRIMARY") + "<key>SSID</key><integer>4294967296</integer>\n",
       "F:4:16: SSID: this is not a number of 32 bits\n"},
      {"an array for one number", Specific("CSP_PRIMARY") + "<key>SSID</key><array/>\n",
       "F:4:16: SSID: this is not a number or a name of one\n"},
      {"data in an array",
       Specific("CSP_PRIMARY") + "<key>UseeTags</key><array>\n<data/></array>\n",
       "F:5:1: UseeTags: this is not a number or a name of one\n"},
      {"no policies", Specific("TP_OIDS"), "F:1:8: Policies is missing\n"},
      {"a policy of another kind",
       Specific("TP_OIDS") + "<key>Policies</key><array><true/></array>",
       "F:4:27: this is a dictionary\n"},
      {"no capabilities", Specific("CSP_CAPABILITY"), "F:1:8: Capabilities is missing\n"},
      {"text for capabilities", Specific("CSP_CAPABILITY") + Text("Capabilities", "x"),
       "F:4:24: Capabilities is an array\n"},
      {"a capability without attributes",
       Specific("CSP_CAPABILITY") + "<key>Capabilities</key><array><dict/></array>\n",
       "F:4:31: Attributes is missing\n"},
      {"a file in a folder", Specific("CSP_CAPABILITY") + Text("Capabilities", "file:../x.mds"),
       "F:4:24: file: names a file beside this one\n"},
      {"a file in another folder",
       Specific("CSP_CAPABILITY") + Text("Capabilities", "file:/etc/passwd"),
       "F:4:24: file: names a file beside this one\n"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Read(kInfo, Info(c.members), Defaults()), c.expected) << c.name;
  }
  EXPECT_EQ(Read(kInfo, Info(Specific("KR_PRIMARY"))), "F:1:8: ModuleID is missing\n");
  EXPECT_EQ(Read(kInfo, Info(Text("MdsFileType", "CSSM"))), "F:1:8: ModuleID is missing\n");
  EXPECT_EQ(Read(kInfo, "<plist><array/></plist>"), "F:1:8: a dictionary goes here\n");
  EXPECT_EQ(Read(kInfo, "bplist00xyz"), "F:1:1: a binary property list: only XML is read\n");
}

TEST(MdsInfo, Resources) {
  const std::map<std::string, std::string> files = {
      {"right.mds",
       "<plist><array>\n<dict><key>Other</key><true/><key>Attributes</key><array>\n<dict/>"
       "</array></dict></array></plist>"},
      {"wrong.mds",
       "<plist><array>\n<dict><key>AlgType</key><string>x</string>"
       "<key>Attributes</key><array><dict/><dict/></array></dict></array></plist>"},
      {"broken.mds", "<plist>\n<"},
      {"dict.mds", "<plist>\n<dict/></plist>"},
  };
  MdsContext context = Defaults();
  context.resource = [&files](const std::string& name, std::string* bytes) {
    const auto found = files.find(name);
    if (found == files.end()) return false;
    *bytes = found->second;
    return true;
  };
  const struct {
    const char *name, *expected, *notes;
  } kCases[] = {
      {"right.mds", "CSP_CAPABILITY right.mds:3:1 ModuleID={id}; SSID=7; GroupId=0;\n",
       "F:4:24: right.mds:2:23: CSP_CAPABILITY has no attribute 'Other'\n"},
      {"wrong.mds",
       "F:4:24: wrong.mds:2:25: AlgType: 'x' is neither a number nor one of AlgorithmNames\n", ""},
      {"broken.mds", "F:4:24: broken.mds:2:1: XML: unclosed token\n", ""},
      {"dict.mds", "F:4:24: dict.mds:2:1: an array goes here\n", ""},
      {"none.mds", "", "F:4:24: there is no regular file none.mds: no records\n"},
  };
  for (const auto& c : kCases) {
    const auto bytes =
        Info(Specific("CSP_CAPABILITY") + Text("Capabilities", std::string("file:") + c.name));
    std::vector<ParseError> notes;
    EXPECT_EQ(Read(kInfo, bytes, context, &notes), c.expected) << c.name;
    EXPECT_EQ(Texts(notes), c.notes) << c.name;
  }
  context.resource = nullptr;
  const auto bytes = Info(Specific("CSP_CAPABILITY") + Text("Capabilities", "file:right.mds"));
  EXPECT_EQ(Read(kInfo, bytes, context), "");
}

// A word that is no symbol ended the value there, and what came before it was stored; a word of
// 200 bytes overflowed.
TEST(MdsInfo, AppleBug3NoPartialNumbers) {
  const std::string type = Specific("CSP_PRIMARY");
  for (const size_t size : {3, 199, 200, 5000}) {
    const auto text = Text("CspFlags", "CSSM_CSP_STORES_GENERIC | " + std::string(size, 'X'));
    const std::string read = Read(kInfo, Info(type + text), Defaults());
    EXPECT_TRUE(read.starts_with("F:4:20: CspFlags: ")) << read;
    EXPECT_LT(read.size(), 200u);
  }
}

// The bytes of small numbers were counted as one or two each, which cut the list short.
TEST(MdsInfo, AppleBug4SmallNumbersInLists) {
  const auto bytes = Info(Specific("DL_PRIMARY") +
                          "<key>SampleTypes</key><array><integer>1</integer><integer>300</integer>"
                          "<integer>70000</integer><true/><string>0xffffffff</string></array>\n");
  EXPECT_EQ(Read(kInfo, bytes, Defaults()),
            "DL_PRIMARY F:1:8 ModuleID={id}; SSID=7; ModuleName=a; "
            "SampleTypes=1, 300, 70000, 1, 4294967295;\n");
}

// Keys with a slip of the pen were dropped without a word, and an empty string in a list of
// operators was another CSSM_DB_EQUAL.
TEST(MdsInfo, AppleBug9SlipsOfThePen) {
  std::vector<ParseError> notes;
  const auto cl = Info(Specific("CL_PRIMARY") + "<key>CertFieldsNames</key><data/>\n" +
                       Text("CrlTypeFormat_NONE", "0") + Text("DefaultTemplateType", "X"));
  EXPECT_EQ(Read(kInfo, cl, Defaults(), &notes),
            "CL_PRIMARY F:1:8 ModuleID={id}; SSID=7; ModuleName=a;\n");
  EXPECT_EQ(Texts(notes),
            "F:4:27: CL_PRIMARY has no attribute 'CertFieldsNames'\n"
            "F:5:30: CL_PRIMARY has no attribute 'CrlTypeFormat_NONE'\n"
            "F:6:31: CL_PRIMARY has no attribute 'DefaultTemplateType'\n");
  const auto dl = Info(Specific("DL_PRIMARY") +
                       "<key>RelationalOps</key><array><string>CSSM_DB_EQUAL</string>"
                       "<string>CSSM_DB_CONTAINS</string><string></string><string/></array>\n");
  EXPECT_EQ(Read(kInfo, dl, Defaults()),
            "DL_PRIMARY F:1:8 ModuleID={id}; SSID=7; ModuleName=a; "
            "RelationalOps=CSSM_DB_EQUAL, CSSM_DB_CONTAINS;\n");
}

// Records were stored one by one: those before the error stayed.
TEST(MdsInfo, AppleBug12AllOrNothing) {
  std::string list;
  for (int i = 0; i < 50; ++i) {
    list += "<dict><key>Attributes</key><array><dict>" +
            Text("AttributeType", i < 49 ? "0" : "WRONG") + "</dict></array></dict>";
  }
  const auto bytes =
      Info(Specific("CSP_CAPABILITY") + "<key>Capabilities</key><array>" + list + "</array>\n");
  MdsSchema schema = MdsSchema::BuiltIn();
  std::vector<MdsRecord> records(3);  // of other files
  EXPECT_EQ(ReadMdsFile(kInfo, bytes, "F", Defaults(), &schema, &records).size(), 1u);
  EXPECT_EQ(records.size(), 3u);
}

TEST(MdsInfo, Bounds) {
  // A text that every record shares.
  const std::string text = Text("Description", std::string(1 << 20, 'x'));
  std::string many;
  for (int i = 0; i < 100; ++i) many += "<dict/>";
  const auto bytes = Info(Specific("CSP_CAPABILITY") + text +
                          "<key>Capabilities</key><array><dict><key>Attributes</key><array>" +
                          many + "</array></dict></array>\n");
  EXPECT_EQ(Read(kInfo, bytes, Defaults()), "F:5:513: more than 67108864 bytes of values\n");
  many = "<key>Policies</key><array>\n";
  for (size_t i = 0; i <= kMaxMdsRecords; ++i) many += "<dict/>";
  EXPECT_EQ(Read(kInfo, Info(Specific("TP_OIDS") + many + "</array>\n"), Defaults()),
            "F:5:700001: more than 100000 records\n");
  // What is wrong with what all records share is said once.
  std::string wrong = Info(Specific("TP_OIDS") + Text("SSID", "x") + many + "</array>\n");
  EXPECT_EQ(Read(kInfo, wrong, Defaults()), "F:4:16: SSID: 'x' is not a number of 32 bits\n");
}

}  // namespace
}  // namespace keelson
