#!/usr/bin/env python3
"""The packaging note of a program: mdsscan has the fields of the note that readelf knows as one."""
import json
import shutil
import struct
import subprocess
import sys
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import mds_lab  # noqa: E402

FIELDS = {"type": "deb", "os": "debian", "name": "x", "version": "1.0-1"}


def note(kind):
    text = json.dumps(FIELDS).encode() + b"\0"
    return struct.pack("<III4s", 4, len(text), kind, b"FDO\0") + text + bytes(-len(text) % 4)


def with_note(lab, name, kind):
    """A copy of /bin/true that has the note, as a module; what readelf says of its notes."""
    section = lab.folder / "note"
    section.write_bytes(note(kind))
    module = lab.modules / name
    subprocess.run(["objcopy", "--add-section", f".note.package={section}", "--set-section-flags",
                    ".note.package=alloc,readonly", "/bin/true", module], check=True,
                   stderr=subprocess.DEVNULL)
    return subprocess.run(["readelf", "-n", module], capture_output=True, text=True).stdout


def check_package(lab):
    if not shutil.which("objcopy") or not shutil.which("readelf"):
        raise mds_lab.Skip("needs objcopy and readelf")
    told = with_note(lab, "a.so", 0xcafe1a7e)
    if "FDO_PACKAGING_METADATA" not in told:
        raise mds_lab.Skip("needs a readelf that knows the packaging note")
    theirs = json.loads(told.split("Packaging Metadata: ")[1].splitlines()[0])
    lab.equal("what readelf reads", theirs, FIELDS)
    lab.equal("another type is none", "FDO_PACKAGING" in with_note(lab, "b.so", 0xcafe7e1a), False)
    found = lab.records("PACKAGE")
    lab.equal("modules", {record["@module"] for record in found}, {"0/a.so"})
    lab.equal("fields", {record["Key"]: record["Value"] for record in found}, theirs)


def main():
    return mds_lab.run_tests(mds_lab.Lab(), [check_package])


if __name__ == "__main__":
    sys.exit(main())
