#!/usr/bin/env python3
"""users-update orphans and remove --find-files: the same paths as find's, scripts that a shell takes."""
import json
import errno
import os
import pathlib
import pty
import random
import subprocess
import sys

from users_update_lab import KEELSON, Lab, fingerprint

if os.geteuid() != 0:
    print("only root can give files away")
    sys.exit(77)

lab = Lab()
NASTY = [b"plain", b"a b", b"it's", b'"', b"\\", b"$(touch pwned)", b"`id`", b"-n", b"--", b"new\nline",
         b"ends in lf\n", b"\n#", b"tab\t", b"\xff\xfe", "\u00e4".encode(), b"\x1b[31m", b"%s%n", b"*", b"#"]
DEAD_UID, DEAD_GID = 61111, 62222


def plant(folder):
    """A tree of files, some with dead owners; those are returned as path, uid, gid."""
    chosen = random.Random(7)
    planted = {}
    os.makedirs(folder, exist_ok=True)
    top = os.fsencode(folder)
    places = [top]
    for number in range(300):
        name = chosen.choice(NASTY) + str(number).encode()
        path = os.path.join(chosen.choice(places), name)
        kind = chosen.randrange(4)
        if kind == 0:
            os.mkdir(path)
            places.append(path)
        elif kind == 1:
            os.symlink(chosen.choice([b"/etc/passwd", b"nowhere", b"/"]), path)
        elif kind == 2:
            os.mkfifo(path)
        else:
            open(path, "wb").close()
        uid, gid = chosen.choice([0, 0, DEAD_UID, 61112]), chosen.choice([0, 0, 0, DEAD_GID])
        os.chown(path, uid, gid, follow_symlinks=False)
        if uid or gid:
            planted[path] = (uid, gid)
    return planted


def escaped(path):
    shown = ""
    for char in path.decode("utf-8", "surrogateescape"):
        code = ord(char)
        if 0xdc80 <= code <= 0xdcff:
            shown += f"\\x{code - 0xdc00:02x}"
        elif code < 0x20 or code == 0x7f or char == "\\":
            shown += f"\\x{code:02x}"
        else:
            shown += char
    return shown


def path_of(row):
    path = row["path"]
    return bytes.fromhex(path[4:]) if path.startswith("hex:") else path.encode()


def host_files():
    """The running system's accounts, so that find's words for dead owners are the same."""
    lab.fresh(f"user:ntp:{DEAD_UID}:gone:::1:\ngroup:old-time:{DEAD_GID}:gone:::1:\n",
              etc_passwd=pathlib.Path("/etc/passwd").read_text(),
              etc_group=pathlib.Path("/etc/group").read_text(), etc_shadow=None, etc_gshadow=None,
              etc_subuid=None)


def same_as_find():
    host_files()
    planted = plant(lab.root / "srv")
    root = os.fsencode(lab.root)
    found = subprocess.run(["find", str(lab.root), "(", "-nouser", "-o", "-nogroup", ")", "-print0"],
                           capture_output=True, check=True).stdout.split(b"\0")[:-1]
    lab.equal("find finds what was planted", set(found), set(planted))
    done = lab.run("orphans", "-o", "json")
    lab.expect("orphans", done, 0, None, "")
    rows = json.loads(done.stdout)
    paths = {root + path_of(row) for row in rows}
    lab.equal("the same paths as find", paths, set(found))
    lab.equal("each once", len(rows), len(found))
    by_path = {path_of(row): row for row in rows}
    for path, (uid, gid) in planted.items():
        row = by_path[path[len(root):]]
        lab.equal(f"owners of {path}",
                  (row["uid"], row["gid"], row["former-user"], row["former-group"]),
                  (uid, gid, "ntp" if uid == DEAD_UID else "",
                   "old-time" if gid == DEAD_GID else ""))
    texts = lab.run("orphans").stdout.splitlines()
    wanted = []
    for path, (uid, gid) in planted.items():
        parts = [f"uid {uid}" + (" (was ntp)" if uid == DEAD_UID else "")] if uid else []
        parts += [f"gid {gid} (was old-time)"] if gid else []
        wanted.append(f"{escaped(path[len(root):])}: {', '.join(parts)}")
    lab.equal("orphans as text", sorted(texts), sorted(wanted))
    tsv = lab.run("orphans", "-o", "tsv").stdout.splitlines()
    lab.equal("orphans as tsv", sorted(l.split("\t")[0] for l in tsv),
              sorted(escaped(p[len(root):]) for p in planted))
    lab.equal("tsv has five columns", {l.count("\t") for l in tsv}, {4})
    return planted


def places():
    host_files()
    for name in ("proc/x", "sys/x", "dev/x", "run/x", "srv/a/x", "srv/b/x", "srv/proc/x"):
        os.chown(lab.put(name, ""), DEAD_UID, 0)
    os.symlink(lab.folder, lab.root / "srv/out")
    (lab.folder / "outside").write_text("")
    os.chown(lab.folder / "outside", DEAD_UID, 0)
    cases = [
        ([], ["/srv/a/x", "/srv/b/x", "/srv/proc/x"]),
        (["--paths", "/proc"], ["/proc/x"]),
        (["--paths", "/srv/a", "/srv/b/", "/run"], ["/run/x", "/srv/a/x", "/srv/b/x"]),
        (["--paths", "/srv/a", "--paths", "/srv/b"], ["/srv/a/x", "/srv/b/x"]),
        (["--paths", "/"], ["/dev/x", "/proc/x", "/run/x", "/srv/a/x", "/srv/b/x", "/srv/proc/x",
                            "/sys/x"]),
    ]
    for arguments, wanted in cases:
        done = lab.run("orphans", "-o", "tsv", *arguments)
        lab.expect(f"orphans {arguments}", done, 0, None, "")
        lab.equal(f"orphans {arguments}", sorted(l.split("\t")[0] for l in done.stdout.splitlines()),
                  wanted)
    done = lab.run("orphans", "--paths", "/srv/a", "/srv/a/", "--paths", "/srv/a")
    lab.expect("a folder that is named several times", done, 0,
               f"/srv/a/x: uid {DEAD_UID} (was ntp)\n", "")
    done = lab.run("orphans", "--paths", "/nowhere", "/srv/a", "/etc/passwd")
    lab.expect("paths that are none", done, 111, f"/srv/a/x: uid {DEAD_UID} (was ntp)\n",
               f"users-update: {lab.root}/nowhere: No such file or directory\n")
    lab.expect("a relative path", lab.run("orphans", "--paths", "srv"), 2, "")


def unreadable():
    host_files()
    lab.folder.chmod(0o755)
    os.chown(lab.put("srv/a/x", ""), DEAD_UID, 0)
    os.chown(lab.put("srv/z/x", ""), DEAD_UID, 0)
    (lab.root / "srv/a").chmod(0)
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", KEELSON,
                           "users-update", "--root", str(lab.root), "orphans"],
                          capture_output=True, text=True)
    lab.equal("a folder that cannot be read", (done.returncode, done.stdout, done.stderr),
              (111, f"/srv/z/x: uid {DEAD_UID} (was ntp)\n",
               f"users-update: {lab.root}/srv/a: Permission denied\n"))


def scripts():
    host_files()
    planted = plant(lab.root / "srv")
    root = os.fsencode(lab.root)
    script = lab.folder / "own.sh"
    before = lab.snapshot()
    lab.expect("orphans -n --script", lab.run("orphans", "-n", "--script", script), 0, None, "")
    lab.equal("-n writes none", script.exists(), False)
    lab.expect("orphans --script", lab.run("orphans", "--script", script), 0, None, "")
    lab.equal("the tree is as it was", lab.snapshot(), before)
    lab.equal("mode", oct(script.stat().st_mode), "0o100700")
    text = script.read_bytes()
    lab.equal("no control characters", [b for b in text if b < 32 and b != 10], [])
    lab.equal("sh -n", subprocess.run(["sh", "-n", str(script)], capture_output=True).stderr, b"")
    done = subprocess.run(["sh", str(script)], capture_output=True, text=True)
    lab.equal("does nothing as it is", (done.returncode, done.stdout, lab.snapshot()),
              (1, "", before))
    if "has no value" not in done.stderr:
        lab.faults.append(f"the script says: {done.stderr}")
    # Completed, with programs in its way that write down what they are given.
    stubs = lab.folder / "stubs"
    stubs.mkdir()
    for program in ("chown", "rm", "rmdir"):
        (stubs / program).write_text(f"#!/bin/sh\nprintf '%s\\0' {program} \"$@\" >>\"$OUT\"\n")
        (stubs / program).chmod(0o755)
    values = {b"uid_61111": b"u1", b"uid_61112": b"u2", b"gid_62222": b"g"}
    for name, value in values.items():
        lab.equal(f"a variable {name}", text.count(b"\n" + name + b"="), 1)
        text = text.replace(b"\n" + name + b"=", b"\n" + name + b"=" + value)
    first = {"61111": b"u1", "61112": b"u2"}

    def calls(name, text):
        (lab.folder / name).write_bytes(text)
        out = lab.folder / (name + ".out")
        done = subprocess.run(["/bin/sh", str(lab.folder / name)], capture_output=True, text=True,
                              cwd=stubs, env={"PATH": str(stubs), "OUT": str(out)})
        lab.equal(f"{name} runs", (done.returncode, done.stderr), (0, ""))
        return out.read_bytes().split(b"\0")[:-1]

    words = calls("completed.sh", text)
    owners = [tuple(words[i:i + 5]) for i in range(0, len(words), 5)]
    wanted = [(b"chown", b"-h", b"--", first[str(u)], p) for p, (u, _) in planted.items() if u]
    wanted += [(b"chown", b"-h", b"--", b":g", p) for p, (_, g) in planted.items() if g]
    lab.equal("every file to its new owner", sorted(owners), sorted(wanted))
    uncommented = b"\n".join(l[2:] if l.startswith((b"# rm", b"# path=")) else l
                             for l in text.split(b"\n") if not l.startswith((b"chown", b"path=")))
    words = calls("uncommented.sh", uncommented)
    removed = {words[i + 2] for i in range(0, len(words), 3)}
    lab.equal("every file to be removed", removed, {p for p in planted})
    lab.equal("nothing else was run", (stubs / "pwned").exists(), False)

    victim = lab.folder / "victim"
    victim.write_text("as it was")
    link = lab.folder / "link.sh"
    link.symlink_to(victim)
    lab.expect("through a link", lab.run("orphans", "--script", link), 1, "",
               f"{link}: it is there, and is no regular file")
    lab.equal("the link's target", (victim.read_text(), link.is_symlink()), ("as it was", True))
    lab.expect("no such folder", lab.run("orphans", "--script", "/nonexistent/x"), 111, "")
    lab.expect("over an older one", lab.run("orphans", "--script", script), 0)


def read_to_end(terminal):
    """What was written to a terminal that nobody has open any more; a read gives what it likes."""
    shown = b""
    try:
        while part := os.read(terminal, 100000):
            shown += part
    except OSError as error:
        if error.errno != errno.EIO:
            raise
    return shown


def progress():
    host_files()
    for number in range(200):
        os.chown(lab.put(f"srv/{number}/x", ""), 0, 0)
    terminal, end = pty.openpty()
    done = subprocess.run([KEELSON, "users-update", "--root", str(lab.root), "orphans"], stderr=end,
                          stdout=subprocess.PIPE)
    os.close(end)
    shown = read_to_end(terminal).decode()
    lab.equal("a bar on a terminal", (done.returncode, shown.startswith("\r["), " files" in shown,
                                      shown.endswith("\r\x1b[K")), (0, True, True, True))


def finding_files():
    ntp = fingerprint("123:123:network time:/var/lib/ntp:/sbin/nologin:locked")
    table = (f"group:ntp:123:active:::1:{fingerprint('123')}\nuser:ntp:123:active:::1:{ntp}\n"
             "user:old:5:active:::1:\n")
    for purge in ([], ["--purge"]):
        lab.fresh(table)
        for name, uid, gid in (("a", 123, 0), ("b", 0, 123), ("c", 5, 5), ("d", 61111, 0)):
            os.chown(lab.put(f"srv/{name}", ""), uid, gid)
        done = lab.run("remove", "--find-files", *purge)
        verb = "remove" if purge else "lock"
        lab.expect(f"remove --find-files {purge}", done, 1)
        lines = done.stdout.splitlines()
        lab.equal(f"find-files {purge}", lines[:2] + sorted(lines[2:]),
                  [f"{verb} user ntp uid 123", f"{verb} group ntp gid 123",
                   "/srv/a: uid 123 (was ntp)", "/srv/b: gid 123 (was ntp)"])
    lab.fresh(table)
    lab.put("srv/a", "")
    lab.expect("find-files in --paths", lab.run("remove", "--find-files", "--paths", "/etc", "ntp"),
               0, "lock user ntp uid 123\nlock group ntp gid 123\n", "")


for test in (same_as_find, places, unreadable, scripts, progress, finding_files):
    test()
sys.exit(lab.finish())
