#!/usr/bin/python3
"""pwlookupd and a real server of YP: the same answers as libc's own way to it gives, to programs that
have none."""
import os
import select
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lookup_lab as lab
import yp_lab

FILES_NIS = "".join(f"{name}: files nis\n" for name in lab.DATABASES) + "netgroup: nis\nhosts: files\n"
COMPAT = "passwd: compat\ngroup: compat\nservices: files\nnetgroup: nis\nhosts: files\n"
PASSWD = b"root:x:0:0:root:/root:/bin/sh\nlocal:x:5:5:Local:/:/bin/sh\n"
GROUP = b"root:x:0:\nlocgroup:x:50:alice,dave\n"
SERVICES = b"http 80/tcp www\n"


def files():
    return {"passwd": PASSWD, "group": GROUP, "services": SERVICES}


def questions():
    users = [*yp_lab.USERS, "ghost", "root", "+alice", "m1"]
    lines = [f"pwnam\t{name}" for name in users] + [f"grlist\t{name}\t99" for name in users]
    lines += [f"pwuid\t{uid}" for uid in (*range(1999, 2008), 0, 5, 4294967295)]
    lines += [f"grnam\t{name}" for name in (*yp_lab.GROUPS, "ghosts", "root", "locgroup")]
    lines += [f"grgid\t{gid}" for gid in (*range(2099, 2105), 0, 50)]
    return "\n".join(lines + [""]).encode()


def test_every_map_as_libc_itself_has_it():
    client = lab.compile_c("lookup_client.c")
    with yp_lab.YpNamespace(files(), FILES_NIS) as ns:
        ns.serve()
        ns.start_binder()
        alone = ns.output([client], input=questions(), env=ns.environment)
        assert alone.count(b"Hash") >= 11 and alone.count(b"m149") >= 2, alone
        daemon = ns.start()
        served = ns.output([client], input=questions())
        assert served == alone, lab.differences(alone, served)
        stats = daemon.stats()
        assert stats["passwd"]["hits"] >= 11 and stats["group"]["hits"] >= 8, stats
        assert "refused" not in daemon.said(), daemon.said()


def test_services_as_libc_itself_has_them():
    # By getent: libnss-nis takes a buffer that is too small for "no such service".
    keys = [f"{name}{protocol}" for name in ("ypsvc", "ypalias", "udponly", "http", "www", "nosuch",
                                             "7777", "7778", "80", "9")
            for protocol in ("", "/tcp", "/udp")]
    script = 'for key; do echo "$key: $(getent services "$key")"; done'
    with yp_lab.YpNamespace(files(), FILES_NIS) as ns:
        ns.serve()
        ns.start_binder()
        alone = ns.output(["sh", "-c", script, "sh", *keys], env=ns.environment)
        assert alone.count(b"7777/") >= 8, alone
        ns.start()
        served = ns.output(["sh", "-c", script, "sh", *keys])
        assert served == alone, lab.differences(alone, served)


def test_musl_has_yp_too():
    client = lab.compile_c("lookup_client.c", "-static", compiler="musl-gcc",
                           name="lookup_client_musl")
    asked = questions()
    with yp_lab.YpNamespace(files(), FILES_NIS) as ns:
        ns.serve()
        ns.start_binder()
        alone = ns.output([lab.compile_c("lookup_client.c")], input=asked, env=ns.environment)
        ns.start()
        served = ns.output([client], input=asked)
        assert served == alone, lab.differences(alone, served)


def test_without_netid_the_groups_are_those_of_all_records():
    client = lab.compile_c("lookup_client.c")
    asked = b"".join(b"grlist\t%s\t99\n" % name for name in (b"alice", b"bob", b"carol", b"m1"))
    with yp_lab.YpNamespace(files(), FILES_NIS) as ns:
        ns.serve(**{"netid.byname": {"nobody": "0:0"}})
        ns.start_binder()
        alone = ns.output([client], input=asked, env=ns.environment)
        ns.start()
        served = ns.output([client], input=asked)
        assert served == alone, lab.differences(alone, served)


def test_passwords_are_for_root():
    with yp_lab.YpNamespace(files(), FILES_NIS) as ns:
        ns.serve()
        ns.start()
        for question, root, others in (("passwd alice", b"alice:Hashalice:2001", b"alice:x:2001"),
                                       ("group devs", b"devs:*:2101", b"devs:x:2101")):
            argv = ["getent", *question.split()]
            assert ns.output(argv).startswith(root)
            other = ns.output(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *argv])
            assert other.startswith(others), other


# Files of old, and the questions that tell them apart.
COMPAT_PASSWD = [
    "+", "+::::::", "+alice", "+alice:pw:77:78:Gecos:/dir:/shell", "+alice:pw:0:0", "+alice::",
    "+alice:::", "+:::::/dir:", "+:PW:77:78:G:/d:/s", "+@friends", "+@friends:PW:77:78:G:/d:/s",
    "-alice|+", "-@friends|+", "-@friends|+alice|+", "+|-alice", "+alice|-alice", "-alice|+alice|+bob",
    "-bob|+@friends", "+@more|-@more|+@friends", "+@nosuch|-@nosuch|+bob", "+@|-@|-|+bob",
    "+ghost|+bob", "+alice:X::::/d:/s|+", "+alice|+alice:X:::::|+:Y:::::", "+|after:x:9:9::/:/bin/sh",
    "+alice|after:x:9:9::/:/bin/sh|+@friends", "-local|+", "-alice|alice:x:77:77:A:/a:/bin/sh",
    "x:x:2001:1:X:/x:/bin/sh|+", "  +alice|#+bob|+carol ", "+2002", "-alice:::::|-bob::::::|+",
]
COMPAT_GROUP = [
    "+", "+:::", "+devs", "+devs:P:5:dave", "+:P:5:dave", "-devs|+", "+devs|-devs", "-devs:::|+:::",
    "locg:x:5:bob|+", "-staffy|locg:x:5:bob,alice|+:::|more:x:6:alice", "+@friends|+staffy",
    "+ghost|+locg", "+devs|more:x:6:alice", "-locg|locg:x:5:bob,alice|+",
]
# glibc's compat forgets these exclusions when it is asked for an id; nobody is to be found by one of
# the two questions only.
FORGOTTEN = {
    "passwd": {"-alice|+": {2001}, "-alice|+alice|+bob": {2001}, "-bob|+@friends": {2002},
               "-local|+": {2005}, "-alice:::::|-bob::::::|+": {2001, 2002}},
    "group": {"-devs|+": {2101}, "-devs:::|+:::": {2101},
              "-staffy|locg:x:5:bob,alice|+:::|more:x:6:alice": {2100},
              "-locg|locg:x:5:bob,alice|+": {2102}},
}


def compat_questions(database):
    if database == "passwd":
        names = ("alice", "bob", "carol", "dave", "local", "after", "x", "ghost", "+alice", "+")
        lines = [f"pwnam\t{name}" for name in names]
        return lines + [f"pwuid\t{uid}" for uid in (*range(2001, 2007), 0, 5, 9, 77)]
    lines = [f"grnam\t{name}" for name in ("staffy", "devs", "locg", "more", "+devs")]
    lines += [f"grgid\t{gid}" for gid in (2100, 2101, 2102, 5, 6)]
    return lines + [f"grlist\t{user}\t99" for user in ("alice", "bob", "dave", "ghost")]


def compat_answers(ns, client, database, cases, before, env=None):
    answers = {}
    asked = "\n".join(compat_questions(database) + [""]).encode()
    for case in cases:
        ns.replace(f"/etc/{database}", before + (case.replace("|", "\n") + "\n").encode())
        answers[case] = ns.output([client], input=asked, env=env).decode().splitlines()
    return answers


def test_compat_lines_as_libc_itself_has_them():
    client = lab.compile_c("lookup_client.c")
    for database, cases, before in (("passwd", COMPAT_PASSWD, PASSWD), ("group", COMPAT_GROUP, b"")):
        with yp_lab.YpNamespace(files(), FILES_NIS) as ns:
            ns.serve()
            ns.start_binder()
            ns.replace("/etc/nsswitch.conf", COMPAT.encode())
            alone = compat_answers(ns, client, database, cases, before, env=ns.environment)
            ns.start()
            served = compat_answers(ns, client, database, cases, before)
            for case in cases:
                forgotten = FORGOTTEN[database].get(case, ())
                expected = [line.split(" => ")[0] + " => none"
                            if line.split()[0] in ("pwuid", "grgid")
                            and int(line.split()[1]) in forgotten else line
                            for line in alone[case]]
                assert served[case] == expected, (case, lab.differences(
                    "\n".join(expected).encode(), "\n".join(served[case]).encode()))
            assert any("Hash" in line or "2101" in line for line in served["+"])


def test_a_database_with_compat_lines_is_in_no_mapping():
    with yp_lab.YpNamespace(files(), COMPAT) as ns:
        ns.serve()
        ns.replace("/etc/passwd", PASSWD + b"-root\n+\n")
        ns.start()
        with lab.Chat(ns, lab.compile_c("lookup_client.c")) as chat:
            assert chat.ask("pwnam", "alice").startswith("alice")
            ns.replace("/etc/passwd", PASSWD + b"-alice\n+\n")
            assert chat.ask("pwnam", "alice") == "none"
            ns.replace("/etc/passwd", b"-root\n" + PASSWD + b"+\n")
            assert chat.ask("pwnam", "root") == "none"


def readable(client):
    return bool(select.select([client], [], [], 0)[0])


def test_a_server_that_dies_in_mid_request_and_comes_back():
    client = lab.compile_c("lookup_client.c")
    with yp_lab.YpNamespace(files(), FILES_NIS) as ns:
        server = ns.serve()
        daemon = ns.start()
        assert b"Hashalice" in ns.output([client], input=b"pwnam\talice\n")
        server.send_signal(signal.SIGSTOP)
        with lab.connect(ns) as waiting, lab.connect(ns) as another:
            began = time.monotonic()
            for each in (waiting, another):
                each.sendall(lab.request(lab.GETPWBYNAME, b"bob"))
            # Everybody else is answered meanwhile.
            for _ in range(20):
                assert lab.ask(ns, lab.GETPWBYNAME, b"root")[4:8] == b"\1\0\0\0"
            waits = not readable(waiting) and not readable(another)
            assert waits or time.monotonic() - began > 1
            server.kill()
            server.wait()
            for each in (waiting, another):
                assert lab.read_all(each)[4:8] == b"\xff\xff\xff\xff", "libc is to look for itself"
        lab.until(lambda: "no server of lab.test answers" in daemon.said(), "the daemon tells of it")
        found = ns.output([client], input=b"pwnam\tbob\npwnam\tlocal\n").splitlines()
        assert b"none" in found[0] and b"Local" in found[1], found
        ns.start_server()
        lab.until(lambda: b"Hashbob" in ns.output([client], input=b"pwnam\tbob\n"),
                  "YP is served again")
        said = daemon.said()
        assert said.count("no server of lab.test answers") == 1, said
        assert said.count("again") == 1, said


def test_without_a_server_or_a_domain_the_file_is_served():
    with yp_lab.YpNamespace(files(), FILES_NIS) as ns:
        for config in (b"", b"ypserver nosuchhost\n", b"ypserver 127.0.0.1\n"):
            ns.replace("/etc/yp.conf", config)
            daemon = ns.start()
            assert lab.ask(ns, lab.GETPWBYNAME, b"local")[4:8] == b"\1\0\0\0"
            assert lab.ask(ns, lab.GETPWBYNAME, b"alice")[4:8] == b"\xff\xff\xff\xff"
            assert daemon.said().count("YP: ") == 1, daemon.said()
            daemon.stop()


KEYS = (("passwd", ("alice", "2002", "local", "2005", "5", "ghost", "0", "+alice")),
        ("group", ("devs", "2102", "locgroup", "ghosts", "0")),
        ("initgroups", ("alice", "dave", "m7", "ghost")),
        ("services", ("ypsvc", "ypalias/udp", "7778/udp", "http", "80", "nosuch")))


def answers(ns, command, env=None):
    """What a program of getent's kind says to every key, and of all."""
    said = []
    for database, keys in KEYS:
        for key in keys:
            done = ns.run([*command, database, key], env=env)
            said.append((database, key, done.returncode, done.stdout.decode()))
    for database in ("passwd", "group"):
        lines = ns.output([*command, database], env=env).decode().splitlines()
        said.append((database, lines))
    return said


def test_pwlookup_without_a_daemon_asks_by_itself():
    with yp_lab.YpNamespace(files(), FILES_NIS) as ns:
        ns.serve()
        ns.start_binder()
        assert answers(ns, [lab.KEELSON, "pwlookup"]) == answers(ns, ["getent"], ns.environment)
        ns.replace("/etc/nsswitch.conf", COMPAT.encode())
        ns.replace("/etc/group", b"here:x:7:alice\n+devs\n-staffy\n+\n")
        for case in COMPAT_PASSWD[::3]:
            ns.replace("/etc/passwd", PASSWD + (case.replace("|", "\n") + "\n").encode())
            ours = answers(ns, [lab.KEELSON, "pwlookup"])
            libcs = answers(ns, ["getent"], ns.environment)
            # Triples with a host or a domain are none to libc when it enumerates.
            for said in (ours, libcs) if "@" in case else ():
                said[-2][1][:] = [line for line in said[-2][1]
                                  if not line.startswith(("carol:", "dave:"))]
            forgotten = FORGOTTEN["passwd"].get(case, ())
            for one, other in zip(ours, libcs):
                if one[0] == "passwd" and one[1] in map(str, forgotten):
                    assert one[2] == 2, one
                    continue
                assert one == other, (case, one, other)


def test_pwlookup_with_other_sources_or_roots_asks_nobody():
    with yp_lab.YpNamespace(files(), FILES_NIS) as ns:
        ns.serve()
        assert ns.run([lab.KEELSON, "pwlookup", "passwd", "alice"]).returncode == 0
        assert ns.run([lab.KEELSON, "pwlookup", "-s", "files", "passwd", "alice"]).returncode == 2
        assert ns.run([lab.KEELSON, "pwlookup", "--root", "/", "passwd", "alice"]).returncode == 2


lab.main(globals())
