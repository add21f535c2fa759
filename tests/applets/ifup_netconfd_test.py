#!/usr/bin/env python3
"""ifup and ifdown hand over to the netconfd that runs: what they say, how they end, what they leave."""
import os
import signal
import subprocess
import sys
import tempfile

from net_lab import KEELSON, Lab, check, ip
from netconfd_lab import PATIENCE, Netconfd, addresses, await_


def begin(*words):
    return subprocess.Popen([KEELSON, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            encoding="utf-8")


def ends(client, code):
    """What it has said; the test ends unless it exits with that code."""
    out, err = client.communicate(timeout=PATIENCE)
    check(client.returncode == code, client.args, client.returncode, out, err)
    return out + err


def run(*words, code=0):
    return ends(begin(*words), code)


def heard_of(path):
    """Waits until somebody opens the pipe for writing, and closes it."""
    with open(path) as pipe:
        return pipe.read()


def hands_over(d):
    said = run("ifup", "-v", "x")
    check("x: up" in said and "hook says hello" in said, said)
    check(addresses("x") == ["192.0.2.1/24"] and d.state("x")[0] == "up", said, d.said())
    run("ifdown", "x")
    check(addresses("x") == [] and d.state("x")[0] == "down", d.said())
    said = run("ifup", "none", code=1)
    check("none" in said, said)
    said = run("ifup", "bad", code=1)
    check("exit code 3" in said and d.state("bad")[0] == "failed", said)
    run("ifdown", "bad")


def no_act_touches_nothing(d):
    before = d.states(), ip("address"), d.said()
    said = run("ifup", "--no-act", "x")
    check("ip addr add 192.0.2.1/255.255.255.0" in said, said)
    check((d.states(), ip("address"), d.said()) == before, d.said())


def an_interrupt_cancels(d, started):
    client = begin("ifup", "slow")
    check(heard_of(started) == "begun\n")
    client.send_signal(signal.SIGINT)
    client.communicate(timeout=PATIENCE)
    check(client.returncode not in (0, None), client.returncode)
    await_("the request is over", lambda: d.state("slow")[0] == "failed")
    check(subprocess.run(["pgrep", "-f", "sleep 4321"], capture_output=True).stdout == b"")
    run("ifdown", "slow")


def the_daemon_dies(d, started):
    client = begin("ifup", "slow")
    check(heard_of(started) == "begun\n")
    d.stop(signal.SIGKILL)
    said = ends(client, 1)
    check("netconfd.sock" in said, said)


def main():
    Lab.enter()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        d = Netconfd(folder)
        os.mkdir("/run/keelson", 0o755)
        d.socket = "/run/keelson/netconfd.sock"
        started = f"{folder}/started"
        os.mkfifo(started)
        d.lab.write(f"""
iface x inet static
  address 192.0.2.1/24
  up echo hook says hello
iface bad inet manual
  up sh -c 'exit 3'
iface slow inet manual
  pre-up echo begun > {started}; exec sleep 4321
""")
        for name in ("x", "bad", "slow"):
            ip("link", "add", name, "type", "ifb")
        d.start()
        hands_over(d)
        no_act_touches_nothing(d)
        an_interrupt_cancels(d, started)
        the_daemon_dies(d, started)
    return 0


if __name__ == "__main__":
    sys.exit(main())
