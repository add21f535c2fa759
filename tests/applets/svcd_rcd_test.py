#!/usr/bin/env python3
"""rc.d scripts as a BSD has them, under svcd as process 1 of a small machine: what rc.conf enables is
started, in rcorder's order, reloaded and stopped. Their rc.subr is a stand-in (rc_subr.sh).
"""
import pathlib
import shutil

import svcd_machine_lab as lab

HERE = pathlib.Path(__file__).resolve().parent

# Becomes a daemon by itself, says so in a pid file, and notes each reload.
DAEMON = """#!/usr/bin/env python3
import os, signal, sys
name, pid_file = sys.argv[1:]
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
signal.signal(signal.SIGHUP, lambda *_: print("reloaded", file=open(f"/tmp/{name}.log", "a")))
with open(pid_file, "w") as f:
    f.write(f"{os.getpid()}\\n")
for fd in range(3):
    os.close(fd)
while True:
    signal.pause()
"""
SCRIPTS = {
    # A daemon with a pid file, as most.
    "chatd": """#!/bin/sh
# PROVIDE: chatd irc
# REQUIRE: NETWORKING
# KEYWORD: shutdown

. /etc/rc.subr

name="chatd"
rcvar="chatd_enable"
pidfile="/var/run/${name}.pid"
command="/usr/local/sbin/rcdaemon"
command_args="${name} ${pidfile}"
extra_commands="reload"

load_rc_config $name
: ${chatd_enable:="NO"}
run_rc_command "$1"
""",
    # Nothing stays of it; functions of its own.
    "NETWORKING": """#!/bin/sh
# PROVIDE: NETWORKING netif
# KEYWORD: nojailvnet

. /etc/rc.subr

name="netif"
rcvar="netif_enable"
start_cmd="netif_start"
stop_cmd="netif_stop"

netif_start() { echo "lo0 up $netif_speed" >> /tmp/order; }
netif_stop() { echo "lo0 down" >> /tmp/order; }

load_rc_config $name
: ${netif_enable:="YES"}
run_rc_command "$1"
""",
    # Checks before it starts; looks up its own flags.
    "mixerd": """#!/bin/sh
# PROVIDE: mixerd
# REQUIRE: chatd
# BEFORE: LOGIN

. /etc/rc.subr

name="mixerd"
rcvar="mixerd_enable"
pidfile="/var/run/mixerd.pid"
command="/usr/local/sbin/rcdaemon"
start_precmd="mixerd_prestart"

mixerd_prestart() {
  [ -e /etc/mixer.conf ] || { echo "no /etc/mixer.conf"; return 1; }
  echo "mixerd starts" >> /tmp/order
}

load_rc_config $name
: ${mixerd_enable:="NO"} ${mixerd_flags:="mixerd /var/run/mixerd.pid"}
run_rc_command "$1"
""",
    "idled": """#!/bin/sh
# PROVIDE: idled
. /etc/rc.subr
name="idled"
rcvar="idled_enable"
command="/usr/local/sbin/rcdaemon"
load_rc_config $name
: ${idled_enable:="NO"}
run_rc_command "$1"
""",
}


def machine():
    there = lab.Machine()
    shutil.rmtree(there.path("/etc/init.d"))
    there.write("/etc/rc.subr", (HERE / "rc_subr.sh").read_text())
    there.write("/etc/defaults/rc.conf", 'netif_enable="NO"\nnetif_speed="slow"\n')
    there.write("/etc/rc.conf", 'netif_enable="YES"\nchatd_enable="YES"\n')
    there.write("/etc/rc.conf.d/netif", 'netif_speed="fast"\n')
    there.write("/usr/local/sbin/rcdaemon", DAEMON, 0o755)
    for name, text in SCRIPTS.items():
        there.write(f"/etc/rc.d/{name}", text, 0o555)
    return there


def test_what_rc_conf_enables_runs():
    with machine() as there:
        there.boot()
        there.until_status("chatd", state="up")  # by now, or soon, its pid file is there
        lab.until(lambda: there.status("chatd")["pid"], "the main process of chatd is known")
        chatd = there.status("chatd")
        assert chatd["source"] == "rc.d", chatd
        assert there.status("NETWORKING")["state"] == "done", there.all_status()
        assert there.status("idled")["state"] in ("down", "disabled"), there.all_status()
        assert there.path("/tmp/order").read_text() == "lo0 up fast\n"

        assert there.processes()[int(chatd["pid"])], there.processes()
        there.svc("reload", "chatd")
        lab.until(lambda: there.path("/tmp/chatd.log").exists(), "chatd was told to reload")
        assert there.status("chatd")["pid"] == chatd["pid"]

        there.svc("stop", "chatd")
        assert there.status("chatd")["state"] == "down", there.all_status()
        lab.until(lambda: not there.processes(), f"nothing runs any more: {there.processes()}")
        descriptors = there.descriptors()
        there.svc("start", "chatd")
        there.svc("stop", "chatd")
        assert there.descriptors() == descriptors, (there.descriptors(), descriptors)


def test_rc_conf_decides_once_it_is_read_again():
    with machine() as there:
        there.boot()
        there.until_status("chatd", state="up")
        code, out, err = there.run("/usr/sbin/keelson", "svc", "check", "mixerd")
        assert code == 1 and "mixerd_enable" in out + err, (code, out, err)

        there.write("/etc/rc.conf.local", 'mixerd_enable="YES"\n')
        there.svc("reload-config")
        code, out, err = there.run("/usr/sbin/keelson", "svc", "start", "mixerd")
        assert code == 1 and "no /etc/mixer.conf" in out + err, (code, out, err)
        there.write("/etc/mixer.conf", "")
        there.svc("start", "mixerd")
        assert there.status("mixerd")["state"] == "up", there.all_status()
        assert there.path("/tmp/order").read_text() == "lo0 up fast\nmixerd starts\n"
        first = set(there.processes())
        there.svc("restart", "mixerd")
        assert there.status("mixerd")["state"] == "up" and set(there.processes()) != first


def test_the_order_is_rcorders():
    with machine() as there:
        there.boot()
        scripts = [f"/etc/rc.d/{name}" for name in SCRIPTS]
        theirs = there.output("/usr/sbin/keelson", "rcorder", *scripts).split()
        ours = [name for name in there.svc("order").split() if name in SCRIPTS]
        before = [("NETWORKING", "chatd"), ("chatd", "mixerd")]
        for first, second in before:
            assert theirs.index(f"/etc/rc.d/{first}") < theirs.index(f"/etc/rc.d/{second}")
            assert ours.index(first) < ours.index(second), ours


if __name__ == "__main__":
    lab.main({name: value for name, value in globals().items() if name.startswith("test_")})
