// Environments as the three clients make them, good and hostile.
#include "core/dhcp_environment.h"

#include <gtest/gtest.h>

#include "core/dhcp_lease_text.h"

namespace keelson {
namespace {

// "KIND REASON INTERFACE; the lease's lines; notes".
std::string Read(std::vector<std::string_view> variables) {
  DhcpEnvironment event;
  if (const auto fault = ReadDhcpEnvironment(variables, &event)) return std::string(*fault);
  constexpr const char* kKinds[] = {"preinit", "lease", "lost", "nothing"};
  std::string shown = kKinds[event.kind];
  shown += " " + std::string(DhcpReasonName(event.reason)) + " " + event.interface;
  if (event.lease) {
    std::string text = FormatDhcpLease({.obtained = 0, .lease = *event.lease});
    for (char& c : text) c = c == '\n' ? ';' : c;
    shown += " " + text.substr(text.find(';') + 1);
  }
  for (const std::string& note : event.notes) shown += " (" + note + ")";
  return shown;
}

TEST(ReadDhcpEnvironment, Table) {
  const struct {
    const char* name;
    std::vector<std::string_view> variables;
    const char* expected;
  } kTable[] = {
      {"dhclient",
       {"reason=BOUND", "interface=eth0", "new_ip_address=10.77.0.60",
        "new_subnet_mask=255.255.255.0", "new_routers=10.77.0.1", "new_domain_name=lab.test",
        "new_domain_name_servers=10.77.0.1 10.77.0.2", "new_domain_search=lab.test. example.org.",
        "new_rfc3442_classless_static_routes=16 10 99 10 77 0 2 0 10 77 0 1",
        "new_dhcp_lease_time=120", "new_dhcp_server_identifier=10.77.0.1", "new_interface_mtu=1400",
        "new_broadcast_address=10.77.0.255"},
       "lease BOUND eth0 address: 10.77.0.60/24;broadcast-address: 10.77.0.255;server: 10.77.0.1;"
       "lease-seconds: 120;renew-seconds: 60;rebind-seconds: 105;route: 10.99.0.0/16 10.77.0.2;"
       "route: 0.0.0.0/0 10.77.0.1;dns: 10.77.0.1 10.77.0.2;domain-name: lab.test;"
       "search: lab.test example.org;mtu: 1400;"},
      {"udhcpc",
       {"NETCONF_HOOK_ACTION=renew", "interface=eth0", "ip=10.77.0.60", "subnet=255.255.255.0",
        "mask=24", "router=10.77.0.1", "dns=10.77.0.1", "lease=600", "serverid=10.77.0.1",
        "staticroutes=10.99.0.0/16 10.77.0.2 10.98.0.0/16 0.0.0.0", "hostname=bad"},
       "lease RENEW eth0 address: 10.77.0.60/24;server: 10.77.0.1;lease-seconds: 600;"
       "renew-seconds: 300;rebind-seconds: 525;route: 10.99.0.0/16 10.77.0.2;"
       "route: 10.98.0.0/16;dns: 10.77.0.1;host-name: bad;"},
      {"dhcpcd",
       {"reason=REBOOT", "interface=eth0", "new_ip_address=10.77.0.60", "new_subnet_cidr=24",
        "new_classless_static_routes=0.0.0.0/0 10.77.0.1", "new_dhcp_lease_time=4294967295"},
       "lease REBOOT eth0 address: 10.77.0.60/24;lease-seconds: 4294967295;"
       "renew-seconds: 4294967295;rebind-seconds: 4294967295;route: 0.0.0.0/0 10.77.0.1;"},
      {"little",
       {"reason=BOUND", "interface=eth0", "new_ip_address=10.77.0.60", "new_dhcp_lease_time=3"},
       "lease BOUND eth0 address: 10.77.0.60/8;lease-seconds: 10;renew-seconds: 5;"
       "rebind-seconds: 8;"},
      {"hostile",
       {"reason=BOUND", "interface=$(id)", "new_ip_address=10.77.0.60", "new_subnet_mask=;id",
        "new_host_name=h;touch /tmp/x", "new_domain_name=a\nroute: 0.0.0.0/0 10.6.6.6",
        "new_domain_name_servers=10.77.0.1 $(id) 0.0.0.0", "new_routers=`id` 10.77.0.1",
        "new_interface_mtu=12", "new_root_path=() { :;}; id", "new_dhcp_lease_time=-1"},
       "lease BOUND $(id) address: 10.77.0.60/8;lease-seconds: 4294967295;"
       "renew-seconds: 4294967295;rebind-seconds: 4294967295;route: 0.0.0.0/0 10.77.0.1;"
       "dns: 10.77.0.1; (route: no such value, dropped) (dns: no such value, dropped) (dns: no "
       "such value, dropped) (host-name: no such value, dropped) (domain-name: no such value, "
       "dropped) (mtu: no such value, dropped) (root-path: no such value, dropped)"},
      {"preinit", {"reason=PREINIT", "interface=eth0"}, "preinit BOUND eth0"},
      {"deconfig", {"NETCONF_HOOK_ACTION=deconfig", "interface=eth0"}, "preinit BOUND eth0"},
      {"expired",
       {"reason=EXPIRE", "interface=eth0", "old_ip_address=10.77.0.60"},
       "lost EXPIRE eth0"},
      {"timeout",
       {"reason=TIMEOUT", "interface=eth0", "new_ip_address=10.77.0.60", "new_dhcp_lease_time=600"},
       "lost TIMEOUT eth0 address: 10.77.0.60/8;lease-seconds: 600;renew-seconds: 300;"
       "rebind-seconds: 525;"},
      {"timeout of nothing", {"reason=TIMEOUT", "interface=eth0"}, "lost TIMEOUT eth0"},
      {"of no interest", {"reason=CARRIER", "interface=eth0"}, "nothing BOUND eth0"},
      {"no address", {"reason=BOUND", "interface=eth0", "new_ip_address=127.0.0.1"}, "no address"},
      {"no interface", {"reason=BOUND", "interface=a/b"}, "no interface"},
      {"no reason", {"interface=eth0"}, "no reason"},
      {"nothing at all", {"x"}, "no interface"},
  };
  for (const auto& row : kTable) EXPECT_EQ(Read(row.variables), row.expected) << row.name;
}

}  // namespace
}  // namespace keelson
