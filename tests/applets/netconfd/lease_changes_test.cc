// Leases, as their files have them, and what they change: one line a change.
#include "applets/netconfd/lease_changes.h"

#include <gtest/gtest.h>

#include "core/dhcp_lease_text.h"
#include "core/ip_address.h"

namespace keelson {
namespace {

std::string Text(const NetIp& ip) { return FormatIpAddress({ip.v6, ip.bytes}); }

std::string Show(const NetChange& change) {
  const auto route = [&change](const char* verb) {
    const NetRoute& r = change.route;
    std::string shown = std::string(verb) + " " + Text(r.to) + "/" + std::to_string(r.length);
    if (r.gateway) shown += " via " + Text(*r.gateway);
    if (r.is_onlink) shown += " onlink";
    if (r.scope == NetScope::kLink) shown += " link";
    if (r.metric != 0) shown += " metric " + std::to_string(r.metric);
    return shown + " src " + Text(*r.source);
  };
  const auto address = [&change](const char* verb) {
    const InterfaceAddress& a = change.address;
    std::string shown = std::string(verb) + " " + Text(a.address) + "/" + std::to_string(a.length);
    if (a.broadcast) shown += " brd " + Text(*a.broadcast);
    if (a.scope == NetScope::kLink) shown += " link";
    return shown + (a.valid_s == kNetForever ? "" : " for " + std::to_string(a.valid_s));
  };
  EXPECT_EQ(change.name, "eth0");
  switch (change.kind) {
    case NetChange::kSetLink:
      return "mtu " + std::to_string(*change.mtu);
    case NetChange::kAddAddress:
      return address("+");
    case NetChange::kDeleteAddress:
      return address("-");
    case NetChange::kReplaceRoute:
      return route("route");
    case NetChange::kDeleteRoute:
      return route("unroute");
    default:
      return "?";
  }
}

// "" is none; else the lines of a lease's file behind its address.
std::string Changes(const std::string& lease, const std::string& previous, LeaseRules rules) {
  DhcpLeaseRecord records[2];
  const std::string* texts[] = {&lease, &previous};
  for (int i = 0; i < 2; ++i) {
    if (texts[i]->empty()) continue;
    std::string text = "obtained: 0\nserver: 10.0.0.1\naddress: " + *texts[i];
    if (text.find("lease-seconds") == std::string::npos) {
      text += "\nlease-seconds: 100\nrenew-seconds: 50\nrebind-seconds: 80\n";
    }
    const auto error = ParseDhcpLease(text, &records[i]);
    EXPECT_FALSE(error) << text << error->what;
  }
  std::string shown;
  for (const NetChange& change :
       LeaseChanges(lease.empty() ? nullptr : &records[0].lease, "eth0",
                    previous.empty() ? nullptr : &records[1].lease, rules)) {
    shown += Show(change) + "; ";
  }
  return shown;
}

TEST(LeaseChanges, Table) {
  const std::string kForever =
      "\nlease-seconds: 4294967295\nrenew-seconds: 4294967295\nrebind-seconds: 4294967295";
  const struct {
    const char* name;
    std::string lease, previous;
    LeaseRules rules;
    std::string expected;
  } kTable[] = {
      {"nothing", "", "", {}, ""},
      {"an address", "10.0.0.5/24", "", {}, "+ 10.0.0.5/24 brd 10.0.0.255 for 100; "},
      {"old already", "10.0.0.5/24", "", {.age_s = 30}, "+ 10.0.0.5/24 brd 10.0.0.255 for 70; "},
      {"as good as over",
       "10.0.0.5/24",
       "",
       {.age_s = 900},
       "+ 10.0.0.5/24 brd 10.0.0.255 for 1; "},
      {"for ever", "10.0.0.5/24" + kForever, "", {}, "+ 10.0.0.5/24 brd 10.0.0.255; "},
      {"the server's broadcast address",
       "10.0.0.5/24\nbroadcast-address: 10.0.0.0",
       "",
       {},
       "+ 10.0.0.5/24 brd 10.0.0.0 for 100; "},
      {"a link with two ends", "10.0.0.5/31", "", {}, "+ 10.0.0.5/31 for 100; "},
      {"link-local",
       "169.254.3.4/16",
       "",
       {},
       "+ 169.254.3.4/16 brd 169.254.255.255 link for 100; "},
      {"mtu", "10.0.0.5/31\nmtu: 1400", "", {}, "mtu 1400; + 10.0.0.5/31 for 100; "},
      {"the mtu of before",
       "10.0.0.5/31",
       "10.0.0.5/31\nmtu: 1400",
       {.mtu = 1500},
       "mtu 1500; + 10.0.0.5/31 for 100; "},
      {"no lease, and the mtu of before",
       "",
       "10.0.0.5/31\nmtu: 1400",
       {.mtu = 1500},
       "- 10.0.0.5/31 for 100; mtu 1500; "},
      {"an mtu to harm", "10.0.0.5/31\nmtu: 68", "", {}, "+ 10.0.0.5/31 for 100; "},
      {"two routers",
       "10.0.0.5/31\nroute: 0.0.0.0/0 10.0.0.4\nroute: 0.0.0.0/0 10.0.0.9",
       "",
       {.metric = 100},
       "+ 10.0.0.5/31 for 100; route 0.0.0.0/0 via 10.0.0.4 metric 100 src 10.0.0.5; "
       "route 0.0.0.0/0 via 10.0.0.9 onlink metric 101 src 10.0.0.5; "},
      {"/32, and its gateway on the link",
       "10.0.0.5/32\nroute: 0.0.0.0/0 192.0.2.1\nroute: 192.0.2.1/32",
       "",
       {},
       "+ 10.0.0.5/32 for 100; route 192.0.2.1/32 link src 10.0.0.5; "
       "route 0.0.0.0/0 via 192.0.2.1 onlink src 10.0.0.5; "},
      {"by itself",
       "10.0.0.5/31\nroute: 0.0.0.0/0 10.0.0.5",
       "",
       {},
       "+ 10.0.0.5/31 for 100; route 0.0.0.0/0 link src 10.0.0.5; "},
      {"its own network, which the kernel knows",
       "10.0.0.5/31\nroute: 10.0.0.4/31",
       "",
       {},
       "+ 10.0.0.5/31 for 100; "},
      {"renewed",
       "10.0.0.5/31\nroute: 0.0.0.0/0 10.0.0.4",
       "10.0.0.5/31\nroute: 0.0.0.0/0 10.0.0.4",
       {},
       "+ 10.0.0.5/31 for 100; route 0.0.0.0/0 via 10.0.0.4 src 10.0.0.5; "},
      {"a route less",
       "10.0.0.5/31",
       "10.0.0.5/31\nroute: 0.0.0.0/0 10.0.0.4",
       {},
       "unroute 0.0.0.0/0 via 10.0.0.4 src 10.0.0.5; + 10.0.0.5/31 for 100; "},
      {"another address",
       "10.0.0.7/31",
       "10.0.0.5/31\nroute: 0.0.0.0/0 10.0.0.4",
       {},
       "unroute 0.0.0.0/0 via 10.0.0.4 src 10.0.0.5; - 10.0.0.5/31 for 100; "
       "+ 10.0.0.7/31 for 100; "},
      {"another mask",
       "10.0.0.5/31",
       "10.0.0.5/30",
       {},
       "- 10.0.0.5/30 brd 10.0.0.7 for 100; + 10.0.0.5/31 for 100; "},
      {"gone",
       "",
       "10.0.0.5/32\nroute: 0.0.0.0/0 192.0.2.1\nroute: 192.0.2.1/32",
       {},
       "unroute 0.0.0.0/0 via 192.0.2.1 onlink src 10.0.0.5; "
       "unroute 192.0.2.1/32 link src 10.0.0.5; - 10.0.0.5/32 for 100; "},
  };
  for (const auto& row : kTable) {
    EXPECT_EQ(Changes(row.lease, row.previous, row.rules), row.expected) << row.name;
  }
}

}  // namespace
}  // namespace keelson
