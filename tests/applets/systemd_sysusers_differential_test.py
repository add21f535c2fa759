#!/usr/bin/env python3
"""2,000 generated configurations through Debian's systemd-sysusers and ours, on equal trees.

    systemd_sysusers_differential_test.py [CONFIGURATIONS [SEED]]

Equal have to be: passwd, group, shadow, gshadow (bytes and modes), their backups, the exit code and all
of stderr. What differs knowingly, and how it is kept out or evened out:
  - lines that libc cannot read (comments, odd ones) are dropped by Debian's and kept by ours: they are
    taken out of ours before comparing;
  - a last line without its end gets one from Debian's even when nothing is put behind it;
  - of a compat line (+, -) Debian's drops the ids, and takes them for taken (0 when there are none):
    generated ones have none, and uid and gid 0 are then somebody's;
  - a group's line behind a compat line gets no members there: there are none in these trees;
  - a line that gshadow has of a group that is not there gets a second one from Debian's when the group is
    a user's own; that one is left out here, as it is an error for every reader;
  - control characters in messages are shown as \\xNN by ours;
  - empty password fields are locked by ours: there are none in these trees.
"""
import concurrent.futures
import os
import pathlib
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

KEELSON = os.path.abspath(os.environ.get("KEELSON", "build/keelson"))
TREE = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", TREE / "build"))
PEER = "systemd-standalone-sysusers"
BATCH = 100
WORKERS = 2
FILES = ("passwd", "group", "shadow", "gshadow")
FOLDERS = ("etc/sysusers.d", "run/sysusers.d", "usr/local/lib/sysusers.d", "usr/lib/sysusers.d")

NAMES = ["a", "b", "c", "d", "e", "f", "g", "h", "root", "wheel", "_x", "A_b-c", "n" * 31, "x1"]
BAD_NAMES = ["", "-", "1a", "123", "a b", "a:b", "a\\nb", "-x", "n" * 32, "n" * 33, "a.b", "a/b", "a,b",
             "é", "%H", "%o", "%z", "a%%b", "%", "root$", "..", "'a'", '"a" ', '"a', "a\\"]
IDS = [str(n) for n in (*range(1, 12), 42, 99, 500, 998, 999)] + ["-"] * 8
BAD_IDS = ["0", "-1", "65535", "65534", "65536", "4294967295", "4294967294", "4294967296", "1000",
           "18446744073709551616", "007", "0x10", "+5", " 5", "5 ", "5-6", "x", "%%", "''", "a:b", ":5",
           "5:", "-:", "::", "5:5:5", "/", "/nosuch", "//f1", "/f1/", "/f2/../f1", "rel/path", "é"]
PATHS = ["/f1", "/f2", "/etc/f3", "/link", "/etc"]
GECOS = ["-", '""', '"A B"', "'x y'", "simple", '"q\\"q"', "Ünï", "a:b", '"a\\nb"', '"%m"', '"%o %w"',
         "%A%B%M%W", "%%", "%b%H%l%v%a", "%T%V", "%y", '"unfinished', "a,b,c", '"tab\there"', "x\\ y",
         "\x01", "#", "'%q'"]
HOMES = ["-", "/var/lib/x", "/", "//a/./b/", "/a/../b", "rel", "/" + "h" * 256, "/é", "/a:b", "%V/x",
         '"/a b"', "''"]
SHELLS = ["-", "/bin/sh", "/sbin/nologin", "//bin//sh", "sh", "/bin/a:b", "/é"]
RANGES = ["500-510", "5-8", "300", "1-3", "10-12", "4-4", "0-2", "9-5", "x-y", "-", "65535", "70000-70010",
          "5-8-9", "4294967290-4294967295", "990-1100"]
SPECIFIER_FILES = {
    "etc/machine-id": [b"0123456789abcdef0123456789ABCDEF\n", b"uninitialized\n", b"", b"zz\n",
                       b"0123456789abcdef0123456789abcdef"],
    "etc/os-release": [b'ID=deb\nVERSION_ID="1 2"\nIMAGE_ID=\n', b"# nothing\n", b"ID='x y'\nBUILD_ID=a\\ b\n"],
    "usr/lib/os-release": [b"ID=lib\n"],
}


def pick(rng, good, bad, chance=0.06):
    return rng.choice(bad if rng.random() < chance else good)


def user_id(rng):
    kind = rng.random()
    if kind < 0.2:
        return rng.choice(PATHS)
    uid = pick(rng, IDS, BAD_IDS)
    if kind < 0.4:
        return uid + ":" + (pick(rng, NAMES, BAD_NAMES) if rng.random() < 0.5 else pick(rng, IDS, BAD_IDS))
    return uid


def line(rng):
    kind = rng.choices("ugmr?", (40, 25, 25, 4, 1))[0]
    name = pick(rng, NAMES, BAD_NAMES)
    if kind == "g":
        words = ["g", name, pick(rng, IDS, BAD_IDS) if rng.random() < 0.85 else rng.choice(PATHS)]
        if rng.random() < 0.04:
            words += [rng.choice(GECOS), rng.choice(HOMES)]
    elif kind == "m":
        words = ["m", name, pick(rng, NAMES, BAD_NAMES)]
        if rng.random() < 0.03:
            words.append("x")
    elif kind == "r":
        words = ["r", "-", rng.choice(RANGES)]
        if rng.random() < 0.1:
            words[1] = "a"
    elif kind == "?":
        return rng.choice(["", "#x", "  # y", "x y", "u", "uu a", "U a", "g", "\tu\ta", "u a - - - - x", "'u' a",
                           "u  ''", "m a", "r", "r -", "g a 5 \r", "  u   a\x0b", "u a\0u b"])
    else:
        words = ["u", name, user_id(rng)]
        if rng.random() < 0.4:
            words += [rng.choice(GECOS[:6] if rng.random() < 0.7 else GECOS)]
            if rng.random() < 0.6:
                words += [rng.choice(HOMES[:4] if rng.random() < 0.8 else HOMES)]
                if rng.random() < 0.6:
                    words += [rng.choice(SHELLS[:3] if rng.random() < 0.8 else SHELLS)]
    if rng.random() < 0.3:
        while words and words[-1] == "-":
            words.pop()
    return rng.choice([" ", " ", " ", "\t", "   "]).join(words)


def configuration(rng):
    end = "" if rng.random() < 0.05 else "\n"
    return "\n".join(line(rng) for _ in range(rng.choice((1, 2, 3, 5, 8, 13)))) + end


def some_id(rng):
    return rng.choice((*range(0, 14), 42, 99, 500, 990, 997, 998, 999, 1000, 65534))


def existing(rng):
    """The account files, and the lines of passwd and group that libc cannot read."""
    files, odd = {}, {"passwd": [], "group": []}
    if rng.random() < 0.1:
        return files, odd
    compat = rng.random() < 0.1
    users = rng.sample(NAMES + ["u1", "u2", "u3"], rng.randrange(0, 9))
    groups = rng.sample(NAMES + ["u1", "u2", "g3"], rng.randrange(0, 9))
    if compat:
        users = ["root"] + [u for u in users if u != "root"]
        groups = ["root"] + [g for g in groups if g != "root"]
    if rng.random() < 0.1 and users:
        users.append(rng.choice(users))
    if rng.random() < 0.1 and groups:
        groups.append(rng.choice(groups))
    ids = {}
    own = lambda name: 0 if name == "root" else ids.setdefault(name, some_id(rng))
    uid = lambda name: own(name) if rng.random() < 0.7 or name == "root" else some_id(rng)
    passwd = [f"{u}:x:{uid(u)}:{own(u)}:{rng.choice(['', 'G e', 'é'])}:/h:/bin/sh" for u in users]
    members = lambda: ",".join(rng.choice(NAMES + ["zz"]) for _ in range(rng.choice((0, 0, 0, 1, 2, 4))))
    group = [f"{g}:{rng.choice(['x', 'x', '*', '!'])}:{uid(g)}:{members()}" for g in groups]
    shadow = [f"{u}:{rng.choice(['!*', '*', '$6$x'])}:{rng.choice(['', '0', '19000'])}:0:99999:7:::" for u in users]
    gshadow = [f"{g}:{rng.choice(['!*', '*', '!'])}:{rng.choice(['', 'a', 'a,b'])}:{members()}" for g in groups]
    if rng.random() < 0.15:
        name = rng.choice(NAMES)
        if name not in users:
            shadow.insert(rng.randrange(len(shadow) + 1), f"{name}:$6$left:100:1:2:3:4:5:")
    if rng.random() < 0.1:
        name = rng.choice(NAMES)
        if name not in groups:
            gshadow.append(f"{name}:!::")
    if rng.random() < 0.1:
        for name, lines, texts in (("passwd", passwd, ["# comment", "bad", "x:x:notanid:5:::", "y:x:5"]),
                                   ("group", group, ["# comment", "bad", "x:x:notanid:", "y:x"])):
            text = rng.choice(texts)
            odd[name].append(text)
            lines.insert(rng.randrange(len(lines) + 1), text)
    if compat:
        passwd += ["+@net::::::", "+::::::"][rng.randrange(2):]
        group.append("+:::")
        shadow.append("+::::::::")
    for name, lines in (("passwd", passwd), ("group", group), ("shadow", shadow), ("gshadow", gshadow)):
        if rng.random() < 0.1:
            continue
        text = "".join(each + "\n" for each in lines)
        if rng.random() < 0.05:
            text = text.removesuffix("\n")
        files["etc/" + name] = text.encode()
    return files, odd


class Case:
    """One tree, twice, and one command line."""

    def __init__(self, number, seed, top):
        rng = random.Random(f"{seed} {number}")
        self.number = number
        self.files, self.odd = existing(rng)
        self.modes = {name: rng.choice((0o600, 0o640, 0o644, 0)) for name in FILES if rng.random() < 0.1}
        self.owners = {"f1": (rng.choice((0, 7, 77, 999)), rng.choice((0, 7, 88, 2000))),
                       "f2": (some_id(rng), some_id(rng)), "etc/f3": (some_id(rng), some_id(rng))}
        for name, texts in SPECIFIER_FILES.items():
            if rng.random() < 0.5:
                self.files[name] = rng.choice(texts)
        if rng.random() < 0.2:
            self.files["bin/bash"] = b""
        self.links = {"link": "f2"}
        for _ in range(rng.choice((0, 1, 1, 2, 3))):
            place = f"{rng.choice(FOLDERS)}/{rng.choice(('a', 'b', 'c', '10-x', '.hid'))}" + \
                pick(rng, [".conf"], [".con", "", ".conf~"])
            if rng.random() < 0.05:
                self.links[place] = rng.choice(("/dev/null", "nowhere"))
            else:
                self.files[place] = configuration(rng).encode()
        self.stdin = configuration(rng).encode()
        self.arguments = self.command(rng)
        self.epoch = rng.choice(("0", "86400", "1700000000"))
        self.roots = {side: f"{top}/{side}/{number}" for side in ("theirs", "ours")}

    def command(self, rng):
        kind = rng.random()
        arguments = ["--dry-run"] if rng.random() < 0.05 else []
        if kind < 0.45:
            return arguments
        operands = [line(rng) for _ in range(rng.randrange(1, 6))]
        # A line in a shell's word has no NUL.
        operands = ["--inline", "--"] + [each.replace("\0", "") for each in operands]
        if rng.random() < 0.3:
            operands = ["--"] + [rng.choice(("-", "a.conf", "b.conf", "./a.conf", "nosuch", "/nosuch", "",
                                             "../sysusers.d/c.conf")) for _ in range(rng.randrange(1, 3))]
            if operands.count("-") > 1:
                operands = ["-"]
        if rng.random() < 0.25:
            arguments.append(f"--replace=/{rng.choice(FOLDERS)}/{rng.choice('abcd')}.conf")
        return arguments + operands

    def build(self, side):
        root = pathlib.Path(self.roots[side])
        (root / "etc").mkdir(parents=True)
        for name, content in self.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for name, target in self.links.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.symlink_to(target)
        for name, owner in self.owners.items():
            (root / name).touch()
            if os.geteuid() == 0:
                os.chown(root / name, *owner)
        for name, mode in self.modes.items():
            if (root / "etc" / name).exists():
                (root / "etc" / name).chmod(mode)
        (root / ".stdin").write_bytes(self.stdin)

    def shell_line(self, side, program):
        root = shlex.quote(self.roots[side])
        words = " ".join(map(shlex.quote, [program, "--root=" + self.roots[side], *self.arguments]))
        return (f"export SOURCE_DATE_EPOCH={self.epoch}; {words} <{root}/.stdin >{root}/.out 2>{root}/.err; "
                f"echo $? >{root}/.code\n")

    def result(self, side):
        root = pathlib.Path(self.roots[side])
        found = {"code": (root / ".code").read_text().strip(), "out": (root / ".out").read_bytes(),
                 "err": (root / ".err").read_bytes().replace(str(root).encode(), b"ROOT")}
        for name in FILES:
            for suffix in ("", "-"):
                path = root / "etc" / (name + suffix)
                found[name + suffix] = path.read_bytes() if path.exists() else None
                found[name + suffix + " mode"] = oct(path.stat().st_mode) if path.exists() else None
        return found

    def even_out(self, theirs, ours):
        """Takes what differs knowingly out of both."""
        for name in FILES:
            before = self.files.get("etc/" + name, b"\n")
            if not before.endswith(b"\n"):
                for side in (theirs, ours):
                    if side[name] is not None and not side[name].endswith(b"\n"):
                        side[name] += b"\n"
        theirs["err"] = re.sub(rb"[\0-\x09\x0b-\x1f\x7f]", lambda c: b"\\x%02x" % ord(c[0]), theirs["err"])
        for name, lines in self.odd.items():
            drop = {each.encode() + b"\n" for each in lines}
            for side in (theirs, ours):
                if side[name] is not None:
                    side[name] = b"".join(each for each in side[name].splitlines(True) if each not in drop)
        left = [each for each in self.files.get("etc/gshadow", b"").splitlines(True)
                if not each.split(b":")[0] in
                {g.split(b":")[0] for g in self.files.get("etc/group", b"").splitlines()}]
        for text in left:
            name = text.split(b":")[0] + b":"
            for side in (theirs, ours):
                if side["gshadow"] is not None:
                    side["gshadow"] = b"".join(
                        each for each in side["gshadow"].splitlines(True) if not each.startswith(name))

    def differences(self):
        theirs, ours = self.result("theirs"), self.result("ours")
        self.even_out(theirs, ours)
        return [(what, theirs[what], ours[what]) for what in theirs if theirs[what] != ours[what]]

    def show(self):
        print(f"  arguments: {self.arguments}")
        for name, content in self.files.items():
            print(f"  {name}: {content}")
        print(f"  links: {self.links}, owners: {self.owners}, stdin: {self.stdin}")


def run_batch(job):
    numbers, seed, top, programs = job
    cases = [Case(number, seed, top) for number in numbers]
    for case in cases:
        for side in programs:
            case.build(side)
    script = "".join(case.shell_line(side, program) for case in cases for side, program in programs.items())
    subprocess.run(["sh"], input=script.encode(), check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "LC_ALL": "C.UTF-8"})
    failed = []
    changed = 0
    for case in cases:
        found = case.differences()
        changed += case.result("theirs")["passwd"] != case.files.get("etc/passwd")
        if found:
            failed.append((case.number, found))
    quiet = check_files(cases)
    for case in cases:
        for root in case.roots.values():
            shutil.rmtree(root)
    return failed + quiet, changed


def check_files(cases):
    """Where pwck and grpck have nothing to say of Debian's files, they have nothing to say of ours."""
    if shutil.which("pwck") is None or shutil.which("grpck") is None:
        return []
    found = []
    for case in [case for case in cases if not any(case.odd.values())][::10]:
        said = {}
        for side, root in case.roots.items():
            if not all(os.path.exists(f"{root}/etc/{name}") for name in FILES):
                break
            said[side] = [subprocess.run([tool, *options, f"{root}/etc/{a}", f"{root}/etc/{b}"],
                                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
                          for tool, options, a, b in (("pwck", ["-r", "-q"], "passwd", "shadow"),
                                                      ("grpck", ["-r"], "group", "gshadow"))]
        if len(said) == 2:
            found += [(case.number, [("check", a, b)]) for a, b in zip(said["theirs"], said["ours"])
                      if not a and b]
    return found


def main(arguments):
    count = int(arguments[0]) if arguments else 2000
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    if subprocess.run([str(TREE / "tests" / "peers"), PEER], stdout=subprocess.DEVNULL).returncode != 0:
        print(f"SKIP: the peer {PEER} cannot be downloaded")
        return 77
    top = tempfile.mkdtemp(prefix="keelson-sysusers-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    try:
        programs = {"theirs": str(BUILD / "peers" / PEER / "bin" / "systemd-sysusers"),
                    "ours": top + "/systemd-sysusers"}
        os.symlink(KEELSON, programs["ours"])
        jobs = [(range(first, min(first + BATCH, count)), seed, top, programs)
                for first in range(0, count, BATCH)]
        with concurrent.futures.ProcessPoolExecutor(WORKERS) as pool:
            results = list(pool.map(run_batch, jobs))
        failed = [each for batch, _ in results for each in batch]
        for number, found in failed[:int(os.environ.get("SHOW", "5"))]:
            print(f"configuration {number} of seed {seed}:")
            Case(number, seed, top).show()
            for what, theirs, ours in found:
                print(f"  {what}\n    Debian's: {theirs}\n    ours:     {ours}")
        changed = sum(number for _, number in results)
        print(f"{count - len(failed)} of {count} configurations the same, {changed} with new users")
        return 1 if failed or changed < count // 4 else 0
    finally:
        shutil.rmtree(top)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
