"""Small machines with svcd in them: what the tests of svcd with real daemons stand on.

A Machine has all namespaces of its own and this machine's files under a layer in memory, with Debian
packages unpacked into it (svcd_machine.sh). Its process 1 waits until it is told to become svcd. Its
files are reached from here through /proc/PID/root; nothing that happens in it is seen outside.
"""
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from lookup_lab import BUILD, KEELSON, PATIENCE, Skip, main, until  # noqa: E402, F401

STATUS = ("name", "state", "pid", "uptime_s", "restarts", "exit", "source")
OWN_SOCKETS = 2  # of svcd: for clients and for notifications
# What stands in /etc/init.d of a machine comes from its packages alone; their links are ours.
LINKS = [(level, "S01" if level in "2345" else "K01") for level in "0123456"]


def packages(section):
    """The names in a section of the file `packages`."""
    text = (HERE.parent.parent / "packages").read_text()
    lines = re.search(rf"(?ms)^\[{section}\]\n(.*?)(?=^\[|\Z)", text)[1].splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def fetch(section):
    """The same, once they are below build/peers."""
    names = packages(section)
    peers = pathlib.Path(BUILD, "peers")
    if not all((peers / name).is_dir() for name in names):
        subprocess.run([HERE.parent / "peers", f"[{section}]"], capture_output=True,
                       env=dict(os.environ, BUILD=BUILD))
    missing = [name for name in names if not (peers / name).is_dir()]
    if missing:
        raise Skip(f"needs the peers {' '.join(missing)} below build/peers")
    return names


def remove_group(folder):
    try:
        os.rmdir(folder)
    except OSError:
        return False
    return True


class Machine:
    """setup: a shell script that process 1 runs before anything else."""

    def __init__(self, names=(), setup="true"):
        if os.geteuid() != 0:
            raise Skip("needs root for namespaces and a root of its own")
        if not os.access(KEELSON, os.X_OK):
            sys.exit(f"{KEELSON} is not built")
        self.folder = tempfile.mkdtemp(prefix="keelson-machine-")
        self.log = tempfile.TemporaryFile()
        self.ready, told = os.pipe()
        begin = f'{setup}\necho ready; read -r line; exec /usr/sbin/keelson svcd $line --ready-fd {told}'
        self.process = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--kill-child",
             HERE / "svcd_machine.sh", self.folder, os.path.join(BUILD, "peers"), " ".join(names),
             "sh", "-ec", begin], pass_fds=[told], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.log, env=dict(os.environ, KEELSON=KEELSON, LC_ALL="C.UTF-8"))
        os.close(told)
        line = self.process.stdout.readline()
        if line != b"ready\n":
            said = line + self.process.stdout.read()
            raise Skip(f"cannot make a machine of its own: {said.decode()}{self.said()}")
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as f:
            self.pid = int(f.read())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGKILL)  # and with it all of its namespace
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        os.close(self.ready)
        self.log.close()
        shutil.rmtree(self.folder)
        self.remove_groups()

    def remove_groups(self):
        """Its control groups, once their last process is gone."""
        for line in pathlib.Path("/proc/mounts").read_text().splitlines():
            _, folder, kind, *_ = line.split()
            top = pathlib.Path(folder, os.path.basename(self.folder))
            if kind == "cgroup2" and top.exists():
                for group, _, _ in os.walk(top, topdown=False):
                    until(lambda: remove_group(group), f"{group} is empty")

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def path(self, path):
        """Where a file of the machine is reached from here. Absolute links lead outside."""
        return pathlib.Path(f"/proc/{self.pid}/root{path}")

    def write(self, path, text, mode=0o644):
        file = self.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def define(self, name, text):
        self.write(f"/etc/keelson/svc/{name}.svc", text)

    def link_scripts(self, names=None):
        """rcN.d for those, or all that are in init.d, as Debian's packages ask for it."""
        for level, prefix in LINKS:
            self.path(f"/etc/rc{level}.d").mkdir(exist_ok=True)
            for script in self.path("/etc/init.d").iterdir():
                if names is not None and script.name not in names:
                    continue
                self.path(f"/etc/rc{level}.d/{prefix}{script.name}").symlink_to(
                    f"../init.d/{script.name}")

    def boot(self, *arguments):
        """Process 1 becomes svcd. Returns when it says that it is ready."""
        self.process.stdin.write(" ".join(arguments).encode() + b"\n")
        self.process.stdin.flush()
        told = select.select([self.ready], [], [], PATIENCE)[0] and os.read(self.ready, 1)
        assert told == b"\n", f"no readiness from svcd: {self.said()}"

    def run(self, *argv):
        """What runs as a child of nobody in there; (exit code, output, errors)."""
        done = subprocess.run(
            ["nsenter", "-t", str(self.pid), "-m", "-p", "-n", "-u", "-i", "-r", "-w", "--", *argv],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10 * PATIENCE)
        return done.returncode, done.stdout, done.stderr

    def output(self, *argv):
        code, out, err = self.run(*argv)
        assert code == 0, (argv, code, out, err, self.said())
        return out

    def svc(self, *words):
        return self.output("/usr/sbin/keelson", "svc", *words)

    def status(self, name):
        """{column: text} of one service."""
        return self.all_status(name)[0]

    def all_status(self, *names):
        lines = self.svc("status", "-o", "tsv", *names).splitlines()
        rows = [dict(zip(STATUS, line.split("\t"))) for line in lines]
        return [row for row in rows if row["name"].lower() != "name"]

    def until_status(self, name, **wanted):
        """The status, once it is so."""
        last = {}

        def reached():
            last.update(self.status(name))
            return all(last[key] == text for key, text in wanted.items()) and last
        try:
            return until(reached, f"{name} is {wanted}", tries=1000)
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {last}; {self.said()}") from None

    def processes(self):
        """{process: (name, state)} of all but process 1 and what reads this."""
        found = {}
        for entry in self.path("/proc").iterdir():
            if entry.name.isdigit() and entry.name != "1":
                try:
                    stat = (entry / "stat").read_text()
                except OSError:
                    continue
                found[int(entry.name)] = (stat.partition("(")[2].rpartition(")")[0],
                                          stat.rpartition(")")[2].split()[0])
        return found

    def kill(self, pid, number=signal.SIGKILL):
        """A process, by its number in there."""
        self.output("kill", f"-{int(number)}", str(pid))

    def descriptors(self):
        """What svcd has open, by kind, once no client is there any more.

        Some are opened when they are needed first: by a service that is started and stopped here,
        with a pid file that is waited for.
        """
        self.define("first", "enabled: no\nready: pid-file\npid-file: /run/first.pid\n"
                    "command: /bin/sh -c 'echo $$ >/run/first.pid; exec sleep 9999'\n")
        for words in (["reload-config"], ["start", "first"], ["stop", "first"]):
            self.svc(*words)
        kinds = []

        def is_at_rest():
            kinds.clear()
            for entry in pathlib.Path(f"/proc/{self.pid}/fd").iterdir():
                try:
                    kinds.append(re.sub(r"\d+", "N", os.readlink(entry)))
                except OSError:
                    pass
            return kinds.count("socket:[N]") <= OWN_SOCKETS
        until(is_at_rest, f"svcd has no client: {kinds}")
        return sorted(kinds)

    def connects(self, port):
        """Whether something listens on that port of 127.0.0.1."""
        code, _, _ = self.run("python3", "-c", "import socket, sys\n"
                              f"socket.create_connection(('127.0.0.1', {port})).close()")
        return code == 0
