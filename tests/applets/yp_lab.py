"""A machine with YP: Debian's rpcbind, ypserv and ypbind in namespaces of their own, and maps made by
makedbm. Libc's own way to YP (libnss-nis) is there for who asks for it."""
import os
import subprocess

import lookup_lab as lab

DOMAIN = "lab.test"
LIBRARIES = "lib/x86_64-linux-gnu"
PACKAGES = ("rpcbind", "ypserv", "ypbind-mt", "libnss-nis", "libgdbm6", "libnsl2", "libtirpc3",
            "libwrap0", "libtirpc-common")

USERS = {name: f"{name}:Hash{name}:{uid}:2100:{name.title()}:/home/{name}:/bin/sh"
         for name, uid in (("alice", 2001), ("bob", 2002), ("carol", 2003), ("dave", 2004),
                           ("local", 2005), ("ümlaut", 2006))}
GROUPS = {"staffy": "staffy:*:2100:alice,bob", "devs": "devs:*:2101:alice,carol",
          "locg": "locg:*:2102:dave", "many": "many:*:2103:" + ",".join(f"m{i}" for i in range(150))}
SERVICES = ["ypsvc 7777/tcp ypalias", "ypsvc 7777/udp ypalias", "udponly 7778/udp"]
NETGROUPS = {"friends": "(,alice,) (,bob,) more", "more": "(-,carol,lab.test) (,dave,other) friends"}


def by_field(records, field):
    return {record.split(":")[field]: record for record in records}


def service_maps():
    by_name, by_port = {}, {}
    for line in SERVICES:
        name, port, *aliases = line.split()
        by_port[port] = line
        for word in (name, *aliases):
            by_name.setdefault(word, line)
            by_name[f"{word}/{port.split('/')[1]}"] = line
    return {"services.byname": by_port, "services.byservicename": by_name}


def maps():
    return {"passwd.byname": USERS, "passwd.byuid": by_field(USERS.values(), 2),
            "group.byname": GROUPS, "group.bygid": by_field(GROUPS.values(), 2),
            "netid.byname": {f"unix.2001@{DOMAIN}": "2001:2100,2101"}, "netgroup": NETGROUPS,
            **service_maps()}


def programs():
    """Where they are, and the environment that finds their libraries."""
    for package in PACKAGES:
        if not os.path.isdir(os.path.join(lab.BUILD, "peers", package)):
            subprocess.run([os.path.join(lab.HERE, "../peers"), "[yp]"], capture_output=True,
                           env=dict(os.environ, BUILD=lab.BUILD))
    for package, path in (("rpcbind", "sbin/rpcbind"), ("ypserv", "usr/sbin/ypserv"),
                          ("ypbind-mt", "usr/sbin/ypbind")):
        lab.peer(package, path)
    folders = [os.path.join(lab.BUILD, "peers", package, prefix, LIBRARIES)
               for package in PACKAGES for prefix in ("", "usr")]
    return {"LD_LIBRARY_PATH": ":".join(folder for folder in folders if os.path.isdir(folder))}


class YpNamespace(lab.Namespace):
    """A machine whose files are these and whose domain is DOMAIN. Nothing serves it yet."""
    KINDS = ("-m", "-n", "-u")
    MAKE = ("unshare", "-n", "-u")

    def __init__(self, files=None, nsswitch=None):
        lab.need_root()
        self.environment = programs()
        super().__init__(files, nsswitch)
        try:
            self.output(["sh", "-ec", f"""
                ip link set lo up
                domainname {DOMAIN}
                mount -t tmpfs var /var
                ln -s /run /var/run
                mkdir -p /var/yp/{DOMAIN} /var/yp/binding /var/lib/misc /var/cache /run/rpcbind
                cp {lab.BUILD}/peers/libtirpc-common/etc/netconfig /etc/netconfig
                echo '* : * : * : none' >/etc/ypserv.conf
                echo 'ypserver yphost' >/etc/yp.conf
                printf '127.0.0.1 localhost yphost\\n' >/etc/hosts
                echo '_rpc:x:105:65534::/run/rpcbind:/usr/sbin/nologin' >>/etc/passwd
                printf 'sunrpc 111/tcp portmapper\nsunrpc 111/udp portmapper\n' >>/etc/services
            """])
        except BaseException:
            self.__exit__()
            raise

    def peer(self, package, path):
        return lab.peer(package, path)

    def serve(self, **changed):
        """The whole of it, with these maps beside or instead of the usual ones."""
        self.start_program([self.peer("rpcbind", "sbin/rpcbind"), "-f"])
        lab.until(lambda: os.path.exists(self.path("/run/rpcbind.sock")), "rpcbind serves")
        for name, records in {**maps(), **changed}.items():
            self.make_map(name, records)
        return self.start_server()

    def make_map(self, name, records):
        text = "".join(f"{key} {value}\n" for key, value in records.items())
        self.write("/run/map", text.encode())
        self.output([self.peer("ypserv", "usr/lib/yp/makedbm"), "/run/map",
                     f"/var/yp/{DOMAIN}/{name}"], env=self.environment)

    def start_server(self):
        server = self.start_program([self.peer("ypserv", "usr/sbin/ypserv"), "-f"])
        lab.until(lambda: self.speaks(100004, server), "ypserv serves")
        return server

    def speaks(self, program, server):
        assert server.poll() is None, f"program {program} has ended"
        return self.run([self.peer("rpcbind", "usr/bin/rpcinfo"), "-T", "udp", "127.0.0.1",
                         str(program), "2"], env=self.environment).returncode == 0

    def start_binder(self):
        """What libc's own way needs."""
        binder = self.start_program([self.peer("ypbind-mt", "usr/sbin/ypbind"), "-foreground"])
        lab.until(lambda: self.speaks(100007, binder) and self.run(
            ["getent", "-s", "passwd:nis", "passwd", "alice"], env=self.environment).returncode == 0,
                  "libc finds YP")
        return binder

    def start_program(self, argv):
        program = Program(subprocess.Popen(
            self.inside(argv), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=dict(os.environ, LC_ALL="C", **self.environment)))
        self.daemons.append(program)
        return program.process


class Program(lab.Daemon):
    def __init__(self, process):
        self.process = process
