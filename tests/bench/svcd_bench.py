#!/usr/bin/env python3
"""svcd beside runit, s6 and a bare fork loop.

All supervisors run the same services (stamp_service.c), in turns, on folders in memory; figures are
medians. runit waits a second for a new folder, and before it starts anew what has run for less than
a second: the folder is older here, and so are the services that are killed. s6 has notification
descriptors, since it waits a second otherwise. dinit only where DINIT says where it is.
KEELSON_BENCH_QUICK=1: few rounds, 200 services instead of 1,000.
"""
import os
import pathlib
import resource
import statistics
import sys
import time

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(TREE / "tests/applets"), str(TREE / "tests/bench")]
import lookup_lab as lab  # noqa: E402
import svcd_lab  # noqa: E402
import supervisors  # noqa: E402

QUICK = bool(os.environ.get("KEELSON_BENCH_QUICK"))
MANY = 200 if QUICK else 1000
ROUNDS = 2 if QUICK else 5
KILLS = 40 if QUICK else 200
ASKED = 50 if QUICK else 300
IDLE = 5  # seconds
KINDS = [supervisors.Floor, supervisors.Svcd, supervisors.Runit, supervisors.S6] + (
    [supervisors.Dinit] if os.environ.get("DINIT") else [])
missed = 0


def row(what, measured, ratio=None, aim=None):
    """A line of the table. aim: the most that the ratio may be."""
    global missed
    verdict = ""
    if aim is not None:
        missed += ratio > aim
        verdict = "met" if ratio <= aim else "**not met**"
    print(f"| {what} | {measured} | {'' if ratio is None else f'{ratio:.3g}'} "
          f"| {'' if aim is None else f'at most {aim:g}'} | {verdict} |", flush=True)


def milliseconds(seconds):
    return f"{seconds * 1000:.3g} ms"


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))]


def states(svcd):
    """Of all services, and when the answer was there: to take it apart takes us longer than svcd
    took to give it.
    """
    chat = svcd_lab.Chat(svcd.socket, "status")
    while piece := chat.socket.recv(1 << 20):
        chat.bytes += piece
    told = time.perf_counter()
    return [row["state"] for row in chat.answer().rows], told


# --- Starting, dying, being there ---

def start(kind, count):
    """Seconds until all are up; svcd has to say so too."""
    with kind(count) as one:
        spent, _ = one.start()
        if kind is supervisors.Svcd:
            begin = time.perf_counter()
            while True:
                found, told = states(one)
                if found.count("up") == count:
                    break
                if told - begin > supervisors.PATIENCE:
                    raise RuntimeError(f"not all are up: {found}")
            spent += told - begin
        return spent


def starting():
    for count in (100, MANY):
        spent = {kind.name: [] for kind in KINDS}
        for _ in range(ROUNDS):
            for kind in KINDS:
                spent[kind.name].append(start(kind, count))
        took = {name: statistics.median(of) for name, of in spent.items()}
        for name in took:
            if name != "svcd":
                row(f"{count:,} services up: {name}", milliseconds(took[name]))
        row(f"{count:,} services up and reported: svcd, to runit", milliseconds(took["svcd"]),
            took["svcd"] / took["runit"], 0.25 if count == MANY else None)
        row(f"{count:,} services up and reported: svcd, to the loop", milliseconds(took["svcd"]),
            took["svcd"] / took["bare fork loop"], 2 if count == MANY else None)


def living():
    """Of each supervisor at rest, with all services: respawn, memory, idle time."""
    respawn, memory, ticks = {}, {}, {}
    for kind in KINDS:
        with kind(MANY) as one:
            _, pids = one.start()
            time.sleep(1.5)
            before = one.ticks()
            time.sleep(IDLE)
            ticks[kind.name] = one.ticks() - before
            respawn[kind.name] = one.respawn(pids, min(KILLS, MANY))
            loaded = one.memory()
        with kind(1) as one:  # so that it has the code that any service takes
            one.start()
            time.sleep(1)
            memory[kind.name] = (loaded - one.memory()) / (MANY - 1)
    for name, spent in respawn.items():
        p50, p99 = statistics.median(spent), percentile(spent, 0.99)
        text = f"p50 {milliseconds(p50)}, p99 {milliseconds(p99)}"
        if name == "svcd":
            row(f"kill -9 to respawn at {MANY:,}: svcd, p50 to runit's", text,
                p50 / statistics.median(respawn["runit"]), 1)
            row(f"kill -9 to respawn at {MANY:,}: svcd, p99, ms of 10", text, p99 * 100, 1)
        else:
            row(f"kill -9 to respawn at {MANY:,}: {name}", text)
    for name, each in memory.items():
        row(f"memory for each of {MANY:,} services: {name}", f"{each / 1024:.3g} KB",
            *((each / 1536, 1) if name == "svcd" else ()))
    for name, count in ticks.items():
        row(f"processor ticks in {IDLE} s of idleness: {name}", f"{count}",
            *((count, 0) if name == "svcd" else ()))


def storm():
    """Answers while all services do nothing but die."""
    class Dying(supervisors.Svcd):
        restart = "restart-delay: 0\nrestart-burst: 10000\n"

    with Dying(MANY, {"STAMP_DIE": "1"}) as one:
        one.start()
        spent, before, begin = [], one.ticks(), time.perf_counter()
        for _ in range(ASKED):
            asked = time.perf_counter()
            svcd_lab.Chat(one.socket, "status", "s7").answer()
            spent.append(time.perf_counter() - asked)
            one.stamps.next(20)  # they go on dying
        busy = (one.ticks() - before) / supervisors.TICKS / (time.perf_counter() - begin)
    row(f"an answer while {MANY:,} services crash without a pause, worst of {ASKED}, ms of 100",
        f"p50 {milliseconds(statistics.median(spent))}, worst {milliseconds(max(spent))}, "
        f"svcd {busy:.0%} of a core", max(spent) * 10, 1)
    with supervisors.Svcd(MANY, {"STAMP_DIE": "1"}) as one:
        one.restart = ""
        one.prepare()
        one.start()
        time.sleep(5)
        before, begin = one.ticks(), time.perf_counter()
        time.sleep(5)
        busy = (one.ticks() - before) / supervisors.TICKS / (time.perf_counter() - begin)
    row(f"{MANY:,} services that crash, with the defaults, after 5 s", f"svcd {busy:.1%} of a core")


def main():
    if os.geteuid() != 0:
        print("SKIP: needs root for the mount namespace of s6")
        return 77
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    supervisors.adopt_orphans()
    print("| | measured | ratio | aim | |\n|---|---|---|---|---|")
    parts = {"starting": starting, "living": living, "storm": storm}
    for name in sys.argv[1:] or parts:
        parts[name]()
    print(f"\n{missed} aim(s) not met" if missed else "\nall aims met")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except lab.Skip as why:
        print(f"SKIP: {why}")
        sys.exit(77)
