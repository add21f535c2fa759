#!/usr/bin/env python3
"""Changes of accounts that are killed before each of their system calls in turn, or have each of
them fail: the files are the old ones or the new ones, the next run finishes what was begun, and no
user without group or shadow line is ever to be seen.
"""
import concurrent.futures
import errno
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import account_fault_lab as lab  # noqa: E402

ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS)
# What an error of these comes to is seen by the same checks; others only read the arguments.
CHANGING = {"openat", "openat2", "write", "pwrite64", "fsync", "fdatasync", "renameat", "renameat2",
            "rename", "linkat", "link", "symlinkat", "unlinkat", "unlink", "mkdirat", "mkdir",
            "fchmod", "fchmodat", "fchown", "fchownat", "ftruncate", "fallocate", "fsetxattr",
            "getdents64", "read", "newfstatat", "fstat"}
KILLED = 128 + 9


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
        done = self.root("done")
        self.calls = lab.system_calls(self.on(done), **env)
        self.new = lab.snapshot(done)
        assert self.new != self.old, f"{name}: nothing changes"

    def root(self, name):
        root = self.folder / name
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.base, root, symlinks=True)
        for key, what in self.old.items():
            os.chown(root / key, what[1], what[2], follow_symlinks=False)
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


def killed_twice(scenario, number, second):
    """While the first interruption is being made good."""
    why = f"killed before call {number} and, in the next run, before call {second}"
    root = scenario.root(f"twice{number}.{second}")
    scenario.fault("kill", number, root)
    scenario.fault("kill", second, root)
    scenario.unmixed(root, why)
    scenario.again(root, why)
    shutil.rmtree(root)


def failed(scenario, number, error):
    why = f"call {number} ({scenario.calls[number - 1]}) fails with {errno.errorcode[error]}"
    root = scenario.root(f"fail{number}.{error}")
    done = scenario.fault(error, number, root)
    assert 0 <= done.returncode < 128, f"{scenario.name}: {why}: exit {done.returncode}"
    if done.returncode == 0 and not done.stderr:
        assert "new" in scenario.whole(root, why), f"{scenario.name}: {why}: exit 0, but not done"
    else:
        assert done.stderr.count("\n") >= 1, f"{scenario.name}: {why}: not a word"
        scenario.unmixed(root, why)
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


def main():
    if os.geteuid() != 0:
        raise lab.Skip("needs root to give files their owners")
    lab.fault_program()
    with lab.memory_folder() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        for scenario in make_scenarios(folder):
            count = len(scenario.calls)
            states = list(pool.map(lambda n: killed(scenario, n), range(1, count + 1)))
            assert {"old"} in states and {"new"} in states, f"{scenario.name}: {states}"
            # The commit is between the first and the last of the renames.
            renames = [n for n, call in enumerate(scenario.calls, 1) if call.startswith("rename")]
            twice = [(n, second) for n in renames[1:] for second in range(1, count + 1, 3)]
            list(pool.map(lambda pair: killed_twice(scenario, *pair), twice))
            faults = [(n, error) for n, call in enumerate(scenario.calls, 1) for error in ERRORS
                      if call in CHANGING]
            list(pool.map(lambda pair: failed(scenario, *pair), faults))
            print(f"{scenario.name}: {count} kills, {len(twice)} double ones, "
                  f"{len(faults)} errors")
    return 0


if __name__ == "__main__":
    lab.run_main(main)
