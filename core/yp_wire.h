// YP (NIS) version 2 as its clients speak it: remote procedure calls (RFC 5531) to the port mapper
// (RFC 1833) and to ypserv. Values of XDR, numbers of 32 bits.
//   call     xid 0 2(RPC) program version procedure 0 0 0 0(AUTH_NONE twice), arguments
//   reply    xid 1 0(accepted) flavor opaque(verifier) 0(success), results
//   GETPORT  program version protocol 0 -> port, 0: not registered
//   DOMAIN   domain -> does the server have it;  NONACK: and no answer at all if not
//   MATCH    domain map key -> status value
//   FIRST    domain map; NEXT domain map key -> status value key
//   ALL      domain map -> 1 status value key, again and again, then 0
//   status   1 yes; 2 no more; below 1: no such key (-3), no such map (-1), and so on
// A datagram is a message; in a stream fragments follow one another, each behind its size with the
// highest bit set on the last of a message.
#ifndef KEELSON_CORE_YP_WIRE_H_
#define KEELSON_CORE_YP_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace keelson {

inline constexpr uint16_t kPortMapperPort = 111;

// What a call may carry: more is no server's domain, map or key.
inline constexpr size_t kYpMaxDomain = 64;
inline constexpr size_t kYpMaxMap = 64;
inline constexpr size_t kYpMaxKey = 1024;

enum class IpProtocol : uint32_t { kTcp = 6, kUdp = 17 };

// Which port of that host ypserv has.
std::string PortOfYpCall(uint32_t xid, IpProtocol protocol);

// REQUIRES of all: the sizes are within the limits.
std::string YpDomainCall(uint32_t xid, std::string_view domain);
std::string YpMatchCall(uint32_t xid, std::string_view domain, std::string_view map,
                        std::string_view key);
std::string YpFirstCall(uint32_t xid, std::string_view domain, std::string_view map);
std::string YpNextCall(uint32_t xid, std::string_view domain, std::string_view map,
                       std::string_view key);
std::string YpAllCall(uint32_t xid, std::string_view domain, std::string_view map);

// The call that a message answers. False: it is no reply.
bool ReadRpcReplyId(std::string_view message, uint32_t* xid);

// What a reply says. False: the call was refused, or this is not such a reply. Views of the
// message.
bool ReadPortOfYpReply(std::string_view message, uint16_t* port);  // 0: not registered
bool ReadYpDomainReply(std::string_view message, bool* has_domain);

enum class YpStatus : uint8_t {
  kYes,
  kNo,      // no such key, or no more of them
  kNoMap,   // no such map in the domain
  kFailed,  // anything else: the server cannot
};

bool ReadYpValueReply(std::string_view message, YpStatus* status, std::string_view* value);

struct YpPair {
  std::string_view key, value;
};
bool ReadYpPairReply(std::string_view message, YpStatus* status, YpPair* pair);
// Calls visit for each pair. kYes: that was all of the map.
bool ReadYpAllReply(std::string_view message, YpStatus* status,
                    const std::function<void(const YpPair&)>& visit);

// A message as it stands in a stream.
std::string RpcRecord(std::string_view message);

// One message from a stream.
class RpcRecordReader {
 public:
  explicit RpcRecordReader(size_t limit) : limit_(limit) {}

  // What has come. False: the message is longer than the limit, or something follows it.
  bool Take(std::string_view bytes);
  bool done() const { return done_; }
  const std::string& message() const { return message_; }  // REQUIRES: done

 private:
  size_t limit_;
  std::string message_;
  std::string head_;  // of a fragment, up to four bytes
  size_t fragment_left_ = 0;
  bool is_last_ = false;
  bool done_ = false;
};

}  // namespace keelson

#endif  // KEELSON_CORE_YP_WIRE_H_
