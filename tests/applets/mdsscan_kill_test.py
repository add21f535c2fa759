#!/usr/bin/env python3
"""Scanners that are killed at random, again and again, while modules change and others read.

Three scanners and one watch make a change each time before they start, and are killed somewhere on
their way; four readers go on asking. The pair is a bundle of two files with one version number that is
exchanged by a rename: an answer with two numbers is torn or mixed. The others are always there.
KEELSON_KILLS: how many kills (500). KEELSON_SEED: of the random numbers.
"""
import fcntl
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mds_lab  # noqa: E402

KILLS = int(os.environ.get("KEELSON_KILLS", "500"))
SEED = int(os.environ.get("KEELSON_SEED", "4"))
LONGEST = 0.016  # seconds until a kill: a few times a scan, which waits for others, too
STEADY = 40
OWN = {"mdsscan.snapshot", "mdsscan.state", "mdsscan.lock"}


def record(name, version):
    return mds_lab.stanza("CSSM", ModuleID=name, Vendor=version)


class Storm:
    def __init__(self, lab):
        self.lab = lab
        self.stage = lab.folder / "stage"
        self.nowhere = lab.folder / "nowhere"
        self.stage.mkdir()
        self.mutex = threading.Lock()
        self.version = 0
        self.kills, self.ends = 0, 0
        self.reads, self.seen = 0, set()
        self.over = threading.Event()
        for i in range(STEADY):
            lab.put(f"steady{i}.bundle/records.mds", record(f"steady{i}", "same"))
        guest = self.stage / "guest.bundle"
        guest.mkdir()
        (guest / "records.mds").write_text(record("guest", "here"))
        self.change()
        lab.expect("the first scan", lab.run("scan"), 0)
        self.lock_inode = os.stat(lab.database / "mdsscan.lock").st_ino

    def change(self):
        """The next version of the pair; the guest comes or goes."""
        with self.mutex:
            self.version += 1
            folder = self.stage / f"version{self.version}"
            folder.mkdir()
            for part in ("one", "two"):
                (folder / f"{part}.mds").write_text(record(part, self.version))
            link = self.stage / "link"
            link.symlink_to(folder)
            link.rename(self.lab.modules / "pair.bundle")
            places = (self.stage / "guest.bundle", self.lab.modules / "guest.bundle")
            away = places[0].exists()
            places[not away].rename(places[away])

    def fault(self, what):
        self.lab.faults.append(what)
        self.over.set()

    # --- Scanners ---

    def scanner(self, number, command):
        chance = random.Random(f"{SEED} {number}")
        while not self.over.is_set():
            self.change()
            process = subprocess.Popen(self.lab.command(command), stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            time.sleep(chance.uniform(0, LONGEST))
            process.kill()
            said = process.communicate()[1]
            with self.mutex:
                self.kills += process.returncode == -signal.SIGKILL
                self.ends += process.returncode == 0
                if self.kills >= KILLS:
                    self.over.set()
            if process.returncode not in (0, -signal.SIGKILL) or said:
                self.fault(f"{command}: {process.returncode} {said!r}")

    # --- Readers ---

    def look(self):
        """The snapshot is there, and of all writers one at a time writes."""
        found = set(os.listdir(self.lab.database))
        if "mdsscan.snapshot" not in found:
            self.fault(f"there is no snapshot: {found}")
        # The state waits while the snapshot is written.
        kinds = [name.split(".keelson-")[0] for name in found - OWN]
        if len(kinds) > len(set(kinds)):
            self.fault(f"two write at once, or nobody clears away: {found}")

    def reader(self, arguments, path=None):
        last = 0
        while not self.over.is_set():
            self.look()
            done = self.lab.run(*arguments, path=path)
            answer = versions(done.stdout, arguments[0])
            pair = answer.pop("one", 0), answer.pop("two", 0)
            wrong = done.returncode != 0 or done.stderr or pair[0] != pair[1]
            wrong |= answer.pop("guest", "here") != "here"
            wrong |= answer != {f"steady{i}": "same" for i in range(STEADY)}
            wrong |= int(pair[0]) < last
            if wrong:
                self.fault(f"{arguments}: {pair} after {last}: {done.returncode} {done.stderr!r} "
                           f"{done.stdout!r}")
            last = int(pair[0])
            with self.mutex:
                self.reads += 1
                self.seen.add(last)


def versions(text, command):
    """ModuleID -> Vendor."""
    if command == "query":
        rows = [line.split("\t") for line in text.splitlines()]
        columns = [rows[0].index(name) for name in ("ModuleID", "Vendor")] if rows else []
        return {row[columns[0]]: row[columns[1]] for row in rows[1:]}
    found, name = {}, None
    for line in text.splitlines():
        words = line.replace(":", " ").replace("'", " ").split()
        if words[:1] == ["ModuleID"]:
            name = words[-1]
        elif words[:1] == ["Vendor"]:
            found[name] = words[-1]
    return found


def storm(lab):
    it = Storm(lab)
    # Of another path: who finds no snapshot that it trusts answers wrongly.
    it.nowhere.mkdir()
    work = [(it.scanner, (i, command)) for i, command in enumerate(["scan"] * 3 + ["watch"])]
    work += [(it.reader, (("query", "--no-scan", "-o", "tsv", "CSSM"), it.nowhere)),
             (it.reader, (("dump", "--no-scan", "CSSM"), it.nowhere)),
             (it.reader, (("query", "-o", "tsv", "CSSM"),)),
             (it.reader, (("dump", "CSSM"),))]
    threads = [threading.Thread(target=function, args=arguments) for function, arguments in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{it.kills} kills, {it.ends} scans to the end, {it.reads} answers, "
          f"{len(it.seen)} of {it.version} versions seen")
    lab.equal("kills", it.kills >= KILLS, True)

    lock = lab.database / "mdsscan.lock"
    info = os.stat(lock)
    lab.equal("the lock is one file", info.st_ino, it.lock_inode)
    lab.equal("its mode", stat.S_IMODE(info.st_mode), 0o600)
    with open(lock) as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises when somebody still has it
    lab.expect("the scan after it", lab.run("scan"), 0)
    lab.equal("files then", set(os.listdir(lab.database)), OWN)
    lab.expect("check", lab.run("check"), 0, "")
    kept = (lab.database / "mdsscan.snapshot").read_bytes()
    lab.database = lab.folder / "fresh"
    lab.expect("a fresh scan", lab.run("scan"), 0)
    lab.equal("a fresh scan's snapshot is the same",
              (lab.database / "mdsscan.snapshot").read_bytes() == kept, True)
    lab.equal("the last version", versions(lab.run("query", "-o", "tsv", "CSSM").stdout,
                                           "query")["one"], str(it.version))


if __name__ == "__main__":
    sys.exit(mds_lab.run_tests(mds_lab.Lab(), [storm]))
