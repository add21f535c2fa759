#!/usr/bin/env python3
"""pwlookupd --check: its findings, its exit codes, and that it misses nothing of pwck's and grpck's kind."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

KEELSON = os.path.abspath(os.environ.get("KEELSON", "build/keelson"))
PWCK, GRPCK = "/usr/sbin/pwck", "/usr/sbin/grpck"

GOOD = {
    "passwd": "root:x:0:0:root:/root:/bin/sh\na:x:1:1::/:/bin/sh\n",
    "group": "root:x:0:\na:x:1:a,root\n",
    "shadow": "root:*:1::::::\na:*:1::::::\n",
    "services": "ssh 22/tcp\n",
    "hosts": "127.0.0.1\tlocalhost\n",
    "netgroup": "n (h,u,d)\n",
}

# What each of these lines is found with, in a file of it and GOOD's lines.
ODD_PASSWD = ["b:x:2:1", "b:x:2:0:::/bin/sh:more", "bad name:x:2:0::/:", ":x:2:0::/:", "a:x:3:1::/:",
              "b:x:-1:0::/:", "b:x:4294967296:0::/:", "b:x:2:99::/:", "b:x:2:0::/:", "b:x::0::/:",
              "b:x:0x10:0::/:", "b", "a:x:1:1::/:/bin/sh"]
ODD_GROUP = ["b:x", "b:x:6:a:b", "b:x:7:nobodyknows", "b:x:7:a,,root", "bad name:x:8:", "a:x:9:",
             "b:x:-1:", "b:x:4294967296:", "b:x::", ":x:7:"]
ODD_SHADOW = ["a:*:1::::::", "dead:*:1::::::", "b:*:1", "b:*:x::::::"]


def tree(folder, files):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder + "/etc")
    for name, text in files.items():
        with open(f"{folder}/etc/{name}", "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
    return folder


def check(folder, **how):
    return subprocess.run([KEELSON, "pwlookupd", "--check", "--root", folder], capture_output=True,
                          text=True, timeout=120, env=dict(os.environ, LC_ALL="C"), **how)


def expect(name, found, wanted):
    assert found == wanted, f"{name}:\n  expected {wanted!r}\n  found    {found!r}"


def test_codes(folder):
    done = check(tree(folder, GOOD))
    expect("nothing is wrong", (done.returncode, done.stdout, done.stderr), (0, "", ""))
    done = check(tree(folder, {}))
    expect("nothing is there", (done.returncode, done.stdout, done.stderr), (0, "", ""))
    bad = {name: text + "?\n" for name, text in GOOD.items()}
    done = check(tree(folder, bad))
    lines = done.stdout.splitlines()
    expect("a bad line in each", (done.returncode, done.stderr), (1, ""))
    for name in GOOD:
        start = f"{folder}/etc/{name}:{GOOD[name].count(chr(10)) + 1}:"
        if name != "netgroup":  # where '?' is a netgroup without members
            assert any(line.startswith(start) for line in lines), (start, lines)
    for line in lines:
        assert re.fullmatch(r"/.*/etc/\w+:\d+:\d+: .+", line), line
    done = check("/does-not-exist")
    expect("no root", (done.returncode, done.stdout), (111, ""))


def test_unreadable(folder):
    tree(folder, dict(GOOD, hosts="?\n"))
    os.remove(folder + "/etc/group")
    os.mkdir(folder + "/etc/group")
    done = check(folder)
    expect("one is no file", done.returncode, 111)
    assert "/etc/hosts:1:1:" in done.stdout, done.stdout
    assert f"{folder}/etc/group: cannot be read: " in done.stderr, done.stderr
    if os.geteuid() != 0:
        return
    tree(folder, GOOD)
    os.chmod(folder + "/etc/shadow", 0o600)
    nobody = dict(user=65534, group=65534, extra_groups=[])
    done = check(folder, **nobody)
    expect("shadow is not everybody's", (done.returncode, done.stdout), (0, ""))
    assert "/etc/shadow: cannot be read" in done.stderr, done.stderr
    os.chmod(folder + "/etc/passwd", 0o600)
    expect("passwd is everybody's", check(folder, **nobody).returncode, 111)


def test_what_pwck_and_grpck_find(folder):
    """A file that they complain about has a finding in that line, and one that they take has none."""
    if not os.path.exists(PWCK):
        return "needs pwck"
    for file, odd in (("passwd", ODD_PASSWD), ("group", ODD_GROUP), ("shadow", ODD_SHADOW)):
        for line in [None, *odd]:
            files = dict(GOOD)
            if line is not None:
                files[file] += line + "\n"
            tree(folder, files)
            if file == "group":
                command = [GRPCK, "-r", folder + "/etc/group"]
            else:
                command = [PWCK, "-qr", folder + "/etc/passwd", folder + "/etc/shadow"]
            # Members are looked for in this machine's own files: those used here are root and a.
            theirs = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            said = [each for each in theirs.stdout.splitlines()
                    if not each.endswith("? No") and "no user a" not in each]
            ours = check(folder)
            where = f"/etc/{file}:{GOOD[file].count(chr(10)) + 1}:"
            complained = any(not re.match(r"(pwck|grpck): no changes", each) for each in said)
            assert complained == (line is not None), (file, line, said)
            assert (where in ours.stdout) == (line is not None), (file, line, said, ours.stdout)


def test_a_million_lines(folder):
    count = 1_000_000
    passwd = "".join(f"u{i}:x:{i}:0:::\n" for i in range(count))
    done = check(tree(folder, {"passwd": passwd + "u5:x:999999:0:::\n", "group": "g:x:0:u7,nobody\n"}))
    path = f"{folder}/etc"
    expect("findings", done.stdout.splitlines(), [
        f"{path}/passwd:{count + 1}:1: user 'u5' is there already, in line 6",
        f"{path}/passwd:{count + 1}:6: uid 999999 is that of 'u999999' in line {count}",
        f"{path}/group:1:10: group 'g': there is no user 'nobody'"])


def main():
    with tempfile.TemporaryDirectory() as top:
        os.chmod(top, 0o755)
        skipped = None
        for test in (test_codes, test_unreadable, test_what_pwck_and_grpck_find,
                     test_a_million_lines):
            skipped = test(top + "/r") or skipped
            print("ok ", test.__name__)
    if skipped:
        print(f"SKIP: {skipped}")
        sys.exit(77)


main()
