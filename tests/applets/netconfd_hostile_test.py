#!/usr/bin/env python3
"""A DHCP server whose options are commands, paths and lines of other files, by every client through
netconfd: no shell runs, nothing is written that is not ours, and what makes no sense is told of."""
import pathlib
import re
import sys

from dhcp_lab import SHARED, Lab, Skip, run_tests
from netconfd_dhcp_lab import Daemon

CONFIG = "iface c0 inet dhcp\n  down :\n"
# In the place of /bin/sh. It tells of itself, and runs nothing.
SPY = f"""#!{sys.executable} -IS
import sys
with open("/tmp/shells", "a") as log:
    print(*sys.argv[1:], file=log)
"""
# What dnsmasq takes as texts, as they stand, in the place of the bytes of hostile.conf.
TEXTS = {12: "h;touch /tmp/nl-pwn12", 15: "`touch /tmp/nl-pwn15`", 17: "$(touch /tmp/nl-pwn17)",
         66: "`id`", 67: "../../etc/passwd -O /x|touch /tmp/nl-pwn67"}
# What each client leaves for netconfd to drop. dhclient gives its script none of it, udhcpc has "bad"
# in the place of some.
DROPPED = {
    "builtin": {"host-name", "domain-name", "domain-search", "root-path", "captive-portal", "wpad"},
    "dhclient": set(),
    "udhcpc": {"search", "root-path"},
    "dhcpcd": {"search", "root-path", "bootfile-name"},
}
OURS = re.compile(r"sh|tmp/shells|etc/network/interfaces|etc/dhcp/dhclient.conf|etc/dhcpcd.conf"
                  r"|usr/sbin/\w+|run/keelson/netconfd(-status)?\.sock|run/network/\.?ifstate(\.lock)?"
                  r"|run/keelson/netconfd/(lock|state|netconf-hook|leases/c0|dhclient\.c0\.(leases|pid))"
                  r"|etc/resolv.conf|var/lib/dhcpcd/(duid|c0.lease)|run/dhcpcd/.*|run/udhcpc.*")


def expect(value, expected):
    if value != expected:
        raise AssertionError(f"{value!r} in place of {expected!r}")


def written(d):
    files = (path for path in d.root.rglob("*") if not path.is_dir() or path.is_symlink())
    return {name for name in (str(path.relative_to(d.root)) for path in files)
            if not OURS.fullmatch(name)}


def hostile(provider):
    conf = SHARED / "lab/hostile.conf"
    if not conf.exists():
        raise Skip("needs ../shared")
    lines = [line for line in conf.read_text().splitlines()
             if int(re.search(r"=(\d+),", line)[1]) not in TEXTS]
    lines += [f"dhcp-option-force={number},{text}" for number, text in TEXTS.items()]
    with Lab() as lab:
        lab.dnsmasq(*lines)
        d = Daemon(lab, CONFIG, provider, shell=SPY)
        d.run("up", "c0")
        d.until("c0: up")
        notes = [line.split(": ")[2] for line in d.said.seen if "dropped" in line]
        assert DROPPED[provider] <= set(notes), d.said.seen
        lease = d.root / "run/keelson/netconfd/leases/c0"
        for line in lease.read_text().splitlines() if lease.exists() else ():
            assert re.fullmatch(r"[a-z-]+: [\w%+,./:=@~ -]*", line), line
        said = [line for line in d.resolv_conf().splitlines() if not line.startswith("#")]
        expect(said, ["search bad"] if provider == "udhcpc" else [])
        expect(written(d), set())
        expect((d.root / "tmp/shells").exists(), False)
        d.run("down", "c0")
        expect(written(d), set())
        expect((d.root / "tmp/shells").read_text(), "-c :\n")  # that of the configuration
    expect(sorted(map(str, pathlib.Path("/tmp").glob("nl-pwn*"))), [])


def named(provider):
    def test():
        hostile(provider)
    test.__name__ = "hostile " + provider
    return test


run_tests([named(provider) for provider in DROPPED])
