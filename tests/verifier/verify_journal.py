#!/usr/bin/env python3
"""Verifies an exported journal, independently of the program that wrote it.

Written from ENTRY_FORMAT.md and JOURNAL_FORMAT.md alone, on Python's standard library alone. It
recomputes the hash chain, the Merkle root, balances, the four counters of every account, holds,
projects, claims and the trial balance, and compares cut-offs with them.

    verify_journal.py FILE [--expect-entries N] [--expect-head HEX] [--expect-root HEX] [--json]
    verify_journal.py FILE --accounts            the counters of every account, too
    verify_journal.py FILE --mutations LIST      see mutations() below

Exit codes: 0 the journal is sound, 2 it is not (the first bad sequence is named), 64 usage.
"""

import argparse
import hashlib
import json
import sys

from books import Books
from entry_format import (ADOPT, APPROVED, CAPTURE, CODE, CUT_OFFS, EXPIRED, FEES, GENESIS, HOLDS,
                          OPEN, OPERATORS, OWNERS, POSTINGS, PROFILE_FIELD, PROFILES, PROPOSAL_FIELD,
                          PROPOSAL_STEPS, PROPOSALS, PROPOSED, PROPOSED_FIELD, RETURNED, REFUSALS,
                          RELEASE, REOPEN, REVERSAL_APPROVE, REVERSALS, U16, U32, U64, Bad, Entry, field_of,
                          is_canonical_command, need)

MAGIC = b"escrow-journal/1"


class Tree:
    """RFC 6962: the roots of the full subtrees, largest first."""

    def __init__(self):
        self.size = 0
        self.edge = []

    def append(self, entry):
        node = hashlib.sha256(b"\0" + entry).digest()
        bits = self.size
        while bits & 1:
            node = hashlib.sha256(b"\1" + self.edge.pop() + node).digest()
            bits >>= 1
        self.edge.append(node)
        self.size += 1

    def root(self):
        if not self.edge:
            return hashlib.sha256().digest()
        node = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            node = hashlib.sha256(b"\1" + left + node).digest()
        return node


# --- the journal -----------------------------------------------------------------------------


class Report:
    def __init__(self):
        self.entries = self.postings = self.refused = self.cut_offs = 0
        self.head = bytes(32)
        self.root = None
        self.bad = None  # (sequence, why)


class Verifier:
    def __init__(self, data, entries=None, head=None, root=None):
        self.data = data
        self.expected = (entries, head, root)
        self.books = Books()
        self.tree = Tree()
        self.report = Report()
        self.time = None
        self.command_ids = set()
        self.proposed = {}  # command id: flow, expires, maker and body, until it is decided
        self.past = []  # (hash, offset, size) of entry n + 1

    def run(self):
        report = self.report
        try:
            self.read_records()
            self.books.check_whole()
        except Bad as bad:
            sequence = getattr(bad, "sequence", report.entries + 1)
            report.bad = (sequence, str(bad))
        report.root = self.tree.root()
        return report

    def read_records(self):
        data, report = self.data, self.report
        need(data[:16] == MAGIC and len(data) >= 56, "header: not an escrow-journal/1 file")
        need(data[16:56] == U64.pack(1) + bytes(32), "header: not a whole journal")
        at, end = 56, len(data)
        while at < end:
            need(at + 4 <= end, "truncated")
            size, = U32.unpack_from(data, at)
            start, stop = at + 4, at + 4 + size
            need(stop + 32 <= end, "truncated")
            entry, stored = data[start:stop], data[stop:stop + 32]
            need(hashlib.sha256(report.head + entry).digest() == stored, "hash")
            self.take(entry)
            self.past.append((stored, start, size))
            self.tree.append(entry)
            report.head = stored
            report.entries += 1
            self.compare()
            at = stop + 32
        self.compare_end()

    def compare(self):
        entries, head, root = self.expected
        if entries == self.report.entries:
            self.need_at_end(head is None or head == self.report.head, "checkpoint: another head")
            self.need_at_end(root is None or root == self.tree.root(),
                             "checkpoint: another tree root")

    def compare_end(self):
        entries, head, root = self.expected
        if entries is not None:
            need(self.report.entries >= entries,
                 f"missing: the journal ends after {self.report.entries} of {entries} entries")
            return
        self.need_at_end(head is None or head == self.report.head, "checkpoint: another head")
        self.need_at_end(root is None or root == self.tree.root(), "checkpoint: another tree root")

    def need_at_end(self, condition, why):
        if not condition:
            bad = Bad(why)
            bad.sequence = self.report.entries
            raise bad

    def take(self, data):
        entry = Entry(data)
        report, books = self.report, self.books
        sections = entry.sections
        number = report.entries + 1
        need(entry.sequence == number, "sequence")
        need(self.time is None or entry.time > self.time, "time")
        need((entry.flow == GENESIS) == (number == 1), "genesis")
        if number == 1:
            need(not entry.refused and entry.refusal == 0 and entry.business_date != 0
                 and PROFILES in sections and len(sections[PROFILES]) == 1
                 and set(sections) <= {OWNERS, PROFILES}, "genesis")
        else:
            need(entry.profile_version == books.profile_version, "profile version")
            need(entry.business_date == books.business_date, "business date")
        need(CODE(entry.command_id), "command id")
        need(entry.command_id not in self.command_ids, "command id: used before")
        need(is_canonical_command(entry.command), "command: not in canonical form")
        if entry.refused:
            need(entry.refusal in REFUSALS and not sections, "outcome")
            report.refused += 1
        else:
            need(entry.refusal == 0, "outcome")
            self.check_cut_off(sections.get(CUT_OFFS, ()))
            self.check_reversal(sections.get(REVERSALS, ()), entry)
            self.check_proposal(sections.get(PROPOSALS, ()), entry)
            if number > 1:
                self.check_profile(sections.get(PROFILES, ()), entry)
            books.apply(entry)
            for cut in sections.get(CUT_OFFS, ()):
                books.business_date = cut[1]
                report.cut_offs += 1
        self.command_ids.add(entry.command_id)
        self.time = entry.time
        report.postings += len(sections.get(POSTINGS, ()))

    @staticmethod
    def check_profile(records, entry):
        adopts = not entry.refused and entry.effective_flow() == ADOPT
        need(len(records) == adopts, "profile: adopted by another flow")
        for _, _, text in records:
            need(text == field_of(entry.effective_body(), PROFILE_FIELD),
                 "profile: not the one of the command")

    def check_cut_off(self, records):
        need(len(records) <= 1, "cut-off: more than one")
        for closed, opened, head, size, root, totals in records:
            need(head == self.report.head, "cut-off: head")
            need(size == self.report.entries, "cut-off: tree size")
            need(root == self.tree.root(), "cut-off: tree root")
            need(totals == self.books.trial_balance(), "cut-off: trial balance")
            need(closed == self.books.business_date and opened > closed, "cut-off: date")

    def check_reversal(self, records, entry):
        need(len(records) <= 1, "reversal: more than one")
        proposals = self.books.proposals
        for op, target, flow, digest, proposal, maker in records:
            need(1 <= target <= len(self.past), "reversal: names no earlier entry")
            stored, at, size = self.past[target - 1]
            target_entry = Entry(self.data[at:at + size])
            need((stored, target_entry.effective_flow()) == (digest, flow),
                 "reversal: another target")
            if op == RETURNED:
                need(proposal == entry.command_id, "reversal: proposal")
                need(target not in self.books.reversed, "reversal: an entry is reversed twice")
                self.books.reversed.add(target)
                continue
            if op == PROPOSED:
                need((proposal, maker) == (entry.command_id, entry.operator), "reversal: proposal")
                proposals[proposal] = (target, digest, maker)
                continue
            need(proposals.pop(proposal, None) == (target, digest, maker),
                 "reversal: not what was proposed")
            if op == APPROVED:
                need(maker != entry.operator, "reversal: approved by its maker")
                need(target not in self.books.reversed, "reversal: an entry is reversed twice")
                self.books.reversed.add(target)
                self.check_inverse(target_entry.sections, entry.sections)

    def check_proposal(self, steps, entry):
        """Proposed by one operator, approved by another, before its end; and nothing before."""
        op = PROPOSAL_STEPS.get(entry.flow)
        need([step[0] for step in steps] == ([op] if op else []), "proposal: not of this flow")
        if not op:
            need(not self.books.needs_two_operators(entry), "two operators: done by one")
            moves = entry.authority == OPERATORS and POSTINGS in entry.sections
            need(not moves or entry.flow == REVERSAL_APPROVE, "two operators: done by one")
        for op, flow, expires, proposal, maker, body in steps:
            if op != APPROVED:
                need(set(entry.sections) == {PROPOSALS}, "proposal: has effects")
            if op == PROPOSED:
                need((proposal, maker) == (entry.command_id, entry.operator) and maker,
                     "proposal: of somebody else")
                need(flow not in PROPOSAL_STEPS and is_canonical_command(body)
                     and U16.pack(flow) + body == field_of(entry.command, PROPOSED_FIELD),
                     "proposal: not the proposed command")
                need(expires == 0 or expires >= entry.business_date, "proposal: over at once")
                self.proposed[proposal] = (flow, expires, maker, body)
                continue
            need(self.proposed.pop(proposal, None) == (flow, expires, maker, body)
                 and field_of(entry.command, PROPOSAL_FIELD) == proposal,
                 "proposal: not what was proposed")
            over = 0 < expires < entry.business_date
            need(over or op != EXPIRED, "proposal: is not over")
            if op == APPROVED:
                need(entry.operator not in (b"", maker), "proposal: approved by its maker")
                need(not over, "proposal: approved after its end")

    @staticmethod
    def check_inverse(before, after):
        need([(c, d, amount, 4) for d, c, amount, _ in before.get(POSTINGS, ())]
             == [p for p in after.get(POSTINGS, ()) if p[3] == 4], "reversal: not the inverse")
        inverse = {OPEN: RELEASE, REOPEN: RELEASE, CAPTURE: REOPEN, RELEASE: REOPEN}
        need([(inverse[h[0]],) + h[1:] for h in before.get(HOLDS, ())]
             == after.get(HOLDS, []), "reversal: not the inverse")
        need([(3 - f[0],) + f[1:] for f in before.get(FEES, ())]
             == after.get(FEES, []), "reversal: not the inverse")


# --- command line ----------------------------------------------------------------------------


def mutations(data, path, entries, head, root):
    """Prints, for every line of the list, the first bad sequence of the file it describes, or 0.

    A line is "#..." or has, after the first two words, the pieces of which the file is made:
    a:FROM:TO is a slice of FILE, b:FROM:TO of FILE's neighbour named in a line "# b=PATH",
    x:HEX are literal bytes.
    """
    sources = {"a": data}
    found = 0
    for line in open(path, encoding="ascii"):
        if line.startswith("#"):
            if line.startswith("# b="):
                with open(line[4:].strip(), "rb") as file:
                    sources["b"] = file.read()
            continue
        mutated = bytearray()
        for piece in line.split()[2:]:
            source, _, rest = piece.partition(":")
            if source == "x":
                mutated += bytes.fromhex(rest)
            else:
                start, _, stop = rest.partition(":")
                mutated += sources[source][int(start):int(stop)]
        report = Verifier(bytes(mutated), entries, head, root).run()
        found += report.bad is not None
        print(report.bad[0] if report.bad else 0)
    return found


def money(value):
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value)}"


def as_dict(verifier, accounts):
    report = verifier.report
    result = {
        "ok": report.bad is None,
        "entries": report.entries,
        "refused": report.refused,
        "postings": report.postings,
        "cut_offs": report.cut_offs,
        "accounts": len(verifier.books.accounts) - 1,
        "projects": len(verifier.books.projects) - 1,
        "open_holds": len(verifier.books.holds),
        "head": report.head.hex(),
        "tree_root": report.root.hex(),
        "trial_balance": [
            {"class": number, "currency": currency.decode(), "debits": debits, "credits": credits}
            for number, currency, debits, credits in verifier.books.trial_balance()
        ],
    }
    if report.bad:
        result["first_bad_sequence"], result["why"] = report.bad
    if accounts:
        result["balances"] = [
            {"account": a.name.decode(), "debits_posted": a.debits, "credits_posted": a.credits,
             "debits_pending": a.debits_pending, "credits_pending": a.credits_pending,
             "balance": a.balance()}
            for a in verifier.books.accounts[1:]
        ]
    return result


def print_text(result):
    print(f"entries {result['entries']}  refused {result['refused']}  "
          f"postings {result['postings']}  cut-offs {result['cut_offs']}")
    print(f"accounts {result['accounts']}  projects {result['projects']}  "
          f"open holds {result['open_holds']}")
    print(f"head {result['head']}\nroot {result['tree_root']}")
    print(f"\n{'class':>6} {'currency':>8} {'debits':>20} {'credits':>20}")
    sums = {}
    for line in result["trial_balance"]:
        print(f"{line['class']:>6} {line['currency']:>8} {money(line['debits']):>20} "
              f"{money(line['credits']):>20}")
        total = sums.setdefault(line["currency"], [0, 0])
        total[0] += line["debits"]
        total[1] += line["credits"]
    for currency, (debits, credits) in sums.items():
        print(f"{'sum':>6} {currency:>8} {money(debits):>20} {money(credits):>20}")
    for line in result.get("balances", ()):
        print(f"{line['account']:40} {line['balance']:>20}  posted {line['debits_posted']} / "
              f"{line['credits_posted']}  pending {line['debits_pending']} / "
              f"{line['credits_pending']}")
    if result["ok"]:
        print("\nOK")
    else:
        print(f"\nBAD at sequence {result['first_bad_sequence']}: {result['why']}")


class Arguments(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(64, f"{self.prog}: {message}\n")


def digest(text):
    value = bytes.fromhex(text)
    if len(value) != 32:
        raise ValueError
    return value


def main():
    parser = Arguments(description="Verifies an exported journal.")
    parser.add_argument("file")
    parser.add_argument("--expect-entries", type=int, help="length kept in a checkpoint")
    parser.add_argument("--expect-head", type=digest, help="chain hash kept in a checkpoint")
    parser.add_argument("--expect-root", type=digest, help="tree root kept in a checkpoint")
    parser.add_argument("--accounts", action="store_true", help="print every account")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--mutations", help="verify many altered copies of the file")
    options = parser.parse_args()
    try:
        with open(options.file, "rb") as file:
            data = file.read()
    except OSError as error:
        parser.error(str(error))
    expected = (options.expect_entries, options.expect_head, options.expect_root)
    if options.mutations:
        mutations(data, options.mutations, *expected)
        return 0
    verifier = Verifier(data, *expected)
    verifier.run()
    result = as_dict(verifier, options.accounts)
    if options.json:
        print(json.dumps(result, indent=1))
    else:
        print_text(result)
    return 0 if result["ok"] else 2


if __name__ == "__main__":
    sys.exit(main())
