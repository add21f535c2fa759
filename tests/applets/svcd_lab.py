"""svcd in a folder of its own: definitions, socket and logs below it, and what talks to it."""
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

KEELSON = os.path.abspath(os.environ.get("KEELSON", "build/keelson"))
PATIENCE = 60  # seconds, for what comes at once unless something is broken
REQUEST, ROW, TEXT, PROGRESS, ERROR, DONE = range(1, 7)
COLUMNS = ("name", "state", "pid", "uptime_s", "restarts", "exit", "source", "type", "kind", "why",
           "file", "description", "says")


class Skip(Exception):
    """Why a test cannot run here."""


def frame(kind, fields):
    body = struct.pack("<HH", kind, len(fields))
    for field in fields:
        data = field.encode()
        body += struct.pack("<I", len(data)) + data
    return struct.pack("<I", len(body)) + body


class Answer:
    """All frames of an answer, by kind."""

    def __init__(self):
        self.rows, self.text, self.progress, self.errors = [], "", [], []
        self.code, self.more = None, ""

    def take(self, kind, fields):
        if kind == ROW:
            self.rows.append(dict(zip(COLUMNS, fields)))
        elif kind == TEXT:
            self.text += fields[0]
        elif kind == PROGRESS:
            self.progress.append(fields)
        elif kind == ERROR:
            self.errors.append(fields[0])
        elif kind == DONE:
            self.code = int(fields[0])
            self.more = fields[1] if len(fields) > 1 else ""

    def __repr__(self):
        return f"Answer({self.code} {self.more} {self.errors} {self.text!r} {self.rows})"


class Chat:
    """One request; frames are read one by one."""

    def __init__(self, path, *words):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(str(path))
        self.socket.sendall(frame(REQUEST, [str(word) for word in words]))
        self.bytes = b""

    def read(self, count):
        while len(self.bytes) < count:
            more = self.socket.recv(65536)
            if not more:
                return None
            self.bytes += more
        taken, self.bytes = self.bytes[:count], self.bytes[count:]
        return taken

    def frame(self):
        head = self.read(4)
        if head is None:
            return None
        body = self.read(struct.unpack("<I", head)[0])
        kind, count = struct.unpack_from("<HH", body)
        fields, at = [], 4
        for _ in range(count):
            size = struct.unpack_from("<I", body, at)[0]
            fields.append(body[at + 4:at + 4 + size].decode())
            at += 4 + size
        return kind, fields

    def answer(self):
        answer = Answer()
        while (got := self.frame()) is not None:
            answer.take(*got)
        self.socket.close()
        return answer


class Lab:
    """A folder with svc/ for definitions; svcd runs until the end of the with block."""

    def __init__(self, before=()):
        self.before = list(before)
        self.daemon = None
        self.program = KEELSON

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="keelson-svcd-"))
        self.folder.chmod(0o755)
        self.config = self.folder / "svc"
        self.config.mkdir()
        (self.folder / "none").mkdir()
        self.socket = self.folder / "s"
        self.log = open(self.folder / "stderr", "w+b")
        return self

    def __exit__(self, *failure):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.terminate()
            try:
                self.daemon.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
                self.daemon.wait()
        if failure[0]:
            print(self.said())
        shutil.rmtree(self.folder, ignore_errors=True)

    def said(self):
        return (self.folder / "stderr").read_text(errors="replace")

    def service(self, name, command=None, **keys):
        """Writes a definition; a command is one of the shell's, unless it begins with a path."""
        text = ""
        if command is not None:
            if not command.startswith("/"):
                path = self.folder / f"{name}.sh"
                path.write_text("#!/bin/sh\n" + command + "\n")
                path.chmod(0o755)
                command = str(path)
            text = f"command: {command}\n"
        for key, value in keys.items():
            text += f"{key.replace('_', '-')}: {value}\n"
        (self.config / f"{name}.svc").write_text(text)

    def mode(self, name, **keys):
        text = "".join(f"{key}: {value}\n" for key, value in keys.items())
        (self.config / f"{name}.mode").write_text(text)

    def command(self, *more):
        return [*self.before, str(self.program), "svcd", "--config", str(self.config), "--rc-dir",
                str(self.folder / "none"), "--init-dir", str(self.folder / "none"), "--socket",
                str(self.socket), *map(str, more)]

    def start(self, *more, **options):
        """Returns when it answers."""
        reader, writer = os.pipe()
        options = {"stdin": subprocess.DEVNULL, "stdout": self.log, "stderr": self.log, **options}
        self.daemon = subprocess.Popen(self.command("--ready-fd", writer, *more),
                                       pass_fds=(writer,), **options)
        os.close(writer)
        with os.fdopen(reader, "rb", buffering=0) as ready:
            assert ready.read(1) == b"\n", self.said()
        return self

    def run(self, *more):
        return subprocess.run(self.command(*more), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=PATIENCE)

    def ask(self, *words):
        return Chat(self.socket, *words).answer()

    def good(self, *words):
        answer = self.ask(*words)
        assert answer.code == 0, (words, answer, self.said())
        return answer

    def wait(self, name, state="up"):
        return self.ask("wait", name, f"--state={state}", f"--timeout={PATIENCE * 10**9}")

    def up(self, *names):
        for name in names:
            answer = self.wait(name)
            assert answer.code == 0, (name, answer, self.said())

    def down(self, *names):
        for name in names:
            answer = self.wait(name, "down")
            assert answer.code == 0, (name, answer, self.said())

    def row(self, name):
        return self.good("status", name).rows[0]

    def state(self, name):
        return self.row(name)["state"]

    def pid(self, name):
        return int(self.row(name)["pid"])

    def stop(self, number=signal.SIGTERM):
        """The exit code."""
        self.daemon.send_signal(number)
        return self.daemon.wait(PATIENCE)

    def fifo(self, name):
        return Fifo(self.folder / name)


class Fifo:
    """Lines that services write, in the order in which they come."""

    def __init__(self, path):
        self.path = path
        os.mkfifo(path)
        path.chmod(0o666)
        # Also open for writing: so its end is never seen and nobody waits in open.
        self.file = os.fdopen(os.open(path, os.O_RDWR), "rb", buffering=0)
        self.bytes = b""

    def __str__(self):
        return str(self.path)

    def line(self):
        while b"\n" not in self.bytes:
            self.bytes += self.file.read(4096)
        line, self.bytes = self.bytes.split(b"\n", 1)
        return line.decode()

    def lines(self, count):
        return [self.line() for _ in range(count)]


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=PATIENCE)


def until(is_so):
    """For what svcd has been told of and takes up between two requests, or some more."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it never is"


def until_answered(lab):
    """By the svcd that took over."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with open(f"/proc/{lab.daemon.pid}/cmdline", "rb") as file:
            if b"--resume" in file.read():
                return lab.good("list")
    raise AssertionError("it goes on as it was")


def need_root():
    if os.geteuid() != 0:
        raise Skip("only root can do this")


def main(names):
    tests = {name: what for name, what in names.items()
             if name.startswith("test_") and (not sys.argv[1:] or name in sys.argv[1:])}
    failed, skipped = 0, []
    for name, test in tests.items():
        try:
            test()
            print(f"ok      {name}", flush=True)
        except Skip as why:
            skipped.append(str(why))
            print(f"skipped {name}: {why}", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED  {name}", flush=True)
            traceback.print_exc(file=sys.stdout)
    if not tests:
        sys.exit("no such test")
    if not failed and skipped:
        print(f"SKIP: {skipped[0]}")
        sys.exit(77)
    sys.exit(1 if failed else 0)
