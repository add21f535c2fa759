#!/usr/bin/python3
"""With a limit the first lines are mapped, the rest is answered over the socket, and nothing is missing."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lookup_lab as lab

USERS = 3000
FILES = {
    "passwd": b"".join(b"user%05d:x:%d:%d::/home:/bin/sh\n" % (i, 10000 + i, 10000 + i)
                       for i in range(USERS)),
    "group": b"".join(b"grp%05d:x:%d:user%05d\n" % (i, 10000 + i, i) for i in range(USERS)),
    "services": b"".join(b"svc%05d %d/tcp\n" % (i, 1 + i) for i in range(USERS)),
}


def questions(users):
    return b"".join(b"pwnam\tuser%05d\npwuid\t%d\ngrnam\tgrp%05d\ngrgid\t%d\ngrlist\tuser%05d\t1\n"
                    b"svname\tsvc%05d\ttcp\n" % (i, 10000 + i, i, 10000 + i, i, i) for i in users)


def test_what_does_not_fit_is_asked_for():
    client = lab.compile_c("lookup_client.c")
    every = questions(range(0, USERS, 7)) + questions([USERS - 1])
    with lab.Namespace(FILES) as ns:
        alone = ns.output([client], input=every)
        daemon = ns.start("--memory-limit", "256k")
        daemon.all_mapped()
        limited = daemon.stats()
        assert sum(limited[name]["mapped"] for name in lab.DATABASES) <= 256 * 1024, limited
        rows = [row.split() for row in lab.ask(ns, lab.GETSTAT, b"").decode().splitlines()]
        mapped = rows[0].index("mapped")
        assert all(row[mapped].endswith("+") for row in rows[1:4]), rows

        before = {name: daemon.questions(name) for name in lab.DATABASES}
        ns.output([client], input=questions(range(10)))
        for name in ("passwd", "services"):
            assert daemon.questions(name) == before[name], "the first lines are mapped"
        assert ns.output([client], input=every) == alone
        for name in lab.DATABASES:
            assert daemon.questions(name) > before[name], "the last lines are asked for"
        assert daemon.stop() == 0, daemon.said()


def test_a_limit_that_is_no_number_is_told():
    with lab.Namespace(FILES) as ns:
        done = ns.run([lab.KEELSON, "pwlookupd", "--memory-limit", "much"])
        assert done.returncode == 2 and b"memory-limit" in done.stderr, done


lab.main(globals())
