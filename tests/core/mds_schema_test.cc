#include "core/mds_schema.h"

#include <gtest/gtest.h>

#include "core/mds_record.h"

namespace keelson {
namespace {

TEST(MdsSchema, FindByEitherName) {
  const MdsSchema& schema = MdsSchema::BuiltIn();
  const struct {
    const char* name;
    const char* relation;  // null: none
  } kCases[] = {
      {"CSP_PRIMARY", "CSP_PRIMARY"},
      {"MDS_CDSADIR_CSP_PRIMARY_RECORDTYPE", "CSP_PRIMARY"},
      {"MDS_OBJECT_RECORDTYPE", "OBJECT"},
      {"MDS_CDSADIR_CSP_SC_INFO_RECORDTYPE", "CSP_SC_INFO"},
      {"MDS_CDSADIR_", nullptr},
      {"MDS_RECORDTYPE", nullptr},
      {"csp_primary", nullptr},
      {"", nullptr},
  };
  for (const auto& c : kCases) {
    const auto found = schema.Find(c.name);
    ASSERT_EQ(found.has_value(), c.relation != nullptr) << c.name;
    if (found) {
      EXPECT_EQ(schema.relations()[*found].name, c.relation) << c.name;
    }
  }
}

TEST(MdsSchema, Formats) {
  for (const auto format :
       {MdsFormat::kString, MdsFormat::kBlob, MdsFormat::kUint32, MdsFormat::kMultiUint32}) {
    EXPECT_EQ(FindMdsFormat(MdsFormatName(format)), format);
  }
  EXPECT_EQ(FindMdsFormat("string"), std::nullopt);
}

TEST(MdsSchema, Declarations) {
  const struct {
    const char *name, *unique, *attributes;
    const char* expected;  // "" or "PLACE: what", PLACE in the list it is about
  } kCases[] = {
      {"SLOT", "ModuleID STRING, Slot UINT32", "Label STRING,Kinds MULTI_UINT32 CspTypeNames", ""},
      {"SLOT2", "Slot  UINT32", "Flags\tUINT32   CspFlagsNames ", ""},
      {"slot", "Slot UINT32", "A BLOB", "'slot' is not a name of a relation"},
      {"SCHEMA", "Slot UINT32", "A BLOB", "'SCHEMA' is not a name of a relation"},
      {"S", "Slot UINT32", "Slot BLOB", "Slot is there twice"},
      {"S", "Record UINT32", "A BLOB", "'Record' is not a name of an attribute"},
      {"OBJECT", "Slot UINT32", "A BLOB", "OBJECT is declared already, with other attributes"},
      {"S", "Slot", "A BLOB", "0: the format of Slot is missing"},
      {"S", "Slot UINT", "A BLOB",
       "5: 'UINT' is not a format: STRING, BLOB, UINT32 or MULTI_UINT32"},
      {"S", "Slot UINT32", "A BLOB CspFlagsNames", "7: 'CspFlagsNames': only numbers have symbols"},
      {"S", "Slot UINT32", "A UINT32 Names", "9: 'Names' is not a table of symbols"},
      {"S", "Slot UINT32", "A STRING, , B BLOB", "9: an attribute is missing"},
      {"S", "Slot UINT32", "A STRING,", "9: an attribute is missing"},
      {"S", "Slot UINT32", "A UINT32 CspFlagsNames B BLOB", "23: ',' is missing before 'B'"},
      {"S", "Slot UINT32", "A-B STRING", "0: 'A-B' is not a name of an attribute"},
  };
  MdsSchema schema = MdsSchema::BuiltIn();
  for (const auto& c : kCases) {
    MdsRelation relation;
    relation.name = c.name;
    size_t at = 0;
    std::string fault = ParseMdsAttributes(c.unique, true, &relation.attributes, &at);
    if (fault.empty()) fault = ParseMdsAttributes(c.attributes, false, &relation.attributes, &at);
    fault = fault.empty() ? schema.Add(relation) : std::to_string(at) + ": " + fault;
    EXPECT_EQ(fault, c.expected) << c.name << " " << c.unique << " " << c.attributes;
    if (fault.empty()) {
      EXPECT_EQ(schema.Add(relation), "") << "the same again";
    }
  }
  EXPECT_EQ(schema.relations().size(), MdsSchema::BuiltIn().relations().size() + 2);
  EXPECT_EQ(schema.Add({"NOTHING", {{"A", MdsFormat::kString, "", false}}}),
            "no attribute is unique");
}

TEST(MdsSchema, Bounds) {
  MdsRelation wide{"WIDE", {}};
  for (size_t i = 0; i <= MdsSchema::kMaxAttributes; ++i) {
    wide.attributes.push_back({"A" + std::to_string(i), MdsFormat::kString, "", true});
  }
  MdsSchema schema;
  EXPECT_EQ(schema.Add(wide), "too many attributes");
  for (size_t i = 0; i < MdsSchema::kMaxRelations; ++i) {
    ASSERT_EQ(schema.Add({"R" + std::to_string(i), {{"A", MdsFormat::kString, "", true}}}), "");
  }
  EXPECT_EQ(schema.Add({"R", {{"A", MdsFormat::kString, "", true}}}), "too many relations");
  EXPECT_EQ(schema.Add({"R0", {{"A", MdsFormat::kString, "", true}}}), "");
}

TEST(MdsNumber, Table) {
  const struct {
    const char *text, *table;
    std::optional<uint32_t> number;
    const char* wrong;
  } kCases[] = {
      {"CSSM_SERVICE_CSP | CSSM_SERVICE_DL", "ServiceNames", 6, ""},
      {"CSSM_SERVICE_CSSM|CSSM_SERVICE_CSP", "ServiceNames", 3, ""},
      {"<<CSSM_CERT_X_509v3 | CSSM_CERT_ENCODING_DER", "CertTypeNames", 0x30003, ""},
      {"  << 1|2 ", "", 0x10002, ""},
      {"0x10 | 3", "", 0x13, ""},
      {"010", "", 10, ""},
      {"0XfF", "", 255, ""},
      {"4294967295", "", 0xffffffff, ""},
      {"0xffffffff", "", 0xffffffff, ""},
      {"4294967296", "", std::nullopt, "4294967296"},
      {"0x100000000", "", std::nullopt, "0x100000000"},
      {"99999999999999999999999", "", std::nullopt, "99999999999999999999999"},
      {"<<0x10000", "", std::nullopt, "<<0x10000"},
      {"<<CSSM_CSP_STORES_GENERIC", "CspFlagsNames", std::nullopt, "<<CSSM_CSP_STORES_GENERIC"},
      {"-1", "", std::nullopt, "-1"},
      {"+1", "", std::nullopt, "+1"},
      {"0x", "", std::nullopt, "0x"},
      {"0x 1", "", std::nullopt, "0x 1"},
      {"0x-1", "", std::nullopt, "0x-1"},
      {"1.5", "", std::nullopt, "1.5"},
      {"CSSM_SERVICE_CSP CSSM_SERVICE_DL", "ServiceNames", std::nullopt,
       "CSSM_SERVICE_CSP CSSM_SERVICE_DL"},
      {"CSSM_SERVICE_CSP | CSSM_SERVICE_XY", "ServiceNames", std::nullopt, "CSSM_SERVICE_XY"},
      {"CSSM_SERVICE_CSP", "AlgorithmNames", std::nullopt, "CSSM_SERVICE_CSP"},
      {"CSSM_SERVICE_CSP", "", std::nullopt, "CSSM_SERVICE_CSP"},
      {"cssm_service_csp", "ServiceNames", std::nullopt, "cssm_service_csp"},
      {"1 | | 2", "", std::nullopt, ""},
      {"1 |", "", std::nullopt, ""},
      {"", "", std::nullopt, ""},
      {"<<", "", std::nullopt, "<<"},
  };
  for (const auto& c : kCases) {
    uint32_t number = 0;
    std::string_view wrong;
    const bool right = ParseMdsNumber(c.text, c.table, &number, &wrong);
    EXPECT_EQ(right, c.number.has_value()) << c.text;
    EXPECT_EQ(right ? number : 0, c.number.value_or(0)) << c.text;
    EXPECT_EQ(right ? "" : wrong, c.wrong) << c.text;
  }
}

// MDSStringToUint32 copied a word of any length to 200 bytes on the stack, and gave the words
// before a wrong one as the number, without an error.
TEST(MdsNumber, AppleBug3LongWordsAndPartialNumbers) {
  uint32_t number = 77;
  std::string_view wrong;
  for (const size_t size : {200, 201, 4096, 4097, 1 << 20}) {
    const std::string word(size, 'A');
    EXPECT_FALSE(ParseMdsNumber("CSSM_SERVICE_CSP|" + word, "ServiceNames", &number, &wrong));
    EXPECT_EQ(wrong.size(), size);
    const std::string zeros(size, '0');
    EXPECT_EQ(ParseMdsNumber(zeros, "", &number, &wrong), size <= kMaxMdsToken) << size;
    EXPECT_EQ(number, size <= kMaxMdsToken ? 0u : 77u);
    number = 77;
  }
  EXPECT_FALSE(ParseMdsNumber("CSSM_SERVICE_CSP|NO", "ServiceNames", &number, &wrong));
  EXPECT_EQ(number, 77u);
}

}  // namespace
}  // namespace keelson
