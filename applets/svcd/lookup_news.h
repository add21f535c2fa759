// What svcd hears of pwlookupd: that databases are others now.
//
// For each database a connection that stays, made again by a timer when it ends or nobody is there,
// so that one that is not served takes nothing from the others. The version that is there when it
// is made is news only if another one was told of before: a pwlookupd that takes over, or is
// started anew over the same file, is none.
#ifndef KEELSON_APPLETS_SVCD_LOOKUP_NEWS_H_
#define KEELSON_APPLETS_SVCD_LOOKUP_NEWS_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "core/log.h"
#include "platform/clock.h"
#include "platform/loop.h"

namespace keelson {

class LookupNews {
 public:
  using Changed = std::function<void(const std::set<std::string>& databases)>;

  // changed: what comes within a moment is told together. REQUIRES: loop and clock outlive it.
  LookupNews(Loop* loop, Clock* clock, Log log, Changed changed);
  ~LookupNews();

  // Before the first Set. Without a socket nobody is asked.
  void HearAt(std::string socket) { socket_ = std::move(socket); }
  // What another one has known: database -> version.
  void TakeOver(std::map<std::string, std::string> known) { taken_over_ = std::move(known); }

  // Of these from now on; a connection that is there stays.
  void Set(const std::set<std::string>& databases);
  // For who takes over: what was not told of yet is news for it, too.
  std::map<std::string, std::string> known() const;

 private:
  class Subscription;

  void Hear(const std::string& database);

  Loop* const loop_;
  Clock* const clock_;
  const Log log_;
  const Changed changed_;
  std::string socket_;
  std::map<std::string, std::string> taken_over_;
  std::map<std::string, std::unique_ptr<Subscription>> subscriptions_;  // by database
  std::set<std::string> pending_;                                       // not told of yet
  Loop::TimerId timer_ = 0;                                             // 0: there are none
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_LOOKUP_NEWS_H_
