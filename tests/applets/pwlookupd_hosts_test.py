#!/usr/bin/python3
"""Hosts and netgroups: with the daemon every program gets what it gets without it.

Each question is asked by a process of its own, because libc leaves a daemon alone for a hundred questions
once it was sent elsewhere. While the files look empty to the client, what is right can only have come from
the daemon; what the protocol cannot say must then be what empty files say.
"""
import os
import socket
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lookup_lab as lab

(GETHOSTBYNAME, GETHOSTBYNAMEv6, GETHOSTBYADDR, GETHOSTBYADDRv6, GETAI, GETNETGRENT, INNETGR,
 GETFDHST, GETFDNETGR) = (4, 5, 6, 7, 14, 19, 20, 13, 21)
FILES = ("hosts", "netgroup")

HOSTS = b"""127.0.0.1 localhost lo l2
::1 localhost ip6-localhost
10.0.0.1 v4 v4a # comment
fd00::1 v6 v6a
10.0.0.2 both b4
fd00::2 both b6
fd00::3 six four
10.0.0.3 six2 four
10.0.0.4 multi m1
10.0.0.5 multi m2
fd00::4 multi m3
fd00::5 multi m4
::ffff:10.0.0.9 mapped mp
::1 onlyone
10.0.0.6 Case.Example case
10.0.0.7 other dup dup
10.0.0.8 canon x1
10.0.0.8 x1 canon2
0.0.0.0 zero
:: zero6
10.0.0.10
10.0.0.11 last.dot.
10.0.0.12 127.1 dotted 10.0.0.1
fe80::1%lo zone
10.0.0.300 wrong
10.0.0.13\tunder_score -minus x..y \xc3\xa9
 10.0.0.14 indented \\
10.0.0.15 v4 again\r
10.0.0.16 self self
""" + b"10.0.0.17 many " + b" ".join(b"a%d" % i for i in range(2000)) + b"\n" + b"".join(
    b"10.1.%d.%d crowd\n" % (i // 250, i % 250) for i in range(300)) + b"10.0.0.99 end"

NAMES = """localhost lo ip6-localhost v4 v4a again v6 v6a both b4 b6 six six2 four multi m1 m2 m3
mapped mp onlyone case CASE.example dup other canon x1 canon2 zero zero6 last.dot. last.dot none 127.1
dotted 10.0.0.1 fd00::1 zone wrong under_score -minus x..y indented self many a0 a1999 crowd end
""".split()
ADDRESSES = """127.0.0.1 ::1 10.0.0.1 fd00::1 10.0.0.9 ::ffff:10.0.0.9 0.0.0.0 :: 10.0.0.8 10.0.0.10 10.0.0.15
10.0.0.17 1.2.3.4 fd00::99 10.1.1.49 10.0.0.99""".split()

HOST_QUESTIONS = "".join(
    [f"gai {family} {flags} {name}\n" for name in NAMES for family in "046"
     for flags in ("-", "cma", "cm", "g")]
    + [f"name {family} {name}\n" for name in NAMES for family in "46"]
    + [f"addr {address}\n" for address in ADDRESSES]).encode()

NETGROUP = b"""one (h1,u1,d1) (h2,u2,d2)
two one (h3,,) \\
  three
three (,u3,) (,,d3)
any (,,)
none
circle1 (c1,,) circle2
circle2 (c2,,) circle1
self self (s,,)
missing (m,,) nosuch
broken (b,,) (x,y
twice (first,,)
twice (second,,)
case (HOST,User,DOM)
""" + b"".join(b"deep%d deep%d (d%d,,)\n" % (i, i + 1, i) for i in range(500))

GROUPS = "one two three any none circle1 circle2 self missing broken twice case deep0 deep499 nosuch"
TRIPLES = ["* * *", "h1 * *", "h1 u1 d1", "h1 u2 d1", "* u3 *", "x u3 y", "* * d3", "s * *", "m * *",
           "host User dom", "HOST user DOM", "c2 * *", "second * *", "d499 * *", "b * *"]
NETGROUP_QUESTIONS = "".join(
    [f"group {group}\n" for group in GROUPS.split()]
    + [f"in {group} {triple}\n" for group in GROUPS.split() for triple in TRIPLES]).encode()

ALL_FILES = "hosts: files\nnetgroup: files\n"


def compare(nsswitch, questions, host_conf=b"multi on\n", hosts=HOSTS, netgroup=NETGROUP, daemon=()):
    """The lines of the answers, and those that come from the daemon alone."""
    client = lab.compile_c("host_client.c")
    with lab.Namespace({"hosts": hosts, "netgroup": netgroup, "host.conf": host_conf}, nsswitch) as ns:
        ns.write("/etc/resolv.conf", b"")
        alone = ns.output([client], input=questions)
        assert alone.count(b"\n") == questions.count(b"\n")
        empty = ns.output([client], input=questions, hide=FILES)
        daemon = ns.start(*daemon)
        served = ns.output([client], input=questions)
        hidden = ns.output([client], input=questions, hide=FILES)
        assert daemon.alive(), daemon.said()
        assert served == alone, "differs with the daemon:\n" + lab.differences(alone, served)
        lines = list(zip(alone.splitlines(), hidden.splitlines(), empty.splitlines()))
        for right, seen, without in lines:
            assert seen in (right, without), f"neither one nor the other: {right} {seen} {without}"
        assert daemon.stop() == 0, daemon.said()
        return {right.split(b" =>")[0].decode(): seen == right for right, seen, _ in lines}


def test_hosts():
    answered = compare(ALL_FILES, HOST_QUESTIONS)
    missing = [name for name, by_daemon in answered.items() if not by_daemon]
    # What is v4 and v6 at the same time, and names that depend on the family.
    for name in missing:
        assert name.split()[-1] in ("localhost", "ip6-localhost", "onlyone", "mapped", "mp", "four",
                                    "crowd"), name
    for name in ("gai 0 cma v4", "gai 0 cma both", "name 4 localhost", "name 6 localhost", "addr ::1",
                 "gai 4 - a1999", "addr 10.0.0.10", "gai 0 cma multi"):
        assert answered[name], name


def test_hosts_without_multi():
    answered = compare(ALL_FILES, HOST_QUESTIONS, host_conf=b"multi off\n")
    assert answered["gai 0 cma m1"] and answered["name 4 multi"] and not answered["gai 0 - both"]


def test_hosts_of_other_configurations():
    compare(ALL_FILES, HOST_QUESTIONS, host_conf=b"")
    answered = compare(ALL_FILES, HOST_QUESTIONS, host_conf=b"multi on\nreorder on\n")
    assert not answered["gai 0 cma m1"] and not answered["name 4 m1"] and not answered["addr 10.0.0.1"]
    some = b"gai 0 cma v4\ngai 0 - none\nname 4 v4\nname 4 none\naddr 10.0.0.1\naddr 1.2.3.4\n"
    answered = compare("hosts: files nosuchsource\n", some)
    assert answered["gai 0 cma v4"] and answered["addr 10.0.0.1"]
    answered = compare("hosts: nosuchsource files\n", some)
    assert not answered["gai 0 cma v4"]
    answered = compare(ALL_FILES, some, daemon=("--databases", "passwd"))
    assert not answered["gai 0 cma v4"]


def test_netgroups():
    answered = compare(ALL_FILES, NETGROUP_QUESTIONS)
    missing = [name for name, by_daemon in answered.items() if not by_daemon]
    assert not missing, missing
    answered = compare("netgroup: files nosuchsource\n", NETGROUP_QUESTIONS)
    assert answered["group one"] and answered["in one h1 * *"] and not answered["group missing"]
    compare("netgroup: nis\n", NETGROUP_QUESTIONS)


PROGRAM = """
import socket, ctypes
for name in %r:
    for family in (0, socket.AF_INET, socket.AF_INET6):
        try:
            print(name, socket.getaddrinfo(name, 80, family, flags=socket.AI_CANONNAME))
        except OSError as e:
            print(name, e)
    try:
        print(name, socket.gethostbyname(name), socket.gethostbyname_ex(name))
    except OSError as e:
        print(name, e)
for address in %r:
    try:
        print(address, socket.gethostbyaddr(address), socket.getnameinfo((address, 80), 0))
    except OSError as e:
        print(address, e)
libc = ctypes.CDLL(None)
print([libc.innetgr(b"two", host, None, None) for host in (b"h1", b"h9")])
"""


def test_programs():
    """Programs that ask many questions, one after another."""
    with lab.Namespace({"hosts": HOSTS, "netgroup": NETGROUP, "host.conf": b"multi on\n"},
                       ALL_FILES) as ns:
        ns.write("/etc/resolv.conf", b"")
        program = PROGRAM % (NAMES, ADDRESSES)
        commands = [["/usr/bin/python3", "-c", program]] + [
            ["getent", database, *NAMES] for database in ("hosts", "ahosts", "ahostsv4", "ahostsv6")
        ] + [["getent", "netgroup", name] for name in ("one", "two", "nosuch")]
        alone = [ns.run(command) for command in commands]
        daemon = ns.start()
        for command, before in zip(commands, alone):
            after = ns.run(command)
            assert (after.returncode, after.stdout, after.stderr) == (
                before.returncode, before.stdout, before.stderr), (
                    command[:2], lab.differences(before.stdout, after.stdout))
        assert daemon.stats()["hosts"]["hits"] > 0 and daemon.stats()["netgroup"]["hits"] > 0


def test_changes_are_seen():
    client = lab.compile_c("host_client.c")
    with lab.Namespace({"hosts": b"10.0.0.1 a\n", "netgroup": b"n (h,,)\n"}, ALL_FILES) as ns:
        ns.start()
        questions = b"name 4 a\nin n h2 * *\n"

        def asked():
            return [line.split(b"=>")[1] for line in
                    ns.output([client], input=questions, hide=FILES).splitlines()]
        assert asked() == [b" a family 2 aliases addresses 10.0.0.1", b" 0"]
        ns.replace("/etc/hosts", b"10.0.0.2 a\n")
        ns.replace("/etc/netgroup", b"n (h2,,)\n")
        assert asked() == [b" a family 2 aliases addresses 10.0.0.2", b" 1"]


def test_a_large_file():
    """A lookup among 300,000 lines reads a few of them."""
    count = 300_000
    hosts = b"127.0.0.1 localhost\n" + b"".join(b"0.0.0.0 ads%d.example\n" % i for i in range(count))
    with lab.Namespace({"hosts": hosts}, ALL_FILES) as ns:
        daemon = ns.start()
        for number in (0, count // 2, count - 1):
            name = b"ads%d.example" % number
            reply = lab.ask(ns, GETHOSTBYNAME, name)
            assert struct.unpack("=2i", reply[:8]) == (2, 1) and name + b"\0" in reply, reply
        before = daemon.cpu_us()
        for number in range(500):
            assert b"ads" in lab.ask(ns, GETAI, b"ads%d.example" % (number * 599))
        lookups = daemon.cpu_us() - before
        before = daemon.cpu_us()
        ns.replace("/etc/hosts", hosts + b"#\n")
        assert lab.ask(ns, GETHOSTBYNAME, b"localhost")
        one_pass = daemon.cpu_us() - before
        assert lookups / 500 < one_pass / 4, f"500 lookups {lookups} us, one pass {one_pass} us"


def test_hostile_requests():
    with lab.Namespace({"hosts": HOSTS, "netgroup": NETGROUP}, ALL_FILES) as ns:
        daemon = ns.start()
        for kind, key in [(GETHOSTBYADDR, b""), (GETHOSTBYADDR, b"\0" * 3), (GETHOSTBYADDRv6, b"\0" * 4),
                          (GETHOSTBYADDR, b"x" * 1024), (INNETGR, b"one\0"), (INNETGR, b"one\0\0\0"),
                          (INNETGR, b"one\0\2x\0\0\0"), (INNETGR, b"one\0\1\0\1\0\1\0\0"),
                          (GETNETGRENT, b"\0"), (GETAI, b"\0"), (GETHOSTBYNAME, b"\xff" * 1000 + b"\0")]:
            with lab.connect(ns) as asker:
                asker.sendall(lab.request(kind, key, length=len(key)))
                asker.shutdown(socket.SHUT_WR)
                reply = lab.read_all(asker)
            assert not reply or struct.unpack("=2i", reply[:8])[1] in (0, -1), (kind, key, reply)
        for kind in (GETFDHST, GETFDNETGR):
            assert lab.ask(ns, kind, b"hosts" if kind == GETFDHST else b"netgroup")
        assert daemon.alive(), daemon.said()


lab.main(globals())
