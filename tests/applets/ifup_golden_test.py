#!/usr/bin/env python3
"""ifupdown's own cases (tests/linux, tests/kfreebsd of its source package) through our ifup and ifdown.

Exit code, stdout and stderr are those that up.N and down.N have, after this is made alike: runs of
blanks become one and lines that are empty then are dropped, because ifupdown leaves blanks where an
option is not said; and notes of files lose the column, which ifupdown does not tell.
Where we mean to differ, DIFFERS says so, by case."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ["BUILD"])
KEELSON = os.environ["KEELSON"]
SOURCE = BUILD / "peers/source:ifupdown"
CASES = {"linux": 19, "kfreebsd": 6}

# An interface with an address that is none is refused as a whole, with the line that is wrong, and not
# half configured up to there.
REFUSED = """ifup: tests/linux/testcase.3:25: address '/64' is no network of IPv6
ifup: tests/linux/testcase.3:28: address '/' is no network of IPv6
ifup: failed to bring up eth0
"""
# br0.0201 has ports, so it is a bridge; ifupdown would make a vlan of br0 first, if there is a br0.
BRIDGE = re.compile(r"^if test -d /sys/class/net/br0[ /].*br0\.0201.*\n", re.MULTILINE)


def from_first(text, begin, end):
    """The text without what stands from `begin` to before the first `end` after it."""
    first = text.index(begin)
    return text[:first] + text[text.index(end, first):]


def differs(case, verb, text):
    if case == "linux/3" and verb == "up":
        text = from_first(text, "ifup: configuring interface eth0=eth0 (inet)", "ifup: failed to")
        return text.replace("ifup: failed to bring up eth0\n", REFUSED)
    if case == "linux/7":
        return BRIDGE.sub("", text)
    return text


def alike(text):
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in text.splitlines())
    lines = (re.sub(r"^(if\w+: tests/[^ :]+:\d+):\d+: ", r"\1: ", line) for line in lines)
    return "".join(line + "\n" for line in lines if line)


def run(verb, system, number, words, state):
    file = f"tests/{system}/testcase.{number}"
    command = [KEELSON, f"if{verb}", "-v", "--no-act-commands", "--force", "-i", file,
               f"--state-dir={state}", *(["--system=freebsd"] * (system == "kfreebsd")), *words]
    done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True)
    return alike(f"exit code: {done.returncode}\n====stdout====\n{done.stdout}"
                 f"====stderr====\n{done.stderr}")


def main():
    subprocess.run([TREE / "tests/peers", "source:ifupdown"], capture_output=True)
    if not (SOURCE / "tests").exists():
        print("SKIP: needs the peer source:ifupdown below build/peers")
        return 77
    failed = 0
    for system, count in CASES.items():
        for number in range(1, count + 1):
            folder = SOURCE / "tests" / system
            file = folder / f"testcase.{number}"
            text = file.read_text() if file.exists() else "# RUN: -a\n"
            words = " ".join(re.findall(r"^# RUN: (.*)", text, re.MULTILINE)).split()
            with tempfile.TemporaryDirectory() as state:
                for verb in ("up", "down"):
                    wanted = alike(differs(f"{system}/{number}", verb,
                                           (folder / f"{verb}.{number}").read_text()))
                    got = run(verb, system, number, words, state)
                    if got == wanted:
                        continue
                    failed += 1
                    print(f"--- {system}/{number} {verb}: wanted\n{wanted}--- got\n{got}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
