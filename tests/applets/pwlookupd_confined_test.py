#!/usr/bin/python3
"""What pwlookupd gives up once it serves: root, privileges by exec, and files that are not its own."""
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lookup_lab as lab

def found(ns, name):
    return struct.unpack_from("=ii", lab.ask(ns, lab.GETPWBYNAME, name))[1]


def test_privileges():
    with lab.Namespace() as ns:
        daemon = ns.start()
        lab.until(lambda: daemon.status("NoNewPrivs") == ["1"], "no new privileges")
        assert set(daemon.status("Uid")) == {"65534"} and daemon.status("Groups") == []
        assert daemon.status("CapEff") == ["0000000000000000"]


def test_no_new_privileges_without_root_as_well():
    with lab.Namespace() as ns:
        ns.output(["sh", "-c", "mkdir -m 777 /run/free"])
        command = ["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups"]
        if ns.run([*command, "true"]).returncode:
            raise lab.Skip("needs setpriv")
        inside = ns.inside
        ns.inside = lambda argv, *how, **more: inside([*command, *argv], *how, **more)
        daemon = ns.start("--socket", "/run/free/socket")
        ns.inside = inside
        lab.until(lambda: daemon.status("NoNewPrivs") == ["1"], "no new privileges")
        assert set(daemon.status("Uid")) == {"65533"}


def test_a_link_that_leads_elsewhere_is_no_longer_followed():
    if not lab.has_landlock():
        raise lab.Skip("this kernel has no Landlock")
    with lab.Namespace() as ns:
        ns.output(["mkdir", "-p", "/run/a", "/run/b"])
        for name in "ab":
            ns.write(f"/run/{name}/passwd", f"{name}:x:1:1:::\nroot:x:0:0:::\n".encode())
        os.remove(ns.path("/etc/passwd"))
        os.symlink("/run/a/passwd", ns.path("/etc/passwd"))
        daemon = ns.start()
        assert found(ns, b"a") == 1
        ns.replace("/run/a/passwd", b"new:x:1:1:::\nroot:x:0:0:::\n")
        assert found(ns, b"new") == 1

        def lead_to(target):
            os.symlink(target, ns.path("/etc/link"))
            os.rename(ns.path("/etc/link"), ns.path("/etc/passwd"))
        lead_to("/run/b/passwd")
        assert found(ns, b"root") in (0, -1)  # the client looks, or nobody that may be musl's is told so
        assert "/etc/passwd: Permission denied (only folders that had files at the start" in daemon.said()
        lead_to("/run/a/passwd")
        assert found(ns, b"new") == 1
        # A file that was not there has a folder that may be read all the same.
        ns.replace("/etc/netgroup", b"n (h,,)\n")
        assert daemon.alive(), daemon.said()


def test_rules_that_cannot_be_read_are_no_rules():
    """A client can read them, so what is not found is not for us to say."""
    if not lab.has_landlock():
        raise lab.Skip("this kernel has no Landlock")
    with lab.Namespace(nsswitch="passwd: files nosuchsource\n") as ns:
        ns.output(["mkdir", "/run/b"])
        ns.write("/run/b/nsswitch.conf", b"passwd: nosuchsource files\n")
        daemon = ns.start()
        assert found(ns, b"root") == 1
        os.symlink("/run/b/nsswitch.conf", ns.path("/etc/link"))
        os.rename(ns.path("/etc/link"), ns.path("/etc/nsswitch.conf"))
        assert found(ns, b"root") != 1
        assert "/etc/nsswitch.conf: Permission denied" in daemon.said()


def test_what_it_needs_it_has():
    """Peers' names, files of other folders, and a new version of each file."""
    with lab.Namespace(lab.this_machines_files(), "passwd: files nosuchsource\n") as ns:
        daemon = ns.start("--verbose")
        for name in ("passwd", "group", "services", "hosts", "nsswitch.conf"):
            with open(ns.path(f"/etc/{name}"), "rb") as f:
                ns.replace(f"/etc/{name}", f.read() + b"# changed\n")
        assert found(ns, b"root") == 1
        lab.until(lambda: daemon.said().count("/etc/nsswitch.conf: read") >= 2, "read again")
        assert "Permission denied" not in daemon.said(), daemon.said()


lab.main(globals())
