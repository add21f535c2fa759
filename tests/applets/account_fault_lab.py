"""Roots with accounts in them, and programs that die or fail at a chosen system call: what the tests
and benches of useradd-profile, users-update and systemd-sysusers stand on.
"""
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
KEELSON = os.path.abspath(os.environ.get("KEELSON", "build/keelson"))
EPOCH = 1_700_000_000  # of what is written, so that bytes can be compared
ACCOUNT_FILES = ("passwd", "group", "shadow", "gshadow", "subuid", "subgid")


class Skip(Exception):
    """The test cannot run here."""


def run_main(main):
    """Runs a script test: 0, 1 or 77 by what main does."""
    try:
        sys.exit(main())
    except Skip as skip:
        print(skip)
        sys.exit(77)


def memory_folder():
    """A new folder, in memory where there is such a place."""
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    return tempfile.TemporaryDirectory(prefix="keelson-accounts-", dir=base)


def environment(**more):
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
           "SOURCE_DATE_EPOCH": str(EPOCH)}
    env.update(more)
    return env


def applet(name, *arguments):
    return [KEELSON, name, *map(str, arguments)]


def run(command, check=True, **env):
    """The finished process, output as text. check: any other exit code than 0 is an error."""
    done = subprocess.run(command, env=environment(**env), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace")
    if check and done.returncode != 0:
        raise AssertionError(f"{command}: exit {done.returncode}: {done.stderr}{done.stdout}")
    return done


def write(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def make_root(root, users=10):
    """A root with that many users and groups, all four files, subuid and subgid, and a skeleton."""
    root = pathlib.Path(root)
    names = [("root", 0)] + [(f"user{i}", 2000 + i) for i in range(users)]
    etc = root / "etc"
    write(etc / "passwd", "".join(f"{n}:x:{i}:{i}:{n}:/home/{n}:/bin/sh\n" for n, i in names))
    write(etc / "group", "".join(f"{n}:x:{i}:\n" for n, i in names))
    write(etc / "shadow", "".join(f"{n}:*:19000:0:99999:7:::\n" for n, _ in names), 0o640)
    write(etc / "gshadow", "".join(f"{n}:!::\n" for n, _ in names), 0o640)
    write(etc / "subuid", "user0:100000:65536\n")
    write(etc / "subgid", "user0:100000:65536\n")
    write(etc / "skel/.profile", "umask 022\n")
    write(etc / "skel/bin/tool", "#!/bin/sh\n", 0o755)
    return root


def snapshot(root):
    """Path -> what is there. Lock files that stay, and the record's notes, do not count."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            key = os.path.relpath(path, root)
            info = os.lstat(path)
            what = [oct(info.st_mode), info.st_uid, info.st_gid]
            if stat.S_ISREG(info.st_mode):
                content = pathlib.Path(path).read_bytes()
                if key == "var/lib/keelson/accounts.db":
                    content = b"".join(line for line in content.splitlines(keepends=True)
                                       if not line.startswith(b"#"))
                what.append(content)
            elif stat.S_ISLNK(info.st_mode):
                what.append(os.readlink(path))
            if key != "etc/.pwd.lock":
                found[key] = what
    return found


def on_disk(root):
    """Path -> what is there, to the last byte, without the lock file that stays: for telling whether
    two states are the same.
    """
    found = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            info = os.lstat(path)
            content = None
            if stat.S_ISREG(info.st_mode):
                content = pathlib.Path(path).read_bytes()
            elif stat.S_ISLNK(info.st_mode):
                content = os.readlink(path)
            found[os.path.relpath(path, root)] = (info.st_mode, info.st_uid, info.st_gid, content)
    found.pop("etc/.pwd.lock", None)
    return found


def differences(left, right):
    """What differs between two snapshots, as lines."""
    return [f"{key}: {left.get(key)} != {right.get(key)}"
            for key in sorted(left.keys() | right.keys()) if left.get(key) != right.get(key)]


def broken_accounts(root):
    """What no reader may ever see: users without a shadow line or a primary group."""
    etc = pathlib.Path(root) / "etc"
    lines = {name: [line.split(":") for line in (etc / name).read_text().splitlines()]
             for name in ("passwd", "shadow", "group", "gshadow")}
    shadow = {line[0] for line in lines["shadow"]}
    gids = {line[2] for line in lines["group"]}
    found = [f"user {line[0]} has no shadow line" for line in lines["passwd"]
             if line[0] not in shadow]
    found += [f"user {line[0]} has gid {line[3]}, which is no group" for line in lines["passwd"]
              if line[3] not in gids]
    return found


def fault_program():
    """tests/applets/syscall_fault.c, compiled once a build."""
    source = HERE / "syscall_fault.c"
    program = pathlib.Path(BUILD) / "syscall_fault"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise Skip("there is no C compiler for syscall_fault")
        new = f"{program}.{os.getpid()}"
        subprocess.run([compiler, "-O1", "-o", new, str(source)], check=True)
        os.rename(new, program)
    if subprocess.run([program, os.devnull, "/bin/true"]).returncode != 0:
        raise Skip("ptrace is not allowed here")
    return str(program)


def system_calls(command, check=True, **env):
    """The names of the system calls that the command makes, in order; run to its end."""
    with tempfile.NamedTemporaryFile() as names:
        run([fault_program(), names.name, *command], check, **env)
        return pathlib.Path(names.name).read_text().split()
