"""The figures of lookups that need no request, one function a part; pwlookupd_bench.py calls them.

Clients are glibc's: lk.c of the shared lab measures each call of getpwnam_r and its kin by itself, keys
at random over the whole file. Each part starts its daemons anew, all of them at once where they are
compared, and asks them in turns.
"""
import contextlib
import os
import re
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../applets"))
import lookup_lab as lab

SHARED_LAB = os.path.join(os.environ.get("KEELSON_SHARED", os.path.join(HERE, "../../../shared")),
                          "lab")
MODES = {"nam": "getpwnam", "uid": "getpwuid", "gr": "getgrnam", "grl": "getgrouplist"}
ROUNDS = 5
AT_REST_SECONDS = 3


def generated(lines):
    """What the shared generator makes: passwd, and a group for each ten users."""
    generator = os.path.join(SHARED_LAB, "gen.py")
    if not os.path.exists(generator):
        raise lab.Skip("needs the shared lab's gen.py and lk.c")
    folder = os.path.join(lab.BUILD, "lab", f"files-{lines}")
    os.makedirs(folder, exist_ok=True)
    if not os.path.exists(os.path.join(folder, "group")):
        subprocess.run([sys.executable, generator, str(lines), folder], check=True)
    files = {"services": b"http 80/tcp\nhttps 443/tcp\n"}
    for name in ("passwd", "group"):
        with open(os.path.join(folder, name), "rb") as f:
            files[name] = f.read()
    return files


def lk(ns, mode, lines, count, seconds=60, keys=None):
    """p50 in microseconds of one process's calls."""
    client = lab.compile_c("lk.c", "-w", folder=SHARED_LAB)
    words = [client, mode, str(lines), str(count), str(seconds)] + ([str(keys)] if keys else [])
    said = ns.output(words).decode()
    figures = dict(re.findall(r"(\w+)=([\d.]+)", said))
    expected = "miss" if mode == "miss" else "ok"
    if int(figures[expected]) != int(figures["calls"]):
        sys.exit(f"wrong answers: {said}")
    return float(figures["p50"])


class Verdicts:
    """Prints a figure with its target and counts those that are missed."""

    def __init__(self):
        self.missed = 0

    def __call__(self, what, value, unit, target=None, at_least=False, digits=2):
        text = f"  {what:58}{value:12.{digits}f} {unit}"
        if target is not None:
            met = value >= target if at_least else value <= target
            self.missed += not met
            sign = ">=" if at_least else "<="
            text += f"   ({sign} {target:.{digits}f}: {'met' if met else 'NOT MET'})"
        print(text, flush=True)


@contextlib.contextmanager
def running(files, *daemons):
    """{daemon: (namespace, process)}, each with the same files."""
    with contextlib.ExitStack() as stack:
        found = {}
        for daemon in daemons:
            ns = stack.enter_context(lab.Namespace(files, nsswitch="passwd: files\ngroup: files\n"
                                                                   "services: files\n"))
            process = ns.start() if daemon == "pwlookupd" else ns.start_peer(
                daemon, shared=daemon == "nscd")
            found[daemon] = (ns, process)
        yield found


def median_lk(found, daemon, *question, rounds=ROUNDS, **how):
    return statistics.median(lk(found[daemon][0], *question, **how) for _ in range(rounds))


def map_part(verdict):
    print("lookups without a request, p50 of a process's calls, uniform keys over the whole file")
    with running(generated(50), "pwlookupd", "nscd") as found:
        found["pwlookupd"][1].all_mapped()
        for mode, name in MODES.items():
            theirs = median_lk(found, "nscd", mode, 50, 20000)
            ours = median_lk(found, "pwlookupd", mode, 50, 20000)
            verdict(f"{name}, 50 lines (nscd, warm: {theirs:.2f} us)", ours, "us", 1.3 * theirs)
    with running(generated(10000), "pwlookupd", "nscd") as found:
        found["pwlookupd"][1].all_mapped()
        for mode, name in MODES.items():
            ours = median_lk(found, "pwlookupd", mode, 10000, 20000)
            verdict(f"{name}, 10,000 lines", ours, "us", 0.35)
            if mode == "nam":
                theirs = lk(found["nscd"][0], mode, 10000, 300)
                verdict(f"  times faster than nscd, cold ({theirs:.0f} us)", theirs / ours, "", 1000,
                        at_least=True, digits=0)
    with running(generated(1000000), "pwlookupd") as found:
        found["pwlookupd"][1].all_mapped()
        for mode, name in MODES.items():
            ours = median_lk(found, "pwlookupd", mode, 1000000, 400000, rounds=3)
            verdict(f"{name}, 1,000,000 lines", ours, "us", 1.0)


def start_part(verdict):
    print("from main() to a socket that answers, against a newline scan of passwd")
    client = lab.compile_c("start_client.c", folder=HERE)
    for lines, target, rounds in ((10000, 4, 15), (1000000, 8, 5)):
        with lab.Namespace(generated(lines)) as ns:
            def figures(*arguments):
                words = ns.output([client, str(rounds), "/etc/passwd", lab.KEELSON,
                                   *arguments]).decode().split()
                return dict(zip(words[::2], map(float, words[1::2])))
            # What it takes to fork, to execute and to be heard of.
            before = figures("--version")
            found = figures("pwlookupd", "--ready-fd", "9")
            wall, own = (found[what] - before[what] for what in ("ready", "cpu"))
            verdict(f"{lines:,} lines, all time (a scan: {found['scan'] / 1000:.2f} ms)",
                    wall / 1000, "ms")
            verdict("  processor time", own / 1000, "ms")
            verdict("  processor time, times the scan", own / found["scan"], "x", target)


def resident(pid):
    return int(lab.status(pid, "VmRSS")[0]) / 1024


def share(pid):
    with open(f"/proc/{pid}/smaps_rollup") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("Pss:")) / 1024


def memory_part(verdict):
    print("resident memory")
    with running(generated(50), "pwlookupd", "nscd", "unscd") as found:
        found["pwlookupd"][1].all_mapped()
        for daemon, (ns, process) in found.items():
            lk(ns, "nam", 50, 2000)
            verdict(f"{daemon}, 50 lines, at work", resident(process.pid), "MB")
        # It lets go of what it does not need a second after the last request, and clients map on.
        time.sleep(AT_REST_SECONDS)
        for daemon, (ns, process) in found.items():
            verdict(f"{daemon}, 50 lines, at rest", resident(process.pid), "MB",
                    2.2 if daemon == "pwlookupd" else None)
        pid = found["pwlookupd"][1].pid
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            keeper = int(f.read())
        verdict("its keeper of DBM files, at rest", resident(keeper), "MB")
        shares = [share(pid), share(keeper)]
        verdict("both together, shared pages by their part (PSS)", sum(shares), "MB")
    files = generated(1000000)
    with running(files, "pwlookupd") as found:
        _, process = found["pwlookupd"]
        process.all_mapped()
        stats = process.stats()
        snapshots = sum(int(stats[name]["mapped"]) for name in ("passwd", "group")) / 1e6
        own = int(process.status("RssAnon")[0]) / 1e3
        shared = int(process.status("RssShmem")[0]) / 1e3
        verdict("1,000,000 lines: snapshots", snapshots, "MB", digits=1)
        verdict("1,000,000 lines: files and indexes, its own", own, "MB", digits=1)
        verdict("1,000,000 lines: of the snapshots in its own pages", shared, "MB", digits=1)


def change_part(verdict):
    print("a change is visible to a program that runs on, p50 after the rename")
    client = lab.compile_c("change_client.c", folder=HERE)
    for lines in (50, 10000):
        files = generated(lines)
        for number in (1, 2):
            files[f"passwd.{number}"] = files["passwd"] + b"changing:x:%d:1::/:\n" % number
        files["passwd"] = files["passwd.2"]
        with running(files, "pwlookupd", "nscd") as found:
            took = {daemon: [] for daemon in found}
            for _ in range(3):
                for daemon, (ns, _process) in found.items():
                    words = ns.output([client, "/etc/passwd", "/etc/passwd.1", "/etc/passwd.2",
                                       "10"]).decode().split()
                    took[daemon].append(float(words[1]))
            theirs = statistics.median(took["nscd"]) / 1000
            verdict(f"{lines:,} lines (nscd: {theirs:.2f} ms)",
                    statistics.median(took["pwlookupd"]) / 1000, "ms", theirs)


def miss_part(verdict):
    print("names that are not there, each asked for at the socket")
    with running(generated(10000), "pwlookupd", "unscd") as found:
        # Few names, so that unscd has them in its cache: its best.
        theirs = median_lk(found, "unscd", "miss", 10000, 3000, keys=40)
        ours = median_lk(found, "pwlookupd", "miss", 10000, 3000, keys=40)
        verdict(f"10,000 lines (unscd: {theirs:.1f} us)", ours, "us", theirs, digits=1)


PARTS = {"map": map_part, "start": start_part, "memory": memory_part, "change": change_part,
         "miss": miss_part}
