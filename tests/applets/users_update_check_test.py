#!/usr/bin/env python3
"""users-update check and explain: findings of a tree, and where each key comes from."""
import json
import os
import pathlib
import shutil
import sys

from users_update_lab import Lab, TABLE, fingerprint

lab = Lab()


def tree(files):
    """A profile P with these files below accounts/; those that begin with / are the root's."""
    profile = lab.folder / "P"
    shutil.rmtree(profile, ignore_errors=True)
    profile.mkdir()
    for name, text in files.items():
        if name.startswith("/"):
            lab.put(name[1:], text)
            continue
        path = profile / "accounts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return profile


def repeated_lines():
    lab.fresh(etc_passwd="a:x:1:1::/:/bin/sh\nb:x:2:1::/:/bin/sh\nc:x:1:1::/:/bin/sh\n"
              "b:x:3:1::/:/bin/sh\n", etc_shadow="a:*:1::::::\n#\na:*:1::::::\nb:*:1::::::\n"
              "c:*:1::::::\n",
              etc_group="a:x:1:\n# a comment\na:x:1:\nb:x:1:\n", etc_gshadow="a:!::\na:!::\nb:!::\n")
    again = "is there already; only the first line counts"
    lab.expect("lines that are there twice", lab.run("check"), 1,
               f"{lab.root}/etc/passwd:4: user b {again}\n{lab.root}/etc/shadow:3: user a {again}\n"
               f"{lab.root}/etc/group:3: group a {again}\n{lab.root}/etc/gshadow:2: group a {again}\n"
               f"{lab.root}/etc/passwd:3: uid 1 of c is also that of a\n"
               f"{lab.root}/etc/group:4: gid 1 of b is also that of a\n", "")


def unmatched_lines():
    lab.fresh(etc_passwd="a:x:1:1::/:/bin/sh\nb:x:2:1::/:/bin/sh\nc:!:3:1::/:/bin/sh\n",
              etc_shadow="a:*:1::::::\n# x\nd:*:1::::::\n+\n",
              etc_group="a:x:1:a,b\nb:x:2:\nc:*:3:\n+\n", etc_gshadow="a:!::b,c\ne:!::\n",
              etc_subuid=None)
    lab.expect("lines that lack their others", lab.run("check"), 1,
               f"{lab.root}/etc/passwd:2: user b has no line in /etc/shadow\n"
               f"{lab.root}/etc/shadow:3: user d has no line in /etc/passwd\n"
               f"{lab.root}/etc/group:2: group b has no line in /etc/gshadow\n"
               f"{lab.root}/etc/gshadow:2: group e has no line in /etc/group\n"
               f"{lab.root}/etc/group:1: group a: the member a is not in /etc/gshadow\n"
               f"{lab.root}/etc/gshadow:1: group a: the member c is not in /etc/group\n", "")


def checking():
    """Name, accounts.db, files, findings ("P" stands for the profile's accounts)."""
    local = "/etc/portage/profile/accounts/"
    cases = [
        ("nothing", "", {}, []),
        ("clean", "", {"user/a": "uid:200\ngroups:g,audio\n", "group/g": "gid:201\nusers:a,ntp\n",
                       "user/.hidden": "x", "group/back~": "y", "accounts": "uid-min:100\n"}, []),
        ("does not parse", "", {"user/a": "uid:x\nfoo:bar\n", "group/g": "users:a\n"},
         ["P/user/a:1:5: uid: 'x' is not an id: 0 to 4294967294 without 65535",
          "P/user/a:2:1: unknown key 'foo'"]),
        ("a file that is replaced does not parse", "",
         {"user/a": "uid:x\n", local + "user/a": "uid:200\n"},
         ["P/user/a:1:5: uid: 'x' is not an id: 0 to 4294967294 without 65535"]),
        ("accounts does not parse", "", {"accounts": "uid-min:x\n", "user/a": "uid:x"},
         ["P/accounts:1:9: uid-min: 'x' is not an id: 0 to 4294967294 without 65535"]),
        ("names", "", {"user/A B": "", "group/0": ""},
         ["P/user/A B: not the name of an account", "P/group/0: not the name of an account"]),
        ("one uid twice", "", {"user/a": "uid:200\n", "user/b": "#\nuid:200\n",
                               "group/a": "gid:200\n"},
         ["P/user/b:2:5: uid: 200 is also wished by a, P/user/a:1"]),
        ("one gid twice", "", {"group/a": "gid:200\n", "group/b": "gid:200\n"},
         ["P/group/b:1:5: gid: 200 is also wished by a, P/group/a:1"]),
        ("a defunct one has no wish", "", {"user/a": "uid:200\n", "user/a2": "uid:201\n",
                                           "user/b": "uid:201\ndefunct:true\n"},
         ["P/user/a2:1:5: uid: 201 is the id of the defunct user b"]),
        ("primary group", "", {"user/a": "gid:nogroup\n"},
         ["P/user/a:1:5: gid: group nogroup is neither declared nor there"]),
        ("primary gid", "", {"user/a": "gid:300\n", "user/b": "gid:301\n", "group/b": "gid:5\n",
                             "user/c": "gid:18\n", "group/c": ""},
         ["P/user/b:1:5: gid: no group has or wishes gid 301"]),
        ("defunct groups", "", {"user/a": "gid:g\ngroups:g\n", "group/g": "users:a\ndefunct:true\n",
                                "user/h": "", "group/h": "defunct:yes\n"},
         ["P/user/a:1:5: gid: group g is defunct", "P/user/a:2:8: groups: group g is defunct",
          "P/group/h:1:9: defunct: user h is to have this group as its primary one"]),
        ("members", "", {"group/g": "users:a,ntp,nobody\n", "user/a": "defunct:true\n"},
         ["P/group/g:1:7: users: user a is defunct",
          "P/group/g:1:7: users: user nobody is neither declared nor there"]),
        ("groups", "", {"user/a": "groups:audio,x,y\n"},
         ["P/user/a:1:8: groups: group x is neither declared nor there",
          "P/user/a:1:8: groups: group y is neither declared nor there"]),
        ("owners", "", {"user/a": "home:/h\ncreate-home:yes\nhome-owner:x:y\n",
                        "user/b": "home-owner:5:ntp\n"},
         ["P/user/a:3:12: home-owner: user x is neither declared nor there",
          "P/user/a:3:12: home-owner: group y is neither declared nor there"]),
        ("uid and gid 0", "", {"user/a": "uid:0\n", "user/b": "gid:0\n", "user/c": "gid:root\n",
                               "user/d": "groups:root\n", "user/root": "uid:0\n",
                               "group/root": "gid:0\n", local + "user/e": "uid:0\nallow-root:yes\n"},
         ["P/user/a:1:5: uid: 0 needs allow-root:yes in the local override",
          "P/user/b:1:5: gid: 0 needs allow-root:yes in the local override",
          "P/user/c:1:5: gid: 0 needs allow-root:yes in the local override",
          "P/user/d:1:8: groups: group root: 0 needs allow-root:yes in the local override",
          "R" + local + "user/e:1:5: uid: 0 is also wished by a, P/user/a:1",
          "P/user/root:1:5: uid: 0 is also wished by a, P/user/a:1"]),
        ("reserved ranges", "", {"accounts": "\nreserve:200-205,300\n", "user/a": "uid:204\n",
                                 "group/g": "gid:300\n", "group/h": "gid:299\n"},
         ["P/user/a:1:5: uid: 204 is in a reserved range of P/accounts:2",
          "P/group/g:1:5: gid: 300 is in a reserved range of P/accounts:2"]),
        ("homes", "", {"user/a": "home:h\n", "user/b": "home:/dev/x\ncreate-home:yes\n",
                       "user/c": "home:/a/../b\ncreate-home:yes\n", "user/d": "home:/dev/null\n",
                       "user/e": "home:/a/..\ncreate-home:yes\n"},
         ["P/user/a:1:6: home: 'h' is not an absolute path",
          "P/user/b:1:6: home: a home in /dev is not made",
          "P/user/c:1:6: home: '/a/../b' is not written plainly",
          "P/user/e:1:6: home: '/a/..' is not written plainly"]),
        ("accounts.db does not parse", "user:a:x:gone:::0:\n", {},
         [f"R/{TABLE}:1:8: 'x' is not an id"]),
        ("records", "user:ntp:124:active:p::1:\nuser:a:200:active:::1:\ngroup:b:5:gone:::1:\n"
         "group:c:6:reserved:::1:\n", {},
         [f"R/{TABLE}: user a is active and not there",
          f"R/{TABLE}: user ntp has the id 123 and not 124"]),
        ("gone and there", "user:ntp:123:gone:::1:\ngroup:ntp:99:gone:::1:\n", {},
         [f"R/{TABLE}: user ntp is gone and still there: "
          "'users-update remove --purge --force ntp' removes it"]),
        ("wishes for others' ids", "user:x:200:gone:::1:\ngroup:y:201:reserved:::1:\n"
         "user:z:202:reserved:::1:\nuser:a:203:gone:::1:\n",
         {"user/a": "uid:200\n", "group/b": "gid:201\n", "group/c": "gid:202\n",
          "user/d": "uid:203\n", "user/z": "uid:202\n"},
         [f"P/user/a:1:5: uid: 200 is spent: it was given to user x in R/{TABLE}",
          f"P/group/b:1:5: gid: 201 belongs to group y in R/{TABLE}",
          f"P/user/d:1:5: uid: 203 is spent: it was given to user a in R/{TABLE}"]),
    ]
    for name, table, files, findings in cases:
        lab.fresh(table)
        profile = tree(files)
        before = lab.snapshot()
        done = lab.run("--profile", profile, "check")
        said = done.stdout.replace(f"{profile}/accounts/", "P/").replace(str(lab.root), "R").splitlines()
        lab.equal(f"check {name}", sorted(said), sorted(findings))
        lab.equal(f"check {name}: the rest", (done.returncode, done.stderr),
                  (1 if findings else 0, ""))
        lab.equal(f"check {name} changes nothing", lab.snapshot(), before)
    lab.fresh()
    profile = tree({"user/a": "uid:x\n"})
    rows = json.loads(lab.run("--profile", profile, "check", "-o", "json").stdout)
    lab.equal("check json", rows, [{
        "place": f"{profile}/accounts/user/a:1:5",
        "finding": "uid: 'x' is not an id: 0 to 4294967294 without 65535"}])
    lab.equal("check tsv", lab.run("--profile", profile, "check", "-o", "tsv").stdout.count("\t"), 1)
    (profile / "parent").write_text("../nowhere\n")
    done = lab.run("--profile", profile, "check")
    lab.equal("check of a chain that breaks",
              (done.returncode, done.stdout.startswith(f"{profile}/parent:1:1: ")), (1, True))


def real_tree():
    data = pathlib.Path(os.environ.get("KEELSON_SHARED", "../shared")) / "data/accounts/cros-2015"
    if not data.exists():
        return
    lab.fresh()
    profile = lab.folder / "cros"
    shutil.copytree(data, profile / "accounts")
    done = lab.run("--profile", profile, "check")
    # The defunct user sync and the group tty both have 5: one is a uid, the other a gid.
    lab.equal("ChromiumOS's tree", done.stdout, "")


def explaining():
    written = fingerprint("123:123:network time:/var/lib/ntp:/sbin/nologin:locked")
    lab.fresh(f"group:ntp:99:gone:::1:\nuser:ntp:123:active:a,b:/p:7:{written}\n")
    profile = tree({"accounts": "shell:/sbin/false\nuid-min:200\n",
                    "user/ntp": "inherit:yes\n# x\nhome: /var/lib/ntp\n  \nuid:123\n",
                    "user/free": "", "user/bad": "uid:x\n"})
    base = profile / "accounts"
    done = lab.run("--profile", profile, "explain", "ntp", "-o", "tsv")
    now = "uid 123, gid 123, gecos 'network time', home /var/lib/ntp, shell /sbin/nologin, locked"
    table = f"/{TABLE}"
    wanted = [
        ("user", "inherit", "yes", f"{base}/user/ntp:1:9"),
        ("user", "home", "/var/lib/ntp", f"{base}/user/ntp:3:7"),
        ("user", "uid", "123", f"{base}/user/ntp:5:5"),
        ("user", "gid", "the group ntp", "built in"), ("user", "gecos", "", "built in"),
        ("user", "shell", "/sbin/false", f"{base}/accounts:1:7"),
        ("user", "password", "locked", "built in"), ("user", "@passwd", now, "/etc/passwd"),
        ("user", "@record", "id 123, active, packages a,b, first seen 7, from /p, "
         "as it was written", table),
        ("group", "@group", "gid 123, members none", "/etc/group"),
        ("group", "@record", "id 99, gone, packages none, first seen 1, "
         "was there before anybody asked for it", table)]
    lab.expect("explain", done, 0, "".join(
        "\t".join((kind, "ntp", key, value, source)) + "\n" for kind, key, value, source in wanted))
    done = lab.run("--profile", profile, "explain", "free", "-o", "json")
    lab.equal("explain of ranges", [r for r in json.loads(done.stdout) if r["key"] == "uid"],
              [{"kind": "user", "name": "free", "key": "uid",
                "value": "the next free one of 200-999", "source": f"{base}/accounts:2:9"}])
    lab.put("etc/portage/profile/accounts/user/free", "inherit:yes\nshell:/bin/sh\n")
    done = lab.run("--profile", profile, "explain", "free")
    lab.equal("explain, the local override", [
        l.split()[-1] for l in done.stdout.splitlines() if "shell" in l],
              [f"{lab.root}/etc/portage/profile/accounts/user/free:2:7"])
    lab.expect("explain of what is there alone", lab.run("--profile", profile, "explain", "web"), 0,
               None, "")
    lab.expect("explain of nothing", lab.run("--profile", profile, "explain", "nobody"), 1, "",
               "users-update: nobody: neither declared nor there\n")
    lab.expect("explain of a fault", lab.run("--profile", profile, "explain", "bad"), 1, "",
               f"users-update: {base}/user/bad:1:5: uid: 'x' is not an id")
    lab.expect("explain of no profile", lab.run("--profile", "/nonexistent", "explain", "ntp"), 1,
               "", "there is no such profile")


for test in (checking, repeated_lines, unmatched_lines, real_tree, explaining):
    test()
sys.exit(lab.finish())
