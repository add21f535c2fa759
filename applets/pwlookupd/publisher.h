// The snapshots of all databases: built between requests, handed out, refreshed and taken back.
//
// Publication says what is to be done and when; this does it. Whoever is about to change what the
// machine answers says so before (Changed): clients stop to find answers in the snapshot from then
// on and ask, and the next one is built from what is there when the loop gets to it. Of a database
// that is not served there is an empty one: who was given none would never ask the next daemon,
// which may serve it.
#ifndef KEELSON_APPLETS_PWLOOKUPD_PUBLISHER_H_
#define KEELSON_APPLETS_PWLOOKUPD_PUBLISHER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "applets/pwlookupd/machine.h"
#include "applets/pwlookupd/publication.h"
#include "applets/pwlookupd/snapshot.h"
#include "core/log.h"
#include "platform/at_rest.h"
#include "platform/clock.h"
#include "platform/loop.h"

namespace keelson {

class Publisher {
 public:
  struct Options {
    // How long clients trust a snapshot that is refreshed no more.
    int64_t lease_ns = 15 * kSecond;
    uint64_t byte_limit = UINT64_MAX;  // of all snapshots together
  };

  // rest: told of each change and slice. REQUIRES: all of them outlive it; the machine is told what
  // is mapped.
  Publisher(const Options& options, Loop* loop, Clock* clock, Log log, AtRest* rest,
            LookupMachine* machine);
  ~Publisher();

  // What is known of the database, or of all, is to be read again or thrown away now.
  void Changed(std::optional<Database> database);
  // Builds all that is to be built, at once: for who has no clients yet.
  void BuildAll();
  // What a client is to be given; the descriptor stays ours. False: nothing, he is to ask.
  bool HandOut(Database database, int* fd, uint64_t* bytes);
  // Another daemon has taken over: calls back when no client can have any of ours.
  void Leave(std::function<void()> done);
  // Nobody has: clients look for themselves.
  void Stop();

 private:
  struct Shelf {
    struct Held {
      Publication::SnapshotId id;
      Snapshot snapshot;
    };

    Database database;
    Publication publication;
    std::vector<Held> held;
    Publication::SnapshotId last_id = 0;
    bool to_build = false;
    std::unique_ptr<SnapshotBuilder> builder;  // null: not begun
  };

  Shelf* ShelfOf(Database database);
  void Take(Shelf* shelf);
  void Take(Shelf* shelf, const Publication::Action& action);
  void Keep(Shelf* shelf, Snapshot snapshot);
  bool BuildSlice();
  void GiveUp(Error error);
  void Tick();
  void Arm();
  void TellMachine(const Shelf& shelf);

  Options options_;
  Loop* loop_;
  Clock* clock_;
  Log log_;
  AtRest* rest_;
  LookupMachine* machine_;
  std::vector<std::unique_ptr<Shelf>> shelves_;
  Publication::Actions actions_;
  std::function<void()> left_;
  bool unsupported_ = false;         // this system has no sealed memory
  int64_t build_not_before_ns_ = 0;  // not 0: the last one failed
  Loop::TimerId build_timer_ = 0;
  Loop::TimerId tick_timer_ = 0;
  int64_t tick_ns_ = INT64_MAX;  // when it is due
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_PUBLISHER_H_
