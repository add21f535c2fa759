// What svcd and those who talk to it, svc and netconfd, say to each other, in frames of
// core/frame.h.
//
// A client sends one request and gets rows, text and progress until kDone; then both close. A
// client that goes away stops listening, not what it began.
#ifndef KEELSON_CORE_SVCD_PROTOCOL_H_
#define KEELSON_CORE_SVCD_PROTOCOL_H_

#include <cstdint>

namespace keelson {

inline constexpr char kSvcdSocket[] = "/run/keelson/svcd.sock";

enum SvcdFrame : uint16_t {
  // To svcd. Fields: the verb as svc has it ("start"), then its operands and options as words:
  // "--all", "--wait=no", "--state=up", "--timeout=NANOSECONDS", "-f", "--lines=N" (log: no more
  // than that), "--dot", "--dry-run" (reload-config), "--hold" (event). No name of a service begins
  // with '-'.
  kSvcdRequest = 1,
  // To svc.
  kSvcdRow = 2,       // status, list: the fields of kStatusColumns
  kSvcdText = 3,      // one field: bytes for stdout, as they are
  kSvcdProgress = 4,  // service, state, why
  kSvcdError = 5,     // one field: a line for stderr
  kSvcdDone = 6,      // exit code, decimal; then, where it says more, "denied" or "unknown" (name)
};

// The fields of a row: NAME STATE PID UPTIME_S RESTARTS EXIT SOURCE as the contract has them, then
// TYPE, KIND, WHY (of the state), FILE (of the definition), DESCRIPTION, SAYS (how it is, by its
// own account).
inline constexpr const char* kStatusColumns[] = {
    "name", "state", "pid", "uptime_s", "restarts",    "exit", "source",
    "type", "kind",  "why", "file",     "description", "says"};

// Verbs: list status start stop restart reload check load configure wait log graph order plot mode
// reload-config reexec shutdown trigger event. Reading is for everybody who may connect; a user may
// start, stop, restart and reload services of type user that run as him; the rest is root's, or of
// whoever runs svcd.
//
// "event --hold" is answered by a row without fields, and the connection stays: every request of
// "event" that follows on it, "event net:eth0 up", holds against the kernel's own news until
// another one or the end of the connection.

}  // namespace keelson

#endif  // KEELSON_CORE_SVCD_PROTOCOL_H_
