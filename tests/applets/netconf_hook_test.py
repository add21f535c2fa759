#!/usr/bin/env python3
"""netconf-hook as the script of dhclient, udhcpc and dhcpcd, which ask dnsmasq: what they tell comes to
netconfd, here a socket that answers, and nothing of it reaches a shell."""
import os
import pathlib
import queue
import re
import socket
import struct
import subprocess
import threading

from dhcp_lab import KEELSON, PATIENCE, Lab, ip, peer, run_tests

HOOK, ERROR, DONE = 2, 6, 8


def expect(value, expected):
    if value != expected:
        raise AssertionError(f"{value!r} in place of {expected!r}")


def frame(kind, *fields):
    body = struct.pack("<HH", kind, len(fields))
    for field in fields:
        body += struct.pack("<I", len(field)) + field
    return struct.pack("<I", len(body)) + body


class Netconfd:
    """Takes what hooks tell, does it with ip, and answers."""

    def __init__(self, lab, code=0):
        self.lab, self.code, self.told, self.seen = lab, code, queue.Queue(), []
        self.path = lab.folder / "sock"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            client, _ = self.listener.accept()
            with client:
                size, = struct.unpack("<I", client.recv(4, socket.MSG_WAITALL))
                body = client.recv(size, socket.MSG_WAITALL)
                kind, count = struct.unpack_from("<HH", body)
                at, variables = 4, {}
                for _ in range(count):
                    length, = struct.unpack_from("<I", body, at)
                    name, _, value = body[at + 4:at + 4 + length].partition(b"=")
                    variables[name.decode("latin-1")] = value.decode("latin-1")
                    at += 4 + length
                expect((kind, at), (HOOK, len(body)))
                self.obey(variables)
                self.told.put(variables)
                client.sendall(frame(ERROR, b"a line") + frame(DONE, str(self.code).encode()))

    def obey(self, variables):
        address = variables.get("new_ip_address") or variables.get("ip")
        if address:
            ip("-n", self.lab.client, "addr", "replace", address + "/24", "dev", "c0")

    def until(self, name, value):
        while True:
            try:
                variables = self.told.get(timeout=PATIENCE)
            except queue.Empty:
                raise AssertionError(f"no {name}={value}; before: {self.seen}") from None
            self.seen.append(variables)
            if variables.get(name) == value:
                return variables


def hook_link(lab):
    path = lab.folder / "netconf-hook"
    path.symlink_to(KEELSON.resolve())
    return path


def under(variable, names, *command):
    """What a client tells first, and of a lease."""
    before, bound = names
    with Lab() as lab:
        lab.dnsmasq("dhcp-option=option:router,10.77.0.1",
                    "dhcp-option-force=12,68:3b:74:6f:75:63:68:20:2f:74:6d:70:2f:6b:64:2d:70:77:6e")
        netconfd = Netconfd(lab)
        hook = hook_link(lab)
        words = [str(word).format(hook=hook, folder=lab.folder, socket=netconfd.path)
                 for word in command]
        environment = dict(os.environ, NETCONFD_SOCKET=str(netconfd.path))
        lab.start(lab.client, words, env=environment)
        netconfd.until(variable, before)
        told = netconfd.until(variable, bound)
        expect(told["interface"], "c0")
        address = told.get("new_ip_address") or told.get("ip")
        if not re.fullmatch(r"10\.77\.0\.\d+", address):
            raise AssertionError(told)
    expect(list(pathlib.Path("/tmp").glob("kd-pwn*")), [])


def dhclient():
    program, _ = peer("isc-dhcp-client", "sbin/dhclient")
    under("reason", ("PREINIT", "BOUND"), program, "-4", "-d", "-sf", "{hook}", "-pf",
          "{folder}/pid", "-lf", "{folder}/leases", "-e", "NETCONFD_SOCKET={socket}", "c0")


def udhcpc():
    program, _ = peer("busybox", "bin/busybox")
    under("NETCONF_HOOK_ACTION", ("deconfig", "bound"), program, "udhcpc", "-f", "-i",
          "c0", "-s", "{hook}")


def dhcpcd():
    program, _ = peer("dhcpcd-base", "usr/sbin/dhcpcd")
    mounts = "mount -t tmpfs none /run && mount -t tmpfs none /var/lib && exec \"$@\""
    under("reason", ("PREINIT", "BOUND"), "unshare", "-m", "sh", "-c", mounts, "sh",
          program, "-B", "-4", "-A", "--noconfigure", "-c", "{hook}", "-e",
          "NETCONFD_SOCKET={socket}", "c0")


def the_answer_is_the_exit_code():
    with Lab() as lab:
        hook = hook_link(lab)
        done = subprocess.run([hook, "--socket", lab.folder / "none", "bound"], capture_output=True)
        expect(done.returncode, 111)
        netconfd = Netconfd(lab, code=1)
        huge = {f"NAME{number}": "x" * 4000 for number in range(30)}
        odd = {"BIG": "x" * 70_000, "interface": "$(touch /tmp/kd-pwn)\n", "NETCONF_HOOK_ACTION": "y"}
        done = subprocess.run([hook, "--socket", netconfd.path, "bound"], capture_output=True,
                              env={**odd, **huge})
        expect((done.returncode, done.stderr), (1, b"netconf-hook: a line\n"))
        told = netconfd.until("NETCONF_HOOK_ACTION", "bound")
        expect((told["interface"], "BIG" in told), ("$(touch /tmp/kd-pwn)\n", False))
        expect(subprocess.run([hook, "a", "b"], capture_output=True).returncode, 2)


run_tests([dhclient, udhcpc, dhcpcd, the_answer_is_the_exit_code])
