#!/usr/bin/env python3
"""The exports over a generated month (or as many days as asked for), with the real programs.

    exports_test.py FOLDER_OF_PROGRAMS [--days N] [unittest arguments]

hledger, ledger and beancount must each load the books and have every account's balance as the ledger
has it; disclosure and credit history must be what tests/verifier/metrics.py computes from the exported
journal; every export as of an entry must be the same bytes from the whole journal as from one that ends
there; and the entries behind each figure must add up to it.
"""

import collections
import csv
import datetime
import decimal
import io
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAMS = pathlib.Path()
DAYS = 30
VERIFIER = pathlib.Path(__file__).resolve().parent.parent / "verifier"
METRICS = VERIFIER / "metrics.py"
FIRST = "2017-03-01"
INTEREST = "BI1"


def run(program, *arguments, code=0, timeout=600):
    done = subprocess.run([program, *map(str, arguments)], text=True, timeout=timeout,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.returncode == code, f"{program} {arguments}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def fen(text):
    """An exact decimal of CNY as an integer of fen."""
    value = decimal.Decimal(text) * 100
    assert value == int(value), text
    return int(value)


def beancount_name(code):
    """The account code as EXPORT_FORMAT.md says it is written for beancount."""
    parts = []
    for part in code.split(":"):
        text = "".join(c if c.isascii() and c.isalnum() else f"-{ord(c):02X}" for c in part)
        plain = part[:1].isdigit() or part[:1].isupper()
        parts.append(text if plain and part[0] != "X" else "X" + text)
    return ":".join(parts)


def ledger_balances(program, file):
    """Account to fen, by `hledger` or `ledger`; accounts at zero are left out."""
    if program == "hledger":
        shown = run("hledger", "-f", file, "--strict", "balance", "--flat", "--no-total", "--layout=bare",
                    "-O", "csv")
        rows = list(csv.reader(io.StringIO(shown)))
        assert rows[0] == ["account", "commodity", "balance"], rows[0]
        return {account: fen(balance) for account, _, balance in rows[1:]}
    shown = run("ledger", "-f", file, "--args-only", "--pedantic", "balance", "--flat", "--no-total",
                "--balance-format", "%(account)\t%(quantity(scrub(amount)))\n")
    rows = (line.split("\t") for line in shown.splitlines() if line.strip())
    return {account: fen(balance) for account, balance in rows if fen(balance)}


def beancount_balances(file):
    checked = subprocess.run(["bean-check", file], text=True, capture_output=True, timeout=600,
                             stdin=subprocess.DEVNULL, check=False)
    assert checked.returncode == 0, checked.stderr[-2000:]
    shown = run("bean-query", "-f", "csv", file, "SELECT account, sum(number) AS n "
                                                 "GROUP BY account")
    rows = list(csv.reader(io.StringIO(shown)))
    return {row[0].strip(): fen(row[1].strip()) for row in rows[1:] if fen(row[1].strip() or 0)}


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="escrow-exports-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        ledger, socket = cls.folder / "ledger", cls.folder / "s"
        run(PROGRAMS / "escrowd", "--init", "--data", ledger, "--profile", "cn-2017",
            "--business-date", FIRST)
        log = cls.enterClassContext(open(cls.folder / "escrowd.log", "w", encoding="utf-8"))
        daemon = subprocess.Popen([PROGRAMS / "escrowd", "--data", ledger, "--socket", socket],
                                  stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 30
            while subprocess.run([PROGRAMS / "escrowctl", "--socket", socket, "status"],
                                 capture_output=True, check=False).returncode != 0:
                assert time.monotonic() < deadline and daemon.poll() is None, "escrowd is not up"
                time.sleep(0.05)
            # Instalments lie a week apart, so that a month has repayments, late ones too.
            run(PROGRAMS / "platform-days", "--socket", socket, "--seed", 11, "--days", DAYS, "--scale",
                "0.002", "--month-days", 7 if DAYS < 100 else 30, "--out", cls.folder / "days",
                timeout=3600)
            # The bank's interest, divided by the export and paid out by what it wrote.
            ctl = [PROGRAMS / "escrowctl", "--socket", socket]
            run(*ctl, "bank-interest", "--id", INTEREST, "--amount", "1234.57", "--evidence", "bank-1")
            paid = cls.folder / "interest.ndjson"
            run(PROGRAMS / "recon", "export", "bank-interest-commands", "--ledger", ledger, *cls.period(),
                "--out", paid)
            cls.before_interest = json.loads(run(*ctl, "--json", "status"))["head"]
            for _ in range(2):  # sent again it is not paid again
                run(*ctl, "send", paid)
            left = json.loads(run(*ctl, "--json", "account", "suspense:bank_interest"))
            assert left["balance"] == 0, left
        finally:
            daemon.terminate()
            daemon.wait(30)
        cls.journal = cls.folder / "journal.bin"
        run(PROGRAMS / "recon", "export", "--ledger", ledger, "--out", cls.journal)
        run(PROGRAMS / "recon", "verify", "--journal", cls.journal)
        run(sys.executable, VERIFIER / "verify_journal.py", cls.journal)
        cls.entries = json.loads(run(PROGRAMS / "recon", "verify", "--journal", cls.journal,
                                     "--json"))["entries"]

    @staticmethod
    def period():
        return ["--order", INTEREST, "--from", FIRST, "--to",
                str(datetime.date.fromisoformat(FIRST) + datetime.timedelta(DAYS - 2))]

    def export(self, name, *options, journal=None, code=0):
        return run(PROGRAMS / "recon", "export", name, "--journal", journal or self.journal, "--out",
                   "-", *options, code=code)

    def table(self, name, *options):
        return json.loads(self.export(name, "--format", "json", *options))

    # --- other people's tools --------------------------------------------------------------------
    def expected_balances(self, name_of):
        """Account of the tool to fen, debits positive, as `recon export accounts` has it."""
        out = {}
        for row in self.table("accounts")["rows"]:
            net = row["debits"] - row["credits"]
            side = "Assets" if row["group"] in ("bank", "in_transit", "shortfall") else "Liabilities"
            if net:
                out[f"{side}:{row['class']}:{name_of(row['account'])}"] = net
        return out

    def books(self, kind):
        file = self.folder / f"books.{kind}"
        file.write_text(self.export(kind), "utf-8")
        return file

    def balances(self, kind, file):
        return beancount_balances(file) if kind == "beancount" else ledger_balances(kind, file)

    def test_other_tools_have_the_balance_of_every_account_and_class(self):
        trial = json.loads(run(PROGRAMS / "recon", "tb", "--journal", self.journal, "--json"))
        classes = {str(row["class"]): row["debits"] - row["credits"] for row in trial["classes"]
                   if row["debits"] != row["credits"]}
        self.assertGreater(len(classes), 4)
        for kind in ("hledger", "ledger", "beancount"):
            with self.subTest(kind):
                name_of = beancount_name if kind == "beancount" else str
                expected = self.expected_balances(name_of)
                self.assertGreater(len(expected), 30)
                found = self.balances(kind, self.books(kind))
                self.assertEqual(found, expected)
                sums = collections.Counter()
                for account, balance in found.items():
                    sums[account.split(":")[1]] += balance
                self.assertEqual({c: n for c, n in sums.items() if n}, classes)

    def test_an_altered_posting_is_seen_in_each_tool(self):
        for kind in ("hledger", "ledger", "beancount"):
            with self.subTest(kind):
                lines = self.books(kind).read_text("utf-8").splitlines()
                # Both sides by one fen, so that the file is still balanced.
                at = next(i for i, line in enumerate(lines) if line.strip().startswith("Assets:1001:"))
                altered = 0
                for i in (at, at + 1):
                    account, number, commodity = lines[i].split()
                    amount = decimal.Decimal(number)
                    amount += decimal.Decimal("0.01") if amount > 0 else -decimal.Decimal("0.01")
                    lines[i] = f"  {account}  {amount} {commodity}"
                    altered += 1
                self.assertEqual(altered, 2)
                file = self.folder / f"altered.{kind}"
                file.write_text("\n".join(lines) + "\n", "utf-8")
                name_of = beancount_name if kind == "beancount" else str
                expected = self.expected_balances(name_of)
                found = self.balances(kind, file)
                self.assertEqual(len({account for account in {*expected, *found}
                                      if found.get(account) != expected.get(account)}), 2)

    # --- as of an entry --------------------------------------------------------------------------
    def test_an_export_as_of_an_entry_is_the_same_from_a_journal_that_ends_there(self):
        client = self.table("clients")["rows"][0]["client"]
        project = self.table("projects")["rows"][0]["project"]
        order = next(r["order"] for r in self.table("trace", "--client", client)["rows"] if r["order"])
        options = {"trace": ["--order", order], "client-statement": ["--client", client],
                   "bank-interest": self.period(), "bank-interest-commands": self.period()}
        listed = run(PROGRAMS / "recon", "export", "nothing", "--journal", self.journal, "--out", "-",
                     "--json", code=64)
        names = json.loads(listed)["reason"].split("wind-down, ")[1].split(", ")
        self.assertIn("disclosure", names)
        for part in (7,):
            at = self.entries * part // 10
            cut = self.folder / f"cut{part}.bin"
            run(PROGRAMS / "recon", "export", "--journal", self.journal, "--at", at, "--out", cut)
            for name in names:
                for form in ("csv", "json"):
                    with self.subTest(f"{name} {form} at {at}"):
                        asked = [*options.get(name, []), "--format", form]
                        whole = self.export(name, "--at", at, *asked)
                        self.assertEqual(whole, self.export(name, *asked, journal=cut))
                        self.assertNotEqual(whole, self.export(name, *asked))
                        if name != "bank-interest-commands":  # it has no footer
                            self.assertIn(str(at), whole)
            for asked in (["trace", "--project", project], ["disclosure", "--figure", "outstanding"]):
                self.assertEqual(self.export(*asked, "--at", at), self.export(*asked, journal=cut))

    def test_a_date_is_the_cut_off_that_closed_it(self):
        table = self.table("disclosure", "--date", "2017-03-05")
        self.assertEqual(table["journal"]["business_date"], "2017-03-05")
        at = table["journal"]["sequence"]
        self.assertEqual(table, self.table("disclosure", "--at", at))
        self.export("disclosure", "--date", "2016-01-01", code=64)
        self.export("disclosure", "--at", self.entries + 1, code=64)
        self.export("disclosure", "--at", "x", code=64)
        self.export("trace", code=64)

    def test_damage_is_an_integrity_failure_and_leaves_no_file(self):
        data = bytearray(self.journal.read_bytes())
        data[len(data) // 2] ^= 1
        bad, out = self.folder / "bad.bin", self.folder / "bad.csv"
        bad.write_bytes(data)
        run(PROGRAMS / "recon", "export", "disclosure", "--journal", bad, "--out", out, code=2)
        self.assertFalse(out.exists() or out.with_suffix(".csv.part").exists())

    # --- figures ---------------------------------------------------------------------------------
    def test_figures_are_what_an_independent_script_computes(self):
        overdue = 0
        for at in [*self.while_overdue(), self.entries // 2, self.entries]:
            cut = self.folder / "figures.bin"
            run(PROGRAMS / "recon", "export", "--journal", self.journal, "--at", at, "--out", cut)
            other = json.loads(run(sys.executable, METRICS, cut))
            figures = {}
            for row in self.table("disclosure", "--at", at)["rows"]:
                self.assertEqual(row["currency"], "CNY")
                if row["unit"] == "fee":
                    figures[row["figure"]] = [row["value"], row["numerator_of"], row["denominator_of"],
                                              row["basis_points"]]
                    continue
                figures[row["figure"]] = (row["value"] if row["unit"] in ("amount", "count") else
                                          [row["numerator"], row["denominator"],
                                           row["value"] if row["unit"] == "average" else
                                           row["basis_points"]])
            self.assertEqual(figures, other["disclosure"])
            history = {row.pop("borrower"): row for row in self.table("credit-history", "--at", at)["rows"]}
            self.assertEqual(history, other["credit_history"])
            overdue += figures["overdue_loans"]
        self.assertGreater(figures["lent"], 0)
        self.assertGreater(overdue, 0, "the days have nothing overdue")
        for what in ("overdue_ever", "early_count", "compensated_count"):
            self.assertTrue(any(row[what] for row in history.values()), f"the days have no {what}")

    def test_bank_interest_is_divided_as_an_independent_script_does(self):
        rows = {row["client"]: [row["day_balances"], row["part"]]
                for row in self.table("bank-interest", *self.period())["rows"]}
        other = json.loads(run(sys.executable, METRICS, self.journal, INTEREST, self.period()[3],
                               self.period()[5]))
        self.assertEqual(rows, other["bank_interest"])
        self.assertEqual(sum(part for _, part in rows.values()), 123457)
        self.assertGreater(len(rows), 10)
        most = max(rows, key=rows.get)

        def received(*at):  # in all its days: the platform pays interest, too
            return sum(row["in"] for row in self.table("client-statement", "--client", most, *at)["rows"]
                       if row["reason"] == "bank_interest")

        self.assertEqual(received() - received("--at", self.before_interest), rows[most][1])

    def test_every_published_figure_has_its_definition(self):
        table = self.table("disclosure")
        names = {d["name"] for d in table["definitions"]} if isinstance(table["definitions"], list) else set(
            table["definitions"])
        for row in table["rows"]:
            self.assertIn("fee" if row["unit"] == "fee" else row["figure"], names)

    def while_overdue(self):
        """Sequences at which something is overdue: the first entry of the day it was received on."""
        days = sorted({row["received_on"] for row in self.table("projects")["rows"]
                       if row["status"] == "late"})
        self.assertGreater(len(days), 0)
        before = [datetime.date.fromisoformat(day) - datetime.timedelta(1) for day in days]
        return [self.table("flows", "--date", day)["journal"]["sequence"] + 1 for day in before[-3:]]

    def test_the_entries_behind_a_figure_add_up_to_it(self):
        rows = self.table("disclosure")["rows"]
        seen = 0
        for row in rows:
            if row["unit"] not in ("amount", "count"):
                continue
            with self.subTest(row["figure"]):
                entries = self.table("disclosure", "--figure", row["figure"])["rows"]
                self.assertEqual(sum(e["change"] for e in entries), row["value"])
                self.assertTrue(all(e["figure"] == row["figure"] for e in entries))
                seen += len(entries)
        self.assertGreater(seen, 100)

    def test_the_tables_agree_with_one_another(self):
        figures = {row["figure"]: row["value"] for row in self.table("disclosure")["rows"]}
        claims = self.table("claims")["rows"]
        self.assertEqual(sum(c["outstanding"] for c in claims), figures["outstanding"])
        clients = self.table("clients")["rows"]
        self.assertEqual(sum(c["owes"] for c in clients), figures["outstanding"])
        trial = json.loads(run(PROGRAMS / "recon", "control", "--journal", self.journal, "--json"))
        control = trial["currencies"][0]
        # Clients' money that nobody has been found for yet is in suspense.
        suspense = sum(a["credits"] - a["debits"] for a in self.table("accounts")["rows"]
                       if a["account"].startswith("suspense:"))
        self.assertEqual(sum(c["total"] for c in clients) + suspense, control["client"])
        ladder = self.table("liquidity")["rows"]
        coverage = next(r for r in ladder if r["record"] == "coverage")
        self.assertEqual(coverage["numerator"], control["bank"] + control["in_transit"])
        self.assertEqual(coverage["denominator"], control["client"])
        holds = self.table("holds")["rows"]
        frozen = sum(h["amount"] for h in holds if h["account"].endswith((":frozen", ":withdrawing")))
        self.assertEqual(frozen, sum(c["frozen"] + c["withdrawing"] for c in clients))
        flows = self.table("flows", "--period", "all")
        moved = sum(row["debits"] for row in self.table("accounts")["rows"])
        self.assertEqual(sum(row["amount"] for row in flows["rows"]), moved)
        self.assertEqual(flows["control_totals"], [{"column": "amount", "currency": "CNY",
                                                    "total": moved}])

    def test_the_entries_behind_a_row_of_flows_add_up_to_it(self):
        rows = collections.Counter()
        for row in self.table("flows")["rows"]:
            rows[row["period"], row["flow"]] += row["amount"]
        seen = 0
        for (month, flow), amount in sorted(rows.items())[:12]:
            first = datetime.date.fromisoformat(month + "-01")
            last = (first + datetime.timedelta(31)).replace(day=1) - datetime.timedelta(1)
            found = self.table("trace", "--flow", flow, "--from", str(first), "--to", str(last))["rows"]
            self.assertEqual(sum(r["amount"] for r in found if r["record"] == "posting"), amount, flow)
            seen += len(found)
        self.assertGreater(seen, 50)
        self.export("trace", "--flow", "jump", code=64)
        for row in self.table("operators")["rows"]:
            if row["record"] == "operator":
                found = self.table("trace", "--operator", row["operator"])["rows"]
                self.assertEqual(sum(r["record"] == "entry" for r in found), row["manual"])

    def test_csv_and_json_say_the_same(self):
        for name in ("accounts", "projects", "disclosure"):
            table = self.table(name)
            text = self.export(name)
            lines = [line for line in text.splitlines(keepends=True) if not line.startswith("#")]
            rows = list(csv.DictReader(lines))
            self.assertEqual(len(rows), len(table["rows"]))
            self.assertEqual(len(rows), table["records"])
            for row, other in zip(rows, table["rows"]):
                for column, value in other.items():
                    if "." in row[column] and isinstance(value, int):
                        self.assertEqual(fen(row[column]), value)
                    else:
                        self.assertEqual(row[column], "" if value is None else str(value))
            self.assertIn(f"# head: {table['journal']['head']}\n", text)
            self.assertTrue(text.endswith("# end\n"))

    def test_the_wind_down_pack_checks_by_sha256sum(self):
        out = self.folder / "pack"
        ask = ["export", "wind-down", "--journal", self.journal, "--out", out]
        run(PROGRAMS / "recon", *ask)
        done = subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=out,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        manifest = json.loads((out / "manifest.json").read_text("utf-8"))
        self.assertEqual(manifest["sequence"], self.entries)
        self.assertEqual({f["file"] for f in manifest["files"]},
                         {p.name for p in out.iterdir()} - {"manifest.json", "SHA256SUMS"})
        self.assertEqual((out / "clients.csv").read_text("utf-8"), self.export("clients"))
        run(PROGRAMS / "recon", *ask, code=64)


if __name__ == "__main__":
    PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
    if "--days" in sys.argv:
        place = sys.argv.index("--days")
        DAYS = int(sys.argv.pop(place + 1))
        sys.argv.pop(place)
    unittest.main(verbosity=2)
