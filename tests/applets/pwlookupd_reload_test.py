#!/usr/bin/python3
"""Changes of the files: seen by the next lookup after a rename, never seen half done.

"At once" is meant: nothing waits between rename(2) and the question. Where it says "raw" the
question goes over the socket, so that the answer is the daemon's and not the client's own reading.
A program that has a mapping finds the new answer once anybody has asked the daemon since.
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lookup_lab as lab

BASE = b"root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n"
FILES = {"passwd": BASE, "group": b"root:x:0:\nnogroup:x:65534:\n", "services": b"http 80/tcp\n"}


def user(number, name="user"):
    return f"{name}:x:{number}:{number}:::\n".encode()


def shown(number, name="user"):
    return f"{name}|x|{number}|{number}|||"


def client():
    return lab.compile_c("lookup_client.c")


def test_a_rename_is_seen_by_the_next_lookup():
    with lab.Namespace(FILES) as ns:
        ns.start()
        with lab.Chat(ns, client()) as chat:
            for i in range(300):
                ns.replace("/etc/passwd", BASE + user(1000 + i))
                raw(ns, b"user")
                assert chat.ask("pwnam", "user") == shown(1000 + i)
                assert chat.ask("pwuid", str(1000 + i)) == shown(1000 + i)
                assert chat.ask("pwuid", str(999 + i)) == "none"


def raw(ns, key):
    """What the daemon itself says, whatever the files of the client are: (found, uid)."""
    reply = lab.ask(ns, lab.GETPWBYNAME, key)
    version, found, _, _, uid, _ = lab.struct.unpack_from("=iiiiII", reply)
    assert version == 2
    return found, uid if found == 1 else None


def test_the_daemon_itself_answers_anew_after_each_rename():
    with lab.Namespace(FILES) as ns:
        ns.start()
        for i in range(300):
            ns.replace("/etc/passwd", BASE + user(1000 + i))
            assert raw(ns, b"user") == (1, 1000 + i)
        ns.replace("/etc/passwd", BASE)
        assert raw(ns, b"user") == (0, None)


def test_group_and_services_and_initgroups_follow_their_files():
    with lab.Namespace(FILES) as ns:
        ns.start()
        with lab.Chat(ns, client()) as chat:
            assert chat.ask("grlist", "root", "0") == "0"
            ns.replace("/etc/group", FILES["group"] + b"more:x:77:root\n")
            raw(ns, b"user")
            assert chat.ask("grlist", "root", "0") == "0,77"
            assert chat.ask("grgid", "77") == "more|x|77|root"
            ns.replace("/etc/services", b"https 443/tcp\nhttp 8080/tcp www\n")
            raw(ns, b"user")
            assert chat.ask("svname", "http", "tcp") == "http|8080|tcp|www"
            assert chat.ask("svport", "443", "*") == "https|443|tcp|"
            assert chat.ask("svport", "80", "*") == "none"


def test_a_rename_with_the_same_size_and_times_is_seen():
    with lab.Namespace({**FILES, "passwd": BASE + user(1000)}) as ns:
        ns.start()
        before = os.stat(ns.path("/etc/passwd"))
        ns.write("/etc/passwd.new", BASE + user(2000))
        os.utime(ns.path("/etc/passwd.new"), ns=(before.st_atime_ns, before.st_mtime_ns))
        os.rename(ns.path("/etc/passwd.new"), ns.path("/etc/passwd"))
        assert raw(ns, b"user") == (1, 2000)


def test_the_old_data_are_served_while_a_writer_has_the_file_open():
    with lab.Namespace({**FILES, "passwd": BASE + user(1000)}) as ns:
        ns.start()
        assert raw(ns, b"user") == (1, 1000)
        for new in (1001, 1002, 1003):
            with open(ns.path("/etc/passwd"), "wb") as f:  # empty from here on
                for _ in range(20):
                    assert raw(ns, b"user") == (1, new - 1)
                f.write(BASE[:40])
                f.flush()
                for _ in range(20):
                    assert raw(ns, b"user") == (1, new - 1)
                f.write(BASE[40:] + user(new))
                f.flush()
                for _ in range(20):
                    assert raw(ns, b"user") == (1, new - 1)
            lab.until(lambda: raw(ns, b"user") == (1, new), f"uid {new} is served")


def test_never_a_wrong_answer_while_a_file_is_rewritten_in_place_again_and_again():
    with lab.Namespace({**FILES, "passwd": BASE + user(1000)}) as ns:
        ns.start()
        seen = 1000
        for new in range(1001, 1101):
            ns.write("/etc/passwd", BASE + user(new))
            found, uid = raw(ns, b"user")
            assert found == 1 and seen <= uid <= new, (found, uid, seen, new)
            seen = uid
        lab.until(lambda: raw(ns, b"user") == (1, 1100), "the last state is served")


def test_an_appended_line_is_seen():
    with lab.Namespace(FILES) as ns:
        ns.start()
        with open(ns.path("/etc/passwd"), "ab") as f:
            f.write(user(1234))
        lab.until(lambda: raw(ns, b"user") == (1, 1234), "the appended user is served")


def test_a_file_that_is_removed_and_comes_back():
    with lab.Namespace({**FILES, "passwd": BASE + user(1000)}) as ns:
        daemon = ns.start()
        os.rename(ns.path("/etc/passwd"), ns.path("/etc/away"))
        lab.until(lambda: raw(ns, b"user")[0] != 1, "no user without a file")
        assert ns.run(["getent", "passwd", "user"]).returncode == 2
        os.rename(ns.path("/etc/away"), ns.path("/etc/passwd"))
        assert raw(ns, b"user") == (1, 1000)
        assert daemon.alive()


def test_a_file_that_is_not_there_at_first():
    with lab.Namespace(FILES) as ns:
        os.unlink(ns.path("/etc/services"))
        os.unlink(ns.path("/etc/passwd"))
        ns.start()
        assert raw(ns, b"user")[0] != 1
        ns.replace("/etc/passwd", BASE + user(1000))
        assert raw(ns, b"user") == (1, 1000)


def test_a_file_that_becomes_empty():
    with lab.Namespace({**FILES, "passwd": BASE + user(1000)}) as ns:
        daemon = ns.start()
        ns.replace("/etc/passwd", b"")
        assert raw(ns, b"user") == (0, None)
        ns.replace("/etc/passwd", BASE + user(1001))
        assert raw(ns, b"user") == (1, 1001)
        with open(ns.path("/etc/passwd"), "r+b") as f:
            f.truncate(len(BASE))
        lab.until(lambda: raw(ns, b"user") == (0, None), "a truncated file is served")
        assert daemon.alive()


def test_a_directory_or_a_fifo_in_its_place_blocks_nothing():
    with lab.Namespace({**FILES, "passwd": BASE + user(1000)}) as ns:
        daemon = ns.start()
        for make in (os.mkdir, os.mkfifo):
            os.rename(ns.path("/etc/passwd"), ns.path("/etc/away"))
            make(ns.path("/etc/passwd"))
            raw(ns, b"user")
            (os.rmdir if make is os.mkdir else os.unlink)(ns.path("/etc/passwd"))
            os.rename(ns.path("/etc/away"), ns.path("/etc/passwd"))
            assert raw(ns, b"user") == (1, 1000)
        assert daemon.alive()


def test_a_folder_that_is_closed_and_opened_again():
    with lab.Namespace(FILES) as ns:
        daemon = ns.start()
        os.chmod(ns.path("/etc"), 0o700)
        for name in ("passwd", "nsswitch.conf"):
            with open(ns.path(f"/etc/{name}"), "rb") as f:
                before = f.read()
            ns.replace(f"/etc/{name}", before + (user(1000) if name == "passwd" else b""))
            lab.until(lambda: f"/etc/{name}: Permission denied" in daemon.said(), "it cannot be read")
        for _ in range(3):
            os.utime(ns.path("/etc"))
            assert raw(ns, b"user")[0] == -1
        assert daemon.said().count("/etc/passwd: Permission denied") == 1, daemon.said()
        os.chmod(ns.path("/etc"), 0o755)
        assert raw(ns, b"user") == (1, 1000)
        assert raw(ns, b"nosuch")[0] == 0


def test_etc_is_covered_by_a_mount():
    with lab.Namespace({**FILES, "passwd": BASE + user(1000)}) as ns:
        ns.start()
        assert raw(ns, b"user") == (1, 1000)
        ns.output(["sh", "-ec", "mkdir /run/etc2; cp -a /etc/. /run/etc2/; cat > /run/etc2/passwd; "
                   "mount --bind /run/etc2 /etc"], input=BASE + user(2000))
        if lab.has_landlock():  # the new one is not to be read by a daemon that began with the old
            lab.until(lambda: raw(ns, b"user")[0] != 1, "the old /etc is not served")
        else:
            lab.until(lambda: raw(ns, b"user") == (1, 2000), "the new /etc is served")
            ns.replace("/etc/passwd", BASE + user(2001))
            assert raw(ns, b"user") == (1, 2001)
        ns.output(["umount", "/etc"])
        lab.until(lambda: raw(ns, b"user") == (1, 1000), "the old /etc is served again")


MAKE_ROOT = """
mkdir $1; cp $2 $1/keelson; cd $1
mkdir etc run run/nscd proc tmp dev var; ln -s ../run var/run
mount --rbind /dev dev; mount --rbind /proc proc
for d in usr bin sbin lib lib32 lib64 libx32; do
  if [ -L /$d ]; then cp -a /$d .; elif [ -d /$d ]; then mkdir $d; mount --bind /$d $d; fi
done
cp -a /etc/nsswitch.conf /etc/group /etc/services /etc/ld.so.* etc
"""


def test_etc_is_replaced_by_rename():
    """In a root of its own, because a mount point cannot be renamed."""
    with lab.Namespace(FILES) as ns:
        root = "/run/root"
        ns.output(["sh", "-ec", MAKE_ROOT, "sh", root, lab.KEELSON])
        etc, new, old = (ns.path(f"{root}/{name}") for name in ("etc", "etc.new", "etc.old"))
        ns.write(f"{root}/etc/passwd", BASE + user(1000))
        lookup = lambda: ns.run(["/usr/bin/getent", "passwd", "user"], chroot=root).stdout
        keelson = lab.KEELSON
        lab.KEELSON = "/keelson"
        try:
            daemon = ns.start(chroot=root)
        finally:
            lab.KEELSON = keelson
        assert lookup() == user(1000)
        for number in (2000, 2001, 2002):
            subprocess.run(["cp", "-a", etc, new], check=True)
            ns.write(f"{root}/etc.new/passwd", BASE + user(number))
            os.rename(etc, old)
            os.rename(new, etc)
            lab.until(lambda: lookup() == user(number),
                      f"user {number} of the new directory is found")
            subprocess.run(["rm", "-r", old], check=True)
            ns.replace(f"{root}/etc/passwd", BASE + user(number + 100))
            assert lookup() == user(number + 100)
        assert daemon.alive()


def test_useradd_then_id_at_once():
    with lab.Namespace(lab.this_machines_files()) as ns:
        if ns.run(["sh", "-c", "command -v useradd && command -v userdel"]).returncode:
            raise lab.Skip("needs shadow-utils")
        ns.start()
        with lab.Chat(ns, client()) as chat:
            for i in range(5):
                name = f"labuser{i}"
                assert ns.run(["id", name]).returncode == 1
                assert chat.ask("pwnam", name) == "none"
                ns.output(["useradd", "-M", "-u", str(54321 + i), "-G", "daemon", "-s", "/bin/sh",
                           name])
                raw(ns, b"user")
                assert chat.ask("pwnam", name).startswith(f"{name}|x|{54321 + i}|")
                said = ns.output(["id", name]).decode()
                assert f"uid={54321 + i}({name})" in said and "(daemon)" in said, said
                ns.output(["usermod", "-c", "Changed", name])
                raw(ns, b"user")
                assert "Changed" in chat.ask("pwuid", str(54321 + i))
                ns.output(["userdel", name])
                raw(ns, b"user")
                assert chat.ask("pwnam", name) == "none"
                assert ns.run(["id", name]).returncode == 1
                assert ns.run(["getent", "group", name]).returncode == 2


lab.main(globals())
