#!/usr/bin/env python3
"""kill -9 at every step of an ifup by DHCP, of netconfd, of the DHCP client and of who asked: afterwards
what is said and recorded is what the kernel has, and taking it down leaves nothing.

A step is a system call by which netconfd does something that others see: a message to the kernel or to
a client, a file that gets its name, a program. strace ends or stops it at the first, the second ... of
them, until an ifup has no more."""
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import time

from dhcp_lab import Lab, Lines, PATIENCE, peer, run_tests
from netconfd_dhcp_lab import Daemon

CONFIG = "iface c0 inet dhcp\n  pre-up :\n  up :\n  down :\n  post-down :\n"
STEPS = "sendto,sendmsg,renameat,rename,symlink,clone,clone3,vfork"
FEWEST = 12  # of an ifup
NOTHING = ([], [], 1500)
PROVIDERS = ("builtin", "dhclient", "udhcpc", "dhcpcd")


def expect(value, expected, *more):
    if value != expected:
        raise AssertionError(f"{value!r} in place of {expected!r} {more}")


def until(fact, *facts):
    end = time.monotonic() + PATIENCE
    while not fact():
        if time.monotonic() > end:
            raise AssertionError(f"it does not come about: {[f() for f in facts]}")
        time.sleep(0.01)


class Tracer:
    """Gives netconfd that signal at its step of that number from now on."""

    def __init__(self, d, number, step):
        program, env = shutil.which("strace"), None
        if program is None:
            program, env = peer("strace", "usr/bin/strace", "libunwind8")
        words = [program, "-p", str(d.process.pid), "-e", f"trace={STEPS}",
                 "-e", f"inject={STEPS}:signal={number.name}:when={step}"]
        self.process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, errors="replace", env=env)
        self.said = Lines(self.process.stderr)
        self.said.until("attached")

    def wait(self, asker):
        """Until the signal has been given, or the asker has its answer."""
        while not self.has_given() and asker.poll() is None:
            try:
                self.said.seen.append(self.said.lines.get(timeout=0.02) or "")
            except queue.Empty:
                pass

    def has_given(self):
        return any("+++ killed" in line or "--- stopped by" in line for line in self.said.seen)

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.said.until_end()
        return self.has_given()


def recorded(d):
    rows = [line.split("\t") for line in
            (d.root / "run/keelson/netconfd/state").read_text().splitlines()]
    return {row[1]: row[3] for row in rows if row[0] == "unit"}.get("c0", "down")


def is_so(d):
    """What is said is what the kernel has."""
    row = d.row()
    has, _, _ = d.in_kernel()
    named = "10.9.9.9" in d.resolv_conf()
    if row["addresses"] != ",".join(has) or recorded(d) != row["state"]:
        return False
    if row["state"] == "up" and not row["why"]:
        return len(has) == 1 and named
    if row["state"] == "down":
        return not has and not named and not d.clients()
    return row["state"] == "failed" and named <= bool(has)


def facts(d):
    return d.row(), d.in_kernel(), recorded(d), d.resolv_conf(), d.clients(), d.said.seen[-12:]


def clients(d):
    if d.provider != "builtin":
        return d.clients()
    children = pathlib.Path(f"/proc/{d.process.pid}/task/{d.process.pid}/children").read_text().split()
    words = {int(pid): pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}
    return [pid for pid, line in words.items() if b"--dhcp-worker" in line]


def kill_all(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def stand_still(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] == "T"


def kill_at(d, step, victim):
    """False: there is no such step any more."""
    tracer = Tracer(d, signal.SIGKILL if victim == "netconfd" else signal.SIGSTOP, step)
    asker = d.popen("up", "c0")
    tracer.wait(asker)
    if not tracer.has_given():  # it may yet be, after the answer
        probe = d.popen("status")
        tracer.wait(probe)
    has_step = tracer.end()
    if has_step and victim != "netconfd":
        until(lambda: stand_still(d.process.pid))
        kill_all(clients(d) if victim == "client" else [asker.pid])
    os.kill(d.process.pid, signal.SIGCONT)
    asker.communicate(timeout=PATIENCE)
    probe = d.popen("status")
    probe.communicate(timeout=PATIENCE)
    if probe.returncode == 111:
        has_step = True
        d.process.wait()
        d.lab.running.remove(d.process)
        d.start()
    until(lambda: is_so(d), lambda: facts(d))
    if d.row()["state"] == "failed":  # it can come up all the same
        d.run("up", "c0")
        until(lambda: is_so(d), lambda: facts(d))
    d.run("down", "c0")
    row = d.row()
    expect((row["state"], row["addresses"], recorded(d)), ("down", "", "down"), facts(d))
    expect(d.in_kernel(), NOTHING, facts(d))
    assert "10.9.9.9" not in d.resolv_conf()
    expect(clients(d) if d.provider != "builtin" else [], [])
    return has_step


def kill_at_each(provider, victim):
    with Lab() as lab:
        lab.dnsmasq("dhcp-option=option:dns-server,10.9.9.9", "dhcp-option=26,1400")
        d = Daemon(lab, CONFIG, provider)
        step = 1
        while kill_at(d, step, victim):
            step += 1
            if victim == "client":  # one that dies again and again is started later and later
                d.end(signal.SIGTERM)
                d.start()
        assert step > FEWEST, f"an ifup has {step} steps"


def named(provider, victim):
    def test():
        kill_at_each(provider, victim)
    test.__name__ = f"{victim} with {provider}"
    return test


if __name__ == "__main__":
    TESTS = [named(provider, victim) for provider in PROVIDERS for victim in ("netconfd", "client", "asker")]
    run_tests(TESTS, len(TESTS))
