#include "core/mds_relations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "core/mds_schema.h"
#include "tests/core/shared_data.h"

namespace keelson {
namespace {

// As a line of schema.tsv.
std::string Row(const MdsRelation& relation, const MdsAttribute& attribute) {
  return relation.name + "\t" + attribute.name + "\t" +
         std::string(MdsFormatName(attribute.format)) + "\t" +
         (attribute.symbols.empty() ? "-" : attribute.symbols) + "\t" +
         (attribute.unique ? "unique" : "-") + "\n";
}

TEST(MdsRelations, EqualApples) {
  const auto expected = SharedData("mds/schema.tsv");
  if (!expected) GTEST_SKIP() << "no data/mds in ../shared";
  std::string rows;
  std::set<std::string> relations;
  for (const MdsRelation& relation : MdsSchema::BuiltIn().relations()) {
    if (expected->find("\n" + relation.name + "\t") == std::string::npos) continue;
    relations.insert(relation.name);
    for (const MdsAttribute& attribute : relation.attributes) rows += Row(relation, attribute);
  }
  EXPECT_EQ(relations.size(), 22u);  // 19, and SCHEMA_*
  EXPECT_EQ(rows, expected->substr(expected->find("\nOBJECT") + 1));
}

TEST(MdsRelations, AllAreRead) {
  EXPECT_EQ(MdsSchema::BuiltIn().relations().size(), MdsDeclarations().size());
  for (const MdsDeclaration& declaration : MdsDeclarations()) {
    EXPECT_TRUE(MdsSchema::BuiltIn().Find(declaration.name)) << declaration.name;
    for (const char* list : {declaration.unique, declaration.attributes}) {
      size_t at = 0;
      std::vector<MdsAttribute> attributes;
      EXPECT_EQ(ParseMdsAttributes(list, true, &attributes, &at), "") << declaration.name;
    }
  }
}

TEST(MdsRelations, AreOnThePage) {
  const auto page = ReadWhole("docs/mds.5");
  if (!page) GTEST_SKIP() << "not run in the tree";
  for (const MdsRelation& relation : MdsSchema::BuiltIn().relations()) {
    const size_t begin = page->find(".It Cm " + relation.name + "\n", page->find(".Sh RELATIONS"));
    ASSERT_NE(begin, std::string::npos) << relation.name;
    std::string text = page->substr(begin, page->find("\n.", begin + 1) - begin);
    std::replace(text.begin(), text.end(), '\n', ' ');
    bool unique = true;
    std::string expected = ".It Cm " + relation.name;
    for (const MdsAttribute& attribute : relation.attributes) {
      if (&attribute != &relation.attributes[0]) {
        expected += attribute.unique == unique ? "," : ";";
      }
      unique = attribute.unique;
      expected += " " + attribute.name;
      if (attribute.format != MdsFormat::kString) {
        expected += " " + std::string(MdsFormatName(attribute.format));
      }
      if (!attribute.symbols.empty()) expected += " " + attribute.symbols;
    }
    EXPECT_EQ(text, expected);
  }
}

}  // namespace
}  // namespace keelson
