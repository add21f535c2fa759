#!/usr/bin/env python3
"""What netconfd tells of what is not as it was asked for, or not as somebody may think."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from net_lab import Lab, check, ip  # noqa: E402
from netconfd_lab import PATIENCE, Netconfd, await_  # noqa: E402


def what_nobody_defines(d):
    """It comes up without it, but who asks is told, and so is who looks."""
    ip("link", "add", "i0", "type", "ifb")
    d.lab.write("iface i0 inet manual\n  requires nosuch\n")
    d.start()
    said = d.run("up", "i0")
    check("netconf: i0: requires nosuch, which nothing defines\n" == said, said)
    check(d.state("i0") == ("up", "requires nosuch, which nothing defines"), d.state("i0"))
    d.lab.write("iface i0 inet manual\n")
    d.run("reload")
    check(d.state("i0") == ("up", ""), d.state("i0"))
    d.lab.write("iface i0 inet manual\n  requires gone\n")
    said = d.run("reload")
    check("netconf: i0: requires gone, which nothing defines\n" == said, said)


def the_end_of_netconfd(d):
    """Whoever waits is told of it in one line, not of sockets."""
    ip("link", "add", "i0", "type", "ifb")
    d.lab.write(f"iface i0 inet manual\n  up touch {d.folder}/runs; exec sleep 1000\n")
    d.start()
    client = d.popen("up", "i0")
    await_("the hook", lambda: os.path.exists(f"{d.folder}/runs"), d.said)
    d.stop()
    err = client.communicate(timeout=PATIENCE)[1]
    check((client.returncode, err) == (111, "netconf: netconfd is ending\n"), client.returncode, err)
    for path in (d.socket, d.status):
        check(not os.path.exists(path), path)


def each_that_fails(d):
    """Of several interfaces each is told of, on one line, whoever asks."""
    names = [f"n{i}" for i in range(20)]
    d.lab.write("".join(f"iface {name} inet static\n  address 192.0.2.1/24\n" for name in names))
    d.start()
    said = d.run("up", *names, code=1).splitlines()
    check(sorted(said) == sorted(f"netconf: {name}: no such device" for name in names), said)
    for name in names[:3]:
        ip("link", "add", name, "type", "ifb")
    d.lab.write("".join(f"auto {name}\niface {name} inet manual\n  up echo no >&2; exit 3\n" for name in names[:3]))
    said = d.run("reload", code=1).splitlines()
    check(sorted(line.split(":")[1] for line in said) == [" n0", " n1", " n2"], said)
    d.run("down", *names[:3])
    d.lab.write("".join(f"iface {name} inet manual\n  up exec sleep 1000\n" for name in names[:3]))
    d.run("reload")
    said = d.run("up", "-t", "100ms", *names[:3], code=1).splitlines()
    check(said == [f"netconf: {name}: not up in time" for name in names[:3]], said)


def names_that_are_gone(d):
    """What left the configuration, and has nothing of it any more, is nobody's."""
    for name in ("i0", "i1"):
        ip("link", "add", name, "type", "ifb")
    names = ("i0", "i1", "late", "asked")
    d.lab.write("auto i0 i1 late\n" + "".join(f"iface {name} inet manual\n" for name in names))
    d.start()
    d.run("wait", "i0", "i1")
    d.run("down", "i1")
    check(d.states() == {"i0": "up", "i1": "down", "late": "waiting"}, d.states())
    d.lab.write("")
    d.run("reload")
    check(d.states() == {}, d.states())
    check(d.state("i1")[0] == "unmanaged", d.state("i1"))
    check(d.run("status", "late", code=1) == "netconf: unknown interface late\n", d.said())
    ip("link", "add", "late", "type", "ifb")
    check(d.state("late")[0] == "unmanaged", d.state("late"))


def main():
    Lab.enter()
    for case in (what_nobody_defines, the_end_of_netconfd, each_that_fails, names_that_are_gone):
        with tempfile.TemporaryDirectory() as folder:
            print(case.__name__, flush=True)
            subprocess.run("rm -rf /etc/network/*", shell=True, check=True)
            d = Netconfd(folder)
            d.lab.write("")
            case(d)
            if d.process.poll() is None:
                d.stop()
            for line in ip("-o", "link").splitlines():
                name = line.split(":")[1].split("@")[0].strip()
                if name != "lo":
                    ip("link", "delete", "dev", name)


main()
