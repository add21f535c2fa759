#!/usr/bin/env python3
"""Apple's own bundles: as many records as an independent program counts, and the values that
plistlib reads. Then Apple's bugs, found by reading its sources: none of them is ours."""
import json
import os
import pathlib
import plistlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import mds_lab  # noqa: E402
from mds_lab import stanza  # noqa: E402

DATA = mds_lab.SHARED / "data/mds"


def plist(kind, **values):
    return plistlib.dumps({"MdsFileType": kind, **values})


def export(lab, path=None):
    return json.loads(lab.run("export", "--format=json", path=path).stdout or "{}")


# --- Real bundles ---

def expected_bundles():
    for line in (DATA / "EXPECTED.txt").read_text().splitlines():
        bundle, _, counts = re.match(r"(\S+) (\d+) (\{.*?\})", line).groups()
        counts = dict(re.findall(r"'(\w+)': (\d+)", counts))
        yield DATA / bundle, {name: int(count) for name, count in counts.items()}


def check_counts(lab):
    bundles = list(expected_bundles())
    lab.equal("bundles", len(bundles), 12)
    for bundle, counts in bundles:
        found = {name: len(records) for name, records in export(lab, bundle).items()}
        lab.equal(f"records of {bundle.parent.name}", found, counts)
        lab.expect("its errors", lab.run("scan", path=bundle), 0)


def check_explained(lab):
    """Records that stand in a resource are those of the file that names it, read and not kept."""
    folder = DATA / "apple-oss-distributions+Security/OSX/libsecurity_apple_csp/mds"
    rows = json.loads(lab.run("explain", "-o", "json", "0/.", path=folder).stdout)
    lab.equal("old records", [row for row in rows if row["what"] == "kept"], [])
    lab.equal("records", sum(row["what"] == "record" for row in rows), 48)


def check_values(lab):
    """Strings, booleans and data, which need no table of names."""
    compared = 0
    for bundle, _ in expected_bundles():
        records = export(lab, bundle)
        for file in sorted(bundle.glob("*.mdsinfo")):
            said = plistlib.loads(file.read_bytes())
            relation = said.get("MdsRecordType", "COMMON" if said["MdsFileType"] == "PluginCommon"
                                else "CSSM")
            relation = relation.removeprefix("MDS_CDSADIR_").removesuffix("_RECORDTYPE")
            for record in records.get(relation, []):
                for name, value in said.items():
                    if isinstance(value, bytes):
                        value = "hex:" + value.hex()
                    plain = isinstance(value, (bool, int)) or isinstance(record.get(name), str)
                    if name in record and plain:
                        lab.equal(f"{file.name} {relation} {name}", record[name],
                                  int(value) if isinstance(value, bool) else value)
                        compared += 1
    lab.equal("values that were compared", compared > 100, True)


# --- Apple's bugs ---

def stored(lab):
    info = (lab.database / "mdsscan.snapshot").stat()
    return info.st_ino, info.st_mtime_ns


def bug_01_a_wrong_path_made_every_scan_write_anew(lab):
    lab.put("a.mds", stanza("OBJECT", ModuleID="a"))
    lab.run("scan")
    before = stored(lab)
    for command in (["scan"], ["query", "OBJECT"], ["dump"]):
        lab.expect(f"{command}", lab.run(*command), 0)
    lab.equal("01 what is stored", stored(lab), before)


def bug_02_a_temporary_file_left_behind_stopped_all_copies(lab):
    lab.put("a.mds", stanza("OBJECT", ModuleID="a"))
    lab.run("scan")
    names = {path.name for path in lab.database.iterdir()}
    for name in names:
        for left in (f"{name}_", f".{name}", f"{name}.new", f"{name}.tmp", f".{name}.tmp"):
            if left not in names:
                (lab.database / left).write_text("left behind")
    lab.put("b.mds", stanza("OBJECT", ModuleID="b"))
    lab.expect("02 scan", lab.run("scan"), 0, "added 0/b.mds\n")
    lab.equal("02 stored", len(lab.records("--no-scan", "OBJECT")), 2)


def bug_03_a_bad_word_left_a_part_of_the_number(lab):
    for name, word in (("unknown", "CSSM_CSP_HARDWARE | NO_SUCH | 4"), ("long", "A" * 5000),
                       ("201", "B" * 201)):
        lab.fresh()
        path = lab.put("a.bundle/a.mdsinfo", plist("PluginSpecific", ModuleID="a", CspType=word,
                                                   MdsRecordType="MDS_CDSADIR_CSP_PRIMARY_RECORDTYPE"))
        lab.expect(f"03 {name}", lab.run("scan"), 0, "added 0/a.bundle\n", str(path))
        lab.equal(f"03 {name}: no record", lab.records("CSP_PRIMARY"), [])


def bug_04_small_numbers_shortened_a_list(lab):
    lab.put("a.bundle/a.mdsinfo", plist("PluginSpecific", ModuleID="a", SampleTypes=[1, 300, 70000, 2],
                                        MdsRecordType="MDS_CDSADIR_CSP_PRIMARY_RECORDTYPE"))
    lab.equal("04", [r["SampleTypes"] for r in lab.records("CSP_PRIMARY")], [[1, 300, 70000, 2]])


def bug_05_the_last_number_of_a_list_was_not_contained(lab):
    lab.put("a.mds", stanza("CSP_PRIMARY", ModuleID="a", SSID=0, SampleTypes="5, 6, 7"))
    for numbers, count in (("7", 1), ("6,7", 1), ("5,6,7", 1), ("5", 1), ("8", 0), ("7,8", 0)):
        lab.equal(f"05 {numbers}", len(lab.records("CSP_PRIMARY", f"SampleTypes*={numbers}")), count)


def bug_06_greater_found_equal_ones_by_the_index(lab):
    lab.put("a.mds", "".join(stanza("CSP_PRIMARY", ModuleID=f"m{i:03}", SSID=i % 5) for i in range(100)))
    # One that an index answers, one that reads every record.
    for conditions in (["SSID>3"], ["SSID>3", "ModuleID*=m"]):
        lab.equal(f"06 {conditions}", {r["SSID"] for r in lab.records("CSP_PRIMARY", *conditions)}, {4})
    lab.equal("06 less", {r["SSID"] for r in lab.records("CSP_PRIMARY", "SSID<1")}, {0})


def bug_07_the_schema_disagreed_with_itself(lab):
    lab.put("a.mds", stanza("KRMM", CSSMGuid="g", PolicyType=1, ModuleID="seventh") +
            stanza("CSP_CAPABILITY", ModuleID="a", SSID=0, UseeTag=0, ContextType=0, AlgType=0, GroupId=0,
                   AttributeType="CSSM_ATTRIBUTE_KEY_LENGTH"))
    lab.equal("07 the last attribute", len(lab.records("KRMM", "ModuleID=seventh")), 1)
    lab.equal("07 a number in an index",
              [type(r["AttributeType"]) for r in lab.records("CSP_CAPABILITY", "AttributeType>0")], [int])
    for relation, count in (("OBJECT", 6), ("CSSM", 5), ("CL_PRIMARY", 12), ("EMM_PRIMARY", 11)):
        heading = lab.run("query", relation, "-o", "tsv").stdout.splitlines()[0]
        lab.equal(f"07 attributes of {relation}", len(heading.split("\t")) - 1, count)


def bug_08_errors_named_no_file(lab):
    path = lab.put("a.bundle/Contents/Resources/a.mdsinfo", b"<plist><dict></plist>")
    lab.expect("08", lab.run("scan"), 0, err=f"mdsscan: {path}:1:")
    lab.fresh()
    (lab.modules / "a.bundle").mkdir()
    os.mkfifo(lab.modules / "a.bundle/a.mds")
    (lab.modules / "b.bundle").write_text("no directory")
    lab.equal("08 nothing but files is read", lab.run("query", "OBJECT").returncode, 1)


def bug_09_misspelt_keys_went_without_a_word(lab):
    lab.put("a.bundle/a.mdsinfo", plist("PluginSpecific", ModuleID="a", CertFieldsNames=b"x",
                                        MdsRecordType="MDS_CDSADIR_CL_PRIMARY_RECORDTYPE"))
    checked = lab.run("check")
    lab.equal("09 check", (checked.returncode, "CertFieldsNames" in checked.stdout), (1, True))
    lab.fresh()
    lab.put("a.bundle/a.mdsinfo", plist("PluginSpecific", ModuleID="a",
                                        RelationalOps=["CSSM_DB_EQUAL", "", "CSSM_DB_LESS_THAN"],
                                        MdsRecordType="MDS_CDSADIR_DL_PRIMARY_RECORDTYPE"))
    lab.equal("09 an empty string is no number",
              [r["RelationalOps"] for r in lab.records("DL_PRIMARY")], [[0, 2]])


def bug_10_a_module_replaced_within_a_second_went_unnoticed(lab):
    for way in ("rename", "in place"):
        lab.fresh()
        path = lab.put("a.bundle/a.mds", stanza("OBJECT", ModuleID="a", BuiltIn=1))
        lab.run("scan")
        for number in (2, 3, 4):  # all of one size, and with the first one's time
            info = path.stat()
            new = path.with_name("new") if way == "rename" else path
            new.write_text(stanza("OBJECT", ModuleID="a", BuiltIn=number))
            os.utime(new, ns=(info.st_atime_ns, info.st_mtime_ns))
            os.rename(new, path)
            lab.equal(f"10 {way}", [r["BuiltIn"] for r in lab.records("OBJECT")], [number])


def bug_11_anybody_could_hold_the_lock(lab):
    lab.put("a.mds", stanza("OBJECT", ModuleID="a"))
    lab.run("scan")
    lab.equal("11 mode", oct((lab.database / "mdsscan.lock").stat().st_mode & 0o777), "0o600")
    if os.geteuid() == 0:
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "flock",
                               "-n", str(lab.database / "mdsscan.lock"), "true"], capture_output=True)
        lab.equal("11 nobody", done.returncode != 0, True)


def bug_12_a_bad_file_left_half_a_module(lab):
    lab.put("a.bundle/1.mds", stanza("OBJECT", ModuleID="a") + stanza("CSSM", ModuleID="a", Vendor="old"))
    lab.put("a.bundle/2.mds", stanza("TP_PRIMARY", ModuleID="a", SSID=0, Vendor="old"))
    lab.run("scan")
    lab.put("a.bundle/1.mds", stanza("OBJECT", ModuleID="a", BuiltIn=1) + "Record: CSSM\nX: 1\n")
    lab.put("a.bundle/2.mds", stanza("TP_PRIMARY", ModuleID="a", SSID=0, Vendor="new"))
    done = lab.run("scan", "-v")
    lab.equal("12 one generation", "generation 2," in done.stdout, True)
    lab.equal("12 the other file counts", [r["Vendor"] for r in lab.records("TP_PRIMARY")], ["new"])
    lab.equal("12 the bad one's old records", ["BuiltIn" in r for r in lab.records("OBJECT")] +
              [r["Vendor"] for r in lab.records("CSSM")], [False, "old"])
    explained = json.loads(lab.run("explain", "a.bundle", "-o", "json").stdout or "[]")
    lab.equal("12 explain", [(r["place"], r["value"]) for r in explained if r["what"] == "kept"],
              [("1.mds", "1 CSSM"), ("1.mds", "1 OBJECT")])
    for path in (lab.modules / "a.bundle").iterdir():
        path.unlink()
    (lab.modules / "a.bundle").rmdir()
    lab.equal("12 all of it goes", export(lab), {})


BUGS = [function for name, function in sorted(globals().items()) if name.startswith("bug_")]


def main():
    def each_bug(lab):
        for bug in BUGS:
            lab.fresh()
            bug(lab)

    def real(lab):
        if not DATA.is_dir():
            raise mds_lab.Skip("no data/mds in ../shared")
        check_counts(lab)
        check_values(lab)
        check_explained(lab)

    return mds_lab.run_tests(mds_lab.Lab(), [each_bug, real])


if __name__ == "__main__":
    sys.exit(main())
