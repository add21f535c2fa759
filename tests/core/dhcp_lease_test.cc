#include "core/dhcp_lease.h"

#include <gtest/gtest.h>

#include "core/dhcp_lease_text.h"

namespace keelson {
namespace {

using namespace std::string_literals;

// An ACK of 192.168.1.5 by 192.168.1.1 with these options besides.
DhcpMessage Ack(std::vector<DhcpOption> options) {
  DhcpMessage message;
  message.is_reply = true;
  message.your = 0xc0a80105;
  message.options = {{kDhcpMessageType, "\5"}, {kDhcpServer, "\xc0\xa8\1\1"s}};
  for (DhcpOption& option : options) message.options.push_back(std::move(option));
  return message;
}

const DhcpOption kMask = {kDhcpMask, "\377\377\377\0"s};
const DhcpOption kHour = {kDhcpLeaseTime, "\0\0\x0e\x10"s};

// What the lease has but for mask and an hour's times, as its file says it, then the notes.
std::string Show(const DhcpMessage& message, DhcpLeaseRules rules = {}) {
  DhcpLease lease;
  std::vector<std::string> notes;
  if (const auto fault = ReadDhcpLease(message, rules, &lease, &notes)) return std::string(*fault);
  std::string shown;
  std::string text = FormatDhcpLease({0, lease});
  for (const std::string_view usual :
       {"obtained: 0\n", "address: 192.168.1.5/24\n", "server: 192.168.1.1\n",
        "lease-seconds: 3600\n", "renew-seconds: 1800\n", "rebind-seconds: 3150\n"}) {
    if (const size_t at = text.find(usual); at != std::string::npos) text.erase(at, usual.size());
  }
  for (char& c : text) {
    if (c == '\n') c = ';';
  }
  for (const std::string& note : notes) text += "(" + note + ")";
  return text;
}

struct Case {
  const char* name;
  std::vector<DhcpOption> options;
  std::string expected;
};

void Check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    std::vector<DhcpOption> options = c.options;
    options.push_back(kMask);
    options.push_back(kHour);
    EXPECT_EQ(Show(Ack(options)), c.expected) << c.name;
  }
}

TEST(DhcpLease, AddressesAndRoutes) {
  const std::string router = "\xc0\xa8\1\1"s, router2 = "\xc0\xa8\1\2"s;
  Check({
      {"nothing else", {}, ""},
      {"routers",
       {{3, router + router2 + router}},
       "route: 0.0.0.0/0 192.168.1.1;route: 0.0.0.0/0 192.168.1.2;"},
      {"of no host",
       {{3, router + "\xe0\0\0\1\377\377\377\377\177\0\0\1\0\0\0\0"s}},
       "route: 0.0.0.0/0 192.168.1.1;(routers: 224.0.0.1 is no host, dropped)"
       "(routers: 255.255.255.255 is no host, dropped)(routers: 127.0.0.1 is no host, dropped)"
       "(routers: 0.0.0.0 is no host, dropped)"},
      {"not whole",
       {{3, router + "\1"}, {6, ""}},
       "(routers: of 5 bytes, dropped)(domain-name-servers: of 0 bytes, dropped)"},
      {"121 over 3",
       {{3, router}, {121, "\x18\x0a\1\2\xc0\xa8\1\2\0\xc0\xa8\1\2\x20\1\2\3\4\0\0\0\0"s}},
       "route: 10.1.2.0/24 192.168.1.2;route: 0.0.0.0/0 192.168.1.2;route: 1.2.3.4/32;"},
      {"bits beyond the prefix",
       {{121, "\x11\x0a\1\377\xc0\xa8\1\2"s}},
       "route: 10.1.128.0/17 192.168.1.2;"},
      {"prefix 33: the routers count",
       {{3, router}, {121, "\x21\1\2\3\4\5\xc0\xa8\1\2"s}},
       "route: 0.0.0.0/0 192.168.1.1;(classless-static-routes: malformed, dropped)"},
      {"cut", {{121, "\x18\x0a\1\2\xc0\xa8\1"s}}, "(classless-static-routes: malformed, dropped)"},
      {"empty", {{121, ""}}, "(classless-static-routes: malformed, dropped)"},
      {"a gateway of nobody",
       {{121, "\0\xe0\0\0\1"s}, {3, router}},
       "(classless-static-routes: a gateway 224.0.0.1 is no host, dropped)"},
      {"249 unasked", {{249, "\0\xc0\xa8\1\2"s}}, ""},
      {"servers",
       {{6, router + router2}, {42, router2}},
       "dns: 192.168.1.1 192.168.1.2;ntp: 192.168.1.2;"},
      {"broadcast", {{28, "\xc0\xa8\1\xff"s}}, "broadcast-address: 192.168.1.255;"},
      {"broadcast of old", {{28, "\xc0\xa8\1\0"s}}, "broadcast-address: 192.168.1.0;"},
      {"broadcast of all", {{28, "\377\377\377\377"s}}, "broadcast-address: 255.255.255.255;"},
      {"broadcast elsewhere",
       {{28, "\xc0\xa8\2\xff"s}},
       "(broadcast-address: 192.168.2.255 is not the network's, dropped)"},
      {"broadcast of 3 bytes", {{28, "abc"}}, "(broadcast-address: of 3 bytes, dropped)"},
  });
  const DhcpOption old_routes{249, "\0\xc0\xa8\1\2"s};
  EXPECT_EQ(Show(Ack({old_routes, kMask, kHour}), {.take_249 = true}),
            "route: 0.0.0.0/0 192.168.1.2;");
  EXPECT_EQ(Show(Ack({old_routes, {121, "\0\xc0\xa8\1\3"s}, kMask, kHour}), {.take_249 = true}),
            "route: 0.0.0.0/0 192.168.1.3;");
}

TEST(DhcpLease, Names) {
  Check({
      {"host name", {{12, "box.lan"}}, "host-name: box.lan;"},
      {"with NUL and dot", {{12, "box.\0"s}}, "host-name: box;"},
      {"a command", {{12, ";touch /tmp/x"}}, "(host-name: not a name, dropped)"},
      {"an option", {{12, "-rf"}}, "(host-name: not a name, dropped)"},
      {"empty", {{12, ""}}, "(host-name: not a name, dropped)"},
      {"domain", {{15, "example.org"}}, "domain-name: example.org;"},
      {"a list",
       {{15, "a.example  b.example."}},
       "domain-name: a.example;search: a.example b.example;"},
      {"a line", {{15, "a\nnameserver 6.6.6.6"}}, "(domain-name: not a name, dropped)"},
      {"119",
       {{15, "a.example"}, {119, "\1b\7example\0\1c\xc0\2"s}},
       "domain-name: a.example;search: b.example c.example;"},
      {"119 over a list", {{15, "a b"}, {119, "\1c\0"s}}, "domain-name: a;search: c;"},
      {"119 with a command",
       {{119, "\3a;b\3com\0"s}},
       "(domain-search: 1 no names or too many, dropped)"},
      {"a loop", {{119, "\xc0\0"s}}, "(domain-search: malformed, dropped)"},
  });
}

TEST(DhcpLease, NumbersAndTexts) {
  Check({
      {"mtu", {{26, "\5\xdc"s}}, "mtu: 1500;"},
      {"the least", {{26, "\0\x44"s}}, "mtu: 68;"},
      {"less", {{26, "\0\x43"s}}, "(interface-mtu: 67, dropped)"},
      {"of one byte", {{26, "\5"}}, "(interface-mtu: of 1 bytes, dropped)"},
      {"texts",
       {{252, "http://wpad/w.dat?a=b&c#d"}, {17, "10.0.0.1:/srv,vers=3"}, {101, "Europe/Berlin"}},
       "root-path: 10.0.0.1:/srv,vers=3;tcode: Europe/Berlin;wpad: http://wpad/w.dat?a=b&c#d;"},
      {"a NUL at the end", {{67, "pxe.0\0"s}}, "bootfile-name: pxe.0;"},
      {"an ampersand in a path",
       {{17, "a&b"}},
       "(root-path: characters that are not allowed, dropped)"},
      {"an option", {{66, "-x"}}, "(tftp-server-name: characters that are not allowed, dropped)"},
  });
  DhcpMessage message = Ack({kMask, kHour});
  message.boot_file = "a/b";
  message.next_server = 0xc0a80109;
  EXPECT_EQ(Show(message), "next-server: 192.168.1.9;bootfile-name: a/b;");
  message.options.push_back({67, "c"});
  EXPECT_EQ(Show(message), "next-server: 192.168.1.9;bootfile-name: c;");
}

// What servers have been seen, or are known, to inject.
TEST(DhcpLease, NothingHostileGetsThrough) {
  Check({{"all of it",
          {{12, ";touch /tmp/x"},
           {114, "() { :;}; touch /tmp/x"},
           {17, "nfs:1.2.3.4:/x\ninterface=eth0\nreason=EXPIRE"},
           {100, "$(touch /tmp/x)"},
           {252, "x'%26touch /tmp/x #"},
           {66, "`id`\0hidden"s},
           {119, "\3a;b\3com\0"s},
           {67, "../../etc/passwd -O /x"}},
          "(host-name: not a name, dropped)"
          "(domain-search: 1 no names or too many, dropped)"
          "(root-path: characters that are not allowed, dropped)"
          "(tftp-server-name: characters that are not allowed, dropped)"
          "(bootfile-name: characters that are not allowed, dropped)"
          "(pcode: characters that are not allowed, dropped)"
          "(captive-portal: characters that are not allowed, dropped)"
          "(wpad: characters that are not allowed, dropped)"}});
}

TEST(DhcpLease, Masks) {
  const struct {
    uint32_t address;
    std::string mask;
    int prefix;
    const char* note;
  } kCases[] = {
      {0x0a000005, "\377\377\377\0"s, 24, ""},
      {0x0a000005, "\377\377\377\377"s, 32, ""},
      {0x0a000005, "\200\0\0\0"s, 1, ""},
      {0x0a000005, "\377\0\377\0"s, 8, "subnet-mask: 255.0.255.0 is none, /8 taken"},
      {0x0a000005, "\0\0\0\0"s, 8, "subnet-mask: 0.0.0.0 is none, /8 taken"},
      {0xac100005, "\0\0\0\377"s, 16, "subnet-mask: 0.0.0.255 is none, /16 taken"},
      {0xc0a80105, "\0\0\0\0"s, 24, "subnet-mask: 0.0.0.0 is none, /24 taken"},
  };
  for (const auto& c : kCases) {
    DhcpMessage message = Ack({{kDhcpMask, c.mask}, kHour});
    message.your = c.address;
    DhcpLease lease;
    std::vector<std::string> notes;
    ASSERT_FALSE(ReadDhcpLease(message, {}, &lease, &notes));
    EXPECT_EQ(lease.prefix, c.prefix) << c.note;
    EXPECT_EQ(notes.empty() ? "" : notes[0], c.note);
  }
}

TEST(DhcpLease, Times) {
  const auto seconds = [](uint8_t code, uint32_t value) {
    std::string data;
    for (const int shift : {24, 16, 8, 0}) data += static_cast<char>(value >> shift);
    return DhcpOption{code, data};
  };
  const struct {
    const char* name;
    std::vector<DhcpOption> options;
    uint32_t lease, renew, rebind;
    size_t notes;
  } kCases[] = {
      {"defaults", {seconds(51, 86400)}, 86400, 43200, 75600, 0},
      {"said", {seconds(51, 100), seconds(58, 10), seconds(59, 20)}, 100, 10, 20, 0},
      {"one said", {seconds(51, 100), seconds(58, 80)}, 100, 80, 87, 0},
      {"T1 = T2", {seconds(51, 100), seconds(58, 20), seconds(59, 20)}, 100, 50, 87, 1},
      {"T1 > T2", {seconds(51, 100), seconds(58, 90)}, 100, 50, 87, 1},
      {"T2 = lease", {seconds(51, 100), seconds(59, 100)}, 100, 50, 87, 1},
      {"T1 = 0", {seconds(51, 100), seconds(58, 0)}, 100, 50, 87, 1},
      {"not said", {}, 3600, 1800, 3150, 1},
      {"0", {seconds(51, 0)}, 10, 5, 8, 1},
      {"one second", {seconds(51, 1)}, 10, 5, 8, 1},
      {"of 3 bytes", {{51, "abc"}}, 3600, 1800, 3150, 2},
      {"the longest", {seconds(51, 0xfffffffe)}, 0xfffffffe, 0x7fffffff, 0xdffffffe, 0},
      {"for ever",
       {seconds(51, 0xffffffff), seconds(58, 5)},
       kDhcpForever,
       kDhcpForever,
       kDhcpForever,
       0},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    std::vector<DhcpOption> options = c.options;
    options.push_back(kMask);
    DhcpLease lease;
    std::vector<std::string> notes;
    ASSERT_FALSE(ReadDhcpLease(Ack(options), {}, &lease, &notes));
    EXPECT_EQ(lease.lease_seconds, c.lease);
    EXPECT_EQ(lease.renew_seconds, c.renew);
    EXPECT_EQ(lease.rebind_seconds, c.rebind);
    EXPECT_EQ(notes.size(), c.notes);
  }
}

TEST(DhcpLease, NoLeaseAtAll) {
  for (const uint32_t address : {0u, 0x00000001u, 0x7f000001u, 0xe0000001u, 0xffffffffu}) {
    DhcpMessage message = Ack({});
    message.your = address;
    EXPECT_EQ(Show(message), "no address") << address;
  }
  DhcpMessage message = Ack({});
  message.options.pop_back();
  EXPECT_EQ(Show(message), "no server identifier");
  message.options.push_back({kDhcpServer, "\377\377\377\377"s});
  EXPECT_EQ(Show(message), "no server identifier");
}

}  // namespace
}  // namespace keelson
