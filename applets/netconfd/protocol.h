// What netconfd, netconf, ifup and netconf-hook say to each other, in frames of core/frame.h.
//
// A client sends one request and gets progress, rows and text until kNetconfDone; then both close.
// A client that goes away cancels what it alone wanted, unless the request said --detach.
#ifndef KEELSON_APPLETS_NETCONFD_PROTOCOL_H_
#define KEELSON_APPLETS_NETCONFD_PROTOCOL_H_

#include <cstdint>

namespace keelson {

inline constexpr char kNetconfdSocket[] = "/run/keelson/netconfd.sock";         // 0600
inline constexpr char kNetconfdStatus[] = "/run/keelson/netconfd-status.sock";  // 0660
inline constexpr char kNetconfdState[] = "/run/keelson/netconfd";  // a folder: states, leases

enum NetconfdFrame : uint16_t {
  // To netconfd. Fields: the verb as netconf has it ("up"), then its operands and options as words:
  // "--all", "--force", "--allow=CLASS", "--timeout=NANOSECONDS", "--detach", "--confirm=SECONDS",
  // "--within=NAMES": for whose programs the client runs, each name ended by a blank.
  // No word that begins with "--" is a name; names that do follow a word "--".
  kNetconfdRequest = 1,
  // From netconf-hook: fields: the environment, "NAME=value" each, in whichever order. Answered by
  // kNetconfdDone when what it asks for is done.
  kNetconfdHook = 2,
  // From netconfd.
  kNetconfdRow = 3,       // status: the fields of kNetStatusColumns
  kNetconfdText = 4,      // one field: bytes for stdout, as they are
  kNetconfdProgress = 5,  // interface, state, why; "says": a line of one of its programs
  kNetconfdError = 6,     // one field: a line for stderr
  kNetconfdEvent = 7,     // monitor, events: kind, interface, text
  kNetconfdDone = 8,      // exit code, decimal
};

inline constexpr const char* kNetStatusColumns[] = {
    "name", "state", "link", "addresses", "gateway", "method", "lease_s", "logical", "why"};

// Verbs: up down status reload apply confirm monitor events plan wait. On the socket for status
// only status, monitor, events and wait are answered; the rest is root's, or of whoever runs
// netconfd.

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_PROTOCOL_H_
