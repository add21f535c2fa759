#!/usr/bin/env python3
"""systemd-sysusers through the binary: options, the folders, messages, hostile names, ids and trees."""
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

KEELSON = os.path.abspath(os.environ.get("KEELSON", "build/keelson"))
DAY = {"SOURCE_DATE_EPOCH": str(20000 * 86400)}
FILES = ("passwd", "group", "shadow", "gshadow")


class Tree(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="keelson-sysusers-"))
        self.addCleanup(shutil.rmtree, self.top)
        self.root = self.top / "root"
        (self.root / "etc").mkdir(parents=True)

    def write(self, name, text=""):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def read(self, name):
        path = self.root / name
        return path.read_text() if path.exists() else None

    def run_it(self, *arguments, root=None, stdin="", **environment):
        command = [KEELSON, "systemd-sysusers", f"--root={root or self.root}", *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, cwd=self.top,
                              env={**os.environ, **DAY, "LC_ALL": "C.UTF-8", **environment})
        done.said = done.stderr.replace(str(self.root), "ROOT")
        return done

    def expect(self, done, code, said):
        self.assertEqual((done.returncode, done.said), (code, said))

    def lines(self, *lines, **more):
        return self.run_it("--inline", "--", *lines, **more)

    def state(self):
        """What would show that something was half done: names, bytes and inodes of all but locks."""
        return {str(path): (path.lstat().st_ino, path.read_bytes() if path.is_file() else None)
                for path in sorted(self.root.rglob("*")) if path.name != ".pwd.lock"}


class Accounts(Tree):
    def test_users_groups_and_members(self):
        done = self.lines('u web 80 "Web server" /srv/web /bin/sh', "g tape 26", "m web tape", "u ann -:tape",
                          "u bob", "m carl staff")
        self.expect(done, 0,
                    "Creating group 'tape' with GID 26.\n"
                    "Creating group 'staff' with GID 999.\n"
                    "Creating group 'web' with GID 80.\n"
                    "Creating user 'web' (Web server) with UID 80 and GID 80.\n"
                    "Creating user 'ann' (n/a) with UID 998 and GID 26.\n"
                    "Creating group 'bob' with GID 997.\n"
                    "Creating user 'bob' (n/a) with UID 997 and GID 997.\n"
                    "Creating group 'carl' with GID 996.\n"
                    "Creating user 'carl' (n/a) with UID 996 and GID 996.\n")
        self.assertEqual(self.read("etc/passwd"),
                         "web:x:80:80:Web server:/srv/web:/bin/sh\nann:x:998:26::/:/usr/sbin/nologin\n"
                         "bob:x:997:997::/:/usr/sbin/nologin\ncarl:x:996:996::/:/usr/sbin/nologin\n")
        self.assertEqual(self.read("etc/group"),
                         "tape:x:26:web\nstaff:x:999:carl\nweb:x:80:\nbob:x:997:\ncarl:x:996:\n")
        self.assertEqual(self.read("etc/gshadow"),
                         "tape:!*::web\nstaff:!*::carl\nweb:!*::\nbob:!*::\ncarl:!*::\n")
        self.assertEqual(self.read("etc/shadow"),
                         "".join(f"{name}:!*:20000::::::\n" for name in ("web", "ann", "bob", "carl")))
        modes = {name: stat.S_IMODE((self.root / "etc" / name).stat().st_mode) for name in FILES}
        self.assertEqual(modes, {"passwd": 0o644, "group": 0o644, "shadow": 0, "gshadow": 0})

    def test_a_second_run_changes_nothing(self):
        self.lines("u a", "m b c")
        before = self.state()
        self.expect(self.lines("u a", "m b c"), 0, "")
        self.assertEqual(self.state(), before)

    def test_nothing_is_left_beside_the_files(self):
        self.lines("u a")
        self.lines("u b")
        self.assertEqual(sorted(os.listdir(self.root / "etc")),
                         sorted([".pwd.lock", *FILES, *(name + "-" for name in FILES)]))
        self.assertEqual(os.listdir(self.root), ["etc"])
        self.assertEqual(self.read("etc/passwd-"), "a:x:999:999::/:/usr/sbin/nologin\n")

    def test_members_are_sorted_when_one_is_added(self):
        self.write("etc/group", "b:x:7:\nc:x:8:\ng:x:5:c,a,a\nh:x:6:c,a\n")
        self.write("etc/gshadow", "g:!:adm:d\n")
        self.write("etc/passwd", "b:x:7:5::/:/bin/sh\nc:x:8:5::/:/bin/sh\n")
        self.expect(self.lines("m b g", "m c h"), 0, "")
        self.assertEqual(self.read("etc/group"), "b:x:7:\nc:x:8:\ng:x:5:a,b,c\nh:x:6:c,a\n")
        self.assertEqual(self.read("etc/gshadow"), "g:!:adm:b,d\n")
        self.assertEqual((self.read("etc/shadow"), self.read("etc/passwd-")), (None, None))

    def test_comments_and_compat_lines_stay_where_they_were(self):
        self.write("etc/passwd", "# people\nroot:x:0:0::/:/bin/sh\n\nodd\n+@net::::::\n+::::::\n")
        self.lines("u a")
        self.assertEqual(self.read("etc/passwd"),
                         "# people\nroot:x:0:0::/:/bin/sh\n\nodd\na:x:999:999::/:/usr/sbin/nologin\n"
                         "+@net::::::\n+::::::\n")

    def test_the_root_user_has_the_best_shell_there_is(self):
        for shell in ("/bin/sh", "/bin/bash"):
            if shell == "/bin/bash":
                self.write("bin/bash")
                (self.root / "etc/passwd").unlink()
            self.lines("u root 0")
            self.assertEqual(self.read("etc/passwd"), f"root:x:0:0::/:{shell}\n")

    def test_a_locked_user_is_expired(self):
        self.lines("u! a", "u b")
        self.assertEqual(self.read("etc/shadow"), "a:!*:20000:::::1:\nb:!*:20000::::::\n")

    def test_a_shadow_line_that_is_left_keeps_its_password(self):
        self.write("etc/shadow", "a:$6$left:1:2:3:4:5:6:7\n")
        self.lines("u a")
        self.assertEqual(self.read("etc/shadow"), "a:$6$left:20000:2:3:4:5:6:7\n")

    def test_a_group_left_in_gshadow_stops_it(self):
        self.write("etc/gshadow", "a:!::\n")
        before = self.state()
        self.expect(self.lines("g a 5"), 1,
                    "Creating group 'a' with GID 5.\nROOT/etc/gshadow: Group \"a\" already exists.\n")
        self.assertEqual(self.state(), before)

    def test_ids_of_a_files_owner(self):
        if os.geteuid() != 0:
            self.skipTest("not root: files of others cannot be made")
        os.chown(self.write("f"), 77, 88)
        (self.root / "link").symlink_to("/f")
        self.expect(self.lines("u a /link", "g b /f"), 0,
                    "Creating group 'b' with GID 88.\nCreating group 'a' with GID 999.\n"
                    "Creating user 'a' (n/a) with UID 77 and GID 999.\n")


class Spent(Tree):
    TABLE = ("user:gone:999:gone::f:1:\nuser:kept:998:reserved::f:1:\nuser:gone:42:gone::f:1:\n"
             "user:alive:997:active::f:1:\n")

    def test_ids_of_the_table_are_not_given_to_others(self):
        self.write("var/lib/keelson/accounts.db", self.TABLE)
        self.expect(self.lines("u a", "u b 42", "u gone 42", "u kept"), 0,
                    "Creating group 'a' with GID 997.\n"
                    "Creating user 'a' (n/a) with UID 997 and GID 997.\n"
                    "Creating group 'b' with GID 996.\n"
                    "Suggested user ID 42 for b already used.\n"
                    "Creating user 'b' (n/a) with UID 996 and GID 996.\n"
                    "Creating group 'gone' with GID 42.\n"
                    "Creating user 'gone' (n/a) with UID 42 and GID 42.\n"
                    "Creating group 'kept' with GID 998.\n"
                    "Creating user 'kept' (n/a) with UID 998 and GID 998.\n")

    def test_the_table_stays_as_it_is(self):
        self.write("var/lib/keelson/accounts.db", self.TABLE)
        self.lines("u a")
        kept = [line for line in self.read("var/lib/keelson/accounts.db").splitlines(True)
                if not line.startswith("#")]
        self.assertEqual(sorted(kept), sorted(self.TABLE.splitlines(True)))

    def test_a_table_that_cannot_be_read_stops_it(self):
        self.write("var/lib/keelson/accounts.db", "user:a:x:gone::f:1:\n")
        done = self.lines("u a")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)
        self.assertIn("accounts.db:1:8", done.stderr)
        self.assertIsNone(self.read("etc/passwd"))


class Folders(Tree):
    def setUp(self):
        super().setUp()
        self.write("usr/lib/sysusers.d/a.conf", "g lib 11\n")
        self.write("usr/local/lib/sysusers.d/b.conf", "g local 12\n")
        self.write("run/sysusers.d/c.conf", "g run 13\n")
        self.write("etc/sysusers.d/d.conf", "g etc 14")
        self.write("lib/sysusers.d/e.conf", "g lib2 15\n")

    def groups(self, *arguments, **more):
        done = self.run_it("--dry-run", *arguments, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [line.split("'")[1] for line in done.stderr.splitlines() if line.startswith("Creating")]

    def test_all_folders_in_the_order_of_names(self):
        self.assertEqual(self.groups(), ["lib", "local", "run", "etc", "lib2"])

    def test_only_conf_files_that_are_not_hidden(self):
        for name in ("x", "x.conf~", ".x.conf", "x.conf.dpkg-new"):
            self.write(f"etc/sysusers.d/{name}", "g bad\n")
        self.assertEqual(self.groups(), ["lib", "local", "run", "etc", "lib2"])

    def test_the_first_folder_has_the_name(self):
        self.write("run/sysusers.d/a.conf", "g run2\n")
        self.write("etc/sysusers.d/c.conf", "g etc2\n")
        self.assertEqual(self.groups(), ["run2", "local", "etc2", "etc", "lib2"])

    def test_a_link_to_dev_null_masks(self):
        (self.root / "etc/sysusers.d/a.conf").symlink_to("/dev/null")
        self.write("run/sysusers.d/b.conf")
        self.assertEqual(self.groups(), ["run", "etc", "lib2"])

    def test_links_stay_inside_the_root(self):
        outside = self.top / "outside.conf"
        outside.write_text("g outside\n")
        self.write("real", "g inside\n")
        (self.root / "etc/sysusers.d/x.conf").symlink_to("/real")
        (self.root / "etc/sysusers.d/y.conf").symlink_to(outside)
        (self.root / "etc/sysusers.d/z.conf").symlink_to("../../../outside.conf")
        self.assertEqual(self.groups()[-1], "inside")

    def test_an_operand_is_looked_for_in_the_folders(self):
        self.write("etc/sysusers.d/sub/x", "g sub\n")
        for operand, groups in (("c.conf", ["run"]), ("./c.conf", ["run"]), ("sub/x", ["sub"])):
            self.assertEqual(self.groups(operand), groups)
        outside = self.top / "outside"
        outside.write_text("g outside\n")
        self.assertEqual(self.groups(str(outside), "a.conf"), ["outside", "lib"])
        self.assertEqual(self.groups("-", stdin="g piped\n"), ["piped"])
        done = subprocess.run(["sh", "-c", 'exec "$0" systemd-sysusers --root "$1" - <&-', KEELSON,
                               self.root], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (1, "standard input is closed\n"))

    def test_an_operand_that_is_not_there(self):
        for operand in ("nosuch.conf", "/nosuch.conf", "outside"):
            self.expect(self.run_it("a.conf", operand), 1,
                        f"Failed to open '{operand}', ignoring: No such file or directory\n")
        self.assertIsNone(self.read("etc/group"))
        self.expect(self.run_it("."), 1, "Failed to read 'ROOT/etc/sysusers.d': Is a directory\n")

    def test_replace(self):
        for path, groups in (
                ("/usr/lib/sysusers.d/b.conf", ["lib", "local", "run", "etc", "lib2"]),
                ("/usr/local/lib/sysusers.d/b.conf", ["lib", "new", "run", "etc", "lib2"]),
                ("/etc/sysusers.d/a.conf", ["new", "local", "run", "etc", "lib2"]),
                ("/usr/lib/sysusers.d/bb.conf", ["lib", "local", "new", "run", "etc", "lib2"]),
                ("/elsewhere/bb.conf", ["lib", "local", "new", "run", "etc", "lib2"]),
                ("/elsewhere/b.conf", ["lib", "local", "run", "etc", "lib2"])):
            self.assertEqual(self.groups(f"--replace={path}", "--inline", "g new"), groups, path)

    def test_cat_config(self):
        self.write("etc/sysusers.d/a.conf")
        done = self.run_it("--cat-config")
        self.assertEqual(done.stdout.replace(str(self.root), "ROOT"),
                         "# ROOT/etc/sysusers.d/a.conf\n\n# ROOT/usr/local/lib/sysusers.d/b.conf\ng local 12\n"
                         "\n# ROOT/run/sysusers.d/c.conf\ng run 13\n\n# ROOT/etc/sysusers.d/d.conf\ng etc 14\n"
                         "\n# ROOT/lib/sysusers.d/e.conf\ng lib2 15\n")
        self.assertFalse((self.root / "etc/.pwd.lock").exists())

    def test_errors_in_installed_files_do_not_stop_the_rest(self):
        self.write("usr/lib/sysusers.d/a.conf", "x\ng lib 11\ng lib 12\nu a 65535\n")
        (self.root / "etc/sysusers.d/dir.conf").mkdir()
        (self.root / "etc/sysusers.d/f.conf").symlink_to("nowhere")
        done = self.run_it()
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.said.splitlines()[:5], [
            "ROOT/usr/lib/sysusers.d/a.conf:1: Missing action and name columns.",
            "ROOT/usr/lib/sysusers.d/a.conf:3: Conflict with earlier configuration for group 'lib', ignoring line.",
            "ROOT/usr/lib/sysusers.d/a.conf:4: Failed to parse UID: '65535': No such device or address",
            "Failed to read 'ROOT/etc/sysusers.d/dir.conf': Is a directory",
            "Creating group 'lib' with GID 11."])

    def test_errors_in_operands_stop_everything(self):
        self.expect(self.run_it("--inline", "g a", "x y", "z"), 1, "(argument):2: Unknown command type 'x'.\n")
        self.expect(self.run_it("-", stdin="g a\nx y\nz\n"), 1,
                    "-:2: Unknown command type 'x'.\n-:3: Missing action and name columns.\n")
        self.assertIsNone(self.read("etc/group"))


class Options(Tree):
    def test_wrong_ones(self):
        for arguments, said in (
                (["--image=x"], "Disk images are not supported: mount the image and give --root=.\n"),
                (["--replace=x.conf", "a"], "The argument to --replace= must be an absolute path.\n"),
                (["--replace=/x", "a"], "The argument to --replace= must have the extension '.conf'.\n"),
                (["--replace=/x.conf"], "When --replace= is given, some configuration items must be specified\n"),
                (["--replace=/x.conf", "--cat-config"],
                 "Option --replace= is not supported with --cat-config\n")):
            self.expect(self.run_it(*arguments), 1, said)
        for arguments in (["--bogus"], ["--inline=x"], ["--replace"], ["-q"]):
            self.assertEqual(self.run_it(*arguments).returncode, 1)
        self.assertEqual(os.listdir(self.root / "etc"), [])

    def test_dry_run_writes_nothing_and_takes_no_lock(self):
        said = "Creating group 'a' with GID 999.\nCreating user 'a' (n/a) with UID 999 and GID 999.\n"
        files = "".join(f"Would write /etc/{name}…\n" for name in ("group", "gshadow", "passwd", "shadow"))
        self.expect(self.run_it("--dry-run", "--inline", "u a"), 0, said + files)
        self.expect(self.run_it("-n", "--inline", "u a", LC_ALL="C"), 0, said + files.replace("…", "..."))
        self.assertEqual(os.listdir(self.root / "etc"), [])

    def test_a_relative_root_and_how_it_is_shown(self):
        self.write("etc/sysusers.d/a.conf", "x\n")
        self.expect(self.run_it(root=".//root/./"), 0,
                    "ROOT/etc/sysusers.d/a.conf:1: Missing action and name columns.\n")

    def test_a_root_that_is_not_there(self):
        done = self.run_it(root=self.top / "nosuch")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)
        self.assertIn("nosuch: No such file or directory", done.stderr)

    def test_no_pager_and_help(self):
        self.expect(self.run_it("--no-pager"), 0, "")
        for option in ("-h", "--help"):
            self.assertIn("--replace=PATH", self.run_it(option).stdout)


class Credentials(Tree):
    def credential(self, name, text):
        folder = self.top / "credentials"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text)
        return {"CREDENTIALS_DIRECTORY": str(folder)}

    def test_password_and_shell(self):
        self.credential("passwd.hashed-password.a", "$6$hash")
        done = self.lines("u a", "u b", **self.credential("passwd.shell.a", "/bin/zsh"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.read("etc/shadow"), "a:$6$hash:20000::::::\nb:!*:20000::::::\n")
        self.assertEqual(self.read("etc/passwd"),
                         "a:x:999:999::/:/bin/zsh\nb:x:998:998::/:/usr/sbin/nologin\n")

    def test_what_cannot_be_taken_stops_it(self):
        for name, text in (("passwd.plaintext-password.a", "secret"), ("passwd.shell.a", "/bin/sh\n"),
                           ("passwd.hashed-password.a", "a:b"), ("passwd.hashed-password.a", "x\nroot::0:")):
            where = self.credential(name, text)
            done = self.lines("u a", **where)
            self.assertEqual(done.returncode, 1, name)
            self.assertIn(name, done.stderr)
            self.assertIsNone(self.read("etc/passwd"))
            os.unlink(self.top / "credentials" / name)

    def test_a_folder_that_is_no_absolute_path(self):
        self.expect(self.lines("u a", CREDENTIALS_DIRECTORY="credentials"), 1,
                    "Failed to get credentials directory: Invalid argument\n")


class Specifiers(Tree):
    def gecos(self, text, **environment):
        done = self.run_it("-n", "--inline", f'u a - "{text}"', **environment)
        found = [line for line in done.said.splitlines() if not line.startswith(("Would", "Creating group"))]
        self.assertEqual(len(found), 1, done.stderr)
        return found[0].split("(", 1)[1].rsplit(")", 1)[0] if done.returncode == 0 else found[0]

    def test_files_below_the_root(self):
        self.write("etc/os-release", 'ID=deb\nVERSION_ID="1 2"\nIMAGE_ID=im\nIMAGE_VERSION=3\nBUILD_ID=b\n')
        self.write("etc/machine-id", "0123456789ABCDEF0123456789abcdef\n")
        self.write("etc/machine-info", "PRETTY_HOSTNAME='A Host'\n")
        self.assertEqual(self.gecos("%o|%w|%W|%M|%A|%B|%m|%q|%%"),
                         "deb|1 2||im|3|b|0123456789abcdef0123456789abcdef|A Host|%")

    def test_the_running_kernel(self):
        kernel, host, machine = os.uname().release, os.uname().nodename, os.uname().machine
        boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip().replace("-", "")
        self.assertEqual(self.gecos("%v|%H|%l|%b"), f"{kernel}|{host}|{host.split('.')[0]}|{boot}")
        if machine == "x86_64":
            self.assertEqual(self.gecos("%a"), "x86-64")

    def test_temporary_folders_are_the_roots_own(self):
        self.assertEqual(self.gecos("%T|%V", TMPDIR="/dev"), "/tmp|/var/tmp")

    def test_what_is_missing_or_wrong(self):
        wrong = "(argument):1: Failed to replace specifiers in '%{}': {}"
        for letter in "oAmBMwW":
            self.assertEqual(self.gecos("%" + letter), wrong.format(letter, "Protocol driver not attached"))
        for letter in "zStE0":
            self.assertEqual(self.gecos("%" + letter), wrong.format(letter, "Invalid slot"))
        for text, why in (("uninitialized\n", "Package not installed"), ("zz\n", "Invalid argument"),
                          ("", "No medium found")):
            self.write("etc/machine-id", text)
            self.assertEqual(self.gecos("%m"), wrong.format("m", why))


class Hostile(Tree):
    def test_names(self):
        for name in ("a\nb", "a:b", "a/b", "123", "n" * 33, "n" * 32, "", "-a", "a b", "..", "a,b", "é", "a\tb",
                     "a\x01", "0a"):
            quoted = '"' + name + '"'
            for line in (f"u {quoted}", f"g {quoted}", f"m {quoted} g", f"m u {quoted}"):
                done = self.lines(line)
                self.assertEqual(done.returncode, 1, line)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertTrue(done.stderr.startswith("(argument):1: "), done.stderr)
        self.assertEqual(os.listdir(self.root / "etc"), [])

    def test_ids(self):
        for number, why in (("-1", "Invalid argument"), ("65535", "No such device or address"),
                            ("4294967295", "No such device or address"),
                            ("4294967296", "Numerical result out of range"), ("0x1", "Invalid argument"),
                            ("99999999999999999999999", "Numerical result out of range")):
            self.expect(self.lines(f"u a {number}"), 1, f"(argument):1: Failed to parse UID: '{number}': {why}\n")
            self.expect(self.lines(f"g a {number}"), 1, f"(argument):1: Failed to parse GID: '{number}': {why}\n")
            self.assertEqual(self.lines(f"r - {number}").returncode, 1)
        self.assertEqual(os.listdir(self.root / "etc"), [])

    def test_ranges_never_give_what_is_no_id(self):
        self.lines("r - 65534-65536", "g a", "g b", "g c")
        self.assertEqual(self.read("etc/group"), "a:x:65536:\nb:x:65534:\n")

    def test_fields_that_would_break_lines(self):
        for line in ('u a - "x:y"', 'u a - "x\ny"', "u a - - /a:b", 'u a - - - "/bin/sh\nroot::0:0"'):
            self.assertEqual(self.lines(line).returncode, 1, line)
        self.assertEqual(os.listdir(self.root / "etc"), [])

    def outside(self):
        """A folder beside the root that has to stay as it is."""
        folder = self.top / "outside"
        folder.mkdir()
        (folder / "passwd").write_text("untouched\n")
        self.addCleanup(lambda: self.assertEqual(
            {name: (folder / name).read_text() for name in os.listdir(folder)}, {"passwd": "untouched\n"}))
        return folder

    def test_etc_is_a_link_out_of_the_root(self):
        folder = self.outside()
        (self.root / "etc").rmdir()
        (self.root / "etc").symlink_to(folder)
        done = self.lines("u a")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)

    def test_etc_is_a_link_inside_the_root(self):
        (self.root / "etc").rmdir()
        (self.root / "real").mkdir()
        (self.root / "etc").symlink_to("/real")
        self.assertEqual(self.lines("u a").returncode, 0)
        self.assertEqual(self.read("real/passwd"), "a:x:999:999::/:/usr/sbin/nologin\n")

    def test_account_files_are_links_out_of_the_root(self):
        folder = self.outside()
        (self.root / "etc/passwd").symlink_to(folder / "passwd")
        done = self.lines("u a")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 3), done.stderr)
        self.assertEqual(self.read("etc/group"), None)

    def test_an_account_file_is_a_link_inside_the_root(self):
        self.write("usr/passwd", "root:x:0:0::/:/bin/sh\n")
        (self.root / "etc/passwd").symlink_to("../../../usr/passwd")
        self.assertEqual(self.lines("u a").returncode, 0)
        self.assertTrue((self.root / "etc/passwd").is_symlink())
        self.assertEqual(self.read("usr/passwd"), "root:x:0:0::/:/bin/sh\na:x:999:999::/:/usr/sbin/nologin\n")

    def test_locks_are_links(self):
        folder = self.outside()
        for name in (".pwd.lock", "passwd.lock"):
            link = self.root / "etc" / name
            link.symlink_to(folder / name)
            if name == ".pwd.lock":
                done = self.lines("u a")
                self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)
                link.unlink()
        self.assertFalse((folder / ".pwd.lock").exists())

    def test_temporary_and_backup_names_are_taken_by_links(self):
        folder = self.outside()
        self.write("etc/passwd", "root:x:0:0::/:/bin/sh\n")
        for name in ("passwd-", "passwd+", "group-", ".#passwd"):
            (self.root / "etc" / name).symlink_to(folder / "passwd")
        self.assertEqual(self.lines("u a").returncode, 0)
        self.assertEqual(self.read("etc/passwd-"), "root:x:0:0::/:/bin/sh\n")
        self.assertFalse((self.root / "etc/passwd-").is_symlink())

    def test_the_record_of_the_change_is_a_link(self):
        (self.root / "etc/.keelson-accounts").symlink_to(self.outside() / "record")
        done = self.lines("u a")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/etc/.keelson-accounts: cannot be found", done.stderr)
        self.assertIsNone(self.read("etc/passwd"))

    def test_account_files_that_are_no_files(self):
        for name in FILES:
            path = self.root / "etc" / name
            for make in (path.mkdir, lambda: os.mkfifo(path)):
                make()
                before = self.state()
                done = self.lines("u a")
                self.assertEqual(done.returncode, 1, name)
                self.assertIn(f"/etc/{name}", done.stderr)
                self.assertEqual(self.state(), before)
                path.rmdir() if path.is_dir() else path.unlink()


class Mounts(Tree):
    """Each command in a mount namespace of its own."""

    def mounted(self, script, *lines):
        unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
        if subprocess.run([*unshare, "mount", "--bind", str(self.root), str(self.root)],
                          capture_output=True).returncode != 0:
            self.skipTest("no mount namespaces here")
        done = subprocess.run([*unshare, "sh", "-ec", script + '; exec "$@"', "sh", KEELSON, "systemd-sysusers",
                               f"--root={self.root}", "--inline", *lines], cwd=self.root, text=True,
                              capture_output=True, timeout=60)
        return done

    def fails(self, script, path, why):
        self.write("etc/passwd", "root:x:0:0::/:/bin/sh\n")
        self.write("etc/group", "root:x:0:\n")
        before = self.state()
        done = self.mounted(script, "u a")
        mine = [line for line in done.stderr.splitlines() if not line.startswith("Creating ")]
        self.assertEqual((done.returncode, len(mine)), (1, 1), done.stderr)
        self.assertIn(path, mine[0])
        self.assertIn(why, mine[0])
        self.assertEqual(self.state(), before)

    def test_a_read_only_root(self):
        self.fails("mount --bind . .; mount -o remount,ro,bind .", "/etc/.pwd.lock", "Read-only file system")

    def test_read_only_while_the_lock_is_writable(self):
        self.write("etc/.pwd.lock")
        self.fails("mount --bind . .; mount -o remount,ro,bind .", "/etc/", "Read-only file system")

    def test_passwd_is_a_mount_point(self):
        self.fails("mount --bind etc/passwd etc/passwd", "/etc/passwd: is a mount point", "busy")

    def test_group_is_a_mount_point(self):
        self.fails("mount --bind etc/group etc/group", "/etc/group: is a mount point", "busy")

    def test_a_full_file_system(self):
        script = "mount -t tmpfs -o size=64k none etc; cp -a {}/. etc; head -c 100000 /dev/zero >etc/fill || true"
        self.write("etc/passwd", "root:x:0:0::/:/bin/sh\n")
        shutil.copytree(self.root / "etc", self.top / "copy")
        done = self.mounted(script.format(self.top / "copy"), "u a")
        mine = [line for line in done.stderr.splitlines() if not line.startswith(("Creating ", "head:"))]
        self.assertEqual((done.returncode, len(mine)), (1, 1), done.stderr)
        self.assertIn("No space left on device", mine[0])


if __name__ == "__main__":
    unittest.main()
