"""A network namespace of one's own with an /etc/network of one's own, for tests of ifup and ifdown.

The test runs itself in there (Lab.enter), so whatever it does is gone with its processes."""
import os
import pathlib
import subprocess
import sys

KEELSON = os.environ.get("KEELSON", "")
IN_LAB = "KEELSON_NET_LAB"


class Lab:
    """REQUIRES: entered."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.etc = pathlib.Path("/etc/network")
        self.state = self.folder / "state"

    @staticmethod
    def enter():
        """Goes on in new namespaces; ends with 77 where there are none."""
        if os.environ.get(IN_LAB):
            mounts = ["mount --make-rprivate /", "mkdir -p /etc/network", "mount -t tmpfs tmpfs /etc/network",
                      "mount -t sysfs sysfs /sys"]
            for command in mounts:
                subprocess.run(command.split(), check=True)
            return
        words = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        if subprocess.run([*words, "true"], capture_output=True).returncode != 0:
            print("SKIP: needs root and namespaces")
            sys.exit(77)
        os.execvpe("unshare", [*words, sys.executable, *sys.argv], {**os.environ, IN_LAB: "1"})

    def write(self, text, name="interfaces"):
        path = self.etc / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        if name.startswith("if-"):
            path.chmod(0o755)
        return path

    def run(self, *words, code=0, env=None, timeout=60):
        """The applet; the test ends unless it exits with that code (None: any). Its stderr."""
        done = subprocess.run([KEELSON, words[0], f"--state-dir={self.state}", *words[1:]],
                              capture_output=True, env={**os.environ, **(env or {})}, timeout=timeout)
        text = (done.stdout + done.stderr).decode("utf-8", "surrogateescape")
        if code is not None and done.returncode != code:
            sys.exit(f"{words} ended with {done.returncode}: {text}")
        return text

    def up(self):
        """What the state file says."""
        try:
            return (self.state / "ifstate").read_text().split()
        except FileNotFoundError:
            return []


def ip(*words):
    return subprocess.run(["ip", *words], check=True, capture_output=True,
                          encoding="utf-8", errors="surrogateescape").stdout


def check(what, *facts):
    if not what:
        line = sys._getframe(1).f_lineno
        sys.exit(f"line {line} does not hold: {facts}\n{ip('address')}{ip('route')}{ip('-6', 'route')}")
