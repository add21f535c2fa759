#!/bin/sh
# Start-up against a static C program that prints one line: runs interleaved, so that a noisy machine
# disturbs both alike. Aim: at most 1.2 times. Then the bytes of both.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/hello.c" <<'C'
#include <stdio.h>
int main(void) { puts("hello"); return 0; }
C
cc -O2 -static -o "$work/hello" "$work/hello.c"
strip "$work/hello"
exec python3 - "$KEELSON" "$work/hello" <<'PYTHON'
import os, statistics, subprocess, sys, time
keelson, hello = sys.argv[1:]
programs = {"hello": [hello], "keelson --list": [keelson, "--list"],
            "keelson --help": [keelson, "--help"]}
times = {name: [] for name in programs}
null = os.open(os.devnull, os.O_WRONLY)
for _ in range(400):
    for name, command in programs.items():
        start = time.perf_counter_ns()
        pid = os.posix_spawn(command[0], command, os.environ,
                             file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
        os.waitpid(pid, 0)
        times[name].append((time.perf_counter_ns() - start) / 1000)
floor = statistics.median(times["hello"])
print("| spawn to exit (400 interleaved runs) | median us | ratio |\n|---|---|---|")
for name, values in times.items():
    median = statistics.median(values)
    print(f"| {name} | {median:.0f} | {median / floor:.2f} |")
print("\n| file | bytes |\n|---|---|")
for name, path in (("static C hello", hello), ("keelson", keelson)):
    print(f"| {name} | {os.path.getsize(path):,} |")
PYTHON
