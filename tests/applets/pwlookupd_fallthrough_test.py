#!/usr/bin/python3
"""What the daemon cannot serve: glibc goes on to its sources, musl is told "none", never an error.

musl reads the file first and asks the daemon only for what it did not find; "this daemon does not
do that" is an I/O error to it. So the same question has to be answered differently to the two.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lookup_lab as lab
import nasty_files

FILES_ONLY = "".join(f"{name}: files\n" for name in lab.DATABASES)
FILES_AND_SYSTEMD = "".join(f"{name}: files systemd\n" for name in lab.DATABASES)
FILES_AND_OTHER = "passwd: files other\ngroup: files other\nservices: files\n"


def musl():
    return lab.compile_c("lookup_client.c", "-static", compiler="musl-gcc",
                         name="lookup_client_musl")


def plain_files():
    """Files that both libcs read alike."""
    files = nasty_files.duplicates()
    machine = lab.this_machines_files()
    return {name: machine[name] + files[name] for name in files}


def test_musl_gets_the_same_with_and_without():
    client = musl()
    files = plain_files()
    questions = nasty_files.questions(files)
    for nsswitch in (FILES_ONLY, FILES_AND_SYSTEMD, FILES_AND_OTHER):
        with lab.Namespace(files, nsswitch) as ns:
            alone = ns.output([client], input=questions)
            daemon = ns.start()
            served = ns.output([client], input=questions)
            assert daemon.alive(), daemon.said()
            assert served == alone, nsswitch + lab.differences(alone, served)
            # musl knows tcp and udp only; other protocols are an error to it.
            assert not [line for line in served.splitlines()
                        if b"=> error" in line and not line.startswith(b"sv")]


def test_musl_gets_all_from_the_daemon_when_the_files_are_hidden():
    client = musl()
    files = plain_files()
    questions = b"\n".join(q for q in nasty_files.questions(files).split(b"\n")
                           if not q.startswith(b"sv"))
    with lab.Namespace(files, FILES_ONLY) as ns:
        alone = ns.output([client], input=questions)
        ns.start()
        hidden = ns.output([client], input=questions, hide=("passwd", "group"))
        assert hidden == alone, lab.differences(alone, hidden)


def test_musl_is_told_none_for_a_thousand_keys_that_no_source_has():
    client = musl()
    questions = b"".join(b"pwnam\tnosuch%d\npwuid\t%d\ngrnam\tnosuch%d\ngrgid\t%d\n"
                         % (i, 3000000000 + i, i, 3000000000 + i) for i in range(250))
    for nsswitch in (FILES_ONLY, FILES_AND_SYSTEMD, FILES_AND_OTHER):
        with lab.Namespace(plain_files(), nsswitch) as ns:
            ns.start()
            answers = ns.output([client], input=questions).splitlines()
            wrong = [line for line in answers if not line.endswith(b" => none")]
            assert len(answers) == 1000 and not wrong, (nsswitch, wrong[:3])


def test_glibc_reaches_a_source_that_the_daemon_cannot_serve():
    source = lab.compile_c("other_source.c", "-shared", "-fPIC", name="libnss_other.so.2")
    environment = {"LD_LIBRARY_PATH": os.path.dirname(source)}
    client = lab.compile_c("lookup_client.c")
    few = (b"pwnam\tfromother\npwuid\t7654321\ngrnam\tfromother\ngrgid\t7654321\ngrlist\troot\t0\n"
           b"grlist\tfromother\t7654321\npwnam\troot\npwnam\tnosuch\ngrnam\tnosuch\n")
    questions = few * 150  # libc comes back to the daemon after 100 lookups without it
    with lab.Namespace(plain_files(), FILES_AND_OTHER) as ns:
        alone = ns.output([client], input=questions, env=environment)
        assert alone.count(b"Other\\x20source") == 300, alone[:500]
        assert alone.count(b"grlist root 0 => 0,7654321\n") == 150, alone[:500]
        daemon = ns.start()
        served = ns.output([client], input=questions, env=environment)
        assert served == alone, lab.differences(alone, served)
        # Once more, while musl clients ask the same keys and are told "none".
        with lab.Chat(ns, musl()) as chat:
            for _ in range(20):
                assert chat.ask("pwnam", "fromother") == "none"
                assert alone.startswith(ns.output([client], input=few, env=environment))
        assert daemon.alive()


def test_a_change_of_nsswitch_conf_counts_at_once():
    source = lab.compile_c("other_source.c", "-shared", "-fPIC", name="libnss_other.so.2")
    environment = {"LD_LIBRARY_PATH": os.path.dirname(source)}
    question = ["getent", "passwd", "fromother"]
    with lab.Namespace(plain_files(), FILES_ONLY) as ns:
        ns.start()
        assert ns.run(question, env=environment).returncode == 2
        ns.replace("/etc/nsswitch.conf", FILES_AND_OTHER.encode())
        assert b"Other source" in ns.output(question, env=environment)
        ns.replace("/etc/nsswitch.conf", FILES_ONLY.encode())
        assert ns.run(question, env=environment).returncode == 2


def test_glibc_goes_on_to_the_next_source_though_the_file_has_it():
    source = lab.compile_c("other_source.c", "-shared", "-fPIC", name="libnss_other.so.2")
    environment = {"LD_LIBRARY_PATH": os.path.dirname(source)}
    question = ["getent", "passwd", "root"]
    for action in ("SUCCESS=continue", "!NOTFOUND=continue"):
        nsswitch = FILES_ONLY.replace("passwd: files", f"passwd: files [{action}] other")
        with lab.Namespace(plain_files(), nsswitch) as ns:
            alone = ns.run(question, env=environment).returncode
            ns.start()
            assert alone == ns.run(question, env=environment).returncode == 2, action


lab.main(globals())
