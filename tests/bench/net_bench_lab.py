"""What netconfd is measured with and beside: name spaces of the bench's own, the floors, the peers.

The bench runs itself in new net, mount and process name spaces (enter), with copies of /etc and empty
folders for /run and /var/lib, so that no peer writes to the machine, and nothing outlives the bench.
"""
import ctypes
import fcntl
import os
import pathlib
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TREE / "tests/applets"))
import dhcp_lab  # noqa: E402
import lookup_lab  # noqa: E402
from dhcp_lab import KEELSON, SHARED, Skip, peer  # noqa: E402, F401

INSIDE = "KEELSON_NET_BENCH"
FOLDER = pathlib.Path("/run/bench")
PATIENCE = 120  # seconds until something that never happens is a failure
RTM_NEWLINK, RTM_NEWADDR = 16, 20
RTMGRP_LINK, RTMGRP_IPV4_IFADDR = 1, 0x10
CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def enter():
    """Goes on in name spaces of its own; Skip where there are none."""
    if os.environ.get(INSIDE):
        for command in ("mount --make-rprivate /", "mount -t tmpfs tmpfs /run", "mount -t sysfs sysfs /sys",
                        "mkdir -p /run/bench/etc /run/network", "cp -a /etc/. /run/bench/etc",
                        "mount --bind /run/bench/etc /etc",
                        "mkdir -p /etc/network/if-pre-up.d /etc/network/if-up.d",
                        "mount -t tmpfs tmpfs /var/lib", "mkdir -p /var/lib/dhcp /var/lib/dhcpcd",
                        "ip link set lo up"):
            subprocess.run(command.split(), check=True)
        return
    words = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if subprocess.run([*words, "true"], capture_output=True).returncode != 0:
        raise Skip("needs root and name spaces")
    os.execvpe("unshare", [*words, sys.executable, *sys.argv], {**os.environ, INSIDE: "1"})


def floor(name):
    """A raw program of the shared lab."""
    if not (SHARED / "lab" / f"{name}.c").exists():
        raise Skip(f"{name}.c is not in {SHARED}/lab")
    return lookup_lab.compile_c(f"{name}.c", "-w", folder=str(SHARED / "lab"))


def busybox(applet):
    """BUSYBOX's, else Debian's: whichever has the applet."""
    for program in (os.environ.get("BUSYBOX"), lambda: peer("busybox", "bin/busybox")[0]):
        program = program() if callable(program) else program
        if program and applet in subprocess.run([program, "--list"], capture_output=True,
                                                text=True).stdout.split():
            # Debian's ifup knows no inet.
            tried = [program, "ifup", "-n", "-a"] if applet == "ifup" else ["true"]
            if subprocess.run(tried, capture_output=True).returncode == 0:
                return program
    raise Skip(f"a busybox with {applet} (BUSYBOX)")


def installed(name, package, path):
    """The system's program, or the package's below build/peers."""
    found = shutil.which(name, path="/usr/sbin:/sbin:/usr/bin:/bin")
    return (found, dict(os.environ)) if found else peer(package, path)


def ip(*words, space=None):
    subprocess.run(["ip", *(("-n", space) if space else ()), *map(str, words)], check=True,
                   capture_output=True)


def ip_batch(lines, *options):
    done = subprocess.run(["ip", *options, "-batch", "-"], input="\n".join(lines) + "\n", text=True,
                          capture_output=True)
    if done.returncode and "-force" not in options:
        raise RuntimeError(done.stderr)


def spawn(command, env=None):
    """The number of a process in a session of its own, which end() ends with all that it has started."""
    return os.posix_spawn(command[0], [str(word) for word in command], env or os.environ, setsid=True,
                          file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)] + [
                              (os.POSIX_SPAWN_OPEN, fd, FOLDER / "log",
                               os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) for fd in (1, 2)])


def run(command, env=None):
    """Seconds from spawn to exit."""
    begin = time.perf_counter()
    _, status = os.waitpid(spawn(command, env), 0)
    spent = time.perf_counter() - begin
    if status:
        raise RuntimeError(f"{command}: {status:#x}: {log_end()}")
    return spent


def end(*pids):
    for pid in pids:
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    for pid in pids:
        os.waitpid(pid, 0)


def make_links(count, prefix="k"):
    run([floor("nlbulk"), "links", str(count), prefix])


class Events:
    """What the kernel tells of links and of addresses in the name space of the one who opens it."""

    def __init__(self, groups):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE
        self.socket.bind((0, groups))
        self.names = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def drain(self):
        while select.select([self.socket], [], [], 0)[0]:
            self.socket.recv(1 << 18)

    def next(self):
        """A list of (type, interface index, flags of the link or None)."""
        if not select.select([self.socket], [], [], PATIENCE)[0]:
            raise RuntimeError("the kernel has told nothing; " + log_end())
        data, found = self.socket.recv(1 << 18), []
        while len(data) >= 16:
            length, kind = struct.unpack_from("=IH", data)
            index, flags = struct.unpack_from("=iI", data, 20)
            found.append((kind, index, flags if kind == RTM_NEWLINK else None))
            data = data[(length + 3) & ~3:]
        return found

    def addressed(self, indexes):
        """Returns when each of them has got an address: the time then."""
        missing = set(indexes)
        while missing:
            missing -= {index for kind, index, _ in self.next() if kind == RTM_NEWADDR}
        return time.perf_counter()

    def carrier(self, index):
        """The time when the link runs (IFF_LOWER_UP)."""
        while not any(at == index and (flags or 0) & 0x10000 for _, at, flags in self.next()):
            pass
        return time.perf_counter()


def emptied(sniffer):
    """The socket, with nothing left to read; the link under it may be down."""
    while select.select([sniffer], [], [], 0)[0]:
        try:
            sniffer.recv(65536)
        except OSError:
            pass
    return sniffer


def log_end():
    return (FOLDER / "log").read_bytes()[-1500:].decode(errors="replace")


class InSpace:
    """This thread is in another name space; sockets that are made meanwhile stay there."""

    def __init__(self, space):
        self.space = space

    def __enter__(self):
        libc = ctypes.CDLL(None, use_errno=True)
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.space}", os.O_RDONLY)
        if libc.setns(there, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        os.close(there)

    def __exit__(self, *_):
        if ctypes.CDLL(None).setns(self.home, CLONE_NEWNET):
            raise RuntimeError("setns")
        os.close(self.home)


class Switch:
    """Turns a link of the name space of the one who makes this on and off."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.name = name.encode()

    def set(self, is_up):
        """The time before it."""
        request = struct.pack("16sH22x", self.name, 0)
        flags = struct.unpack("16xH22x", fcntl.ioctl(self.socket, SIOCGIFFLAGS, request))[0]
        flags = flags | IFF_UP if is_up else flags & ~IFF_UP
        begin = time.perf_counter()
        fcntl.ioctl(self.socket, SIOCSIFFLAGS, struct.pack("16sH22x", self.name, flags))
        return begin


class Netconfd:
    """With an interfaces file that brings nothing up by itself: allow-bench."""

    def __init__(self, interfaces, *options):
        self.interfaces, self.options = interfaces, options

    def __enter__(self):
        shutil.rmtree(FOLDER / "netconfd", ignore_errors=True)
        file = FOLDER / "interfaces.bench"
        file.write_text(self.interfaces)
        read, write = os.pipe()
        log = open(FOLDER / "log", "ab")
        self.process = subprocess.Popen(
            [KEELSON, "netconfd", "--interfaces", file, "--rc-conf", "/dev/null", "--cmdline",
             "/dev/null", "--state-dir", FOLDER / "netconfd", "--socket", FOLDER / "sock",
             "--status-socket", FOLDER / "status", "--ready-fd", str(write), *self.options],
            pass_fds=[write], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True)
        log.close()
        os.close(write)
        if os.read(read, 1) != b"\n":
            raise RuntimeError("netconfd is not ready: " + log_end())
        os.close(read)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def command(self, *words):
        return [KEELSON, "netconf", words[0], "--socket", FOLDER / "sock", *words[1:]]

    def up(self):
        """Seconds from the request to its being done."""
        return run(self.command("up", "--allow", "bench"))

    def processes(self):
        """Itself first, then its worker."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [self.process.pid, *map(int, children.read_text().split())]


class Wire:
    """c0... here; their other ends, one s0 or the ports of a bridge s0, in a name space with dnsmasq."""

    def __init__(self, count=1):
        self.count, self.space = count, f"bench-{count}"

    def __enter__(self):
        ip("netns", "add", self.space)
        ip("link", "set", "lo", "up", space=self.space)
        if self.count == 1:
            ip("link", "add", "c0", "type", "veth", "peer", "name", "s0", "netns", self.space)
        else:
            ip("link", "add", "s0", "type", "bridge", space=self.space)
            ip_batch([f"link add c{i} type veth peer name p{i} netns {self.space}"
                      for i in range(self.count)])
            ip_batch([f"link set p{i} master s0 up" for i in range(self.count)], "-n", self.space)
        ip("addr", "add", "10.77.0.1/16", "dev", "s0", space=self.space)
        ip("link", "set", "s0", "up", space=self.space)
        ip_batch([f"link set c{i} up" for i in range(self.count)])
        self.names = [f"c{i}" for i in range(self.count)]
        self.indexes = [socket.if_nametoindex(name) for name in self.names]
        self.server = self.dnsmasq()
        return self

    def __exit__(self, *_):
        self.server.kill()
        self.server.wait()
        ip_batch([f"link del {name}" for name in self.names], "-force")
        ip("netns", "del", self.space)

    def dnsmasq(self):
        config = FOLDER / f"{self.space}.conf"
        config.write_text("\n".join((
            "port=0", "bind-dynamic", "dhcp-authoritative", "no-ping", "quiet-dhcp", "user=root",
            "except-interface=lo", "log-facility=-", f"pid-file={config}.pid",
            f"dhcp-leasefile={config}.leases", "dhcp-lease-max=20000",
            "dhcp-range=10.77.1.1,10.77.250.250,255.255.0.0,3600", "dhcp-option=option:router,10.77.0.1",
            "dhcp-option=option:dns-server,10.77.0.1", "dhcp-option=option:domain-name,lab.test", "")))
        program, env = dhcp_lab.dnsmasq()
        process = subprocess.Popen(["ip", "netns", "exec", self.space, program, "-k", "-C", config],
                                   env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        if not any("DHCP, IP range" in line for line in process.stderr):
            raise RuntimeError("dnsmasq does not start")
        return process

    def clear(self):
        """As before the first client."""
        ip_batch([f"addr flush dev {name}" for name in self.names], "-4", "-force")
        ip_batch([f"link set {name} up" for name in self.names])
        for folder in ("/var/lib/dhcp", "/var/lib/dhcpcd", FOLDER / "leases"):
            shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder)
