#include "core/id_allocator.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace keelson {
namespace {

using Direction = IdAllocator::Direction;

struct Stage {
  IdRange range{10, 14};
  Direction direction = Direction::kDown;
  std::set<uint32_t> users = {}, groups = {}, spent = {};
  std::vector<IdRange> reserved = {}, subordinate = {};
};

IdAllocator AllocatorOf(const Stage& stage) {
  IdAllocator allocator(
      stage.range, stage.range, stage.direction,
      [users = stage.users, groups = stage.groups](AccountKind kind, uint32_t id) {
        return (kind == AccountKind::kUser ? users : groups).contains(id);
      });
  for (const IdRange& range : stage.reserved) allocator.Reserve(range);
  for (const IdRange& range : stage.subordinate) allocator.ReserveSubordinate(range);
  for (const uint32_t id : stage.spent) allocator.Spend(id);
  return allocator;
}

// "12" (as wished), "12!" (another one), or why there is none.
std::string Give(IdAllocator* allocator, AccountKind kind, std::vector<uint32_t> wishes,
                 bool enforce = false) {
  const IdAnswer answer = allocator->Give({kind, wishes, enforce});
  if (!answer.id) return std::string(IdRefusalText(answer.refused));
  return std::to_string(*answer.id) + (answer.wished ? "" : "!");
}

TEST(IdAllocator, NextFree) {
  const struct {
    std::string name;
    Stage stage;
    std::string expected;  // users without a wish until none is left
  } kCases[] = {
      {"down", {}, "14! 13! 12! 11! 10! "},
      {"up", {.direction = Direction::kUp}, "10! 11! 12! 13! 14! "},
      {"users and groups count", {.users = {14, 12}, .groups = {13}}, "11! 10! "},
      {"tombstones", {.spent = {14, 10}}, "13! 12! 11! "},
      {"reserved", {.reserved = {{12, 20}, {10, 10}}}, "11! "},
      {"reserved, up", {.direction = Direction::kUp, .reserved = {{0, 12}}}, "13! 14! "},
      {"reserved around", {.reserved = {{0, 4294967295}}}, ""},
      {"subordinate", {.subordinate = {{11, 13}}}, "14! 10! "},
      {"one", {.range = {7, 7}}, "7! "},
      {"empty", {.range = {8, 7}}, ""},
      {"what is no id, down", {.range = {65534, 65536}}, "65536! 65534! "},
      {"the end", {.range = {4294967293, 4294967295}}, "4294967294! 4294967293! "},
      {"the end, up",
       {.range = {4294967294, 4294967295}, .direction = Direction::kUp},
       "4294967294! "},
      {"the beginning", {.range = {0, 1}}, "1! 0! "},
      {"all but one of everything",
       {.range = {0, 4294967295}, .reserved = {{0, 999}, {1001, 4294967295}}},
       "1000! "},
  };
  for (const auto& c : kCases) {
    IdAllocator allocator = AllocatorOf(c.stage);
    std::string given;
    for (int i = 0; i < 6; ++i) {
      const std::string answer = Give(&allocator, AccountKind::kUser, {});
      if (answer == IdRefusalText(IdRefusal::kRangeFull)) break;
      given += answer + " ";
    }
    EXPECT_EQ(given, c.expected) << c.name;
  }
}

TEST(IdAllocator, RangesAreJoined) {
  const struct {
    std::vector<IdRange> ranges;
    uint32_t id;
    std::optional<IdRange> expected;
  } kCases[] = {
      {{}, 5, std::nullopt},
      {{{3, 7}}, 2, std::nullopt},
      {{{3, 7}}, 3, IdRange{3, 7}},
      {{{3, 7}}, 7, IdRange{3, 7}},
      {{{3, 7}}, 8, std::nullopt},
      {{{3, 7}, {8, 9}}, 5, IdRange{3, 9}},
      {{{8, 9}, {3, 7}}, 9, IdRange{3, 9}},
      {{{3, 7}, {9, 9}}, 8, std::nullopt},
      {{{3, 4}, {6, 7}, {9, 9}, {2, 8}}, 9, IdRange{2, 9}},
      {{{2, 8}, {3, 4}}, 8, IdRange{2, 8}},
      {{{2, 4}, {3, 8}}, 2, IdRange{2, 8}},
      {{{0, 0}, {4294967295, 4294967295}}, 0, IdRange{0, 0}},
      {{{5, 4294967295}, {0, 4}}, 4294967295, IdRange{0, 4294967295}},
      {{{0, 4294967295}, {7, 9}}, 8, IdRange{0, 4294967295}},
  };
  for (const auto& c : kCases) {
    IdRanges ranges;
    for (const IdRange& range : c.ranges) ranges.Add(range);
    EXPECT_EQ(ranges.Around(c.id), c.expected) << c.id;
  }
}

TEST(IdAllocator, Wishes) {
  const Stage stage = {.users = {3},
                       .groups = {4},
                       .spent = {5},
                       .reserved = {{750, 999}},
                       .subordinate = {{100000, 165535}}};
  const struct {
    AccountKind kind;
    std::vector<uint32_t> wishes;
    bool enforce;
    std::string expected;
  } kCases[] = {
      {AccountKind::kUser, {7}, false, "7"},
      {AccountKind::kUser, {0}, false, "0"},
      {AccountKind::kUser, {3}, false, "14!"},
      {AccountKind::kUser, {3}, true, "is taken"},
      {AccountKind::kGroup, {3}, true, "3"},  // adm is user 3 and group 4
      {AccountKind::kUser, {4}, true, "4"},
      {AccountKind::kUser, {5}, true, "belonged to an account that was removed"},
      {AccountKind::kGroup, {5}, true, "belonged to an account that was removed"},
      {AccountKind::kUser, {800}, true, "is in a reserved range"},
      {AccountKind::kUser, {100000}, true, "is in a subordinate range"},
      {AccountKind::kUser, {165535}, false, "14!"},
      {AccountKind::kUser, {65535}, true, "is not an id that an account may have"},
      {AccountKind::kUser, {4294967295}, false, "14!"},
      {AccountKind::kUser, {3, 9}, false, "9!"},
      {AccountKind::kUser, {3, 5, 800}, false, "14!"},
      {AccountKind::kUser, {}, true, "14!"},
  };
  for (const auto& c : kCases) {
    IdAllocator allocator = AllocatorOf(stage);
    EXPECT_EQ(Give(&allocator, c.kind, c.wishes, c.enforce), c.expected)
        << (c.wishes.empty() ? 0 : c.wishes[0]);
  }
}

TEST(IdAllocator, WhatWasGivenIsTaken) {
  IdAllocator allocator = AllocatorOf({});
  EXPECT_EQ(Give(&allocator, AccountKind::kUser, {14}), "14");
  EXPECT_EQ(Give(&allocator, AccountKind::kUser, {14}, true), "is taken");
  EXPECT_EQ(Give(&allocator, AccountKind::kUser, {}), "13!");
  // The group of the same name gets the same id; a group of its own gets a new one.
  EXPECT_EQ(Give(&allocator, AccountKind::kGroup, {13}), "13");
  EXPECT_EQ(Give(&allocator, AccountKind::kGroup, {}), "12!");
  EXPECT_EQ(Give(&allocator, AccountKind::kUser, {}), "11!");
  EXPECT_EQ(Give(&allocator, AccountKind::kUser, {}), "10!");
  EXPECT_EQ(Give(&allocator, AccountKind::kGroup, {}), "has no free successor in the range");
}

TEST(IdAllocator, WhatOthersMayWishForIsGivenToNobodyElse) {
  IdAllocator allocator = AllocatorOf({});
  allocator.Avoid(14);
  allocator.Avoid(13);
  EXPECT_EQ(Give(&allocator, AccountKind::kUser, {}), "12!");
  EXPECT_EQ(Give(&allocator, AccountKind::kUser, {13}), "13");
}

TEST(IdAllocator, NeverTwiceInManyThousands) {
  IdAllocator allocator = AllocatorOf({.range = {1, 60000}});
  std::set<std::string> given;
  for (int i = 0; i < 60000; ++i) {
    EXPECT_TRUE(given.insert(Give(&allocator, AccountKind::kUser, {})).second);
  }
  EXPECT_EQ(Give(&allocator, AccountKind::kUser, {}), "has no free successor in the range");
}

}  // namespace
}  // namespace keelson
