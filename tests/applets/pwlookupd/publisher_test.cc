#include "applets/pwlookupd/publisher.h"

#include <sys/mman.h>

#include <memory>
#include <string>
#include <utility>

#include "applets/pwlookupd/tables.h"
#include "core/log.h"
#include "core/nscd_map.h"
#include "gtest/gtest.h"
#include "platform/at_rest.h"
#include "platform/fake/clock.h"
#include "platform/fake/loop.h"
#include "tests/applets/pwlookupd/bytes_of.h"

namespace keelson {
namespace {

// What libc holds of a descriptor that it got.
class Mapping {
 public:
  Mapping(int fd, uint64_t bytes)
      : bytes_(bytes), memory_(mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0)) {}
  Mapping(Mapping&& other) noexcept
      : bytes_(other.bytes_), memory_(std::exchange(other.memory_, MAP_FAILED)) {}
  ~Mapping() {
    if (memory_ != MAP_FAILED) munmap(memory_, bytes_);
  }

  bool Finds(std::string_view name, FakeClock& clock) const {
    const std::string_view map(static_cast<const char*>(memory_), bytes_);
    const int64_t now = clock.WallNs() / kSecond;
    return FindInNscdMap(map, {NscdType::kPasswdByName, name}, now).has_value();
  }
  bool stale() const { return head()->gc_cycle % 2 != 0; }
  bool poisoned() const { return head()->data_size > static_cast<int64_t>(bytes_); }

 private:
  const NscdMapHead* head() const { return static_cast<const NscdMapHead*>(memory_); }

  uint64_t bytes_;
  void* memory_;
};

class PublisherTest : public testing::Test {
 protected:
  PublisherTest() {
    machine_.SetGroup(std::make_unique<GroupTable>(BytesOf("adm:x:4:old\n")));
    SetPasswd("old");
  }

  void SetPasswd(const std::string& name) {
    publisher_.Changed(Database::kPasswd);
    machine_.SetPasswd(std::make_unique<PasswdTable>(BytesOf(name + ":x:1:1:::\n")));
  }
  Mapping Map() {
    int fd = -1;
    uint64_t bytes = 0;
    EXPECT_TRUE(publisher_.HandOut(Database::kPasswd, &fd, &bytes));
    return Mapping(fd, bytes);
  }
  // Everything that happens within this time.
  void Pass(int64_t ns) {
    const int64_t until = clock_.MonotonicNs() + ns;
    while (clock_.MonotonicNs() < until) ASSERT_TRUE(loop_.RunOnce(until).ok());
  }

  FakeClock clock_;
  FakeLoop loop_{&clock_};
  AtRest rest_{&loop_, &clock_};
  LookupMachine machine_;
  RingSink lines_{10};
  Publisher publisher_{{.lease_ns = 5 * kSecond}, &loop_, &clock_, Log(&lines_), &rest_, &machine_};
};

TEST_F(PublisherTest, AnEmptyOneUntilItIsBuilt) {
  const Mapping early = Map();
  EXPECT_FALSE(early.Finds("old", clock_));
  EXPECT_FALSE(early.stale());
  Pass(kMillisecond);
  EXPECT_TRUE(Map().Finds("old", clock_));
  EXPECT_TRUE(early.stale());
  EXPECT_FALSE(early.poisoned());
  Pass(2 * kSecond);
  EXPECT_TRUE(early.poisoned());
}

TEST_F(PublisherTest, StaleBeforeAnythingIsReadThenPoisoned) {
  publisher_.BuildAll();
  const Mapping before = Map();
  EXPECT_TRUE(before.Finds("old", clock_));
  publisher_.Changed(Database::kPasswd);
  EXPECT_FALSE(before.Finds("old", clock_));
  EXPECT_FALSE(before.poisoned());
  SetPasswd("new");
  Pass(kMillisecond);
  const Mapping after = Map();
  EXPECT_TRUE(after.Finds("new", clock_));
  EXPECT_FALSE(after.Finds("old", clock_));
  Pass(Publication::kHandOutNs - 2 * kMillisecond);
  EXPECT_FALSE(before.poisoned());
  Pass(10 * kMillisecond);
  EXPECT_TRUE(before.poisoned());
  EXPECT_FALSE(after.stale());
}

TEST_F(PublisherTest, AChangeOfAllAndOfWhatAnotherIsBuiltFrom) {
  publisher_.Changed(std::nullopt);
  SetPasswd("first");
  SetPasswd("second");  // the group's may have been begun with users that are gone
  publisher_.BuildAll();
  EXPECT_TRUE(Map().Finds("second", clock_));
  EXPECT_FALSE(Map().Finds("first", clock_));
}

TEST_F(PublisherTest, TheLeaseRunsOutOnlyWhenNobodyRefreshesIt) {
  publisher_.BuildAll();
  EXPECT_EQ(loop_.timers(), 2u)
      << "of what is built, and of rest; nobody has a mapping to be refreshed";
  const Mapping mapping = Map();
  Pass(100 * kSecond);
  EXPECT_TRUE(mapping.Finds("old", clock_));
  clock_.Advance(6 * kSecond);  // and the loop does not run
  EXPECT_FALSE(mapping.Finds("old", clock_));
  EXPECT_TRUE(Map().Finds("old", clock_)) << "whoever asks again gets one that is good";
}

TEST_F(PublisherTest, AClockThatIsSetDoesNoHarm) {
  publisher_.BuildAll();
  const Mapping mapping = Map();
  for (int64_t hours : {5, -3}) {
    clock_.SetWall(clock_.WallNs() + hours * 3600 * kSecond);
    EXPECT_TRUE(Map().Finds("old", clock_));
    Pass(2 * kSecond);
    EXPECT_TRUE(mapping.Finds("old", clock_));
  }
}

TEST_F(PublisherTest, Leaving) {
  publisher_.BuildAll();
  const Mapping mapping = Map();
  bool left = false;
  publisher_.Leave([&] { left = true; });
  EXPECT_TRUE(mapping.stale());
  EXPECT_FALSE(left);
  Pass(Publication::kHandOutNs + 2);
  EXPECT_TRUE(mapping.poisoned());
  EXPECT_TRUE(left);
}

TEST_F(PublisherTest, LeavingWithoutClientsIsOverAtOnce) {
  publisher_.BuildAll();
  bool left = false;
  publisher_.Leave([&] { left = true; });
  EXPECT_TRUE(left);
}

TEST_F(PublisherTest, StoppingMarksAndNeverPoisons) {
  publisher_.BuildAll();
  const Mapping mapping = Map();
  publisher_.Stop();
  EXPECT_TRUE(mapping.stale());
  EXPECT_FALSE(mapping.poisoned());
}

TEST_F(PublisherTest, WhatHasNoSnapshots) {
  int fd;
  uint64_t bytes;
  EXPECT_TRUE(publisher_.HandOut(Database::kServices, &fd, &bytes)) << "not served, but mapped";
  EXPECT_FALSE(publisher_.HandOut(Database::kHosts, &fd, &bytes)) << "never mapped";
}

}  // namespace
}  // namespace keelson
