#!/usr/bin/python3
"""Start, stop, restart, reload, readiness and death of services, as a client of svcd sees them."""
import os
import re
import pathlib
import select
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import svcd_lab
from svcd_lab import KEELSON, Chat, Lab, alive

SLEEP = "/bin/sleep 1000000"


def test_services_of_the_mode_are_brought_up_and_reported():
    with Lab() as lab:
        lab.service("a", SLEEP, description="the first")
        lab.service("b", SLEEP, enabled="no")
        lab.service("h", SLEEP, type="helper")
        lab.start()
        lab.up("a")
        rows = {row["name"]: row for row in lab.good("status").rows}
        assert set(rows) == {"a", "b"}, rows
        assert rows["a"]["state"] == "up" and rows["a"]["description"] == "the first", rows
        assert rows["a"]["exit"] == "-" and rows["a"]["source"] == "svc", rows
        assert rows["b"]["state"] == "disabled" and rows["b"]["pid"] == "", rows
        assert alive(int(rows["a"]["pid"]))
        assert {row["name"] for row in lab.good("list", "--all").rows} == {"a", "b", "h"}
        assert lab.ask("status", "nosuch").code == 1


def test_stop_start_and_restart():
    with Lab() as lab:
        lab.service("a", SLEEP)
        lab.start()
        lab.up("a")
        first = lab.pid("a")
        lab.good("stop", "a")
        assert lab.state("a") == "down" and not alive(first)
        assert lab.row("a")["exit"] == "signal 15"
        lab.good("start", "a")
        second = lab.pid("a")
        assert second != first and alive(second)
        lab.good("restart", "a")
        assert not alive(second) and alive(lab.pid("a"))


def test_one_that_is_killed_comes_back():
    with Lab() as lab:
        fifo = lab.fifo("begun")
        lab.service("a", f"printf no-end; echo $$ $INVOCATION_ID >{fifo}; exec sleep 1000000")
        lab.start()
        starts = set()
        for _ in range(3):
            pid, invocation = fifo.line().split()
            lab.up("a")
            starts.add(invocation)
            os.kill(int(pid), signal.SIGKILL)
        starts.add(fifo.line().split()[1])
        lab.up("a")
        row = lab.row("a")
        assert row["restarts"] == "3" and row["pid"] != pid, row
        assert len(starts) == 4, starts
        assert lab.good("log", "a").text == "no-end\n" * 3  # the last one goes on


def test_one_whose_rest_had_to_be_killed_comes_back_at_once():
    with Lab() as lab:
        fifo = lab.fifo("begun")
        lab.service("a", f"sh -c 'trap \"\" TERM; echo $PPID >{fifo}; sleep 1000000' &\n"
                    "sleep 1000000", stop_timeout="100ms")
        lab.start()
        for _ in range(3):
            pid = int(fifo.line())
            lab.up("a")
            os.kill(pid, signal.SIGKILL)
        fifo.line()
        lab.up("a")
        assert lab.row("a")["restarts"] == "3", lab.row("a")


def test_dependents_start_after_and_stop_before():
    with Lab() as lab:
        fifo = lab.fifo("order")
        for name, more in (("a", {}), ("b", {"needs": "a"}), ("c", {"needs": "b"})):
            lab.service(name, f"echo +{name} >{fifo}; trap 'echo -{name} >{fifo}; exit 0' TERM; "
                              "echo >&3; while :; do sleep 1000000 & wait; done",
                        ready="fd:3", **more)
        lab.start()
        lab.up("c")
        assert fifo.lines(3) == ["+a", "+b", "+c"]
        lab.good("stop", "a")
        assert fifo.lines(3) == ["-c", "-b", "-a"]
        assert [lab.state(name) for name in "abc"] == ["down"] * 3


def test_a_oneshot_is_done_or_fails_with_its_last_lines():
    with Lab() as lab:
        lab.service("good", "exit 0", kind="oneshot")
        lab.service("bad", "echo first; echo the reason >&2; exit 3", kind="oneshot", enabled="no")
        lab.start()
        lab.up("good")
        assert lab.state("good") == "done"
        answer = lab.ask("start", "bad")
        assert answer.code == 1, answer
        assert any("exit 3" in line for line in answer.errors), answer
        assert [line.strip() for line in answer.errors[-2:]] == ["first", "the reason"], answer
        assert lab.row("bad")["state"] == "failed" and lab.row("bad")["exit"] == "exit 3"


def test_who_needs_one_that_fails_is_told_of_with_the_lines_of_that_one():
    with Lab() as lab:
        lab.service("b", "echo why b fails; exit 3", kind="oneshot", enabled="no")
        lab.service("c", SLEEP, enabled="no", needs="b")
        lab.start()
        answer = lab.ask("start", "c")
        assert answer.code == 1 and answer.errors == [
            "c: needs b, which failed: exit 3", "  the last lines of b:", "    why b fails"], answer


def test_configure_has_no_model():
    with Lab() as lab:
        lab.service("a", SLEEP)
        lab.start()
        answer = lab.ask("configure", "a")
        assert answer.code == 1 and answer.text == "a: no model\n", answer


def test_what_needs_something_that_nobody_provides_fails():
    with Lab() as lab:
        lab.service("a", SLEEP, needs="missing")
        lab.service("b", SLEEP, needs="a", enabled="no")
        lab.start()
        assert lab.wait("a").errors == ["a: failed: needs missing, which nobody provides"]
        assert lab.ask("start", "b").errors == [
            "b: needs a, which failed: needs missing, which nobody provides"]
        assert [lab.state(name) for name in ("a", "b")] == ["failed", "failed"]


def test_an_unknown_name_does_not_hide_the_others():
    with Lab() as lab:
        lab.service("a", SLEEP)
        lab.start()
        for verb in ("status", "check", "load"):
            answer = lab.ask(verb, "nobody", "a", "none")
            assert answer.code == 1 and answer.rows + [answer.text] != [""], (verb, answer)
            assert answer.errors == ["nobody: no such service", "none: no such service"], answer
        answer = lab.ask("stop", "a", "none")  # that is all or nothing
        assert (answer.code, answer.more) == (1, "unknown")
        lab.up("a")


def test_progress_is_told_while_others_are_started():
    with Lab() as lab:
        lab.service("a", SLEEP, enabled="no")
        lab.service("b", SLEEP, enabled="no", needs="a")
        lab.start()
        answer = lab.good("start", "b")
        assert ["b", "up"] in [fields[:2] for fields in answer.progress], answer.progress


def test_reload_sends_the_signal():
    with Lab() as lab:
        fifo = lab.fifo("said")
        lab.service("a", f"trap 'echo hup >{fifo}' HUP; echo begun >{fifo}; "
                         "while :; do sleep 1000000 & wait; done")
        lab.start()
        assert fifo.line() == "begun"
        lab.good("reload", "a")
        assert fifo.line() == "hup"


def test_a_program_that_is_not_there_fails_at_once():
    with Lab() as lab:
        lab.service("a", "/nowhere/program", enabled="no", restart="never")
        lab.start()
        answer = lab.ask("start", "a")
        assert answer.code == 1 and "/nowhere/program" in " ".join(answer.errors), answer


SCRIPT = """
case $1 in
start)
  sh -c 'trap "echo hup >{fifo}" HUP; trap "echo usr1 >{fifo}" USR1; echo $$ >{fifo}
    while :; do sleep 1000 & wait; done' & ;;
stop) ;;
*) exit 3 ;;
esac
"""


def test_a_script_that_cannot_reload_sends_no_signal_to_whom_it_has_left():
    with Lab() as lab:
        fifo = lab.fifo("fifo")
        script = lab.folder / "script"
        script.write_text(SCRIPT.format(fifo=fifo))  # the shell's, for it says nothing else
        script.chmod(0o755)
        lab.service("a", str(script), kind="script")
        lab.start()
        lab.up("a")
        pid = int(fifo.line())
        assert lab.ask("reload", "a").code == 1
        os.kill(pid, signal.SIGUSR1)
        assert fifo.line() == "usr1"  # it would have heard of the lower one before

        def service(action):
            return subprocess.run([KEELSON, "service", "--socket", lab.socket, "a", action],
                                  capture_output=True, text=True, timeout=svcd_lab.PATIENCE)
        assert service("reload").returncode == 1
        os.kill(pid, signal.SIGUSR1)
        assert fifo.line() == "usr1"
        done = service("force-reload")
        assert done.returncode == 0, done
        assert int(fifo.line()) != pid and not alive(pid)


def test_what_could_not_be_done_at_a_start_is_named():
    with Lab() as lab:
        script = lab.folder / "script"
        script.write_text("#!/nope\n")
        script.chmod(0o755)
        lab.service("a", SLEEP, enabled="no", restart="never", directory="/nonexistent")
        lab.service("b", str(script), enabled="no", restart="never")
        lab.start()
        for name, why in (("a", "a: directory /nonexistent: No such file or directory"),
                          ("b", f"b: {script}: its interpreter /nope: No such file or directory")):
            answer = lab.ask("start", name)
            assert answer.code == 1 and why in answer.errors, (why, answer)


def test_ready_on_a_descriptor():
    with Lab() as lab:
        gate = lab.fifo("gate")
        lab.service("a", f"read go <{gate}; echo >&5; exec sleep 1000000", ready="fd:5")
        lab.service("b", SLEEP, needs="a")
        lab.start()
        assert lab.state("a") == "starting" and lab.state("b") == "down"
        gate.path.write_text("go\n")
        lab.up("a", "b")


def test_a_tree_with_double_forks_is_killed():
    """What ignores SIGTERM is killed after the timeout, wherever it has gone."""
    with Lab() as lab:
        fifo = lab.fifo("pids")
        lab.service("a", "trap '' TERM; "
                         f"(setsid sh -c 'trap \"\" TERM; echo $$ >{fifo}; while :; do sleep 1000; done' &) ; "
                         f"echo $$ >{fifo}; while :; do sleep 1000; done", stop_timeout="100ms")
        lab.start()
        pids = [int(line) for line in fifo.lines(2)]
        lab.up("a")
        lab.good("stop", "a")
        assert not any(map(alive, pids)), pids


def test_forking_with_a_pid_file():
    with Lab() as lab:
        path = lab.folder / "a.pid"
        lab.service("a", f"sleep 1000000 & echo $! >{path}; sleep 1000000 & exit 0", kind="forking",
                    pid_file=str(path))
        lab.start()
        lab.up("a")
        pid = int(path.read_text())
        assert lab.pid("a") == pid
        lab.good("stop", "a")
        assert not alive(pid)


def test_a_pid_file_that_names_a_stranger_is_not_believed():
    with Lab() as lab:
        path = lab.folder / "a.pid"
        lab.service("a", f"echo {os.getpid()} >{path}; sleep 1000000 & exit 0", kind="forking",
                    pid_file=str(path))
        lab.start()
        lab.ask("wait", "a", "--timeout=1")
        assert lab.row("a")["pid"] != str(os.getpid())
        lab.good("stop", "a")


def test_conditions():
    with Lab() as lab:
        flag = lab.folder / "flag"
        lab.service("a", SLEEP, condition_file=str(flag))
        lab.service("b", SLEEP, condition_file=f"!{flag}")
        lab.start()
        lab.up("b")
        assert lab.state("a") in ("down", "failed"), lab.row("a")
        assert str(flag) in lab.row("a")["why"], lab.row("a")
        check = lab.ask("check", "a")
        assert check.code == 1 and check.text.startswith("a: no: "), check
        flag.touch()
        assert lab.good("check", "a").text.startswith("a: yes: ")
        lab.good("start", "a")
        assert lab.state("a") == "up"


def test_the_environment_is_clean():
    with Lab() as lab:
        out = lab.folder / "out"
        lab.service("a", f"env >{out}", kind="oneshot", environment="A=1", umask="077")
        lab.start(env={"SECRET": "x", **os.environ})
        lab.up("a")
        lines = dict(line.split("=", 1) for line in out.read_text().splitlines())
        assert "SECRET" not in lines and lines["A"] == "1" and lines["SVC_NAME"] == "a", lines
        assert len(lines["INVOCATION_ID"]) == 32 and lines["SVC_MODE"] == "default", lines
        assert lines["SVC_SOCKET"] == str(lab.socket), lines
        assert out.stat().st_mode & 0o777 == 0o600


def test_the_log_is_kept_and_followed():
    with Lab() as lab:
        fifo = lab.fifo("words")
        lab.service("a", f"while read line; do echo \"$line\"; done <>{fifo}")
        lab.start()
        lab.up("a")
        chat = Chat(lab.socket, "log", "a", "-f")
        fifo.path.write_text("one\ntwo\n")
        text = ""
        while text.count("\n") < 2:
            kind, fields = chat.frame()
            assert kind == svcd_lab.TEXT
            text += fields[0]
        assert text == "one\ntwo\n", text
        chat.socket.close()
        assert lab.good("log", "a", "--lines=1").text == "two\n"


def test_sigterm_stops_all_in_order_and_leaves_nothing():
    with Lab() as lab:
        fifo = lab.fifo("order")
        for name, more in (("a", {}), ("b", {"after": "a"})):
            lab.service(name, f"trap 'echo -{name} >{fifo}; exit 0' TERM; echo $$ >{fifo}; "
                              "while :; do sleep 1000000 & wait; done", **more)
        lab.start()
        pids = [int(line) for line in fifo.lines(2)]
        lab.up("a", "b")
        assert lab.stop() == 0, lab.said()
        assert fifo.lines(2) == ["-b", "-a"]
        assert not any(map(alive, pids))


def test_what_makes_no_sense_begins_nothing():
    with Lab() as lab:
        (lab.folder / "empty").write_bytes(b"")
        for more, says in (
                (("9",), "unexpected operand '9': run levels are for the first process"),
                (("",), "unexpected operand '': run levels are for the first process"),
                (("--mode", ""), "--mode: '' is not a name"),
                (("--mode", "../x"), "--mode: '../x' is not a name"),
                (("--resume", "99"), "--resume: 99 is not open")):
            done = lab.run(*more)
            assert (done.returncode, done.stderr) == (2, f"svcd: {says}\n"), done
        done = lab.run("--resume", "0")
        assert done.returncode == 111 and "nothing that another svcd has left" in done.stderr, done


def test_a_folder_of_definitions_that_is_not_there_is_an_error():
    with Lab() as lab:
        lab.service("a", SLEEP)
        lab.start()
        lab.up("a")
        moved = lab.folder / "moved"
        lab.config.rename(moved)
        what = f"{lab.config}: No such file or directory"
        answer = lab.ask("reload-config")
        assert (answer.code, answer.errors) == (
            1, [what, "the old configuration stays in force"]), answer
        assert lab.state("a") == "up"
        assert lab.ask("mode", "../moved/x").errors == ["mode: '../moved/x' is not a name"]
        assert lab.stop() == 0
        done = lab.run()
        assert (done.returncode, done.stderr) == (111, f"svcd: {what}\n"), done
        assert lab.run("-n").stderr == f"svcd: {what}\n"
        lab.config.write_text("")
        what = f"{lab.config}: Not a directory"
        done = lab.run()
        assert (done.returncode, done.stderr) == (111, f"svcd: {what}\n"), done
        assert lab.run("-n").stderr == f"svcd: {what}\n"
        lab.config.unlink()
        moved.rename(lab.config)
        lab.mode("night", runlevels="3")
        lab.mode("late", inherits="night")
        done = lab.run("-n")
        assert done.returncode == 1 and done.stderr.count("night.mode:1:1: ") == 1, done


def test_a_second_svcd_on_the_socket_is_refused():
    with Lab() as lab:
        lab.service("a", SLEEP)
        lab.start()
        lab.up("a")
        pid = lab.pid("a")
        done = lab.run()
        assert done.returncode == 111 and done.stderr.count("\n") == 1, done
        assert str(lab.socket) in done.stderr, done
        assert lab.pid("a") == pid and alive(pid)


def test_check_only():
    with Lab() as lab:
        lab.service("a", SLEEP)
        done = lab.run("-n")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
        (lab.config / "b.svc").write_text("comand: /bin/true\n")
        done = lab.run("-n")
        assert done.returncode == 1 and f"{lab.config}/b.svc:1:1: " in done.stderr, done


def test_what_kill_main_leaves_ends_with_svcd():
    with Lab() as lab:
        said = lab.fifo("said")
        lab.service("a", f"sleep 1000000 &\necho $! > {said}\nwait", kill="main")
        lab.start()
        left = int(said.line())
        end = os.pidfd_open(left)
        lab.good("stop", "a")
        assert alive(left)
        assert lab.stop() == 0
        assert select.select([end], [], [], svcd_lab.PATIENCE)[0]
        os.close(end)


def test_a_log_that_cannot_be_written_is_told_of():
    with Lab() as lab:
        (lab.folder / "folder").mkdir()
        lab.service("a", "echo hello\necho again\nexec sleep 1000000", log="file",
                    log_file=lab.folder / "folder")
        lab.start()
        lines = Chat(lab.socket, "log", "a", "-f")
        text = ""
        while "again" not in text:
            text += lines.frame()[1][0]
        what = f"its log: {lab.folder}/folder: "
        assert what in lab.row("a")["why"], lab.row("a")
        assert lab.said().count(f"a: {what}") == 1, lab.said()


def test_what_a_killed_svcd_has_left_is_told_of():
    with Lab() as lab:
        lab.service("a", "sleep 1000000 & sleep 1000001")
        lab.service("b", "/bin/sleep 1000000")
        lab.start()
        lab.up("a", "b")
        lines = lab.fifo("lines")
        lab.service("c", f"setsid sh -c 'echo $$; exec sleep 1000000' > {lines}")
        lab.good("reload-config")
        group, other = lab.pid("a"), lab.pid("b")
        left = int(lines.line())
        assert not re.search(r"\b[abc]: left by", lab.said()), lab.said()
        try:
            lab.stop(signal.SIGKILL)
            (lab.config / "c.svc").unlink()
            lab.start()
            lab.up("a", "b")
            said = lab.said()
            assert f"b: left by a svcd that is gone, and still running: {other}\n" in said, said
            numbers = re.search("a: left by .* running: (.*)", said)[1].split()
            assert str(group) in numbers and len(numbers) == 3, said
            assert str(left) in re.search("c: left by .* running: (.*)", said)[1].split(), said
            lab.good("reexec")
            svcd_lab.until_answered(lab)
            assert len(re.findall(r"\b[abc]: left by", lab.said())) == 3, lab.said()
        finally:
            os.killpg(group, signal.SIGKILL)
            os.kill(other, signal.SIGKILL)
            os.killpg(left, signal.SIGKILL)


def test_nothing_to_resume_is_no_fresh_start():
    with Lab() as lab, open(os.devnull) as null:
        lab.service("a", f"echo began > {lab.folder}/began", kind="oneshot")
        for number, code in ((99, 2), (null.fileno(), 111)):
            done = subprocess.run(lab.command("--resume", number), stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=svcd_lab.PATIENCE,
                                  pass_fds=(null.fileno(),))
            assert done.returncode == code and "--resume: " in done.stderr, done
        assert not (lab.folder / "began").exists()


svcd_lab.main(globals())
