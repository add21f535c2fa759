#!/usr/bin/env python3
"""netconfd's word to svcd: services that wait for an interface start when all of it is there."""
import signal

import svcd_lab
from dhcp_lab import Lab, ip, run_tests
from netconfd_dhcp_lab import Daemon

DHCP = "auto c0\niface c0 inet dhcp\n"
STATIC = "auto c1\niface c1 inet static\n  address 10.66.0.1/24\n"


class Services(svcd_lab.Lab):
    """svcd at the client's end, where netconfd looks for it. REQUIRES: the lab's folder of Daemon is there."""

    def __init__(self, lab):
        super().__init__(before=["ip", "netns", "exec", lab.client])
        self.lab = lab

    def __enter__(self):
        super().__enter__()
        self.socket = self.lab.folder / "root/run/keelson/svcd.sock"
        self.heard = self.fifo("heard")
        self.service("late", f"ip -4 addr show dev c0 | grep inet >{self.heard}", kind="oneshot",
                     start_on="net:c0")
        self.service("dark", f"echo dark >{self.heard}", kind="oneshot", start_on="net:c1")
        self.service("on-dark", "exec sleep 1000000", type="network", interface="c1")
        for link in ("w0", "w1"):
            self.service(link, f"echo {link} >{self.heard}", kind="oneshot", start_on=f"net:{link}")
        return self

    def hear_of(self, link):
        """Returns when svcd has seen what the kernel has told up to now."""
        space = self.lab.client
        ip("-n", space, "link", "add", link, "type", "veth", "peer", "name", "p" + link)
        ip("-n", space, "link", "set", "p" + link, "up")
        ip("-n", space, "link", "set", link, "up")
        got = self.heard.line()
        assert got == link, got

    def reexec(self):
        self.good("reexec")
        svcd_lab.until_answered(self)


def an_address_is_there_when_the_service_starts():
    with Lab() as lab:
        ip("-n", lab.client, "link", "set", "c0", "down")
        (lab.folder / "root/run/keelson").mkdir(parents=True)
        with Services(lab) as services:
            services.start()
            d = Daemon(lab, DHCP)
            d.until("c0: rising")
            d.run("status")
            services.hear_of("w0")
            assert "LOWER_UP" in lab.shown("link", "show", "dev", "c0")
            services.reexec()
            services.hear_of("w1")
            assert services.state("late") == "down", services.row("late")
            lab.dnsmasq()
            heard = services.heard.line()
            assert " 10.77.0." in heard, heard
            d.run("down", "c0")
            d.run("up", "c0")
            assert " 10.77.0." in services.heard.line()


def every_svcd_is_told_as_long_as_netconfd_runs():
    """Of an interface without a carrier, of which the kernel's word is that it is not up."""
    with Lab() as lab:
        ip("-n", lab.client, "link", "set", "c0", "down")
        ip("-n", lab.client, "link", "add", "c1", "type", "veth", "peer", "name", "p1")
        d = Daemon(lab, STATIC)
        d.run("wait", "c1")
        with Services(lab) as services:
            services.start()
            assert services.heard.line() == "dark"
            services.up("on-dark")
            d.until("svcd is told")
            assert services.stop() == 0
            services.start()
            assert services.heard.line() == "dark"
            services.up("on-dark")
            d.until("svcd is told")
            services.reexec()
            d.until("svcd is told")
            services.hear_of("w0")
            d.end(signal.SIGKILL)
            services.hear_of("w1")
            answer = services.ask("check", "on-dark")
            assert answer.code == 1 and "c1 is not up" in answer.text, answer
            d.start()
            assert services.heard.line() == "dark"
            services.good("check", "on-dark")


def no_svcd_is_no_fault():
    with Lab() as lab:
        d = Daemon(lab, STATIC.replace("c1", "c0"))
        d.run("wait", "c0")
        d.run("down", "c0")
        d.run("up", "c0")
        d.end(signal.SIGTERM)
        d.said.until_end()
        said = [line for line in d.said.seen if "svcd" in line]
        assert not said, said


run_tests([an_address_is_there_when_the_service_starts, every_svcd_is_told_as_long_as_netconfd_runs,
           no_svcd_is_no_fault])
