#!/usr/bin/env python3
"""netconfd is killed at every step of an ifup: what it says after its next start is what the kernel
has. Devices that come late, go, and come again; more events than fit; configurations that are tried."""
import os
import random
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from net_lab import Lab, check, ip  # noqa: E402
from netconfd_lab import Netconfd, addresses, await_  # noqa: E402


def die(d):
    return f"kill -9 $(cat {d.folder}/pid); sleep 1000"


def start(d):
    d.start()
    with open(f"{d.folder}/pid", "w") as file:
        file.write(str(d.process.pid))


def killed_at_each_hook(d):
    ip("link", "add", "i0", "type", "ifb")
    for phase, verb, has in (("pre-up", "up", []), ("up", "up", ["192.0.2.1/24"]),
                             ("down", "down", ["192.0.2.1/24"]), ("post-down", "down", [])):
        text = "iface i0 inet static\n address 192.0.2.1/24\n"
        d.lab.write(text + f" {phase} echo $$ > {d.folder}/hook; {die(d)}\n")
        start(d)
        if verb == "down":
            d.run("up", "i0")
        client = d.popen(verb, "i0")
        client.communicate()
        check(client.returncode == 111, client.returncode)
        d.process.wait()
        d.lab.write(text)
        d.start()
        hook = int(open(f"{d.folder}/hook").read())
        check(f"i0: left by a netconfd that is gone, and still running: {hook}\n" in d.said(),
              d.said())
        os.killpg(hook, signal.SIGKILL)
        check(d.state("i0")[0] == "failed" and "netconfd ended" in d.state("i0")[1], d.state("i0"))
        check(addresses("i0") == has, phase, addresses("i0"))
        d.run("up", "i0")
        check(d.state("i0")[0] == "up" and addresses("i0") == ["192.0.2.1/24"], addresses("i0"))
        d.run("down", "i0")
        check(d.state("i0")[0] == "down" and addresses("i0") == [], addresses("i0"))
        d.stop()
    d.start()


def killed_at_random(d):
    """Without programs the kernel tells exactly what is so."""
    ip("link", "add", "i0", "type", "ifb")
    wanted = [f"192.0.2.{i}/24" for i in range(1, 40)]
    d.lab.write("".join(f"iface i0 inet static\n address {each}\n" for each in wanted))
    dice = random.Random(7)
    for _ in range(12):
        d.start()
        state = d.state("i0")[0]
        has = addresses("i0")
        if state == "up":
            check(has == wanted, has)
        elif state == "down":
            check(has == [], has)
        else:
            check(state == "failed", state)
        client = d.popen("down" if state == "up" else "up", "i0")
        for _ in range(dice.randrange(3000)):
            if client.poll() is not None:
                break
        d.process.kill()
        d.process.wait()
        client.communicate()
    d.start()
    d.run("up", "i0")
    check(addresses("i0") == wanted, addresses("i0"))


def devices(d):
    """One comes late, goes in the middle, and comes again with another number."""
    d.lab.write(f"""allow-hotplug i0
iface i0 inet static
  address 192.0.2.1/24
iface i1 inet static
  address 192.0.3.1/24
  up ip link delete i1; sleep 1000
""")
    d.start()
    ip("link", "add", "i0", "type", "ifb")
    d.run("wait", "i0")
    check(addresses("i0") == ["192.0.2.1/24"], addresses("i0"))
    ip("link", "delete", "i0")
    await_("down", lambda: d.state("i0")[0] in ("down", "waiting"), lambda: d.state("i0"))
    ip("link", "add", "i0", "type", "ifb")
    d.run("wait", "i0")
    check(addresses("i0") == ["192.0.2.1/24"], addresses("i0"))
    ip("link", "add", "i1", "type", "ifb")
    check("its device is gone" in d.run("up", "i1", code=1), "it came up without a device")
    check("no such device" in d.run("up", "i1", code=1), "it came up without a device")


def more_events_than_fit(d):
    """The kernel's words are lost; what is so is known all the same."""
    ip("link", "add", "i0", "type", "ifb")
    d.lab.write("iface i0 inet static\n address 192.0.2.1/24\n")
    d.start("--event-buffer", "1k")
    d.run("up", "i0")
    os.kill(d.process.pid, signal.SIGSTOP)
    batch = "".join(f"link set i0 {'down' if i % 2 else 'up'}\n" for i in range(10000))
    subprocess.run(["ip", "-batch", "-"], input=batch, text=True, check=True)
    ip("link", "delete", "i0")
    ip("link", "add", "i0", "type", "ifb")
    ip("address", "add", "203.0.113.1/24", "dev", "i0")
    os.kill(d.process.pid, signal.SIGCONT)
    await_("down", lambda: d.state("i0")[0] == "down", lambda: d.state("i0"))
    check("events of the kernel were lost" in d.said(), d.said()[-1000:])
    row = d.run("status", "i0", "-o", "tsv").split("\t")
    check(row[3] == "203.0.113.1/24", row)


def reload(d):
    """What is other comes up anew, what is the same is not touched, what is broken changes nothing."""
    for name in ("i0", "i1", "i2"):
        ip("link", "add", name, "type", "ifb")
    text = "".join(f"auto i{i}\niface i{i} inet static\n address 192.0.{i}.1/24\n" for i in range(3))
    d.lab.write(text)
    d.start()
    d.run("wait")
    d.lab.write("auto i0\nbroken\n")
    check(":2:1: " in d.run("reload", code=1), "a broken one is taken")
    check(set(d.states().values()) == {"up"}, d.states())
    monitor = d.popen("monitor")
    d.lab.write(text.replace("192.0.1.1/24", "192.0.1.2/24").replace("auto i2", "").replace(
        "iface i2", "iface other"))
    d.run("reload")
    check(addresses("i1") == ["192.0.1.2/24"], addresses("i1"))
    check(addresses("i2") == [], addresses("i2"))
    check(addresses("i0") == ["192.0.0.1/24"], addresses("i0"))
    monitor.send_signal(signal.SIGINT)
    said = monitor.communicate()[0]
    check("i1: state falling down" in said and "i1: state rising up" in said, said)
    check("i0:" not in said, said)


def pipes(d):
    """netconfd waits for no file: what is a pipe is told of, also in place of one included."""
    d.lab.write("auto lo\n")
    d.start()
    pipe = str(d.lab.etc / "pipe")
    os.mkfifo(pipe)
    for words in (("plan", pipe), ("apply", pipe, "--confirm", "9")):
        check(f"{pipe}: Invalid argument" in d.run(*words, code=1), words)
    d.lab.write(f"auto lo\nsource {pipe}\n")
    said = d.run("reload")
    check(f'"{pipe}": Invalid argument' in said, said)
    check(d.state("lo")[0] == "up", d.state("lo"))


def tried(d):
    """apply: confirmed it stays, otherwise everything is as before, whoever was killed."""
    for name in ("i0", "i1"):
        ip("link", "add", name, "type", "ifb")
    old = "auto i0\niface i0 inet static\n address 192.0.2.1/24\n"
    new = old.replace("2.1", "2.2") + "auto i1\niface i1 inet static\n address 192.0.3.1/24\n"
    d.lab.write(old)
    other = str(d.lab.write(new, "new"))
    d.start()
    d.run("wait")

    def check_old():
        await_("the way back", lambda: addresses("i0") == ["192.0.2.1/24"] and
               addresses("i1") == [] and d.states() == {"i0": "up"}, d.states)

    def check_new():
        check(addresses("i0") == ["192.0.2.2/24"] and addresses("i1") == ["192.0.3.1/24"],
              ip("address"))

    check("i1: ip addr add 192.0.3.1" in d.run("plan", other), "the plan does not show it")
    check("nothing waits" in d.run("confirm", code=1), "nothing was confirmed")
    d.run("apply", other, "--confirm", "1")
    check_new()
    check_old()
    d.run("apply", other, "--confirm", "1000")
    check_new()
    check("waits for netconf confirm" in d.run("reload", code=1), "reload meanwhile")
    d.stop(signal.SIGKILL)
    d.start()
    check_old()
    d.run("apply", other, "--confirm", "1000")
    d.run("confirm")
    check((d.lab.etc / "interfaces").read_text() == new, "it is not kept")
    d.stop(signal.SIGKILL)
    d.start()
    d.run("wait")
    check_new()


def main():
    Lab.enter()
    for case in (killed_at_each_hook, killed_at_random, devices, more_events_than_fit, reload, pipes,
                 tried):
        with tempfile.TemporaryDirectory() as folder:
            print(case.__name__, flush=True)
            subprocess.run("rm -rf /etc/network/*", shell=True, check=True)
            d = Netconfd(folder)
            d.lab.write("")
            case(d)
            d.stop()
            for name in os.listdir("/sys/class/net"):
                if name != "lo":
                    ip("link", "delete", "dev", name)


main()
