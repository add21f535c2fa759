#!/usr/bin/env python3
"""pwlookup against getent: the same output, messages and exit codes, on files that nobody should have.

Both run in a private mount namespace whose /etc is a copy. Then pwlookup alone: --root, and daemons that
answer, refuse, lie and keep silent.
"""
import os
import pathlib
import random
import socket
import struct
import subprocess
import sys
import tempfile
import threading

KEELSON = os.environ.get("KEELSON", "build/keelson")
SOCKET = "/run/nscd/socket"
HEADERS = {"passwd": 36, "group": 24, "initgroups": 12, "services": 24}

LINES = {
    "passwd": [
        "a:x:1:2:g:d:s", "a:x:1:2:g:d:s\r", "  a:x:1:2:g:d:s", "\v\f\r a:x:1:2:g:d:s", "a:x:1:2",
        "a:x:1:2:", "a:x:1:2:g:d", "a:x:1:2:g:d:s:more:x", "a:x:1", "a:x", "a", "", "a:x::2:g",
        "a:x:1::g", "a:x:+7:+8:g", "a:x:++7:8", "a:x:-1:8", "a:x:-0:8", "a:x: 12:8", "a:x:12 :8",
        "a:x:0x10:8", "a:x:007:08", "a:x:4294967295:4294967295:", "a:x:4294967296:8",
        "a:x:18446744073709551617:8", "a:x:-18446744073709551615:2", "a:x:1:2\r", "a:x:1:2 :",
        ":x:1:2:g:d:s", "#a:x:1:2", "  #a:x:1:2", "a#b:x:1:2:#", "a :x:1:2:g:d:s ",
        "\u00e9:x:1:2:\u4e2d:d:s", "a:x:1:2:g\0h:d:s", "a:x:1\0:2:", "\0a:x:1:2", "+", "-", "+a",
        "  +a", "+a:", "+a:x", "+::::::", "+@n::::::", "+a:x:1:2:g:d:s", "+a:x::8:", "+a:x:9::",
        "+a::::", "+a:::", "+a:x: :2:", "+a:x:zz:2:", ":::::", "a:x:1:2:g:d:" + "s" * 70000,
    ],
    "group": [
        "g:x:1:a,b", "g:x:1:a,b\r", "g:x:1:,a,,b,,", "g:x:1: a , b ,\tc", "g:x:1: ", "g:x:1:\r",
        "g:x:1:a,a,b,a", "g:x:1:a b,c d", "g:x:1:", "g:x:1", "g:x", "g", "g:x::a", "g:x: 1:a",
        "g:x:+1:a", "g:x:-0:a", "g:x:1 :a", "g:x:4294967296:a", "g:x:1:a:b", ":x:1:a", "g::1:a",
        "#g:x:1:a", "g:x:1:#a,b", "g:x:1:a\0b,c", "+", "+g", "-g", "+:", "+::", "+:::", "+g:x:1:a",
        "+g:x::a,b", "+g:x:", "+g:x:zz:", "g:x:1:" + ",".join(f"m{i}" for i in range(20000)),
    ],
    "shadow": [
        "a:x:1:2:3:4:5:6:7", "a:x:1:2:3:4:5:6:7\r", "a:x:::::::", "a:x", "a", "a:x:1:2", "a:x:1:2:",
        "a:x:1:2:3", "a:x:1:2:3:", "a:x:1:2:3: ", "a:x:1:2:3 ", "a:x:1:2::", "a:x::::", "a:x:::",
        "a:x:1:2:3::", "a:x:1:2:3::::", "a:x:1:2:3:::: ", "a:x:1:2:3:4:5", "a:x:1:2:3:4:5:6",
        "a:x:1:2:3:4:5:6:", "a:x:1:2:3:4:5:6:7:", "a:x:1:2:3:4:5:6:7x", "a:x:-1:2:3:4:5:6:7",
        "a:x: 1:+2:3: 4:5:6:007", "a:x:1::3::5::7", "a:x:2147483648:2:3:4:5:6:7",
        "a:x:4294967295:2:3:4:5:6:4294967295", "+", "-a", "+a:x", "+a:x::::", "+a:x:1:2:3:4:5:6:7",
    ],
    "services": [
        "ssh 22/tcp", "ssh 22/tcp a\r", "ssh\t22/tcp\ta1 # c", "ssh 22/tcp a#b", "ss#h 22/tcp",
        "  ssh 22/tcp", "ssh 22", "ssh 22#c", "ssh 22 ", "ssh 22\r", "ssh 22/", "ssh 22/ tcp",
        "ssh /tcp", "ssh 0x16/tcp", "ssh 022/tcp", "ssh 08/tcp", "ssh +22/tcp", "ssh -22/tcp",
        "ssh -0/tcp", "ssh 65536/tcp", "ssh 65558/tcp", "ssh 4294967295/tcp", "ssh 4294967296/tcp",
        "ssh 22//tcp", "ssh 22/tcp/x a", "ssh 22x/tcp", "ssh", "", "+ssh 22/tcp", "ssh 22/tcp a\0b c",
        "averyveryveryverylongservicename 22/tcp alias", "\u00e9 22/tcp \u4e2d",
    ],
    "protocols": [
        "tcp 6 TCP", "tcp 6", "tcp 6 a  b\r", "tcp", "tcp 6#c", "tcp 6x TCP", "tcp -1 T", "tcp -0 T",
        "tcp +6 T", "tcp 0x6 T", "tcp 06 A", "tcp 256 T", "tcp 4294967295 T", "tcp 2147483648 T",
        "tcp 4294967296 T", "+t 6 T", "", "averyveryverylongprotocolname 6 A",
    ],
    "rpc": ["nfs 100003 nfsprog n2", "nfs 100003", "nfs 6x", "nfs 4294967295 a", "a" * 30 + " 1 b"],
    "networks": [
        f"loop {n}" for n in [
            "127", "127.0", "127.0.0.0", "127.1", "192.168 a b", "1.2.3.4", "0x7f", "0177", "127#c",
            "127 a\r", "127.", ".1", "1..2", "256", "300.1", "08", "0x", "65536", "-1", "+1", "x", "",
            "1.2.3.4x", "fe80::1", "00x1", "1.2.3 .4"]
    ],
    "hosts": [
        "127.0.0.1 localhost lo l2", "127.0.0.1", "127.0.0.1 #c", "127.0.0.1#c h", "::1 ip6 a",
        "::ffff:1.2.3.4 m a", "fe80::1%lo z", "1.2.3 h", "0x7f.1 h", "010.0.0.1 h", "256.1.1.1 h",
        "x h", "127.0.0.1 h a\r", "127.0.0.1 h a\0b c", "2001:DB8::0:1 h", "::1.2.3.4 h",
        "1.2.3.4 a_b -x x..y H.Example.", "",
    ],
}

KEYS = {
    "passwd": (
        "root:x:0:0:::\na:x:1:2:g:d:s\na:y:3:4::d:t\nb:z:1:5::d:u\n+a:x:5:5:::\n-a:x:6:6:::\n"
        "+:x:7:7:::\n:x:8:8::e:\n1a:x:9:9:::\n5x:x:10:1:::\n c d :x:11:8:::\nm:x:4294967295:5:::\n"
        "n:x:12:1:::s:t\n\u00e9:x:13:1:::\n12:x:14:1:::",
        ["root", "a", "b", "1", "3", "0", "01", "+1", " 1", "1 ", "\t1", "-- -1", "5", "6", "7", "8",
         "4294967295", "4294967296", "4294967297", "18446744073709551617", "", "+", "-- -", "0x1",
         "+a", "-- -a", "1a", "5x", "c d ", "n", "12", "14", "\u00e9", "zz", "ab", "-- -0"]),
    "group": (
        "g:x:1:a\ng:x:2:b\nh:x:1:c\n+g2:x:4:a\n:x:9:e\n5:x:6:\nbad:x:7:a:b\nempty:x:8\n",
        ["g", "h", "1", "2", "4", "", "+g2", "9", "5", "6", "bad", "empty", "4294967297", "zz"]),
    "shadow": ("a:x:1:2:3:4:5:6:7\n+b:x:1:2:3:4:5:6:7\na:y:::::::\n:x:::::::\n",
               ["a", "+b", "", "1", "zz"]),
    "initgroups": (
        "g:x:1:a\nh:x:2:a,a\ni:x:1:a\nj:x:100:a\nk:x:7:b\n+l:x:4:a\n-m:x:5:a\nn:x:6: a\no:x:8:a \n"
        "p:x:9:a:b\nq:x::a\nr:x:10:aa,ba\n",
        ["a", "b", "z", "a ", "1", "", "a:b"]),
    "services": (
        "ssh 22/tcp s1 s2\nssh 22/udp s1\nssh 23/tcp dup\nx 65536/tcp\n22 99/tcp\n+p 70/tcp\nnop 80/\n"
        "z 0/tcp\n65558 6/tcp\n22x 5/tcp\n1/2 9/tcp\n0x16 8/tcp\n",
        ["ssh", "ssh/tcp", "ssh/udp", "ssh/", "ssh/sctp", "s1", "s1/udp", "s2/udp", "22", "22/udp",
         "22/", "23", "99", "65536", "0", "0/tcp", "65558", "65558/tcp", "022", "+22", " 22", "22x",
         "/tcp", "/", "", "nop", "80", "80/", "nop/tcp", "+p", "ssh/tcp/x", "dup", "SSH", "1/2",
         "1/2/tcp", "0x16", "18446744073709551616"]),
    "protocols": ("tcp 6 TCP t\nip 0 IP\ntcp 7 X\n6 99\n+x 8\n7x 9\nbig 4294967295 BIG\n",
                  ["tcp", "TCP", "t", "6", "0", "7", "X", "99", "+6", " 6", "06", "4294967295",
                   "4294967296", "", "zz", "6x", "7x", "0x6", "99999999999999999999", "+x", "8"]),
    "rpc": ("nfs 100003 nfsprog n2\nyp 100004\n100003 5\n",
            ["nfs", "nfsprog", "100003", "5", "x", "", "5x", "+100003", "4295067299"]),
    "networks": (
        "loop 127 lo l2\ndef 0.0.0.0\nlink 169.254.0.0\none 10 x\nten 10.0.0.0\nc 1.2.3\nLoop 5\n"
        "bad x\n10 7\n",
        ["loop", "127", "127.0", "127.0.0.0", "127.1", "0", "169.254", "169.254.0.0", "10",
         "10.0.0.0", "1.2.3", "1.2.3.0", "zz", "", "0x7f", "x", "2130706432", "bad", "LO",
         "255.255.255.255", "9.9.9.9.9", "0x7f.0.0.0", "7f", "7.0.0.0"]),
    "hosts": (
        "127.0.0.1 localhost lo\n::1 localhost ip6 lo\n10.0.0.1 h1 ha hb\n10.0.0.2 other h1 hb hc H1\n"
        "10.0.0.3 h1 x\n10.0.0.1 H1 dup\n2001:db8::1 h6 x6\n2001:db8::2 h6 y6\n1.2.3.4 both\n"
        "2001:db8::3 both\n::ffff:9.9.9.9 mapped\n9.9.9.9 mapped plain\nfe80::1%lo zone\nbad x\n"
        ":: any\n0.0.0.0 any4\n10.9.9.9\n1:2:3:4:5:6:0:8 groups\n::5:6 low\n",
        ["localhost", "lo", "ip6", "127.0.0.1", "::1", "h1", "ha", "hb", "other", "x", "dup", "H1",
         "10.0.0.1", "10.0.0.2", "h6", "x6", "both", "1.2.3.4", "2001:db8::3", "2001:DB8:0::3",
         "mapped", "plain", "9.9.9.9", "::ffff:9.9.9.9", "zone", "fe80::1", "fe80::1%lo", "zz", "",
         "127.1", "127", "0x7f.0.0.1", "017.1", "08", "256.1", "1.2.3.4.5", "1.2.3.", "1..2", "ab:cd",
         "1:", "::", "any", "0.0.0.0", "::10.0.0.1", "10.9.9.9", "h1.", "groups", "low", "::0.5.0.6"]),
    "netgroup": (
        "g (h,u,d) x (1,2,3) y\nx (a,b,c) y\ny (d,,f) g z\nz (,,)\n g2 (1,,)\ng2 (2,,)\n# c (a,,)\n"
        "bad (h,u) x\nbad2 x (oops\ncont \\\n (a,b,c) \\\n x\nblank ( h , u v , d )\ncomma (a,,),(b,,)\n"
        "close (a,b,c)x(d,e,f)\ntwo\\\n (a,,)\nword a\\b nosuch z\\\nx\nnul (a,,)\0(b,,)\nself self\n"
        "dash (-,U,D)\ncase (H,U,D)\nlast (a,b,c) \\",
        ["g", "x", "y", "z", "g2", "#", "bad", "bad2", "cont", "blank", "comma", "close", "two",
         "word", "nul", "self", "dash", "last", "zz", "", "g h u d", "g d anyone f", "g h u zz",
         "z 1 2 3", "case h U d", "case H u D", "dash h U D", "dash - U D", "zz a b c", "g x",
         "g x y", "g a b c d"]),
}

USAGE = ["", "nosuchdb", "nosuchdb x", "PASSWD", "netgroup", "initgroups", "-s files passwd root",
         "--service=passwd:files passwd root", "passwd -s files root", "-i passwd root",
         "passwd -- root", "-s", "-Z", "--bogus", "passwd -Z", "passwd root nosuch 0",
         "-s bogus:files passwd root"]


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return done.returncode, done.stdout, done.stderr


def split(text):
    """Words between blanks; a key that has blanks is a list of one by itself."""
    return text.split(" ") if text else []


class Test:
    def __init__(self):
        self.failures = 0
        self.checks = 0

    def expect(self, what, got, wanted):
        self.checks += 1
        if got != wanted:
            self.failures += 1
            print(f"{what}\n  pwlookup: {str(got)[:400]}\n  expected: {str(wanted)[:400]}")

    def compare(self, content, *arguments):
        self.expect((content[:200], arguments), run(KEELSON, "pwlookup", *arguments),
                    run("getent", *arguments))


def write(database, content):
    name = "group" if database == "initgroups" else database
    data = content if isinstance(content, bytes) else content.encode()
    pathlib.Path("/etc", name).write_bytes(data)


def key_arguments(database, key):
    if key.startswith("-- "):
        return ["--", key[3:]]
    return split(key) if database == "netgroup" and key else [key]


def compare_lines(test):
    for database, lines in LINES.items():
        for line in lines:
            write(database, line + "\n")
            test.compare(line, database)
        write(database, "\n".join(lines))
        test.compare("all lines", database)


def compare_keys(test):
    for host_conf in ["multi on\n", "# multi on\nmulti off\n"]:
        pathlib.Path("/etc/host.conf").write_text(host_conf)
        for database, (content, keys) in KEYS.items():
            write(database, content)
            for key in keys if host_conf.startswith("multi") or database == "hosts" else []:
                test.compare(host_conf + key, database, *key_arguments(database, key))
            if database not in ("netgroup", "initgroups"):
                test.compare(content, database)
                test.compare(content, database, keys[0], "nosuch", keys[1])
    for database in KEYS:
        name = "group" if database == "initgroups" else database
        write(database, "")
        for absent in [os.remove, os.mkdir, os.rmdir]:
            absent("/etc/" + name)
            test.compare("no file", database)
            test.compare("no file", database, "root")


def compare_usage(test):
    """The message's first line, without the program's name, and the code."""
    write("passwd", "root:x:0:0:root:/root:/bin/sh\n")
    for arguments in USAGE:
        ours = run(KEELSON, "pwlookup", *split(arguments))
        theirs = run("getent", *split(arguments))
        test.expect(("code", arguments), ours[0], theirs[0])
        if theirs[0] in (0, 2, 3):
            test.expect(("output", arguments), ours, theirs)
        else:
            test.expect(("message", arguments), bool(ours[2]), True)
            test.expect(("nothing found", arguments), b"root" in ours[1], False)
    unknown = run(KEELSON, "pwlookup", "nosuchdb")
    test.expect("unknown database", unknown[2], b"Unknown database: nosuchdb\n")
    other = run(KEELSON, "pwlookup", "-s", "ldap", "passwd", "root")
    test.expect("another source", other[0], 1)
    test.expect("another source says so", b"'ldap' cannot be asked" in other[2], True)


def compare_random(test):
    """Nasty lines cut, joined and mixed; always the same ones."""
    rng = random.Random(7)
    for _ in range(150):
        database = rng.choice(sorted(LINES))
        pieces = []
        for _ in range(rng.randrange(1, 6)):
            line = rng.choice(LINES[database])[:80]
            if rng.random() < 0.5:
                at = rng.randrange(len(line) + 1)
                line = line[:at] + rng.choice("::\0\r\n+-#,/ \t0x9.%(") + line[at:]
            pieces.append(line)
        # What glibc 2.36 gets wrong is left out: of an indented line that ends in NUL or in the end of
        # the file it reads the last bytes twice (" a:x:1:2:g:d:s" has the shell "ss").
        lines = [line.lstrip() if "\0" in line else line for line in "\n".join(pieces).split("\n")]
        content = "\n".join(lines) + "\n"
        write(database, content)
        test.compare(content, database)
        words = content.replace(":", " ").replace(",", " ").split()
        key = rng.choice(words).replace("\0", "") if words else ""
        test.compare(content, database, "--", key)


class Daemon:
    """Answers each connection with the same bytes; None: never."""

    def __init__(self, answer):
        self.answer = answer
        self.requests = []
        self.held = []
        if os.path.exists(SOCKET):
            os.remove(SOCKET)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(SOCKET)
        self.listener.listen(8)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.requests.append(client.recv(2000))
            if self.answer is None:
                self.held.append(client)
                continue
            client.sendall(self.answer)
            client.close()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def strings(*texts):
    return [len(text) + 1 for text in texts], b"".join(text.encode() + b"\0" for text in texts)


def answer_passwd():
    (name, password, gecos, home, shell), text = strings("dora", "x", "Dora", "/d", "/bin/sh")
    return struct.pack("9i", 2, 1, name, password, 7, 8, gecos, home, shell) + text


def answer_services():
    (name, protocol, alias), text = strings("dns", "udp", "d1")
    head = struct.pack("6i", 2, 1, name, protocol, 1, socket.htons(53))
    return head + text[:name + protocol] + struct.pack("I", alias) + text[name + protocol:]


def request(kind, key):
    return struct.pack("3i", 2, kind, len(key) + 1) + key.encode() + b"\0"


def check_daemons(test):
    write("passwd", "file:x:7:7:::\n")
    write("group", "file:x:7:u\n")
    write("services", "file 53/udp\n")
    from_file = (0, b"file:x:7:7:::\n", b"")
    port = str(socket.htons(53))
    initgroups = struct.pack("5i", 2, 1, 2, 7, 9)
    group = struct.pack("6i", 2, 1, 2, 2, 7, 2) + struct.pack("2I", 2, 3) + b"g\0x\0a\0bc\0"
    nothing = {name: struct.pack("2i", 2, 0) + bytes(size - 8) for name, size in HEADERS.items()}
    elsewhere = {name: struct.pack("2i", 2, -1) + bytes(size - 8) for name, size in HEADERS.items()}
    cases = [
        ("a user", answer_passwd(), "passwd dora", (0, b"dora:x:7:8:Dora:/d:/bin/sh\n", b""),
         [request(0, "dora")]),
        ("a uid", answer_passwd(), "passwd +07", (0, b"dora:x:7:8:Dora:/d:/bin/sh\n", b""),
         [request(1, "7")]),
        ("a group", group, "group g", (0, b"g:x:7:a,bc\n", b""), [request(2, "g")]),
        ("a gid", group, "group 7", (0, b"g:x:7:a,bc\n", b""), [request(3, "7")]),
        ("groups", initgroups, "initgroups u", (0, b"u" + b" " * 20 + b" 7 9\n", b""),
         [request(15, "u")]),
        ("a service", answer_services(), "services dns/udp",
         (0, b"dns                   53/udp d1\n", b""), [request(16, "dns/udp")]),
        ("a port", answer_services(), "services 53", (0, b"dns                   53/udp d1\n", b""),
         [request(17, port + "/")]),
        ("no such user", nothing["passwd"], "passwd file", (2, b"", b""), [request(0, "file")]),
        ("no such group", nothing["group"], "group file", (2, b"", b""), None),
        ("no such service", nothing["services"], "services file", (2, b"", b""), None),
        ("no groups", nothing["initgroups"], "initgroups u", (0, b"u" + b" " * 20 + b"\n", b""), None),
        ("ask elsewhere", elsewhere["passwd"], "passwd file", from_file, None),
        ("groups elsewhere", elsewhere["initgroups"], "initgroups u",
         (0, b"u" + b" " * 20 + b" 7\n", b""), None),
        ("no answer", b"", "passwd 7", from_file, None),
        ("half an answer", answer_passwd()[:40], "passwd file", from_file, None),
        ("another version", struct.pack("9i", 3, 1, 2, 2, 7, 8, 1, 1, 1), "passwd file", from_file,
         None),
        ("lengths that lie", struct.pack("9i", 2, 1, 1 << 30, 2, 7, 8, -5, 1, 1) + b"x" * 40,
         "passwd file", from_file, None),
        ("silence", None, "passwd file", from_file, None),
        ("all entries", answer_passwd(), "passwd", from_file, []),
        ("-s files", answer_passwd(), "-s files passwd file", from_file, []),
        ("--root", answer_passwd(), "--root / passwd file", from_file, []),
        ("--root and --socket", answer_passwd(), f"--root / --socket {SOCKET} passwd dora",
         (0, b"dora:x:7:8:Dora:/d:/bin/sh\n", b""), [request(0, "dora")]),
        ("a database it does not have", answer_passwd(), "hosts 127.1",
         (0, b"127.0.0.1       127.1\n", b""), []),
    ]
    for name, answer, arguments, expected, requests in cases:
        daemon = Daemon(answer)
        test.expect(name, run(KEELSON, "pwlookup", *arguments.split()), expected)
        if requests is not None:
            # First of all it shows itself to be one that can look elsewhere, as glibc does.
            greeting = [request(21, "netgroup")] if requests else []
            test.expect(name + ": asked", daemon.requests, greeting + requests)
        daemon.close()
    test.expect("nobody listens", run(KEELSON, "pwlookup", "passwd", "file"), from_file)


def check_root(test):
    with tempfile.TemporaryDirectory() as root:
        os.mkdir(root + "/etc")
        pathlib.Path(root, "etc/passwd").write_text("inside:x:1:1:::\n")
        os.symlink("/etc/passwd", root + "/etc/shadow")  # of the root, not of the machine
        found = run(KEELSON, "pwlookup", "--root", root, "passwd")
        test.expect("--root", found, (0, b"inside:x:1:1:::\n", b""))
        test.expect("--root without the file", run(KEELSON, "pwlookup", "--root", root, "group"),
                    (0, b"", b""))
        test.expect("a link stays inside", run(KEELSON, "pwlookup", "--root", root, "shadow")[1], b"")
    missing = run(KEELSON, "pwlookup", "--root", root, "passwd")
    test.expect("no such root", missing[0], 111)


def inside():
    """In a mount namespace of our own: nothing here reaches the machine."""
    def sh(*command):
        subprocess.run(command, check=True)
    with tempfile.TemporaryDirectory() as work:
        sh("mount", "--make-rprivate", "/")
        sh("mount", "-t", "tmpfs", "pwlookup-test", work)
        sh("cp", "-a", "/etc", work + "/etc")
        databases = sorted((set(KEYS) | set(LINES)) - {"initgroups"})
        pathlib.Path(work, "etc/nsswitch.conf").write_text(
            "".join(f"{name}: files\n" for name in databases))
        sh("mount", "--bind", work + "/etc", "/etc")
        sh("mount", "-t", "tmpfs", "run", "/run")
        os.mkdir("/run/nscd")
        sh("umount", "-l", work)
    test = Test()
    for part in [compare_lines, compare_keys, compare_random, compare_usage, check_root,
                 check_daemons]:
        before = test.failures
        part(test)
        if test.failures > before:
            print(f"{part.__name__}: {test.failures - before} differences")
    print(f"{test.checks} checks, {test.failures} failures")
    return 1 if test.failures else 0


def main():
    if os.environ.get("PWLOOKUP_TEST_INSIDE"):
        return inside()
    if os.geteuid() != 0:
        print("SKIP: needs root for a private mount namespace")
        return 77
    env = dict(os.environ, PWLOOKUP_TEST_INSIDE="1")
    return subprocess.run(["unshare", "-m", sys.executable, os.path.abspath(__file__)],
                          env=env).returncode


if __name__ == "__main__":
    sys.exit(main())
