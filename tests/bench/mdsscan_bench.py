#!/usr/bin/env python3
"""Knowing modules: scans, changes and queries beside what others need for as many entries.

On files in memory, in turns, medians. The peers are ldconfig, fc-cache and gio-querymodules where they
are installed, depmod, modinfo, modprobe and p11-kit of build/peers; one that is absent is named.
KEELSON_BENCH_QUICK=1: 1,000 bundles, 10,000 records, few rounds.
"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TREE / "tests/applets"))
import account_fault_lab as faults  # noqa: E402
import mds_lab  # noqa: E402
import mdsscan_crash_test  # noqa: E402
import mdsscan_kernel_test  # noqa: E402

QUICK = bool(os.environ.get("KEELSON_BENCH_QUICK"))
BUNDLES = 1_000 if QUICK else 10_000
RECORDS = 10_000 if QUICK else 1_000_000
RENAMES = 50 if QUICK else 200
SPAWNS = 100 if QUICK else 400
FONT = """STARTFONT 2.1
FONT -keel-font{0:05d}-medium-r-normal--8-80-75-75-c-80-iso10646-1
SIZE 8 75 75
FONTBOUNDINGBOX 8 8 0 0
STARTPROPERTIES 3
FAMILY_NAME "font{0:05d}"
FONT_ASCENT 8
FONT_DESCENT 0
ENDPROPERTIES
CHARS 1
STARTCHAR A
ENCODING 65
SWIDTH 500 0
DWIDTH 8 0
BBX 8 1 0 0
BITMAP
18
ENDCHAR
ENDFONT
"""
missed = 0


def row(what, measured, ratio=None, aim=None):
    """A line of the table. aim: the most that the ratio may be."""
    global missed
    verdict = ""
    if aim is not None:
        missed += ratio > aim
        verdict = "met" if ratio <= aim else "**not met**"
    print(f"| {what} | {measured} | {'' if ratio is None else f'{ratio:.2f}'} "
          f"| {'' if aim is None else f'at most {aim:g}'} | {verdict} |", flush=True)


def absent(name):
    print(f"| {name} | absent | | | |")


class Spent:
    """Of one process: seconds by the clock, and of processor time."""

    def __init__(self, command, env=None):
        null = os.open(os.devnull, os.O_WRONLY)
        begin = time.perf_counter()
        pid = os.posix_spawn(command[0], command, env or os.environ, file_actions=[
            (os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)])
        _, status, used = os.wait4(pid, 0)
        self.wall = time.perf_counter() - begin
        self.cpu = used.ru_utime + used.ru_stime
        os.close(null)
        self.code = os.waitstatus_to_exitcode(status)


def in_turns(rounds, columns):
    """Name -> medians. columns: name -> (what makes ready, command, environment or None)."""
    spent = {name: [] for name in columns}
    for _ in range(rounds):
        for name, (ready, command, env) in columns.items():
            ready()
            spent[name].append(Spent([str(word) for word in command], env))
            if spent[name][-1].code != 0:
                raise RuntimeError(f"{command}: exit {spent[name][-1].code}")
    return {name: (statistics.median(s.wall for s in of), statistics.median(s.cpu for s in of))
            for name, of in spent.items()}


def nothing():
    pass


def module(number, version=0):
    return mds_lab.stanza("OBJECT", ModuleID=f"m{number}", ProductVersion=version) + mds_lab.stanza(
        "CSP_PRIMARY", ModuleID=f"m{number}", SSID=0, Vendor="Keel",
        CspType="CSSM_CSP_HARDWARE", CspFlags="CSSM_CSP_STORES_PRIVATE_KEYS")


def make_bundles(folder):
    for number in range(BUNDLES):
        bundle = folder / f"module{number}.bundle"
        bundle.mkdir(parents=True)
        (bundle / "records.mds").write_text(module(number))


def inside():
    """What the C++ bench measures inside one process."""
    program = mds_lab.BUILD / "mds_scan_bench"
    if not program.exists():
        return absent("inside the process (build/mds_scan_bench)")
    said = subprocess.run([program, str(BUNDLES), "/dev/shm"], capture_output=True, text=True,
                          check=True).stdout
    aims = {"cold, to open+read+close": 1.5, "no change, to stat": 1.3, "one changed, to stat": 1.5}
    for line in said.splitlines()[1:]:
        name, bare, ours, ratio = line.split("\t")
        if name.startswith("folders only"):
            row("no change, directories only, us of 50", f"{float(ours) * 1000:.0f} us",
                float(ours) * 1000 / 50, 1)
        else:
            row(name, f"{float(ours):.1f} ms, bare {float(bare):.1f} ms", float(ratio), aims.get(name))


# --- Cold, beside other programs ---

def make_libraries(root):
    """As many shared objects, each with a name of its own, that need nothing."""
    folder = root / "usr/lib"
    folder.mkdir(parents=True)
    (root / "etc").mkdir()
    (root / "etc/ld.so.conf").touch()
    first = folder / "libk00000.so"
    subprocess.run(["cc", "-shared", "-nostdlib", f"-Wl,-soname,{first.name}", "-s", "-x", "c",
                    "-o", first, "-"], input=b"int keel;", check=True)
    image = first.read_bytes()
    for number in range(1, BUNDLES):
        name = f"libk{number:05d}.so"
        (folder / name).write_bytes(image.replace(first.name.encode(), name.encode()))
    return folder


def make_fonts(folder):
    """As many fonts, a hundred in a folder."""
    for number in range(BUNDLES):
        path = folder / f"fonts/{number // 100}/{number}.bdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FONT.format(number))
    config = folder / "fonts.conf"
    config.write_text(f"<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/cache</cachedir>"
                      "</fontconfig>")
    return {**os.environ, "FONTCONFIG_FILE": str(config)}


def without(*paths):
    def clear():
        for path in paths:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return clear


def cold(lab):
    top = lab.folder
    columns = {"mdsscan scan": (without(lab.database), lab.command("scan"), None)}
    root = top / "libraries"
    folder = make_libraries(root)
    if ldconfig := shutil.which("ldconfig", path="/sbin:/usr/sbin"):
        columns["ldconfig -r"] = (without(root / "etc/ld.so.cache", root / "var"),
                                  [ldconfig, "-r", root], None)
    if fc_cache := shutil.which("fc-cache"):
        env = make_fonts(top / "fc")
        columns["fc-cache"] = (without(top / "fc/cache"), [fc_cache], env)
    if gio := shutil.which("gio-querymodules"):
        columns["gio-querymodules"] = (without(folder / "giomodule.cache"), [gio, folder], None)
    medians = in_turns(3, columns)
    ours = medians["mdsscan scan"]
    row(f"cold scan of {BUNDLES:,} bundles, spawn to exit", f"{ours[0] * 1000:.0f} ms, "
        f"processor {ours[1] * 1000:.0f} ms")
    for name, aim in (("ldconfig -r", 0.25), ("fc-cache", 0.25), ("gio-querymodules", None)):
        if name not in medians:
            absent(name)
            continue
        wall, cpu = medians[name]
        row(f"its processor time to {name}'s for as many", f"{cpu * 1000:.0f} ms of {wall * 1000:.0f}",
            ours[1] / cpu, aim)
    for path in (root, top / "fc"):
        shutil.rmtree(path, ignore_errors=True)


# --- Kernel modules and p11-kit ---

def renamed(program, name, folder):
    """kmod goes by the name that it is called by."""
    folder.mkdir(exist_ok=True)
    (folder / name).symlink_to(program)
    return folder / name


def kernel(lab):
    try:
        modules = mdsscan_kernel_test.kernel()
        kmod = mds_lab.peer("kmod", "bin/kmod")
    except mds_lab.Skip as skip:
        return absent(f"depmod, modinfo, modprobe ({skip})")
    release = modules.parent.name
    root = lab.folder / "kernel"
    copy = root / "lib/modules" / release
    shutil.copytree(modules.parent, copy, symlinks=True)
    depmod, modinfo, modprobe = (renamed(kmod, name, lab.folder / "kmod")
                                 for name in ("depmod", "modinfo", "modprobe"))
    scan = [*lab.command("scan", path=copy / "kernel"), "--recursive"]
    medians = in_turns(1 if QUICK else 3, {
        "mdsscan": (without(lab.database), scan, None),
        "depmod": (nothing, [depmod, "-b", root, release], None)})
    count = sum(1 for _ in copy.rglob("*.ko"))
    row(f"cold scan of {count:,} kernel modules to depmod's, processor time",
        f"{medians['mdsscan'][1] * 1000:.0f} ms, depmod {medians['depmod'][1] * 1000:.0f} ms",
        medians["mdsscan"][1] / medians["depmod"][1])
    found = lab.run("--recursive", "query", "--no-scan", "-o", "json", "MODINFO", "Key=alias",
                    "Value^=usb:", path=copy / "kernel").stdout
    record = json.loads(found)[0]
    file = copy / "kernel" / record["@module"].removeprefix("0/")
    query = lab.command("query", "--no-scan", "MODINFO", "Key=alias", f"Value={record['Value']}",
                        path=copy / "kernel")
    alias = record["Value"].replace("*", "0")
    medians = in_turns(SPAWNS // 4, {
        "query": (nothing, [*query, "--recursive"], None),
        "modprobe -R": (nothing, [modprobe, "-d", root, "-S", release, "-R", alias], None),
        "modinfo": (nothing, [modinfo, file], None), **p11()})
    for name in ("modprobe -R", "modinfo", "p11-kit list-modules"):
        if name not in medians:
            absent(name)
            continue
        row(f"a query for an alias to {name}, spawn to exit", f"{medians['query'][0] * 1e3:.2f} ms, "
            f"{name} {medians[name][0] * 1e3:.2f} ms", medians["query"][0] / medians[name][0])
    shutil.rmtree(root)


def p11():
    try:
        program = mds_lab.peer("p11-kit", "usr/bin/p11-kit")
        library = next(iter(mds_lab.peer("libp11-kit0", "usr/lib").glob("*/libp11-kit.so.0"))).parent
    except mds_lab.Skip:
        return {}
    env = {**os.environ, "LD_LIBRARY_PATH": str(library)}
    return {"p11-kit list-modules": (nothing, [program, "list-modules"], env)}


# --- One of many changes ---

def watch(lab):
    """From a rename to the line that tells it, by when the new snapshot is there."""
    stage = lab.folder / "stage.mds"
    reader, writer = os.pipe()
    process = subprocess.Popen(lab.command("watch", "--ready-fd", writer), stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, pass_fds=[writer])
    os.close(writer)
    os.read(reader, 1)
    os.close(reader)
    times, state = [], lab.database / "mdsscan.state"
    for version in range(1, RENAMES + 1):
        number, before = version * 37 % BUNDLES, state.stat().st_ino
        stage.write_text(module(number, version))
        begin = time.perf_counter()
        stage.rename(lab.modules / f"module{number}.bundle/records.mds")
        line = process.stdout.readline().split()
        times.append((time.perf_counter() - begin) * 1000)
        if line[:2] != [b"changed", b"0/module%d.bundle" % number]:
            raise RuntimeError(f"watch said {line}")
        # The state is written behind the snapshot; nobody waits for it, but the next change would.
        give_up = time.monotonic() + 0.1
        while state.stat().st_ino == before and time.monotonic() < give_up:
            time.sleep(0.001)
    process.terminate()
    process.communicate()
    times.sort()
    p50 = statistics.median(times)
    row(f"watch: from rename to published, ms of 5, p50 of {RENAMES}",
        f"{p50:.2f} ms, p99 {times[len(times) * 99 // 100]:.2f} ms", p50 / 5, 1)


def writes_nothing(lab):
    def files():
        return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns, path.stat().st_size)
                for path in lab.database.iterdir()}
    time.sleep(0.1)  # until no file is so young that it could change with the same time stamps
    lab.run("scan")
    before = files()
    calls = faults.system_calls(lab.command("scan"))
    writing = sum(call in mdsscan_crash_test.WRITING for call in calls)
    same = files() == before
    row("calls that write, of a scan that finds nothing new", f"{writing}, files "
        + ("the same" if same else "OTHERS"), writing + (not same), 0)


# --- Queries ---

def queries(lab):
    source = lab.folder / "noop.c"
    source.write_text("int main(void) { return 0; }\n")
    noop = lab.folder / "noop"
    subprocess.run(["cc", "-O2", "-static", "-s", "-o", noop, source], check=True)
    # Both as they would be installed, copied: how a linker wrote a file is felt at each start.
    installed = pathlib.Path(tempfile.mkdtemp(dir=mds_lab.BUILD))
    noop, ours = (shutil.copy(program, installed) for program in (noop, mds_lab.KEELSON))
    stored, looked = {"noop": (nothing, [noop], None)}, {}
    for records, files in ((100, 100), (RECORDS, 1000)):
        modules = lab.folder / f"r{records}"
        modules.mkdir()
        for file in range(files):
            (modules / f"f{file}.mds").write_text("".join(
                mds_lab.stanza("CSSM", ModuleID=f"m{file}-{i}", Vendor=f"v{i}")
                for i in range(records // files)))
        lab.database = lab.folder / f"db{records}"
        if lab.run("scan", path=modules).returncode != 0:
            raise RuntimeError("scan failed")
        for columns, name, option in ((stored, "--no-scan", ["--no-scan"]),
                                      (looked, f"{files:,} files looked at", [])):
            command = lab.command("query", *option, "CSSM", "ModuleID=m7-0", path=modules)
            columns[f"{records:,} records, {name}"] = (nothing, [ours, *command[1:]], None)
    # Apart, because looking at so much leaves cold caches behind, for the floor as well.
    medians = in_turns(SPAWNS, stored) | in_turns(SPAWNS // 4, looked)
    shutil.rmtree(installed)
    floor = medians.pop("noop")[0]
    row("a static program that does nothing, spawn to exit", f"{floor * 1e6:.0f} us")
    for name, (wall, _) in medians.items():
        row(f"a query of {name}, to that", f"{wall * 1e6:.0f} us", wall / floor,
            1.15 if "--no-scan" in name else None)


def main():
    lab = mds_lab.Lab(base="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    try:
        print("| | measured | ratio | aim | |\n|---|---|---|---|---|")
        queries(lab)
        lab.database = lab.folder / "db"
        inside()
        make_bundles(lab.modules)
        cold(lab)
        watch(lab)
        writes_nothing(lab)
        kernel(lab)
    finally:
        lab.finish()
    print(f"\n{missed} target(s) not met" if missed else "\nall targets met")


if __name__ == "__main__":
    main()
