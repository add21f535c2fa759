"""Two machines on a wire, each a network name space: DHCP servers at one end, our client at the other."""
import concurrent.futures
import itertools
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", TREE / "build"))
KEELSON = pathlib.Path(os.environ.get("KEELSON", BUILD / "keelson"))
SHARED = pathlib.Path(os.environ.get("KEELSON_SHARED", TREE.parent / "shared"))
PATIENCE = 60  # seconds, for what comes at once unless something is broken
LIBRARIES = "usr/lib/x86_64-linux-gnu"
LABS = itertools.count()
COMPILING = threading.Lock()


class Skip(Exception):
    """Why a test cannot run here."""


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def peer(package, path, *libraries):
    """A program of a Debian package below build/peers, fetched when it is not there yet, and the
    environment that finds its libraries."""
    program = BUILD / "peers" / package / path
    if not program.exists():
        subprocess.run([TREE / "tests/peers", package, *libraries], capture_output=True)
    if not program.exists():
        raise Skip(f"needs the peer {package} below build/peers")
    folders = sorted(str(folder) for folder in (BUILD / "peers").glob(f"*/{LIBRARIES}"))
    return str(program), dict(os.environ, LD_LIBRARY_PATH=":".join(folders))


def dnsmasq():
    return peer("dnsmasq-base", "usr/sbin/dnsmasq", "libdbus-1-3", "libgmp10", "libhogweed6",
                "libidn2-0", "libjansson4", "libmnl0", "libnetfilter-conntrack3", "libnettle8",
                "libnfnetlink0", "libnftables1", "libnftnl11", "libunistring2", "libxtables12")


def lab_client():
    """tests/applets/netconfd/dhcp_lab_client.cc, compiled once a build."""
    with COMPILING:
        return compile_lab_client()


def compile_lab_client():
    source = TREE / "tests/applets/netconfd/dhcp_lab_client.cc"
    layers = [BUILD / f"lib{layer}.a" for layer in ("applets", "once", "platform", "core")]
    for layer in layers:
        if not layer.exists():
            raise Skip(f"needs {layer.name}, which keelson_tests is made of")
    program = BUILD / "dhcp_lab_client"
    newest = max(path.stat().st_mtime for path in [source, *layers])
    if not program.exists() or program.stat().st_mtime < newest:
        new = f"{program}.{os.getpid()}"
        subprocess.run(["c++", "-std=c++20", "-O1", "-no-pie", "-I", TREE, "-o", new, source,
                        "-Wl,--start-group", *layers, "-Wl,--end-group"], check=True)
        os.rename(new, program)
    return program


class Lines:
    """What a program says, line by line, as it comes."""

    def __init__(self, stream):
        self.stream, self.lines, self.seen = stream, queue.Queue(), []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.stream:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def until(self, *words, patience=PATIENCE):
        """The next line that has all the words."""
        end = time.monotonic() + patience
        while True:
            try:
                line = self.lines.get(timeout=max(end - time.monotonic(), 0))
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(f"no line with {words}; before: " + "\n".join(self.seen))
            self.seen.append(line)
            if all(word in line for word in words):
                return line


    def until_end(self):
        while (line := self.lines.get(timeout=PATIENCE)) is not None:
            self.seen.append(line)


class Lab:
    """`with Lab() as lab`: the name spaces lab.server (s0, 10.77.0.1/24) and lab.client (c0)."""

    def __init__(self):
        number = f"{os.getpid()}-{next(LABS)}"
        self.server, self.client, self.other = (f"kd{number}{end}" for end in "sco")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="keelson-dhcp-"))
        self.running, self.spaces = [], []
        self.net = "10.77.0"  # whose addresses servers give
        self.first, self.last = 50, 250

    def __enter__(self):
        try:
            for space in (self.server, self.client):
                self.add_space(space)
            ip("link", "add", "s0", "netns", self.server, "type", "veth",
               "peer", "name", "c0", "netns", self.client)
            ip("-n", self.server, "addr", "add", "10.77.0.1/24", "dev", "s0")
            ip("-n", self.server, "link", "set", "s0", "up")
            ip("-n", self.client, "link", "set", "c0", "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self.running:
            process.kill()
            process.wait()
        for space in self.spaces:
            self.end_all(space)
            subprocess.run(["ip", "netns", "del", space], check=False)
        shutil.rmtree(self.folder)

    def renumber(self, net, host=1):
        """The server's machine has another address from now on."""
        ip("-n", self.server, "addr", "flush", "dev", "s0")
        ip("-n", self.server, "addr", "add", f"{net}.{host}/24", "dev", "s0")
        self.net = net

    def shown(self, *words):
        """What ip(8) says at the client's end."""
        return subprocess.run(["ip", "-n", self.client, *words], check=True, capture_output=True,
                              text=True).stdout

    def add_space(self, space):
        ip("netns", "add", space)
        self.spaces.append(space)
        ip("-n", space, "link", "set", "lo", "up")

    def end_all(self, space):
        """What others have started in there as well."""
        pids = subprocess.run(["ip", "netns", "pids", space], capture_output=True, text=True).stdout
        for pid in pids.split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass

    def start(self, space, command, **more):
        process = subprocess.Popen(["ip", "netns", "exec", space, *map(str, command)], text=True,
                                   errors="replace", stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
        self.running.append(process)
        return process, Lines(process.stdout)

    def end(self, process):
        self.running.remove(process)
        process.kill()
        process.wait()

    def dnsmasq(self, *lines, space=None):
        """One that gives .first to .last unless the lines have a dhcp-range."""
        program, env = dnsmasq()
        config = tempfile.NamedTemporaryFile("w", dir=self.folder, suffix=".conf", delete=False)
        if not any(line.startswith("dhcp-range=1") for line in lines):
            lines += (f"dhcp-range={self.net}.{self.first},{self.net}.{self.last},255.255.255.0,120",)
        config.write("\n".join(["port=0", "bind-dynamic", "dhcp-authoritative", "no-ping", "user=root",
                                "dhcp-leasefile=" + config.name + ".leases", "log-dhcp",
                                "pid-file=" + config.name + ".pid",
                                "except-interface=lo", "log-facility=-", *lines, ""]))
        config.close()
        process, said = self.start(space or self.server, [program, "-k", "-C", config.name], env=env)
        said.until("DHCP, IP range")
        return process, said

    def dhcpd(self, *lines, on="s0"):
        """ISC's, with the same addresses; times in seconds by the lines."""
        program, env = peer("isc-dhcp-server", "usr/sbin/dhcpd")
        config, leases = self.folder / "dhcpd.conf", self.folder / "dhcpd.leases"
        config.write_text("authoritative;\nping-check false;\n" + "\n".join(lines) + f"""
subnet {self.net}.0 netmask 255.255.255.0 {{
  range {self.net}.{self.first} {self.net}.{self.last}; option routers {self.net}.1;
}}
""")
        leases.touch()
        process, said = self.start(self.server, [program, "-f", "-d", "-cf", config, "-lf", leases,
                                                 "--no-pid", on], env=env)
        said.until("Sending on")
        return process, said

    def udhcpd(self, *lines, on="s0"):
        program, env = peer("busybox", "bin/busybox")
        config = self.folder / "udhcpd.conf"
        config.write_text("\n".join([f"start {self.net}.{self.first}", f"end {self.net}.{self.last}", f"interface {on}",
                                     "option subnet 255.255.255.0", f"option router {self.net}.1",
                                     f"lease_file {self.folder}/udhcpd.leases",
                                     f"pidfile {self.folder}/udhcpd.pid", *lines, ""]))
        (self.folder / "udhcpd.leases").touch()
        process, said = self.start(self.server, [program, "udhcpd", "-f", config], env=env)
        said.until("started")
        return process, said

    def worker(self, *arguments):
        """Our client without a netconfd around it."""
        return Client(self, *self.start(self.client, [lab_client(), *arguments]))


class Client:
    def __init__(self, lab, process, said):
        self.lab, self.process, self.said, self.until = lab, process, said, said.until

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def lease(self, reason):
        """The next lease, which has to come by that reason: its fields."""
        line = self.until("lease " + reason)
        fields = {}
        for field in line.split(" ", 3)[3].split(";"):
            key, _, value = field.partition(": ")
            fields[key] = f"{fields[key]}, {value}" if key in fields else value
        return fields

    def children(self):
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        return [int(word) for word in pathlib.Path(path).read_text().split()]


def run_tests(tests, at_once=8):
    """Many at once, since they mostly wait. A test that cannot run here is told of; exit 77 only when
    none can."""
    if os.geteuid() != 0:
        print("SKIP: needs root, for network name spaces")
        sys.exit(77)
    if subprocess.run(["ip", "netns", "list"], capture_output=True).returncode != 0:
        print("SKIP: needs ip and network name spaces")
        sys.exit(77)

    def run(test):
        try:
            test()
        except Skip as why:
            return "skipped", str(why)
        except BaseException:
            return "failed", traceback.format_exc()
        return "passed", ""

    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        results = list(pool.map(run, tests))
    for test, (verdict, detail) in zip(tests, results):
        print(f"{verdict}: {test.__name__} {detail}")
    verdicts = [verdict for verdict, _ in results]
    if "failed" in verdicts:
        sys.exit(1)
    if "passed" not in verdicts:
        print(f"SKIP: {results[0][1]}")
        sys.exit(77)
