#!/usr/bin/python3
"""Modes, new configurations, events, watched files, and svcd in the place of svcd."""
import os
import shutil
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import svcd_lab
from svcd_lab import Chat, Lab, alive

SLEEP = "/bin/sleep 1000000"


def test_a_mode_is_reached_with_the_fewest_stops_and_starts():
    with Lab() as lab:
        lab.service("both", SLEEP, modes="day night")
        lab.service("day-only", SLEEP, modes="day")
        lab.service("night-only", SLEEP, modes="night")
        lab.start("--mode", "day")
        lab.up("both", "day-only")
        pid = lab.pid("both")
        assert lab.good("mode").text == "day\n"
        lab.good("mode", "night")
        assert lab.pid("both") == pid
        assert [lab.state(name) for name in ("day-only", "night-only")] == ["down", "up"]
        assert lab.good("mode").text == "night\n"


def test_a_new_configuration():
    with Lab() as lab:
        lab.service("a", SLEEP)
        lab.service("gone", SLEEP)
        lab.start()
        lab.up("a", "gone")
        before = lab.pid("a"), lab.pid("gone")
        (lab.config / "gone.svc").unlink()
        lab.service("a", SLEEP, description="new")
        lab.service("b", SLEEP)
        lab.good("reload-config")
        lab.up("b")
        assert (lab.pid("a"), lab.pid("gone")) == before
        assert lab.row("a")["description"] == "new"
        lab.good("stop", "gone")
        assert not alive(before[1])
        assert [row["name"] for row in lab.good("list").rows] == ["a", "b"]
        assert lab.ask("start", "gone").more == "unknown"
        lab.good("reload-config")
        assert lab.ask("status", "gone").more == "unknown"


def test_trigger_restarts_what_runs_and_would_be_started_otherwise():
    with Lab() as lab:
        for name in ("same", "text", "word", "drop-in", "user"):
            lab.service(name, SLEEP)
        lab.service("down", SLEEP, enabled="no")
        lab.start()
        lab.up("same", "text", "word", "drop-in", "user")
        before = {name: lab.pid(name) for name in ("same", "text", "word", "drop-in", "user")}
        lab.service("text", SLEEP, description="new", after="same", stop_timeout="3s")
        lab.service("word", SLEEP + "0")
        lab.service("user", SLEEP, needs="word")
        lab.service("down", SLEEP + "0", enabled="no")
        (lab.config / "drop-in.svc.d").mkdir()
        (lab.config / "drop-in.svc.d/more.conf").write_text("environment: A=b\n")
        lab.good("reload-config")
        assert {name: lab.pid(name) for name in before} == before
        lab.good("reexec")
        svcd_lab.until_answered(lab)
        assert lab.good("trigger").text == "drop-in: changed\nword: changed\n"
        now = {name: lab.pid(name) for name in before}
        assert [name for name in before if now[name] != before[name]] == ["word", "drop-in", "user"]
        assert lab.good("trigger").text == "" and lab.pid("word") == now["word"]
        assert lab.state("down") == "disabled"
        (lab.config / "word.svc").write_text("nothing: at all\n")
        assert lab.ask("trigger").code == 1 and lab.pid("word") == now["word"]


def test_a_new_configuration_with_an_error_changes_nothing():
    with Lab() as lab:
        lab.service("a", SLEEP)
        lab.start()
        lab.up("a")
        pid = lab.pid("a")
        lab.service("b", SLEEP)
        (lab.config / "a.svc").write_text("command: sleep\n")
        for words in (("reload-config",), ("reload-config", "--dry-run")):
            answer = lab.ask(*words)
            assert answer.code == 1 and f"{lab.config}/a.svc:1:" in answer.errors[0], answer
            assert lab.pid("a") == pid and lab.ask("status", "b").code == 1
        lab.service("a", SLEEP)
        lab.good("reload-config", "--dry-run")
        assert lab.ask("status", "b").code == 1
        lab.daemon.send_signal(signal.SIGHUP)
        chat = Chat(lab.socket, "wait", "a", "--state=up")
        assert chat.answer().code == 0
        lab.good("reload-config")
        lab.up("b")
        assert lab.pid("a") == pid


def test_what_svcd_began_without_is_started_by_a_new_configuration():
    with Lab() as lab:
        (lab.config / "a.svc").write_text("comand: /bin/true\n")
        lab.start()
        assert lab.ask("reload-config").code == 1
        lab.service("a", SLEEP)
        lab.good("reload-config")
        lab.up("a")
    with Lab() as lab:
        lab.start()
        lab.service("a", SLEEP)
        lab.good("reload-config")
        lab.up("a")


def test_what_cannot_be_read_leaves_the_old_in_force():
    with Lab() as lab:
        lab.service("a", SLEEP)
        lab.mode("night", without="a")
        lab.start()
        lab.up("a")
        os.mkfifo(lab.config / "x.mode")
        answer = lab.ask("mode", "x")
        assert answer.code == 1 and answer.errors[-1] == "the mode stays default", answer
        assert lab.good("mode").text == "default\n" and lab.state("a") == "up"
        for bad in ("x.mode", "fifo.svc", "dangling.svc", "a.svc.d/x.conf", "folder.svc"):
            path = lab.config / bad
            path.parent.mkdir(exist_ok=True)
            if bad == "dangling.svc":
                path.symlink_to("nowhere")
            elif bad == "folder.svc":
                path.mkdir()
            elif not path.exists():
                os.mkfifo(path)
            answer = lab.ask("reload-config")
            assert answer.code == 1 and f"{path}: " in answer.errors[0], (bad, answer)
            done = lab.run("-n")
            assert done.returncode == 1 and f"{path}: " in done.stderr, (bad, done)
            (path.rmdir if path.is_dir() else path.unlink)()
        lab.good("reload-config")
        lab.mode("default", **{"without": "a"})
        lab.good("reload-config")
        assert lab.ask("check", "a").code == 1 and lab.state("a") == "up"


def test_names_that_nobody_has_are_told_of():
    with Lab() as lab:
        lab.service("a", SLEEP, modes="nomode", start_on="up:ghost")
        lab.service("b", SLEEP, start_on="up:c")
        lab.service("c", SLEEP, start_on="failed:b down:c")
        lab.mode("m", **{"with": "ghost5", "without": "ghost6"})
        done = lab.run("-n")
        folder = lab.config
        assert (done.returncode, done.stderr.splitlines()) == (1, [
            f"svcd: {folder}/m.mode:1:7: there is no service ghost5",
            f"svcd: {folder}/m.mode:2:10: there is no service ghost6",
            f"svcd: {folder}/a.svc:2:1: modes: there is no mode nomode",
            f"svcd: {folder}/a.svc:3:1: start-on: up:ghost: there is no service ghost",
            f"svcd: {folder}/c.svc:2:1: start-on: down:c: it starts itself, again and again",
            "svcd: start-on: b -> c -> b: each is started by events of the next"]), done
        lab.start()
        assert lab.good("mode", "nosuch").errors == ["mode nosuch: no file and no service names it"]
        assert lab.good("mode", "nomode").errors == []
        assert lab.good("mode", "m").errors == [
            f"{folder}/m.mode:1:7: there is no service ghost5",
            f"{folder}/m.mode:2:10: there is no service ghost6"]


def test_a_chain_of_modes_has_an_end():
    with Lab() as lab:
        for i in range(41):
            lab.mode(f"m{i}", inherits=f"m{i + 1}")
        lab.mode("m41")
        says = lab.run("-n").stderr
        assert f"{lab.config}/m32.mode:1:11: m0 inherits more than 32 modes\n" in says, says
        assert "there is no mode" not in says, says


def test_a_nul_is_an_error_with_its_place():
    with Lab() as lab:
        (lab.config / "a.svc").write_bytes(b"kind: oneshot\ncommand: /bin/echo A\0B C\n")
        (lab.config / "m.mode").write_bytes(b"with: a\0b\n")
        done = lab.run("-n")
        assert (done.returncode, done.stderr.splitlines()[:2]) == (1, [
            f"svcd: {lab.config}/a.svc:2:21: a NUL byte",
            f"svcd: {lab.config}/m.mode:1:8: a NUL byte"]), done


def test_who_waits_for_a_service_whose_definition_goes_is_told():
    with Lab() as lab:
        gate = lab.fifo("gate")
        lab.service("slow", f"read line <{gate}", kind="oneshot")
        lab.service("a", SLEEP, needs="slow", enabled="no")
        lab.start()
        assert lab.state("a") == "disabled", lab.row("a")
        chats = [Chat(lab.socket, "start", "a"), Chat(lab.socket, "wait", "a", "--state=up"),
                 Chat(lab.socket, "log", "a", "-f")]
        svcd_lab.until(lambda: lab.state("a") == "down")
        (lab.config / "a.svc").unlink()
        lab.good("reload-config")
        for chat in chats:
            answer = chat.answer()
            assert (answer.code, answer.errors) == (1, ["a: its definition is gone"]), answer
        assert lab.state("slow") == "starting"


def test_who_waits_when_svcd_executes_itself_anew_is_told():
    with Lab() as lab:
        gate = lab.fifo("gate")
        lab.service("slow", f"read line <{gate}", kind="oneshot", enabled="no")
        lab.start()
        chat = Chat(lab.socket, "start", "slow")
        assert chat.frame()[0] == svcd_lab.PROGRESS
        lab.good("reexec")
        answer = chat.answer()
        assert (answer.code, answer.errors) == (1, ["svcd executes itself anew: ask again"]), answer
        gate.path.write_text("go\n")
        lab.up("slow")


def test_reexec_loses_nothing():
    with Lab() as lab:
        fifo, begun = lab.fifo("words"), lab.fifo("begun")
        lab.service("a", f"echo $$ >{begun}; while read line; do echo \"$line\"; done <>{fifo}")
        lab.service("b", f"echo $$ >{begun}; sleep 1000000 & echo $! >{lab.folder}/b.pid", kind="forking",
                    pid_file=f"{lab.folder}/b.pid")
        lab.service("once", "exit 0", kind="oneshot")
        lab.start()
        lab.up("a", "b", "once")
        begun.lines(2)
        rows = {row["name"]: (row["state"], row["pid"], row["exit"]) for row in lab.good("status").rows}
        lab.good("reexec")
        svcd_lab.until_answered(lab)
        now = {row["name"]: (row["state"], row["pid"], row["exit"])
               for row in lab.good("status").rows}
        assert now == rows, (rows, now, lab.said())
        # Its pipe goes on, its end is heard, it comes back.
        chat = Chat(lab.socket, "log", "a", "-f")
        fifo.path.write_text("still here\n")
        assert chat.frame() == (svcd_lab.TEXT, ["still here\n"])
        chat.socket.close()
        os.kill(lab.pid("a"), signal.SIGKILL)
        assert int(begun.line()) != int(rows["a"][1])
        lab.up("a")
        lab.good("stop", "b")
        assert not alive(int(rows["b"][1]))
        assert lab.stop() == 0


def test_reexec_keeps_the_last_lines_of_logs():
    with Lab() as lab:
        lab.service("a", "echo before; exec sleep 1000000")
        lab.service("once", "printf 'one\\ntwo'", kind="oneshot")
        lab.start()
        lab.up("a", "once")
        chat = Chat(lab.socket, "log", "a", "-f")
        assert chat.frame() == (svcd_lab.TEXT, ["before\n"])
        chat.socket.close()
        lab.good("reexec")
        svcd_lab.until_answered(lab)
        assert lab.good("log", "a").text == "before\n"
        assert lab.good("log", "once").text == "one\ntwo\n"


def test_reexec_into_another_program_refuses_nobody_and_loses_no_message():
    """The new program is a script that waits: meanwhile nobody is at the sockets."""
    with Lab() as lab:
        gap, gate, begun, go = map(lab.fifo, ("gap", "gate", "begun", "go"))
        script = lab.folder / "later"
        script.write_text(f"#!/bin/sh\ncase \" $* \" in *--resume*) echo gap >{gap}; read go <{gate};; esac\n"
                          f'exec {svcd_lab.KEELSON} svcd "$@"\n')
        script.chmod(0o755)
        lab.program = lab.folder / "keelson"
        lab.program.symlink_to(svcd_lab.KEELSON)
        notify = lab.folder / "notify.py"
        notify.write_text("import os, socket, time\n"
                          f"open('{begun}', 'w').write('begun\\n')\nopen('{go}').readline()\n"
                          "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
                          "s.sendto(b'READY=1', os.environ['NOTIFY_SOCKET'])\n"
                          f"open('{begun}', 'w').write('said\\n')\ntime.sleep(1e6)\n")
        lab.service("a", f"/usr/bin/python3 {notify}", kind="notify")
        lab.start()
        assert begun.line() == "begun" and lab.state("a") == "starting"
        lab.program.unlink()
        lab.program.symlink_to(script)
        lab.good("reexec")
        assert gap.line() == "gap"
        chat = Chat(lab.socket, "wait", "a", "--state=up")
        go.path.write_text("go\n")
        assert begun.line() == "said"
        gate.path.write_text("go\n")
        answer = chat.answer()
        assert answer.code == 0, (answer, lab.said())
        lab.good("stop", "a")


def test_reexec_is_refused_when_the_new_program_does_not_run():
    with Lab() as lab:
        lab.service("a", "/bin/sleep 1000000")
        lab.program = lab.folder / "keelson"
        shutil.copy(svcd_lab.KEELSON, lab.program)
        lab.start()
        lab.up("a")
        pid, new = lab.pid("a"), lab.folder / "new"
        with open(svcd_lab.KEELSON, "rb") as file:
            half = file.read(100000)
        for content, why in ((b"garbage", "Exec format error"), (half, "reexec: "),
                             (b"#!/bin/sh\necho another\n", "another program"),
                             (b"#!/bin/sh\nexit 3\n", "exit 3"), (None, "No such file")):
            if content is None:
                lab.program.unlink()
            else:
                new.write_bytes(content)
                new.chmod(0o755)
                new.rename(lab.program)
            answer = lab.ask("reexec")
            assert answer.code == 1 and why in answer.errors[0], (why, answer)
            assert str(lab.program) in answer.errors[0], answer
            assert lab.pid("a") == pid, why
        shutil.copy(svcd_lab.KEELSON, lab.program)
        lab.good("reexec")
        svcd_lab.until_answered(lab)
        assert lab.pid("a") == pid and lab.stop() == 0


def test_what_happens_at_a_reexec_is_not_lost():
    """The new program is a script that waits: files change before svcd has looked, and meanwhile."""
    with Lab() as lab:
        gap, gate, said = map(lab.fifo, ("gap", "gate", "said"))
        script = lab.folder / "later"
        script.write_text(f"#!/bin/sh\ncase \" $* \" in *--resume*) echo gap >{gap}; read go <{gate};; "
                          f'esac\nexec {svcd_lab.KEELSON} svcd "$@"\n')
        script.chmod(0o755)
        lab.program = lab.folder / "keelson"
        lab.program.symlink_to(svcd_lab.KEELSON)
        names = ("before", "meanwhile")
        for name in names:
            (lab.folder / f"{name}.conf").write_text("one")
            lab.service(f"flag-{name}", f"echo flag-{name} >{said}", kind="oneshot",
                        start_on=f"file:{lab.folder}/{name}.flag")
            lab.service(name, f"echo {name} >{said}; exec sleep 1000000",
                        watch=f"{lab.folder}/{name}.conf")
        lab.service("same", f"echo same >{said}; exec sleep 1000000", watch=f"{lab.folder}/later")
        lab.service("link", f"echo link >{said}", kind="oneshot", start_on="net:test0")
        lab.start()
        assert sorted(said.lines(3)) == sorted([*names, "same"])
        lab.good("event", "net:test0", "up")
        assert said.line() == "link"
        lab.program.unlink()
        lab.program.symlink_to(script)

        def change(name):
            (lab.folder / f"{name}.conf").write_text("two")
            (lab.folder / f"{name}.flag").touch()

        change("before")
        lab.good("reexec")
        assert gap.line() == "gap"
        change("meanwhile")
        gate.path.write_text("go\n")
        lines = said.lines(4)
        assert sorted(lines) == sorted([*names, *(f"flag-{name}" for name in names)]), lines
        lab.good("restart", "same")
        assert said.line() == "same"  # and nothing else had happened


def test_events_of_other_services():
    with Lab() as lab:
        fifo = lab.fifo("said")
        lab.service("a", SLEEP, enabled="no")
        lab.service("bad", "exit 1", kind="oneshot", enabled="no")
        for name, event in (("up", "up:a"), ("down", "down:a"), ("failed", "failed:bad")):
            lab.service(f"on-{name}", f"echo {name} >{fifo}", kind="oneshot", start_on=event)
        lab.start()
        assert lab.state("on-up") == "down"
        lab.good("start", "a")
        assert fifo.line() == "up"
        lab.good("stop", "a")
        assert fifo.line() == "down"
        lab.ask("start", "bad")
        assert fifo.line() == "failed"


def test_what_events_start_in_a_circle_is_slowed_and_fails():
    why = "events of others start it again and again"
    with Lab() as lab:
        keys = {"kind": "oneshot", "restart_max_delay": "10ms"}
        lab.service("a", f"echo a >> {lab.folder}/runs", start_on="up:b", **keys)
        lab.service("b", "exit 0", start_on="up:a", **keys)
        lab.service("self", "exit 0", start_on="down:self up:self", **keys)
        lab.service("f", "exit 1", start_on="failed:f", **keys)
        lab.service("after", "exit 0", start_on="failed:self", **keys)
        lab.start()
        lab.ask("start", "a", "self", "f", "--wait=no")
        svcd_lab.until(lambda: why in (lab.row("a")["why"], lab.row("b")["why"]))
        for name in ("self", "f"):
            svcd_lab.until(lambda: lab.row(name)["why"] == why)
            assert lab.state(name) == "failed"
        lab.up("after")
        assert (lab.folder / "runs").read_text().count("a") < 20
        lab.good("stop", "b")
        lab.good("start", "a")  # whoever wants it anew may have it


def test_a_file_that_appears_starts_a_service():
    with Lab() as lab:
        early, late = lab.folder / "early", lab.folder / "not" / "yet" / "late"
        early.touch()
        lab.service("early", SLEEP, start_on=f"file:{early}")
        lab.service("late", SLEEP, start_on=f"file:{late}")
        lab.start()
        lab.up("early")
        assert lab.state("late") == "down"
        late.parent.mkdir(parents=True)
        late.touch()
        lab.up("late")


def test_times():
    with Lab() as lab:
        fifo = lab.fifo("said")
        lab.service("every", f"echo every >{fifo}", kind="oneshot", start_on="every:1s")
        lab.service("once", f"echo once >{fifo}", kind="oneshot", start_on="at-boot:10ms")
        lab.start()
        lines = []
        while lines.count("every") < 2 or "once" not in lines:
            lines.append(fifo.line())
        assert lines.count("once") == 1


def test_a_watched_file_restarts_when_its_content_is_another():
    with Lab() as lab:
        fifo, path = lab.fifo("begun"), lab.folder / "conf"
        path.write_text("one")
        lab.service("a", f"echo $(cat {path}) >{fifo}; exec sleep 1000000", watch=str(path))
        lab.service("b", f"trap 'echo reload >{fifo}' HUP; echo b >{fifo}; "
                         "while :; do sleep 1000000 & wait; done",
                    watch=str(path), watch_action="reload", after="a")
        lab.start()
        assert sorted(fifo.lines(2)) == ["b", "one"]
        path.touch()
        path.write_text("one")  # as it was
        new = lab.folder / "new"
        new.write_text("two")
        new.rename(path)
        assert sorted(fifo.lines(2)) == ["reload", "two"]


def test_an_interface_of_a_network_of_its_own():
    svcd_lab.need_root()
    with Lab(["unshare", "--net"]) as lab:
        fifo = lab.fifo("said")
        lab.service("on-lo", f"echo lo >{fifo}", kind="oneshot", start_on="net:lo")
        lab.service("net", SLEEP, type="network", interface="veth0")
        lab.start()
        assert lab.state("on-lo") == "down" and lab.state("net") != "up"
        enter = ["nsenter", f"--net=/proc/{lab.daemon.pid}/ns/net"]
        svcd_lab.run(*enter, "ip", "link", "set", "lo", "up")
        assert fifo.line() == "lo"
        svcd_lab.run(*enter, "ip", "link", "add", "veth0", "type", "veth", "peer", "veth1")
        svcd_lab.run(*enter, "ip", "link", "set", "veth1", "up")
        svcd_lab.run(*enter, "ip", "link", "set", "veth0", "up")
        lab.up("net")


def test_who_configures_the_network_may_tell():
    with Lab() as lab:
        fifo = lab.fifo("said")
        lab.service("a", f"echo heard >{fifo}", kind="oneshot", start_on="net:nosuch9")
        lab.start()
        lab.good("event", "net:nosuch9", "up")
        assert fifo.line() == "heard"


svcd_lab.main(globals())
