#!/usr/bin/env python3
"""What few machines' kernels have: bonds, vlans, wireguard, macvlans, on a Debian kernel below qemu.

ifup and ifdown alone, and then with netconfd: both make the same of the same file."""
import base64
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from guest_lab import Guest  # noqa: E402

# What stands on something stands before it, but for what commands make.
INTERFACES = """
auto lo
iface lo inet loopback

auto bond0.5 office vlan9 bond0.6 br0
iface bond0.5 inet static
  address 198.51.100.1/24
iface office inet6 static
  address 2001:db8::1/64
  dad-attempts 0
  vlan-raw-device bond0
  vlan-id 7
iface vlan9 inet manual
  vlan_raw_device bond0
  mtu 1400
iface bond0.6 inet manual
iface br0 inet static
  address 203.0.113.1/24
  bridge_ports bond0.6 d3
  bridge_stp off
  bridge_fd 3
  bridge_maxwait 0

auto bond0 bond1 d0 d1 bond2 bond2.8
iface bond0 inet static
  address 192.0.2.1/24
  gateway 192.0.2.254
  bond-slaves e0 e1
  bond-mode active-backup
  bond-miimon 100
  bond-primary e1
iface d0 inet manual
  bond-master bond1
iface d1 inet manual
  bond-master bond1
iface bond1 inet manual
  bond-slaves none
  bond-mode 802.3ad
  bond-miimon 50
  bond-updelay 200
  bond-lacp-rate fast
  bond-xmit-hash-policy layer3+4
  hwaddress 02:00:00:00:00:b1
iface bond2 inet static
  address 192.0.3.1/24
  bond_slaves d2
  bond_mode 1
  bond_arp_interval 500
  bond_arp_ip_target 192.0.3.9 192.0.3.10
iface bond2.8 inet static
  address 192.0.4.1/24

auto wg0 wg1 dummy0 mac0
iface wg0 inet static
  address 10.0.0.1/32
  wireguard-config-path /etc/wireguard/wg0.conf
iface wg1 inet static
  address 10.0.1.1/24
  pre-up ip link add $IFACE type wireguard
  pre-up wg setconf $IFACE /etc/wireguard/$IFACE.conf
  post-down ip link delete $IFACE
iface dummy0 inet static
  address 10.0.2.1/32
iface mac0 inet static
  address 10.0.3.1/24
  pre-up ip link add link e2 name $IFACE type macvlan
  post-down ip link delete $IFACE
"""
AUTO = "bond0.5 office vlan9 bond0.6 br0 bond0 bond1 d0 d1 bond2 bond2.8 wg0 wg1 dummy0 mac0".split()
MADE = [name for name in AUTO if name not in ("d0", "d1", "dummy0")]
WIREGUARD = """[Interface]
ListenPort = {port}
PrivateKey = {private}
[Peer]
PublicKey = {public}
AllowedIPs = 10.9.0.0/16, fd00::/64
Endpoint = 192.0.2.77:51820
PersistentKeepalive = 25
"""
PRIVATE, PUBLIC = base64.b64encode(b"h" * 32).decode(), base64.b64encode(b"p" * 32).decode()

# What is asked, by name, and what is answered while all is up.
UP = {
    "bond0": ("cd /sys/class/net/bond0/bonding; cat mode miimon primary slaves active_slave",
              ["active-backup 1", "100", "e1", "e0 e1", "e1"]),
    "bond1": ("cd /sys/class/net/bond1/bonding; "
              "cat mode miimon updelay lacp_rate xmit_hash_policy slaves ../address",
              ["802.3ad 4", "50", "200", "fast 1", "layer3+4 1", "d0 d1", "02:00:00:00:00:b1"]),
    "bond2": ("cd /sys/class/net/bond2/bonding; cat mode arp_interval arp_ip_target slaves",
              ["active-backup 1", "500", "192.0.3.9 192.0.3.10", "d2"]),
    "proc": ("grep -h -e Mode -e Primary -e Interface /proc/net/bonding/bond0",
             ["Bonding Mode: fault-tolerance (active-backup)",
              "Primary Slave: e1 (primary_reselect always)", "Slave Interface: e0",
              "Slave Interface: e1"]),
    "vlans": ("tail -n +3 /proc/net/vlan/config | tr -d ' ' | sort",
              ["bond0.5|5|bond0", "bond0.6|6|bond0", "bond2.8|8|bond2",
              "office|7|bond0", "vlan9|9|bond0"]),
    "mtu": ("cat /sys/class/net/vlan9/mtu", ["1400"]),
    "bridge": ("cd /sys/class/net/br0; ls -1 brif; cat bridge/forward_delay bridge/stp_state",
               ["bond0.6", "d3", "300", "0"]),
    "wg0": ("wg showconf wg0 | grep -v '^$'",
            WIREGUARD.format(private=PRIVATE, public=PUBLIC, port=5001).splitlines()),
    "wg1": ("wg show wg1 listen-port", ["5002"]),
    "macvlan": ("cd /sys/class/net; [ $(cat mac0/iflink) = $(cat e2/ifindex) ] && echo e2",
                ["e2"]),
    "addresses": ("ip -o -4 address | while read n name inet address rest; do "
                  "echo $name $address; done | sort",
                  ["bond0 192.0.2.1/24", "bond0.5 198.51.100.1/24", "bond2 192.0.3.1/24",
                   "bond2.8 192.0.4.1/24", "br0 203.0.113.1/24", "dummy0 10.0.2.1/32", "lo 127.0.0.1/8",
                   "mac0 10.0.3.1/24", "wg0 10.0.0.1/32", "wg1 10.0.1.1/24"]),
    "address6": ("ip -o -6 address show dev office scope global | awk '{print $4}'",
                 ["2001:db8::1/64"]),
    "route": ("ip route | grep default", ["default via 192.0.2.254 dev bond0 onlink "]),
    "flags": (f"cd /sys/class/net; for i in {' '.join(AUTO)} e0 e1 d2 d3; do "
              "[ $(( $(cat $i/flags) & 1 )) = 1 ] || echo $i is down; done", []),
}
DOWN = {
    "made": (f"cd /sys/class/net; ls -d {' '.join(MADE)} 2>/dev/null", []),
    "ports": ("ls -d /sys/class/net/*/master 2>/dev/null", []),
    "left": ("ip -o -4 address | grep -v -w lo; ip route", []),
}
STATE = {"state": ("keelson ifquery --state | sort", sorted(f"{i}={i}" for i in ["lo", *AUTO]))}
NO_STATE = {"state": ("keelson ifquery --state", [])}
STATUS = {"status": ("keelson netconf status -o tsv | cut -f 1,2 | grep -v -w lo | sort",
                     sorted(f"{i}\tup" for i in AUTO))}


def command(words):
    return {" ".join(words.split()): (f"keelson {words}; echo $?", ["0"])}


PHASES = [
    ("alone", {**command("ifup -a"), **UP, **STATE}),
    ("again", {**command("ifup --force bond0 bond1 bond2 bond0.5 office br0 wg0 dummy0"), **UP}),
    ("alone, down", {**command("ifdown -a"), **DOWN, **NO_STATE}),
    ("netconfd", {"there already": ("ip link add bond1 type bond; echo $?", ["0"]),
                  "ready": ("keelson netconfd --daemonize; echo $?", ["0"]), **command("ifup -a"),
                  **UP, **STATUS, **STATE}),
    ("netconfd, down", {**command("ifdown -a"), **DOWN, **NO_STATE}),
    ("netconfd, up", {**command("netconf up bond0 bond1 d0 d1"),
                      "bond0": UP["bond0"], "bond1": UP["bond1"]}),
]
# The ports: veths, of which the other ends are up, and dummies.
MACHINE = """for i in 0 1 2; do ip link add e$i type veth; ip link set veth$i up; done
for i in 0 1 2 3; do ip link add d$i type dummy; done
"""


def questions():
    """(name, what is run, what is answered)"""
    yield "machine", MACHINE, []
    for phase, asked in PHASES:
        for what, (run, answer) in asked.items():
            yield f"{phase}: {what}", run, answer


def main():
    guest = Guest()
    guest.add_modules("bonding", "8021q", "wireguard", "macvlan", "bridge", "dummy", "veth")
    guest.add_peer("wireguard-tools", "usr/bin/wg")
    guest.add_peer("libc6", "lib/x86_64-linux-gnu/libc.so.6")
    guest.add_peer("libc6", "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", to="lib64")
    guest.root.add("etc/network/interfaces", INTERFACES)
    for number in (0, 1):
        text = WIREGUARD.format(private=PRIVATE, public=PUBLIC, port=5001 + number)
        guest.root.add(f"etc/wireguard/wg{number}.conf", text)
    script = "".join(f"echo '== {name}'\n({run})\n" for name, run, _ in questions())
    with tempfile.TemporaryDirectory() as folder:
        said = guest.run(folder, script)
    faults = [f"{name}:\n  wanted {answer}\n  got    {said.get(name)}"
              for name, _, answer in questions() if said.get(name) != answer]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
