#!/usr/bin/env python3
"""Changes of accounts that are killed at each of their renames; then the root is copied, or another
program changes the account files, and only then is the next run. Nothing of either is lost.
"""
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import account_fault_lab as lab  # noqa: E402

FILES = ("passwd", "shadow", "group", "gshadow")
BOB = {"passwd": "bob:x:3000:3000::/home/bob:/bin/sh", "shadow": "bob:!:19000:0:99999:7:::",
       "group": "bob:x:3000:", "gshadow": "bob:!::"}


def copied(root):
    copy = root.with_name(root.name + "-copy")
    subprocess.run(["cp", "-a", root, copy], check=True)
    shutil.rmtree(root)
    copy.rename(root)


def replaced(root):
    """As useradd does: each file by another one."""
    for name, line in BOB.items():
        subprocess.run(["sed", "-i", f"$a{line}", root / "etc" / name], check=True)


def by_useradd(root):
    done = lab.run([shutil.which("useradd", path="/usr/sbin:/sbin"), "-R", root, "-U", "-u", "3000", "bob"],
                   check=False)
    assert done.returncode == 0, done.stderr


def in_place(root):
    for name, line in BOB.items():
        with open(root / "etc" / name, "a") as file:
            file.write(line + "\n")


def names(root, file):
    return [line.split(":")[0] for line in (root / "etc" / file).read_text().splitlines()]


def sound(root, why):
    """pwck and grpck find nothing but that there are no homes and shells, nor does check."""
    for tool, options in (("pwck", "-rq"), ("grpck", "-r")):
        done = lab.run([tool, options, "-R", root], check=False)
        said = [line for line in (done.stdout + done.stderr).splitlines()
                if "directory" not in line and "shell" not in line and "no changes" not in line]
        assert not said, f"{why}: {tool}: {said}"
    lab.run(lab.applet("users-update", "--root", root, "--profile", PROFILE, "check"))


def expect(root, why, ntp, bob):
    for file in FILES:
        found = names(root, file)
        assert found.count("ntp") == ntp, f"{why}: {file}: {found}"
        assert found.count("bob") == bob, f"{why}: {file}: {found}"
    for file in ("subuid", "subgid"):
        assert names(root, file).count("ntp") == ntp, f"{why}: {file}: {names(root, file)}"
    left = [name for name in os.listdir(root / "etc") if "keelson" in name]
    assert not left, f"{why}: {left}"
    sound(root, why)


def changed_in_place(done):
    """Whether the run says that; it says it in whole lines, and ends with 1."""
    lines = done.stderr.splitlines()
    of_place = [line for line in lines if ": was changed in place since an interrupted run" in line]
    assert lines == of_place or not of_place, lines
    assert not of_place or done.returncode == 1, done.returncode
    assert "handle" not in done.stderr and "rror" not in done.stderr, done.stderr
    return bool(of_place)


def killed(base, number, command, disturb, why):
    root = base.with_name(f"root{number}")
    subprocess.run(["cp", "-a", base, root], check=True)
    done = lab.run([lab.fault_program(), "kill", str(number), *command(root)], check=False)
    assert done.returncode == 128 + 9, f"{why}: exit {done.returncode}: {done.stderr}"
    disturb(root)
    return root, lab.run(command(root), check=False)


def adding(root):
    return lab.applet("useradd-profile", "--root", root, "--profile", PROFILE, "--users", "ntp",
                      "--update")


def purging(root):
    return lab.applet("users-update", "--root", root, "remove", "--purge", "--force", "ntp")


def renames(base, command):
    root = base.with_name("calls")
    subprocess.run(["cp", "-a", base, root], check=True)
    calls = lab.system_calls(command(root))
    return root, [n for n, call in enumerate(calls, 1) if call.startswith("rename")]


def each_rename(base, command, ntp):
    new_root, numbers = renames(base, command)
    new = lab.snapshot(new_root)
    ways = [copied, replaced, in_place] + ([by_useradd] if shutil.which("useradd", path="/usr/sbin")
                                           else [])
    told = 0
    for disturb in ways:
        for number in numbers:
            why = f"{command.__name__}, killed before call {number}, {disturb.__name__}"
            root, done = killed(base, number, command, disturb, why)
            if changed_in_place(done):
                told += 1
                assert disturb is in_place, f"{why}: {done.stderr}"
                done = lab.run(command(root), check=False)
                changed_in_place(done)
            assert done.returncode == 0 or "gone already" in done.stderr, f"{why}: {done.stderr}"
            if disturb is copied:
                wrong = lab.differences(lab.snapshot(root), new)
                assert not wrong, f"{why}: {wrong}"
            expect(root, why, ntp, disturb is not copied)
            shutil.rmtree(root)
    assert told > 1
    return numbers


def incomplete(base):
    """Each line that an account needs, lost: check tells, and --update brings it back."""
    lost = {"shadow": "/etc/passwd:12: user ntp has no line in /etc/shadow",
            "gshadow": "/etc/group:12: group ntp has no line in /etc/gshadow",
            "subuid": "user ntp lacks a line in /etc/subuid or /etc/subgid",
            "subgid": "user ntp lacks a line in /etc/subuid or /etc/subgid"}
    before = {file: (base / "etc" / file).read_text() for file in lost}
    check = lab.applet("users-update", "--root", base, "--profile", PROFILE, "check")
    for files in [[file] for file in lost] + [["subuid", "subgid"], list(lost)]:
        for file in files:
            lines = [line for line in before[file].splitlines(True) if not line.startswith("ntp:")]
            lab.write(base / "etc" / file, "".join(lines), 0o640 if "shadow" in file else 0o644)
        done = lab.run(check, check=False)
        assert done.returncode == 1, done
        assert all(lost[file] in done.stdout for file in files), f"{files}: {done.stdout}"
        done = lab.run([arg for arg in adding(base) if arg != "--update"])
        assert "--update changes these" in done.stderr, f"{files}: {done}"
        lab.run(adding(base))
        for file in files:
            now = (base / "etc" / file).read_text().splitlines()
            assert sorted(now) == sorted(before[file].splitlines()), f"{files}: {file}: {now}"
        sound(base, f"{files} brought back")


def gone_and_there(base):
    """Also when there is only the half of it."""
    purged = base.with_name("purged")
    subprocess.run(["cp", "-a", base, purged], check=True)
    lab.run(purging(purged))
    table = (purged / "var/lib/keelson/accounts.db").read_text()
    for cut in ([], ["passwd"], ["passwd", "shadow", "group"], ["group", "gshadow"], ["subuid"]):
        root = base.with_name("half")
        subprocess.run(["cp", "-a", base, root], check=True)
        lab.write(root / "var/lib/keelson/accounts.db", table)
        for file in cut:
            shutil.copy2(purged / "etc" / file, root / "etc" / file)
        check = lab.run(lab.applet("users-update", "--root", root, "check"), check=False)
        assert check.returncode == 1, f"{cut}: {check}"
        assert "gone and still there" in check.stdout or "no line in" in check.stdout, check
        plain = lab.run(lab.applet("users-update", "--root", root, "remove", "--purge", "ntp"),
                        check=False)
        assert plain.returncode == 1, f"{cut}: {plain}"
        lab.run(purging(root))
        expect(root, f"gone and there without {cut}", 0, 0)
        shutil.rmtree(root)


def left_homes(folder):
    """Those of other users, too; but nobody else's folders and files."""
    root = lab.make_root(folder / "homes")
    home = root / "home"
    lab.write(PROFILE / "accounts/user/h1", "home:/home/h1\ncreate-home:yes\n")
    lab.write(PROFILE / "accounts/user/h2", "home:/home/h2\ncreate-home:yes\n")
    stay = [".u1.keelson-abcdefg1", "..keelson-abcdefgh", "u1.keelson-abcdefgh", ".u1.keelson-abcd",
            ".theirs.keelson-abcdefgh"]
    for name in stay + [".u1.keelson-abcdefgh", ".h2.keelson-abcdefg2"]:
        lab.write(home / name / "file", "x")
    os.chown(home / ".theirs.keelson-abcdefgh", 2000, 2000)
    lab.write(home / ".file.keelson-abcdefgh", "x")
    lab.run(lab.applet("useradd-profile", "--root", root, "--profile", PROFILE, "--users", "h1 h2"))
    found = sorted(os.listdir(home))
    assert found == sorted(stay + ["h1", "h2", ".file.keelson-abcdefgh"]), found
    assert (home / "h1/.profile").exists() and (home / "h2/.profile").exists()


def unreadable_line(base):
    """It is told as a finding and as a refusal, and once it has gone all is well."""
    table = base / "var/lib/keelson/accounts.db"
    text = table.read_text()
    table.write_text(text + "#pending /etc/passwd\n")
    line = text.count("\n") + 1
    place = f"/var/lib/keelson/accounts.db:{line}:21: malformed line"
    for command in (adding(base), purging(base),
                    lab.applet("users-update", "--root", base, "--profile", PROFILE, "check")):
        done = lab.run(command, check=False)
        assert done.returncode == 1, f"{command}: {done.returncode}"
        assert place in done.stdout + done.stderr, f"{command}: {done}"
        assert "remove the line, then run 'users-update check'" in done.stdout + done.stderr, done
    table.write_text(text)
    sound(base, "without the line")


def unreachable_table(folder):
    """It is there for all we know: nobody takes it for a new beginning."""
    def dangling(var):
        (var / "lib/keelson").mkdir(parents=True)
        (var / "lib/keelson/accounts.db").symlink_to("elsewhere")

    def folder_dangles(var):
        (var / "lib").mkdir(parents=True)
        (var / "lib/keelson").symlink_to("/mnt/keelson")

    def file_in_the_way(var):
        lab.write(var / "lib/keelson", "")

    def circle(var):
        (var / "lib").mkdir(parents=True)
        (var / "lib/keelson").symlink_to("keelson")

    for way in (dangling, folder_dangles, file_in_the_way, circle):
        root = lab.make_root(folder / way.__name__)
        lab.write(root / "usr/lib/sysusers.d/a.conf", "u web -\n")
        way(root / "var")
        before = lab.snapshot(root)
        for command in (["useradd-profile", "--profile", PROFILE, "--users", "ntp"],
                        ["systemd-sysusers"], ["users-update", "list"], ["users-update", "check"],
                        ["users-update", "drop", "--package", "x/y"]):
            done = lab.run(lab.applet(command[0], "--root", root, *command[1:]), check=False)
            code = 1 if command[0] == "systemd-sysusers" else 111  # as the original has it
            assert done.returncode == code, f"{way.__name__}: {command}: {done}"
            assert "accounts.db: cannot be reached: " in done.stderr, f"{way.__name__}: {done.stderr}"
        wrong = lab.differences(lab.snapshot(root), before)
        assert not wrong, f"{way.__name__}: {wrong}"


def main():
    global PROFILE
    if os.geteuid() != 0:
        raise lab.Skip("needs root to give files their owners")
    if shutil.which("pwck", path="/usr/sbin:/sbin") is None:
        raise lab.Skip("there is no pwck")
    lab.fault_program()
    with lab.memory_folder() as folder:
        folder = pathlib.Path(folder)
        PROFILE = folder / "profile"
        lab.write(PROFILE / "accounts/user/ntp", "uid:123\ngroups:time\nsubid-count:1000\n")
        lab.write(PROFILE / "accounts/group/time", "gid:124\n")
        base = lab.make_root(folder / "base")
        print("adding:", len(each_rename(base, adding, 1)), "kills a way")
        shutil.rmtree(folder / "calls")
        lab.run(adding(base))
        print("purging:", len(each_rename(base, purging, 0)), "kills a way")
        incomplete(base)
        gone_and_there(base)
        unreadable_line(base)
        unreachable_table(folder)
        left_homes(folder)
    return 0


if __name__ == "__main__":
    lab.run_main(main)
