#include "core/nscd_map.h"

#include <sys/mman.h>

#include <cstring>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace keelson {
namespace {

constexpr int64_t kNow = 1'000'000;
constexpr auto kByName = NscdType::kPasswdByName;
constexpr auto kByUid = NscdType::kPasswdByUid;

// What the builder hands out, put together; every byte once.
class Map {
 public:
  explicit Map(size_t limit, size_t buckets = 7)
      : builder(buckets, limit, [this](size_t offset, std::string_view bytes) {
          if (offset + bytes.size() > bytes_.size()) bytes_.resize(offset + bytes.size(), '?');
          for (size_t i = 0; i < bytes.size(); ++i) EXPECT_EQ(bytes_[offset + i], '?');
          bytes_.replace(offset, bytes.size(), bytes);
        }) {}

  NscdMapBuilder builder;

  void Finish() {
    const size_t size = builder.bytes();
    while (!builder.Finish()) {
    }
    EXPECT_EQ(bytes_.size(), size);
    EXPECT_EQ(builder.bytes(), size);
    RefreshNscdMap(head(), kNow);
  }
  NscdMapHead* head() { return reinterpret_cast<NscdMapHead*>(bytes_.data()); }
  std::string_view bytes() { return bytes_; }
  std::string_view data() {
    return bytes().substr(NscdMapBuilder::EmptyBytes(static_cast<size_t>(head()->buckets)));
  }
  std::string Find(NscdType type, std::string_view key, int64_t now = kNow) {
    const auto found = FindInNscdMap(bytes(), {type, key}, now);
    return found ? std::string(*found) : "(none)";
  }

 private:
  std::string bytes_;
};

std::string Answer(std::string_view text) { return "answer of " + std::string(text); }

void Add(Map* map, std::string_view name, std::string_view uid, std::string_view answer) {
  const NscdKey keys[] = {{kByName, name}, {kByUid, uid}};
  ASSERT_NE(map->builder.Add(answer, keys), NscdMapBuilder::kNowhere);
}

uint32_t U32(std::string_view bytes, size_t at) {
  uint32_t value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// h = c + 65599 h, over the NUL too.
uint32_t Sdbm(const std::string& key) {
  uint32_t hash = 0;
  for (size_t i = 0; i <= key.size(); ++i) {
    hash = static_cast<unsigned char>(key.c_str()[i]) + 65599 * hash;
  }
  return hash;
}

TEST(NscdMap, FindsEveryKeyAndNoOther) {
  for (size_t buckets : {1, 2, 97, 4001}) {
    SCOPED_TRACE(buckets);
    Map map(1 << 20, buckets);
    for (int i = 0; i < 1000; ++i) {
      Add(&map, "user" + std::to_string(i), std::to_string(i * 1000), Answer(std::to_string(i)));
    }
    map.Finish();
    EXPECT_EQ(map.builder.entries(), 2000u);
    EXPECT_EQ(map.head()->entries, 2000);
    for (int i = 0; i < 1000; ++i) {
      const std::string answer = Answer(std::to_string(i));
      EXPECT_EQ(map.Find(kByName, "user" + std::to_string(i)), answer);
      EXPECT_EQ(map.Find(kByUid, std::to_string(i * 1000)), answer);
      EXPECT_EQ(map.Find(kByUid, "user" + std::to_string(i)), "(none)");
      EXPECT_EQ(map.Find(kByName, "user" + std::to_string(i) + "x"), "(none)");
    }
    EXPECT_EQ(map.Find(kByName, ""), "(none)");
  }
}

// Byte by byte as clients read it, without the code that is tested.
TEST(NscdMap, IsLaidOutAsClientsExpect) {
  Map map(4096, 5);
  const std::string answer("\2\0\0\0\1\0\0\0root\0x", 15);
  const NscdKey keys[] = {{kByName, std::string_view(answer).substr(8, 4)}, {kByUid, "4711"}};
  ASSERT_NE(map.builder.Add(answer, keys), NscdMapBuilder::kNowhere);
  map.Finish();
  EXPECT_EQ(map.bytes().size(), 120 + 32 + map.data().size());
  EXPECT_EQ(map.head()->version, 2);
  EXPECT_EQ(map.head()->header_size, 120);
  EXPECT_EQ(map.head()->gc_cycle, 0);
  EXPECT_EQ(map.head()->certainly_running, 0);
  EXPECT_EQ(map.head()->buckets, 5);
  EXPECT_EQ(static_cast<size_t>(map.head()->data_size), map.data().size());
  const std::string_view data = map.data();
  for (const std::string& key : {std::string("root"), std::string("4711")}) {
    SCOPED_TRACE(key);
    uint32_t entry = U32(map.bytes(), 120 + Sdbm(key) % 5 * 4);
    const int type = key == "root" ? 0 : 1;
    if (data.at(entry) != type) entry = U32(data, entry + 16);
    ASSERT_EQ(data.at(entry), type);
    EXPECT_EQ(entry % 8, 0u);
    EXPECT_LE(entry + 28, data.size());
    EXPECT_EQ(U32(data, entry + 4), 5u);
    EXPECT_EQ(data.substr(U32(data, entry + 8), 5), std::string_view(key.c_str(), 5));
    const uint32_t packet = U32(data, entry + 20);
    EXPECT_EQ(packet % 8, 0u);
    EXPECT_LE(packet + U32(data, packet), data.size());
    EXPECT_EQ(U32(data, packet + 4), answer.size());
    EXPECT_EQ(data.at(packet + 18), 1);
    EXPECT_EQ(data.substr(packet + 24, answer.size()), answer);
  }
  // The name is not there twice.
  EXPECT_EQ(data.find("root"), data.rfind("root"));
}

TEST(NscdMap, OfTwoAnswersOfAKeyTheOneAddedLastIsFound) {
  for (size_t between : {0, 1, 15, 16, 17, 200}) {
    SCOPED_TRACE(between);
    Map map(1 << 20, 3);
    Add(&map, "double", "1", Answer("first"));
    for (size_t i = 0; i < between; ++i) {
      Add(&map, "x" + std::to_string(i), "7" + std::to_string(i), Answer("x"));
    }
    Add(&map, "double", "2", Answer("last"));
    map.Finish();
    EXPECT_EQ(map.Find(kByName, "double"), Answer("last"));
    EXPECT_EQ(map.Find(kByUid, "1"), Answer("first"));
    EXPECT_EQ(map.Find(kByUid, "2"), Answer("last"));
  }
}

TEST(NscdMap, AnAnswerCanHaveFurtherKeys) {
  Map map(1 << 16);
  const auto answer = map.builder.Add(Answer("no groups"), {});
  ASSERT_NE(answer, NscdMapBuilder::kNowhere);
  for (const char* user : {"a", "ab", "a longer name than these"}) {
    EXPECT_TRUE(map.builder.AddKey({NscdType::kInitgroups, user}, answer));
  }
  map.Finish();
  for (const char* user : {"a", "ab", "a longer name than these"}) {
    EXPECT_EQ(map.Find(NscdType::kInitgroups, user), Answer("no groups"));
  }
}

TEST(NscdMap, KeysMayBeEmptyOrLong) {
  Map map(1 << 16);
  const std::string longest(1023, 'k');
  Add(&map, "", "0", Answer("empty"));
  Add(&map, longest, longest, Answer("long"));
  map.Finish();
  EXPECT_EQ(map.Find(kByName, ""), Answer("empty"));
  EXPECT_EQ(map.Find(kByName, longest), Answer("long"));
  EXPECT_EQ(map.Find(kByName, longest.substr(1)), "(none)");
}

TEST(NscdMap, TakesWhatFitsAndNothingElse) {
  const size_t empty = NscdMapBuilder::EmptyBytes(7);
  for (size_t room = 0; room < 400; ++room) {
    SCOPED_TRACE(room);
    Map map(empty + room);
    const NscdKey keys[] = {{kByName, "name"}, {kByUid, "12345"}};
    size_t added = 0;
    while (map.builder.Add("the answer", keys) != NscdMapBuilder::kNowhere) ++added;
    // Two entries, both keys up to 64, the packet's head and the answer up to 104.
    EXPECT_EQ(added, room / 104);
    const bool key_fits = map.builder.AddKey({NscdType::kInitgroups, "u"}, 0);
    EXPECT_EQ(key_fits, room % 104 >= 32);
    map.Finish();
    EXPECT_EQ(map.bytes().size(), empty + added * 104 + (key_fits ? 32 : 0));
    EXPECT_EQ(map.Find(kByName, "name"), added > 0 ? "the answer" : "(none)");
  }
}

TEST(NscdMap, AnswersThatCanNeverFitAreRefused) {
  Map map(1 << 12);
  const std::string large(1 << 13, 'x');
  EXPECT_EQ(map.builder.Add(large, {}), NscdMapBuilder::kNowhere);
  const NscdKey key = {kByName, large};
  EXPECT_EQ(map.builder.Add("a", {&key, 1}), NscdMapBuilder::kNowhere);
  EXPECT_FALSE(map.builder.AddKey(key, 0));
  map.Finish();
  EXPECT_EQ(map.data().size(), 0u);
}

// More than a head can speak of is refused, without a look at it.
TEST(NscdMap, DataEndsBelowTwoToThe31st) {
  constexpr size_t kBytes = size_t{1} << 31;
  void* far = mmap(nullptr, kBytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(far, MAP_FAILED);
  Map map(4 * kBytes, 1);
  const NscdKey key = {kByName, "name"};
  for (const size_t size : {kBytes, size_t{INT32_MAX}, size_t{INT32_MAX} - 62}) {
    EXPECT_EQ(map.builder.Add({static_cast<char*>(far), size}, {&key, 1}),
              NscdMapBuilder::kNowhere);
  }
  EXPECT_EQ(map.builder.Add("the answer", {&key, 1}), 32u);
  map.Finish();
  EXPECT_EQ(map.head()->data_size, 72);
  munmap(far, kBytes);
}

// Pieces are handed out between records, and one that is longer than a piece is whole.
TEST(NscdMap, ManyPiecesAreOneMap) {
  Map map(64 << 20, 1001);
  const std::string long_answer(700'000, 'l');
  for (int i = 0; i < 20'000; ++i) {
    Add(&map, "user" + std::to_string(i), std::to_string(i),
        i % 9000 == 0 ? long_answer : Answer(std::to_string(i)));
  }
  Add(&map, "user7", "7", "found first");
  map.Finish();
  for (int i = 0; i < 20'000; ++i) {
    const std::string expected = i == 7          ? "found first"
                                 : i % 9000 == 0 ? long_answer
                                                 : Answer(std::to_string(i));
    ASSERT_EQ(map.Find(kByName, "user" + std::to_string(i)), expected);
    ASSERT_EQ(map.Find(kByUid, std::to_string(i)), expected);
  }
}

TEST(NscdMap, EmptyOneIsValid) {
  Map map(NscdMapBuilder::EmptyBytes(1), 1);
  map.Finish();
  EXPECT_EQ(map.bytes().size(), 136u);
  EXPECT_EQ(U32(map.bytes(), 120), 0xffffffffu);
  EXPECT_EQ(map.Find(kByName, "root"), "(none)");
}

TEST(NscdMap, HeadSaysWhetherItIsToBeUsed) {
  Map map(4096);
  Add(&map, "root", "0", "the answer");
  map.Finish();
  const NscdMapHead good = *map.head();
  EXPECT_EQ(map.Find(kByName, "root", kNow + 300), "the answer");
  EXPECT_EQ(map.Find(kByName, "root", kNow + 301), "(none)");
  RefreshNscdMap(map.head(), kNow + 1);
  EXPECT_EQ(map.Find(kByName, "root", kNow + 301), "the answer");
  MarkNscdMapStale(map.head());
  EXPECT_EQ(map.Find(kByName, "root"), "(none)");
  *map.head() = good;
  PoisonNscdMap(map.head());
  EXPECT_EQ(map.Find(kByName, "root"), "(none)");

  struct Spoilt {
    const char* name;
    void (*spoil)(NscdMapHead* head);
  };
  const Spoilt cases[] = {
      {"version", [](NscdMapHead* head) { head->version = 1; }},
      {"head", [](NscdMapHead* head) { head->header_size = 112; }},
      {"gc_cycle", [](NscdMapHead* head) { head->gc_cycle = -1; }},
      {"no bucket", [](NscdMapHead* head) { head->buckets = 0; }},
      {"negative buckets", [](NscdMapHead* head) { head->buckets = -7; }},
      {"too many buckets", [](NscdMapHead* head) { head->buckets = INT32_MAX; }},
      {"negative data", [](NscdMapHead* head) { head->data_size = -1; }},
      {"a byte too much", [](NscdMapHead* head) { ++head->data_size; }},
  };
  for (const Spoilt& c : cases) {
    SCOPED_TRACE(c.name);
    *map.head() = good;
    c.spoil(map.head());
    EXPECT_EQ(map.Find(kByName, "root"), "(none)");
  }
  *map.head() = good;
  map.head()->certainly_running = 1;
  EXPECT_EQ(map.Find(kByName, "root", kNow + 301), "the answer");
}

TEST(NscdMap, EntriesThatLeadElsewhereAreNoAnswer) {
  struct Spoilt {
    const char* name;
    size_t at;  // in the data: an entry, its key, the packet's head, the answer
    uint32_t value;
  };
  const Spoilt cases[] = {
      {"key outside", 8, 72},
      {"key at the end", 8, 68},
      {"key far outside", 8, 0xfffffff0},
      {"key length", 4, 6},
      {"negative length", 4, 0x80000005},
      {"packet outside", 20, 56},
      {"packet between", 20, 33},
      {"packet nowhere", 20, 0xffffffff},
      {"larger packet", 32, 49},
      {"negative packet", 32, 0xffffffff},
      {"longer answer", 36, 17},
      {"negative answer", 36, 0xfffffff0},
      {"not usable", 48, 0},
  };
  for (const Spoilt& c : cases) {
    SCOPED_TRACE(c.name);
    Map map(4096, 1);
    const NscdKey key = {kByName, "root"};
    ASSERT_EQ(map.builder.Add("the answer here.", {&key, 1}), 32u);
    map.Finish();
    ASSERT_EQ(map.data().size(), 72u);
    EXPECT_EQ(map.Find(kByName, "root"), "the answer here.");
    std::memcpy(const_cast<char*>(map.data().data()) + c.at, &c.value, sizeof c.value);
    EXPECT_EQ(map.Find(kByName, "root"), "(none)");
  }
}

TEST(NscdMap, ACircleOfEntriesEnds) {
  Map map(4096, 1);
  Add(&map, "a", "1", Answer("a"));
  map.Finish();
  // The second entry is the bucket's first one; the other leads back to it.
  const uint32_t next = 24;
  std::memcpy(const_cast<char*>(map.data().data()) + 16, &next, sizeof next);
  EXPECT_EQ(map.Find(kByName, "b"), "(none)");
  EXPECT_EQ(map.Find(kByName, "a"), Answer("a"));
}

}  // namespace
}  // namespace keelson
