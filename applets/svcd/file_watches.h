// Files that appear, and files whose content becomes another.
//
// The folder is watched, or the nearest one above it that is there. Whether content is another says
// its digest alone: a file that was touched, or written with the same bytes, has not changed. One
// that is gone is waited for.
#ifndef KEELSON_APPLETS_SVCD_FILE_WATCHES_H_
#define KEELSON_APPLETS_SVCD_FILE_WATCHES_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "platform/clock.h"
#include "platform/file.h"
#include "platform/loop.h"
#include "platform/pending.h"
#include "platform/watch.h"

namespace keelson {

class FileWatches {
 public:
  struct Wish {
    enum Kind : uint8_t { kAppears, kChanges } kind;
    std::string path;
    std::string service;
    friend bool operator==(const Wish&, const Wish&) = default;
    friend bool operator<(const Wish& a, const Wish& b) {
      return std::tie(a.kind, a.path, a.service) < std::tie(b.kind, b.path, b.service);
    }
  };
  struct Known {
    bool is_there = false;
    std::optional<ContentDigest> digest;  // of kChanges: when it was last there
  };
  using Callback = std::function<void(const Wish& wish)>;

  // REQUIRES: all outlive it. prefix: where root lies in the running system, "" for "/".
  FileWatches(Loop* loop, Clock* clock, Root* root, std::string prefix, Callback callback)
      : loop_(loop),
        clock_(clock),
        root_(root),
        prefix_(std::move(prefix)),
        callback_(std::move(callback)) {}
  ~FileWatches();

  // These from now on; what was known of one that stays is kept. Those new ones that are there
  // already are called for if `tells_present`.
  void Set(std::vector<Wish> wishes, bool tells_present);

  const std::map<Wish, Known>& known() const { return known_; }
  // What another one has known, before the first Set. What is otherwise since then is called for
  // soon.
  void TakeOver(std::map<Wish, Known> known);

 private:
  bool Look(const Wish& wish, Known* known);
  std::optional<ContentDigest> DigestOf(const std::string& path);
  void WatchWay(const std::string& path);
  void OnEvent(const WatchEvent& event);
  void LookAfter(int64_t gather_ns);
  void LookAtAll();

  Loop* const loop_;
  Clock* const clock_;
  Root* const root_;
  const std::string prefix_;
  const Callback callback_;
  std::map<Wish, Known> known_;
  std::unique_ptr<Watch> watch_;
  std::map<std::string, int> folders_;  // path -> its watch
  Loop::TimerId pending_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_FILE_WATCHES_H_
