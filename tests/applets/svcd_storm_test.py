#!/usr/bin/env python3
"""svcd when much goes wrong at once: crash loops, no processes, descriptors or space any more, logs
and consoles that nobody reads. It answers meanwhile, and goes on when there is room again."""
import contextlib
import fcntl
import math
import os
import pathlib
import select
import tempfile
import time

import svcd_lab as lab
from lookup_lab import compile_c, until

BENCH = str(pathlib.Path(__file__).resolve().parent.parent / "bench")
SERVICES = 1000
BURST = 3  # restarts without a delay
# Says in the end that it could write all of it.
SHOUT = f"yes I am a line that nobody reads | head -c {4 << 20}; echo written >{{}}; exec sleep 9999"


def wait_for_bytes(fifo, count):
    found = 0
    while found < count:
        assert select.select([fifo.file], [], [], lab.PATIENCE)[0], f"{found} of {count} came"
        found += len(fifo.file.read(65536))


def define_dying(there, fifo, **policy):
    program = compile_c("stamp_service.c", folder=BENCH)
    names = [f"s{number}" for number in range(SERVICES)]
    for name in names:
        there.service(name, program, environment=f"STAMP={fifo} STAMP_DIE=1", **policy)
    return names


def test_a_thousand_crash_loops():
    with lab.Lab() as there:
        stamps = there.fifo("stamps")
        names = define_dying(there, stamps, restart_burst=10000)
        there.start()
        for _ in range(20):  # it has to answer while they loop
            wait_for_bytes(stamps, SERVICES)
            assert there.state("s7") in ("starting", "up", "stopping", "down")
        there.good("stop", *names)
        rows = there.good("status").rows
        assert len(rows) == SERVICES and {row["state"] for row in rows} == {"down"}
        while select.select([stamps.file], [], [], 0)[0]:
            stamps.file.read(65536)
        there.good("status")  # whatever had begun meanwhile would have come before this
        assert not select.select([stamps.file], [], [], 0)[0]


def test_crash_loops_become_slower():
    begin = time.monotonic()
    with lab.Lab() as there:
        stamps = there.fifo("stamps")
        define_dying(there, stamps, restart_burst=BURST)
        there.start()
        wait_for_bytes(stamps, 4 * SERVICES * (1 + BURST + 1))
        restarts = [int(row["restarts"]) for row in there.good("status").rows]
        # The first ones at once, then after one, two, four seconds ... : no timer is early.
        at_most = BURST + 1 + math.log2(time.monotonic() - begin + 1)
        assert min(restarts) >= 1 and max(restarts) <= at_most, (max(restarts), at_most)


def test_programs_that_cannot_be_executed():
    cases = {"missing": "No such file", "plain": "Permission denied", "format": "format",
             "interpreter": "No such file"}
    with lab.Lab() as there:
        for name, text, mode in (("plain", "#!/bin/sh\n", 0o644), ("format", "\0\1\2", 0o755),
                                 ("interpreter", "#!/nonexistent/sh\n", 0o755)):
            (there.folder / name).write_text(text)
            (there.folder / name).chmod(mode)
        for name in cases:
            there.service(name, str(there.folder / name), enabled="no", restart="never")
        there.start()
        for name, reason in cases.items():
            answer = there.ask("start", name)
            assert answer.code == 1 and reason in answer.errors[0], (name, answer)
            row = there.row(name)
            assert row["state"] == "failed" and reason in row["why"], row


def waits_for_room(there, names, reason):
    """Not all start at once; svcd answers meanwhile, and they do when there is room."""
    for name in names:
        there.service(name, "echo >&3; exec sleep 9999", ready="fd:3", enabled="no",
                      restart_max_delay="50ms")
    there.start()
    there.ask("start", "--no-wait", *names)
    until(lambda: any(reason in row["why"] for row in there.good("status").rows),
          "there is no room any more")
    rows = there.good("status").rows
    up = [row["name"] for row in rows if row["state"] == "up"]
    assert up and len(up) < len(names), rows
    there.good("stop", *up)
    until(lambda: any(row["state"] == "up" for row in there.good("status").rows),
          "others are up in their place")


def test_no_more_processes():
    lab.need_root()
    user = "54321"  # whom nobody else is
    with lab.Lab(["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "prlimit",
                  "--nproc=12"]) as there:
        for folder in (there.folder, there.config):
            os.chown(folder, int(user), int(user))
        waits_for_room(there, [f"s{number}" for number in range(24)],
                       "Resource temporarily unavailable")


def test_no_more_descriptors():
    with lab.Lab(["prlimit", "--nofile=40"]) as there:
        waits_for_room(there, [f"s{number}" for number in range(60)], "no descriptor left")


def group_folders(pid):
    """The folder that holds the groups of its svcd, wherever it is mounted; none without groups."""
    with open(f"/proc/{pid}/cgroup") as file:
        groups = [line.strip().rsplit("/", 2)[1] for line in file if "/svcd-" in line]
    with open("/proc/mounts") as file:
        mounts = [line.split()[1] for line in file if line.split()[2] == "cgroup2"]
    return [path for mount in mounts for group in groups[:1]
            for path in pathlib.Path(mount).rglob(group)]


def test_when_services_have_all_descriptors_it_is_reached_and_leaves_no_groups():
    with lab.Lab(["prlimit", "--nofile=40"]) as there:
        for number in range(12):
            there.service(f"s{number}", "echo; exec sleep 9999")
        there.start()
        until(lambda: any("descriptor" in row["why"] for row in there.good("status").rows),
              "there is no room any more")
        up = [row for row in there.good("status").rows if row["state"] == "up"]
        folders = group_folders(up[0]["pid"])
        there.good("stop", up[0]["name"])
        assert there.stop() == 0
        assert not any(folder.exists() for folder in folders), folders


def test_a_full_disk_below_the_logs():
    lab.need_root()
    with tempfile.TemporaryDirectory() as disk, lab.Lab(
            ["unshare", "-m", "sh", "-ec",
             f'mount -t tmpfs -o size=64k full "{disk}"; exec "$@"', "sh"]) as there:
        done = there.fifo("done")
        there.service("loud", SHOUT.format(done), log="file", log_size="1M",
                      log_file=f"{disk}/loud.log")
        there.start()
        assert done.line() == "written"  # it could write all of it
        assert there.state("loud") == "up"
        assert "I am a line" in there.good("log", "loud").text
        size = os.stat(f"/proc/{there.daemon.pid}/root{disk}/loud.log").st_size
        assert 0 < size <= 65536, size


def full_pipe():
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 4096)
    os.set_blocking(writer, True)
    return reader, writer


def test_a_stderr_that_nobody_reads():
    reader, writer = full_pipe()
    try:
        with lab.Lab() as there:
            done = there.fifo("done")
            there.service("loud", SHOUT.format(done), log="console")
            there.service("broken", "/nonexistent", restart="never")
            there.start(stderr=writer)
            assert done.line() == "written"
            assert there.state("loud") == "up" and there.state("broken") == "failed"
            assert there.stop() == 0
    finally:
        os.close(reader)
        os.close(writer)


if __name__ == "__main__":
    lab.main(globals())
