"""An svcd that says what a test wants (core/svcd_protocol.h, core/frame.h)."""
import os
import socket
import struct
import threading

REQUEST, ROW, TEXT, PROGRESS, ERROR, DONE = range(1, 7)


def frame(kind, *fields):
    body = struct.pack("<HH", kind, len(fields))
    for field in fields:
        data = field.encode("utf-8", "surrogateescape")
        body += struct.pack("<I", len(data)) + data
    return struct.pack("<I", len(body)) + body


class Svcd:
    """Answers each request by the bytes that `answers` has for its words (None: never), else
    "unknown"."""

    def __init__(self, folder, answers):
        self.path = f"{folder}/svcd.sock"
        self.answers = answers
        self.requests = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client:
                self.answer(client)

    def answer(self, client):
        data = b""
        while len(data) < 4 or len(data) < 4 + struct.unpack_from("<I", data)[0]:
            more = client.recv(65536)
            if not more:
                return
            data += more
        kind, count = struct.unpack_from("<HH", data, 4)
        assert kind == REQUEST
        words, at = [], 8
        for _ in range(count):
            length, = struct.unpack_from("<I", data, at)
            words.append(data[at + 4:at + 4 + length].decode())
            at += 4 + length
        self.requests.append(" ".join(words))
        answer = self.answers.get(" ".join(words), frame(
            ERROR, f"{words[-1]}: no such service") + frame(DONE, "1", "unknown"))
        if answer is None:
            client.recv(1)  # until the client has enough
        else:
            client.sendall(answer)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)  # which ends an accept
        self.thread.join()
        self.listener.close()
        os.unlink(self.path)
