#!/usr/bin/env python3
"""Every DHCP server by every client through netconfd: what the kernel has, what is said of it and what
the server hears, for each thing that can happen to a lease."""
import os
import signal

from dhcp_lab import Lab, ip, run_tests
from netconfd_dhcp_lab import Daemon

PROVIDERS = ("builtin", "dhclient", "udhcpc", "dhcpcd")
SERVERS = ("dnsmasq", "dhcpd", "udhcpd")
CONFIG = "iface c0 inet dhcp\n  up echo $IFACE is there\n"
PATIENCE = 60
NOTHING = ([], [], 1500)


def expect(value, expected):
    if value != expected:
        raise AssertionError(f"{value!r} in place of {expected!r}")


class Server:
    """One that grants for `seconds`, to be asked again after 2, and every server after `rebind`."""

    def __init__(self, lab, kind, seconds, rebind=4):
        self.lab, self.kind, self.seconds, self.rebind = lab, kind, seconds, rebind
        self.start()

    def start(self):
        self.process, self.said = getattr(self, self.kind)()

    def stop(self):
        self.lab.end(self.process)

    def moves(self, net, host=1):
        """Another one is in its place, with another address."""
        self.stop()
        self.lab.renumber(net, host)
        self.start()

    def dnsmasq(self):
        return self.lab.dnsmasq("dhcp-option=option:T1,2", f"dhcp-option=option:T2,{self.rebind}",
                                "dhcp-option=26,1400", "dhcp-option=option:dns-server,10.9.9.9",
                                "dhcp-option=option:domain-name,lab.test")

    def dhcpd(self):
        return self.lab.dhcpd(f"default-lease-time {self.seconds}; max-lease-time {self.seconds};",
                              f"option dhcp-renewal-time 2; option dhcp-rebinding-time {self.rebind};",
                              "option interface-mtu 1400; option domain-name-servers 10.9.9.9;",
                              'option domain-name "lab.test";')

    def udhcpd(self):
        return self.lab.udhcpd(f"option lease {self.seconds}", "min_lease 10", "option mtu 1400",
                               "option dns 10.9.9.9", "option domain lab.test",
                               "option 0x3a 00000002", f"option 0x3b {self.rebind:08x}")


def check_up(d, net):
    """Its address."""
    row = d.row()
    address, = row["addresses"].split(",")
    assert address.startswith(net + ".") and address.endswith("/24"), row
    expect(d.in_kernel(), ([address], [f"default via {net}.1"], 1400))
    expect((row["state"], row["gateway"], row["why"]), ("up", net + ".1", ""))
    assert 0 < int(row["lease"]) <= 120, row
    assert "nameserver 10.9.9.9\n" in d.resolv_conf(), d.resolv_conf()
    assert "search lab.test\n" in d.resolv_conf(), d.resolv_conf()
    return address.split("/")[0]


def check_down(d, state):
    row = d.row()
    expect((row["state"], row["addresses"], row["gateway"], row["lease"]), (state, "", "", ""))
    expect(d.in_kernel(), NOTHING)
    assert "10.9.9.9" not in d.resolv_conf(), d.resolv_conf()
    expect(d.clients(), [])


def hurry(d):
    """udhcpc asks again after half of a lease, whatever servers say; so it is told to."""
    if d.provider == "udhcpc":
        client, = d.clients()
        os.kill(client, signal.SIGUSR1)


def life(kind, provider):
    """PREINIT, BOUND, RENEW; of a server that refuses NAK, BOUND; RELEASE."""
    with Lab() as lab:
        server = Server(lab, kind, 30)
        d = Daemon(lab, CONFIG, provider)
        expect(d.run("up", "c0", "-t", str(PATIENCE)), "netconf: c0: c0 is there\n")
        address = check_up(d, "10.77.0")
        hurry(d)
        d.until("c0: DHCP RENEW", address)
        expect(check_up(d, "10.77.0"), address)
        expect(d.run("down", "c0"), "")
        check_down(d, "down")
        if kind != "udhcpd":  # which does not say what it hears
            server.said.until("DHCPRELEASE", address)


def rebinding(kind, provider):
    """REBIND by another server of the same network, which udhcpc calls RENEW."""
    with Lab() as lab:
        server = Server(lab, kind, 20, rebind=8)
        d = Daemon(lab, CONFIG, provider)
        d.run("up", "c0", "-t", str(PATIENCE))
        address = check_up(d, "10.77.0")
        server.moves("10.77.0", host=2)
        hurry(d)
        d.until("c0: DHCP " + ("RENEW" if provider == "udhcpc" else "REBIND"), address)
        d.run("status")
        expect(d.in_kernel()[0], [address + "/24"])


def timeout(provider):
    """TIMEOUT: of all of before there is the client's lease alone, and nobody says that it still holds."""
    with Lab() as lab:
        server = Server(lab, "dnsmasq", 120)
        d = Daemon(lab, CONFIG, provider)
        d.run("up", "c0", "-t", str(PATIENCE))
        address = check_up(d, "10.77.0")
        d.end(signal.SIGKILL)
        server.stop()
        ip("-n", lab.client, "addr", "flush", "dev", "c0")
        ip("-n", lab.client, "link", "set", "c0", "mtu", "1500")
        for file in ("run/keelson/netconfd/state", "etc/resolv.conf"):
            (d.root / file).unlink()
        d.start()
        said = d.run("up", "c0", code=1)
        assert "c0: no DHCP server has answered" in said, said
        d.until("c0: DHCP TIMEOUT")
        d.until("c0: failed, no DHCP server")
        d.run("down", "c0")
        check_down(d, "down")


def refusal(provider):
    """NAK, BOUND: a server of another network is in the place of the old one."""
    with Lab() as lab:
        server = Server(lab, "dnsmasq", 120)
        d = Daemon(lab, CONFIG, provider)
        d.run("up", "c0", "-t", str(PATIENCE))
        check_up(d, "10.77.0")
        server.moves("10.88.0")
        d.until("c0: DHCP NAK")
        d.until("c0: DHCP BOUND 10.88.0.")
        d.until("c0: up")
        check_up(d, "10.88.0")


def restart(kind, provider):
    """REBOOT where a client remembers; a client that was killed is started again."""
    with Lab() as lab:
        server = Server(lab, kind, 30)
        d = Daemon(lab, CONFIG, provider)
        d.run("up", "c0", "-t", str(PATIENCE))
        address = check_up(d, "10.77.0")
        reason = "BOUND" if provider == "udhcpc" else "REBOOT"
        d.end(signal.SIGKILL)
        expect(d.in_kernel()[0], [address + "/24"])
        d.start()
        d.until("c0: DHCP " + reason, address)
        if provider != "builtin":
            client, = d.clients()
            os.kill(client, signal.SIGKILL)
            d.until("c0: its DHCP client has ended, signal 9")
            d.until("c0: DHCP " + reason, address)
            expect(check_up(d, "10.77.0"), address)
        d.end(signal.SIGTERM)
        server.moves("10.88.0")
        d.start()
        if provider in ("builtin", "dhcpcd"):  # udhcpc asks for nothing; dhclient does not tell of it
            d.until("c0: DHCP NAK")
        d.until("c0: DHCP BOUND 10.88.0.")
        d.run("status")  # what the log tells is being done
        check_up(d, "10.88.0")
        d.run("down", "c0")
        check_down(d, "down")


def expiry(kind, provider):
    """EXPIRE when the server is gone, BOUND when it is back."""
    with Lab() as lab:
        server = Server(lab, kind, 10)
        d = Daemon(lab, CONFIG, provider)
        d.run("up", "c0", "-t", str(PATIENCE))
        check_up(d, "10.77.0")
        server.stop()
        d.until("c0: up, its lease is gone: ")
        expect(d.in_kernel(), NOTHING)
        assert d.row()["why"].startswith("its lease is gone"), d.row()
        server.start()
        d.until("c0: DHCP BOUND 10.77.0.")
        d.until("c0: up")
        check_up(d, "10.77.0")


def nobody(provider):
    """The deadline of who asked; the patience of the client."""
    with Lab() as lab:
        d = Daemon(lab, CONFIG, provider)
        said = d.run("up", "c0", "-t", "1s", code=1)
        assert "c0: not up in time" in said, said
        d.until("c0: failed, not up in time")
        check_down(d, "failed")
        if provider in ("dhclient", "udhcpc"):
            said = d.run("up", "c0", code=1)
            assert "c0: no DHCP server has answered" in said, said
            d.until("c0: failed, no DHCP server")
            check_down(d, "failed")
        asker = d.popen("up", "c0")
        d.until("c0: rising")
        asker.kill()
        asker.communicate()
        d.until("c0: failed, cancelled")
        check_down(d, "failed")
        d.run("down", "c0")
        check_down(d, "down")


def named(function, *arguments):
    def test():
        function(*arguments)
    test.__name__ = " ".join([function.__name__, *arguments])
    return test


MATRIX = [(kind, provider) for kind in SERVERS for provider in PROVIDERS]
TESTS = [named(expiry, *cell) for cell in MATRIX if cell[0] != "dnsmasq"]  # it grants no less than 120 s
TESTS += [named(life, *cell) for cell in MATRIX]
TESTS += [named(restart, *cell) for cell in MATRIX]
TESTS += [named(refusal, provider) for provider in ("builtin", "dhcpcd")]  # dhclient: not for a minute
# When the others begin to ask every server, no event tells of; udhcpd forgets its leases.
TESTS += [named(rebinding, kind, provider) for kind in SERVERS[:2] for provider in ("builtin", "udhcpc")]
TESTS += [named(timeout, provider) for provider in ("dhclient", "dhcpcd")]  # netconfd_dhcp has ours
TESTS += [named(nobody, provider) for provider in PROVIDERS]
run_tests(TESTS, len(TESTS))
