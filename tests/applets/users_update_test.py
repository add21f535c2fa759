#!/usr/bin/env python3
"""users-update: the command line, list, drop, sync and remove on roots below a temporary folder."""
import json
import os
import subprocess
import sys

from users_update_lab import KEELSON, Lab, TABLE, fingerprint

NTP = fingerprint("123:123:network time:/var/lib/ntp:/sbin/nologin:locked")
WEB = fingerprint("80:80:web:/srv:/sbin/nologin:locked")

TABLE_TEXT = f"""group:audio:18:active:-,media-sound/alsa-1.2:/p/group/audio:1:{fingerprint("18")}
group:gone:55:gone:::1:
group:ntp:123:active:net-misc/ntp:/p/group/ntp:1:{fingerprint("123")}
group:web:80:active:::1:{fingerprint("80")}
user:gone:55:gone:::1:
user:kept:77:reserved:::1:
user:ntp:123:active:net-misc/ntp:/p/a%3ab:1:{NTP}
user:old:5:active:::1:
user:web:80:active:::1:{WEB}
"""

lab = Lab()


def wrong_use():
    lab.fresh(TABLE_TEXT)
    before = lab.snapshot()
    for arguments in [
            ["nonsense"], [""], ["list", "x"], ["list", "-n"], ["list", "--purge"],
            ["list", "--package", "a"], ["drop"], ["drop", "-o", "tsv", "--package", "a"],
            ["drop", "--package", ""], ["drop", "--package", "a,b"], ["drop", "--package", "a:b"],
            ["drop", "--package", "a", "x"], ["sync"], ["sync", "--purge", "--installed", "x"],
            ["remove", "-o", "json"], ["remove", "--package", "a"], ["remove", "a:b"],
            ["remove", "UPPER"], ["remove", "0"], ["remove", "../x"], ["remove", ""],
            ["explain"], ["explain", "a", "b"], ["export"], ["export", "--format", "gentoo"],
            ["export", "--format", "x"], ["import"], ["import", "a", "b"],
            ["import", "--format", "ldif", "x"], ["check", "x"], ["check", "-n"],
            ["orphans", "x"], ["orphans", "--format", "tsv"], ["--nonsense"], ["list", "-o", "xml"],
            ["--repo", "x", "list"], ["remove", "--paths", "/x"]]:
        lab.expect(f"wrong use {arguments}", lab.run(*arguments), 2, "", "users-update: ")
    lab.equal("wrong use changes nothing", lab.snapshot(), before)
    lab.expect("no such root", lab.run("list", root="/nonexistent/x"), 111, "")


def listing():
    lab.fresh(TABLE_TEXT)
    rows = [l.split(":")[:6] for l in TABLE_TEXT.splitlines()]
    for row in rows:
        row[5] = row[5].replace("%3a", ":")
    tsv = "".join("\t".join(row) + "\n" for row in rows)
    lab.expect("list tsv", lab.run("list", "-o", "tsv"), 0, tsv, "")
    lab.expect("list is the default", lab.run("-o", "tsv"), 0, tsv, "")
    objects = json.loads(lab.run("list", "-o", "json").stdout)
    lab.equal("list json", objects[0], {
        "kind": "group", "name": "audio", "id": 18, "state": "active",
        "packages": ["-", "media-sound/alsa-1.2"], "origin": "/p/group/audio"})
    lab.equal("list json, none", [objects[1]["packages"], len(objects)], [[], 9])
    text = lab.run().stdout.splitlines()
    lab.equal("list text heading", text[0].split(),
              ["KIND", "NAME", "ID", "STATE", "PACKAGES", "ORIGIN"])
    lab.equal("list text is aligned", {l[text[0].index("STATE") - 1:][:1] for l in text}, {" "})
    lab.fresh()
    lab.expect("list without accounts.db", lab.run(), 0, "", "")
    lab.expect("list json without accounts.db", lab.run("-o", "json"), 0, "[]\n", "")
    lab.fresh("user:a:1:active:::0:\nuser:b:x:gone:::0:\n")
    lab.expect("list of a faulty table", lab.run(), 1, "",
               f"users-update: {lab.root}/var/lib/keelson/accounts.db:2:8: 'x' is not an id\n")


def list_is_for_all():
    """Without rights to shadow or to the locks."""
    if os.geteuid() != 0:
        return
    lab.fresh(TABLE_TEXT)
    lab.folder.chmod(0o755)
    (lab.root / "etc").chmod(0o700)
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", KEELSON,
                           "users-update", "--root", str(lab.root), "-o", "tsv"],
                          capture_output=True, text=True)
    lab.equal("list for an ordinary user", (done.returncode, done.stdout.count("\n"), done.stderr),
              (0, 9, ""))


def dropping():
    lab.fresh(TABLE_TEXT)
    before = lab.snapshot()
    said = ("group ntp: dropped net-misc/ntp; not needed any more\n"
            "user ntp: dropped net-misc/ntp; not needed any more\n")
    lab.expect("drop -n", lab.run("drop", "-n", "--package", "net-misc/ntp"), 0, said, "")
    lab.equal("drop -n changes nothing", lab.snapshot(), before)
    lab.expect("drop", lab.run("drop", "--package", "net-misc/ntp"), 0, said, "")
    lab.equal("drop's table", lab.table(), TABLE_TEXT.replace("net-misc/ntp:", ":"))
    lab.expect("drop again", lab.run("drop", "--package", "net-misc/ntp"), 0, "",
               "users-update: no account is recorded as needed by net-misc/ntp\n")
    lab.equal("drop again tells it once", lab.run(
        "drop", "--package", "b", "--package", "a", "--package", "b").stderr.splitlines(),
              [f"users-update: no account is recorded as needed by {p}" for p in "ab"])
    lab.expect("drop of two", lab.run("drop", "--package", "-", "--package", "x"), 0,
               "group audio: dropped -; needed by media-sound/alsa-1.2\n", "needed by x\n")
    lab.fresh()
    lab.expect("drop without accounts.db", lab.run("drop", "--package", "a"), 0, "",
               "needed by a\n")
    lab.equal("drop makes no accounts.db", lab.get(TABLE), None)


def syncing():
    none = "not needed any more"
    ntp = [f"group ntp: dropped net-misc/ntp; {none}", f"user ntp: dropped net-misc/ntp; {none}"]
    alsa = ["group audio: dropped media-sound/alsa-1.2; needed by -"]
    cases = [
        # name, files of what is installed, what is dropped
        ("list", "net-misc/ntp\nmedia-sound/alsa-1.2\n", []),
        ("list with versions", "net-misc/ntp-4.2.8_p17-r1\nmedia-sound/alsa-1.2", []),
        ("list, comments", "# all\n\n  net-misc/ntp # time\n\tmedia-sound/alsa-1.2\t#x\n", []),
        ("list, other version", "net-misc/ntp\nmedia-sound/alsa-1.3\n", alsa),
        ("list, none of them", "x#y\n", alsa + ntp),
        ("Gentoo", ["net-misc/ntp-4.2.8_p17-r1/PF", "media-sound/alsa-1.2/PF", "lost+found/"], []),
        ("Gentoo, being merged", ["net-misc/-MERGING-ntp-4/PF", "x-y/z-1/PF"], alsa),
        ("Gentoo, another name", ["net-misc/ntp-client-4.2.8/PF", "net-misc/ntpx-1/PF"],
         alsa + ntp),
    ]
    for name, installed, dropped in cases:
        lab.fresh(TABLE_TEXT)
        place = lab.folder / "installed"
        subprocess.run(["rm", "-rf", str(place)], check=True)
        if isinstance(installed, str):
            place.write_text(installed)
        else:
            for path in installed:
                if path.endswith("/"):
                    (place / path).mkdir(parents=True)
                    continue
                (place / path).parent.mkdir(parents=True, exist_ok=True)
                (place / path).write_text("")
        wanted = "".join(l + "\n" for l in dropped)
        lab.expect(f"sync -n {name}", lab.run("sync", "-n", "--installed", place), 0, wanted, "")
        lab.equal(f"sync -n {name} table", lab.table(), TABLE_TEXT)
        lab.expect(f"sync {name}", lab.run("sync", "--installed", place), 0, wanted, "")
    done = lab.run("sync", "--installed", "-", stdin="net-misc/ntp\n")
    lab.expect("sync from the standard input", done, 0, "", "")
    table = "user:ntp:123:active:libc6,ntp:::1:\n"
    dpkg = lab.folder / "dpkg"
    dpkg.mkdir()
    for name in ("libc6:amd64.list", "ntp.list", "ntp.postinst", "format"):
        (dpkg / name).write_text("")
    flat = lab.folder / "flat"
    for name in ("ntp-4.2", "libc6", ".hidden"):
        (flat / name).mkdir(parents=True)
    for folder in (dpkg, flat):
        lab.fresh(table.replace(":::", "::"))
        lab.fresh("user:ntp:123:active:format,libc6,ntp,postfix::1:\n")
        lab.expect(f"sync {folder.name}", lab.run("sync", "--installed", folder), 0,
                   "user ntp: dropped format,postfix; needed by libc6,ntp\n", "")
    lab.fresh(TABLE_TEXT)
    (lab.folder / "empty").mkdir()
    (lab.folder / "blank").write_text("# nothing\n\n")
    for place in ("empty", "blank"):
        before = lab.snapshot()
        path = lab.folder / place
        lab.expect(f"sync {place}", lab.run("sync", "--installed", path), 1, "",
                   f"{path}: no package is installed; --force")
        lab.equal(f"sync {place} changes nothing", lab.snapshot(), before)
    lab.expect("sync --force", lab.run("sync", "--force", "--installed", lab.folder / "blank"), 0,
               "".join(l + "\n" for l in alsa + ntp), "")
    for bad in ("a b\n", "ok\na:b\n", "a,b\n", "a\0b\n"):
        path = lab.folder / "bad"
        path.write_text(bad)
        line = bad.count("\n")
        lab.expect(f"sync {bad!r}", lab.run("sync", "--installed", path), 1, "", f"{path}:{line}: ")
    lab.expect("sync of nothing", lab.run("sync", "--installed", "/nonexistent"), 1, "",
               "users-update: /nonexistent: No such file or directory\n")


def removing():
    dropped = TABLE_TEXT.replace("net-misc/ntp:", ":")
    old = "users-update: user old: was there before anybody asked for it\n"
    locked = "lock user ntp uid 123\nlock user web uid 80\nlock group ntp gid 123\nlock group web gid 80\n"
    lab.fresh(dropped)
    before = lab.snapshot()
    done = lab.run("remove", "-n")
    lab.expect("remove -n", done, 1, locked)
    lab.equal("remove -n stderr", done.stderr, old)
    lab.equal("remove -n changes nothing", lab.snapshot(), before)
    lab.expect("remove", lab.run("remove"), 1, locked, old)
    lab.check_files("remove")
    lab.equal("remove keeps passwd", lab.get("etc/passwd"), "".join(
        l for l in (lab.get("etc/passwd") or "").splitlines(True)))
    lab.equal("remove locks", lab.get("etc/shadow"),
              "root:$6$r:19000:0:99999:7:::\nold:$6$o:19000:0:99999:7:::\n"
              "ntp:!*:19000:::::1:\nweb:!:19000:::::1:\n")
    lab.equal("remove's states", [l.split(":")[3] for l in lab.table().splitlines()],
              ["active", "gone", "locked", "locked", "gone", "reserved", "locked", "active",
               "locked"])
    lab.expect("remove has nothing more", lab.run("remove"), 1, "", old)
    done = lab.run("remove", "--purge")
    lab.expect("remove --purge of locked ones", done, 1, locked.replace("lock", "remove"), old)
    lab.check_files("purge")
    lab.equal("purge passwd", lab.get("etc/passwd"),
              "root:x:0:0:root:/root:/bin/sh\nold:x:5:5::/:/bin/sh\n")
    lab.equal("purge group", lab.get("etc/group"), "root:x:0:\nold:x:5:\naudio:x:18:old\n")
    lab.equal("purge gshadow", lab.get("etc/gshadow"), "root:!::\nold:!::\naudio:!::old\n")
    lab.equal("purge subuid", lab.get("etc/subuid"), "")
    lab.equal("purge states", [l.split(":")[3] for l in lab.table().splitlines()],
              ["active", "gone", "gone", "gone", "gone", "reserved", "gone", "active", "gone"])
    for name, why in (("ntp", "is gone already"), ("kept", "is not there; its id is kept for it"),
                      ("nobody", "no record says that it was ever needed")):
        lab.expect(f"remove {name}", lab.run("remove", name), 1, "", f"users-update: {name}: {why}\n")


def removing_by_name():
    lab.fresh(TABLE_TEXT)
    lab.expect("remove of what is needed", lab.run("remove", "ntp", "web"), 1,
               "lock user web uid 80\nlock group web gid 80\n",
               "users-update: user ntp: is needed by net-misc/ntp\n"
               "users-update: group ntp: is needed by net-misc/ntp\n")
    lab.fresh(TABLE_TEXT)
    lab.expect("remove --force", lab.run("remove", "--force", "--purge", "ntp", "old"), 0,
               "remove user ntp uid 123\nremove user old uid 5\nremove group ntp gid 123\n", "")
    lab.check_files("remove --force")
    lab.equal("forced passwd", [l.split(":")[0] for l in lab.get("etc/passwd").splitlines()],
              ["root", "web"])


def removing_on_bsd():
    web = fingerprint("80:80:web:/srv:/sbin/nologin:open")
    table = f"user:ntp:123:active:::1:{NTP}\nuser:web:80:active:::1:{web}\n"
    master = ("root:$r:0:0::0:0:root:/root:/bin/sh\n"
              "ntp:*:123:123:daemon:0:0:network time:/var/lib/ntp:/sbin/nologin\n"
              "web:$h:80:80::0:0:web:/srv:/sbin/nologin\n")
    for system, locks in (("freebsd", ("*LOCKED**", "*LOCKED*$h")), ("openbsd", ("*", "*$h"))):
        lab.fresh(table, **{"etc_master.passwd": master}, etc_passwd=None, etc_shadow=None,
                  etc_gshadow=None, etc_subuid=None)
        done = lab.run("--system", system, "remove")
        lab.expect(f"remove on {system}", done, 0, "lock user ntp uid 123\nlock user web uid 80\n")
        lab.equal(f"master.passwd of {system}", lab.get("etc/master.passwd"),
                  master.replace("ntp:*:", f"ntp:{locks[0]}:").replace("web:$h:", f"web:{locks[1]}:")
                  .replace(":0:0:network", ":0:1:network").replace(":0:0:web", ":0:1:web"))
        if "pwd_mkdb" not in done.stderr:
            lab.faults.append(f"{system}: nothing is said of pwd_mkdb: {done.stderr!r}")


def closed_and_full():
    """Nothing to read from, and nowhere to write to; what was done is done."""
    lab.fresh()
    for command in ("import -", "sync --installed -"):
        done = subprocess.run(f'exec "{KEELSON}" users-update --root "{lab.root}" {command} <&-',
                              shell=True, capture_output=True, text=True)
        lab.expect(f"{command}, closed", done, 1, "", "users-update: standard input is closed\n")
    for names, said in ((["web"], []),
                        (["web", "nobody"], ["nobody: no record says that it was ever needed"])):
        lab.fresh(f"user:web:80:active:::1:{fingerprint('80:80:web:/srv:/sbin/nologin:locked')}\n")
        with open("/dev/full", "w") as full:
            done = subprocess.run([KEELSON, "users-update", "--root", str(lab.root), "remove", *names],
                                  stdout=full, stderr=subprocess.PIPE, text=True)
        lab.equal(f"{names} to a full disk", (done.returncode, done.stderr.splitlines()), (
            111, [f"users-update: {line}" for line in
                  [*said, "standard output: No space left on device"]]))
        lab.equal(f"{names} to a full disk: the record", lab.table().split(":")[3:4], ["locked"])


def two_at_a_time():
    """Every package dropped by its own process while others remove: nothing is lost."""
    names = [f"u{i}" for i in range(24)]
    passwd = "root:x:0:0::/root:/bin/sh\n" + "".join(
        f"{n}:x:{200 + i}:{200 + i}::/:/x\n" for i, n in enumerate(names))
    shadow = "root:!:1::::::\n" + "".join(f"{n}:!:1::::::\n" for n in names)
    group = "root:x:0:\n" + "".join(f"{n}:x:{200 + i}:\n" for i, n in enumerate(names))
    table = "".join(f"group:{n}:{200 + i}:active:p{i}::1:{fingerprint(str(200 + i))}\n"
                    for i, n in enumerate(names))
    table += "".join(f"user:{n}:{200 + i}:active:p{i}::1:"
                     f"{fingerprint(f'{200 + i}:{200 + i}::/:/x:locked')}\n"
                     for i, n in enumerate(names))
    lab.fresh(table, etc_passwd=passwd, etc_shadow=shadow, etc_group=group, etc_gshadow=None,
              etc_subuid=None)
    running = []
    for i in range(len(names)):
        for arguments in (["drop", "--package", f"p{i}"], ["remove", "--purge"]):
            running.append(subprocess.Popen(
                [KEELSON, "users-update", "--root", str(lab.root), *arguments],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    said = [(p.communicate(), p.returncode) for p in running]
    wrong = {(code, line) for (_, err), code in said for line in err.splitlines() or [""]
             if code != 0 or line and "has the lock; waiting" not in line}
    lab.equal("two at a time: codes", wrong, set())
    lab.expect("two at a time: the rest", lab.run("remove", "--purge"), 0, None, "")
    lab.equal("two at a time: passwd", lab.get("etc/passwd"), "root:x:0:0::/root:/bin/sh\n")
    lab.equal("two at a time: group", lab.get("etc/group"), "root:x:0:\n")
    lab.equal("two at a time: states", {l.split(":")[3] for l in lab.table().splitlines()}, {"gone"})
    lab.equal("two at a time: records", lab.table().count("\n"), 48)


for test in (wrong_use, listing, list_is_for_all, dropping, syncing, removing, removing_by_name,
             removing_on_bsd, closed_and_full, two_at_a_time):
    test()
sys.exit(lab.finish())
