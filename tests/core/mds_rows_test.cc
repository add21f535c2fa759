#include "core/mds_rows.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace keelson {
namespace {

using Pairs = std::vector<std::pair<uint32_t, uint32_t>>;

// A unique text and a text.
const std::vector<MdsRows::Column> kColumns = {{0, true}, {0, false}};

struct Row {
  uint32_t module;
  const char* key;  // or null
  const char* text;
};

struct Built {
  MdsValues values[2] = {MdsValues(0), MdsValues(1)};
  MdsRows rows{kColumns};
  Pairs left_out;

  void Build(const std::vector<Row>& added) {
    for (const Row& row : added) {
      uint32_t cells[2] = {};
      if (row.key != nullptr) cells[0] = values[0].Intern(row.key) + 1;
      if (row.text != nullptr) cells[1] = values[0].Intern(row.text) + 1;
      rows.AddNew(row.module, cells);
    }
    EXPECT_TRUE(values[0].Join() && values[1].Join());
    EXPECT_TRUE(rows.Build(values, [this](uint32_t module, uint32_t winner) {
      left_out.push_back({module, winner});
    }));
  }
  std::string Text() const {
    std::string text;
    for (size_t i = 0; i < rows.rows().size(); ++i) {
      const uint32_t cell = rows.rows()[i];
      text += i % 3 == 0 ? " " + std::to_string(cell) + ":" : "";
      if (i % 3 != 0) text += cell == 0 ? "-" : std::string(Value(cell - 1));
    }
    return text;
  }
  std::string_view Value(uint32_t rank) const {
    const auto& ends = values[0].ends();
    return values[0].bytes().substr(ends[rank], ends[rank + 1] - ends[rank]);
  }
};

TEST(MdsRows, FirstOfEqualKeysStays) {
  Built built;
  built.Build({{0, "k", "b"}, {0, "k", "a"}, {1, nullptr, "a"}, {2, nullptr, "c"}, {2, "k", "b"}});
  EXPECT_EQ(built.Text(), " 0:kb 1:-a");
  EXPECT_EQ(built.left_out, (Pairs{{0, 0}, {2, 1}, {2, 0}}));
  EXPECT_EQ(built.rows.ordered(0), (std::vector<uint32_t>{0}));
  EXPECT_EQ(built.rows.ordered(1), (std::vector<uint32_t>{1, 0}));
  EXPECT_EQ(built.rows.slots(), 18u);
}

TEST(MdsRows, OlderRowsAreMergedByTheirModules) {
  Built old;
  old.Build({{0, "a", "x"}, {1, "b", "x"}, {1, "c", "w"}, {2, "d", nullptr}});
  MdsOldRows rows;
  rows.rows = reinterpret_cast<const char*>(old.rows.rows().data());
  rows.records = 4;
  rows.tags = {1, 2, 3, 4};
  for (size_t c = 0; c < 2; ++c) {
    rows.ordered.push_back({reinterpret_cast<const char*>(old.rows.ordered(c).data()),
                            static_cast<uint32_t>(old.rows.ordered(c).size())});
  }
  Built built;
  built.values[0].SetOld(reinterpret_cast<const char*>(old.values[0].ends().data()),
                         old.values[0].count(), old.values[0].bytes().data());
  const std::vector<uint32_t> modules = {kNoMdsModule, 1, 3};  // the first one is gone
  built.rows.SetOld(&rows, modules);
  built.rows.UseOldValues(built.values);
  built.Build({{0, "n", "x"}, {2, "m", "wa"}, {4, "a", "x"}});
  EXPECT_EQ(built.Text(), " 0:nx 1:bx 1:cw 2:mwa 3:d- 4:ax");
  EXPECT_EQ(built.left_out, Pairs());
  EXPECT_EQ(built.rows.ordered(0), (std::vector<uint32_t>{5, 1, 2, 4, 3, 0}));
  EXPECT_EQ(built.rows.ordered(1), (std::vector<uint32_t>{2, 3, 0, 1, 5}));
}

TEST(MdsRows, NoRecordsNoIndex) {
  Built built;
  built.Build({});
  EXPECT_EQ(built.rows.records(), 0u);
  EXPECT_EQ(built.rows.slots(), 0u);
  EXPECT_EQ(built.rows.index(), "");
}

}  // namespace
}  // namespace keelson
