// What a client asks for, in the words of its frame (protocol.h).
#ifndef KEELSON_APPLETS_NETCONFD_CONTROL_REQUEST_H_
#define KEELSON_APPLETS_NETCONFD_CONTROL_REQUEST_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace keelson {

struct ControlRequest {
  std::string_view verb = {};
  std::vector<std::string_view> operands = {};
  std::vector<std::string_view> options = {};

  bool Has(std::string_view option) const;
  std::string_view Value(std::string_view option) const;  // of "--allow=auto"; empty: not there
  int64_t Number(std::string_view option) const;          // 0: not there, or none
  // Whether a program of that interface is who asks.
  bool IsWithin(std::string_view name) const;
};

// Views into the words. REQUIRES: there is one.
ControlRequest ReadControlRequest(std::span<const std::string_view> words);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_CONTROL_REQUEST_H_
