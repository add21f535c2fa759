#!/usr/bin/env python3
"""`inet dhcp` without netconfd: ifup starts the system's client by its own command line, which gets a lease
of dnsmasq, and ifdown gives it back."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dhcp_lab import KEELSON, Lab, peer, run_tests  # noqa: E402

# An /etc, /usr/bin, /usr/sbin and /usr/lib of its own, with what is in the packages; PATH has that client alone.
SCRIPT = """
set -e
cp -a /etc {folder}/etc
mkdir -p {folder}/etc/network
for package in {packages}; do cp -a $package/etc/. {folder}/etc/ 2>/dev/null || :; done
rm -f {folder}/etc/resolv.conf
: > {folder}/etc/resolv.conf
mount --bind {folder}/etc /etc
for package in {packages}; do
  for sub in bin sbin usr/sbin usr/lib; do
    below=/usr/${{sub#usr/}}
    [ ! -d $package/$sub ] || mount -t overlay overlay -o lowerdir=$package/$sub:$below $below
  done
done
for place in /run /var/lib; do mount -t tmpfs tmpfs $place; done
mkdir -p /var/lib/dhcp /var/lib/dhcpcd
export PATH={folder}/bin:/usr/bin:/bin
printf 'iface c0 inet dhcp\\n' > /etc/network/interfaces
{keelson} ifup -v --state-dir={folder}/state c0
echo up: $(ip -4 -o address show dev c0)
{keelson} ifquery --state-dir={folder}/state --state
{keelson} ifdown -v --state-dir={folder}/state c0
echo down: $(ip -4 -o address show dev c0)
echo over
"""


def by(name, program, packages, shown, gives_back=True):
    folders = []
    for package, path in packages:
        found = peer(package, path)[0]
        folders.append(found[:-len(path)].rstrip("/"))
    with Lab() as lab:
        _, server = lab.dnsmasq()
        (lab.folder / "bin").mkdir()
        (lab.folder / "bin" / name).symlink_to(program.format(*folders))
        script = SCRIPT.format(folder=lab.folder, packages=" ".join(folders), keelson=KEELSON)
        _, said = lab.start(lab.client, ["unshare", "--mount", "--pid", "--fork", "--kill-child",
                                         "--mount-proc", "sh", "-c", script])
        said.until("up:", "inet 10.77.0.", "/24")
        assert any(shown in line for line in said.seen), said.seen
        said.until("c0=c0")
        said.until("down:")
        assert "10.77.0." not in said.seen[-1], said.seen
        said.until("over")
        server.until("DHCPACK")
        if gives_back:
            server.until("DHCPRELEASE")


def udhcpc():
    # ifupdown's line sends two signals, one right behind the other; udhcpc may see the second one alone.
    by("udhcpc", "{1}/bin/busybox", [("udhcpc", "etc/udhcpc/default.script"), ("busybox", "bin/busybox")],
       "udhcpc -n -p /run/udhcpc.c0.pid -i c0", gives_back=False)


def dhclient():
    by("dhclient", "/usr/sbin/dhclient", [("isc-dhcp-client", "sbin/dhclient")],
       "dhclient -4 -v $CLIENT -pf /run/dhclient.c0.pid")


def dhcpcd():
    by("dhcpcd", "/usr/sbin/dhcpcd", [("dhcpcd-base", "usr/sbin/dhcpcd")], "dhcpcd c0")


run_tests([udhcpc, dhclient, dhcpcd])
