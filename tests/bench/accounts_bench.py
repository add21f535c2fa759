#!/usr/bin/env python3
"""Adding accounts: useradd-profile and our systemd-sysusers beside Debian's systemd-sysusers (the
standalone one), loops of useradd and of busybox adduser; and the search for files without an owner
beside find. Spawn to exit, in turns, on a root in memory; medians. KEELSON_BENCH_QUICK=1 leaves out
the one run of useradd among 100,000 accounts, which takes a minute or two. Debian's busybox has no
adduser: BUSYBOX names one that has, otherwise it is left out.
"""
import ctypes
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TREE / "tests/applets"))
import account_fault_lab as lab  # noqa: E402

CLONE_NEWNS = 0x20000
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
SYNCS = ("fsync", "fdatasync", "sync_file_range", "syncfs")
MANY = 1000


def peer(name, program):
    if subprocess.run([TREE / "tests/peers", name]).returncode != 0:
        raise lab.Skip(f"the peer {name} cannot be had")
    return os.path.join(lab.BUILD, "peers", name, program)


def private_etc(folder):
    """This process and its children see an empty folder as /etc, for programs that know no other."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        raise lab.Skip("needs root for a private mount namespace")
    libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    if libc.mount(str(folder).encode(), b"/etc", None, MS_BIND, None) != 0:
        raise lab.Skip("/etc cannot be laid over")


class Stage:
    """One root in memory that is also this process's /etc, filled anew before each run."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        # From the net while /etc is still the machine's.
        self.sysusers = peer("systemd-standalone-sysusers", "bin/systemd-sysusers")
        self.busybox = os.environ.get("BUSYBOX")
        self.root = self.folder / "root"
        (self.root / "etc").mkdir(parents=True)
        for name in ("ld.so.cache", "login.defs", "nsswitch.conf"):
            if os.path.exists("/etc/" + name):
                shutil.copy("/etc/" + name, self.folder / name)
        private_etc(self.root / "etc")
        self.entries = None

    def prepare(self, entries):
        self.entries = self.folder / f"entries{entries}"
        lab.make_root(self.entries, users=entries - 1)
        for name in ("ld.so.cache", "login.defs", "nsswitch.conf"):
            if (self.folder / name).exists():
                shutil.copy(self.folder / name, self.entries / "etc" / name)

    def fresh(self):
        for entry in [*self.root.iterdir(), *(self.root / "etc").iterdir()]:
            if entry.name == "etc":
                continue
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        (self.root / "var/lib").mkdir(parents=True)
        shutil.copytree(self.entries / "etc", self.root / "etc", dirs_exist_ok=True)


def timed(commands):
    """Milliseconds."""
    start = time.perf_counter()
    for command in commands:
        done = subprocess.run(command, env=lab.environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if done.returncode != 0:
            raise AssertionError(f"{command}: exit {done.returncode}: {done.stderr.decode()}")
    return (time.perf_counter() - start) * 1000


class Programs:
    """The commands that add so many accounts, by each program."""

    def __init__(self, stage):
        self.root = str(stage.root)
        self.profile = stage.folder / "profile"
        self.configuration = stage.folder / "accounts.conf"
        self.sysusers, self.busybox = stage.sysusers, stage.busybox
        self.declared = 0

    def declare(self, count):
        """A profile that declares so many users and their groups."""
        if count == self.declared:
            return
        shutil.rmtree(self.profile, ignore_errors=True)
        for i in range(count):
            lab.write(self.profile / f"accounts/user/new{i}", f"uid:{1000 + i}\ngecos:new\n")
            lab.write(self.profile / f"accounts/group/new{i}", f"gid:{1000 + i}\n")
        self.declared = count

    def names(self, count):
        return [f"new{i}" for i in range(count)]

    def useradd_profile(self, count):
        self.declare(count)
        return [lab.applet("useradd-profile", "--root", self.root, "--profile", self.profile,
                           "--package", "p/p", "--users", " ".join(self.names(count)))]

    def of_many(self, count):
        commands = self.useradd_profile(count)
        self.declare(MANY)
        return commands

    def configured(self, program, count):
        self.configuration.write_text("".join(f'u {name} {1000 + i} "new"\n'
                                              for i, name in enumerate(self.names(count))))
        return [[*program, "--root=" + self.root, str(self.configuration)]]

    def our_sysusers(self, count):
        return self.configured(lab.applet("systemd-sysusers"), count)

    def debian_sysusers(self, count):
        return self.configured([self.sysusers], count)

    def useradd(self, count):
        return [["useradd", "--prefix", self.root, "-r", "-U", "-u",
                 str(1000 + i), name] for i, name in enumerate(self.names(count))]

    def busybox_adduser(self, count):
        commands = []
        for i, name in enumerate(self.names(count)):
            commands.append([self.busybox, "addgroup", "-g", str(1000 + i), name])
            commands.append([self.busybox, "adduser", "-D", "-H", "-u", str(1000 + i), "-G",
                             name, name])
        return commands


def compare(stage, entries, count, rounds, columns):
    """Name -> median milliseconds. columns: (name, commands, most rounds)."""
    stage.prepare(entries)
    times = {name: [] for name, _, _ in columns}
    for turn in range(rounds):
        for name, commands, most in columns:
            if turn < most:
                todo = commands(count)
                stage.fresh()
                times[name].append(timed(todo))
    return {name: statistics.median(values) for name, values in times.items()}


def print_row(title, medians, aims):
    """aims: (ours, peer, the least ratio that is wanted). How many are missed."""
    print(f"{title}: " + ", ".join(f"{name} {value:.2f} ms" for name, value in medians.items()))
    missed = 0
    for ours, against, wanted in aims:
        if against not in medians:
            continue
        ratio = medians[against] / medians[ours]
        missed += ratio < wanted
        print(f"  {ours}: {ratio:.1f} times as fast as {against} "
              f"(>={wanted:g} {'met' if ratio >= wanted else 'NOT MET'})")
    return missed


OURS = ("useradd-profile", "our sysusers")


def adding(stage, programs):
    ours = [("useradd-profile", programs.useradd_profile), ("our sysusers", programs.our_sysusers)]
    debian = ("standalone sysusers", programs.debian_sysusers)
    missed = 0

    def row(title, entries, count, rounds, others, aim):
        columns = [(*column, rounds) for column in (*ours, debian)]
        columns += [other for other in others if other[2] > 0]
        medians = compare(stage, entries, count, rounds, columns)
        aims = [(name, debian[0], aim) for name in OURS if aim]
        return print_row(title, medians, aims + [
            ("useradd-profile", "useradd", 1000 if entries > 50000 else 1),
            ("useradd-profile", "busybox adduser", 1)])

    def loops(useradd, busybox):
        return [("useradd", programs.useradd, useradd),
                ("busybox adduser", programs.busybox_adduser, busybox if programs.busybox else 0)]

    missed += row("1 user in 50 entries", 50, 1, 40, loops(10, 10), 2)
    one_of_many = [("useradd-profile", programs.of_many, 20)]
    print_row("1 user in 50 entries, 1,000 declared", compare(stage, 50, 1, 20, one_of_many), [])
    missed += row("1,000 users in 50 entries", 50, MANY, 7, [], 5)
    missed += row("100 users in 50 entries", 50, 100, 7, loops(1, 1), None)
    slow = 0 if os.environ.get("KEELSON_BENCH_QUICK") else 1
    missed += row("1 user in 100,000 entries", 100_000, 1, 7, loops(slow, 1), 20)
    return missed


def syncs(stage, programs):
    stage.prepare(50)
    missed = 0
    for name, commands in (("useradd-profile", programs.useradd_profile),
                           ("our sysusers", programs.our_sysusers),
                           ("standalone sysusers", programs.debian_sysusers)):
        todo = commands(1)
        stage.fresh()
        calls = lab.system_calls(todo[0])
        count = sum(call in SYNCS for call in calls)
        met = name not in OURS or count <= 7
        missed += not met
        print(f"sync calls of {name}, four files: {count}"
              + (f" (<=7 {'met' if met else 'NOT MET'})" if name in OURS else ""))
    return missed


def orphans():
    paths = ["/usr"]
    commands = {"users-update orphans": lab.applet("users-update", "orphans", "--paths", *paths),
                "find": ["find", *paths, "(", "-nouser", "-o", "-nogroup", ")"]}
    times = {name: [] for name in commands}
    for turn in range(8):
        for name, command in commands.items():
            spent = timed([command])
            if turn > 0:  # the first one fills the caches
                times[name].append(spent)
    medians = {name: statistics.median(values) for name, values in times.items()}
    return print_row("files without an owner in /usr", medians,
                     [("users-update orphans", "find", 2)])


def main():
    try:
        missed = orphans()
        with lab.memory_folder() as folder:
            stage = Stage(folder)
            programs = Programs(stage)
            missed += adding(stage, programs) + syncs(stage, programs)
    except lab.Skip as why:
        print(f"SKIP: {why}")
        return 77
    print(f"\n{missed} target(s) not met" if missed else "\nall targets met")
    return 0


if __name__ == "__main__":
    sys.exit(main())
