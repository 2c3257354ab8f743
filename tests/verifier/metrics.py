#!/usr/bin/env python3
"""Disclosure and credit history of an exported journal, computed from the pages alone
(ENTRY_FORMAT.md, recon/EXPORT_FORMAT.md), as JSON. Shares nothing with the programs.

    metrics.py JOURNAL [ORDER FROM TO]

With an order of bank_interest and a period, also how it is divided.
Unlike them it does not fold along: it writes down what happened to each loan and looks at the dates
afterwards. One currency.
"""

import datetime
import json
import struct
import sys
import tomllib
from fractions import Fraction

import entry_format as ef

HEADER = 16 + 8 + 32
RELATED_PARTY = 2


def day_of(value):
    return datetime.date(value // 10000, value // 100 % 100, value % 100)


class Loan:
    def __init__(self, code, borrower, schedule):
        self.code, self.borrower = code, borrower
        self.schedule = [(day_of(due), principal, interest) for due, principal, interest in schedule]
        self.lent = self.trades = 0
        self.repaid = self.compensated_principal = self.recovered = 0
        self.claims = {}    # holder: principal outstanding
        self.paid = []      # (instalment, principal, interest, [day received])
        self.void_from, self.early_day = None, None
        self.guarantor_paid, self.reserve_paid = [], []
        self.last_paid = None

    def outstanding(self):
        return self.lent - self.repaid + self.compensated_principal - self.recovered

    def live(self):
        """Instalments that are owed: (number, due, principal, interest)."""
        if not self.lent:
            return
        for number, row in enumerate(self.schedule, 1):
            if self.void_from is None or number < self.void_from:
                yield (number, *row)

    def received(self, number, day):
        """What lenders have of an instalment by a day, and when they had the last of it."""
        got = [p for p in self.paid if p[0] == number and p[3] and p[3][0] <= day]
        return (sum(p[1] for p in got), sum(p[2] for p in got), max((p[3][0] for p in got), default=None))

    def overdue(self, today):
        """(amount, days) due before today and not received."""
        amount, days = 0, 0
        for number, due, principal, interest in self.live():
            if due < today:
                had = self.received(number, today)
                missing = principal + interest - had[0] - had[1]
                if missing:
                    amount += missing
                    days = max(days, (today - due).days)
        return amount, days

    def late_days(self, today):
        """Of every instalment that was ever late: (due, days)."""
        if not self.lent:
            return
        for number, (due, principal, interest) in enumerate(self.schedule, 1):
            had = self.received(number, today)
            end = had[2] if had[0] + had[1] == principal + interest else None
            if end is None:
                void = self.void_from is not None and number >= self.void_from
                end = self.early_day if void else today
            if end > due:
                yield due, (end - due).days


class Reading:
    """The journal as lists of what happened."""

    def __init__(self, data):
        self.loans, self.owners = [None], [None]  # numbers count from 1
        self.kinds, self.fee_rules = {}, []
        self.account_owner, self.account_name = [None], [None]
        self.balance = {}                # credits less debits of clients' accounts
        self.transit = {}                # open deposit holds: number: [beneficiary, remaining]
        self.interest = {}               # order: what the bank paid
        self.closings = {}               # owner: {day: settled balance at its close}
        self.waiting = []                # [set of holds, list to put the day into]
        self.lenders, self.borrowers = set(), set()
        self.day = None
        at = HEADER
        while at < len(data):
            size, = struct.unpack_from("<I", data, at)
            entry = ef.Entry(data[at + 4:at + 4 + size])
            at += 4 + size + 32
            self.day = day_of(entry.business_date)
            if not entry.refused:
                self.take(entry.sections)

    def take(self, sections):
        for _, _, text in sections.get(ef.PROFILES, ()):
            profile = tomllib.loads(text.decode())
            self.fee_rules = profile.get("fee_rules", [])
            for kind in profile["kinds"]:
                self.kinds[kind["name"].encode()] = kind.get("structural", False)
        for _, _, flags, _, kind, code, names in sections.get(ef.OWNERS, ()):
            self.owners.append([code.decode(), flags, kind])
            for _, suffix in names:
                self.account_owner.append(len(self.owners) - 1)
                self.account_name.append(suffix)
        for record in sections.get(ef.PROJECTS, ()):
            self.loans.append(Loan(record[4].decode(), record[1], record[5]))
        for debit, credit, amount, _ in sections.get(ef.POSTINGS, ()):
            self.balance[debit] = self.balance.get(debit, 0) - amount
            self.balance[credit] = self.balance.get(credit, 0) + amount
        for record in sections.get(ef.HOLDS, ()):
            self.hold(record)
        self.note_closings(sections)
        for record in sections.get(ef.CLAIMS, ()):
            self.claim(*record)
        for number, instalment, principal, interest in sections.get(ef.PAID, ()):
            received = []
            self.loans[number].paid.append((instalment, principal, interest, received))
            open_deposits = self.payers_deposits(sections)
            if open_deposits:
                self.waiting.append((open_deposits, received))
            else:
                received.append(self.day)
        for record in sections.get(ef.VOIDED, ()):
            self.loans[record[0]].void_from = record[1]
            self.loans[record[0]].early_day = self.day
        for number, flags, *_ in sections.get(ef.OWNER_CHANGES, ()):
            self.owners[number][1] = flags

    def hold(self, record):
        op, kind, number, _, beneficiary, _, _, amount = record[:8]
        if kind == ef.INTEREST and op == ef.OPEN:
            self.interest[record[8]] = amount
        if kind != ef.DEPOSIT_TRANSIT:
            return
        row = self.transit.setdefault(number, [beneficiary, 0])
        row[1] += amount if op in (ef.OPEN, ef.REOPEN) else -amount
        if row[1] == 0:
            del self.transit[number]
            for deposits, received in self.waiting:
                deposits.discard(number)
                if not deposits and not received:
                    received.append(self.day)
            self.waiting = [w for w in self.waiting if w[0]]

    def note_closings(self, sections):
        """What the clients of an entry have after it, but for what the bank has not settled."""
        accounts = [a for posting in sections.get(ef.POSTINGS, ()) for a in posting[:2]]
        accounts += [h[4] for h in sections.get(ef.HOLDS, ()) if h[1] == ef.DEPOSIT_TRANSIT]
        for owner in {self.account_owner[a] for a in accounts}:
            if self.kinds[self.owners[owner][2]]:
                continue
            own = {i for i, of in enumerate(self.account_owner) if of == owner}
            unsettled = sum(left for to, left in self.transit.values() if to in own)
            has = sum(self.balance.get(i, 0) for i in own) - unsettled
            self.closings.setdefault(owner, {})[self.day] = max(0, has)

    def payers_deposits(self, sections):
        payers = {h[4] for h in sections.get(ef.HOLDS, ()) if h[1] == ef.REPAYMENT}
        if not payers:
            owners = {self.account_owner[p[0]] for p in sections[ef.POSTINGS]}
            payers = {i for i, owner in enumerate(self.account_owner)
                      if owner in owners and self.account_name[i] == b"available"}
        found = set()
        for payer in payers:
            mine = {n for n, (to, _) in self.transit.items() if to == payer}
            if self.balance.get(payer, 0) < sum(self.transit[n][1] for n in mine):
                found |= mine
        return found

    def claim(self, op, number, holder, principal, interest):
        loan = self.loans[number]
        if op == ef.CREATE:
            loan.lent += principal
            loan.trades += 1
            self.borrowers.add(loan.borrower)
        if op in (ef.CREATE, ef.BUY):
            self.lenders.add(holder)
            loan.claims[holder] = loan.claims.get(holder, 0) + principal
        if op in (ef.REPAY, ef.COMPENSATE, ef.SELL):
            loan.claims[holder] -= principal
        if op in (ef.REPAY, ef.COMPENSATE):
            loan.repaid += principal
        if op == ef.COMPENSATE:
            loan.compensated_principal += principal
        if op == ef.RECOVER:
            loan.recovered += principal
        if op == ef.SUBROGATE:
            structural = self.kinds[self.owners[holder][2]]
            (loan.reserve_paid if structural else loan.guarantor_paid).append(principal + interest)
        if op in (ef.REPAY, ef.RECOVER):
            loan.last_paid = self.day


def disclosure(book):
    loans, today = book.loans[1:], book.day
    owed, held = {}, {}
    for loan in loans:
        owed[loan.borrower] = owed.get(loan.borrower, 0) + loan.outstanding()
        for holder, principal in loan.claims.items():
            held[holder] = held.get(holder, 0) + principal

    def largest(of, count):
        return sum(sorted(of.values(), reverse=True)[:count])

    def late(least, most, what):
        found = [(loan, *loan.overdue(today)) for loan in loans]
        return sum(what(loan, amount) for loan, amount, days in found if least <= days <= most)

    def amount(_, value):
        return value

    def one(_, __):
        return 1

    related = [loan for loan in loans if book.owners[loan.borrower][1] & RELATED_PARTY]
    every = 10**6
    f = {
        "lent": sum(loan.lent for loan in loans),
        "loans": sum(loan.lent > 0 for loan in loans),
        "trades": sum(loan.trades for loan in loans),
        "outstanding": sum(loan.outstanding() for loan in loans),
        "outstanding_loans": sum(loan.outstanding() > 0 or loan.overdue(today)[1] > 0 for loan in loans),
        "interest_outstanding": sum(
            row[3] - sum(p[2] for p in loan.paid if p[0] == row[0]) for loan in loans for row in loan.live()),
        "lenders": len(book.lenders),
        "borrowers": len(book.borrowers),
        "current_lenders": sum(value > 0 for value in held.values()),
        "current_borrowers": sum(value > 0 for value in owed.values()),
        "outstanding_top10_borrowers": largest(owed, 10),
        "outstanding_top_borrower": largest(owed, 1),
        "outstanding_top10_lenders": largest(held, 10),
        "outstanding_top_lender": largest(held, 1),
        "related_outstanding": sum(loan.outstanding() for loan in related),
        "related_loans": sum(loan.outstanding() > 0 for loan in related),
        "overdue_amount": late(1, every, amount),
        "overdue_loans": late(1, every, one),
        "overdue_over90_outstanding": late(91, every, lambda loan, _: loan.outstanding()),
        "overdue_over90_loans": late(91, every, one),
        "overdue_to90_amount": late(1, 90, amount),
        "overdue_to90_loans": late(1, 90, one),
        "overdue_to180_amount": late(91, 180, amount),
        "overdue_to180_loans": late(91, 180, one),
        "overdue_over180_amount": late(181, every, amount),
        "overdue_over180_loans": late(181, every, one),
        "compensated": sum(sum(loan.guarantor_paid) for loan in loans),
        "compensations": sum(len(loan.guarantor_paid) for loan in loans),
        "unreceived": sum(row[2] + row[3] - sum(loan.received(row[0], today)[:2])
                          for loan in loans for row in loan.live()),
    }
    ratios = {
        "top10_borrowers_ratio": ("outstanding_top10_borrowers", "outstanding"),
        "top_borrower_ratio": ("outstanding_top_borrower", "outstanding"),
        "top10_lenders_ratio": ("outstanding_top10_lenders", "outstanding"),
        "top_lender_ratio": ("outstanding_top_lender", "outstanding"),
        "overdue_loans_ratio": ("overdue_loans", "outstanding_loans"),
        "overdue_amount_ratio": ("overdue_amount", "unreceived"),
    }
    for part in ("to90", "to180", "over180"):
        ratios[f"overdue_{part}_loans_ratio"] = (f"overdue_{part}_loans", "outstanding_loans")
        ratios[f"overdue_{part}_amount_ratio"] = (f"overdue_{part}_amount", "unreceived")
    out = dict(f)
    for name, (top, bottom) in ratios.items():
        out[name] = [f[top], f[bottom], f[top] * 10000 // f[bottom] if f[bottom] else 0]
    for rule in book.fee_rules:
        out["fee:" + rule["id"]] = [rule.get("fixed", 0), rule["payer"], rule["flow"],
                                    rule.get("basis_points", 0)]
    for name, bottom in (("lent_per_lender", "lenders"), ("lent_per_borrower", "borrowers")):
        out[name] = [f["lent"], f[bottom], f["lent"] // f[bottom] if f[bottom] else 0]
    return out


def credit_history(book):
    out = {}
    for loan in book.loans[1:]:
        if not loan.lent:
            continue
        row = out.setdefault(book.owners[loan.borrower][0], {
            "currency": "CNY", "loans_total": 0, "loans_open": 0, "outstanding": 0, "overdue_ever": 0,
            "overdue_year": 0, "overdue_amount": 0, "max_days": 0, "compensated_count": 0,
            "compensated_amount": 0, "early_count": 0, "last_repaid_on": None})  # fmt: skip
        late = list(loan.late_days(book.day))
        payments = loan.guarantor_paid + loan.reserve_paid
        row["loans_total"] += 1
        row["loans_open"] += loan.outstanding() > 0
        row["outstanding"] += loan.outstanding()
        row["overdue_ever"] += len(late)
        row["overdue_year"] += sum((book.day - due).days <= 365 for due, _ in late)
        row["overdue_amount"] += loan.overdue(book.day)[0]
        row["max_days"] = max([row["max_days"], *(days for _, days in late)])
        row["compensated_count"] += len(payments)
        row["compensated_amount"] += sum(payments)
        row["early_count"] += loan.void_from is not None
        days = [str(day) for day in (row["last_repaid_on"], loan.last_paid) if day]
        row["last_repaid_on"] = max(days, default=None)
    return out


def bank_interest(book, order, first, last):
    """Client: (day balances, part) of an order's interest, by the clients' balances day by day."""
    products = {}
    for owner, closings in book.closings.items():
        day, balance, total = min(closings), 0, 0
        while day <= last:
            balance = closings.get(day, balance)
            total += balance if day >= first else 0
            day += datetime.timedelta(1)
        if total:
            products[owner] = total
    exact = {owner: Fraction(book.interest[order] * product, sum(products.values()))
             for owner, product in products.items()}
    parts = {owner: share.__floor__() for owner, share in exact.items()}
    behind = sorted(parts, key=lambda owner: (parts[owner] - exact[owner], owner))
    for owner in behind[:book.interest[order] - sum(parts.values())]:
        parts[owner] += 1
    return {book.owners[owner][0]: [products[owner], parts[owner]] for owner in products}


def main():
    with open(sys.argv[1], "rb") as file:
        book = Reading(file.read())
    out = {"disclosure": disclosure(book), "credit_history": credit_history(book)}
    if len(sys.argv) > 2:
        first, last = map(datetime.date.fromisoformat, sys.argv[3:5])
        out["bank_interest"] = bank_interest(book, sys.argv[2].encode(), first, last)
    json.dump(out, sys.stdout)


if __name__ == "__main__":
    main()
