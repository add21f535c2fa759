// Who writes the DBM files: a child that kept the rights which the daemon gave up.
//
// It is told one thing, "look again at database N", and finds out everything else by itself:
// whether its file is true of the source still, and if not, makes it anew. So a daemon that
// somebody has taken over cannot make it write anything but what the files say.
//
// Messages of the channel. To the child: the database's number, a byte. To the daemon, one for each
// of these: the same byte, a letter and text.
//   k  the DBM file is true of the source as it was a moment ago
//   n  there is no source
//   f  it cannot be kept; the text says why
#ifndef KEELSON_APPLETS_PWLOOKUPD_DBM_KEEPER_H_
#define KEELSON_APPLETS_PWLOOKUPD_DBM_KEEPER_H_

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "applets/pwlookupd/dbm_store.h"
#include "applets/pwlookupd/machine.h"
#include "platform/descriptor.h"
#include "platform/error.h"
#include "platform/loop.h"

namespace keelson {

struct DbmKeeperOptions {
  std::string root = "/";  // of the running system
  DbmPlace place;
  std::vector<Database> databases;
};

enum class DbmState : char { kKept = 'k', kNone = 'n', kFailed = 'f' };

// The child's life: until the channel ends.
void RunDbmKeeper(int channel, const DbmKeeperOptions& options);

// The daemon's end.
class DbmKeeper {
 public:
  using News = std::function<void(Database database, DbmState state, std::string_view why)>;

  // Starts the child. REQUIRES: before the loop is made and rights are given up.
  static Error Start(const DbmKeeperOptions& options, std::unique_ptr<DbmKeeper>* keeper);
  explicit DbmKeeper(Descriptor channel) : channel_(std::move(channel)) {}

  // on_end: nobody keeps DBM files any more. REQUIRES: the loop outlives it.
  Error Serve(Loop* loop, News news, std::function<void()> on_end);

  // One question at a time for each database; what is asked meanwhile is asked afterwards.
  void LookAgain(Database database);

 private:
  struct Asked {
    bool is_out = false;
    bool again = false;
  };
  void Ask(Database database);
  void Receive();
  void End();

  Descriptor channel_;
  Loop* loop_ = nullptr;
  News news_;
  std::function<void()> on_end_;
  std::array<Asked, kDatabases> asked_ = {};
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_DBM_KEEPER_H_
