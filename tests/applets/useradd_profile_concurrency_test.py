#!/usr/bin/env python3
"""Two at a time: useradd-profile beside every other program that adds accounts. What a program says
it has added is there at the end, in every file, and no id is there twice. 1,000 additions in all.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import account_fault_lab as lab  # noqa: E402

OURS_FOR_EACH = 6  # of ours that run while the peer makes one addition
TRIES = 10         # a peer that gives up on a lock says so, and is asked again
PEERS = pathlib.Path(__file__).resolve().parent.parent / "peers"


def need(program):
    found = shutil.which(program, path="/usr/sbin:/sbin:/usr/bin:/bin")
    if found is None:
        raise lab.Skip(f"needs {program} of Debian's passwd")
    return found


def standalone_sysusers():
    name = "systemd-standalone-sysusers"
    if subprocess.run([str(PEERS), name]).returncode != 0:
        raise lab.Skip(f"the peer {name} cannot be had")
    return os.path.join(lab.BUILD, "peers", name, "bin/systemd-sysusers")


class Race:
    """A root on which two programs add accounts."""

    def __init__(self, folder, name, peer, additions, profile):
        self.name = name
        self.peer = peer  # (root, account) -> command
        self.additions = additions
        self.root = lab.make_root(pathlib.Path(folder) / name.replace(" ", "_"))
        self.profile = profile
        self.permits = threading.Semaphore(0)
        self.failures = []

    def run_peer(self):
        try:
            for i in range(self.additions):
                self.permits.release(OURS_FOR_EACH)
                for left in reversed(range(TRIES)):
                    command = self.peer(self.root, f"peer{i}")
                    done = lab.run(command, check=False)
                    if done.returncode == 0:
                        break
                    assert left > 0 and "lock" in done.stderr, f"{command}: {done.stderr}"
        except Exception as error:  # pylint: disable=broad-except
            self.failures.append(error)
            self.permits.release(OURS_FOR_EACH * self.additions)

    def run_ours(self):
        try:
            for i in range(self.additions * OURS_FOR_EACH):
                self.permits.acquire()
                lab.run(lab.applet("useradd-profile", "--root", self.root, "--profile",
                                   self.profile, "--package", f"p/{i}", "--users", f"ours{i}"))
        except Exception as error:  # pylint: disable=broad-except
            self.failures.append(error)

    def go(self):
        threads = [threading.Thread(target=run) for run in (self.run_peer, self.run_ours)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not self.failures, f"{self.name}: {self.failures[0]}"
        return self.additions * (OURS_FOR_EACH + 1)

    def check(self, groups_only):
        etc = self.root / "etc"
        have = {name: [line.split(":") for line in (etc / name).read_text().splitlines()]
                for name in ("passwd", "group", "shadow", "gshadow")}
        ours = {f"ours{i}" for i in range(self.additions * OURS_FOR_EACH)}
        peers = {f"peer{i}" for i in range(self.additions)}
        for name, lines in have.items():
            names = [line[0] for line in lines]
            of_users = name in ("passwd", "shadow")
            wanted = ours if groups_only and of_users else ours | peers
            lost = wanted - set(names)
            assert not lost, f"{self.name}: {len(lost)} lost from {name}: {sorted(lost)[:5]}"
            assert len(names) == len(set(names)), f"{self.name}: a name twice in {name}"
        for name in ("passwd", "group"):
            ids = [line[2] for line in have[name]]
            assert len(ids) == len(set(ids)), f"{self.name}: an id twice in {name}"
        table = (self.root / "var/lib/keelson/accounts.db").read_text()
        assert all(f"user:{name}:" in table for name in ours), self.name
        wrong = lab.broken_accounts(self.root)
        assert not wrong, f"{self.name}: {wrong}"


def in_private_etc(root, command):
    """The command with the root's etc as its /etc."""
    script = 'mount --make-rprivate / && mount --bind "$1" /etc && shift && exec "$@"'
    return ["unshare", "-m", "sh", "-c", script, "sh", str(root / "etc"), *command]


def main():
    if os.geteuid() != 0:
        raise lab.Skip("needs root")
    useradd, groupadd, sysusers = need("useradd"), need("groupadd"), standalone_sysusers()

    def sysusers_command(program):
        def command(root, account):
            line = f"u {account} -"
            return [*program, "--root=" + str(root), "--inline", line]
        return command

    peers = [
        ("useradd", lambda root, account: in_private_etc(
            root, [useradd, "-r", "-U", "-K", "SYS_UID_MIN=3000", "-K", "SYS_UID_MAX=3999", "-K",
                   "SYS_GID_MIN=3000", "-K", "SYS_GID_MAX=3999", account]), 30, False),
        ("useradd --prefix", lambda root, account: [
            useradd, "--prefix", str(root), "-r", "-U", "-K", "SYS_UID_MIN=3000", "-K",
            "SYS_UID_MAX=3999", "-K", "SYS_GID_MIN=3000", "-K", "SYS_GID_MAX=3999", account],
         30, False),
        ("groupadd", lambda root, account: [
            groupadd, "--prefix", str(root), "-r", "-K", "SYS_GID_MIN=3000", "-K",
            "SYS_GID_MAX=3999", account], 30, True),
        ("systemd-sysusers", sysusers_command([sysusers]), 30, False),
        ("our systemd-sysusers", sysusers_command(lab.applet("systemd-sysusers")), 30, False),
    ]
    total = 0
    with lab.memory_folder() as folder:
        profile = pathlib.Path(folder) / "profile"
        lab.write(profile / "accounts/accounts",
                  "uid-min:1000\nuid-max:1999\ngid-min:1000\ngid-max:1999\n")
        for i in range(max(row[2] for row in peers) * OURS_FOR_EACH):
            lab.write(profile / f"accounts/user/ours{i}", "gecos:one of ours\n")
        for name, command, additions, groups_only in peers:
            race = Race(folder, name, command, additions, profile)
            total += race.go()
            race.check(groups_only)
            print(f"{name}: none lost")
    assert total >= 1000, total
    print(f"{total} additions")
    return 0


if __name__ == "__main__":
    lab.run_main(main)
