"""A root and a profile in a temporary folder, for tests of the applets that write accounts."""
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile

KEELSON = os.path.abspath(os.environ.get("KEELSON", "build/keelson"))
PASSWD = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n"
GROUP = "root:x:0:\nnogroup:x:65534:\n"
SHADOW = "root:*:19000:0:99999:7:::\nnobody:*:19000::::::\n"
GSHADOW = "root:*::\nnogroup:*::\n"


class Lab:
    """R is the root, P the profile; both begin empty unless `stocked`."""

    def __init__(self, stocked=False):
        self.top = pathlib.Path(tempfile.mkdtemp())
        self.top.chmod(0o755)
        self.root, self.profile = self.top / "R", self.top / "P"
        self.root.mkdir()
        self.profile.mkdir()
        if stocked:
            self.files({"etc/passwd": PASSWD, "etc/group": GROUP, "etc/shadow": SHADOW,
                        "etc/gshadow": GSHADOW})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.top)

    def files(self, files, below=None):
        """Writes files below the root, by path; a path that ends with '/' is a folder."""
        for path, text in files.items():
            whole = (below or self.root) / path
            if path.endswith("/"):
                whole.mkdir(parents=True, exist_ok=True)
                continue
            whole.parent.mkdir(parents=True, exist_ok=True)
            whole.write_bytes(text if isinstance(text, bytes) else text.encode())

    def declare(self, **definitions):
        """declare(user={"ntp": "uid:1\\n"}, group={...}, accounts="...", local={"user/ntp": ...})"""
        for kind in ("user", "group"):
            self.files({f"accounts/{kind}/{name}": text
                        for name, text in definitions.get(kind, {}).items()}, self.profile)
        if "accounts" in definitions:
            self.files({"accounts/accounts": definitions["accounts"]}, self.profile)
        self.files({f"etc/portage/profile/accounts/{path}": text
                    for path, text in definitions.get("local", {}).items()})

    def run(self, *arguments, users=None, groups=None, env=None, applet="useradd-profile",
            prefix=()):
        """The finished process. users, groups: the environment's EUSERS and EGROUPS."""
        environment = {"PATH": os.environ["PATH"], **(env or {})}
        if users is not None:
            environment["EUSERS"] = users
        if groups is not None:
            environment["EGROUPS"] = groups
        command = [*prefix, KEELSON, applet, "--root", str(self.root)]
        if applet == "useradd-profile":
            command += ["--profile", str(self.profile)]
        return subprocess.run(command + list(arguments), env=environment, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              errors="surrogateescape")

    def said(self, process):
        """stderr with P and R for the folders and without the applet's name."""
        text = process.stderr.replace(str(self.profile), "P").replace(str(self.root), "R")
        return [line.split(": ", 1)[1] for line in text.splitlines()]

    def read(self, path):
        return (self.root / path).read_text()

    def lines(self, path):
        """Name -> the fields of its line."""
        file = self.root / path
        if not file.exists():
            return {}
        rows = [line.split(":") for line in file.read_text().splitlines()]
        return {row[0]: row for row in rows if not row[0].startswith("#")}

    def passwd(self):
        return self.lines("etc/passwd")

    def group(self):
        return self.lines("etc/group")

    def members(self, group):
        row = self.group().get(group)
        return None if row is None else [m for m in row[3].split(",") if m]

    def uid(self, name):
        row = self.passwd().get(name)
        return None if row is None else int(row[2])

    def gid(self, name):
        row = self.group().get(name)
        return None if row is None else int(row[2])

    def records(self):
        """(kind, name) -> the fields of the last record of accounts.db."""
        file = self.root / "var/lib/keelson/accounts.db"
        if not file.exists():
            return {}
        rows = [line.split(":") for line in file.read_text().splitlines()
                if not line.startswith("#")]
        return {(row[0], row[1]): row for row in rows}

    def state(self):
        """Everything below the root but lock files: path -> kind, mode, owner, content."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            info = path.lstat()
            if path.name == ".pwd.lock":
                continue
            content = None
            if stat.S_ISREG(info.st_mode):
                content = path.read_bytes()
            elif stat.S_ISLNK(info.st_mode):
                content = os.readlink(path)
            found[str(path.relative_to(self.root))] = (info.st_mode, info.st_uid, info.st_gid,
                                                       content)
        return found

    def leftovers(self):
        return [str(p.relative_to(self.root)) for p in self.root.rglob("*")
                if ".keelson-" in p.name or (p.name.endswith(".lock") and p.name != ".pwd.lock")]

    def checkers(self):
        """What pwck and grpck have to say of the root; empty: nothing, or they are not here."""
        if shutil.which("pwck") is None or shutil.which("grpck") is None:
            return ""
        said = ""
        shadow = ["etc/shadow"] if (self.root / "etc/shadow").exists() else []
        process = subprocess.run(["pwck", "-rq", "etc/passwd", *shadow], cwd=self.root, text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT)
        said += process.stdout
        # It looks members up in the passwd of the root that it is given.
        process = subprocess.run(["grpck", "-r", "-R", str(self.root)], text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT)
        return said + process.stdout
