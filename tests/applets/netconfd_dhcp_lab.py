"""netconfd at the client's end of dhcp_lab's wire, in folders of its own, with DHCP clients of all kinds."""
import os
import shutil
import signal
import subprocess

from dhcp_lab import BUILD, KEELSON, PATIENCE, ip, peer

# Clients other than our own: the package, where its program is, and what it has to find in /etc.
CLIENTS = {
    "dhclient": ("isc-dhcp-client", "sbin/dhclient", {"etc/dhcp/dhclient.conf": "timeout 4;\nretry 1;\nreboot 1;\n"}),
    "udhcpc": ("busybox", "bin/busybox", {}),
    "dhcpcd": ("dhcpcd-base", "usr/sbin/dhcpcd", {"etc/dhcpcd.conf": "timeout 2\nnoarp\nlastlease\n"}),
}
# What netconfd may write to or a client keeps is the lab's; /usr/sbin has nothing but these two.
MOUNTS = """
[ ! -e "$0/sh" ] || mount --bind "$0/sh" /bin/sh
for folder in etc run usr/sbin var tmp; do mount --bind "$0/$folder" /$folder; done
exec "$@"
"""


class Daemon:
    """REQUIRES: lab has been entered. The provider's package is fetched, or the test is skipped."""

    def __init__(self, lab, config, provider="builtin", shell=""):
        self.lab, self.provider, self.root = lab, provider, lab.folder / "root"
        for folder in ("etc/network", "run", "tmp", "usr/sbin", "var/lib"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        (self.root / "etc/network/interfaces").write_text(config)
        shutil.copy(KEELSON, self.root / "usr/sbin/keelson")
        if shell:
            (self.root / "sh").write_text(shell)
            (self.root / "sh").chmod(0o755)
        if provider in CLIENTS:
            self.bring_client(*CLIENTS[provider])
        self.socket = f"{self.root}/run/keelson/netconfd.sock"
        self.start()

    def bring_client(self, package, path, texts):
        program, _ = peer(package, path)
        shutil.copy(program, self.root / "usr/sbin" / self.provider)
        for name, text in texts.items():
            own = BUILD / "peers" / package / name
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(own.read_text() + text)

    def start(self):
        """Returns when it takes requests."""
        read, write = os.pipe()
        words = ["/usr/sbin/keelson", "netconfd", "--cmdline", "/dev/null", "-v", "--dhcp",
                 self.provider, "--ready-fd", str(write)]
        self.process, self.said = self.lab.start(
            self.lab.client, ["sh", "-ec", MOUNTS, self.root, *words], pass_fds=[write])
        self.until = self.said.until
        os.close(write)
        with open(read, "rb") as ready:
            assert ready.read(1) == b"\n", "netconfd does not get ready"

    def end(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        self.process.wait()
        self.lab.running.remove(self.process)

    def popen(self, *words):
        return subprocess.Popen([KEELSON, "netconf", words[0], "--socket", self.socket, *words[1:]],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *words, code=0):
        client = self.popen(*words)
        out, err = client.communicate(timeout=PATIENCE)
        assert client.returncode == code, (words, client.returncode, out, err, self.said.seen)
        return out + err

    def row(self, name="c0"):
        line = self.run("status", name, "-o", "tsv").splitlines()[-1]
        columns = ("name", "state", "link", "addresses", "gateway", "method", "lease", "logical", "why")
        return dict(zip(columns, line.split("\t")))

    def resolv_conf(self):
        path = self.root / "etc/resolv.conf"
        return path.read_text() if path.exists() else ""

    def in_kernel(self, name="c0"):
        """(its addresses, its routes without the kernel's own, its MTU)"""
        def shown(*words):
            return self.lab.shown(*words).splitlines()
        addresses = [line.split()[1] for line in shown("-4", "addr", "show", "dev", name) if " inet " in line]
        routes = [" ".join(line.split()[:3]) for line in shown("-4", "route", "show", "dev", name)
                  if "proto kernel" not in line]
        mtu = shown("link", "show", "dev", name)[0].split(" mtu ")[1].split()[0]
        return addresses, sorted(routes), int(mtu)

    def clients(self):
        """Numbers of the provider's programs that run in here."""
        numbers = subprocess.run(["ip", "netns", "pids", self.lab.client], check=True,
                                 capture_output=True, text=True).stdout.split()
        return [int(number) for number in numbers if self.is_client(number)]

    def is_client(self, number):
        try:
            return os.readlink(f"/proc/{number}/exe").endswith("/" + self.provider)
        except OSError:
            return False
