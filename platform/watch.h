// Hearing of changes in directories.
//
// Directories are watched, never single files, because files are replaced by rename. What a system
// cannot tell is left out: an event without a name means "something in there changed: look at it
// all" (kqueue always; inotify after an overflow, and after a mount or an unmount anywhere, which
// may have put another directory under the path). Hints only: the reader compares FileInfo before
// it acts.
#ifndef KEELSON_PLATFORM_WATCH_H_
#define KEELSON_PLATFORM_WATCH_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "platform/error.h"
#include "platform/loop.h"

namespace keelson {

enum class WatchKind : uint8_t {
  kArrived,  // renamed to this name: complete
  kCreated,  // made under this name: maybe still empty, kWritten and kClosed follow unless it was a
             // link
  kWritten,  // its content was changed, its writer may still have it open
  kClosed,   // a writer closed it
  kAttributes,  // its mode, owner or time stamps were changed
  kGone,        // removed, or renamed to another name
  kRescan,      // names unknown: look at everything below this watch
  kLost,        // the directory itself was removed, renamed or unmounted; the watch has ended
};

struct WatchEvent {
  int watch;  // what Add gave
  WatchKind kind;
  std::string name;  // within the directory; empty for kRescan, kLost and what befell itself
};

class Watch {
 public:
  virtual ~Watch() = default;

  // path is of the running system. The watch holds from the moment this returns.
  virtual Error Add(std::string_view path, int* watch) = 0;
  virtual void Remove(int watch) = 0;

  // Delivers what has happened up to now without waiting. Events that a finished system call of any
  // process caused are delivered by a Poll that starts after it. The loop calls it too.
  // The callback may call Add and Remove, not this, and must not end the Watch.
  virtual void Poll() = 0;
};

Error NewWatch(Loop* loop, std::function<void(const WatchEvent&)> callback,
               std::unique_ptr<Watch>* watch);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_WATCH_H_
