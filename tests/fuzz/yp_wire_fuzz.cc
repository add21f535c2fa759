// Any bytes as replies of a server of YP: what comes out lies within the message, and a stream in
// any pieces is what it is in one.
#include <cstddef>
#include <cstdint>
#include <functional>

#include "core/yp_wire.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

void RequireWithin(std::string_view message, std::string_view part) {
  if (part.empty()) return;
  const std::less_equal<const char*> before;
  Require(before(message.data(), part.data()));
  Require(before(part.data() + part.size(), message.data() + message.size()));
}

void ReadReply(std::string_view message) {
  uint32_t xid;
  uint16_t port;
  bool has_domain;
  YpStatus status;
  std::string_view value;
  YpPair pair;
  ReadRpcReplyId(message, &xid);
  ReadPortOfYpReply(message, &port);
  ReadYpDomainReply(message, &has_domain);
  if (ReadYpValueReply(message, &status, &value)) RequireWithin(message, value);
  if (ReadYpPairReply(message, &status, &pair)) RequireWithin(message, pair.key);
  ReadYpAllReply(message, &status, [&](const YpPair& each) {
    RequireWithin(message, each.key);
    RequireWithin(message, each.value);
  });
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keelson;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ReadReply(bytes);
  constexpr size_t kLimit = 512;
  RpcRecordReader whole(kLimit), pieces(kLimit);
  const bool taken = whole.Take(bytes);
  bool taken_in_pieces = true;
  for (size_t at = 0; at < size && taken_in_pieces; at += 3) {
    taken_in_pieces = pieces.Take(bytes.substr(at, 3));
  }
  Require(taken == taken_in_pieces);
  Require(whole.message().size() <= kLimit);
  if (taken) Require(whole.done() == pieces.done() && whole.message() == pieces.message());
  if (taken && whole.done()) ReadReply(whole.message());
  return 0;
}
