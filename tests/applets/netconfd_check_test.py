#!/usr/bin/env python3
"""netconfd -n: what is wrong with a configuration, a line each, and nothing else done."""
import os
import subprocess
import sys
import tempfile

KEELSON = os.environ["KEELSON"]

NO_DHCP = ("DHCPv6 is not supported; 'inet6 auto' without 'dhcp' takes addresses that routers "
           "advertise")

# (the file, what is said of it)
CASES = (
    ("auto lo eth0\niface eth0 inet static\n  address 192.0.2.1/24\n  requires eth1\niface eth1 inet manual\n", ()),
    ("iface a inet static\n  address 192.0.2.1/33\n", ("2:3: address '192.0.2.1/33' is no network of IPv4",)),
    ("iface a inet manual\n  requires b\n", ("1:1: a requires b, which nothing defines",)),
    ("iface a inet manual\n  requires a\n", ("1:1: a: what it needs needs it",)),
    ("iface a inet manual\n  bridge_ports b\niface b inet manual\n  bridge_ports c\niface c inet manual\n  requires a\n",
     ("5:1: c: what it needs needs it",)),
    ("iface a inet6 auto\n  dhcp 1\n", (f"1:1: {NO_DHCP}",)),
    ("iface a inet dhcp\niface a inet6 dhcp\n", (f"2:1: {NO_DHCP}",)),
    ("source .\nsource s*\nsource-directory s*\n", ("couldn't open interfaces file \"%s/.\": Is a directory",)),
    ("iface a inet static\n  address x\n  mtu y\n  bridge_ports /\n",
     ("2:3: address 'x' is no network of IPv4", "3:3: mtu 'y' is no number", "4:3: no interface can have the name '/'")),
    ("iface a inet static\n  address 192.0.2.1/24\n  mtu " + "9" * 100000 + "\n",
     ("3:3: mtu '" + "9" * 195 + " ... " + "9" * 186 + "' is no number",)),
    ("iface x inet ppp\n", ("1:14: ppp needs pppd, which is left to itself: it has no interface yet",)),
)


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/interfaces"
        os.mkdir(f"{folder}/sub")
        for text, expected in CASES:
            with open(path, "w") as file:
                file.write(text)
            done = subprocess.run([KEELSON, "netconfd", "-n", "--interfaces", path, "--rc-conf", "/dev/null",
                                   "--cmdline", "/dev/null", "--state-dir", f"{folder}/state"],
                                  capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
            lines = "".join(f"netconfd: {line % folder if '%' in line else path + ':' + line}\n" for line in expected)
            if (done.stderr, done.stdout, done.returncode) != (lines, "", 1 if expected else 0):
                sys.exit(f"{text}says {done.stderr}({done.returncode}), not\n{lines}")
        if sorted(os.listdir(folder)) != ["interfaces", "sub"]:
            sys.exit(f"it has made {os.listdir(folder)}")


main()
