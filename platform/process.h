// Starting programs and hearing of their end.
//
// The child gets exactly what the request says: signal mask and handlers are reset, every
// descriptor that is not listed is closed, no shell is involved. An exec that fails is reported by
// Spawn itself. Linux: a pidfd in the loop, or SIGCHLD once orphans are adopted. BSD: EVFILT_PROC.
// No exit is lost, no zombie is left.
#ifndef KEELSON_PLATFORM_PROCESS_H_
#define KEELSON_PLATFORM_PROCESS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "platform/error.h"
#include "platform/loop.h"

namespace keelson {

struct Credentials {
  uint32_t uid = 0;
  uint32_t gid = 0;
  std::vector<uint32_t> groups;
};

struct SpawnRequest {
  std::string program = {};                     // a path; PATH is not searched
  std::vector<std::string> arguments = {};      // argv, argv[0] included
  std::vector<std::string> environment = {};    // "NAME=value", the whole of it
  std::string directory = {};                   // empty: the caller's
  std::optional<Credentials> credentials = {};  // none: the caller's
  bool or_shell = false;  // what has no line of an interpreter is /bin/sh's, as execvp has it
  // {ours, the child's}. Of 0, 1 and 2 those that are not named are /dev/null.
  std::vector<std::pair<int, int>> descriptors = {};
  // setsid; otherwise a process group of its own. Linux may make a scheduler's group for each
  // session, whose first turn comes much later on a busy system.
  bool new_session = false;
  struct Limit {
    std::string name;  // "nofile", "core" ... as setrlimit(2) has them, lower case; EINVAL: unknown
    uint64_t soft = 0, hard = 0;  // UINT64_MAX: none
  };
  std::vector<Limit> limits = {};
  // -20 to 19; in a session of its own that of its autogroup as well, where there is one.
  std::optional<int> nice = {};
  std::optional<int> oom_score = {};  // -1000 to 1000; left out where the system has none
  std::optional<uint32_t> umask = {};
  std::string terminal = {};  // a path: new_session, controlling terminal and 0, 1, 2
  int tree = -1;              // ProcessTree::descriptor
  bool ends_with_us = false;  // it is killed when whoever started it ends, where the system can
  // "NAME" of a variable that gets the child's own number, in decimal (WATCHDOG_PID); empty: none.
  std::string pid_variable = {};
};

struct ProcessExit {
  bool signaled = false;
  int value = 0;  // exit status, or the signal's number
  int32_t pid = 0;
};

using ProcessId = int32_t;

class Processes {
 public:
  virtual ~Processes() = default;

  // on_exit (may be empty) runs in the loop, once, after the child was reaped. A failing exec
  // (ENOENT, EACCES ...) is the returned error and on_exit never runs.
  virtual Error Spawn(const SpawnRequest& request, std::function<void(ProcessExit)> on_exit,
                      ProcessId* pid) = 0;
  struct Spawning {
    SpawnRequest request;
    std::function<void(ProcessExit)> on_exit;
    ProcessId pid = 0;
    Error error;
    std::string failed = {};  // what did, for people: the program, "directory /x", "nice -5"
  };
  // Each as Spawn does it, but some at once where the system can: while one gets to its exec, the
  // next one is made, and then `meanwhile` done, once, which starts none.
  virtual void SpawnAll(std::span<Spawning> all, const std::function<void()>& meanwhile) {
    for (Spawning& one : all) {
      one.error = Spawn(one.request, std::move(one.on_exit), &one.pid);
      if (!one.error.ok()) one.failed = one.request.program;
    }
    meanwhile();
  }
  // REQUIRES: a child whose on_exit has not run. ESRCH otherwise: no stranger is ever signalled.
  virtual Error Signal(ProcessId pid, int signal, bool whole_group) = 0;

  // From now on processes that lose their parent and descend from us become our children, and are
  // reaped. on_end (may be empty) runs in the loop after each round in which one of them was.
  // SIGCHLD of the loop is taken for it. Once.
  virtual Error AdoptOrphans(std::function<void()> on_end) = 0;
  // Hears of the end of a process that Spawn did not make: a child from before an exec of our own,
  // an adopted one, or a descendant that may become one. What it ended with is known only of a
  // child: value -1 otherwise. From now on Signal knows it. ESRCH: it has ended. EEXIST: it is
  // followed.
  virtual Error Follow(ProcessId pid, std::function<void(ProcessExit)> on_exit) = 0;
};

// Children outlive it, unheard of. REQUIRES: *loop outlives it; nobody else waits for any child
// (-1).
Error NewProcesses(Loop* loop, std::unique_ptr<Processes>* processes);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_PROCESS_H_
