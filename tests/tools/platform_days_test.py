#!/usr/bin/env python3
"""The whole path with the real programs: escrowd takes a platform's days over its socket, recond
takes the bank's statements of them, and every planted defect must come out in its bucket with its
cause, in both formats; a run without defects must come out clean.

    platform_days_test.py FOLDER_OF_PROGRAMS [unittest arguments]

The ledger is filled once. Later runs repeat the same commands (every answer is then a replay) and
only write other statements, because defects are the bank's and not the ledger's.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAMS = pathlib.Path()
FIRST = "2017-03-01"
DAYS = ("2017-03-01", "2017-03-02", "2017-03-03")
ACCOUNT = "6222000100"
SEED = "7"


def run(program, *arguments):
    return subprocess.run([PROGRAMS / program, *map(str, arguments)], text=True, timeout=120,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)


class WholePath(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="escrow-days-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.socket = cls.folder / "s"
        made = run("escrowd", "--init", "--data", cls.folder / "ledger", "--profile", "cn-2017",
                   "--business-date", FIRST)
        assert made.returncode == 0, made.stderr
        log = cls.enterClassContext(open(cls.folder / "escrowd.log", "w", encoding="utf-8"))
        cls.daemon = subprocess.Popen(
            [PROGRAMS / "escrowd", "--data", cls.folder / "ledger", "--socket", cls.socket],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        cls.addClassCleanup(cls.stop)
        deadline = time.monotonic() + 30
        while run("escrowctl", "--socket", cls.socket, "status").returncode != 0:
            assert time.monotonic() < deadline and cls.daemon.poll() is None, "escrowd is not up"
            time.sleep(0.05)
        played = run("platform-days", "--socket", cls.socket, "--seed", SEED, "--days", 3,
                     "--out", cls.folder / "clean")
        assert played.returncode == 0, played.stdout + played.stderr

    @classmethod
    def stop(cls):
        if cls.daemon.poll() is None:
            cls.daemon.terminate()
        cls.daemon.wait(30)

    def repeat(self, *arguments):
        """The same days once more; the folder with the statements."""
        out = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        played = run("platform-days", "--socket", self.socket, "--seed", SEED, "--days", 3,
                     "--start", FIRST, "--opening", 0, "--out", out, *arguments)
        self.assertEqual(played.returncode, 0, played.stdout + played.stderr)
        return out

    def reconcile(self, *files, data=None):
        """recond once over the files; its folder and exit code."""
        data = data or pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        inbox = data / "inbox"
        inbox.mkdir(exist_ok=True)
        for file in files:
            shutil.copy(file, inbox)
        done = run("recond", "--ledger-socket", self.socket, "--data", data, "--inbox", inbox,
                   "--source", f"custody:bank={ACCOUNT}", "--once")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return data, done.returncode

    def day(self, data, date):
        """The day's result, with what must hold of every result checked."""
        shown = run("recon", "bank", "--data", data, "--date", date, "--json")
        self.assertIn(shown.returncode, (0, 1), shown.stderr)
        day = json.loads(shown.stdout)
        for what in ("lines", "items"):
            for figure in ("count", "amount"):
                self.assertEqual(sum(bucket[figure] for bucket in day[what].values()),
                                 day[what + "_in"][figure], f"{what}_in is not the sum")
        control = day["control"]
        self.assertEqual(control["unexplained"], 0)
        self.assertEqual(control["ledger_closing"] + control["explained"],
                         control["statement_closing"])
        self.assertEqual(shown.returncode, 1 if day["verdict"] == "BREAKS" else 0)
        return day

    def statements(self, out, kind):
        files = sorted((out / kind).glob("*.*"))
        self.assertEqual(len(files), 3)
        return files

    def test_clean_days_give_no_breaks_in_both_formats(self):
        expected = json.loads((self.folder / "clean" / "expected.json").read_text("utf-8"))
        self.assertEqual(expected["defects"], [])
        for kind in ("mt940", "camt053"):
            with self.subTest(kind):
                data, code = self.reconcile(*self.statements(self.folder / "clean", kind))
                self.assertEqual(code, 0)
                for date, facts in zip(DAYS, expected["days"]):
                    day = self.day(data, date)
                    self.assertEqual(day["verdict"], "CLEAN")
                    self.assertEqual(day["findings"], [])
                    self.assertTrue(all(s["proved"] for s in day["statements"]))
                    self.assertEqual(day["lines_in"]["count"], facts["lines"])
                    self.assertGreater(facts["lines"], 0)
                    self.assertEqual(day["lines"]["MATCHED"], day["lines_in"])
                    self.assertEqual(day["control"]["ledger_closing"], facts["ledger_closing"])
                breaks = run("recon", "breaks", "--data", data)
                self.assertEqual(breaks.returncode, 0, breaks.stdout)

    def test_the_same_seed_gives_the_same_files_and_only_replays(self):
        head = json.loads(run("escrowctl", "--json", "--socket", self.socket, "status").stdout)
        again = self.repeat()
        after = json.loads(run("escrowctl", "--json", "--socket", self.socket, "status").stdout)
        self.assertEqual(head["head"], after["head"], "a repeated run wrote to the ledger")
        for kind in ("mt940", "camt053"):
            for file in self.statements(again, kind):
                first = self.folder / "clean" / kind / file.name
                self.assertEqual(file.read_bytes(), first.read_bytes(), file.name)

    def test_commands_in_a_file_are_those_that_were_sent(self):
        out = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        common = ("--seed", SEED, "--days", 3, "--start", FIRST, "--opening", 0)
        alone = run("platform-days", "--commands", out / "alone", "--out", out / "a", *common)
        self.assertEqual(alone.returncode, 0, alone.stderr)
        beside = run("platform-days", "--commands", out / "beside", "--out", out / "b", *common,
                     "--socket", self.socket)
        self.assertEqual(beside.returncode, 0, beside.stdout + beside.stderr)
        for name in ("", ".refused"):
            self.assertEqual((out / f"alone{name}").read_bytes(),
                             (out / f"beside{name}").read_bytes())
        lines = [json.loads(line) for line in (out / "alone").read_text("utf-8").splitlines()]
        expected = json.loads((self.folder / "clean" / "expected.json").read_text("utf-8"))
        self.assertEqual(len(lines), sum(flow["sent"] for flow in expected["flows"].values()))
        refused = dict(line.split() for line in
                       (out / "alone.refused").read_text("utf-8").splitlines())
        self.assertEqual(len(refused), 9)
        self.assertEqual(lines[int(next(n for n in refused if refused[n] == "ID_REUSED")) - 1]["flow"],
                         "deposit")
        nowhere = run("platform-days", "--out", out / "c")
        self.assertEqual(nowhere.returncode, 64)

    def test_the_days_have_the_flows_of_the_mix(self):
        expected = json.loads((self.folder / "clean" / "expected.json").read_text("utf-8"))
        for flow in ("deposit_request", "deposit", "settle", "deposit_fail", "receipt", "propose",
                     "approve", "withdraw", "withdraw_accept", "withdraw_pay", "withdraw_fail",
                     "top_up", "fee_sweep", "reward", "bank_interest", "bank_interest_pay", "bid",
                     "red_packet", "bid_cancel", "disburse", "fee", "repay", "distribute",
                     "claim_bid", "claim_transfer", "judicial_freeze", "judicial_release",
                     "reversal_propose", "reversal_approve", "cut_off"):
            self.assertGreater(expected["flows"].get(flow, {}).get("committed", 0), 0, flow)

    def test_platforms_with_prefixes_share_no_ids_but_the_ledgers_own(self):
        out = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        played = run("platform-days", "--commands", out / "b", "--prefix", "B", "--out", out / "o",
                     "--start", FIRST, "--opening", 0, "--days", 1)
        self.assertEqual(played.returncode, 0, played.stderr)
        ids = {json.loads(line)["id"] for line in (out / "b").read_text("utf-8").splitlines()}
        played = run("platform-days", "--commands", out / "c", "--prefix", "C", "--out", out / "o",
                     "--start", FIRST, "--opening", 0, "--days", 1)
        self.assertEqual(played.returncode, 0, played.stderr)
        others = {json.loads(line)["id"] for line in (out / "c").read_text("utf-8").splitlines()}
        self.assertEqual(sorted(ids & others), [f"C{FIRST}", "open-channel-alipay",
                                                "open-channel-unionpay", "open-channel-wechatpay"])

    def test_no_ledger_at_the_socket_is_said_so(self):
        asked = run("platform-days", "--socket", self.folder / "nobody", "--out", self.folder / "x")
        self.assertEqual(asked.returncode, 69, asked.stderr)

    def check_defect(self, kind, statement_format):
        out = self.repeat("--defect", kind, "--format", statement_format)
        expected = json.loads((out / "expected.json").read_text("utf-8"))
        self.assertEqual([d["kind"] for d in expected["defects"]], [kind])
        defect = expected["defects"][0]
        data, code = self.reconcile(*self.statements(out, statement_format))
        self.assertEqual(code, 0 if kind == "next-day" else 1)
        wanted = {}
        for finding in defect["findings"]:
            wanted.setdefault(finding["date"], set()).add((finding["bucket"], finding["cause"]))
        for date in DAYS:
            day = self.day(data, date)
            found = {(f["bucket"], f["cause"]) for f in day["findings"]
                     if f["first_seen"] == date or date in wanted}
            self.assertEqual(found, wanted.get(date, set()), f"{kind} on {date}")
        day = self.day(data, defect["date"])
        if kind == "truncated":
            return out, data
        finding = day["findings"][0]
        self.assertEqual(len(day["findings"]), 1)
        self.assertEqual(finding["effect"], defect["effect"])
        orders = [item["order"] for item in finding["items"]]
        references = json.dumps(finding["lines"])
        self.assertTrue(defect["order"] in orders or defect["order"] in references,
                        f"{finding} does not name {defect['order']}")
        return out, data

    def test_each_line_defect_is_found_in_its_bucket_with_its_cause(self):
        for kind in ("missing", "extra", "amount", "duplicate", "party", "next-day"):
            for statement_format in ("mt940", "camt053", "bai2", "csv"):
                with self.subTest(f"{kind} {statement_format}"):
                    self.check_defect(kind, statement_format)

    def test_a_truncated_file_is_found_and_the_whole_one_clears_it(self):
        # A CSV file that is cut between rows is shorter and still proves: its source must say more.
        for statement_format in ("mt940", "camt053", "bai2"):
            with self.subTest(statement_format):
                out, data = self.check_defect("truncated", statement_format)
                whole = list((out / statement_format / "complete").iterdir())
                self.assertEqual(len(whole), 1)
                _, code = self.reconcile(*whole, data=data)
                self.assertEqual(code, 0)
                self.assertEqual(self.day(data, DAYS[-1])["verdict"], "CLEAN")

    def test_unknown_defects_and_days_are_refused_by_name(self):
        for defect in ("nothing", "missing:0", "missing:4", "next-day:3"):
            with self.subTest(defect):
                asked = run("platform-days", "--socket", self.socket, "--out", self.folder / "x",
                            "--days", 3, "--defect", defect)
                self.assertEqual(asked.returncode, 64)
                self.assertIn(defect, asked.stderr)

    def test_the_journal_of_the_days_verifies(self):
        export = self.folder / "journal.bin"
        made = run("recon", "export", "--ledger", self.folder / "ledger", "--out", export)
        self.assertEqual(made.returncode, 0, made.stderr)
        verified = run("recon", "verify", "--journal", export)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.assertIn("3 closed days", verified.stdout)
        control = run("recon", "control", "--journal", export)
        self.assertEqual(control.returncode, 0, control.stdout + control.stderr)


if __name__ == "__main__":
    PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
