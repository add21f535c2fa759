// One request to netconfd, and all that it answers.
#ifndef KEELSON_APPLETS_NETCONFD_NETCONF_CLIENT_H_
#define KEELSON_APPLETS_NETCONFD_NETCONF_CLIENT_H_

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/protocol.h"
#include "platform/error.h"

namespace keelson {

// Who takes what comes; all may be empty. Views are those of the call.
struct NetconfdListener {
  std::function<void(std::span<const std::string_view> fields)> row, event;
  std::function<void(std::string_view text)> text;
  std::function<void(std::string_view interface, std::string_view state, std::string_view text)>
      progress;
  std::function<void(std::string_view line)> error;
};

// words: the fields of that frame (protocol.h). Returns when netconfd is done, with its exit code.
// ENOENT, ECONNREFUSED: nobody there; ETIMEDOUT: the time is over; ECONNRESET: it went away;
// EPROTO: it speaks otherwise; EMSGSIZE: too many words. deadline_ns: 0: none.
Error AskNetconfd(std::string_view socket, std::span<const std::string> words, int64_t deadline_ns,
                  const NetconfdListener& listener, int* code,
                  NetconfdFrame frame = kNetconfdRequest);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NETCONF_CLIENT_H_
