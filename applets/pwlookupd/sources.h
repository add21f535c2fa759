// The files behind the machine: watched, read and handed over to the model.
//
// Directories are watched, because files are replaced by rename: that of each file, those of the
// links it is reached by, and the parents of all these, so that a replaced /etc is noticed too.
// Nothing is trusted but the FileInfo of what was read.
#ifndef KEELSON_APPLETS_PWLOOKUPD_SOURCES_H_
#define KEELSON_APPLETS_PWLOOKUPD_SOURCES_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "applets/pwlookupd/freshness.h"
#include "applets/pwlookupd/machine.h"
#include "applets/pwlookupd/model.h"
#include "core/log.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/loop.h"
#include "platform/watch.h"

namespace keelson {

class Sources {
 public:
  struct Options {
    std::string root = "/";  // of the running system
    std::vector<Database> databases;
    // Called before the machine is given something new for that database, or for all of them.
    std::function<void(std::optional<Database>)> before_change;
  };

  // REQUIRES: all of them outlive it.
  Sources(const Options& options, Loop* loop, Clock* clock, Log log, LookupMachine* machine,
          Model* model);

  // Watches and reads everything. Fails when the root cannot be opened or nothing can be watched; a
  // file that cannot be read is logged and not served.
  Error Start();

  // The directories, of the running system, that are to be read: those in which the files are now,
  // and the one for copies of them, or where it will be made. Of another root: all of it.
  std::vector<std::string> Directories(const std::string& copies) const;
  // From now on no other directories can be read: said of a file that is found in one.
  void Confined() { confined_ = true; }

  // Takes notice of all that was done to the files before this call.
  void Poll() { watch_->Poll(); }

  Root* root() const { return root_.get(); }

  // Looks whether the database's file has changed; all of them: none named.
  void CheckAgain(std::optional<Database> database);

 private:
  struct Source {
    std::string path;                  // below the root
    std::optional<Database> database;  // none: it says how others are read
    Freshness freshness;
    FileInfo version;
    bool present = false;
    bool read_before = false;
    int failed_with = 0;  // what was logged, since it could be read
    Loop::TimerId timer = 0;
  };
  // A name in a watched directory that is on the way to a source's file, or is the file.
  struct Hook {
    std::string name;
    Source* source;
    bool is_file;
  };
  using Hooks = std::vector<Hook>;

  void Arm();
  Error Hang(const std::string& directory, const Hook& hook);
  Error HangWay(Source* source);
  bool ReadLink(const std::string& path, std::string* target, bool* exists);
  std::string BelowRoot(std::string_view path) const;
  void OnWatch(const WatchEvent& event);
  bool ChangesWay(const Hook& hook, WatchKind kind);
  void Feed(Source* source, FileEvent event);
  void StartTimer(Source* source);
  void Load(Source* source);
  bool Install(Source* source, FileBytes bytes);
  void Installed(Source* source);
  void Withdraw(Source* source, Error error);
  void TakeRules(const Source& source, std::string_view bytes);
  void MissRules(const Source& source);
  void ReviewAuthority();

  Options options_;
  Loop* loop_;
  Clock* clock_;
  Log log_;
  LookupMachine* machine_;
  Model* model_;
  std::unique_ptr<Root> root_;
  std::unique_ptr<Watch> watch_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::map<std::string, int> watched_;  // directory -> watch
  std::map<int, Hooks> hooks_;          // by watch
  std::string nsswitch_conf_;
  Loop::TimerId rearm_timer_ = 0;
  bool confined_ = false;
  bool looks_at_all_ = false;
  bool settled_ = false;  // the load under way follows a write in place
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_SOURCES_H_
