#include "applets/mdsscan/record_text.h"

#include <string>
#include <vector>

#include "core/mds_reader.h"
#include "core/mds_stanza.h"
#include "gtest/gtest.h"
#include "tests/core/mds_modules.h"

namespace keelson {
namespace {

// Records at random through a snapshot and a stanza file: the same ones again.
TEST(RecordText, StanzasOfASnapshotReadBack) {
  RandomMds random(7);
  for (int round = 0; round < 50; ++round) {
    MdsSchema schema = SmallMdsSchema();
    const std::string bytes = BuildMds(schema, random.Modules(schema, 10, 30));
    const auto snapshot = MdsSnapshot::FromBytes(bytes);
    ASSERT_TRUE(snapshot);
    std::string text;
    std::vector<MdsRecord> records;
    for (size_t r = 0; r < snapshot->relations(); ++r) {
      const auto relation = ReadRelation(*snapshot, r);
      ASSERT_TRUE(relation);
      EXPECT_EQ(IsDeclaredByModules(*relation), relation->name != "OBJECT");
      for (uint32_t i = 0; i < snapshot->relation(r)->records; ++i) {
        std::string_view module;
        auto record = ReadRecord(*snapshot, *relation, r, i, &module);
        ASSERT_TRUE(record);
        if (!HasMdsModuleId(*relation, *record)) continue;  // no reader gives such a one
        text += FormatMdsStanza(*relation, *record);
        records.push_back(std::move(*record));
      }
    }
    std::vector<MdsRecord> read;
    EXPECT_TRUE(ReadMdsFile(MdsFileKind::kStanza, text, "all.mds", {}, &schema, &read).empty());
    ASSERT_EQ(read.size(), records.size());
    for (size_t i = 0; i < read.size(); ++i) {
      EXPECT_EQ(read[i].relation, records[i].relation);
      EXPECT_EQ(read[i].values, records[i].values);
    }
  }
}

TEST(RecordText, Forms) {
  const MdsSchema schema = SmallMdsSchema();
  const MdsRelation& relation = schema.relations()[0];
  MdsRecord record;
  record.values = {MdsText("a\t<&\"\x1b"), MdsNumbers({16}), std::nullopt,
                   MdsText("\x01\xff"),    MdsNumbers({2}),  MdsNumbers({1, 2})};
  EXPECT_EQ(RecordTsvHeading(relation), "@module\tModuleID\tSSID\tDesc\tBlob\tType\tValues\n");
  EXPECT_EQ(RecordTsv("0/a", relation, record),
            "0/a\thex:61093c26221b\t16\t\thex:01ff\tCSSM_SERVICE_CSP\t1, 2\n");
  EXPECT_EQ(RecordJson("0/a", relation, record),
            "{\"@module\":\"0/a\",\"ModuleID\":\"a\\u0009<&\\\"\\u001b\",\"SSID\":16,"
            "\"Blob\":\"hex:01ff\",\"Type\":2,\"Values\":[1,2]}");
  EXPECT_EQ(RecordPlist("<", relation, record),
            "<dict>\n<key>@module</key><string>&lt;</string>\n"
            "<key>ModuleID</key><data>YQk8JiIb</data>\n<key>SSID</key><integer>16</integer>\n"
            "<key>Blob</key><data>Af8=</data>\n<key>Type</key><integer>2</integer>\n"
            "<key>Values</key><array><integer>1</integer><integer>2</integer></array>\n</dict>\n");
  EXPECT_EQ(RecordDump(3, relation, record),
            "   record 3; numAttrs 6:\n"
            "      ModuleID            : 'a\\x09<&\"\\x1b'\n"
            "      SSID                : 0x10\n"
            "      Desc                : <<no values present>>\n"
            "      Blob                : BLOB length 2 : 01 FF \n"
            "      Type                : 0x2\n"
            "      Values              : multi_int[0x1, 0x2]\n");
}

TEST(RecordText, NothingOutOfACorruptSnapshot) {
  std::string bytes = BuildMds(
      SmallMdsSchema(), {{"m", {MakeMdsRecord(1, {std::nullopt, MdsText("a"), std::nullopt})}}});
  for (size_t at = bytes.size() - 4096; at < bytes.size(); ++at) bytes[at] ^= 1;
  const auto snapshot = MdsSnapshot::FromBytes(bytes);
  ASSERT_TRUE(snapshot);
  const auto relation = ReadRelation(*snapshot, 1);
  ASSERT_TRUE(relation);
  std::string_view module;
  EXPECT_FALSE(ReadRecord(*snapshot, *relation, 1, 0, &module));
}

}  // namespace
}  // namespace keelson
