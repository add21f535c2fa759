#!/usr/bin/env python3
"""useradd-profile on roots and profiles of its own; pwck and grpck look at what it writes."""
import os
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from account_lab import GROUP, GSHADOW, PASSWD, SHADOW, Lab  # noqa: E402

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
            ("number: the own group is unknown", "", "gid:9\n", {"a": "gid:9\n"}, 9, {"u": 9}),
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
            ("elsewhere", "330", "uid 330 is taken by ldapuser"),
            ("a tombstone's", "300", "uid 300 is spent: it was gone's"),
            ("kept for another name", "301", "uid 301 is taken by later"),
            ("of one who was removed behind our back", "302", "uid 302 is taken by away"),
            ("a reserved range's", "350", "uid 350 is in a reserved range"),
            ("a subordinate range's", "100005", "uid 100005 is in a subordinate range"),
            ("a defunct one's", "360", "uid 360 is spent: it was dead's"),
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
                                     group={"u": "gid:40\n"}, accounts="reserve:340-359\n")
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
            at + "7:8: user u: expire is never, not 10",
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
            "change user u expire 10", "change user u password"])
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
            "P/accounts/user/u:1:13: user u: no subordinate ids, because there is no /etc/subuid "
            "or /etc/subgid"])
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

    def test_nothing_is_missing(self):
        before = self.lab.state()
        process = self.lab.run(users="nobody", env={"FEATURES": "noautoaccts"})
        self.assertEqual((self.done(process), process.stderr), ([], ""))
        self.assertEqual(self.lab.state(), before)

    def test_other_words_do_not_count(self):
        self.lab.declare(user={"u": ""})
        self.done(self.lab.run(users="u", env={"FEATURES": "noautoaccts2 -noautoaccts"}))
        self.assertIsNotNone(self.lab.uid("u"))


if __name__ == "__main__":
    unittest.main()
