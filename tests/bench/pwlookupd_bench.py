#!/usr/bin/python3
"""pwlookupd, nscd and unscd on their sockets, side by side: the same files and client, one run.

Every round starts the daemons anew, each in its own private namespace, and asks them in turns, in
another order each time; what is compared are medians of the turns. Figures of different runs or
machines are not comparable, the ratios of one run are. --quick: fewer rounds and requests.

Parts by word: socket (requests alone), and those of lookup_figures.py: map, start, memory, change, miss.
Without a word all of them.
"""
import argparse
import contextlib
import os
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../applets"))
import lookup_figures
import lookup_lab as lab

DAEMONS = ("pwlookupd", "nscd", "unscd")


def files(lines):
    people = b"".join(b"user%07d:x:%d:%d:User Number %d,,,:/people/u/user%07d:/bin/bash\n"
                      % (i, 100000 + i, 100000 + i % 1000, i, i) for i in range(lines - 2))
    groups = b"".join(b"grp%06d:x:%d:user%07d,user%07d\n" % (i, 100000 + i, i, i * 7 % (lines - 2))
                      for i in range(max(8, lines // 10)))
    return {"passwd": b"root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n"
            + people,
            "group": b"root:x:0:\nnogroup:x:65534:\n" + groups, "services": b"http 80/tcp\n"}


class Case:
    """lines: of passwd. warm: requests before, not counted. Others as socket_client takes them."""

    def __init__(self, name, lines, kind, key, keys, count, clients=1, warm=0, found=True):
        self.name, self.lines, self.clients = name, lines, clients
        self.warm, self.found = warm, found
        self.question = [kind, key, str(keys)]
        self.count = count
        self.measured = {daemon: [] for daemon in DAEMONS}

    def prepare(self, ns, client):
        if self.warm:
            ns.output([client, lab.SOCKET, *self.question, str(self.warm)])

    def run(self, ns, client, daemon, process, count):
        before = process.cpu_us()
        words = ns.output([client, lab.SOCKET, *self.question, str(count),
                           str(self.clients)]).decode().split()
        result = dict(zip(words[::2], map(float, words[1::2])))
        if result["failed"] or result["misses" if self.found else "hits"]:
            sys.exit(f"{daemon} gave wrong answers in '{self.name}': {words}")
        result["cpu_us"] = (process.cpu_us() - before) / (count * self.clients)
        self.measured[daemon].append(result)

    def median(self, daemon, what):
        return statistics.median(result[what] for result in self.measured[daemon])


def cases():
    return [
        Case("hits by name, 50 lines", 50, "pwnam", "user%07u", 40, 3000, warm=80),
        Case("group hits by name, 50 lines", 50, "grnam", "grp%06u", 8, 3000, warm=16),
        Case("misses, one key again and again, 50 lines", 50, "pwnam", "nosuch%u", 1, 3000, warm=2,
             found=False),
        Case("misses, new keys, 50 lines", 50, "pwnam", "nosuch%07u", 1000000, 300, found=False),
        Case("cold hits by name, 10,000 lines", 10000, "pwnam", "user%07u", 9998, 300),
        Case("cold hits by uid, 10,000 lines", 10000, "pwuid", "1%05u", 9998, 300),
        Case("cold misses, 10,000 lines", 10000, "pwnam", "nosuch%07u", 1000000, 300, found=False),
        Case("64 clients, hits, 50 lines", 50, "pwnam", "user%07u", 40, 300, clients=64, warm=80),
        Case("64 clients, whole file, 10,000 lines", 10000, "pwnam", "user%07u", 9998, 30,
             clients=64),
    ]


def run(all_cases, rounds, share):
    client = lab.compile_c("socket_client.c", folder=HERE)
    for daemon in DAEMONS[1:]:
        lab.peer(daemon, "usr/sbin/nscd")
    made = {lines: files(lines) for lines in {case.lines for case in all_cases}}
    for number in range(rounds):
        order = DAEMONS[number % 3:] + DAEMONS[:number % 3]
        for case in all_cases:
            run_round(case, made[case.lines], order if number % 2 else order[::-1], client, share)


def run_round(case, content, order, client, share):
    """All three at once, so that what disturbs the machine disturbs all of them."""
    with contextlib.ExitStack() as stack:
        running = []
        for daemon in order:  # anew: nothing is cached from other cases
            ns = stack.enter_context(lab.Namespace(content))
            process = ns.start() if daemon == "pwlookupd" else ns.start_peer(daemon)
            running.append((ns, daemon, process))
            case.prepare(ns, client)
        # In turns where keys may come again; a key is new once.
        turns = 10 if case.warm and case.clients == 1 else 1
        for _ in range(turns):
            for ns, daemon, process in running:
                case.run(ns, client, daemon, process, max(1, int(case.count * share / turns)))


def verdict(case, against, what):
    """(ratio, target, met) of pwlookupd against one peer."""
    ours, theirs = case.median("pwlookupd", what), case.median(against, what)
    ratio = ours / theirs if what == "per_second" else theirs / ours
    if case.clients > 1:
        return ratio, 2.0 if against == "unscd" else None
    return ratio, 50.0 if case.lines == 10000 else 1.0


def row(name, case, what, unit, digits, targets):
    """A line of the table, and how many of its targets are missed."""
    text = f"{name:50}"
    text += "".join(f"{case.median(d, what):>11.{digits}f}{unit}" for d in DAEMONS) + "  "
    missed = 0
    for against in DAEMONS[1:]:
        ratio, target = verdict(case, against, what)
        text += f"{ratio:8.2f}"
        if targets and target:
            missed += ratio < target
            text += f" (>={target:g} {'met' if ratio >= target else 'NOT MET'})"
    print(text)
    return missed


def report(all_cases):
    print(f"{'':50}{'pwlookupd':>13}{'nscd':>13}{'unscd':>13}   times faster than nscd, unscd")
    missed = 0
    for case in all_cases:
        if case.clients == 1:
            missed += row(case.name, case, "p50_us", "us", 1, True)
            continue
        missed += row(case.name, case, "per_second", "/s", 0, True)
        # What of that is the daemon's own: the clients' share and other programs left out.
        row("  processor time of the daemon, a request", case, "cpu_us", "us", 1, False)
    print(f"\n{missed} target(s) not met" if missed else "\nall targets met")


def socket_part(quick):
    all_cases = cases()
    run(all_cases, 3 if quick else 7, 0.3 if quick else 1.0)
    report(all_cases)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true", help="one third of the work")
    parser.add_argument("part", nargs="*", choices=["socket", *lookup_figures.PARTS, []],
                        help="of the bench; none: all")
    options = parser.parse_args()
    verdict = lookup_figures.Verdicts()
    try:
        if not options.part or "socket" in options.part:
            socket_part(options.quick)
        for name, part in lookup_figures.PARTS.items():
            if not options.part or name in options.part:
                print(f"\n-- {name}")
                part(verdict)
    except lab.Skip as why:
        print(f"SKIP: {why}")
        return 77
    print(f"\n{verdict.missed} target(s) of these parts not met")
    return 0


if __name__ == "__main__":
    sys.exit(main())
