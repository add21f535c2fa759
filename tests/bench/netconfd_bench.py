#!/usr/bin/env python3
"""netconfd beside raw netlink and raw DHCP, ifupdown, busybox, ip and other DHCP clients.

In name spaces of the bench's own, in turns, medians; ifupdown and busybox' ifup, which take long, once.
What is not there is named. KEELSON_BENCH_QUICK=1: 100 interfaces in place of 1,000, few rounds.
"""
import os
import pathlib
import socket
import statistics
import sys
import time

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TREE / "tests/bench"))
import net_bench_lab as lab  # noqa: E402
from net_bench_lab import FOLDER, KEELSON, Skip  # noqa: E402

QUICK = bool(os.environ.get("KEELSON_BENCH_QUICK"))
MANY = 100 if QUICK else 1000
ROUNDS = 2 if QUICK else 5
DHCP_ROUNDS = 3 if QUICK else 15
CLIENTS = 20 if QUICK else 100
CLIENT_ROUNDS = 2 if QUICK else 3
CARRIERS = 3 if QUICK else 20
AT_REST = 100  # interfaces whose memory is looked at
REST = 10  # seconds: a DHCP client announces its address, and a second later memory is let go of
UDHCPC_SCRIPT = """#!/bin/sh
case $1 in
  bound) ip addr add $ip/$mask dev $interface; ip route replace default via $router dev $interface ;;
esac
"""
missed = 0


def row(what, measured, ratio=None, aim=None):
    """A line of the table. aim: the most that the ratio may be."""
    global missed
    verdict = ""
    if aim is not None:
        missed += ratio > aim
        verdict = "met" if ratio <= aim else "**not met**"
    print(f"| {what} | {measured} | {'' if ratio is None else f'{ratio:.3g}'} "
          f"| {'' if aim is None else f'at most {aim:.3g}'} | {verdict} |", flush=True)


def milliseconds(seconds):
    return f"{seconds * 1000:.3g} ms"


def compared(what, spent, ours, aims):
    """Rows of all that were measured, and of ours to those that there is an aim for."""
    took = {name: statistics.median(times) for name, times in spent.items()}
    for name, seconds in took.items():
        row(f"{what}: {name}", milliseconds(seconds))
    ratios(what, spent, ours, aims)


def ratios(what, spent, ours, aims):
    """Rows of ours to those that there is an aim for."""
    took = {name: statistics.median(times) for name, times in spent.items()}
    for name, aim in aims.items():
        if name in took and ours in took:
            row(f"{what}: {ours} to {name}", milliseconds(took[ours]), took[ours] / took[name], aim)


def in_turns(what, columns, rounds, clear):
    """{name: [seconds]}. columns: {name: function that gives seconds}; those that raise Skip are
    named and left out.
    """
    spent, columns = {}, dict(columns)
    for number in range(rounds):
        for name, measure in list(columns.items()):
            if number and name in ONCE:
                continue
            clear()
            try:
                spent.setdefault(name, []).append(measure())
            except Skip as why:
                row(f"{what}: {name}", f"absent: {why}")
                del columns[name], spent[name]
    return spent


ONCE = ("ifupdown -a", "busybox ifup -a")


# --- Static interfaces ---

def stanzas(count, head, body="inet static\n  address {0}\n  netmask 255.255.255.0", prefix="k"):
    """Of interfaces with the addresses of nlbulk."""
    return "".join(f"{head} {prefix}{i}\niface {prefix}{i} "
                   + body.format(f"10.{i >> 8}.{i & 255}.1") + "\n" for i in range(count))


def ip_lines(count):
    return [line for i in range(count)
            for line in (f"addr add 10.{i >> 8}.{i & 255}.1/24 dev k{i}", f"link set k{i} up")]


def static():
    """In a name space that goes as a whole: the kernel takes long about links one by one."""
    lab.ip("netns", "add", "static")
    with lab.InSpace("static"):
        lab.ip("link", "set", "lo", "up")
        static_in_here()
    lab.ip("netns", "del", "static")


def static_in_here():
    lab.make_links(MANY)
    automatic = FOLDER / "interfaces"
    automatic.write_text(stanzas(MANY, "auto"))
    pathlib.Path("/etc/network/interfaces").write_text(automatic.read_text())
    batch = FOLDER / "batch"
    batch.write_text("\n".join(ip_lines(MANY)) + "\n")
    state = FOLDER / "state"

    def clear():
        lab.ip_batch([f"addr flush dev k{i}" for i in range(MANY)], "-force")
        lab.ip_batch([f"link set k{i} down" for i in range(MANY)])
        for file in [*state.glob("*"), *pathlib.Path("/run/network").glob("*")]:
            file.unlink()
        pathlib.Path("/run/ifstate").unlink(missing_ok=True)

    def netconfd():
        with lab.Netconfd(stanzas(MANY, "allow-bench")) as one:
            return one.up()

    def from_start():
        begin = time.perf_counter()
        with lab.Netconfd(automatic.read_text()) as one:
            lab.run(one.command("wait"))
            return time.perf_counter() - begin

    def busybox():
        return lab.run([lab.busybox("ifup"), "ifup", "-a"])

    def ifupdown():
        program, env = lab.installed("ifup", "ifupdown", "sbin/ifup")
        return lab.run([program, "-a", "-i", automatic, "--state-dir", "/run/network"], env)

    columns = {
        "raw netlink": lambda: lab.run([lab.floor("nlbulk"), "cfg", MANY, "k"]),
        "netconfd": netconfd,
        "netconfd, from its start": from_start,
        "our ifup -a": lambda: lab.run([KEELSON, "ifup", "-a", "-i", automatic, "--state-dir", state]),
        "ip -batch": lambda: lab.run(["/usr/bin/env", "ip", "-batch", batch]),
        "busybox ifup -a": busybox, "ifupdown -a": ifupdown}
    what = f"{MANY:,} static interfaces up"
    spent = in_turns(what, columns, ROUNDS, clear)
    slow = {"ifupdown -a": 1 / 30, "busybox ifup -a": 1 / 30}
    compared(what, spent, "netconfd", {"raw netlink": 1.5, **slow})
    ratios(what, spent, "our ifup -a", slow)


# --- DHCP ---

def udhcpc(name):
    script = FOLDER / "udhcpc.script"
    if not script.exists():
        script.write_text(UDHCPC_SCRIPT)
        script.chmod(0o755)
    return [lab.busybox("udhcpc"), "udhcpc", "-f", "-i", name, "-s", script]


def until_addressed(wire, commands):
    """Seconds from the first spawn until all of the wire have an address."""
    with lab.Events(lab.RTMGRP_IPV4_IFADDR) as events:
        begin = time.perf_counter()
        processes = [lab.spawn(*command) for command in commands]
        try:
            return events.addressed(wire.indexes) - begin
        finally:
            lab.end(*processes)


def by_netconfd(wire):
    with lab.Netconfd(stanzas(wire.count, "allow-bench", "inet dhcp", "c")) as one:
        return until_addressed(wire, [(one.command("up", "--allow", "bench"),)])


def dhcp():
    def dhclient():
        program, env = lab.installed("dhclient", "isc-dhcp-client", "sbin/dhclient")
        script = pathlib.Path(program).parent / "dhclient-script"
        return until_addressed(wire, [([program, "-4", "-d", "-sf", script, "-cf", "/dev/null", "-lf",
                                        FOLDER / "leases/dhclient", "-pf", FOLDER / "dhclient.pid",
                                        "c0"], env)])

    def dhcpcd():
        program, env = lab.installed("dhcpcd", "dhcpcd-base", "usr/sbin/dhcpcd")
        return until_addressed(wire, [([program, "-4", "-B", "-A", "-c", "/bin/true", "-f", "/dev/null",
                                        "c0"], env)])

    with lab.Wire() as wire:
        columns = {"raw probe": lambda: until_addressed(wire, [([lab.floor("minidhcp"), "c0"],)]),
                   "netconfd": lambda: by_netconfd(wire),
                   "udhcpc": lambda: until_addressed(wire, [(udhcpc("c0"),)]),
                   "dhclient": dhclient, "dhcpcd -A": dhcpcd}
        what = "DHCP, time to address"
        compared(what, in_turns(what, columns, DHCP_ROUNDS, wire.clear), "netconfd",
                 {"raw probe": 1.5, "udhcpc": 1, "dhclient": 1})


def clients():
    with lab.Wire(CLIENTS) as wire:
        columns = {
            "raw probes": lambda: until_addressed(
                wire, [([lab.floor("minidhcp"), name],) for name in wire.names]),
            "netconfd": lambda: by_netconfd(wire),
            "udhcpc, one each": lambda: until_addressed(
                wire, [(udhcpc(name),) for name in wire.names])}
        what = f"{CLIENTS} DHCP clients on one bridge, all addressed"
        compared(what, in_turns(what, columns, CLIENT_ROUNDS, wire.clear), "netconfd",
                 {"raw probes": 1.5})


# --- Carrier ---

def is_dhcp(packet):
    """From a client: IPv4, UDP, to port 67."""
    at = 14 + (packet[14] & 15) * 4
    return packet[12:14] == b"\x08\x00" and packet[23] == 17 and packet[at + 2:at + 4] == b"\x00\x43"


def carrier():
    """From the peer's coming up; the kernel itself takes most of what the second row has less."""
    with lab.Wire() as wire, lab.Netconfd(stanzas(1, "allow-bench", "inet dhcp", "c")) as one:
        with lab.InSpace(wire.space):
            sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
            sniffer.bind(("s0", 0))
            sniffer.settimeout(lab.PATIENCE)
            switch = lab.Switch("s0")
        until_addressed(wire, [(one.command("up", "--allow", "bench"),)])
        told = []
        with sniffer, lab.Events(lab.RTMGRP_LINK) as events:
            for _ in range(CARRIERS):
                switch.set(False)
                time.sleep(1.5)  # the kernel tells of what goes down once a second
                lab.emptied(sniffer)
                begin = switch.set(True)
                while not is_dhcp(sniffer.recv(65536)):
                    pass
                told.append(time.perf_counter() - begin)
            heard = []
            one.process.send_signal(19)  # SIGSTOP: what the kernel alone takes
            for _ in range(CARRIERS):
                switch.set(False)
                time.sleep(1.5)
                events.drain()
                begin = switch.set(True)
                heard.append(events.carrier(wire.indexes[0]) - begin)
            one.process.send_signal(18)
    row("carrier comes until the kernel tells, p50", milliseconds(statistics.median(heard)))
    row("carrier comes until the DHCP packet is on the wire, p50, ms of 1",
        f"{milliseconds(statistics.median(told))}, worst {milliseconds(max(told))}",
        statistics.median(told) * 1000, 1)


# --- Memory ---

def kilobytes(pid):
    with open(f"/proc/{pid}/smaps_rollup") as file:
        fields = dict(line.split()[:2] for line in file if line.endswith("kB\n"))
    private = int(fields["Private_Clean:"]) + int(fields["Private_Dirty:"])
    return int(fields["Rss:"]), private, int(fields["Anonymous:"]), int(fields["Pss:"])


def memory():
    with lab.Wire() as wire:
        lab.make_links(AT_REST - 1)
        text = stanzas(AT_REST - 1, "allow-bench") + stanzas(1, "allow-bench", "inet dhcp", "c")
        with lab.Netconfd(text) as one:
            try:
                one.up()
            except RuntimeError as why:
                row("memory with a DHCP client", f"no: {str(why)[-90:]!r}")
            time.sleep(REST)
            total = 0
            for pid, who in zip(one.processes(), ("netconfd", "its worker")):
                rss, private, anonymous, pss = kilobytes(pid)
                total += pss
                row(f"memory at {AT_REST} interfaces: {who}",
                    f"{rss} kB resident: {private} private, {rss - private} shared; {anonymous} of "
                    "that is no file's")
            row(f"memory at {AT_REST} interfaces: all of it, MB of 2", f"{total} kB", total / 2048, 1)
        lab.ip_batch([f"link del k{i}" for i in range(AT_REST - 1)])


def main():
    lab.enter()
    print(f"load {os.getloadavg()[0]:.1f} at the start\n")
    print("| | measured | ratio | aim | |\n|---|---|---|---|---|")
    parts = {"static": static, "dhcp": dhcp, "clients": clients, "carrier": carrier, "memory": memory}
    for name in sys.argv[1:] or parts:
        try:
            parts[name]()
        except Skip as why:
            row(name, f"absent: {why}")
    print(f"\n{missed} aim(s) not met" if missed else "\nall aims met")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Skip as why:
        print(f"SKIP: {why}")
        sys.exit(77)
