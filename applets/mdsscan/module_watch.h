// A module directory that is brought up to date whenever something in the path changes.
//
// Directories are watched before they are looked at; one that only the look has shown is looked at
// once more when its watch holds. So nothing falls between the two. Watched is also the whole way
// to a folder of the path and to what a link in it leads to, because each step can be exchanged.
// What is heard is gathered for a moment, because a module seldom comes as one change, and then
// only the modules that were named are looked at. When events were lost, a directory cannot be
// watched or the database cannot be written: all of them, and again every kPollNs.
#ifndef KEELSON_APPLETS_MDSSCAN_MODULE_WATCH_H_
#define KEELSON_APPLETS_MDSSCAN_MODULE_WATCH_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "applets/mdsscan/module_directory.h"
#include "applets/mdsscan/path_way.h"
#include "platform/clock.h"
#include "platform/loop.h"
#include "platform/watch.h"

namespace keelson {

class ModuleWatch {
 public:
  static constexpr int64_t kPollNs = 2 * kSecond;

  struct Options {
    std::string root;               // of the running system, "" for "/"
    std::vector<std::string> path;  // these two as the directory's
    bool recursive = false;
  };
  // What every look comes to. report: its changes are against what was told the last time, by
  // whomever they were published; its messages are those that were not told before.
  using Tell = std::function<void(const absl::Status& status, const RefreshReport& report)>;

  // REQUIRES: loop, clock, root and directory outlive this.
  ModuleWatch(Loop* loop, Clock* clock, Root* root, ModuleDirectory* directory, Options options,
              Tell tell);
  ~ModuleWatch();

  // The watch that OnEvent hears; once, before Start.
  void Use(std::unique_ptr<Watch> watch) { watch_ = std::move(watch); }
  void OnEvent(const WatchEvent& event);

  // Watches, looks, tells. Whatever changes from here on is told from the loop.
  void Start();
  void LookAtAll();
  bool is_polling() const { return cannot_watch_; }

 private:
  struct Watched {
    std::string place;  // of a folder "0/", "0/sub/"; of a module "0/a.bundle"
    std::string path;   // of the running system
    std::string only;   // a step on the way to it: nothing else counts; empty: everything does
  };

  std::string FolderPlace(uint32_t place, std::string_view name) const;
  void Gather(std::string place, int64_t delay_ns);
  void Look();
  void Report(absl::Status status, RefreshReport report);
  void RecountChanges(RefreshReport* report) const;
  void WatchAgain(bool all, const std::set<std::string>& places, std::set<std::string>* fresh);
  void WatchFolder(uint32_t place, const std::string& name, std::set<std::string>* fresh);
  bool WatchWay(const std::string& place, const std::string& path, PathWay* way);
  void WatchModule(const SeenModule& module, std::set<std::string>* fresh);
  void WatchPlace(const std::string& place, std::set<std::string>* fresh);
  std::set<std::string> PathsOf(const std::string& place) const;
  bool Add(Watched watched);
  void Drop(const std::string& place, size_t count);
  void PollLater();
  void LookAgainAtEmpty(const std::set<std::string>& places);

  Loop* const loop_;
  Clock* const clock_;
  Root* const root_;
  ModuleDirectory* const directory_;
  const Options options_;
  const Tell tell_;
  std::unique_ptr<Watch> watch_;

  std::unordered_map<int, Watched> watched_;
  std::map<std::string, std::vector<int>, std::less<>> watches_of_;  // by place
  bool cannot_watch_ = false;
  bool cannot_store_ = false;

  std::set<std::string> gathered_;
  bool all_ = false;
  int64_t due_ns_ = 0;
  Loop::TimerId look_ = 0;
  Loop::TimerId poll_ = 0;
  std::map<Loop::TimerId, std::string> empty_;

  std::shared_ptr<const SharedSnapshot> told_;
  uint64_t told_generation_ = 0;
  std::set<std::string> told_messages_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_MODULE_WATCH_H_
