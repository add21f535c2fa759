"""Folders of modules in a temporary folder, and mdsscan run on them."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

KEELSON = os.path.abspath(os.environ.get("KEELSON", "build/keelson"))
TREE = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", TREE / "build"))
SHARED = pathlib.Path(os.environ.get("KEELSON_SHARED", TREE.parent / "shared"))


class Skip(Exception):
    """Why a test cannot run here."""


def stanza(relation, **values):
    return f"Record: {relation}\n" + "".join(f"{k}: {v}\n" for k, v in values.items()) + "\n"


class Lab:
    """Failed comparisons are gathered; finish() tells them all."""

    def __init__(self, base=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="keelson-mdsscan-", dir=base))
        self.folder.chmod(0o755)
        self.modules = self.folder / "m"
        self.database = self.folder / "db"
        self.faults = []
        self.fresh()

    def fresh(self):
        """No modules, no database."""
        for folder in (self.modules, self.database):
            shutil.rmtree(folder, ignore_errors=True)
        self.modules.mkdir()

    def put(self, name, text):
        path = self.modules / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text)
        return path

    def command(self, *arguments, path=None):
        return [KEELSON, "mdsscan", "--path", str(path or self.modules), "--db", str(self.database),
                *map(str, arguments)]

    def run(self, *arguments, path=None, before=(), **more):
        return subprocess.run([*before, *self.command(*arguments, path=path)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="surrogateescape", **more)

    def records(self, *arguments, path=None):
        """What a query finds."""
        done = self.run("query", *arguments, "-o", "json", path=path)
        if done.returncode not in (0, 1) or done.stderr:
            self.faults.append(f"query {arguments}: {done.returncode} {done.stderr}")
            return []
        return json.loads(done.stdout)

    def equal(self, name, got, wanted):
        if got != wanted:
            self.faults.append(f"{name}:\n  wanted {wanted!r}\n  got    {got!r}")

    def expect(self, name, done, code, out=None, err=""):
        """err: what the messages have to contain; "": there are none."""
        said = f"{name} ({done.stdout[-300:]!r} {done.stderr[-300:]!r})"
        self.equal(said + " exit code", done.returncode, code)
        if out is not None:
            self.equal(name + " stdout", done.stdout, out)
        if err == "":
            self.equal(name + " stderr", done.stderr, "")
        elif err not in done.stderr:
            self.faults.append(f"{name}: stderr has no {err!r}: {done.stderr!r}")

    def finish(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        for fault in self.faults:
            print(fault)
        return 1 if self.faults else 0


def peer(package, path):
    """A file of a Debian package below build/peers, fetched when it is not there yet."""
    full = BUILD / "peers" / package / path
    if not full.exists():
        subprocess.run([str(TREE / "tests/peers"), package], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    if not full.exists():
        raise Skip(f"needs the peer {package} below build/peers")
    return full


def run_tests(lab, tests):
    try:
        for test in tests:
            test(lab)
    except Skip as skip:
        code = lab.finish()
        print(skip)
        return code or 77
    except BaseException:
        lab.finish()
        raise
    return lab.finish()
