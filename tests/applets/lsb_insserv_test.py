#!/usr/bin/env python3
"""LSB scripts of Debian packages, ordered by insserv in a mount namespace of its own and by us.

insserv writes .depend.boot, .depend.start and .depend.stop ("A: B C": A waits for B and C) and links with
numbers into rcN.d. It leaves out an edge where another one already says it; such a one is looked for in ours."""
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
PACKAGES = """
    acpid anacron at autofs avahi-daemon bind9 binfmt-support bootlogd cgroupfs-mount chrony cpufrequtils cron
    cryptsetup cups-daemon dbus dnsmasq fancontrol ferm gpm haveged ifupdown inetutils-syslogd initscripts
    irqbalance kmod lighttpd lm-sensors memcached monit mosquitto nbd-client nbd-server nfs-common
    nfs-kernel-server nginx-common nscd nslcd nut-client ntpsec open-iscsi openbsd-inetd opendkim
    openssh-server quota radvd redis-server rng-tools5 rpcbind sane-utils snmpd stunnel4 supervisor
    tftpd-hpa unscd uptimed util-linux-extra vnstat vsftpd watchdog winbind x11-common xinetd""".split()
AT_LEAST = 40  # packages with scripts


class Skip(Exception):
    pass


def unpack():
    names = ["insserv", *PACKAGES]
    if not all((PEERS / name).is_dir() for name in names):
        subprocess.run([TREE / "tests/peers", *names], capture_output=True)
    missing = [name for name in names if not (PEERS / name).is_dir()]
    if missing:
        raise Skip("needs the peers " + " ".join(missing) + " below build/peers")


def our_program():
    """tests/core/lsb_edges.cc, compiled once a build."""
    source, core = TREE / "tests/core/lsb_edges.cc", BUILD / "libcore.a"
    program = BUILD / "lsb_edges"
    newest = max(source.stat().st_mtime, core.stat().st_mtime)
    if not program.exists() or program.stat().st_mtime < newest:
        new = f"{program}.{os.getpid()}"
        subprocess.run(["c++", "-std=c++20", "-O1", "-I", TREE, "-o", new, source, core],
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


def compare(lab, all_scripts=()):
    """all_scripts: those of $all, whose edges we keep apart."""
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
        more = {edge for edge in their_edges - our_edges if not set(edge) & set(all_scripts)}
        if more:
            fail(f"{graph}: edges of insserv alone: {sorted(more)}")
        for waits, awaited in our_edges - their_edges:
            if not any((waits, between) in their_edges and (between, awaited) in our_edges
                       for between in their_numbers):
                fail(f"{graph}: an edge of ours alone: {waits} waits for {awaited}")
        wrong = {name: (our_numbers[name], number) for name, number in their_numbers.items()
                 if our_numbers[name] != number}
        if wrong:
            fail(f"{graph}: numbers (ours, theirs): {wrong}")
    return sum(len(ours[graph][0]) for graph in ours)


def packages(folder):
    lab = Lab(folder)
    with_scripts = 0
    for package in PACKAGES:
        scripts = sorted((PEERS / package).glob("etc/init.d/*"))
        with_scripts += bool(scripts)
        for script in scripts:
            shutil.copy(script, lab.etc / "init.d")
        for conf in (PEERS / package).glob("etc/insserv.conf.d/*"):
            shutil.copy(conf, lab.etc / "insserv.conf.d")
    if with_scripts < AT_LEAST:
        fail(f"only {with_scripts} packages have scripts")
    edges = compare(lab)
    if edges < 100:
        fail(f"only {edges} edges")


def main():
    unpack()
    with tempfile.TemporaryDirectory() as folder:
        packages(folder)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Skip as skip:
        print(f"SKIP: {skip}")
        sys.exit(77)
