#!/usr/bin/env python3
"""Databases that cannot be written: read-only and full file systems, another user's. The answer is the
same, from memory; the exit code says when it should have been stored."""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import mds_lab  # noqa: E402
from mds_lab import stanza  # noqa: E402

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def inside(lab, mount, *arguments):
    """Runs mdsscan in a mount namespace of its own, where `mount` has been run."""
    return subprocess.run(["unshare", "-m", "sh", "-ec", 'eval "$0"; exec "$@"', mount,
                           *lab.command(*arguments)],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)


def check_storage(lab):
    for name, mount, why in (
            ("read only", f"mount --bind -o ro {lab.database} {lab.database}; "
             f"mount -o remount,bind,ro {lab.database}", "Read-only file system"),
            # Room for a lock and nothing else.
            ("full", f"mount -t tmpfs -o size=8k,nr_inodes=3 keelson {lab.database}; "
             f"chmod 755 {lab.database}; head -c 100000 /dev/zero >{lab.database}/fill 2>/dev/null || true",
             "No space left on device")):
        lab.fresh()
        lab.put("a.mds", stanza("OBJECT", ModuleID="a"))
        lab.expect("before", lab.run("scan"), 0, "added 0/a.mds\n")
        lab.put("b.mds", stanza("OBJECT", ModuleID="b"))
        for arguments in (["query", "OBJECT", "-o", "tsv"], ["dump", "o"], ["export"], ["scan"]):
            done = inside(lab, mount, *arguments)
            said = f"{name} {arguments[0]}"
            lab.expect(said, done, 111, err=why)
            lab.equal(f"{said}: one line", len(done.stderr.splitlines()), 1)
            lab.equal(f"{said}: the answer", "b" in done.stdout, True)
        lab.expect(f"{name}: no match", inside(lab, mount, "query", "OBJECT", "ModuleID=c"), 111, "",
                   err=why)
    (lab.modules / "b.mds").unlink()
    readonly = f"mount --bind {lab.database} {lab.database}; mount -o remount,bind,ro {lab.database}"
    lab.expect("nothing to store", inside(lab, readonly, "query", "OBJECT", "-o", "tsv"), 0)


def check_users(lab):
    """Root scans, somebody else asks."""
    lab.fresh()
    lab.put("a.mds", stanza("OBJECT", ModuleID="a"))
    lab.run("scan")
    as_nobody = {"before": NOBODY}
    lab.expect("stored", lab.run("query", "OBJECT", "--no-scan", "-o", "tsv", **as_nobody), 0)
    lab.expect("true", lab.run("query", "OBJECT", "ModuleID=a", **as_nobody), 0)
    lab.expect("nothing changed", lab.run("scan", **as_nobody), 0, "")
    lab.put("b.mds", stanza("OBJECT", ModuleID="b"))
    found = lab.run("query", "OBJECT", "ModuleID=b", **as_nobody)
    lab.expect("true, though not stored", found, 0)
    lab.equal("the new one", "ModuleID: b\n" in found.stdout, True)
    lab.expect("a scan says so", lab.run("scan", **as_nobody), 111, "added 0/b.mds\n", "ermission")
    lab.equal("and has not", lab.run("query", "OBJECT", "ModuleID=b", "--no-scan").returncode, 1)
    # What somebody else may write is not believed, neither by root nor by a third one.
    theirs = lab.put("c.mds", stanza("OBJECT", ModuleID="c"))
    os.chown(theirs, 65534, 65534)
    done = lab.run("scan")
    lab.expect("theirs", done, 0, "added 0/b.mds\n", f"{theirs}: refused: belongs to uid 65534")
    lab.equal("theirs, checked", f"error: {theirs}: " in lab.run("check").stdout, True)
    os.chown(theirs, 0, 0)
    theirs.chmod(0o666)
    lab.expect("anybody's", lab.run("query", "OBJECT", "ModuleID=c"), 1, "")
    lab.put("z.mds", stanza("OBJECT", ModuleID="z"))
    lab.run("scan")
    (lab.modules / "z.mds").unlink()
    lab.expect("root's own is", lab.run("query", "OBJECT", "ModuleID=z", "--no-scan", "-o", "tsv"), 0)
    os.chown(lab.database / "mdsscan.snapshot", 65534, 65534)
    lab.equal("a snapshot of somebody else's is not answered from",
              lab.run("query", "OBJECT", "ModuleID=z", "--no-scan").returncode, 1)


def check_link_of_somebody_else(lab):
    """In a folder where everybody may put links, root went where one of them led, and made it."""
    lab.fresh()
    lab.put("a.mds", stanza("OBJECT", ModuleID="a"))
    anybodys, theirs = lab.folder / "anybodys", lab.folder / "theirs"
    anybodys.mkdir()
    anybodys.chmod(0o1777)
    lab.database = anybodys / "db"
    lab.database.symlink_to(theirs)
    os.chown(lab.database, 65534, 65534, follow_symlinks=False)
    lab.expect("somebody else's", lab.run("scan"), 111, "added 0/a.mds\n",
               f"{lab.database}: Permission denied")
    lab.equal("nothing is made", theirs.exists(), False)
    theirs.mkdir()
    lab.expect("somebody else's, to a folder", lab.run("scan"), 111, "added 0/a.mds\n", "ermission")
    lab.equal("nothing is written", list(theirs.iterdir()), [])
    os.chown(lab.database, 0, 0, follow_symlinks=False)
    lab.expect("root's own", lab.run("scan"), 0, "added 0/a.mds\n")


def main():
    if os.geteuid() != 0:
        print("needs root")
        return 77
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        print("needs mount namespaces")
        return 77
    return mds_lab.run_tests(mds_lab.Lab(), [check_storage, check_users, check_link_of_somebody_else])


if __name__ == "__main__":
    sys.exit(main())
