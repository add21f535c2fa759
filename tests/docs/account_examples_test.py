#!/usr/bin/env python3
"""The examples of the account pages, as they are printed: '$ cat FILE' makes the file, other commands
are run, and what they print is what stands behind them."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
KEELSON = os.path.abspath(os.environ.get("KEELSON", "build/keelson"))


def examples(page):
    """Each literal block of the page's examples, a list of (command, what it prints)."""
    text = (TREE / "docs" / page).read_text().split(".Sh EXAMPLES")[1].split("\n.Sh ")[0]
    for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", text, re.M | re.S):
        plain = block.replace("\\&", "").replace("\\e\n", "\\\n").replace("\\e", "\\")
        steps = []
        for line in plain.splitlines(keepends=True):
            if line.startswith("$ "):
                steps.append([line[2:], ""])
            elif steps[-1][0].endswith("\\\n"):
                steps[-1][0] += line
            else:
                steps[-1][1] += line
        yield steps


class Examples(unittest.TestCase):
    def run_page(self, page, count):
        found = list(examples(page))
        self.assertEqual(len(found), count)
        for steps in found:
            with tempfile.TemporaryDirectory() as folder:
                top = pathlib.Path(folder)
                tools = top / "tools"
                tools.mkdir()
                subprocess.run([KEELSON, "--install", tools], check=True)
                for command, printed in steps:
                    if command.startswith("cat "):
                        file = top / command[4:].strip()
                        file.parent.mkdir(parents=True, exist_ok=True)
                        file.write_text(printed)
                        continue
                    done = subprocess.run(command, shell=True, cwd=top, capture_output=True, text=True,
                                          env={"PATH": f"{tools}:{os.environ['PATH']}"})
                    self.assertEqual((done.returncode, done.stderr, done.stdout), (0, "", printed),
                                     command)

    def test_accounts(self):
        self.run_page("accounts.5", 1)

    def test_useradd_profile(self):
        self.run_page("useradd-profile.8", 1)


if __name__ == "__main__":
    unittest.main()
