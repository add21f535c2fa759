#!/usr/bin/env python3
"""Interfaces by DHCP through netconfd: our own client, and programs with netconf-hook as script."""
import os
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dhcp_lab import KEELSON, PATIENCE, Lab, Skip, ip, run_tests  # noqa: E402


class Daemon:
    """netconfd in lab.client, with an /etc of its own."""

    def __init__(self, lab, config, *options):
        self.lab, self.options = lab, options
        etc = lab.folder / "etc/network"
        etc.mkdir(parents=True)
        (etc / "interfaces").write_text(config)
        self.socket = f"{lab.folder}/sock"
        self.start()

    def start(self):
        words = [KEELSON, "netconfd", "--socket", self.socket, "--status-socket",
                 f"{self.lab.folder}/status", "--state-dir", f"{self.lab.folder}/state",
                 "--ifstate-dir", f"{self.lab.folder}/run", "--cmdline",
                 "/dev/null", "--rc-conf", "/dev/null", "-v", *self.options]
        shell = f"mount --bind {self.lab.folder}/etc /etc && exec \"$@\""
        self.process, self.said = self.lab.start(self.lab.client, ["sh", "-c", shell, "sh", *words])
        self.said.until("lo: up") if not hasattr(self, "again") else None
        self.again = True

    def run(self, *words, code=0):
        done = subprocess.run([KEELSON, "netconf", words[0], "--socket", self.socket, *words[1:]],
                              capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == code, (words, done)
        return done.stdout + done.stderr

    def follow_events(self):
        """What `netconf events` prints, from now on."""
        _, said = self.lab.start(self.lab.client,
                                 [KEELSON, "netconf", "--socket", self.socket, "events"])
        def is_heard():
            ip("-n", self.lab.client, "link", "add", "seen", "type", "ifb")
            ip("-n", self.lab.client, "link", "del", "seen")
            return not said.lines.empty()
        until(is_heard)
        return said

    def mtu(self):
        shown = subprocess.run(["ip", "-n", self.lab.client, "link", "show", "c0"],
                               capture_output=True, text=True, check=True).stdout.split()
        return int(shown[shown.index("mtu") + 1])

    def row(self):
        return self.run("status", "c0", "-o", "tsv").splitlines()[0].split("\t")

    def resolv_conf(self):
        path = self.lab.folder / "etc/resolv.conf"
        return path.read_text() if path.exists() else ""


CONFIG = "iface c0 inet dhcp\n  up echo $IFACE is there\n"


def until(fact):
    end = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.02)


def up_and_down_by(*options):
    with Lab() as lab:
        lab.dnsmasq("dhcp-option=option:dns-server,10.77.0.9", "dhcp-option=option:mtu,1400")
        d = Daemon(lab, CONFIG, *options)
        said = d.follow_events()
        output = d.run("up", "c0", "-t", str(PATIENCE))
        assert "c0: c0 is there" in output, output
        row = d.row()
        said.until("c0: dhcp BOUND " + row[3])
        said.until("c0: route added the default route by 10.77.0.1")
        assert d.mtu() == 1400, d.mtu()
        assert row[1] == "up" and row[3].startswith("10.77.0.") and row[4] == "10.77.0.1", row
        assert 0 < int(row[6]) <= 120, row
        assert "nameserver 10.77.0.9" in d.resolv_conf(), d.resolv_conf()
        d.run("down", "c0")
        row = d.row()
        assert row[1] == "down" and row[3] == "" and row[6] == "", row
        said.until("c0: dhcp RELEASE" if not options else "c0: dhcp")
        assert d.mtu() == 1500, d.mtu()
        assert "10.77.0.9" not in d.resolv_conf(), d.resolv_conf()


def by_our_own_client():
    up_and_down_by()


def on_a_device_that_the_plan_makes():
    with Lab() as lab:
        lab.dnsmasq()
        d = Daemon(lab, "auto six\niface six inet6 dhcp\n"
                        "iface br7 inet dhcp\n  bridge_ports c0\n  bridge_fd 0\n")
        d.run("up", "br7", "-t", str(PATIENCE))
        row = d.run("status", "br7", "-o", "tsv").splitlines()[0].split("\t")
        assert row[1] == "up" and row[3].startswith("10.77.0."), row
        assert d.row()[3] == "", d.row()
        d.run("down", "br7")
        assert subprocess.run(["ip", "-n", lab.client, "link", "show", "br7"],
                              capture_output=True).returncode == 1, "the bridge is still there"
        said = d.run("plan", code=1)
        assert "six: " in said and "DHCPv6 is not supported" in said, said


def by_dhclient():
    if not shutil.which("dhclient"):
        raise Skip("needs dhclient")
    up_and_down_by("--dhcp", "dhclient")


def by_udhcpc():
    if not shutil.which("udhcpc"):
        raise Skip("needs udhcpc")
    up_and_down_by("--dhcp", "udhcpc")


def by_dhcpcd():
    if not shutil.which("dhcpcd"):
        raise Skip("needs dhcpcd")
    up_and_down_by("--dhcp", "dhcpcd")


def nobody_answers():
    """The deadline ends it, and it is not up."""
    with Lab() as lab:
        d = Daemon(lab, CONFIG)
        said = d.run("up", "c0", "-t", "300ms", code=1)
        assert "not up in time" in said, said
        until(lambda: d.row()[1] == "failed")


def killed_and_started_anew():
    """The address stays, and its lease goes on."""
    with Lab() as lab:
        lab.dnsmasq()
        d = Daemon(lab, CONFIG)
        d.run("up", "c0", "-t", str(PATIENCE))
        before = d.row()
        os.kill(d.process.pid, signal.SIGKILL)
        d.process.wait()
        d.start()
        def is_up_again():
            try:
                return d.row()[6] != ""
            except AssertionError:
                return False
        until(is_up_again)
        after = d.row()
        assert after[1] == "up" and after[3] == before[3], (before, after)
        d.run("down", "c0")


ROUTERS = "iface c0 inet6 auto\n"


def routers_name_servers():
    with Lab() as lab:
        ip("-n", lab.server, "addr", "add", "fd00:77::1/64", "dev", "s0", "nodad")
        lab.dnsmasq("enable-ra", "dhcp-range=::100,::1ff,constructor:s0,slaac,64,300",
                    "dhcp-option=option6:dns-server,[fd00:77::1]",
                    "dhcp-option=option6:domain-search,lab.test", "ra-param=s0,4,300")
        d = Daemon(lab, ROUTERS)
        d.run("up", "c0", "-t", str(PATIENCE))
        until(lambda: "nameserver fd00:77::1\n" in d.resolv_conf())
        assert "search lab.test" in d.resolv_conf(), d.resolv_conf()
        d.run("down", "c0")
        assert "fd00:77::1" not in d.resolv_conf(), d.resolv_conf()


# An advertisement with two name servers, the second one for that many seconds.
ADVERTISE = """
import socket, struct, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
packet = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 0, 0, 0)
for seconds, server in (3600, "fd00:77::a"), (int(sys.argv[1]), "fd00:77::b"):
    packet += struct.pack("!BBHI", 25, 3, 0, seconds) + socket.inet_pton(socket.AF_INET6, server)
s.sendto(packet, ("ff02::1", 0, 0, socket.if_nametoindex("s0")))
"""


def routers_name_servers_have_a_lifetime():
    with Lab() as lab:
        d = Daemon(lab, ROUTERS)
        d.run("up", "c0", "-t", str(PATIENCE))

        def advertise(seconds):
            words = ["ip", "netns", "exec", lab.server, sys.executable, "-c", ADVERTISE, seconds]
            subprocess.run(words, stderr=subprocess.DEVNULL)  # none is sent before s0 has an address
            return "nameserver fd00:77::b" in d.resolv_conf()
        until(lambda: advertise("3600"))
        advertise("1")
        until(lambda: "fd00:77::b" not in d.resolv_conf())
        assert "nameserver fd00:77::a" in d.resolv_conf(), d.resolv_conf()


run_tests([by_our_own_client, on_a_device_that_the_plan_makes,
           routers_name_servers, routers_name_servers_have_a_lifetime, by_dhclient, by_udhcpc, by_dhcpcd, nobody_answers,
           killed_and_started_anew])
