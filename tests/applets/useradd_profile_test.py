#!/usr/bin/env python3
"""useradd-profile on roots and profiles of its own; pwck and grpck look at what it writes."""
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from account_lab import GROUP, GSHADOW, KEELSON, PASSWD, SHADOW, Lab  # noqa: E402

SHARED = pathlib.Path(os.environ.get("KEELSON_SHARED", "../shared"))
NTP = "uid:123\ngecos:network time\nhome:/var/lib/ntp\nshell:/bin/false\ngroups:time\n"


class Profile(unittest.TestCase):
    def setUp(self):
        self.lab = Lab(stocked=True)
        self.addCleanup(self.lab.__exit__)

    def done(self, process, code=0):
        """The lines of stdout, after a look at everything that must be so after any run."""
        self.assertEqual(process.returncode, code, process.stderr)
        self.assertEqual(self.lab.checkers(), "")
        self.assertEqual(self.lab.leftovers(), [])
        return process.stdout.splitlines()

    def refused(self, process, *said, code=1):
        """Every line of stderr, and nothing on stdout."""
        self.assertEqual(self.lab.said(process), list(said))
        self.assertEqual(process.returncode, code)
        self.assertEqual(process.stdout, "")


class Accounts(Profile):
    def test_a_user_with_its_groups_fields_and_records(self):
        self.lab.declare(user={"ntp": NTP}, group={"time": "gid:5\n"})
        lines = self.done(self.lab.run("--package", "net-misc/ntp", users="ntp",
                                       env={"SOURCE_DATE_EPOCH": str(20000 * 86400)}))
        self.assertEqual(lines, [
            "add group ntp gid 123", "add group time gid 5",
            "add user ntp uid 123 gid 123 home /var/lib/ntp shell /bin/false",
            "add member ntp to time"])
        self.assertEqual(self.lab.read("etc/passwd"),
                         PASSWD + "ntp:x:123:123:network time:/var/lib/ntp:/bin/false\n")
        self.assertEqual(self.lab.read("etc/group"), GROUP + "ntp:x:123:\ntime:x:5:ntp\n")
        self.assertEqual(self.lab.read("etc/shadow"), SHADOW + "ntp:!:20000::::::\n")
        self.assertEqual(self.lab.read("etc/gshadow"), GSHADOW + "ntp:!*::\ntime:!*::ntp\n")
        for path in ("passwd", "group", "shadow", "gshadow"):
            self.assertTrue((self.lab.root / "etc" / (path + "-")).exists(), path)
        user = self.lab.records()["user", "ntp"]
        self.assertEqual(user[2:5], ["123", "active", "net-misc/ntp"])
        self.assertEqual(user[5], str(self.lab.profile / "accounts/user/ntp"))
        self.assertEqual(user[6], str(20000 * 86400))
        self.assertRegex(user[7], "^[0-9a-f]{16}$")
        self.assertEqual(self.lab.records()["group", "time"][4], "net-misc/ntp")

    def test_nothing_to_do_writes_nothing(self):
        self.lab.declare(user={"ntp": NTP}, group={"time": "gid:5\n"})
        self.done(self.lab.run(users="ntp", groups="time"))
        before = self.lab.state()
        self.assertEqual(self.done(self.lab.run(users="ntp", groups="time")), [])
        self.assertEqual(self.lab.state(), before)

    def test_a_further_package_is_noted_in_the_table_alone(self):
        self.lab.declare(user={"ntp": NTP}, group={"time": "gid:5\n"})
        self.done(self.lab.run("--package", "b", users="ntp"))
        before = self.lab.state()
        self.assertEqual(self.done(self.lab.run("--package", "a", users="ntp")), [])
        after = self.lab.state()
        changed = {path for path in after if after[path] != before.get(path)}
        self.assertEqual(changed, {"var/lib/keelson/accounts.db"})
        for name in (("user", "ntp"), ("group", "ntp"), ("group", "time")):
            self.assertEqual(self.lab.records()[name][4], "a,b", name)

    def test_dry_run_says_the_same_and_writes_nothing(self):
        self.lab.declare(user={"ntp": NTP + "create-home:yes\n"}, group={"time": "gid:5\n"})
        before = self.lab.state()
        said = self.done(self.lab.run("-n", users="ntp"))
        self.assertEqual(self.lab.state(), before)
        self.assertFalse((self.lab.root / "etc/.pwd.lock").exists())
        self.assertEqual(said, self.done(self.lab.run(users="ntp")))
        self.assertEqual(said[-1], "make home /var/lib/ntp")


class Groups(Profile):
    def test_primary_groups(self):
        cases = [
            # name, files of etc/group, user's definition, groups declared, -> gid, groups that come
            ("absent: made after the user", "", "uid:50\n", {}, 50, {"u": 50}),
            ("absent: declared without an id", "", "uid:50\n", {"u": ""}, 50, {"u": 50}),
            ("absent: declared with another id", "", "uid:50\n", {"u": "gid:60\n"}, 60, {"u": 60}),
            ("absent: there", "u:x:70:\n", "uid:50\n", {}, 70, {}),
            ("absent: no wishes at all", "", "", {}, 999, {"u": 999}),
            ("the user's id is another group's", "x:x:50:\n", "uid:50\n", {}, 999, {"u": 999}),
            ("name: there", "g:x:7:\n", "gid:g\n", {}, 7, {}),
            ("name: declared", "", "gid:g\n", {"g": "gid:8\n"}, 8, {"g": 8}),
            ("number: somebody has it", "x:x:9:\n", "gid:9\n", {"u": "gid:9\n"}, 9, {}),
            ("number: the own group wishes it", "", "gid:9\n", {"a": "gid:9\n", "u": "gid:9\n"}, 9,
             {"u": 9}),
            ("number: the own group is unknown", "", "gid:9\n", {"a": "gid:8\n"}, 9, {"u": 9}),
            ("number: the own group is unknown, another wishes it", "", "gid:9\n",
             {"a": "gid:9\n"}, 9, {"a": 9}),
            ("number: another one wishes it", "", "gid:9\n", {"a": "gid:9\n", "u": "gid:3\n"}, 9,
             {"a": 9}),
            ("number: the own one is there with another", "u:x:3:\n", "gid:9\n", {"a": "gid:9\n"},
             9, {"a": 9}),
        ]
        for name, there, user, groups, gid, come in cases:
            with self.subTest(name), Lab(stocked=True) as self.lab:
                self.lab.files({"etc/group": GROUP + there, "etc/gshadow": GSHADOW + "".join(
                    line.split(":")[0] + ":!::\n" for line in there.splitlines())})
                before = set(self.lab.group())
                self.lab.declare(user={"u": user}, group=groups)
                self.done(self.lab.run(users="u"))
                self.assertEqual(self.lab.passwd()["u"][3], str(gid))
                new = {g: self.lab.gid(g) for g in self.lab.group() if g not in before}
                self.assertEqual(new, come)

    def test_primary_groups_that_cannot_be_had(self):
        cases = [
            ("gid:g\n", {}, "P/accounts/user/u:1:5: user u: group g is neither declared nor there"),
            ("gid:9\n", {"u": "gid:3\n"}, "P/accounts/user/u:1:5: user u: no group has or wishes gid 9"),
            ("groups:a,g\n", {"a": ""},
             "P/accounts/user/u:1:8: user u: group g is neither declared nor there"),
            ("gid:g\n", {"g": "gid:5\ndefunct:yes\n"},
             "P/accounts/group/g:2:9: group g is defunct: its name and id are not to be used again"),
            ("gid:g\n", {"g": "gid:x\n"},
             "P/accounts/group/g:1:5: gid: 'x' is not an id: 0 to 4294967294 without 65535"),
        ]
        for user, groups, said in cases:
            with self.subTest(user), Lab(stocked=True) as self.lab:
                self.lab.declare(user={"u": user}, group=groups)
                before = self.lab.state()
                self.refused(self.lab.run(users="u"), said)
                self.assertEqual(self.lab.state(), before)

    def test_members_come_when_both_are_there(self):
        self.lab.declare(user={"a": "", "b": "groups:late\n"},
                         group={"many": "users:a,b,ghost\n", "late": "users:a\n"})
        self.done(self.lab.run(groups="many"))
        self.assertEqual(self.lab.members("many"), [])
        lines = self.done(self.lab.run(users="a"))
        self.assertIn("add member a to many", lines)
        self.assertIsNone(self.lab.members("late"))  # it does not come because it lists a
        lines = self.done(self.lab.run(users="b"))
        self.assertEqual([line for line in lines if "member" in line],
                         ["add member a to late", "add member b to late", "add member b to many"])
        self.assertEqual(self.lab.members("many"), ["a", "b"])
        self.assertEqual(self.lab.members("late"), ["a", "b"])

    def test_groups_that_nobody_declares(self):
        self.lab.declare(user={"a": "groups:z\n", "z": "uid:5\n"})
        lines = self.done(self.lab.run(users="a z", groups="z"))
        self.assertIn("add group z gid 5", lines)
        self.assertEqual(self.lab.members("z"), ["a"])
        self.lab.declare(user={"b": "groups:b2\n", "b2": ""})
        self.refused(self.lab.run(users="b"),
                     "P/accounts/user/b:1:8: user b: group b2 is neither declared nor there")

    def test_all_errors_of_a_run_are_told(self):
        self.lab.declare(user={"bad": "uid:x\nnonsense:1\n", "old": "uid:5\ndefunct:true\n"})
        self.refused(
            self.lab.run(users="nobody-at-all bad old", groups="nogroup-at-all"),
            "P/accounts/user/bad:1:5: uid: 'x' is not an id: 0 to 4294967294 without 65535",
            "P/accounts/user/bad:2:1: unknown key 'nonsense'",
            "user nobody-at-all is neither declared nor there",
            "P/accounts/user/old:2:9: user old is defunct: its name and id are not to be used again",
            "group nogroup-at-all is neither declared nor there")

    def test_an_account_that_is_only_there_is_recorded(self):
        self.assertEqual(self.done(self.lab.run("--package", "p", users="nobody")), [])
        record = self.lab.records()["user", "nobody"]
        self.assertEqual(record[2:6] + record[7:], ["65534", "active", "p", "", ""])
        self.assertEqual(self.lab.records()["group", "nogroup"][4], "p")


class Ids(Profile):
    def test_the_order_of_words_and_the_root_do_not_matter(self):
        users = {f"u{i}": f"uid:{200 + i % 7}\n" if i % 3 == 0 else "" for i in range(40)}
        results = []
        for order in (sorted(users), sorted(users, reverse=True), sorted(users, key=hash)):
            with Lab(stocked=True) as self.lab:
                self.lab.declare(user=users)
                self.done(self.lab.run(users=" ".join(order)))
                results.append((self.lab.read("etc/passwd"), self.lab.read("etc/group")))
        self.assertEqual(len(set(results)), 1)

    def test_the_same_time_gives_the_same_bytes(self):
        states = []
        for _ in range(2):
            with Lab(stocked=True) as self.lab:
                self.lab.declare(user={"ntp": NTP}, group={"time": "gid:5\n"})
                self.done(self.lab.run(users="ntp", env={"SOURCE_DATE_EPOCH": "1000000000"}))
                files = {path: state[3] for path, state in self.lab.state().items()}
                table = files.pop("var/lib/keelson/accounts.db").decode()
                table = table.replace(str(self.lab.profile), "P")
                files["table"] = [x for x in table.splitlines() if not x.startswith("#pending")]
                states.append(files)
        self.assertEqual(states[0], states[1])

    def test_an_id_is_never_given_out_twice(self):
        self.lab.declare(accounts="uid-min:100\nuid-max:400\ngid-min:100\ngid-max:400\n",
                         user={f"u{i}": "" for i in range(90)})
        seen = {}
        for i in range(90):
            self.assertEqual(self.lab.run(users=f"u{i}").returncode, 0)
            uid = self.lab.uid(f"u{i}")
            self.assertNotIn(uid, seen)
            seen[uid] = f"u{i}"
            if i % 3 == 0:  # somebody else removes it; a record of it stays
                for path in ("passwd", "group", "shadow", "gshadow"):
                    text = self.lab.read(f"etc/{path}").splitlines(True)
                    self.lab.files({f"etc/{path}": "".join(
                        line for line in text if not line.startswith(f"u{i}:"))})
        # It comes back with the id that it had.
        before = {name: uid for uid, name in seen.items()}
        self.done(self.lab.run(users="u3"))
        self.assertEqual(self.lab.uid("u3"), before["u3"])

    def test_what_speaks_against_an_id(self):
        table = ("user:gone:300:gone:::1:\n" "user:later:301:reserved:::1:\n"
                 "user:away:302:active:p::1:\n")
        cases = [
            # name, wish, said, what the id is
            ("free", "310", None),
            ("a user has it", "65534", "uid 65534 is taken by nobody"),
            ("a group has it, which is no hindrance", "20", None),
            ("a defunct group's, which is no hindrance", "361", None),
            ("elsewhere", "330", "uid 330 is taken by ldapuser"),
            ("a tombstone's", "300", "uid 300 is spent: it was gone's"),
            ("kept for another name", "301", "uid 301 is reserved for later"),
            ("of one who was removed behind our back", "302", "uid 302 is reserved for away"),
            ("a reserved range's", "350", "uid 350 is in a reserved range"),
            ("a subordinate range's", "100005", "uid 100005 is in a subordinate range"),
            ("a defunct one's", "360", "uid 360 is taken by dead, which is defunct"),
        ]
        for name, wish, said in cases:
            for enforce in (False, True):
                with self.subTest(name, enforce=enforce), Lab(stocked=True) as self.lab:
                    self.lab.files({"var/lib/keelson/accounts.db": table,
                                    "etc/group": GROUP + "g:x:20:\n", "etc/gshadow": GSHADOW + "g:!::\n",
                                    "etc/subuid": "nobody:100000:10\n", "etc/subgid": ""})
                    (self.lab.top / "taken").write_text("ldapuser:x:330:330::/:/bin/sh\n")
                    self.lab.declare(user={"u": f"uid:{wish}\nenforce-id:{'yes' if enforce else 'no'}\n",
                                           "dead": "uid:360\ndefunct:yes\n"},
                                     group={"u": "gid:40\n", "dead": "gid:361\ndefunct:yes\n"},
                                     accounts="reserve:340-359\n")
                    before = self.lab.state()
                    process = self.lab.run("--taken", str(self.lab.top / "taken"), users="u")
                    if said is None:
                        self.done(process)
                        self.assertEqual(self.lab.uid("u"), int(wish))
                    elif enforce:
                        self.refused(process, f"P/accounts/user/u:1:5: {said}, "
                                              "and user u must have it (enforce-id)")
                        self.assertEqual(self.lab.state(), before)
                    else:
                        self.done(process)
                        self.assertEqual(self.lab.said(process),
                                         [f"P/accounts/user/u:1:5: {said}; u gets 999"])
                        self.assertEqual(self.lab.uid("u"), 999)

    def test_wishes_of_others_are_not_given_away(self):
        self.lab.declare(user={"a": "", "b": "uid:999\n", "c": "gid:998\n"},
                         group={"g": "gid:997\n", "dead": "gid:996\ndefunct:yes\n"})
        self.done(self.lab.run(users="a"))
        self.assertEqual(self.lab.uid("a"), 995)
        self.done(self.lab.run(users="b"))
        self.assertEqual(self.lab.uid("b"), 999)

    def test_an_imported_map_comes_before_the_definition(self):
        self.lab.files({"var/lib/keelson/accounts.db": "user:u:222:reserved:::1:\n"})
        self.lab.declare(user={"u": "uid:111\n"})
        process = self.lab.run(users="u")
        self.done(process)
        self.assertEqual((self.lab.uid("u"), process.stderr), (222, ""))
        self.assertEqual(self.lab.records()["user", "u"][3], "active")

    def test_no_id_is_left(self):
        self.lab.declare(accounts="uid-min:100\nuid-max:101\n", user={"a": "", "b": "", "c": ""})
        self.refused(self.lab.run(users="a b c"),
                     "user c: no id is free in the range of accounts/accounts")

    def test_zero_is_never_given(self):
        self.lab.files({"etc/passwd": "", "etc/group": "", "etc/shadow": "", "etc/gshadow": "",
                        "var/lib/keelson/accounts.db": "user:mapped:0:reserved:::1:\n"})
        self.lab.declare(accounts="uid-min:0\nuid-max:0\ngid-min:0\ngid-max:0\n",
                         user={"a": "", "mapped": ""})
        self.refused(self.lab.run(users="a"),
                     "user a: no id is free in the range of accounts/accounts",
                     "group a: no id is free in the range of accounts/accounts")
        self.assertEqual(self.lab.run(users="mapped").returncode, 1)


class Root(Profile):
    def test_root_is_for_the_local_override_alone(self):
        why = "0 needs allow-root:yes in the local override"
        cases = [
            ("uid", {"u": "uid:0\n"}, {}, f"P/accounts/user/u:1:5: uid: {why}"),
            ("gid", {"u": "gid:0\n"}, {}, f"P/accounts/user/u:1:5: gid: {why}"),
            ("primary group by name", {"u": "gid:root\n"}, {},
             "P/accounts/user/u:1:5: user u: its primary group has gid 0, and allow-root:yes is "
             "not in the local override"),
            ("a declared group", {"u": "gid:wheel\n"}, {"wheel": "gid:0\n"},
             f"P/accounts/group/wheel:1:5: gid: {why}"),
            ("further group", {"u": "groups:root\n"}, {},
             "P/accounts/user/u:1:8: user u: group root has gid 0, and allow-root:yes is not in "
             "the local override"),
            ("member", {"u": ""}, {"root": "users:u\n"},
             "P/accounts/group/root:1:7: user u: group root has gid 0, and allow-root:yes is not "
             "in the local override"),
            ("allow-root elsewhere", {"u": "uid:0\nallow-root:yes\n"}, {},
             "P/accounts/user/u:2:12: allow-root: counts in the local override only"),
        ]
        for name, users, groups, said in cases:
            with self.subTest(name), Lab(stocked=True) as self.lab:
                self.lab.declare(user=users, group=groups)
                before = self.lab.state()
                self.refused(self.lab.run(users="u"), said)
                self.assertEqual(self.lab.state(), before)

    def test_the_administrator_may(self):
        self.lab.files({"etc/passwd": "", "etc/group": "", "etc/shadow": "", "etc/gshadow": ""})
        self.lab.declare(user={"root": "uid:0\ngid:0\nhome:/root\n"}, group={"root": "gid:0\n"},
                         local={"user/root": "inherit:yes\nallow-root:yes\n",
                                "group/root": "inherit:yes\nallow-root:yes\n"})
        self.done(self.lab.run(users="root"))
        self.assertEqual(self.lab.passwd()["root"][2:6], ["0", "0", "", "/root"])


class Existing(Profile):
    USER = ("uid:200\ngid:staff\ngecos:G\nhome:/h\nshell:/s\ngroups:time\nexpire:864000\n"
            "password:$6$new\n")

    def stock(self):
        self.lab.files({"etc/passwd": PASSWD + "u:x:201:65534:old:/old:/bin/sh\n",
                        "etc/shadow": SHADOW + "u:$6$old:100:1:2:3:4::\n",
                        "etc/group": GROUP + "time:x:5:\nstaff:x:6:root\n",
                        "etc/gshadow": GSHADOW + "time:!::\nstaff:!::root\n"})
        self.lab.declare(user={"u": self.USER}, group={"staff": "gid:7\nusers:nobody\n"})

    def test_differences_are_told_and_kept(self):
        self.stock()
        before = {p: s for p, s in self.lab.state().items() if p.startswith("etc")}
        process = self.lab.run(users="u")
        self.assertEqual(self.done(process), [])
        at = "P/accounts/user/u:"
        self.assertEqual(self.lab.said(process), [
            "P/accounts/group/staff:1:5: group staff: gid is 6, not 7",
            at + "1:5: user u: uid is 201, not 200",
            at + "2:5: user u: gid is 65534, not 6",
            at + "3:7: user u: gecos is old, not G",
            at + "4:6: user u: home is /old, not /h",
            at + "5:7: user u: shell is /bin/sh, not /s",
            at + "7:8: user u: expire is never, not 10 days since 1970",
            "P/accounts/group/staff:2:7: user nobody: is not a member of staff",
            at + "6:8: user u: is not a member of time",
            "--update changes these"])
        after = {p: s for p, s in self.lab.state().items() if p.startswith("etc")}
        self.assertEqual(after, before)

    def test_update_changes_them_but_never_ids(self):
        self.stock()
        process = self.lab.run("--update", users="u", env={"SOURCE_DATE_EPOCH": str(86400 * 9)})
        self.assertEqual(self.done(process), [
            "add member nobody to staff", "add member u to time", "change user u gid 6",
            "change user u gecos G", "change user u home /h", "change user u shell /s",
            "change user u expire 10 days since 1970", "change user u password"])
        self.assertEqual(self.lab.said(process), [
            "P/accounts/group/staff:1:5: group staff: gid is 6, not 7",
            "P/accounts/user/u:1:5: user u: uid is 201, not 200"])
        self.assertEqual(self.lab.passwd()["u"], "u:x:201:6:G:/h:/s".split(":"))
        self.assertEqual(self.lab.lines("etc/shadow")["u"], "u:$6$new:9:1:2:3:4:10:".split(":"))
        self.assertEqual(self.lab.members("staff"), ["root", "nobody"])
        self.assertEqual(self.done(self.lab.run("--update", users="u")), [])

    def test_defaults_are_for_new_accounts_only(self):
        self.lab.declare(accounts="shell:/bin/zsh\nhome:/x\n", user={"nobody": ""})
        process = self.lab.run("--update", users="nobody")
        self.assertEqual((self.done(process), process.stderr), ([], ""))

    def test_locked_means_locked(self):
        self.stock()
        self.lab.declare(user={"u": "locked:yes\n"})
        process = self.lab.run(users="u")
        self.assertEqual(self.lab.said(process)[0],
                         "P/accounts/user/u:1:8: user u: password is open, not locked")
        self.done(self.lab.run("--update", users="u"))
        self.assertEqual(self.lab.lines("etc/shadow")["u"][1], "!$6$old")

    def test_another_id_than_the_enforced_one(self):
        self.lab.declare(user={"nobody": "uid:99\nenforce-id:yes\n"},
                         group={"nogroup": "gid:98\nenforce-id:yes\n"})
        self.refused(self.lab.run(users="nobody", groups="nogroup"),
                     "P/accounts/group/nogroup:1:5: group nogroup has gid 65534, and must have 98 "
                     "(enforce-id)",
                     "P/accounts/user/nobody:1:5: user nobody has uid 65534, and must have 99 "
                     "(enforce-id)")

    def test_a_locked_account_that_is_needed_again_is_unlocked(self):
        self.lab.declare(user={"u": "uid:200\npassword:$6$h\nexpire:8640000\n", "v": "uid:201\n"})
        self.done(self.lab.run("--package", "p", users="u v"))
        written = self.lab.records()["user", "u"][7]
        passwords = {"u": "u:!$6$h:", "v": "v:!:"}
        self.lab.files({"etc/shadow": SHADOW + "u:!$6$h:9::::0:1:\nv:!:9::::0:1:\n"})
        table = self.lab.read("var/lib/keelson/accounts.db").replace(":active:p:", ":locked::")
        self.lab.files({"var/lib/keelson/accounts.db": table})
        lines = self.done(self.lab.run("--package", "q", users="u v"))
        self.assertEqual(lines, ["unlock user u", "unlock user v"])
        shadow = self.lab.lines("etc/shadow")
        self.assertEqual((shadow["u"][1], shadow["u"][7]), ("$6$h", "100"))
        self.assertEqual((shadow["v"][1], shadow["v"][7]), ("!", ""))
        self.assertEqual(passwords["v"], "v:!:")
        record = self.lab.records()["user", "u"]
        self.assertEqual((record[3], record[4], record[7]), ("active", "q", written))
        self.assertEqual(self.lab.records()["group", "u"][3], "active")


class Fields(Profile):
    def test_passwords_and_shells(self):
        cases = [
            # system, definition, defaults, files -> password, shell
            ("linux", "", "", {}, "!", "/sbin/nologin"),
            ("linux", "password:\n", "", {"usr/sbin/nologin": ""}, "!", "/usr/sbin/nologin"),
            ("linux", "password:x\n", "", {"sbin/nologin": ""}, "!", "/sbin/nologin"),
            ("linux", "password:$6$h\n", "shell:/bin/zsh\n", {}, "$6$h", "/bin/zsh"),
            ("linux", "password:$6$h\nlocked:yes\nshell:/s\n", "shell:/bin/zsh\n", {}, "!$6$h", "/s"),
            ("linux", "password:!$6$h\nlocked:yes\n", "", {}, "!$6$h", "/sbin/nologin"),
            ("linux", "", "password:$6$d\n", {}, "$6$d", "/sbin/nologin"),
            ("freebsd", "", "", {}, "*", "/sbin/nologin"),
            ("freebsd", "password:$6$h\nlocked:yes\n", "", {}, "*LOCKED*$6$h", "/sbin/nologin"),
            ("dragonfly", "password:$6$h\nlocked:yes\n", "", {}, "*LOCKED*$6$h", "/sbin/nologin"),
            ("openbsd", "password:$6$h\nlocked:yes\n", "", {}, "*$6$h", "/sbin/nologin"),
            ("netbsd", "password:$6$h\n", "", {}, "$6$h", "/sbin/nologin"),
        ]
        for system, definition, defaults, files, password, shell in cases:
            with self.subTest(system, definition=definition), Lab() as self.lab:
                self.lab.files({"etc/": "", **files})
                self.lab.declare(user={"u": "uid:7\n" + definition}, accounts=defaults)
                self.lab.run("--system", system, users="u")
                bsd = system != "linux"
                row = self.lab.lines("etc/master.passwd" if bsd else "etc/shadow")["u"]
                self.assertEqual(row[1], password)
                row = row if bsd else self.lab.passwd()["u"]
                self.assertEqual(row[-2:], ["/dev/null", shell])

    def test_subordinate_ids(self):
        # The gap before b's range is too small, the one behind it has a group's id in it.
        self.lab.files({"etc/subuid": "a:100000:1000\n", "etc/subgid": "b:101500:1000\n",
                        "etc/group": GROUP + "far:x:102600:\n", "etc/gshadow": GSHADOW + "far:!::\n"})
        self.lab.declare(user={"u": "uid:7\nsubid-count:600\n", "v": "uid:8\nsubid-count:500\n",
                               "none": "subid-count:4294967294\n"})
        lines = self.done(self.lab.run(users="u v"))
        self.assertIn("add subordinate ids 102601-103200 to u", lines)
        self.assertIn("add subordinate ids 101000-101499 to v", lines)
        self.assertEqual(self.lab.read("etc/subuid"), "a:100000:1000\nu:102601:600\nv:101000:500\n")
        self.assertEqual(self.lab.read("etc/subgid"), "b:101500:1000\nu:102601:600\nv:101000:500\n")
        self.refused(self.lab.run(users="none"), "P/accounts/user/none:1:13: user none: there is no "
                                                 "room for so many subordinate ids")

    def test_without_files_there_are_no_subordinate_ids(self):
        self.lab.declare(user={"u": "subid-count:10\n"})
        process = self.lab.run(users="u")
        self.done(process)
        self.assertEqual(self.lab.said(process), [
            "P/accounts/user/u:1:13: user u: no subordinate ids, because there is no "
            "R/etc/subuid or subgid"])
        self.assertFalse((self.lab.root / "etc/subuid").exists())


class Taken(Profile):
    def run_with(self, text, **options):
        (self.lab.top / "taken").write_text(text)
        return self.lab.run("--taken", str(self.lab.top / "taken"), **options)

    def test_names_and_ids_of_others(self):
        self.lab.declare(user={"here": "gid:ldapgroup\ngroups:far\nuid:999\n", "ldapuser": "uid:5\n"},
                         group={"far": "gid:5\n"})
        taken = ("# a comment\n\nldapuser:x:999:998::/:/bin/sh\nfar:x:997:\nldapgroup:x:998:\n"
                 "+::::::\nm:*:995:995::0:0:Name:/:/bin/sh\n")
        process = self.run_with(taken, users="here ldapuser", groups="ldapgroup")
        self.assertEqual(self.done(process),
                         ["add user here uid 996 gid 998 home /dev/null shell /sbin/nologin"])
        self.assertEqual(self.lab.said(process), [
            "P/accounts/user/here:3:5: uid 999 is taken by ldapuser; here gets 996",
            "P/accounts/user/here:2:8: group far is not here (--taken): here has to become a "
            "member where it is"])
        self.assertEqual(set(self.lab.records()), {("user", "here")})

    def test_lines_that_mean_nothing(self):
        self.lab.declare(user={"u": ""})
        path = str(self.lab.top / "taken")
        cases = [
            ("a:x:1\n", "1: 3 fields: not a line of passwd, master.passwd or group"),
            ("ok:x:1:\na:x:one:1::/:/s\n", "2: not a line of passwd, master.passwd or group"),
            (":x:1:\n", "1: not a line of passwd, master.passwd or group"),
            ("a:x:4294967296:\n", "1: not a line of passwd, master.passwd or group"),
        ]
        for text, said in cases:
            with self.subTest(text):
                before = self.lab.state()
                self.refused(self.run_with(text, users="u"), f"{path}:{said}")
                self.assertEqual(self.lab.state(), before)
        self.refused(self.lab.run("--taken", path + "?", users="u"),
                     f"{path}?: No such file or directory")


class Untouchable(Profile):
    def test_instructions_instead_of_changes(self):
        self.lab.declare(user={"ntp": NTP + "create-home:yes\n"}, group={"time": "users:nobody\n"})
        before = self.lab.state()
        process = self.lab.run(users="ntp", env={"FEATURES": "a noautoaccts b"})
        self.assertEqual(process.returncode, 1)
        self.assertEqual(self.lab.said(process),
                         ["FEATURES has noautoaccts, and 3 accounts are missing: see the output"])
        for text in ("--- local files: add these lines ---",
                     "ntp:x:123:123:network time:/var/lib/ntp:/bin/false\n",
                     "--- LDAP: add these entries ---", "uidNumber: 123\n",
                     "--- pw (FreeBSD): run this script ---", "pw useradd -n 'ntp' -u 123 -g 'ntp'",
                     "--- useradd (shadow): run this script ---", "-- 'ntp'\n",
                     "gpasswd -a 'nobody' -- 'time'\n"):
            self.assertIn(text, process.stdout)
        self.assertEqual(self.lab.state(), before)
        self.assertFalse((self.lab.root / "etc/.pwd.lock").exists())

    def test_instructions_for_homes_and_subordinate_ids(self):
        user = "password:$6$h\nhome:/srv/it's/u\ncreate-home:yes\nhome-mode:2710\nsubid-count:10\n"
        files = {"etc/subuid": "", "etc/skel/.profile": "hello\n", "etc/skel/bin/run": "#!\n"}
        self.lab.files(files)
        self.lab.declare(user={"u": "uid:200\n" + user})
        process = self.lab.run(users="u", env={"FEATURES": "noautoaccts"})
        self.assertEqual(self.lab.said(process), [
            "user u: the password is not shown",
            "FEATURES has noautoaccts, and 2 accounts are missing: see the output"])
        heading, script = process.stdout.split("--- homes and subordinate ids: ")[1].split("\n", 1)
        self.assertEqual(heading, "run this script then ---")
        if os.geteuid() != 0:
            self.skipTest("needs root")
        for path in ("'/srv", "/etc/"):
            script = script.replace(path, path.replace("/", f"{self.lab.root}/", 1))
        subprocess.run(["sh"], input=script, text=True, check=True)

        def made(lab):
            return {path: what for path, what in lab.state().items()
                    if path.startswith(("srv/it's/u", "etc/sub")) and not path.endswith("-")}

        with Lab(stocked=True) as other:
            other.files(files)
            other.declare(user={"u": "uid:200\n" + user})
            self.assertEqual(other.run(users="u").returncode, 0)
            self.assertEqual(made(self.lab), made(other))
            self.assertGreater(len(made(other)), 4)

    def test_nothing_is_missing(self):
        before = self.lab.state()
        process = self.lab.run(users="nobody", env={"FEATURES": "noautoaccts"})
        self.assertEqual((self.done(process), process.stderr), ([], ""))
        self.assertEqual(self.lab.state(), before)

    def test_other_words_do_not_count(self):
        self.lab.declare(user={"u": ""})
        self.done(self.lab.run(users="u", env={"FEATURES": "noautoaccts2 -noautoaccts"}))
        self.assertIsNotNone(self.lab.uid("u"))


class Homes(Profile):
    def declare(self, more="", home="/var/lib/u"):
        self.lab.declare(user={"u": f"uid:1001\nhome:{home}\ncreate-home:yes\n{more}"})

    def mode(self, path):
        info = (self.lab.root / path).lstat()
        return oct(info.st_mode & 0o7777)[2:], info.st_uid, info.st_gid

    def test_a_copy_of_the_skeleton(self):
        self.lab.files({"etc/skel/.profile": "hello\n", "etc/skel/bin/run": "#!\n",
                        "etc/skel/empty/": ""})
        (self.lab.root / "etc/skel/bin/run").chmod(0o750)
        (self.lab.root / "etc/skel/empty").chmod(0o2711)
        (self.lab.root / "etc/skel/link").symlink_to("/etc/shadow")
        self.declare("home-mode:0700\n")
        lines = self.done(self.lab.run(users="u"))
        self.assertEqual(lines[-1], "make home /var/lib/u")
        home = "var/lib/u"
        for path, mode in (("", "700"), ("/.profile", "644"), ("/bin", "755"), ("/bin/run", "750"),
                           ("/empty", "2711"), ("/link", "777")):
            self.assertEqual(self.mode(home + path), (mode, 1001, 1001), path)
        self.assertEqual(self.mode("var/lib"), ("755", 0, 0))
        self.assertEqual(self.lab.read(home + "/.profile"), "hello\n")
        self.assertEqual(os.readlink(self.lab.root / home / "link"), "/etc/shadow")
        self.assertEqual(self.mode("etc/shadow")[1:], (0, 0))

    def test_the_declared_owner(self):
        cases = [("root:u", (0, 1001)), ("u:root", (1001, 0)), ("12:34", (12, 34)),
                 ("nobody:nogroup", (65534, 65534))]
        for owner, ids in cases:
            with self.subTest(owner), Lab(stocked=True) as self.lab:
                self.declare(f"home-owner:{owner}\n")
                self.done(self.lab.run(users="u"))
                self.assertEqual(self.mode("var/lib/u"), ("755", *ids))
        self.lab = Lab(stocked=True)
        self.declare("home-owner:ghost:spirits\n")
        self.refused(self.lab.run(users="u"),
                     "P/accounts/user/u:4:12: user u: there is no user ghost",
                     "P/accounts/user/u:4:12: user u: there is no group spirits")

    def test_where_no_home_is_made(self):
        def link(path, target):
            (self.lab.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.lab.root / path).symlink_to(target)

        cases = [
            ("/dev/null", lambda: None, "/dev/null is no place for a home"),
            ("/dev/shm/x", lambda: None, "/dev/shm/x is no place for a home"),
            ("/a/../../x", lambda: None, "/a/../../x is not plainly written"),
            ("/a//b", lambda: None, "/a//b is not plainly written"),
            ("/a/", lambda: None, "/a/ is not plainly written"),
            ("/", lambda: None, "/ is no place for a home"),
            ("/l/u", lambda: link("l", "/etc"),
             "R/l is a symbolic link, and no home is made behind one"),
            ("/a/l/u", lambda: link("a/l", "../../../../../tmp"),
             "R/a/l is a symbolic link, and no home is made behind one"),
            ("/a/u", lambda: link("a/u", "/nowhere"),
             "R/a/u is a symbolic link, and no home is made behind one"),
            ("/f/u", lambda: self.lab.files({"f": ""}), "R/f: Not a directory"),
        ]
        for home, prepare, said in cases:
            with self.subTest(home), Lab(stocked=True) as self.lab:
                prepare()
                self.declare(home=home)
                before = self.lab.state()
                self.refused(self.lab.run(users="u"), f"P/accounts/user/u:2:6: user u: {said}")
                self.assertEqual(self.lab.state(), before)
                self.refused(self.lab.run("-n", users="u"), f"P/accounts/user/u:2:6: user u: {said}")
        self.lab = Lab(stocked=True)
        self.lab.declare(user={"u": "create-home:yes\n"})
        self.refused(self.lab.run(users="u"), "P/accounts/user/u:1:13: user u: /dev/null is no "
                                              "place for a home")

    def test_what_is_there_is_not_touched(self):
        self.lab.files({"var/lib/u/file": "mine", "etc/skel/.profile": ""})
        before = self.lab.state()["var/lib/u"]
        self.declare()
        self.assertNotIn("make home /var/lib/u", self.done(self.lab.run(users="u")))
        self.assertEqual(self.lab.state()["var/lib/u"], before)
        self.assertEqual(os.listdir(self.lab.root / "var/lib/u"), ["file"])

    def test_a_home_that_got_lost_is_made_by_the_next_run(self):
        self.declare()
        self.done(self.lab.run(users="u"))
        (self.lab.root / "var/lib/u").rmdir()
        self.assertEqual(self.done(self.lab.run(users="u")), ["make home /var/lib/u"])
        self.assertEqual(self.done(self.lab.run(users="u")), [])

    def test_what_a_killed_run_left_is_cleared_and_nothing_else(self):
        ours, owned = ".u.keelson-abcdefgh", ".u.keelson-bbbbbbbb"
        others = [".u.keelson-ABCDEFGH", ".v.keelson-abcdefgh", ".u.keelson-short"]
        self.lab.files({f"var/lib/{name}/x/file": "" for name in [ours, owned, *others]})
        self.lab.files({"var/lib/.u.keelson-cccccccc": "a file", "target/file": ""})
        os.chown(self.lab.root / "var/lib" / owned, 1001, 1001)
        stranger = self.lab.root / "var/lib/.u.keelson-dddddddd"
        stranger.mkdir()
        os.chown(stranger, 4242, 4242)
        (self.lab.root / "var/lib/.u.keelson-eeeeeeee").symlink_to("/target")
        (self.lab.root / "var/lib" / ours / "out").symlink_to("/target")
        self.declare()
        self.assertEqual(self.lab.run(users="u").returncode, 0)
        left = sorted(name for name in os.listdir(self.lab.root / "var/lib") if ".u" in name)
        self.assertEqual(left, sorted([".u.keelson-ABCDEFGH", ".u.keelson-short",
                                       ".u.keelson-cccccccc", ".u.keelson-dddddddd",
                                       ".u.keelson-eeeeeeee"]))
        self.assertTrue((self.lab.root / "target/file").exists())

    def test_a_skeleton_that_cannot_be_copied(self):
        os.mkfifo(self.lab.root / "etc/fifo")
        cases = [
            ("a fifo", lambda: os.mkfifo(self.lab.root / "etc/skel/fifo"),
             "R/etc/skel/fifo: cannot make the home: Invalid argument", 111),
            ("too deep", lambda: (self.lab.root / ("etc/skel" + "/d" * 40)).mkdir(parents=True),
             "R/etc/skel" + "/d" * 33 + ": cannot make the home: Too many links", 111),
        ]
        for name, prepare, said, code in cases:
            with self.subTest(name), Lab(stocked=True) as self.lab:
                self.lab.files({"etc/skel/a": "", "etc/skel/": ""})
                prepare()
                self.declare(home="/srv/new/u")
                before = self.lab.state()
                self.refused(self.lab.run(users="u"), f"P/accounts/user/u:2:6: user u: {said}",
                             code=code)
                self.assertEqual(self.lab.state(), before)

    def test_more_homes_than_descriptors(self):
        names = [f"u{i}" for i in range(80)]
        self.lab.declare(user={n: f"home:/home/{n}\ncreate-home:yes\n" for n in names})
        self.done(self.lab.run(users=" ".join(names), prefix=["sh", "-c", 'ulimit -n 50; exec "$@"', "-"]))
        self.assertEqual(sorted(os.listdir(self.lab.root / "home")), sorted(names))

    def test_homes_within_homes_and_shared_ones(self):
        self.lab.declare(user={
            "a": "uid:10\nhome:/srv/a\ncreate-home:yes\n",
            "b": "uid:11\nhome:/srv/a/b\ncreate-home:yes\n",
            "c": "uid:12\nhome:/srv/a/b/c/d\ncreate-home:yes\n",
            "twin": "uid:13\nhome:/srv/a\ncreate-home:yes\n"})
        lines = self.done(self.lab.run(users="a b c twin"))
        self.assertEqual([line for line in lines if line.startswith("make")],
                         ["make home /srv/a", "make home /srv/a/b", "make home /srv/a/b/c/d"])
        for path, uid in (("srv/a", 10), ("srv/a/b", 11), ("srv/a/b/c/d", 12), ("srv/a/b/c", 0)):
            self.assertEqual(self.mode(path)[1], uid, path)


class Hostile(Profile):
    def test_names_in_the_request(self):
        cases = ["a:b", "a/b", "../x", "0", "123", "-x", "A", "a" * 33, "a,b", "a\x01b", "a\\b", "$"]
        before = self.lab.state()
        for name in cases:
            with self.subTest(name):
                process = self.lab.run(users=name)
                self.assertEqual(process.returncode, 2)
                self.assertEqual(len(process.stderr.splitlines()), 1)
                self.assertIn("is not an account's name", process.stderr)
        self.refused(self.lab.run("--users", "a:b", "--groups", "c/d e"),
                     "--users: 'a:b' is not an account's name",
                     "--groups: 'c/d' is not an account's name", code=2)
        # A line end is a blank.
        self.refused(self.lab.run(users="ghost\nroot2:x:0:0"),
                     "EUSERS: 'root2:x:0:0' is not an account's name", code=2)
        self.assertEqual(self.lab.state(), before)

    def test_the_command_line(self):
        self.lab.declare(user={"u": ""})
        nothing = "nothing is asked for: give --users or --groups, or set EUSERS or EGROUPS"
        cases = [
            ([], nothing), (["--users", "", "--groups", " "], nothing),
            (["--package", "a:b", "--users", "u"], "--package: 'a:b' is not a package's name"),
            (["--package", "", "--users", "u"], "--package: '' is not a package's name"),
            (["--repo", "x", "--users", "u"], "--repo x: it is NAME=DIR"),
            (["--repo", "x"], "--repo x: it is NAME=DIR"),
            (["--root", "/nonexistent"], nothing),
            (["u"], None), (["--users", "u", "--nonsense"], None),
            (["--system", "plan9", "--users", "u"], None),
        ]
        before = self.lab.state()
        for arguments, said in cases:
            with self.subTest(arguments):
                process = self.lab.run(*arguments)
                self.assertEqual(process.returncode, 2, process.stderr)
                if said is not None:
                    self.assertEqual(self.lab.said(process), [said])
        self.assertEqual(self.lab.state(), before)

    def test_ids_in_definitions(self):
        for value in ("-1", "65535", "4294967295", "4294967296", "0x10", "+5", "1 2"):
            for definition in (f"uid:{value}\n", f"gid:{value}\n"):
                with self.subTest(definition):
                    self.lab.declare(user={"u": definition})
                    before = self.lab.state()
                    process = self.lab.run(users="u")
                    self.assertEqual(process.returncode, 1)
                    # 0x10 may be the name of a group, which is not there.
                    self.assertRegex(self.lab.said(process)[0],
                                     "^P/accounts/user/u:1:5: ([ug]id: |user u: group 0x10 )")
                    self.assertEqual(self.lab.state(), before)
        self.lab.declare(user={"u": "uid:4294967294\n"})
        self.done(self.lab.run(users="u"))
        self.assertEqual(self.lab.uid("u"), 4294967294)

    def test_values_in_definitions(self):
        cases = ["gecos:a:b\n", "home:relative\n", "shell:/a\x01b\n", "gecos:a\0b\n", "password:a b\n",
                 "groups:a,,b\n", "groups:A\n", "user:other\n", "uid:1\nuid:2\n", "home-owner:a\n"]
        for definition in cases:
            with self.subTest(definition):
                self.lab.declare(user={"u": definition})
                before = self.lab.state()
                process = self.lab.run(users="u")
                self.assertEqual(process.returncode, 1)
                self.assertRegex(self.lab.said(process)[0], r"^P/accounts/user/u:\d+:\d+: ")
                self.assertEqual(self.lab.state(), before)

    def test_faulty_files_that_nobody_asked_for_are_warnings(self):
        self.lab.declare(user={"u": "", "bad": "uid:x\n", "BAD": ""}, group={"worse": "gid:y\n"})
        process = self.lab.run(users="u")
        self.done(process)
        self.assertEqual([line.split(": ")[0] for line in self.lab.said(process)],
                         ["P/accounts/user/BAD", "P/accounts/user/bad:1:5", "P/accounts/group/worse:1:5"])

    def test_links_in_the_places_of_files(self):
        outside = self.lab.top / "outside"
        outside.mkdir()
        for name in ("passwd", "group", "shadow", "gshadow"):
            shutil.copy(self.lab.root / "etc" / name, outside / name)
        before = {p.name: p.read_bytes() for p in outside.iterdir()}
        self.lab.declare(user={"u": ""})
        cases = [
            ("etc leads out", "etc", str(outside)),
            ("etc climbs out", "etc", "../outside"),
            ("a file leads out", "etc/passwd", str(outside / "passwd")),
            ("the table leads out", "var/lib/keelson", str(outside)),
        ]
        for name, path, target in cases:
            with self.subTest(name), Lab(stocked=True) as self.lab:
                self.lab.declare(user={"u": ""})
                whole = self.lab.root / path
                if whole.is_dir():
                    shutil.rmtree(whole)
                whole.unlink(missing_ok=True)
                whole.parent.mkdir(parents=True, exist_ok=True)
                whole.symlink_to(target)
                process = self.lab.run(users="u")
                self.assertIn(process.returncode, (0, 1, 111), process.stderr)
                self.assertEqual({p.name: p.read_bytes() for p in outside.iterdir()}, before)
        with Lab(stocked=True) as self.lab:
            self.lab.declare(user={"u": ""})
            (self.lab.root / "etc").rename(self.lab.root / "real")
            (self.lab.root / "etc").symlink_to("/real")
            self.assertEqual(self.lab.run(users="u").returncode, 0)
            self.assertIn("u:", (self.lab.root / "real/passwd").read_text())
            self.assertTrue((self.lab.root / "etc").is_symlink())

    def test_links_in_the_places_of_locks(self):
        victim = self.lab.top / "victim"
        for lock in (".pwd.lock", "passwd.lock"):
            with self.subTest(lock), Lab(stocked=True) as self.lab:
                victim.write_text("precious")
                self.lab.declare(user={"u": ""})
                (self.lab.root / "etc" / lock).symlink_to(victim)
                before = self.lab.read("etc/passwd")
                prefix = ["timeout", "2"] if lock == "passwd.lock" else []
                process = self.lab.run(users="u", prefix=prefix)
                self.assertEqual(victim.read_text(), "precious")
                if process.returncode != 0:
                    self.assertEqual(self.lab.read("etc/passwd"), before)


class Cros(Profile):
    """A real tree of 81 users and 110 groups, all in one run on an empty root."""

    # The tree gives these id 0 or gid 0; here the administrator agrees.
    ROOT = {"user/root": "inherit:yes\nallow-root:yes\n", "user/sync": "inherit:yes\nallow-root:yes\n",
            "group/root": "inherit:yes\nallow-root:yes\n"}

    # No group is declared with the gid that these users name.
    GROUPS_OF_THEIR_OWN = set()

    def table(self, name):
        lines = (SHARED / "data/accounts" / name).read_text().splitlines()
        keys = lines[0][1:].split("\t")
        return [dict(zip(keys, line.split("\t"))) for line in lines[1:]]

    def test_every_user_and_group(self):
        tree = SHARED / "data/accounts/cros-2015"
        if not tree.exists():
            self.skipTest("the tree of shared data is not here")
        shutil.copytree(tree, self.lab.profile / "accounts")
        self.lab.files({"etc/passwd": "", "etc/group": "", "etc/shadow": "", "etc/gshadow": ""})
        self.lab.declare(local=self.ROOT)
        users, groups = (self.table(f"glep27-cros-2015-{kind}.tsv") for kind in ("users", "groups"))
        living = {u["name"] for u in users if u["defunct"] != "true"}
        process = self.lab.run(users=" ".join(living),
                               groups=" ".join(g["name"] for g in groups if g["defunct"] != "true"))
        self.done(process)
        self.assertEqual(process.stderr, "")
        self.assertEqual(set(self.lab.passwd()), living)
        for user in users:
            if user["name"] in living:
                row = self.lab.passwd()[user["name"]]
                expected = [user[key] for key in ("name", "uid", "gid", "gecos", "home", "shell")]
                expected[4] = expected[4] or "/dev/null"
                expected[5] = expected[5] or "/sbin/nologin"
                self.assertEqual([row[0], *row[2:]], expected)
                self.assertEqual(self.lab.lines("etc/shadow")[user["name"]][1], "!")
        tables = {g["name"]: g for g in groups if g["defunct"] != "true"}
        self.assertEqual(set(self.lab.group()) - set(tables), self.GROUPS_OF_THEIR_OWN)
        for name, group in tables.items():
            members = [m for m in group["users"].split(",") if m in living]
            self.assertEqual((str(self.lab.gid(name)), self.lab.members(name)),
                             (group["gid"], members), name)
        for user in users:
            if user["defunct"] == "true":
                self.assertEqual(self.lab.run(users=user["name"]).returncode, 1, user["name"])
        for group in groups:
            if group["defunct"] == "true":
                self.assertEqual(self.lab.run(groups=group["name"]).returncode, 1, group["name"])


class Bsd(Profile):
    MASTER = ("# a comment\nroot:*:0:0::0:0:Charlie &:/root:/bin/csh\n"
              "toor:*:0:0::0:0:Bourne-again:/root:\n")

    def setUp(self):
        super().setUp()
        for path in ("passwd", "shadow", "gshadow"):
            (self.lab.root / "etc" / path).unlink()
        self.lab.files({"etc/master.passwd": self.MASTER, "etc/group": "wheel:*:0:root\n"})
        self.lab.declare(user={"u": "uid:200\ngecos:U\nclass:daemon\nchange:10\nexpire:20\n"
                                    "groups:g\n"}, group={"g": "gid:5\n"})
        self.tools = self.lab.top / "tools"
        self.tools.mkdir()
        self.log = self.lab.top / "log"

    def done(self, process, code=0):
        self.assertEqual(process.returncode, code, process.stderr)
        self.assertEqual(self.lab.leftovers(), [])
        return process.stdout.splitlines()

    def tool(self, code):
        path = self.tools / "pwd_mkdb"
        makes = '>"$3/spwd.db"' if code == 0 else ""
        path.write_text(f'#!/bin/sh\necho "$@" >>{self.log}\necho complaint >&2\n{makes}\n'
                        f'exit {code}\n')
        path.chmod(0o755)

    def run_bsd(self, *arguments):
        return self.lab.run("--system", "freebsd", *arguments, users="u",
                            env={"PATH": f"{self.tools}:relative:/bin"})

    def commands(self):
        text = self.log.read_text() if self.log.exists() else ""
        return text.replace(str(self.lab.root), "R").splitlines()

    def test_master_passwd_and_its_databases(self):
        self.tool(0)
        process = self.run_bsd()
        self.assertEqual(self.done(process), [
            "add group g gid 5", "add group u gid 200",
            "add user u uid 200 gid 200 home /dev/null shell /sbin/nologin", "add member u to g"])
        self.assertEqual(self.lab.read("etc/master.passwd"),
                         self.MASTER + "u:*:200:200:daemon:10:20:U:/dev/null:/sbin/nologin\n")
        self.assertEqual(self.lab.read("etc/group"), "wheel:*:0:root\ng:*:5:u\nu:*:200:\n")
        self.assertEqual(self.commands(), ["-p -d R/etc R/etc/master.passwd"])
        self.assertEqual(process.stderr, "complaint\n")
        self.assertEqual(oct((self.lab.root / "etc/master.passwd-").stat().st_mode)[-3:], "644")
        self.assertFalse((self.lab.root / "etc/passwd").exists())
        self.assertEqual(self.done(self.run_bsd()), [])
        self.assertEqual(len(self.commands()), 1)

    def test_without_pwd_mkdb_it_is_said(self):
        process = self.run_bsd()
        self.done(process)
        self.assertEqual(self.lab.said(process), [
            "the databases are not made anew: run 'pwd_mkdb -p -d R/etc R/etc/master.passwd' on "
            "the system"])

    def test_its_failure_is_ours(self):
        self.tool(3)
        process = self.run_bsd()
        self.done(process, 111)
        self.assertIn("the accounts are written, but", process.stderr)
        self.assertIn("failed: exit status 3", process.stderr)
        self.assertIn("u:*:200", self.lab.read("etc/master.passwd"))
        self.tool(0)
        self.assertEqual(self.done(self.run_bsd()), [])
        self.assertEqual(len(self.commands()), 2)  # the next run makes them

    def test_databases_that_an_interrupted_run_left_old(self):
        self.tool(0)
        self.done(self.run_bsd())
        self.lab.files({"etc/spwd.db": "old"})
        os.utime(self.lab.root / "etc/spwd.db", (1, 1))
        self.assertEqual(self.done(self.run_bsd()), [])
        self.assertEqual(len(self.commands()), 2)

    def test_it_is_not_led_out_of_the_root(self):
        self.tool(0)
        (self.lab.root / "etc").rename(self.lab.root / "real")
        (self.lab.root / "etc").symlink_to("/real")
        self.done(self.run_bsd())
        self.assertEqual(self.commands(), [])
        self.assertIn("u:*:200", self.lab.read("real/master.passwd"))

    def test_differences_of_bsd_fields(self):
        self.tool(0)
        self.lab.files({"etc/master.passwd": self.MASTER + "u:*:200:200::0:0:U:/dev/null:/sbin/nologin\n",
                        "etc/group": "wheel:*:0:root\ng:*:5:u\nu:*:200:\n"})
        self.lab.files({"etc/spwd.db": ""})
        self.assertEqual(self.lab.said(self.run_bsd()), [
            "P/accounts/user/u:5:8: user u: expire is never, not 20 seconds since 1970",
            "P/accounts/user/u:3:7: user u: class is empty, not daemon",
            "P/accounts/user/u:4:8: user u: change is never, not 10 seconds since 1970",
            "--update changes these"])
        self.assertEqual(self.commands(), [])
        self.done(self.run_bsd("--update"))
        self.assertEqual(self.lab.lines("etc/master.passwd")["u"],
                         "u:*:200:200:daemon:10:20:U:/dev/null:/sbin/nologin".split(":"))
        self.assertEqual(len(self.commands()), 1)


class Surroundings(Profile):
    """What stands around the accounts is not as it should be."""

    def setUp(self):
        super().setUp()
        self.lab.declare(user={"u": "uid:200\n"})
        self.before = self.lab.state()

    def test_definitions_that_are_links_to_nowhere(self):
        (self.lab.profile / "accounts/user/lost").symlink_to("nowhere")
        process = self.lab.run(users="lost")
        self.refused(process, "P/accounts/user/lost: a link that leads nowhere")
        self.assertEqual(self.lab.state(), self.before)
        check = self.lab.run("--profile", str(self.lab.profile), "check", applet="users-update")
        self.assertIn("lost: a link that leads nowhere", check.stdout)
        self.assertEqual(check.returncode, 1)

    def test_folders_that_are_links(self):
        (self.lab.profile / "accounts").rename(self.lab.top / "elsewhere")
        (self.lab.profile / "accounts").symlink_to("../elsewhere")
        self.assertIn("add user u uid 200 gid 200 home /dev/null shell /sbin/nologin",
                      self.done(self.lab.run(users="u")))
        (self.lab.profile / "accounts").unlink()
        (self.lab.profile / "accounts").symlink_to("nowhere")
        self.assertEqual(self.lab.run(users="u").returncode, 1)

    def test_a_table_that_lost_its_records(self):
        self.done(self.lab.run(users="u"))
        table = self.lab.root / "var/lib/keelson/accounts.db"
        whole = table.read_text()
        lines = whole.splitlines(keepends=True)
        for lost in ("", "".join(lines[:1] + lines[2:])):
            table.write_text(lost)
            self.assertEqual(self.lab.run(users="u").returncode, 1)
            self.assertEqual(table.read_text(), lost)
        table.write_text(whole)
        self.assertEqual(self.done(self.lab.run(users="u")), [])

    def test_times_that_are_none(self):
        for epoch in ("junk", "-1", "18446744073709551616", "99999999999999999"):
            process = self.lab.run(users="u", env={"SOURCE_DATE_EPOCH": epoch})
            self.refused(process, f"SOURCE_DATE_EPOCH: {epoch} is not a time in seconds", code=2)
        self.assertEqual(self.lab.state(), self.before)

    def test_a_limit_on_file_sizes(self):
        process = self.lab.run(users="u", prefix=["sh", "-c", 'ulimit -f 0; exec "$0" "$@"'])
        self.assertEqual(process.returncode, 111)
        self.assertIn("File too large", process.stderr)
        self.done(self.lab.run(users="u"))

    def test_a_lock_that_another_has_is_told(self):
        lock = self.lab.root / "etc/passwd.lock"
        lock.write_text(str(os.getpid()))
        command = [KEELSON, "useradd-profile", "--root", str(self.lab.root), "--profile",
                   str(self.lab.profile), "--users", "u"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as process:
            self.assertIn("another program has the lock; waiting", process.stderr.readline())
            lock.unlink()
            self.assertIn("add user u", process.communicate()[0])
        self.assertEqual(process.returncode, 0)


class Descriptors(Profile):
    def test_too_few_of_them(self):
        self.lab.files({"etc/skel/a/b": "x", "map": "user\tx\t5\tactive\n", "list": "net/ntp\n",
                        "etc/portage/profile/accounts/group/more": "gid:5\n"})
        self.lab.declare(user={"ntp": "uid:123\nhome:/var/lib/ntp\ncreate-home:yes\n"},
                         accounts="uid-min:5\n")
        profile = ["--profile", str(self.lab.profile)]
        commands = [
            ("useradd-profile", ["--users", "ntp"]),
            ("users-update", ["check", *profile]),
            ("users-update", ["explain", "ntp", *profile]),
            ("users-update", ["sync", "--installed", str(self.lab.root / "list")]),
            ("users-update", ["import", str(self.lab.root / "map")]),
        ]
        for applet, arguments in commands:
            with self.subTest(applet, arguments=arguments[0]):
                before, failed = self.lab.state(), 0
                for limit in range(3, 40):
                    process = self.lab.run(*arguments, applet=applet,
                                           prefix=["prlimit", f"--nofile={limit}"])
                    if process.returncode == 0:
                        break
                    self.assertEqual(process.returncode, 111, (limit, process.stderr))
                    self.assertEqual(len(self.lab.said(process)), 1, process.stderr)
                    self.assertTrue(process.stderr.endswith(": Too many open files\n"), process.stderr)
                    self.assertEqual(self.lab.state(), before)
                    failed += 1
                self.assertEqual((process.returncode, process.stderr), (0, ""))
                self.assertGreater(failed, 2)

    def test_a_standard_input_that_is_closed(self):
        self.refused(self.lab.run("--taken", "-", users="ntp",
                                  prefix=["sh", "-c", 'exec "$0" "$@" <&-']),
                     "standard input is closed")

    def test_a_profile_that_is_not_there_is_not_the_systems_fault(self):
        for option, said in (("--profile", "there is no such profile"),
                             ("--taken", "No such file or directory")):
            self.refused(self.lab.run(option, "/nonexistent", users="ntp"),
                         f"/nonexistent: {said}")


class FilesOfTheRoot(Profile):
    """Messages name them so that nobody takes them for the running system's."""

    def test_what_is_in_the_way(self):
        cases = [
            ("etc/passwd", "R/etc/passwd: is not a regular file inside the root", 111),
            ("etc/gshadow", "R/etc/gshadow: is not a regular file inside the root", 111),
            ("etc/portage/profile/accounts/user/u",
             "R/etc/portage/profile/accounts/user/u: is not a regular file", 1),
        ]
        for path, said, code in cases:
            with self.subTest(path), Lab(stocked=True) as self.lab:
                (self.lab.root / path).unlink(missing_ok=True)
                self.lab.files({path + "/": ""})
                self.refused(self.lab.run(users="u"), said, code=code)

    def test_a_fault_in_the_local_override(self):
        self.lab.declare(local={"user/u": "uid:x\n"})
        self.refused(self.lab.run(users="u"), "R/etc/portage/profile/accounts/user/u:1:5: "
                     "uid: 'x' is not an id: 0 to 4294967294 without 65535")

    def test_the_origin_is_what_the_root_itself_calls_it(self):
        self.lab.declare(local={"user/u": "uid:200\n"})
        self.done(self.lab.run(users="u"))
        self.assertEqual(self.lab.records()["user", "u"][5],
                         "/etc/portage/profile/accounts/user/u")


class FaultyLines(Profile):
    def test_a_carriage_return_at_the_end_of_members(self):
        fault = ("a carriage return ends the line and its last member; "
                 "remove it before members are added")
        for name, group, gshadow, said in (
                ("group", "audio:x:18:a,b\r\n", "audio:!::a,b\n", "/etc/group:3"),
                ("gshadow", "audio:x:18:a,b\n", "audio:!::a,b\r\n", "/etc/gshadow:3"),
                ("no member yet", "audio:x:18:\r\n", "audio:!::\n", "/etc/group:3")):
            with self.subTest(name), Lab(stocked=True) as self.lab:
                self.lab.files({"etc/group": (GROUP + group).encode(),
                                "etc/gshadow": (GSHADOW + gshadow).encode(),
                                "usr/lib/sysusers.d/a.conf": "m c audio\n"})
                self.lab.declare(user={"c": "groups:audio\n"})
                before = self.lab.state()
                self.refused(self.lab.run(users="c"), f"R{said}: group audio: {fault}")
                process = self.lab.run(applet="systemd-sysusers")
                self.assertEqual(process.returncode, 1)
                self.assertEqual(process.stderr.splitlines()[-1],
                                 f"systemd-sysusers: {self.lab.root}{said}: group audio: {fault}")
                self.assertEqual(self.lab.state(), before)
                # Nobody is to be added: the line stays as it is.
                process = self.lab.run(groups="audio")
                self.assertEqual((process.returncode, process.stderr), (0, ""))

    def test_names_that_stand_twice_are_told_once(self):
        self.lab.files({"etc/passwd": PASSWD + "ntp:x:5:5::/:/bin/sh\nntp:x:6:6::/:/bin/sh\n",
                        "etc/group": GROUP + "ntp:x:5:\nother:x:7:\nother:x:7:\nntp:x:5:\n",
                        "etc/shadow": SHADOW + "ntp:*:1::::::\nntp:*:2::::::\n"})
        self.lab.declare(user={"ntp": ""})
        again = "is there already; only the first line counts"
        told = [f"R/etc/passwd:4: user ntp {again}", f"R/etc/shadow:4: user ntp {again}",
                f"R/etc/group:6: group ntp {again}"]
        for arguments in (["-n"], []):
            process = self.lab.run(*arguments, "--package", "net/ntp", users="ntp")
            self.assertEqual(process.returncode, 0)
            self.assertEqual(self.lab.said(process), told)
        process = self.lab.run("drop", "--package", "net/ntp", applet="users-update")
        self.assertEqual(process.returncode, 0)
        self.assertEqual(self.lab.said(process), told)


class Mounts(Profile):
    """In a mount namespace of its own."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0 or shutil.which("unshare") is None:
            self.skipTest("needs root and unshare")
        self.lab.declare(user={"u": "uid:77\nhome:/srv/u\ncreate-home:yes\n"})
        self.before = self.lab.state()

    def run_after(self, script):
        shell = f'cd {self.lab.root} && {script} && exec "$0" "$@"'
        return self.lab.run(users="u", prefix=["unshare", "-m", "sh", "-ec", shell])

    def test_a_root_that_is_read_only(self):
        process = self.run_after("mount --bind . . && mount -o remount,bind,ro . && cd .")
        self.refused(process, "R/etc/.pwd.lock: Read-only file system", code=111)
        self.assertEqual(self.lab.state(), self.before)

    def test_etc_that_is_read_only(self):
        process = self.run_after("mount --bind etc etc && mount -o remount,bind,ro etc")
        self.refused(process, "R/etc/.pwd.lock: Read-only file system", code=111)
        self.assertEqual(self.lab.state(), self.before)

    def test_a_file_that_is_a_mount_point(self):
        for name in ("passwd", "group"):
            with self.subTest(name):
                process = self.run_after(f"mount --bind etc/{name} etc/{name}")
                self.refused(process, f"R/etc/{name}: is a mount point: Device or resource busy",
                             code=111)
                self.assertEqual(self.lab.state(), self.before)
                self.assertEqual(self.lab.leftovers(), [])

    def test_a_file_system_that_is_full(self):
        # Each time the whole root is a small file system; what is in it afterwards is compared there.
        cases = [
            ("in a home", {"etc/skel/large": "x" * 100_000},
             "P/accounts/user/u:2:6: user u: R/etc/skel/large: cannot make the home"),
            ("in passwd", {"etc/passwd": PASSWD + "#" + "x" * 100_000 + "\n"},
             "R/etc/passwd: cannot write its new content"),
        ]
        for name, files, said in cases:
            with self.subTest(name), Lab(stocked=True) as self.lab:
                self.lab.declare(user={"u": "uid:77\nhome:/srv/u\ncreate-home:yes\n"})
                self.lab.files(files)
                copy = self.lab.top / "copy"
                shutil.copytree(self.lab.root, copy)
                shell = (f"mount -t tmpfs -o size=180k,mode=755 none {self.lab.root} && "
                         f"cp -a {copy}/. {self.lab.root}/ && {{ \"$0\" \"$@\"; code=$?; }}; "
                         f"diff -r {copy} {self.lab.root}; exit $code")
                process = self.lab.run(users="u", prefix=["unshare", "-m", "sh", "-c", shell])
                self.assertEqual(self.lab.said(process), [said + ": No space left on device"])
                self.assertEqual(process.stdout, f"Only in {self.lab.root}/etc: .pwd.lock\n")
                self.assertEqual(process.returncode, 111)


if __name__ == "__main__":
    unittest.main()
