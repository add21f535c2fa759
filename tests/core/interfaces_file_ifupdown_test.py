#!/usr/bin/env python3
"""Interfaces files read by ifupdown and by us: ifupdown's own cases, and random files.

Of its cases (tests/linux, tests/kfreebsd: testcase.N, and up.N with what `ifup` printed) the errors,
the interfaces and the networks of static ones are compared. Of random files, with includes, templates
and errors, what ifquery prints of each class and of each name."""
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ["BUILD"])
SOURCE = BUILD / "peers/source:ifupdown"
IFQUERY = BUILD / "peers/ifupdown/sbin/ifquery"
SEED, FILES = 1, 60


class Skip(Exception):
    pass


def unpack():
    subprocess.run([TREE / "tests/peers", "ifupdown", "source:ifupdown"], capture_output=True)
    for path in (SOURCE / "tests", IFQUERY):
        if not path.exists():
            raise Skip("needs the peers ifupdown and source:ifupdown below build/peers")


def our_program():
    """tests/core/interfaces_dump.cc, compiled once a build."""
    source, core = TREE / "tests/core/interfaces_dump.cc", BUILD / "libonce.a"
    program = BUILD / "interfaces_dump"
    newest = max(source.stat().st_mtime, core.stat().st_mtime)
    if not program.exists() or program.stat().st_mtime < newest:
        new = f"{program}.{os.getpid()}"
        subprocess.run(["c++", "-std=c++20", "-O1", "-no-pie", "-I", TREE, "-o", new, source, core,
                        BUILD / "libcore.a"],
                       check=True)
        os.rename(new, program)
    return program


def run(*command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True)
    return done.returncode, done.stdout.decode("latin-1"), done.stderr.decode("latin-1")


def without_column(line):
    """A line of ours as ifupdown has it: no column, and no byte shown in hexadecimal."""
    line = re.sub(r"\\x([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), line)
    return re.sub(r"^([^:]*:\d+):\d+: ", r"\1: ", line)


def fail(text):
    sys.exit(text)


def its_case(path):
    up = (path.parent / path.name.replace("testcase", "up")).read_text()
    no_loopback = ["-n"] if "--no-loopback" in path.read_text() else []
    code, output, notes = run(our_program(), *no_loopback, path.relative_to(SOURCE), folder=SOURCE)
    name = str(path.relative_to(SOURCE))
    if code != int("couldn't read interfaces file" in up):
        fail(f"{name}: ends with {code}: {notes}")
    theirs = [line[6:] for line in up.splitlines() if re.match(rf"ifup: {name}:\d+: ", line)]
    if [without_column(line) for line in notes.splitlines()] != theirs:
        fail(f"{name}: ifupdown says {theirs}, we {notes}")
    lines = [line.split("\t") for line in output.splitlines()]
    ifaces = {(words[1], words[2]) for words in lines if words[0] == "iface"}
    networks = {(words[1], words[2]) for words in lines if words[0] == "network"}
    for physical, logical, family in re.findall(r"configuring interface (\S+)=(\S+) \((\w+)\)", up):
        if (logical, family) not in ifaces:
            fail(f"{name}: no iface {logical} {family}")
    shown = set(re.findall(r"^ip addr add (\S+) broadcast (\S+)", up, re.MULTILINE))
    if not shown <= networks:
        fail(f"{name}: {shown - networks} of {networks}")
    return len(theirs), len(shown)


def its_cases():
    cases = sorted(SOURCE.glob("tests/linux/testcase.*")) + \
        sorted(SOURCE.glob("tests/kfreebsd/testcase.*"))
    seen = [its_case(path) for path in cases]
    errors, networks = (sum(column) for column in zip(*seen))
    if len(cases) < 24 or errors < 4 or networks < 20:
        fail(f"only {len(cases)} cases, {errors} errors, {networks} networks")


class RandomFiles:
    """A file "main" and some that it may include. Only methods for which ifquery converts nothing."""
    NAMES = ["a", "b", "eth0", "eth0:1", "$(id)", "-rf", "br0.5", "\xff\xfe", "lo"]
    METHODS = ["inet loopback", "inet ppp", "inet bootp", "inet tunnel", "inet6 loopback",
               "can static", "ipx dynamic"]
    OPTIONS = ["up", "post-up", "pre-up", "down", "pre-down", "post-down", "address", "mtu", "mtu?",
               "dns-servers", "up?", "bridge_ports", "script", "map", "iface2", "#x", "\\"]

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.mistakes = self.random.random() < 0.4

    def name(self):
        return self.random.choice(self.NAMES)

    def blank(self):
        choices = [" ", "  ", "\t", " \t "] + ["\\\n ", " \\\n", "\\\n\\\n\t"] * (not self.mistakes)
        return self.random.choice(choices)

    def words(self, least=0):
        return "".join(self.blank() + self.name() for _ in range(self.random.randint(least, 3)))

    def iface(self):
        blank, pick = self.blank, self.random.choice
        line = "iface" + blank() + self.name() + blank()
        if not self.mistakes:  # of the names in front, any family
            line += pick(self.METHODS + ["inherits" + blank() + pick(self.NAMES[:4])] * 5)
            return line + pick([""] * 9 + [" more"])
        line += pick(self.METHODS * 3 + ["inet", "inherits", "inet5 x", ""])
        if self.random.random() < 0.3 and not line.endswith("inherits"):
            line += blank() + "inherits"
        if line.endswith("inherits") and self.random.random() < 0.9:
            line += blank() + self.name()
        return line

    def option(self):
        value = self.blank() + self.random.choice(["1", "x y", "a  # b", "'q'", "\\z", "\xe4"])
        if self.mistakes and self.random.random() < 0.02:
            value = ""
        return self.random.choice([" ", "", "\t"]) + self.random.choice(self.OPTIONS) + value

    def line(self):
        kind = self.random.random()
        if kind < 0.2:
            return self.iface()
        if kind < 0.7:
            return self.option()
        return self.random.choice([
            "auto" + self.words(), "allow-hotplug" + self.words(), "allow-auto" + self.words(1),
            "no-auto-down" + self.words(), "no-scripts" + self.words(1), "# comment \\", "",
            "rename x=y", "source f[12]", "source" + self.blank() + "f3 nothing",
            "source-directory d", "source-dirx d*", "mapping" + self.words(), "  \t"])

    def text(self):
        first = [f"iface {name} {self.random.choice(self.METHODS)}" for name in self.NAMES[:4]]
        lines = first * (not self.mistakes or self.random.random() < 0.7)
        for _ in range(self.random.randint(0, 25)):
            lines.append(self.line())
        if not self.mistakes:  # no option without its iface
            lines = self.with_section(lines)
        return "\n".join(lines) + self.random.choice(["", "\n", "\n\\", "\r\n"])

    @staticmethod
    def with_section(lines):
        kept, section = [], ""
        for line in lines:
            words = line.split()
            first = words[0] if words else "#"
            if first in ("iface", "mapping"):
                section = first
            elif first == "source" or first.startswith("source-dir") or first == "rename":
                section = ""
            elif first in ("auto", "allow-hotplug", "allow-auto", "no-auto-down", "no-scripts"):
                if len(words) > 1:
                    section = ""
            elif not first.startswith("#") and section != "iface":
                if section != "mapping" or first != "map":
                    continue
            kept.append(line)
        return kept

    def write(self, folder):
        (folder / "d").mkdir()
        for name in ("main", "f1", "f2", "f3", "d/x", "d/.hidden", "d/y.conf", "d/z_-9"):
            (folder / name).write_bytes(self.text().encode("latin-1"))


def query(folder, *words):
    return run(IFQUERY, "--no-loopback", "--no-mappings", "--state-dir", folder / "state", "-i",
               "./main", *(word.encode("latin-1") for word in words), folder=folder)


def random_file(seed, folder):
    """How many options were compared, and whether it is spoilt."""
    (folder / "state").mkdir()
    RandomFiles(seed).write(folder)
    code, output, notes = run(our_program(), "-n", "./main", folder=folder)
    where = f"seed {seed}:"
    if "without a name" in notes or "needs a shell" in notes:
        return 0, False  # where we differ and say so
    options, classes, known, mapped = {}, {}, [], set()
    for line in output.splitlines():
        kind, _, rest = line.partition("\t")
        if kind == "class":
            classes[rest.split("\t")[0]] = rest.split("\t")[1:]
        elif kind == "iface":
            known.append(rest.split("\t")[0])
        elif kind == "mapping":
            mapped.update(rest.split("\t"))
        elif kind == "option":
            options.setdefault(known[-1], []).append(rest.replace("\x01", "\n") + "\n")
    asked = "auto" if "auto" in classes else "none"
    their_code, listed, errors = query(folder, "-l", "--allow", asked)
    errors = [line[9:] for line in errors.splitlines() if re.match(r"ifquery: [^:]*:\d+: ", line)]
    ours = [without_column(line) for line in notes.splitlines()
            if "missing target" not in line and "ppp needs" not in line and "IPX" not in line]
    if not RandomFiles(seed).mistakes:  # lines are joined, and ifupdown counts the last one
        ours, errors = ([re.sub(r":\d+:", ":", line) for line in lines] for lines in (ours, errors))
    if ours != errors:
        fail(f"{where} ifupdown says {errors}, we {ours}")
    if code == 1:
        return (0, True) if their_code == 1 else fail(f"{where} accepted by ifupdown: {notes}")
    if listed.split("\n")[:-1] != [name for name in classes.get(asked, []) if name in mapped.union(known)]:
        fail(f"{where} {asked}: {listed.split()} but {classes}")
    for name in sorted(options, key=lambda name: -len(options[name]))[:3]:
        printed = query(folder, "--", name)[1]
        if printed != "".join(options.get(name, [])):
            fail(f"{where} {name}: ifquery prints {printed!r}, we {options.get(name)}")
    return sum(map(len, options.values())), False


def random_files():
    seen = []
    for seed in range(SEED, SEED + FILES):
        with tempfile.TemporaryDirectory() as folder:
            seen.append(random_file(seed, pathlib.Path(folder)))
    compared, spoilt = (sum(column) for column in zip(*seen))
    if compared < FILES * 2 or not FILES / 20 < spoilt < FILES / 2:
        fail(f"{compared} options in {FILES} files, {spoilt} with errors: what is made is no good")


def main():
    unpack()
    its_cases()
    random_files()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Skip as skip:
        print(f"SKIP: {skip}")
        sys.exit(77)
