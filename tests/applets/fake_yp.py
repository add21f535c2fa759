#!/usr/bin/python3
"""A port mapper and a server of YP that do as the key says, for pwlookupd_yp_hostile_test.py.

Runs where port 111 may be bound. Writes "asked MAP KEY" for each datagram that asks for a key, and
"ready" first. A key "held..." is answered when a line comes on standard input, "late" when it is asked for
by a stream as well, and "nostream" when a stream that asked for it has been closed.
"""
import select
import socket
import struct
import sys
import threading

PROGRAM = 100004
YES, NO_KEY = 1, -3 & 0xffffffff


def opaque(data):
    return struct.pack(">I", len(data)) + data + bytes(-len(data) % 4)


def accepted(xid):
    return struct.pack(">IIIIII", xid, 1, 0, 0, 0, 0)


def value(xid, text, status=YES):
    return accepted(xid) + struct.pack(">I", status) + opaque(text)


def strings(call):
    """The arguments of a call, each a string."""
    rest, found = call[40:], []
    while rest:
        size = struct.unpack(">I", rest[:4])[0]
        found.append(rest[4:4 + size])
        rest = rest[4 + size + -size % 4:]
    return found


def line(name, uid=3000, gid=3000, gecos=b"Fake"):
    return b"%s:Hash:%d:%d:%s:/:/bin/sh" % (name, uid, gid, gecos)


class Server:
    def __init__(self):
        self.portmap = self.bound(socket.SOCK_DGRAM, 111)
        self.datagrams = self.bound(socket.SOCK_DGRAM, 0)
        self.stream = self.bound(socket.SOCK_STREAM, 0)
        self.stream.listen(16)
        self.elsewhere = self.bound(socket.SOCK_DGRAM, 0)
        self.held = []
        self.late = None
        self.closed = False

    @staticmethod
    def bound(kind, port):
        made = socket.socket(socket.AF_INET, kind)
        made.bind(("127.0.0.1", port))
        return made

    def run(self):
        print("ready", flush=True)
        while True:
            for ready in select.select([self.portmap, self.datagrams, self.stream, sys.stdin], [], [])[0]:
                if ready is sys.stdin:
                    if not sys.stdin.readline():
                        return
                    for xid, name, client in self.held:
                        self.datagrams.sendto(value(xid, line(name)), client)
                    self.held = []
                elif ready is self.stream:
                    threading.Thread(target=self.answer_stream, args=self.stream.accept(),
                                     daemon=True).start()
                else:
                    call, client = ready.recvfrom(65536)
                    (self.answer_port if ready is self.portmap else self.answer)(call, client)

    def answer_port(self, call, client):
        protocol = struct.unpack(">I", call[48:52])[0]
        server = self.datagrams if protocol == 17 else self.stream
        reply = accepted(struct.unpack(">I", call[:4])[0])
        self.portmap.sendto(reply + struct.pack(">I", server.getsockname()[1]), client)

    def answer(self, call, client):
        xid, procedure = struct.unpack(">I", call[:4])[0], struct.unpack(">I", call[20:24])[0]
        if procedure == 1:
            self.datagrams.sendto(accepted(xid) + struct.pack(">I", 1), client)
            return
        _, name_of_map, key = (strings(call) + [b"", b""])[:3]
        print("asked", name_of_map.decode(), key.decode(), flush=True)
        for sender, reply in self.replies(xid, key):
            sender.sendto(reply, client)
        if key.startswith(b"held"):
            self.held.append((xid, key, client))
        if key == b"late" and not self.late:
            self.late = (xid, client)

    def replies(self, xid, key):
        """What goes out for a key: forgeries first, and what is true last, so that nobody waits."""
        here, none = self.datagrams, value(xid, b"", NO_KEY)
        good = value(xid, line(key))
        said = {
            b"good": [good],
            b"garbage": [bytes(range(64)), b"", b"\0", struct.pack(">I", xid), none],
            b"wrongxid": [value(xid ^ 1, line(key)), none],
            b"call": [struct.pack(">II", xid, 0) + good[8:], none],
            b"denied": [struct.pack(">IIIII", xid, 1, 1, 0, 2) + bytes(8)],
            b"truncated": [good[:-9]],
            b"toolong": [accepted(xid) + struct.pack(">II", YES, 0xffffffff) + line(key)],
            b"uid0": [value(xid, line(key, uid=0))],
            b"gid0": [value(xid, line(key, gid=0))],
            b"uidwraps": [value(xid, line(key, uid=1 << 32))],
            b"othername": [value(xid, line(b"root", uid=3001))],
            b"bell": [value(xid, line(key, gecos=b"\a"))],
            b"lineend": [value(xid, line(key) + b"\nroot:x:0:0::/:/bin/sh")],
            b"nul": [value(xid, line(key, gecos=b"a\0b"))],
            b"nothing": [value(xid, b"")],
            b"+plus": [value(xid, line(key))],
            b"3009": [value(xid, line(b"uidof", uid=3009))],
            b"3010": [value(xid, line(b"uidof", uid=3009))],
            b"0": [value(xid, line(b"zero", uid=0))],
        }
        if key == b"wrongsource":
            return [(self.elsewhere, good), (here, none)]
        if key == b"nostream" and self.closed:
            return [(here, good)]
        if key in (b"large", b"silent", b"late", b"nostream") or key.startswith(b"held"):
            return []
        return [(here, reply) for reply in said.get(key, [none])]

    def answer_stream(self, client, _):
        with client:
            call = client.recv(65536)[4:]
            xid, procedure = struct.unpack(">I", call[:4])[0], struct.unpack(">I", call[20:24])[0]
            try:
                if procedure == 8:
                    while True:  # a map without end
                        client.sendall(struct.pack(">I", 1 << 16) + bytes(1 << 16))
                elif strings(call)[2] == b"large":
                    reply = value(xid, line(b"large", gecos=b"x" * 100000))
                    client.sendall(struct.pack(">I", len(reply) | 1 << 31) + reply)
                elif strings(call)[2] == b"late":
                    first, asker = self.late
                    self.datagrams.sendto(value(first, line(b"late")), asker)
                    client.recv(1)
                elif strings(call)[2] == b"nostream":
                    self.closed = True
                else:
                    client.recv(1)
            except OSError:
                pass


Server().run()
