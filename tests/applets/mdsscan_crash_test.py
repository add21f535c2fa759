#!/usr/bin/env python3
"""A scan that is killed before each of its system calls that change something, or has each of them
fail: whoever asks then gets the old records or the new ones, and the next scan makes all good.
"""
import errno
import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import account_fault_lab as faults  # noqa: E402
import mds_lab  # noqa: E402

WRITING = {"create", "write", "writev", "pwrite64", "renameat", "renameat2", "rename", "linkat",
           "link", "unlinkat", "unlink", "mkdirat", "mkdir", "fchmod", "fchmodat", "chmod", "fchown",
           "fchownat", "ftruncate", "fallocate", "fsync", "fdatasync"}
ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS)
KILLED = 128 + 9
OWN = {"mdsscan.snapshot", "mdsscan.state", "mdsscan.lock"}


class Scenario:
    """A scan of the same modules, with this database before it."""

    def __init__(self, lab, name, old):
        self.lab, self.name = lab, name
        self.nowhere = lab.folder / "nowhere"
        self.nowhere.mkdir(exist_ok=True)
        self.base = old
        self.old = self.answer(old) if old else None
        self.reset()
        self.calls = faults.system_calls(lab.command("scan"))
        self.new = self.answer(lab.database)
        self.snapshot = (lab.database / "mdsscan.snapshot").read_bytes()
        lab.equal(f"{name}: something changes", self.new != self.old, True)

    def reset(self):
        shutil.rmtree(self.lab.database, ignore_errors=True)
        if self.base:
            shutil.copytree(self.base, self.lab.database)

    def answer(self, database):
        """What is in a database, without a look at the modules; nothing: it has no snapshot."""
        if not (database / "mdsscan.snapshot").exists():
            return None
        self.lab.database, kept = database, self.lab.database
        done = self.lab.run("query", "--no-scan", "-o", "tsv", "CSSM", path=self.nowhere)
        self.lab.database = kept
        self.lab.expect(f"{self.name}: query", done, 0)
        return done.stdout

    def fault(self, how, number):
        self.reset()
        return faults.run([faults.fault_program(), str(how), str(number), *self.lab.command("scan")],
                          check=False)

    def repaired(self, why):
        """The database is whole: old or new, and new after the next scan."""
        state = self.answer(self.lab.database)
        self.lab.equal(f"{why}: one of the two", state in (self.old, self.new), True)
        self.lab.expect(f"{why}: next scan", self.lab.run("scan"), 0)
        self.lab.equal(f"{why}: files", set(os.listdir(self.lab.database)), OWN)
        snapshot = (self.lab.database / "mdsscan.snapshot").read_bytes()
        self.lab.equal(f"{why}: snapshot", snapshot == self.snapshot, True)
        self.lab.expect(f"{why}: a further scan", self.lab.run("scan"), 0, "")
        return "new" if state == self.new else "old"

    def run(self):
        writing = [n for n, call in enumerate(self.calls, 1) if call in WRITING]
        states = set()
        for number in [*writing, len(self.calls)]:
            why = f"{self.name}: killed before call {number} ({self.calls[number - 1]})"
            self.lab.equal(why, self.fault("kill", number).returncode, KILLED)
            states.add(self.repaired(why))
        self.lab.equal(f"{self.name}: states", states, {"old", "new"})
        for number in writing:
            for error in ERRORS:
                self.failed(number, error)
        print(f"{self.name}: {len(writing) + 1} kills, {len(writing) * len(ERRORS)} errors")

    def failed(self, number, error):
        name = errno.errorcode[error]
        why = f"{self.name}: call {number} ({self.calls[number - 1]}) fails with {name}"
        done = self.fault(error, number)
        self.lab.equal(f"{why}: exit code ({done.stderr!r})", done.returncode in (0, 111), True)
        if done.returncode == 0:
            self.lab.equal(f"{why}: done", self.answer(self.lab.database), self.new)
        else:
            self.lab.equal(f"{why}: one line ({done.stderr!r})", done.stderr.count("\n"), 1)
        self.repaired(why)


def crashes(lab):
    try:
        faults.fault_program()
    except faults.Skip as skip:
        raise mds_lab.Skip(str(skip)) from None
    one = lab.put("a.bundle/one.mds", mds_lab.stanza("CSSM", ModuleID="one", Vendor="old"))
    lab.put("gone.bundle/x.mds", mds_lab.stanza("CSSM", ModuleID="x", Vendor="old"))
    lab.expect("first scan", lab.run("scan"), 0)
    old = lab.folder / "old"
    lab.database.rename(old)
    one.write_text(mds_lab.stanza("CSSM", ModuleID="one", Vendor="new"))
    (lab.modules / "gone.bundle").rename(lab.folder / "gone")
    lab.put("come.bundle/x.mds", mds_lab.stanza("CSSM", ModuleID="y", Vendor="new"))
    Scenario(lab, "a change", old).run()
    Scenario(lab, "no database yet", None).run()


if __name__ == "__main__":
    sys.exit(mds_lab.run_tests(mds_lab.Lab(), [crashes]))
