#!/usr/bin/env python3
"""svc against a svcd that says what the test wants, and on files alone."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from svcd_stand_in import DONE, ERROR, PROGRESS, ROW, TEXT, Svcd, frame  # noqa: E402

KEELSON = os.environ["KEELSON"]
SSHD = ("sshd", "up", "42", "192", "3", "exit 1", "init.d", "service", "script", "asked for",
        "/etc/init.d/ssh", "OpenBSD Secure Shell server", "2 sessions")


def svc(*arguments, **more):
    done = subprocess.run([KEELSON, "svc", *map(str, arguments)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, **more)
    return done.stdout, done.stderr, done.returncode


def check(got, expected):
    if got != expected:
        sys.exit(f"got      {got!r}\nexpected {expected!r}")


def command_line():
    for arguments, says in (
            ((), "a command is missing"),
            (("frobnicate",), "'frobnicate' is not a command; see 'svc --help'"),
            (("start",), "start: an operand is missing"),
            (("order", "a"), "order: unexpected operand 'a'"),
            (("list", "--dot"), "list: it does not take --dot"),
            (("start", "a", "--root", "/"), "start: it does not take --root"),
            (("enable", "a", "--socket", "/none"),
             "enable: --socket: with --config, --rc-dir, --init-dir or --root of that svcd"),
            (("list", "--mode", "x"), "--mode: with --root, --config or the like"),
            (("shutdown", "now"), "shutdown: halt, poweroff or reboot, not 'now'"),
    ):
        check(svc(*arguments), ("", f"svc: {says}\n", 2))


def nobody(folder):
    path = f"{folder}/none"
    check(svc("list", "--socket", path),
          ("", f"svc: {path}: svcd does not run: No such file or directory\n", 111))


def talking(folder):
    other = ("cron", "down") + ("",) * 11
    row, more = frame(ROW, *SSHD), frame(ROW, *other)
    svcd = Svcd(folder, {
        "list": row + more + frame(DONE, "0"),
        "list --all": row + frame(99, "of a later version") + frame(DONE, "0"),
        "status sshd": row + frame(DONE, "0"),
        "log sshd --lines=10": frame(TEXT, "one\n") + frame(TEXT, "two\x1b[31m\n") +
            frame(DONE, "0"),
        "start a b --wait=no --timeout=5000000000": frame(DONE, "0"),
        "start a": frame(PROGRESS, "a", "starting", "") + frame(PROGRESS, "a", "failed", "exit 1") +
            frame(ERROR, "a: exit 1") + frame(ERROR, "a: last words") + frame(DONE, "1"),
        "wait a --state=down": frame(DONE, "0"),
        "log a -f": frame(TEXT, "said\n") + frame(DONE, "0"),
        "graph --dot": frame(TEXT, "digraph services {}\n") + frame(DONE, "0"),
        "mode": frame(TEXT, "default\n") + frame(DONE, "0"),
        "reload-config --dry-run": frame(DONE, "0"),
        "shutdown reboot": frame(DONE, "0"),
        "order": frame(TEXT, "half"),  # and then it is gone
        "plot": b"\xff" * 40,
        "stop a --timeout=1000000": None,  # and nothing comes
        "reexec": frame(DONE, "soon"),
    })
    ask = lambda *arguments: svc(*arguments, "--socket", svcd.path)
    out, errors, code = ask("list")
    check((errors, code), ("", 0))
    check(out.splitlines()[0].split(),
          ["NAME", "STATE", "PID", "UPTIME", "SOURCE", "WHY", "DESCRIPTION"])
    check(out.splitlines()[1].split(maxsplit=6)[:5], ["sshd", "up", "42", "3", "min"])
    check(ask("list", "-o", "tsv")[0], "\t".join(SSHD) + "\n" + "\t".join(other) + "\n")
    check(json.loads(ask("list", "--all", "-o", "json")[0])[0]["uptime_s"], 192)
    out, errors, code = ask("status", "sshd")
    check((errors, code), ("", 0))
    check(out.splitlines()[0].startswith("sshd: up since 20"), True)
    check(out.splitlines()[0].endswith(", 3 min 12 s"), True)
    check(out.splitlines()[1:], [
        "  what      OpenBSD Secure Shell server", "  pid       42", "  why       asked for",
        "  says      2 sessions", "  restarts  3", "  last end  exit 1",
        "  is a      service, script",
        "  source    init.d, /etc/init.d/ssh", "  log", "    one", "    two\\x1b[31m"])
    check(ask("start", "a", "b", "--no-wait", "--timeout", "5"), ("", "", 0))
    # No terminal, no progress.
    check(ask("start", "a"), ("", "svc: a: exit 1\nsvc: a: last words\n", 1))
    check(ask("wait", "a", "--state", "down"), ("", "", 0))
    check(ask("log", "a", "-f"), ("said\n", "", 0))
    check(ask("graph", "--dot"), ("digraph services {}\n", "", 0))
    check(ask("mode"), ("default\n", "", 0))
    check(ask("reload-config", "-n"), ("", "", 0))
    check(ask("shutdown", "reboot"), ("", "", 0))
    check(ask("stop", "x"), ("", "svc: x: no such service\n", 1))
    check(ask("order"), ("half", f"svc: {svcd.path}: svcd: Connection reset by peer\n", 111))
    check(ask("plot"), ("", f"svc: {svcd.path}: svcd: Protocol error\n", 111))
    check(ask("reexec"), ("", f"svc: {svcd.path}: svcd: Protocol error\n", 111))
    check(ask("stop", "a", "--timeout", "1ms"),
          ("", "svc: stop: not done in time; it goes on\n", 1))
    check(ask("start", *(["a"] * 2000))[1:], ("svc: too many operands\n", 2))
    svcd.close()


def progress(folder):
    """On a terminal: a line for each service that has got somewhere."""
    svcd = Svcd(folder, {"start a": b"".join(
        frame(PROGRESS, *fields) for fields in (
            ("b", "starting", ""), ("b", "up", ""), ("a", "starting", ""),
            ("a", "failed", "exit 1"))) + frame(DONE, "1")})
    terminal, theirs = os.openpty()
    done = subprocess.run([KEELSON, "svc", "start", "a", "--socket", svcd.path],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    check((done.returncode, done.stdout), (1, b""))
    check(os.read(terminal, 4096), b"b: up\r\na: failed (exit 1)\r\n")
    svcd.close()

    # What a service says does not steer it.
    svcd = Svcd(folder, {"log a": frame(TEXT, "\x1b[31mred\ta\n") + frame(DONE, "0")})
    terminal, theirs = os.openpty()
    subprocess.run([KEELSON, "svc", "log", "a", "--socket", svcd.path], stdin=subprocess.DEVNULL,
                   stdout=theirs)
    check(os.read(terminal, 4096).split(), [b"\\x1b[31mred", b"a"])
    check(svc("log", "a", "--socket", svcd.path)[0], "\x1b[31mred\ta\n")
    svcd.close()


def files(folder):
    config = pathlib.Path(folder, "svc")
    config.mkdir()
    empty = pathlib.Path(folder, "empty")
    empty.mkdir()
    (config / "web.svc").write_text("command: /bin/web\nneeds: net\ndescription: a server\n")
    (config / "net.svc").write_text("kind: oneshot\ncommand: /bin/net\n")
    (config / "off.svc").write_text("command: /bin/off\nenabled: no\n")
    (config / "quiet.svc").write_text("command: /bin/quiet\ntype: helper\n")
    where = ("--config", config, "--rc-dir", empty, "--init-dir", empty)
    out, errors, code = svc("order", *where)
    check((errors, code), ("", 0))
    order = out.split()
    check(sorted(order), ["net", "off", "quiet", "web"])
    check(order.index("net") < order.index("web"), True)
    check(svc("graph", *where), ("web needs net\n", "", 0))
    check('"web" -> "net" [style=solid];' in svc("graph", "--dot", *where)[0], True)
    rows = {row["name"]: row for row in json.loads(svc("list", "-o", "json", *where)[0])}
    check({name: row["state"] for name, row in rows.items()},
          {"net": "down", "off": "disabled", "web": "down"})
    check((rows["web"]["pid"], rows["web"]["description"]), (None, "a server"))
    check(rows["web"]["file"], f"{config}/web.svc")
    check(svc("list", "--all", "-o", "tsv", *where)[0].count("\n"), 4)
    out, errors, code = svc("check", "web", "off", *where)
    check((errors, code), ("", 1))
    check([line.split(": ")[:2] for line in out.splitlines()], [["web", "yes"], ["off", "no"]])
    check(svc("check", "web", *where)[2], 0)
    out, errors, code = svc("load", "web", *where)
    check((errors, code), ("", 0))
    check(f"# {config}/web.svc:2\nneeds: net\n" in out, True)
    check(svc("load", "none", *where), ("", "svc: none: no such service\n", 1))

    before = sorted(config.rglob("*"))
    out, errors, code = svc("enable", "-n", "off", *where)
    check((errors, code, sorted(config.rglob("*"))), ("", 0, before))
    check(svc("enable", "off", *where, "--socket", f"{folder}/none"), (out, "", 0))
    check(svc("check", "off", *where)[2], 0)
    svcd = Svcd(folder, {"reload-config": frame(ERROR, "x.svc:1:1: odd") + frame(DONE, "1")})
    done = svc("disable", "off", *where, "--socket", svcd.path)
    check(done[1:], ("svc: x.svc:1:1: odd\n", 1))
    check(svcd.requests, ["reload-config"])
    svcd.close()
    check(svc("check", "off", *where)[2], 1)
    # Another root is not that svcd's affair, and its folders are in it.
    root = ("--root", folder, "--config", "/svc", "--rc-dir", "/empty", "--init-dir", "/empty")
    check(svc("enable", "off", *root, "--socket", "/none")[1:], ("", 0))
    check(svc("check", "off", *root)[2], 0)
    check(svc("list", "--root", folder, "--config", "svc"),
          ("", "svc: --config svc: with --root it begins with '/'\n", 2))

    (config / "bad.svc").write_text("comand: /bin/x\n")
    out, errors, code = svc("order", *where)
    check((sorted(out.split()), code), (["net", "off", "quiet", "web"], 0))
    check(f"svc: {config}/bad.svc:1:1: " in errors, True)


def main():
    command_line()
    for test in (nobody, talking, progress, files):
        with tempfile.TemporaryDirectory() as folder:
            test(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
