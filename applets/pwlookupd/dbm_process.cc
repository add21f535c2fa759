// The child: asked -> is the file true still? -> wait until the source has settled -> locks -> read
// -> write -> answer.
//
// A file whose stamps are as young as now is waited for, so that the stamps prove something later.
// The lock of the account tools is held while the source is read and no longer. After a database
// was written it has a rest, a multiple of what the writing took.

#include <algorithm>
#include <array>
#include <utility>

#include "applets/pwlookupd/dbm_keeper.h"
#include "applets/pwlookupd/dbm_writer.h"
#include "core/flat_file.h"
#include "platform/at_rest.h"
#include "platform/become.h"
#include "platform/channel.h"
#include "platform/clock.h"
#include "platform/lock.h"

namespace keelson {
namespace {

constexpr uint32_t kEverybodyReads = 04;
constexpr char kOurLock[] = ".lock";
constexpr char kAccountLock[] = "/etc/.pwd.lock";  // lckpwdf(3)'s
constexpr int64_t kLockedNs = 200 * kMillisecond;
constexpr int64_t kShortestRestNs = kSecond;
constexpr int64_t kRestFactor = 10;
// Stamps that say nothing until then: somebody has set the clock.
constexpr int64_t kLongestWaitNs = 3 * kSecond;
// A disk that was full may have room again.
constexpr int64_t kRetryNs = 60 * kSecond;

class Keeper {
 public:
  Keeper(Loop* loop, int channel, std::unique_ptr<Root> root, const DbmKeeperOptions& options)
      : loop_(loop),
        channel_(channel),
        root_(std::move(root)),
        options_(options),
        rest_(loop, SystemClock()) {}

  void Receive() {
    std::string message;
    std::vector<Descriptor> descriptors;
    const Error error = ReceiveMessage(channel_, 1, &message, &descriptors);
    if (error.code() == EAGAIN || error.code() == EMSGSIZE) return;
    if (!error.ok() || message.empty()) return loop_->Stop();
    const auto number = static_cast<uint8_t>(message[0]);
    const auto known = [number](Database each) {
      return static_cast<uint8_t>(each) == number && MayHaveDbm(each);
    };
    if (std::any_of(options_.databases.begin(), options_.databases.end(), known)) {
      states_[number].is_asked = true;
      Plan(static_cast<Database>(number), 0);
    }
  }

 private:
  struct State {
    bool is_asked = false;  // and not answered
    int64_t rests_until_ns = 0;
    Loop::TimerId timer = 0;
  };
  // What is left to be done: nothing, or to try again.
  struct Outcome {
    DbmState state = DbmState::kFailed;
    std::string why = {};
    int64_t again_ns = 0;  // 0: it is as it is; otherwise not yet, try again after so long
  };

  void Plan(Database database, int64_t wait_ns) {
    State& state = states_[static_cast<size_t>(database)];
    const int64_t at = SystemClock()->MonotonicNs() + wait_ns;
    loop_->CancelTimer(state.timer);
    state.timer = loop_->StartTimer(std::max(at, state.rests_until_ns), [this, database] {
      states_[static_cast<size_t>(database)].timer = 0;
      Attend(database);
    });
  }

  void Attend(Database database) {
    rest_.Busy();
    State& state = states_[static_cast<size_t>(database)];
    const Outcome outcome = Bring(database);
    if (outcome.again_ns != 0) return Plan(database, outcome.again_ns);
    if (outcome.state == DbmState::kFailed) Plan(database, kRetryNs);
    if (!std::exchange(state.is_asked, false) && outcome.state != DbmState::kKept) return;
    std::string message(1, static_cast<char>(database));
    message += static_cast<char>(outcome.state);
    message += outcome.why;
    (void)SendMessage(channel_, message, {}, /*wait=*/true);  // when nobody is there, we are told
  }

  // Makes the file true of the source.
  Outcome Bring(Database database) {
    std::string why = {};
    std::unique_ptr<Directory> directory = OpenOrMakeDbmDirectory(*root_, options_.place, &why);
    if (directory == nullptr) return {.why = why};
    const auto old = Dbm::Open(*root_, options_.place, database, &why);
    if (old != nullptr && old->CheckAll()) return {.state = DbmState::kKept};

    FileInfo info;
    bool exact;
    const Error error = LookAtSource(*root_, database, &info, &exact);
    if (error.not_found()) return {.state = DbmState::kNone};
    if (!error.ok()) return Failed(SourcePath(database), error);
    // The bytes are not for everybody, and the DBM file would be.
    if ((info.mode & kEverybodyReads) == 0) return Failed(SourcePath(database), Error(EACCES));
    const int64_t wait_ns = Wait(StampsHoldFrom(info, exact));
    if (wait_ns > 0) return {.again_ns = wait_ns};

    std::unique_ptr<Lock> lock;
    if (Error locked = TakeLock(*directory, kOurLock, LockKind::kWhole, 0, &lock); !locked.ok()) {
      if (locked.code() == EAGAIN) return {.again_ns = kLockedNs};
      return Failed(options_.place.directory, locked);
    }
    return Make(*directory, database);
  }

  static int64_t Wait(int64_t hold_from_ns) {
    const int64_t now_ns = SystemClock()->WallNs();
    if (hold_from_ns < now_ns || hold_from_ns - now_ns > kLongestWaitNs) return 0;
    return hold_from_ns - now_ns + kMillisecond;
  }

  Outcome Make(Directory& directory, Database database) {
    const int64_t began_ns = SystemClock()->MonotonicNs();
    std::unique_ptr<Lock> accounts;
    if (!TakeAccountLock(database, &accounts)) return {.again_ns = kLockedNs};
    DbmHeader version{.read_ns = SystemClock()->WallNs()};
    FileBytes bytes;
    FileInfo before, after;
    const std::string source = SourcePath(database);
    Error error = root_->Read(source, kMaxFlatFile, &bytes, &before);
    if (error.ok()) error = root_->Stat(source, &after);
    accounts.reset();
    if (!error.ok()) return Failed(source, error);
    if (!after.SameVersion(before)) return {.again_ns = kLockedNs};
    version.dev = before.dev;
    version.ino = before.ino;
    version.size = before.size;
    version.mtime_ns = before.mtime_ns;
    version.ctime_ns = before.ctime_ns;
    error = WriteDbm(directory, database, std::move(bytes), version);
    const int64_t now_ns = SystemClock()->MonotonicNs();
    states_[static_cast<size_t>(database)].rests_until_ns =
        now_ns + std::max(kShortestRestNs, kRestFactor * (now_ns - began_ns));
    if (!error.ok()) return Failed(options_.place.directory + "/" + DbmName(database), error);
    return {.state = DbmState::kKept};
  }

  // False: somebody is changing accounts. Where the lock cannot be had at all, nobody has it.
  bool TakeAccountLock(Database database, std::unique_ptr<Lock>* lock) {
    if (database != Database::kPasswd && database != Database::kGroup) return true;
    std::unique_ptr<Directory> etc;
    std::string name;
    Error error = root_->Locate(kAccountLock, /*follow_last=*/false, &etc, &name);
    if (error.ok()) error = TakeLock(*etc, name, LockKind::kRecord, 0, lock);
    return error.code() != EAGAIN;
  }

  static Outcome Failed(const std::string& path, Error error) {
    return {.why = path + ": " + error.Text()};
  }

  Loop* const loop_;
  const int channel_;
  const std::unique_ptr<Root> root_;
  const DbmKeeperOptions& options_;
  AtRest rest_;
  std::array<State, kDatabases> states_ = {};
};

}  // namespace

void RunDbmKeeper(int channel, const DbmKeeperOptions& options) {
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Root> root;
  if (!NewLoop(&loop).ok() || !OpenRoot(options.root, &root).ok()) return;
  if (!EnterFolder("/").ok()) return;
  Keeper keeper(loop.get(), channel, std::move(root), options);
  const Error error = loop->WatchFd(channel, kReadable, [&](unsigned) { keeper.Receive(); });
  if (error.ok()) (void)loop->Run();
}

}  // namespace keelson
