#!/usr/bin/python3
"""Slow, silent, greedy, malformed clients: honest ones get their answers, nothing stays behind."""
import os
import resource
import socket
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lookup_lab as lab

MEMBERS = [f"member{i:06d}" for i in range(100000)]
FILES = {
    "passwd": b"root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n"
              b"honest:x:1000:1000:Honest Client:/people/honest:/bin/sh\n",
    "group": ("root:x:0:\nnogroup:x:65534:\nhonest:x:1000:honest\nhuge:x:2000:" + ",".join(MEMBERS)
              + "\n").encode(),
    "services": b"http 80/tcp www\n"}

# What an honest client asks, and must be answered.
HONEST = [(("pwnam", "honest"), "honest|x|1000|1000|Honest\\x20Client|/people/honest|/bin/sh"),
          (("pwuid", "1000"), "honest|x|1000|1000|Honest\\x20Client|/people/honest|/bin/sh"),
          (("pwnam", "nosuch"), "none"), (("grnam", "honest"), "honest|x|1000|honest"),
          (("grgid", "65534"), "nogroup|x|65534|"), (("grlist", "honest", "1000"), "1000"),
          (("svname", "www", "tcp"), "http|80|tcp|www")]


class Siege:
    """A daemon, and honest clients that must be answered whatever others do."""

    def __enter__(self):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, most), most))
        self.ns = lab.Namespace(FILES)
        self.daemon = self.ns.start()
        self.honest()
        self.descriptors = lab.until(self.daemon.descriptors, "descriptors")
        self.open = []
        return self

    def honest(self, times=3):
        """libc's answers are right, and the daemon gives its own, however long that takes it."""
        client = lab.compile_c("lookup_client.c")
        for _ in range(times):
            with lab.Chat(self.ns, client) as chat:
                for words, expected in HONEST:
                    answer = chat.ask(*words)
                    assert answer == expected, (words, answer)
            reply = lab.ask(self.ns, lab.GETPWBYNAME, b"honest")
            assert reply.endswith(b"\0Honest Client\0/people/honest\0/bin/sh\0"), reply

    def connect(self):
        client = lab.connect(self.ns)
        self.open.append(client)
        return client

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self.honest()
                for client in self.open:
                    client.close()
                assert self.daemon.alive(), self.daemon.said()
                lab.until(lambda: self.daemon.descriptors() <= self.descriptors,
                          f"descriptors go back to {self.descriptors}")
                self.honest(1)
                assert self.daemon.stop() == 0, self.daemon.said()
        finally:
            for client in self.open:
                client.close()
            self.ns.__exit__()


def closed_without_an_answer(client):
    try:
        return lab.read_all(client) == b""
    except ConnectionResetError:  # it was closed with our bytes unread
        return True


def test_half_a_request_then_silence():
    whole = lab.request(lab.GETPWBYNAME, b"honest")
    with Siege() as siege:
        for length in range(1, len(whole)):
            siege.connect().sendall(whole[:length])
        siege.honest()
        for client in siege.open:
            assert closed_without_an_answer(client)


def test_malformed_requests_are_closed_at_once():
    bad = [
        ("giant key_len", lab.request(0, b"honest\0", length=0x7fffffff)),
        ("key_len over the limit", lab.request(0, b"k" * 1024 + b"\0")),
        ("big key_len, all of it sent", lab.request(0, b"k" * 3000 + b"\0", length=3001)),
        ("negative key_len", lab.request(0, b"honest\0", length=-1)),
        ("most negative key_len", lab.request(0, b"honest\0", length=-0x80000000)),
        ("version 1", lab.request(0, b"honest", version=1)),
        ("version 3", lab.request(0, b"honest", version=3)),
        ("version 0", struct.pack("=iii", 0, 0, 7) + b"honest\0"),
        ("type 22", lab.request(22, b"honest")),
        ("type -1", lab.request(-1, b"honest")),
        ("type 1000000", lab.request(1000000, b"honest")),
        ("key without NUL", lab.request(0, b"honest", length=6)),
        ("no key at all", lab.request(0, b"", length=0)),
        ("other byte order", struct.pack(">iii", 2, 0, 7) + b"honest\0"),
        ("noise", bytes(range(256)) * 4),
    ]
    with Siege() as siege:
        for name, message in bad:
            client = siege.connect()
            client.sendall(message)
            reply = b"" if closed_without_an_answer(client) else "bytes"
            assert reply == b"", name
            siege.honest(1)


def test_odd_keys_are_answered_or_closed_and_harm_nobody():
    keys = [b"\0", b"honest\0more\0", b"\xff" * 1023 + b"\0", b"99999999999999999999\0", b"-1\0",
            b" 1000\0",
            b"1000x\0", b"+1000\0", b"/\0", b"http\0", b"http/\0", b"/tcp\0", b"20480/tcp\0",
            b"x/y/z\0",
            b"http/tcp/\0"]
    with Siege() as siege:
        for kind in range(22):
            if kind in (lab.SHUTDOWN,):
                continue
            for key in keys:
                client = siege.connect()
                client.sendall(lab.request(kind, key, length=len(key)))
                try:
                    reply = lab.read_all(client)
                except ConnectionResetError:
                    reply = b""
                client.close()
                assert len(reply) == 0 or len(reply) >= 4, (kind, key, reply)
        siege.honest()


def test_every_type_gets_an_answer_never_silence():
    with Siege() as siege:
        headers = {4: 32, 5: 32, 6: 32, 7: 32, 14: 24, 19: 16, 20: 12}
        # What the files do not have: "no" or "not here", in a full header.
        for kind, size in headers.items():
            reply = lab.ask(siege.ns, kind, b"no.such.name")
            assert len(reply) == size, (kind, reply)
            assert struct.unpack_from("=ii", reply) in ((2, 0), (2, -1)), (kind, reply)
        for kind, key in ((11, b"passwd"), (12, b"group"), (13, b"hosts"), (18, b"services"),
                          (21, b"netgroup")):
            with lab.connect(siege.ns) as client:
                client.sendall(lab.request(kind, key))
                _, descriptors, _, _ = socket.recv_fds(client, 64, 1)
                for number in descriptors:
                    os.close(number)
        siege.honest()


def test_a_thousand_idle_connections():
    with Siege() as siege:
        for i in range(1000):
            siege.connect()
            if i % 250 == 0:
                siege.honest(1)
        siege.honest()


def test_more_idle_connections_than_the_daemon_has_room_for():
    with Siege() as siege:
        for _ in range(min(6000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200)):
            siege.connect()
        siege.honest()


def test_a_reader_that_never_reads():
    with Siege() as siege:
        message = lab.request(lab.GETGRBYNAME, b"huge")
        for _ in range(2000):
            siege.connect().sendall(message)
        siege.honest()
        memory = int(siege.daemon.status("VmRSS")[0])
        assert memory < 1 << 20, f"{memory} kB for answers that nobody reads"


def test_a_slow_reader_of_a_huge_group_gets_all_of_it():
    with Siege() as siege:
        client = siege.connect()
        client.sendall(lab.request(lab.GETGRBYNAME, b"huge"))
        reply = b""
        while True:
            part = client.recv(50021)
            if not part:
                break
            reply += part
            if len(reply) < 400000:
                siege.honest(1)
        version, found, name, password, gid, count = struct.unpack_from("=iiiiIi", reply)
        assert (version, found, name, password, gid, count) == (2, 1, 5, 2, 2000, len(MEMBERS))
        names = b"".join(member.encode() + b"\0" for member in MEMBERS)
        assert reply[24 + 4 * count:] == b"huge\0x\0" + names


def test_a_request_byte_by_byte():
    with Siege() as siege:
        for key, found in ((b"honest", 1), (b"nosuch", 0)):
            client = siege.connect()
            for byte in lab.request(lab.GETPWBYNAME, key):
                client.sendall(bytes([byte]))
                siege.honest(1) if byte == ord("o") else None
            reply = lab.read_all(client)
            assert struct.unpack_from("=ii", reply) == (2, found), reply


def test_storms_of_connections():
    message = lab.request(lab.GETPWBYUID, b"1000")
    with Siege() as siege:
        for round_ in range(5000):
            with lab.connect(siege.ns) as client:
                if round_ % 3 == 1:
                    client.sendall(message[:9])
                elif round_ % 3 == 2:
                    client.sendall(message)
            if round_ % 1000 == 0:
                siege.honest(1)
        siege.honest()


def test_a_client_that_shuts_down_its_sending_half_is_answered():
    with Siege() as siege:
        client = siege.connect()
        client.sendall(lab.request(lab.GETPWBYNAME, b"honest"))
        client.shutdown(socket.SHUT_WR)
        assert struct.unpack_from("=ii", lab.read_all(client)) == (2, 1)


def test_two_requests_in_one_connection():
    with Siege() as siege:
        client = siege.connect()
        client.sendall(lab.request(lab.GETPWBYNAME, b"honest")
                       + lab.request(lab.GETPWBYNAME, b"root"))
        try:
            first = client.recv(1 << 16)
        except ConnectionResetError:
            first = None
        assert first is None or struct.unpack_from("=ii", first) == (2, 1)


ASK_AS_NOBODY = """
import os, socket, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
s = socket.socket(socket.AF_UNIX); s.settimeout(60); s.connect("/run/nscd/socket")
s.sendall(bytes.fromhex(sys.argv[1]))
try:
    sys.stdout.write(s.recv(4096).hex())
except ConnectionResetError:
    pass
"""


def test_commands_of_others_than_root_are_refused():
    with Siege() as siege:
        before = siege.daemon.stats()["passwd"]["generation"]
        for kind, key in ((lab.SHUTDOWN, b""), (lab.INVALIDATE, b"passwd"), (lab.GETSTAT, b"")):
            message = lab.request(kind, key).hex()
            said = siege.ns.output(["/usr/bin/python3", "-c", ASK_AS_NOBODY, message]).decode()
            reply = bytes.fromhex(said)
            refused = reply == b""
            if kind == lab.INVALIDATE and len(reply) == 4:
                refused = struct.unpack("=i", reply)[0] != 0
            assert refused, (kind, reply)
        siege.honest()
        assert siege.daemon.stats()["passwd"]["generation"] == before


lab.main(globals())
