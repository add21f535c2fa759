#!/usr/bin/env python3
"""svcd hears from pwlookupd that a database is another one: services that name it are reloaded or started."""
import os
import signal
import socket

import lookup_lab
import svcd_lab

CONTROL = "/run/keelson/pwlookupd.sock"
PASSWD = b"root:x:0:0:::\n"


class Lab(svcd_lab.Lab):
    """svcd beside the namespace's pwlookupd. Whoever is told writes the last line of passwd."""

    def __init__(self, ns):
        super().__init__(before=ns.inside([]))
        self.ns = ns

    def __enter__(self):
        super().__enter__()
        self.heard = self.fifo("heard")
        self.mark = 0
        return self

    def watcher(self, name="mail", watch="lookup:passwd"):
        script = self.folder / f"{name}.reload"
        script.write_text(f"#!/bin/sh\necho {name} $(tail -n 1 /etc/passwd) >{self.heard}\n")
        script.chmod(0o755)
        self.service(name, "exec sleep 1000000", watch=watch, watch_action="reload",
                     reload_command=script)

    def until_told(self, database="passwd", times=1):
        """So many connections have heard of it."""
        svcd_lab.until(lambda: self.said().count(f"pwlookupd tells of {database}\n") >= times)

    def change(self, number):
        self.ns.replace("/etc/passwd", PASSWD + b"u%d:x:%d:0:::\n" % (number, number))

    def changed(self, number):
        self.change(number)
        self.expect(number)

    def expect(self, number):
        line = self.heard.line()
        assert line == f"mail u{number}:x:{number}:0:::", (line, self.said())

    def nothing_was_told(self):
        """What svcd has heard of until now would be in the fifo before this."""
        self.mark += 1
        mark = self.folder / f"mark{self.mark}"
        self.service("mark", f"echo mark >{self.heard}", kind="oneshot", start_on=f"file:{mark}")
        self.good("reload-config")
        mark.write_text("")
        line = self.heard.line()
        assert line == "mark", (line, self.said())

    def sockets(self):
        folder = f"/proc/{self.daemon.pid}/fd"
        links = [os.readlink(f"{folder}/{name}") for name in os.listdir(folder)]
        return sum(link.startswith("socket:") for link in links)


def test_a_service_is_reloaded_through_restarts_of_the_daemon():
    with lookup_lab.Namespace({"passwd": PASSWD}) as ns, Lab(ns) as lab:
        lab.watcher()
        lab.start("-v")
        lab.up("mail")
        first = ns.start()
        lab.until_told()
        lab.nothing_was_told()
        lab.changed(1)
        assert first.stop() == 0
        second = ns.start()
        lab.until_told(times=2)
        lab.nothing_was_told()
        lab.changed(2)
        second.kill()
        lab.change(3)
        third = ns.start()
        lab.expect(3)
        ns.start()  # takes over
        assert third.process.wait(lookup_lab.PATIENCE) == 0
        lab.until_told(times=4)
        lab.nothing_was_told()
        lab.changed(4)


def test_what_changes_while_svcd_executes_itself():
    with lookup_lab.Namespace({"passwd": PASSWD}) as ns, Lab(ns) as lab:
        lab.watcher()
        lab.start("-v")
        lab.up("mail")
        first = ns.start()
        lab.until_told()
        first.kill()
        lab.change(1)
        lab.good("reexec")
        svcd_lab.until_answered(lab)
        ns.start()
        lab.expect(1)
        lab.good("reexec")
        lab.until_told(times=3)
        lab.nothing_was_told()
        lab.changed(2)


def test_a_service_is_started():
    with lookup_lab.Namespace({"passwd": PASSWD, "group": b"g:x:0:\n"}) as ns, Lab(ns) as lab:
        lab.service("copy", f"tail -n 1 /etc/group >{lab.heard}", kind="oneshot",
                    start_on="lookup:group")
        lab.start("-v")
        ns.start()
        lab.until_told("group")
        assert lab.state("copy") == "down"
        for line in ("a:x:1:", "b:x:2:"):
            ns.replace("/etc/group", line.encode() + b"\n")
            assert lab.heard.line() == line
            svcd_lab.until(lambda: lab.state("copy") == "done")


def test_a_database_that_is_not_served_takes_nothing_from_the_others():
    with lookup_lab.Namespace({"passwd": PASSWD}) as ns, Lab(ns) as lab:
        lab.watcher(watch="lookup:group lookup:passwd")
        lab.start("-v")
        lab.up("mail")
        ns.start("--databases", "passwd")
        lab.until_told("passwd")
        svcd_lab.until(lambda: "database 'group' is not served" in lab.said())
        lab.changed(1)
        ns.start()
        lab.until_told("group")


def test_only_while_a_definition_speaks_of_it():
    with lookup_lab.Namespace({"passwd": PASSWD}) as ns, Lab(ns) as lab:
        lab.service("mail", "exec sleep 1000000")
        ns.start()
        lab.start("-v")
        lab.up("mail")
        before = lab.sockets()
        lab.watcher()
        lab.good("reload-config")
        lab.until_told()
        assert lab.sockets() == before + 1
        lab.changed(1)
        lab.service("mail", "exec sleep 1000000")
        lab.good("reload-config")
        assert lab.sockets() == before


def test_whoever_else_listens_there():
    """Garbage, silence, an end: svcd answers meanwhile, and goes on with a real one."""
    with lookup_lab.Namespace({"passwd": PASSWD}) as ns, Lab(ns) as lab:
        os.makedirs(ns.path("/run/keelson"), exist_ok=True)
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(ns.path(CONTROL))
        server.listen(1)
        server.settimeout(svcd_lab.PATIENCE)
        lab.watcher()
        lab.start("-v")
        lab.up("mail")
        for reply in (b"\xff" * 5000, b"", b"\1", b"\0" * 64, b"\x08\0\0\0\x03\0\x01\0\0\0\0\0"):
            client = server.accept()[0]
            client.sendall(reply)
            lab.good("list")
            client.close()
        silent = server.accept()[0]
        lab.good("list")
        server.close()
        silent.close()
        ns.start()
        lab.until_told()
        lab.changed(1)
        assert lab.stop(signal.SIGTERM) == 0


def test_names_of_databases():
    with lookup_lab.Namespace() as ns, Lab(ns) as lab:
        for key in ("watch", "start-on"):
            for word in ("lookup:shadow", "lookup:", "lookup"):
                lab.service("bad", "true", kind="oneshot", **{key: word})
                done = lab.run("-n")
                assert done.returncode == 1 and f"'{word}' is n" in done.stderr, (word, done)


svcd_lab.Skip = lookup_lab.Skip  # for main
svcd_lab.main(globals())
