#!/usr/bin/env python3
"""netconf: what is wrong with its words, and nobody there."""
import os
import subprocess
import sys
import tempfile

KEELSON = os.environ["KEELSON"]


def netconf(*words):
    done = subprocess.run([KEELSON, "netconf", *words], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    return done.stdout, done.stderr, done.returncode


def check(got, expected):
    if got != expected:
        sys.exit(f"got      {got!r}\nexpected {expected!r}")


for words, says in (
        ((), "a command is missing"),
        (("frobnicate",), "'frobnicate' is not a command; see 'netconf --help'"),
        (("up",), "up: an interface is missing, or --all"),
        (("down", "-v"), "down: an interface is missing, or --all"),
        (("apply", "/f"), "apply: --confirm SECONDS is missing"),
        (("apply", "--confirm", "9"), "apply: an operand is missing"),
        (("status", "--force"), "status: it does not take --force"),
        (("reload", "x"), "reload: unexpected operand 'x'"),
):
    check(netconf(*words), ("", f"netconf: {says}\n", 2))

with tempfile.TemporaryDirectory() as folder:
    for command in ("status", "reload", "monitor"):
        check(netconf(command, "--socket", f"{folder}/none"),
              ("", f"netconf: {folder}/none: netconfd does not run: No such file or directory\n", 111))
