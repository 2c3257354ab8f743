#!/usr/bin/env python3
"""escrowctl statement detect and show: what a bank's engineer sees, in text and JSON, and the exit codes.

    statement_command_test.py FOLDER_OF_PROGRAMS
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAMS = pathlib.Path()

BAI2 = ("01,BANK,ME,240629,0300,7,80,,2/\n02,ME,BANK,1,240628,2400,EUR,2/\n"
        "03,4711,,010,1000,,,015,1500,,/\n16,165,500,,,,PAID/\n49,3000,3/\n98,3000,1,5/\n99,3000,1,7/\n")
CSV = "Datum;Betrag;Saldo;Text\n13.06.2024;-1,50;98,50;FEE\n14.06.2024;1.000,00;1.098,50;\"SALE; X\"\n"
OFX = ("OFXHEADER:100\nVERSION:102\n\n<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>9</BANKACCTFROM>"
       "<BANKTRANLIST><DTSTART>{0}01<DTEND>{0}30{1}</BANKTRANLIST><LEDGERBAL><BALAMT>{2}"
       "<DTASOF>{0}30</LEDGERBAL></STMTRS></OFX>")
ENTRY = "<STMTTRN><DTPOSTED>20240610<TRNAMT>-40<FITID>1</STMTTRN>"


class StatementCommand(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def file(self, name, text):
        path = pathlib.Path(self.folder.name, name)
        path.write_text(text, "utf-8")
        return str(path)

    def run_it(self, *arguments, code=0):
        done = subprocess.run([PROGRAMS / "escrowctl", "statement", *arguments], capture_output=True,
                              text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def shown(self, *arguments, code=0):
        return [json.loads(line) for line in self.run_it("show", "--json", *arguments, code=code).stdout.splitlines()]

    def test_detection_tells_format_and_encoding_with_evidence(self):
        out = self.run_it("detect", self.file("a.bai", BAI2), self.file("b.csv", CSV)).stdout
        self.assertIn("format    BAI2: the first record is a file header 01 of 240629", out)
        self.assertIn("encoding  ASCII: no byte above 0x7f", out)
        self.assertIn("booking_date = 'Datum'", out)
        unknown = self.run_it("detect", "--json", self.file("c.txt", "hello\n"), code=1)
        self.assertEqual(json.loads(unknown.stdout)["format"], "unknown")

    def test_a_proved_file_is_shown_in_both_forms(self):
        path = self.file("a.bai", BAI2)
        self.assertIn("verdict   PROVED", self.run_it("show", path).stdout)
        shown, = self.shown("--entries", path)
        self.assertEqual(shown["verdict"], "PROVED: 1 of 1 statement(s)")
        self.assertIsNone(shown["error"])
        statement, = shown["statements"]
        self.assertEqual(statement["account"], "4711")
        self.assertEqual(statement["opening"], {"amount": "10.00", "currency": "EUR", "code": "010",
                                                "date": "2024-06-28"})
        self.assertEqual((statement["credit_count"], statement["credit_sum"]), (1, "5.00"))
        self.assertEqual(statement["entry_list"][0]["remittance"], "PAID")
        self.assertEqual(statement["entry_list"][0]["line"], 4)

    def test_an_unproved_file_and_a_wrong_total_exit_with_one(self):
        shown, = self.shown(self.file("a.bai", BAI2.replace("015,1500", "015,1505")), code=1)
        statement, = shown["statements"]
        self.assertEqual((statement["verdict"], statement["difference"]), ("UNPROVED", "0.05"))
        issue = statement["issues"][0]
        self.assertEqual((issue["code"], issue["field"], issue["line"], issue["offset"]),
                         ("control_total_mismatch", "49/control total", 5, BAI2.index("49,3000")))
        shown, = self.shown(self.file("b.bai", BAI2.replace("99,3000,1,7", "99,3000,2,7")), code=1)
        self.assertEqual(shown["error"]["code"], "control_total")
        self.assertEqual(shown["error"]["field"], "99/groups")

    def test_csv_is_read_by_its_dialect(self):
        path = self.file("b.csv", CSV)
        shown, = self.shown(path)
        self.assertEqual(shown["statements"][0]["verdict"], "PROVED")
        dialect = self.file("d.toml", "name = \"x\"\nseparator = \";\"\ndecimal = \",\"\ndates = [\"DD.MM.YYYY\"]\n"
                                      "[columns]\nbooking_date = \"Datum\"\namount = \"Betrag\"\n")
        shown, = self.shown("--dialect", dialect, path)
        self.assertEqual(shown["statements"][0]["format"], "CSV x")
        self.assertEqual(shown["statements"][0]["verdict"], "NOT PROVABLE")
        bad = self.file("e.toml", "colour = 1\n")
        self.assertIn("line 1, colour: unknown key", self.run_it("show", "--dialect", bad, path, code=64).stderr)

    def test_chained_files_prove_each_other(self):
        may = self.file("may.ofx", OFX.format("202405", "", "100"))
        june = self.file("june.ofx", OFX.format("202406", ENTRY, "60"))
        self.assertEqual([f["statements"][0]["verdict"] for f in self.shown(may, june)], ["NOT PROVABLE"] * 2)
        self.assertEqual([f["statements"][0]["verdict"] for f in self.shown("--chain", may, june)],
                         ["NOT PROVABLE", "PROVED"])
        wrong = self.file("wrong.ofx", OFX.format("202406", "", "60"))
        shown = self.shown("--chain", may, wrong, code=1)
        self.assertEqual(shown[1]["statements"][0]["difference"], "-40.00")

    def test_a_format_that_is_named_is_not_detected(self):
        shown, = self.shown("--format", "OFX", self.file("a.bai", BAI2), code=1)
        self.assertEqual(shown["error"]["code"], "not_this_format")
        self.run_it("show", "--format", "XLS", self.file("a.bai", BAI2), code=64)
        self.run_it("show", str(pathlib.Path(self.folder.name, "absent")), code=1)


if __name__ == "__main__":
    PROGRAMS = pathlib.Path(sys.argv.pop(1)).absolute()
    unittest.main()
