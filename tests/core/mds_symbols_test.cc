#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/flat_file.h"
#include "core/mds_schema.h"
#include "tests/core/shared_data.h"

namespace keelson {
namespace {

TEST(MdsSymbols, EqualApples) {
  const auto expected = SharedData("mds/symbols.tsv");
  if (!expected) GTEST_SKIP() << "no data/mds in ../shared";
  LineReader lines(*expected);
  size_t symbols = 0;
  std::map<std::pair<std::string_view, uint32_t>, std::string_view> first;
  for (Line line; lines.Next(&line);) {
    std::string_view field[3];
    if (line.text.starts_with('#') || line.text.starts_with("table\t")) continue;
    ASSERT_EQ(SplitFields(line.text, '\t', field), 3u);
    const auto number = ParseId(field[2]);
    ASSERT_TRUE(number) << line.text;
    EXPECT_EQ(FindMdsSymbol(field[0], field[1]), number) << line.text;
    first.insert({{field[0], *number}, field[1]});
    ++symbols;
  }
  EXPECT_EQ(symbols, 407u);
  for (const auto& [key, name] : first) {
    EXPECT_EQ(MdsSymbolOf(key.first, key.second), name) << key.first;
  }
}

TEST(MdsSymbols, NotThere) {
  EXPECT_EQ(FindMdsSymbol("ServiceNames", "CSSM_SERVICE"), std::nullopt);
  EXPECT_EQ(FindMdsSymbol("", "CSSM_SERVICE_CSP"), std::nullopt);
  EXPECT_EQ(MdsSymbolOf("ServiceNames", 128), "");
  EXPECT_EQ(MdsSymbolOf("NoNames", 1), "");
  EXPECT_TRUE(IsMdsSymbolTable("KrPolicyTypeNames"));
  EXPECT_FALSE(IsMdsSymbolTable("kKrPolicyTypeNames"));
  EXPECT_FALSE(IsMdsSymbolTable(""));
}

TEST(MdsSymbols, Flags) {
  for (const char* table : {"ServiceNames", "CspFlagsNames", "CspReaderFlagsNames"}) {
    EXPECT_TRUE(MdsSymbolsAreFlags(table)) << table;
  }
  for (const char* table : {"AlgorithmNames", "CspTypeNames", "CertTypeNames", "NoNames", ""}) {
    EXPECT_FALSE(MdsSymbolsAreFlags(table)) << table;
  }
}

}  // namespace
}  // namespace keelson
