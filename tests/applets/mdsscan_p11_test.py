#!/usr/bin/env python3
"""p11-kit's module configuration: the modules that p11-kit lists are those of our records, and a file that
Debian installs reads as it stands there."""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import mds_lab  # noqa: E402

# Files of ours, all for a module that can be loaded: which of them p11-kit takes is its own affair.
FILES = {
    "plain": "module: {so}\n",
    "blanks": "  module  :   {so}  \n\n# a comment\npriority : 7\n",
    "off": "module: {so}\ndisable-in: p11-kit other\n",
    "elsewhere": "module: {so}\nenable-in: other\n",
    "here": "module: {so}\nenable-in: other, p11-kit\n",
    "twice": "module: /nonexistent.so\nmodule: {so}\n",
    "no-module": "priority: 1\n",
    "Upper.Case_1": "module: {so}\ncritical: no\nmanaged: no\n",
}


def theirs(folder):
    """Name -> module, as p11-kit lists them with this folder as the system's."""
    program = mds_lab.peer("p11-kit", "usr/bin/p11-kit")
    library = next(iter(mds_lab.peer("libp11-kit0", "usr/lib").glob("*/libp11-kit.so.0"))).parent
    done = subprocess.run(
        ["unshare", "-m", "sh", "-ec", "mount -t tmpfs keelson /usr/share; "
         "mkdir -p /usr/share/p11-kit/modules; cp \"$0\"/*.module /usr/share/p11-kit/modules; "
         "exec \"$@\"", str(folder), str(program), "list-modules"],
        env={**os.environ, "LD_LIBRARY_PATH": str(library)}, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line and not line.startswith(" ")]
    return dict(line.split(": ", 1) for line in lines)


def is_for_p11_kit(record):
    names = {key: record.get(key, "").replace(",", " ").split() for key in ("EnableIn", "DisableIn")}
    return ("p11-kit" in names["EnableIn"]) if names["EnableIn"] else "p11-kit" not in names["DisableIn"]


def check_listed(lab):
    so = next(iter(mds_lab.peer("p11-kit-modules", "usr/lib").glob("*/pkcs11/p11-kit-client.so")))
    for name, text in FILES.items():
        lab.put(f"{name}.module", text.format(so=so))
    listed = theirs(lab.modules)
    lab.equal("some are listed, some are not", 0 < len(listed) < len(FILES), True)
    found = lab.records("P11_MODULE")
    lab.equal("a record a file", sorted(r["ModuleID"] for r in found), sorted(FILES))
    lab.equal("those that p11-kit lists", {r["ModuleID"]: r["Module"] for r in found
                                           if is_for_p11_kit(r) and "Module" in r}, listed)
    lab.equal("a query for one", [r["ModuleID"] for r in lab.records("P11_MODULE", "Priority=7")], ["blanks"])


def check_installed(lab):
    folder = mds_lab.peer("p11-kit", "usr/share/p11-kit/modules")
    said = dict(line.split(":", 1) for line in (folder / "p11-kit-trust.module").read_text().splitlines()
                if ":" in line and not line.startswith("#"))
    [record] = lab.records("P11_MODULE", path=folder)
    lab.equal("p11-kit-trust", {k: record[k] for k in ("ModuleID", "Module", "Priority", "TrustPolicy",
                                                       "DisableIn")},
              {"ModuleID": "p11-kit-trust", "Module": said["module"].strip(),
               "Priority": said["priority"].strip(), "TrustPolicy": said["trust-policy"].strip(),
               "DisableIn": said["disable-in"].strip()})
    checked = lab.run("check", path=folder)
    lab.equal("and what p11-kit does not know either is told", "x-trust-lookup" in checked.stdout, True)


def main():
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        print("needs a mount namespace of its own")
        return 77
    return mds_lab.run_tests(mds_lab.Lab(), [check_installed, check_listed])


if __name__ == "__main__":
    sys.exit(main())
