#!/usr/bin/env python3
"""Killed before each of its system calls in turn: the next run leaves everything or nothing.

Once on a root that knows no accounts.db, once on one that has it.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

KEELSON = os.path.abspath(os.environ.get("KEELSON", "build/keelson"))
ETC = {
    "passwd": "root:x:0:0::/:/bin/sh\n+::::::\n",
    "group": "root:x:0:\nold:x:5:\n",
    "shadow": "root:!:19000::::::\n",
    "gshadow": "root:!::\nold:!::\n",
}
LINES = ["u new 7", "g more 8", "m new old"]
DONE = {"passwd": "new:x:7:7:", "group": "new:x:7:", "shadow": "new:!*:", "gshadow": "new:!*:"}


def make(root, table):
    shutil.rmtree(root, ignore_errors=True)
    (root / "etc").mkdir(parents=True)
    for name, text in ETC.items():
        (root / "etc" / name).write_text(text)
    if table:
        (root / "var/lib/keelson").mkdir(parents=True)
        (root / "var/lib/keelson/accounts.db").write_text("user:gone:999:gone::f:1:\n")


def run(root, *lines, tracer=()):
    command = [*tracer, KEELSON, "systemd-sysusers", f"--root={root}", "--inline", *lines]
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60)


def calls(root, table):
    """How often each system call is made."""
    make(root, table)
    trace = root.parent / "trace"
    if run(root, *LINES, tracer=["strace", "-o", str(trace)]).returncode != 0:
        print("SKIP: strace does not work here")
        sys.exit(77)
    found = {}
    for line in trace.read_text().splitlines():
        if match := re.match(r"(\w+)\(", line):
            found[match[1]] = found.get(match[1], 0) + 1
    return {name: count for name, count in found.items() if name not in ("execve", "exit_group")}


def state(root):
    return {name: (root / "etc" / name).read_text() for name in ETC}


def check(root, where, complete):
    """After the next run: all or nothing, and no file too many."""
    now = state(root)
    done = [now[name].count("\n" + DONE[name]) for name in ETC]
    members = (now["group"].count("old:x:5:new"), now["gshadow"].count("old:!::new"))
    if [*done, *members] not in ([0] * 6, [1] * 6) or (complete and done[0] != 1):
        return f"{where}: half done: {done}, {members}"
    allowed = {*ETC, *(name + "-" for name in ETC), ".pwd.lock"}
    # What shadow's protocol calls the file that becomes the lock; its own tools leave it, too.
    extra = {name for name in set(os.listdir(root / "etc")) - allowed if not re.fullmatch(r"[a-z]+\.\d+", name)}
    return f"{where}: left behind: {extra}" if extra else None


def main():
    if shutil.which("strace") is None:
        print("SKIP: there is no strace")
        return 77
    failures, kills = [], 0
    top = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    try:
        root = top / "root"
        for table in (False, True):
            for call, count in calls(root, table).items():
                for number in range(1, count + 1):
                    make(root, table)
                    where = f"{call} {number}, {'with' if table else 'without'} accounts.db"
                    killed = run(root, *LINES, tracer=["strace", "-o", "/dev/null", "-e",
                                                       f"inject={call}:signal=KILL:when={number}"])
                    kills += killed.returncode != 0
                    if not (root / "etc/passwd").exists():
                        failures.append(f"{where}: passwd is missing")
                    again = run(root, "g later 9")
                    if again.returncode != 0:
                        failures.append(f"{where}: the next run says {again.stderr}")
                    failures.append(check(root, where, False))
                    run(root, *LINES)
                    failures.append(check(root, where + ", asked again", True))
    finally:
        shutil.rmtree(top)
    failures = [failure for failure in failures if failure]
    for failure in failures[:20]:
        print(failure)
    print(f"killed {kills} times, {len(failures)} failures")
    return 1 if failures or kills < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
