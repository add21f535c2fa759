#!/usr/bin/env python3
"""The commands of mdsscan on modules of our own: what they print, how they end, what they leave."""
import fcntl
import json
import os
import pathlib
import plistlib
import random
import re
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import mds_lab  # noqa: E402
from mds_lab import stanza  # noqa: E402

ID = "{11111111-2222-3333-4444-555555555555}"
TWO = "Record: SCHEMA\nRelation: PAIR\nUnique: ModuleID STRING\nAttributes: Number UINT32, " \
    "Numbers MULTI_UINT32, Text STRING, Bytes BLOB\n\n"


def check_command_line(lab):
    lab.put("a.mds", stanza("TP_OIDS", ModuleID="a", SSID=0, OID="hex:00"))
    cases = [
        ([], "a command is missing"),
        (["frob"], "'frob' is not a command"),
        (["scan", "x"], "unexpected operand 'x'"),
        (["scan", "--any"], "scan: it does not take --any"),
        (["scan", "--no-scan"], "scan: it does not take --no-scan"),
        (["query"], "query: an operand is missing"),
        (["query", "NONE"], "there is no relation 'NONE'; there are OBJECT, CSSM, "),
        (["query", "TP_OIDS", "Oid=1"], "TP_OIDS has no attribute 'Oid'; it has ModuleID, SSID, OID, "),
        (["query", "TP_OIDS", "SSID"], "one of = != < > *= ^= $= ~= goes behind"),
        (["query", "TP_OIDS", "SSID*=1"], "SSID is a UINT32: *= is not for a number"),
        (["query", "TP_OIDS", "SSID=x"], "SSID: 'x' is not a number of 32 bits"),
        (["query", "TP_OIDS", "SSID=4294967296"], "is not a number of 32 bits"),
        (["query", "TP_OIDS", "OID=00"], "OID: a BLOB begins with hex: or base64:"),
        (["query", "TP_OIDS", "ModuleID~=("], "ModuleID~=: missing )"),
        (["query", "CSP_PRIMARY", "CspType=CSSM_X"], "neither a number nor one of CspTypeNames"),
        (["dump", "x"], "'x' is neither a relation nor one of o, C, p, c, l, t, d, a, A"),
        (["export", "--format=xml"], "--format"),
        (["--mode=other", "scan"], "--mode"),
        (["--mode=seed", "watch"], "watch: it has one mode, full"),
        (["--path", "", "scan"], "'' is not a path"),
        (["--path", "/a::/b", "scan"], "a folder is missing"),
        (["--path", "x", "--root", lab.folder, "scan"], "with --root it begins with '/'"),
    ]
    for arguments, said in cases:
        lab.expect(f"{arguments}", lab.run(*arguments), 2, "", said)
    lab.expect("install", lab.run("install"), 0, "")
    lab.expect("uninstall", lab.run("uninstall"), 1, "", "function not implemented")


def check_scan(lab):
    lab.fresh()
    lab.expect("nothing", lab.run("scan"), 0, "")
    lab.put("a.mds", stanza("OBJECT", ModuleID="a"))
    lab.put("b.bundle/Resources/b.mds", stanza("OBJECT", ModuleID="b"))
    lab.expect("two", lab.run("scan"), 0, "added 0/a.mds\nadded 0/b.bundle\n")
    lab.expect("again", lab.run("scan"), 0, "")
    lab.put("a.mds", stanza("OBJECT", ModuleID="a", BuiltIn=1))
    (lab.modules / "b.bundle/Resources/b.mds").unlink()
    (lab.modules / "b.bundle/Resources").rmdir()
    (lab.modules / "b.bundle").rmdir()
    done = lab.run("scan", "-v")
    lab.equal("changed", done.stdout.splitlines()[:2], ["changed 0/a.mds", "removed 0/b.bundle"])
    lab.equal("summary", "1 modules" in done.stdout.splitlines()[-1], True)
    lab.put("c.mds", "Record: NONE\n")
    done = lab.run("scan")
    lab.expect("an error", done, 0, err=f"mdsscan: {lab.modules}/c.mds:1:9: there is no relation 'NONE'")
    lab.expect("a query is silent about it", lab.run("query", "OBJECT", "-o", "tsv"), 0)
    check = lab.run("check")
    lab.expect("check", check, 1,
               f"error: {lab.modules}/c.mds:1:9: there is no relation 'NONE'\n")
    (lab.modules / "c.mds").unlink()
    lab.expect("check, all right", lab.run("check"), 0, "")


def check_dry_run(lab):
    lab.fresh()
    lab.put("a.mds", stanza("OBJECT", ModuleID="a"))
    for _ in range(2):
        lab.expect("scan -n", lab.run("scan", "-n"), 0, "added 0/a.mds\n")
    lab.equal("nothing is made", lab.database.exists(), False)
    lab.expect("scan", lab.run("scan"), 0, "added 0/a.mds\n")
    before = {path: path.read_bytes() for path in lab.database.iterdir()}
    lab.put("b.mds", stanza("OBJECT", ModuleID="b"))
    lab.expect("scan -n", lab.run("scan", "-n"), 0, "added 0/b.mds\n")
    lab.equal("nothing is stored", {path: path.read_bytes() for path in lab.database.iterdir()},
              before)


def check_many_folders(lab):
    lab.fresh()
    many = ":".join(f"{lab.modules}/{i}" for i in range(11))
    for i in (2, 10):
        lab.put(f"{i}/a.mds", stanza("OBJECT", ModuleID="a", ModuleName=str(i)))
    found = lab.records("OBJECT", path=many)
    lab.equal("the first of eleven folders counts",
              [(r["@module"], r["ModuleName"]) for r in found], [("02/a.mds", "2")])


def check_path(lab):
    """Several folders, in order; from where the user is; below a root."""
    lab.fresh()
    lab.put("one/a.mds", stanza("OBJECT", ModuleID="a", ModuleName="first"))
    lab.put("two/a.mds", stanza("OBJECT", ModuleID="a", ModuleName="second"))
    lab.put("two/b.mds", stanza("OBJECT", ModuleID="b"))
    both = f"{lab.modules}/one:{lab.modules}/two"
    none = f"{lab.modules}/none"
    lab.expect("a folder that is not there", lab.run("scan", path=none), 0, "",
               f"{none}: there is no such folder")
    lab.expect("a folder that is not there", lab.run("check", path=none), 1,
               f"error: {none}: there is no such folder\n")
    found = lab.records("OBJECT", path=both)
    lab.equal("the first of two wins", [(r["@module"], r["ModuleID"], r["ModuleName"]) for r in found],
              [("0/a.mds", "a", "first"), ("1/b.mds", "b", "b")])
    checked = lab.run("check", path=both)
    lab.equal("and check tells", (checked.returncode, "1/a.mds" in checked.stdout,
                                  "0/a.mds" in checked.stdout), (1, True, True))
    for name, arguments in {"given twice": ["--path", "one", "--path", "two"],
                            "relative": ["--path", "one:two"]}.items():
        done = subprocess.run([mds_lab.KEELSON, "mdsscan", *arguments, "--db", "../db2", "query",
                               "OBJECT", "-o", "json"], cwd=lab.modules, capture_output=True, text=True)
        lab.equal(name, json.loads(done.stdout or "[]"), found)
    done = subprocess.run([mds_lab.KEELSON, "mdsscan", "--root", str(lab.folder), "--path", "/m/one",
                           "--db", "/dbroot", "query", "OBJECT", "-o", "json"],
                          capture_output=True, text=True)
    lab.equal("root", [(r["@module"], r["Path"]) for r in json.loads(done.stdout or "[]")],
              [("0/a.mds", "/m/one/a.mds")])
    lab.equal("and the database below it", (lab.folder / "dbroot/mdsscan.snapshot").exists(), True)
    (lab.folder / "db3").mkdir()
    for name in ("mdsscan.snapshot", "mdsscan.state"):
        (lab.folder / "db3" / name).write_bytes(b"none")
    done = subprocess.run([mds_lab.KEELSON, "mdsscan", "--path", f"{lab.modules}/one//", "--db",
                           f"{lab.folder}/db3//", "check"], capture_output=True, text=True)
    lab.equal("slashes at the end", (done.stdout, done.stderr), ("".join(
        f"error: {lab.folder}/db3/mdsscan.{name}: cut short, corrupt or of another version; "
        "a scan replaces it\n" for name in ("snapshot", "state")), ""))
    lab.put("sub/deep/x.mds", stanza("OBJECT", ModuleID="x"))
    lab.equal("not recursive", lab.records("OBJECT"), [])
    lab.equal("recursive", sorted(r["@module"] for r in lab.records("--recursive", "OBJECT")),
              ["0/one/a.mds", "0/sub/deep/x.mds", "0/two/b.mds"])


def check_bundles_of_one_name(lab):
    """Folders that themselves are bundles had the last part of their path as their name for
    themselves, and all but the first lost their records."""
    lab.fresh()
    for name in ("x/mds", "y/mds"):
        lab.put(f"{name}/a.mdsinfo", plistlib.dumps({"MdsFileType": "CSSM"}))
    found = lab.records("--recursive", "OBJECT")
    lab.equal("names", [(r["@module"], r["ModuleID"], r["ModuleName"]) for r in found],
              [("0/x/mds/.", "x/mds", "x/mds"), ("0/y/mds/.", "y/mds", "y/mds")])
    lab.equal("the folder of the path", [r["ModuleID"] for r in
                                          lab.records("OBJECT", path=lab.modules / "x/mds")], ["mds"])


def check_output(lab):
    lab.fresh()
    lab.put("a.mds", TWO + stanza("PAIR", ModuleID="a", Number=7, Numbers="1, 2", Text="hex:1b5b6d",
                                  Bytes="hex:00ff") + stanza("PAIR", ModuleID="b\\c", Text="<&>é"))
    text = TWO + ("# 0/a.mds\nRecord: PAIR\nModuleID: a\nNumber: 7\nNumbers: 1, 2\nText: hex:1b5b6d\n"
                       "Bytes: hex:00ff\n\n# 0/a.mds\nRecord: PAIR\nModuleID: b\\c\nText: <&>é\n\n")
    lab.expect("text", lab.run("query", "PAIR"), 0, text)
    lab.expect("tsv", lab.run("query", "PAIR", "-o", "tsv"), 0,
               "@module\tModuleID\tNumber\tNumbers\tText\tBytes\n"
               "0/a.mds\ta\t7\t1, 2\thex:1b5b6d\thex:00ff\n0/a.mds\tb\\x5cc\t\t\t<&>é\t\n")
    wanted = [{"@module": "0/a.mds", "ModuleID": "a", "Number": 7, "Numbers": [1, 2],
               "Text": "\x1b[m", "Bytes": "hex:00ff"},
              {"@module": "0/a.mds", "ModuleID": "b\\c", "Text": "<&>é"}]
    lab.equal("json", lab.records("PAIR"), wanted)
    for form, none in (("text", ""), ("json", "[]\n"),
                       ("tsv", "@module\tModuleID\tNumber\tNumbers\tText\tBytes\n")):
        lab.expect(f"none, {form}", lab.run("query", "PAIR", "ModuleID=c", "-o", form), 1, none)
    lab.expect("dump", lab.run("dump", "PAIR", "o"), 0,
               "PAIR:\n   record 0; numAttrs 5:\n      ModuleID            : 'a'\n"
               "      Number              : 0x7\n      Numbers             : multi_int[0x1, 0x2]\n"
               "      Text                : '\\x1b[m'\n      Bytes               : BLOB length 2 : 00 FF \n"
               "   record 1; numAttrs 5:\n      ModuleID            : 'b\\x5cc'\n"
               "      Number              : <<no values present>>\n"
               "      Numbers             : <<no values present>>\n      Text                : '<&>é'\n"
               "      Bytes               : <<no values present>>\nOBJECT: no record found\n")
    lab.equal("dump of all", lab.run("dump").stdout, lab.run("dump", "PAIR").stdout)
    lab.equal("export json", json.loads(lab.run("export", "--format=json").stdout), {"PAIR": wanted})
    exported = plistlib.loads(lab.run("export", "--format=plist").stdout.encode())
    lab.equal("export plist", exported,
              {"PAIR": [{**wanted[0], "Text": b"\x1b[m", "Bytes": b"\0\xff"}, wanted[1]]})
    lab.equal("export stanza", lab.run("export").stdout, text.replace("# 0/a.mds\n", ""))
    lab.put("a.mds", lab.run("export", "--format=stanza").stdout)
    lab.equal("reads back", lab.records("PAIR"), wanted)


def check_explain(lab):
    lab.fresh()
    lab.put("a.bundle/x.mds", stanza("OBJECT", ModuleID="a") + stanza("TP_OIDS", ModuleID="a", SSID=0,
                                                                        OID="hex:00"))
    lab.put("a.bundle/y.mds", "Record: OBJECT\nModuleID: b\nX: 1\n")
    rows = {}
    for name in ("0/a.bundle", "a.bundle", f"{lab.modules}/a.bundle", f"{lab.modules}/a.bundle/"):
        rows[name] = [(row["module"], row["what"], row["place"], row["value"]) for row in
                      json.loads(lab.run("explain", name, "-o", "json").stdout or "[]")]
    lab.equal("by any name", len({tuple(r) for r in rows.values()}), 1)
    for name in (f"{lab.modules}//./a.bundle", "./m/a.bundle", "m//a.bundle"):
        done = lab.run("explain", name, "-o", "json", cwd=lab.folder)
        lab.equal(f"by {name}", [r["module"] for r in json.loads(done.stdout or "[]")][:1],
                  ["0/a.bundle"])
    lab.expect("by nothing", lab.run("explain", ""), 1, err="'': there is no such module")
    lab.put("new\nline.mds", stanza("OBJECT", ModuleID="n"))
    printed = lab.run("explain", "new\nline.mds", "-o", "tsv").stdout.splitlines()[1].split("\t")[0]
    lab.expect("by what is printed", lab.run("explain", printed, "-o", "tsv"), 0)
    found = rows["0/a.bundle"]
    lab.equal("records", [row[2:] for row in found if row[1] == "record"],
              [("x.mds:1:1", "OBJECT ModuleID=a"),
               ("x.mds:4:1", "TP_OIDS ModuleID=a, SSID=0, OID=hex:00")])
    lab.equal("errors", [row[2:] for row in found if row[1] == "error"],
              [(f"{lab.modules}/a.bundle/y.mds:3:1", "OBJECT has no attribute 'X'")])
    inode = (lab.modules / "a.bundle/x.mds").stat().st_ino
    seen = {row[2]: row[3] for row in found if row[1] == "seen"}
    lab.equal("what was seen", (f"inode {inode}," in seen.get("x.mds", ""), "y.mds" in seen), (True, True))
    lab.expect("no such", lab.run("explain", "b.bundle"), 1, err="b.bundle: there is no such module")
    general = json.loads(lab.run("explain", "-o", "json").stdout)
    lab.equal("folders and modes", [(r["what"], r["name"]) for r in general if r["what"] != "blind spot"],
              [("folder", str(lab.modules)), ("database", str(lab.database)), ("mode", "full"),
               ("mode", "seed")])
    lab.equal("blind spots", len([r for r in general if r["what"] == "blind spot"]) >= 4, True)


def rows_of(lab, *arguments):
    return json.loads(lab.run(*arguments, "-o", "json").stdout or "[]")


def check_explain_records(lab):
    """Each record of each kind of module, at its place."""
    lab.fresh()
    lab.put("a.mds", stanza("OBJECT", ModuleID="a") + stanza("TP_OIDS", ModuleID="a", OID="hex:00"))
    lab.put("b.module", "module: b.so\n")
    (lab.folder / "target").write_text(stanza("OBJECT", ModuleID="c"))
    (lab.modules / "c.mds").symlink_to(lab.folder / "target")
    for name in ("x.mds", "Resources/x.mds", "Contents/Resources/x.mds"):
        lab.put(f"d.bundle/{name}", "#\n" + stanza("OBJECT", ModuleID=name))
    plist = {"ModuleID": "i", "MdsFileType": "PluginSpecific", "SSID": 0,
             "MdsRecordType": "MDS_CDSADIR_CSP_CAPABILITY_RECORDTYPE", "Capabilities": "file:caps.mds"}
    lab.put("e.bundle/Resources/e.mdsinfo", plistlib.dumps(plist))
    lab.put("e.bundle/Resources/caps.mds", plistlib.dumps([{
        "AlgType": 1, "ContextType": 1, "UseeTag": 0,
        "Attributes": [{"AttributeType": 1, "AttributeValue": 1}]}]))
    for module, wanted in (("a.mds", ["a.mds:1:1", "a.mds:4:1"]), ("b.module", ["b.module:1:1"]),
                           ("c.mds", ["c.mds:1:1"]),
                           ("d.bundle", ["x.mds:2:1", "Resources/x.mds:2:1",
                                         "Contents/Resources/x.mds:2:1"])):
        found = [r["place"] for r in rows_of(lab, "explain", module) if r["what"] == "record"]
        lab.equal(f"records of {module}", found, wanted)
    found = [r for r in rows_of(lab, "explain", "e.bundle") if r["what"] in ("record", "kept")]
    lab.equal("of a list in another file",
              [(r["what"], r["place"].split(":")[0], r["value"].split()[0]) for r in found],
              [("record", "Resources/caps.mds", "CSP_CAPABILITY")])


def check_explain_count(lab):
    """A module that is refused is none of those that scan counts."""
    lab.fresh()
    lab.put("a.mds", stanza("OBJECT", ModuleID="a"))
    lab.put("b.mds", stanza("OBJECT", ModuleID="b")).chmod(0o666)
    summary = lab.run("scan", "-v").stdout.splitlines()[-1]
    lab.equal("scan", summary.endswith(", 1 modules, 1 read"), True)
    for mode in ("full", "seed"):
        told = [r["value"] for r in rows_of(lab, f"--mode={mode}", "explain") if r["what"] == "database"]
        lab.equal(f"count, {mode}", [", 1 modules, " in text for text in told], [True])


def check_explain_left_out(lab):
    """Which of several records does not count was not told."""
    lab.fresh()
    lab.put("a.mds", stanza("TP_OIDS", ModuleID="x", SSID=1, OID="hex:00"))
    lab.put("b.mds", stanza("TP_OIDS", ModuleID="x", SSID=0, OID="hex:00") +
            stanza("TP_OIDS", ModuleID="x", SSID=1, OID="hex:00"))
    found = [(r["what"], r["place"], r["value"]) for r in rows_of(lab, "explain", "b.mds")
             if r["what"] in ("record", "left out")]
    lab.equal("left out", found, [
        ("record", "b.mds:1:1", "TP_OIDS ModuleID=x, SSID=0, OID=hex:00"),
        ("left out", "b.mds:6:1", "TP_OIDS ModuleID=x, SSID=1, OID=hex:00, which 0/a.mds has before")])


def check_far_future(lab):
    """A time stamp that no 64 bits of nanoseconds hold was shown as one long ago."""
    lab.fresh()
    path = lab.put("a.mds", stanza("OBJECT", ModuleID="a"))
    os.utime(path, (10_000_000_000, 10_000_000_000))
    seen = [r["value"] for r in rows_of(lab, "explain", "a.mds") if r["what"] == "seen"]
    lab.equal("modified", ["modified 2262-04-11T23:47:16.854775807Z" in text for text in seen], [True])


def check_folders_as_files(lab):
    """What is stored cannot be a directory."""
    lab.fresh()
    for name in ("snapshot", "state"):
        (lab.database / f"mdsscan.{name}").mkdir(parents=True)
    done = lab.run("check")
    lab.equal("told", done.stdout.splitlines()[:2], [
        f"error: {lab.database}/mdsscan.{name}: Is a directory" for name in ("snapshot", "state")])
    lab.expect("not stored", lab.run("scan"), 111, err="mdsscan.state: Is a directory")


def check_escapes(lab):
    """A name with a control character is escaped once, and in JSON it is the name itself."""
    lab.fresh()
    name = "\x9b\\x2d.mds"
    lab.put(name, "Record: NONE\n")
    place, said = f"{lab.modules}/{name}:1:9", "there is no relation 'NONE'"
    shown = place.replace("\\", "\\x5c").replace("\x9b", "\\xc2\\x9b")
    lab.expect("text", lab.run("check"), 1, f"error: {shown}: {said}\n")
    lab.expect("tsv", lab.run("check", "-o", "tsv"), 1, f"error\t{shown}\t{said}\n")
    lab.equal("json", rows_of(lab, "check"), [{"severity": "error", "place": place, "finding": said}])
    found = [(r["place"], r["value"]) for r in rows_of(lab, "explain", name) if r["what"] == "error"]
    lab.equal("explain", found, [(place, said)])
    for value, shown in (("\\x9b\\x1b", "\\x5cx9b\\x5cx1b"), ("\x9b\x7f", "\\xc2\\x9b\\x7f")):
        lab.fresh()
        lab.put(f"{value}.mds", f"Record: {value}\n")
        text = "{0}/{1}.mds:1:9: there is no relation '{1}'"
        lab.expect(f"text, {value!r}", lab.run("check"), 1, f"error: {text.format(lab.modules, shown)}\n")
        lab.equal(f"json, {value!r}", [f"{r['place']}: {r['finding']}" for r in rows_of(lab, "check")],
                  [text.format(lab.modules, value)])


def check_forms(lab):
    """Values, names and conditions with bytes that a terminal or a JSON reader must not get."""
    lab.fresh()
    values = ["plain é \U0001f600", "\x1b[2J", "\x7f\x80\x9b31m", "tab\tnew\nline", "hex:00", "base64:",
              "\udcff", "caf\udce9", "\udced\udca0\udc80", "\udcc0\udcaf", "\\x41"]
    wanted = [value.encode("utf-8", "surrogateescape") for value in values]
    lab.put("\udcff.mds", TWO + "".join(
        stanza("PAIR", ModuleID=f"{i:02}", Text="hex:" + value.hex()) for i, value in enumerate(wanted)))
    lab.put("\x9b\udcfe.mds", "Record: NONE\n")

    def decoded(text, escaped):
        if text.startswith("hex:"):
            return bytes.fromhex(text[4:])
        if escaped:
            text = re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), text)
        return text.encode()

    outputs = {}
    for form in ("text", "tsv", "json"):
        for command in (["query", "PAIR"], ["explain", "\udcff.mds"], ["explain", "\x9b\udcfe.mds"], ["check"]):
            outputs[*command, form] = lab.run(*command, "-o", form).stdout
    for arguments in (["dump"], ["export"], ["export", "--format=json"]):
        outputs[*arguments] = lab.run(*arguments).stdout
    for name, text in outputs.items():
        left = [c for c in text if (ord(c) < 0x20 and c not in "\t\n") or 0x7f <= ord(c) < 0xa0 or
                0xd800 <= ord(c) < 0xe000]
        lab.equal(f"raw bytes in {name}", left, [])
        if "json" in name[-1]:
            lab.equal(f"{name} can be written again", bool(json.dumps(json.loads(text), ensure_ascii=False)
                                                           .encode()), True)
    rows = json.loads(outputs["query", "PAIR", "json"])
    lab.equal("json", [decoded(row["Text"], False) if row["Text"] != "base64:" else b"base64:"
                       for row in rows], wanted)
    lab.equal("name in json", {row["@module"] for row in rows}, {"hex:" + b"0/\xff.mds".hex()})
    lines = outputs["query", "PAIR", "tsv"].splitlines()
    lab.equal("tsv", [decoded(line.split("\t")[4], True) for line in lines[1:]], wanted)
    lab.equal("name in tsv", {line.split("\t")[0] for line in lines[1:]}, {"0/\\xff.mds"})
    found = [r["place"] for r in rows_of(lab, "check")]
    lab.equal("place in json", found, ["hex:" + f"{lab.modules}/\x9b\udcfe.mds:1:9".encode(
        "utf-8", "surrogateescape").hex()])


def check_closed_pipe(lab):
    """A caller who does not let SIGPIPE end us is told why, however much there was to write."""
    lab.fresh()
    lab.put("a.mds", "".join(stanza("TP_OIDS", ModuleID=i, OID="hex:" + "00" * 100) for i in range(1000)))
    lab.run("scan")
    for arguments in (["query", "TP_OIDS"], ["query", "TP_OIDS", "-o", "tsv"], ["dump"], ["export"],
                      ["query", "TP_OIDS", "-o", "json"], ["explain", "a.mds", "-o", "tsv"],
                      ["explain"], ["scan", "-v"], ["query", "TP_OIDS", "ModuleID=7"]):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(lab.command(*arguments), stdin=subprocess.DEVNULL, stdout=writer,
                              stderr=subprocess.PIPE, text=True, restore_signals=False)
        os.close(writer)
        lab.equal(f"{arguments}", (done.returncode, done.stderr),
                  (111, "mdsscan: standard output: Broken pipe\n"))


def check_stored(lab):
    """--no-scan answers from what is stored, and check sees that it is not what was written."""
    lab.fresh()
    lab.put("a.mds", stanza("OBJECT", ModuleID="a"))
    lab.run("scan")
    lab.put("b.mds", stanza("OBJECT", ModuleID="b"))
    lab.equal("as it is", [r["ModuleID"] for r in lab.records("OBJECT", "--no-scan")], ["a"])
    lab.equal("as it should be", [r["ModuleID"] for r in lab.records("OBJECT")], ["a", "b"])
    path = lab.database / "mdsscan.snapshot"
    image = bytearray(path.read_bytes())
    image[-1] ^= 1
    path.write_bytes(image)
    told = f"{path}: corrupt; a scan replaces it"
    lab.expect("a bit that turned, no scan", lab.run("export", "--no-scan"), 111, err=told)
    lab.expect("a bit that turned", lab.run("check"), 1, f"error: {told}\n")
    lab.expect("and a scan replaced it", lab.run("check"), 0, "")


def check_damage(lab):
    """Whatever happened to a stored file is one finding, and the scan of check mends it."""
    lab.fresh()
    lab.put("a.mds", stanza("OBJECT", ModuleID="a"))
    lab.run("scan")
    uid, other = os.getuid(), 4321
    whole = "cut short, corrupt or of another version"

    def flip(path):
        image = bytearray(path.read_bytes())
        image[-1] ^= 1
        path.write_bytes(image)

    damages = [("empty", lambda path: os.truncate(path, 0), whole, whole),
               ("cut", lambda path: os.truncate(path, path.stat().st_size - 1), whole, whole),
               ("flipped", flip, "corrupt", whole),
               ("mode", lambda path: path.chmod(0o666), *["not trusted: everybody may write to it"] * 2)]
    if uid == 0:
        damages.append(("owner", lambda path: os.chown(path, other, -1),
                        *[f"not trusted: belongs to uid {other}"] * 2))
    for name, damage, *wanted in damages:
        for file, what in zip(("mdsscan.snapshot", "mdsscan.state"), wanted):
            damage(lab.database / file)
            lab.expect(f"{file}, {name}", lab.run("check"), 1,
                       f"error: {lab.database}/{file}: {what}; a scan replaces it\n")
            lab.expect(f"{file}, {name}, again", lab.run("check"), 0, "")
    (lab.database / "mdsscan.lock").chmod(0o644)
    lab.expect("lock", lab.run("check"), 1,
               f"error: {lab.database}/mdsscan.lock: refused: others may open it\n")
    lab.database.chmod(0o777)
    lab.expect("folder", lab.run("check"), 111,
               f"error: {lab.database}: not trusted: everybody may write to it\n",
               "refused: everybody may write to it; answering from memory")


def check_refused_files(lab):
    """A file that is refused takes nothing of its bundle with it."""
    lab.fresh()
    for name in ("a", "fifo", "large", "open"):
        lab.put(f"a.bundle/{name}.mds", stanza("OBJECT", ModuleID=name))
    lab.expect("scan", lab.run("scan"), 0, "added 0/a.bundle\n")
    (lab.modules / "a.bundle/fifo.mds").unlink()
    os.mkfifo(lab.modules / "a.bundle/fifo.mds")
    os.truncate(lab.modules / "a.bundle/large.mds", (16 << 20) + 1)
    (lab.modules / "a.bundle/open.mds").chmod(0o666)
    os.truncate(lab.put("a.bundle/large.so", ""), (256 << 20) + 1)
    for arguments in (["--no-scan"], []):
        lab.equal("records", [r["ModuleID"] for r in lab.records("OBJECT", *arguments)],
                  ["a", "large"] if not arguments else ["a", "fifo", "large", "open"])
    lab.expect("check", lab.run("check"), 1, "".join(
        f"error: {lab.modules}/a.bundle/{text}\n" for text in (
            "fifo.mds: refused: not a regular file", "large.mds: more than 16777216 bytes",
            "large.so: more than 268435456 bytes", "open.mds: refused: everybody may write to it")))


def check_held_lock(lab):
    """Another process is about to publish: answers come from memory, and a scan says that it is none."""
    lab.fresh()
    lab.put("a.mds", stanza("OBJECT", ModuleID="a"))
    lab.run("scan")
    before = (lab.database / "mdsscan.snapshot").read_bytes()
    lab.put("b.mds", stanza("OBJECT", ModuleID="b"))
    with open(lab.database / "mdsscan.lock", "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        scan = subprocess.Popen(lab.command("scan"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
        for arguments in (["query", "OBJECT", "ModuleID=b", "-o", "tsv"], ["dump", "OBJECT"],
                          ["export"], ["explain", "b.mds"], ["check"]):
            done = lab.run(*arguments)
            lab.expect(f"{arguments}", done, 0)
            lab.equal(f"{arguments} has it", "b" in done.stdout, arguments != ["check"])
        lab.expect("none", lab.run("query", "OBJECT", "ModuleID=c"), 1, "")
        said, told = scan.communicate()
        lab.equal("scan", (scan.returncode, said), (111, "added 0/b.mds\n"))
        lab.equal("scan tells", "another scan holds it; nothing was stored" in told, True)
    lab.equal("nothing was stored", (lab.database / "mdsscan.snapshot").read_bytes() == before, True)
    lab.expect("afterwards", lab.run("scan"), 0, "added 0/b.mds\n")


def check_seed_mode(lab):
    """What Apple's algorithm does not see, and what it does."""
    lab.fresh()
    path = lab.put("a.bundle/a.mds", stanza("OBJECT", ModuleID="a", BuiltIn=1))
    os.utime(lab.modules, (1, 1))
    lab.run("scan")
    path.write_text(stanza("OBJECT", ModuleID="a", BuiltIn=2))
    lab.equal("in place, by the seed", [r["BuiltIn"] for r in lab.records("--mode=seed", "OBJECT")], [1])
    lab.put("b.mds", stanza("OBJECT", ModuleID="b"))
    os.utime(lab.modules, ns=(time.time_ns(),) * 2)  # the kernel's own stamp may be a tick old
    lab.equal("another one", [r["ModuleID"] for r in lab.records("--mode=seed", "OBJECT")], ["a", "b"])
    lab.put("c.mds", "Record: NONE\n")
    lab.put("d.mds", stanza("OBJECT", ModuleID="a"))
    lab.run("scan")
    os.utime(lab.modules, (1, 1))
    for arguments in (["explain", "a.bundle", "b.mds", "c.mds", "d.mds"], ["check"]):
        seed, full = ([row for row in rows_of(lab, f"--mode={mode}", *arguments)
                       if row.get("what") != "module"] for mode in ("seed", "full"))  # those have times
        lab.equal(f"{arguments} when nothing is due", bool(seed), True)
        lab.equal(f"{arguments} in both modes", full, seed)
    none = f"{lab.modules}/none"
    lab.run("scan", path=f"{lab.modules}:{none}")
    lab.equal("check of a folder that is not there", f"error: {none}: there is no such folder" in
              lab.run("--mode=seed", "check", path=f"{lab.modules}:{none}").stdout, True)
    for name in ("c.mds", "d.mds"):
        (lab.modules / name).unlink()
    path.write_text(stanza("OBJECT", ModuleID="a", BuiltIn=3))
    lab.equal("in place", [r.get("BuiltIn") for r in lab.records("OBJECT")], [3, None])


# --- Conditions, compared with what Python makes of them ---

OPERATORS = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "*=": lambda a, b: any(a[i:i + len(b)] == b for i in range(len(a) - len(b) + 1)),
    "^=": lambda a, b: a[:len(b)] == b,
    "$=": lambda a, b: len(b) <= len(a) and a[len(a) - len(b):] == b,
}
NUMBERS = [0, 1, 2, 255, 256, 65536, 0xffffffff]


def value_text(value):
    if isinstance(value, bytes):
        return "hex:" + value.hex()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def check_queries(lab):
    lab.fresh()
    rng = random.Random(4)
    make = {"Number": lambda: rng.choice(NUMBERS),
            "Numbers": lambda: [rng.choice(NUMBERS[:3]) for _ in range(rng.randrange(4))],
            "Text": lambda: bytes(rng.choice(b"ab\xff") for _ in range(rng.randrange(1, 4))),
            "Bytes": lambda: bytes(rng.choice(b"\0\x01") for _ in range(rng.randrange(4)))}
    records = {}
    for module in range(20):
        text = TWO
        for number in range(10):
            name = f"{module:02}-{number}"
            records[name] = {k: f() for k, f in make.items() if rng.random() < 0.8}
            text += stanza("PAIR", ModuleID=name, **{k: value_text(v) for k, v in records[name].items()})
        lab.put(f"{module:02}.mds", text)
    lab.expect("scan", lab.run("scan"), 0)
    asked = 0
    for _ in range(150):
        conditions, tests = [], []
        for _ in range(rng.randrange(1, 4)):
            attribute = rng.choice(list(make))
            operators = list(OPERATORS)[:4] if attribute == "Number" else list(OPERATORS)
            operator = rng.choice(operators)
            value = make[attribute]()
            conditions.append(f"{attribute}{operator}{value_text(value)}")
            tests.append((attribute, OPERATORS[operator], value))
        any_of = rng.random() < 0.4
        wanted = []
        for name, record in records.items():
            held = [a in record and bool(f(record[a], v)) for a, f, v in tests]
            if (any if any_of else all)(held):
                wanted.append(name)
        found = lab.records("--no-scan", *(["--any"] if any_of else []), "PAIR", *conditions)
        lab.equal(f"{conditions} any={any_of}", [r["ModuleID"] for r in found], wanted)
        asked += bool(wanted)
    lab.equal("answers that are not empty", asked > 50, True)
    for pattern, wanted in ((r"^0[13]-\d$", lambda n: n[:2] in ("01", "03")), ("9$", lambda n: n[-1] == "9"),
                            ("(?i)X", lambda n: False)):
        found = lab.records("--no-scan", "PAIR", f"ModuleID~={pattern}")
        lab.equal(f"~= {pattern}", [r["ModuleID"] for r in found], [n for n in records if wanted(n)])


def main():
    return mds_lab.run_tests(mds_lab.Lab(), [
        check_refused_files, check_held_lock,
        check_command_line, check_scan, check_dry_run, check_many_folders, check_path, check_bundles_of_one_name,
        check_output,
        check_explain, check_explain_records, check_explain_count, check_explain_left_out, check_far_future,
        check_folders_as_files,
        check_escapes, check_forms, check_closed_pipe, check_stored, check_damage,
        check_seed_mode, check_queries])


if __name__ == "__main__":
    sys.exit(main())
