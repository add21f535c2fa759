#!/usr/bin/env python3
"""The 4,000 modules of a Debian kernel package: what mdsscan finds in them is what modinfo says."""
import collections
import pathlib
import random
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import guest_lab  # noqa: E402
import mds_lab  # noqa: E402

KEYS = ("alias", "depends", "license", "description", "author", "firmware", "softdep", "vermagic", "name")


def modinfo(program, files):
    """File -> key -> values."""
    said = subprocess.run(["bash", "-c", 'exec -a modinfo "$0" "$@"', program, *files],
                          capture_output=True, text=True, errors="surrogateescape", check=True).stdout
    found, values = {}, None
    for line in said.splitlines():
        match = re.match(r"(\w+):\s*(.*)", line)
        if match and match[1] == "filename":
            values = found[match[2]] = collections.defaultdict(list)
        elif match and match[1] in KEYS:
            values[match[1]].append(match[2])
    return found


def check(lab):
    package = guest_lab.kernel_package()
    if not package:
        raise mds_lab.Skip("needs the peer linux-image-*-amd64 below build/peers")
    folder = next(package.glob("lib/modules/*/kernel"))
    program = str(mds_lab.peer("kmod", "bin/kmod"))
    files = sorted(str(path) for path in folder.rglob("*.ko"))
    lab.equal("modules", len(files) > 3000, True)
    arguments = ["--recursive"]
    lab.expect("scan", lab.run(*arguments, "scan", path=folder), 0)
    theirs = modinfo(program, files)
    ours = collections.defaultdict(lambda: collections.defaultdict(list))
    for key in KEYS:
        for record in lab.records(*arguments, "--no-scan", "MODINFO", f"Key={key}", path=folder):
            file = f"{folder}/{record['@module'].removeprefix('0/')}"
            # Blanks at the ends cannot be told from modinfo's own, and lines behind the first one.
            ours[file][key].append(record.get("Value", "").split("\n")[0].strip())
    differing = [(file, key, ours[file][key][:3], theirs[file][key][:3]) for file in files for key in KEYS
                 if ours[file][key] != [value.strip() for value in theirs[file][key]]]
    lab.equal("differing", differing[:3], [])
    aliases = sorted({alias for file in files for alias in theirs[file]["alias"]})
    lab.equal("aliases", len(aliases) > 10000, True)
    for alias in random.Random(1).sample(aliases, 40):
        found = lab.records(*arguments, "--no-scan", "MODINFO", "Key=alias", f"Value={alias}", path=folder)
        lab.equal(alias, sorted({f"{folder}/{r['@module'].removeprefix('0/')}" for r in found}),
                  [file for file in files if alias in theirs[file]["alias"]])


def main():
    return mds_lab.run_tests(mds_lab.Lab(), [check])


if __name__ == "__main__":
    sys.exit(main())
