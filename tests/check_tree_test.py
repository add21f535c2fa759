#!/usr/bin/env python3
"""The tree keeps its rules, and check_tree finds a planted breach of each of them."""
import importlib.machinery
import importlib.util
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parent

LONG_FUNCTION = "int Long(int x) {\n" + "  x += 1;\n" * 100 + "  return x;\n}\n"
GUARD = "#ifndef KEELSON_{0}_H_\n#define KEELSON_{0}_H_\n{1}\n#endif\n"

# name of the rule, file to add to (made when it is not there), text to add, what check_tree must say
PLANTED = [
    ("core includes platform", "core/index.cc", '#include "platform/clock.h"\n', "includes point down"),
    ("core includes applets", "core/index.h", '#include "applets/applet.h"\n', "includes point down"),
    ("a header of core includes abseil", "core/index.h", '#include "absl/strings/str_cat.h"\n',
     "includes point down"),
    ("core makes system calls", "core/index.cc", "#include <sys/mman.h>\n", "system headers"),
    ("core reads files", "core/index.cc", "#include <fcntl.h>\n", "system headers"),
    ("platform includes core", "platform/loop.h", '#include "core/index.h"\n', "includes point down"),
    ("platform includes applets", "platform/posix/program.cc", '#include "applets/run.h"\n',
     "includes point down"),
    ("a system's file parses", "platform/linux/program.cc", '#include "core/flat_file.h"\n',
     "includes point down"),
    ("the fake includes applets", "platform/fake/clock.cc", '#include "applets/run.h"\n',
     "includes point down"),
    ("an applet includes one system's file", "applets/run.cc", '#include "platform/linux/fd.h"\n',
     "one system's own"),
    ("a family includes another", "applets/one/one.cc", '#include "applets/two/two.h"\n',
     "another family's"),
    ("all share a family's file", "applets/run.cc", '#include "applets/two/two.h"\n',
     "another family's"),
    ("angle brackets hide an include", "core/index.cc", "#include <platform/clock.h>\n", "write #include"),
    ("system header in platform's header", "platform/clock.h", "#include <sys/time.h>\n",
     "system headers"),
    ("system header in an applet", "applets/run.cc", "#include <unistd.h>\n", "system headers"),
    ("OS macro in an applet", "applets/run.cc", "#ifdef __linux__\n#endif\n", "__linux__"),
    ("OS macro in core", "core/index.cc", "#if defined(X) || defined(__FreeBSD__)\n#endif\n",
     "__FreeBSD__"),
    ("OS macro in core's header", "core/index.h", "#if X\n#elif defined(__NetBSD__)\n#endif\n",
     "__NetBSD__"),
    ("iostream", "core/index.cc", "#include <iostream>\n", "<iostream>"),
    ("locale", "core/index.cc", "#include <locale>\n", "<locale>"),
    ("regex", "applets/run.cc", "#include <regex>\n", "<regex>"),
    ("filesystem", "platform/posix/program.cc", "#include <filesystem>\n", "<filesystem>"),
    ("grp.h where it is for lookups", "applets/run.cc", "#include <grp.h>\n", "<grp.h>"),
    ("libc's lookups", "platform/posix/program.cc", "#include <netdb.h>\n", "<netdb.h>"),
    ("absl flags", "applets/run.cc", '#include "absl/flags/flag.h"\n', "absl/flags/flag.h"),
    ("absl time", "core/index.cc", '#include "absl/time/time.h"\n', "absl/time/time.h"),
    ("getpwnam", "applets/run.cc", 'auto* a = getpwnam("root");\n', "getpwnam"),
    ("getgrgid_r", "applets/run.cc", "int b = ::getgrgid_r(0, 0, 0, 0, 0);\n", "getgrgid_r"),
    ("getservbyname", "applets/run.cc", 'auto* c = getservbyname("x", nullptr);\n', "getservbyname"),
    ("gethostbyname", "applets/run.cc", 'auto* d = gethostbyname("x");\n', "gethostbyname"),
    ("getaddrinfo", "platform/posix/program.cc", "int e = getaddrinfo(0, 0, 0, 0);\n", "getaddrinfo"),
    ("dlopen", "platform/posix/program.cc", 'void* f = dlopen("x", 1);\n', "dlopen"),
    ("throw", "core/index.cc", "void G() { throw 1; }\n", "exceptions"),
    ("catch", "core/index.cc", "void H() { try { } catch (...) { } }\n", "exceptions"),
    ("a long function", "core/index.cc", LONG_FUNCTION, "a function of 103 lines"),
    ("a long line", "core/index.cc", "// " + "x" * 98 + "\n", "more than 100 columns"),
    ("no opening comment", "core/bare.cc", "int bare;\n", "opens with a comment"),
    ("no include guard", "core/bare.h", "// Bare.\n", "KEELSON_CORE_BARE_H_"),
    ("another file's guard", "core/bare.h", GUARD.format("CORE_INDEX", ""), "KEELSON_CORE_BARE_H_"),
    ("core without a test", "core/untested.cc", "// Idea.\n", "tests/core/untested_test.cc"),
    ("posix without its header", "platform/posix/lonely.cc", "// Idea.\n", "platform/lonely.h"),
    ("linux without its header", "platform/linux/lonely.cc", "// Idea.\n", "platform/lonely.h"),
    ("fake without its header", "platform/fake/lonely.cc", "// Idea.\n", "platform/lonely.h"),
    ("a path of one machine", "docs/NOTES.md", "See /Users/me/README.md.\n", "where this was written"),
    ("somebody's home", "tests/core/index_test.cc", "// /Users/me/keelson\n", "where this was written"),
]
for word in ("util", "utils", "helper", "helpers", "manager", "misc", "common"):
    PLANTED.append((f"{word} as a name", f"core/{word}.h", GUARD.format(f"CORE_{word.upper()}", ""),
                    f"'{word}' in a name"))
PLANTED.append(("a name with helper in it", "applets/one/dns_helper.h",
                GUARD.format("APPLETS_ONE_DNS_HELPER", ""), "'helper' in a name"))
PLANTED.append(("a folder of that name", "core/misc/x.h", GUARD.format("CORE_MISC_X", ""),
                "'misc' in a name"))

# What must not be taken for a breach.
HARMLESS = [
    ("words in comments", "core/index.cc", "// util: throw, catch (that), getpwnam(), <iostream>\n"),
    ("words in strings", "core/index.cc", 'const char* s = "#ifdef __linux__ getpwnam( throw x";\n'),
    ("an OS macro in platform", "platform/linux/program.cc", "#ifdef __linux__\n#endif\n"),
    ("abseil in a source of core", "core/index.cc", '#include "absl/strings/str_cat.h"\n'),
    ("logging from platform", "platform/linux/program.cc", '#include "core/log.h"\n'),
    ("setgroups", "platform/linux/program.cc", "#include <grp.h>\nint J = setgroups(0, 0);\n"),
    ("a part of a large one", "platform/posix/loop_timers.cc", '// Idea.\n#include "platform/loop.h"\n'),
    ("a family's own header", "applets/one/one.cc", '// Idea.\n#include "applets/one/one.h"\n'),
    ("a method called like a call", "core/index.cc", "void I(X x) { x.getpwnam(); }\n"),
    ("a function of 100 lines", "core/index.cc", LONG_FUNCTION.replace("  x += 1;\n" * 3, "", 1)),
]


def load():
    loader = importlib.machinery.SourceFileLoader("check_tree", str(HERE / "check_tree"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_tree", loader))
    loader.exec_module(module)
    return module


sys.dont_write_bytecode = True
CHECKER = load()
CLEAN = CHECKER.read(TREE)


def check(**changed):
    """What is said of the tree with these files changed; None takes one away."""
    texts = {**CLEAN, **changed}
    return set(CHECKER.breaches_in({k: v for k, v in texts.items() if v is not None}))


def check_with(name, added):
    return check(**{name: CLEAN.get(name, "") + added})


class CheckTree(unittest.TestCase):
    def test_the_tree_keeps_its_rules(self):
        result = subprocess.run([HERE / "check_tree"], capture_output=True, text=True)
        self.assertEqual((result.stdout, result.stderr, result.returncode), ("", "", 0))

    def test_a_breach_is_printed_and_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "misc.h").write_text("")
            result = subprocess.run([HERE / "check_tree", folder], capture_output=True, text=True)
        self.assertIn("misc.h: 'misc' in a name", result.stdout)
        self.assertEqual((result.stderr, result.returncode), ("", 1))

    def test_planted_breaches(self):
        clean = check()
        for rule, name, added, said in PLANTED:
            with self.subTest(rule):
                new = check_with(name, added) - clean
                self.assertTrue([line for line in new if line.startswith(name) and said in line],
                                f"{rule}: {sorted(new)}")

    def test_harmless(self):
        clean = check()
        for rule, name, added in HARMLESS:
            with self.subTest(rule):
                self.assertEqual(sorted(check_with(name, added) - clean), [])

    def test_a_row_without_an_applet(self):
        main = re.sub(r"(kApplets\b[^=]*= *\{)", r"\1&kNobody, ", CLEAN["applets/main.cc"])
        self.assertIn("applets/main.cc: kNobody: no header below applets/ has that Applet",
                      check(**{"applets/main.cc": main}))

    def test_missing_page_option_and_test(self):
        """What an applet may lack, taken away from every one of them."""
        pages = [name for name in CLEAN if re.match(r"docs/[^.]+\.[18]$", name)]
        self.assertTrue(pages)
        for page in pages:
            applet = pathlib.PurePath(page).stem
            with self.subTest(applet):
                self.assertIn(f"the applet {applet} has no page", "\n".join(check(**{page: None})))
                for option in re.findall(r"^\.It Fl (?:\w Ns , Fl )?-([\w-]+)", CLEAN[page], re.MULTILINE):
                    if option in ("help", "version"):
                        continue
                    renamed = CLEAN[page].replace("Fl -" + option, "Fl -renamed")
                    self.assertIn(f"{page}: does not name the option --{option} of {applet}",
                                  check(**{page: renamed}))
                stem = applet.replace("-", "_")
                tests = {name: None for name in CLEAN
                         if re.search(rf"^tests/applets/.*\b{stem}(/|_)", name)}
                if applet != "keelson":
                    self.assertIn(f"the applet {applet} has no test", "\n".join(check(**tests)))

    def test_a_renamed_test_is_missed(self):
        self.assertIn("core/index.cc: has no test tests/core/index_test.cc",
                      check(**{"tests/core/index_test.cc": None, "tests/core/idx_test.cc": "//\n"}))


if __name__ == "__main__":
    unittest.main()
