#!/usr/bin/python3
"""CPython's own tests of pwd and grp, run by Debian's unmodified python3 through the daemon."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lookup_lab as lab

# The package's modules beside those of the installed interpreter, as if the package was installed.
RUN = """
import sys, test
test.__path__.append(sys.argv[1])
sys.argv = ["test", "-v", "test_pwd", "test_grp"]
from test.libregrtest import main
main()
"""


def test_cpythons_test_pwd_and_test_grp():
    suite = os.path.dirname(lab.peer("libpython3.11-testsuite",
                                     "usr/lib/python3.11/test/test_pwd.py"))
    if not os.path.exists("/usr/lib/python3.11/test/libregrtest/main.py"):
        raise lab.Skip("needs Debian's python3.11 with test.support")
    with lab.Namespace(lab.this_machines_files()) as ns:
        daemon = ns.start()
        daemon.all_mapped()
        done = ns.run(["/usr/bin/python3", "-c", RUN, suite], env={"HOME": "/tmp"})
        said = (done.stdout + done.stderr).decode()
        assert done.returncode == 0, said
        assert "All 2 tests OK." in said and "skipped" not in said, said
        stats = daemon.stats()
        for database in ("passwd", "group"):  # what is there comes from a mapping
            assert stats[database]["clients"] == 1 and stats[database]["hits"] == 0, stats
        assert daemon.stop() == 0, daemon.said()


lab.main(globals())
