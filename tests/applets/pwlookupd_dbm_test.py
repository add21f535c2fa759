#!/usr/bin/python3
"""DBM files: kept by the daemon, believed by pwlookup when they are true, and never when they are not.

Whether a file was read is asked of the kernel: inotify tells of every open.
"""
import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lookup_lab as lab
import nasty_files

CACHE = "/var/cache/keelson"
LIBC = ctypes.CDLL(None, use_errno=True)
IN_OPEN = 0x20
FILES = {"passwd": b"root:x:0:0:root:/root:/bin/sh\nann:x:1001:100:Ann:/home/ann:/bin/sh\n",
         "group": b"root:x:0:\nusers:x:100:ann\nwheel:x:10:ann,root\n",
         "services": b"ssh 22/tcp s1\ndomain 53/udp dns\n"}
QUESTIONS = {("passwd", "ann"): FILES["passwd"].splitlines()[1], ("passwd", "0"):
             FILES["passwd"].splitlines()[0], ("group", "10"): b"wheel:x:10:ann,root",
             ("group", "users"): b"users:x:100:ann", ("passwd", "nobody"): None,
             ("group", "11"): None, ("services", "dns"): b"domain                53/udp dns",
             ("services", "22/tcp"): b"ssh                   22/tcp s1", ("services", "ssh/udp"): None,
             ("initgroups", "ann"): b"ann                   100 10"}


class Opens:
    """Counts how often files are opened, by whomever."""

    def __init__(self, ns, *paths):
        self.fd = LIBC.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        for path in paths:
            assert LIBC.inotify_add_watch(self.fd, ns.path(path).encode(), IN_OPEN) >= 0

    def count(self):
        try:
            return len(os.read(self.fd, 1 << 16)) // 16
        except BlockingIOError:
            return 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.fd)


def kept(daemon, *databases):
    def is_so():
        stats = daemon.stats()
        return all(stats[name]["dbm"] == 1 for name in databases or lab.DATABASES)
    lab.until(is_so, "the DBM files are kept")


def keep(ns, *arguments):
    """DBM files, and nobody who keeps them."""
    daemon = ns.start(*arguments)
    kept(daemon)
    assert daemon.stop() == 0, daemon.said()
    return daemon


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        return [int(word) for word in f.read().split()]


def pwlookup(ns, *arguments):
    return ns.run([lab.KEELSON, "pwlookup", *arguments])


def ask_all(ns, warns=None, cache=CACHE):
    """Every question; warns: what stands in the one warning, of those whose file is passwd's."""
    for (database, key), line in QUESTIONS.items():
        done = pwlookup(ns, "--cache-dir", cache, database, key)
        wanted = (2, b"") if line is None else (0, line + b"\n")
        assert (done.returncode, done.stdout) == wanted, (database, key, done)
        if warns is None or database != "passwd":
            continue
        assert done.stderr.count(b"\n") == (1 if warns else 0), (warns, done)
        assert warns.encode() in done.stderr, (warns, done.stderr)


def test_lookups_without_a_daemon_do_not_read_the_files():
    with lab.Namespace(FILES) as ns:
        ask_all(ns, "")
        keep(ns)
        paths = ["/etc/" + name for name in lab.DATABASES]
        with Opens(ns, *paths) as opens:
            ask_all(ns, "")
            assert opens.count() == 0
            assert pwlookup(ns, "-s", "files", "passwd", "ann").returncode == 0
            assert opens.count() == 1
            assert pwlookup(ns, "passwd").stdout == FILES["passwd"]
            assert opens.count() == 1
        for name in lab.DATABASES:
            info = os.stat(ns.path(f"{CACHE}/{name}.cdb"))
            assert (info.st_mode & 0o7777, info.st_uid) == (0o644, 0), info


def test_a_changed_file_is_believed_and_its_dbm_is_made_anew():
    with lab.Namespace(FILES) as ns:
        daemon = ns.start()
        kept(daemon)
        for way in (ns.replace, ns.write):
            for number in range(3):
                line = b"%s:x:7:7:%d::\n" % (way.__name__.encode(), number)
                way("/etc/passwd", line)
                done = pwlookup(ns, "--socket", "/nobody", "passwd", "7")
                assert (done.stdout, done.stderr) == (line, b""), done
                lab.until(lambda: pwlookup(ns, "passwd", "7").stdout == line, "the daemon has it")
        kept(daemon)
        with Opens(ns, "/etc/passwd") as opens:
            assert pwlookup(ns, "--socket", "/nobody", "passwd", "7").stdout == line
            assert opens.count() == 0


def test_the_lock_of_the_account_tools_is_waited_for():
    with lab.Namespace(FILES) as ns:
        daemon = ns.start()
        kept(daemon)
        with open(ns.path("/etc/.pwd.lock"), "w") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            ns.replace("/etc/passwd", b"locked:x:7:7:::\n")
            ns.replace("/etc/services", b"other 1/tcp\n")
            # Services need no lock: when they are done, passwd was tried at least once.
            lab.until(lambda: pwlookup(ns, "services", "1").returncode == 0, "services are read")
            kept(daemon, "services")
            assert daemon.stats()["passwd"]["dbm"] == 0
            assert pwlookup(ns, "passwd", "7").stdout == b"locked:x:7:7:::\n"
        kept(daemon)


def spoil(ns, how):
    path = ns.path(CACHE + "/passwd.cdb")
    with open(path, "rb") as f:
        whole = f.read()
    how(path, whole)


def put(content):
    def how(path, whole):
        with open(path, "wb") as f:
            f.write(content(whole))
    return how


def instead(make):
    def how(path, whole):
        os.rename(path, path + ".real")
        make(path)
    return how


BAD = {
    "empty": (put(lambda whole: b""), "is damaged"),
    "cut in half": (put(lambda whole: whole[:len(whole) // 2]), "is damaged"),
    "cut by a byte": (put(lambda whole: whole[:-1]), "is damaged"),
    "the wrong beginning": (put(lambda whole: b"\xff" * 2048 + whole[2048:]), "is damaged"),
    "rotten records": (put(lambda whole: whole[:2200] + b"\0" * 100 + whole[2300:]), "is damaged"),
    "rotten sums": (put(lambda whole: whole[:-32] + b"x" * 8 + whole[-24:]), "is damaged"),
    "something else": (put(lambda whole: b"root::0:0::/:/bin/sh\n" * 1000), "is damaged"),
    "somebody else's": (lambda path, _: os.chown(path, 1234, 0), "belongs to uid 1234"),
    "writable by a group": (lambda path, _: os.chmod(path, 0o664), "may be written by others"),
    "writable by all": (lambda path, _: os.chmod(path, 0o646), "may be written by others"),
    "a link": (instead(lambda path: os.symlink(path + ".real", path)), "symbolic links"),
    "a fifo": (instead(os.mkfifo), "Invalid argument"),
    "a folder": (instead(os.mkdir), "Invalid argument"),
    "in somebody else's folder": (lambda path, _: os.chown(os.path.dirname(path), 1234, 0),
                                  "belongs to uid 1234"),
    "in a folder that all may write to": (lambda path, _: os.chmod(os.path.dirname(path), 0o777),
                                          "may be written by others"),
    # As it is for a while after each change.
    "of another version": (lambda path, _: os.utime(path.replace(CACHE + "/passwd.cdb",
                                                                 "/etc/passwd")), ""),
    "of another file": (lambda path, _: os.rename(path.replace("passwd", "group"), path), ""),
}


def test_what_is_not_to_be_believed_is_told_of_and_the_file_is_read():
    for name, (how, warning) in BAD.items():
        with lab.Namespace(FILES) as ns:
            keep(ns)
            spoil(ns, how)
            try:
                ask_all(ns, warning)
            except AssertionError as error:
                raise AssertionError(name) from error


def test_a_daemon_makes_a_bad_one_anew():
    for name in ("cut in half", "rotten records", "somebody else's", "a link", "of another version"):
        with lab.Namespace(FILES) as ns:
            keep(ns)
            spoil(ns, BAD[name][0])
            keep(ns)
            with Opens(ns, "/etc/passwd") as opens:
                ask_all(ns, "")
                assert opens.count() == 0, name


def test_a_folder_behind_a_link_is_not_used():
    with lab.Namespace(FILES) as ns:
        keep(ns)
        os.rename(ns.path(CACHE), ns.path(CACHE + ".real"))
        os.symlink(CACHE + ".real", ns.path(CACHE))
        ask_all(ns, "Not a directory")


def fails(ns, cache, why):
    """The daemon answers as ever, has said why once, and says so in its statistics."""
    daemon = ns.start("--cache-dir", cache)
    lab.until(lambda: "DBM files are not kept" in daemon.said(), "it is told of")
    ns.replace("/etc/passwd", b"new:x:7:7:::\n")
    assert pwlookup(ns, "passwd", "7").stdout == b"new:x:7:7:::\n"
    assert pwlookup(ns, "group", "users").stdout == b"users:x:100:ann\n"
    ns.run([lab.KEELSON, "nscd", "-i", "group"])
    stats = daemon.stats()
    assert stats["passwd"]["dbm"] == 0, stats
    assert daemon.stop() == 0
    said = daemon.said()
    assert why in said and said.count("\n") == 1, said
    return stats


def test_a_folder_that_cannot_be_made():
    with lab.Namespace(FILES) as ns:
        fails(ns, "/nowhere/keelson", "No such file or directory")
        fails(ns, "/etc/passwd/keelson", "Not a directory")


def test_a_file_system_that_cannot_be_written():
    with lab.Namespace(FILES) as ns:
        os.mkdir(ns.path(CACHE))
        ns.output(["mount", "-t", "tmpfs", "-o", "ro,mode=755", "none", CACHE])
        fails(ns, CACHE, "Read-only file system")


def test_a_full_disk():
    files = dict(FILES, passwd=b"".join(b"u%d:x:%d:1:::\n" % (n, n) for n in range(3000)))
    with lab.Namespace(files) as ns:
        os.mkdir(ns.path(CACHE))
        ns.output(["mount", "-t", "tmpfs", "-o", "size=128k,mode=755", "none", CACHE])
        daemon = ns.start()
        kept(daemon, "group", "services")
        lab.until(lambda: "No space left" in daemon.said(), "it is told of")
        assert daemon.stats()["passwd"]["dbm"] == 0
        assert pwlookup(ns, "passwd", "2999").stdout == b"u2999:x:2999:1:::\n"
        assert pwlookup(ns, "--socket", "/nobody", "passwd", "2999").stdout == b"u2999:x:2999:1:::\n"
        assert not [name for name in os.listdir(ns.path(CACHE)) if "keelson-" in name]
        ns.replace("/etc/passwd", FILES["passwd"])
        kept(daemon)
        assert daemon.said().count("\n") == 1, daemon.said()


def test_the_writer_ends_with_the_daemon_and_not_the_other_way_round():
    with lab.Namespace(FILES) as ns:
        daemon = ns.start()
        kept(daemon)
        [writer] = children(daemon.pid)
        assert os.stat(f"/proc/{writer}").st_uid == 0 and len(os.listdir(f"/proc/{writer}/fd")) < 12
        daemon.kill()
        lab.until(lambda: not os.path.exists(f"/proc/{writer}"), "it has ended")
        daemon = ns.start()
        kept(daemon)
        [writer] = children(daemon.pid)
        os.kill(writer, signal.SIGTERM)  # which is the daemon's business
        os.kill(writer, signal.SIGKILL)
        lab.until(lambda: "has ended" in daemon.said(), "the daemon hears of it")
        ns.replace("/etc/passwd", b"new:x:7:7:::\n")
        assert pwlookup(ns, "passwd", "7").stdout == b"new:x:7:7:::\n"
        assert all(row["dbm"] == 0 for row in daemon.stats().values())
        assert not children(daemon.pid)
        assert daemon.stop() == 0


def test_files_that_not_everybody_may_read_are_not_copied():
    with lab.Namespace(FILES) as ns:
        os.chmod(ns.path("/etc/group"), 0o640)
        daemon = ns.start()
        kept(daemon, "passwd", "services")
        lab.until(lambda: "/etc/group: Permission denied" in daemon.said(), "it is told of")
        assert not os.path.exists(ns.path(CACHE + "/group.cdb"))


def test_models():
    with lab.Namespace(FILES) as ns:
        for model in ("flat", "memory"):
            daemon = ns.start("--model", model)
            assert pwlookup(ns, "passwd", "ann").returncode == 0
            assert not children(daemon.pid) and not os.path.exists(ns.path(CACHE))
            assert daemon.stop() == 0 and not daemon.said(), daemon.said()
        daemon = ns.start("--model", "dbm")
        kept(daemon)
        with Opens(ns, *["/etc/" + name for name in lab.DATABASES]) as opens:
            ask_all(ns, "", cache="/none")
            assert opens.count() == 0
        assert daemon.stats()["passwd"]["entries"] == 2
        daemon.kill()
        with Opens(ns, "/etc/passwd") as opens:  # its DBM file is there when it starts
            daemon = ns.start("--model", "dbm")
            kept(daemon)
            ask_all(ns, "", cache="/none")
            assert opens.count() == 0


def test_a_dbm_that_is_damaged_while_it_is_used():
    many = dict(FILES, passwd=b"".join(b"u%d:x:%d:1:::\n" % (n, n) for n in range(3000)))
    with lab.Namespace(many) as ns:
        daemon = ns.start("--model", "dbm")
        kept(daemon)
        size = os.path.getsize(ns.path(CACHE + "/passwd.cdb"))
        with open(ns.path(CACHE + "/passwd.cdb"), "r+b") as f:
            f.write(b"\xff" * size)
        for n in range(0, 3000, 1000):
            assert pwlookup(ns, "passwd", str(n)).stdout == b"u%d:x:%d:1:::\n" % (n, n)
        lab.until(lambda: "is damaged" in daemon.said(), "it is told of")
        kept(daemon)
        assert daemon.said().count("\n") == 1, daemon.said()
        with Opens(ns, "/etc/passwd") as opens:
            assert pwlookup(ns, "passwd", "2").returncode == 0
            assert opens.count() == 0


def test_a_model_that_there_is_not():
    with lab.Namespace(FILES) as ns:
        for arguments in (("--model", "none"), ("--cache-dir", "here")):
            done = ns.run([lab.KEELSON, "pwlookupd", *arguments])
            assert done.returncode == 2 and done.stderr.count(b"\n") == 1, done


def test_a_daemon_that_is_not_root_writes_to_its_own_folder():
    if not shutil.which("setpriv"):
        raise lab.Skip("needs setpriv")
    with lab.Namespace(FILES) as ns:
        def start(cache):
            ns.output(["install", "-d", "-o", "1234", "/run/own"])
            return subprocess.Popen(
                ns.inside(["setpriv", "--reuid=1234", "--regid=1234", "--clear-groups", lab.KEELSON,
                           "pwlookupd", "--socket", "/run/own/socket", "--cache-dir", cache]),
                stderr=subprocess.PIPE)
        process = start("/run/own/cache")
        mine = ns.path("/run/own/cache/services.cdb")
        lab.until(lambda: os.path.exists(mine), "it is kept")
        assert os.stat(mine).st_uid == 1234
        process.terminate()
        assert process.communicate()[1] == b""
        # root does not believe it.
        done = pwlookup(ns, "--cache-dir", "/run/own/cache", "services", "dns")
        assert done.returncode == 0 and b"belongs to uid 1234" in done.stderr, done


def test_odd_files_by_dbm_and_by_scan():
    for name in ("oracle", "duplicates", "crlf", "scattered-1"):
        files = nasty_files.SETS[name]()
        with lab.Namespace(files) as ns:
            keys = odd_keys(files)
            alone = answers(ns, keys)
            keep(ns)
            with Opens(ns, *["/etc/" + name for name in lab.DATABASES]) as opens:
                by_dbm = answers(ns, keys)
                assert opens.count() == 0, "the files were read"
            assert by_dbm == alone, lab.differences(alone, by_dbm)


def odd_keys(files):
    """Words of each file, enough of them."""
    keys = {}
    for name, content in files.items():
        if name not in lab.DATABASES:
            continue
        text = content.decode("latin-1")
        for letter in ":,/#\n\0\t":
            text = text.replace(letter, " ")
        words = sorted({word for word in text.split(" ") if 0 < len(word) < 200})
        keys[name] = words[::max(1, len(words) // 300)] + ["", "-0", "007", "4294967296"]
    keys["initgroups"] = keys.get("group", [])
    return keys


def answers(ns, keys):
    every = b""
    for database, words in keys.items():
        every += ns.run([lab.KEELSON, "pwlookup", database, "--",
                         *[word.encode("latin-1") for word in words]]).stdout
    return every


lab.main(globals())
