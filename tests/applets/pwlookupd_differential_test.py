#!/usr/bin/python3
"""With the daemon and without it, every program gets the same answers.

Each set of files is asked three times: without a daemon, with it, and with it while the files look
empty to the client alone. What is right the third time can only have come from the daemon. What is
in the files comes from a mapping: the daemon's counters say that nobody asked for it.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lookup_lab as lab
import nasty_files

KINDS = (("passwd", (b"pwnam", b"pwuid")), ("group", (b"grnam", b"grgid", b"grlist")),
         ("services", (b"svname", b"svport")))


def compare(files, questions, client=None, model="auto"):
    client = client or lab.compile_c("lookup_client.c")
    with lab.Namespace(files) as ns:
        alone = ns.output([client], input=questions)
        assert alone.count(b"\n") == questions.count(b"\n")
        daemon = ns.start("--model", model)
        if model == "auto":
            daemon.all_mapped()
        if model == "dbm":
            lab.until(lambda: all(daemon.stats()[name]["dbm"] for name in lab.DATABASES), "kept")
        before = daemon.stats()
        served = ns.output([client], input=questions)
        after = daemon.stats()
        hidden = ns.output([client], input=questions, hide=lab.DATABASES)
        assert daemon.alive(), daemon.said()
        assert served == alone, "differs with the daemon:\n" + lab.differences(alone, served)
        assert hidden == alone, "not answered by the daemon:\n" + lab.differences(alone, hidden)
        for database, kinds in KINDS:
            asked = [line for line in alone.split(b"\n") if line.startswith(kinds)]
            counted = {name: after[database][name] - before[database][name]
                       for name in ("requests", "clients")}
            if model != "auto":  # nothing is mapped
                assert counted["requests"] >= len(asked), (database, len(asked), counted)
                continue
            assert counted["clients"] == 1, (database, counted)
            over_the_socket = sum(requests_for(line) for line in asked)
            assert counted["requests"] - 1 <= over_the_socket, (
                f"{database}: of {len(asked)} questions {over_the_socket} were to be asked, "
                f"{counted['requests'] - 1} were")
        assert daemon.stop() == 0, daemon.said()


def requests_for(line):
    """How often the daemon is asked, at most: for what is not in the files, and for the groups of a
    +name, which is in no mapping; libc asks for a list again when there was no room for it."""
    question, answer = line.split(b" => ")
    if not question.startswith(b"grlist"):
        return answer == b"none"
    if question.startswith((b"grlist +", b"grlist -")):
        return 2
    return answer == question.rsplit(b" ", 1)[1]


def test_this_machines_files():
    files = lab.this_machines_files()
    compare(files, nasty_files.questions(files))


def nasty(name):
    def test():
        files = nasty_files.SETS[name]()
        compare(files, nasty_files.questions(files))
    return test


for set_name in nasty_files.SETS:
    globals()["test_" + set_name.replace("-", "_")] = nasty(set_name)


def nasty_with(name, model):
    def test():
        files = nasty_files.SETS[name]()
        compare(files, nasty_files.questions(files), model=model)
    return test


for set_name in ("oracle", "duplicates", "crlf", "empty", "scattered-1"):
    for other_model in ("flat", "dbm"):
        globals()[f"test_{set_name.replace('-', '_')}_{other_model}"] = nasty_with(set_name,
                                                                                  other_model)


def test_static_glibc_client():
    client = lab.compile_c("lookup_client.c", "-static", "-w", "-Wl,--no-warnings",
                           name="lookup_client_static")
    files = nasty_files.oracle()
    compare(files, nasty_files.questions(files), client)


def test_client_of_32_bits():
    client = lab.compile_32_bit("lookup_client.c")
    files = nasty_files.oracle()
    compare(files, nasty_files.questions(files), client)


def test_the_same_over_the_socket():
    """Without room for a mapping the daemon is asked for everything."""
    files = nasty_files.oracle()
    questions = nasty_files.questions(files)
    client = lab.compile_c("lookup_client.c")
    with lab.Namespace(files) as ns:
        alone = ns.output([client], input=questions)
        daemon = ns.start("--memory-limit", "0")
        hidden = ns.output([client], input=questions, hide=lab.DATABASES)
        assert hidden == alone, lab.differences(alone, hidden)
        for database, kinds in KINDS:
            asked = sum(line.startswith(kinds) for line in questions.split(b"\n"))
            assert daemon.questions(database) >= asked, (database, asked, daemon.stats())


def test_keys_longer_than_the_protocol_carries_reach_the_files():
    files = nasty_files.scattered(1)
    client = lab.compile_c("lookup_client.c")
    questions = b"".join(b"%s\t%s%s\n" % (kind, letter * count, more)
                         for kind, more in ((b"pwnam", b""), (b"grnam", b""), (b"grlist", b"\t7"),
                                            (b"svname", b"\ttcp"), (b"svname", b"\t*"))
                         for letter, count in ((b"y", 1022), (b"z", 1023), (b"w", 1024),
                                               (b"v", 2000),
                                               (b"u", 5000), (b"u", 100000)))
    with lab.Namespace(files) as ns:
        alone = ns.output([client], input=questions)
        ns.start()
        served = ns.output([client], input=questions)
        assert served == alone, lab.differences(alone, served)


def test_getent_with_keys_and_without():
    files = nasty_files.oracle()
    sample = {"passwd": ["root", "short", "0", "77", "größe", "nosuch", "+plus", "-minus",
                         "4294967295", "big"],
              "group": ["root", "twice", "33", "77", "nosuch", "+plus", "extra"],
              "services": ["http", "http/udp", "80", "80/sctp", "www-http", "nosuch", "53/udp",
                           "alias199"]}
    runs = [["getent", database, key] for database, keys in sample.items() for key in keys]
    runs += [["getent", database] for database in sample]
    groups = [["getent", "initgroups", key] for key in ("root", "short", "plusid", "nosuch")]
    groups += [["id", key] for key in ("root", "short", "nosuch", "größe")]

    def results(ns):
        got = []
        for argv in runs:
            done = ns.run(argv)
            got.append(f"{argv} {done.returncode} {done.stdout!r}")
        for argv in groups:  # the order of the groups is not libc's promise
            done = ns.run(argv)
            words = done.stdout.decode(errors="replace").replace("groups=", "")
            words = words.replace(",", " ").split()
            got.append(f"{argv} {done.returncode} {sorted(set(words))}")
        return "\n".join(got)

    with lab.Namespace(files) as ns:
        alone = results(ns)
        ns.start()
        served = results(ns)
        assert served == alone, lab.differences(alone.encode(), served.encode())


def test_a_group_is_listed_once_even_if_its_line_names_the_member_twice():
    with lab.Namespace(nasty_files.oracle()) as ns:
        ns.start()
        reply = lab.ask(ns, lab.INITGROUPS, b"root")
        version, found, count = lab.struct.unpack_from("=iii", reply)
        groups = lab.struct.unpack_from(f"={count}I", reply, 12)
        assert (version, found) == (2, 1) and len(reply) == 12 + 4 * count, reply
        assert 33 in groups and len(set(groups)) == len(groups), groups


lab.main(globals())
