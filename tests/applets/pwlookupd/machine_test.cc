#include "applets/pwlookupd/machine.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "applets/pwlookupd/tables.h"
#include "gtest/gtest.h"
#include "tests/applets/pwlookupd/bytes_of.h"

namespace keelson {
namespace {

using std::string_literals::operator""s;

class FakeAsker : public Asker {
 public:
  bool Privileged() override { return privileged; }
  void AskedForMapping() override { ++mappings; }
  bool MayBeGlibc() override { return glibc; }
  bool privileged = false;
  bool glibc = true;
  int mappings = 0;
};

int32_t IntAt(std::string_view bytes, size_t offset) {
  int32_t value = 0x7777;
  if (bytes.size() >= offset + sizeof value)
    std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

class MachineTest : public testing::Test {
 protected:
  MachineTest() {
    machine_.SetPasswd(std::make_unique<PasswdTable>(BytesOf("root:x:0:0:r:/root:/bin/sh\n")));
    machine_.SetGroup(std::make_unique<GroupTable>(BytesOf("adm:x:4:root\n")));
    machine_.SetServices(std::make_unique<ServiceTable>(BytesOf("http 80/tcp\n")));
  }

  // The answer's `found`.
  int32_t Found(NscdType type, std::string_view key) {
    std::string answer;
    EXPECT_EQ(machine_.Handle({type, key}, asker_, &answer).kind, Action::kAnswer);
    return IntAt(answer, 4);
  }

  LookupMachine machine_;
  FakeAsker asker_;
};

// Such as a file that is scanned each time.
class FleetingGroups : public GroupDatabase {
 public:
  explicit FleetingGroups(bool* fails) : fails_(fails) {}
  size_t entries() const override { return 1; }
  bool frozen() const override { return false; }
  bool failed() const override { return *fails_; }
  bool FindName(std::string_view name, GroupEntry* entry) const override {
    if (*fails_ || name != "large") return false;
    *entry = {.name = name, .password = "x", .members = members_, .gid = ++gid_};
    return true;
  }
  bool FindGid(uint32_t, GroupEntry*) const override { return false; }
  std::vector<uint32_t> GroupsOf(std::string_view) const override { return {}; }

 private:
  const bool* fails_;
  std::string members_ = std::string(100'000, 'm');
  mutable uint32_t gid_ = 0;
};

// As getservbyport was given it.
std::string PortKey(uint16_t port, const char* protocol) {
  const uint8_t bytes[2] = {static_cast<uint8_t>(port >> 8), static_cast<uint8_t>(port)};
  uint16_t network;
  std::memcpy(&network, bytes, sizeof network);
  return std::to_string(network) + "/" + protocol;
}

TEST_F(MachineTest, Lookups) {
  const struct {
    NscdType type;
    std::string key;
    int32_t found;
  } cases[] = {
      {NscdType::kPasswdByName, "root", 1},
      {NscdType::kPasswdByName, "nobody", 0},
      {NscdType::kPasswdByName, "", 0},
      {NscdType::kPasswdByName, "ro\0ot"s, 0},
      {NscdType::kPasswdByUid, "0", 1},
      {NscdType::kPasswdByUid, "1", 0},
      {NscdType::kPasswdByUid, "4294967296", 0},
      {NscdType::kPasswdByUid, "-1", 0},
      {NscdType::kPasswdByUid, "root", 0},
      {NscdType::kGroupByName, "adm", 1},
      {NscdType::kGroupByGid, "4", 1},
      {NscdType::kGroupByGid, "", 0},
      {NscdType::kInitgroups, "root", 1},
      {NscdType::kInitgroups, "nobody", 0},
      {NscdType::kServiceByName, "http/tcp", 1},
      {NscdType::kServiceByName, "http/", 1},
      {NscdType::kServiceByName, "http/udp", 0},
      {NscdType::kServiceByName, "http", 0},
      {NscdType::kServiceByPort, PortKey(80, "tcp"), 1},
      {NscdType::kServiceByPort, PortKey(80, ""), 1},
      {NscdType::kServiceByPort, PortKey(81, ""), 0},
      {NscdType::kServiceByPort, "99999999/tcp", 0},
      {NscdType::kServiceByPort, "-1/tcp", 0},
      {NscdType::kHostByName, "localhost", -1},
      {NscdType::kHostByAddressV6, "x", -1},
      {NscdType::kAddressInfo, "localhost", -1},
      {NscdType::kNetgroup, "g", -1},
      {NscdType::kInNetgroup, "g\0\0\0"s, -1},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Found(c.type, c.key), c.found) << static_cast<int>(c.type) << " " << c.key;
  }
}

TEST_F(MachineTest, MissesByAuthorityAndLibc) {
  const struct {
    Authority authority;
    bool glibc;
    int32_t hit;
    int32_t miss;
  } cases[] = {
      {Authority::kAll, true, 1, 0},    {Authority::kAll, false, 1, 0},
      {Authority::kHits, true, 1, -1},  {Authority::kHits, false, 1, 0},
      {Authority::kNone, true, -1, -1}, {Authority::kNone, false, 0, 0},
  };
  for (const auto& c : cases) {
    asker_.glibc = c.glibc;
    machine_.SetAuthority(Database::kPasswd, c.authority);
    EXPECT_EQ(Found(NscdType::kPasswdByName, "root"), c.hit);
    EXPECT_EQ(Found(NscdType::kPasswdByName, "nobody"), c.miss);
    EXPECT_EQ(Found(NscdType::kGroupByName, "adm"), 1) << "databases are judged one by one";
  }
}

TEST_F(MachineTest, MembershipsAreOnlyKnownWhenEverySourceIs) {
  machine_.SetInitgroupsAuthority(Authority::kNone);
  EXPECT_EQ(Found(NscdType::kInitgroups, "root"), -1);
  EXPECT_EQ(Found(NscdType::kGroupByName, "adm"), 1);
}

TEST_F(MachineTest, AFileThatIsGoneIsLeftToTheClient) {
  machine_.SetPasswd(nullptr);
  EXPECT_EQ(Found(NscdType::kPasswdByName, "root"), -1);
  machine_.SetPasswd(std::make_unique<PasswdTable>(BytesOf("")));
  EXPECT_EQ(Found(NscdType::kPasswdByName, "root"), 0) << "an empty file is an answer";
}

TEST_F(MachineTest, AnAnswerTooLongIsLeftToTheClient) {
  std::string line = "all:x:9:";
  while (line.size() < LookupMachine::kMaxAnswer) line += "somebody,";
  machine_.SetGroup(std::make_unique<GroupTable>(BytesOf(line)));
  std::string answer;
  machine_.Handle({NscdType::kGroupByName, "all"}, asker_, &answer);
  EXPECT_EQ(IntAt(answer, 4), -1);
  EXPECT_EQ(answer.size(), 24u);
}

TEST_F(MachineTest, LargeAnswersAreRememberedWhileTheFileIsTheSame) {
  std::string members;
  while (members.size() < 200000) members += "somebody,";
  for (const char* gid : {"9", "10"}) {
    const std::string line = std::string("all:x:") + gid + ":" + members + "\n";
    machine_.SetGroup(std::make_unique<GroupTable>(BytesOf(line)));
    std::string first, second;
    machine_.Handle({NscdType::kGroupByName, "all"}, asker_, &first);
    machine_.Handle({NscdType::kGroupByName, "all"}, asker_, &second);
    EXPECT_EQ(first, second);
    EXPECT_EQ(IntAt(first, 16), std::atoi(gid));
    EXPECT_EQ(Found(NscdType::kGroupByName, "al"), 0);
    EXPECT_EQ(Found(NscdType::kPasswdByName, "all"), 0) << "another type of the same key";
  }
}

TEST_F(MachineTest, MappingsAreHandedOutOrDeclinedInWords) {
  std::string answer;
  const Action action = machine_.Handle({NscdType::kMapGroup, "group"}, asker_, &answer);
  EXPECT_EQ(action.kind, Action::kMap);
  EXPECT_EQ(action.database, Database::kGroup);
  EXPECT_EQ(answer, "");
  EXPECT_EQ(machine_.Handle({NscdType::kMapNetgroup, "netgroup"}, asker_, &answer).kind,
            Action::kAnswer);
  EXPECT_EQ(answer, "netgroup\0"s + std::string(8, '\0'));
  EXPECT_EQ(asker_.mappings, 2);
}

TEST_F(MachineTest, ControlIsForThePrivileged) {
  const struct {
    NscdType type;
    const char* key;
    bool privileged;
    Action::Kind kind;
    int32_t code;
  } cases[] = {
      {NscdType::kInvalidate, "passwd", true, Action::kInvalidate, 0},
      {NscdType::kInvalidate, "hosts", true, Action::kInvalidate, 0},
      {NscdType::kInvalidate, "nosuch", true, Action::kInvalidate, EINVAL},
      {NscdType::kInvalidate, "passwd", false, Action::kRefuse, EPERM},
      {NscdType::kShutdown, "", true, Action::kShutdown, 0},
      {NscdType::kShutdown, "", false, Action::kRefuse, 0x7777},
      {NscdType::kShutdown, "taken over", true, Action::kLeave, 0},
      {NscdType::kShutdown, "taken over", false, Action::kRefuse, 0x7777},
      {NscdType::kStatistics, "", false, Action::kRefuse, 0x7777},
  };
  for (const auto& c : cases) {
    asker_.privileged = c.privileged;
    std::string answer;
    EXPECT_EQ(machine_.Handle({c.type, c.key}, asker_, &answer).kind, c.kind);
    EXPECT_EQ(IntAt(answer, 0), c.code);
  }
}

TEST_F(MachineTest, StatisticsCount) {
  Found(NscdType::kPasswdByName, "root");
  Found(NscdType::kPasswdByName, "nobody");
  machine_.SetAuthority(Database::kPasswd, Authority::kHits);
  Found(NscdType::kPasswdByUid, "77");
  std::string answer;
  machine_.Handle({NscdType::kMapGroup, "group"}, asker_, &answer);
  machine_.SetMapped(Database::kGroup, 4096, true);
  machine_.SetMapped(Database::kServices, 8192, false);
  machine_.SetDbmKept(Database::kPasswd, true);
  EXPECT_EQ(machine_.Statistics(),
            "database\tentries\tgeneration\trequests\thits\tmisses\tnegatives\tclients\tmapped\t"
            "dbm\n"
            "passwd\t1\t1\t3\t1\t1\t1\t0\t0\t1\n"
            "group\t1\t1\t1\t0\t0\t0\t1\t4096\t0\n"
            "services\t1\t1\t0\t0\t0\t0\t0\t8192+\t0\n"
            "hosts\t0\t0\t0\t0\t0\t0\t0\t0\t0\n"
            "netgroup\t0\t0\t0\t0\t0\t0\t0\t0\t0\n");
}

TEST(AuthorityOf, Nsswitch) {
  const struct {
    const char* line;
    bool has_db_file;
    bool has_compat_lines;
    Authority authority;
  } cases[] = {
      {"", false, false, Authority::kAll},
      {"passwd: files", false, false, Authority::kAll},
      {"passwd: files systemd", false, false, Authority::kHits},
      {"passwd: sss files", false, false, Authority::kNone},
      {"passwd: db files", false, false, Authority::kAll},
      {"passwd: db files", true, false, Authority::kNone},
      {"passwd: compat", false, false, Authority::kAll},
      {"passwd: compat", false, true, Authority::kNone},
      {"passwd: files [SUCCESS=merge] systemd", false, false, Authority::kNone},
      {"passwd: files [SUCCESS=continue] systemd", false, false, Authority::kNone},
      {"passwd: files [NOTFOUND=return] ldap", false, false, Authority::kHits},
      {"group: ldap", false, false, Authority::kAll},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(AuthorityOf(c.line, "passwd", c.has_db_file, c.has_compat_lines), c.authority)
        << c.line;
  }
}

TEST_F(MachineTest, AsksAFileThatMayChangeEachTime) {
  bool fails = false;
  machine_.SetGroup(std::make_unique<FleetingGroups>(&fails));
  EXPECT_EQ(machine_.group_table(), nullptr);
  for (int32_t gid : {1, 2}) {
    std::string answer;
    machine_.Handle({NscdType::kGroupByName, "large"}, asker_, &answer);
    EXPECT_EQ(IntAt(answer, 16), gid);
  }
}

TEST_F(MachineTest, SaysNothingOfAFileThatCannotBeReadJustNow) {
  bool fails = false;
  machine_.SetGroup(std::make_unique<FleetingGroups>(&fails));
  EXPECT_EQ(Found(NscdType::kGroupByName, "none"), 0);
  fails = true;
  EXPECT_EQ(Found(NscdType::kGroupByName, "none"), -1);
}

}  // namespace
}  // namespace keelson
