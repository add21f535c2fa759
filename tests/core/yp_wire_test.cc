// Bytes written down by hand from RFC 5531 (section 9, 11), RFC 1833 (section 3) and what ypserv
// says.
#include "core/yp_wire.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

using namespace std::string_literals;

const std::string kXid = "\x12\x34\x56\x78"s;
const std::string kNoAuthenticationTwice(16, '\0');
// Accepted, AUTH_NONE, success.
const std::string kAccepted = kXid + "\0\0\0\1"s + std::string(16, '\0');

TEST(YpCalls, Bytes) {
  const std::string rpc2 = "\0\0\0\0\0\0\0\2"s;
  const std::string yp = kXid + rpc2 + "\0\1\x86\xa4\0\0\0\2"s;
  const std::string lab = "\0\0\0\3lab\0"s, map = "\0\0\0\1m\0\0\0"s, key = "\0\0\0\2kk\0\0"s;
  const struct {
    std::string call, bytes;
  } cases[] = {
      {PortOfYpCall(0x12345678, IpProtocol::kUdp), kXid + rpc2 + "\0\1\x86\xa0\0\0\0\2\0\0\0\3"s +
                                                       kNoAuthenticationTwice +
                                                       "\0\1\x86\xa4\0\0\0\2\0\0\0\x11\0\0\0\0"s},
      {PortOfYpCall(0x12345678, IpProtocol::kTcp), kXid + rpc2 + "\0\1\x86\xa0\0\0\0\2\0\0\0\3"s +
                                                       kNoAuthenticationTwice +
                                                       "\0\1\x86\xa4\0\0\0\2\0\0\0\6\0\0\0\0"s},
      {YpDomainCall(0x12345678, "lab"), yp + "\0\0\0\1"s + kNoAuthenticationTwice + lab},
      {YpMatchCall(0x12345678, "lab", "m", "kk"),
       yp + "\0\0\0\3"s + kNoAuthenticationTwice + lab + map + key},
      {YpFirstCall(0x12345678, "lab", "m"), yp + "\0\0\0\4"s + kNoAuthenticationTwice + lab + map},
      {YpNextCall(0x12345678, "lab", "m", "kk"),
       yp + "\0\0\0\5"s + kNoAuthenticationTwice + lab + map + key},
      {YpAllCall(0x12345678, "lab", "m"), yp + "\0\0\0\x08"s + kNoAuthenticationTwice + lab + map},
  };
  for (const auto& c : cases) EXPECT_EQ(c.call, c.bytes);
}

TEST(YpReplies, Heads) {
  const struct {
    const char* name;
    std::string message;
    bool is_reply, has_port;
  } cases[] = {
      {"accepted", kAccepted + "\0\0\2\x9a"s, true, true},
      {"with a verifier",
       kXid + "\0\0\0\1\0\0\0\0"s + "\0\0\0\1\0\0\0\3abc\0"s + "\0\0\0\0\0\0\2\x9a"s, true, true},
      {"more behind it", kAccepted + "\0\0\2\x9a rest"s, true, true},
      {"program unavailable", kXid + "\0\0\0\1\0\0\0\0"s + "\0\0\0\0\0\0\0\0"s + "\0\0\0\1"s, true,
       false},
      {"denied: wrong version", kXid + "\0\0\0\1\0\0\0\1"s + "\0\0\0\0\0\0\0\2\0\0\0\2"s, true,
       false},
      {"denied: who are you", kXid + "\0\0\0\1\0\0\0\1"s + "\0\0\0\1\0\0\0\5"s, true, false},
      {"a call", kXid + "\0\0\0\0"s + std::string(20, '\0'), false, false},
      {"no results", kAccepted, true, false},
      {"no port", kAccepted + "\0\1\0\0"s, true, false},
      {"cut", kAccepted.substr(0, 15), true, false},
      {"a verifier without end", kXid + "\0\0\0\1\0\0\0\0"s + "\0\0\0\1\0\0\x01\x94"s, true, false},
      {"the number alone", kXid, false, false},
      {"nothing", "", false, false},
  };
  for (const auto& c : cases) {
    uint32_t xid = 0;
    EXPECT_EQ(ReadRpcReplyId(c.message, &xid), c.is_reply) << c.name;
    if (c.is_reply) {
      EXPECT_EQ(xid, 0x12345678u) << c.name;
    }
    uint16_t port = 0;
    EXPECT_EQ(ReadPortOfYpReply(c.message, &port), c.has_port) << c.name;
    EXPECT_EQ(port, c.has_port ? 666 : 0) << c.name;
  }
}

TEST(YpReplies, Domain) {
  bool has_domain = false;
  EXPECT_TRUE(ReadYpDomainReply(kAccepted + "\0\0\0\1"s, &has_domain));
  EXPECT_TRUE(has_domain);
  EXPECT_TRUE(ReadYpDomainReply(kAccepted + "\0\0\0\0"s, &has_domain));
  EXPECT_FALSE(has_domain);
  EXPECT_FALSE(ReadYpDomainReply(kAccepted, &has_domain));
}

TEST(YpReplies, Values) {
  const struct {
    std::string results;
    bool readable;
    YpStatus status;
    std::string value;
  } cases[] = {
      {"\0\0\0\1\0\0\0\3abc\0"s, true, YpStatus::kYes, "abc"},
      {"\0\0\0\1\0\0\0\0"s, true, YpStatus::kYes, ""},
      {"\xff\xff\xff\xfd\0\0\0\0"s, true, YpStatus::kNo, ""},
      {"\xff\xff\xff\xff\0\0\0\0"s, true, YpStatus::kNoMap, ""},
      {"\xff\xff\xff\xfe\0\0\0\0"s, true, YpStatus::kFailed, ""},
      {"\0\0\0\0\0\0\0\0"s, true, YpStatus::kFailed, ""},
      {"\0\0\0\1\0\0\0\3abc"s, false, YpStatus::kYes, ""},
      {"\0\0\0\1\xff\xff\xff\xff"s, false, YpStatus::kYes, ""},
      {"\0\0\0\1"s, false, YpStatus::kYes, ""},
  };
  for (const auto& c : cases) {
    YpStatus status;
    std::string_view value;
    const std::string message = kAccepted + c.results;
    EXPECT_EQ(ReadYpValueReply(message, &status, &value), c.readable) << c.results;
    if (!c.readable) continue;
    EXPECT_EQ(status, c.status) << c.results;
    EXPECT_EQ(value, c.value);
  }
}

TEST(YpReplies, PairsHaveTheValueFirst) {
  YpStatus status;
  YpPair pair;
  const std::string one = kAccepted + "\0\0\0\1\0\0\0\1v\0\0\0\0\0\0\1k\0\0\0"s;
  EXPECT_TRUE(ReadYpPairReply(one, &status, &pair));
  EXPECT_EQ(status, YpStatus::kYes);
  EXPECT_EQ(pair.value, "v");
  EXPECT_EQ(pair.key, "k");
  EXPECT_TRUE(ReadYpPairReply(kAccepted + "\0\0\0\2\0\0\0\0\0\0\0\0"s, &status, &pair));
  EXPECT_EQ(status, YpStatus::kNo);
}

TEST(YpReplies, All) {
  const std::string one = "\0\0\0\1\0\0\0\1\0\0\0\1v\0\0\0\0\0\0\1k\0\0\0"s;
  const std::string two = "\0\0\0\1\0\0\0\1\0\0\0\1w\0\0\0\0\0\0\1l\0\0\0"s;
  const auto last = [](const std::string& status) {
    return "\0\0\0\1"s + status + "\0\0\0\0\0\0\0\0"s;
  };
  const std::string end = "\0\0\0\0"s, no_more = "\0\0\0\2"s;
  const struct {
    std::string results;
    bool readable;
    YpStatus status;
    std::string pairs;
  } cases[] = {
      {one + two + last(no_more) + end, true, YpStatus::kYes, "k=v l=w "},
      {one + two + end, true, YpStatus::kYes, "k=v l=w "},
      {end, true, YpStatus::kYes, ""},
      {last(no_more) + end, true, YpStatus::kYes, ""},
      {last("\xff\xff\xff\xff"s) + end, true, YpStatus::kNoMap, ""},
      {one + last("\xff\xff\xff\xfa"s) + end, true, YpStatus::kFailed, "k=v "},
      {one + two, false, YpStatus::kYes, "k=v l=w "},
      {one + two.substr(0, 20), false, YpStatus::kYes, "k=v "},
      {"", false, YpStatus::kYes, ""},
  };
  for (const auto& c : cases) {
    YpStatus status = YpStatus::kFailed;
    std::string pairs;
    const bool readable = ReadYpAllReply(kAccepted + c.results, &status, [&](const YpPair& pair) {
      pairs += std::string(pair.key) + "=" + std::string(pair.value) + " ";
    });
    EXPECT_EQ(readable, c.readable);
    EXPECT_EQ(pairs, c.pairs);
    if (!readable) continue;
    EXPECT_EQ(status, c.status) << c.pairs;
  }
}

TEST(RpcRecords, FragmentsInAnyPieces) {
  EXPECT_EQ(RpcRecord("abc"), "\x80\0\0\3abc"s);
  const std::string stream = "\0\0\0\2ab"s + "\0\0\0\0"s + "\x80\0\0\3cde"s;
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    RpcRecordReader reader(5);
    for (size_t at = 0; at < stream.size(); at += piece) {
      EXPECT_FALSE(reader.done());
      EXPECT_TRUE(reader.Take(std::string_view(stream).substr(at, piece)));
    }
    EXPECT_TRUE(reader.done());
    EXPECT_EQ(reader.message(), "abcde");
    EXPECT_FALSE(reader.Take("x"));
  }
  RpcRecordReader tight(4);
  EXPECT_FALSE(tight.Take(stream));
  RpcRecordReader huge(1 << 20);
  EXPECT_FALSE(huge.Take("\x7f\xff\xff\xff"s));
  RpcRecordReader empty(4);
  EXPECT_TRUE(empty.Take("\x80\0\0\0"s));
  EXPECT_TRUE(empty.done());
}

}  // namespace
}  // namespace keelson
