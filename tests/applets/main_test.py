#!/usr/bin/env python3
"""The dispatch, the program's own options, and what every applet must have, through the binary."""
import ctypes
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

KEELSON = os.environ["KEELSON"]
NO_SUCH_APPLET = 127
# A stand-in for a known tool keeps that tool's code for a wrong command line.
USAGE = {"pwlookup": 64, "nscd": 64, "ifup": 1, "ifdown": 1, "ifquery": 1, "systemd-sysusers": 1}


def run(arguments, **options):
    options = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, **options}
    return subprocess.run(arguments, timeout=20, **options)


def listed():
    lines = run([KEELSON, "--list"]).stdout.splitlines()
    return [line.split("\t") for line in lines]


APPLETS = [row[0] for row in listed()]


def tree_state(folder):
    """Names, kinds, sizes and times of everything in it."""
    state = {}
    for path in sorted(pathlib.Path(folder).rglob("*")):
        info = path.lstat()
        state[str(path)] = (info.st_mode, info.st_size, info.st_mtime_ns, info.st_ino)
    return state


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)


class Program(Folder):
    def test_list_is_sorted_and_has_two_columns(self):
        rows = listed()
        self.assertGreater(len(rows), 0)
        self.assertEqual([row[0] for row in rows], sorted({row[0] for row in rows}))
        for row in rows:
            self.assertEqual(len(row), 2, row)
            self.assertRegex(row[1], r"^[^A-Z\n].*[^.]$")

    def test_help_and_version(self):
        help_text = run([KEELSON, "--help"])
        self.assertEqual((help_text.returncode, help_text.stderr), (0, ""))
        for option in ("--list", "--install", "--hard", "--force", "--completion", "--version"):
            self.assertIn(option, help_text.stdout)
        version = run([KEELSON, "--version"])
        self.assertEqual(version.returncode, 0)
        self.assertRegex(version.stdout, r"^keelson \(keelson\) [0-9.]+\n$")

    def test_wrong_command_lines(self):
        cases = [[], ["--frob"], ["-x"], ["--list", "--frob"], ["--list=x"], ["--install"],
                 ["--completion", "csh"], ["--list", "operand"], ["--hard"], ["--force", "--list"],
                 ["--list", "--install", self.folder], ["--help", "--frob"]]
        for arguments in cases:
            with self.subTest(arguments):
                result = run([KEELSON] + arguments)
                self.assertEqual(result.returncode, 2)
                self.assertEqual(result.stdout, "")
                self.assertRegex(result.stderr, r"\Akeelson: [^\n]+\n\Z")
        self.assertEqual(os.listdir(self.folder), [])

    def test_unknown_applet(self):
        for arguments in (["frob"], ["frob", "--help"], ["keelson", "frob"], [""], ["\x1b[1m\n"]):
            with self.subTest(arguments):
                result = run([KEELSON] + arguments)
                self.assertEqual(result.returncode, NO_SUCH_APPLET)
                self.assertRegex(result.stderr, r"\Akeelson: [^\x00-\x1f]*: no such applet[^\n]*\n\Z")

    def test_applet_behind_the_end_of_options(self):
        result = run([KEELSON, "--", "pwlookup", "--version"])
        self.assertEqual(result.returncode, 0)
        self.assertEqual(result.stdout, run([KEELSON, "pwlookup", "--version"]).stdout)
        self.assertEqual(run([KEELSON, "--", "frob"]).returncode, NO_SUCH_APPLET)

    def test_output_that_cannot_be_written(self):
        for option in ("--list", "--help", "--version", "--completion=bash"):
            with self.subTest(option), open("/dev/full", "w") as full:
                result = run([KEELSON, option], capture_output=False, stdout=full,
                             stderr=subprocess.PIPE)
                self.assertEqual(result.returncode, 111)
                self.assertEqual(result.stderr,
                                 "keelson: standard output: No space left on device\n")
            with self.subTest(option + ", closed"):
                result = run(["sh", "-c", 'exec "$0" "$1" >&-', KEELSON, option])
                self.assertEqual(result.returncode, 111)
                self.assertRegex(result.stderr, r"\Akeelson: standard output: [^\n]+\n\Z")

    def test_completion_loads(self):
        script = run([KEELSON, "--completion", "bash"]).stdout
        self.assertEqual(run(["bash", "-n"], stdin=None, input=script).returncode, 0)
        for name in APPLETS:
            self.assertIn(name, script)
        zsh = run([KEELSON, "--completion", "zsh"])
        self.assertEqual(zsh.returncode, 0)
        self.assertTrue(zsh.stdout.startswith("#compdef keelson "))
        if shutil.which("zsh"):
            self.assertEqual(run(["zsh", "-n"], stdin=None, input=zsh.stdout).returncode, 0)

    def complete(self, *words):
        """What bash offers for the last word."""
        script = run([KEELSON, "--completion", "bash"]).stdout
        script += 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _keelson; printf "%s\\n" "${COMPREPLY[@]}"'
        result = run(["bash", "-c", script, "bash", *words], cwd=self.folder)
        self.assertEqual(result.stderr, "")
        return result.stdout.split()

    def test_bash_completes(self):
        os.mkdir(self.path("somewhere"))
        name = APPLETS[0]
        self.assertEqual(self.complete("keelson", "--li"), ["--list"])
        self.assertEqual(self.complete("keelson", "--completion", ""), ["bash", "zsh"])
        self.assertEqual(self.complete("keelson", "--completion", "=", "z"), ["zsh"])
        self.assertEqual(self.complete("keelson", "--install", "some"), ["somewhere"])
        self.assertIn(name, self.complete("keelson", name))
        self.assertEqual(self.complete("keelson", name, "--vers"), ["--version"])
        self.assertEqual(self.complete("/usr/bin/" + name, "--vers"), ["--version"])


class Dispatch(Folder):
    """One applet called in every way: its --version tells that it was found."""

    def called(self, arguments, executable=KEELSON):
        result = run(arguments, executable=executable)
        return result.stdout if result.returncode == 0 else result.returncode

    def setUp(self):
        super().setUp()
        self.applet = APPLETS[-1]
        self.version = run([KEELSON, self.applet, "--version"]).stdout
        self.assertRegex(self.version, rf"\A{self.applet} \(keelson\) [0-9.]+\n\Z")

    def test_argv0(self):
        for name in (self.applet, "/no/such/folder/" + self.applet, "-" + self.applet,
                     "./" + self.applet):
            with self.subTest(name):
                self.assertEqual(self.called([name, "--version"]), self.version)

    def test_as_operand(self):
        self.assertEqual(self.called([KEELSON, self.applet, "--version"]), self.version)
        self.assertEqual(self.called(["-keelson", self.applet, "--version"]), self.version)
        self.assertEqual(self.called(["keelson", "keelson", self.applet, "--version"]),
                         self.version)

    def test_links(self):
        first, second = self.path(self.applet), self.path("other")
        os.symlink(KEELSON, first)
        os.symlink(self.applet, second)
        for path in (first, second):
            with self.subTest(path):
                self.assertEqual(self.called([path, "--version"], path), self.version)
        self.assertEqual(self.called(["whatever", "--version"], second), self.version)

    def test_a_link_of_an_unknown_name(self):
        path = self.path("frob")
        os.symlink(KEELSON, path)
        self.assertEqual(self.called([path, "--version"], path), NO_SUCH_APPLET)
        self.assertEqual(self.called([path, self.applet, "--version"], path), NO_SUCH_APPLET)

    def test_a_copy_under_a_longer_name_is_the_program(self):
        path = self.path("keelson-test")
        shutil.copy(KEELSON, path)
        self.assertEqual(self.called([path, self.applet, "--version"], path), self.version)

    def test_empty_argv(self):
        """argc 0 (the kernel may make one empty argument of it): the executed path says the name."""
        link = self.path("frob")
        os.symlink(KEELSON, link)
        libc = ctypes.CDLL(None)
        nothing = (ctypes.c_char_p * 1)(None)
        for path, code in ((KEELSON, 2), (link, NO_SUCH_APPLET)):
            pid = os.fork()
            if pid == 0:
                os.close(2)
                libc.execve(path.encode(), nothing, nothing)
                os._exit(99)
            _, status = os.waitpid(pid, 0)
            self.assertEqual(os.waitstatus_to_exitcode(status), code, path)


class Install(Folder):
    def test_symbolic(self):
        result = run([KEELSON, "--install", self.folder])
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        self.assertEqual(sorted(os.listdir(self.folder)), APPLETS)
        for name in APPLETS:
            self.assertTrue(os.path.islink(self.path(name)))
            self.assertTrue(os.path.samefile(self.path(name), KEELSON))
            self.assertEqual(run([self.path(name), "--version"]).returncode, 0)

    def test_again_changes_nothing(self):
        run([KEELSON, "--install", self.folder])
        before = tree_state(self.folder)
        self.assertEqual(run([KEELSON, "--install", self.folder]).returncode, 0)
        self.assertEqual(tree_state(self.folder), before)

    def test_relative_folder_and_tree_that_moves(self):
        os.makedirs(self.path("image/bin"))
        os.makedirs(self.path("image/sbin"))
        shutil.copy(KEELSON, self.path("image/bin/keelson"))
        result = run(["image/bin/keelson", "--install", "image/sbin"], cwd=self.folder)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        os.rename(self.path("image"), self.path("moved"))
        for name in APPLETS:
            self.assertEqual(os.readlink(self.path("moved/sbin/" + name)), "../bin/keelson")

    def test_hard(self):
        shutil.copy(KEELSON, self.path("keelson"))
        os.mkdir(self.path("bin"))
        result = run([self.path("keelson"), "--install", self.path("bin"), "--hard"])
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for name in APPLETS:
            self.assertFalse(os.path.islink(self.path("bin/" + name)))
            self.assertTrue(os.path.samefile(self.path("bin/" + name), self.path("keelson")))

    def test_refuses_to_replace_and_then_does_nothing(self):
        taken = self.path(APPLETS[-1])
        pathlib.Path(taken).write_text("precious\n")
        before = tree_state(self.folder)
        result = run([KEELSON, "--install", self.folder])
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, rf"\Akeelson: {re.escape(taken)}: [^\n]+\n\Z")
        self.assertEqual(tree_state(self.folder), before)

    def test_a_dangling_link_is_taken_too(self):
        os.symlink("/no/such/file", self.path(APPLETS[0]))
        self.assertEqual(run([KEELSON, "--install", self.folder]).returncode, 1)
        self.assertEqual(os.listdir(self.folder), [APPLETS[0]])

    def test_force(self):
        pathlib.Path(self.path(APPLETS[0])).write_text("old\n")
        os.symlink("/no/such/file", self.path(APPLETS[-1] + ".old"))
        result = run([KEELSON, "--install", self.folder, "--force"])
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(sorted(os.listdir(self.folder)), sorted(APPLETS + [APPLETS[-1] + ".old"]))
        self.assertTrue(os.path.samefile(self.path(APPLETS[0]), KEELSON))

    def test_force_does_not_replace_the_program_by_a_link_to_itself(self):
        program = self.path(APPLETS[0])
        shutil.copy(KEELSON, program)
        result = run(["keelson", "--install", self.folder, "--force"], executable=program)
        self.assertEqual(result.returncode, 0)
        self.assertFalse(os.path.islink(program))
        self.assertTrue(os.path.samefile(program, self.path(APPLETS[-1])))

    def test_a_folder_of_that_name(self):
        os.mkdir(self.path(APPLETS[0]))
        result = run([KEELSON, "--install", self.folder, "--force"])
        self.assertEqual(result.returncode, 111)
        self.assertRegex(result.stderr, r"\Akeelson: [^\n]+: Is a directory\n\Z")
        self.assertEqual(os.listdir(self.folder), [APPLETS[0]])

    def test_no_such_folder(self):
        result = run([KEELSON, "--install", self.path("none")])
        self.assertEqual(result.returncode, 111)
        self.assertEqual(result.stderr,
                         f"keelson: {self.path('none')}: No such file or directory\n")


class EveryApplet(Folder):
    def test_unknown_option(self):
        """Stops with the usage code and changes nothing, whatever stands beside it."""
        for name in APPLETS:
            for option in ("--no-such-option", "--no-such-option=1", "-\x01"):
                with self.subTest(name, option=option):
                    before = tree_state(self.folder)
                    result = run([KEELSON, name, option], cwd=self.folder)
                    self.assertEqual(result.returncode, USAGE.get(name, 2))
                    self.assertEqual(result.stdout, "")
                    self.assertRegex(result.stderr, rf"\A{name}: [^\x00-\x1f]+\n\Z")
                    self.assertEqual(tree_state(self.folder), before)

    def test_help(self):
        for name in APPLETS:
            with self.subTest(name):
                result = run([KEELSON, name, "--help"])
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                self.assertTrue(result.stdout.startswith(f"Usage: {name} "))
                for line in result.stdout.splitlines():
                    self.assertLessEqual(len(line), 80, line)
                for option in ("--help", "--version"):
                    self.assertIn(option, result.stdout)
                text = " ".join(result.stdout.split())
                for words in re.findall(r"\((\w+(?:, \w+)+)\)", text):
                    said = " or ".join(words.rsplit(", ", 1))
                    self.assertNotIn(said, text, "the help says again what follows it")

    def test_version(self):
        for name in APPLETS:
            with self.subTest(name):
                result = run([KEELSON, name, "--version"])
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                self.assertRegex(result.stdout, rf"\A{name} \(keelson\) [0-9.]+\n\Z")


if __name__ == "__main__":
    sys.argv = sys.argv[:1]
    unittest.main(verbosity=1)
