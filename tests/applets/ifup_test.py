#!/usr/bin/env python3
"""ifup and ifdown without netconfd, in a network namespace: what the kernel has afterwards, asked of ip(8)."""
import fcntl
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from net_lab import KEELSON, Lab, check, ip

STATIC = """\
auto x
iface x inet static
  address 192.0.2.1/24
  gateway 192.0.2.254
  mtu 1400
  hwaddress 02:00:00:00:00:07
  description a b
  up env > {folder}/up.env
  down echo down >> {folder}/down.log
iface x inet6 static
  address 2001:db8::1/64
  gateway 2001:db8::ff
  dad-attempts 0
iface x:1 inet static
  address 198.51.100.1/24
"""


def static(lab):
    ip("link", "add", "x", "type", "veth", "peer", "name", "peer")
    lab.write(STATIC.format(folder=lab.folder))
    lab.write("#!/bin/sh\necho $PHASE $IFACE $ADDRFAM >> " + str(lab.folder / "hooks.log") + "\n",
              "if-up.d/b")
    lab.write("#!/bin/sh\nexit 1\n", "if-up.d/b.bak")
    lab.run("ifup", "x")
    address = ip("address", "show", "x")
    check("192.0.2.1/24 brd 192.0.2.255" in address, address)
    check("2001:db8::1/64" in address and "mtu 1400" in address and ",UP" in address, address)
    check("02:00:00:00:00:07" in address and "alias a b" in ip("link", "show", "x"), address)
    check("default via 192.0.2.254 dev x" in ip("route") and "onlink" in ip("route"), ip("route"))
    check("default via 2001:db8::ff dev x" in ip("-6", "route"), ip("-6", "route"))
    environment = dict(line.split("=", 1) for line in
                       (lab.folder / "up.env").read_text().splitlines() if "=" in line)
    wanted = {"IFACE": "x", "LOGICAL": "x", "ADDRFAM": "inet", "METHOD": "static", "MODE": "start",
              "PHASE": "post-up", "VERBOSITY": "0", "IF_ADDRESS": "192.0.2.1",
              "IF_NETMASK": "255.255.255.0", "IF_BROADCAST": "192.0.2.255"}
    check(wanted.items() <= environment.items(), environment)
    check("HOME" not in environment and "KEELSON" not in environment, environment)
    check((lab.folder / "hooks.log").read_text() == "post-up x inet\npost-up x inet6\n")
    check(lab.up() == ["x=x"], lab.up())
    check("already configured" in lab.run("ifup", "x"))

    lab.run("ifup", "x:1")
    check("198.51.100.1/24 brd 198.51.100.255 scope global x:1" in ip("address", "show", "x"))
    check(lab.up() == ["x=x", "x:1=x:1"], lab.up())
    lab.run("ifdown", "x:1")
    address = ip("address", "show", "x")
    check("198.51.100.1" not in address and "192.0.2.1/24" in address and ",UP" in address, address)

    lab.run("ifdown", "-a")
    address = ip("address", "show", "x")
    check("inet" not in address and ",UP" not in address, address)
    check(lab.up() == [] and (lab.folder / "down.log").read_text() == "down\n")
    check("not configured" in lab.run("ifdown", "x"))
    for file in ("if-up.d/b", "if-up.d/b.bak"):
        (lab.etc / file).unlink()
    ip("link", "delete", "x")


def what_is_there_stays(lab):
    """Foreign addresses of another family, and those that are the same, are not touched."""
    ip("link", "add", "x", "type", "ifb")
    ip("address", "add", "192.0.2.1/24", "brd", "+", "dev", "x")
    ip("address", "add", "203.0.113.9/24", "dev", "x")
    ip("link", "set", "x", "up")
    lab.write("iface x inet static\n  address 192.0.2.1/24\n")
    def shown():  # but whether its link-local address is its own, which is found out meanwhile
        return ip("address", "show", "x").replace(" tentative", "")

    before = shown()
    lab.run("ifup", "x")
    check(shown() == before, before)
    lab.run("ifdown", "x")
    ip("link", "delete", "x")


def bridge(lab):
    ip("link", "add", "p0", "type", "veth", "peer", "name", "q0")
    ip("link", "add", "p1", "type", "veth", "peer", "name", "q1")
    ip("link", "set", "q0", "up")
    lab.write("auto br0\niface br0 inet static\n  address 192.0.2.1/24\n  bridge_ports regex p[01]\n"
              "  bridge_stp off\n  bridge_fd 3\n  bridge_pathcost p1 77\n  bridge_portprio p1 9\n"
              "  bridge_hw q1\n" f"  up ip link show br0 >{lab.folder}/forwards\n")
    lab.run("ifup", "-a")
    check("LOWER_UP" in (lab.folder / "forwards").read_text(), "the bridge does not forward yet")
    port = ip("-d", "link", "show", "p1")
    check("cost 77 " in port and "priority 9 " in port, port)
    mac = ip("link", "show", "q1").split("link/ether ")[1][:17]
    check(mac in ip("link", "show", "br0"), "bridge_hw is not heard")
    ports = ip("link", "show", "master", "br0")
    check("p0@" in ports and "p1@" in ports, ports)
    check("forward_delay 300" in ip("-d", "link", "show", "br0"), ip("-d", "link", "show", "br0"))
    check("192.0.2.1/24" in ip("address", "show", "br0"))
    lab.run("ifdown", "-a")
    check("br0" not in ip("link"), ip("link"))
    for port in ("p0", "p1"):
        ip("link", "delete", port)


def a_missing_kind_is_named(lab):
    if subprocess.run(["ip", "link", "add", "probe", "type", "bond"], capture_output=True).returncode == 0:
        ip("link", "delete", "probe")
        return
    lab.write("iface b inet manual\n  bond-slaves none\n  bond-mode 1\n")
    said = lab.run("ifup", "b", code=1)
    check("b: making it (bond): the kernel has no kind 'bond'" in said, said)
    check(lab.up() == [])
    lab.run("ifdown", "b")


def a_failed_hook_is_no_success(lab):
    """ifupdown leaves the interface up and unrecorded, and ifdown then does nothing."""
    ip("link", "add", "x", "type", "ifb")
    lab.write("iface x inet static\n  address 192.0.2.1/24\n  up false\n  up touch "
              f"{lab.folder}/later\n")
    said = lab.run("ifup", "x", code=1)
    check("x: 'false' ended with 1" in said and "failed to bring up x" in said, said)
    check(lab.up() == [] and not (lab.folder / "later").exists())
    check("192.0.2.1" in ip("address", "show", "x"))
    lab.run("ifdown", "x")
    check("192.0.2.1" not in ip("address", "show", "x") and ",UP" not in ip("link", "show", "x"))

    # --force: what hooks end with does not count.
    said = lab.run("ifup", "--force", "x")
    check("'false' ended with 1" in said and lab.up() == ["x=x"], said)
    check((lab.folder / "later").exists())
    lab.run("ifdown", "x")
    ip("link", "delete", "x")


def an_interrupt_is_no_success(lab):
    """ifupdown says "already configured" to the next ifup."""
    ip("link", "add", "x", "type", "ifb")
    fifo = lab.folder / "begun"
    os.mkfifo(fifo)
    lab.write("iface x inet static\n  address 192.0.2.1/24\n"
              f"  up echo $$ > {fifo}; exec sleep 1000\n")
    child = subprocess.Popen([KEELSON, "ifup", f"--state-dir={lab.state}", "x"],
                             stderr=subprocess.PIPE, text=True)
    hook = int(fifo.read_text())
    child.send_signal(signal.SIGINT)
    said = child.communicate(timeout=60)[1]
    check(child.returncode == 1 and "got signal 2" in said, child.returncode, said)
    check(not pathlib.Path(f"/proc/{hook}").exists(), "the hook still runs")
    check(lab.up() == [])
    lab.run("ifdown", "x")
    check("192.0.2.1" not in ip("address", "show", "x"))

    # The same when there was no time for anything.
    child = subprocess.Popen([KEELSON, "ifup", f"--state-dir={lab.state}", "x"])
    hook = int(fifo.read_text())
    child.kill()
    child.wait()
    os.kill(hook, signal.SIGKILL)
    check(lab.up() == [])
    check((lab.state / "ifstate.failed").read_text() == "x=x\n")
    lab.run("ifdown", "-a")
    check("192.0.2.1" not in ip("address", "show", "x"))
    check((lab.state / "ifstate.failed").read_text() == "")
    ip("link", "delete", "x")


MANY = [f"i{n}" for n in range(140)]  # more than two batches


def links_up():
    return {line.split(": ")[1] for line in ip("-o", "link", "show", "up").splitlines()} - {"lo"}


def failed(lab):
    return [entry.split("=")[0] for entry in (lab.state / "ifstate.failed").read_text().split()]


def many_together(lab):
    """What is recorded is written for many at once, and is never more than what is so."""
    for name in MANY:
        ip("link", "add", name, "type", "ifb")
    lab.write("".join(f"auto i{n}\niface i{n} inet static\n  address 10.0.{n}.1/24\n"
                      + ("  mtu 4000000000\n" if n == 7 else "") for n in range(len(MANY))))
    ups = [f"{name}={name}" for name in MANY if name != "i7"]

    said = lab.run("ifup", "-a", code=1)
    check("setting its mtu 4000000000" in said and "failed to bring up i7\n" in said, said)
    check(lab.up() == ["lo=lo", *ups], lab.up())
    check(failed(lab) == ["i7"], failed(lab))
    check(links_up() == set(MANY) - {"i7"}, links_up())
    check("10.0.139.1/24" in ip("address", "show", "i139"), "no address")
    lab.run("ifdown", "-a")
    check((lab.up(), failed(lab), links_up()) == ([], [], set()), lab.up(), failed(lab))

    # One that somebody else has: what comes before it is done, and nobody is kept waiting for it.
    with open(lab.state / "ifstate.i70", "w") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        with subprocess.Popen([KEELSON, "ifup", "-a", f"--state-dir={lab.state}"],
                              stderr=subprocess.PIPE, text=True) as run:
            for line in run.stderr:
                if "waiting for lock" in line:
                    break
            before = [name for name in MANY[:70] if name != "i7"]
            check(lab.up() == ["lo=lo", *(f"{name}={name}" for name in before)], lab.up())
            check(links_up() == set(before), links_up())
            lab.run("ifdown", "i3")
            run.kill()
    check("i3" not in links_up() and "i3=i3" not in lab.up(), lab.up())
    lab.run("ifdown", "-a")

    # Killed on the way: what is told of as up is up, and the rest can be brought up.
    for _ in range(3):
        with subprocess.Popen([KEELSON, "ifup", "-a", f"--state-dir={lab.state}"],
                              stderr=subprocess.DEVNULL) as run:
            while "i0" not in failed(lab) and run.poll() is None:
                pass
            run.kill()
        told = {entry.split("=")[0] for entry in lab.up()} - {"lo"}
        check(told <= links_up(), told, links_up())
        lab.run("ifup", "-a", code=1)
        check(set(lab.up()) == {"lo=lo", *ups} and failed(lab) == ["i7"], lab.up(), failed(lab))
        lab.run("ifdown", "-a")
    for name in MANY:
        ip("link", "delete", name)


def what_is_not_recorded_is_no_success(lab):
    """Without a place for its state an interface comes up, and goes down, but not for sure."""
    ip("link", "add", "i0", "type", "ifb")
    lab.write("iface i0 inet static\n  address 192.0.2.1/24\n")
    (lab.state / "ifstate").unlink(missing_ok=True)
    (lab.state / "ifstate").mkdir()
    expected = f"ifup: {lab.state}/ifstate: Invalid argument\n"
    check(lab.run("ifup", "i0", code=1) == expected, expected)
    check("192.0.2.1/24" in ip("address", "show", "dev", "i0"), "it is not up")
    lab.run("ifdown", "--force", "i0", code=1)
    check("192.0.2.1/24" not in ip("address", "show", "dev", "i0"), "it is not down")
    (lab.state / "ifstate").rmdir()
    ip("link", "delete", "dev", "i0")


def a_hook_that_calls_ifup(lab):
    ip("link", "add", "x", "type", "ifb")
    ip("link", "add", "y", "type", "ifb")
    log = lab.folder / "recursion"
    command = f"{KEELSON} ifup --state-dir={lab.state}"
    lab.write(f"iface x inet manual\n  up ! {command} x 2> {log}\n  up {command} y\n"
              "iface y inet static\n  address 192.0.2.9/24\n")
    lab.run("ifup", "x")
    check("recursion detected for interface x in post-up phase" in log.read_text(), log.read_text())
    check(sorted(lab.up()) == ["x=x", "y=y"], lab.up())
    lab.run("ifdown", "-a")
    for name in ("x", "y"):
        ip("link", "delete", name)


def hostile_names(lab):
    names = ["$(id)", "-rf", "a;b", "`x`", "a'b", "*", "\udcff\udcfe", "#c"]
    made = []
    for name in names:
        words = ["ip", "link", "add", "name", name, "type", "ifb"]
        if subprocess.run(words, capture_output=True).returncode == 0:
            made.append(name)
    check(len(made) >= 5, made)
    text = "".join(f"iface {name} inet static\n  address 192.0.2.{i + 1}/32\n"
                   f"  up printf %s \"$IFACE\" > {lab.folder}/name\n"
                   for i, name in enumerate(made))
    lab.write(text)
    for i, name in enumerate(made):
        lab.run("ifup", "--", name)
        check((lab.folder / "name").read_bytes() == name.encode("utf-8", "surrogateescape"), name)
        check(f"inet 192.0.2.{i + 1}/32" in ip("address", "show", "dev", name), name)
        lab.run("ifdown", "--", name)
        check("inet " not in ip("address", "show", "dev", name), name)
    # A DHCP client is started by a shell: no name gets there that means something to it.
    for name in made[:3]:
        lab.write(f"iface {name} inet dhcp\n")
        said = lab.run("ifup", "--", name, code=1)
        check("no DHCP client can be given that name" in said, said)
        lab.run("ifdown", "--", name, code=1)
    lab.write("iface x%d inet manual\n")
    said = lab.run("ifup", "x%d", code=1)
    check("no interface can have the name 'x%d'" in said, said)


def dhcp_by_the_systems_client(lab):
    """What the client is started with, and that its failing is the interface's."""
    ip("link", "add", "x", "type", "ifb")
    programs = lab.folder / "programs"
    programs.mkdir()
    (programs / "udhcpc").write_text("#!/bin/sh\n")
    (programs / "udhcpc").chmod(0o755)
    path = {"PATH": str(programs)}
    lab.write("iface x inet dhcp\n  hostname a'b\n  hwaddress 02:00:00:00:00:09\n")
    said = lab.run("ifup", "-n", "x", env=path)
    check("udhcpc -n -p /run/udhcpc.x.pid -i x -x 'hostname:a'\\''b'" in said, said)
    said = lab.run("ifup", "-n", "x", env={"PATH": "/nowhere"})
    check("No DHCP client software found!" in said, said)
    lab.write("iface x inet dhcp\n")
    said = lab.run("ifup", "x", env={"PATH": "/nowhere"}, code=1)
    check("No DHCP client software found!" in said and lab.up() == [], said)
    ip("link", "delete", "x")


def main():
    Lab.enter()
    ip("link", "set", "lo", "up")
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(folder)
        for case in (static, what_is_there_stays, bridge, a_missing_kind_is_named,
                     a_failed_hook_is_no_success, an_interrupt_is_no_success, many_together,
                     a_hook_that_calls_ifup, what_is_not_recorded_is_no_success, hostile_names,
                     dhcp_by_the_systems_client):
            case(lab)
    return 0


if __name__ == "__main__":
    sys.exit(main())
