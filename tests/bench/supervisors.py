"""The supervisors that svcd is measured beside, each with the same services (stamp_service.c).

A service tells its process number over a FIFO, so that "up" means that it ran. The bench adopts
whatever a supervisor leaves behind, and ends it.
"""
import ctypes
import os
import pathlib
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TREE / "tests/applets"))
import lookup_lab as lab  # noqa: E402

PATIENCE = 120  # seconds until something that never happens is a failure
PR_SET_CHILD_SUBREAPER = 36
BENCH = str(TREE / "tests/bench")
TICKS = os.sysconf("SC_CLK_TCK")


def adopt_orphans():
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def small(source):
    """A program as small as a program can be, so that it is the supervisors that are measured."""
    return lab.compile_c(source, "-static", "-Os", "-s", compiler="musl-gcc", folder=BENCH)


def parents():
    """{process: its parent}, of all."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as f:
                    found[int(name)] = int(f.read().rpartition(")")[2].split()[1])
            except OSError:
                pass
    return found


def descendants(top):
    parent_of = parents()
    children = {}
    for child, parent in parent_of.items():
        children.setdefault(parent, []).append(child)
    found, waiting = [], [top]
    while waiting:
        for child in children.get(waiting.pop(), []):
            found.append(child)
            waiting.append(child)
    return found


class Stamps:
    """The FIFO, read here."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "stamps")
        os.mkfifo(self.path)
        self.fd = os.open(self.path, os.O_RDWR)

    def next(self, count):
        """So many process numbers, and the time when the last one came."""
        found = b""
        while len(found) < 4 * count:
            if not select.select([self.fd], [], [], PATIENCE)[0]:
                raise RuntimeError(f"{len(found) // 4} of {count} services have started")
            found += os.read(self.fd, 4 * count - len(found))
        return struct.unpack(f"={count}i", found), time.perf_counter()

    def close(self):
        os.close(self.fd)


class Supervisor:
    """One that runs `count` services in a folder of its own; `environment` is theirs."""

    name = None
    age = 0  # seconds that the folder has to be old before it starts

    def __init__(self, count, environment=None):
        self.count = count
        self.folder = tempfile.mkdtemp(prefix="keelson-bench-", dir="/dev/shm")
        self.stamps = Stamps(self.folder)
        self.environment = {"STAMP": self.stamps.path, "PATH": os.environ["PATH"],
                            **(environment or {})}
        self.program = small("stamp_service.c")
        self.services = os.path.join(self.folder, "services")
        os.mkdir(self.services)
        self.process = None
        self.prepare()
        time.sleep(self.age)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # What supervises goes first, so that nothing is started anew; what it leaves is ours.
        if self.process:
            self.process.kill()
            self.process.wait()
        while True:
            left = descendants(os.getpid())
            supervising = [pid for pid in left if not self.is_service(pid)]
            for pid in supervising or left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                break
        self.stamps.close()
        shutil.rmtree(self.folder)

    def is_service(self, pid):
        try:
            return os.readlink(f"/proc/{pid}/exe") == self.program
        except OSError:
            return False

    def prepare(self):
        pass

    def command(self):
        raise NotImplementedError

    def start(self):
        """Seconds until all have run, and their process numbers."""
        command = self.command()
        begin = time.perf_counter()
        self.process = subprocess.Popen(command, env=self.environment, cwd=self.folder,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=self.errors())
        pids, end = self.stamps.next(self.count)
        return end - begin, list(pids)

    def errors(self):
        return open(os.path.join(self.folder, "errors"), "w")

    def respawn(self, pids, kills):
        """Seconds from the kill of one until another runs in its place, of so many."""
        spent = []
        for number in range(kills):
            place = number * 7919 % len(pids)
            begin = time.perf_counter()
            os.kill(pids[place], signal.SIGKILL)
            (pids[place],), end = self.stamps.next(1)
            spent.append(end - begin)
        return spent

    def own(self):
        """The processes that supervise."""
        return [pid for pid in [self.process.pid] + descendants(self.process.pid)
                if not self.is_service(pid)]

    def memory(self):
        """Bytes of what supervises, pages that are shared by their parts."""
        total = 0
        for pid in self.own() if self.process.poll() is None else ():
            with open(f"/proc/{pid}/smaps_rollup") as f:
                total += sum(int(line.split()[1]) for line in f if line.startswith("Pss:"))
        return total * 1024

    def ticks(self):
        total = 0
        for pid in self.own():
            with open(f"/proc/{pid}/stat") as f:
                total += sum(int(word) for word in f.read().rpartition(")")[2].split()[11:13])
        return total


class Floor(Supervisor):
    name = "bare fork loop"

    def command(self):
        return [small("fork_floor.c"), str(self.count), self.program]


class Runit(Supervisor):
    name = "runit"
    age = 2.2  # runsvdir waits a second when its folder is new

    def prepare(self):
        for number in range(self.count):
            folder = os.path.join(self.services, f"s{number}")
            os.mkdir(folder)
            os.symlink(self.program, os.path.join(folder, "run"))
        self.environment["PATH"] = os.path.dirname(lab.peer("runit", "usr/bin/runsv"))

    def command(self):
        return [lab.peer("runit", "usr/bin/runsvdir"), self.services]


class S6(Supervisor):
    name = "s6"

    def prepare(self):
        for number in range(self.count):
            folder = os.path.join(self.services, f"s{number}")
            os.mkdir(folder)
            os.symlink(self.program, os.path.join(folder, "run"))
            # Without it s6 waits for a second after each death.
            with open(os.path.join(folder, "notification-fd"), "w") as f:
                f.write("3\n")
        # s6-svscan knows s6-supervise by its path in /usr/bin only.
        trees = [lab.peer("s6", "usr")] + [
            lab.peer(package, "usr") for package in ("libskarnet2.13", "libs6-2.11",
                                                     "libexecline2.9")]
        mount = f"mount -t overlay -o lowerdir={':'.join(trees)}:/usr overlay /usr"
        self.holder = subprocess.Popen(["unshare", "-m", "sh", "-ec", f"{mount}; echo; exec cat"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.holder.stdout.readline() != b"\n":
            raise lab.Skip("s6 needs a mount namespace with an overlay")
        self.environment["STAMP_READY"] = "3"

    def __exit__(self, *_):
        self.holder.stdin.close()
        self.holder.stdout.close()
        self.holder.wait()
        super().__exit__()

    def command(self):
        return ["nsenter", "-t", str(self.holder.pid), "-m", "/usr/bin/s6-svscan", "-c",
                str(self.count + 10), self.services]


class Dinit(Supervisor):
    """Only where somebody says where it is."""

    name = "dinit"

    def prepare(self):
        boot = ["type = internal\n"]
        for number in range(self.count):
            with open(os.path.join(self.services, f"s{number}"), "w") as f:
                f.write(f"type = process\ncommand = {self.program}\nrestart = true\n"
                        "smooth-recovery = true\nrestart-limit-count = 0\nrestart-delay = 0\n"
                        f"env-file = {self.folder}/environment\n")
            boot.append(f"waits-for: s{number}\n")
        with open(os.path.join(self.services, "boot"), "w") as f:
            f.writelines(boot)
        with open(os.path.join(self.folder, "environment"), "w") as f:
            f.writelines(f"{name}={text}\n" for name, text in self.environment.items())

    def command(self):
        return [os.environ["DINIT"], "-u", "-d", self.services, "-p", f"{self.folder}/control"]


class Svcd(Supervisor):
    name = "svcd"
    restart = "restart-delay: 0\n"

    def prepare(self):
        words = " ".join(f"{name}={text}" for name, text in self.environment.items()
                         if name != "PATH")
        for number in range(self.count):
            with open(os.path.join(self.services, f"s{number}.svc"), "w") as f:
                f.write(f"command: {self.program}\nenvironment: {words}\n{self.restart}")

    def __exit__(self, *_):
        if self.process:  # one that is killed leaves folders of groups, which the next one removes
            self.process.terminate()
            self.process.wait()
        super().__exit__()

    def command(self):
        empty = os.path.join(self.folder, "empty")
        os.makedirs(empty, exist_ok=True)
        return [lab.KEELSON, "svcd", "--config", self.services, "--socket", self.socket,
                "--rc-dir", empty, "--init-dir", empty]

    @property
    def socket(self):
        return os.path.join(self.folder, "socket")

    def svc(self, *words):
        return [lab.KEELSON, "svc", "--socket", self.socket, *words]
