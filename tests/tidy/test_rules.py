#!/usr/bin/env python3
"""Every rule catches what it is for, and lets pass what only looks like it."""

import pathlib
import sys
import tempfile
import unittest

import check_tree
import rules

COMPILER = sys.argv.pop() if len(sys.argv) > 1 else "c++"


class Rules(unittest.TestCase):
    def caught(self, rule, path, text):
        self.assertTrue(list(rule(path, text)), f"{rule.__name__} lets pass {path}: {text!r}")

    def passes(self, rule, path, text):
        self.assertEqual(list(rule(path, text)), [])

    def test_layering(self):
        rule = rules.layering
        for path, include in (
            ("ledger/base/a.h", "ledger/crypto/digest.h"),
            ("ledger/crypto/a.cc", "ledger/domain/entry.h"),
            ("ledger/domain/flows/a.cc", "ledger/journal/block.h"),
            ("ledger/journal/a.cc", "ledger/store/store.h"),
            ("ledger/store/a.cc", "ledger/engine/engine.h"),
            ("ledger/engine/a.cc", "ledger/server/server.h"),
            ("ledger/engine/a.cc", "recon/matcher.h"),
            ("custody_adapter/a.cc", "ledger/domain/entry.h"),
            ("recon/a.cc", "ledger/engine/engine.h"),
            ("recon/a.cc", "ledger/store/store.h"),
            ("tools/a.cc", "tests/verifier/sample_journal.h"),
            ("ledger/base/a.cc", "amount.h"),  # not from the root
        ):
            self.caught(rule, path, f'#include "{include}"\n')
        self.caught(rule, "ledger/wallet/a.cc", "")  # no such layer
        self.passes(rule, "ledger/server/a.cc", '#include "ledger/base/amount.h"\n')
        self.passes(rule, "recon/a.cc", '#include "custody_adapter/statement.h"\n#include <map>\n')
        self.passes(rule, "tools/a.cc", '#include "recon/matcher.h"\n')
        self.passes(rule, "tests/a/a.cc", '#include "ledger/server/server.h"\n')

    def test_libraries(self):
        rule = rules.libraries
        for path, include in (
            ("ledger/engine/a.cc", "rocksdb/db.h"),
            ("recon/matcher.cc", "rocksdb/db.h"),
            ("ledger/journal/a.h", "openssl/evp.h"),
            ("ledger/engine/a.cc", "boost/asio.hpp"),
            ("recon/a.cc", "boost/beast/http.hpp"),
            ("ledger/server/a.cc", "CLI/CLI.hpp"),
            ("recon/a.cc", "expat.h"),
            ("recon/a.cc", "archive.h"),
        ):
            self.caught(rule, path, f"#include <{include}>\n")
        self.passes(rule, "ledger/store/a.cc", "#include <rocksdb/db.h>\n")
        self.passes(rule, "recon/store.cc", "#include <rocksdb/db.h>\n")
        self.passes(rule, "tests/store/a.cc", "#include <rocksdb/env.h>\n")
        self.passes(rule, "ledger/domain/a.h", "#include <boost/unordered/unordered_flat_map.hpp>\n")

    def test_exact_money(self):
        rule = rules.exact_money
        for code in ("double x;", "std::vector<float> v;", "auto y = std::stod(s);",
                     'f("//"); double z;', "char c = '\"'; float w;", "a = 1'000; double d;"):
            self.caught(rule, "recon/a.cc", code + "\n")
        for code in ("// no double here\n", "/* float\n double */ int x;\n", 'f("double");\n',
                     'R"sql(float)sql";\n', "int doubled;\n"):
            self.passes(rule, "recon/a.cc", code)
        self.passes(rule, "bench/a.cc", "double seconds;\n")

    def test_line_numbers_survive_comments(self):
        found = list(rules.exact_money("ledger/base/a.cc", "/*\n\n*/ // x\n\ndouble x;\n"))
        self.assertEqual(found[0][0], 5)

    def test_finished(self):
        for word in ("TO" "DO", "FIX" "ME", "XX" "X"):
            self.caught(rules.finished, "ledger/a.cc", f"// {word}: later\n")
        for text in ("// methodology", 'Currency::of("XX' 'X")'):
            self.passes(rules.finished, "ledger/a.cc", text + "\n")

    def test_short(self):
        self.caught(rules.short, "recon/a.cc", "\n" * 601)
        self.passes(rules.short, "recon/a.cc", "\n" * 600)
        self.passes(rules.short, "recon/openapi.yaml", "\n" * 601)

    def test_portable(self):
        for text in ("cd /wor" "k/main", '"/roo' 't/x"', "/home/" "anna/x", "-B /tmp/buil" "d-1"):
            self.caught(rules.portable, "README.md", text + "\n")
        for text in ("work/main", "https://example.org/home", "net/wor" "k/x", "/v1/roo" "t/x",
                     "${HOME}/x", "/var/lib/escrow"):
            self.passes(rules.portable, "README.md", text + "\n")

    def test_guarded(self):
        self.caught(rules.guarded, "recon/a.h", "int x;\n")
        self.passes(rules.guarded, "recon/a.h", "#pragma once\n")

    def test_tidy_text(self):
        for text in ("int x;", "int x; \n", "\tint x;\n"):
            self.caught(rules.tidy_text, "recon/a.cc", text)
        self.passes(rules.tidy_text, "recon/a.cc", "  int x;\n")

    def test_registered(self):
        files = {
            "tests/CMakeLists.txt": "foreach(part a)",
            "tests/a/CMakeLists.txt": "escrow_test(x SOURCES one_test.cc)",
            "tests/a/one_test.cc": "",
            "tests/a/fuzz/CMakeLists.txt": "add_executable(fuzz_${x} fuzz_${x}.cc)",
            "tests/a/fuzz/fuzz_camt.cc": "",
            "tests/a/sub/one_test.cc": "",
        }
        self.assertEqual(list(rules.registered(files)), [])
        for path in ("tests/a/other_test.cc", "tests/a/test_other.py", "recon/x.cc",
                     "tests/b/CMakeLists.txt", "tests/a/e_test.cc"):
            self.assertTrue(list(rules.registered(files | {path: ""})), path)

    def test_headers_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            files = {
                "good.h": "#pragma once\n#include <string>\nstd::string f();\n",
                "bad.h": "#pragma once\nstd::string f();\n",
                "user.h": '#pragma once\n#include "good.h"\n',
            }
            stamps = root / "stamps.json"

            def run():
                for name, text in files.items():
                    root.joinpath(name).write_text(text, "ascii")
                return check_tree.check_headers(COMPILER, root, files, stamps)

            breaches = run()
            self.assertEqual(len(breaches), 1)
            self.assertTrue(breaches[0].startswith("bad.h: "))
            self.assertEqual(len(run()), 1)  # failures are not remembered as good
            files["bad.h"] = files["good.h"]
            self.assertEqual(run(), [])
            files["good.h"] = "#pragma once\n#error\n"  # breaks its user, which did not change
            self.assertEqual(len(run()), 2)

    def test_breach_is_named_with_its_place(self):
        breaches = check_tree.check({"recon/CMakeLists.txt": "a.cc\n",
                                     "recon/a.cc": "int x;\nfloat y;\n"})
        self.assertEqual(breaches, ["recon/a.cc:2: exact_money: 'float' where money is kept"])

    def test_no_rule_has_exceptions_for_single_files(self):
        for places in rules.LIBRARIES.values():
            for place in places:
                self.assertNotIn(".", place)


if __name__ == "__main__":
    unittest.main()
