// What is written comes back, and nothing else is believed.
#include "applets/mdsscan/catalog.h"

#include <gtest/gtest.h>

#include <string>

namespace keelson {
namespace {

Catalog Example() {
  auto memory = std::make_shared<CatalogMemory>();
  Catalog catalog;
  catalog.generation = 7;
  catalog.snapshot = 8;
  catalog.started_ns = 9;
  catalog.path = {"/a", "/b"};
  catalog.recursive = true;
  catalog.folders.resize(3);
  catalog.folders[1].name = "sub";
  catalog.folders[2].place = 1;
  catalog.folders[2].is_there = true;
  catalog.folders[2].messages = memory->KeepLines({"first", "second"});
  SeenFile directory, file;
  directory.is_directory = true;
  directory.validator = {1, 2, 3, 4, 5, 6, -7};
  file.name = "f.mds";
  file.digest = {10, 11};
  file.records = memory->Keep(std::vector<SeenRecords>{{"CSSM", 1}, {"OBJECT", 2}});
  SeenModule module;
  module.name = "0/a.bundle";
  module.fault = ModuleFault::kPartly;
  module.read_ns = 12;
  module.files = memory->Keep(std::vector<SeenFile>{directory, file});
  module.notes = memory->KeepLines({"note"});
  catalog.modules.push_back(module);
  module.name = "1/b.mds";
  catalog.modules.push_back(module);
  catalog.duplicates.push_back({"CSSM", "1/b.mds", "0/a.bundle"});
  catalog.memory = std::move(memory);
  return catalog;
}

TEST(Catalog, ComesBack) {
  const std::string bytes = FormatCatalog(Example());
  const auto catalog = ParseCatalog(bytes);
  ASSERT_TRUE(catalog);
  EXPECT_EQ(FormatCatalog(*catalog), bytes);
  EXPECT_EQ(catalog->path, (std::vector<std::string>{"/a", "/b"}));
  EXPECT_EQ(catalog->folders[2].messages[1], "second");
  const SeenModule& module = catalog->modules[1];
  EXPECT_EQ(module.name, "1/b.mds");
  EXPECT_EQ(module.fault, ModuleFault::kPartly);
  EXPECT_TRUE(module.files[0].is_directory);
  EXPECT_EQ(module.files[0].validator.ctime_ns, -7);
  EXPECT_EQ(module.files[1].records[1].relation, "OBJECT");
  EXPECT_EQ(module.files[1].records[1].count, 2u);
  EXPECT_EQ(catalog->duplicates[0].winner, "0/a.bundle");
  const auto head = ParseCatalogHead(bytes);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->generation, 7u);
  EXPECT_EQ(head->path, catalog->path);
  EXPECT_TRUE(head->modules.empty());
}

// Those that come from a file are copied as they stand there, whatever came between them.
TEST(Catalog, ModulesOfAFileAreWrittenAsTheyWere) {
  Catalog catalog = Example();
  SeenModule module = catalog.modules[0];
  for (const char* name : {"2/c.mds", "2/d.mds", "2/e.mds"}) {
    module.name = name;
    catalog.modules.push_back(module);
  }
  Catalog again = *ParseCatalog(FormatCatalog(catalog));
  for (Catalog* each : {&catalog, &again}) {
    each->modules[1] = each->modules[2];
    module.name = "2/c2.mds";
    module.read_ns = 99;
    each->modules[2] = module;
    each->modules.erase(each->modules.begin());
  }
  EXPECT_EQ(FormatCatalog(again), FormatCatalog(catalog));
}

TEST(Catalog, TornAndChangedBytesAreNone) {
  const std::string bytes = FormatCatalog(Example());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ParseCatalog(bytes.substr(0, size))) << size;
  }
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] ^= 0x40;
    EXPECT_FALSE(ParseCatalog(changed)) << at;
  }
}

TEST(Catalog, OrderIsNotTakenOnTrust) {
  Catalog catalog = Example();
  std::swap(catalog.modules[0], catalog.modules[1]);
  EXPECT_FALSE(ParseCatalog(FormatCatalog(catalog)));
  catalog = Example();
  std::swap(catalog.folders[0], catalog.folders[1]);
  EXPECT_FALSE(ParseCatalog(FormatCatalog(catalog)));
  catalog = Example();
  catalog.folders[2].place = 2;
  EXPECT_FALSE(ParseCatalog(FormatCatalog(catalog)));
}

}  // namespace
}  // namespace keelson
