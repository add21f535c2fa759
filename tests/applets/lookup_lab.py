"""Private namespaces with a lookup daemon in them: what the tests and benches of pwlookupd stand
on.

A Namespace is a process that holds a private mount namespace whose /etc is a copy of this machine's
with given files laid over it. Its files are reached from here through /proc/PID/root, programs are
put into it with nsenter, and nothing that happens in it is seen outside.
"""
import ctypes
import functools
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
KEELSON = os.path.abspath(os.environ.get("KEELSON", "build/keelson"))
BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
SHARED = os.path.abspath(os.environ.get("KEELSON_SHARED", "../shared"))
PRIVATE_ETC = os.path.join(SHARED, "lab/private-etc.sh")
SOCKET = "/run/nscd/socket"
DATABASES = ("passwd", "group", "services")
PATIENCE = 60  # seconds until something that never happens is a failure

# Request types of the protocol.
(GETPWBYNAME, GETPWBYUID, GETGRBYNAME, GETGRBYGID, SHUTDOWN, GETSTAT, INVALIDATE, GETFDPW,
 INITGROUPS, GETSERVBYNAME, GETSERVBYPORT) = (0, 1, 2, 3, 8, 9, 10, 11, 15, 16, 17)


class Skip(Exception):
    """The test cannot run here."""


def need_root():
    if os.geteuid() != 0:
        raise Skip("needs root for a private mount namespace")
    if not os.access(KEELSON, os.X_OK):
        sys.exit(f"{KEELSON} is not built")
    if not os.path.exists(PRIVATE_ETC):
        raise Skip("needs lab/private-etc.sh below KEELSON_SHARED")


def peer(package, path):
    """A file of a Debian package below build/peers, fetched when it is not there yet."""
    full = os.path.join(BUILD, "peers", package, path)
    if not os.path.exists(full):
        fetch = os.path.join(HERE, "../peers")
        if os.path.exists(fetch):
            subprocess.run([fetch, package], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                           env=dict(os.environ, BUILD=BUILD))
    if not os.path.exists(full):
        raise Skip(f"needs Debian's package {package} below build/peers")
    return full


@functools.cache
def compile_c(source, *flags, name=None, compiler="cc", folder=HERE):
    """The program that this C source is, made now, below the build folder."""
    if not shutil.which(compiler):
        raise Skip(f"needs {compiler}")
    os.makedirs(os.path.join(BUILD, "lab"), exist_ok=True)
    target = os.path.join(BUILD, "lab", name or os.path.splitext(source)[0])
    made = subprocess.run([compiler, "-O2", "-Wall", "-o", f"{target}.{os.getpid()}",
                           os.path.join(folder, source), *flags], capture_output=True, text=True)
    if made.returncode:
        raise RuntimeError(made.stderr)
    os.rename(f"{target}.{os.getpid()}", target)
    return target


def compile_32_bit(source):
    """The same for a machine of 32 bits, static, as the libraries are not installed."""
    libc = os.path.dirname(peer("libc6-dev-i386", "usr/lib32/libc.a"))
    gcc = os.path.dirname(peer("lib32gcc-12-dev", "usr/lib/gcc/x86_64-linux-gnu/12/32/libgcc.a"))
    headers = os.path.join(libc, "../include")
    return compile_c(source, "-m32", "-static", "-w", "-Wl,--no-warnings", "-B", libc, "-L", libc,
                     "-B", gcc, "-L", gcc, "-I", headers, "-I", "/usr/include/x86_64-linux-gnu",
                     name=os.path.splitext(source)[0] + "_32")


def this_machines_files():
    files = {}
    for name in DATABASES:
        with open(f"/etc/{name}", "rb") as f:
            files[name] = f.read()
    return files


def has_landlock():
    """Whether the kernel can confine a process to some files (landlock_create_ruleset(2))."""
    return ctypes.CDLL(None).syscall(444, None, 0, 1) > 0


def until(happened, what, tries=2000):
    """Asks again and again, a bounded number of times, and gives the first answer that is true."""
    for _ in range(tries):
        answer = happened()
        if answer:
            return answer
        select.select([], [], [], 0.005)
    raise AssertionError(f"did not happen: {what}")


class Namespace:
    KINDS = ("-m",)  # of namespaces, for nsenter
    MAKE = ()        # what makes those that are not mounts

    def __init__(self, files=None, nsswitch=None):
        need_root()
        self.folder = tempfile.mkdtemp(prefix="keelson-lab-")
        os.chmod(self.folder, 0o755)
        for name, content in (files or {}).items():
            with open(os.path.join(self.folder, name), "wb") as f:
                f.write(content)
            os.chmod(os.path.join(self.folder, name), 0o644)
        self.daemons = []
        self.holder = subprocess.Popen(
            [*self.MAKE, PRIVATE_ETC, self.folder, "sh", "-c", "echo ready; exec cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.holder.stdout.readline() != b"ready\n":
            raise Skip("cannot make a private mount namespace")
        if nsswitch:
            self.write("/etc/nsswitch.conf", nsswitch.encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for daemon in self.daemons:
            daemon.kill()
        self.holder.stdin.close()
        self.holder.stdout.close()
        self.holder.wait()
        shutil.rmtree(self.folder)

    def path(self, path):
        """Where a file of the namespace is reached from here. Absolute links lead outside."""
        return f"/proc/{self.holder.pid}/root{path}"

    def write(self, path, content):
        with open(self.path(path), "wb") as f:
            f.write(content)

    def replace(self, path, content):
        """As passwd(1) and its kin do it: a new file renamed over the old one."""
        self.write(path + ".new", content)
        os.rename(self.path(path + ".new"), self.path(path))

    def inside(self, argv, hide=(), chroot=None):
        """What runs argv in the namespace; files of /etc in `hide` look empty to it alone."""
        command = ["nsenter", "-t", str(self.holder.pid), *self.KINDS, "--wd=/", "--"]
        if hide:
            binds = "".join(f"mount --bind /etc/empty-file /etc/{name}; " for name in hide)
            self.write("/etc/empty-file", b"")
            command += ["unshare", "-m", "sh", "-ec", binds + 'exec "$@"', "sh"]
        if chroot:
            command += ["chroot", chroot]
        return command + list(argv)

    def run(self, argv, input=b"", hide=(), chroot=None, env=None):
        return subprocess.run(self.inside(argv, hide, chroot), input=input, capture_output=True,
                              timeout=10 * PATIENCE,
                              env=dict(os.environ, LC_ALL="C", **(env or {})))

    def output(self, argv, **how):
        done = self.run(argv, **how)
        assert done.returncode == 0, (argv, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def start(self, *arguments, **how):
        daemon = Keelson(self, arguments, **how)
        self.daemons.append(daemon)
        return daemon

    def start_peer(self, kind, shared=False):
        daemon = Peer(self, kind, shared)
        self.daemons.append(daemon)
        return daemon


def status(pid, key):
    """The words behind a key of /proc/PID/status."""
    with open(f"/proc/{pid}/status") as f:
        for line in f:
            if line.startswith(key + ":"):
                return line.split()[1:]
    return None


class Daemon:
    """A process in a namespace. pid is its own: nsenter and the rest exec."""

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE)

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def cpu_us(self):
        """Microseconds that its threads have run."""
        total = 0
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/schedstat") as f:
                total += int(f.read().split()[0])
        return total / 1000

    def status(self, key):
        return status(self.pid, key)


class Keelson(Daemon):
    def __init__(self, namespace, arguments, chroot=None, env=None, ready=True, wrapper=()):
        self.namespace = namespace
        self.log = tempfile.TemporaryFile()
        reader, writer = os.pipe()
        command = [*wrapper, KEELSON, "pwlookupd", *arguments]
        if ready:
            command += ["--ready-fd", str(writer)]
        self.process = subprocess.Popen(namespace.inside(command, chroot=chroot), pass_fds=[writer],
                                        stdin=subprocess.DEVNULL, stderr=self.log, stdout=self.log,
                                        env=dict(os.environ, **(env or {})))
        os.close(writer)
        if ready:
            told = select.select([reader], [], [], PATIENCE)[0] and os.read(reader, 1)
            if told != b"\n":
                os.close(reader)
                raise AssertionError(f"no readiness from pwlookupd: {self.said()}")
        os.close(reader)

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def stats(self):
        """{database: {column: number}}, from the daemon's counters."""
        rows = [line.split() for line in ask(self.namespace, GETSTAT, b"").decode().splitlines()]
        return {row[0]: dict(zip(rows[0][1:], (int(word.rstrip("+")) for word in row[1:])))
                for row in rows[1:]}

    def all_mapped(self):
        """Waits until what clients get has everything in it."""
        until(lambda: all(self.stats()[database]["mapped"] for database in DATABASES),
              "all is mapped")

    def snapshots(self):
        """How many it keeps."""
        with open(f"/proc/{self.pid}/maps") as f:
            return sum("memfd:" in line for line in f)

    def questions(self, database):
        """The requests so far that asked for an entry, not for a mapping."""
        row = self.stats()[database]
        return row["requests"] - row["clients"]


class Peer(Daemon):
    """Debian's nscd or unscd, from its package, caching as its own default configuration says; clients
    may map nscd's caches where they are shared."""

    def __init__(self, namespace, kind, shared=False):
        program = peer(kind, "usr/sbin/nscd")  # both are called that
        databases = ("passwd", "group", "services") if kind == "nscd" else ("passwd", "group")
        others = ("hosts", "netgroup") if kind == "nscd" else ("hosts",)
        namespace.write("/etc/nscd.conf", ("debug-level 0\n" + "".join(
            f"enable-cache {name} yes\npositive-time-to-live {name} 600\n"
            f"negative-time-to-live {name} 20\ncheck-files {name} yes\n" for name in databases)
            + "".join(f"enable-cache {name} no\n" for name in others)
            + "".join(f"shared {name} yes\n" for name in databases if shared)).encode())
        self.process = subprocess.Popen(
            namespace.inside([program, "-F" if kind == "nscd" else "-d"]),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: can_connect(namespace), f"{kind} serves its socket")


def can_connect(namespace):
    try:
        connect(namespace).close()
        return True
    except OSError:
        return False


def connect(namespace, path=SOCKET):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(PATIENCE)
    try:
        client.connect(namespace.path(path))
    except OSError:
        client.close()
        raise
    return client


def request(kind, key, version=2, length=None):
    """The bytes of a request. key without its NUL, unless the length is given too."""
    if length is None:
        key += b"\0"
        length = len(key)
    return struct.pack("=iii", version, kind, length) + key


def read_all(client):
    parts = []
    while True:
        part = client.recv(1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)


def ask(namespace, kind, key):
    """The whole reply to one request, raw."""
    with connect(namespace) as client:
        client.sendall(request(kind, key))
        return read_all(client)


class Chat:
    """A lookup_client that stays, asked line by line: a long-running program."""

    def __init__(self, namespace, program, **how):
        self.process = subprocess.Popen(namespace.inside([program], **how), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def ask(self, *words):
        self.process.stdin.write("\t".join(words).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline().decode()
        assert line.endswith("\n"), f"the client ended at {words}"
        return line.rstrip("\n").split(" => ", 1)[1]


def differences(expected, found, limit=8):
    """The first lines (bytes) that differ, for a message."""
    expected, found = expected.splitlines(), found.splitlines()

    def around(text, place):
        if len(text) < 200:
            return repr(text)
        return repr(text[:60] + b"..." + text[max(60, place - 40):place + 60])

    report = []
    for a, b in zip(expected, found):
        if a != b:
            place = len(os.path.commonprefix([a, b]))
            report.append(f"  expected {around(a, place)}\n  found    {around(b, place)}")
    if len(expected) != len(found):
        report.append(f"  {len(expected)} lines expected, {len(found)} found")
    more = f"\n  ... and {len(report) - limit} more" if len(report) > limit else ""
    return "\n".join(report[:limit]) + more


def main(tests):
    """Runs every test_* function of a module, in order. Never returns."""
    wanted = sys.argv[1:]
    failed = 0
    skipped = []
    names = [name for name in tests if name.startswith("test_") and (not wanted or name in wanted)]
    for name in names:
        try:
            tests[name]()
            print(f"ok      {name}", flush=True)
        except Skip as why:
            skipped.append(str(why))
            print(f"skipped {name}: {why}", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED  {name}", flush=True)
            traceback.print_exc()
            sys.stderr.flush()
    if not names:
        sys.exit("no such test")
    if not failed and skipped:
        print(f"SKIP: {skipped[0]}")
        sys.exit(77)
    sys.exit(1 if failed else 0)
