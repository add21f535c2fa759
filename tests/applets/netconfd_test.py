#!/usr/bin/env python3
"""netconfd in a namespace: up and down, what needs what, who goes away, what fails, what is left."""
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from net_lab import KEELSON, Lab, check, ip  # noqa: E402
from netconfd_lab import PATIENCE, Netconfd, addresses, await_  # noqa: E402


def basics(d):
    """What is auto comes up at the start, ports before their bridge; and goes down."""
    ip("link", "add", "i0", "type", "ifb")
    ip("link", "add", "i1", "type", "ifb")
    d.lab.write("""auto br0 i0
iface br0 inet static
  bridge_ports i0
  address 198.51.100.1/24
iface i0 inet static
  address 192.0.2.1/24
iface i1 inet static
  address 192.0.3.1/24
  gateway 192.0.3.254
""")
    d.start()
    d.run("wait", "br0", "i0")
    check(addresses("br0") == ["198.51.100.1/24"], addresses("br0"))
    check("master br0" in ip("link", "show", "i0"), "i0 is no port")
    check(addresses("i1") == [], "i1 is not auto")
    d.run("up", "i1")
    check("default via 192.0.3.254" in ip("route"), "no default route")
    row = d.run("status", "i1", "-o", "tsv").splitlines()[0].split("\t")
    check(row[:6] == ["i1", "up", "up", "192.0.3.1/24", "192.0.3.254", "static"], row)
    check(d.recorded() == {"br0": "up", "i0": "up", "i1": "up"}, d.recorded())
    ifstate = open(f"{d.folder}/run/ifstate").read().split()
    check(sorted(ifstate) == ["br0=br0", "i0=i0", "i1=i1", "lo=lo"], ifstate)
    d.run("down", "i0")  # and what stands on it
    ifstate = open(f"{d.folder}/run/ifstate").read().split()
    check(sorted(ifstate) == ["i1=i1", "lo=lo"], ifstate)
    check(d.states() == {"br0": "down", "i0": "down", "i1": "up"}, d.states())
    check("br0" not in ip("link"), "the bridge is still there")
    d.run("up", "br0")  # and what it needs
    check(d.states()["i0"] == "up", d.states())
    d.run("down", "--all")
    check(set(d.states().values()) == {"down"}, d.states())
    check("192.0" not in ip("address"), "addresses are left")


def mappings(d):
    """Scripts say which stanza it is, without a shell between; one that fails or hangs is told."""
    script = f"{d.folder}/map"
    with open(script, "w") as file:
        file.write("#!/bin/sh\nread line\n[ \"$line\" = 'a $(touch /x) b' ] || exit 9\n"
                   f"case $1 in hangs) mkdir {d.folder}/$$; exec sleep 1000 ;; bad) exit 3 ;; again) "
                   f"{KEELSON} netconf up --socket {d.socket} again >&2 ;; esac\n"
                   f"if [ -e {d.folder}/away ]; then echo away; else echo home-$1; fi\n")
    os.chmod(script, 0o755)
    ip("link", "add", "mapped", "type", "ifb")
    d.lab.write(f"""auto mapped late
mapping mapped late hangs bad again
  script {script}
  map a $(touch /x) b
iface home-mapped inet static
  address 192.0.2.7/24
iface home-late inet static
  address 192.0.2.8/24
iface home-again inet manual
iface away inet static
  address 192.0.2.9/24
""")
    d.start()
    d.run("wait", "mapped")
    row = d.run("status", "mapped", "-o", "tsv").splitlines()[0].split("\t")
    check(row[1] == "up" and row[3] == "192.0.2.7/24" and row[7] == "home-mapped", row)
    ip("link", "add", "late", "type", "ifb")
    d.run("wait", "late")
    check(addresses("late") == ["192.0.2.8/24"], addresses("late"))
    ip("link", "delete", "late")
    await_("that it is gone", lambda: d.state("late")[0] == "down", d.said)
    open(f"{d.folder}/away", "w").close()
    ip("link", "add", "late", "type", "ifb")
    d.run("wait", "late")
    check(addresses("late") == ["192.0.2.9/24"], addresses("late"), d.said())
    os.unlink(f"{d.folder}/away")
    for name in ("bad", "hangs", "again"):
        ip("link", "add", name, "type", "ifb")
    check("error trying to executing mapping script" in d.run("up", "bad", code=1), "not told")
    d.run("up", "hangs", "-t", "200ms", code=1)
    await_("the script's end", lambda: not any(
        os.path.exists(f"/proc/{name}") for name in os.listdir(d.folder) if name.isdigit()))
    d.run("up", "again")
    check("recursion detected for interface again" in d.said(), d.said())
    d.run("down", "mapped")
    check(addresses("mapped") == [], addresses("mapped"))


def a_bridge_that_waits(d):
    """For a port that comes late, and until it forwards; another port is meant by a pattern."""
    ip("link", "add", "pat0", "type", "ifb")
    d.lab.write(f"""iface br1 inet static
  bridge_ports late regex pa.[0-9]
  bridge_waitport 60 late
  bridge_pathcost pat0 77
  address 198.51.100.1/24
  up ip link show br1 > {d.folder}/forwards
""")
    d.start()
    client = d.popen("up", "br1")
    await_("the wait", lambda: d.state("br1")[0] not in ("down", "waiting"), d.state("br1"))
    check(client.poll() is None and "br1" not in ip("link"), d.said())
    ip("link", "add", "late", "type", "ifb")
    out, err = client.communicate(timeout=PATIENCE)
    check(client.returncode == 0, out, err, d.said())
    with open(f"{d.folder}/forwards") as said:
        check("LOWER_UP" in said.read(), "it does not forward yet")
    check("cost 77 " in ip("-d", "link", "show", "pat0") and "master br1" in ip("link", "show", "late"))
    d.run("down", "br1")
    check("br1" not in ip("link"), "the bridge is still there")


def requests(d):
    """What makes no sense is refused; the socket for status only tells."""
    d.start()
    check("unknown interface none" in d.run("up", "none", code=1), "an unknown one came up")
    check("unknown interface none" in d.run("status", "none", code=1), "it has a state")
    check("'--all'" not in d.run("up", code=2), "up without names")
    check("not a command" in d.run("frobnicate", code=2), "frobnicate")
    check("--confirm" in d.run("apply", "/x", code=2), "apply without a time")
    d.socket = d.status
    check("permission denied" in d.run("down", "lo", code=1), "status may take down")
    check("permission denied" in d.run("reload", code=1), "status may reload")
    check(d.state("lo")[0] == "up", d.state("lo"))


def foreign(d):
    """What others have added is left alone; what is there already is not done again."""
    ip("link", "add", "i0", "type", "ifb")
    ip("address", "add", "203.0.113.9/24", "dev", "i0")
    ip("address", "add", "192.0.2.1/24", "brd", "+", "dev", "i0")
    ip("link", "set", "i0", "up")
    d.lab.write("iface i0 inet static\n address 192.0.2.1/24\n")
    d.start()
    monitor = subprocess.Popen(["ip", "-4", "monitor", "address"], stdout=subprocess.PIPE, text=True)
    d.run("up", "i0")
    ip("address", "add", "203.0.113.10/32", "dev", "i0")
    first = monitor.stdout.readline()
    monitor.kill()
    monitor.wait()
    check("203.0.113.10" in first, "something was done twice", first)
    check("203.0.113.9/24" in addresses("i0"), addresses("i0"))


def many_at_once(d):
    """Changes of many interfaces go together; what follows one that failed does not, the rest does."""
    count = 80
    names = [f"i{n}" for n in range(count)]
    for name in names:
        ip("link", "add", name, "type", "ifb")
    ip("link", "set", "i7", "up")  # the route could be added
    d.lab.write("".join(f"iface i{n} inet static\n  address 10.0.{n}.1/24\n  gateway 10.0.{n}.2\n"
                        f"  metric {n + 1}\n  mtu {4000000000 if n == 7 else 1400}\n"
                        for n in range(count)))
    d.start()
    said = d.run("up", *names, "-v", code=1)
    states = d.states()
    for name in names:
        phase = "failed" if name == "i7" else "up"
        check(states[name] == phase, name, states)
        check(f"{name}: {phase}" in said, "not told of", name, said)
    check("i7: setting its mtu 4000000000: Invalid argument" in said, said)
    routes = ip("route")
    check(all((f"default via 10.0.{n}.2" in routes) == (n != 7) for n in range(count)), routes)
    d.run("down", *names)
    check(set(d.states().values()) == {"down"}, d.states())
    check("10.0." not in ip("address"), "addresses are left")
    d.lab.write(f"#!/bin/sh\necho $IFACE >> {d.folder}/hooked\n", "if-up.d/late")
    d.run("up", "i0", "i1")
    with open(f"{d.folder}/hooked") as file:
        check(sorted(file.read().split()) == ["i0", "i1"], "a hook that came later did not run")
    ip("address", "add", "10.0.2.1/24", "brd", "+", "dev", "i2")
    ip("link", "set", "i2", "mtu", "1400", "up")
    ip("route", "add", "default", "via", "10.0.2.2", "dev", "i2", "metric", "3", "onlink")
    os.unlink("/etc/network/if-up.d/late")
    d.run("up", "i2")  # all of it is there
    d.run("down", "i2")
    check(addresses("i2") == [], "what was there already stays", addresses("i2"))


def hooks_that_fail(d):
    """ifupdown's faults: a failed hook leaves an interface half up that nobody has recorded."""
    ip("link", "add", "i0", "type", "ifb")
    d.lab.write("""iface i0 inet static
  address 192.0.2.1/24
  up false
  down false
""")
    d.start()
    check("false: exit code 1" in d.run("up", "i0", code=1), "up false is fine")
    check(d.state("i0") == ("failed", "false: exit code 1"), d.state("i0"))
    check(d.recorded() == {"i0": "failed"}, d.recorded())
    check(addresses("i0") == ["192.0.2.1/24"], addresses("i0"))
    check("false: exit code 1" in d.run("down", "i0", code=1), "down false is fine")
    check(addresses("i0") == [], "down did not go on after the hook")
    check(d.state("i0")[0] == "down", d.state("i0"))
    d.lab.write("iface i0 inet static\n address 192.0.2.1/24\n pre-up false\n")
    d.run("reload")
    d.run("up", "i0", code=1)
    check(addresses("i0") == [], "pre-up false goes on")


def who_goes_away(d):
    """^C, a deadline, ifdown during ifup: the hook is ended, the interface failed, not 'up'."""
    ip("link", "add", "i0", "type", "ifb")
    d.lab.write(f"""iface i0 inet static
  address 192.0.2.1/24
  up echo $$ > {d.folder}/hook; exec sleep 1000
""")
    d.start()
    hook = f"{d.folder}/hook"

    def begin(*words):
        if os.path.exists(hook):
            os.unlink(hook)
        client = d.popen("up", "i0", *words)
        await_("the hook", lambda: os.path.exists(hook) and open(hook).read().endswith("\n"))
        return client, int(open(hook).read())

    def is_gone(pid):
        await_("the hook's end", lambda: not os.path.exists(f"/proc/{pid}"))
        await_("failed", lambda: d.state("i0")[0] == "failed", lambda: d.state("i0"))

    client, pid = begin()
    client.send_signal(signal.SIGINT)
    client.communicate()
    is_gone(pid)
    check(d.state("i0")[1] == "cancelled", d.state("i0"))
    client, pid = begin("--timeout", "50ms")
    out, err = client.communicate()
    check(client.returncode == 1 and "not up in time" in err, out, err)
    is_gone(pid)
    client, pid = begin()
    d.run("down", "i0")
    out, err = client.communicate()
    check(client.returncode == 1 and "taken down" in err, out, err)
    check(d.state("i0")[0] == "down" and addresses("i0") == [], d.state("i0"))
    client, pid = begin("--detach")
    client.kill()
    client.communicate()
    os.kill(pid, signal.SIGTERM)
    await_("failed", lambda: "signal 15" in d.state("i0")[1], lambda: d.state("i0"))


def hooks_that_ask(d):
    """A hook that asks for its own interface is answered at once, one that asks for others gets
    them, also those that need its own."""
    ip("link", "add", "i0", "type", "ifb")
    ip("link", "add", "i1", "type", "ifb")
    ask = f"{KEELSON} netconf --socket {d.socket}"
    d.lab.write(f"""iface i0 inet static
  address 192.0.2.1/24
  up {ask} up i0 && exit 9; {ask} up br0 && {ask} up i1
  down {ask} down i1; {ask} down i0; true
iface i1 inet static
  address 192.0.3.1/24
iface br0 inet static
  bridge_ports i0
  address 192.0.4.1/24
""")
    d.start()
    d.run("up", "i0")
    check(set(d.states().values()) == {"up"}, d.states())
    check("recursion detected for interface i0" in d.said(), d.said())
    d.run("down", "i0")
    check(set(d.states().values()) == {"down"}, d.states())


def names_that_are_none(d):
    """What no device can be called is asked for by nobody."""
    ip("link", "add", "i0", "type", "ifb")
    d.lab.write("iface i0 inet manual\n")
    d.start()
    for name in ("=i0", "a%d=i0", "..=i0", "sixteencharacter=i0"):
        said = d.run("up", name, code=1)
        check(f"no interface can have the name '{name.split('=')[0]}'" in said, said)
    check(d.states() == {}, d.states())
    d.run("up", "i0")
    ip("link", "delete", "i0")
    await_("gone", lambda: d.state("i0") == ("down", "its device is gone"), lambda: d.state("i0"))
    ip("link", "add", "i0", "type", "ifb")
    await_("back", lambda: d.state("i0") == ("down", ""), lambda: d.state("i0"))


def dhcp_by_programs(d):
    """The client is the one that hooks would find, and is named when it cannot be had."""
    for name in ("i0", "-x"):
        ip("link", "add", name, "type", "ifb")
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/usr/local/sbin"], check=True)
    with open("/usr/local/sbin/udhcpc", "w") as file:
        file.write("#!/bin/sh\nexit 7\n")
    os.chmod("/usr/local/sbin/udhcpc", 0o755)
    d.lab.write("iface i0 inet dhcp\niface -x inet dhcp\n")
    d.start("--dhcp", "udhcpc")
    said = d.run("up", "i0", code=1)
    check("its DHCP client has ended, 7" in said, said)
    said = d.run("up", "--", "-x", code=1)
    check("-x: udhcpc cannot be started: Invalid argument" in said, said)
    subprocess.run(["umount", "/usr/local/sbin"], check=True)


def a_long_chain(d):
    """What needs one that needs another, and so on, is found without end of the stack."""
    count = 20000
    d.lab.write("auto i0\n" + "".join(f"iface i{n} inet manual\n requires i{n + 1}\n" for n in range(count)))
    d.start()
    check(d.state("i0")[0] == "waiting", d.state("i0"))


def hooks_that_reload(d):
    """A hook that has the configuration read anew waits for nobody, and whoever asked for its
    interface can still give it up."""
    ip("link", "add", "i0", "type", "ifb")
    ask = f"{KEELSON} netconf --socket {d.socket}"
    text = f"""iface i0 inet static
  address 192.0.2.1/24
  up {ask} reload && {ask} wait && {ask} wait i0 || echo reloaded
"""
    d.lab.write("auto i0\n" + text)
    d.start()
    d.run("up", "i0")
    check("i0: netconf: recursion detected" in d.said() and "i0: reloaded" in d.said(), d.said())
    d.run("down", "i0")
    text = text.replace("reload", f"apply {d.lab.etc}/tried --confirm 1000")
    d.lab.write(text)
    d.lab.write("auto i0\n" + text, "tried")
    d.run("reload")
    d.run("up", "i0")
    d.run("confirm")
    d.run("down", "i0")
    fifo = f"{d.folder}/fifo"
    os.mkfifo(fifo)
    d.lab.write(f"iface i0 inet manual\n  up {ask} reload; read line < {fifo}\n")
    d.run("reload")
    client = d.popen("up", "i0")
    with open(fifo, "w"):
        client.kill()
        client.communicate()
        await_("failed", lambda: d.state("i0") == ("failed", "cancelled"), lambda: d.state("i0"))


def environment(d):
    """Hooks get ifupdown's environment, and directories of hooks are run."""
    ip("link", "add", "i0", "type", "ifb")
    d.lab.write("#!/bin/sh\n[ $IFACE = lo ] || echo dir $IFACE $MODE $PHASE $METHOD $IF_ADDRESS >> " +
                f"{d.folder}/hooks\n", "if-up.d/one")
    d.lab.write("#!/bin/sh\nexit 1\n", "if-up.d/one.bak")
    d.lab.write(f"""iface i0 inet static
  address 192.0.2.1/24
  up echo up $IFACE $LOGICAL $ADDRFAM $PHASE >> {d.folder}/hooks; echo said
""")
    d.start()
    check("i0: said" in d.run("up", "i0"), "what a hook says is not told")
    said = open(f"{d.folder}/hooks").read()
    check(said == "up i0 i0 inet post-up\ndir i0 start post-up static 192.0.2.1\n", said)


def hostile_names(d):
    """Names that a shell would take for something else stay names."""
    names = ["$(id)", "-rf", "a;b", "`x`", "\udcff\udcfe"]
    text = ""
    for i, name in enumerate(names):
        subprocess.run([b"ip", b"link", b"add", b"name", os.fsencode(name), b"type", b"ifb"],
                       check=True)
        text += f"iface {name} inet static\n  address 192.0.{i}.1/24\n  up echo \"<$IFACE>\"\n"
    d.lab.write(text)
    d.start()
    for i, name in enumerate(names):
        said = d.run("up", "-v", "--", name)
        row = d.run("status", "-o", "tsv", "--", name).splitlines()[0].split("\t")
        check(row[1] == "up" and row[3] == f"192.0.{i}.1/24", said, row)
    d.stop()
    d.start()
    check(list(d.states().values()).count("up") == len(names), d.states())
    d.run("down", "--", *names)


def hostile_clients(d):
    """Whatever comes by the sockets, the next one is answered."""
    d.start()
    dice = random.Random(3)

    def frame(kind, *fields):
        body = struct.pack("<HH", kind, len(fields))
        body += b"".join(struct.pack("<I", len(field)) + field for field in fields)
        return struct.pack("<I", len(body)) + body

    verbs = [b"up", b"down", b"status", b"wait", b"plan", b"apply", b"confirm", b"reload", b"", b"x"]
    words = [b"lo", b"--all", b"--within=lo ", b"--timeout=-1", b"--timeout=9999999999999999999",
             b"--confirm=x", b"--allow=", b"--", b"/*=*", b"\xff" * 300, b"a=b=c", b"[x]/", b""]
    for number in range(400):
        path = dice.choice([d.socket, d.status])
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            sent = frame(dice.choice([1, 1, 1, 2, 9]), dice.choice(verbs),
                         *dice.choices(words, k=dice.randrange(4)))
            if number % 4 == 0:
                sent = bytes(dice.randrange(256) for _ in range(dice.randrange(200)))
            elif number % 4 == 1:
                sent = sent[:dice.randrange(len(sent))] + sent
            client.sendall(sent)
            if dice.randrange(2):
                client.shutdown(socket.SHUT_WR)
    d.lab.write("")
    d.run("up", "lo")
    check(d.state("lo")[0] == "up", d.state("lo"))


def main():
    Lab.enter()
    for case in (basics, mappings, a_bridge_that_waits, requests, foreign, many_at_once, hooks_that_fail,
                 who_goes_away, hooks_that_ask, names_that_are_none, a_long_chain, dhcp_by_programs,
                 hooks_that_reload, environment, hostile_names, hostile_clients):
        with tempfile.TemporaryDirectory() as folder:
            print(case.__name__, flush=True)
            subprocess.run("rm -rf /etc/network/*", shell=True, check=True)
            d = Netconfd(folder)
            d.lab.write("")
            case(d)
            d.stop()
            links = [line.split(":")[1].split("@")[0].strip()
                     for line in subprocess.run(["ip", "-o", "link"], capture_output=True)
                     .stdout.decode("utf-8", "surrogateescape").splitlines()]
            for name in links:
                if name != "lo":
                    subprocess.run(["ip", "link", "delete", "dev", name], check=True)


main()
