#!/usr/bin/python3
"""pwlookup --monitor: a line for each new generation, through restarts of the daemon."""
import os
import select
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lookup_lab as lab

CONTROL = "/run/keelson/pwlookupd.sock"
PASSWD = b"root:x:0:0:::\n"


class Monitor:
    def __init__(self, ns, *words):
        self.process = subprocess.Popen(ns.inside([lab.KEELSON, "pwlookup", "--monitor", *words]),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def line(self):
        """The next line; they come unbuffered, so that select tells whether there is one."""
        text = b""
        while not text.endswith(b"\n"):
            ready = select.select([self.process.stdout], [], [], lab.PATIENCE)[0]
            assert ready, f"no line: {text}"
            byte = os.read(self.process.stdout.fileno(), 1)
            assert byte, f"ended: {self.process.stderr.read()}"
            text += byte
        return text.decode().rstrip("\n")

    def end(self):
        out, errors = self.process.communicate(timeout=lab.PATIENCE)
        return self.process.returncode, out, errors.decode()


def frame(kind, *fields):
    body = struct.pack("<HH", kind, len(fields))
    body += b"".join(struct.pack("<I", len(field)) + field for field in fields)
    return struct.pack("<I", len(body)) + body


def change(ns, number):
    ns.replace("/etc/passwd", PASSWD + b"u%d:x:%d:0:::\n" % (number, number))
    # Who asks makes the daemon look; without a request it looks as soon as it is told.
    lab.ask(ns, lab.GETPWBYNAME, b"root")


def test_a_line_for_each_generation():
    with lab.Namespace({"passwd": PASSWD, "group": b"g:x:0:\n"}) as ns:
        daemon = ns.start()
        with Monitor(ns, "passwd", "group") as both, Monitor(ns, "group") as group:
            assert [both.line(), both.line(), group.line()] == ["passwd 1", "group 1", "group 1"]
            for number in range(2, 6):
                change(ns, number)
                assert both.line() == f"passwd {number}"
            ns.replace("/etc/group", b"h:x:0:\n")
            lab.ask(ns, lab.GETPWBYNAME, b"root")
            assert [both.line(), group.line()] == ["group 2", "group 2"]
            assert daemon.stop() == 0
            for monitor in (both, group):
                code, out, errors = monitor.end()
                assert (code, out) == (111, b"") and CONTROL in errors, (code, out, errors)


def test_what_is_not_served():
    with lab.Namespace() as ns:
        code, out, errors = Monitor(ns, "passwd").end()
        assert (code, out) == (111, b"") and CONTROL in errors, (code, out, errors)
        ns.start("--databases", "passwd")
        for name in ("group", "shadow", ""):
            code, out, errors = Monitor(ns, name).end()
            assert (code, out) == (1, b"") and f"'{name}' is not served" in errors, (code, errors)
        done = ns.run([lab.KEELSON, "pwlookup", "--monitor"])
        assert done.returncode == 1, done
        full = ns.run(["sh", "-c", 'exec "$0" pwlookup --monitor --wait passwd > /dev/full', lab.KEELSON])
        assert full.returncode == 111 and full.stderr.count(b"\n") == 1, full


def test_the_next_daemon():
    """With --wait it goes on with whoever comes; without, with one that takes over."""
    with lab.Namespace({"passwd": PASSWD}) as ns:
        with Monitor(ns, "--wait", "passwd") as patient:
            first = ns.start()
            assert patient.line() == "passwd 1"
            first.kill()
            second = ns.start()
            assert patient.line() == "passwd 1"
            with Monitor(ns, "passwd") as monitor:
                assert monitor.line() == "passwd 1"
                ns.start("--socket", "/run/other", "--control", CONTROL)
                assert [monitor.line(), patient.line()] == ["passwd 1", "passwd 1"]
                assert second.stop() == 0
                ns.replace("/etc/passwd", PASSWD + b"a:x:1:0:::\n")
                assert [monitor.line(), patient.line()] == ["passwd 2", "passwd 2"]


def test_no_socket_of_its_own():
    with lab.Namespace() as ns:
        daemon = ns.start("--socket", "/run/private")
        assert not os.path.exists(ns.path(CONTROL))
        daemon.kill()
        ns.write("/run/keelson", b"")  # no folder
        daemon = ns.start()
        assert CONTROL in daemon.said()
        daemon.kill()
        done = ns.run([lab.KEELSON, "pwlookupd", "--socket", "/run/x", "--control", "/run/no/where"])
        assert done.returncode == 111 and b"/run/no/where" in done.stderr, done
        done = ns.run([lab.KEELSON, "pwlookupd", "--control", "here"])
        assert done.returncode == 2, done
        done = ns.run(["timeout", "5", lab.KEELSON, "pwlookupd", "--socket", "/run/s", "--control", "/run/s"])
        assert done.returncode == 2 and done.stderr.count(b"\n") == 1, done


def test_hostile_subscribers():
    with lab.Namespace({"passwd": PASSWD}) as ns:
        daemon = ns.start()
        clients = []
        for bytes_sent in (b"\xff" * 64, frame(1), frame(9), frame(2), frame(1, b"passwd", b"x"),
                           frame(1, b"passwd") * 200, b"\0", frame(1, b"passwd")[:-1]):
            clients.append(lab.connect(ns, CONTROL))
            clients[-1].sendall(bytes_sent)
        for _ in range(400):
            clients.append(lab.connect(ns, CONTROL))
            clients[-1].sendall(frame(1, b"passwd"))
        with Monitor(ns, "passwd") as monitor:
            assert monitor.line() == "passwd 1"
            change(ns, 2)
            assert monitor.line() == "passwd 2"
        assert daemon.alive() and daemon.descriptors() < 400, daemon.descriptors()
        assert oct(os.stat(ns.path(CONTROL)).st_mode & 0o777) == oct(0o666)
        for client in clients:
            client.close()


def test_a_subscriber_that_does_not_read_is_closed_and_nobody_else():
    with lab.Namespace({"passwd": PASSWD}) as ns:
        daemon = ns.start()
        with Monitor(ns, "passwd") as monitor, lab.connect(ns, CONTROL) as slow:
            assert monitor.line() == "passwd 1"
            slow.sendall(frame(1, b"passwd"))
            poll = select.poll()
            poll.register(slow, 0)  # its end alone
            for number in range(2, 5000):
                change(ns, number)
                assert monitor.line() == f"passwd {number}"
                if poll.poll(0):
                    break
            else:
                raise AssertionError("it is never closed")
            told = lab.read_all(slow)
            assert b"passwd" in told
            assert told.count(b"passwd") < number, "it was closed before it had missed anything"
            change(ns, number + 1)
            assert monitor.line() == f"passwd {number + 1}"
        assert daemon.alive()


def version_of(ns):
    info = os.stat(ns.path("/etc/passwd"))
    return (f"{info.st_dev}.{info.st_ino}.{info.st_size}.{info.st_mtime_ns}.{info.st_ctime_ns}"
            .encode())


def test_a_version_is_the_same_whichever_daemon_tells_of_it():
    def told(client):
        head = client.recv(4, socket.MSG_WAITALL)
        return head + client.recv(struct.unpack("<I", head)[0], socket.MSG_WAITALL)

    with lab.Namespace({"passwd": PASSWD}) as ns:
        for model in ("flat", "memory", "dbm", "auto"):
            daemon = ns.start("--model", model)
            with lab.connect(ns, CONTROL) as client:
                client.sendall(frame(1, b"passwd"))
                assert told(client) == frame(3, b"passwd", b"1", version_of(ns))
                os.remove(ns.path("/etc/passwd"))
                lab.ask(ns, lab.GETPWBYNAME, b"root")
                assert told(client) == frame(3, b"passwd", b"2", b"")
                change(ns, 3)
                assert told(client) == frame(3, b"passwd", b"3", version_of(ns))
            assert daemon.stop() == 0


def test_subscribers_are_told_before_useradd_profile_ends():
    """Its INVALIDATE is answered when the new version is what everybody gets."""
    with lab.Namespace({"passwd": PASSWD, "group": b"root:x:0:\n", "shadow": b"root:*:::::::\n",
                        "gshadow": b"root:*::\n"}) as ns:
        users = os.path.join(ns.folder, "profile/accounts/user")
        os.makedirs(users)
        with open(os.path.join(users, "ntp"), "w") as f:
            f.write("uid:123\n")
        ns.start()
        with lab.connect(ns, CONTROL) as client, Monitor(ns, "passwd", "group") as monitor:
            client.sendall(frame(1, b"passwd", b"group"))
            first = b""
            while first.count(b"passwd") + first.count(b"group") < 2:
                first += client.recv(4096)
            assert [monitor.line(), monitor.line()] == ["passwd 1", "group 1"]
            done = ns.run([lab.KEELSON, "useradd-profile", "--profile",
                           os.path.join(ns.folder, "profile"), "--package", "net-misc/ntp"],
                          env={"EUSERS": "ntp"})
            assert done.returncode == 0, done
            told = client.recv(4096, socket.MSG_DONTWAIT)
            assert b"passwd" in told and b"group" in told, told
            assert sorted([monitor.line(), monitor.line()]) == ["group 2", "passwd 2"]
            assert b"ntp:" in ns.output([lab.KEELSON, "pwlookup", "passwd", "ntp"])


def test_a_stranger_cannot_send_clients_away():
    with lab.Namespace({"passwd": PASSWD}) as ns:
        ns.start()
        with Monitor(ns, "passwd") as monitor:
            assert monitor.line() == "passwd 1"
            program = ("import os, socket; os.setgid(65533); os.setuid(65533);"
                       "s = socket.socket(socket.AF_UNIX); s.connect(%r); s.sendall(%r);"
                       "print(s.recv(1000))" % (CONTROL, frame(2)))
            assert b"no such request" in ns.output(["/usr/bin/python3", "-c", program])
            change(ns, 2)
            assert monitor.line() == "passwd 2"


lab.main(globals())
