#!/usr/bin/python3
"""Start, readiness, privileges, signals, nscd's commands, death: what an administrator sees."""
import os
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lookup_lab as lab

FILES = {"passwd": b"root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n"
                   b"user:x:1000:1000:::\n",
         "group": b"root:x:0:\nnogroup:x:65534:\n", "services": b"http 80/tcp\n"}
USER = b"user:x:1000:1000:::\n"


def served(ns):
    """Answered by the daemon: the client's own files look empty."""
    return ns.run(["getent", "passwd", "user"], hide=lab.DATABASES).stdout == USER


def at_rest(pid):
    """Whether much of what it once had in memory is not there now."""
    return int(lab.status(pid, "VmRSS")[0]) < 0.7 * int(lab.status(pid, "VmHWM")[0])


def works(ns):
    return ns.output(["getent", "passwd", "user"]) == USER


def test_sigterm_ends_it_with_0_and_lookups_go_on():
    for number in (signal.SIGTERM, signal.SIGINT):
        with lab.Namespace(FILES) as ns:
            daemon = ns.start()
            assert served(ns)
            assert daemon.stop(number) == 0, daemon.said()
            assert not served(ns) and works(ns)


def test_sighup_reloads_and_keeps_serving():
    with lab.Namespace(FILES) as ns:
        daemon = ns.start()
        for _ in range(3):
            daemon.process.send_signal(signal.SIGHUP)
            assert served(ns) and daemon.alive(), daemon.said()


def test_after_sigkill_lookups_work_through_the_files():
    with lab.Namespace(FILES) as ns:
        daemon = ns.start()
        with lab.Chat(ns, lab.compile_c("lookup_client.c")) as chat:
            assert chat.ask("pwnam", "user") == "user|x|1000|1000|||"
            daemon.stop(signal.SIGKILL)
            assert chat.ask("pwnam", "user") == "user|x|1000|1000|||"
            assert chat.ask("pwnam", "nosuch") == "none"
        assert works(ns)


def test_at_rest_it_lets_go_of_the_programs_pages():
    with lab.Namespace(FILES) as ns:
        daemon = ns.start()
        daemon.all_mapped()
        with open(f"/proc/{daemon.pid}/task/{daemon.pid}/children") as f:
            keeper, = f.read().split()
        for pid in (daemon.pid, keeper):
            lab.until(lambda: at_rest(pid), f"{pid} is at rest")
        assert served(ns)


def test_a_stale_socket_is_replaced():
    with lab.Namespace(FILES) as ns:
        ns.start().stop(signal.SIGKILL)
        assert os.path.exists(ns.path(lab.SOCKET))
        second = ns.start()
        assert served(ns)
        assert second.stop() == 0


def test_a_second_daemon_takes_over():
    with lab.Namespace(FILES) as ns:
        first = ns.start()
        second = ns.start()
        assert first.process.wait(lab.PATIENCE) == 0, first.said()
        assert "taken over" in first.said(), first.said()
        assert served(ns) and second.alive()
        assert second.stop() == 0


def test_another_daemon_than_ours_is_not_taken_over():
    """nscd, and one that hangs: refused in one line, and they stay where they are."""
    with lab.Namespace(FILES) as ns, socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(ns.path("/run/hanging"))
        hanging.listen(8)
        nscd = ns.start_peer("nscd")
        for path, why in ((lab.SOCKET, os.strerror(98)), ("/run/hanging", "does not answer")):
            second = ns.run([lab.KEELSON, "pwlookupd", "--socket", path])
            error = second.stderr.decode()
            assert second.returncode == 111, (second.returncode, error)
            assert error.startswith("pwlookupd: ") and error.count("\n") == 1, error
            assert path in error and why in error, error
        assert works(ns) and nscd.alive()
        lab.connect(ns, "/run/hanging").close()


def test_two_that_start_at_the_same_time():
    """One stays; the other was taken over, or had to leave the path to it."""
    with lab.Namespace(FILES) as ns:
        for _ in range(3):
            command = ns.inside([lab.KEELSON, "pwlookupd"])
            racers = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(4)]
            ended = lambda: [racer for racer in racers if racer.poll() is not None]
            lab.until(lambda: len(ended()) == 3, "three of four end", tries=12000)
            assert {racer.returncode for racer in ended()} <= {0, 111}
            assert served(ns)
            ns.output([lab.KEELSON, "nscd", "-K"])
            for racer in racers:
                racer.wait(lab.PATIENCE)
                racer.stderr.close()


def test_socket_option_and_modes():
    with lab.Namespace(FILES) as ns:
        daemon = ns.start("--socket", "/run/elsewhere")
        assert not os.path.exists(ns.path(lab.SOCKET))
        assert os.stat(ns.path("/run/elsewhere")).st_mode & 0o777 == 0o666
        with lab.connect(ns, "/run/elsewhere") as client:
            client.sendall(lab.request(lab.GETPWBYNAME, b"user"))
            assert lab.read_all(client).endswith(b"user\0x\0\0\0\0")
        assert daemon.stop() == 0


def test_an_unknown_option_changes_nothing():
    with lab.Namespace(FILES) as ns:
        done = ns.run([lab.KEELSON, "pwlookupd", "--nonsense"])
        assert done.returncode == 2 and done.stderr.startswith(b"pwlookupd: "), done
        assert not os.path.exists(ns.path(lab.SOCKET))


def test_a_missing_folder_of_the_socket():
    """Made, or told in one line: never a crash."""
    with lab.Namespace(FILES) as ns:
        done = ns.run([lab.KEELSON, "pwlookupd", "--socket", "/proc/nowhere/socket"])
        assert done.returncode == 111, done
        assert done.stderr.startswith(b"pwlookupd: ") and done.stderr.count(b"\n") == 1, done.stderr


def test_readiness_on_a_descriptor():
    with lab.Namespace(FILES) as ns:
        daemon = ns.start()  # waits for the newline
        assert served(ns)
        assert daemon.stop() == 0


def test_readiness_by_notify_socket():
    with lab.Namespace(FILES) as ns, tempfile.TemporaryDirectory() as folder, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        os.chmod(folder, 0o755)
        path = os.path.join(folder, "notify")
        manager.settimeout(lab.PATIENCE)
        manager.bind(path)
        os.chmod(path, 0o666)
        daemon = ns.start(env={"NOTIFY_SOCKET": path}, ready=False)
        told = manager.recv(4096)
        assert b"READY=1" in told.split(b"\n"), told
        assert served(ns)
        daemon.process.send_signal(signal.SIGTERM)
        while b"STOPPING=1" not in told.split(b"\n"):
            told = manager.recv(4096)
        assert daemon.process.wait(lab.PATIENCE) == 0


def test_privileges_are_dropped():
    with lab.Namespace(FILES) as ns:
        daemon = ns.start()
        assert daemon.status("Uid") == ["65534"] * 4, daemon.status("Uid")
        assert daemon.status("Gid") == ["65534"] * 4, daemon.status("Gid")
        assert daemon.status("Groups") in ([], ["65534"]), daemon.status("Groups")
        assert daemon.status("NoNewPrivs") == ["1"]
        for kind in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
            assert int(daemon.status(kind)[0], 16) == 0, kind
        assert served(ns)


def test_it_still_reloads_after_dropping_privileges():
    with lab.Namespace(FILES) as ns:
        ns.start()
        ns.replace("/etc/passwd", FILES["passwd"].replace(b"1000:1000", b"2000:2000"))
        found = ns.output(["getent", "passwd", "user"], hide=()).decode()
        assert found == "user:x:2000:2000:::\n", found


def test_daemonize_returns_when_it_serves():
    with lab.Namespace(FILES) as ns:
        done = ns.run([lab.KEELSON, "pwlookupd", "--daemonize"])
        assert done.returncode == 0, done
        assert served(ns)
        again = ns.run([lab.KEELSON, "pwlookupd", "--daemonize"])
        assert again.returncode == 0 and served(ns), again
        ns.output([lab.KEELSON, "nscd", "-K"])
        lab.until(lambda: not lab.can_connect(ns), "nscd -K ends the daemon")
        assert works(ns)


def test_nscd_applet():
    with lab.Namespace(FILES) as ns:
        nobody_there = ns.run([lab.KEELSON, "nscd", "-g"])
        assert nobody_there.returncode == 1, nobody_there
        daemon = ns.start()
        for database in lab.DATABASES:
            done = ns.run([lab.KEELSON, "nscd", "-i", database])
            assert done.returncode == 0, done
        unknown = ns.run([lab.KEELSON, "nscd", "-i", "nosuch"])
        assert unknown.returncode == 64 and unknown.stderr, unknown  # as nscd
        assert served(ns)
        shown = ns.output([lab.KEELSON, "nscd", "-g"]).decode()
        assert all(database in shown for database in lab.DATABASES), shown
        done = ns.run([lab.KEELSON, "nscd", "-K"])
        assert done.returncode == 0, done
        assert daemon.process.wait(lab.PATIENCE) == 0
        assert works(ns)


def test_counters_count():
    with lab.Namespace(FILES) as ns:
        daemon = ns.start()
        before = daemon.stats()["passwd"]
        for _ in range(7):
            lab.ask(ns, lab.GETPWBYNAME, b"user")
        for _ in range(5):
            lab.ask(ns, lab.GETPWBYNAME, b"nosuch")
        after = daemon.stats()["passwd"]
        assert after["entries"] == 3, after
        assert after["requests"] - before["requests"] == 12, (before, after)
        assert after["hits"] - before["hits"] == 7, (before, after)
        negative = after["misses"] + after["negatives"] - before["misses"] - before["negatives"]
        assert negative >= 5, (before, after)


def test_debians_nscd_as_a_client():
    nscd = lab.peer("nscd", "usr/sbin/nscd")
    with lab.Namespace(FILES) as ns:
        ns.write("/etc/nscd.conf", b"enable-cache passwd yes\n")
        daemon = ns.start()
        for database in ("passwd", "group", "services"):
            done = ns.run([nscd, "-i", database])
            assert done.returncode == 0, (database, done)
        assert served(ns)
        done = ns.run([nscd, "-K"])
        assert daemon.process.wait(lab.PATIENCE) == 0, done


lab.main(globals())
