#include "core/index.h"

#include <cstring>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace keelson {
namespace {

std::string_view Bytes(const IndexImage& image) { return image.bytes(); }

std::string_view Bytes(const std::vector<IndexSlot>& slots) {
  return {reinterpret_cast<const char*>(slots.data()), slots.size() * sizeof(IndexSlot)};
}

// To spoil.
std::vector<IndexSlot> CopyOf(const IndexImage& image) {
  std::vector<IndexSlot> copy(image.bytes().size() / sizeof(IndexSlot));
  std::memcpy(static_cast<void*>(copy.data()), image.bytes().data(), image.bytes().size());
  return copy;
}

IndexImage Build(const std::vector<std::string>& keys, size_t expected,
                 uint32_t (*hash)(std::string_view)) {
  IndexBuilder builder(expected);
  auto same = [&](uint32_t a, uint32_t b) { return keys[a] == keys[b]; };
  for (uint32_t i = 0; i < keys.size(); ++i) builder.Add(hash(keys[i]), i, same);
  builder.Flush(same);
  return builder.Finish();
}

uint32_t Real(std::string_view key) { return HashKey(key); }
uint32_t AllEqual(std::string_view) { return 0xffffffff; }
uint32_t Low(std::string_view key) { return HashKey(key) & 7; }

struct Case {
  const char* name;
  size_t keys;
  size_t expected;  // what the builder is told
  uint32_t (*hash)(std::string_view);
};

TEST(Index, FindsEveryKeyAndNoOther) {
  const Case cases[] = {
      {"empty", 0, 0, Real},
      {"one, told none", 1, 0, Real},
      {"told right", 5000, 5000, Real},
      {"grows from nothing", 5000, 0, Real},
      {"told far too many", 10, 10000, Real},
      {"every tag equal", 200, 0, AllEqual},
      {"eight tags", 500, 100, Low},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<std::string> keys;
    for (size_t i = 0; i < c.keys; ++i) keys.push_back("key" + std::to_string(i));
    const auto image = Build(keys, c.expected, c.hash);
    const auto view = IndexView::FromBytes(Bytes(image));
    ASSERT_TRUE(view.has_value());
    EXPECT_EQ(view->keys(), c.keys);
    auto find = [&](std::string_view key) {
      return view->Find(c.hash(key), [&](uint32_t value) { return keys[value] == key; });
    };
    for (size_t i = 0; i < c.keys; ++i) EXPECT_EQ(find(keys[i]), i);
    EXPECT_EQ(find("no such key"), std::nullopt);
    EXPECT_EQ(find(""), std::nullopt);
  }
}

TEST(Index, FirstOfEqualKeysWins) {
  std::vector<std::string> keys = {"a", "a", "b", "a"};
  for (int i = 0; i < 40; ++i) keys.push_back("k" + std::to_string(i));
  keys.push_back("b");
  keys.push_back("k0");
  const auto image = Build(keys, keys.size(), Real);
  const auto view = IndexView::FromBytes(Bytes(image));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->keys(), 42u);
  auto find = [&](std::string_view key) {
    return view->Find(Real(key), [&](uint32_t value) { return keys[value] == key; });
  };
  EXPECT_EQ(find("a"), 0u);
  EXPECT_EQ(find("b"), 2u);
  EXPECT_EQ(find("k0"), 4u);
}

TEST(Index, FindOrInsertChangesAValueInPlace) {
  IndexBuilder builder(0);
  const auto same = [](uint32_t a, uint32_t b) { return a % 10 == b % 10; };
  bool inserted;
  for (uint32_t value : {3u, 13u, 23u}) {
    uint32_t* place = builder.FindOrInsert(7, value, same, &inserted);
    EXPECT_EQ(inserted, value == 3);
    *place = value + 1;
  }
  const auto image = builder.Finish();
  const auto view = IndexView::FromBytes(Bytes(image));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->Find(7, [](uint32_t) { return true; }), 23u);
}

TEST(Index, LargestValue) {
  IndexBuilder builder(1);
  const auto same = [](uint32_t a, uint32_t b) { return a == b; };
  builder.Add(5, kMaxIndexValue, same);
  builder.Flush(same);
  const auto image = builder.Finish();
  EXPECT_EQ(IndexView::FromBytes(Bytes(image))->Find(5, [](uint32_t) { return true; }),
            kMaxIndexValue);
}

TEST(Index, EightBytesASlotAndHalfOfThemUsed) {
  std::vector<std::string> keys;
  for (size_t i = 0; i < 1000; ++i) keys.push_back(std::to_string(i));
  EXPECT_LE(Bytes(Build(keys, 1000, Real)).size(), kIndexHeaderBytes + 8 * 2 * 1000 + 64);
}

TEST(Index, ForeignBytesAreRefusedOrHarmless) {
  std::vector<std::string> keys = {"a", "b"};
  const auto image = Build(keys, 2, Real);
  const std::string_view good = Bytes(image);
  EXPECT_FALSE(IndexView::FromBytes(""));
  EXPECT_FALSE(IndexView::FromBytes(good.substr(0, kIndexHeaderBytes - 1)));
  EXPECT_FALSE(IndexView::FromBytes(good.substr(0, good.size() - 8))) << "slots cut off";
  std::vector<IndexSlot> bad = CopyOf(image);
  bad[0].value_plus_1 ^= 1;
  EXPECT_FALSE(IndexView::FromBytes(Bytes(bad))) << "magic";
  bad = CopyOf(image);
  const uint64_t many = ~uint64_t{0};
  std::memcpy(static_cast<void*>(&bad[1]), &many, sizeof many);
  EXPECT_FALSE(IndexView::FromBytes(Bytes(bad))) << "slots beyond the bytes";

  // A table without an empty slot ends by itself.
  bad = CopyOf(image);
  for (size_t i = kIndexHeaderBytes / 8; i < bad.size(); ++i) bad[i] = {1, 9};
  const auto full = IndexView::FromBytes(Bytes(bad));
  ASSERT_TRUE(full);
  EXPECT_EQ(full->Find(9, [](uint32_t) { return false; }), std::nullopt);
}

TEST(Index, HashIsXxh3) {
  // XXH3_64bits of the empty input with seed 0 is 2D06800538D394C2 (xxHash's own test vector).
  EXPECT_EQ(HashKey(std::string_view()), 0x2d068005u);
  const uint32_t id = 1000;
  EXPECT_EQ(HashKey(id), HashKey(std::string_view(reinterpret_cast<const char*>(&id), 4)));
}

}  // namespace
}  // namespace keelson
