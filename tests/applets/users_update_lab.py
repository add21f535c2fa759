"""A root with accounts in a temporary folder, and users-update run on it."""
import ctypes
import os
import pathlib
import shutil
import subprocess
import tempfile

KEELSON = os.environ.get("KEELSON", "build/keelson")
TABLE = "var/lib/keelson/accounts.db"

PASSWD = """root:x:0:0:root:/root:/bin/sh
old:x:5:5::/:/bin/sh
ntp:x:123:123:network time:/var/lib/ntp:/sbin/nologin
web:x:80:80:web:/srv:/sbin/nologin
"""
SHADOW = """root:$6$r:19000:0:99999:7:::
old:$6$o:19000:0:99999:7:::
ntp:!*:19000::::::
web:!:19000::::::
"""
GROUP = "root:x:0:\nold:x:5:\nntp:x:123:\nweb:x:80:\naudio:x:18:ntp,old\n"
GSHADOW = "root:!::\nold:!::\nntp:!::\nweb:!::\naudio:!:ntp:ntp,old\n"


class Lab:
    """Failed comparisons are gathered; finish() tells them all."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="keelson-users-update-"))
        self.root = self.folder / "root"
        self.faults = []

    def fresh(self, table="", **files):
        """A new root. files: etc_passwd="..." and the like replace the ones above."""
        shutil.rmtree(self.root, ignore_errors=True)
        given = {"etc_passwd": PASSWD, "etc_shadow": SHADOW, "etc_group": GROUP,
                 "etc_gshadow": GSHADOW, "etc_subuid": "ntp:100000:10\n", **files}
        for name, text in given.items():
            if text is not None:
                self.put(name.replace("_", "/", 1), text)
        for name in ("etc/shadow", "etc/gshadow"):
            if (self.root / name).exists():
                (self.root / name).chmod(0o640)
        if table:
            self.put(TABLE, table)

    def put(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text)
        return path

    def get(self, name):
        path = self.root / name
        return path.read_text() if path.exists() else None

    def table(self):
        text = self.get(TABLE) or ""
        return "".join(l + "\n" for l in text.splitlines() if not l.startswith("#"))

    def run(self, *arguments, root=None, applet="users-update", stdin="", env=None, text=True):
        command = [KEELSON, applet, "--root", str(root or self.root), *map(str, arguments)]
        return subprocess.run(command, input=stdin, capture_output=True, text=text,
                              errors="surrogateescape" if text else None,
                              env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000", **(env or {})})

    def snapshot(self):
        found = {}
        for path in sorted(self.root.rglob("*")):
            info = path.lstat()
            content = path.read_bytes() if path.is_file() else None
            found[str(path)] = (info.st_mode, info.st_ino, info.st_mtime_ns, content)
        return found

    def equal(self, name, got, wanted):
        if got != wanted:
            self.faults.append(f"{name}:\n  wanted {wanted!r}\n  got    {got!r}")

    def expect(self, name, done, code, out=None, err=None):
        """err: what the messages have to contain; "": there are none."""
        said = f"{name} ({done.stdout!r} {done.stderr!r})"
        self.equal(said + " exit code", done.returncode, code)
        if out is not None:
            self.equal(name + " stdout", done.stdout, out)
        if err == "":
            self.equal(name + " stderr", done.stderr, "")
        elif err is not None and err not in done.stderr:
            self.faults.append(f"{name}: stderr has no {err!r}: {done.stderr!r}")

    def check_files(self, name):
        """What shadow's checkers say of the account files; they may be absent, and want root."""
        if os.geteuid() != 0:
            return
        for tool, first, second, options in (("pwck", "passwd", "shadow", "-rq"),
                                             ("grpck", "group", "gshadow", "-r")):
            if shutil.which(tool) is None:
                continue
            if not all((self.root / "etc" / f).exists() for f in (first, second)):
                continue
            done = subprocess.run([tool, *options.split(), "-R", str(self.root)],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True)
            # The root has neither homes nor shells.
            said = [l for l in (done.stdout + done.stderr).splitlines()
                    if "directory" not in l and "shell" not in l and l != f"{tool}: no changes"]
            self.equal(f"{name}: {tool}", said, [])

    def finish(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        for fault in self.faults:
            print(fault)
        return 1 if self.faults else 0


def fingerprint(text):
    """AccountRecord's `written`, by the library itself."""
    library = ctypes.CDLL("libxxhash.so.0")
    library.XXH3_64bits.restype = ctypes.c_uint64
    bytes_ = text.encode()
    return f"{library.XXH3_64bits(bytes_, ctypes.c_size_t(len(bytes_))):016x}"
