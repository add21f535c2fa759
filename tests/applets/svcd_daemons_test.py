#!/usr/bin/env python3
"""nginx, redis-server, dnsmasq, sshd and cron of Debian under svcd as process 1 of a small machine.

Each by a definition of ours and, where its package has a script, by that: started, reloaded, its main
process killed, stopped. Afterwards the machine has process 1 alone, and svcd holds what it held
before.
"""
import dataclasses
import sys

import svcd_machine_lab as lab

# What the packages do when they are installed, as far as the daemons need it.
SETUP = """
cat >/tmp/accounts.conf <<'END'
g crontab -
u www-data 33 - /var/www
u redis - - /var/lib/redis
u sshd - - /run/sshd
u dnsmasq - - /var/lib/misc
END
/usr/sbin/keelson systemd-sysusers /tmp/accounts.conf 2>/dev/null
mkdir -p /var/log/nginx /var/lib/nginx /var/log/redis /var/lib/redis /run/sshd
chown redis /var/log/redis /var/lib/redis /etc/redis /etc/redis/redis.conf
ln -s ../sites-available/default /etc/nginx/sites-enabled/default
cp /usr/share/openssh/sshd_config /etc/ssh/sshd_config
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh22x", b"lo", 1))'  # SIOCSIFFLAGS IFF_UP
"""


@dataclasses.dataclass
class Daemon:
    definition: str
    program: str       # the name of its main process
    port: int = 0
    reloads: bool = True


DAEMONS = {
    "nginx": Daemon("kind: forking\ncommand: /usr/sbin/nginx\npid-file: /run/nginx.pid\n"
                    "stop-signal: QUIT\n", "nginx", 80),
    "web": Daemon("command: /usr/sbin/nginx -g 'daemon off;'\n", "nginx", 80),
    "redis": Daemon("kind: notify\nuser: redis\nreload-signal: none\n"
                    "command: /usr/bin/redis-server /etc/redis/redis.conf --supervised systemd "
                    "--daemonize no --pidfile ''\n", "redis-server", 6379, reloads=False),
    "sshd": Daemon("kind: notify\nbefore-command: /usr/sbin/sshd -t\n"
                   "command: /usr/sbin/sshd -D\n", "sshd", 22),
    "crond": Daemon("command: /usr/sbin/cron -f\n", "cron"),
    "names": Daemon("command: /usr/sbin/dnsmasq -k --user=dnsmasq --pid-file\n", "dnsmasq", 53),
}
# By their own script: the name of the main process, its port, whether the script can reload.
SCRIPTS = {
    "nginx": Daemon("", "nginx", 80),
    "redis-server": Daemon("", "redis-server", 6379, reloads=False),
    "dnsmasq": Daemon("", "dnsmasq", 53, reloads=False),
    "ssh": Daemon("", "sshd", 22),
    "cron": Daemon("", "cron"),
}
# What svcd finds mounted there it leaves alone.
WITHOUT_GROUPS = """
mount -t tmpfs none /sys
mkdir -p /sys/fs/cgroup
mount -t tmpfs none /sys/fs/cgroup
"""


def machine(setup=SETUP):
    return lab.Machine(lab.fetch("daemons"), setup)


def is_serving(there, daemon, status):
    processes = there.processes()
    if status["pid"]:
        assert processes[int(status["pid"])][0] == daemon.program, (status, processes)
    else:  # several processes, and the script does not say where the number of the main one is
        assert daemon.program in {name for name, _ in processes.values()}, (status, processes)
    if daemon.port:
        # A process that does not tell when it is ready takes its time.
        lab.until(lambda: there.connects(daemon.port), f"port {daemon.port} answers", tries=100)


def is_clean(there, descriptors):
    lab.until(lambda: not there.processes(), f"nothing runs any more: {there.processes()}")
    found = there.descriptors()
    assert found == descriptors, (found, descriptors)


def reload(there, name, daemon):
    before = there.status(name)
    code, out, err = there.run("/usr/sbin/keelson", "svc", "reload", name)
    assert (code == 0) == daemon.reloads, (name, code, out, err, there.said())
    after = there.status(name)
    # The pid file of a daemon that a script leaves behind may come later than its start.
    assert after["state"] == "up" and before["pid"] in ("", after["pid"]), (before, after)


def exercise_definition(there, name, daemon, descriptors):
    there.svc("start", name)
    first = there.status(name)
    assert (first["state"], first["source"]) == ("up", "svc"), (first, there.said())
    is_serving(there, daemon, first)
    reload(there, name, daemon)
    is_serving(there, daemon, there.status(name))

    there.kill(first["pid"])
    second = there.until_status(name, state="up", restarts="1")
    assert second["pid"] != first["pid"], (first, second)
    is_serving(there, daemon, second)

    there.svc("stop", name)
    assert there.status(name)["state"] == "disabled", there.status(name)
    is_clean(there, descriptors)


def test_each_by_a_definition_of_ours():
    with machine() as there:
        for name, daemon in DAEMONS.items():
            there.define(name, "enabled: no\n" + daemon.definition)
        there.link_scripts([])
        there.boot()
        descriptors = there.descriptors()
        for name, daemon in DAEMONS.items():
            exercise_definition(there, name, daemon, descriptors)
            print(f"        {name}", flush=True)


def exercise_script(there, name, daemon, descriptors):
    there.svc("start", name)
    status = there.status(name)
    assert (status["state"], status["source"]) == ("up", "init.d"), (status, there.said())
    is_serving(there, daemon, status)
    assert there.run("/usr/sbin/keelson", "service", name, "status")[0] == 0
    reload(there, name, daemon)

    there.svc("stop", name)
    assert there.status(name)["state"] == "disabled", there.status(name)
    assert there.run("/usr/sbin/keelson", "service", name, "status")[0] == 3
    is_clean(there, descriptors)


def test_each_by_its_own_script():
    with machine() as there:
        there.link_scripts([])
        there.boot()
        descriptors = there.descriptors()
        for name, daemon in SCRIPTS.items():
            exercise_script(there, name, daemon, descriptors)
            print(f"        {name}", flush=True)


def test_daemons_that_write_over_their_environment_are_kept_without_control_groups():
    with machine(WITHOUT_GROUPS + SETUP) as there:
        there.define("nginx-of-ours", "enabled: no\n" + DAEMONS["nginx"].definition)
        there.link_scripts([])
        there.boot()
        descriptors = there.descriptors()
        exercise_definition(there, "nginx-of-ours", DAEMONS["nginx"], descriptors)
        for name in ("nginx", "ssh", "cron"):
            exercise_script(there, name, SCRIPTS[name], descriptors)
            print(f"        {name}", flush=True)


def test_a_machine_boots_all_scripts_and_goes_down_in_order():
    with machine() as there:
        there.link_scripts()
        there.boot("--mode", "2")
        for name, daemon in SCRIPTS.items():
            is_serving(there, daemon, there.until_status(name, state="up"))
        states = {row["name"]: row["state"] for row in there.all_status()}
        assert set(SCRIPTS) <= set(states), states
        order = there.svc("order").split()
        assert set(SCRIPTS) <= set(order), order
        there.run("/usr/sbin/keelson", "svc", "shutdown", "poweroff")
        there.process.wait(timeout=lab.PATIENCE)


if __name__ == "__main__":
    lab.main({name: value for name, value in globals().items() if name.startswith("test_")})
