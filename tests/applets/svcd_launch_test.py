#!/usr/bin/python3
"""What programs of services are started with: accounts of --root, limits, niceness, a terminal."""
import os
import select
import sys
import tty

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import svcd_lab
from svcd_lab import PATIENCE, Lab

SLEEP = "/bin/sleep 1000000"


def status(pid, field):
    with open(f"/proc/{pid}/status") as file:
        return next(line.split(":", 1)[1].split() for line in file if line.startswith(field + ":"))


def test_users_and_groups_are_those_of_the_flat_files_of_the_root():
    svcd_lab.need_root()
    with Lab() as lab:
        root = lab.folder / "root"
        (root / "etc").mkdir(parents=True)
        (root / "svc").mkdir()
        (root / "none").mkdir()
        (root / "etc/passwd").write_text("only-here:x:64123:64124::/:/bin/sh\n")
        (root / "etc/group").write_text("mine:x:64124:\nmore:x:64125:only-here\nother:x:64126:\n")
        for name, keys in (("plain", "user: only-here"),
                           ("named", "user: only-here\ngroup: other\ngroups: mine"),
                           ("number", "user: 64999\ngroup: 64998")):
            (root / f"svc/{name}.svc").write_text(f"command: {SLEEP}\n{keys}\n")
        (root / "svc/nobody.svc").write_text(f"command: {SLEEP}\nuser: not-here\nenabled: no\n")
        lab.command = lambda *more: [str(lab.program), "svcd", "--root", str(root), "--config",
                                     "/svc", "--rc-dir", "/none", "--init-dir", "/none",
                                     "--socket", str(lab.socket), *map(str, more)]
        lab.start()
        lab.up("plain", "named", "number")
        plain, named, number = map(lab.pid, ("plain", "named", "number"))
        assert status(plain, "Uid") == ["64123"] * 4 and status(plain, "Gid") == ["64124"] * 4
        assert "64125" in status(plain, "Groups")
        assert status(named, "Gid") == ["64126"] * 4 and "64124" in status(named, "Groups")
        assert status(number, "Uid") == ["64999"] * 4 and status(number, "Gid") == ["64998"] * 4
        answer = lab.ask("start", "nobody")
        assert answer.code == 1 and "not-here" in answer.errors[0], answer


def test_limits_and_niceness():
    with Lab() as lab:
        lab.service("a", SLEEP, limit="nofile=77:99", nice="7")
        lab.start()
        lab.up("a")
        pid = lab.pid("a")
        with open(f"/proc/{pid}/limits") as file:
            line = next(line for line in file if line.startswith("Max open files"))
        assert line.split()[3:5] == ["77", "99"], line
        assert os.getpriority(os.PRIO_PROCESS, pid) == 7


def test_a_tty_has_its_terminal_and_comes_back():
    with Lab() as lab:
        master, slave = os.openpty()
        tty.setraw(slave)
        lab.service("a", "tty; exec sleep 1000000", kind="tty", terminal=os.ttyname(slave))
        lab.start()
        for _ in range(2):
            text = b""
            while os.ttyname(slave).encode() + b"\n" not in text:
                assert select.select([master], [], [], PATIENCE)[0], text
                text += os.read(master, 4096)
            lab.up("a")
            pid = lab.pid("a")
            with open(f"/proc/{pid}/stat") as file:
                assert file.read().rsplit(")", 1)[1].split()[4] != "0"  # it controls it
            os.kill(pid, 9)
        os.close(master)
        os.close(slave)


def test_a_device_that_comes_starts_a_service():
    svcd_lab.need_root()
    with Lab(["unshare", "--net"]) as lab:
        lab.service("a", SLEEP, start_on="device:veth7")
        lab.service("b", SLEEP, start_on="device:nosuch7")
        lab.start()
        svcd_lab.run("nsenter", f"--net=/proc/{lab.daemon.pid}/ns/net", "ip", "link", "add",
                     "veth7", "type", "veth", "peer", "veth8")
        lab.up("a")
        assert lab.state("b") == "down"


svcd_lab.main(globals())
