#!/usr/bin/env python3
"""Apple's own .mdsinfo files, value by value: what core/mds_info reads, and what plistlib and the
rules say. The unit test MdsReader.ApplesBundles writes its records for this."""
import os
import pathlib
import plistlib
import subprocess
import sys
import tempfile

BUILD = pathlib.Path(os.environ.get("BUILD", "build"))
SHARED = pathlib.Path(os.environ.get("KEELSON_SHARED", "../shared"))
DATA = SHARED / "data/mds"


def rows(name):
    lines = (DATA / name).read_text().splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")][1:]


def read_tables():
    schema, symbols = {}, {}
    for relation, attribute, form, table, _ in rows("schema.tsv"):
        schema.setdefault(relation, []).append((attribute, form, table))
    for table, symbol, number in rows("symbols.tsv"):
        symbols.setdefault(table, {})[symbol] = int(number)
    return schema, symbols


SCHEMA, SYMBOLS = read_tables() if DATA.is_dir() else ({}, {})


def number_of(value, table):
    """None: an empty string."""
    if isinstance(value, (bool, int)):
        return int(value)
    total = None
    for word in value.replace("|", " ").split():
        shift = 16 if word.startswith("<<") else 0
        word = word.removeprefix("<<")
        known = SYMBOLS.get(table, {})
        total = (total or 0) | (known[word] if word in known else int(word, 0)) << shift
    return total


def text_of(value, form, table):
    """As the unit test writes it; None: not there."""
    if form == "STRING":
        return value.encode().hex() or None
    if form == "BLOB":
        return value.hex()
    values = value if isinstance(value, list) else [value]
    numbers = [n for n in (number_of(v, table) for v in values) if n is not None]
    if form == "UINT32" and not numbers:
        return None
    return "".join(f"{n}," for n in numbers)


def record(bundle, relation, *dictionaries, **more):
    """What is said, by the innermost dictionary first, and what is put in."""
    said = {"ModuleID": "{default}", "SSID": 0, "Path": "/PATH"}
    for dictionary in dictionaries:
        said.update(dictionary)
    said.update(more)
    values = {}
    for attribute, form, table in SCHEMA[relation]:
        text = text_of(said[attribute], form, table) if attribute in said else None
        if text is not None:
            values[attribute] = text
    return bundle, relation, values


def records_of(bundle, path):
    info = plistlib.loads(path.read_bytes())
    kind = info["MdsFileType"]
    if kind != "PluginSpecific":
        for relation in ("OBJECT", "CSSM" if kind == "CSSM" else "COMMON"):
            yield record(bundle, relation, info)
        return
    relation = info["MdsRecordType"].removeprefix("MDS_CDSADIR_").removesuffix("_RECORDTYPE")
    if relation == "TP_OIDS":
        for policy in info["Policies"]:
            yield record(bundle, relation, info, policy)
    elif relation == "CSP_CAPABILITY":
        listed = info["Capabilities"]
        if isinstance(listed, str):
            resource = path.parent / listed.removeprefix("file:")
            listed = plistlib.loads(resource.read_bytes()) if resource.exists() else []
        for group, capability in enumerate(listed):
            for attribute in capability["Attributes"]:
                yield record(bundle, relation, info, capability, attribute, GroupId=group)
    else:
        yield record(bundle, relation, info)


def read_dump(text):
    found = []
    for line in text.splitlines():
        if line.startswith("\t"):
            _, attribute, value = line.split("\t")
            found[-1][2][attribute] = value
        else:
            found.append((*line.split("\t"), {}))
    return found


def main():
    if not DATA.is_dir():
        print("no data/mds in ../shared")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        dump = pathlib.Path(folder) / "dump"
        subprocess.run([BUILD / "keelson_tests", "--gtest_filter=MdsReader.ApplesBundles"],
                       env={**os.environ, "KEELSON_MDS_DUMP": str(dump)}, check=True,
                       stdout=subprocess.DEVNULL)
        found = read_dump(dump.read_text())
    expected = []
    for line in (DATA / "EXPECTED.txt").read_text().splitlines():
        bundle = line.split(" ")[0]
        for path in sorted((DATA / bundle).glob("*.mdsinfo")):
            expected += records_of(bundle, path)
    values = sum(len(values) for _, _, values in expected)
    print(f"{len(expected)} records, {values} values")
    if len(found) != len(expected):
        print(f"{len(found)} records were read")
        return 1
    wrong = [pair for pair in zip(found, expected) if pair[0] != pair[1]]
    for got, right in wrong[:5]:
        print("read:    ", got)
        print("expected:", right)
    return 1 if wrong or values < 1000 else 0


if __name__ == "__main__":
    sys.exit(main())
