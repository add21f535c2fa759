"""A machine of its own below qemu, without one device: a Debian kernel, its modules, a shell, keelson."""
import lzma
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", TREE / "build"))
KEELSON = os.environ.get("KEELSON", str(BUILD / "keelson"))
PEERS = BUILD / "peers"
PATIENCE = 600  # seconds; only what hangs needs them


def skip(why):
    print(f"SKIP: {why}")
    sys.exit(77)


def kernel_package():
    """The folder of any kernel that is there, or of today's, or None."""
    def folders():
        return sorted(PEERS.glob("linux-image-*/lib/modules/*/kernel"))
    def newest():
        said = subprocess.run(["apt-cache", "depends", "linux-image-amd64"], capture_output=True,
                              text=True).stdout
        return re.findall(r"Depends: (linux-image-\S+)", said)
    if not folders() and shutil.which("apt-cache"):
        if not newest():  # there are no package lists yet
            subprocess.run(["apt-get", "update", "-q"], capture_output=True)
        for name in newest():
            subprocess.run([str(TREE / "tests/peers"), name], capture_output=True)
    return next((PEERS / folder.relative_to(PEERS).parts[0] for folder in folders()), None)


class Modules:
    """What the kernel's modules say of themselves."""

    def __init__(self, package):
        self.files = {path.stem.replace("-", "_"): path for path in package.rglob("*.ko")}

    def said(self, name, key):
        data = self.files[name].read_bytes()
        return [value.decode() for value in re.findall(rb"\0" + key + rb"=([^\0]*)", data)]

    def with_needed(self, name):
        """In the order in which they are loaded."""
        names = []
        for needed in filter(None, ",".join(self.said(name, b"depends")).split(",")):
            names += self.with_needed(needed.replace("-", "_"))
        return list(dict.fromkeys([*names, name]))


class Root:
    """A root file system: an archive as `cpio -H newc` makes it."""

    def __init__(self):
        self.archive, self.folders = b"", set()

    def add(self, path, data, mode=stat.S_IFREG | 0o644, device=(0, 0)):
        for folder in reversed(pathlib.PurePosixPath(path).parents):
            if str(folder) not in (".", *self.folders):
                self.folders.add(str(folder))
                self._add(str(folder), b"", stat.S_IFDIR | 0o755, (0, 0))
        self._add(path, data.encode() if isinstance(data, str) else data, mode, device)

    def program(self, path, data):
        self.add(path, data, stat.S_IFREG | 0o755)

    def _add(self, path, data, mode, device):
        name = path.encode() + b"\0"
        numbers = [len(self.archive), mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name), 0]
        member = b"070701" + b"".join(b"%08X" % number for number in numbers) + name
        member += b"\0" * (-len(member) % 4) + data
        self.archive += member + b"\0" * (-len(member) % 4)

    def finish(self):
        self._add("TRAILER!!!", b"", 0, (0, 0))
        return self.archive


# What the kernel calls for a module that it lacks, with its alias as the last argument.
MODPROBE = """#!/bin/busybox sh
for alias; do :; done
[ -f /modules/$alias ] || exit 1
while read -r module; do busybox insmod /modules/$module.ko 2>/dev/null; done </modules/$alias
"""
INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin:/usr/bin HOME=/
mkdir -p /proc /sys /run /tmp
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
stty -F /dev/console -opost
sh /test </dev/null 2>&1
echo "== end"
reboot -f
"""


class Guest:
    """`script` is a shell's; what it prints behind a line "== NAME" is the answer of that name."""

    def __init__(self):
        if os.uname().machine != "x86_64":
            skip("needs a machine of x86_64")
        section = subprocess.run([str(TREE / "tests/peers"), "[kernel]"], capture_output=True)
        self.package = kernel_package()
        if section.returncode != 0 or not self.package:
            skip("needs a kernel's package and the section [kernel] of `packages`")
        self.qemu, self.environment = self._qemu()
        self.modules, self.root = Modules(self.package), Root()
        self.root.program("init", INIT)
        self.root.program("sbin/modprobe", MODPROBE)
        self.root.program("bin/keelson", pathlib.Path(KEELSON).read_bytes())
        self.root.add("dev/console", "", stat.S_IFCHR | 0o600, (5, 1))
        self.add_peer("busybox-static", "bin/busybox")

    @staticmethod
    def _qemu():
        """Its command and its environment."""
        libraries = [str(path) for path in PEERS.glob("*/**/lib/x86_64-linux-gnu")
                     if path.relative_to(PEERS).parts[0] != "libc6"]
        modules = PEERS / "qemu-system-common/usr/lib/x86_64-linux-gnu/qemu"
        environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries),
                       "QEMU_MODULE_DIR": str(modules)}
        words = [str(PEERS / "qemu-system-x86/usr/bin/qemu-system-x86_64"),
                 "-L", str(PEERS / "seabios/usr/share/seabios"),
                 "-L", str(PEERS / "qemu-system-data/usr/share/qemu")]
        said = subprocess.run([*words, "--version"], env=environment, capture_output=True, text=True)
        if said.returncode != 0:
            skip("qemu does not run here: " + said.stderr.strip())
        return words, environment

    def add_modules(self, *names):
        """The kernel loads them itself, as soon as it is asked for what they are."""
        for name in names:
            needed = self.modules.with_needed(name)
            for module in needed:
                if f"modules/{module}.ko" not in self.root.folders:
                    self.root.folders.add(f"modules/{module}.ko")
                    self.root.add(f"modules/{module}.ko", self.modules.files[module].read_bytes())
            for alias in self.modules.said(name, b"alias"):
                self.root.add(f"modules/{alias}", "".join(f"{module}\n" for module in needed))

    def add_peer(self, name, path, to=None):
        """A program or library of a peer, where it lies there or in the folder `to`."""
        folder, _, file = path.rpartition("/")
        self.root.program(f"{to or folder}/{file}", (PEERS / name / path).read_bytes())

    def _kernel(self, folder):
        """Unpacked: in the guest that takes seconds."""
        packed = next(self.package.glob("boot/vmlinuz-*"))
        data = packed.read_bytes()
        at = data.find(b"\xfd7zXZ\0")
        if at < 0:
            return packed
        kernel = pathlib.Path(folder) / "vmlinux"
        kernel.write_bytes(lzma.LZMADecompressor().decompress(data[at:]))
        return kernel

    def run(self, folder, script):
        """Name -> lines. The test ends unless the guest comes to its end."""
        self.root.add("test", script)
        archive = pathlib.Path(folder) / "initramfs"
        archive.write_bytes(self.root.finish())
        words = [*self.qemu, "-nodefaults", "-no-user-config", "-machine", "pc", "-accel", "tcg",
                 "-m", "256", "-display", "none", "-serial", "stdio", "-no-reboot",
                 "-kernel", self._kernel(folder), "-initrd", archive,
                 "-append", "console=ttyS0 panic=-1 loglevel=1 nokaslr mitigations=off"]
        try:
            said = subprocess.run(words, env=self.environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=PATIENCE).stdout
        except subprocess.TimeoutExpired as late:
            said = late.output or b""
        text = said.decode("utf-8", "replace").replace("\r", "")
        if "== end\n" not in text:
            sys.exit("the guest did not come to its end:\n" + "\n".join(text.splitlines()[-40:]))
        answers = re.split(r"^== (.*)\n", text, flags=re.M)
        return {name: lines.splitlines() for name, lines in zip(answers[1::2], answers[2::2])}
