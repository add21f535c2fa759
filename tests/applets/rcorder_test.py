#!/usr/bin/env python3
"""rcorder over a real system's 168 scripts, and the command line."""
import os
import pathlib
import subprocess
import sys
import tempfile

KEELSON = os.environ["KEELSON"]
DATA = pathlib.Path(os.environ["KEELSON_SHARED"]) / "data/rc"
FIELDS = ("PROVIDE", "REQUIRE", "BEFORE", "KEYWORD")


def rcorder(*arguments, folder="."):
    done = subprocess.run([KEELSON, "rcorder", *arguments], cwd=folder, capture_output=True,
                          text=True)
    return done.stdout, done.stderr, done.returncode


def write(folder, name, **header):
    lines = "".join(f"# {key}: {words}\n" for key, words in header.items() if words)
    pathlib.Path(folder, name).write_text("#!/bin/sh\n#\n\n" + lines + "\n. /etc/rc.subr\n")


def check(got, expected):
    if got != expected:
        sys.exit(f"got      {got!r}\nexpected {expected!r}")


def command_line(folder):
    write(folder, "net", PROVIDE="net")
    write(folder, "sshd", PROVIDE="sshd", REQUIRE="net", KEYWORD="shutdown nojail")
    write(folder, "cron", PROVIDE="cron", REQUIRE="net", KEYWORD="shutdown")
    write(folder, "disk", PROVIDE="disk", BEFORE="net", KEYWORD="nojail")
    names = ("net", "sshd", "cron", "disk")
    check(rcorder(*names, folder=folder), ("disk\nnet\ncron\nsshd\n", "", 0))
    check(rcorder("-p", *names, folder=folder), ("disk\nnet\ncron sshd\n", "", 0))
    check(rcorder("-k", "shutdown", *names, folder=folder), ("cron\nsshd\n", "", 0))
    check(rcorder("-s", "nojail", *names, folder=folder), ("net\ncron\n", "", 0))
    check(rcorder("-s", "nojail", "-s", "shutdown", *names, folder=folder), ("net\n", "", 0))
    check(rcorder("-k", "shutdown", "-s", "nojail", *names, folder=folder), ("cron\n", "", 0))
    check(rcorder("-k", "none", *names, folder=folder), ("", "", 0))
    check(rcorder(folder=folder), ("", "", 0))

    graph, errors, code = rcorder("-g", *names, folder=folder)
    check((errors, code), ("", 0))
    assert '"net" -> "disk" [style=dashed];\n' in graph, graph
    assert '"sshd" -> "net" [style=solid];\n' in graph, graph

    # What is missing or no file; a link is what it leads to.
    os.mkfifo(f"{folder}/fifo")
    os.mkdir(f"{folder}/folder")
    os.symlink("net", f"{folder}/link")
    output, errors, code = rcorder("none", "folder", "fifo", "link", f"{folder}/disk",
                                   folder=folder)
    check((output, code), (f"{folder}/disk\nlink\n", 0))
    check(errors, "rcorder: could not open none: No such file or directory\n")

    write(folder, "one", PROVIDE="one", REQUIRE="two")
    write(folder, "two", PROVIDE="two", REQUIRE="one none")
    output, errors, code = rcorder("one", "two", "net", folder=folder)
    check((sorted(output.split()), code), (["net", "one", "two"], 1))
    assert "rcorder: requirement `none' in file `two' has no providers.\n" in errors, errors
    assert "one -> two -> one" in errors, errors

    check(rcorder("-x", folder=folder)[2], 2)


def real_system(folder):
    arguments = []
    for line in (DATA / "freebsd-10.4-headers.tsv").read_text().splitlines():
        if line.startswith("#") or line.startswith("file\t"):
            continue
        name, *fields = line.split("\t")
        write(folder, name, **dict(zip(FIELDS, fields)))
        arguments.append(name)
    assert len(arguments) == 168
    output, errors, code = rcorder(*arguments, folder=folder)
    check(code, 0)
    check(output, (DATA / "freebsd-10.4-rcorder.txt").read_text())

    # The same scripts in groups: each once, and none before what it requires.
    lines = rcorder("-p", *arguments, folder=folder)[0].splitlines()
    check(sorted(" ".join(lines).split()), sorted(arguments))
    assert len(lines) < 100, len(lines)


def main():
    with tempfile.TemporaryDirectory() as folder:
        command_line(folder)
    if not DATA.is_dir():
        print("SKIP: the scripts of ../shared/data/rc are absent; the command line passed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        real_system(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
