#!/usr/bin/env python3
"""Tests of verify_journal.py: what it accepts, what it names, how it exits.

    test_verify_journal.py JOURNAL_MUTATIONS
"""

import hashlib
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import unittest

import books
import verify_journal
from entry_format import (CUT_OFFS, FLOWS, HOLDS, POSTINGS, PROFILES, PROPOSALS, REFUSALS, Bad,
                          Entry)

PROGRAM = pathlib.Path(sys.argv.pop()) if len(sys.argv) > 1 else None
SCRIPT = pathlib.Path(verify_journal.__file__)
PAGE = SCRIPT.parents[2] / "ledger" / "domain" / "ENTRY_FORMAT.md"


def split(data):
    """The entries of an exported journal."""
    at, entries = 56, []
    while at < len(data):
        size, = struct.unpack_from("<I", data, at)
        entries.append(data[at + 4:at + 4 + size])
        at += 4 + size + 32
    return entries


def seal(entries):
    """A journal of these entries in which every hash fits."""
    head, out = bytes(32), [b"escrow-journal/1", struct.pack("<Q", 1), bytes(32)]
    for entry in entries:
        head = hashlib.sha256(head + entry).digest()
        out += [struct.pack("<I", len(entry)), entry, head]
    return b"".join(out)


class Stub:
    """As much of an entry as the books ask for."""

    def __init__(self, flow, sections, command=b""):
        self.flow, self.sections, self.command = flow, sections, command

    def effective_flow(self):
        return self.flow


class VerifyJournal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        subprocess.run([PROGRAM, cls.folder.name, "1", "20240630", "600"], check=True)
        cls.path = pathlib.Path(cls.folder.name, "a.journal")
        cls.data = cls.path.read_bytes()
        cls.entries = split(cls.data)
        checkpoint = pathlib.Path(cls.folder.name, "checkpoint").read_text("ascii").split()
        cls.head, cls.root = (bytes.fromhex(text) for text in checkpoint[1:])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def bad(self, data, **expected):
        return verify_journal.Verifier(data, **expected).run().bad

    def find(self, tag, accept=lambda entry: True):
        for number, data in enumerate(self.entries, 1):
            entry = Entry(data)
            if tag in entry.sections and accept(entry):
                return number
        self.fail("the sample has no such entry")

    def forge(self, number, old, new):
        """The journal with bytes of one entry replaced, once, and all hashes computed anew."""
        entries = list(self.entries)
        self.assertIn(old, entries[number - 1])
        entries[number - 1] = entries[number - 1].replace(old, new, 1)
        return seal(entries)

    def test_accepts_a_journal_of_the_real_flows(self):
        report = verify_journal.Verifier(self.data).run()
        self.assertIsNone(report.bad)
        self.assertEqual((report.entries, report.head, report.root),
                         (600, self.head, self.root))
        self.assertGreater(report.cut_offs, 2)

    def test_sealing_anew_gives_the_same_journal(self):
        self.assertEqual(seal(self.entries), self.data)

    def test_missing_end_is_the_first_missing_sequence(self):
        short = seal(self.entries[:-3])
        self.assertIsNone(self.bad(short))
        self.assertEqual(self.bad(short, entries=600, head=self.head)[0], 598)
        self.assertIsNotNone(self.bad(short, head=self.head))

    def test_longer_journal_agrees_with_an_earlier_checkpoint(self):
        head = verify_journal.Verifier(seal(self.entries[:400])).run().head
        self.assertIsNone(self.bad(self.data, entries=400, head=head))
        self.assertEqual(self.bad(self.data, entries=400, head=self.head)[0], 400)

    def test_amount_forged_in_a_posting_breaks_the_books(self):
        number = self.find(HOLDS, lambda e: e.flow == 20)
        amount = struct.pack("<q", Entry(self.entries[number - 1]).sections[POSTINGS][0][2])
        whole = self.entries[number - 1]
        at = whole.rindex(b"\1\1\0\0\0", 0, whole.rindex(amount))  # the section of postings
        entries = list(self.entries)
        entries[number - 1] = whole[:at + 21] + struct.pack("<q", 1) + whole[at + 29:]
        self.assertEqual(self.bad(seal(entries)),
                         (number, "a balance differs from its holds"))

    def test_trial_balance_forged_in_a_cut_off_is_found(self):
        number = self.find(CUT_OFFS)
        total = next(t for t in Entry(self.entries[number - 1]).sections[CUT_OFFS][0][5] if t[2])
        old = total[2].to_bytes(16, "little")
        bad = self.bad(self.forge(number, old, (total[2] + 1).to_bytes(16, "little")))
        self.assertEqual(bad, (number, "cut-off: trial balance"))

    def test_removed_entry_is_found_though_hashes_fit(self):
        self.assertEqual(self.bad(seal(self.entries[:49] + self.entries[50:])), (50, "sequence"))

    def test_repeated_command_id_is_found(self):
        bad = self.bad(self.forge(31, b"\3c30", b"\3c29"))
        self.assertEqual(bad, (31, "command id: used before"))

    def test_approval_by_the_maker_is_found(self):
        number = self.find(8, lambda e: e.flow == 271)
        # The operator stands in the header and in the command; the maker only in the section.
        forged = self.forge(number, b"\5boris", b"\4anna")
        self.assertEqual(self.bad(forged), (number, "reversal: approved by its maker"))

    def test_proposal_approved_by_its_maker_is_found(self):
        number = self.find(PROPOSALS, lambda e: e.flow == 901)
        forged = self.forge(number, b"\5boris", b"\4anna")
        self.assertEqual(self.bad(forged), (number, "proposal: approved by its maker"))

    def test_proposal_of_another_command_is_found(self):
        number = self.find(PROPOSALS, lambda e: e.flow == 900)
        body = Entry(self.entries[number - 1]).sections[PROPOSALS][0][5]
        at = self.entries[number - 1].rindex(body)
        entries = list(self.entries)
        # The amount is the body's second to last field; one more fen in the section only.
        whole = bytearray(entries[number - 1])
        whole[at + body.index(b"\4\x08\0") + 3] ^= 1
        entries[number - 1] = bytes(whole)
        self.assertEqual(self.bad(seal(entries)), (number, "proposal: not the proposed command"))

    def test_effects_without_an_approval_are_found(self):
        number = self.find(PROPOSALS, lambda e: e.flow == 901)
        forged = self.forge(number, struct.pack("<H", 901), struct.pack("<H", 20))
        self.assertEqual(self.bad(forged), (number, "proposal: not of this flow"))

    def genesis(self):
        found = books.Books()
        found.apply(Entry(self.entries[0]))
        return found

    def test_restricted_money_leaves_only_where_the_profile_lets_it(self):
        found = self.genesis()
        money = books.Account(b"a:available", 2001, b"CNY", False, False, [0, 0])
        money.debits, money.credits, money.debits_pending = 4, 10, 6
        found.accounts.append(money)
        posting = (len(found.accounts) - 1, 1, 4, 0)
        found.check_restrictions(Stub(60, {POSTINGS: [posting]}))
        money.debits_pending = 7
        found.check_restrictions(Stub(60, {POSTINGS: [(1, posting[0], 4, 0)]}))  # comes in
        found.check_restrictions(Stub(292, {POSTINGS: [posting]}))  # judicial_catch
        with self.assertRaisesRegex(Bad, "restricted"):
            found.check_restrictions(Stub(60, {POSTINGS: [posting]}))

    def test_later_profile_keeps_what_is_in_the_books(self):
        (version, name, text), = Entry(self.entries[0]).sections[PROFILES]

        def adopt(flow=5, old=b"version = 1", new=b"version = 2", more=b""):
            found = self.genesis()
            changed = text.replace(old, new, 1) + more
            found.adopt([(2, name, changed)], Stub(flow, {}), None)
            return found

        self.assertEqual(version, 1)
        self.assertEqual(adopt().profile_version, 2)
        row = b'\n[[classes]]\nnumber = 9999\nname = "more"\ngroup = "client"\n'
        self.assertEqual(adopt(more=row).totals[9999, b"CNY"], [0, 0])
        with self.assertRaisesRegex(Bad, "another flow"):
            adopt(flow=20)
        with self.assertRaisesRegex(Bad, "name or version"):
            adopt(new=b"version = 3")
        with self.assertRaisesRegex(Bad, "changes what is in the books"):
            adopt(more=row.replace(b"9999", b"1005"))
        again = adopt()
        with self.assertRaisesRegex(Bad, "not a later version"):
            again.adopt([(2, name, text.replace(b"version = 1", b"version = 2", 1))], Stub(5, {}),
                        None)

    def test_flow_of_two_operators_is_not_done_by_one(self):
        found = self.genesis()
        self.assertTrue(found.needs_two_operators(Stub(411, {})))  # unfreeze
        self.assertFalse(found.needs_two_operators(Stub(20, {})))
        found.one_operator["deposit"] = (False, 500)
        for amount, expected in ((500, False), (501, True)):
            command = b"\4\x08\0" + struct.pack("<q", amount)
            self.assertEqual(found.needs_two_operators(Stub(20, {}, command)), expected)

    def test_codes_are_those_of_the_page(self):
        page = PAGE.read_text("utf-8")
        rows = re.findall(r"^\| (\d+) \| (\w+) \|$", page[page.index("### Flows"):], re.MULTILINE)
        self.assertEqual({int(n): name for n, name in rows if name.islower()}, FLOWS)
        self.assertEqual({int(n) for n, name in rows if name.isupper()}, REFUSALS)

    def test_example_of_the_page_is_decoded(self):
        page = PAGE.read_text("utf-8")
        lines = page[page.index("```hex") + 7:].split("```")[0].splitlines()
        entry = Entry(bytes.fromhex("".join(line.partition("#")[0] for line in lines)))
        self.assertEqual((entry.flow, entry.sequence, entry.command_id), (20, 5, b"D-1"))
        self.assertEqual(entry.sections[POSTINGS], [(15, 12, 123450, 0)])

    def run_script(self, *arguments):
        return subprocess.run([sys.executable, SCRIPT, *arguments], text=True,
                              capture_output=True, check=False)

    def test_exit_codes(self):
        self.assertEqual(self.run_script(self.path).returncode, 0)
        damaged = pathlib.Path(self.folder.name, "damaged")
        damaged.write_bytes(self.data[:-1])
        result = self.run_script(damaged)
        self.assertEqual(result.returncode, 2)
        self.assertIn("BAD at sequence 600: truncated", result.stdout)
        self.assertEqual(self.run_script(self.folder.name + "/none").returncode, 64)
        self.assertEqual(self.run_script(self.path, "--expect-head", "abc").returncode, 64)

    def test_json_has_the_trial_balance(self):
        result = json.loads(self.run_script(self.path, "--json", "--accounts").stdout)
        self.assertTrue(result["ok"])
        self.assertEqual(result["head"], self.head.hex())
        lines = result["trial_balance"]
        self.assertEqual(sum(line["debits"] for line in lines),
                         sum(line["credits"] for line in lines))
        self.assertEqual(len(result["balances"]), result["accounts"])


if __name__ == "__main__":
    unittest.main()
