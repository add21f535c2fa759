"""netconfd in a network namespace of the test's own."""
import os
import re
import select
import signal
import subprocess
import sys
import time

from net_lab import KEELSON, Lab, check, ip

PATIENCE = 60  # seconds; only what hangs needs them


class Netconfd:
    """REQUIRES: Lab.enter."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.lab = Lab(folder)
        self.process = None
        self.socket, self.status = f"{self.folder}/sock", f"{self.folder}/status"

    def start(self, *options, code=None):
        """Returns when it is ready."""
        read, write = os.pipe()
        words = [KEELSON, "netconfd", "--socket", self.socket, "--status-socket", self.status,
                 "--state-dir", f"{self.folder}/netconfd",
                 "--ifstate-dir", f"{self.folder}/run", "--cmdline", "/dev/null", "--rc-conf",
                 "/dev/null", "--ready-fd", str(write), "-v", *options]
        self.log = open(f"{self.folder}/log", "ab")
        self.process = subprocess.Popen(words, pass_fds=[write], stderr=self.log,
                                        stdin=subprocess.DEVNULL)
        os.close(write)
        ready = select.select([read], [], [], PATIENCE)[0] and os.read(read, 1) == b"\n"
        os.close(read)
        check(ready, "netconfd is not ready", self.said())
        return self

    def said(self):
        with open(f"{self.folder}/log", errors="surrogateescape") as log:
            return log.read()

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        check(code == (0 if number == signal.SIGTERM else -number), code, self.said())

    def popen(self, *words, **more):
        return subprocess.Popen([KEELSON, "netconf", words[0], "--socket", self.socket, *words[1:]],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                encoding="utf-8", errors="surrogateescape", **more)

    def run(self, *words, code=0, **more):
        """What netconf says on both; the test ends unless its exit code is that."""
        client = self.popen(*words, **more)
        out, err = client.communicate(timeout=PATIENCE)
        check(client.returncode == code, words, client.returncode, out, err, self.said())
        return out + err

    def state(self, name):
        """(state, why) of the interface."""
        row = self.run("status", "-o", "tsv", "--", name).splitlines()[-1].split("\t")
        return row[1], row[8]

    def states(self):
        rows = [line.split("\t") for line in self.run("status", "-o", "tsv").splitlines()]
        return {row[0]: row[1] for row in rows if row[0] != "lo"}

    def recorded(self):
        """What the file says: name -> phase."""
        with open(f"{self.folder}/netconfd/state") as file:
            rows = [line.rstrip("\n").split("\t") for line in file]
        return {row[1]: row[3] for row in rows if row[0] == "unit" and row[1] != "lo"}


def addresses(name):
    return re.findall(r"inet6? (\S+) (?!.*scope link)", ip("address", "show", "dev", name))


def await_(what, fact, *facts):
    """The fact comes about; nobody can be waited for who would tell."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if fact():
            return
        time.sleep(0.01)
    sys.exit(f"{what} did not come about: {[f() for f in facts]}")
