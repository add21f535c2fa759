#!/usr/bin/python3
"""Who is believed, and who may do what."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import svcd_lab
from svcd_lab import Lab, alive

SLEEP = "/bin/sleep 1000000"
NOBODY = 65534
NOTIFY = ("import os, socket, sys, time; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); "
          "s.connect(os.environ['NOTIFY_SOCKET']); ")


def notifier(lab, name, body, **keys):
    path = lab.folder / f"{name}.py"
    path.write_text(NOTIFY.replace("; ", "\n") + "\n" + body)
    lab.service(name, f"/usr/bin/python3 {path}", kind="notify", **keys)


def test_ready_when_it_says_so():
    with Lab() as lab:
        gate = lab.fifo("gate")
        notifier(lab, "a", f"open('{gate}').readline()\ns.send(b'READY=1')\ntime.sleep(1e6)")
        lab.service("b", SLEEP, needs="a")
        lab.start()
        assert (lab.state("a"), lab.state("b")) == ("starting", "down")
        gate.path.write_text("go\n")
        lab.up("a", "b")


def test_what_it_says_of_itself_is_kept_and_shown():
    with Lab() as lab:
        steps = lab.fifo("steps")
        done = lab.fifo("done")
        notifier(lab, "a", f"steps = open('{steps}')\n"
                 "for message in (b'STATUS=two\\x1b c\\\\lients\\nREADY=1', b'RELOADING=1', "
                 "b'READY=1\\nSTATUS=' + b'x' * 3000, b'STOPPING=1'):\n"
                 f"    s.send(message)\n    open('{done}', 'w').write('sent\\n')\n"
                 "    steps.readline()\nos._exit(0)", restart="never")
        lab.start()
        for says in ("two\x1b c\\lients", "reloading: two\x1b c\\lients", "x" * 200,
                     "stopping: " + "x" * 200):
            assert done.line() == "sent"
            svcd_lab.until(lambda: lab.row("a")["says"] == says)  # it may be asked before it hears
            assert lab.state("a") == "up"
            if says.startswith("reloading"):
                lab.good("reexec")
                svcd_lab.until_answered(lab)
                assert lab.row("a")["says"] == "two\x1b c\\lients", lab.row("a")
                shown = subprocess.run([svcd_lab.KEELSON, "svc", "--socket", lab.socket, "status", "a"],
                                       check=True, capture_output=True, text=True).stdout
                assert "two\\x1b c\\x5clients" in shown, shown
            steps.path.write_text("go\n")
        lab.down("a")
        assert lab.row("a")["says"] == ""


def test_a_forged_message_is_not_believed():
    with Lab() as lab:
        gate = lab.fifo("gate")
        notifier(lab, "a", f"open('{gate}').readline()\ns.send(b'READY=1')\ntime.sleep(1e6)")
        lab.start("-v")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as forger:
            forger.connect(f"{lab.socket}.notify")
            forger.send(b"READY=1\nMAINPID=1")
        lab.good("status")
        assert lab.state("a") == "starting"
        gate.path.write_text("go\n")
        lab.up("a")
        assert alive(lab.pid("a"))


def test_a_main_process_of_another_tree_is_not_believed():
    with Lab() as lab:
        notifier(lab, "a", f"s.send(b'MAINPID={os.getpid()}\\nREADY=1')\ntime.sleep(1e6)")
        lab.start()
        lab.up("a")
        assert lab.pid("a") != os.getpid()
        assert "no process of it" in lab.said(), lab.said()


def group_of(pid):
    """Its control group's path as /proc tells it, "" without groups of ours."""
    with open(f"/proc/{pid}/cgroup") as file:
        lines = [line.strip()[3:] for line in file if line.startswith("0::")]
    return lines[0] if lines and "/svcd-" in lines[0] else ""


def folders_of_svcd():
    with open("/proc/mounts") as file:
        mounts = [line.split()[1] for line in file if line.split()[2] == "cgroup2"]
    return {str(path) for mount in mounts for path in pathlib.Path(mount).rglob("svcd-*")}


def test_two_svcd_with_services_of_the_same_names_do_not_meet():
    """Each stays with its own trees, over an exec as well; at the end nothing of them is left."""
    with Lab() as one, Lab() as other:
        for lab in (one, other):
            lab.service("a", "sleep 1000000 & exec sleep 1000000")
            lab.start()
            lab.up("a")
        mine, theirs = one.pid("a"), other.pid("a")
        groups = {group_of(mine), group_of(theirs)}
        one.good("reexec")
        svcd_lab.until_answered(one)
        one.good("restart", "a")
        assert other.pid("a") == theirs and alive(theirs) and not alive(mine)
        if groups != {""}:
            assert len(groups) == 2 and group_of(one.pid("a")) in groups, groups
        one.good("stop", "a")
        assert other.pid("a") == theirs and alive(theirs)
        assert one.stop() == 0 and other.stop() == 0
        labels = {group.split("/")[-2] for group in groups if group}
        left = {path for path in folders_of_svcd() if path.rsplit("/", 1)[1] in labels}
        assert not left, left


def folder_of_group(pid):
    group = group_of(pid)
    for line in open("/proc/self/mountinfo"):
        words = line.split()
        if "cgroup2" in words and group.startswith(words[3].rstrip("/") + "/"):
            return pathlib.Path(words[4] + group[len(words[3].rstrip("/")):])
    raise svcd_lab.Skip("no control groups for us here")


def test_who_freezes_a_service_does_not_hold_svcd():
    with Lab() as lab:
        lab.service("a", "/bin/sleep 1000000", reload_command="/bin/true")
        lab.service("b", "/bin/sleep 1000000", stop_command="/bin/true")
        lab.start()
        lab.up("a", "b")
        folder = folder_of_group(lab.pid("a"))
        (folder / "cgroup.freeze").write_text("1")
        lab.good("reload", "a")
        (folder / "cgroup.freeze").write_text("1")
        lab.good("restart", "a")
        (folder.parent / "cgroup.freeze").write_text("1")
        lab.good("restart", "b")
        (folder.parent / "cgroup.freeze").write_text("1")
        lab.good("stop", "a", "b")
        assert lab.stop() == 0


def test_groups_that_somebody_removes_are_made_anew_and_what_is_lost_is_told_of():
    with Lab() as lab:
        began = lab.fifo("began")
        lab.service("a", f"sleep 1000000 & echo $! >{began}; exec sleep 1000001")
        lab.service("b", "/bin/sleep 1000000", reload_command="/bin/true")
        lab.start()
        lab.up("a", "b")
        child = int(began.line())
        label = folder_of_group(lab.pid("a")).parent
        for name in "ab":
            for number in (label / name / "cgroup.procs").read_text().split():
                (label.parent / "cgroup.procs").write_text(number)
            (label / name).rmdir()
        label.rmdir()
        try:
            lab.good("reload", "b")
            lab.good("restart", "a")
            lab.up("a")
            assert folder_of_group(lab.pid("a")).parent == label
            assert f"a: its control group is gone, and these are left alone: {child}\n" in lab.said()
            assert lab.stop() == 0
            assert not label.exists()
        finally:
            os.kill(child, signal.SIGKILL)


def test_what_a_killed_svcd_has_left_is_told_of_whatever_its_environment_is():
    with Lab() as lab:
        lab.service("cleared", "/usr/bin/env -i /bin/sleep 1000000")
        lab.start()
        lab.up("cleared")
        pid = lab.pid("cleared")
        folder_of_group(pid)
        svcd_lab.until(lambda: pathlib.Path(f"/proc/{pid}/environ").read_bytes() == b"")
        try:
            lab.stop(signal.SIGKILL)
            lab.start()
            said = lab.said()
            assert f"cleared: left by a svcd that is gone, and still running: {pid}\n" in said, said
        finally:
            os.kill(pid, signal.SIGKILL)


def test_a_message_of_a_child_counts():
    with Lab() as lab:
        notifier(lab, "a", "if os.fork() == 0:\n    os.setsid()\n    s.send(b'READY=1')\n"
                           "time.sleep(1e6)")
        lab.start()
        lab.up("a")


def test_one_that_does_not_answer_the_watchdog_is_begun_anew():
    with Lab() as lab:
        fifo = lab.fifo("begun")
        notifier(lab, "a", f"open('{fifo}', 'w').write(os.environ['WATCHDOG_USEC'] + ' ' + "
                           "str(os.environ['WATCHDOG_PID'] == str(os.getpid())) + '\\n')\n"
                           "s.send(b'READY=1')\ntime.sleep(1e6)", watchdog="300ms")
        lab.start()
        assert fifo.lines(2) == ["300000 True"] * 2


def as_nobody(lab, *words, text=False):
    """The exit code, or the text, of a request by somebody else."""
    code = ("import os, sys; sys.path.insert(0, sys.argv[1]); import svcd_lab; "
            f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY}); "
            "a = svcd_lab.Chat(sys.argv[2], *sys.argv[3:]).answer(); "
            "print(a.text if sys.stdin.read() else f'{a.code} {a.more}')")
    done = subprocess.run([sys.executable, "-c", code, os.path.dirname(os.path.abspath(__file__)),
                           str(lab.socket), *words], input="text" if text else "",
                          capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_users_control_their_own_services_only():
    svcd_lab.need_root()
    with Lab() as lab:
        lab.service("mine", SLEEP, type="user", user=str(NOBODY))
        lab.service("other", SLEEP, type="user", user="12345")
        lab.service("system", SLEEP, environment="KEY=secret")
        lab.start()
        lab.up("mine", "other", "system")
        assert "secret" in lab.good("load", "system").text
        assert "secret" not in as_nobody(lab, "load", "system", text=True)
        with open(f"/proc/{lab.pid('mine')}/status") as status:
            lines = dict(line.rstrip("\n").split(":", 1) for line in status)
        assert lines["Uid"].split() == [str(NOBODY)] * 4, lines
        assert as_nobody(lab, "status") == "0"
        for verb in ("restart", "stop", "start"):
            assert as_nobody(lab, verb, "mine") == "0", verb
            assert as_nobody(lab, verb, "other") == "1 denied", verb
            assert as_nobody(lab, verb, "system") == "1 denied", verb
        for words in (("reload-config",), ("mode", "x"), ("shutdown", "halt"), ("reexec",),
                      ("event", "net:lo", "up"), ("log", "system")):
            assert as_nobody(lab, *words) == "1 denied", words
        assert lab.daemon.poll() is None and lab.good("mode").text == "default\n"


def test_a_plain_user_has_services_of_his_own_and_no_scripts():
    svcd_lab.need_root()
    with Lab() as lab:
        root = lab.folder / "root"
        scripts, own = root / "etc/init.d", root / "home/keelson/svc"
        for folder in (scripts, own, lab.folder / "run/keelson"):
            folder.mkdir(parents=True)
        script = scripts / "of-the-system"
        script.write_text("#!/bin/sh\n### BEGIN INIT INFO\n# Provides: of-the-system\n"
                          "### END INIT INFO\n")
        script.chmod(0o755)
        (own / "mine.svc").write_text(f"command: {SLEEP}\n")
        for path in (lab.folder / "run/keelson", own, own / "mine.svc", own.parent):
            os.chown(path, NOBODY, NOBODY)
        lab.program = lab.folder / "keelson"
        shutil.copy(svcd_lab.KEELSON, lab.program)
        lab.socket = lab.folder / "run/keelson/svcd.sock"
        names = {}
        for more in ((), ("--init-dir", "/etc/init.d")):
            lab.command = lambda *given, more=more: [str(lab.program), "svcd", "--root", str(root),
                                                     *more, *map(str, given)]
            lab.start(user=NOBODY, group=NOBODY, extra_groups=[],
                      env={"XDG_RUNTIME_DIR": f"{lab.folder}/run", "XDG_CONFIG_HOME": "/home"})
            names[more] = [row["name"] for row in lab.good("list").rows]
            asked = subprocess.run(  # his own svcd is asked, not the system's
                [str(lab.program), "svc", "list", "-o", "tsv"], user=NOBODY, extra_groups=[],
                env={"XDG_RUNTIME_DIR": f"{lab.folder}/run"}, capture_output=True, text=True)
            told = [line.split("\t")[0] for line in asked.stdout.splitlines()]
            assert told == names[more], asked
            assert lab.stop() == 0
        done = subprocess.run([str(lab.program), "svcd"], user=NOBODY, extra_groups=[], env={},
                              capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (
            2, "svcd: --socket is missing, as XDG_RUNTIME_DIR is not set\n"), done
        assert list(names.values()) == [["mine"], ["mine", "of-the-system"]], names


def test_garbage_at_the_socket_harms_nobody():
    with Lab() as lab:
        lab.service("a", SLEEP)
        lab.start()
        for garbage in (b"\0" * 64, b"\xff" * 64, svcd_lab.frame(99, ["x"]),
                        svcd_lab.frame(1, []), svcd_lab.frame(1, ["nosuch"]),
                        svcd_lab.frame(1, ["start", "\n\0"])):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(svcd_lab.PATIENCE)
                client.connect(str(lab.socket))
                client.sendall(garbage)
                while client.recv(65536):
                    pass
        lab.up("a")


svcd_lab.main(globals())
