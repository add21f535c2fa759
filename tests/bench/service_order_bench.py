#!/usr/bin/env python3
"""Ordering scripts: rcorder beside a program that only reads the same files, and the order of LSB
scripts beside insserv's. In turns, medians of whole runs of each program.

KEELSON_BENCH_QUICK=1: few rounds.
"""
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TREE / "tests/applets"))
import lsb_insserv_test  # noqa: E402

KEELSON = os.path.abspath(os.environ.get("KEELSON", "build/keelson"))
QUICK = bool(os.environ.get("KEELSON_BENCH_QUICK"))
RC_SCRIPTS, LSB_SCRIPTS = 10_000, 1_000
BODY = "".join(f"step_{i}()\n{{\n\techo ${{name}} step {i}\n}}\n" for i in range(12))
READER = """
#include <fcntl.h>
#include <unistd.h>
int main(int argc, char** argv) {
  static char bytes[1 << 20];
  long all = 0;
  for (int i = 1; i < argc; ++i) {
    int file = open(argv[i], O_RDONLY | O_CLOEXEC);
    for (long got; (got = read(file, bytes, sizeof bytes)) > 0;) all += got;
    close(file);
  }
  return all == 0;
}
"""
missed = 0


def row(what, ours, theirs, aim):
    global missed
    ratio = ours / theirs
    missed += ratio > aim
    verdict = "met" if ratio <= aim else "**not met**"
    print(f"| {what} | {ours * 1e3:.1f} | {theirs * 1e3:.1f} | {ratio:.3f} | {aim:.2f} | {verdict} |",
          flush=True)


def seconds(run):
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def medians(rounds, *runs):
    times = [[seconds(run) for run in runs] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*times)]


def quiet(command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def rc_scripts(folder):
    """Each requires two earlier ones, in no order of their names."""
    chance = random.Random(1)
    places = list(range(RC_SCRIPTS))
    chance.shuffle(places)
    paths = []
    for i, place in enumerate(places):
        earlier = " ".join(f"s{places[chance.randrange(i)]:05d}" for _ in range(2)) if i else ""
        name = f"s{place:05d}"
        path = folder / name
        path.write_text(f"#!/bin/sh\n#\n# PROVIDE: {name}\n# REQUIRE: {earlier}\n"
                        f"# KEYWORD: shutdown\n\n. /etc/rc.subr\n\nname={name}\n{BODY}"
                        'load_rc_config $name\nrun_rc_command "$1"\n')
        paths.append(str(path))
    return sorted(paths)


def rc(folder):
    paths = rc_scripts(folder)
    reader = folder / "reader"
    subprocess.run(["cc", "-O2", "-static", "-x", "c", "-", "-o", reader], input=READER, text=True,
                   check=True)
    ours, floor = medians(5 if QUICK else 31, lambda: quiet([KEELSON, "rcorder", *paths]),
                          lambda: quiet([reader, *paths]))
    row("rcorder of 10,000 scripts, bare read", ours, floor, 1.5)


def lsb(folder):
    lab = lsb_insserv_test.Lab(folder)
    chance = random.Random(1)
    for i in range(LSB_SCRIPTS):
        earlier = [f"s{chance.randrange(i):04d}" for _ in range(2)] if i else []
        lab.header(f"s{i:04d}", required_start=" ".join(earlier), required_stop=" ".join(earlier))
    program = lsb_insserv_test.our_program()
    scripts = [lab.etc / "init.d" / name for name in lab.names()]
    command = [program, lab.etc / "insserv.conf", "--", *scripts]
    ours, theirs = medians(3 if QUICK else 7, lambda: quiet(command), lambda: lab.insserv("-f"))
    row("order of 1,000 LSB scripts, insserv", ours, theirs, 1 / 50)


def main():
    print("| what | ours ms | theirs ms | ratio | aim | |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        rc(pathlib.Path(folder))
    lsb_insserv_test.unpack()
    with tempfile.TemporaryDirectory() as folder:
        lsb(folder)
    return 1 if missed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except lsb_insserv_test.Skip as skip:
        print(f"SKIP: {skip}")
        sys.exit(77)
