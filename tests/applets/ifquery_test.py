#!/usr/bin/env python3
"""ifquery and ifupdown's own, on the same files: options after defaults and conversions, lists, states."""
import os
import pathlib
import subprocess
import sys
import tempfile

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ["BUILD"])
KEELSON = os.environ["KEELSON"]
THEIRS = BUILD / "peers/ifupdown/sbin/ifquery"

INTERFACES = """\
auto a b c:1
allow-hotplug d
iface a inet static
  address 1.2.3.4/24
  up echo x
iface a inet6 static
  address fd00::1/64
  gateway fd00::2
  hwaddress ether 00:11:22:33:44:55
iface b inet6 auto
iface c inet dhcp
iface c:1 inet6 static
  address fd00::1
  preferred-lifetime 10
iface d inet6 6to4
  local 1.2.3.4
iface e inet6 dhcp
iface f inet static
  address 10.0.0.1
  netmask 24
  broadcast -
iface g inet static
  address 10.0.0.1/255.255.0.0
iface h inet6 v4tunnel
  address fd00::1/64
  endpoint 1.2.3.4
iface i inet tunnel
  address 1.2.3.4/24
iface j inet6 static
  address fd00::1/64
  netmask 48
  accept_ra 1
iface k inet static
  address 300.1.2.3/24
  netmask 255.255.0.0
iface l inet static
  address 1.2.3.4/31
iface $(id) inet manual
  x y
  x z
mapping m*
  script /bin/false
no-scripts a
"""
CALLS = [[name] for name in ("a", "b", "c", "c:1", "d", "e", "f", "g", "h", "i", "j", "k", "l", "$(id)",
                             "x", "e=b", "lo")] + [
    ["-l"], ["--list", "--allow", "hotplug"], ["--list", "--allow", "none"], ["-l", "-X", "a"],
    ["-l", "a", "d", "x"], ["a", "-o", "address=9.9.9.9/8"], ["a", "b"], ["--no-loopback", "lo"],
    ["--no-mappings", "m1"], ["m1"], ["-v", "a"],
    ["--state"], ["--state", "a"], ["--state", "b"], ["--state", "a", "b"], ["--no-loopback", "-l"]]


def run(command, folder, calls):
    done = subprocess.run([*command, *calls, "-i", "./interfaces", "--state-dir", folder], cwd=folder,
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def main():
    subprocess.run([TREE / "tests/peers", "ifupdown"], capture_output=True)
    if not THEIRS.exists():
        print("SKIP: needs the peer ifupdown below build/peers")
        return 77
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "interfaces").write_text(INTERFACES)
        pathlib.Path(folder, "ifstate").write_text("lo=lo\na=a\nz=a\n")
        for call in CALLS:
            theirs = run([THEIRS], folder, call)
            ours = run([KEELSON, "ifquery"], folder, call)
            if ours != theirs:
                failed += 1
                print(f"{call}: ifupdown {theirs}\n  we {ours}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
