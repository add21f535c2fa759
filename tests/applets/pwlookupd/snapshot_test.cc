// A snapshot's answers are the socket's: for every key that a file could mean, what is found in the
// map is what LookupMachine says, byte for byte, and whatever the file has is there.
#include "applets/pwlookupd/snapshot.h"

#include <algorithm>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "applets/pwlookupd/tables.h"
#include "core/flat_file.h"
#include "gtest/gtest.h"
#include "tests/applets/pwlookupd/bytes_of.h"

namespace keelson {
namespace {

using std::string_literals::operator""s;

constexpr int64_t kNow = 1'000'000;
constexpr uint64_t kNoLimit = UINT64_MAX;

class Glibc : public Asker {
 public:
  bool Privileged() override { return false; }
  void AskedForMapping() override {}
  bool MayBeGlibc() override { return true; }
};

Snapshot Build(const LookupMachine& machine, Database database, uint64_t limit = kNoLimit) {
  const auto builder = NewSnapshotBuilder(machine, database, limit);
  Snapshot snapshot;
  while (snapshot.memory == nullptr) {
    if (Error error = builder->Step(&snapshot); !error.ok()) {
      ADD_FAILURE() << error.Text();
      break;
    }
  }
  RefreshNscdMap(snapshot.head(), kNow);
  return snapshot;
}

std::optional<std::string_view> Find(const Snapshot& snapshot, const NscdKey& key) {
  const auto memory = snapshot.memory->memory();
  return FindInNscdMap({memory.data(), memory.size()}, key, kNow);
}

std::string Ask(LookupMachine* machine, const NscdKey& key) {
  Glibc asker;
  std::string answer;
  machine->Handle({key.type, key.key}, asker, &answer);
  return answer;
}

bool IsFound(const std::string& answer) { return answer.size() > 4 && answer[4] == 1; }

const std::vector<NscdType> kTypes[] = {
    {NscdType::kPasswdByName, NscdType::kPasswdByUid},
    {NscdType::kGroupByName, NscdType::kGroupByGid, NscdType::kInitgroups},
    {NscdType::kServiceByName, NscdType::kServiceByPort}};

// Pieces of files out of which lines are put together at random.
class RandomFile {
 public:
  explicit RandomFile(unsigned seed) : random_(seed) {}

  std::string Passwd() {
    return Lines([this](std::string* line) {
      *line += Name() + ":" + One({"x", "", "!", "pass word"}) + ":" + Id();
      if (Chance(30)) return;
      *line += ":" + Id();
      if (Chance(20)) return;
      *line +=
          ":" + One({"", "Somebody", "A,B,,", "gecos: more"}) + ":" + One({"/", "", "/home/a"});
      *line += ":" + One({"/bin/sh", "", "/bin/sh\r", "/a:b"});
    });
  }
  std::string Group() {
    return Lines([this](std::string* line) {
      *line += Name() + ":" + One({"x", "", "*"}) + ":" + Id();
      if (Chance(10)) return;
      *line += ":";
      for (int left = Below(6); left != 0; --left) {
        *line += One({"", " ", "  \t"}) + Name() + One({",", ",,", ""});
      }
    });
  }
  std::string Services() {
    return Lines([this](std::string* line) {
      *line += One({"http", "https", "a/b", "dns", "x", "80"}) + One({" ", "\t", "  "});
      *line += One({"80", "53", "0x50", "0120", "65535", "65616", "4294967296", "-1", "7"});
      *line += One({"/tcp", "/udp", "", "/", "//tcp", "/tcp/x", "/ tcp", "tcp"});
      for (int left = Below(4); left != 0; --left) {
        *line += " " + One({"www", "http", "a/b/", "dns", "web/tcp", "#comment", "\r"});
      }
    });
  }

 private:
  int Below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }
  bool Chance(int percent) { return Below(100) < percent; }
  std::string One(std::vector<std::string> of) {
    return of[static_cast<size_t>(Below(static_cast<int>(of.size())))];
  }
  std::string Name() {
    if (Chance(60)) return "user" + std::to_string(Below(12));
    return One({"", "root", "+", "-root", "+user1", "a b", "ann", "@x", "1", "0", "x\xc3\xa4",
                std::string(1100, 'n'), "-", "#x"});
  }
  std::string Id() {
    if (Chance(60)) return std::to_string(Below(12));
    return One({"", "4294967295", "4294967296", "-1", " 7", "+7", "007", "-0", "x", "0x10", "3 "});
  }
  template <typename Fill>
  std::string Lines(Fill fill) {
    std::string file;
    for (int left = Below(30); left != 0; --left) {
      file += One({"", "", "", "", "", " ", "\t", "#", "# "});
      fill(&file);
      if (Chance(5)) file += "\0tail"s;
      if (Chance(5)) file += "\n";
      file += "\n";
    }
    if (!file.empty() && Chance(30)) file.pop_back();
    return file;
  }

  std::mt19937 random_;
};

// Whatever could be a key: every piece of the file, odd numbers, and combinations.
std::set<std::string> KeysOf(const std::string& file) {
  std::set<std::string> pieces = {"", "nobody", "0", "4294967295", "99", "http/tcp", "x/", "/"};
  std::string piece;
  for (const char c : file + "\n") {
    const bool ends = std::string(":,\n \t\0\r", 8).find(c) != std::string::npos;
    if (!ends) {
      piece += c;
      continue;
    }
    pieces.insert(piece);
    piece.clear();
  }
  for (int i = 0; i < 12; ++i) pieces.insert("user" + std::to_string(i));
  std::set<std::string> keys = pieces;
  for (const std::string& one : pieces) {
    for (const char* protocol : {"", "tcp", "udp", "x", "tcp/x"}) keys.insert(one + "/" + protocol);
  }
  for (uint16_t port : {80, 53, 7, 65535, 81}) {
    for (const char* protocol : {"", "tcp", "udp"}) {
      keys.insert(std::to_string(NscdPortKey(port)) + "/" + protocol);
    }
  }
  return keys;
}

// Keys that are not as a client writes them are asked for at the socket.
bool IsCanonical(const NscdKey& key) {
  switch (key.type) {
    case NscdType::kPasswdByUid:
    case NscdType::kGroupByGid: {
      const auto id = ParseId(key.key);
      return id && std::to_string(*id) == key.key;
    }
    case NscdType::kServiceByPort: {
      const std::string_view port = key.key.substr(0, key.key.find('/'));
      const auto number = ParseId(port);
      return number && std::to_string(*number) == port;
    }
    case NscdType::kInitgroups:
      return IsLookupName(key.key);
    default:
      return true;
  }
}

void ExpectSameAnswers(LookupMachine* machine, const std::set<std::string>& keys, uint64_t limit) {
  for (size_t i = 0; i < kMappedDatabases; ++i) {
    const Snapshot snapshot = Build(*machine, static_cast<Database>(i), limit);
    ASSERT_NE(snapshot.memory, nullptr);
    EXPECT_EQ(snapshot.bytes, snapshot.memory->memory().size());
    if (limit != kNoLimit) {
      EXPECT_LE(snapshot.bytes, std::max<uint64_t>(limit, 200));
    } else {
      EXPECT_TRUE(snapshot.whole);
    }
    for (const std::string& text_key : keys) {
      for (const NscdType type : kTypes[i]) {
        const NscdKey key = {type, text_key};
        const std::string asked = Ask(machine, key);
        const auto found = Find(snapshot, key);
        if (found) {
          EXPECT_EQ(*found, asked) << static_cast<int>(type) << " " << text_key;
        } else if (snapshot.whole && IsCanonical(key)) {
          EXPECT_FALSE(IsFound(asked)) << static_cast<int>(type) << " " << text_key;
        }
      }
    }
  }
}

TEST(Snapshot, OfAnyFileHasTheAnswersOfTheSocket) {
  for (unsigned seed = 0; seed < 25; ++seed) {
    SCOPED_TRACE(seed);
    RandomFile random(seed);
    const std::string passwd = random.Passwd(), group = random.Group(),
                      services = random.Services();
    LookupMachine machine;
    machine.SetPasswd(std::make_unique<PasswdTable>(BytesOf(passwd)));
    machine.SetGroup(std::make_unique<GroupTable>(BytesOf(group)));
    machine.SetServices(std::make_unique<ServiceTable>(BytesOf(services)));
    const std::set<std::string> keys = KeysOf(passwd + "\n" + group + "\n" + services);
    for (const Authority authority : {Authority::kAll, Authority::kHits, Authority::kNone}) {
      machine.SetAuthority(Database::kPasswd, authority);
      machine.SetAuthority(Database::kGroup, authority);
      machine.SetInitgroupsAuthority(seed % 2 != 0 ? authority : Authority::kAll);
      machine.SetAuthority(Database::kServices, authority);
      ExpectSameAnswers(&machine, keys, kNoLimit);
    }
    machine.SetAuthority(Database::kPasswd, Authority::kAll);
    machine.SetAuthority(Database::kGroup, Authority::kAll);
    machine.SetAuthority(Database::kServices, Authority::kAll);
    ExpectSameAnswers(&machine, keys, seed * 50);
  }
}

class SnapshotTest : public testing::Test {
 protected:
  SnapshotTest() {
    machine_.SetPasswd(std::make_unique<PasswdTable>(
        BytesOf("root:x:0:0:r:/root:/bin/sh\nann:x:1000:1000::/:\n+nis::::::\n-no::::::\n")));
    machine_.SetGroup(std::make_unique<GroupTable>(BytesOf("adm:x:4:root,ghost,root\nx:y:4:root")));
    machine_.SetServices(std::make_unique<ServiceTable>(BytesOf("http 80/tcp www\n")));
  }
  // "found" of the answer in the snapshot; -2: it is not there.
  int Found(const Snapshot& snapshot, NscdType type, std::string_view key) {
    const auto answer = Find(snapshot, {type, key});
    return answer ? answer->at(4) : -2;
  }

  LookupMachine machine_;
};

TEST_F(SnapshotTest, KnowsWhoHasNoGroups) {
  const Snapshot all = Build(machine_, Database::kGroup);
  EXPECT_EQ(Found(all, NscdType::kInitgroups, "root"), 1);
  EXPECT_EQ(Found(all, NscdType::kInitgroups, "ghost"), 1) << "of another source, perhaps";
  EXPECT_EQ(Found(all, NscdType::kInitgroups, "ann"), 0);
  EXPECT_EQ(Found(all, NscdType::kInitgroups, "+nis"), -2);
  EXPECT_EQ(Found(all, NscdType::kInitgroups, "nobody"), -2);
  EXPECT_EQ(all.entries, 4u + 2u + 1u);

  machine_.SetInitgroupsAuthority(Authority::kHits);
  const Snapshot hits = Build(machine_, Database::kGroup);
  EXPECT_EQ(Found(hits, NscdType::kInitgroups, "root"), 1);
  EXPECT_EQ(Found(hits, NscdType::kInitgroups, "ann"), -2);
  machine_.SetInitgroupsAuthority(Authority::kNone);
  const Snapshot none = Build(machine_, Database::kGroup);
  EXPECT_EQ(Found(none, NscdType::kInitgroups, "root"), -2);
  EXPECT_EQ(Found(none, NscdType::kGroupByName, "adm"), 1);
}

TEST_F(SnapshotTest, IsEmptyWhereNothingIsToBeFound) {
  machine_.SetAuthority(Database::kPasswd, Authority::kNone);
  machine_.SetServices(nullptr);
  for (const Database database : {Database::kPasswd, Database::kServices}) {
    const Snapshot snapshot = Build(machine_, database);
    EXPECT_EQ(snapshot.entries, 0u);
    EXPECT_TRUE(snapshot.whole);
  }
  machine_.SetPasswd(nullptr);
  EXPECT_EQ(Found(Build(machine_, Database::kGroup), NscdType::kInitgroups, "ann"), -2);
  Snapshot empty;
  ASSERT_TRUE(MakeEmptySnapshot(&empty).ok());
  EXPECT_EQ(empty.head()->version, 2);
  EXPECT_EQ(empty.bytes, empty.memory->memory().size());
  EXPECT_GE(empty.memory->reader(), 0);
}

// A file of many lines of one size, in many slices, with room for some of them.
TEST(SnapshotLimit, TheFirstLinesAreInIt) {
  constexpr int kLines = 3000;
  std::string passwd, group;
  const auto name = [](int i) { return "user" + std::to_string(1000 + i); };
  for (int i = 0; i < kLines; ++i) {
    const std::string id = std::to_string(1000 + i);
    passwd += name(i) + ":x:" + id + ":1::/home:/bin/sh\n";
    group += "group" + id + ":x:" + id + ":" + name(i) + "\n";
  }
  passwd += name(0) + ":x:7:7:::\n";  // never to be found, whatever fits
  LookupMachine machine;
  machine.SetPasswd(std::make_unique<PasswdTable>(BytesOf(passwd)));
  machine.SetGroup(std::make_unique<GroupTable>(BytesOf(group)));
  for (const uint64_t limit : {0, 1000, 100'000, 300'000, 400'000}) {
    SCOPED_TRACE(limit);
    const Snapshot snapshot = Build(machine, Database::kPasswd, limit);
    EXPECT_FALSE(snapshot.whole);
    EXPECT_LE(snapshot.bytes, std::max<uint64_t>(limit, 200));
    int in = 0;
    while (in < kLines && Find(snapshot, {NscdType::kPasswdByName, name(in)})) ++in;
    for (int i = in; i < kLines; ++i) {
      ASSERT_FALSE(Find(snapshot, {NscdType::kPasswdByName, name(i)}).has_value());
    }
    EXPECT_EQ(snapshot.entries, static_cast<uint64_t>(2 * in));
    EXPECT_GE(static_cast<uint64_t>(in) * 200, limit > 1000 ? limit / 2 : 0) << "little of it used";
    EXPECT_LE(Build(machine, Database::kGroup, limit).bytes, std::max<uint64_t>(limit, 200));
  }
  const Snapshot all = Build(machine, Database::kPasswd);
  EXPECT_TRUE(all.whole);
  EXPECT_EQ(Find(all, {NscdType::kPasswdByName, name(0)}),
            Ask(&machine, {NscdType::kPasswdByName, name(0)}));
}

TEST(SnapshotLimit, IsSharedByTheDatabases) {
  uint64_t sum = 0;
  for (size_t i = 0; i < kMappedDatabases; ++i) {
    const uint64_t limit = SnapshotLimit(static_cast<Database>(i), 1 << 20);
    EXPECT_GT(limit, 0u);
    sum += limit;
  }
  EXPECT_LE(sum, uint64_t{1} << 20);
}

// An answer too long for the socket: the client is spared the search all the same.
TEST(Snapshot, HasAnswersThatTheSocketLeavesToTheClient) {
  std::string line = "all:x:9:";
  while (line.size() < LookupMachine::kMaxAnswer) line += "somebody,";
  LookupMachine machine;
  machine.SetGroup(std::make_unique<GroupTable>(BytesOf(line)));
  const Snapshot snapshot = Build(machine, Database::kGroup);
  const auto answer = Find(snapshot, {NscdType::kGroupByGid, "9"});
  ASSERT_TRUE(answer);
  EXPECT_GT(answer->size(), LookupMachine::kMaxAnswer);
}

}  // namespace
}  // namespace keelson
