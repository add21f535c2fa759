#!/usr/bin/python3
"""svcd as the first process of process, mount, uts and ipc name spaces of its own.

/dev and /run are new there, this machine's scripts are hidden; /dev/console is a terminal of the test's, /dev/kmsg a pipe.
"""
import os
import pathlib
import select
import signal
import subprocess
import sys
import tty

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import svcd_lab
from svcd_lab import PATIENCE, Chat, Lab, alive

SLEEP = "/bin/sleep 1000000"
SETUP = """#!/bin/sh
set -e
lab=$1
mkdir $lab/dev
mount -t tmpfs -o mode=755 dev $lab/dev
mkdir $lab/dev/pts $lab/dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts $lab/dev/pts
for name in null zero full random urandom tty; do
  touch $lab/dev/$name
  mount --bind /dev/$name $lab/dev/$name
done
touch $lab/dev/console
mount --bind "$2" $lab/dev/console
mkfifo $lab/dev/kmsg
mount --move $lab/dev /dev
[ ! -e /sbin/sulogin ] || mount --bind $lab/sulogin /sbin/sulogin
mount -t tmpfs -o mode=755 run /run
for folder in /etc/keelson /etc/rc.d /etc/init.d /usr/local/etc/rc.d; do
  [ ! -d $folder ] || mount -t tmpfs none $folder
done
shift 2
exec "$@"
"""
REBOOT, END = -signal.SIGHUP, -signal.SIGINT  # how a name space ends, says reboot(2)


class Console:
    """A terminal; what is written on it is read when the test says so."""

    def __init__(self):
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        self.text = ""

    def close(self):
        os.close(self.master)
        os.close(self.slave)

    def until(self, words):
        while words not in self.text:
            assert select.select([self.master], [], [], PATIENCE)[0], (words, self.text)
            self.text += os.read(self.master, 4096).decode(errors="replace")
        self.text = self.text.split(words, 1)[1]

    def type(self, line):
        os.write(self.master, (line + "\n").encode())


class System(Lab):
    """The program is called init."""

    def __enter__(self):
        svcd_lab.need_root()
        super().__enter__()
        self.console = Console()
        self.program = self.folder / "init"
        self.program.symlink_to(svcd_lab.KEELSON)
        for name, text in (("setup", SETUP), ("sulogin", "#!/bin/sh\nexec /bin/sh\n")):
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o755)
        self.before = ["unshare", "--mount", "--pid", "--uts", "--ipc", "--mount-proc", "--fork",
                       "--kill-child", str(self.folder / "setup"), str(self.folder),
                       self.console.path]
        if subprocess.run([*self.before[:-3], "true"], stderr=subprocess.DEVNULL).returncode != 0:
            raise svcd_lab.Skip("no name spaces here")
        return self

    def __exit__(self, *failure):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.kill()  # and so the first process
            self.daemon.wait()
        super().__exit__(*failure)
        self.console.close()

    def command(self, *more):
        words = super().command(*more)
        del words[len(self.before) + 1]  # "svcd"
        return words

    def first(self):
        """Its number out here."""
        path = f"/proc/{self.daemon.pid}/task/{self.daemon.pid}/children"
        return int(pathlib.Path(path).read_text().split()[0])

    def tell(self, number):
        os.kill(self.first(), number)

    def ended(self):
        return self.daemon.wait(PATIENCE)

    def inside(self, pid):
        """The number out here of a process with that number in there."""
        space = os.readlink(f"/proc/{self.first()}/ns/pid")
        for entry in pathlib.Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and os.readlink(entry / "ns/pid") == space:
                    text = (entry / "status").read_text().split("NSpid:")[1].splitlines()[0]
                    if int(text.split()[-1]) == pid:
                        return int(entry.name)
            except OSError:
                pass
        raise AssertionError(f"no process {pid}")


def test_called_init_it_is_svcd_and_reaps_orphans_of_others():
    with System() as lab:
        pids, gate = lab.fifo("pids"), lab.fifo("gate")
        lab.service("a", f"(sh -c 'echo $$ >{pids}; read go <{gate}' &) ; (sh -c 'echo $$ >{pids}; "
                         f"read go <{gate}' &) ; exec sleep 1000000")
        lab.start()
        lab.up("a")
        orphans = [lab.inside(int(line)) for line in pids.lines(2)]
        ends = [os.pidfd_open(pid) for pid in orphans]
        for end in ends:
            gate.path.write_text("go\n")
        for end in ends:
            assert select.select([end], [], [], PATIENCE)[0]
            os.close(end)
        svcd_lab.until(lambda: lab.good("list") and
                       not any(os.path.exists(f"/proc/{pid}") for pid in orphans))


def test_down_in_reverse_and_then_the_name_space_ends():
    for words, code in (("halt", END), ("poweroff", END), ("reboot", REBOOT)):
        with System() as lab:
            fifo = lab.fifo("order")
            for name, more in (("a", {}), ("b", {"needs": "a"})):
                lab.service(name, f"trap 'echo -{name} >{fifo}; exit 0' TERM; echo >&3; "
                                  "while :; do sleep 1000000 & wait; done", ready="fd:3", **more)
            lab.start()
            lab.up("b")
            Chat(lab.socket, "shutdown", words)
            assert fifo.lines(2) == ["-b", "-a"]
            assert lab.ended() == code, words


def test_signals_end_the_system():
    for number, code in ((signal.SIGINT, REBOOT), (signal.SIGTERM, REBOOT), (signal.SIGUSR1, END),
                         (signal.SIGUSR2, END), (signal.SIGPWR, END)):
        with System() as lab:
            lab.service("a", SLEEP)
            lab.start()
            lab.up("a")
            lab.tell(number)
            assert lab.ended() == code, number


def label_folders(pid):
    """What its svcd made to hold control groups, wherever that is mounted."""
    lines = pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    labels = [line.rsplit("/", 2)[1] for line in lines if "/svcd-" in line]
    with open("/proc/mounts") as file:
        mounts = [line.split()[1] for line in file if line.split()[2] == "cgroup2"]
    return [path for mount in mounts for label in labels[:1]
            for path in pathlib.Path(mount).rglob(label)]


def test_what_does_not_stop_is_killed_at_the_deadline():
    with System() as lab:
        lab.service("a", "trap '' TERM; echo >&3; while :; do sleep 1000; done", ready="fd:3",
                    stop_timeout="0")
        lab.start("svcd.deadline=10ms")
        lab.up("a")
        groups = label_folders(lab.inside(lab.pid("a")))
        answer = Chat(lab.socket, "shutdown", "poweroff").answer()
        assert (answer.code, answer.errors) == (1, ["services did not stop in time"]), answer
        assert lab.ended() == END
        said = lab.said()
        assert "stopping all services" in said and "did not stop in time" in said, said
        assert "all services are stopped" not in said, said
        assert not any(group.exists() for group in groups), groups


def test_the_mode_is_among_the_words_and_other_words_do_no_harm():
    with System() as lab:
        lab.service("a", SLEEP, modes="night")
        lab.service("b", SLEEP, modes="day")
        lab.start("quiet", "splash", "svcd.mode=night")
        lab.up("a")
        assert lab.state("b") == "down" and lab.good("mode").text == "night\n"
        lab.good("reexec")
        lab.up("a")
        assert lab.good("mode").text == "night\n"
        assert os.path.isdir(f"/proc/{lab.first()}")


def test_a_shell_when_nothing_starts_and_another_try_after_it():
    with System() as lab:
        lab.service("a", "exit 1", kind="oneshot")
        lab.start()
        lab.console.type("echo from-$((40 + 2))")
        lab.console.until("from-42")
        lab.console.type(f"printf 'command: {SLEEP}\\n' >{lab.config}/a.svc; exit")
        while lab.state("a") != "up":
            lab.wait("a")
        assert "nothing could be started" in lab.said()
        lab.console.type("exit")
        lab.tell(signal.SIGTERM)
        assert lab.ended() == REBOOT


def test_no_shell_when_services_wait_for_their_events():
    with System() as lab:
        early = lab.fifo("early")
        lab.service("a", SLEEP, start_on=f"file:{lab.folder}/there")
        lab.service("milestone", kind="group")
        lab.service("last", f"echo done >{early}; exit 1", kind="oneshot", restart="never")
        lab.start()
        assert early.line() == "done"
        assert lab.wait("last").code == 1
        lab.good("list")
        (lab.folder / "there").touch()
        lab.up("a")
        assert "nothing could be started" not in lab.said()


def test_wrong_words_do_not_end_it():
    with System() as lab:
        lab.command = lambda *more: [*lab.before, str(lab.program), "--nosuch", "-x"]
        lab.daemon = subprocess.Popen(lab.command(), stdin=subprocess.DEVNULL, stdout=lab.log,
                                      stderr=lab.log)
        lab.console.type("/bin/echo from-$((40 + 2))")
        lab.console.until("from-42")  # no service anywhere
        path = f"/proc/{lab.first()}/root/run/keelson/svcd.sock"
        assert Chat(path, "list").answer().code == 0
        lab.console.type("kill -9 1; kill -SEGV 1; kill -QUIT 1; echo from-$((50 + 2))")
        lab.console.until("from-52")
        assert Chat(path, "list").answer().code == 0


def test_without_a_socket_there_is_a_shell():
    with System() as lab:
        lab.socket = "/proc/nowhere/s"
        lab.daemon = subprocess.Popen(lab.command(), stdin=subprocess.DEVNULL, stdout=lab.log,
                                      stderr=lab.log)
        for _ in range(2):
            lab.console.type("echo from-$((40 + 2)); exit")
            lab.console.until("from-42")
        assert "cannot listen" in lab.said() and alive(lab.first())


def test_its_log_goes_to_the_kernel_and_a_stopped_terminal_delays_nobody():
    with System() as lab:
        lab.service("a", SLEEP)
        lab.service("bad", "exit 3", kind="oneshot", enabled="no")
        terminal = Console()
        lab.start(stderr=terminal.slave)
        kernel = os.open(f"/proc/{lab.first()}/root/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        for _ in range(300):  # more than the terminal holds, and the pipe
            assert lab.ask("start", "bad").code == 1
        lab.up("a")
        terminal.until("svcd: bad: failed: exit 3")
        assert b"<28>svcd: bad: failed: exit 3\n" in os.read(kernel, 65536)
        os.close(kernel)
        terminal.close()


svcd_lab.main(globals())
