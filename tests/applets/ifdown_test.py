#!/usr/bin/env python3
"""ifdown without netconfd, in a network namespace: what fails is told and the rest is done all the same."""
import sys
import tempfile

from net_lab import Lab, check, ip


def a_failed_down_is_told(lab):
    ip("link", "add", "x", "type", "ifb")
    lab.write("iface x inet static\n  address 192.0.2.1/24\n  down false\n  post-down touch "
              f"{lab.folder}/after\n")
    lab.run("ifup", "x")
    said = lab.run("ifdown", "x", code=1)
    check("x: 'false' ended with 1" in said, said)
    check((lab.folder / "after").exists() and lab.up() == [])
    check("192.0.2.1" not in ip("address", "show", "x"))
    ip("link", "delete", "x")


def what_is_gone_is_down(lab):
    """The device vanished, and so did its stanza: it is down, and nothing is wrong."""
    ip("link", "add", "x", "type", "ifb")
    lab.write("iface x inet static\n  address 192.0.2.1/24\n")
    lab.run("ifup", "x")
    ip("link", "delete", "x")
    lab.run("ifdown", "x")
    check(lab.up() == [])

    ip("link", "add", "x", "type", "ifb")
    lab.run("ifup", "x")
    lab.write("")
    said = lab.run("ifdown", "x")
    check("ignoring unknown interface x=x" in said and lab.up() == [], said)
    ip("link", "delete", "x")


def what_goes_with_its_link_is_down(lab):
    """The kernel takes away what stands on a link that goes, before its own turn comes."""
    lab.write("""
iface b inet manual
  bridge_ports none
iface top inet static
  address 192.0.2.1/24
""")
    lab.run("ifup", "b")
    ip("link", "add", "link", "b", "name", "top", "type", "macvlan")
    lab.run("ifup", "top")
    said = lab.run("ifdown", "b", "top")
    check(said == "" and lab.up() == [], said)


def all_but_some(lab):
    for name in ("x", "y", "z"):
        ip("link", "add", name, "type", "ifb")
    lab.write("".join(f"auto {name}\niface {name} inet static\n  address 192.0.2.{number}/32\n"
                      f"  down echo $IFACE >> {lab.folder}/order\n"
                      for number, name in enumerate("xyz")) + "no-auto-down y\n")
    lab.run("ifup", "-a")
    check(lab.up() == ["lo=lo", "x=x", "y=y", "z=z"], lab.up())
    lab.run("ifdown", "-a", "-X", "lo")
    check(lab.up() == ["lo=lo", "y=y"], lab.up())
    check((lab.folder / "order").read_text() == "z\nx\n")
    check("192.0.2.1/32" in ip("address", "show", "y"))
    lab.run("ifdown", "y", "lo")
    for name in ("x", "y", "z"):
        ip("link", "delete", name)


def no_act_changes_nothing(lab):
    ip("link", "add", "x", "type", "ifb")
    lab.write(f"iface x inet static\n  address 192.0.2.1/24\n  up touch {lab.folder}/touched\n")
    before = ip("address", "show", "x")
    said = lab.run("ifup", "-n", "x")
    check("ip addr add 192.0.2.1/255.255.255.0" in said and "touch " in said, said)
    check(ip("address", "show", "x") == before and not (lab.folder / "touched").exists())
    check(lab.up() == [])
    lab.run("ifup", "x")
    before = ip("address", "show", "x")
    said = lab.run("ifdown", "-n", "x")
    check("ip addr del 192.0.2.1/255.255.255.0" in said, said)
    check(ip("address", "show", "x") == before and lab.up() == ["x=x"])
    lab.run("ifdown", "x")
    ip("link", "delete", "x")


def main():
    Lab.enter()
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(folder)
        for case in (a_failed_down_is_told, what_is_gone_is_down, what_goes_with_its_link_is_down,
                     all_but_some, no_act_changes_nothing):
            case(lab)
    return 0


if __name__ == "__main__":
    sys.exit(main())
