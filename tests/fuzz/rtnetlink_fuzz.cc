// Any bytes as answers and events of rtnetlink: what is taken of them lies inside, has the sizes
// that the kernel's things have, and a change that is made of it is a whole message again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/linux/rtnetlink.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

uint8_t LongestOf(const NetIp& ip) { return ip.v6 ? 128 : 32; }

void CheckChange(const NetChange& change) {
  const auto index_of = [](std::string_view, uint32_t* index) {
    *index = 1;
    return kOk;
  };
  std::string request;
  if (!EncodeNetChange(change, 5, index_of, &request).ok()) return Require(request.empty());
  std::string_view left = request;
  NetlinkMessage message;
  Require(NextNetlinkMessage(&left, &message) && left.empty() && message.sequence == 5);
}

void CheckLink(std::string_view body) {
  Interface link;
  if (!DecodeLink(body, &link)) return;
  Require(link.index > 0 && !link.name.empty() && link.name.find('\0') == link.name.npos);
  NetChange change = {.kind = NetChange::kSetLink, .name = link.name};
  change.hardware_address = link.hardware_address;
  change.alias = link.alias;
  change.new_name = link.name;
  CheckChange(change);
}

void CheckAddress(std::string_view body) {
  NetChange change = {.kind = NetChange::kAddAddress, .name = "eth0"};
  if (!DecodeAddress(body, &change.address)) return;
  Require(change.address.length <= LongestOf(change.address.address));
  Require(!change.address.peer || change.address.peer->v6 == change.address.address.v6);
  CheckChange(change);
}

void CheckRoute(std::string_view body) {
  NetChange change = {.kind = NetChange::kAddRoute, .name = "eth0"};
  if (!DecodeRoute(body, &change.route)) return;
  Require(change.route.length <= LongestOf(change.route.to));
  Require(!change.route.gateway || change.route.gateway->v6 == change.route.to.v6);
  CheckChange(change);
}

void CheckBody(std::string_view body) {
  CheckLink(body);
  CheckAddress(body);
  CheckRoute(body);
  NetChange change = {.kind = NetChange::kAddRule};
  if (DecodeRule(body, &change.rule)) {
    Require(change.rule.from.v6 == change.rule.v6 && change.rule.to.v6 == change.rule.v6);
    CheckChange(change);
  }
  change = {.kind = NetChange::kAddNeighbour, .name = "eth0"};
  if (DecodeNeighbour(body, &change.neighbour)) CheckChange(change);
  Require(DecodeNetlinkError(body).code() >= 0);
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string_view left = bytes;
  for (keelson::NetlinkMessage message; keelson::NextNetlinkMessage(&left, &message);) {
    keelson::Require(message.body.data() >= bytes.data() &&
                     message.body.data() + message.body.size() <= bytes.data() + bytes.size());
    keelson::NetEvent event;
    keelson::DecodeNetEvent(message, &event);
    keelson::CheckBody(message.body);
  }
  keelson::CheckBody(bytes);
  return 0;
}
