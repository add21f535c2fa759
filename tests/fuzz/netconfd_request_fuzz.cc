// Any bytes as what comes over netconfd's socket: a request's words are all found again, and what
// is made of them lies within its bounds; what a client's script says is of an interface that can
// be.
#include <cstddef>
#include <cstdint>

#include "applets/netconfd/control_request.h"
#include "applets/netconfd/protocol.h"
#include "core/dhcp_environment.h"
#include "core/frame.h"
#include "core/interface_name.h"
#include "core/interface_selection.h"
#include "tests/fuzz/require.h"

namespace {

using namespace keelson;

void ReadRequest(const Frame& frame) {
  const ControlRequest request = ReadControlRequest(frame.fields);
  Require(request.verb == frame.fields[0]);
  const size_t words = 1 + request.options.size() + request.operands.size();
  Require(words == frame.fields.size() || words + 1 == frame.fields.size());  // less a "--"
  for (const std::string_view option : request.options) {
    Require(option.starts_with("--") && option != "--" && request.Has(option));
    const int64_t number = request.Number(option.substr(0, option.find('=')));
    Require(number >= 0 && number <= INT64_MAX / 4);
  }
  for (const std::string_view operand : request.operands) {
    const InterfaceSelection selection = ParseInterfaceSelection(operand);
    Require(!selection.has_logical || operand.find('=') != operand.npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Frame frame;
  size_t consumed = 0;
  if (ParseFrame(bytes, &frame, &consumed) != FrameResult::kFrame) return 0;
  if (frame.type == kNetconfdRequest && !frame.fields.empty()) ReadRequest(frame);
  DhcpEnvironment event;
  if (frame.type == kNetconfdHook && !ReadDhcpEnvironment(frame.fields, &event)) {
    Require(IsInterfaceName(event.interface));
    Require((event.kind == DhcpEnvironment::kLease) <= event.lease.has_value());
  }
  return 0;
}
