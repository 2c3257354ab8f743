#!/usr/bin/env python3
"""The driver of bench/mix with the real programs: two platforms play on one ledger, every answer is as
expected, the journal verifies; an answer that was not expected is noticed.

    mix_load_test.py FOLDER_OF_PROGRAMS MIX_LOAD [unittest arguments]
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAMS, MIX_LOAD = pathlib.Path(), pathlib.Path()
FIRST = "2017-03-01"


def run(*arguments):
    return subprocess.run([*map(str, arguments)], text=True, timeout=120, stdin=subprocess.DEVNULL,
                          capture_output=True, check=False)


class MixLoad(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="escrow-mix-")))
        made = run(PROGRAMS / "escrowd", "--init", "--data", self.folder / "l", "--business-date", FIRST)
        self.assertEqual(made.returncode, 0, made.stderr)
        log = self.enterContext(open(self.folder / "log", "w", encoding="utf-8"))
        self.socket = self.folder / "s"
        self.daemon = subprocess.Popen([PROGRAMS / "escrowd", "--data", self.folder / "l", "--socket",
                                        self.socket], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(self.stop)
        deadline = time.monotonic() + 30
        while run(PROGRAMS / "escrowctl", "--socket", self.socket, "status").returncode != 0:
            self.assertTrue(time.monotonic() < deadline and self.daemon.poll() is None, "escrowd is not up")
            time.sleep(0.05)

    def stop(self):
        if self.daemon.poll() is None:
            self.daemon.terminate()
        self.daemon.wait(30)

    def files(self, *prefixes):
        for prefix in prefixes:
            made = run(PROGRAMS / "platform-days", "--commands", self.folder / prefix, "--prefix", prefix,
                       "--seed", ord(prefix), "--start", FIRST, "--opening", 0, "--days", 4, "--out",
                       self.folder / "days")
            self.assertEqual(made.returncode, 0, made.stderr)
        return [self.folder / prefix for prefix in prefixes]

    def test_two_platforms_on_one_ledger_are_answered_as_expected(self):
        files = self.files("A", "B")
        played = run(MIX_LOAD, self.socket, 200, *files)
        self.assertEqual(played.returncode, 0, played.stderr)
        said = re.search(r"commands (\d+) in \d+ requests: .* refused as expected (\d+), unexpected 0$",
                         played.stdout.strip().splitlines()[-1])
        lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
        opening = 2 * (3 + 120 + 2 + 1)  # channels, lenders, guarantors, the first borrower
        self.assertEqual((int(said[1]), int(said[2])), (len(lines) - opening, 2 * 4 * 3))
        status = json.loads(run(PROGRAMS / "escrowctl", "--json", "--socket", self.socket, "status").stdout)
        self.assertEqual(status["business_date"], "2017-03-05")
        again = run(MIX_LOAD, "--by-flow", self.socket, 1, *files)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertRegex(again.stdout, r", postings 0, ")  # entries: what monitors say
        self.assertRegex(again.stdout, r"\ndistribute +\d+ ")
        self.stop()
        verified = run(PROGRAMS / "recon", "verify", "--ledger", self.folder / "l")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_an_answer_that_was_not_expected_is_noticed(self):
        file, = self.files("A")
        refused = self.folder / "A.refused"
        lines = refused.read_text("utf-8").splitlines()
        refused.write_text("\n".join(lines[1:]) + "\n", "utf-8")
        played = run(MIX_LOAD, self.socket, 200, file)
        self.assertEqual(played.returncode, 1, played.stdout)
        self.assertIn("unexpected 1", played.stdout)


if __name__ == "__main__":
    PROGRAMS, MIX_LOAD = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(2))
    unittest.main(verbosity=2)
