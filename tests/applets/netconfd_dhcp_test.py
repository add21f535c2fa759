#!/usr/bin/env python3
"""The DHCP client built in, against dnsmasq, ISC's dhcpd and busybox' udhcpd: everything in the life of
a lease, and a worker that is killed or turns hostile."""
import os
import pathlib
import re
import signal
import stat
import subprocess

from dhcp_lab import Lab, SHARED, Skip, ip, run_tests

OPTIONS = ("dhcp-option=option:router,10.77.0.1", "dhcp-option=option:dns-server,10.77.0.1,10.77.0.2",
           "dhcp-option=option:domain-name,lab.test", "dhcp-option=26,1400",
           "dhcp-option=option:domain-search,lab.test,example.org",
           "dhcp-option=121,10.99.0.0/16,10.77.0.2,0.0.0.0/0,10.77.0.1")
SHORT = ("dhcp-option=option:T1,2", "dhcp-option=option:T2,4")
OLD_LEASE = """obtained: {obtained}
address: {address}
server: 10.77.0.1
lease-seconds: 86400
renew-seconds: 43200
rebind-seconds: 75600
"""


def expect(value, expected):
    if value != expected:
        raise AssertionError(f"{value!r} in place of {expected!r}")


def in_kernel(lab):
    """The client's routes."""
    shown = subprocess.run(["ip", "-n", lab.client, "-4", "route", "show", "dev", "c0"], check=True,
                           capture_output=True, text=True)
    return {" ".join(line.split()) for line in shown.stdout.splitlines()}


def old_lease(lab, address):
    path = lab.folder / "old"
    path.write_text(OLD_LEASE.format(obtained=4_000_000_000, address=address))
    return path


def bound_and_released():
    with Lab() as lab:
        _, server = lab.dnsmasq(*OPTIONS)
        client = lab.worker()
        client.ask("start c0 hostname=box vendor=keelson")
        lease = client.lease("BOUND")
        expect(lease["dns"], "10.77.0.1 10.77.0.2")
        expect(lease["search"], "lab.test example.org")
        expect(lease["mtu"], "1400")
        expect(lease["route"], "10.99.0.0/16 10.77.0.2, 0.0.0.0/0 10.77.0.1")
        expect(lease["server"], "10.77.0.1")
        server.until("client provides name: box")
        server.until("vendor class: keelson")
        address = lease["address"].split("/")[0]
        expect(in_kernel(lab), {
            f"default via 10.77.0.1 proto dhcp src {address}",
            f"10.99.0.0/16 via 10.77.0.2 proto dhcp src {address}",
            f"10.77.0.0/24 proto kernel scope link src {address}"})
        client.ask("release c0")
        client.until("lost RELEASE")
        client.until("gone")
        expect(in_kernel(lab), set())
        if any(" error " in line for line in client.said.seen):
            raise AssertionError(client.said.seen)
        server.until("DHCPRELEASE(s0)", lease["address"].split("/")[0])


def renewed_then_rebound_by_another_server():
    with Lab() as lab:
        process, server = lab.dnsmasq(*SHORT)
        client = lab.worker()
        client.ask("start c0")
        address = client.lease("BOUND")["address"]
        expect(client.lease("RENEW")["address"], address)
        lab.end(process)
        ip("-n", lab.server, "addr", "del", "10.77.0.1/24", "dev", "s0")
        ip("-n", lab.server, "addr", "add", "10.77.0.2/24", "dev", "s0")
        lab.dnsmasq(*SHORT)
        lease = client.lease("REBIND")
        expect((lease["address"], lease["server"]), (address, "10.77.0.2"))


def a_whole_life(lab, serve):
    """A short lease: renewed, and expired when the server is gone."""
    process, _ = serve()
    client = lab.worker()
    client.ask("start c0")
    lease = client.lease("BOUND")
    expect((lease["server"], lease["route"]), ("10.77.0.1", "0.0.0.0/0 10.77.0.1"))
    expect(client.lease("RENEW")["address"], lease["address"])
    lab.end(process)
    client.until("lost EXPIRE expired")
    serve()
    client.lease("BOUND")
    client.ask("release c0")
    client.until("lost RELEASE")


def a_whole_life_by_dhcpd():
    with Lab() as lab:
        a_whole_life(lab, lambda: lab.dhcpd("default-lease-time 10;", "max-lease-time 10;"))


def a_whole_life_by_udhcpd():
    with Lab() as lab:
        a_whole_life(lab, lambda: lab.udhcpd("option lease 10", "min_lease 10"))


def asked_for_again():
    with Lab() as lab:
        _, server = lab.dnsmasq()
        client = lab.worker()
        client.ask(f"start c0 lease={old_lease(lab, '10.77.0.99/24')}")
        expect(client.lease("REBOOT")["address"], "10.77.0.99/24")
        server.until("DHCPREQUEST(s0) 10.77.0.99")
        client.ask("stop c0")
        client.until("lost STOP")
        client.until("gone")


def refused():
    with Lab() as lab:
        lab.dnsmasq()
        client = lab.worker()
        client.ask(f"start c0 configured=1 lease={old_lease(lab, '10.88.0.5/24')}")
        client.until("lost NAK")
        client.lease("BOUND")


def another_host_has_it(serve, *heard):
    """udhcpd looks for it itself, and offers nothing."""
    with Lab() as lab:
        lab.add_space(lab.other)
        ip("-n", lab.server, "link", "add", "br0", "type", "bridge")
        ip("link", "add", "s1", "netns", lab.server, "type", "veth",
           "peer", "name", "o0", "netns", lab.other)
        ip("-n", lab.server, "addr", "del", "10.77.0.1/24", "dev", "s0")
        for port in ("s0", "s1"):
            ip("-n", lab.server, "link", "set", port, "master", "br0", "up")
        ip("-n", lab.server, "addr", "add", "10.77.0.1/24", "dev", "br0")
        ip("-n", lab.server, "link", "set", "br0", "up")
        ip("-n", lab.other, "addr", "add", "10.77.0.60/24", "dev", "o0")
        ip("-n", lab.other, "link", "set", "o0", "up")
        lab.first = lab.last = 60
        _, server = serve(lab)
        client = lab.worker()
        client.ask("start c0")
        client.lease("BOUND")
        client.until("note another host uses 10.77.0.60: declined")
        client.until("lost EXPIRE in use by another host")
        server.until(*heard)


def another_host_has_it_says_dnsmasq():
    another_host_has_it(lambda lab: lab.dnsmasq(), "DHCPDECLINE(br0) 10.77.0.60")


def another_host_has_it_says_dhcpd():
    another_host_has_it(lambda lab: lab.dhcpd(on="br0"), "DHCPDECLINE of 10.77.0.60", "br0")


def nobody_answers():
    with Lab() as lab:
        client = lab.worker()
        client.ask("start c0 give-up=1")
        client.until("lost FAIL no answer in time")
        client.ask("start c0 give-up=1 lease=" + str(old_lease(lab, "10.77.0.99/24")))
        client.until("lost TIMEOUT", "address: 10.77.0.99/24")
        client.ask("stop c0")
        client.until("gone")


def the_carrier_comes_late_and_goes():
    with Lab() as lab:
        _, server = lab.dnsmasq()
        client = lab.worker()
        client.ask("start c0 carrier=down")
        client.ask("carrier c0 up")
        address = client.lease("BOUND")["address"]
        client.ask("carrier c0 down")
        client.ask("carrier c0 up")
        expect(client.lease("REBOOT")["address"], address)


def hostile_options():
    hostile = SHARED / "lab/hostile.conf"
    if not hostile.exists():
        raise Skip("needs ../shared")
    with Lab() as lab:
        # Of these, dnsmasq takes texts as they stand.
        texts = [line for line in hostile.read_text().splitlines() if "=17," not in line]
        lab.dnsmasq(*texts, "dhcp-option-force=17,$(touch /tmp/nl-pwn17)")
        client = lab.worker()
        client.ask("start c0")
        lease = client.lease("BOUND")
        for key, value in lease.items():
            if not re.fullmatch(r"[\w%+,./:=@~ -]*", value):
                raise AssertionError(f"{key}: {value}")
        for option in ("host-name", "root-path", "domain-search", "captive-portal", "wpad"):
            if not any(f"note {option}:" in line and "dropped" in line for line in client.said.seen):
                raise AssertionError(f"{option} was not told of: {client.said.seen}")
    expect(sorted(map(str, pathlib.Path("/tmp").glob("nl-pwn*"))), [])


def the_worker_is_killed():
    with Lab() as lab:
        lab.dnsmasq()
        client = lab.worker()
        client.ask("start c0")
        address = client.lease("BOUND")["address"]
        for _ in range(2):
            worker, = client.children()
            os.kill(worker, signal.SIGKILL)
            client.until("the DHCP worker has died")
            expect(client.lease("REBOOT")["address"], address)
        client.ask("release c0")
        client.until("lost RELEASE")


def the_worker_is_nobody_and_nowhere():
    with Lab() as lab:
        lab.dnsmasq()
        client = lab.worker()
        client.ask("start c0")
        client.lease("BOUND")
        worker, = client.children()
        facts = dict(line.split(":\t", 1) for line in
                     pathlib.Path(f"/proc/{worker}/status").read_text().splitlines() if ":\t" in line)
        expect(facts["Uid"].split(), ["65534"] * 4)
        expect((facts["NoNewPrivs"], facts["Groups"].strip()), ("1", ""))
        expect({facts[key] for key in ("CapEff", "CapPrm", "CapInh")}, {"0" * 16})
        expect(os.listdir(f"/proc/{worker}/root"), [])
        client.process.stdin.close()  # its parent ends, and so does it
        client.process.wait()
        client.said.stream.read()


def a_hostile_worker():
    with Lab() as lab:
        program = lab.folder / "worker"
        program.write_text("#!/bin/sh\nprintf garbage >&3\nexec sleep 1000\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        client = lab.worker(program)
        client.ask("start c0")
        for _ in range(2):
            client.until("the DHCP worker has died: what it says makes no sense")
        client.ask("stop c0")
        client.until("gone")


def routers_name_servers():
    with Lab() as lab:
        ip("-n", lab.server, "addr", "add", "fd00:77::1/64", "dev", "s0", "nodad")
        client = lab.worker()
        client.ask("routers c0")
        lab.dnsmasq("enable-ra", "dhcp-range=::100,::1ff,constructor:s0,slaac,64,300",
                    "dhcp-option=option6:dns-server,[fd00:77::1]",
                    "dhcp-option=option6:domain-search,lab.test", "ra-param=s0,4,300")
        client.until("c0 resolvers fd00:77::1 / lab.test")
        worker, = client.children()
        os.kill(worker, signal.SIGKILL)
        expect(client.until("c0 resolvers").split(), ["c0", "resolvers", "/"])
        client.until("c0 resolvers fd00:77::1 / lab.test")


run_tests([a_whole_life_by_dhcpd, a_whole_life_by_udhcpd, bound_and_released,
           renewed_then_rebound_by_another_server, asked_for_again, refused,
           another_host_has_it_says_dnsmasq, another_host_has_it_says_dhcpd,
           nobody_answers, the_carrier_comes_late_and_goes, hostile_options, the_worker_is_killed,
           the_worker_is_nobody_and_nowhere, a_hostile_worker, routers_name_servers])
