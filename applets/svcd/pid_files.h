// Waiting for pid files that are written late.
#ifndef KEELSON_APPLETS_SVCD_PID_FILES_H_
#define KEELSON_APPLETS_SVCD_PID_FILES_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "platform/clock.h"
#include "platform/file.h"
#include "platform/loop.h"
#include "platform/process.h"
#include "platform/watch.h"

namespace keelson {

class PidFiles {
 public:
  // REQUIRES: all outlive it. prefix: where root lies in the running system, "" for "/".
  PidFiles(Loop* loop, Clock* clock, Root* root, std::string prefix)
      : loop_(loop), clock_(clock), root_(root), prefix_(std::move(prefix)) {}
  ~PidFiles();

  // The number in the file; 0: there is none.
  ProcessId Read(const std::string& path);

  // `look` is called whenever the file may be another, until it returns true or Forget is called.
  // owner: one wait each.
  void Await(const void* owner, const std::string& path, std::function<bool()> look);
  void Forget(const void* owner);

 private:
  struct Wait {
    std::string folder, name;
    std::function<bool()> look;
    bool is_watched = false;  // its folder
  };
  void Look(const std::string& name);
  void Poll();

  Loop* const loop_;
  Clock* const clock_;
  Root* const root_;
  const std::string prefix_;
  std::unique_ptr<Watch> watch_;
  std::set<int> watches_;
  std::map<const void*, Wait> waits_;
  Loop::TimerId poll_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_PID_FILES_H_
