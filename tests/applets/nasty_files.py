#!/usr/bin/python3
"""Generated passwd, group and services files that hold every odd line we know of, and the questions
to ask.

A set is {file name: bytes}; the same seed gives the same bytes. `nasty_files.py SET DIR` writes
one.
"""
import os
import random
import sys

NUMBERS = ["0", "1", "7", "007", "+7", "100", "65534", "65535", "65536", "2147483647", "2147483648",
           "4294967294", "4294967295", "4294967296", "99999999999999999999", "-1", " 12", "12 ",
           "0x10", "",
           "1e3", "++7", "+", "- 1", "7x"]


def oracle():
    """One line for each rule of the parsers."""
    passwd = [
        b"root:x:0:0:root:/root:/bin/bash",
        b"# comment:x:8:8::/:/bin/sh", b"", b"   ", b"\t", b" # blank comment",
        b"   leading:x:20:20:Leading Blanks:/:/bin/sh", b"\tledtab:x:21:21:::",
        b"short:x:7:7", b"shortuid:x:70", b"shortpw:x", b"shortname", b"justgecos:x:71:71:Gecos",
        b"withdir:x:72:72:Gecos:/dir", b"nouid:x::73:::", b"nogid:x:73::::", b"neither:x:::::",
        b"minus:x:-1:5:::", b"big:x:4294967296:5:::", b"huge:x:99999999999999999999:5:::",
        b"blankid:x: 12:5:::", b"hexid:x:0x10:5:::", b"plusid:x:+77:5:::", b"zeroid:x:0078:5:::",
        b"limit:x:4294967295:4294967295:::", b"under:x:4294967294:4294967294:::",
        b"biggid:x:74:4294967296:::", b"minusgid:x:75:-1:::",
        b"colons:x:76:76:g:/d:/bin/sh:extra:more", b"cr:x:79:79:CR:/:/bin/sh\r", b"\r",
        b"crshort:x:80:80\r",
        "größe:x:81:81:Größe Ünïcode,,,:/people/größe:/bin/sh".encode(),
        b"latin\xe9:x:82:82:\xff\xfe:/:/bin/sh",
        b":x:83:83:no name:/:/bin/sh", b"+plus:x:84:84:::", b"-minus:x:85:85:::", b"+", b"-",
        b"+::::::",
        b"+@netgroup::::::", b"-@netgroup", b"+short:x:86",
        b"nul\0hidden:x:87:87:::", b"nulin:x:88:88:be\0fore:/:/bin/sh", b"\0:x:89:89:::",
        b"spaces in name:x:90:90:a b:/a b:/b c", b"trailing:x:91:91:::/bin/sh   ",
        b"tab\tname:x:92:92:::",
        b"nopw::93:93:::", b"star:*:94:94:::", b"\x0bvtab:x:95:95:::", b"\x0cfeed:x:96:96:::",
        b"blankname :x:97:97:::", b"comma,name:x:98:98:::", b"12345:x:99:99:number as a name::",
        b"last:x:4000:4000:no newline:/:/bin/sh"]
    group = [
        b"root:x:0:", b"# comment:x:8:root", b"", b"  leading:x:20:root,leading", b"short:x:7",
        b"shortx:x",
        b"shortest", b"empty:x:30:", b"nogid:x::root", b"minus:x:-1:root", b"big:x:4294967296:root",
        b"limit:x:4294967295:limit,root", b"plus7:x:+77:root", b"zero:x:0078:plusid",
        b"hex:x:0x10:root",
        b"blanks:x:31: root , leading ,short", b"commas:x:32:,,root,,short,",
        b"twice:x:33:root,root,short,root",
        b"colon:x:34:root:short", b"extra:x:35:root:", b"cr:x:36:root\r",
        b"crend:x:37:root,short\r",
        "größe:x:38:größe,root".encode(), b":x:39:root",
        b"+plus:x:40:root", b"-minus:x:41:root",
        b"+", b"-",
        b" +blank:x::short", b"#+off:x::short", b" -blank:x:48:short", b"+noid:x::withdir",
        b"+:::", b"nul:x:42:root\0,short", b"\0hidden:x:43:root", b"nopw::44:root",
        b"tab:x:45:root\tshort",
        b"only:x:46:nosuchuser", b"plusmember:x:47:+plus,-minus,root", b"samegid:x:33:root,cr",
        b"last:x:4000:root,last"]
    services = [
        b"# comment", b"", b"  leading 20/tcp", b"tcpmux 1/tcp # TCP port service multiplexer",
        b"echo 7/tcp", b"echo 7/udp", b"discard 9/tcp sink null", b"discard 9/udp sink null",
        b"domain\t\t53/tcp\t\tnameserver\tdns", b"domain 53/udp", b"http 80/tcp www www www-http",
        b"http 80/udp", b"http 80/sctp", b"other 80/tcp http2", b"http 8080/tcp",
        b"www 81/tcp http3",
        b"noproto 82", b"slash 83/", b"noport /tcp", b"onlyname", b"blank 84 /tcp",
        b"blank2 85/ tcp",
        b"hex 0x56/tcp", b"plus +87/tcp", b"zero 0088/tcp", b"minus -1/tcp", b"big 70000/tcp",
        b"huge 99999999999/tcp", b"top 65535/tcp", b"null 0/tcp", b"hash#tag 89/tcp",
        b"tag 90/tcp#comment",
        b"alias 91/tcp a1#b2 c3", b"cr 92/tcp\r", b"cralias 93/tcp one two\r",
        b"nul 94/tcp one\0 two",
        b"slashes 95/tcp/udp", b"UPPER 96/TCP Alias", b"+svc 97/tcp", b"-svc 98/tcp",
        b"dup 99/tcp one",
        b"dup 100/tcp two", b"one 101/tcp", "größe 102/tcp grüße".encode(), b"many 103/tcp "
        + b" ".join(b"alias%d" % i for i in range(200)), b"odd 104/ddp", b"vt\x0b105/tcp",
        b"last 106/tcp end"]
    return {"passwd": b"\n".join(passwd), "group": b"\n".join(group),
            "services": b"\n".join(services)}


def duplicates():
    """Names, ids, aliases and ports that stand in more than one line: the first one counts."""
    passwd, group, services = [], [], []
    for i in range(60):
        passwd.append(f"dup{i % 20}:x:{1000 + i % 30}:{1000 + i % 7}:line {i}:/people/{i}:/bin/sh")
        group.append(f"grp{i % 20}:x:{1000 + i % 30}:"
                     + ",".join(f"dup{(i * k) % 20}" for k in range(i % 6)))
        protocol = ("tcp", "udp", "sctp")[i % 3]
        services.append(f"svc{i % 20} {2000 + i % 15}/{protocol} al{i % 13} al{i % 5}")
    return {name: ("\n".join(lines) + "\n").encode()
            for name, lines in (("passwd", passwd), ("group", group), ("services", services))}


def crlf():
    """The whole of a file with the line ends of another system."""
    return {name: content.replace(b"\n", b"\r\n") for name, content in duplicates().items()}


def scattered(seed):
    """Lines thrown together from pieces: fields too few and too many, odd numbers, odd blanks."""
    rng = random.Random(seed)
    names = ["root", "a", "bb", "user", "user2", "+x", "-y", "", " lead", "tail ", "ü", "n#1",
             "#c", "1", "x" * 300, "y" * 1022, "z" * 1023, "w" * 1024, "v" * 2000]
    words = ["x", "", "*", "a b", "/people/u", "/bin/sh", "Ünï", "\t", "#", "\r", "q" * 500]

    def line(fields):
        text = ":".join(fields[:rng.choice([len(fields)] * 6 + list(range(len(fields) + 1)))])
        before = rng.choice([""] * 8 + [" ", "\t", "\0", "#"])
        after = rng.choice([""] * 8 + ["\r", ":", ":extra", " ", "\0x"])
        # glibc 2.36 moves a line to cut blanks before it, and forgets its end when no newline is
        # there: the last bytes come twice. That is nobody's model.
        return before + text + ("" if "\0" in after and (before + text)[:1] in " \t" else after)

    def members():
        return rng.choice(["", ","]) + rng.choice([",", ", ", ",,"]).join(
            rng.choice(names) for _ in range(rng.randrange(8)))

    def service():
        blank = rng.choice([" ", "\t", "  "])
        port = rng.choice(NUMBERS + ["80", "443", "53"] * 6)
        return (rng.choice(["", "", " "]) + rng.choice(names) + blank + port +
                rng.choice(["/", "/", "/", "", " /", "/ "]) +
                rng.choice(["tcp", "udp", "sctp", ""]) +
                "".join(blank + rng.choice(names) for _ in range(rng.randrange(4))) +
                rng.choice(["", "", "#c", " # c", "\r"]))

    passwd = [line([rng.choice(names), rng.choice(words), rng.choice(NUMBERS),
                    rng.choice(NUMBERS[:8]),
                    rng.choice(words), rng.choice(words), rng.choice(words)]) for _ in range(150)]
    group = [line([rng.choice(names), rng.choice(words), rng.choice(NUMBERS), members()])
             for _ in range(150)]
    services = [service() for _ in range(150)]
    passwd.append("final:x:1:1:::")
    group.append("final:x:1:final")
    services.append("final 1/tcp")
    end = rng.choice(["", "\n", "\n\n"])
    return {name: ("\n".join(lines) + end).encode()
            for name, lines in (("passwd", passwd), ("group", group), ("services", services))}


def huge():
    """A group of 100,000 members, lines of 1 MiB, and records behind them to be found."""
    members = ",".join(f"member{i:06d}" for i in range(100000))
    gecos = "g" * (1 << 20)
    return {
        "passwd": (f"root:x:0:0:root:/root:/bin/bash\nlong:x:50:50:{gecos}:/:/bin/sh\n"
                   f"{'n' * (1 << 20)}:x:51:51:::\nmember000000:x:52:60:::\n"
                   f"member099999:x:53:61:::\n"
                   f"#{gecos}\nbehind:x:54:54:::").encode(),
        "group": (f"root:x:0:\nhuge:x:60:{members}\n"
                  f"second:x:61:member000000,member099999,{members[:700000]}\n"
                  f"behind:x:62:behind,member050000\n").encode(),
        "services": (f"first 1/tcp\nlong 2/tcp {' '.join(f'alias{i}' for i in range(20000))}\n"
                     f"#{gecos}\nbehind 3/tcp\n").encode()}


def empty():
    return {"passwd": b"", "group": b"\n", "services": b"#"}


SETS = {"oracle": oracle, "duplicates": duplicates, "crlf": crlf, "huge": huge, "empty": empty,
        "scattered-1": lambda: scattered(1), "scattered-2": lambda: scattered(2),
        "scattered-3": lambda: scattered(3), "scattered-103": lambda: scattered(103)}

# The biggest key, with its NUL, that the protocol carries.
MAX_KEY = 1024


def escape(text):
    return "".join(chr(c) if 32 < c < 127 and c != 92 else f"\\x{c:02x}" for c in text)


def _names(content, separators):
    """Whatever stands in front of a separator, both as written and without blanks."""
    for line in content.split(b"\n"):
        line = line.split(b"\0")[0]
        for word in {line, *[line.split(s)[0] for s in separators]}:
            yield word
            yield word.strip()


def _numbers(content):
    for line in content.split(b"\n"):
        for field in line.split(b":")[2:4]:
            try:
                yield int(field) & 0xffffffff
            except ValueError:
                pass
    yield from (0, 1, 2, 12, 16, 65535, 4294967294, 4294967295, 3999999999)


def questions(files, longest=MAX_KEY - 1, members_asked=300):
    """Lines for lookup_client: every key by name and by id, and keys that the files do not have."""
    odd = {b"", b"nosuchname", b"+", b"-", b"ROOT", b"root:", b"root ", b"root,", b"\xff", b"#"}
    asked = []

    def add(kind, names, *more):
        most = longest - len("/nosuch") if kind == "svname" else longest
        for name in sorted(set(names)):
            if len(name) <= most and b"\0" not in name:
                asked.append("\t".join([kind, escape(name), *more]))

    users = set(_names(files["passwd"], [b":"])) | odd
    groups = set(_names(files["group"], [b":"])) | odd
    members = {name for line in files["group"].split(b"\n") for field in line.split(b":")[3:]
               for word in field.split(b",")[:members_asked] for name in (word, word.strip())}
    add("pwnam", users)
    add("grnam", groups)
    add("grlist", users | members, "4242")
    add("grlist", users, "33")
    for kind, content in (("pwuid", files["passwd"]), ("grgid", files["group"])):
        asked += [f"{kind}\t{number}" for number in sorted(set(_numbers(content)))]
    words = {w for line in files["services"].split(b"\n")
             for w in line.replace(b"#", b" ").split()[:40]}
    ports = {int(w.split(b"/")[0]) & 0xffff for w in words if w.split(b"/")[0].isdigit()}
    ports |= {0, 80, 4464, 65535}
    for protocol in ("*", "tcp", "udp", "sctp", "TCP", "nosuch"):
        add("svname", words | odd, protocol)
        asked += [f"svport\t{port}\t{protocol}" for port in sorted(ports)]
    return ("\n".join(asked) + "\n").encode()


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in SETS:
        sys.exit(f"usage: nasty_files.py {'|'.join(SETS)} DIR")
    for file_name, bytes_of_it in SETS[sys.argv[1]]().items():
        with open(os.path.join(sys.argv[2], file_name), "wb") as out:
            out.write(bytes_of_it)
