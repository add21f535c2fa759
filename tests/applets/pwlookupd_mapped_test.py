#!/usr/bin/python3
"""Mappings in programs that never stop to look up: through storms of changes, restarts and deaths.

The clients of the first tests see empty files, so that whatever libc does without the daemon is an
answer that is missing. A client that libc keeps from mappings for good asks the daemon again and
again, and is found by that. KEELSON_STORM: seconds of a storm; KEELSON_RESTARTS: how many.
"""
import mmap
import os
import shutil
import signal
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lookup_lab as lab

STORM = float(os.environ.get("KEELSON_STORM", "1.5"))
RESTARTS = int(os.environ.get("KEELSON_RESTARTS", "10"))
USERS = 200
CLIENTS = 4
BASE = (b"root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n"
        + b"".join(b"user%d:x:%d:77::/home/%d:/bin/sh\n" % (i, 100000 + i, i)
                   for i in range(USERS)))
FILES = {"passwd": BASE + b"mark:x:1:1:::\n", "group": b"root:x:0:\ncrowd:x:77:user1,user2\n",
         "services": b"http 80/tcp\n"}


def version(number):
    return BASE + b"mark:x:%d:1:::\n" % number


def daemons_version(ns):
    """What the daemon itself says; whoever asks has it look at the files first."""
    reply = lab.ask(ns, lab.GETPWBYNAME, b"mark")
    return struct.unpack_from("=i", reply, 16)[0] if reply[4:8] == b"\1\0\0\0" else None


class Crowd:
    """Clients in tight loops, each in a name space where the files are empty."""

    STOP, OLDEST, NEWEST, HOW_MANY_USERS, HEAD = 0, 1, 2, 3, 32
    CLIENT = struct.Struct("=5Q")  # lookups, wrong, failed, longest, seen

    def __init__(self, ns):
        self.ns = ns
        path = "/run/board"
        ns.write(path, bytes(4096))
        os.chmod(ns.path(path), 0o666)
        with open(ns.path(path), "r+b") as f:
            self.board = mmap.mmap(f.fileno(), 4096)
        for place, number in ((self.OLDEST, 1), (self.NEWEST, 1), (self.HOW_MANY_USERS, USERS)):
            self.set(place, number)
        program = lab.compile_c("lookup_loop.c")
        ns.output(["cp", "-a", "/etc", "/run/blind"])
        for name in lab.DATABASES:
            ns.write(f"/run/blind/{name}", b"")
        blind = ["unshare", "-m", "sh", "-ec", 'mount --bind /run/blind /etc; exec "$@"', "sh"]
        self.clients = [lab.subprocess.Popen(ns.inside([*blind, program, path, str(i)]))
                        for i in range(CLIENTS)]
        lab.until(lambda: min(self.column(0)) > 0, "every client has begun", tries=12000)

    def set(self, place, number):
        self.board[8 * place:8 * place + 8] = struct.pack("=Q", number)

    def about_to_be(self, number):
        self.set(self.NEWEST, number)

    def seen(self, number):
        self.set(self.OLDEST, number)

    def column(self, number):
        return [self.CLIENT.unpack_from(self.board, self.HEAD + i * self.CLIENT.size)[number]
                for i in range(CLIENTS)]

    def quiet(self, daemon):
        """Whether all have looked up a lot, and none of them has asked."""
        asked = daemon.questions("passwd") + daemon.questions("group")
        before = self.column(0)
        lab.until(lambda: all(now > then + 500 for now, then in zip(self.column(0), before)),
                  "all clients go on", tries=12000)
        return daemon.questions("passwd") + daemon.questions("group") == asked

    def none_demoted(self, daemon):
        lab.until(lambda: self.quiet(daemon), "clients find everything in their mappings")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.set(self.STOP, 1)
        codes = [client.wait() for client in self.clients]
        found = (self.column(1), self.column(2), self.column(0))
        print(f"        {sum(found[2])} lookups, the slowest {max(self.column(3)) / 1e6:.3f} ms")
        self.board.close()
        if kind is None:
            assert not any(codes), "wrong, failed, lookups of each: %s %s %s" % found


def test_a_storm_of_renames_and_then_writes_in_place():
    with lab.Namespace(FILES) as ns:
        daemon = ns.start()
        daemon.all_mapped()
        with Crowd(ns) as crowd:
            number = most = 1
            end = time.monotonic() + STORM
            while time.monotonic() < end:
                number += 1
                crowd.about_to_be(number)
                ns.replace("/etc/passwd", version(number))
                assert daemons_version(ns) == number
                crowd.seen(number)
                time.sleep(1 / 40)  # changes a second, as a figure of the storm
                most = max(most, daemon.snapshots())
            for _ in range(int(STORM * 4)):
                number += 1
                crowd.about_to_be(number)
                ns.write("/etc/passwd", version(number))
                lab.until(lambda: daemons_version(ns) == number, "the writer's version is served")
                crowd.seen(number)
            crowd.none_demoted(daemon)
            print(f"        {number} versions, {most} snapshots at a time")
            assert most <= len(lab.DATABASES) * 8, most


def test_hot_restarts_under_load():
    with lab.Namespace(FILES) as ns:
        daemons = [ns.start()]
        with Crowd(ns) as crowd:
            crowd.none_demoted(daemons[-1])
            for number in range(2, RESTARTS + 2):
                daemons.append(ns.start())
                crowd.about_to_be(number)
                ns.replace("/etc/passwd", version(number))
                assert daemons_version(ns) == number
                # Those that leave hear of it by themselves.
                lab.until(lambda: min(crowd.column(4)) == number, "all clients see the change",
                          tries=12000)
                crowd.seen(number)
            for daemon in daemons[:-1]:
                assert daemon.process.wait(lab.PATIENCE) == 0, daemon.said()
            crowd.none_demoted(daemons[-1])


def test_a_client_lives_through_the_daemons_death():
    """Killed, and there again before the client asks: it takes the next mapping, and none of its
    answers is older than the lease."""
    with lab.Namespace(FILES) as ns:
        first = ns.start("--lease", "2")
        first.all_mapped()
        with lab.Chat(ns, lab.compile_c("lookup_client.c")) as chat:
            assert chat.ask("pwnam", "mark").startswith("mark|x|1|")
            first.stop(signal.SIGKILL)
            killed = time.time()
            ns.replace("/etc/passwd", version(2))
            second = ns.start("--lease", "2")
            second.all_mapped()

            def new():
                asked = time.time()
                answer = chat.ask("pwnam", "mark")
                # libc compares whole seconds, and its clock may be a tick behind.
                assert answer.startswith("mark|x|2|") or asked < killed + 2 + 2, "older than that"
                return answer.startswith("mark|x|2|")

            lab.until(new, "the client lets go of the dead one's mapping")
            asked = second.questions("passwd")
            for number in range(USERS):
                chat.ask("pwnam", f"user{number}")
            assert second.questions("passwd") == asked, "it asks over the socket"


def test_a_daemon_of_other_databases_in_between():
    """Costs nobody his mappings: the next that serves them all is asked for one."""
    with lab.Namespace(FILES) as ns:
        first = ns.start()
        first.all_mapped()
        with lab.Chat(ns, lab.compile_c("lookup_client.c")) as chat:
            assert chat.ask("pwnam", "mark").startswith("mark|x|1|")
            second = ns.start("--databases", "group")
            assert first.process.wait(lab.PATIENCE) == 0, first.said()
            assert chat.ask("pwnam", "mark").startswith("mark|x|1|")
            assert second.stats()["passwd"]["clients"] > 0, "it has come to the second"
            third = ns.start()
            assert second.process.wait(lab.PATIENCE) == 0, second.said()

            def mapped():
                asked = third.questions("passwd")
                for number in range(USERS):  # libc asks nobody for 100 lookups
                    chat.ask("pwnam", f"user{number}")
                clients = third.stats()["passwd"]["clients"]
                return clients > 0 and third.questions("passwd") == asked

            lab.until(mapped, "the client finds everything in a mapping of the third", tries=20)


def test_killed_for_good_the_files_count_after_the_lease():
    with lab.Namespace(FILES) as ns:
        daemon = ns.start("--lease", "2")
        daemon.all_mapped()
        with lab.Chat(ns, lab.compile_c("lookup_client.c")) as chat:
            assert chat.ask("pwnam", "mark").startswith("mark|x|1|")
            daemon.stop(signal.SIGKILL)
            ns.replace("/etc/passwd", version(2))
            lab.until(lambda: chat.ask("pwnam", "mark").startswith("mark|x|2|"),
                      "the client reads the file")


def test_stopped_the_files_count_at_once():
    """And the next daemon's mapping does after the lease."""
    with lab.Namespace(FILES) as ns:
        daemon = ns.start("--lease", "2")
        daemon.all_mapped()
        with lab.Chat(ns, lab.compile_c("lookup_client.c")) as chat:
            assert chat.ask("pwnam", "mark").startswith("mark|x|1|")
            assert daemon.stop() == 0
            ns.replace("/etc/passwd", version(2))
            assert chat.ask("pwnam", "mark").startswith("mark|x|2|")


def test_without_sealed_memory_everything_goes_over_the_socket():
    if not shutil.which("strace"):
        raise lab.Skip("needs strace")
    with lab.Namespace(FILES) as ns:
        without = ["strace", "-f", "-o", "/dev/null", "-e", "inject=memfd_create:error=ENOSYS"]
        daemon = ns.start(wrapper=without)
        try:
            assert lab.ask(ns, lab.GETFDPW, b"passwd") == b"passwd\0" + bytes(8)
            with lab.Chat(ns, lab.compile_c("lookup_client.c"), hide=lab.DATABASES) as chat:
                for _ in range(3):
                    assert chat.ask("pwnam", "mark").startswith("mark|x|1|")
            assert daemon.stats()["passwd"]["hits"] == 3, daemon.stats()
            ns.replace("/etc/passwd", version(2))
            assert daemons_version(ns) == 2
            assert daemon.said().count("no memory to be mapped") == 1, daemon.said()
        finally:
            ns.run([lab.KEELSON, "nscd", "-K"])  # strace lets go of it otherwise
            daemon.process.wait(lab.PATIENCE)


def test_lease_bounds():
    with lab.Namespace(FILES) as ns:
        for lease in ("1", "301", "0"):
            done = ns.run([lab.KEELSON, "pwlookupd", "--lease", lease])
            assert done.returncode == 2 and b"--lease" in done.stderr, done


lab.main(globals())
