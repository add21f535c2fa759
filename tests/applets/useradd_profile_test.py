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


if __name__ == "__main__":
    unittest.main()
