#!/usr/bin/env python3
"""mdsscan watch on real directories: what moves in and out is told, and is in the database by then."""
import fcntl
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

KEELSON = os.environ["KEELSON"]


def stanza(name, vendor="us"):
    return f"Record: CSSM\nModuleID: {name}\nVendor: {vendor}\n"


class WatchTest(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)
        for name in ("modules", "stage", "db"):
            (self.top / name).mkdir()
        self.path = self.top / "modules"
        self.watch = None

    def command(self, *arguments, path=None):
        return [KEELSON, "mdsscan", "--path", str(path or self.path), "--db",
                str(self.top / "db"), *arguments]

    def start(self, *arguments, path=None, output=subprocess.PIPE):
        reader, writer = os.pipe()
        self.watch = subprocess.Popen(
            self.command("watch", "--ready-fd", str(writer), *arguments, path=path),
            stdout=output, stderr=output, text=True, pass_fds=[writer])
        self.addCleanup(self.end)
        os.close(writer)
        self.assertEqual(os.read(reader, 10), b"\n")
        os.close(reader)

    def end(self):
        self.watch.kill()
        self.watch.communicate()

    def heard(self):
        """The next line; the database is as it says by then."""
        line = self.watch.stdout.readline().split()
        self.assertEqual(len(line), 3, line)
        return " ".join(line[:2])

    def vendors(self):
        done = subprocess.run(self.command("query", "--no-scan", "-o", "tsv", "CSSM"),
                              capture_output=True, text=True)
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        if not rows:
            return {}
        columns = [rows[0].index(name) for name in ("ModuleID", "Vendor")]
        return {row[columns[0]]: row[columns[1]] for row in rows[1:]}

    def stage(self, name, **files):
        folder = self.top / "stage" / name
        folder.mkdir()
        for file, text in files.items():
            (folder / f"{file}.mds").write_text(text)
        return folder

    def test_bundles_in_and_out(self):
        self.stage("a.bundle", one=stanza("a")).rename(self.path / "a.bundle")
        self.start()
        self.assertEqual(self.heard(), "added 0/a.bundle")
        self.assertEqual(self.vendors(), {"a": "us"})

        self.stage("b.bundle", one=stanza("b")).rename(self.path / "b.bundle")
        self.assertEqual(self.heard(), "added 0/b.bundle")
        self.assertEqual(self.vendors(), {"a": "us", "b": "us"})

        # In place, with the time stamps put back.
        file = self.path / "b.bundle/one.mds"
        before = file.stat()
        file.write_text(stanza("b", "we"))
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.assertEqual(self.heard(), "changed 0/b.bundle")
        self.assertEqual(self.vendors(), {"a": "us", "b": "we"})

        (self.path / "a.bundle").rename(self.top / "stage/gone")
        self.assertEqual(self.heard(), "removed 0/a.bundle")
        self.assertEqual(self.vendors(), {"b": "we"})

        # Written step by step where everybody sees it.
        (self.path / "c.bundle").mkdir()
        (self.path / "c.bundle/Contents").mkdir()
        (self.path / "c.bundle/Contents/Resources").mkdir()
        with open(self.path / "c.bundle/Contents/Resources/x.mds", "w") as out:
            out.write(stanza("c")[:20])
            out.flush()
            out.write(stanza("c")[20:])
        while self.vendors() != {"b": "we", "c": "us"}:
            self.assertIn(self.heard(), ("added 0/c.bundle", "changed 0/c.bundle"))

    def test_linked_bundle(self):
        target = self.stage("real", one=stanza("a"))
        other = self.stage("other", one=stanza("b"))
        (self.path / "a.bundle").symlink_to(target)
        self.start()
        self.assertEqual(self.heard(), "added 0/a.bundle")
        (target / "one.mds").write_text(stanza("a", "them"))
        self.assertEqual(self.heard(), "changed 0/a.bundle")
        self.assertEqual(self.vendors(), {"a": "them"})
        (self.path / "new").symlink_to(other)
        (self.path / "new").rename(self.path / "a.bundle")
        self.assertEqual(self.heard(), "changed 0/a.bundle")
        self.assertEqual(self.vendors(), {"b": "us"})
        (other / "one.mds").write_text(stanza("b", "them"))
        self.assertEqual(self.heard(), "changed 0/a.bundle")
        self.assertEqual(self.vendors(), {"b": "them"})

    def test_a_file_that_is_cut_keeps_its_records_until_it_is_written(self):
        folder = self.stage("a.bundle", one=stanza("a"), two=stanza("b"))
        folder.rename(self.path / "a.bundle")
        self.start()
        self.assertEqual(self.heard(), "added 0/a.bundle")
        with open(self.path / "a.bundle/one.mds", "w") as file:
            subprocess.run(self.command("scan"), check=True, capture_output=True)
            self.assertEqual(self.vendors(), {"a": "us", "b": "us"})
            file.write(stanza("a", "them"))
        subprocess.run(self.command("scan"), check=True, capture_output=True)
        self.assertEqual(self.vendors(), {"a": "them", "b": "us"})

    def test_folder_replaced_as_a_whole(self):
        (self.path / "a.mds").write_text(stanza("a"))
        self.start()
        self.assertEqual(self.heard(), "added 0/a.mds")
        self.stage("modules", b=stanza("b"))
        self.path.rename(self.top / "old")
        (self.top / "stage/modules").rename(self.path)
        self.assertEqual({self.heard(), self.heard()}, {"removed 0/a.mds", "added 0/b.mds"})
        (self.path / "c.mds").write_text(stanza("c"))
        self.assertEqual(self.heard(), "added 0/c.mds")

    def test_a_step_on_the_way_is_exchanged(self):
        """A folder above, a link in the middle of the path, a link behind a link."""
        for version in ("v1", "v2"):
            folder = self.top / version / "modules"
            folder.mkdir(parents=True)
            (folder / "a.mds").write_text(stanza("a", version))
        (self.top / "current").symlink_to("v1")
        (self.top / "far").symlink_to(self.top / "stage/one")
        self.stage("one", x=stanza("x", "v1"))
        self.stage("two", x=stanza("x", "v2"))
        (self.top / "v1/modules/x.bundle").symlink_to("../../far")
        self.start("-v", path=self.top / "current/modules")
        self.assertEqual({self.heard(), self.heard()}, {"added 0/a.mds", "added 0/x.bundle"})

        (self.top / "new").symlink_to(self.top / "stage/two")
        (self.top / "new").rename(self.top / "far")
        self.assertEqual(self.heard(), "changed 0/x.bundle")
        self.assertEqual(self.vendors(), {"a": "v1", "x": "v2"})

        (self.top / "new").symlink_to("v2")
        (self.top / "new").rename(self.top / "current")
        self.assertEqual({self.heard(), self.heard()}, {"changed 0/a.mds", "removed 0/x.bundle"})
        self.assertEqual(self.vendors(), {"a": "v2"})

        (self.top / "v2").rename(self.top / "old")
        self.assertEqual(self.heard(), "removed 0/a.mds")
        (self.top / "old/modules/a.mds").write_text(stanza("a", "v3"))
        (self.top / "old").rename(self.top / "v2")
        self.assertEqual(self.heard(), "added 0/a.mds")
        self.assertEqual(self.vendors(), {"a": "v3"})
        self.watch.send_signal(signal.SIGTERM)
        self.assertEqual(self.watch.communicate(), ("", ""))  # nor did it say that it polls

    def test_link_that_leads_nowhere_for_a_while(self):
        target = self.top / "stage/x.mds"
        (self.path / "a.mds").symlink_to(target)
        self.start("-v")
        target.write_text(stanza("a"))
        while self.vendors() != {"a": "us"}:
            self.assertIn(self.heard(), ("added 0/a.mds", "changed 0/a.mds"))

    def test_folder_that_comes_later(self):
        later = self.top / "one/two"
        self.start(path=later)
        later.parent.mkdir()
        later.mkdir()
        (later / "a.mds").write_text(stanza("a"))
        self.assertEqual(self.heard(), "added 0/a.mds")

    def test_killed_and_another_one_goes_on(self):
        (self.path / "a.mds").write_text(stanza("a"))
        self.start()
        self.assertEqual(self.heard(), "added 0/a.mds")
        self.end()
        (self.path / "b.mds").write_text(stanza("b"))
        self.start()
        self.assertEqual(self.heard(), "added 0/b.mds")
        self.watch.send_signal(signal.SIGTERM)
        output, errors = self.watch.communicate()
        self.assertEqual((output, errors, self.watch.returncode), ("", "", 0))

    def test_a_look_at_everything_when_asked(self):
        self.start()
        (self.path / "a.mds").write_text("Record: CSSM\nWrong: x\n")
        self.assertEqual(self.heard(), "added 0/a.mds")
        self.assertIn(f"{self.path}/a.mds:2:", self.watch.stderr.readline())
        self.watch.send_signal(signal.SIGHUP)
        (self.path / "b.mds").write_text(stanza("b"))
        self.assertEqual(self.heard(), "added 0/b.mds")

    def test_nobody_reads_any_more(self):
        self.start()
        self.watch.stdout.close()
        (self.path / "a.mds").write_text(stanza("a"))
        self.assertEqual(self.watch.stderr.read(), "mdsscan: standard output: Broken pipe\n")
        self.assertEqual(self.watch.wait(), 111)
        self.watch.stdout = None

    def test_reader_that_reads_nothing(self):
        """Output and errors go into a pipe that is full: the database goes on, the lock is free, and
        the end comes when it is asked for."""
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        os.set_blocking(writer, False)
        filled = 0
        try:
            while True:
                filled += os.write(writer, b"x" * 4096)
        except BlockingIOError:
            os.set_blocking(writer, True)
        (self.path / "a.mds").write_text(stanza("a"))
        (self.path / "wrong.mds").write_text("Record: NONE\n")
        self.start(output=writer)
        (self.path / "b.mds").write_text(stanza("b"))
        while self.vendors() != {"a": "us", "b": "us"}:
            self.assertIsNone(self.watch.poll())
        (self.path / "c.mds").write_text(stanza("c"))
        done = subprocess.run(self.command("scan"), capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.vendors(), {"a": "us", "b": "us", "c": "us"})
        # What waits goes out when it is read.
        while filled > 0:
            filled -= len(os.read(reader, filled))
        with os.fdopen(os.dup(reader)) as lines:
            told = [lines.readline() for _ in range(4)]
        self.assertEqual([line.split()[:2] for line in told if line.startswith("added")],
                         [["added", "0/a.mds"], ["added", "0/wrong.mds"], ["added", "0/b.mds"]])
        self.assertEqual([line.split(": ")[0] for line in told if not line.startswith("added")],
                         ["mdsscan"])
        os.set_blocking(writer, False)
        try:
            while True:
                os.write(writer, b"x" * 4096)
        except BlockingIOError:
            os.close(writer)
        (self.path / "d.mds").write_text(stanza("d"))
        while "d" not in self.vendors():
            self.assertIsNone(self.watch.poll())
        self.watch.send_signal(signal.SIGTERM)
        self.assertEqual(self.watch.wait(timeout=60), 0)

    def test_lock_that_another_one_has_for_a_while(self):
        """What could not be stored is stored when it can be, though nothing changes any more."""
        self.start()
        (self.path / "a.mds").write_text(stanza("a"))
        self.assertEqual(self.heard(), "added 0/a.mds")
        with open(self.top / "db/mdsscan.lock", "r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            (self.path / "b.mds").write_text(stanza("b"))
            self.assertIn("another scan holds it", self.watch.stderr.readline())
            self.assertEqual(self.vendors(), {"a": "us"})
        while self.vendors() != {"a": "us", "b": "us"}:
            self.assertIsNone(self.watch.poll())

    def test_no_watches_at_all(self):
        """A user with no inotify instance left looks every two seconds."""
        own = ["unshare", "-Ur", "sh", "-c",
               'echo 0 >/proc/sys/user/max_inotify_instances && exec "$@"', "sh"]
        if subprocess.run([*own, "true"], capture_output=True).returncode != 0:
            self.skipTest("needs user namespaces")
        before = self.command
        self.command = lambda *arguments, path=None: own + before(*arguments, path=path)
        self.start("-v")
        self.command = before
        (self.path / "a.mds").write_text(stanza("a"))
        self.assertEqual(self.heard(), "added 0/a.mds")

    def test_wrong_use(self):
        for arguments in (["watch", "x"], ["watch", "--ready-fd", "77"], ["watch", "--any"]):
            done = subprocess.run(self.command(*arguments), capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        with open("/dev/full", "w") as full:
            (self.path / "a.mds").write_text(stanza("a"))
            done = subprocess.run(self.command("watch"), stdout=full, stderr=subprocess.PIPE,
                                  text=True, timeout=60)
        self.assertEqual(done.returncode, 111)


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False).result.wasSuccessful() else 1)
