// One request to svcd and all that it answers.
#ifndef KEELSON_APPLETS_SVCD_SVC_CLIENT_H_
#define KEELSON_APPLETS_SVCD_SVC_CLIENT_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/error.h"

namespace keelson {

// Who takes what comes; all may be empty. Views are those of the call.
struct SvcdListener {
  std::function<void(std::span<const std::string_view> fields)> row;
  std::function<void(std::string_view text)> text;
  std::function<void(std::string_view service, std::string_view state, std::string_view why)>
      progress;
  std::function<void(std::string_view line)> error;
};

struct SvcdEnd {
  int code = 111;
  std::string why;  // "denied", "unknown" or nothing
};

struct Patience {  // 0: for ever
  int64_t silence_ns = 0;
  int64_t whole_ns = 0;
};

// Returns when svcd is done. ENOENT, ECONNREFUSED: nobody there; ETIMEDOUT: patience is over;
// ECONNRESET: it went away; EPROTO: it speaks otherwise; EMSGSIZE: too many words.
Error AskSvcd(std::string_view socket, std::span<const std::string> words, Patience patience,
              const SvcdListener& listener, SvcdEnd* end);

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SVC_CLIENT_H_
