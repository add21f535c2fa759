#!/usr/bin/env python3
"""users-update export and import: maps of ids between roots, and what must not be taken over."""
import os
import pathlib
import shutil
import subprocess
import sys

from users_update_lab import Lab, TABLE, fingerprint

lab = Lab()
MAP = ("group\taudio\t18\treserved\ngroup\tntp\t123\tactive\nuser\told\t5\tgone\n"
       "user\tntp\t123\tactive\nuser\tntp\t44\tgone\nuser\tdead\t6\tdefunct\n")


def exporting():
    table = (f"group:ntp:123:active:a::1:\ngroup:web:80:locked:::1:\nuser:gone:55:gone:::1:\n"
             f"user:ghost:56:active:::1:\nuser:kept:77:reserved:::1:\nuser:ntp:123:active:a::1:\n")
    lab.fresh(table)
    lab.expect("export tsv", lab.run("export", "--format=tsv"), 0,
               "group\tntp\t123\tactive\ngroup\tweb\t80\tlocked\nuser\tghost\t56\tactive\n"
               "user\tgone\t55\tgone\nuser\tkept\t77\treserved\nuser\tntp\t123\tactive\n", "")
    ghost = "users-update: user ghost: is not there; left out\n"
    done = lab.run("export", "--format=sysusers")
    lab.expect("export sysusers", done, 0,
               'g ntp 123\ng web 80\nu ntp 123 "network time" "/var/lib/ntp" "/sbin/nologin"\n'
               "m ntp audio\n")
    lab.equal("export tells of what is not there", done.stderr, ghost)
    for form, word in (("pw", "pw useradd -n 'ntp' -u 123 -g 'ntp' -G 'audio' "),
                       ("shadow", "useradd -r -M -N -u 123 -g 'ntp' -G 'audio' "),
                       ("ldif", "\ndn: uid=ntp,ou=people,")):
        done = lab.run("export", f"--format={form}")
        lab.equal(f"export {form}", (done.returncode, word in done.stdout, done.stderr),
                  (0, True, ghost))
        if form != "ldif":
            lab.equal(f"sh -n {form}", subprocess.run(["sh", "-n"], input=done.stdout, text=True,
                                                      capture_output=True).stderr, "")
    lab.fresh()
    lab.expect("export of nothing", lab.run("export", "--format=tsv"), 0, "", "")


def importing():
    """Name, what is there, the map, what is told, the table afterwards (None: as before)."""
    reserved = lambda kind, name, id: f"{kind}:{name}:{id}:reserved::-:1700000000:\n"
    spent = lambda kind, name, id: f"{kind}:{name}:{id}:gone::-:1700000000:\n"
    cases = [
        ("empty", "", "", 0, "", None),
        ("comments", "", "# nothing\n\n", 0, "", None),
        ("new ids", "", "user\tnew\t200\tactive\ngroup\tnew\t201\tlocked\n", 0,
         "reserve user new uid 200\nreserve group new gid 201\n",
         reserved("group", "new", 201) + reserved("user", "new", 200)),
        ("tombstones", "", "user\tnew\t200\tgone\nuser\tnew\t201\tactive\nuser\told2\t7\tdefunct\n",
         0, "spend user new uid 200\nreserve user new uid 201\nspend user old2 uid 7\n",
         spent("user", "new", 200) + reserved("user", "new", 201) +
         "user:old2:7:defunct::-:1700000000:\n"),
        ("repeated lines", "", "user\tnew\t200\tactive\nuser\tnew\t200\treserved\n", 0,
         "reserve user new uid 200\n", reserved("user", "new", 200)),
        ("there with this id", "", "user\tntp\t123\tactive\n", 0, "", None),
        ("recorded with this id", "user:new:200:active:p::1:\n", "user\tnew\t200\tactive\n", 0, "",
         None),
        ("reserved before", "user:new:200:reserved:::1:\n", "user\tnew\t200\tactive\n", 0, "", None),
        ("reserved before with another id", "user:new:200:reserved:::1:\n",
         "user\tnew\t201\tactive\n", 0, "reserve user new uid 201\n", reserved("user", "new", 201)),
        ("gone here, alive there", "user:new:200:gone:::1:\n", "user\tnew\t200\tactive\n", 0,
         "reserve user new uid 200\n", reserved("user", "new", 200)),
        ("gone here and there", "user:new:200:gone:::1:\n", "user\tnew\t200\tgone\n", 0, "", None),
        ("reserved here, spent there", "user:new:200:reserved:::1:\n", "user\tnew\t200\tgone\n", 0,
         "spend user new uid 200\n", spent("user", "new", 200)),
        ("other kinds may share ids", "", "user\tnew\t200\tactive\ngroup\tother\t200\tactive\n", 0,
         "reserve user new uid 200\nreserve group other gid 200\n",
         reserved("group", "other", 200) + reserved("user", "new", 200)),
        ("another id in passwd", "", "user\tntp\t124\tactive\n", 1,
         "1: user ntp: it has the id 123 here", None),
        ("another id in group", "", "group\tntp\t124\tactive\n", 1,
         "1: group ntp: it has the id 123 here", None),
        ("another id recorded", "user:new:200:locked:::1:\n", "user\tnew\t201\tactive\n", 1,
         "1: user new: it has the id 200 here", None),
        ("another's id in passwd", "", "user\tnew\t123\tactive\n", 1,
         "1: user new: uid 123 belongs to user ntp here", None),
        ("another's id in group", "", "group\tnew\t18\tactive\n", 1,
         "1: group new: gid 18 belongs to group audio here", None),
        ("another's recorded id", "user:a:200:reserved:::1:\n", "user\tnew\t200\tactive\n", 1,
         "1: user new: uid 200 is kept for user a here", None),
        ("another's spent id", "group:a:200:gone:::1:\n", "user\tnew\t200\tactive\n", 1,
         "1: user new: uid 200 is spent here: group a had it", None),
        ("spent there, used here", "", "user\tntp\t123\tgone\n", 1,
         "1: user ntp: uid 123 is spent elsewhere, and it has it here", None),
        ("spent there, another's here", "", "user\tnew\t123\tgone\n", 1,
         "1: user new: uid 123 belongs to user ntp here", None),
        ("defunct here", "user:new:200:defunct:::1:\n", "user\tnew\t200\tactive\n", 1,
         "1: user new: uid 200 is that of a defunct account of this name here", None),
        ("one id, two names", "", "user\ta\t200\tactive\n#\nuser\tb\t200\tactive\n", 1,
         "3: user b: its id 200 is that of user a in line 1", None),
        ("one name, two ids", "", "user\ta\t200\tactive\nuser\ta\t201\tactive\n", 1,
         "2: user a: it has the id 200 in line 1", None),
        ("one id, two states", "", "user\ta\t200\tactive\nuser\ta\t200\tgone\n", 1,
         "2: user a: its id 200 is reserved in line 1", None),
        ("not a kind", "", "user\ta\t1\tactive\nusr\ta\t200\tactive\n", 1,
         "2: 'usr' is not user or group", None),
        ("not a name", "", "user\ta:b\t200\tactive\n", 1, "1: 'a:b' is not an account's name", None),
        ("not an id", "", "user\ta\t65535\tactive\n", 1, "1: '65535' is not an id", None),
        ("not a state", "", "user\ta\t200\talive\n", 1, "1: 'alive' is not a state", None),
        ("fields", "", "user\ta\t200\n", 1, "1: there are not 4 fields between tabs", None),
        ("sysusers", "", 'g g1 300\nu u1 301 "x y"\nu u2 302:g1\nu u3 303:300\nu u4 -\nm u1 g1\n'
         "r - 5-6\n", 0, "reserve group g1 gid 300\nreserve user u1 uid 301\n"
         "reserve group u1 gid 301\nreserve user u2 uid 302\nreserve user u3 uid 303\n",
         reserved("group", "g1", 300) + reserved("group", "u1", 301) +
         reserved("user", "u1", 301) + reserved("user", "u2", 302) + reserved("user", "u3", 303)),
        ("sysusers, its own group", "", "u u1 301\ng u1 400\n", 0,
         "reserve user u1 uid 301\nreserve group u1 gid 400\n",
         reserved("group", "u1", 400) + reserved("user", "u1", 301)),
        ("sysusers, faulty", "", "u u1 301\nu u2 x\n", 1, "2: ", None),
        ("sysusers, a name of theirs", "", "u Upper 301\n", 1,
         "1: 'Upper' is not an account's name", None),
        ("Gentoo", "", "#!NAME UID GID PROVIDER NOTES\na 300 301 acct\nb - 302 acct\n"
         "c 300 - historical\nd 304 - historical\n- 750..999 750..999 reserved\n- 7 7 reserved\n",
         0, "reserve user a uid 300\nreserve group a gid 301\nreserve group b gid 302\n"
         "reserve user d uid 304\n", reserved("group", "a", 301) + reserved("group", "b", 302) +
         reserved("user", "a", 300) + reserved("user", "d", 304)),
        ("Gentoo, faulty", "", "#!NAME UID GID PROVIDER NOTES\na x - acct\n", 1, "2:3: ", None),
    ]
    for name, before, text, code, said, after in cases:
        lab.fresh(before)
        snapshot = lab.snapshot()
        dry = lab.run("import", "-n", "-", stdin=text)
        lab.equal(f"import -n {name} changes nothing", lab.snapshot(), snapshot)
        done = lab.run("import", "-", stdin=text)
        lab.equal(f"import -n {name}", (dry.returncode, sorted(dry.stdout.splitlines()), dry.stderr),
                  (done.returncode, sorted(done.stdout.splitlines()), done.stderr))
        if code == 0:
            lab.equal(f"import {name} ({done.stderr})",
                      (done.returncode, sorted(done.stdout.splitlines())),
                      (0, sorted(said.splitlines())))
        else:
            lab.expect(f"import {name}", done, code, "", f"users-update: -:{said}")
        lab.equal(f"import {name}: table", lab.table(), before if after is None else after)
        if code == 0:
            lab.expect(f"import {name} again", lab.run("import", "-", stdin=text), 0, "")
    lab.fresh()
    done = lab.run("import", "-", stdin="#!NAME UID GID PROVIDER\n- 750..999 7 reserved\n")
    lab.expect("ranges are told", done, 0, "", "users-update: -: no account is in it\n"
               "users-update: -: ranges are not taken over; in accounts/accounts they are "
               "reserve:750-999,7\n")
    lab.expect("a format that it is not", lab.run("import", "--format=tsv", "-", stdin="u a 5\n"),
               1, "", "-:1: there are not 4 fields")
    lab.expect("all conflicts are told", lab.run(
        "import", "-", stdin="user\tntp\t1\tactive\nuser\tok\t200\tactive\nuser\tweb\t2\tactive\n"),
               1, "", "users-update: -:1: user ntp: it has the id 123 here\n"
               "users-update: -:3: user web: it has the id 80 here\n")
    lab.equal("nothing of it is written", lab.get(TABLE), None)
    lab.expect("a NUL byte", lab.run("import", "-", stdin="user\tntp\t1\tactive\nuser\tx\t200\tgone\0\n"),
               1, "", "users-update: -:2: there is a NUL byte in it\n")
    lab.expect("a NUL byte behind Gentoo's", lab.run("import", "-", stdin="#!NAME UID\nx 2\x0000\n"),
               1, "", "users-update: -:2: there is a NUL byte in it\n")
    lab.expect("no such map", lab.run("import", "/nonexistent"), 1, "", "/nonexistent: No such")
    for text in ("", "\n", "# nothing\n"):
        lab.expect(f"nothing in the map: {text!r}", lab.run("import", "-", stdin=text), 0, "",
                   "users-update: -: no account is in it\n")


def there_and_back():
    lab.fresh("group:a:300:active:p::1:\nuser:a:300:active:p::1:\nuser:b:301:locked:::1:\n"
              "user:c:302:gone:::1:\nuser:d:303:defunct:::1:\nuser:e:304:reserved:::1:\n")
    exported = lab.run("export", "--format=tsv").stdout
    lab.fresh()
    lab.expect("import of an export", lab.run("import", "-", stdin=exported), 0, None, "")
    again = lab.run("export", "--format=tsv").stdout
    lab.equal("the same map", again,
              exported.replace("active", "reserved").replace("locked", "reserved"))


def same_ids_by_useradd_profile():
    """Two roots: what useradd-profile chose on the first, it chooses on the second by the map."""
    lab.fresh()
    profile = lab.folder / "profile"
    for kind, names in (("user", "anna berta carl"), ("group", "games")):
        for name in names.split():
            path = profile / "accounts" / kind / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
    add = lambda users, groups="": lab.run("--profile", profile, "--users", users, "--groups",
                                           groups, "--package", "x", applet="useradd-profile")
    done = add("anna berta carl", "games")
    if done.returncode == 127:
        return
    lab.expect("useradd-profile", done, 0)
    exported = lab.run("export", "--format=tsv").stdout
    passwd = sorted(lab.get("etc/passwd").splitlines())
    lab.fresh()
    lab.expect("import of ids", lab.run("import", "-", stdin=exported), 0, None, "")
    lab.expect("carl is first now", add("carl"), 0)
    lab.expect("the others", add("berta anna", "games"), 0)
    lab.equal("the same ids", sorted(lab.get("etc/passwd").splitlines()), passwd)
    states = sorted(lab.run("export", "--format=tsv").stdout.splitlines())
    lab.equal("the same map", states, sorted(exported.splitlines()))
    # Purged ids are never given out again, to nobody else.
    lab.expect("drop x", lab.run("drop", "--package", "x"), 0)
    lab.expect("purge", lab.run("remove", "--purge"), 0, None, "")
    lab.check_files("purge of what useradd-profile added")
    (profile / "accounts/user/dora").write_text("")
    lab.expect("dora", add("dora"), 0)
    ids = {l.split("\t")[2] for l in exported.splitlines()}
    dora = [l.split(":")[2] for l in lab.get("etc/passwd").splitlines() if l.startswith("dora:")]
    lab.equal("dora's id is new", [i in ids for i in dora], [False])


def real_registry():
    path = pathlib.Path(os.environ.get("KEELSON_SHARED", "../shared")) / \
        "data/accounts/gentoo-uid-gid.txt"
    if not path.exists():
        return
    lab.fresh(etc_passwd="", etc_group="", etc_shadow=None, etc_gshadow=None, etc_subuid=None)
    done = lab.run("import", path)
    lab.equal("Gentoo's registry", (done.returncode, done.stderr.count("\n")), (0, 1))
    if "reserve:" not in done.stderr or "750-999" not in done.stderr:
        lab.faults.append(f"Gentoo's ranges: {done.stderr}")
    kinds = [l.split(":")[0] for l in lab.table().splitlines()]
    lab.equal("Gentoo's ids", [kinds.count("user") > 430, kinds.count("group") > 460], [True, True])


for test in (exporting, importing, there_and_back, same_ids_by_useradd_profile, real_registry):
    test()
sys.exit(lab.finish())
