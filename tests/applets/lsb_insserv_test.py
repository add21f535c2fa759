#!/usr/bin/env python3
"""LSB scripts of Debian packages, ordered by insserv in a mount namespace of its own and by us.

insserv writes .depend.boot, .depend.start and .depend.stop ("A: B C": A waits for B and C) and
links with numbers into rcN.d. It leaves out an edge where another one already says it."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ["BUILD"])
PEERS = BUILD / "peers"
INSSERV = PEERS / "insserv/sbin/insserv"
SCRIPTS = PEERS / "init-scripts"
PACKAGES = """
    acpid anacron at autofs avahi-daemon bind9 binfmt-support bootlogd cgroupfs-mount chrony
    cpufrequtils cron cryptsetup cups-daemon dbus dnsmasq fancontrol ferm gpm haveged
    ifupdown inetutils-syslogd initscripts irqbalance kmod lighttpd lm-sensors memcached
    monit mosquitto nbd-client nbd-server nfs-common nfs-kernel-server nginx-common nscd
    nslcd ntpsec open-iscsi openbsd-inetd opendkim openssh-server quota radvd redis-server
    rng-tools5 rpcbind sane-utils snmpd stunnel4 supervisor tftpd-hpa unscd uptimed
    util-linux-extra vnstat vsftpd watchdog winbind x11-common xinetd""".split()
KNOWN_FACILITIES = {"$all", "$local_fs", "$named", "$network", "$remote_fs", "$syslog", "$time",
                    "true"}
AT_LEAST = 40  # packages with scripts


class Skip(Exception):
    pass


def unpack():
    """Of each package the files in /etc, to build/peers/init-scripts/NAME; one download for all."""
    subprocess.run([TREE / "tests/peers", "insserv"], capture_output=True)
    if INSSERV.exists() and not all((SCRIPTS / name).is_dir() for name in PACKAGES):
        with tempfile.TemporaryDirectory(dir=PEERS, prefix=".init-scripts.") as folder:
            subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=folder,
                           capture_output=True)
            for package in pathlib.Path(folder).glob("*.deb"):
                unpack_one(package, pathlib.Path(folder))
    missing = [name for name in PACKAGES if not (SCRIPTS / name).is_dir()]
    if not INSSERV.exists() or missing:
        raise Skip("needs the peers insserv " + " ".join(missing) + " below build/peers")


def unpack_one(package, folder):
    subprocess.run(["dpkg-deb", "-x", package, folder / "unpacked"], check=True)
    SCRIPTS.mkdir(exist_ok=True)
    (folder / "unpacked/etc").mkdir(exist_ok=True)
    try:
        os.rename(folder / "unpacked/etc", SCRIPTS / package.name.split("_")[0])
    except OSError:
        pass  # somebody else was quicker
    shutil.rmtree(folder / "unpacked")


def our_program():
    """tests/core/lsb_edges.cc, compiled once a build."""
    source, core = TREE / "tests/core/lsb_edges.cc", BUILD / "libcore.a"
    program = BUILD / "lsb_edges"
    newest = max(source.stat().st_mtime, core.stat().st_mtime)
    if not program.exists() or program.stat().st_mtime < newest:
        new = f"{program}.{os.getpid()}"
        subprocess.run(["c++", "-std=c++20", "-O1", "-no-pie", "-I", TREE, "-o", new, source, core],
                       check=True)
        os.rename(new, program)
    return program


class Lab:
    """An etc of its own."""

    def __init__(self, folder):
        self.etc = pathlib.Path(folder)
        (self.etc / "init.d").mkdir()
        (self.etc / "insserv.conf.d").mkdir()
        for level in "0123456S":
            (self.etc / f"rc{level}.d").mkdir()
        shutil.copy(PEERS / "insserv/etc/insserv.conf", self.etc)

    def at_one_level(self):
        """All scripts in run level 2, down in 0, without the names that no script provides."""
        scripts = {name: (self.etc / "init.d" / name).read_text() for name in self.names()}
        provided = {word for text in scripts.values()
                    for line in re.findall(r"(?m)^# Provides:(.*)", text) for word in line.split()}
        def known(match):
            return match[1] + " ".join(word for word in match[2].split()
                                       if word in provided or word in KNOWN_FACILITIES)
        for name, text in scripts.items():
            text = re.sub(r"(?im)^(# *(?:should|x)[-a-z]*: *)(.*)", known, text)
            text = re.sub(r"(?im)^(# *default-start:).*", r"\1 2", text)
            self.script(name, re.sub(r"(?im)^(# *default-stop:).*", r"\1 0", text))
        for link in self.etc.glob("rc?.d/*"):
            link.unlink()

    def script(self, name, text):
        path = self.etc / "init.d" / name
        path.write_text(text)
        path.chmod(0o755)

    def header(self, name, **keys):
        """A script: required_start="a b" and so on; it runs in 2 and stops in 0."""
        keys = {"provides": name, "required_start": "", "required_stop": "", "default_start": "2",
                "default_stop": "0", **keys}
        lines = "".join(f"# {key.replace('_', '-')}: {value}\n" for key, value in keys.items())
        self.script(name, f"#!/bin/sh\n### BEGIN INIT INFO\n{lines}### END INIT INFO\n")

    def names(self):
        return sorted(path.name for path in (self.etc / "init.d").iterdir()
                      if not path.name.startswith("."))

    def insserv(self, *options):
        """(exit code, messages)"""
        inside = 'mount --bind "$1" /etc && shift && exec "$@"'
        command = ["unshare", "-m", "sh", "-c", inside, "sh", self.etc, INSSERV, *options,
                   *self.names()]
        if os.getuid() != 0:
            command.insert(1, "-r")
        done = subprocess.run(command, capture_output=True, text=True)
        if "mount" in done.stderr or "unshare" in done.stderr:
            raise Skip("mount namespaces are not allowed here: " + done.stderr.strip())
        return done.returncode, done.stderr

    def theirs(self):
        """graph -> (edges, number of each script)"""
        graphs = {"start": (set(), {}), "stop": (set(), {})}
        for file, graph in (("boot", "start"), ("start", "start"), ("stop", "stop")):
            for line in (self.etc / f"init.d/.depend.{file}").read_text().splitlines():
                waits, colon, awaited = line.partition(":")
                if colon:
                    graphs[graph][0].update((waits, name) for name in awaited.split())
        for link in self.etc.glob("rc?.d/*"):
            kind, number, name = re.fullmatch(r"([SK])(\d\d)(.*)", link.name).groups()
            graphs["start" if kind == "S" else "stop"][1][name] = int(number)
        return graphs

    def ours(self):
        """graph -> (edges, numbers), and the set of what is missing"""
        conf = [self.etc / "insserv.conf", *sorted((self.etc / "insserv.conf.d").iterdir())]
        scripts = [self.etc / "init.d" / name for name in self.names()]
        output = subprocess.run([our_program(), *conf, "--", *scripts], check=True, text=True,
                                capture_output=True).stdout
        graphs, missing, cycle = {"start": (set(), {}), "stop": (set(), {})}, set(), False
        for line in output.splitlines():
            words = line.split("\t")
            if words[0] == "cycle":
                cycle = True
            elif words[0] == "missing":
                missing.add(words[2])
            elif words[2] == "number":
                graphs[words[0]][1][words[1]] = int(words[3])
            else:
                graphs[words[0]][0].add((words[1], words[2]))
        return graphs, missing, cycle


def fail(text):
    sys.exit(text)


def compare(lab, one_level=False):
    code, messages = lab.insserv()
    ours, missing, _ = lab.ours()
    told = set(re.findall(r"service (\S+) has to be enabled to use", messages))
    if told != missing:
        fail(f"missing: insserv says {sorted(told)}, we {sorted(missing)}")
    if (code != 0) != bool(missing):
        fail(f"insserv ended with {code}: {messages}")
    code, messages = lab.insserv("-f")
    if code != 0:
        fail(messages)
    theirs = lab.theirs()
    for graph in ("start", "stop"):
        (our_edges, our_numbers), (their_edges, their_numbers) = ours[graph], theirs[graph]
        more = their_edges - our_edges
        if more:
            fail(f"{graph}: edges of insserv alone: {sorted(more)}")
        for waits, awaited in our_edges - their_edges:
            if not any((waits, between) in their_edges and (between, awaited) in our_edges
                       for between in their_numbers):
                fail(f"{graph}: an edge of ours alone: {waits} waits for {awaited}")
        # insserv's numbers, not its edges, also count ways through names that nobody provides and,
        # depending on the order of the directory, through scripts of other run levels.
        wrong = {name: (our_numbers[name], number) for name, number in their_numbers.items()
                 if our_numbers[name] > number or one_level and our_numbers[name] < number}
        if wrong:
            fail(f"{graph}: numbers (ours, theirs): {wrong}")
    return sum(len(ours[graph][0]) for graph in ours)


def packages(folder):
    lab = Lab(folder)
    with_scripts = 0
    for package in PACKAGES:
        scripts = sorted((SCRIPTS / package).glob("init.d/*"))
        with_scripts += bool(scripts)
        for script in scripts:
            shutil.copy(script, lab.etc / "init.d")
        for conf in (SCRIPTS / package).glob("insserv.conf.d/*"):
            shutil.copy(conf, lab.etc / "insserv.conf.d")
    if with_scripts < AT_LEAST:
        fail(f"only {with_scripts} packages have scripts")
    compare(lab)
    lab.at_one_level()
    edges = compare(lab, one_level=True)
    if edges < 100:
        fail(f"only {edges} edges")


# Scripts by name: the keys of their headers.
CASES = [
    {"a": {}, "b": {"required_start": "a"}, "c": {"should_start": "b a", "required_stop": "a b"}},
    {"a": {"provides": "x y"}, "b": {"required_start": "y", "should_stop": "x"}},
    # Two separators, a tab, a repeated key.
    {"a": {}, "b": {}, "c": {"required_start": "a  b", "required_stop": "b, a"}},
    {"a": {}, "b": {}, "c": {"required_start": "a,b;", "required_stop": "b\ta"}},
    {"a": {}, "b": {}, "c": {"should_start": "a", "Should_Start": "b", "x__foo_should-stop": "b"}},
    {"a": {"x-start-before": "b $network"}, "b": {}, "networking": {"x-stop-after": "a +b"}},
    {"a": {"start-before": "b"}, "b": {}, "c": {"stop_after": "a"}},
    {"a": {"required_start": "$all", "required_stop": "$All"}, "b": {}, "c": {"should_start": "b"},
     "d": {"should_start": "$all"}},
    {"a": {"required_start": "+b +gone $null $local_fs"}, "b": {}},
    {"a": {"required_start": "gone $named"}},
    {"a": {"default_start": "2 3", "default_stop": "6"}, "b": {"required_start": "a"},
     "c": {"default_start": "3,S", "required_start": "a", "required_stop": "a"}},
    {"a": {"x-interactive": "true"}, "b": {}, "c": {"required_start": "a"},
     "d": {"default_start": "3"}, "e": {"required_start": "b", "x-interactive": "True"}},
    {"udev": {}, "b": {}, "c": {"required_start": "b"}},
    {"a": {"provides": "", "required_start": "b"}, "b": {"should_start": "a1"}},
]
CYCLES = [
    {"a": {"required_start": "b"}, "b": {"required_start": "a"}},
    {"a": {"required_stop": "b"}, "b": {"required_stop": "c"}, "c": {"required_stop": "a"}},
]


def cases():
    for scripts in CASES + CYCLES:
        with tempfile.TemporaryDirectory() as folder:
            lab = Lab(folder)
            for name, keys in scripts.items():
                lab.header(name, **keys)
            if scripts in CASES:
                lab.script("none", "#!/bin/sh\n# Required-Start: a\n")
                compare(lab, one_level=True)
                continue
            code, messages = lab.insserv()
            if code == 0 or "loop" not in messages or not lab.ours()[2]:
                fail(f"{scripts}: insserv ended with {code}: {messages}")


def main():
    unpack()
    cases()
    with tempfile.TemporaryDirectory() as folder:
        packages(folder)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Skip as skip:
        print(f"SKIP: {skip}")
        sys.exit(77)
