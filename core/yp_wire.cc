// Calls are put together, replies are read value by value; what a server may send without end is
// bounded by who receives it.
#include "core/yp_wire.h"

#include <algorithm>
#include <initializer_list>

#include "core/network_order.h"
#include "core/xdr.h"

namespace keelson {

namespace {

constexpr uint32_t kRpcVersion = 2;
constexpr uint32_t kCall = 0, kReply = 1, kAccepted = 0, kSuccess = 0;
constexpr uint32_t kPortMapper = 100000, kPortMapperVersion = 2, kGetPort = 3;
constexpr uint32_t kYp = 100004, kYpVersion = 2;
constexpr uint32_t kDomainCall = 1, kMatchCall = 3, kFirstCall = 4, kNextCall = 5, kAllCall = 8;
constexpr size_t kMaxVerifier = 400;
constexpr uint32_t kLastFragment = 0x80000000;

std::string Call(uint32_t xid, uint32_t program, uint32_t version, uint32_t procedure) {
  std::string message;
  constexpr uint32_t kNoAuthentication = 0, kEmpty = 0;
  for (const uint32_t number : {xid, kCall, kRpcVersion, program, version, procedure,
                                kNoAuthentication, kEmpty, kNoAuthentication, kEmpty}) {
    Append32(number, &message);
  }
  return message;
}

std::string YpCall(uint32_t xid, uint32_t procedure,
                   std::initializer_list<std::string_view> arguments) {
  std::string message = Call(xid, kYp, kYpVersion, procedure);
  for (const std::string_view argument : arguments) AppendXdrOpaque(argument, &message);
  return message;
}

// Leaves the reader at the results. False: there are none.
bool SkipReplyHead(XdrReader* reader) {
  uint32_t xid, kind, state, flavor, accepted;
  std::string_view verifier;
  return reader->Number(&xid) && reader->Number(&kind) && kind == kReply &&
         reader->Number(&state) && state == kAccepted && reader->Number(&flavor) &&
         reader->Opaque(kMaxVerifier, &verifier) && reader->Number(&accepted) &&
         accepted == kSuccess;
}

bool ReadStatus(XdrReader* reader, YpStatus* status) {
  uint32_t number;
  if (!reader->Number(&number)) return false;
  switch (static_cast<int32_t>(number)) {
    case 1:
      *status = YpStatus::kYes;
      break;
    case 2:
    case -3:
      *status = YpStatus::kNo;
      break;
    case -1:
      *status = YpStatus::kNoMap;
      break;
    default:
      *status = YpStatus::kFailed;
  }
  return true;
}

bool ReadPair(XdrReader* reader, YpStatus* status, YpPair* pair) {
  *pair = {};
  return ReadStatus(reader, status) && reader->Opaque(SIZE_MAX, &pair->value) &&
         reader->Opaque(SIZE_MAX, &pair->key);
}

}  // namespace

std::string PortOfYpCall(uint32_t xid, IpProtocol protocol) {
  std::string message = Call(xid, kPortMapper, kPortMapperVersion, kGetPort);
  for (const uint32_t number : {kYp, kYpVersion, static_cast<uint32_t>(protocol), uint32_t{0}}) {
    Append32(number, &message);
  }
  return message;
}

std::string YpDomainCall(uint32_t xid, std::string_view domain) {
  return YpCall(xid, kDomainCall, {domain});
}

std::string YpMatchCall(uint32_t xid, std::string_view domain, std::string_view map,
                        std::string_view key) {
  return YpCall(xid, kMatchCall, {domain, map, key});
}

std::string YpFirstCall(uint32_t xid, std::string_view domain, std::string_view map) {
  return YpCall(xid, kFirstCall, {domain, map});
}

std::string YpNextCall(uint32_t xid, std::string_view domain, std::string_view map,
                       std::string_view key) {
  return YpCall(xid, kNextCall, {domain, map, key});
}

std::string YpAllCall(uint32_t xid, std::string_view domain, std::string_view map) {
  return YpCall(xid, kAllCall, {domain, map});
}

bool ReadRpcReplyId(std::string_view message, uint32_t* xid) {
  XdrReader reader(message);
  uint32_t kind;
  return reader.Number(xid) && reader.Number(&kind) && kind == kReply;
}

bool ReadPortOfYpReply(std::string_view message, uint16_t* port) {
  XdrReader reader(message);
  uint32_t number;
  if (!SkipReplyHead(&reader) || !reader.Number(&number) || number > 0xffff) return false;
  *port = static_cast<uint16_t>(number);
  return true;
}

bool ReadYpDomainReply(std::string_view message, bool* has_domain) {
  XdrReader reader(message);
  uint32_t number;
  if (!SkipReplyHead(&reader) || !reader.Number(&number)) return false;
  *has_domain = number == 1;
  return true;
}

bool ReadYpValueReply(std::string_view message, YpStatus* status, std::string_view* value) {
  XdrReader reader(message);
  *value = {};
  return SkipReplyHead(&reader) && ReadStatus(&reader, status) && reader.Opaque(SIZE_MAX, value);
}

bool ReadYpPairReply(std::string_view message, YpStatus* status, YpPair* pair) {
  XdrReader reader(message);
  return SkipReplyHead(&reader) && ReadPair(&reader, status, pair);
}

bool ReadYpAllReply(std::string_view message, YpStatus* status,
                    const std::function<void(const YpPair&)>& visit) {
  XdrReader reader(message);
  if (!SkipReplyHead(&reader)) return false;
  YpPair pair;
  for (uint32_t more; reader.Number(&more);) {
    *status = YpStatus::kYes;
    if (more == 0) return true;
    if (!ReadPair(&reader, status, &pair)) return false;
    if (*status == YpStatus::kYes) {
      visit(pair);
      continue;
    }
    if (*status == YpStatus::kNo) *status = YpStatus::kYes;
    return true;
  }
  return false;
}

std::string RpcRecord(std::string_view message) {
  std::string record;
  Append32(static_cast<uint32_t>(message.size()) | kLastFragment, &record);
  record += message;
  return record;
}

bool RpcRecordReader::Take(std::string_view bytes) {
  while (!bytes.empty()) {
    if (done_) return false;
    if (fragment_left_ == 0) {
      const size_t missing = std::min(4 - head_.size(), bytes.size());
      head_ += bytes.substr(0, missing);
      bytes.remove_prefix(missing);
      if (head_.size() < 4) return true;
      const uint32_t head = Read32(head_, 0);
      head_.clear();
      is_last_ = (head & kLastFragment) != 0;
      fragment_left_ = head & ~kLastFragment;
      if (fragment_left_ > limit_ - message_.size()) return false;
    }
    const size_t taken = std::min(fragment_left_, bytes.size());
    message_ += bytes.substr(0, taken);
    bytes.remove_prefix(taken);
    fragment_left_ -= taken;
    done_ = fragment_left_ == 0 && is_last_;
  }
  return true;
}

}  // namespace keelson
