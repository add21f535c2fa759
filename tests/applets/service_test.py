#!/usr/bin/env python3
"""service: scripts run by themselves, and through an svcd that says what the test wants."""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from svcd_stand_in import DONE, ERROR, ROW, Svcd, frame  # noqa: E402

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "TERM": "vt100", "LANG": "C.UTF-8", "SECRET": "x"}
KEELSON = os.environ["KEELSON"]
CODES = """#!/bin/sh
case "$1" in
  status) echo "is it?"; exit "${2:-3}" ;;
  code) exit "$2" ;;
  tell) shift; pwd; for word; do echo "<$word>"; done ;;
  env) env | sort ;;
  *) echo "$1" >>LOG; exit 0 ;;
esac
"""


def check(got, expected):
    if got != expected:
        sys.exit(f"got      {got!r}\nexpected {expected!r}")


class Lab:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.init, self.rc = self.folder / "init.d", self.folder / "rc.d"
        self.init.mkdir()
        self.rc.mkdir()
        self.log = self.folder / "log"
        self.log.write_text("")
        self.socket = f"{folder}/none"

    def put(self, path, text=CODES, mode=0o755):
        path.write_text(text.replace("LOG", f"'{self.log}'"))
        path.chmod(mode)

    def service(self, *arguments):
        done = subprocess.run(
            [KEELSON, "service", "--socket", self.socket, "--init-dir", self.init, "--rc-dir",
             self.rc, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL,
            env=ENVIRONMENT)
        return done.stdout, done.stderr, done.returncode

    def said(self):
        text = self.log.read_text()
        self.log.write_text("")
        return text.split()


def command_line(lab):
    for arguments, says in (
            ((), "a name is missing"),
            (("a",), "an action is missing"),
            (("../a", "start"), "'../a' is no name of a service"),
            (("--status-all", "a"), "--status-all: unexpected operand"),
            (("--full-restart", "a", "b"), "--full-restart comes behind a name"),
    ):
        check(lab.service(*arguments), ("", f"service: {says}\n", 2))


def scripts(lab):
    lab.put(lab.init / "a")
    lab.put(lab.init / "plain", mode=0o644)
    lab.put(lab.init / "both", "#!/bin/sh\necho init.d\n")
    lab.put(lab.rc / "both", "#!/bin/sh\necho rc.d $1\n")
    lab.put(lab.init / "noexec", "#!/no/such/interpreter\n")
    # Whatever the script says is the answer: LSB's codes are its own.
    for code in (0, 1, 2, 3, 4, 5, 6, 7, 99):
        check(lab.service("a", "code", str(code)), ("", "", code))
        check(lab.service("a", "status", str(code)), ("is it?\n", "", code))
    check(lab.service("a", "tell", "a b", "$(c)", "-x", "--help", ""),
          ("/\n<a b>\n<$(c)>\n<-x>\n<--help>\n<>\n", "", 0))
    out = dict(line.split("=", 1) for line in lab.service("a", "env")[0].splitlines())
    check({key: value for key, value in out.items() if key not in ("PWD", "_", "SHLVL", "OLDPWD")},
          {"HOME": "/", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "TERM": "vt100"})
    check(lab.service("both", "onestart"), ("rc.d onestart\n", "", 0))
    check(lab.service("a", "start")[2], 0)
    check(lab.said(), ["start"])
    check(lab.service("a", "--full-restart")[2], 0)
    check(lab.said(), ["stop", "start"])
    for name in ("none", "plain"):
        check(lab.service(name, "start"), ("", f"service: {name}: no such service\n", 5))
        check(lab.service(name, "status"), ("", f"service: {name}: no such service\n", 4))
    out, errors, code = lab.service("noexec", "start")
    check((out, code), ("", 1))
    check(f"service: {lab.init}/noexec: " in errors, True)


def status_all(lab):
    lab.put(lab.init / "up", CODES.replace("${2:-3}", "0"))
    lab.put(lab.init / "down")
    lab.put(lab.init / "mute", "#!/bin/sh\nexit 0\n")
    lab.put(lab.init / "README", "text")
    lab.put(lab.rc / "bsd", '#!/bin/sh\n# . /etc/rc.subr\n[ "$1" = status ]\n')
    check(lab.service("--status-all"),
          (" [ + ]  bsd\n [ - ]  down\n [ ? ]  mute\n [ + ]  up\n", "", 0))
    svcd = Svcd(lab.folder, {
        "status down": frame(ROW, "down", "up", "7") + frame(DONE, "0"),
        "status up": frame(ROW, "up", "failed") + frame(DONE, "0"),
    })
    lab.socket = svcd.path
    check(lab.service("--status-all"),
          (" [ + ]  bsd\n [ + ]  down\n [ ? ]  mute\n [ - ]  up\n", "", 0))
    # One without an interpreter's line is the shell's.
    lab.put(lab.init / "plain", "echo \"$1\" >>LOG\n")
    check(lab.service("plain", "start"), ("", "", 0))
    check(lab.service("plain", "--full-restart"), ("", "", 0))
    check(lab.said(), ["start", "stop", "start"])
    svcd.close()


def through_svcd(lab):
    lab.put(lab.init / "a")
    states = {"up": "up", "down": "down", "failed": "failed", "once": "done"}
    answers = {f"status {name}": frame(ROW, name, state, "7" if state == "up" else "") +
               frame(DONE, "0") for name, state in states.items()}
    for words in ("start up", "start down", "stop up", "restart up", "reload up"):
        answers[words] = frame(DONE, "0")
    answers["start failed"] = frame(ERROR, "failed: exit 1") + frame(DONE, "1")
    answers["stop once"] = frame(ERROR, "not yours") + frame(DONE, "1", "denied")
    answers["reload once"] = frame(ERROR, "cannot") + frame(DONE, "1")
    answers["restart once"] = frame(DONE, "0")
    svcd = Svcd(lab.folder, answers)
    lab.socket = svcd.path
    for arguments, expected in (
            (("up", "status"), ("up: up (pid 7)\n", "", 0)),
            (("once", "status"), ("once: done\n", "", 0)),
            (("down", "status"), ("down: down\n", "", 3)),
            (("failed", "status"), ("failed: failed\n", "", 3)),
            (("up", "start"), ("", "", 0)),
            (("up", "--full-restart"), ("", "", 0)),
            (("failed", "start"), ("", "service: failed: exit 1\n", 1)),
            (("once", "stop"), ("", "service: not yours\n", 4)),
            (("down", "reload"), ("", "service: down: not running\n", 7)),
            (("once", "reload"), ("", "service: once: not running\n", 7)),
            (("down", "onestart"), ("", "", 0)),
            (("once", "force-reload"), ("", "service: cannot\n", 0)),
    ):
        check((arguments, *lab.service(*arguments)), (arguments, *expected))
    # Of one that does not run, nothing is asked but how it is.
    svcd.requests.clear()
    check(lab.service("down", "try-restart"), ("", "", 0))
    check(svcd.requests, ["status down"])
    # What svcd does not know, or has no word for, is the script's.
    check(lab.service("a", "start"), ("", "", 0))
    check(lab.said(), ["start"])
    lab.put(lab.init / "up")
    check(lab.service("up", "code", "6"), ("", "", 6))
    svcd.close()


def main():
    for test in (command_line, scripts, status_all, through_svcd):
        with tempfile.TemporaryDirectory() as folder:
            test(Lab(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
