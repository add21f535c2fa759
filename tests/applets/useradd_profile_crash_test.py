#!/usr/bin/env python3
"""Changes of accounts that are killed before each of their system calls in turn, or have each of
them fail: the files are the old ones or the new ones, the next run finishes what was begun, and no
user without group or shadow line is ever to be seen.
"""
import concurrent.futures
import errno
import functools
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import account_fault_lab as lab  # noqa: E402

# Calls after which the disk may be another; between two of them a kill finds what the next one
# before the second finds. KEELSON_ALL_CALLS=1 kills before every call all the same.
WRITING = {"create", "write", "writev", "pwrite64", "renameat", "renameat2", "rename", "linkat",
           "link", "symlinkat", "unlinkat", "unlink", "mkdirat", "mkdir", "fchmod", "fchmodat", "chmod",
           "fchown", "fchownat", "ftruncate", "fallocate", "fsetxattr", "utimensat"}
# Calls that only look, or make the disk follow. Others only read the arguments.
LOOKING = {"openat", "fsync", "fdatasync", "getdents64", "read", "newfstatat", "fstat"}
ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS)
ALL_CALLS = bool(os.environ.get("KEELSON_ALL_CALLS"))
KILLED = 128 + 9


def kills(calls):
    """The calls to be killed before, from 1: every one that may write, and the end."""
    last = len(calls)
    return [n for n, call in enumerate(calls, 1) if ALL_CALLS or call in WRITING or n == last]


def faults(calls):
    """(call, error) of what is to fail: a call that writes with each error, others with EIO."""
    return [(n, error) for n, call in enumerate(calls, 1) for error in ERRORS
            if call in WRITING or (call in LOOKING and (ALL_CALLS or error == errno.EIO))]


class Scenario:
    """One command on one root: before, after, and how it is run."""

    def __init__(self, folder, name, prepare, command, **env):
        self.folder = pathlib.Path(folder) / name
        self.name = name
        self.command = command
        self.env = env
        self.base = lab.make_root(self.folder / "base")
        prepare(self.base)
        self.old = lab.snapshot(self.base)
        self.untouched = lab.on_disk(self.base)
        done = self.root("done")
        self.calls = lab.system_calls(self.on(done), **env)
        self.new = lab.snapshot(done)
        assert self.new != self.old, f"{name}: nothing changes"

    def root(self, name):
        """A copy of the root before."""
        root = self.folder / name
        copy = subprocess.run(["cp", "-a", self.base, root], stdin=subprocess.DEVNULL)
        assert copy.returncode == 0, root
        return root

    def on(self, root):
        return lab.applet(self.command[0], "--root", root, *self.command[1:])

    def fault(self, how, number, root):
        command = [lab.fault_program(), str(how), str(number), *self.on(root)]
        return lab.run(command, check=False, **self.env)

    def again(self, root, why, backups=True):
        """The same command once more has to end as if nothing had happened."""
        done = lab.run(self.on(root), check=False, **self.env)
        # Who is told to remove what is gone says so.
        assert done.returncode == 0 or "gone already" in done.stderr, \
            f"{self.name}: {why}, then run again: exit {done.returncode}: {done.stderr}"
        wrong = [line for line in lab.differences(lab.snapshot(root), self.new)
                 if backups or not line.split(":")[0].endswith("-")]
        assert not wrong, f"{self.name}: {why}, then run again:\n" + "\n".join(wrong)

    def unmixed(self, root, why):
        """Each account file is the old one or the new one, and no account is broken."""
        now = lab.snapshot(root)
        for name in lab.ACCOUNT_FILES:
            key = "etc/" + name
            assert now.get(key) in (self.old.get(key), self.new.get(key)), \
                f"{self.name}: {why}: {key}: {now.get(key)}"
        wrong = lab.broken_accounts(root)
        assert not wrong, f"{self.name}: {why}: {wrong}"
        return now

    def whole(self, root, why):
        """All account files are old, or all are new."""
        now = self.unmixed(root, why)
        states = {state for state in ("old", "new")
                  if all(now.get("etc/" + name) == getattr(self, state).get("etc/" + name)
                         for name in lab.ACCOUNT_FILES)}
        assert states, f"{self.name}: {why}: some files are old, some are new"
        return states


def killed(scenario, number):
    """Before this call; then another program's run, then the same again."""
    why = f"killed before call {number} ({scenario.calls[number - 1]})"
    root = scenario.root(f"kill{number}")
    done = scenario.fault("kill", number, root)
    assert done.returncode == KILLED, f"{scenario.name}: {why}: exit {done.returncode}"
    scenario.unmixed(root, why)
    # Whoever changes accounts next finishes it, or finds nothing begun.
    lab.run(lab.applet("users-update", "drop", "--root", root, "--package", "no/such"))
    states = scenario.whole(root, why + ", then recovered")
    assert not [key for key in lab.snapshot(root / "etc") if "keelson" in key], why
    scenario.again(root, why)
    shutil.rmtree(root)
    return states


def undoing(scenario, number):
    """The calls of the run after one that was killed before this call."""
    root = scenario.root(f"undo{number}")
    scenario.fault("kill", number, root)
    calls = lab.system_calls(scenario.on(root), check=False, **scenario.env)
    shutil.rmtree(root)
    return calls


def double_kills(scenario):
    """(first, second): at the renames, and again while that is being made good. Where two such runs
    make the same calls to the end, they have made the disk the same: one of them will do.
    """
    before, pairs = [], []
    for number in [n for n, call in enumerate(scenario.calls, 1) if call.startswith("rename")]:
        calls = undoing(scenario, number)
        same = len(os.path.commonprefix([calls[::-1], before[::-1]]))
        last = len(calls) - (0 if ALL_CALLS else same)
        pairs += [(number, second) for second in kills(calls) if second <= last]
        before = calls
    return pairs


def killed_twice(scenario, pair):
    number, second = pair
    why = f"killed before call {number} and, in the next run, before call {second}"
    root = scenario.root(f"twice{number}.{second}")
    scenario.fault("kill", number, root)
    scenario.fault("kill", second, root)
    scenario.unmixed(root, why)
    scenario.again(root, why)
    shutil.rmtree(root)


def failed(scenario, failure):
    number, error = failure
    why = f"call {number} ({scenario.calls[number - 1]}) fails with {errno.errorcode[error]}"
    root = scenario.root(f"fail{number}.{error}")
    done = scenario.fault(error, number, root)
    assert 0 <= done.returncode < 128, f"{scenario.name}: {why}: exit {done.returncode}"
    if done.returncode == 0 and not done.stderr:
        assert "new" in scenario.whole(root, why), f"{scenario.name}: {why}: exit 0, but not done"
    else:
        assert done.stderr.count("\n") >= 1, f"{scenario.name}: {why}: not a word"
        scenario.unmixed(root, why)
    if lab.on_disk(root) == scenario.untouched:  # as before the run, which is another test's
        return shutil.rmtree(root)
    lab.run(lab.applet("users-update", "drop", "--root", root, "--package", "no/such"))
    scenario.whole(root, why + ", then recovered")
    scenario.again(root, why, backups=False)  # a backup may be what could not be written
    shutil.rmtree(root)


def make_scenarios(folder):
    profile = pathlib.Path(folder) / "profile"
    lab.write(profile / "accounts/user/ntp",
              "uid:123\ngroups:time\nhome:/var/lib/ntp\ncreate-home:yes\nsubid-count:1000\n")
    lab.write(profile / "accounts/group/time", "gid:124\nusers:ntp,user1\n")
    lab.write(profile / "accounts/user/mail", "uid:8\ngecos:mail\n")

    def nothing(root):
        (root / "var/lib").mkdir(parents=True)

    def with_ntp(root):
        nothing(root)
        lab.run(lab.applet("useradd-profile", "--root", root, "--profile", profile, "--package",
                           "net/ntp", "--users", "ntp mail"))

    def with_sysusers(root):
        lab.write(root / "usr/lib/sysusers.d/a.conf", 'u web 80 "the web" /srv\nm web user2\n'
                  "g cache 81\nm user1 cache\nu dynamic -\n")

    yield Scenario(folder, "add", nothing,
                   ["useradd-profile", "--profile", profile, "--package", "net/ntp"],
                   EUSERS="ntp mail")
    yield Scenario(folder, "lock", with_ntp, ["users-update", "remove", "--force", "ntp", "mail"])
    yield Scenario(folder, "purge", with_ntp,
                   ["users-update", "remove", "--purge", "--force", "ntp", "mail"])
    yield Scenario(folder, "sysusers", with_sysusers, ["systemd-sysusers"])


def run_all(pool, test, scenario, cases):
    return list(pool.map(functools.partial(test, scenario), cases, chunksize=4))


def main():
    if os.geteuid() != 0:
        raise lab.Skip("needs root to give files their owners")
    lab.fault_program()
    with lab.memory_folder() as folder, concurrent.futures.ProcessPoolExecutor(2) as pool:
        for scenario in make_scenarios(folder):
            points = kills(scenario.calls)
            states = run_all(pool, killed, scenario, points)
            assert {"old"} in states and {"new"} in states, f"{scenario.name}: {states}"
            twice = double_kills(scenario)
            run_all(pool, killed_twice, scenario, twice)
            failing = faults(scenario.calls)
            run_all(pool, failed, scenario, failing)
            print(f"{scenario.name}: {len(points)} kills, {len(twice)} double ones, "
                  f"{len(failing)} errors")
    return 0


if __name__ == "__main__":
    lab.run_main(main)
